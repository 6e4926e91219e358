// Every function and its derivative, stated once, as data. What consumes it: plain numbers, Dual, Value, the
// tests.
//
// A rule holds
//
//   name                 as a user writes it
//   value(x...)          the result y
//   partial<I>(x..., y)  dy/dx_I, from arguments and result; One and MinusOne cost nothing
//
// and, where it helps,
//
//   shared(x)            computed once for an active argument, then value(x, s) and partial<0>(x, y, s)
//   takes<I>(x...)       instead of partial, a choice: y is argument I here; to others nothing passes
//   flat                 the derivative is 0 wherever there is one: the result is a constant
//   parameters           how many trailing arguments are plain numbers, never differentiated by
//   domain               the first argument's range, where it is not all numbers
//
// Bodies are straight-line and generic in the scalar T: they use rules of this list and `select`, never `if`,
// so that a derivative can be differentiated again. Formulas: Abramowitz & Stegun, ch. 3-7; NIST DLMF, ch.
// 4-7.
#pragma once

#include <limits>
#include <numbers>
#include <string_view>

#include <wengert/numeric.hpp>

namespace wengert {

template <class... Rules> struct List {
    static constexpr int size = sizeof...(Rules);
    /// Calls f(Rule{}) for each rule in order.
    template <class F> static void each(F&& f) { (f(Rules{}), ...); }
};

}  // namespace wengert

