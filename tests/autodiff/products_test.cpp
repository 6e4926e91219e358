// dot and affine: as one block, as blocks, as edges; over Values, variables by reference, and every other
// scalar.
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <random>
#include <span>
#include <vector>

#include <wengert/wengert.hpp>

namespace {

using wengert::affine;
using wengert::dot;
using wengert::Value;
using Numbers = std::vector<double>;

Numbers seeded(std::size_t n, unsigned seed) {
    std::mt19937 generator(seed);
    Numbers x(n);
    for (double& v : x) v = static_cast<double>(generator()) / 2147483648.0 - 1.0;
    return x;
}

std::vector<Value> constants(const Numbers& x) { return {x.begin(), x.end()}; }

struct ProductsTest : testing::Test {
    void TearDown() override { wengert::clear(); }
};

// A layer of m neurons with n inputs, every neuron's output weighted by `weight` in one sum: its derivatives
// are known.
struct Shape {
    std::size_t m, n, biases;
};
class Affine : public testing::TestWithParam<Shape> {
protected:
    void TearDown() override { wengert::clear(); }

    const std::size_t m = GetParam().m, n = GetParam().n, biases = GetParam().biases;
    const Numbers w = seeded(m * n, 1), x = seeded(n, 2), b = seeded(biases, 3), weight = seeded(m, 4);

