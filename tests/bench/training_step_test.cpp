// The training step by hand, held to differences of the generic loss, and Adam to its formulas. Include path:
// bench/.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "bench/difference.hpp"
#include "networks/mlp_step.hpp"

namespace {

using bench_test::difference, bench_test::largest, bench_test::Long;

std::vector<double> unit(std::size_t n, std::size_t k) {
    std::vector<double> e(n);
    e[k] = 1.0;
    return e;
}

double product(const std::vector<double>& a, const std::vector<double>& b) {
    Long sum = 0;
    for (std::size_t k = 0; k < a.size(); ++k) sum += Long{a[k]} * b[k];
    return static_cast<double>(sum);
}

struct TrainingStep : testing::Test {
    static constexpr std::size_t count = 3;
    bench::networks::MlpStep step;
    bench::networks::MlpStep::Samples samples = bench::networks::MlpStep::samples(count);
    std::vector<double> at = step.initial();
    std::vector<double> gradient = std::vector<double>(at.size(), std::nan(""));

    double hand() { return step.gradient(at, samples.images, samples.labels, gradient); }

    template <class T> T mean_loss(std::span<const T> p) const {
        T sum = 0;
        for (std::size_t s = 0; s < count; ++s) {
            const auto image = std::span<const double>(samples.images).subspan(s * step.pixels, step.pixels);
            sum += step.loss(p, image, samples.labels[s]);
        }
        return sum / static_cast<T>(count);
    }
};

TEST_F(TrainingStep, LossIsTheMeanOfTheGenericFunction) {
    EXPECT_NEAR(hand(), mean_loss(std::span<const double>(at)), 1e-13);
}

TEST_F(TrainingStep, GradientIsTheDifferenceQuotientInEveryPart) {
    hand();
    const auto loss = [&](std::span<const Long> p) { return mean_loss(p); };
    std::mt19937_64 generator(5);
    const std::size_t starts[] = {step.w1, step.b1, step.w2, step.b2, step.parameter_count};
    for (std::size_t part = 0; part < 4; ++part) {
        const std::size_t size = starts[part + 1] - starts[part];
        const double scale = largest(std::span(gradient).subspan(starts[part], size));
        ASSERT_GT(scale, 0.0);
        for (int i = 0; i < 40; ++i) {
            const std::size_t k = starts[part] + generator() % size;
            ASSERT_NEAR(gradient[k], difference(loss, at, unit(at.size(), k)), 1e-11 * scale)
                << "parameter " << k;
        }
    }
}

TEST_F(TrainingStep, GradientIsTheDifferenceQuotientAlongRandomDirections) {
    hand();
    const auto loss = [&](std::span<const Long> p) { return mean_loss(p); };
    for (std::uint64_t seed = 10; seed < 20; ++seed) {  // each touches every parameter
        // Short, so that no unit's sum crosses the kink of relu.
        const std::vector<double> direction = bench::uniform(seed, at.size(), -0.01, 0.01);
        EXPECT_NEAR(product(gradient, direction), difference(loss, at, direction), 1e-12) << "seed " << seed;
    }
}

TEST_F(TrainingStep, SamplesLookLikeScannedImages) {
    const auto zeros = std::count(samples.images.begin(), samples.images.end(), 0.0);
    EXPECT_NEAR(static_cast<double>(zeros) / static_cast<double>(samples.images.size()), 0.5, 0.05);
    EXPECT_TRUE(
        std::all_of(samples.images.begin(), samples.images.end(), [](double x) { return x >= 0 && x <= 1; }));
    EXPECT_EQ(samples.images, bench::networks::MlpStep::samples(count).images);
    EXPECT_NE(samples.images, bench::networks::MlpStep::samples(count, 5).images);
}

TEST(AdamStep, FirstTwoStepsAreThoseOfTheFormulas) {
    bench::networks::Adam adam(2);
    std::vector<double> p{1.0, -2.0};
    adam.update(p, std::vector{0.5, 0.0});
    // m / (1 - beta1) = g and v / (1 - beta2) = g^2: a step of rate g / (|g| + epsilon); none where g = 0.
    EXPECT_NEAR(p[0], 1.0 - 1e-3 * 0.5 / (0.5 + 1e-8), 1e-15);
    EXPECT_EQ(p[1], -2.0);
    const double first = p[0];
    adam.update(p, std::vector{-0.25, 4.0});
    // m = 0.9 0.05 - 0.1 0.25 = 0.02, over 1 - 0.81; v = 0.999 0.00025 + 0.001 0.0625 = 0.00031225, over 1 -
    // 0.998001.
    EXPECT_NEAR(p[0], first - 1e-3 * (0.02 / 0.19) / (std::sqrt(0.00031225 / 0.001999) + 1e-8), 1e-15);
    // m = 0.4, v = 0.016: the same formulas with a first gradient of 0.
    EXPECT_NEAR(p[1], -2.0 - 1e-3 * (0.4 / 0.19) / (std::sqrt(0.016 / 0.001999) + 1e-8), 1e-15);
}

TEST(AdamStep, TrainingLowersTheLoss) {
    const bench::networks::MlpStep step;
    const auto samples = bench::networks::MlpStep::samples(16);
    std::vector<double> p = step.initial(), gradient(p.size());
    bench::networks::Adam adam(p.size());
    const double before = step.gradient(p, samples.images, samples.labels, gradient);
    for (int i = 0; i < 20; ++i) {
        step.gradient(p, samples.images, samples.labels, gradient);
        adam.update(p, gradient);
    }
    EXPECT_LT(step.gradient(p, samples.images, samples.labels, gradient), 0.1 * before);
}

}  // namespace
