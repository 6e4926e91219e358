#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <wengert/error.hpp>
#include <wengert/nn/random.hpp>
#include <wengert/nn/standardise.hpp>
#include <wengert/nn/synthetic.hpp>

#include "support/error_of.hpp"

namespace {

using wengert::Error;
using wengert::nn::Dataset;
using wengert::nn::Random;
using wengert::nn::Standardiser;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// One column.
Dataset column(std::vector<double> x) { return {.width = 1, .inputs = std::move(x)}; }

TEST(StandardiserTest, TakesMeanAndDeviationOfEachColumnAlone) {
    // 2, 4, 4, 4, 5, 5, 7, 9: mean 40 / 8 = 5, squares 9 + 1 + 1 + 1 + 0 + 0 + 4 + 16 = 32, sqrt(32 / 8) = 2.
    // Beside it -1 and 1 in turn: mean 0, deviation 1.
    Dataset data{.width = 2, .inputs = {2, -1, 4, 1, 4, -1, 4, 1, 5, -1, 5, 1, 7, -1, 9, 1}};
    const Standardiser s = Standardiser::of(data);
    EXPECT_EQ(s, (Standardiser{.means = {5, 0}, .deviations = {2, 1}}));

    s.apply(data);
    EXPECT_EQ(data.inputs,
              (std::vector<double>{-1.5, -1, -0.5, 1, -0.5, -1, -0.5, 1, 0, -1, 0, 1, 1, -1, 2, 1}));
    std::vector<double> x{11, 3};
    s.apply(x);
    EXPECT_EQ(x, (std::vector<double>{3, 3}));
}

TEST(StandardiserTest, LeavesTargetsAndLabelsAndNamesAsTheyAre) {
    const Dataset before{.width = 1,
                         .target_width = 1,
                         .class_count = 2,
                         .inputs = {1, 3},
                         .targets = {10, 30},
                         .labels = {1, 0},
                         .class_names = {"a", "b"}};
    Dataset expected = before, after = before;
    expected.inputs = {-1, 1};
    Standardiser::of(before).apply(after);
    EXPECT_EQ(after, expected);
}

TEST(StandardiserTest, AConstantColumnHasDeviationOneAndBecomesZero) {
    // 0.1 is no sum of halves: its mean is 0.1 exactly only if it is not 0.1 + 0.1 + ... divided.
    for (double constant : {0.1, 0.0, -1e300, 1e-320}) {
        Dataset data = column(std::vector<double>(10, constant));
        const Standardiser s = Standardiser::of(data);
        EXPECT_EQ(s, (Standardiser{.means = {constant}, .deviations = {1}}));
        s.apply(data);
        EXPECT_EQ(data.inputs, std::vector<double>(10, 0.0));
    }
    EXPECT_EQ(Standardiser::of(column({7})), (Standardiser{.means = {7}, .deviations = {1}}));
}

// The mean of the squares less the square of the mean would have none of the noise's digits left: 1e18 has a
// unit of 128 in its last place.
TEST(StandardiserTest, KeepsTheDigitsOfNoiseBesideALargeNumber) {
    // Multiples of 2^-10 so that 1e9 + noise is exact, and the noise's own mean and deviation are the
    // referee.
    Random random(5);
    std::vector<double> noise(10'000), moved;
    long double sum = 0, squares = 0;
    for (double& x : noise) {
        x = std::ldexp(std::round(std::ldexp(random.normal(), 10)), -10);
        moved.push_back(1e9 + x);
        sum += x;
        squares += static_cast<long double>(x) * x;
    }
    const long double n = 10'000, mean = sum / n, deviation = std::sqrt(squares / n - mean * mean);
    const Standardiser s = Standardiser::of(column(moved));
    EXPECT_NEAR(s.means[0] - 1e9, static_cast<double>(mean), 1e-7);  // a unit of 1e9 in the last place
    EXPECT_NEAR(s.deviations[0], static_cast<double>(deviation), 1e-12);
}

TEST(StandardiserTest, NoSquareOverflowsOrVanishes) {
    for (double scale : {1e200, 1e-200, 0x1p1000}) {
        const Standardiser s = Standardiser::of(column({1 * scale, 3 * scale}));
        EXPECT_DOUBLE_EQ(s.means[0], 2 * scale);
        EXPECT_DOUBLE_EQ(s.deviations[0], scale);
    }
}

TEST(StandardiserTest, MakesTheTrainingPartOfMeanZeroAndDeviationOneAndTakesAnotherAlong) {
    Dataset training = wengert::nn::blobs(300, 0.5, 1), test = wengert::nn::blobs(50, 0.5, 2);
    const Dataset before = test;
    const Standardiser s = Standardiser::of(training);
    s.apply(training);
    s.apply(test);
    const Standardiser now = Standardiser::of(training);
    for (std::size_t k = 0; k < 2; ++k) {
        EXPECT_NEAR(now.means[k], 0.0, 1e-14);
        EXPECT_NEAR(now.deviations[k], 1.0, 1e-14);
        EXPECT_EQ(test.inputs[k], (before.inputs[k] - s.means[k]) / s.deviations[k]);
    }
    EXPECT_GT(std::abs(Standardiser::of(test).means[0]), 1e-6)
        << "by the training part's numbers, not its own";
}

TEST(StandardiserTest, TurnsPixelsIntoDoubles) {
    // 0, 51, 255 as shares of 255: 0, 0.2, 1; mean 0.4, squares 0.16 + 0.04 + 0.36 = 0.56.
    Dataset data{.width = 1, .pixels = {0, 51, 255}, .image_columns = 1};
    const Standardiser s = Standardiser::of(data);
    EXPECT_DOUBLE_EQ(s.means[0], 0.4);
    EXPECT_DOUBLE_EQ(s.deviations[0], std::sqrt(0.56 / 3));
    s.apply(data);
    EXPECT_NO_THROW(data.validate());
    EXPECT_TRUE(data.pixels.empty());
    EXPECT_EQ(data.image_columns, 1U);
    for (std::size_t i = 0; i < 3; ++i)
        EXPECT_NEAR(data.input(i)[0], (std::vector{0.0, 0.2, 1.0}[i] - 0.4) / std::sqrt(0.56 / 3), 1e-15);
}

TEST(StandardiserTest, NaNAndInfinityAreValuesThatSpoilTheirColumnAlone) {
    for (double bad : {nan, infinity, -infinity}) {
        for (std::size_t at = 0; at < 3; ++at) {
            Dataset data{.width = 2, .inputs = {1, 1, 1, 2, 1, 3}};
            data.inputs[2 * at] = bad;
            const Standardiser s = Standardiser::of(data);
            EXPECT_TRUE(std::isnan(s.deviations[0])) << bad << " at " << at;
            EXPECT_EQ(s.means[1], 2.0);
            EXPECT_DOUBLE_EQ(s.deviations[1], std::sqrt(2.0 / 3));
        }
    }
}

TEST(StandardiserTest, RefusesWhatDoesNotFitAndLeavesItAsItWas) {
    EXPECT_NE(error_of([] { (void)Standardiser::of({}); }).find("no samples"), std::string::npos);
    EXPECT_THROW((void)Standardiser::of({.width = 2, .inputs = {1}}), Error);

    const Standardiser s = Standardiser::of(column({1, 2}));
    Dataset wide{.width = 2, .pixels = {1, 2}};
    const Dataset before = wide;
    const std::string said = error_of([&] { s.apply(wide); });
    EXPECT_NE(said.find("1 means and 1 deviations for 2 inputs"), std::string::npos) << said;
    EXPECT_EQ(wide, before);
    std::vector<double> x(2), none;
    EXPECT_THROW(s.apply(x), Error);
    EXPECT_THROW(s.apply(none), Error);
    x.resize(1);
    EXPECT_THROW((Standardiser{.means = {1}}.apply(x)), Error);
}

}  // namespace
