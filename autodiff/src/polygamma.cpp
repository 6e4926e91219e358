// The recurrence carries x beyond a threshold, where the asymptotic series holds; the reflection formula
// serves x < 0. Whatever may cancel, or would gather rounding errors over several powers, is computed in
// pairs of doubles; a plain double serves where its rounding is small against the result.
#include <wengert/polygamma.hpp>

#include <cmath>
#include <limits>
#include <string>

#include <wengert/error.hpp>

namespace wengert {
namespace {

/// hi + lo with |lo| at most half a unit in the last place of hi: some 106 bits, for finite numbers.
/// Source: T. J. Dekker, A floating-point technique for extending the available precision, 1971.
struct Pair {
    double hi, lo;
    constexpr Pair(double h, double l = 0.0) : hi(h), lo(l) {}
};

/// a + b exactly (D. E. Knuth, The Art of Computer Programming 2, 4.2.2).
Pair exact_sum(double a, double b) {
    const double sum = a + b, from_b = sum - a;
    return {sum, (a - (sum - from_b)) + (b - from_b)};
}
/// The same where |a| >= |b|.
Pair exact_sum_ordered(double a, double b) {
    const double sum = a + b;
    return {sum, b - (sum - a)};
}
Pair operator+(Pair a, Pair b) {
    const Pair sum = exact_sum(a.hi, b.hi);
    return exact_sum_ordered(sum.hi, sum.lo + (a.lo + b.lo));
}
Pair operator-(Pair a) { return {-a.hi, -a.lo}; }
Pair operator-(Pair a, Pair b) { return a + -b; }
Pair operator*(Pair a, Pair b) {
    const double product = a.hi * b.hi;
    return exact_sum_ordered(product, std::fma(a.hi, b.hi, -product) + (a.hi * b.lo + a.lo * b.hi));
}
Pair operator/(Pair a, Pair b) {
    const double quotient = a.hi / b.hi;
    return exact_sum_ordered(quotient, (a - b * quotient).hi / b.hi);
}

constexpr Pair pi{3.141592653589793, 1.2246467991473532e-16};
constexpr Pair digamma_root{1.4616321449683622, 9.549995429965697e-17};

/// Where the asymptotic series takes over. With the 12 terms below, what is left out of it is under 2^-57 of
/// the result for every n up to 5.
constexpr int threshold = 12;
constexpr double bernoulli[] = {1.0 / 6,       -1.0 / 30,       1.0 / 42,       -1.0 / 30,
                                5.0 / 66,      -691.0 / 2730,   7.0 / 6,        -3617.0 / 510,
                                43867.0 / 798, -174611.0 / 330, 854513.0 / 138, -236364091.0 / 2730};
constexpr int terms = 12;

constexpr double factorial[] = {1, 1, 2, 6, 24, 120};

/// a b^n, in an order that underflows only where the result does.
Pair times_power(Pair a, Pair b, int n) {
    for (int i = 0; i < n; ++i) a = a * b;
    return a;
}

/// B_2k (2k + n - 1)! / (2k)!, the coefficient of y^-(2k + n) in the asymptotic series.
double coefficient(int n, int k) {
    double result = bernoulli[k - 1];
    if (n == 0) return result / (2 * k);
    for (int j = 1; j < n; ++j) result *= 2 * k + j;
    return result;
}

/// psi^(n)(y), y >= threshold: DLMF 5.11.2 and its derivatives 5.15.8, 5.15.9,
/// psi(y) = log y - 1/(2y) - sum_k B_2k / (2k y^2k),
/// (-1)^(n+1) psi^(n)(y) = (n-1)!/y^n + n!/(2 y^(n+1)) + sum_k B_2k (2k+n-1)! / ((2k)! y^(2k+n)).
Pair asymptotic(int n, Pair y) {
    const double r = 1.0 / y.hi, w = r * r;
    double sum = 0.0;
    for (int k = terms; k > 0; --k) sum = w * (coefficient(n, k) + sum);
    sum += factorial[n] / 2 * r;
    if (n == 0) return Pair(std::log(y.hi)) + (y.lo * r - sum);
    const Pair result = times_power(Pair(sum) + factorial[n - 1], Pair(1.0) / y, n);
    return n % 2 == 0 ? -result : result;
}

/// psi(y), 0 < y < threshold, as psi(y) - psi(root): the recurrence (DLMF 5.5.2) and the asymptotic series of
/// both, with t = y - root taken out of every difference, so that nothing cancels at the root:
/// psi(y) = log(Y/R) + t (sum_{k<N} 1/((y+k)(root+k)) + 1/(2YR) + (Y+R) a b d),
/// Y = y + N, R = root + N, a = 1/Y^2, b = 1/R^2, d the divided difference at a and b of the series in 1/Y^2.
Pair digamma_about_root(Pair y) {
    const Pair t = y - digamma_root;
    Pair root = digamma_root, sum = 0.0;
    for (int k = 0; k < threshold; ++k) {
        sum = sum + Pair(1.0) / (y * root);
        y = y + 1.0;
        root = root + 1.0;
    }
    const double a = 1.0 / (y.hi * y.hi), b = 1.0 / (root.hi * root.hi);
    double series = 0.0, d = 0.0;
    for (int k = terms; k > 0; --k) {
        d = d * b + series;
        series = series * a + coefficient(0, k);
    }
    d = d * b + series;
    const double rest = 0.5 / (y.hi * root.hi) + (y.hi + root.hi) * a * b * d;
    return Pair(std::log1p(t.hi / root.hi)) + t * (sum + rest);
}

/// psi^(n)(y), y > 0, neither tiny nor infinite. For n > 0 the recurrence (DLMF 5.15.5) adds terms of one
/// sign: (-1)^(n+1) psi^(n)(y) = n! sum_{k<N} 1/(y+k)^(n+1) + (-1)^(n+1) psi^(n)(y+N).
Pair right_half(int n, Pair y) {
    if (y.hi >= threshold) return asymptotic(n, y);
    if (n == 0) return digamma_about_root(y);
    const Pair numerator = n % 2 == 0 ? -factorial[n] : factorial[n];
    Pair sum = 0.0;
    for (; y.hi < threshold; y = y + 1.0) sum = sum + times_power(numerator, Pair(1.0) / y, n + 1);
    return sum + asymptotic(n, y);
}

/// d^n/dx^n pi cot(pi x) = pi^(n+1) P_n(cot(pi x)) for x an integer + r, 0 < |r| <= 1/2. Since
/// d/dx cot(pi x) = -pi (1 + c^2), c = cot(pi x): P_0 = c, and P_(n+1) = -(1 + c^2) P_n'.
Pair cotangent_derivative(int n, double r) {
    // Lambert's continued fraction tan u = u/(1 - u^2/(3 - u^2/(5 - ...))) (DLMF 4.25.1), for u up to
    // pi/4, beyond which cot(pi r) = tan(pi (1/2 - r)).
    const bool near_pole = std::abs(r) <= 0.25;
    const Pair u = pi * (near_pole ? r : std::copysign(0.5, r) - r), square = u * u;
    Pair fraction = 25.0;
    for (int k = 23; k > 0; k -= 2) fraction = Pair(k) - square / fraction;
    const Pair c = near_pole ? fraction / u : u / fraction;
    if (n == 0) return pi * c;

    // (-1)^n P_n = c (1 + c^2) p(c^2) for even n, (1 + c^2) p(c^2) for odd n; here the coefficients of p.
    constexpr double p[6][3] = {{}, {1}, {2}, {2, 6}, {16, 24}, {16, 120, 120}};
    const Pair c2 = c * c;
    const Pair even = (c2 + 1.0) * ((c2 * p[n][2] + p[n][1]) * c2 + p[n][0]);
    return times_power(n % 2 == 0 ? even * c : -even, pi, n + 1);
}

}  // namespace

double polygamma_value(int n, double x) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (n < 0 || n > 5) {
        fail("polygamma(n, x) is offered for n from 0 to 4, and 5 as the derivative of 4, n was " +
             std::to_string(n) + ": write the function you need as a rule of your own");
    }
    const bool even = n % 2 == 0;
    if (x == infinity) return n == 0 ? infinity : even ? -0.0 : 0.0;
    if (!std::isfinite(x)) return std::numeric_limits<double>::quiet_NaN();
    if (x == 0.0) return even ? std::copysign(infinity, -x) : infinity;
    if (std::abs(x) < 0x1p-54) {
        // The pole's term alone, (-1)^(n+1) n!/x^(n+1), with x = fraction 2^exponent.
        int exponent = 0;
        const Pair inverse = Pair(1.0) / std::frexp(x, &exponent);
        const Pair term = times_power(even ? -factorial[n] : factorial[n], inverse, n + 1);
        return std::ldexp(term.hi, -exponent * (n + 1));
    }
    if (x > 0.0) return right_half(n, x).hi;

    const double r = x - std::round(x);  // exact
    if (r == 0.0) return even ? std::numeric_limits<double>::quiet_NaN() : infinity;
    // DLMF 5.5.4 and 5.15.6: psi^(n)(x) = (-1)^n psi^(n)(1 - x) - d^n/dx^n pi cot(pi x).
    const Pair reflected = right_half(n, exact_sum(1.0, -x));
    return ((even ? reflected : -reflected) - cotangent_derivative(n, r)).hi;
}

}  // namespace wengert
