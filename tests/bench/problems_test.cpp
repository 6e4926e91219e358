// The benchmark's hand-written gradients, held to differences of the generic function: fourth order, in long
// double. Include path: bench/.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "problems/dot_tanh.hpp"
#include "problems/mlp_step.hpp"
#include "problems/moons_mlp.hpp"
#include "problems/recurrence.hpp"

namespace {

using Long = long double;

/// f'(0) = (8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12h + O(h^4), the moved point being at + t direction.
template <class F>
double difference(const F& f, const std::vector<double>& at, const std::vector<double>& direction) {
    constexpr Long h = 1e-4L;
    std::vector<Long> moved(at.size());
    const auto along = [&](Long t) {
        for (std::size_t k = 0; k < at.size(); ++k) moved[k] = at[k] + t * direction[k];
        return f(std::span<const Long>(moved));
    };
    return static_cast<double>((8 * (along(h) - along(-h)) - (along(2 * h) - along(-2 * h))) / (12 * h));
}

double largest(std::span<const double> numbers) {
    double result = 0.0;
    for (double x : numbers) result = std::max(result, std::abs(x));
    return result;
}

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

template <class Problem> struct HandWritten : testing::Test {
    Problem problem;
    std::vector<double> at = problem.inputs();
    std::vector<double> gradient = std::vector<double>(at.size(), std::nan(""));
};
/// Of the largest component.
template <class Problem> constexpr double tolerance = 1e-11;
/// The quotient's own error: the derivative is 1e-5, and a million roundings lie in each value.
template <> constexpr double tolerance<bench::Recurrence> = 1e-9;

using Problems = testing::Types<bench::DotTanh, bench::MoonsMlp, bench::Recurrence>;
TYPED_TEST_SUITE(HandWritten, Problems);

TYPED_TEST(HandWritten, ValueIsThePrimals) {
    ASSERT_EQ(this->at.size(), TypeParam::input_count);
    const double primal = this->problem(std::span<const double>(this->at));
    EXPECT_NEAR(this->problem.hand(this->at, this->gradient), primal, 1e-13 * std::abs(primal));
}

TYPED_TEST(HandWritten, EveryComponentIsTheDifferenceQuotient) {
    this->problem.hand(this->at, this->gradient);
    const double scale = largest(this->gradient);
    ASSERT_GT(scale, 0.0);
    for (std::size_t k = 0; k < this->at.size(); ++k) {
        const double expected = difference(this->problem, this->at, unit(this->at.size(), k));
        ASSERT_NEAR(this->gradient[k], expected, tolerance<TypeParam> * scale) << "component " << k;
    }
}

TYPED_TEST(HandWritten, ASecondCallGivesTheSameBits) {
    const double value = this->problem.hand(this->at, this->gradient);
    std::vector<double> again(this->at.size(), 7.0);
    EXPECT_EQ(this->problem.hand(this->at, again), value);
    EXPECT_EQ(again, this->gradient);
}

/// An engine's dot in the smallest form: a number type of its own, whose dot is found beside it.
namespace counted {
struct Number {
    double x;
    Number(double value = 0.0) : x(value) {}
};
Number operator+(Number a, Number b) { return a.x + b.x; }
Number operator-(Number a, Number b) { return a.x - b.x; }
Number operator*(Number a, Number b) { return a.x * b.x; }
Number& operator+=(Number& a, Number b) { return a = a + b; }
bool operator>(Number a, Number b) { return a.x > b.x; }
Number tanh(Number a) { return std::tanh(a.x); }
Number sin(Number a) { return std::sin(a.x); }

int dots = 0;
template <class X> Number dot(std::span<const Number> w, std::span<const X> x, Number bias) {
    for (std::size_t k = 0; k < w.size(); ++k) bias += w[k] * Number(x[k]);
    ++dots;
    return bias;
}
template <class X>
void affine(std::span<const Number> w, std::span<const X> x, std::span<const Number> b, std::span<Number> z) {
    for (std::size_t i = 0; i < z.size(); ++i) z[i] = dot(w.subspan(i * x.size(), x.size()), x, b[i]);
}
}  // namespace counted

TEST(Fused, CallsTheEnginesDotForEachSumOfProductsAndGivesThePrimalsValue) {
    const auto dots_of = [](const auto& problem) {
        const std::vector<double> at = problem.inputs();
        const std::vector<counted::Number> numbers(at.begin(), at.end());
        counted::dots = 0;
        const double fused = problem.fused(std::span<const counted::Number>(numbers)).x;
        const double primal = problem(std::span<const double>(at));
        EXPECT_NEAR(fused, primal, 1e-12 * std::abs(primal));
        return counted::dots;
    };
    EXPECT_EQ(dots_of(bench::DotTanh()), 1);
    EXPECT_EQ(dots_of(bench::MoonsMlp()), 100 * (16 + 16 + 1));
    EXPECT_EQ(dots_of(bench::Recurrence()), 0);
}

TEST(Moons, BothSidesOfTheHingeOccur) {
    // Weights whose output is -0.9 for every point: a margin beyond the hinge for one moon, within it for the
    // other.
    std::vector<double> at(bench::MoonsMlp::input_count);
    at[bench::MoonsMlp::b3] = -20.0;  // tanh is -1 in double: 50 points lose 2 each, 50 lose 0
    const bench::MoonsMlp problem;
    std::vector<double> gradient(at.size());
    EXPECT_EQ(problem.hand(at, gradient), 100.0);
    EXPECT_EQ(problem(std::span<const double>(at)), 100.0);
    at[bench::MoonsMlp::b3] = -0.5;
    EXPECT_NEAR(problem.hand(at, gradient), 100.0, 1e-12);  // 50 (1 + tanh 0.5) + 50 (1 - tanh 0.5)
    EXPECT_EQ(largest(gradient), 0.0);                      // and the two moons' parts cancel
}

struct TrainingStep : testing::Test {
    static constexpr std::size_t count = 3;
    bench::MlpStep step;
    bench::MlpStep::Samples samples = bench::MlpStep::samples(count);
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
    EXPECT_EQ(samples.images, bench::MlpStep::samples(count).images);
    EXPECT_NE(samples.images, bench::MlpStep::samples(count, 5).images);
}

TEST(AdamStep, FirstTwoStepsAreThoseOfTheFormulas) {
    bench::Adam adam(2);
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
    const bench::MlpStep step;
    const auto samples = bench::MlpStep::samples(16);
    std::vector<double> p = step.initial(), gradient(p.size());
    bench::Adam adam(p.size());
    const double before = step.gradient(p, samples.images, samples.labels, gradient);
    for (int i = 0; i < 20; ++i) {
        step.gradient(p, samples.images, samples.labels, gradient);
        adam.update(p, gradient);
    }
    EXPECT_LT(step.gradient(p, samples.images, samples.labels, gradient), 0.1 * before);
}

}  // namespace
