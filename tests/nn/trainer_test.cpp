#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>

#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <numeric>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wengert/error.hpp>
#include <wengert/nn/batch_gradient.hpp>
#include <wengert/nn/initialiser.hpp>
#include <wengert/nn/synthetic.hpp>
#include <wengert/nn/trainer.hpp>

#include "support/backpropagation.hpp"
#include "support/error_of.hpp"
#include "support/own_recording.hpp"

namespace {

using namespace wengert;
using namespace wengert::nn;
using testing::HasSubstr;

using Numbers = std::vector<double>;

Mlp<double> network(const std::vector<std::size_t>& widths, std::string_view hidden, std::uint64_t seed = 1) {
    Mlp<double> net(widths, activation(hidden), activation("identity"));
    Random random(seed);
    if (hidden == "relu")
        he(net, random);
    else
        xavier(net, random);
    return net;
}
Numbers numbers(const Mlp<double>& net) { return {net.parameters().begin(), net.parameters().end()}; }

// ---- It learns ----

TEST(TrainerTest, LearnsXor) {
    const Dataset data = xor_table();
    for (const char* const name : {"hinge", "squared"}) {
        Mlp<double> net = network({2, 8, 1}, "tanh");
        Trainer trainer(net, loss(name), Adam{.rate = 0.05}, data, {.epochs = 200, .batch = 4});
        const auto reports = trainer.run();
        EXPECT_EQ(reports.size(), 200U);
        EXPECT_LT(reports.back().loss, 0.01) << name;
        EXPECT_EQ(evaluate(net, loss(name), data).accuracy, 1) << name;
    }
}

TEST(TrainerTest, LearnsTwoMoons) {
    const Dataset data = two_moons(100, 0.1, 1);
    Mlp<double> net = network({2, 16, 16, 1}, "relu");
    Trainer trainer(net, loss("hinge"), Adam{.rate = 0.02}, data, {.epochs = 40, .batch = 10, .l2 = 1e-4});
    const auto reports = trainer.run();
    EXPECT_LT(reports.back().loss, reports.front().loss / 10);
    const Evaluation e = evaluate(net, loss("hinge"), data);
    EXPECT_EQ(e.accuracy, 1);
    EXPECT_EQ(e.confusion, (std::vector<std::size_t>{50, 0, 0, 50}));
    EXPECT_GT(trainer.peak_tape_bytes(),
              16U * 32);  // an edge for each weight of a neuron's activation, at least
}

TEST(TrainerTest, LearnsTargetsWithoutLabels) {
    Dataset line{
        .width = 1, .target_width = 2, .inputs = {0, 1, 2, 3}, .targets = {1, 0, 3, -1, 5, -2, 7, -3}};
    Mlp<double> net({1, 2}, activation("identity"), activation("identity"));
    Trainer trainer(net, loss("squared"), GradientDescent{.rate = 0.05}, line, {.epochs = 300, .batch = 4});
    const auto reports = trainer.run();
    EXPECT_TRUE(std::isnan(reports.back().accuracy));
    const Numbers wanted{2, -1, 1, 0};
    for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(net.parameters()[k], wanted[k], 1e-6);
}

// ---- What a step is ----

TEST(TrainerTest, ABatchsGradientIsTheSumOverItsSamplesWhateverItsSize) {
    constexpr std::size_t size = 300;
    const Dataset data = two_moons(size, 0.2, 3);
    const Mlp<double> net = network({2, 5, 4, 1}, "tanh");
    BatchGradient batch(net, loss("hinge"), data, 1);
    for (const std::size_t n : {1U, 7U, 15U, 16U, 17U, 100U, 256U, 257U, 300U}) {
        std::vector<std::size_t> samples(n);
        for (std::size_t k = 0; k < n; ++k) samples[k] = (k * 7 + 3) % size;
        Numbers wanted(net.parameters().size()), got(net.parameters().size(), 99);
        double total = 0;
        std::size_t correct = 0;
        for (const std::size_t i : samples) {
            const Numbers x(data.input(i).begin(), data.input(i).end());
            const auto hand = by_hand::backpropagate(net, "hinge", x, target_of(data, i));
            for (std::size_t k = 0; k < wanted.size(); ++k) wanted[k] += hand.gradient[k];
            total += hand.loss;
            correct += (net.predict(x)[0] > 0) == (data.label(i) == 1);
        }
        const BatchResult result = batch(samples, got);
        EXPECT_LE(by_hand::largest_gap(net, got, wanted), 1e-12) << n;
        EXPECT_NEAR(result.loss, total, 1e-12 * total) << n;
        EXPECT_EQ(result.correct, correct) << n;
        EXPECT_EQ(result.not_finite, BatchResult::none);
    }
    Numbers got(net.parameters().size(), 99);
    EXPECT_EQ(batch({}, got).loss, 0);
    EXPECT_EQ(got, Numbers(got.size()));
}

// Of a loss that is averaged over the batch, and of the lecture's, which is summed.
TEST(TrainerTest, AStepFollowsTheBatchsGradientAndThePenaltyOfTheWeightsAlone) {
    const Dataset data = xor_table();
    for (const auto& [name, shares] : {std::pair("mean_squared", 4.0), std::pair("squared", 1.0)}) {
        Mlp<double> net = network({2, 3, 1}, "tanh");
        for (double& p : net.parameters()) p += 0.25;  // biases that are not 0
        const Mlp<double> before = net;
        Numbers g(net.parameters().size());
        const std::vector<std::size_t> all{0, 1, 2, 3};
        const double sum = BatchGradient(before, loss(name), data, 1)(all, g).loss;

        Trainer trainer(net, loss(name), GradientDescent{.rate = 0.5}, data, {.batch = 4, .l2 = 0.01});
        const EpochReport report = trainer.run_epoch();
        double penalty = 0;
        for (std::size_t l = 0, k = 0; l < before.layers().size(); ++l)
            for (std::size_t p = 0; p < before.layers()[l].parameters(); ++p, ++k) {
                const double w = p < before.layers()[l].weights() ? before.parameters()[k] : 0;
                penalty += 0.01 * w * w;
                EXPECT_NEAR(net.parameters()[k], before.parameters()[k] - 0.5 * (g[k] / shares + 0.02 * w),
                            1e-14)
                    << k;
            }
        EXPECT_GT(penalty, 0);
        EXPECT_NEAR(report.loss, sum / shares, 1e-14);  // told without it, as evaluate() does
    }
}

// ---- Reports ----

TEST(TrainerTest, CallbacksAreToldOfEachBatchAndEpoch) {
    const Dataset data = two_moons(50, 0.1, 1);
    Mlp<double> net = network({2, 4, 1}, "relu");
    std::vector<std::size_t> seen, epochs;
    TrainingOptions options{.epochs = 2, .batch = 20};
    options.on_batch = [&](const Progress& p) {
        seen.push_back(p.samples);
        EXPECT_EQ(p.of, 50U);
        EXPECT_EQ(p.epoch, epochs.size() + 1);
        EXPECT_TRUE(std::isfinite(p.loss) && p.accuracy >= 0 && p.accuracy <= 1 && p.seconds >= 0);
    };
    options.on_epoch = [&](const EpochReport& r) { epochs.push_back(r.epoch); };
    Trainer trainer(net, loss("hinge"), GradientDescent{}, data, options);
    const auto reports = trainer.run();
    EXPECT_EQ(seen, (std::vector<std::size_t>{20, 40, 50, 20, 40, 50}));
    EXPECT_EQ(epochs, (std::vector<std::size_t>{1, 2}));
    ASSERT_EQ(reports.size(), 2U);
    EXPECT_EQ(reports[1].epoch, 2U);
    EXPECT_TRUE(trainer.run().empty());  // no epoch is left
}

TEST(TrainerTest, ValidationIsTheEvaluationAtTheEpochsEnd) {
    const Dataset data = two_moons(40, 0.1, 1), validation = two_moons(30, 0.1, 2);
    Mlp<double> net = network({2, 4, 1}, "relu");
    Trainer trainer(net, loss("hinge"), GradientDescent{}, data, {.epochs = 3, .validation = &validation});
    for (int epoch = 0; epoch < 3; ++epoch) {
        const EpochReport report = trainer.run_epoch();
        const Evaluation e = evaluate(net, loss("hinge"), validation);
        EXPECT_EQ(report.validation.loss, e.loss);
        EXPECT_EQ(report.validation.accuracy, e.accuracy);
        EXPECT_EQ(report.validation.confusion, e.confusion);
        EXPECT_EQ(std::accumulate(e.confusion.begin(), e.confusion.end(), std::size_t{0}), 30U);
    }
}

TEST(TrainerTest, AStopTokenEndsTrainingAfterTheBatchUnderWay) {
    const Dataset data = two_moons(50, 0.1, 1);
    Mlp<double> net = network({2, 4, 1}, "relu");
    std::stop_source source;
    std::size_t epochs = 0;
    TrainingOptions options{.epochs = 5, .batch = 10};
    options.on_epoch = [&](const EpochReport&) { ++epochs; };
    options.stop = source.get_token();
    options.on_batch = [&](const Progress& p) {
        if (p.epoch == 2 && p.samples == 30) source.request_stop();
    };
    Trainer trainer(net, loss("hinge"), GradientDescent{}, data, options);
    const auto reports = trainer.run();
    EXPECT_TRUE(trainer.stopped());
    ASSERT_EQ(reports.size(), 2U);
    EXPECT_EQ(reports[1].samples, 30U);

    const EpochReport none = trainer.run_epoch();  // once stopped, it hears of nothing
    EXPECT_EQ(none.samples, 0U);
    EXPECT_TRUE(std::isnan(none.loss) && std::isnan(none.accuracy));
    EXPECT_EQ(epochs, 2U);
}

// ---- The same bits ----

Numbers trained(std::size_t threads, std::size_t batch, std::uint64_t seed, Numbers& losses) {
    const Dataset data = two_moons(300, 0.2, 1);
    Mlp<double> net = network({2, 6, 5, 2}, "tanh");
    Trainer trainer(net, loss("softmax_cross_entropy"), Adam{.rate = 0.01}, data,
                    {.epochs = 3, .batch = batch, .threads = threads, .seed = seed, .l2 = 1e-3});
    losses.clear();
    for (const EpochReport& r : trainer.run()) losses.push_back(r.loss);
    return numbers(net);
}

TEST(TrainerThreads, OneTwoAndEightGiveTheSameBits) {
    for (const std::size_t batch : {300U, 37U, 16U}) {  // more than a wave of chunks, no multiple of one, one
        Numbers losses, others;
        const Numbers one = trained(1, batch, 1, losses);
        for (const std::size_t threads : {2U, 8U}) {
            EXPECT_EQ(trained(threads, batch, 1, others), one) << threads << " threads, batch " << batch;
            EXPECT_EQ(others, losses);
        }
        EXPECT_EQ(trained(1, batch, 1, others), one);
    }
    Numbers losses;
    EXPECT_NE(trained(1, 37, 2, losses), trained(1, 37, 1, losses));
}

// ---- What goes wrong ----

// The epoch and the sample; the weights are the last whose loss was finite.
TEST(TrainerTest, ALossThatIsNotFiniteNamesEpochAndSample) {
    Dataset data = two_moons(40, 0.1, 1);
    data.inputs[46] = std::numeric_limits<double>::quiet_NaN();
    Mlp<double> net = network({2, 4, 1}, "tanh");
    Trainer trainer(net, loss("hinge"), GradientDescent{}, data, {.batch = 5});
    const std::string what = error_of([&] { trainer.run(); });
    EXPECT_THAT(what, testing::AllOf(HasSubstr("not finite"), HasSubstr("epoch 1"), HasSubstr("sample 23 ")));
    for (const double p : net.parameters()) EXPECT_TRUE(std::isfinite(p));
}

TEST(TrainerTest, TrainingThatDivergesKeepsTheLastGoodWeights) {
    const Dataset data{
        .width = 1, .target_width = 1, .inputs = {1, 2, 3, 4}, .targets = {1, 2, 3, 4}, .labels = {}};
    Mlp<double> net({1, 1}, activation("identity"), activation("identity"));
    net.set_parameters(Numbers{0.5, 0});
    Trainer trainer(net, loss("squared"), GradientDescent{.rate = 1e20}, data, {.epochs = 100, .batch = 4});
    EXPECT_THAT(error_of([&] { trainer.run(); }), HasSubstr("the loss is not finite in epoch "));
    EXPECT_TRUE(std::isfinite(evaluate(net, loss("squared"), data).loss));
    EXPECT_NE(numbers(net), (Numbers{0.5, 0}));
}

// The samples are finite, their sum is not; and a step that leaves the range is told at once, not by a NaN in
// the next batch, which there may not be.
TEST(TrainerTest, ASumOrAStepThatIsNotFiniteIsAnErrorToo) {
    const Dataset data{.width = 1, .target_width = 1, .inputs = {0, 0}, .targets = {1e154, 1e154}};
    Mlp<double> net({1, 1}, activation("identity"), activation("identity"));
    const Loss huge("huge", [](const auto& y, const Target& t) { return y[0] * t.values[0] + 1e308; });
    Trainer sum(net, huge, GradientDescent{}, data, {.batch = 2});
    EXPECT_THAT(error_of([&] { sum.run(); }),
                testing::AllOf(HasSubstr("epoch 1"), HasSubstr("sample number 2, summed up")));
    EXPECT_EQ(numbers(net), (Numbers{0, 0}));

    Trainer leap(net, loss("squared"), GradientDescent{.rate = 1e200}, data, {.epochs = 1, .batch = 2});
    EXPECT_THAT(error_of([&] { leap.run(); }), HasSubstr(" is not finite after a step in epoch 1"));
    EXPECT_EQ(numbers(net), (Numbers{0, 0}));

    net.set_parameters(Numbers{1e155, 0});
    Trainer penalised(net, loss("squared"), GradientDescent{}, data, {.batch = 2, .l2 = 1e10});
    EXPECT_THAT(error_of([&] { penalised.run(); }), HasSubstr("the loss is not finite in epoch 1"));
    EXPECT_EQ(numbers(net), (Numbers{1e155, 0}));
}

TEST(TrainerThreads, WhatAnActivationThrowsComesOutAndTheTrainerGoesOn) {
    const auto armed = std::make_shared<std::atomic<bool>>(false);
    const Activation fragile("fragile", [armed](const auto& x) {
        if (*armed) throw std::runtime_error("the activation broke");
        return tanh(x);
    });
    const Dataset data = two_moons(100, 0.1, 1);
    for (const std::size_t threads : {1U, 3U}) {
        Mlp<double> net({2, 5, 1}, fragile, activation("identity"));
        Random random(1);
        xavier(net, random);
        const Numbers before = numbers(net);
        Trainer trainer(net, loss("hinge"), GradientDescent{}, data, {.batch = 100, .threads = threads});
        trainer.run_epoch();
        EXPECT_NE(numbers(net), before);
        *armed = true;
        EXPECT_THAT(error_of([&] { trainer.run_epoch(); }),
                    AllOf(HasSubstr("training broke off in epoch 2, at sample "),
                          HasSubstr("the activation fragile of neuron 1 throws in layer 1, at z = "),
                          HasSubstr(": the activation broke; the model holds the last weights whose loss was "
                                    "finite")));
        EXPECT_EQ(numbers(net), before) << "those before the step, whose loss is not known";
        *armed = false;
        for (int epoch = 0; epoch < 3; ++epoch) {
            const EpochReport report = trainer.run_epoch();
            EXPECT_EQ(report.samples, 100U);
            EXPECT_TRUE(std::isfinite(report.loss));
        }
        EXPECT_NE(numbers(net), before);
    }
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// It must not wait for ever for threads that never came.
TEST(TrainerDeathTest, ThreadsThatCannotBeStartedAreAnError) {
    const auto without_memory = [] {
        const Dataset data = xor_table();
        Mlp<double> net = network({2, 3, 1}, "tanh");
        const rlimit limit{std::size_t{1} << 28, RLIM_INFINITY};
        setrlimit(RLIMIT_AS, &limit);
        const std::string what =
            error_of([&] { Trainer(net, loss("hinge"), GradientDescent{}, data, {.threads = 1000}); });
        std::fprintf(stderr, "%s\n", what.c_str());
        std::exit(what.empty() ? 1 : 0);
    };
    EXPECT_EXIT(without_memory(), testing::ExitedWithCode(0), "of 1000 threads could be started");
}
#endif

TEST(TrainerTest, TheCallersOwnRecordingIsUntouched) {
    OwnRecording own;
    const Dataset data = two_moons(30, 0.1, 1);
    Mlp<double> net = network({2, 4, 1}, "relu");
    Trainer trainer(net, loss("hinge"), Adam{}, data, {.epochs = 2, .l2 = 0.1, .validation = &data});
    trainer.run();
    own.expect_untouched();
}

TEST(TrainerTest, OptionsOutOfRangeAreErrors) {
    const Dataset data = xor_table();
    Mlp<double> net = network({2, 3, 1}, "tanh");
    const Numbers before = numbers(net);
    const auto with = [&](TrainingOptions options) {
        return error_of([&] { Trainer(net, loss("hinge"), GradientDescent{}, data, options); });
    };
    EXPECT_THAT(with({.epochs = 0}), HasSubstr("epoch"));
    EXPECT_THAT(with({.batch = 0}), HasSubstr("batch"));
    EXPECT_THAT(with({.threads = 0}), HasSubstr("thread"));
    EXPECT_THAT(with({.l2 = -1}), HasSubstr("l2"));
    EXPECT_THAT(with({.l2 = std::numeric_limits<double>::quiet_NaN()}), HasSubstr("l2"));
    const Dataset other = two_moons(10, 0, 1),
                  narrow{.width = 1, .class_count = 2, .inputs = {1}, .labels = {0}};
    EXPECT_THAT(with({.validation = &narrow}), HasSubstr("2 inputs"));
    EXPECT_EQ(with({.validation = &other}), "");
    EXPECT_EQ(numbers(net), before);
}

TEST(TrainerTest, DataThatDoNotFitAreErrors) {
    Mlp<double> one = network({2, 3, 1}, "tanh"), two = network({2, 3, 2}, "tanh");
    const Dataset moons = two_moons(10, 0, 1);
    const auto with = [](Mlp<double>& net, std::string_view name, const Dataset& data) {
        return error_of([&] { Trainer(net, loss(name), GradientDescent{}, data, {}); });
    };
    EXPECT_THAT(with(one, "softmax_cross_entropy", moons), HasSubstr("an output for each class"));
    EXPECT_THAT(with(two, "hinge", moons), HasSubstr("one output"));
    EXPECT_THAT(with(one, "hinge", Dataset{.width = 2, .class_count = 2}), HasSubstr("no sample"));
    EXPECT_THAT(with(one, "squared", {.width = 2, .target_width = 2, .inputs = {1, 2}, .targets = {1, 2}}),
                HasSubstr("targets"));
    Dataset broken = moons;
    broken.labels[3] = 7;
    EXPECT_THAT(with(one, "hinge", broken), HasSubstr("7"));
    EXPECT_EQ(with(two, "softmax_cross_entropy", moons), "");

    BatchGradient batch(one, loss("hinge"), moons, 1);
    Numbers g(one.parameters().size());
    EXPECT_THAT(error_of([&] { batch(std::vector<std::size_t>{10}, g); }), HasSubstr("sample 10"));
    g.pop_back();
    EXPECT_THAT(error_of([&] { batch(std::vector<std::size_t>{1}, g); }), HasSubstr("gradient"));
}

TEST(TrainerTest, ALossNeedsSomethingToComeNearTo) {
    Mlp<double> one = network({2, 3, 1}, "tanh");
    const Dataset nothing{.width = 2, .inputs = {1, 2}},
        classes{.width = 2, .class_count = 2, .inputs = {1, 2}};
    for (const char* const name : {"squared", "hinge"})
        for (const Dataset* data : {&nothing, &classes})
            EXPECT_THROW(Trainer(one, loss(name), GradientDescent{}, *data, {}), Error) << name;
}

}  // namespace
