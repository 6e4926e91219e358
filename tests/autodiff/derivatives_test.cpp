// Derivatives of functions: every entry point, over every structure of numbers, alone, inside an open
// recording, and differentiated again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <span>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <wengert/wengert.hpp>

#include "support/error_of.hpp"

namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using wengert::derivative;
using wengert::gradient;
using wengert::hessian;
using wengert::hvp;
using wengert::jacobian;
using wengert::jvp;
using wengert::Value;
using wengert::value_and_gradient;
using wengert::variable;
using wengert::vjp;

class DerivativesTest : public ::testing::Test {
protected:
    void SetUp() override { wengert::clear(); }
    void TearDown() override {
        EXPECT_EQ(wengert::statistics().values, 0U) << "what f recorded is forgotten";
        wengert::clear();
    }
};

// ---- The examples of the documentation ----

TEST_F(DerivativesTest, TheDocumentedExamplesGiveWhatTheySay) {
    const auto with_sin = [](const auto& x) { return x[0] * x[0] + sin(x[1]); };
    const auto [value, by_x] = value_and_gradient(with_sin, std::vector{3.0, 0.0});
    EXPECT_EQ(value, 9.0);
    EXPECT_THAT(by_x, ElementsAre(6.0, 1.0));

    EXPECT_THAT(gradient([](const auto& x) { return x[0] * x[1]; }, std::array{2.0, 5.0}), ElementsAre(5, 2));
    {
        const auto f = [](const auto& x) { return x[0] * x[1]; };
        EXPECT_EQ(jvp(f, std::array{2.0, 5.0}, std::array{1.0, 0.0}), 5.0);
    }
    EXPECT_EQ(derivative([](const auto& x) { return x * x; }, 3.0), 6.0);
    {
        const auto f = [](const auto& x) { return std::tuple{x[0] * x[1], x[0] + x[1]}; };
        EXPECT_THAT(vjp(f, std::array{2.0, 5.0}, std::array{1.0, 0.0}), ElementsAre(5, 2));
        EXPECT_EQ(jacobian(f, std::array{2.0, 5.0})(0, 1), 2.0);
    }
    {
        const auto f = [](const auto& x) { return x[0] * x[0] * x[1]; };
        EXPECT_THAT(hvp(f, std::array{3.0, 1.0}, std::array{1.0, 0.0}), ElementsAre(2, 6));
    }
    EXPECT_EQ(hessian([](const auto& x) { return x[0] * x[0] * x[1]; }, std::array{3.0, 1.0})(0, 1), 6.0);
}

TEST_F(DerivativesTest, ASampleSweptToItsMarkAddsToABatchesGradient) {
    {
        const wengert::Recording<> all;
        std::vector<double> batch(1);
        Value w = variable(0.5);
        for (double x : {1.0, 2.0}) {
            const wengert::Recording sample;
            backward_to(sample.start(), Value(square(w * x - 1.0)), batch);
        }
        EXPECT_EQ(batch[0], 2 * -0.5 * 1.0 + 0.0);
    }
}

// ---- What one may differentiate by ----

TEST_F(DerivativesTest, ByOneNumber) {
    EXPECT_EQ(gradient([](const auto& x) { return x * x * x; }, 2.0), 12.0);
    EXPECT_EQ(derivative([](const auto& x) { return x * x * x; }, 2), 12.0) << "an integer counts as double";
    EXPECT_EQ(gradient([](auto x) { return x; }, 2.0), 1.0);
    EXPECT_EQ(gradient([](const auto&) { return 5.0; }, 2.0), 0.0) << "a constant";
    EXPECT_THAT(derivative(
                    [](const auto& x) {
                        return std::array<std::decay_t<decltype(x)>, 2>{x, x * x};
                    },
                    3.0),
                ElementsAre(1, 6));
}

