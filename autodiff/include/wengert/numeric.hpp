// Plain numbers' side of the rules: functions that <cmath> lacks, and stable forms of partials whose plain
// form overflows or cancels. A branch that saves work or range stands only here, in the overload for float
// and double; every other scalar takes the straight-line form, which holds for it as well.
#pragma once

#include <cmath>
#include <concepts>
#include <limits>
#include <numbers>

#include <wengert/polygamma.hpp>

namespace wengert::rules {

template <class T> concept Plain = std::floating_point<T>;

template <Plain T> constexpr T select(bool condition, const T& a, const T& b) { return condition ? a : b; }

template <Plain T> T polygamma(int n, const T& x) {
    return static_cast<T>(polygamma_value(n, static_cast<double>(x)));
}

/// -|x|, as a choice between two analytic branches: at 0 its derivative is one-sided, never 0, so that an
/// even function written with it keeps every derivative there.
template <class T> T negative_abs(const T& x) { return select(x < T(0), x, T(-x)); }

/// exp(-x^2). Rounding x^2 alone would cost x^2 units in the last place; fma carries what it lost.
template <Plain T> T exp_minus_square(const T& x) {
    const T h = x * x, e = std::exp(-h);
    return h < T(750) ? e - e * std::fma(x, x, -h) : e;
}

/// exp(x - m) for x <= m, with what the difference lost; from y = exp(x - m) as it comes.
template <class T> T exp_difference(const T&, const T&, const T& y) { return y; }
template <Plain T> T exp_difference(const T& x, const T& m, const T& y) {
    const T d = x - m, b = d - x, corrected = y + y * ((x - (d - b)) + (-m - b));
    return y > T(0) ? corrected : y;
}
template <class T> T exp_difference(const T& x, const T& m) {
    using std::exp;
    return exp_difference(x, m, T(exp(x - m)));
}

/// sin and cos of one argument by one reduction.
template <class T> struct SinCos { T sin, cos; };
template <class T> SinCos<T> sin_cos(const T& x) { return {sin(x), cos(x)}; }
inline SinCos<double> sin_cos(const double& x) {
    double s, c;
    ::sincos(x, &s, &c);  // glibc, musl; both compilers define _GNU_SOURCE
    return {s, c};
}
inline SinCos<float> sin_cos(const float& x) { return {std::sin(x), std::cos(x)}; }

/// expm1'(x) = exp(x), from y = expm1(x) where y + 1 does not cancel.
template <class T> T expm1_slope(const T& x, const T&) { return exp(x); }
template <Plain T> T expm1_slope(const T& x, const T& y) { return y > T(-0.5) ? y + T(1) : std::exp(x); }

/// cbrt'(x) = y / (3 x) for y = cbrt(x): y squared would double the library's error, some 4 units.
template <class T> T cbrt_slope(const T& x, const T& y) {
    using std::abs;
    const bool ordinary = abs(x) > T(0) && abs(x) <= std::numeric_limits<T>::max();
    return select(ordinary, T(y / x / T(3)), T(T(1) / (T(3) * y * y)));
}

/// 1 - x^2: with one rounding, and a derivative that is exact.
template <class T> T one_minus_square(const T& x) { return fma(T(-x), x, T(1)); }
template <Plain T> T one_minus_square(const T& x) { return (T(1) - x) * (T(1) + x); }

/// tanh'(x) = 1 / cosh(x)^2 = 4 e / (1 + e)^2, e = exp(-2|x|); from y = tanh(x) where 1 - y^2 does not
/// cancel.
template <class T> T tanh_slope(const T& x, const T& y) {
    const T e = exp(T(2) * negative_abs(x));
    const T r = T(1) / (T(1) + e);
    return select(abs(y) < T(0.86), one_minus_square(y), T(T(4) * e * r * r));
}
template <Plain T> T tanh_slope(const T& x, const T& y) {
    if (std::abs(y) < T(0.86)) return one_minus_square(y);
    const T e = std::exp(T(-2) * std::abs(x)), r = T(1) / (T(1) + e);
    return T(4) * e * r * r;
}

/// 1 / sqrt(1 + x^2).
template <class T> T inverse_hypot_one(const T& x) { return T(1) / hypot(x, T(1)); }
template <Plain T> T inverse_hypot_one(const T& x) {
    constexpr T large = T(1) / std::numeric_limits<T>::epsilon();
    return std::abs(x) < large ? T(1) / std::sqrt(T(1) + x * x) : T(1) / std::abs(x);
}

/// a / y for y = hypot(a, b): the cosine of the angle, 0 at the origin (the middle of the kink).
template <class T> T over_hypot(const T& a, const T& b, const T& y) {
    const bool small = abs(a) < abs(b);  // by the larger of the two: its own derivative would cancel in a / y
    const T t = select(small, a, b) / select(small, b, a);
    const T c = select(small, t, T(1)) * inverse_hypot_one(t);
    return select(y == T(0), T(0), select(select(small, b, a) < T(0), T(-c), c));
}
template <Plain T> T over_hypot(const T& a, const T& b, const T& y) {
    constexpr T large = std::numeric_limits<T>::max() / 4, small = std::numeric_limits<T>::min() * 16;
    if (y >= small && y <= large) return a / y;
    if (y == T(0)) return T(0);
    if (std::isinf(a) || std::isinf(b)) {  // the direction of the limit
        const T u = std::copysign(std::isinf(a) ? T(1) : T(0), a), v = std::isinf(b) ? T(1) : T(0);
        return u / std::hypot(u, v);
    }
    const T scale = y > large ? T(0.125) : T(1) / std::numeric_limits<T>::min();
    return (a * scale) / std::hypot(a * scale, b * scale);
}

/// sqrt(a^2 + b^2 + c^2), and a over it.
template <class T> T hypot3(const T& a, const T& b, const T& c) { return hypot(T(hypot(a, b)), c); }
template <Plain T> T hypot3(const T& a, const T& b, const T& c) { return std::hypot(a, b, c); }
template <class T> T over_hypot3(const T& a, const T& b, const T& c, const T& y) {
    return over_hypot(a, T(hypot(b, c)), y);
}
template <Plain T> T over_hypot3(const T& a, const T& b, const T& c, const T& y) {
    constexpr T large = std::numeric_limits<T>::max() / 4, small = std::numeric_limits<T>::min() * 16;
    return y >= small && y <= large ? a / y : over_hypot(a, std::hypot(b, c), y);
}

/// a / (a^2 + b^2), where neither square need be a number.
template <class T> T over_squares(const T& a, const T& b) {
    const bool small = abs(a) < abs(b);
    const T t = select(small, a, b) / select(small, b, a);
    return select(small, t, T(1)) / (T(1) + t * t) / select(small, b, a);
}
template <Plain T> T over_squares(const T& a, const T& b) {
    constexpr T large = std::numeric_limits<T>::max() / 4;
    const T d = a * a + b * b;
    if (d > T(1) / large && d < large) return a / d;
    if (std::isinf(a) || std::isinf(b))  // the limit
        return std::isnan(a) || std::isnan(b) ? a + b : std::copysign(T(0), a);
    const T scale = d > T(1) ? T(0.125) : T(1), h = std::hypot(a * scale, b * scale);
    return a * scale / h / h * scale;
}

/// b a^(b-1) for y = a^b: from y where b - 1 rounds, unless y is out of range where this is not. 0 where b is
/// 0, at a = 0 too.
template <class T> T pow_base_slope(const T& a, const T& b, const T& y) {
    using std::abs;
    constexpr auto least = std::numeric_limits<T>::min(), largest = std::numeric_limits<T>::max();
    const bool exact = b != T(0) && b - T(1) + T(1) == b, flat = b == T(0) && !(abs(a) > T(0));
    const bool from_y = !exact && abs(y) <= largest && (abs(y) >= least || abs(a) > T(1));
    return select(flat, T(0), select(from_y, T(b * y / a), T(b * pow(a, b - T(1)))));
}
template <Plain T> T pow_base_slope(const T& a, const T& b, const T& y) {
    if (b == T(2)) return a + a;
    if (b == T(0)) return T(0);
    const T size = std::abs(y);
    if (size > std::numeric_limits<T>::max() || size == T(0) ||
        (size < std::numeric_limits<T>::min() && std::abs(a) <= T(1))) {
        const T power = std::pow(a, b - T(1));
        return power == T(0) ? T(0) : b * power;  // b may be infinite
    }
    return size < T(1) ? b * y / a : b * (y / a);
}

/// a^b log(a) for y = a^b: 0 where the power vanishes and log(a) is infinite.
template <class T> T pow_exponent_slope(const T& a, const T& y) {
    const bool vanishes = y == T(0) && (a == T(0) || a == T(std::numeric_limits<double>::infinity()));
    return select(vanishes, T(0), T(y * log(select(vanishes, T(1), a))));
}

}  // namespace wengert::rules
