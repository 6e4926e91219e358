#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <wengert/error.hpp>
#include <wengert/nn/optimiser.hpp>

namespace {

using namespace wengert::nn;
using wengert::Error;

TEST(OptimiserTest, GradientDescentSubtractsRateTimesGradient) {
    Optimiser o = GradientDescent{.rate = 0.5};
    std::vector<double> w{1, -2};
    step(o, w, std::vector{0.5, 4.0});
    EXPECT_EQ(w, (std::vector{0.75, -4.0}));
    step(o, w, std::vector{-1.0, 0.0});
    EXPECT_EQ(w, (std::vector{1.25, -4.0}));
}

// Gradients 1/2, then -1, from w = 1, worked out in 50 digits. Step 1: m' = 0.5, v' = 0.25. Step 2:
// m = 0.9 * 0.05 - 0.1 = -0.055, m' = -0.055 / 0.19; v = 0.999 * 0.00025 + 0.001 = 0.00124975,
// v' = v / 0.001999.
TEST(OptimiserTest, AdamsFirstTwoStepsAreThoseOfItsPaper) {
    Adam adam;
    std::vector<double> w{1};
    adam.step(w, std::vector{0.5});
    EXPECT_NEAR(w[0], 0.99900000001999999960, 1e-15);
    EXPECT_NEAR(adam.m[0], 0.05, 1e-16);
    EXPECT_NEAR(adam.v[0], 0.00025, 1e-17);
    adam.step(w, std::vector{-1.0});
    EXPECT_NEAR(adam.m[0], -0.055, 1e-16);
    EXPECT_NEAR(adam.v[0], 0.00124975, 1e-17);
    EXPECT_NEAR(w[0], 0.99936610354240565603, 1e-15);
    EXPECT_EQ(adam.steps, 2U);
}

// Gradients 1, 2, -1 from w = 1 at rate 0.1 and momentum 0.5: v = 1, 2.5, 0.25.
TEST(OptimiserTest, MomentumAndNesterovTakeTheirFirstStepsAsByHand) {
    Momentum momentum{.rate = 0.1, .momentum = 0.5};
    Nesterov nesterov{.rate = 0.1, .momentum = 0.5};
    std::vector<double> w{1}, ahead{1};
    const struct {
        double gradient, v, w, ahead;
    } steps[] = {{1, 1, 0.9, 0.85},           // 1 - 0.1, 1 - 0.1 (1 + 0.5)
                 {2, 2.5, 0.65, 0.525},       // 0.9 - 0.25, 0.85 - 0.1 (2 + 1.25)
                 {-1, 0.25, 0.625, 0.6125}};  // 0.65 - 0.025, 0.525 - 0.1 (-1 + 0.125)
    for (const auto& s : steps) {
        momentum.step(w, std::vector{s.gradient});
        nesterov.step(ahead, std::vector{s.gradient});
        EXPECT_DOUBLE_EQ(momentum.v[0], s.v);
        EXPECT_DOUBLE_EQ(w[0], s.w);
        EXPECT_DOUBLE_EQ(ahead[0], s.ahead);
    }
}

// Gradients 2, 1, -1 at decay 0.75: v = 0.25 * 4 = 1, 0.75 + 0.25 = 1, 1.
TEST(OptimiserTest, RmsPropTakesItsFirstStepsAsByHand) {
    RmsProp small{.rate = 0.1, .decay = 0.75, .epsilon = 1e-300},
        large{.rate = 0.1, .decay = 0.75, .epsilon = 1};
    std::vector<double> w{1}, v{1};
    const struct { double gradient, w, v; } steps[] = {{2, 0.8, 0.9}, {1, 0.7, 0.85}, {-1, 0.8, 0.9}};
    for (const auto& s : steps) {
        small.step(w, std::vector{s.gradient});
        large.step(v, std::vector{s.gradient});
        EXPECT_DOUBLE_EQ(small.v[0], 1);
        EXPECT_DOUBLE_EQ(w[0], s.w);
        EXPECT_DOUBLE_EQ(v[0], s.v);
    }
}

// Adam's steps of above, each less 1e-3 * 0.01 of the weight before it; the moments know nothing of that.
TEST(OptimiserTest, AdamWDecaysTheWeightsApartFromAdamsStep) {
    AdamW o;
    std::vector<double> w{1};
    o.step(w, std::vector{0.5});
    const double first = 0.99900000001999999960 - 1e-5;
    EXPECT_NEAR(w[0], first, 1e-15);
    o.step(w, std::vector{-1.0});
    EXPECT_NEAR(w[0], first + (0.99936610354240565603 - 0.99900000001999999960) - 1e-5 * first, 1e-15);

    AdamW without;
    without.decay = 0;
    Adam adam;
    std::vector<double> a{1, -2}, b = a;
    for (const double g : {0.5, -3.0, 1e-8}) {
        without.step(a, std::vector{g, 1 - g});
        adam.step(b, std::vector{g, 1 - g});
        EXPECT_EQ(a, b);
    }
}

TEST(OptimiserTest, EachGoesDownASlopeToItsFloor) {
    for (const std::string& name : optimiser_names()) {
        Optimiser o = optimiser(name, 0.05);
        std::vector<double> w{3, -2};
        for (int k = 0; k < 2000; ++k) step(o, w, std::vector{4 * (w[0] - 1), w[1]});
        EXPECT_NEAR(w[0], 1, 0.06) << name;  // RMSProp goes on to and fro by its rate
        EXPECT_NEAR(w[1], 0, 0.06) << name;
    }
}

TEST(OptimiserTest, ConstantsOutOfRangeAreRefused) {
    EXPECT_THROW(check(Momentum{.momentum = 1}), Error);
    EXPECT_THROW(check(Nesterov{.momentum = -0.1}), Error);
    EXPECT_THROW(check(RmsProp{.decay = 1}), Error);
    EXPECT_THROW(check(RmsProp{.epsilon = 0}), Error);
    EXPECT_THROW(check(Adam{.beta1 = 1}), Error);
    EXPECT_THROW(check(Adam{.beta2 = std::numeric_limits<double>::quiet_NaN()}), Error);
    EXPECT_THROW(check(Adam{.epsilon = -1}), Error);
    AdamW o;
    o.decay = -1;
    EXPECT_THROW(check(o), Error);
    for (const std::string& name : optimiser_names()) EXPECT_NO_THROW(check(optimiser(name, 1)));
}

TEST(OptimiserTest, TheRateCanBeReadAndSet) {
    for (const std::string& name : optimiser_names()) {
        Optimiser o = optimiser(name, 0.5);
        EXPECT_EQ(rate_of(o), 0.5);
        set_rate(o, 0.25);
        EXPECT_EQ(rate_of(o), 0.25);
    }
}

// ---- Clipping ----

TEST(ClippingTest, ANormIsScaledToItsBoundAndOneBelowStays) {
    std::vector<double> g{3, -4};
    EXPECT_EQ(clip_norm(g, 10), 5);
    EXPECT_EQ(g, (std::vector{3.0, -4.0}));
    EXPECT_EQ(clip_norm(g, 1), 5);
    EXPECT_DOUBLE_EQ(g[0], 0.6);
    EXPECT_DOUBLE_EQ(g[1], -0.8);
    std::vector<double> zero{0, 0}, huge{3e300, 4e300}, tiny{3e-300, 4e-300};
    EXPECT_EQ(clip_norm(zero, 1), 0);
    EXPECT_DOUBLE_EQ(clip_norm(huge, 1), 5e300);
    EXPECT_DOUBLE_EQ(huge[1], 0.8);
    EXPECT_DOUBLE_EQ(clip_norm(tiny, 1e-300), 5e-300);
    EXPECT_DOUBLE_EQ(tiny[0], 0.6e-300);
}

TEST(ClippingTest, ValuesAreTakenToTheirBound) {
    std::vector<double> g{3, -4, 0.5, std::numeric_limits<double>::quiet_NaN()};
    clip_value(g, 2);
    EXPECT_EQ(g[0], 2);
    EXPECT_EQ(g[1], -2);
    EXPECT_EQ(g[2], 0.5);
    EXPECT_TRUE(std::isnan(g[3]));
}

TEST(ClippingTest, ABoundThatIsNoneIsRefusedAndTheGradientStays) {
    std::vector<double> g{3, -4};
    for (const double most : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
        EXPECT_THROW(clip_norm(g, most), Error);
        EXPECT_THROW(clip_value(g, most), Error);
    }
    EXPECT_EQ(g, (std::vector{3.0, -4.0}));
}

// ---- Adam ----

TEST(OptimiserTest, AdamKeepsAMomentForEachParameter) {
    Adam both, first, second;
    std::vector<double> w{1, 2}, a{1}, b{2};
    for (const auto& [g, h] : {std::pair{0.3, -7.0}, std::pair{-0.1, 0.0}, std::pair{2.0, 1e-3}}) {
        both.step(w, std::vector{g, h});
        first.step(a, std::vector{g});
        second.step(b, std::vector{h});
    }
    EXPECT_EQ(w, (std::vector{a[0], b[0]}));
}

TEST(OptimiserTest, ACopyGoesOnAlike) {
    Optimiser o = Adam{};
    std::vector<double> w{1}, v;
    step(o, w, std::vector{0.5});
    Optimiser copy = o;
    EXPECT_EQ(copy, o);
    v = w;
    step(o, w, std::vector{0.25});
    EXPECT_NE(copy, o);
    step(copy, v, std::vector{0.25});
    EXPECT_EQ(v, w);
    EXPECT_EQ(copy, o);
}

TEST(OptimiserTest, NamesGiveThemAndOthersAreRefusedWithTheKnownOnes) {
    EXPECT_EQ(std::get<GradientDescent>(optimiser("gradient_descent", 0.25)).rate, 0.25);
    EXPECT_EQ(std::get<Adam>(optimiser("adam", 0.01)).rate, 0.01);
    for (const std::string& name : optimiser_names()) EXPECT_NO_THROW(optimiser(name, 1));
    try {
        optimiser("adamant", 1);
        FAIL();
    } catch (const Error& e) {
        const std::string what = e.what();
        EXPECT_NE(what.find("adamant"), std::string::npos);
        for (const std::string& name : optimiser_names())
            EXPECT_NE(what.find(name), std::string::npos) << name;
    }
}

TEST(OptimiserTest, RatesThatAreNoPositiveNumberAndWrongSizesAreErrors) {
    for (const double rate :
         {0.0, -1.0, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()})
        EXPECT_THROW(optimiser("adam", rate), Error) << rate;
    Optimiser o = Adam{};
    std::vector<double> w{1, 2};
    EXPECT_THROW(step(o, w, std::vector{1.0}), Error);
    EXPECT_THROW(Adam{}.step(w, std::vector{1.0}), Error);
    EXPECT_THROW(GradientDescent{}.step(w, std::vector{1.0}), Error);
    EXPECT_EQ(w, (std::vector{1.0, 2.0}));
}

TEST(OptimiserTest, OneWithTheStateOfAModelRefusesAnother) {
    Adam adam;
    std::vector<double> two{1, 2}, three{1, 2, 3};
    adam.step(two, std::vector{0.5, 0.5});
    const Adam before = adam;
    EXPECT_THROW(adam.step(three, std::vector{0.5, 0.5, 0.5}), Error);
    EXPECT_EQ(adam, before);
    EXPECT_EQ(three, (std::vector{1.0, 2.0, 3.0}));
    for (const char* const name : {"momentum", "nesterov", "rmsprop", "adamw"}) {
        Optimiser o = optimiser(name, 0.1);
        step(o, two, std::vector{0.5, 0.5});
        EXPECT_THROW(step(o, three, std::vector{0.5, 0.5, 0.5}), Error) << name;
        EXPECT_EQ(three, (std::vector{1.0, 2.0, 3.0}));
    }
}

}  // namespace