TEST_F(DerivativesTest, ByVectorsArraysAndSpans) {
    const auto f = [](const auto& x) { return x[0] * x[1] + x[2]; };
    const std::vector<double> v{2, 3, 4};
    EXPECT_THAT(gradient(f, v), ElementsAre(3, 2, 1));
    EXPECT_THAT(gradient(f, std::array{2.0, 3.0, 4.0}), ElementsAre(3, 2, 1));
    EXPECT_THAT(gradient(f, std::span<const double>(v)), ElementsAre(3, 2, 1));
    EXPECT_THAT(gradient(f, std::span<const double, 3>(v)), ElementsAre(3, 2, 1));
    EXPECT_THAT(gradient(f, std::vector{2, 3, 4}), ElementsAre(3, 2, 1));
    static_assert(std::same_as<decltype(gradient(f, std::array{2, 3, 4})), std::array<double, 3>>);
    EXPECT_THAT(gradient([](const auto&) { return 1.0; }, std::vector<double>{}), ElementsAre());
}

TEST_F(DerivativesTest, ByTuplesAndPairsWholeOrAsArguments) {
    const auto as_arguments = [](const auto& a, const auto& b) { return a * b * b; };
    const auto whole = [](const auto& t) { return std::get<0>(t) * std::get<1>(t) * std::get<1>(t); };
    EXPECT_EQ(gradient(as_arguments, std::tuple{2.0, 3.0}), (std::tuple{9.0, 12.0}));
    EXPECT_EQ(gradient(as_arguments, std::pair{2.0, 3.0}), (std::pair{9.0, 12.0}));
    EXPECT_EQ(gradient(whole, std::tuple{2.0, 3.0}), (std::tuple{9.0, 12.0}));
    EXPECT_EQ(gradient(whole, std::pair{2.0, 3.0}), (std::pair{9.0, 12.0}));
    EXPECT_THAT(gradient(as_arguments, std::array{2.0, 3.0}), ElementsAre(9, 12));
}

TEST_F(DerivativesTest, ByStructuresInStructures) {
    const std::tuple at{std::vector{1.0, 2.0}, std::array{3.0},
                        std::pair{4.0, std::vector<std::array<double, 2>>{{5, 6}, {7, 8}}}};
    const auto f = [](const auto& v, const auto& a, const auto& p) {
        return v[0] * v[1] + a[0] * p.first + p.second[1][0] * p.second[0][1];
    };
    const auto g = gradient(f, at);
    EXPECT_THAT(std::get<0>(g), ElementsAre(2, 1));
    EXPECT_THAT(std::get<1>(g), ElementsAre(4));
    EXPECT_EQ(std::get<2>(g).first, 3.0);
    EXPECT_THAT(std::get<2>(g).second, ElementsAre(ElementsAre(0, 7), ElementsAre(6, 0)));
    static_assert(std::same_as<std::remove_const_t<decltype(g)>, std::remove_const_t<decltype(at)>>);
}

template <class T> struct Camera {
    T focal{}, distortion{};
    std::array<T, 3> rotation{};
    static auto visit(auto& self, auto&& visitor) {
        return visitor(self.focal, self.distortion, self.rotation);
    }
};
template <class T> struct Rig {
    std::vector<Camera<T>> cameras;
    T scale{};
    static auto visit(auto& self, auto&& visitor) { return visitor(self.cameras, self.scale); }
};

TEST_F(DerivativesTest, ByStructsOfOnesOwn) {
    const Camera<double> camera{2.0, 3.0, {1.0, 4.0, 9.0}};
    const auto f = [](const auto& c) { return c.focal * c.distortion * c.rotation[2]; };
    const Camera<double> g = gradient(f, camera);
    EXPECT_EQ(g.focal, 27.0);
    EXPECT_EQ(g.distortion, 18.0);
    EXPECT_THAT(g.rotation, ElementsAre(0, 0, 6));

    const Rig<double> rig{{camera, camera}, 10.0};
    const auto h = [](const auto& r) { return r.scale * r.cameras[1].focal * r.cameras[0].rotation[0]; };
    const Rig<double> of_rig = gradient(h, rig);
    ASSERT_EQ(of_rig.cameras.size(), 2U);
    EXPECT_EQ(of_rig.scale, 2.0);
    EXPECT_EQ(of_rig.cameras[0].rotation[0], 20.0);
    EXPECT_EQ(of_rig.cameras[1].focal, 10.0);
    EXPECT_EQ(hessian(h, rig).rows(), 11U);
    EXPECT_EQ(hvp(h, rig, rig).scale, 2 * 2.0) << "f is of degree 3, linear in each";
    EXPECT_EQ(jvp(h, rig, rig), 3 * 20.0);
}

