#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <wengert/nn/perceptron.hpp>
#include <wengert/nn/synthetic.hpp>

#include "support/error_of.hpp"

namespace {

using namespace wengert::nn;
using testing::HasSubstr;

std::vector<double> weights_of(const PerceptronEpoch& e) { return e.weights; }

TEST(PerceptronTest, ItsStepIsOneFromZeroOn) {
    const Perceptron p({2, -1}, 0.5);
    EXPECT_EQ(p.predict(std::vector{0.25, 1.0}), 1);   // z = 0
    EXPECT_EQ(p.predict(std::vector{0.125, 1.0}), 0);  // z = -0.25
    EXPECT_EQ(p.predict(std::vector{1.0, 0.0}), 1);    // z = 2.5
    EXPECT_EQ(Perceptron(3).predict(std::vector{0.0, 7.0, -2.0}), 1);
}

TEST(PerceptronTest, TheRuleMovesItOnlyWhereItIsWrong) {
    Perceptron p({1, 1}, -1);
    EXPECT_FALSE(p.learn(std::vector{2.0, 3.0}, 1, 0.5));
    EXPECT_THAT(p.weights(), testing::ElementsAre(1, 1));
    EXPECT_TRUE(p.learn(std::vector{2.0, 3.0}, 0, 0.5));  // y - yhat = -1: w - 0.5 (2, 3), b - 0.5
    EXPECT_THAT(p.weights(), testing::ElementsAre(0, -0.5));
    EXPECT_EQ(p.bias(), -1.5);
    EXPECT_TRUE(p.learn(std::vector{1.0, 1.0}, 1, 2));  // y - yhat = 1
    EXPECT_THAT(p.weights(), testing::ElementsAre(2, 1.5));
    EXPECT_EQ(p.bias(), 0.5);
}

// By hand, from zeros at rate 1. Pass 1: (0,0) gives z = 0, so 1 and wrong, b = -1; (0,1) and (1,0) are
// right; (1,1) gives -1, wrong: w = (1,1), b = 0. Pass 2: (0,0) wrong, b = -1; (0,1) gives 0, wrong, w =
// (1,0), b = -2; (1,0) right; (1,1) gives -1, wrong: w = (2,1), b = -1.
TEST(PerceptronTest, TheFirstTwoPassesOverAndAreThoseOfPaper) {
    Perceptron p(2);
    const auto epochs = learn(p, truth_table({0, 0, 0, 1}), 1, 2);
    ASSERT_EQ(epochs.size(), 2U);
    EXPECT_EQ(weights_of(epochs[0]), (std::vector<double>{1, 1}));
    EXPECT_EQ(epochs[0].bias, 0);
    EXPECT_EQ(epochs[0].mistakes, 2U);
    EXPECT_EQ(epochs[0].right, 1U);
    EXPECT_EQ(weights_of(epochs[1]), (std::vector<double>{2, 1}));
    EXPECT_EQ(epochs[1].bias, -1);
    EXPECT_EQ(epochs[1].mistakes, 3U);
    EXPECT_EQ(epochs[1].right, 2U);  // 0 0 -> 0, 0 1 -> 1 (wrong), 1 0 -> 1 (wrong), 1 1 -> 1
}

// 14 of the 16 Boolean functions of two inputs are parted by a line; XOR and XNOR are not.
TEST(PerceptronTest, LearnsEveryBooleanFunctionThatALinePartsAndNoOther) {
    std::size_t learned = 0;
    for (int f = 0; f < 16; ++f) {
        const std::array<int, 4> classes{f & 1, f >> 1 & 1, f >> 2 & 1, f >> 3 & 1};
        const bool parted = classes != std::array{0, 1, 1, 0} && classes != std::array{1, 0, 0, 1};
        const Dataset data = truth_table(classes);
        for (const double rate : {0.1, 1.0, 7.0}) {
            Perceptron p(2);
            const auto epochs = learn(p, data, rate, 1000);
            EXPECT_EQ(epochs.back().mistakes == 0, parted) << f << " at " << rate;
            EXPECT_EQ(count_right(p, data) == 4, parted) << f << " at " << rate;
            EXPECT_EQ(epochs.size() < 100, parted) << f << " at " << rate;
            for (std::size_t k = 0; k + 1 < epochs.size(); ++k) EXPECT_GT(epochs[k].mistakes, 0U);
        }
        learned += parted;
        EXPECT_EQ(most_right(data, 1, 20, 200), parted ? 4U : 3U) << f;
    }
    EXPECT_EQ(learned, 14U);
}

TEST(PerceptronTest, EveryFigureOfAnEpochIsThatOfItsWeights) {
    const Dataset data = truth_table({0, 1, 1, 0});
    Perceptron p({0.3, -0.2}, 0.1);
    for (const PerceptronEpoch& e : learn(p, data, 0.25, 30)) {
        EXPECT_EQ(e.right, count_right(Perceptron(e.weights, e.bias), data));
        EXPECT_GT(e.mistakes, 0U);
    }
}

TEST(PerceptronTest, LearnsMoreThanTwoInputs) {
    Dataset majority{.width = 3, .class_count = 2};
    for (int i = 0; i < 8; ++i) {
        const std::array bits{i & 1, i >> 1 & 1, i >> 2 & 1};
        for (const int bit : bits) majority.inputs.push_back(bit);
        majority.labels.push_back(bits[0] + bits[1] + bits[2] >= 2);
    }
    Perceptron p(3);
    EXPECT_EQ(learn(p, majority, 1, 100).back().right, 8U);
}

TEST(PerceptronTest, TheTruthTableOfXorIsTheOneThatNetworksLearn) {
    EXPECT_EQ(truth_table({0, 1, 1, 0}), xor_table());
}

TEST(PerceptronTest, WhatDoesNotFitIsAnErrorAndChangesNothing) {
    Perceptron p({1, 2}, 3);
    const Dataset data = xor_table();
    EXPECT_THAT(error_of([] { Perceptron(0); }), HasSubstr("a perceptron needs an input"));
    EXPECT_THAT(error_of([&] { (void)p.predict(std::vector{1.0}); }), HasSubstr("needs 2 inputs, it got 1"));
    EXPECT_THAT(error_of([&] { (void)p.learn(std::vector{1.0}, 0, 1); }), HasSubstr("needs 2 inputs"));
    EXPECT_THAT(error_of([&] { (void)learn(p, data, 0, 5); }), HasSubstr("rate is a positive number"));
    EXPECT_THAT(error_of([&] { (void)learn(p, data, std::nan(""), 5); }), HasSubstr("rate is a positive"));
    EXPECT_THAT(error_of([&] { (void)most_right(data, -1, 1, 1); }), HasSubstr("rate is a positive number"));
    Perceptron wide(3);
    EXPECT_THAT(error_of([&] { (void)learn(wide, data, 1, 5); }), HasSubstr("needs 3 inputs a sample"));
    Dataset three = data;
    three.class_count = 3;
    three.labels[0] = 2;
    EXPECT_THAT(error_of([&] { (void)learn(p, three, 1, 5); }), HasSubstr("of class 0 or 1"));
    three.labels.clear(), three.class_count = 0;
    EXPECT_THAT(error_of([&] { (void)count_right(p, three); }), HasSubstr("of class 0 or 1"));
    EXPECT_NE(error_of([] { (void)truth_table({0, 1, 2, 0}); }), "");
    EXPECT_THAT(p.weights(), testing::ElementsAre(1, 2));
    EXPECT_EQ(p.bias(), 3);
}

}  // namespace
