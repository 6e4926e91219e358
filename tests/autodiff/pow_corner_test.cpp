// pow in every corner of the C standard: its values, and the derivatives that are chosen there.
#include "modes_support.hpp"

#include <initializer_list>

#include <wengert/wengert.hpp>

namespace {

class PowCorner : public testing::Test {
protected:
    void TearDown() override { wengert::clear(); }
};

const auto power = [](const auto& a, const auto& b) { return wengert::pow(a, b); };

TEST_F(PowCorner, HasTheValuesOfTheCStandard) {  // C17, F.10.4.4
    struct Corner {
        double a, b, y;
    };
    for (const auto [a, b, y] : std::initializer_list<Corner>{{0.0, -3, infinity},
                                                              {-0.0, -3, -infinity},
                                                              {0.0, -2, infinity},
                                                              {-0.0, -2, infinity},
                                                              {-0.0, -2.5, infinity},
                                                              {-0.0, -infinity, infinity},
                                                              {0.0, 3, 0.0},
                                                              {-0.0, 3, -0.0},
                                                              {-0.0, 2, 0.0},
                                                              {-0.0, 2.5, 0.0},
                                                              {-0.0, infinity, 0.0},
                                                              {-1, infinity, 1},
                                                              {-1, -infinity, 1},
                                                              {1, nan, 1},
                                                              {1, infinity, 1},
                                                              {nan, 0.0, 1},
                                                              {nan, -0.0, 1},
                                                              {infinity, 0.0, 1},
                                                              {-infinity, -0.0, 1},
                                                              {0.0, 0.0, 1},
                                                              {-2, 0.5, nan},
                                                              {-2, -2.5, nan},
                                                              {0.5, -infinity, infinity},
                                                              {-0.5, -infinity, infinity},
                                                              {2, -infinity, 0.0},
                                                              {-2, -infinity, 0.0},
                                                              {0.5, infinity, 0.0},
                                                              {-0.5, infinity, 0.0},
                                                              {2, infinity, infinity},
                                                              {-2, infinity, infinity},
                                                              {-infinity, -3, -0.0},
                                                              {-infinity, -2, 0.0},
                                                              {-infinity, 3, -infinity},
                                                              {-infinity, 2, infinity},
                                                              {infinity, -0.5, 0.0},
                                                              {infinity, 0.5, infinity},
                                                              {nan, 2, nan},
                                                              {2, nan, nan},
                                                              {-2, 3, -8},
                                                              {-2, -1, -0.5}})
        EXPECT_TRUE(same(derivatives(power, a, b).value, y)) << "pow(" << a << ", " << b << ")";
}

TEST_F(PowCorner, HasTheSlopeOfItsBranchByTheBase) {
    struct Corner {
        double a, b, slope;
    };
    for (const auto [a, b, slope] :
         std::initializer_list<Corner>{// At 0 and b = 0, 1, 2, ...: of the polynomial.
                                       {0, 0, 0},
                                       {-0.0, 0, 0},
                                       {0, 1, 1},
                                       {-0.0, 1, 1},
                                       {0, 2, 0},
                                       {0, 3, 0},
                                       {-0.0, 5, 0},
                                       // At 0 else: one-sided.
                                       {0, 0.5, infinity},
                                       {0, 1.5, 0},
                                       {0, 1e-300, infinity},
                                       {0, -1, -infinity},
                                       {-0.0, -1, -infinity},
                                       {0, -0.5, -infinity},
                                       {0, -2, -infinity},
                                       {-0.0, -2, infinity},
                                       {0, infinity, 0},
                                       // A negative base.
                                       {-2, 3, 12},
                                       {-2, 2, -4},
                                       {-2, 1, 1},
                                       {-2, 0, 0},
                                       {-2, -1, -0.25},
                                       {-2, -2, 0.25},
                                       {-2, 0.5, nan},
                                       // Infinities; and a constant is one everywhere.
                                       {infinity, 1, 1},
                                       {-infinity, 1, 1},
                                       {infinity, 2, infinity},
                                       {-infinity, 2, -infinity},
                                       {infinity, -1, 0},
                                       {infinity, 0.5, 0},
                                       {infinity, 0, 0},
                                       {nan, 0, 0},
                                       {nan, 2, nan},
                                       {1, 1e18, 1e18},
                                       {1, -3, -3},
                                       {2, -infinity, 0}})
        EXPECT_TRUE(same(derivatives(power, a, b).partials[0], slope))
            << "pow(" << a << ", " << b << ") by its base";
}

TEST_F(PowCorner, HasTheSlopeOfAnExponentialByTheExponent) {
    struct Corner {
        double a, b, slope;
    };
    for (const auto [a, b, slope] : std::initializer_list<Corner>{{0, 2, 0},
                                                                  {0, 0.5, 0},
                                                                  {0, infinity, 0},
                                                                  {0, 0, -infinity},
                                                                  {0, -1, -infinity},
                                                                  {1, 5, 0},
                                                                  {1, nan, 0},
                                                                  {1, infinity, 0},
                                                                  {infinity, -1, 0},
                                                                  {infinity, 1, infinity},
                                                                  {infinity, 0, infinity},
                                                                  {0.5, infinity, 0},
                                                                  {2, -infinity, 0},
                                                                  {-2, 3, nan},
                                                                  {-2, 0.5, nan},
                                                                  {nan, 0, nan}})
        EXPECT_TRUE(same(derivatives(power, a, b).partials[1], slope))
            << "pow(" << a << ", " << b << ") by its exponent";
}

template <class E> void expect_no_nan_from_an_inactive(const E& exponent) {
    const auto f = [&](const auto& x) { return wengert::pow(x, exponent); };
    for (const double x : {-2.0, -1e-200, -0.0, 0.0, 1e-200, 3.0}) {
        EXPECT_DOUBLE_EQ(slope(f, x), 3 * x * x) << x;
        EXPECT_DOUBLE_EQ(second(f, x), 6 * x) << x;
    }
}
TEST_F(PowCorner, TakesNoHarmFromAnInactiveExponent) {
    expect_no_nan_from_an_inactive(3);
    expect_no_nan_from_an_inactive(3L);
    expect_no_nan_from_an_inactive(3.0F);
    expect_no_nan_from_an_inactive(3.0);
    const Value x = variable(-2.0), y = pow(x, Value(3.0));
    y.backward();
    EXPECT_EQ(x.grad(), 12.0);
    EXPECT_EQ(Dual<double>(pow(Dual<double>(-2.0, 1.0), Dual<double>(3.0))).tangent(), 12.0);
    // and an inactive base gives none either
    const auto of_exponent = [](const auto& b) { return wengert::pow(0.0, b); };
    EXPECT_EQ(slope(of_exponent, 2.0), 0.0);
    EXPECT_EQ(second(of_exponent, 2.0), 0.0);
}

TEST_F(PowCorner, HasSecondDerivativesInItsCorners) {
    const auto to_the = [](double b) { return [b](const auto& x) { return wengert::pow(x, b); }; };
    EXPECT_EQ(second(to_the(0), 0.0), 0.0);
    EXPECT_EQ(second(to_the(0), -3.0), 0.0);
    EXPECT_EQ(second(to_the(0), 1e-200), 0.0);
    EXPECT_EQ(second(to_the(1), 0.0), 0.0);
    EXPECT_EQ(second(to_the(1), 5.0), 0.0);
    EXPECT_EQ(second(to_the(2), 0.0), 2.0);
    EXPECT_EQ(second(to_the(2), -3.0), 2.0);
    EXPECT_EQ(second(to_the(2), 1e-200), 2.0);
    EXPECT_EQ(second(to_the(2.5), 0.0), 0.0);
    EXPECT_EQ(second(to_the(1.5), 0.0), infinity);
    EXPECT_EQ(second(to_the(-1), -2.0), -0.25);
    // b a^(b-1) is 0 at b = 0, its derivative by b is 1 / a.
    EXPECT_EQ(second(power, std::array{4.0, 0.0}, 0, 1), 0.25);
    EXPECT_EQ(second(power, std::array{4.0, 0.0}, 1, 0), 0.25);
    EXPECT_DOUBLE_EQ(second(power, std::array{4.0, 0.0}, 1, 1), std::log(4.0) * std::log(4.0));
}

}  // namespace