TEST_F(DerivativesTest, MayReturnAStructOrATuple) {
    const auto f = [](const auto& x) {
        using T = std::decay_t<decltype(x)>;
        return Camera<T>{x * x, T(2.0), {x, sin(x), x}};
    };
    const Camera<double> d = derivative(f, 3.0);
    EXPECT_EQ(d.focal, 6.0);
    EXPECT_EQ(d.distortion, 0.0);
    EXPECT_THAT(d.rotation, ElementsAre(1, std::cos(3.0), 1));
    EXPECT_EQ(vjp(f, 3.0, Camera<double>{1, 1, {1, 0, 1}}), 8.0);

    const auto mixed = [](const auto& x) { return std::tuple{x * x, 1.0 * x, std::pair{x + 1.0, exp(x)}}; };
    const auto j = jacobian(mixed, 1.0);
    EXPECT_EQ(j.rows(), 4U);
    EXPECT_EQ(j(0, 0), 2.0);
    EXPECT_EQ(j(3, 0), std::exp(1.0));
    EXPECT_EQ(vjp(mixed, 1.0, std::array{1, 1, 1, 0}), 4.0);
    EXPECT_EQ(std::get<0>(derivative(mixed, 1.0)), 2.0);
}

TEST_F(DerivativesTest, OverFloat) {
    const auto f = [](const auto& x) { return x[0] * x[1] + exp(x[0]); };
    const std::array at{0.5F, 2.0F};
    const auto g = gradient(f, at);
    static_assert(std::same_as<decltype(g), const std::array<float, 2>>);
    EXPECT_EQ(g[0], 2.0F + std::exp(0.5F));
    static_assert(std::same_as<decltype(derivative([](auto x) { return x * x; }, 2.0F)), float>);
    EXPECT_EQ(hessian(f, at)(0, 0), std::exp(0.5F));
    EXPECT_EQ(jacobian(f, at)(0, 1), 0.5F);
    EXPECT_EQ(hvp(f, at, std::array{0, 1})[0], 1.0F);
    EXPECT_EQ(jvp(f, at, std::array{0.0, 1.0}), 0.5F);
    EXPECT_EQ(vjp(f, at, 2.0)[1], 1.0F);
}

// ---- Agreement, shapes ----

const auto coupled = [](const auto& x) {
    std::decay_t<decltype(x[0])> sum = x[0];
    for (std::size_t i = 0; i < x.size(); ++i)
        sum += sin(x[i] * static_cast<double>(i + 1)) * x[(i + 1) % x.size()];
    return sum;
};

TEST_F(DerivativesTest, EntryPointsAgreeForAnyNumberOfInputs) {
    for (std::size_t n : {1U, 2U, 3U, 4U, 5U, 7U, 8U, 9U}) {
        std::vector<double> x(n), v(n);
        for (std::size_t i = 0; i < n; ++i) {
            x[i] = 0.3 * static_cast<double>(i) - 0.5;
            v[i] = 1.0 + static_cast<double>(i % 3);
        }
        const auto g = gradient(coupled, x);
        const auto h = hessian(coupled, x);
        const auto hv = hvp(coupled, x, v);
        const auto j = jacobian([](const auto& p) { return std::vector{coupled(p)}; }, x);
        ASSERT_EQ(h.rows(), n);
        ASSERT_EQ(h.columns(), n);
        ASSERT_EQ(j.columns(), n);
        double along = 0.0;
        for (std::size_t i = 0; i < n; ++i) {
            EXPECT_DOUBLE_EQ(j(0, i), g[i]);
            along += g[i] * v[i];
            double row = 0.0;
            for (std::size_t k = 0; k < n; ++k) {
                EXPECT_NEAR(h(i, k), h(k, i), 1e-13);
                row += h(i, k) * v[k];
            }
            EXPECT_NEAR(hv[i], row, 1e-12);
            std::vector<double> up = x, down = x;
            up[i] += 1e-5;
            down[i] -= 1e-5;
            EXPECT_NEAR(
                g[i],
                (value_and_gradient(coupled, up).value - value_and_gradient(coupled, down).value) / 2e-5,
                1e-7);
            for (std::size_t k = 0; k < n; ++k)
                EXPECT_NEAR(h(k, i), (gradient(coupled, up)[k] - gradient(coupled, down)[k]) / 2e-5, 1e-7);
        }
        EXPECT_NEAR(jvp(coupled, x, v), along, 1e-13);
    }
}

