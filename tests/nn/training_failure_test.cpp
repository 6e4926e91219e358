// What can go wrong in training, and what model and optimiser are then.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <wengert/error.hpp>
#include <wengert/nn/initialiser.hpp>
#include <wengert/nn/synthetic.hpp>
#include <wengert/nn/trainer.hpp>

#include "support/error_of.hpp"

namespace {

using namespace wengert;
using namespace wengert::nn;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using Numbers = std::vector<double>;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Mlp<double> line() { return Mlp<double>({1, 1}, activation("identity"), activation("identity")); }
Numbers numbers(const Mlp<double>& net) { return {net.parameters().begin(), net.parameters().end()}; }

// Finite weights after the last step, whose loss overflows.
TEST(TrainingFailureTest, FinalWeightsWhoseLossIsNotFiniteAreGivenUp) {
    const Dataset data{.width = 1, .target_width = 1, .inputs = {0, 1}, .targets = {0, 1}};
    Mlp<double> net = line();
    Trainer trainer(net, loss("squared"), GradientDescent{.rate = 1e200}, data, {.epochs = 1, .batch = 2});
    EXPECT_THAT(error_of([&] { trainer.run(); }),
                AllOf(HasSubstr("the loss is not finite after epoch 1, at sample 0 of the data"),
                      HasSubstr("the last weights whose loss was finite")));
    EXPECT_EQ(numbers(net), (Numbers{0, 0}));
}

TEST(TrainingFailureTest, AValidationLossThatIsNotFiniteNamesEpochAndSample) {
    const Dataset data{.width = 1, .target_width = 1, .inputs = {0, 1}, .targets = {0, 1}};
    Dataset validation = data;
    validation.inputs[1] = nan;
    Mlp<double> net = line();
    TrainingOptions options{.epochs = 2, .batch = 2, .validation = &validation};
    Trainer trainer(net, loss("squared"), GradientDescent{}, data, options);
    EXPECT_THAT(error_of([&] { trainer.run(); }),
                HasSubstr("not finite in epoch 1, in validation, at sample 1 of the data"));
    EXPECT_EQ(numbers(net), (Numbers{0, 0}));
}

TEST(TrainingFailureTest, RunEndsWithTheEvaluationOfItsFinalWeights) {
    const Dataset data = two_moons(40, 0.1, 1);
    Mlp<double> net({2, 4, 1}, activation("tanh"), activation("identity"));
    Trainer trainer(net, loss("hinge"), GradientDescent{}, data, {.epochs = 3, .l2 = 0.1});
    trainer.run();
    const Evaluation e = evaluate(net, loss("hinge"), data);
    EXPECT_EQ(trainer.evaluation().loss, e.loss);
    EXPECT_EQ(trainer.evaluation().confusion, e.confusion);
    EXPECT_EQ(e.not_finite, BatchResult::none);
}

// It was 0 then, as of a network that makes no mistake.
TEST(TrainingFailureTest, WhatWasNotEvaluatedIsNoNumber) {
    const Dataset data{.width = 1, .target_width = 1, .inputs = {1}, .targets = {1}};
    Mlp<double> net = line();
    Trainer trainer(net, loss("squared"), GradientDescent{.rate = 1e200}, data, {.epochs = 1});
    EXPECT_TRUE(std::isnan(trainer.evaluation().loss));
    EXPECT_NE(error_of([&] { trainer.run(); }), "");
    EXPECT_TRUE(std::isnan(trainer.evaluation().loss) && std::isnan(trainer.evaluation().accuracy));

    // Nor is it that of other weights.
    const auto armed = std::make_shared<bool>(false);
    const Activation fragile("fragile", [armed](const auto& x) {
        if (*armed) throw std::domain_error("no x");
        return x;
    });
    Mlp<double> other({1, 1}, fragile, fragile);
    Trainer twice(other, loss("squared"), GradientDescent{}, data, {.epochs = 1});
    EXPECT_TRUE(std::isnan(twice.run_epoch().validation.loss)) << "there is no validation data";
    Trainer whole(other, loss("squared"), GradientDescent{}, data, {.epochs = 1});
    whole.run();
    EXPECT_TRUE(std::isfinite(whole.evaluation().loss));
    *armed = true;
    EXPECT_NE(error_of([&] { whole.run_epoch(); }), "");
    EXPECT_TRUE(std::isnan(whole.evaluation().loss));
}

// ---- An activation that throws ----

const Activation fragile("fragile", [](const auto& x) {
    if (x < -3.0) throw std::domain_error("no x below -3");
    return x;
});

// Layer 1 hands 2 and 4 to layer 2, whose second neuron has -1 * 2 and -1 * 4.
TEST(TrainingFailureTest, AnActivationThatThrowsIsNamedWithItsPlaceAndItsText) {
    const Dataset data{.width = 1, .target_width = 1, .inputs = {2, 4}, .targets = {1, 1}};
    Mlp<double> net({Layer{1, 1, activation("identity"), Bias::none}, Layer{1, 2, fragile, Bias::none},
                     Layer{2, 1, activation("identity"), Bias::none}});
    const Numbers given{1, 1, -1, 1, 1};
    net.set_parameters(given);
    Trainer trainer(net, loss("squared"), GradientDescent{}, data, {.epochs = 1, .batch = 2});
    EXPECT_EQ(
        error_of([&] { trainer.run(); }),
        "training broke off in epoch 1, at sample 1 of the data: the activation fragile of neuron 2 throws "
        "in layer 2, at z = -4: no x below -3; the model is as it was");
    EXPECT_EQ(numbers(net), given);

    Dataset small = data;
    small.inputs = {1, 1};
    Trainer validated(net, loss("squared"), GradientDescent{.rate = 1e-9}, small,
                      {.epochs = 1, .batch = 2, .validation = &data});
    EXPECT_THAT(error_of([&] { validated.run(); }),
                AllOf(HasSubstr("training broke off in epoch 1, in validation, at sample 1 of the data: "),
                      HasSubstr("no x below -3; the model holds the last weights whose loss was finite")));
    EXPECT_EQ(numbers(net), given);
}

// A parameter each, by which the second one throws alone; and of a layer as a whole no neuron is named.
TEST(TrainingFailureTest, AnActivationWithParametersThatThrowsIsNamedToo) {
    const Dataset data{.width = 1, .target_width = 1, .inputs = {2}, .targets = {1}};
    const auto above_one = [](const auto& x, auto p) {
        if (p[0] > 1.0) throw std::domain_error("no p above 1");
        return p[0] * x;
    };
    Mlp<double> net({Layer{1, 2, Activation("each", above_one, {1.0}, Each::neuron), Bias::none},
                     Layer{2, 1, activation("identity"), Bias::none}});
    net.set_parameters(Numbers{1, 1, 0.5, 1.5, 1, 1});
    Trainer trainer(net, loss("squared"), GradientDescent{}, data, {.epochs = 1});
    EXPECT_THAT(error_of([&] { trainer.run(); }),
                HasSubstr("the activation each of neuron 2 throws in layer 1, at z = 2: no p above 1"));

    const Activation never =
        Activation::of_layer("never", [](auto) { throw std::domain_error("not today"); });
    Mlp<double> whole({1, 1}, never, never);
    Trainer other(whole, loss("squared"), GradientDescent{}, data, {.epochs = 1});
    EXPECT_THAT(error_of([&] { other.run(); }),
                HasSubstr("the activation never throws in layer 1: not today"));
}

TEST(TrainingFailureTest, WhatALossThrowsComesOutAsItIs) {
    const Dataset data{.width = 1, .target_width = 1, .inputs = {2}, .targets = {1}};
    const Loss angry("angry", [](const auto& y, const Target&) {
        if (y[0] == y[0]) throw std::domain_error("no loss");
        return y[0];
    });
    Mlp<double> net = line();
    Trainer trainer(net, angry, GradientDescent{}, data, {.epochs = 1});
    EXPECT_THROW(trainer.run(), std::domain_error);
}

// ---- Whether the rate is to blame ----

// The first sample's step, and then one at which sqrt is no number: at z = -4, or at -4e6.
TEST(TrainingFailureTest, TheRateIsBlamedForLargeNumbersAlone) {
    const Activation root("root", [](const auto& x) { return sqrt(x); });
    const auto what = [&](double z) {
        const Dataset data{.width = 1, .target_width = 1, .inputs = {1, 1}, .targets = {1, 1}},
            beside{.width = 1, .target_width = 1, .inputs = {z}, .targets = {1}};
        Mlp<double> net({Layer{1, 1, root, Bias::none}});
        net.set_parameters(Numbers{1});
        Trainer trainer(net, loss("squared"), GradientDescent{.rate = 1e-9}, data,
                        {.epochs = 1, .validation = &beside});
        return error_of([&] { trainer.run(); });
    };
    EXPECT_THAT(what(-4),
                AllOf(HasSubstr("root of neuron 1 is nan in layer 1, at z = -4, where its formula has no "
                                "finite value; the model holds"),
                      Not(HasSubstr("rate"))));
    EXPECT_THAT(what(-4e6), AllOf(HasSubstr("at z = -4e+06; the rate may be too large; the model holds"),
                                  Not(HasSubstr("formula"))));
}

// The trainer once restored the weights that it was built with.
TEST(TrainingFailureTest, WeightsThatTheModelWasGivenAfterwardsStay) {
    Dataset data = two_moons(10, 0.1, 1);
    data.inputs[0] = nan;
    Mlp<double> net({2, 4, 1}, activation("tanh"), activation("identity"));
    Trainer trainer(net, loss("hinge"), GradientDescent{}, data, {.batch = 10});
    Random random(1);
    he(net, random);
    const Numbers before = numbers(net);
    EXPECT_THAT(error_of([&] { trainer.run(); }), HasSubstr("the model is as it was"));
    EXPECT_EQ(numbers(net), before);
}

// The moments once stayed NaN, and the restored weights could not be trained on.
TEST(TrainingFailureTest, TheOptimiserIsRestoredWithTheWeights) {
    const Dataset data{.width = 1, .target_width = 1, .inputs = {1e200}, .targets = {1}};
    Mlp<double> net = line();
    const Loss steep("steep", [](const auto& y, const Target&) { return 1e200 * y[0]; });
    Trainer trainer(net, steep, Adam{}, data, {});
    EXPECT_THAT(error_of([&] { trainer.run(); }),
                HasSubstr("the gradient is not finite in layer 1 in epoch 1"));
    EXPECT_EQ(std::get<Adam>(trainer.optimiser()), Adam{});
    EXPECT_EQ(numbers(net), (Numbers{0, 0}));
}

TEST(TrainingFailureTest, RatesThatAreNoPositiveNumberAreRefused) {
    const Dataset data = xor_table();
    Mlp<double> net({2, 1}, activation("tanh"), activation("identity"));
    for (const Optimiser& o : {Optimiser(GradientDescent{.rate = -1}), Optimiser(Adam{.rate = 0}),
                               Optimiser(Adam{.rate = std::numeric_limits<double>::infinity()})})
        EXPECT_THAT(error_of([&] { Trainer(net, loss("hinge"), o, data, {}); }),
                    HasSubstr("a learning rate is a positive number"));
}

// ---- Outputs and classes ----

TEST(TrainingFailureTest, OutputsThatAreNotTheClassesAreRefused) {
    const Dataset ten{.width = 1, .class_count = 10, .inputs = {1, 2}, .labels = {0, 9}};
    for (const std::size_t outputs : {1U, 2U, 9U, 11U}) {
        const Mlp<double> net({1, outputs}, activation("tanh"), activation("identity"));
        EXPECT_NE(error_of([&] { evaluate(net, loss("squared"), ten); }), "") << outputs;
    }
    const Mlp<double> net({1, 10}, activation("tanh"), activation("identity"));
    EXPECT_EQ(evaluate(net, loss("squared"), ten).confusion.size(), 100U);
}

// 2^32 classes squared are 0 cells, which were written to.
TEST(TrainingFailureTest, AClassCountWhoseSquareOverflowsIsRefused) {
    const Dataset data{
        .width = 1, .class_count = std::size_t{1} << 32, .inputs = {1}, .labels = {std::vector{0}}};
    EXPECT_THAT(error_of([&] { evaluate(line(), loss("squared"), data); }), HasSubstr("4294967296 classes"));
    const Dataset unlabelled{
        .width = 1, .target_width = 1, .class_count = std::size_t{1} << 31, .inputs = {1}, .targets = {1}};
    EXPECT_TRUE(evaluate(line(), loss("squared"), unlabelled).confusion.empty());
}

TEST(TrainingFailureTest, ALossOfOnesOwnIsHeldToWhatItNeedsAndNotToItsName) {
    const Dataset labels{.width = 1, .class_count = 2, .inputs = {1}, .labels = {1}},
        values{.width = 1, .target_width = 1, .inputs = {1}, .targets = {3}};
    const Loss own(
        "hinge", [](const auto& y, const Target& t) { return abs(y[0] - t.values[0]); }, Needs::values);
    EXPECT_THAT(error_of([&] { evaluate(line(), own, labels); }), HasSubstr("needs a value for each output"));
    EXPECT_EQ(evaluate(line(), own, values).loss, 3);
}

}  // namespace
