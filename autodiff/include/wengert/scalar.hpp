// What makes a type a number in generic code: the concept Scalar, comparisons, classification, output,
// limits. A comparison looks at the primal value alone.
#pragma once

#include <cmath>
#include <compare>
#include <concepts>
#include <iosfwd>
#include <limits>

#include <wengert/functions.hpp>

namespace wengert {

/// The plain number at the bottom: x itself, or its value's value's ... value.
template <detail::Operand T> WENGERT_INLINE constexpr auto primal(const T& x) {
    if constexpr (Arithmetic<T>)
        return x;
    else
        return primal(x.value());
}

/// The plain type at the bottom: double for double, Value, Dual<Value>, ...
template <detail::Operand T> using PlainOf = decltype(primal(std::declval<T>()));

/// A type that generic code may use as a number: double, float, Dual, Value, nested in each other.
template <class T> concept Scalar = std::regular<T> && std::convertible_to<double, T> &&
    requires(T& x, const T& a, const T& b, bool condition) {
    T(a + b), T(a - b), T(a * b), T(a / b), T(-a);
    x += a, x -= a, x *= a, x /= a;
    { a < b } -> std::convertible_to<bool>;
    T(apply<rules::Exp>(a));
    T(select(condition, a, b));
    primal(a);
};

template <class A, class B>
requires detail::SomeDifferentiable<A, B> WENGERT_INLINE bool operator==(const A& a, const B& b) {
    return primal(a) == primal(b);
}
template <class A, class B>
requires detail::SomeDifferentiable<A, B> WENGERT_INLINE bool operator<(const A& a, const B& b) {
    return primal(a) < primal(b);
}
template <class A, class B>
requires detail::SomeDifferentiable<A, B> WENGERT_INLINE bool operator>(const A& a, const B& b) {
    return primal(a) > primal(b);
}
template <class A, class B>
requires detail::SomeDifferentiable<A, B> WENGERT_INLINE bool operator<=(const A& a, const B& b) {
    return primal(a) <= primal(b);
}
template <class A, class B>
requires detail::SomeDifferentiable<A, B> WENGERT_INLINE bool operator>=(const A& a, const B& b) {
    return primal(a) >= primal(b);
}

/// So that a struct of numbers may have a defaulted one.
template <class A, class B>
requires detail::SomeDifferentiable<A, B> WENGERT_INLINE std::partial_ordering operator<=>(const A& a,
                                                                                           const B& b) {
    return primal(a) <=> primal(b);
}
/// x++ and the like, of a number that may be assigned to.
template <class A> concept Assignable = Differentiable<A> && std::same_as<A, typename A::WengertNumber>;
template <Assignable A> A& operator++(A& x) { return x += 1.0; }
template <Assignable A> A& operator--(A& x) { return x -= 1.0; }
template <Assignable A> A operator++(A& x, int) {
    const A before = x;
    ++x;
    return before;
}
template <Assignable A> A operator--(A& x, int) {
    const A before = x;
    --x;
    return before;
}

template <Differentiable A> bool isnan(const A& x) { return std::isnan(primal(x)); }
template <Differentiable A> bool isinf(const A& x) { return std::isinf(primal(x)); }
template <Differentiable A> bool isfinite(const A& x) { return std::isfinite(primal(x)); }
template <Differentiable A> bool isnormal(const A& x) { return std::isnormal(primal(x)); }
template <Differentiable A> bool signbit(const A& x) { return std::signbit(primal(x)); }

/// Writes the primal value, as the stream is set to write a plain number.
template <class Char, class Traits, Differentiable A>
std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>& out, const A& x) {
    return out << primal(x);
}

/// Reads a plain number, a constant.
template <class Char, class Traits, Assignable A>
std::basic_istream<Char, Traits>& operator>>(std::basic_istream<Char, Traits>& in, A& x) {
    PlainOf<A> number;
    if (in >> number) x = A(number);
    return in;
}

namespace detail {

template <class N> struct Limits : std::numeric_limits<PlainOf<N>> {
    using Plain = std::numeric_limits<PlainOf<N>>;
    static constexpr N min() noexcept { return Plain::min(); }
    static constexpr N max() noexcept { return Plain::max(); }
    static constexpr N lowest() noexcept { return Plain::lowest(); }
    static constexpr N epsilon() noexcept { return Plain::epsilon(); }
    static constexpr N round_error() noexcept { return Plain::round_error(); }
    static constexpr N infinity() noexcept { return Plain::infinity(); }
    static constexpr N quiet_NaN() noexcept { return Plain::quiet_NaN(); }
    static constexpr N signaling_NaN() noexcept { return Plain::signaling_NaN(); }
    static constexpr N denorm_min() noexcept { return Plain::denorm_min(); }
};

}  // namespace detail

// For a rule's body, where `select` of plain numbers is found in its own namespace.
static_assert(Scalar<double> && Scalar<float>);

}  // namespace wengert
