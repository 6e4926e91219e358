// checkpointed: the plain loop's gradient to the bit, in memory that grows as the square root of the steps.
// Built with -ffp-contract=off.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <vector>

#include <wengert/wengert.hpp>

#include "tape_support.hpp"

namespace {

using ::testing::HasSubstr;
using wengert::checkpointed, wengert::Dual, wengert::Value, wengert::variable;

class Checkpointed : public TapeTest {};

// The same loop without checkpoints.
template <class State, class F> State plain(std::size_t steps, State state, const F& step) {
    for (std::size_t k = 0; k < steps; ++k) state = step(state, k);
    return state;
}
const auto by_checkpoints = [](std::size_t steps, const auto& state, const auto& step) {
    return checkpointed(steps, state, step);
};
const auto by_plain = [](std::size_t steps, const auto& state, const auto& step) {
    return plain(steps, state, step);
};

// Two sums that grow in place, read between, by two captured parameters, and the step's number; the
// parameters and the initial state are used before and after as well.
template <class Loop> std::vector<double> gradient_of_sums(std::size_t steps, const Loop& loop) {
    const Value p = variable(0.3), q = variable(0.01), a = variable(0.5), b = variable(-0.2);
    const std::array<Value, 2> start{a * p, b + q};
    const auto end = loop(steps, start, [p, q](std::array<Value, 2> x, std::size_t k) {
        x[0] += q * x[1];
        x[1] -= q * sin(x[0]) * p;
        x[0] += 0.001 * static_cast<double>(k % 3) * p;
        return x;
    });
    const Value y = end[0] * end[1] + end[0] * p + q;
    y.backward();
    std::vector<double> result{y.value(), p.grad(), q.grad(), a.grad(), b.grad()};
    wengert::clear();
    return result;
}

TEST_F(Checkpointed, HasTheGradientOfThePlainLoopToTheBit) {
    for (std::size_t steps : {0U, 1U, 2U, 3U, 4U, 5U, 8U, 9U, 10U, 17U, 100U, 1000U, 4321U})
        EXPECT_EQ(gradient_of_sums(steps, by_checkpoints), gradient_of_sums(steps, by_plain))
            << steps << " steps";
}

TEST_F(Checkpointed, DifferentiatesByCapturesWhereTheStateIsConstant) {
    const Value p = variable(0.5);
    const std::vector<Value> y =
        checkpointed(5, std::vector<Value>{1.0, 2.0}, [p](std::vector<Value> x, std::size_t) {
            x[0] = x[0] * p;
            x[1] += x[0];
            return x;
        });
    y[1].backward();  // 2 + p + p^2 + ... + p^5
    EXPECT_EQ(y[1].value(), 2.0 + 0.96875);
    EXPECT_EQ(p.grad(), 1.0 + 2 * 0.5 + 3 * 0.25 + 4 * 0.125 + 5 * 0.0625);
}

TEST_F(Checkpointed, TakesANumberAlone) {
    const Value x = variable(0.8), r = variable(3.9);
    const Value y = checkpointed(3, x, [r](const Value& v, std::size_t) { return Value(r * v * (1.0 - v)); });
    y.backward();
    const double by_x = x.grad(), by_r = r.grad();
    wengert::clear();
    const auto f = [](const auto& v) {
        auto z = v[0];
        for (int k = 0; k < 3; ++k) z = v[1] * z * (1.0 - z);
        return z;
    };
    const std::vector<double> g = wengert::gradient(f, std::vector{0.8, 3.9});
    EXPECT_DOUBLE_EQ(by_x, g[0]);
    EXPECT_DOUBLE_EQ(by_r, g[1]);
}

TEST_F(Checkpointed, RunsThePlainLoopForOtherScalars) {
    const auto step = [](auto v, std::size_t k) {
        using T = decltype(v);
        return T(v * 0.5 + 0.1 * static_cast<double>(k));
    };
    EXPECT_EQ(checkpointed(4, 2.0, step), plain(4, 2.0, step));
    const auto moved = checkpointed(4, Dual<double>(2.0, 1.0), step);
    EXPECT_EQ(moved.tangent(), 0.0625);
}

TEST_F(Checkpointed, MayLieInEachOtherAndInASweepToAMark) {
    const auto value_and_slope = [](const auto& loop, bool to_a_mark) {
        const Value x = variable(0.7), p = variable(0.9);
        const auto inner = [p](const Value& v, std::size_t k) {
            return Value(v * p + 0.01 * static_cast<double>(k));
        };
        const auto outer = [inner, &loop](const Value& v, std::size_t) {
            return Value(sin(loop(7, v, inner)));
        };
        std::vector<double> g(2);
        if (to_a_mark) {
            const wengert::Recording<> scope;
            const Value y = loop(12, x, outer);
            wengert::backward_to(scope.start(), y, g);
        } else {
            const Value y = loop(12, x, outer);
            y.backward();
            g = {x.grad(), p.grad()};
        }
        wengert::clear();
        return g;
    };
    const auto expected = value_and_slope(by_plain, false);
    EXPECT_NE(expected[1], 0.0);
    EXPECT_EQ(value_and_slope(by_checkpoints, false), expected);
    EXPECT_EQ(value_and_slope(by_checkpoints, true), expected);
}

TEST_F(Checkpointed, DifferentiatesTwice) {
    const auto f = [](const auto& v) {
        using T = std::remove_cvref_t<decltype(v[0])>;
        const T p = v[1];
        return checkpointed(9, T(v[0]), [p](T z, std::size_t) { return T(p * sin(z)); });
    };
    const auto loop = [](const auto& v) {
        using T = std::remove_cvref_t<decltype(v[0])>;
        T z = v[0];
        for (int k = 0; k < 9; ++k) z = v[1] * sin(z);
        return z;
    };
    const std::vector<double> at{0.6, 1.3}, direction{1.0, -2.0};
    const auto a = wengert::hvp(f, at, direction), b = wengert::hvp(loop, at, direction);
    EXPECT_DOUBLE_EQ(a[0], b[0]);
    EXPECT_DOUBLE_EQ(a[1], b[1]);
}

TEST_F(Checkpointed, TakesMemoryByTheSquareRootOfTheSteps) {
    const auto peak_of = [](std::size_t steps) {
        const std::size_t before = wengert::memory_in_use();
        const Value x = variable(0.8);
        std::size_t most = 0;
        const Value y = checkpointed(steps, x, [&most](const Value& v, std::size_t) {
            most = std::max(most, wengert::statistics().bytes);
            return Value(v * 0.99 + sin(v) * 0.01);
        });
        y.backward();
        most += wengert::memory_in_use() - before;
        wengert::clear();
        return most;
    };
    const std::size_t few = peak_of(10'000), many = peak_of(1'000'000);
    EXPECT_LT(many, 20 * few) << "10 times as many in a segment, and as many kept";
    EXPECT_LT(many, 200'000U) << "the plain loop takes 20 MB";
}

TEST_F(Checkpointed, WhereItFailsTheTapeIsAsItWas) {
    const Value x = variable(1.0);
    const std::size_t values = wengert::statistics().values, bytes = wengert::statistics().bytes;
    const auto widens = [](std::vector<Value> v, std::size_t k) {
        if (k == 2) v.push_back(v[0]);
        return v;
    };
    EXPECT_THAT(error_of([&] { static_cast<void>(checkpointed(5, std::vector{x}, widens)); }),
                ::testing::AllOf(HasSubstr("step 2"), HasSubstr("1 number"), HasSubstr("2")));
    EXPECT_EQ(wengert::statistics().values, values);
    EXPECT_EQ(wengert::statistics().bytes, bytes);

    const auto calls = std::make_shared<int>(0);
    const Value y =
        checkpointed(9, x, [calls](const Value& v, std::size_t) { return Value(v * (1.0 + ++*calls)); });
    EXPECT_THAT(error_of([&] { y.backward(); }), HasSubstr("gave other numbers"));
    const Value z = x * 3.0;
    z.backward();
    EXPECT_EQ(x.grad(), 3.0);

    Value gone;
    {
        const wengert::Recording<> scope;
        gone = x * 2.0;
    }
    EXPECT_NE(error_of([&] {
                  static_cast<void>(checkpointed(3, gone, [](const Value& v, std::size_t) { return v; }));
              }),
              "");
}

TEST_F(Checkpointed, RecordsNothingWherePaused) {
    const Value x = variable(1.0);
    const wengert::Paused<> paused;
    const Value y = checkpointed(10, x, [](const Value& v, std::size_t) { return Value(v * 0.5); });
    EXPECT_FALSE(y.active());
    EXPECT_EQ(y.value(), std::ldexp(1.0, -10));
}

}  // namespace