TEST_F(DerivativesTest, JacobiansAreRightWideSquareAndTall) {
    for (std::size_t n : {1U, 2U, 3U, 5U, 6U}) {
        for (std::size_t m : {1U, 2U, 4U, 5U, 9U}) {
            const auto f = [m](const auto& x) {
                using T = std::decay_t<decltype(x[0])>;
                std::vector<T> y;
                for (std::size_t i = 0; i < m; ++i)
                    y.push_back(x[i % x.size()] * x[(i + 1) % x.size()] * static_cast<double>(i + 1));
                return y;
            };
            std::vector<double> x(n);
            for (std::size_t j = 0; j < n; ++j) x[j] = 1.0 + static_cast<double>(j);
            const auto j = jacobian(f, x);
            ASSERT_EQ(j.rows(), m);
            ASSERT_EQ(j.columns(), n);
            for (std::size_t i = 0; i < m; ++i) {
                std::vector<double> row(n, 0.0);
                const double factor = static_cast<double>(i + 1);
                row[i % n] += x[(i + 1) % n] * factor;
                row[(i + 1) % n] += x[i % n] * factor;
                for (std::size_t k = 0; k < n; ++k) EXPECT_EQ(j(i, k), row[k]) << m << " x " << n;
                std::vector<double> unit(m, 0.0);
                unit[i] = 1.0;
                EXPECT_EQ(vjp(f, x, unit), row);
                EXPECT_THAT(j.row(i), ::testing::ElementsAreArray(row));
            }
        }
    }
}

TEST_F(DerivativesTest, AJacobianMayHaveNoRowsOrConstantOnes) {
    EXPECT_EQ(jacobian([](const auto& x) { return std::vector<std::decay_t<decltype(x[0])>>{}; },
                       std::array{1.0, 2.0})
                  .rows(),
              0U);
    const auto constant = [](const auto& x) { return std::vector<std::decay_t<decltype(x[0])>>(3, 2.0); };
    const auto wide = jacobian(constant, std::array{1.0, 2.0}),
               wider = jacobian(constant, std::array{1.0, 2.0, 3.0, 4.0});
    for (double d : wide.numbers()) EXPECT_EQ(d, 0.0);
    for (double d : wider.numbers()) EXPECT_EQ(d, 0.0);
}

TEST_F(DerivativesTest, NothingPassesThroughDetachInAnyLayer) {
    const auto f = [](const auto& x) { return detach(x[0]) * x[0]; };
    EXPECT_EQ(gradient(f, std::array{3.0})[0], 3.0);
    EXPECT_EQ(hessian(f, std::array{3.0})(0, 0), 0.0);
}

// ---- Inside an open recording ----

TEST_F(DerivativesTest, AnOpenRecordingAndItsAdjointsStayAsTheyWere) {
    const Value x = variable(2.0), y = variable(3.0);
    const Value z = x * y;
    z.backward();
    const Value later = x * 7.0;  // after the sweep
    Value open = 0.0;
    open += x;
    const auto before = wengert::statistics();
    const auto f = [](const auto& v) { return sin(v[0]) * v[1]; };
    const std::vector at{0.5, 2.0};
    for (int k = 0; k < 3; ++k) {
        EXPECT_DOUBLE_EQ(gradient(f, at)[0], 2 * std::cos(0.5));
        EXPECT_DOUBLE_EQ(hessian(f, at)(0, 1), std::cos(0.5));
        EXPECT_DOUBLE_EQ(hvp(f, at, at)[1], 0.5 * std::cos(0.5));
        EXPECT_DOUBLE_EQ(vjp(f, at, 1.0)[1], std::sin(0.5));
        EXPECT_DOUBLE_EQ(jacobian(f, at)(0, 1), std::sin(0.5));
        EXPECT_DOUBLE_EQ(gradient([&](const auto& v) { return gradient(f, v)[0] * v[1]; }, at)[1],
                         4 * std::cos(0.5));
    }
    EXPECT_EQ(wengert::statistics().values, before.values);
    EXPECT_LE(wengert::statistics().edges, before.edges + 1) << "a mark at most";
    EXPECT_EQ(x.grad(), 3.0);
    EXPECT_EQ(y.grad(), 2.0);
    EXPECT_EQ(z.grad(), 1.0);
    EXPECT_EQ(later.grad(), 0.0);
    open += y;
    const Value end = open + later + z;
    end.backward();
    EXPECT_EQ(x.grad(), 1 + 7 + 3.0);
    EXPECT_EQ(y.grad(), 1 + 2.0);
    wengert::clear();
}

