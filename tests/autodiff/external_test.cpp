// Blocks whose derivative their user supplies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <wengert/wengert.hpp>

#include "support/error_of.hpp"

namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using wengert::Dual;
using wengert::external;
using wengert::Value;
using wengert::variable;

using Numbers = std::span<const double>;

class ExternalTest : public ::testing::Test {
protected:
    void SetUp() override { wengert::clear(); }
    void TearDown() override { wengert::clear(); }
};

// (a, b) -> (a b, a / b), for plain numbers only.
const auto two = [](Numbers x) { return std::vector{x[0] * x[1], x[0] / x[1]}; };
struct TwoVjp {
    int* calls;
    std::vector<double> operator()(Numbers x, Numbers y, Numbers w) const {
        ++*calls;
        return {w[0] * x[1] + w[1] / x[1], w[0] * x[0] - w[1] * y[1] / x[1]};
    }
};

TEST_F(ExternalTest, TheDocumentedExampleGivesTheDerivativeOfTheRoot) {
    const auto root = [](std::span<const double> a) { return std::vector{std::sqrt(a[0])}; };
    const auto vjp = [](auto, std::span<const double> y, std::span<const double> w) {
        return std::vector{w[0] / (2 * y[0])};
    };
    const std::vector<Value> a{variable(2.0)};
    const Value y = external(a, root, vjp)[0];
    y.backward();
    EXPECT_EQ(y.value(), std::sqrt(2.0));
    EXPECT_EQ(a[0].grad(), 1 / (2 * std::sqrt(2.0)));
}

TEST_F(ExternalTest, PassesTheAdjointsOfAllOutputsAtOnce) {
    int calls = 0;
    const std::array<Value, 2> x{variable(3.0), variable(2.0)};
    const std::vector<Value> y = external(x, two, TwoVjp{&calls});
    EXPECT_EQ(y[0].value(), 6.0);
    EXPECT_EQ(y[1].value(), 1.5);
    const Value z = y[0] * y[1] + y[0];  // a^2 + a b
    z.backward();
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(x[0].grad(), 2 * 3.0 + 2.0);
    EXPECT_EQ(x[1].grad(), 3.0);
    EXPECT_EQ(y[0].grad(), 1.5 + 1);
    EXPECT_EQ(y[1].grad(), 6.0);
    z.backward();
    EXPECT_EQ(calls, 2) << "once a sweep";
    EXPECT_EQ(wengert::statistics().values, 2U + 2 + 1);
}

TEST_F(ExternalTest, IsNotCalledWhereNothingReachesIt) {
    int calls = 0;
    const std::array<Value, 2> x{variable(3.0), variable(0.0)};
    const std::vector<Value> y = external(x, two, TwoVjp{&calls});  // 3 / 0
    const Value z = x[0] * 5.0 + select(false, y[1], x[0]);
    z.backward();
    EXPECT_EQ(calls, 0);
    EXPECT_EQ(x[0].grad(), 6.0);
    Value(1.0).backward();
    EXPECT_EQ(calls, 0);
}

TEST_F(ExternalTest, TakesConstantsRepeatedInputsAndAChainOfBlocks) {
    int calls = 0;
    const Value a = variable(3.0);
    const std::vector<Value> y = external(std::array<Value, 2>{a, 2.0}, two, TwoVjp{&calls});
    const std::vector<Value> z = external(std::array<Value, 2>{y[0], y[0]}, two, TwoVjp{&calls});
    z[0].backward();  // (2 a)^2
    EXPECT_EQ(a.grad(), 8 * 3.0);
    EXPECT_EQ(calls, 2);
    z[1].backward();  // 1
    EXPECT_EQ(a.grad(), 0.0);
}

TEST_F(ExternalTest, OfConstantsOrPausedIsPlainNumbers) {
    int calls = 0;
    const std::vector<Value> y = external(std::array<Value, 2>{6.0, 2.0}, two, TwoVjp{&calls});
    EXPECT_FALSE(y[0].active() || y[1].active());
    EXPECT_EQ(y[1].value(), 3.0);
    EXPECT_THAT(external(std::array{6.0, 2.0}, two, TwoVjp{&calls}), ElementsAre(12, 3));
    const std::array<Value, 2> x{variable(3.0), variable(2.0)};
    const wengert::Paused<> pause;
    EXPECT_FALSE(external(x, two, TwoVjp{&calls})[0].active());
    EXPECT_EQ(wengert::statistics().values, 2U);
    EXPECT_TRUE(external(
                    x, [](Numbers) { return std::vector<double>{}; }, TwoVjp{&calls})
                    .empty());
}

