// polygamma_value held to Boost's polygamma at 50 digits. Boost's own left half-plane is not used (digamma at
// -1/2 and large negative arguments are wrong in Boost 1.74): here the reflection formula, at 50 digits, with
// the cotangent's derivatives from their recurrence.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/polygamma.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include <wengert/error.hpp>
#include <wengert/polygamma.hpp>

namespace {

using Real = boost::multiprecision::cpp_bin_float_50;
using wengert::polygamma_value;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double epsilon = std::numeric_limits<double>::epsilon();

Real right_half(int n, const Real& y) {
    return n == 0 ? Real(boost::math::digamma(y)) : Real(boost::math::polygamma(n, y));
}

/// d^n/dx^n pi cot(pi x) = pi^(n+1) P_n(cot(pi x)), P_0(c) = c, P_(n+1)(c) = -(1 + c^2) P_n'(c).
Real cotangent_derivative(int n, const Real& x) {
    const Real pi = boost::math::constants::pi<Real>();
    const Real c = 1 / tan(Real(pi * (x - round(x))));
    std::vector<Real> p{0, 1};
    Real scale = pi;
    for (int i = 0; i < n; ++i) {
        std::vector<Real> next(p.size() + 1, Real(0));
        for (std::size_t k = 1; k < p.size(); ++k) {
            const Real slope = p[k] * static_cast<double>(k);
            next[k - 1] -= slope;
            next[k + 1] -= slope;
        }
        p = next;
        scale *= pi;
    }
    Real result = 0;
    for (std::size_t k = p.size(); k-- > 0;) result = result * c + p[k];
    return scale * result;
}

/// The true value, and psi^(n)(1 - x) for x < 0 and even n, else 0: what may cancel.
struct Truth {
    Real value, may_cancel;
};
Truth truth(int n, double x) {
    if (x > 0.0) return {right_half(n, x), 0};
    const Real reflected = right_half(n, 1 - Real(x)), cotangent = cotangent_derivative(n, x);
    if (n % 2 == 1) return {-reflected - cotangent, 0};
    return {reflected - cotangent, abs(reflected)};
}

double unit_in_last_place(double y) { return std::nextafter(std::abs(y), infinity) - std::abs(y); }

/// Error over units in the last place, beyond 2^-52 |may_cancel|. Infinite for an infinity in the wrong
/// place.
double error_in_units(int n, double x) {
    const double y = polygamma_value(n, x);
    const Truth t = truth(n, x);
    const double nearest = static_cast<double>(t.value);
    if (std::isinf(nearest)) return y == nearest ? 0.0 : infinity;
    if (!std::isfinite(y)) return infinity;
    const Real error = abs(Real(y) - t.value) - epsilon * t.may_cancel;
    return std::max(0.0, static_cast<double>(Real(error / unit_in_last_place(nearest))));
}

/// centre + sign d, d log-uniform in [from, to]; the centre moves by a random integer in [-shifts, 0].
struct Range {
    const char* name;
    double centre;
    bool below, above;
    double from, to;
    std::uint64_t shifts = 0;
};
constexpr double root = 1.4616321449683622;
constexpr Range ranges[] = {
    {"overflowing", 0, true, true, 5e-324, 1e-16},
    {"tiny", 0, true, true, 1e-60, 1e-8},
    {"below one", 0, true, true, 1e-16, 1},
    {"positive root of digamma", root, true, true, 1e-16, 0.5},
    {"recurrence", 0, false, true, 1, 16},
    {"asymptotic series", 0, false, true, 10, 1e6},
    {"underflowing", 0, false, true, 1e6, std::numeric_limits<double>::max()},
    {"moderate negative", 0, true, false, 1, 30},
    {"large negative", 0, true, false, 30, 4e15},
    {"poles", -1, true, true, 1e-15, 0.3, 30},
    {"half-integers, with the roots for even n", -0.5, true, true, 1e-16, 0.3, 30},
    {"distant half-integers", -1e5 - 0.5, true, true, 1e-12, 1e-3, 30},
};

/// Equal on every standard library, where std::uniform_real_distribution is not.
double uniform(std::mt19937_64& random) { return static_cast<double>(random() >> 11) * 0x1p-53; }

double draw(const Range& range, std::mt19937_64& random) {
    const double distance = range.from * std::exp(uniform(random) * std::log(range.to / range.from));
    const bool down = range.below && (!range.above || random() % 2 == 0);
    const double centre = range.centre - static_cast<double>(random() % (range.shifts + 1));
    return down ? centre - distance : centre + distance;
}

bool is_pole(double x) { return x <= 0.0 && x == std::round(x); }

class EachOrder : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Polygamma, EachOrder, testing::Range(0, 6));

TEST_P(EachOrder, IsWithinItsDocumentedErrorOfBoostAt50Digits) {
    const int n = GetParam();
    std::mt19937_64 random(20240605);
    for (const Range& range : ranges) {
        double worst = 0.0, where = 0.0;
        for (int i = 0; i < 200; ++i) {
            const double x = draw(range, random);
            if (is_pole(x) || std::isinf(x)) continue;
            const double error = error_in_units(n, x);
            if (error > worst) worst = error, where = x;
        }
        EXPECT_LE(worst, 2.0) << range.name << ": polygamma(" << n << ", " << testing::PrintToString(where)
                              << ") = " << testing::PrintToString(polygamma_value(n, where));
        RecordProperty(range.name, std::to_string(worst));
    }
}

