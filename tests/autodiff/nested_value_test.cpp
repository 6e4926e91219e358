// Values over other scalars than double: float, Dual, and Value itself.
#include <gtest/gtest.h>

#include <cmath>
#include <concepts>
#include <cstdint>

#include <wengert/wengert.hpp>

namespace {

using wengert::Dual;
using wengert::Reverse;
using wengert::Value;
using wengert::variable;

class NestedValueTest : public ::testing::Test {
protected:
    void SetUp() override { wengert::clear(); }
    void TearDown() override { wengert::clear(); }
};

TEST_F(NestedValueTest, WorksOverFloat) {
    using V = Reverse<float>;
    const V x = variable(0.5F), y = variable(2.0F);
    static_assert(std::same_as<decltype(x.grad()), float>);
    V z = x * y + exp(x) * 2.0;  // a double constant becomes a float
    z += 1;
    EXPECT_EQ(z.value(), 1.0F + std::exp(0.5F) * 2.0F + 1.0F);
    z.backward();
    EXPECT_EQ(x.grad(), 2.0F + std::exp(0.5F) * 2.0F);
    EXPECT_EQ(y.grad(), 0.5F);
    wengert::clear<float>();
}

// The second derivatives of x^2 y + sin(x y) at (0.5, 2): what each nesting must give.
template <class T> T for_second_order(const T& x, const T& y) {
    T s = x * x * y;
    s += sin(x * y);
    return s;
}
constexpr double sx = 0.5, sy = 2.0;
const double s_x = 2 * sx * sy + sy * std::cos(sx * sy);
const double s_xx = 2 * sy - sy * sy * std::sin(sx * sy);
const double s_xy = 2 * sx + std::cos(sx * sy) - sx * sy * std::sin(sx * sy);

TEST_F(NestedValueTest, ReverseOverDualGivesSecondDerivatives) {
    using V = Reverse<Dual<double>>;
    const V x = variable(Dual<double>(sx, 1.0)), y = variable(Dual<double>(sy));
    const V z = for_second_order(x, y);
    z.backward();
    EXPECT_DOUBLE_EQ(x.grad().value(), s_x);
    EXPECT_DOUBLE_EQ(x.grad().tangent(), s_xx);
    EXPECT_DOUBLE_EQ(y.grad().tangent(), s_xy);
    wengert::clear<Dual<double>>();
}

TEST_F(NestedValueTest, DualsThatFillCacheLinesLieOnThemOnTheTapeToo) {
    using D = Dual<double, 8>;
    const Reverse<D> x = variable(D::variable(2.0, 3));
    Reverse<D> y = x * x;
    for (int k = 0; k < 10; ++k) y = y * x;  // x^12
    y.backward();
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(wengert::tape<D>.adjoints()) % alignof(D), 0U);
    EXPECT_EQ(x.grad().value(), 12 * 2048.0);
    EXPECT_EQ(x.grad().tangent(3), 132 * 1024.0);
    wengert::clear<D>();
}

TEST_F(NestedValueTest, DualOverReverseGivesSecondDerivatives) {
    const Value x = variable(sx), y = variable(sy);
    const Dual<Value, 2> z = for_second_order(Dual<Value, 2>::variable(x, 0), Dual<Value, 2>::variable(y, 1));
    EXPECT_DOUBLE_EQ(z.tangent(0).value(), s_x);
    z.tangent(0).backward();
    EXPECT_DOUBLE_EQ(x.grad(), s_xx);
    EXPECT_DOUBLE_EQ(y.grad(), s_xy);
    z.tangent(1).backward();
    EXPECT_DOUBLE_EQ(x.grad(), s_xy);
    z.value().backward();
    EXPECT_DOUBLE_EQ(x.grad(), s_x);
}

TEST_F(NestedValueTest, ReverseOverReverseGivesSecondDerivatives) {
    using V = Reverse<Value>;
    const Value x = variable(sx), y = variable(sy);
    const V outer_x = variable(x), outer_y = variable(y);
    const V z = for_second_order(outer_x, outer_y);
    z.backward();
    const Value gradient = outer_x.grad();
    EXPECT_DOUBLE_EQ(gradient.value(), s_x);
    gradient.backward();
    EXPECT_DOUBLE_EQ(x.grad(), s_xx);
    EXPECT_DOUBLE_EQ(y.grad(), s_xy);
    wengert::clear<Value>();
}

TEST_F(NestedValueTest, ThreeLayersGiveThirdDerivatives) {
    using V = Reverse<Dual<Dual<double>>>;
    const V x = variable(Dual<Dual<double>>({0.5, 1.0}, {1.0, 0.0}));
    const V y = x * x * x * x;
    y.backward();
    EXPECT_DOUBLE_EQ(x.grad().tangent().tangent(), 24 * 0.5);
    wengert::clear<Dual<Dual<double>>>();
}

template <class V> double second_derivative_of_square_at_its_zero();
template <> double second_derivative_of_square_at_its_zero<Reverse<Dual<double>>>() {
    const auto x = variable(Dual<double>(1.0, 1.0));
    Reverse<Dual<double>>(square(x - 1.0)).backward();
    return x.grad().tangent();
}
template <> double second_derivative_of_square_at_its_zero<Reverse<Value>>() {
    const Value x = variable(1.0);
    const Reverse<Value> outer = variable(x);
    Reverse<Value>(square(outer - 1.0)).backward();
    outer.grad().backward();
    return x.grad();
}
template <> double second_derivative_of_square_at_its_zero<Dual<Value>>() {
    const Value x = variable(1.0);
    Dual<Value>(square(Dual<Value>(x, 1.0) - 1.0)).tangent().backward();
    return x.grad();
}
TEST_F(NestedValueTest, AnActiveAdjointOfValueZeroIsNotSkipped) {
    EXPECT_EQ(second_derivative_of_square_at_its_zero<Reverse<Dual<double>>>(), 2.0);
    EXPECT_EQ(second_derivative_of_square_at_its_zero<Reverse<Value>>(), 2.0);
    EXPECT_EQ(second_derivative_of_square_at_its_zero<Dual<Value>>(), 2.0);
    wengert::clear<Value>();
    wengert::clear<Dual<double>>();
}

TEST_F(NestedValueTest, AMixOfDepthsTakesTheDeeper) {
    const Value w = variable(3.0);
    const Dual<Value> x(2.0, 1.0);
    const Dual<Value> y = w * x * x;  // w is constant to the Dual, active to the tape
    y.tangent().backward();
    EXPECT_EQ(y.tangent().value(), 12.0);
    EXPECT_EQ(w.grad(), 4.0);
    Reverse<Value> r = variable(w);
    r *= w;
    r += w * w;
    r.backward();
    EXPECT_EQ(r.value().value(), 18.0);
}

}  // namespace