TEST_F(ExternalTest, SweepsToAMark) {
    int calls = 0;
    const std::array<Value, 2> x{variable(3.0), variable(2.0)};
    const std::vector<Value> before = external(x, two, TwoVjp{&calls});
    const auto start = wengert::mark();
    const std::vector<Value> y = external(std::array<Value, 2>{x[0], before[1]}, two, TwoVjp{&calls});
    std::vector<double> below(4, 0.0);
    wengert::backward_to(start, y[0], below);
    EXPECT_THAT(below, ElementsAre(1.5, 0, 0, 3));
    EXPECT_EQ(calls, 1);
}

TEST_F(ExternalTest, AWrongVjpIsAnErrorThatNamesBothSizes) {
    const std::vector<Value> x = wengert::variables(std::vector{1.0, 2.0, 3.0});
    const auto forward = [](Numbers v) { return std::vector{v[0]}; };
    const auto vjp = [](Numbers, Numbers, Numbers) { return std::vector{1.0, 2.0}; };
    const Value y = external(x, forward, vjp)[0];
    EXPECT_THAT(error_of([&] { y.backward(); }), AllOf(HasSubstr("3 inputs"), HasSubstr("returned 2")));
    const Value z = x[0] * x[1];
    z.backward();
    EXPECT_EQ(x[0].grad(), 2.0);
    const std::vector<Dual<double>> d{Dual<double>(1.0, 1.0), 2.0, 3.0};
    EXPECT_THAT(error_of([&] { external(d, forward, vjp); }), HasSubstr("returned 2"));
}

TEST_F(ExternalTest, AnExceptionFromForwardOrVjpPassesOnAndLeavesTheTapeUsable) {
    const std::vector<Value> x = wengert::variables(std::vector{1.0, 2.0});
    const auto forward = [](Numbers v) { return std::vector{v[0] * v[1]}; };
    const auto bad_forward = [](Numbers) -> std::vector<double> { throw std::runtime_error("no root"); };
    const auto bad_vjp = [](Numbers, Numbers, Numbers) -> std::vector<double> {
        throw std::runtime_error("singular");
    };
    EXPECT_THROW(external(x, bad_forward, bad_vjp), std::runtime_error);
    EXPECT_EQ(wengert::statistics().values, 2U);
    const Value y = external(x, forward, bad_vjp)[0];
    const Value z = x[0] * 3.0;
    z.backward();
    EXPECT_EQ(x[0].grad(), 3.0);
    for (int k = 0; k < 2; ++k) {
        EXPECT_THROW(y.backward(), std::runtime_error);
        EXPECT_EQ(x[0].grad(), 0.0) << "a sweep that failed leaves no adjoints";
        EXPECT_EQ(y.grad(), 0.0);
    }
    z.backward();
    EXPECT_EQ(x[0].grad(), 3.0);
    const auto start = wengert::mark();
    const Value after = external(x, forward, bad_vjp)[0];
    std::vector<double> below(4, 0.0);
    EXPECT_THROW(wengert::backward_to(start, after, below), std::runtime_error);
    EXPECT_EQ(x[0].grad(), 3.0) << "what a sweep to a mark does not own stays";
    wengert::rewind(start);
    z.backward();
    EXPECT_EQ(x[0].grad(), 3.0);
}

