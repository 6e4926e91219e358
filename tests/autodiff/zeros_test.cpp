// Zeros: what contributes nothing, and what only seems to.
//
// An adjoint that is 0 and constant hands nothing on, whatever partials it would meet, so that a dead value
// whose slope is infinite harms no other; so does a tangent that is 0. Beyond that, where a partial is
// infinite, forward and reverse mode may differ: the tests below say how. An adjoint that is 0 but itself has
// a derivative is always handed on.
#include "modes_support.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

#include <wengert/wengert.hpp>

namespace {

class Zeros : public testing::Test {
protected:
    void TearDown() override { wengert::clear(); }
};

// ---- What contributes nothing ----

TEST_F(Zeros, ADeadValueWithAnInfinitePartialHarmsNothing) {
    const Value x = variable(0.0);
    const Value root = sqrt(x), logarithm = log(x), inverse = 1.0 / x;
    const Value y = 3.0 * x;
    y.backward();
    EXPECT_EQ(x.grad(), 3.0);
    EXPECT_EQ(root.grad(), 0.0);
    EXPECT_EQ(logarithm.grad(), 0.0);
    EXPECT_EQ(inverse.grad(), 0.0);
}

TEST_F(Zeros, AValueWeightedByAnExactZeroHarmsNothing) {
    const Value x = variable(0.0);
    const Value root = sqrt(x);
    const Value y = 0.0 * root + 3.0 * x;  // the adjoint of root is 0
    y.backward();
    EXPECT_EQ(x.grad(), 3.0);
    Value sum = 0.0;
    for (const double w : {0.0, -0.0}) sum += w * root;
    sum += x;
    sum.backward();
    EXPECT_EQ(x.grad(), 1.0);
}

TEST_F(Zeros, ASeedOfZeroGivesZeros) {
    const Value x = variable(0.0), y = sqrt(x) + log(x);
    y.backward(0.0);
    EXPECT_EQ(x.grad(), 0.0);
    wengert::backward({{y, 0.0}, {Value(2.0 * x), 1.0}});
    EXPECT_EQ(x.grad(), 2.0);
}

TEST_F(Zeros, ATangentOfZeroMeetsNoPartial) {
    const Dual<double> still(0.0), moving(0.0, 1.0);
    EXPECT_EQ(sqrt(still).tangent(), 0.0);
    EXPECT_EQ((moving + log(still)).tangent(), 1.0);
    EXPECT_EQ(atan2(still, still).tangent(), 0.0);
    const Dual<double, 2> both(0.0, {0.0, 0.0});
    EXPECT_EQ(sqrt(both).tangents(), (std::array{0.0, 0.0}));
    const Dual<double, 2> one(0.0, {1.0, 0.0});  // each direction by itself
    EXPECT_EQ(sqrt(one).tangents(), (std::array{infinity, 0.0}));
    EXPECT_EQ((sqrt(Dual<Dual<double>, 2>(0.0, {1.0, 0.0})).tangent(1)).value(), 0.0);
    const auto f = [](const auto& x) {
        return std::vector<std::decay_t<decltype(x[0])>>{sqrt(x[0]) + x[1], x[1]};
    };
    EXPECT_EQ(wengert::jacobian(f, std::array{0.0, 1.0})(0, 1), 1.0);
    // in the layer below as well
    const Dual<Dual<double>> deep(0.0);
    EXPECT_EQ(sqrt(deep).tangent().tangent(), 0.0);
    EXPECT_EQ(sqrt(deep).value().tangent(), 0.0);
    const Dual<Value> over_constant(0.0);
    EXPECT_EQ(sqrt(over_constant).tangent().value(), 0.0);
}

// x = 2 moves in the last direction alone.
template <class D> void holds_in_packs() {
    using T = typename D::Inner;
    constexpr std::size_t last = D::directions - 1;
    using Limits = std::numeric_limits<T>;
    const D x = D::variable(T(2), last), still(T(0));
    const D products[] = {x * D(Limits::infinity()), D(Limits::infinity()) * x};
    const D quotients[] = {D(T(1)) / still, still / still, sqrt(still), log(still), pow(still, D(T(0.5)))};
    for (std::size_t i = 0; i < last; ++i) {
        for (const D& y : products) EXPECT_EQ(y.tangent(i), T(0)) << i;
        EXPECT_EQ((x * D(Limits::quiet_NaN())).tangent(i), T(0)) << i;
    }
    for (const D& y : products) EXPECT_EQ(y.tangent(last), Limits::infinity());
    for (std::size_t i = 0; i <= last; ++i)
        for (const D& y : quotients) EXPECT_EQ(y.tangent(i), T(0)) << i;
    const D overflows = x * D(Limits::max());  // of finite factors
    EXPECT_EQ(overflows.value(), Limits::infinity());
    EXPECT_EQ(overflows.tangent(last), Limits::max());
}
TEST_F(Zeros, ATangentOfZeroMeetsNoPartialInPacksOfAnyWidth) {
    holds_in_packs<Dual<double>>();
    holds_in_packs<Dual<double, 3>>();
    holds_in_packs<Dual<double, 8>>();
    holds_in_packs<Dual<float, 4>>();
}

TEST_F(Zeros, AnInactiveArgumentGetsNoPartial) {
    const Value base = variable(-2.0);
    const std::size_t before = wengert::statistics().edges;
    const Value y = pow(base, Value(3.0)) + atan2(Value(0.0), Value(0.0)) * base;
    y.backward();
    EXPECT_EQ(base.grad(), 12.0);
    EXPECT_EQ(wengert::statistics().edges, before + 1);
}

// ---- Where the modes differ: a partial is infinite and its factor 0 ----

TEST_F(Zeros, ZeroTimesAnInfiniteSlopeIsNanForwardAndWithinAStatement) {
    const Dual<double> forward = 0.0 * sqrt(Dual<double>(0.0, 1.0));
    EXPECT_TRUE(std::isnan(forward.tangent()));
    const Value x = variable(0.0);
    const Value together = 0.0 * sqrt(x);  // one edge, whose partial is 0 * infinity
    together.backward();
    EXPECT_TRUE(std::isnan(x.grad()));
    const Value root = sqrt(x), apart = 0.0 * root;  // two results: the adjoint of root is 0
    apart.backward();
    EXPECT_EQ(x.grad(), 0.0);
}

TEST_F(Zeros, InfiniteSlopesThatCancelAreNanForwardAndZeroInReverse) {
    const Dual<double> d = sqrt(Dual<double>(0.0, 1.0));
    EXPECT_TRUE(std::isnan((d - d).tangent()));
    const Value x = variable(0.0), root = sqrt(x), difference = root - root;
    difference.backward();
    EXPECT_EQ(x.grad(), 0.0) << "the adjoint of root is 1 - 1";
}

// ---- What only seems to contribute nothing ----

TEST_F(Zeros, AnActiveAdjointOfValueZeroIsHandedOn) {
    EXPECT_EQ(second([](const auto& x) { return wengert::square(x - 1.0); }, 1.0), 2.0);
    EXPECT_EQ(second([](const auto& x) { return (x - 1.0) * (x - 1.0); }, 1.0), 2.0);
    EXPECT_EQ(second([](const auto& x) { return wengert::pow(x - 1.0, 2); }, 1.0), 2.0);
    EXPECT_EQ(second([](const auto& x) { return wengert::cos(x); }, 0.0), -1.0);
    EXPECT_EQ(second([](const auto& x) { return wengert::cosh(x) + wengert::hypot(x, 1.0); }, 0.0), 2.0);
    EXPECT_EQ(second([](const auto& x) { return wengert::exp_minus_square(x); }, 0.0), -2.0);
    EXPECT_EQ(second([](const auto& x) { return wengert::sin(x) * wengert::tanh(x); }, 0.0), 2.0);
}

TEST_F(Zeros, AnActiveAdjointOfValueZeroIsHandedOnThroughASeriesOfStatements) {
    const auto stepwise = [](const auto& x) {
        using T = std::remove_cvref_t<decltype(x)>;
        const T d = x - 1.0, e = 2.0 * d, f = e * e;
        T sum = 0.0;
        sum += f;
        sum += d * d;
        return sum;
    };
    EXPECT_EQ(second(stepwise, 1.0), 10.0);
}

TEST_F(Zeros, AProductOfZerosHasAMixedDerivative) {
    const auto product = [](const auto& x, const auto& y) { return x * y; };
    EXPECT_EQ(second(product, std::array{0.0, 0.0}, 0, 1), 1.0);
    EXPECT_EQ(second(product, std::array{0.0, 0.0}, 1, 0), 1.0);
    EXPECT_EQ(second(product, std::array{0.0, 0.0}, 0, 0), 0.0);
    const auto fused = [](const auto& x, const auto& y) { return wengert::fma(x, y, x * x); };
    EXPECT_EQ(second(fused, std::array{0.0, 0.0}, 0, 1), 1.0);
    EXPECT_EQ(second(fused, std::array{0.0, 0.0}, 0, 0), 2.0);
}

TEST_F(Zeros, AThirdDerivativePassesTwoZeros) {
    using T = Dual<Dual<double>>;
    using V = Reverse<T>;
    const T at(Dual<double>(0.0, 1.0), Dual<double>(1.0));
    const V x = variable(at), y = x * x * x;
    y.backward();
    EXPECT_EQ(x.grad().tangent().tangent(), 6.0);
    wengert::clear<T>();
}

TEST_F(Zeros, AnActiveZeroBesideAnInfiniteSlopeIsNotHidden) {
    // d/dx of x sqrt(x) at 0 is 0 in the limit; its parts are sqrt(x) + x / (2 sqrt(x)) = 0 + 0 infinity.
    const auto f = [](const auto& x) { return x * wengert::sqrt(x); };
    EXPECT_TRUE(std::isnan(derivatives(f, 0.0).partials[0]));
}

}  // namespace