    double bias(std::size_t i) const { return biases == 0 ? 0.0 : b[biases == 1 ? 0 : i]; }
    // u^T z for the outputs z.
    template <class T> T weighted(const std::vector<T>& z) const {
        T total = 0.0;
        for (std::size_t i = 0; i < m; ++i) total += weight[i] * z[i];
        return total;
    }
    void expect_values(const std::vector<Value>& z) const {
        for (std::size_t i = 0; i < m; ++i) {
            const auto row = std::span<const double>(w).subspan(i * n, n);
            EXPECT_EQ(z[i].value(), biases == 0 ? dot(row, x) : dot(row, x, bias(i))) << i;
        }
    }
    template <class W> void expect_weights(const W& values) const {
        for (std::size_t i = 0; i < m; ++i)
            for (std::size_t k = 0; k < n; ++k)
                EXPECT_EQ(values[i * n + k].grad(), weight[i] * x[k]) << i << ' ' << k;
    }
    template <class X> void expect_inputs(const X& values) const {
        for (std::size_t k = 0; k < n; ++k) {
            double exact = 0.0;
            for (std::size_t i = 0; i < m; ++i) exact += weight[i] * w[i * n + k];
            EXPECT_NEAR(values[k].grad(), exact, 1e-14 * static_cast<double>(m)) << k;
        }
    }
    template <class B> void expect_biases(const B& values) const {
        double all = 0.0;
        for (const double u : weight) all += u;
        for (std::size_t i = 0; i < biases; ++i)
            EXPECT_NEAR(values[i].grad(), biases == 1 ? all : weight[i], 1e-14) << i;
    }
};

TEST_P(Affine, GivesDotsValuesAndTheDerivativesByAllThree) {
    const auto weights = wengert::variables(w), inputs = wengert::variables(x),
               offsets = wengert::variables(b);
    std::vector<Value> z(m);
    affine(weights, inputs, offsets, std::span<Value>(z));
    expect_values(z);
    weighted(z).backward();
    expect_weights(weights);
    expect_inputs(inputs);
    expect_biases(offsets);
    for (std::size_t i = 0; i < m; ++i) EXPECT_EQ(z[i].grad(), weight[i]);
}

TEST_P(Affine, OverVariablesByReferenceItIsTheSame) {
    const auto weights = wengert::variables_by_reference(std::span<const double>(w));
    const auto offsets = wengert::variables_by_reference(std::span<const double>(b));
    std::vector<Value> z(m);
    affine(weights, std::span<const double>(x), offsets, std::span<Value>(z));
    expect_values(z);
    weighted(z).backward();
    expect_weights(weights);
    expect_biases(offsets);
}

TEST_P(Affine, ConstantWeightsPassToTheInputsOnly) {
    const auto inputs = wengert::variables(x);
    std::vector<Value> z(m);
    affine(w, inputs, constants(b), std::span<Value>(z));
    expect_values(z);
    weighted(z).backward();
    expect_inputs(inputs);
}

TEST_P(Affine, ArgumentsOutOfOrderAreTakenRowByRow) {
    auto weights = wengert::variables(w);
    const Value first = wengert::variable(w[0]);
    weights[0] = first;  // its index is not the one before weights[1]'s
    const auto inputs = wengert::variables(x), offsets = wengert::variables(b);
    std::vector<Value> z(m);
    affine(weights, inputs, offsets, std::span<Value>(z));
    expect_values(z);
    weighted(z).backward();
    expect_weights(weights);
    expect_inputs(inputs);
    expect_biases(offsets);
}

TEST_P(Affine, OfConstantsRecordsNothing) {
    std::vector<Value> z(m);
    affine(constants(w), x, constants(b), std::span<Value>(z));
    expect_values(z);
    for (const Value& v : z) EXPECT_FALSE(v.active());
    EXPECT_EQ(wengert::statistics().values, 0U);
}

TEST_P(Affine, ForwardModeGivesTheSameGradient) {
    const auto at = [&](const auto& parameters) {
        using T = std::decay_t<decltype(parameters[0])>;
        const std::span<const T> p(parameters);
        std::vector<T> z(m);
        affine(p.first(m * n), p.subspan(m * n, n), p.subspan(m * n + n), std::span<T>(z));
        return weighted(z);
    };
    Numbers all(w);
    all.insert(all.end(), x.begin(), x.end());
    all.insert(all.end(), b.begin(), b.end());
    const Numbers reverse = wengert::gradient(at, all);
    const Numbers direction = seeded(all.size(), 5);
    double product = 0.0;
    for (std::size_t k = 0; k < all.size(); ++k) product += reverse[k] * direction[k];
    EXPECT_NEAR(wengert::jvp(at, all, direction), product, 1e-12 * static_cast<double>(all.size()));
}

INSTANTIATE_TEST_SUITE_P(Shapes, Affine,
                         testing::Values(Shape{1, 1, 1}, Shape{1, 9, 1}, Shape{2, 2, 2}, Shape{3, 1, 0},
                                         Shape{5, 8, 5}, Shape{7, 13, 1}, Shape{16, 16, 16}, Shape{4, 784, 0},
                                         Shape{64, 33, 64}));

TEST_F(ProductsTest, ASweepToAMarkSplitsAnAffineBetweenTheArrayAndTheTape) {
    const std::size_t m = 3, n = 10;
    const Numbers w = seeded(m * n, 1), x = seeded(n, 2);
    const auto weights = wengert::variables_by_reference(std::span<const double>(w));
    const auto start = wengert::mark();
    const auto inputs = wengert::variables(x);  // after the mark
    std::vector<Value> z(m);
    affine(weights, inputs, std::span<const double>(), std::span<Value>(z));
    const Value y = z[0] + 2.0 * z[1];  // z[2] counts for nothing
    Numbers below(m * n, 0.5);
    const wengert::Tape<double>::Seed seeds[] = {{y.id(), 1.0}};
    wengert::tape<double>.backward_to(start, seeds, below);
    for (std::size_t k = 0; k < n; ++k) {
        EXPECT_EQ(below[k], 0.5 + x[k]);
        EXPECT_EQ(below[n + k], 0.5 + 2.0 * x[k]);
        EXPECT_EQ(below[2 * n + k], 0.5);
        EXPECT_DOUBLE_EQ(inputs[k].grad(), w[k] + 2.0 * w[n + k]);
    }
}

TEST_F(ProductsTest, AnOutputWithoutAdjointPassesNothingWhateverItsWeights) {
    const Numbers w{1.0, 2.0, INFINITY, INFINITY};
    const auto inputs = wengert::variables(Numbers{3.0, 4.0});
    std::vector<Value> z(2);
    affine(w, inputs, std::span<const double>(), std::span<Value>(z));
    z[0].backward();
    EXPECT_EQ(inputs[0].grad(), 1.0);
    EXPECT_EQ(inputs[1].grad(), 2.0);
}

TEST_F(ProductsTest, SecondDerivativesOfALayerAreThoseOfItsFormula) {
    const auto f = [](const auto& p) {  // sum_i (w_i1 x_1 + w_i2 x_2)^2 / 2
        using T = std::decay_t<decltype(p[0])>;
        const std::span<const T> all(p);
        std::vector<T> z(2);
        affine(all.first(4), all.subspan(4, 2), std::span<const T>(), std::span<T>(z));
        return T(0.5 * (square(z[0]) + square(z[1])));
    };
    const Numbers at{0.5, -1.0, 2.0, 0.25, 3.0, -2.0};
    const auto h = wengert::hessian(f, at);
    EXPECT_DOUBLE_EQ(h(0, 0), 9.0);        // x1^2
    EXPECT_DOUBLE_EQ(h(0, 1), -6.0);       // x1 x2
    EXPECT_DOUBLE_EQ(h(0, 2), 0.0);        // another row
    EXPECT_DOUBLE_EQ(h(4, 4), 4.25);       // w11^2 + w21^2
    EXPECT_DOUBLE_EQ(h(0, 4), 3.5 + 1.5);  // z1 + w11 x1
    for (std::size_t i = 0; i < 6; ++i)
        for (std::size_t j = 0; j < 6; ++j) EXPECT_DOUBLE_EQ(h(i, j), h(j, i));
}

TEST_F(ProductsTest, TheNumbersMayChangeOnceTheyAreRecorded) {
    Numbers w = seeded(12, 1);
    const Numbers before = w;
    const auto weights = wengert::variables_by_reference(std::span<const double>(w));
    const auto x = wengert::variables(seeded(4, 2));
    std::vector<Value> z(3);
    affine(weights, x, std::span<const double>(), std::span<Value>(z));
    for (double& v : w) v = NAN;
    z[1].backward();
    for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(x[k].grad(), before[4 + k]);
}

TEST_F(ProductsTest, DotOfEverySizeIsAsItsFormulaOverValuesAndNumbersAndAcrossAMark) {
    for (const std::size_t n : {0U, 1U, 7U, 8U, 11U, 12U, 40U}) {
        wengert::clear();
        const Numbers w = seeded(n, 1), x = seeded(n, 2);
        const auto weights = wengert::variables_by_reference(std::span<const double>(w));
        const Value bias = wengert::variable(0.5);
        static_cast<void>(wengert::mark());
        const auto inputs = wengert::variables(x);
        const Value y = dot(weights, inputs, bias), z = dot(x, inputs);
        EXPECT_EQ(y.value(), dot(w, x, 0.5)) << n;
        EXPECT_EQ(z.active(), n != 0);
        Value(y + 2.0 * z).backward();
        EXPECT_EQ(bias.grad(), 1.0);
        for (std::size_t k = 0; k < n; ++k) {
            EXPECT_EQ(weights[k].grad(), x[k]) << n << ' ' << k;
            EXPECT_DOUBLE_EQ(inputs[k].grad(), w[k] + 2.0 * x[k]) << n << ' ' << k;
        }
    }
}

TEST_F(ProductsTest, ARangeTimesItselfHasTwiceItsNumbersAsGradient) {
    for (const std::size_t n : {0U, 1U, 5U, 11U, 12U, 40U}) {
        const Numbers numbers = seeded(n, 1);
        const auto x = wengert::variables(numbers);
        const auto by_reference = wengert::variables_by_reference(std::span<const double>(numbers));
        const Value y = dot(x, x) + 3.0 * dot(by_reference, by_reference);
        EXPECT_EQ(y.value(), 4.0 * dot(numbers, numbers)) << n;
        if (n == 0) continue;
        y.backward();
        for (std::size_t k = 0; k < n; ++k) {
            EXPECT_EQ(x[k].grad(), 2.0 * numbers[k]) << n << ' ' << k;
            EXPECT_DOUBLE_EQ(by_reference[k].grad(), 6.0 * numbers[k]) << n << ' ' << k;
        }
    }
}

TEST_F(ProductsTest, BiasesInOrderAreSweptWithTheBlockAndTakeNoEdges) {
    const Numbers w = seeded(6, 1);
    const auto x = wengert::variables(seeded(2, 2));
    std::vector<Value> earlier(3), z(3);
    affine(w, x, std::span<const double>(), std::span<Value>(earlier));
    const std::size_t without = wengert::statistics().edges;
    affine(w, x, earlier, std::span<Value>(z));
    EXPECT_LE(wengert::statistics().edges - without, without);
    z[1].backward();
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(earlier[i].grad(), i == 1 ? 1.0 : 0.0) << i;
    for (std::size_t k = 0; k < 2; ++k) EXPECT_EQ(x[k].grad(), 2.0 * w[2 + k]) << k;
}

// Recording goes on until the inner tape finds no more memory: in one of the calls, not before.
template <class F> void expect_the_outer_tape_stays(const F& record) {
    const std::size_t limit = wengert::memory_limit();
    wengert::set_memory_limit(wengert::memory_in_use());
    bool failed = false;
    for (int call = 0; call < 1000 && !failed; ++call) {
        const auto before = wengert::statistics<Value>();
        try {
            record();
        } catch (const wengert::Error&) {
            failed = true;
            EXPECT_EQ(wengert::statistics<Value>().values, before.values);
            EXPECT_EQ(wengert::statistics<Value>().edges, before.edges);
        }
    }
    wengert::set_memory_limit(limit);
    EXPECT_TRUE(failed);
}

TEST_F(ProductsTest, AnErrorOfTheInnerTapeLeavesTheOuterOneAsItWas) {
    using Outer = wengert::Reverse<Value>;
    const std::vector<Value> inner = wengert::variables(seeded(420, 1));
    const std::vector<Outer> x = wengert::variables(inner);
    const std::span<const Outer> all(x);
    expect_the_outer_tape_stays([&] { static_cast<void>(Outer(wengert::norm2(all))); });
    std::vector<Outer> z(20);
    expect_the_outer_tape_stays(
        [&] { affine(all.first(400), all.last(20), all.first(20), std::span<Outer>(z)); });
}

TEST_F(ProductsTest, SizesThatDoNotFitAreErrorsThatLeaveTheTapeAsItWas) {
    const auto w = wengert::variables(seeded(6, 1));
    std::vector<Value> z(2);
    const auto refuses = [&](const Numbers& x, const Numbers& b) {
        try {
            affine(w, x, b, std::span<Value>(z));
        } catch (const wengert::Error&) {
            return wengert::statistics().values == 6;
        }
        return false;
    };
    EXPECT_TRUE(refuses(Numbers(2), Numbers(2)));
    EXPECT_TRUE(refuses(Numbers(3), Numbers(3)));
    EXPECT_FALSE(refuses(Numbers(3), Numbers(2)));
    EXPECT_THROW(dot(w, Numbers(5)), wengert::Error);
}

TEST_F(ProductsTest, OutputsThatOverlapWhatIsReadAreAnErrorThatChangesNothing) {
    std::vector<Value> z = wengert::variables(seeded(2, 1));
    const Numbers w = seeded(4, 2), none;
    const std::span<Value> out(z);
    const std::vector<double> before{z[0].value(), z[1].value()};
    EXPECT_THROW(affine(w, z, none, out), wengert::Error);
    EXPECT_THROW(affine(w, seeded(2, 3), out.first(1), out), wengert::Error);
    EXPECT_EQ((std::vector<double>{z[0].value(), z[1].value()}), before);
}

TEST_F(ProductsTest, AStaleOrForeignWeightIsAnErrorInReleaseToo) {
    const Numbers numbers = seeded(16, 1);
    const auto start = wengert::mark();
    const auto stale = wengert::variables_by_reference(std::span<const double>(numbers));
    wengert::rewind(start);
    const auto x = wengert::variables(seeded(8, 2));
    std::vector<Value> z(2);
    EXPECT_THROW(affine(stale, x, std::span<const double>(), std::span<Value>(z)), wengert::Error);
    EXPECT_THROW(dot(stale.first(8), x), wengert::Error);
}

TEST_F(ProductsTest, APausedTapeGivesConstants) {
    const auto w = wengert::variables(seeded(32, 1));
    std::vector<Value> z(2);
    const wengert::Paused<> pause;
    affine(w, seeded(16, 2), std::span<const double>(), std::span<Value>(z));
    EXPECT_FALSE(z[0].active());
    EXPECT_FALSE(dot(w, seeded(32, 2)).active());
}

}  // namespace