TEST_F(ExternalTest, AVjpMayAskForGradientsOfItsOwn) {
    const auto inner = [](const auto& v) { return sin(v[0]) * v[1]; };
    const auto forward = [&](Numbers v) { return std::vector{std::sin(v[0]) * v[1]}; };
    int nested = 0;
    const auto vjp = [&](Numbers v, Numbers, Numbers w) {
        // Large enough that the adjoints move to other memory, and the recording to another chunk.
        const std::vector<double> many(50'000, 1.0);
        EXPECT_EQ(wengert::gradient([](const auto& m) { return wengert::sum(m); }, many)[49'999], 1.0);
        ++nested;
        std::vector<double> g = wengert::gradient(inner, std::vector(v.begin(), v.end()));
        for (double& d : g) d *= w[0];
        return g;
    };
    const std::vector<Value> x = wengert::variables(std::vector{0.5, 2.0});
    const Value before = x[0] * x[1];
    const Value y = external(x, forward, vjp)[0];
    const Value z = external(std::vector<Value>{y, before}, forward, vjp)[0] + y * x[1];
    z.backward();
    EXPECT_EQ(nested, 2);
    const auto whole = [&](const auto& v) {
        const auto first = typename std::decay_t<decltype(v[0])>::WengertNumber(sin(v[0]) * v[1]);
        return sin(first) * (v[0] * v[1]) + first * v[1];
    };
    const auto g = wengert::gradient(whole, std::vector{0.5, 2.0});
    EXPECT_DOUBLE_EQ(x[0].grad(), g[0]);
    EXPECT_DOUBLE_EQ(x[1].grad(), g[1]);
}

TEST_F(ExternalTest, AVjpMayNotTouchTheRecordingThatIsSwept) {
    const Value a = variable(3.0);
    const auto start = wengert::mark();
    const Value x = a * 1.0;
    const auto forward = [](Numbers v) { return std::vector{2 * v[0]}; };
    std::string said;
    const auto ask = [&](const auto& misuse) {
        const auto vjp = [&](Numbers, Numbers, Numbers w) {
            said = error_of(misuse);
            return std::vector{2 * w[0]};
        };
        const Value y = external(std::vector{x}, forward, vjp)[0];
        said.clear();
        y.backward();
        EXPECT_EQ(a.grad(), 2.0);
        const std::string in_backward = said;
        said.clear();
        std::vector<double> below(1, 0.0);
        wengert::backward_to(start, y, below);
        EXPECT_EQ(below[0], 2.0);
        EXPECT_EQ(said, in_backward);
    };
    ask([&] { x.backward(); });
    EXPECT_THAT(said, HasSubstr("gradient(f, x)"));
    std::vector<double> one(1);
    ask([&] { wengert::backward_to(start, x, one); });
    EXPECT_THAT(said, HasSubstr("inside another sweep"));
    ask([] { wengert::clear(); });
    EXPECT_THAT(said, HasSubstr("inside its own sweep"));
    ask([&] { wengert::rewind(start); });
    EXPECT_THAT(said, HasSubstr("inside its own sweep"));
    ask([] {
        const wengert::Recording<> own;
        const Value t = variable(1.0);
        static_cast<void>(Value(t * t));
    });
    EXPECT_EQ(said, "") << "a recording of its own that it rewinds is welcome";
}

TEST_F(ExternalTest, CountsItsCopiesAgainstTheMemoryLimit) {
    const std::vector<Value> x = wengert::variables(std::vector(100'000, 1.0));
    const auto forward = [](Numbers v) { return std::vector{v[0]}; };
    const auto vjp = [](Numbers v, Numbers, Numbers) { return std::vector<double>(v.size()); };
    const std::size_t before = wengert::memory_in_use();
    {
        const wengert::Recording<> scope;
        static_cast<void>(external(x, forward, vjp));
        EXPECT_GE(wengert::memory_in_use(), before + x.size() * 12);
    }
    EXPECT_EQ(wengert::memory_in_use(), before);
    wengert::set_memory_limit(before + 1'000'000);
    const auto values = wengert::statistics().values;
    EXPECT_THAT(error_of([&] { static_cast<void>(external(x, forward, vjp)); }), HasSubstr("limit"));
    EXPECT_EQ(wengert::statistics().values, values);
    wengert::set_memory_limit(std::size_t{8} << 30);
}

TEST_F(ExternalTest, AVjpThatCatchesAFailureOfAGradientInsideGoesOn) {
    const auto forward = [](Numbers v) { return std::vector{v[0]}; };
    const auto vjp = [](Numbers, Numbers, Numbers w) {
        const auto throws = [](const auto& t) {
            const auto y = external(
                std::vector{t}, [](auto v) { return std::vector{v[0]}; },
                [](auto, auto, auto) -> std::vector<double> { throw std::runtime_error("inner"); });
            return y[0];
        };
        EXPECT_THROW(wengert::gradient(throws, 1.0), std::runtime_error);
        return std::vector{w[0]};
    };
    const Value x = variable(2.0);
    const Value y = external(std::vector{x}, forward, vjp)[0];
    const Value z = y * x;
    z.backward();
    EXPECT_EQ(x.grad(), 4.0);
    EXPECT_EQ(y.grad(), 2.0);
    EXPECT_EQ(z.grad(), 1.0);
}

// ---- Second order, forward mode: templates ----

const auto cube = [](const auto& x) { return std::vector{x[0] * x[0] * x[0] * x[1]}; };
const auto cube_vjp = [](const auto& x, const auto&, const auto& w) {
    using T = std::decay_t<decltype(x[0])>;
    return std::vector<T>{3.0 * x[0] * x[0] * x[1] * w[0], x[0] * x[0] * x[0] * w[0]};
};
struct Cube {  // over any scalar, returning its values and not expressions
    template <class T> std::vector<T> operator()(std::span<const T> x) const {
        return {T(x[0] * x[0] * x[0] * x[1])};
    }
};

TEST_F(ExternalTest, DualCallsVjpForEachOutput) {
    const std::vector<Dual<double>> x{Dual<double>(2.0, 1.0), Dual<double>(5.0, 10.0)};
    EXPECT_EQ(external(x, Cube{}, cube_vjp)[0].tangent(), 3 * 4 * 5.0 + 8 * 10.0);
    int calls = 0;
    const auto y = external(x, two, TwoVjp{&calls});
    EXPECT_EQ(calls, 2);
    static_cast<void>(external(std::vector{Dual<double>(2.0), Dual<double>(5.0)}, two, TwoVjp{&calls}));
    EXPECT_EQ(calls, 2) << "nothing moves";
    EXPECT_EQ(y[0].tangent(), 5.0 + 20.0);
    EXPECT_DOUBLE_EQ(y[1].tangent(), 1 / 5.0 - 2.0 / 25 * 10);
    const auto f = [&](const auto& v) { return external(v, two, TwoVjp{&calls}); };
    const auto j = wengert::jacobian(f, std::array{3.0, 2.0});
    EXPECT_THAT(j.numbers(), ElementsAre(2, 3, 0.5, -0.75));
}

TEST_F(ExternalTest, TemplatesGiveSecondDerivatives) {
    const auto f = [](const auto& x) { return external(x, Cube{}, cube_vjp)[0]; };
    const std::array at{2.0, 5.0};
    const auto h = wengert::hessian(f, at);
    EXPECT_THAT(h.numbers(), ElementsAre(60, 12, 12, 0));
    EXPECT_THAT(wengert::hvp(f, at, at), ElementsAre(180, 24));
    const std::vector<Value> x = wengert::variables(std::vector{2.0, 5.0});
    wengert::gradient(f, x)[0].backward();  // Reverse over Reverse
    EXPECT_EQ(x[0].grad(), 60.0);
    EXPECT_EQ(x[1].grad(), 12.0);
    wengert::jvp(f, x, std::array{1.0, 0.0}).backward();  // Dual over Reverse
    EXPECT_EQ(x[0].grad(), 60.0);
    EXPECT_EQ(x[1].grad(), 12.0);
}

TEST_F(ExternalTest, TemplatesMayReturnExpressions) {
    const auto f = [](const auto& x) { return external(x, cube, cube_vjp)[0]; };
    EXPECT_THAT(wengert::hessian(f, std::array{2.0, 5.0}).numbers(), ElementsAre(60, 12, 12, 0));
    const std::vector<Value> x = wengert::variables(std::vector{2.0, 5.0});
    wengert::gradient(f, x)[0].backward();
    EXPECT_EQ(x[0].grad(), 60.0);
    wengert::clear();
}

TEST_F(ExternalTest, WhatAVjpKeepsIsReleasedWithTheRecording) {
    const auto kept = std::make_shared<int>(1);
    const auto forward = [](Numbers v) { return std::vector{v[0]}; };
    const auto vjp = [kept](Numbers, Numbers, Numbers w) { return std::vector{w[0] * *kept}; };
    const Value x = variable(2.0);
    const auto start = wengert::mark();
    const long before = kept.use_count();
    static_cast<void>(external(std::vector{x}, forward, vjp));
    EXPECT_EQ(kept.use_count(), before + 1);
    wengert::rewind(start);
    EXPECT_EQ(kept.use_count(), before);
    static_cast<void>(external(std::vector{x}, forward, vjp));
    wengert::clear();
    EXPECT_EQ(kept.use_count(), before);
}

}  // namespace
