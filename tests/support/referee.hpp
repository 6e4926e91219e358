// A referee in 50 digits: what a rule's value and derivatives truly are, computed from Rule::value alone. No
// partial of rules.hpp is used: Jet knows the textbook derivative of each elementary function, which 50
// digits make safe where a double would cancel; referee_test.cpp holds these to differences of their
// functions.
//
// A new rule made of these functions needs nothing here; a new elementary function needs a line or two.
#pragma once

#include <concepts>

#include <boost/multiprecision/cpp_bin_float.hpp>

namespace referee {

using Real =
    boost::multiprecision::number<boost::multiprecision::cpp_bin_float<50>, boost::multiprecision::et_off>;

// ---- The functions of a Real, in referee.cpp ----

Real exp(const Real& x);
Real expm1(const Real& x);
Real log(const Real& x);
Real log1p(const Real& x);
Real sqrt(const Real& x);
Real cbrt(const Real& x);
Real pow(const Real& a, const Real& b);
Real sin(const Real& x);
Real cos(const Real& x);
Real asin(const Real& x);
Real acos(const Real& x);
Real atan(const Real& x);
Real atan2(const Real& a, const Real& b);
Real sinh(const Real& x);
Real cosh(const Real& x);
Real tanh(const Real& x);
Real asinh(const Real& x);
Real acosh(const Real& x);
Real atanh(const Real& x);
Real erf(const Real& x);
Real erfc(const Real& x);
Real lgamma(const Real& x);
Real tgamma(const Real& x);
Real polygamma(int n, const Real& x);
Real floor(const Real& x);
Real ceil(const Real& x);
Real round(const Real& x);
Real rint(const Real& x);
Real trunc(const Real& x);
Real ldexp(const Real& x, int n);
bool signbit(const Real& x);
Real pi();
Real ln(int n);  // log(2), log(10), computed once

// ---- A number with its derivative in one direction; Jet<Jet<Real>> has the second one too ----

template <class R> struct Jet {
    R v{0}, d{0};
    Jet() = default;
    Jet(double x) : v(x) {}
    explicit Jet(const R& value, const R& slope = R(0)) : v(value), d(slope) {}
    explicit Jet(const Real& x) requires(!std::same_as<R, Real>) : v(x) {}
};

inline const Real& primal(const Real& x) { return x; }
template <class R> const Real& primal(const Jet<R>& x) { return primal(x.v); }

inline bool is_zero(const Real& x) { return x == 0; }
template <class R> bool is_zero(const Jet<R>& x) { return is_zero(x.v) && is_zero(x.d); }

// slope dx: 0 where nothing moves, even where there is no slope (pow of a negative base by its exponent).
template <class R> R along(const R& slope, const R& d) { return is_zero(d) ? R(0) : R(slope * d); }
template <class R> Jet<R> chain(const R& value, const R& slope, const Jet<R>& x) {
    return Jet<R>(value, along(slope, x.d));
}

template <class R> Jet<R> operator-(const Jet<R>& a) { return Jet<R>(-a.v, -a.d); }
template <class R> Jet<R> operator+(const Jet<R>& a, const Jet<R>& b) { return Jet<R>(a.v + b.v, a.d + b.d); }
template <class R> Jet<R> operator-(const Jet<R>& a, const Jet<R>& b) { return Jet<R>(a.v - b.v, a.d - b.d); }
template <class R> Jet<R>& operator+=(Jet<R>& a, const Jet<R>& b) { return a = a + b; }
template <class R> Jet<R> operator*(const Jet<R>& a, const Jet<R>& b) {
    return Jet<R>(a.v * b.v, along(b.v, a.d) + along(a.v, b.d));
}
template <class R> Jet<R> operator/(const Jet<R>& a, const Jet<R>& b) {
    return Jet<R>(a.v / b.v, along(R(R(1) / b.v), a.d) - along(R(a.v / (b.v * b.v)), b.d));
}
template <class R> bool operator==(const Jet<R>& a, const Jet<R>& b) { return primal(a) == primal(b); }
template <class R> bool operator<(const Jet<R>& a, const Jet<R>& b) { return primal(a) < primal(b); }
template <class R> bool operator>(const Jet<R>& a, const Jet<R>& b) { return primal(a) > primal(b); }
template <class R> bool operator<=(const Jet<R>& a, const Jet<R>& b) { return primal(a) <= primal(b); }
template <class R> bool operator>=(const Jet<R>& a, const Jet<R>& b) { return primal(a) >= primal(b); }

template <class R> R select(bool condition, const R& a, const R& b) { return condition ? a : b; }
inline bool signbit(const double x) { return signbit(Real(x)); }
template <class R> bool signbit(const Jet<R>& x) { return signbit(primal(x)); }

// What is written by others, for a Real as for a Jet.
inline Real hypot(const Real& a, const Real& b) { return sqrt(Real(a * a + b * b)); }
inline Real square(const Real& x) { return x * x; }
template <class R> Jet<R> square(const Jet<R>& x) { return x * x; }
template <class R> R exp2(const R& x) { return exp(R(x * R(ln(2)))); }
template <class R> R log2(const R& x) { return log(x) / R(ln(2)); }
template <class R> R log10(const R& x) { return log(x) / R(ln(10)); }
template <class R> R exp_minus_square(const R& x) { return exp(R(-(x * x))); }
template <class R> R fma(const R& a, const R& b, const R& c) { return a * b + c; }
template <class R> R tan(const R& x) { return sin(x) / cos(x); }
template <class R> R abs(const R& x) { return select(x < R(0), R(-x), x); }
template <class R> R copysign(const R& a, const R& b) { return signbit(a) == signbit(b) ? a : R(-a); }
template <class R> R fmod(const R& a, const R& b) { return a - b * trunc(R(a / b)); }
template <class R> R remainder(const R& a, const R& b) { return a - b * rint(R(a / b)); }

// ---- The elementary functions of a Jet: value, and derivative in a form that does not cancel ----

template <class R> Jet<R> exp(const Jet<R>& x) {
    const R y = exp(x.v);
    return chain(y, y, x);
}
template <class R> Jet<R> expm1(const Jet<R>& x) { return chain(R(expm1(x.v)), R(exp(x.v)), x); }
template <class R> Jet<R> log(const Jet<R>& x) { return chain(R(log(x.v)), R(R(1) / x.v), x); }
template <class R> Jet<R> log1p(const Jet<R>& x) { return chain(R(log1p(x.v)), R(R(1) / (R(1) + x.v)), x); }
template <class R> Jet<R> sqrt(const Jet<R>& x) {
    const R y = sqrt(x.v);
    return chain(y, R(R(0.5) / y), x);
}
template <class R> Jet<R> cbrt(const Jet<R>& x) {
    const R y = cbrt(x.v);
    return chain(y, R(y / (R(3) * x.v)), x);
}
template <class R> Jet<R> pow(const Jet<R>& a, const Jet<R>& b) {
    Jet<R> y(pow(a.v, b.v));
    if (!is_zero(a.d)) y.d = y.d + b.v * pow(a.v, R(b.v - R(1))) * a.d;
    if (!is_zero(b.d)) y.d = y.d + y.v * log(a.v) * b.d;
    return y;
}
// a / sqrt(a^2 + b^2), where the smaller of the two may be lost beside the other.
template <class R> R cosine(const R& a, const R& b) {
    const bool steep = abs(primal(a)) < abs(primal(b));
    const R t = steep ? R(a / b) : R(b / a);
    const R c = R(1) / sqrt(R(R(1) + t * t));
    return signbit(steep ? b : a) ? R(-(steep ? R(t * c) : c)) : R(steep ? R(t * c) : c);
}
template <class R> Jet<R> hypot(const Jet<R>& a, const Jet<R>& b) {
    return Jet<R>(hypot(a.v, b.v), along(cosine(a.v, b.v), a.d) + along(cosine(b.v, a.v), b.d));
}
template <class R> Jet<R> hypot3(const Jet<R>& a, const Jet<R>& b, const Jet<R>& c) {
    const auto part = [](const Jet<R>& x, const Jet<R>& y, const Jet<R>& z) {
        return along(cosine(x.v, R(hypot(y.v, z.v))), x.d);
    };
    return Jet<R>(hypot(R(hypot(a.v, b.v)), c.v), part(a, b, c) + part(b, a, c) + part(c, a, b));
}
template <class R> Jet<R> atan2(const Jet<R>& a, const Jet<R>& b) {
    const R squares = a.v * a.v + b.v * b.v;
    return Jet<R>(atan2(a.v, b.v), along(R(b.v / squares), a.d) - along(R(a.v / squares), b.d));
}
template <class R> Jet<R> sin(const Jet<R>& x) { return chain(R(sin(x.v)), R(cos(x.v)), x); }
template <class R> Jet<R> cos(const Jet<R>& x) { return chain(R(cos(x.v)), R(-sin(x.v)), x); }
template <class R> Jet<R> asin(const Jet<R>& x) {
    return chain(R(asin(x.v)), R(R(1) / sqrt(R(R(1) - x.v * x.v))), x);
}
template <class R> Jet<R> acos(const Jet<R>& x) {
    return chain(R(acos(x.v)), R(R(-1) / sqrt(R(R(1) - x.v * x.v))), x);
}
template <class R> Jet<R> atan(const Jet<R>& x) {
    return chain(R(atan(x.v)), R(R(1) / (R(1) + x.v * x.v)), x);
}
template <class R> Jet<R> sinh(const Jet<R>& x) { return chain(R(sinh(x.v)), R(cosh(x.v)), x); }
template <class R> Jet<R> cosh(const Jet<R>& x) { return chain(R(cosh(x.v)), R(sinh(x.v)), x); }
template <class R> Jet<R> tanh(const Jet<R>& x) {
    return chain(R(tanh(x.v)), R(R(1) / square(R(cosh(x.v)))), x);
}
template <class R> Jet<R> asinh(const Jet<R>& x) {
    return chain(R(asinh(x.v)), R(R(1) / sqrt(R(R(1) + x.v * x.v))), x);
}
template <class R> Jet<R> acosh(const Jet<R>& x) {
    return chain(R(acosh(x.v)), R(R(1) / sqrt(R(x.v * x.v - R(1)))), x);
}
template <class R> Jet<R> atanh(const Jet<R>& x) {
    return chain(R(atanh(x.v)), R(R(1) / (R(1) - x.v * x.v)), x);
}
template <class R> R bell(const R& x) { return exp_minus_square(x) * R(2) / sqrt(R(pi())); }
template <class R> Jet<R> erf(const Jet<R>& x) { return chain(R(erf(x.v)), bell(x.v), x); }
template <class R> Jet<R> erfc(const Jet<R>& x) { return chain(R(erfc(x.v)), R(-bell(x.v)), x); }
template <class R> Jet<R> lgamma(const Jet<R>& x) { return chain(R(lgamma(x.v)), R(polygamma(0, x.v)), x); }
template <class R> Jet<R> tgamma(const Jet<R>& x) {
    const R y = tgamma(x.v);
    return chain(y, R(y * polygamma(0, x.v)), x);
}
template <class R> Jet<R> polygamma(int n, const Jet<R>& x) {
    return chain(R(polygamma(n, x.v)), R(polygamma(n + 1, x.v)), x);
}
template <class R> Jet<R> ldexp(const Jet<R>& x, int n) { return Jet<R>(ldexp(x.v, n), ldexp(x.d, n)); }
template <class R> Jet<R> floor(const Jet<R>& x) { return Jet<R>(floor(x.v)); }
template <class R> Jet<R> ceil(const Jet<R>& x) { return Jet<R>(ceil(x.v)); }
template <class R> Jet<R> round(const Jet<R>& x) { return Jet<R>(round(x.v)); }
template <class R> Jet<R> rint(const Jet<R>& x) { return Jet<R>(rint(x.v)); }
template <class R> Jet<R> trunc(const Jet<R>& x) { return Jet<R>(trunc(x.v)); }

}  // namespace referee