namespace wengert::rules {

using std::sin, std::cos, std::tan, std::asin, std::acos, std::atan, std::atan2, std::sinh, std::cosh,
    std::tanh, std::asinh, std::acosh, std::atanh, std::exp, std::exp2, std::expm1, std::log, std::log2,
    std::log10, std::log1p, std::sqrt, std::cbrt, std::hypot, std::pow, std::erf, std::erfc, std::lgamma,
    std::tgamma, std::abs, std::floor, std::ceil, std::round, std::rint, std::trunc, std::fmod,
    std::remainder, std::copysign, std::fma, std::ldexp;

/// A partial of +1 or -1 whatever the arguments: multiplying by it is free in every mode.
struct One {
    template <class T> operator T() const { return T(1); }
};
struct MinusOne {
    template <class T> operator T() const { return T(-1); }
};

struct Domain {
    double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
};
inline constexpr double infinity = std::numeric_limits<double>::infinity();

// ---- Arithmetic ----

struct Add {
    static constexpr std::string_view name = "+";
    template <class T> static T value(const T& a, const T& b) { return a + b; }
    template <int, class T> static One partial(const T&, const T&, const T&) { return {}; }
};
struct Sub {
    static constexpr std::string_view name = "-";
    template <class T> static T value(const T& a, const T& b) { return a - b; }
    template <int I, class T> static auto partial(const T&, const T&, const T&) {
        if constexpr (I == 0)
            return One{};
        else
            return MinusOne{};
    }
};
struct Mul {
    static constexpr std::string_view name = "*";
    template <class T> static T value(const T& a, const T& b) { return a * b; }
    template <int I, class T> static const T& partial(const T& a, const T& b, const T&) {
        if constexpr (I == 0)
            return b;
        else
            return a;
    }
};
struct Div {
    static constexpr std::string_view name = "/";
    template <class T> static T value(const T& a, const T& b) { return a / b; }
    template <int I, class T> static T partial(const T&, const T& b, const T& y) {
        if constexpr (I == 0)
            return T(1) / b;
        else
            return -y / b;  // not -a / b^2: the square overflows
    }
};
struct Neg {
    static constexpr std::string_view name = "neg";
    template <class T> static T value(const T& x) { return -x; }
    template <int, class T> static MinusOne partial(const T&, const T&) { return {}; }
};
struct Fma {
    static constexpr std::string_view name = "fma";
    template <class T> static T value(const T& a, const T& b, const T& c) { return fma(a, b, c); }
    template <int I, class T> static auto partial(const T& a, const T& b, const T&, const T&) {
        if constexpr (I == 0)
            return b;
        else if constexpr (I == 1)
            return a;
        else
            return One{};
    }
};
struct Square {
    static constexpr std::string_view name = "square";
    template <class T> static T value(const T& x) { return x * x; }
    template <int, class T> static T partial(const T& x, const T&) { return x + x; }
};

// ---- Roots and powers ----

struct Sqrt {
    static constexpr std::string_view name = "sqrt";
    static constexpr Domain domain{0, infinity};
    template <class T> static T value(const T& x) { return sqrt(x); }
    template <int, class T> static T partial(const T&, const T& y) {
        return T(0.5) / y;
    }  // at +-0: +-infinity
};
struct Cbrt {
    static constexpr std::string_view name = "cbrt";
    template <class T> static T value(const T& x) { return cbrt(x); }
    template <int, class T> static T partial(const T& x, const T& y) { return cbrt_slope(x, y); }
};
struct Pow {  // by the base at 0: of the polynomial for b = 0, 1, 2, ..., else one-sided
    static constexpr std::string_view name = "pow";
    static constexpr Domain domain{0, infinity};
    template <class T> static T value(const T& a, const T& b) { return pow(a, b); }
    template <int I, class T> static T partial(const T& a, const T& b, const T& y) {
        if constexpr (I == 0)
            return pow_base_slope(a, b, y);
        else
            return pow_exponent_slope(a, y);
    }
};
struct Hypot {
    static constexpr std::string_view name = "hypot";
    template <class T> static T value(const T& a, const T& b) { return hypot(a, b); }
    template <int I, class T> static T partial(const T& a, const T& b, const T& y) {
        if constexpr (I == 0)
            return over_hypot(a, b, y);
        else
            return over_hypot(b, a, y);
    }
};
struct Hypot3 {  // hypot of three
    static constexpr std::string_view name = "hypot3";
    template <class T> static T value(const T& a, const T& b, const T& c) { return hypot3(a, b, c); }
    template <int I, class T> static T partial(const T& a, const T& b, const T& c, const T& y) {
        if constexpr (I == 0)
            return over_hypot3(a, b, c, y);
        else if constexpr (I == 1)
            return over_hypot3(b, a, c, y);
        else
            return over_hypot3(c, a, b, y);
    }
};

// ---- Exponential and logarithm ----

struct Exp {
    static constexpr std::string_view name = "exp";
    template <class T> static T value(const T& x) { return exp(x); }
    template <int, class T> static const T& partial(const T&, const T& y) { return y; }
};
struct Exp2 {
    static constexpr std::string_view name = "exp2";
    template <class T> static T value(const T& x) { return exp2(x); }
    template <int, class T> static T partial(const T&, const T& y) { return y * T(std::numbers::ln2); }
};
struct Expm1 {
    static constexpr std::string_view name = "expm1";
    template <class T> static T value(const T& x) { return expm1(x); }
    template <int, class T> static T partial(const T& x, const T& y) { return expm1_slope(x, y); }
};
struct ExpMinusSquare {
    static constexpr std::string_view name = "exp_minus_square";
    template <class T> static T value(const T& x) { return exp_minus_square(x); }
    template <int, class T> static T partial(const T& x, const T& y) {
        return select(y == T(0), T(0), T(T(-2) * x * y));  // x may be infinite
    }
};
struct Log {
    static constexpr std::string_view name = "log";
    static constexpr Domain domain{0, infinity};
    template <class T> static T value(const T& x) { return log(x); }
    template <int, class T> static T partial(const T& x, const T&) { return T(1) / x; }
};
struct Log2 {
    static constexpr std::string_view name = "log2";
    static constexpr Domain domain{0, infinity};
    template <class T> static T value(const T& x) { return log2(x); }
    template <int, class T> static T partial(const T& x, const T&) { return T(std::numbers::log2e) / x; }
};
struct Log10 {
    static constexpr std::string_view name = "log10";
    static constexpr Domain domain{0, infinity};
    template <class T> static T value(const T& x) { return log10(x); }
    template <int, class T> static T partial(const T& x, const T&) { return T(std::numbers::log10e) / x; }
};
struct Log1p {
    static constexpr std::string_view name = "log1p";
    static constexpr Domain domain{-1, infinity};
    template <class T> static T value(const T& x) { return log1p(x); }
    template <int, class T> static T partial(const T& x, const T&) { return T(1) / (T(1) + x); }
};
struct Ldexp {
    static constexpr std::string_view name = "ldexp";
    static constexpr int parameters = 1;
    template <class T> static T value(const T& x, int n) { return ldexp(x, n); }
    template <int, class T> static T partial(const T&, int n, const T&) { return ldexp(T(1), n); }
};

// ---- Circular and hyperbolic ----

struct Sin {
    static constexpr std::string_view name = "sin";
    template <class T> static SinCos<T> shared(const T& x) { return sin_cos(x); }
    template <class T> static T value(const T& x) { return sin(x); }
    template <class T> static const T& value(const T&, const SinCos<T>& s) { return s.sin; }
    template <int, class T> static const T& partial(const T&, const T&, const SinCos<T>& s) { return s.cos; }
};
struct Cos {
    static constexpr std::string_view name = "cos";
    template <class T> static SinCos<T> shared(const T& x) { return sin_cos(x); }
    template <class T> static T value(const T& x) { return cos(x); }
    template <class T> static const T& value(const T&, const SinCos<T>& s) { return s.cos; }
    template <int, class T> static T partial(const T&, const T&, const SinCos<T>& s) { return -s.sin; }
};
struct Tan {
    static constexpr std::string_view name = "tan";
    template <class T> static T value(const T& x) { return tan(x); }
    template <int, class T> static T partial(const T&, const T& y) { return T(1) + y * y; }
};
struct Asin {
    static constexpr std::string_view name = "asin";
    static constexpr Domain domain{-1, 1};
    template <class T> static T value(const T& x) { return asin(x); }
    template <int, class T> static T partial(const T& x, const T&) {
        return T(1) / sqrt(one_minus_square(x));
    }
};
struct Acos {
    static constexpr std::string_view name = "acos";
    static constexpr Domain domain{-1, 1};
    template <class T> static T value(const T& x) { return acos(x); }
    template <int, class T> static T partial(const T& x, const T&) {
        return T(-1) / sqrt(one_minus_square(x));
    }
};
struct Atan {
    static constexpr std::string_view name = "atan";
    template <class T> static T value(const T& x) { return atan(x); }
    template <int, class T> static T partial(const T& x, const T&) { return over_squares(T(1), x); }
};
struct Atan2 {  // at the origin there is no derivative: NaN
    static constexpr std::string_view name = "atan2";
    template <class T> static T value(const T& a, const T& b) { return atan2(a, b); }
    template <int I, class T> static T partial(const T& a, const T& b, const T&) {
        if constexpr (I == 0)
            return over_squares(b, a);
        else
            return -over_squares(a, b);
    }
};
struct Sinh {
    static constexpr std::string_view name = "sinh";
    template <class T> static T value(const T& x) { return sinh(x); }
    template <int, class T> static T partial(const T& x, const T&) { return cosh(x); }
};
struct Cosh {
    static constexpr std::string_view name = "cosh";
    template <class T> static T value(const T& x) { return cosh(x); }
    template <int, class T> static T partial(const T& x, const T&) { return sinh(x); }
};
// From t = expm1(2|x|) for |x| >= 1: y = 1 - 2 r and y' = 4 r (1 - r), r = 1 / (t + 2); below 1 from
// t = expm1(-2|x|): y = -t / (t + 2) and y' = 1 - y^2, which does not cancel there.
struct Tanh {
    static constexpr std::string_view name = "tanh";
    template <Plain T> static T shared(const T& x) {
        const T twice = T(2) * std::abs(x);
        return std::expm1(twice < T(2) ? -twice : twice);
    }
    template <class T> static T value(const T& x) { return tanh(x); }
    template <Plain T> static T value(const T& x, const T& t) {
        const T r = T(1) / (t + T(2));
        return std::copysign(t < T(0) ? -t / (t + T(2)) : T(1) - T(2) * r, x);
    }
    template <int, class T> static T partial(const T& x, const T& y) { return tanh_slope(x, y); }
    template <int, Plain T> static T partial(const T& x, const T& y, const T& t) {
        const T r = T(1) / (t + T(2));
        if (!(t < T(1) / std::numeric_limits<T>::epsilon())) return tanh_slope(x, y);
        return t < T(0) ? one_minus_square(y) : T(4) * r * (T(1) - r);
    }
};
struct Asinh {
    static constexpr std::string_view name = "asinh";
    template <class T> static T value(const T& x) { return asinh(x); }
    template <int, class T> static T partial(const T& x, const T&) { return inverse_hypot_one(x); }
};
struct Acosh {
    static constexpr std::string_view name = "acosh";
    static constexpr Domain domain{1, infinity};
    template <class T> static T value(const T& x) { return acosh(x); }
    template <int, class T> static T partial(const T& x, const T&) {
        return T(1) / (sqrt(x - T(1)) * sqrt(x + T(1)));
    }
};
struct Atanh {
    static constexpr std::string_view name = "atanh";
    static constexpr Domain domain{-1, 1};
    template <class T> static T value(const T& x) { return atanh(x); }
    template <int, class T> static T partial(const T& x, const T&) { return T(1) / one_minus_square(x); }
};

// ---- Error and gamma functions ----

struct Erf {
    static constexpr std::string_view name = "erf";
    template <class T> static T value(const T& x) { return erf(x); }
    template <int, class T> static T partial(const T& x, const T&) {
        return T(2 * std::numbers::inv_sqrtpi) * exp_minus_square(x);
    }
};
struct Erfc {
    static constexpr std::string_view name = "erfc";
    template <class T> static T value(const T& x) { return erfc(x); }
    template <int, class T> static T partial(const T& x, const T&) {
        return T(-2 * std::numbers::inv_sqrtpi) * exp_minus_square(x);
    }
};
struct Lgamma {
    static constexpr std::string_view name = "lgamma";
    template <class T> static T value(const T& x) { return lgamma(x); }
    template <int, class T> static T partial(const T& x, const T&) { return polygamma(0, x); }
};
struct Tgamma {
    static constexpr std::string_view name = "tgamma";
    template <class T> static T value(const T& x) { return tgamma(x); }
    template <int, class T> static T partial(const T& x, const T& y) { return y * polygamma(0, x); }
};
struct Polygamma {
    static constexpr std::string_view name = "polygamma";
    static constexpr int parameters = 1;
    template <class T> static T value(const T& x, int n) { return polygamma(n, x); }
    template <int, class T> static T partial(const T& x, int n, const T&) { return polygamma(n + 1, x); }
};

// ---- Choices: nothing passes to the branch not taken. A tie goes to the first argument. ----

struct Abs {
    static constexpr std::string_view name = "abs";
    template <class T> static T value(const T& x) { return abs(x); }
    template <int, class T> static T partial(const T& x, const T& y) {  // at 0: 0, the middle of the kink
        return select(x > T(0), T(1), select(x < T(0), T(-1), T(y * T(0))));
    }
};
struct Min {  // beside a NaN the first, as std::min
    static constexpr std::string_view name = "min";
    template <class T> static T value(const T& a, const T& b) { return select(b < a, b, a); }
    template <int I, class T> static bool takes(const T& a, const T& b) { return (b < a) == (I == 1); }
};
struct Max {  // beside a NaN the first, as std::max
    static constexpr std::string_view name = "max";
    template <class T> static T value(const T& a, const T& b) { return select(a < b, b, a); }
    template <int I, class T> static bool takes(const T& a, const T& b) { return (a < b) == (I == 1); }
};
struct Fmin {  // a NaN is no argument: the other one is the result
    static constexpr std::string_view name = "fmin";
    template <class T> static T value(const T& a, const T& b) { return select(takes<0>(a, b), a, b); }
    template <int I, class T> static bool takes(const T& a, const T& b) {
        return (a <= b || b != b) == (I == 0);
    }
};
struct Fmax {
    static constexpr std::string_view name = "fmax";
    template <class T> static T value(const T& a, const T& b) { return select(takes<0>(a, b), a, b); }
    template <int I, class T> static bool takes(const T& a, const T& b) {
        return (a >= b || b != b) == (I == 0);
    }
};
struct Clamp {
    static constexpr std::string_view name = "clamp";
    template <class T> static T value(const T& x, const T& low, const T& high) {
        return select(x < low, low, select(high < x, high, x));
    }
    template <int I, class T> static bool takes(const T& x, const T& low, const T& high) {
        if constexpr (I == 0)
            return !(x < low) && !(high < x);
        else if constexpr (I == 1)
            return x < low;
        else
            return !(x < low) && high < x;
    }
};
struct Select {
    static constexpr std::string_view name = "select";
    static constexpr int parameters = 1;
    template <class T> static T value(const T& a, const T& b, bool condition) {
        return select(condition, a, b);
    }
    template <int I, class T> static bool takes(const T&, const T&, bool condition) {
        return condition == (I == 0);
    }
};
struct Relu {  // at 0: 0; a NaN stays one
    static constexpr std::string_view name = "relu";
    template <class T> static T value(const T& x) { return select(x <= T(0), T(0), x); }
    template <int, class T> static bool takes(const T& x) { return !(x <= T(0)); }
};
struct Fdim {  // at a tie 0
    static constexpr std::string_view name = "fdim";
    template <class T> static T value(const T& a, const T& b) { return select(a <= b, T(0), T(a - b)); }
    template <int I, class T> static T partial(const T& a, const T& b, const T&) {
        return select(a <= b, T(0), I == 0 ? T(1) : T(-1));
    }
};
struct Copysign {  // |a| with the sign of b; flat in b, and at a = 0, the middle of the kink
    static constexpr std::string_view name = "copysign";
    template <class T> static T value(const T& a, const T& b) { return copysign(a, b); }
    template <int I, class T> static T partial(const T& a, const T& b, const T&) {
        if constexpr (I == 0)
            return select(a == T(0), T(0), T(copysign(T(1), a) * copysign(T(1), b)));
        else
            return T(0);
    }
};

// ---- Flat functions and remainders ----

struct Step {  // 1 where x >= 0, as the perceptron has it
    static constexpr std::string_view name = "step";
    static constexpr bool flat = true;
    template <class T> static T value(const T& x) {
        return select(x >= T(0), T(1), select(x < T(0), T(0), x));
    }
};
struct Floor {
    static constexpr std::string_view name = "floor";
    static constexpr bool flat = true;
    template <class T> static T value(const T& x) { return floor(x); }
};
struct Ceil {
    static constexpr std::string_view name = "ceil";
    static constexpr bool flat = true;
    template <class T> static T value(const T& x) { return ceil(x); }
};
struct Round {
    static constexpr std::string_view name = "round";
    static constexpr bool flat = true;
    template <class T> static T value(const T& x) { return round(x); }
};
struct Rint {
    static constexpr std::string_view name = "rint";
    static constexpr bool flat = true;
    template <class T> static T value(const T& x) { return rint(x); }
};
struct Trunc {
    static constexpr std::string_view name = "trunc";
    static constexpr bool flat = true;
    template <class T> static T value(const T& x) { return trunc(x); }
};
struct Fmod {
    static constexpr std::string_view name = "fmod";
    template <class T> static T value(const T& a, const T& b) { return fmod(a, b); }
    template <int I, class T> static auto partial(const T& a, const T& b, const T& y) {
        if constexpr (I == 0)
            return One{};
        else
            return T(-rint((a - y) / b));  // the quotient that was subtracted
    }
};
struct Remainder {
    static constexpr std::string_view name = "remainder";
    template <class T> static T value(const T& a, const T& b) { return remainder(a, b); }
    template <int I, class T> static auto partial(const T& a, const T& b, const T& y) {
        if constexpr (I == 0)
            return One{};
        else
            return T(-rint((a - y) / b));
    }
};

// ---- Activations' roots: e = exp(-|x|) is computed once, and never overflows ----

template <class T> struct Logistic {
    T e, r;  // exp(-|x|), 1 / (1 + e)
};
struct Sigmoid {
    static constexpr std::string_view name = "sigmoid";
    template <class T> static Logistic<T> shared(const T& x) {
        const T e = exp(negative_abs(x));
        return {e, T(T(1) / (T(1) + e))};
    }
    template <class T> static T value(const T& x) { return value(x, shared(x)); }
    template <class T> static T value(const T& x, const Logistic<T>& s) {
        return select(x < T(0), T(s.e * s.r), s.r);
    }
    template <int, class T> static T partial(const T&, const T&, const Logistic<T>& s) {
        return s.e * s.r * s.r;
    }
};
struct Softplus {  // log(1 + e^x) = max(x, 0) + log1p(e)
    static constexpr std::string_view name = "softplus";
    template <class T> static T shared(const T& x) { return exp(negative_abs(x)); }
    template <class T> static T value(const T& x) { return value(x, shared(x)); }
    template <class T> static T value(const T& x, const T& e) { return select(x < T(0), T(0), x) + log1p(e); }
    template <int, class T> static T partial(const T& x, const T&, const T& e) {
        return select(x < T(0), e, T(1)) / (T(1) + e);
    }
};
struct LogSigmoid {  // log sigmoid(x) = -softplus(-x)
    static constexpr std::string_view name = "log_sigmoid";
    template <class T> static T shared(const T& x) { return exp(negative_abs(x)); }
    template <class T> static T value(const T& x) { return value(x, shared(x)); }
    template <class T> static T value(const T& x, const T& e) { return select(x < T(0), x, T(0)) - log1p(e); }
    template <int, class T> static T partial(const T& x, const T&, const T& e) {
        return select(x < T(0), T(1), e) / (T(1) + e);
    }
};

using All = List<Add, Sub, Mul, Div, Neg, Fma, Square, Sqrt, Cbrt, Pow, Hypot, Hypot3, Exp, Exp2, Expm1,
                 ExpMinusSquare, Log, Log2, Log10, Log1p, Ldexp, Sin, Cos, Tan, Asin, Acos, Atan, Atan2, Sinh,
                 Cosh, Tanh, Asinh, Acosh, Atanh, Erf, Erfc, Lgamma, Tgamma, Polygamma, Abs, Min, Max, Fmin,
                 Fmax, Clamp, Select, Relu, Fdim, Copysign, Step, Floor, Ceil, Round, Rint, Trunc, Fmod,
                 Remainder, Sigmoid, Softplus, LogSigmoid>;

}  // namespace wengert::rules
