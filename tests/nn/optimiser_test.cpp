#include <gtest/gtest.h>

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

TEST(OptimiserTest, AnAdamOfOneModelRefusesAnother) {
    Adam adam;
    std::vector<double> two{1, 2}, three{1, 2, 3};
    adam.step(two, std::vector{0.5, 0.5});
    const Adam before = adam;
    EXPECT_THROW(adam.step(three, std::vector{0.5, 0.5, 0.5}), Error);
    EXPECT_EQ(adam, before);
    EXPECT_EQ(three, (std::vector{1.0, 2.0, 3.0}));
}

}  // namespace
