// Networks trained in full: minutes of work, in `./dev test --all` alone.
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <numbers>
#include <vector>

#include <wengert/nn/idx.hpp>
#include <wengert/nn/initialiser.hpp>
#include <wengert/nn/synthetic.hpp>
#include <wengert/nn/trainer.hpp>

namespace {

using namespace wengert::nn;

TEST(TrainedNetworks, SpiralsAreLearnedWhollyAndToldOnOtherPoints) {
    double mean = 0;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const Dataset data = two_spirals(400, 0.02, seed), test = two_spirals(1000, 0.02, 100 + seed);
        Mlp<double> net({2, 32, 32, 1}, activation("relu"), activation("identity"));
        Random random(seed);
        he(net, random);
        const Loss chosen = loss("binary_cross_entropy");
        Trainer trainer(
            net, chosen, Adam{.rate = 0.005}, data,
            {.epochs = 600, .batch = 20, .threads = 2, .seed = seed, .schedule = schedule("cosine")});
        trainer.run();
        EXPECT_EQ(trainer.evaluation().accuracy, 1) << "seed " << seed;
        const double accuracy = evaluate(net, chosen, test).accuracy;
        std::printf("seed %d: test accuracy %.4f\n", static_cast<int>(seed), accuracy);
        mean += accuracy / 5;
    }
    EXPECT_GE(mean, 0.97);
}

TEST(TrainedNetworks, TheSineIsLearnedToAThousandth) {
    const Dataset data = sine(200, 0, 1);
    Mlp<double> net({1, 16, 16, 1}, activation("tanh"), activation("identity"));
    Random random(1);
    xavier(net, random);
    Trainer trainer(net, loss("mean_squared"), Adam{.rate = 0.01}, data,
                    {.epochs = 500, .batch = 50, .threads = 2, .schedule = schedule("cosine")});
    trainer.run();
    double sum = 0;
    constexpr int steps = 1000;
    for (int k = 0; k < steps; ++k) {
        const double x = std::numbers::pi * (2.0 * k / (steps - 1) - 1);
        const double error = net.predict(std::vector{x})[0] - std::sin(x);
        sum += error * error;
    }
    std::printf("mean squared error %.2e\n", sum / steps);
    EXPECT_LT(sum / steps, 1e-3);
}

// The best epoch is chosen on a tenth of the training images; the test images are read once.
TEST(TrainedNetworks, FashionMnistIsToldToEightyEightPercent) {
    const std::filesystem::path folder = "/usr/share/datasets/fashion-mnist";
    if (!std::filesystem::exists(folder))
        GTEST_SKIP() << "the package dataset-fashion-mnist is not installed";
    const Dataset all = read_idx_folder(folder, Split::train);
    const auto [data, validation] = all.split(0.9, 1);
    Mlp<double> net({784, 64, 10}, activation("relu"), activation("identity"));
    Random random(1);
    he(net, random);
    const Loss chosen = loss("softmax_cross_entropy");
    Trainer trainer(net, chosen, Adam{.rate = 0.002}, data,
                    {.epochs = 40,
                     .batch = 128,
                     .threads = 2,
                     .l2 = 1e-5,
                     .schedule = schedule("cosine"),
                     .validation = &validation,
                     .patience = 40});
    trainer.run();
    const Evaluation test = evaluate(net, chosen, read_idx_folder(folder, Split::test, all.class_count));
    std::printf("best epoch %zu, test accuracy %.4f\n", trainer.best_epoch(), test.accuracy);
    EXPECT_GE(test.accuracy, 0.88);
}

}  // namespace
