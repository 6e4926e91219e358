#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include <wengert/error.hpp>
#include <wengert/nn/initialiser.hpp>
#include <wengert/nn/synthetic.hpp>
#include <wengert/nn/trainer.hpp>

#include "support/error_of.hpp"

namespace {

using namespace wengert::nn;
using std::numbers::pi;
using wengert::Error;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// One with the arguments that all share.
struct Generator {
    const char* name;
    Dataset (*make)(std::size_t samples, double noise, std::uint64_t seed);
    std::size_t least;
    std::size_t classes;  // 0: targets
    bool drawn;           // its points are drawn too, not the noise alone
};
const Generator generators[] = {
    {"two_moons", two_moons, 2, 2, false},
    {"two_spirals",
     [](std::size_t n, double noise, std::uint64_t seed) { return two_spirals(n, noise, seed); }, 2, 2, true},
    {"circles", [](std::size_t n, double noise, std::uint64_t seed) { return circles(n, noise, seed); }, 2, 2,
     false},
    {"blobs", [](std::size_t n, double noise, std::uint64_t seed) { return blobs(n, noise, seed); }, 3, 3,
     false},
    {"xor_points", xor_points, 4, 2, false},
    {"sine", sine, 1, 0, true},
};

TEST(SyntheticTest, EachIsAValidSetOfAsManySamplesAsAskedForFromTheFewest) {
    for (const Generator& g : generators) {
        SCOPED_TRACE(g.name);
        for (std::size_t n : {g.least, g.least + 1, std::size_t{101}}) {
            const Dataset data = g.make(n, 0.1, 1);
            EXPECT_NO_THROW(data.validate());
            EXPECT_EQ(data.size(), n);
            EXPECT_EQ(data.class_count, g.classes);
            EXPECT_EQ(data.width, g.classes == 0 ? 1U : 2U);
            EXPECT_EQ(data.target_width, g.classes == 0 ? 1U : 0U);
            for (std::size_t k = 0; k < g.classes; ++k) {
                const auto members =
                    static_cast<std::size_t>(std::ranges::count(data.labels, static_cast<int>(k)));
                EXPECT_GE(members, n / g.classes) << "as many of each class as can be";
                EXPECT_LE(members, (n + g.classes - 1) / g.classes + (g.least == 4 ? 1 : 0));
            }
        }
    }
}

TEST(SyntheticTest, EachIsTheSameForASeedAndAnotherForAnother) {
    for (const Generator& g : generators) {
        SCOPED_TRACE(g.name);
        EXPECT_EQ(g.make(20, 0.1, 5), g.make(20, 0.1, 5));
        EXPECT_NE(g.make(20, 0.1, 5), g.make(20, 0.1, 6));
        EXPECT_EQ(g.make(20, 0.0, 5) == g.make(20, 0.0, 6), !g.drawn);
    }
}

TEST(SyntheticTest, EachRefusesTooFewSamplesAndANoiseThatIsNoDeviationByItsName) {
    for (const Generator& g : generators) {
        SCOPED_TRACE(g.name);
        const std::string said = error_of([&] { (void)g.make(g.least - 1, 0.1, 1); });
        EXPECT_TRUE(said.starts_with(std::string(g.name) + ": ")) << said;
        EXPECT_NE(said.find("at least " + std::to_string(g.least)), std::string::npos) << said;
        for (double noise : {-0.1, nan, infinity}) {
            const std::string of_noise = error_of([&] { (void)g.make(20, noise, 1); });
            EXPECT_TRUE(of_noise.starts_with(std::string(g.name) + ": the noise is ")) << of_noise;
        }
    }
}

TEST(SyntheticTest, NoiseIsNormalOfTheGivenDeviationInEachCoordinate) {
    constexpr std::size_t n = 20'000;
    for (const Generator& g : generators) {
        if (g.classes == 0) continue;
        SCOPED_TRACE(g.name);
        const Dataset clean = g.make(n, 0.0, 3), noisy = g.make(n, 0.25, 3);
        double sum[2] = {}, squares[2] = {}, product = 0.0;
        int within = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const double dx = noisy.input(i)[0] - clean.input(i)[0],
                         dy = noisy.input(i)[1] - clean.input(i)[1];
            sum[0] += dx, sum[1] += dy;
            squares[0] += dx * dx, squares[1] += dy * dy;
            product += dx * dy;
            within += std::abs(dx) < 0.25;
        }
        const double five = 5.0 / std::sqrt(static_cast<double>(n));  // five standard deviations of a mean
        for (int k : {0, 1}) {
            EXPECT_NEAR(sum[k] / n, 0.0, 0.25 * five);
            EXPECT_NEAR(squares[k] / n, 0.0625, 0.0625 * std::sqrt(2.0) * five);
        }
        EXPECT_NEAR(product / n, 0.0, 0.0625 * five);
        EXPECT_NEAR(within / static_cast<double>(n), 0.6827, 0.47 * five);  // erf(1 / sqrt 2)
    }
}

