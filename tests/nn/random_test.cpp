// The generator held to published outputs of its algorithms, and its distributions to their definitions.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <span>
#include <vector>

#include <wengert/error.hpp>
#include <wengert/nn/random.hpp>

namespace {

using wengert::Error;
using wengert::nn::Random;
using wengert::nn::SplitMix64;

static_assert(std::uniform_random_bit_generator<Random>);
static_assert(std::uniform_random_bit_generator<SplitMix64>);

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Pearson's statistic of counts that should be equal: about the number of cells, plus or minus its square
/// root times 1.4.
template <class Counts> double chi_square(const Counts& counts, double expected) {
    double sum = 0.0;
    for (const auto& count : counts) {
        const double gap = static_cast<double>(count) - expected;
        sum += gap * gap / expected;
    }
    return sum;
}

TEST(SplitMix64Test, GivesThePublishedNumbersOfSeeds0And1234567) {
    SplitMix64 zero(0);
    for (std::uint64_t expected : {0xe220a8397b1dcdafU, 0x6e789e6aa1b965f4U, 0x06c45d188009454fU}) {
        EXPECT_EQ(zero(), expected);
    }
    SplitMix64 other(1234567);
    for (std::uint64_t expected : {6457827717110365317U, 3203168211198807973U, 9817491932198370423U,
                                   4593380528125082431U, 16408922859458223821U}) {
        EXPECT_EQ(other(), expected);
    }
}

TEST(RandomTest, GivesThePublishedNumbersOfTheState1234) {
    Random random(Random::State{1, 2, 3, 4});
    const std::uint64_t published[] = {11520U,
                                       0U,
                                       1509978240U,
                                       1215971899390074240U,
                                       1216172134540287360U,
                                       607988272756665600U,
                                       16172922978634559625U,
                                       8476171486693032832U,
                                       10595114339597558777U,
                                       2904607092377533576U};
    for (std::uint64_t expected : published) {
        EXPECT_EQ(random(), expected);
    }
}

TEST(RandomTest, GivesThePublishedNumbersOfASeedSpreadBySplitMix64) {
    Random random(42);
    for (std::uint64_t expected :
         {1546998764402558742U, 6990951692964543102U, 12544586762248559009U, 17057574109182124193U}) {
        EXPECT_EQ(random(), expected);
    }
}

// These figures come from the definitions worked out in exact rational arithmetic, rounded where the
// header says that it rounds.
TEST(RandomTest, DistributionsGiveTheirFirstNumbersOfSeed42) {
    Random uniform(42), between(42), below(42), normal(42), shuffle(42);
    for (double x : {0.08386297105988216, 0.3789802506626686, 0.6800434110281394, 0.9246929453253876}) {
        EXPECT_EQ(uniform.uniform(), x);
    }
    for (double x : {-1.5806851447005892, -0.10509874668665697, 1.400217055140697}) {
        EXPECT_EQ(between.uniform(-2.0, 3.0), x);
    }
    for (std::uint64_t n : {1U, 6U, 9U, 4U, 5U, 9U, 1U, 2U, 6U, 9U, 5U, 7U}) EXPECT_EQ(below.below(10), n);
    // Within 4 ulp: the C library's log has a say.
    for (double x : {-0.7262191382447855, 0.2216227015035933, 0.46417731016247366, 1.476249461018415,
                     1.0078198992420602}) {
        EXPECT_DOUBLE_EQ(normal.normal(), x);
    }
    std::vector<int> items(10);
    std::iota(items.begin(), items.end(), 0);
    shuffle.shuffle(std::span(items));
    EXPECT_EQ(items, (std::vector{0, 3, 9, 2, 4, 7, 8, 5, 6, 1}));
}

TEST(RandomTest, GoesOnFromACopyAndFromItsState) {
    Random random(7);
    random();
    Random copy = random, resumed(random.state());
    for (int i = 0; i < 100; ++i) {
        const std::uint64_t x = random();
        EXPECT_EQ(copy(), x);
        EXPECT_EQ(resumed(), x);
    }
    EXPECT_EQ(copy, random);
    EXPECT_NE(Random(8), Random(7));
    EXPECT_THROW(Random(Random::State{}), Error);
}

TEST(RandomTest, UniformFillsTheUnitIntervalEvenlyAndStaysBelowOne) {
    Random random(1);
    std::array<int, 100> counts{};
    for (int i = 0; i < 100'000; ++i) {
        const double x = random.uniform();
        ASSERT_TRUE(x >= 0.0 && x < 1.0) << x;
        ++counts[static_cast<std::size_t>(100.0 * x)];
    }
    EXPECT_LT(chi_square(counts, 1000.0), 170.0);  // 99 degrees of freedom: mean 99, deviation 14
    EXPECT_GT(chi_square(counts, 1000.0), 40.0);   // not suspiciously even
}

TEST(RandomTest, UniformBetweenStaysBelowTheUpperEndThoughTheSumRoundsToIt) {
    Random random(2);
    const double next = std::nextafter(1.0, 2.0);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(random.uniform(1.0, next), 1.0);
    for (int i = 0; i < 1000; ++i) {
        const double x = random.uniform(-3.0, -2.0);
        EXPECT_TRUE(x >= -3.0 && x < -2.0) << x;
    }
    EXPECT_EQ(random.uniform(5.0, 5.0), 5.0);
}

TEST(RandomTest, UniformBetweenRefusesIntervalsThatAreNone) {
    Random random(3);
    EXPECT_THROW(random.uniform(1.0, 0.0), Error);
    EXPECT_THROW(random.uniform(std::nan(""), 1.0), Error);
    EXPECT_THROW(random.uniform(0.0, infinity), Error);
    EXPECT_THROW(random.uniform(-1e308, 1e308), Error);
    EXPECT_EQ(random, Random(3)) << "a refused call draws nothing";
}

TEST(RandomTest, NormalHasTheNormalDistributionsMomentsAndShares) {
    Random random(4);
    constexpr int n = 200'000;
    double sum = 0.0, squares = 0.0, fourths = 0.0;
    std::array<int, 50> counts{};
    for (int i = 0; i < n; ++i) {
        const double x = random.normal();
        sum += x;
        squares += x * x;
        fourths += x * x * x * x;
        const double below = 0.5 * std::erfc(-x / std::sqrt(2.0));  // the share of numbers below x
        ++counts[std::min(static_cast<std::size_t>(50.0 * below), std::size_t{49})];
    }
    // Five standard deviations: those of x, x^2 and x^4 are 1, sqrt(2) and sqrt(96).
    const double five = 5.0 / std::sqrt(n);
    EXPECT_NEAR(sum / n, 0.0, five);
    EXPECT_NEAR(squares / n, 1.0, five * std::sqrt(2.0));
    EXPECT_NEAR(fourths / n, 3.0, five * std::sqrt(96.0));
    EXPECT_LT(chi_square(counts, n / 50.0), 100.0);  // 49 degrees of freedom
}

TEST(RandomTest, BelowGivesEachIntegerEquallyOften) {
    Random random(5);
    std::array<int, 6> die{};
    for (int i = 0; i < 60'000; ++i) ++die.at(random.below(6));
    EXPECT_LT(chi_square(die, 10'000.0), 25.0);  // 5 degrees of freedom
    for (int i = 0; i < 10; ++i) EXPECT_EQ(random.below(1), 0U);
    EXPECT_THROW(random.below(0), Error);
}

// A remainder of 64 bits by 3 * 2^62 would give each of the lower numbers twice as often as the others.
TEST(RandomTest, BelowIsUnbiasedWhereARemainderIsNot) {
    Random random(6);
    constexpr std::uint64_t third = std::uint64_t{1} << 62;
    std::array<int, 3> counts{};
    for (int i = 0; i < 30'000; ++i) ++counts.at(random.below(3 * third) / third);
    EXPECT_LT(chi_square(counts, 10'000.0), 20.0);  // 2 degrees of freedom
    EXPECT_LT(random.below(std::numeric_limits<std::uint64_t>::max()),
              std::numeric_limits<std::uint64_t>::max());
}

TEST(RandomTest, ShuffleGivesEachOrderEquallyOften) {
    Random random(7);
    std::map<std::array<int, 4>, int> orders;
    for (int i = 0; i < 24'000; ++i) {
        std::array<int, 4> items{0, 1, 2, 3};
        random.shuffle(std::span<int>(items));
        ++orders[items];
    }
    ASSERT_EQ(orders.size(), 24U);
    std::vector<int> counts;
    for (const auto& [order, count] : orders) counts.push_back(count);
    EXPECT_LT(chi_square(counts, 1000.0), 60.0);  // 23 degrees of freedom
}

TEST(RandomTest, ShuffleOfNoneOrOneDrawsNothing) {
    Random random(8);
    std::vector<int> none, one{1};
    random.shuffle(std::span(none));
    random.shuffle(std::span(one));
    EXPECT_EQ(one, std::vector{1});
    EXPECT_EQ(random, Random(8));
}

}  // namespace
