// What the trainer does beyond plain batches: dropout, frozen layers, penalties, clipping, schedules,
// patience.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <wengert/nn/initialiser.hpp>
#include <wengert/nn/synthetic.hpp>
#include <wengert/nn/trainer.hpp>

#include "support/error_of.hpp"

namespace {

using namespace wengert;
using namespace wengert::nn;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

using Numbers = std::vector<double>;

Numbers numbers(const Mlp<double>& net) { return {net.parameters().begin(), net.parameters().end()}; }

Mlp<double> with_dropout(double rate) {
    Mlp<double> net({Layer{2, 16, activation("tanh"), Bias::per_neuron, rate},
                     Layer{16, 8, activation("tanh")}, Layer{8, 1, activation("identity")}});
    Random random(1);
    xavier(net, random);
    return net;
}

// ---- Dropout ----

TEST(DropoutTest, MasksAreZeroOrTheInverseOfWhatIsKeptInTheAskedForShare) {
    const std::vector<Layer> layers{Layer{1, 10000, activation("tanh"), Bias::none, 0.3},
                                    Layer{10000, 1, activation("tanh")}};
    Numbers masks(count_masks(layers));
    ASSERT_EQ(masks.size(), 10000U);
    dropout_masks(layers, 1, 2, 3, masks);
    const auto dropped = static_cast<double>(std::ranges::count(masks, 0.0));
    EXPECT_NEAR(dropped, 3000, 4 * std::sqrt(10000 * 0.3 * 0.7));
    for (const double mask : masks) EXPECT_TRUE(mask == 0 || mask == 1 / 0.7) << mask;
}

TEST(DropoutTest, MasksDependOnSeedStepSampleAndLayerAndNothingElse) {
    const std::vector<Layer> layers{Layer{1, 64, activation("tanh"), Bias::none, 0.5},
                                    Layer{64, 64, activation("tanh"), Bias::none, 0.5},
                                    Layer{64, 1, activation("tanh")}};
    const auto masks = [&](std::uint64_t seed, std::uint64_t step, std::uint64_t sample) {
        Numbers m(count_masks(layers));
        dropout_masks(layers, seed, step, sample, m);
        return m;
    };
    const Numbers one = masks(1, 2, 3);
    EXPECT_EQ(masks(1, 2, 3), one);
    for (const Numbers& other :
         {masks(2, 2, 3), masks(1, 3, 3), masks(1, 2, 4), masks(2, 1, 3), masks(1, 3, 2)})
        EXPECT_NE(other, one);
    EXPECT_FALSE(std::equal(one.begin(), one.begin() + 64, one.begin() + 64)) << "of two layers";
}

TEST(DropoutTest, ADroppedNeuronPassesNothingEitherWay) {
    Mlp<double> net({Layer{1, 2, activation("identity"), Bias::none, 0.5},
                     Layer{2, 1, activation("identity"), Bias::none}});
    net.set_parameters(Numbers{3, 5, 7, 11});
    const Recording<> scope;
    const std::vector<Value> p = variables(numbers(net));
    std::vector<Value> y(1);
    net.forward<Value, double>(p, Numbers{1}, y, Numbers{0, 2});
    y[0].backward();
    EXPECT_EQ(y[0].value(), 5 * 2 * 11);
    EXPECT_EQ(p[0].grad(), 0);
    EXPECT_EQ(p[1].grad(), 2 * 11);
    EXPECT_EQ(p[2].grad(), 0);
    EXPECT_EQ(p[3].grad(), 5 * 2);
}

TEST(DropoutThreads, OneAndEightGiveTheSameBits) {
    const Dataset data = two_moons(300, 0.1, 1);
    Numbers first;
    for (const std::size_t threads : {1U, 8U}) {
        Mlp<double> net = with_dropout(0.4);
        Trainer trainer(net, loss("hinge"), Adam{}, data, {.epochs = 2, .batch = 100, .threads = threads});
        trainer.run();
        if (first.empty()) first = numbers(net);
        EXPECT_EQ(numbers(net), first) << threads;
    }
}

TEST(DropoutTest, IsOffInEvaluationAndChangesTraining) {
    const Dataset data = two_moons(50, 0.1, 1);
    Mlp<double> dropping = with_dropout(0.5), plain = with_dropout(0);
    EXPECT_EQ(evaluate(dropping, loss("hinge"), data).loss, evaluate(plain, loss("hinge"), data).loss);
    std::vector<std::size_t> all(50);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    BatchGradient with(dropping, loss("hinge"), data, 1), without(plain, loss("hinge"), data, 1);
    Numbers g(numbers(plain).size()), h = g, again = g;
    with(all, g, {.seed = 1, .step = 1});
    without(all, h);
    EXPECT_NE(g, h);
    with(all, again, {.seed = 1, .step = 2});
    EXPECT_NE(g, again);
    with(all, again, {.seed = 1, .step = 1});
    EXPECT_EQ(g, again);
}

TEST(DropoutTest, AShareThatIsNoneOrOnTheOutputIsRefused) {
    const auto net = [](double hidden, double output) {
        return Mlp<double>({Layer{2, 3, activation("tanh"), Bias::none, hidden},
                            Layer{3, 1, activation("tanh"), Bias::none, output}});
    };
    for (const double rate : {-0.1, 1.0, std::numeric_limits<double>::quiet_NaN()})
        EXPECT_THAT(error_of([&] { net(rate, 0); }), HasSubstr("layer 1 has a dropout of "));
    EXPECT_THAT(error_of([&] { net(0, 0.5); }), HasSubstr("the output layer has a dropout"));
    EXPECT_THAT(error_of([&] {
                    const Mlp<double> two = net(0.5, 0);
                    std::vector<double> y(1);
                    two.forward<double, double>(two.parameters(), Numbers{1, 2}, y, Numbers{1});
                }),
                HasSubstr("needs 3 masks, it got 1"));
}

// ---- Frozen layers ----

TEST(FrozenLayersTest, StayToTheBitWhateverTheOptimiser) {
    const Dataset data = two_moons(60, 0.1, 1);
    for (const char* const name : {"gradient_descent", "momentum", "adamw"}) {
        for (const std::size_t frozen : {0U, 1U, 2U}) {
            Mlp<double> net = with_dropout(0);
            const Numbers before = numbers(net);
            net.freeze(frozen);
            Trainer trainer(net, loss("hinge"), optimiser(name, 0.05), data,
                            {.epochs = 3, .batch = 20, .l1 = 0.01, .l2 = 0.01});
            trainer.run();
            for (std::size_t l = 0; l < 3; ++l) {
                const std::size_t first = net.first_parameter(l), n = net.layers()[l].parameters();
                const bool same = std::ranges::equal(net.parameters().subspan(first, n),
                                                     std::span(before).subspan(first, n));
                EXPECT_EQ(same, l == frozen) << name << ", layer " << l + 1;
            }
        }
    }
}

TEST(FrozenLayersTest, TheOthersGradientsAreWhatTheyWereAndTheirOwnAreZero) {
    const Dataset data = two_moons(40, 0.1, 1);
    Mlp<double> net = with_dropout(0), middle = with_dropout(0);
    middle.freeze(1);
    std::vector<std::size_t> all(40);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    Numbers g(numbers(net).size()), h = g;
    BatchGradient(net, loss("hinge"), data, 1)(all, g);
    BatchGradient(middle, loss("hinge"), data, 1)(all, h);
    const std::size_t first = net.first_parameter(1), n = net.layers()[1].parameters();
    for (std::size_t k = 0; k < g.size(); ++k) EXPECT_EQ(h[k], k >= first && k < first + n ? 0 : g[k]) << k;
}

TEST(FrozenLayersTest, LowerOnesRecordNothing) {
    const Dataset data = two_moons(40, 0.1, 1);
    const auto bytes = [&](bool frozen) {
        Mlp<double> net = with_dropout(0);
        net.freeze(0, frozen);
        net.freeze(1, frozen);
        Trainer trainer(net, loss("hinge"), Adam{}, data, {.epochs = 1});
        trainer.run();
        return trainer.peak_tape_bytes();
    };
    EXPECT_LT(bytes(true), bytes(false) / 3);
}

TEST(FrozenLayersTest, AllOfThemLeaveNothingToTrain) {
    const Dataset data = two_moons(40, 0.1, 1);
    Mlp<double> net = with_dropout(0);
    for (const std::size_t l : {0U, 1U, 2U}) net.freeze(l);
    EXPECT_THAT(error_of([&] { Trainer(net, loss("hinge"), Adam{}, data, {}); }),
                HasSubstr("all layers of the network are frozen"));
    EXPECT_THAT(error_of([&] { net.freeze(3); }), HasSubstr("no layer 3, counted from 0: the network has 3"));
}

// ---- One step, worked out by hand: y = w x + b at w = 3, b = 1; one sample x = 2, target 5 ----
//
// E = (7 - 5)^2 / 2 = 2, dE/dw = (7 - 5) 2 = 4, dE/db = 2.

Numbers after_one_step(const TrainingOptions& options, double rate = 0.25) {
    const Dataset data{.width = 1, .target_width = 1, .inputs = {2}, .targets = {5}};
    Mlp<double> net({1, 1}, activation("identity"), activation("identity"));
    net.set_parameters(Numbers{3, 1});
    TrainingOptions one = options;
    one.validation = nullptr;
    Trainer(net, loss("squared"), GradientDescent{.rate = rate}, data, one).run_epoch();
    return numbers(net);
}

TEST(PenaltyTest, LeavesTheBiasOut) {
    EXPECT_THAT(after_one_step({}), ElementsAre(3 - 0.25 * 4, 1 - 0.25 * 2));
    EXPECT_THAT(after_one_step({.l2 = 0.5}), ElementsAre(3 - 0.25 * (4 + 2 * 0.5 * 3), 0.5));
    EXPECT_THAT(after_one_step({.l1 = 2}), ElementsAre(3 - 0.25 * (4 + 2), 0.5));
    EXPECT_THAT(after_one_step({.l1 = 2, .l2 = 0.5}), ElementsAre(3 - 0.25 * (4 + 2 + 3), 0.5));
}

TEST(ClippingTest, BoundsTheStepByValueThenByNorm) {
    EXPECT_THAT(after_one_step({.clip_value = 3}), ElementsAre(3 - 0.25 * 3, 1 - 0.25 * 2));
    const double norm = std::sqrt(20.0);
    const Numbers clipped = after_one_step({.clip_norm = 1});
    EXPECT_DOUBLE_EQ(clipped[0], 3 - 0.25 * 4 / norm);
    EXPECT_DOUBLE_EQ(clipped[1], 1 - 0.25 * 2 / norm);
    EXPECT_THAT(after_one_step({.clip_norm = 10}), ElementsAre(2, 0.5)) << "it is below";
    const Numbers both = after_one_step({.clip_norm = 1, .clip_value = 2});
    EXPECT_DOUBLE_EQ(both[0], 3 - 0.25 / std::sqrt(2.0));
}

// ---- The schedule ----

TEST(ScheduleInTrainingTest, ScalesTheRateOfEachStep) {
    const Dataset data{.width = 1, .target_width = 1, .inputs = {2, 2}, .targets = {5, 5}};
    Mlp<double> net({1, 1}, activation("identity"), activation("identity"));
    Schedule cosine = schedule("cosine");
    Trainer trainer(net, loss("mean_squared"), GradientDescent{.rate = 0.1}, data,
                    {.epochs = 4, .batch = 1, .schedule = cosine});
    const auto reports = trainer.run();
    ASSERT_EQ(reports.size(), 4U);
    for (std::size_t e = 0; e < 4; ++e)  // the second of two steps has its middle at 3/4 of the epoch
        EXPECT_DOUBLE_EQ(reports[e].rate, 0.1 * cosine.factor(static_cast<double>(e) + 0.75, 4));
    EXPECT_GT(reports[0].rate, reports[3].rate);
    EXPECT_EQ(rate_of(trainer.optimiser()), 0.1);
}

// ---- Patience ----

// Training data and validation data that want opposite things: the validation loss rises from the start.
TEST(PatienceTest, EndsWithoutImprovementAndKeepsTheBestWeights) {
    const Dataset data{.width = 1, .target_width = 1, .inputs = {1}, .targets = {1}};
    const Dataset validation{.width = 1, .target_width = 1, .inputs = {1}, .targets = {-1}};
    Mlp<double> net({1, 1}, activation("identity"), activation("identity"));
    Trainer trainer(net, loss("mean_squared"), GradientDescent{.rate = 0.05}, data,
                    {.epochs = 50, .validation = &validation, .patience = 3});
    std::vector<Numbers> after;
    const auto reports = trainer.run();
    ASSERT_EQ(reports.size(), 4U);
    EXPECT_EQ(trainer.best_epoch(), 1U);
    EXPECT_TRUE(reports[0].best);
    for (std::size_t e = 1; e < 4; ++e) EXPECT_FALSE(reports[e].best);
    EXPECT_EQ(evaluate(net, loss("mean_squared"), validation).loss, reports[0].validation.loss);
    EXPECT_EQ(trainer.evaluation().loss, evaluate(net, loss("mean_squared"), data).loss);
}

TEST(PatienceTest, OfAllEpochsRunsToTheEndAndStillKeepsTheBest) {
    const Dataset data = two_moons(30, 0.5, 1), validation = two_moons(30, 0.5, 2);
    Mlp<double> net = with_dropout(0);
    Trainer trainer(net, loss("hinge"), Adam{.rate = 0.05}, data,
                    {.epochs = 30, .batch = 5, .validation = &validation, .patience = 30});
    const auto reports = trainer.run();
    ASSERT_EQ(reports.size(), 30U);
    const auto lowest =
        std::ranges::min_element(reports, {}, [](const EpochReport& e) { return e.validation.loss; });
    EXPECT_EQ(trainer.best_epoch(), lowest->epoch);
    EXPECT_LT(lowest->epoch, 30U) << "else this holds nothing";
    EXPECT_EQ(evaluate(net, loss("hinge"), validation).loss, lowest->validation.loss);
}

TEST(PatienceTest, NeedsValidationData) {
    const Dataset data = two_moons(60, 0.3, 1);
    Mlp<double> net = with_dropout(0);
    EXPECT_THAT(error_of([&] { Trainer(net, loss("hinge"), Adam{}, data, {.patience = 1}); }),
                HasSubstr("give validation data, or no patience"));
}

TEST(TrainingOptionsTest, NumbersOutOfRangeAreRefused) {
    const Dataset data = two_moons(60, 0.3, 1);
    Mlp<double> net = with_dropout(0);
    const auto problem = [&](const TrainingOptions& o) {
        return error_of([&] { Trainer(net, loss("hinge"), Adam{}, data, o); });
    };
    EXPECT_THAT(problem({.l1 = -1}), HasSubstr("l1 is a number of at least 0, it was -1"));
    EXPECT_THAT(problem({.clip_norm = 0}), HasSubstr("clipped to a norm above 0"));
    EXPECT_THAT(problem({.clip_value = -2}), HasSubstr("clipped to numbers above 0"));
}

// ---- Where a number went wrong ----

TEST(DiagnosisTest, AnActivationThatIsNaNSomewhereIsNamedWithItsLayer) {
    const Activation root("root", [](const auto& x) { return sqrt(x); });
    const Dataset data{.width = 1, .target_width = 1, .inputs = {1, -4}, .targets = {1, 1}};
    Mlp<double> net({Layer{1, 1, activation("identity"), Bias::none}, Layer{1, 2, root, Bias::none},
                     Layer{2, 1, activation("identity"), Bias::none}});
    net.set_parameters(Numbers{1, 1, 1, 1, 1});
    Trainer trainer(net, loss("squared"), GradientDescent{.rate = 1e-9}, data, {.epochs = 1});
    EXPECT_THAT(error_of([&] { trainer.run(); }),
                AllOf(HasSubstr("at sample 1 of the data"), HasSubstr("the activation root of neuron 1 is "),
                      HasSubstr("nan in layer 2"), HasSubstr("at z = -4")));
    EXPECT_THAT(numbers(net), Each(1));
}

TEST(DiagnosisTest, ASumThatOverflowsIsNamedWithItsLayer) {
    const Dataset data{.width = 1, .target_width = 1, .inputs = {1e300}, .targets = {1}};
    Mlp<double> net(
        {Layer{1, 1, activation("identity"), Bias::none}, Layer{1, 1, activation("identity"), Bias::none}});
    net.set_parameters(Numbers{1, 1e10});
    Trainer trainer(net, loss("squared"), GradientDescent{}, data, {.epochs = 1});
    EXPECT_THAT(error_of([&] { trainer.run(); }), HasSubstr("the sum of neuron 1 is inf in layer 2"));
}

TEST(DiagnosisTest, AnInputThatIsNoNumberIsNamed) {
    const Dataset data{.width = 2,
                       .target_width = 1,
                       .inputs = {1, std::numeric_limits<double>::quiet_NaN()},
                       .targets = {1}};
    Mlp<double> net({2, 1}, activation("identity"), activation("identity"));
    Trainer trainer(net, loss("squared"), GradientDescent{}, data, {.epochs = 1});
    EXPECT_THAT(error_of([&] { trainer.run(); }), HasSubstr("its input 2 is not finite"));
}

TEST(DiagnosisTest, ATargetThatIsNoNumberIsNamedAndTheRateIsNotBlamed) {
    const Dataset data{
        .width = 1, .target_width = 1, .inputs = {1}, .targets = {std::numeric_limits<double>::quiet_NaN()}};
    Mlp<double> net({1, 1}, activation("identity"), activation("identity"));
    Trainer trainer(net, loss("squared"), GradientDescent{}, data, {.epochs = 1});
    const std::string what = error_of([&] { trainer.run(); });
    EXPECT_THAT(what, HasSubstr("its target 1 is not finite"));
    EXPECT_THAT(what, testing::Not(HasSubstr("rate")));
}

TEST(DiagnosisTest, ALossThatOverflowsNamesTheLargestParameter) {
    const Dataset data{.width = 1, .target_width = 1, .inputs = {1}, .targets = {1}};
    Mlp<double> net({Layer{1, 1, activation("identity")}, Layer{1, 1, activation("identity")}});
    net.set_parameters(Numbers{1, 0, 1e160, 0});
    Trainer trainer(net, loss("squared"), GradientDescent{}, data, {.epochs = 1});
    EXPECT_THAT(error_of([&] { trainer.run(); }),
                AllOf(HasSubstr("its outputs, up to 1e+160, and targets, up to 1;"),
                      HasSubstr("a weight of neuron 1 in layer 2, 1e+160")));
}

// sqrt(x^2) is |x|, but its slope at 0 is 0 / 0.
TEST(DiagnosisTest, ADerivativeThatIsNoNumberIsNamedWithItsLayer) {
    const Activation root("root", [](const auto& x) { return sqrt(square(x)); });
    const Dataset data{.width = 1, .target_width = 1, .inputs = {1}, .targets = {1}};
    Mlp<double> net(
        {Layer{1, 1, activation("identity")}, Layer{1, 1, root}, Layer{1, 1, activation("tanh")}});
    net.set_parameters(Numbers{1, 0, 0, 0, 1, 0});
    Trainer trainer(net, loss("squared"), GradientDescent{}, data, {.epochs = 1});
    EXPECT_THAT(error_of([&] { trainer.run(); }),
                HasSubstr("the gradient is not finite in layer 2 in epoch 1"));
    EXPECT_THAT(numbers(net), ElementsAre(1, 0, 0, 0, 1, 0));
}

TEST(DiagnosisTest, LayersThatNothingPassesAreNoted) {
    const Activation constant("constant", [](const auto& x) { return 0 * x + 1; });
    const Mlp<double> net(
        {Layer{1, 2, activation("tanh")}, Layer{2, 2, constant}, Layer{2, 1, activation("softmax")}});
    EXPECT_THAT(notes_on(net),
                ElementsAre("constant in layer 2 is flat, so what lies before it does not learn"));
}

// Its exception once took all notes away.
TEST(DiagnosisTest, AnActivationThatThrowsIsNotedBesideTheOthers) {
    const Activation fragile("fragile", [](const auto& x) {
        if (x < -3.0) throw std::domain_error("no x below -3");
        return x;
    });
    const Mlp<double> net(
        {Layer{1, 2, fragile}, Layer{2, 2, activation("step")}, Layer{2, 1, activation("identity")}});
    EXPECT_THAT(notes_on(net),
                ElementsAre("in layer 1, the activation fragile throws at x = -3.015625: no x below -3",
                            "step in layer 2 is flat, so what lies before it does not learn"));
}

}  // namespace