TEST(TwoMoonsTest, WithoutNoiseLieOnTheirHalfCirclesFromEndToEnd) {
    const Dataset data = two_moons(101, 0.0, 1);
    EXPECT_NO_THROW(data.validate());
    ASSERT_EQ(data.size(), 101U);
    EXPECT_EQ(data.class_count, 2U);
    for (std::size_t i = 0; i < 101; ++i) {
        const bool inner = i >= 50;  // the odd sample out is the inner moon's, as in scikit-learn
        EXPECT_EQ(data.label(i), inner ? 1 : 0);
        const double k = static_cast<double>(inner ? i - 50 : i), steps = inner ? 50.0 : 49.0;
        const double t = std::numbers::pi * k / steps;
        EXPECT_NEAR(data.input(i)[0], inner ? 1.0 - std::cos(t) : std::cos(t), 1e-15);
        EXPECT_NEAR(data.input(i)[1], inner ? 0.5 - std::sin(t) : std::sin(t), 1e-15);
    }
    EXPECT_EQ(data.input(49)[0], -1.0);
    EXPECT_EQ(data.input(100)[0], 2.0);
}

TEST(TwoMoonsTest, OfTwoSamplesAreTheBeginningOfEach) {
    EXPECT_EQ(two_moons(2, 0.0, 1).inputs, (std::vector<double>{1.0, 0.0, 0.0, 0.5}));
}

TEST(TwoSpiralsTest, LieOnTheirSpiralsAndClassOneIsClassZeroTurnedByHalfATurn) {
    for (double turns : {1.5, 3.0, 0.25}) {
        const Dataset data = two_spirals(401, 0.0, 7, turns);
        double least = 1.0, most = 0.0;
        for (std::size_t i = 0; i < data.size(); ++i) {
            EXPECT_EQ(data.label(i), i < 200 ? 0 : 1);
            const double sign = data.label(i) == 0 ? 1.0 : -1.0;
            const double x = sign * data.input(i)[0], y = sign * data.input(i)[1], r = std::hypot(x, y);
            const double t = (r - 1.0 / 13) / (12.0 / 13) * 2 * pi * turns;
            EXPECT_NEAR(x, r * std::cos(t), 1e-13);
            EXPECT_NEAR(y, r * std::sin(t), 1e-13);
            least = std::min(least, r), most = std::max(most, r);
        }
        EXPECT_NEAR(least, 1.0 / 13, 0.03) << "from their beginning";
        EXPECT_NEAR(most, 1.0, 0.03) << "to their end";
    }
}

// Lang and Witbrock's point i of 0..96 has the angle i pi / 16 and the radius 6.5 (104 - i) / 104, here taken
// as a share of 6.5. Theirs begin outside, these inside, 6 pi later.
TEST(TwoSpiralsTest, OfThreeTurnsAreLangAndWitbrocks) {
    const Dataset data = two_spirals(194, 0.0, 1, 3.0);
    for (std::size_t k = 0; k < 97; ++k) {
        const double r = std::hypot(data.input(k)[0], data.input(k)[1]), i = 104 * (1 - r);
        EXPECT_TRUE(-1e-9 < i && i < 96 + 1e-9) << i;
        EXPECT_NEAR(data.input(k)[0], r * std::cos(6 * pi - i * pi / 16), 1e-12);
        EXPECT_NEAR(data.input(k)[1], r * std::sin(6 * pi - i * pi / 16), 1e-12);
    }
}

TEST(TwoSpiralsTest, RefuseTurnsThatAreNoPositiveNumber) {
    for (double turns : {0.0, -1.0, nan, infinity}) EXPECT_THROW((void)two_spirals(10, 0.1, 1, turns), Error);
}

// What no straight line parts is learnt, and holds for points that were not among those learnt from.
TEST(TwoSpiralsTest, AreLearntByASmallNetworkAndFoundAgainInOtherPoints) {
    const Dataset training = two_spirals(400, 0.02, 1), test = two_spirals(1000, 0.02, 2);
    Mlp<double> model({2, 32, 32, 1}, activation("relu"), activation("identity"));
    Random random(1);
    initialise("he", model, random);
    Trainer trainer(model, loss("hinge"), Adam{.rate = 0.01}, training, {.epochs = 60, .batch = 10});
    trainer.run();
    EXPECT_EQ(trainer.evaluation().accuracy, 1.0);
    EXPECT_GE(evaluate(model, loss("hinge"), test).accuracy, 0.97);
}

