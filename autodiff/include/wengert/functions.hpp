// The functions that a user calls, each one line: a name and its rule. They take every number of wengert,
// expressions of them, and plain arithmetic, mixed; what a rule does with a type is that type's `apply`.
//
// Those that have a name of <cmath> have its values, and its IEEE values outside of their domain: nothing
// throws but polygamma. Formula, derivative, domain and what is chosen at a kink stand with the rule
// (rules.hpp). Cost of each, over Values: the function itself, and one edge for each active argument of the
// statement.
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>

#include <wengert/error.hpp>
#include <wengert/rules.hpp>

// Expressions must melt into their statement: one call left over costs several times the arithmetic. Where
// mistakes are looked for, with assertions or g++'s sanitizers, that would only take long to compile.
#if (defined(WENGERT_CHECKED) && !defined(NDEBUG)) || defined(__SANITIZE_ADDRESS__) || \
    defined(__SANITIZE_THREAD__)
#define WENGERT_INLINE inline
#define WENGERT_INLINE_LAMBDA
#else
#define WENGERT_INLINE [[gnu::always_inline]] inline
#define WENGERT_INLINE_LAMBDA __attribute__((always_inline))
#endif

namespace wengert {

template <class T> concept Arithmetic = std::is_arithmetic_v<T>;

/// A number that carries derivatives, or an expression of such numbers: Dual, Reverse, ... Its
/// `WengertNumber` is the type that it is evaluated to.
template <class T> concept Differentiable = requires { typename std::remove_cvref_t<T>::WengertNumber; };

namespace detail {

/// How many layers of derivatives a type carries: 0 for double, 1 for Value, 2 for Dual<Value>, ...
template <class T> inline constexpr int depth = 0;
template <Differentiable T> inline constexpr int depth<T> = 1 + depth<typename T::WengertNumber::Inner>;

template <class T> struct NumberOf { using type = T; };
template <std::integral T> struct NumberOf<T> {
    using type = double;  // as <cmath> takes integers
};
template <Differentiable T> struct NumberOf<T> { using type = typename T::WengertNumber; };

template <class... A> struct CommonNumber;
template <class A> struct CommonNumber<A> : NumberOf<A> {};
template <class A, class B> struct CommonNumber<A, B> {
    using X = typename NumberOf<A>::type;
    using Y = typename NumberOf<B>::type;
    static auto deeper() {
        if constexpr (depth < A >> depth<B>) {
            if constexpr (std::convertible_to<B, X>) return std::type_identity<X>{};
        } else if constexpr (depth<A> < depth<B>) {
            if constexpr (std::convertible_to<A, Y>) return std::type_identity<Y>{};
        } else if constexpr (depth<A> == 0) {
            return std::common_type<X, Y>{};
        } else if constexpr (std::same_as<X, Y>) {
            return std::type_identity<X>{};
        }
    }
    using type = typename decltype(deeper())::type;
};
template <class A, class B, class... C> struct CommonNumber<A, B, C...>
    : CommonNumber<typename CommonNumber<A, B>::type, C...> {};

template <class T> concept Operand = Differentiable<T> || Arithmetic<T>;

/// What a number over T is made from, besides a T. Layers first: g++ 12 must not ask same_as of the number
/// itself.
template <class A, class T>
concept Below = Operand<A> &&(depth<A> <= depth<T>)&&!std::same_as<A, T> && std::constructible_from<T, A>;

}  // namespace detail

/// The number that an operation on these operands gives: the one with the most layers of derivatives, into
/// which the others convert.
template <class... A> using Number = typename detail::CommonNumber<std::remove_cvref_t<A>...>::type;

namespace detail {

[[noreturn]] void unknown_polygamma(int n);

// How a rule is asked, with or without a parameter.
struct NoParameter {};
template <class Rule, class P, class... T>
WENGERT_INLINE decltype(auto) value_of([[maybe_unused]] const P& parameter, const T&... x) {
    if constexpr (std::same_as<P, NoParameter>)
        return Rule::value(x...);
    else
        return Rule::value(x..., parameter);
}
template <class Rule, int I, class P, class T, class... X>
WENGERT_INLINE decltype(auto) partial_of([[maybe_unused]] const P& parameter, const T& y, const X&... x) {
    if constexpr (std::same_as<P, NoParameter>)
        return Rule::template partial<I>(x..., y);
    else
        return Rule::template partial<I>(x..., parameter, y);
}
template <class Rule, int I, class P, class... X>
WENGERT_INLINE bool takes([[maybe_unused]] const P& parameter, const X&... x) {
    if constexpr (std::same_as<P, NoParameter>)
        return Rule::template takes<I>(x...);
    else
        return Rule::template takes<I>(x..., parameter);
}

// What a rule offers.
template <class Rule> concept Flat = requires { requires Rule::flat; };
template <class Rule, class T> concept Shares = requires(const T& x) { Rule::shared(x); };
template <class Rule, class P, class... T> concept Chooses = requires(const P& p, const T&... x) {
    Rule::template takes<0>(x..., p);
}
|| requires(const T&... x) { Rule::template takes<0>(x...); };

// Products in which a factor of +1 or -1 is known when compiling.
template <class A, class B> WENGERT_INLINE decltype(auto) times(const A& a, const B& b) {
    if constexpr (std::same_as<A, rules::One>)
        return (b);
    else if constexpr (std::same_as<B, rules::One>)
        return (a);
    else if constexpr (std::same_as<A, rules::MinusOne> && std::same_as<B, rules::MinusOne>)
        return rules::One{};
    else if constexpr (std::same_as<A, rules::MinusOne>)
        return -b;
    else if constexpr (std::same_as<B, rules::MinusOne>)
        return -a;
    else
        return a * b;
}

/// 0 in every component, and a constant: what contributes nothing, whatever it is multiplied by.
template <class T> WENGERT_INLINE bool exactly_zero(const T& x) {
    if constexpr (Arithmetic<T>)
        return x == T(0);
    else
        return x.exactly_zero();
}

template <class... A> concept Operands = (Operand<A> && ...) && requires { typename Number<A...>; };
template <class... A> concept SomeDifferentiable = Operands<A...> &&(Differentiable<A> || ...);
}  // namespace detail

/// Applies a rule, wengert's or a user's own, to numbers of any mode: `apply<Bump>(x)` gives Bump::value(x),
/// whose derivative is Bump::partial<I>. A rule is a struct as in rules.hpp; it needs no registration.
///
///     struct Cube {
///         static constexpr std::string_view name = "cube";
///         template <class T> static T value(const T& x) { return x * x * x; }
///         template <int, class T> static T partial(const T& x, const T&) { return 3.0 * x * x; }
///     };
///     Value y = apply<Cube>(x);
///
/// Cost: as a built-in function's: one edge on the tape per active argument of the statement.
template <class Rule, class... A>
requires detail::Operands<A...> WENGERT_INLINE auto apply(const A&... arguments) {
    using N = Number<A...>;
    if constexpr (Differentiable<N>)
        return N::template apply<Rule>(arguments...);
    else
        return Rule::value(static_cast<N>(arguments)...);
}

/// The same for a rule whose last argument is a plain parameter (an order, a condition) and no variable.
template <class Rule, class Parameter, class... A>
requires detail::Operands<A...> WENGERT_INLINE auto apply_with(const Parameter& parameter,
                                                               const A&... arguments) {
    using N = Number<A...>;
    if constexpr (Differentiable<N>)
        return N::template apply_with<Rule>(parameter, arguments...);
    else
        return Rule::value(static_cast<N>(arguments)..., parameter);
}

// ---- Operators ----

template <class A, class B>
requires detail::SomeDifferentiable<A, B> WENGERT_INLINE auto operator+(const A& a, const B& b) {
    return apply<rules::Add>(a, b);
}
template <class A, class B>
requires detail::SomeDifferentiable<A, B> WENGERT_INLINE auto operator-(const A& a, const B& b) {
    return apply<rules::Sub>(a, b);
}
template <class A, class B>
requires detail::SomeDifferentiable<A, B> WENGERT_INLINE auto operator*(const A& a, const B& b) {
    return apply<rules::Mul>(a, b);
}
template <class A, class B>
requires detail::SomeDifferentiable<A, B> WENGERT_INLINE auto operator/(const A& a, const B& b) {
    return apply<rules::Div>(a, b);
}
template <Differentiable A> WENGERT_INLINE auto operator-(const A& a) { return apply<rules::Neg>(a); }
template <Differentiable A> WENGERT_INLINE auto operator+(const A& a) { return typename A::WengertNumber(a); }

// ---- Functions of one argument ----

template <detail::Operand A> WENGERT_INLINE auto exp(const A& x) { return apply<rules::Exp>(x); }
template <detail::Operand A> WENGERT_INLINE auto exp2(const A& x) { return apply<rules::Exp2>(x); }
template <detail::Operand A> WENGERT_INLINE auto expm1(const A& x) { return apply<rules::Expm1>(x); }
/// exp(-x^2), with the rounding of x^2 carried along.
template <detail::Operand A> WENGERT_INLINE auto exp_minus_square(const A& x) {
    return apply<rules::ExpMinusSquare>(x);
}
template <detail::Operand A> WENGERT_INLINE auto log(const A& x) { return apply<rules::Log>(x); }
template <detail::Operand A> WENGERT_INLINE auto log2(const A& x) { return apply<rules::Log2>(x); }
template <detail::Operand A> WENGERT_INLINE auto log10(const A& x) { return apply<rules::Log10>(x); }
template <detail::Operand A> WENGERT_INLINE auto log1p(const A& x) { return apply<rules::Log1p>(x); }
/// x^2.
template <detail::Operand A> WENGERT_INLINE auto square(const A& x) { return apply<rules::Square>(x); }
template <detail::Operand A> WENGERT_INLINE auto sqrt(const A& x) { return apply<rules::Sqrt>(x); }
template <detail::Operand A> WENGERT_INLINE auto cbrt(const A& x) { return apply<rules::Cbrt>(x); }
template <detail::Operand A> WENGERT_INLINE auto sin(const A& x) { return apply<rules::Sin>(x); }
template <detail::Operand A> WENGERT_INLINE auto cos(const A& x) { return apply<rules::Cos>(x); }
template <detail::Operand A> WENGERT_INLINE auto tan(const A& x) { return apply<rules::Tan>(x); }
template <detail::Operand A> WENGERT_INLINE auto asin(const A& x) { return apply<rules::Asin>(x); }
template <detail::Operand A> WENGERT_INLINE auto acos(const A& x) { return apply<rules::Acos>(x); }
template <detail::Operand A> WENGERT_INLINE auto atan(const A& x) { return apply<rules::Atan>(x); }
template <detail::Operand A> WENGERT_INLINE auto sinh(const A& x) { return apply<rules::Sinh>(x); }
template <detail::Operand A> WENGERT_INLINE auto cosh(const A& x) { return apply<rules::Cosh>(x); }
template <detail::Operand A> WENGERT_INLINE auto tanh(const A& x) { return apply<rules::Tanh>(x); }
template <detail::Operand A> WENGERT_INLINE auto asinh(const A& x) { return apply<rules::Asinh>(x); }
template <detail::Operand A> WENGERT_INLINE auto acosh(const A& x) { return apply<rules::Acosh>(x); }
template <detail::Operand A> WENGERT_INLINE auto atanh(const A& x) { return apply<rules::Atanh>(x); }
template <detail::Operand A> WENGERT_INLINE auto erf(const A& x) { return apply<rules::Erf>(x); }
template <detail::Operand A> WENGERT_INLINE auto erfc(const A& x) { return apply<rules::Erfc>(x); }
template <detail::Operand A> WENGERT_INLINE auto lgamma(const A& x) { return apply<rules::Lgamma>(x); }
template <detail::Operand A> WENGERT_INLINE auto tgamma(const A& x) { return apply<rules::Tgamma>(x); }
template <detail::Operand A> WENGERT_INLINE auto abs(const A& x) { return apply<rules::Abs>(x); }
template <detail::Operand A> WENGERT_INLINE auto fabs(const A& x) { return apply<rules::Abs>(x); }
/// max(x, 0); at 0 the derivative is 0.
template <detail::Operand A> WENGERT_INLINE auto relu(const A& x) { return apply<rules::Relu>(x); }
/// 1 / (1 + exp(-x)), by exp(-|x|): neither value nor derivative overflows or cancels.
template <detail::Operand A> WENGERT_INLINE auto sigmoid(const A& x) { return apply<rules::Sigmoid>(x); }
/// log(sigmoid(x)) = -softplus(-x).
template <detail::Operand A> WENGERT_INLINE auto log_sigmoid(const A& x) {
    return apply<rules::LogSigmoid>(x);
}
/// log(1 + exp(x)).
template <detail::Operand A> WENGERT_INLINE auto softplus(const A& x) { return apply<rules::Softplus>(x); }
/// 1 where x >= 0, else 0; its derivative is 0: the result is a constant. So are those that follow.
template <detail::Operand A> WENGERT_INLINE auto step(const A& x) { return apply<rules::Step>(x); }
template <detail::Operand A> WENGERT_INLINE auto floor(const A& x) { return apply<rules::Floor>(x); }
template <detail::Operand A> WENGERT_INLINE auto ceil(const A& x) { return apply<rules::Ceil>(x); }
template <detail::Operand A> WENGERT_INLINE auto round(const A& x) { return apply<rules::Round>(x); }
template <detail::Operand A> WENGERT_INLINE auto rint(const A& x) { return apply<rules::Rint>(x); }
template <detail::Operand A> WENGERT_INLINE auto nearbyint(const A& x) { return apply<rules::Rint>(x); }
template <detail::Operand A> WENGERT_INLINE auto trunc(const A& x) { return apply<rules::Trunc>(x); }

// ---- Functions of two and three ----

template <class A, class B>
requires detail::Operands<A, B> WENGERT_INLINE auto pow(const A& a, const B& b) {
    return apply<rules::Pow>(a, b);
}
template <class A, class B>
requires detail::Operands<A, B> WENGERT_INLINE auto hypot(const A& a, const B& b) {
    return apply<rules::Hypot>(a, b);
}
template <class A, class B>
requires detail::Operands<A, B> WENGERT_INLINE auto atan2(const A& a, const B& b) {
    return apply<rules::Atan2>(a, b);
}
/// The smaller one, a at a tie and beside a NaN, as std::min; nothing passes to the other. max likewise.
template <class A, class B>
requires detail::Operands<A, B> WENGERT_INLINE auto min(const A& a, const B& b) {
    return apply<rules::Min>(a, b);
}
template <class A, class B>
requires detail::Operands<A, B> WENGERT_INLINE auto max(const A& a, const B& b) {
    return apply<rules::Max>(a, b);
}
/// The smaller one, a at a tie; beside a NaN the number, as std::fmin. fmax likewise.
template <class A, class B>
requires detail::Operands<A, B> WENGERT_INLINE auto fmin(const A& a, const B& b) {
    return apply<rules::Fmin>(a, b);
}
template <class A, class B>
requires detail::Operands<A, B> WENGERT_INLINE auto fmax(const A& a, const B& b) {
    return apply<rules::Fmax>(a, b);
}
template <class A, class B>
requires detail::Operands<A, B> WENGERT_INLINE auto fdim(const A& a, const B& b) {
    return apply<rules::Fdim>(a, b);
}
template <class A, class B>
requires detail::Operands<A, B> WENGERT_INLINE auto copysign(const A& a, const B& b) {
    return apply<rules::Copysign>(a, b);
}
template <class A, class B>
requires detail::Operands<A, B> WENGERT_INLINE auto fmod(const A& a, const B& b) {
    return apply<rules::Fmod>(a, b);
}
template <class A, class B>
requires detail::Operands<A, B> WENGERT_INLINE auto remainder(const A& a, const B& b) {
    return apply<rules::Remainder>(a, b);
}
template <class A, class B, class C>
requires detail::Operands<A, B, C> WENGERT_INLINE auto fma(const A& a, const B& b, const C& c) {
    return apply<rules::Fma>(a, b, c);
}
/// low where x < low, high where x > high, else x: the derivative belongs to the one that is the result.
template <class A, class B, class C>
requires detail::Operands<A, B, C> WENGERT_INLINE auto clamp(const A& x, const B& low, const C& high) {
    return apply<rules::Clamp>(x, low, high);
}
/// sqrt(a^2 + b^2 + c^2), with the bits of std::hypot.
template <class A, class B, class C>
requires detail::Operands<A, B, C> WENGERT_INLINE auto hypot(const A& a, const B& b, const C& c) {
    return apply<rules::Hypot3>(a, b, c);
}

// ---- Functions with a plain parameter ----

/// a where the condition holds, else b; both are computed, nothing passes to the one not taken.
template <class A, class B>
requires detail::Operands<A, B> WENGERT_INLINE auto select(bool condition, const A& a, const B& b) {
    return apply_with<rules::Select>(condition, a, b);
}
/// x 2^n.
template <detail::Operand A> WENGERT_INLINE auto ldexp(const A& x, int n) {
    return apply_with<rules::Ldexp>(n, x);
}
/// psi^(n)(x), the n-th derivative of digamma(x) = d/dx log Gamma(x), n from 0 to 4. Throws Error for any
/// other n. Cost: 20 to 700 ns.
template <detail::Operand A> WENGERT_INLINE auto polygamma(int n, const A& x) {
    if (n < 0 || n > 4) detail::unknown_polygamma(n);
    return apply_with<rules::Polygamma>(n, x);
}

}  // namespace wengert