TEST_P(EachOrder, IsWithinItsDocumentedErrorWhereItsMethodChanges) {
    constexpr double least = std::numeric_limits<double>::denorm_min();
    constexpr double largest = std::numeric_limits<double>::max();
    constexpr double corners[] = {least,     1e-300, 1e-16,         0x1p-54,      0.25,  0.5,    1.0,  root,
                                  1.5,       2.0,    10.5,          11.0,         11.5,  12.0,   13.0, 1e5,
                                  1e6 + 0.5, 1e15,   0x1p51 - 0.25, 0x1p52 - 0.5, 1e300, largest};
    for (double corner : corners) {
        for (double x : {std::nextafter(corner, 0.0), corner, std::nextafter(corner, infinity)}) {
            for (double signed_x : {x, -x}) {
                if (is_pole(signed_x) || std::isinf(signed_x)) continue;
                EXPECT_LE(error_in_units(GetParam(), signed_x), 2.0) << testing::PrintToString(signed_x);
            }
        }
    }
}

TEST_P(EachOrder, StepsByOneTermOfItsRecurrence) {  // psi^(n)(x+1) - psi^(n)(x) = (-1)^n n!/x^(n+1)
    const int n = GetParam();
    std::mt19937_64 random(7);
    for (int i = 0; i < 1000; ++i) {
        const double x = std::floor(uniform(random) * 0x1p40) * 0x1p-35 - 16;  // x + 1 is exact
        if (is_pole(x) || is_pole(x + 1)) continue;
        const double here = polygamma_value(n, x), next = polygamma_value(n, x + 1);
        double step = n % 2 == 0 ? 1 / x : -1 / x;
        for (int k = 1; k <= n; ++k) step *= k / x;
        const double size = std::abs(here) + std::abs(next) + std::abs(polygamma_value(n, 1 + std::abs(x)));
        EXPECT_NEAR(next - here, step, 8 * epsilon * (size + std::abs(step))) << testing::PrintToString(x);
    }
}

TEST_P(EachOrder, IsOneSidedAtZeroInfiniteAtEvenPolesAndNotANumberAtOddOnes) {
    const int n = GetParam();
    const bool even = n % 2 == 0;
    EXPECT_EQ(polygamma_value(n, 0.0), even ? -infinity : infinity);
    EXPECT_EQ(polygamma_value(n, -0.0), infinity);
    for (double x : {-1.0, -2.0, -31.0, -1e15, -1e300, -std::numeric_limits<double>::max()}) {
        if (even) {
            EXPECT_TRUE(std::isnan(polygamma_value(n, x))) << x;
        } else {
            EXPECT_EQ(polygamma_value(n, x), infinity) << x;
        }
    }
}

TEST_P(EachOrder, HasItsLimitAtInfinityAndPassesNotANumber) {
    const int n = GetParam();
    const double limit = polygamma_value(n, infinity);
    EXPECT_EQ(limit, n == 0 ? infinity : 0.0);
    EXPECT_EQ(std::signbit(limit), std::signbit(polygamma_value(n, 1e300)));
    EXPECT_TRUE(std::isnan(polygamma_value(n, -infinity)));
    EXPECT_TRUE(std::isnan(polygamma_value(n, std::numeric_limits<double>::quiet_NaN())));
}

TEST(Polygamma, HasItsValuesKnownInClosedForm) {  // DLMF 5.4.12, 5.4.13, 5.15.2, 5.15.3
    using std::numbers::pi;
    const double zeta3 = 1.2020569031595942;
    EXPECT_DOUBLE_EQ(polygamma_value(0, 1.0), -std::numbers::egamma);
    EXPECT_DOUBLE_EQ(polygamma_value(0, 0.5), -std::numbers::egamma - 2 * std::numbers::ln2);
    EXPECT_DOUBLE_EQ(polygamma_value(1, 1.0), pi * pi / 6);
    EXPECT_DOUBLE_EQ(polygamma_value(1, 0.5), pi * pi / 2);
    EXPECT_DOUBLE_EQ(polygamma_value(2, 1.0), -2 * zeta3);
    EXPECT_DOUBLE_EQ(polygamma_value(2, -0.5), 16 - 14 * zeta3);
    EXPECT_DOUBLE_EQ(polygamma_value(3, 1.0), pi * pi * pi * pi / 15);
}

TEST(Polygamma, DigammaChangesItsSignBetweenTheTwoDoublesAboutItsRoot) {
    EXPECT_LT(polygamma_value(0, root), 0.0);
    EXPECT_GT(polygamma_value(0, std::nextafter(root, 2.0)), 0.0);
}

TEST(Polygamma, AnOrderNotOfferedIsAnErrorThatNamesIt) {
    for (int n : {-1, 6, 7}) {
        try {
            polygamma_value(n, 1.0);
            FAIL() << "no error for n = " << n;
        } catch (const wengert::Error& error) {
            const std::string message = error.what();
            EXPECT_NE(message.find("polygamma(n, x) is offered for n from 0 to 4"), std::string::npos)
                << message;
            EXPECT_NE(message.find("n was " + std::to_string(n)), std::string::npos) << message;
        }
    }
}

}  // namespace