TEST_F(DerivativesTest, AGradientWithinAFunctionThatIsDifferentiatedByPlainNumbersIsConstant) {
    const auto inner = [](const auto& x) { return x * x * x; };
    const auto outer = [&](const auto& x) { return x * gradient(inner, 2.0); };
    EXPECT_EQ(gradient(outer, 5.0), 12.0);
}

TEST_F(DerivativesTest, AnExceptionInFLeavesTheTapeAsItWas) {
    const Value x = variable(2.0);
    const Value y = x * x;
    y.backward();
    const auto values = wengert::statistics().values;
    const auto f = [](const auto& v) {
        const auto t = v[0] * v[1];
        if (t.value() > 0.0) throw std::runtime_error("in the middle");
        return typename decltype(t)::WengertNumber(t);
    };
    const std::array at{1.0, 2.0};
    EXPECT_THROW(gradient(f, at), std::runtime_error);
    EXPECT_THROW(hessian(f, at), std::runtime_error);
    EXPECT_THROW(jacobian(f, at), std::runtime_error);
    EXPECT_THROW(jvp(f, at, at), std::runtime_error);
    EXPECT_THROW(vjp(f, at, 1.0), std::runtime_error);
    EXPECT_THROW(hvp(f, at, at), std::runtime_error);
    EXPECT_EQ(wengert::statistics().values, values);
    EXPECT_EQ(x.grad(), 4.0);
    y.backward();
    EXPECT_EQ(x.grad(), 4.0);
    wengert::clear();
}

TEST_F(DerivativesTest, AFunctionThatClearsTheTapeIsAnError) {
    const auto f = [](const auto& x) {
        wengert::clear();
        return x * x;
    };
    EXPECT_NE(error_of([&] { gradient(f, 2.0); }), "");
    EXPECT_EQ(gradient([](const auto& x) { return x * x; }, 2.0), 4.0);
}

TEST_F(DerivativesTest, WorksWhereRecordingIsPaused) {
    const wengert::Paused<> pause;
    EXPECT_EQ(gradient([](const auto& x) { return x * x; }, 2.0), 4.0);
    EXPECT_EQ(hessian([](const auto& x) { return x * x; }, 2.0)(0, 0), 2.0);
}

// ---- Of Values: differentiated again ----

TEST_F(DerivativesTest, TheGradientAtValuesDifferentiatesAgain) {
    const std::vector<Value> x = wengert::variables(std::vector{0.5, 2.0});
    const auto f = [](const auto& v) { return sin(v[0] * v[1]) + v[0] * v[0]; };
    const auto [value, g] = value_and_gradient(f, x);
    static_assert(std::same_as<std::remove_const_t<decltype(g)>, std::vector<Value>>);
    EXPECT_DOUBLE_EQ(value.value(), std::sin(1.0) + 0.25);
    const Value norm = g[0] * g[0] + g[1] * g[1];
    norm.backward();
    const double c = std::cos(1.0), s = std::sin(1.0);
    const double g0 = 2 * c + 1, g1 = 0.5 * c;
    EXPECT_NEAR(x[0].grad(), 2 * g0 * (-4 * s + 2) + 2 * g1 * (c - s), 1e-14);
    EXPECT_NEAR(x[1].grad(), 2 * g0 * (c - s) + 2 * g1 * (-0.25 * s), 1e-14);
    value.backward();
    EXPECT_DOUBLE_EQ(x[0].grad(), g0);
    EXPECT_EQ(wengert::statistics<Value>().values, 0U);
    wengert::clear();
}