TEST(CirclesTest, AreEvenlySpacedOnTheirCircles) {
    const Dataset data = circles(9, 0.0, 1, 0.25);
    for (std::size_t i = 0; i < 9; ++i) {
        const bool inner = i >= 4;
        EXPECT_EQ(data.label(i), inner ? 1 : 0);
        const double r = inner ? 0.25 : 1.0,
                     t = inner ? 2 * pi * static_cast<double>(i - 4) / 5 : pi / 2 * static_cast<double>(i);
        EXPECT_NEAR(data.input(i)[0], r * std::cos(t), 1e-15);
        EXPECT_NEAR(data.input(i)[1], r * std::sin(t), 1e-15);
    }
    EXPECT_EQ(circles(100, 0.1, 1), circles(100, 0.1, 1, 0.5));
}

TEST(CirclesTest, RefuseAFactorThatPutsNoCircleInsideTheOther) {
    for (double factor : {0.0, 1.0, -0.5, 1.5, nan}) EXPECT_THROW((void)circles(10, 0.1, 1, factor), Error);
}

TEST(BlobsTest, LieAroundCornersOfARegularPolygon) {
    const Dataset data = blobs(11, 0.0, 1, 4);
    EXPECT_EQ(data.labels, (std::vector{0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3}));
    const double corners[4][2] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
    for (std::size_t i = 0; i < data.size(); ++i) {
        EXPECT_NEAR(data.input(i)[0], corners[data.label(i)][0], 1e-15);
        EXPECT_NEAR(data.input(i)[1], corners[data.label(i)][1], 1e-15);
    }
}

TEST(BlobsTest, RefuseFewerThanTwoClassesAndFewerSamplesThanClasses) {
    EXPECT_THROW((void)blobs(10, 0.1, 1, 0), Error);
    EXPECT_THROW((void)blobs(10, 0.1, 1, 1), Error);
    EXPECT_THROW((void)blobs(10, 0.1, 1, 11), Error);
    EXPECT_EQ(blobs(10, 0.1, 1, 10).class_count, 10U);
}

TEST(XorTableTest, LabelsAPointByWhetherItsInputsDiffer) {
    const Dataset data = xor_table();
    EXPECT_NO_THROW(data.validate());
    ASSERT_EQ(data.size(), 4U);
    EXPECT_EQ(data.class_count, 2U);
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(data.input(i)[0], static_cast<double>(i / 2));
        EXPECT_EQ(data.input(i)[1], static_cast<double>(i % 2));
        EXPECT_EQ(data.label(i), i / 2 != i % 2 ? 1 : 0);
    }
}

TEST(XorPointsTest, WithoutNoiseAreTheRowsOfTheTableAgainAndAgain) {
    const Dataset data = xor_points(11, 0.0, 1), table = xor_table();
    for (std::size_t i = 0; i < data.size(); ++i) {
        EXPECT_TRUE(std::ranges::equal(data.input(i), table.input(i % 4)));
        EXPECT_EQ(data.label(i), table.label(i % 4));
    }
}

TEST(SineTest, HasTheSineOfUniformInputsWithNoiseOnTheTargetAlone) {
    const std::size_t n = 20'000;
    const Dataset data = sine(n, 0.25, 3), clean = sine(n, 0.0, 3);
    double sum = 0, squares = 0, noise = 0, noise_squares = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const double x = data.input(i)[0];
        EXPECT_TRUE(-pi <= x && x < pi);
        const double e = data.target(i)[0] - std::sin(x);
        sum += x, squares += x * x, noise += e, noise_squares += e * e;
    }
    for (std::size_t i = 0; i < n; ++i) EXPECT_EQ(clean.target(i)[0], std::sin(clean.input(i)[0]));
    const double five = 5.0 / std::sqrt(static_cast<double>(n));  // five standard deviations of a mean
    EXPECT_NEAR(sum / n, 0.0, pi / std::sqrt(3.0) * five);
    // The variance of x is pi^2 / 3, that of x^2 is pi^4 (1/5 - 1/9).
    EXPECT_NEAR(squares / n, pi * pi / 3, pi * pi * std::sqrt(4.0 / 45) * five);
    EXPECT_NEAR(noise / n, 0.0, 0.25 * five);
    EXPECT_NEAR(noise_squares / n, 0.0625, 0.0625 * std::sqrt(2.0) * five);
}

}  // namespace