TEST_F(DerivativesTest, EveryEntryPointTakesValues) {
    const std::array<Value, 2> x{variable(0.5), variable(2.0)};
    const auto f = [](const auto& v) { return v[0] * v[0] * v[0] * v[1]; };  // a^3 b
    const std::array d{1.0, 0.0};
    jvp(f, x, d).backward();  // 3 a^2 b
    EXPECT_DOUBLE_EQ(x[0].grad(), 6 * 0.5 * 2);
    EXPECT_DOUBLE_EQ(x[1].grad(), 3 * 0.25);
    vjp(f, x, x[1])[0].backward();  // 3 a^2 b^2
    EXPECT_DOUBLE_EQ(x[0].grad(), 6 * 0.5 * 4);
    EXPECT_DOUBLE_EQ(x[1].grad(), 6 * 0.25 * 2);
    hvp(f, x, d)[0].backward();  // 6 a b
    EXPECT_DOUBLE_EQ(x[0].grad(), 12.0);
    EXPECT_DOUBLE_EQ(x[1].grad(), 3.0);
    hessian(f, x)(0, 1).backward();  // 3 a^2
    EXPECT_DOUBLE_EQ(x[0].grad(), 3.0);
    EXPECT_DOUBLE_EQ(x[1].grad(), 0.0);
    jacobian(f, x)(0, 0).backward();
    EXPECT_DOUBLE_EQ(x[0].grad(), 6.0);
    derivative([](const auto& t) { return t * t * t; }, x[0]).backward();
    EXPECT_DOUBLE_EQ(x[0].grad(), 3.0);
    const auto tall = [](const auto& t) { return std::tuple{t[0] * t[1], t[0], t[1] * t[1], t[0] * t[0]}; };
    jacobian(tall, x)(3, 0).backward();  // 2 a
    EXPECT_DOUBLE_EQ(x[0].grad(), 2.0);
    wengert::clear();
}

TEST_F(DerivativesTest, AFunctionMayUseOuterVariablesAsWell) {
    const Value w = variable(3.0), x = variable(2.0);
    const auto f = [&](const auto& t) { return w * t * t; };
    const Value slope = gradient(f, x);  // 2 w x
    slope.backward();
    EXPECT_EQ(slope.value(), 12.0);
    EXPECT_EQ(w.grad(), 4.0);
    EXPECT_EQ(x.grad(), 6.0);
    EXPECT_EQ(gradient(f, 2.0), 12.0) << "over plain numbers w is a variable of the same tape";
    wengert::clear();
}

TEST_F(DerivativesTest, GradientsNestThreeDeep) {
    const auto f = [](const auto& x) { return x * x * x * x; };
    const auto first = [&](const auto& x) { return gradient(f, x); };
    const auto second = [&](const auto& x) { return gradient(first, x); };
    EXPECT_DOUBLE_EQ(gradient(second, 0.5), 24 * 0.5);
    const auto by_dual = [&](const auto& x) { return derivative(f, x); };
    EXPECT_DOUBLE_EQ(derivative([&](const auto& x) { return gradient(by_dual, x); }, 0.5), 24 * 0.5);
}

// ---- Bad input ----

TEST_F(DerivativesTest, WrongSizesAreErrorsThatNameBoth) {
    const auto f = [](const auto& x) { return x[0] * x[1]; };
    const std::vector at{1.0, 2.0}, three{1.0, 2.0, 3.0};
    EXPECT_THAT(error_of([&] { jvp(f, at, three); }),
                AllOf(HasSubstr("jvp()"), HasSubstr("2"), HasSubstr("3")));
    EXPECT_THAT(error_of([&] { hvp(f, at, three); }),
                AllOf(HasSubstr("hvp()"), HasSubstr("2"), HasSubstr("3")));
    EXPECT_THAT(error_of([&] { vjp(f, at, three); }),
                AllOf(HasSubstr("vjp()"), HasSubstr("1"), HasSubstr("3")));
}

TEST_F(DerivativesTest, AFunctionThatComparesAndBranchesIsDifferentiatedWhereItRan) {
    const auto g = [](const auto& x) {
        std::decay_t<decltype(x)> s = x;
        while (s < 10.0) s *= 2.0;
        if (s > 12.0) s = -s;
        return s;
    };
    EXPECT_EQ(gradient(g, 3.0), 4.0);
    EXPECT_EQ(gradient(g, 7.0), -2.0);
}

}  // namespace
