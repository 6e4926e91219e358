// Forward mode: a number and its N tangents, computed side by side from the same rules.
#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include <wengert/scalar.hpp>

namespace wengert {

/// value + sum_i tangent_i epsilon_i with epsilon_i epsilon_j = 0: what a function does to value and
/// direction at once.
///
///     const Dual<double> x(0.5, 1.0);            // x, and dx/dx = 1
///     const Dual<double> y = x * exp(-x * x);
///     y.value();  y.tangent();                   // f(0.5) and f'(0.5)
///
/// T is any Scalar: Dual<Dual<double>> gives second derivatives, Dual<Value> differentiates gradients. N
/// tangents at once cost one evaluation of each partial. A tangent that is exactly 0 contributes exactly 0,
/// whatever the partial. Size: (1 + N) sizeof(T). Source: Griewank & Walther, Evaluating Derivatives,
/// ch. 3.1.
template <class T = double, int N = 1> class Dual {
    static_assert(N >= 1, "a Dual carries at least one tangent");

public:
    using WengertNumber = Dual;
    using Inner = T;
    static constexpr int directions = N;

    constexpr Dual() = default;
    constexpr Dual(const T& value) : value_(value) {}
    template <class A>
        requires(!std::same_as<A, T> && !std::same_as<A, Dual> && detail::Operand<A> &&
                 detail::depth<A> <= detail::depth<T> && std::constructible_from<T, A>)
    constexpr Dual(const A& value) : value_(static_cast<T>(value)) {}
    constexpr Dual(const T& value, const T& tangent) requires(N == 1) : value_(value), tangents_{tangent} {}
    constexpr Dual(const T& value, const std::array<T, std::size_t{N}>& tangents) requires(N > 1)
        : value_(value), tangents_(tangents) {}

    /// x as the independent variable of direction i.
    static constexpr Dual variable(const T& x, std::size_t i = 0) {
        Dual result(x);
        result.tangents_[i] = T(1);
        return result;
    }

    constexpr const T& value() const { return value_; }
    constexpr explicit operator bool() const { return static_cast<bool>(value_); }
    constexpr const T& tangent(std::size_t i = 0) const { return tangents_[i]; }
    constexpr const std::array<T, std::size_t{N}>& tangents() const { return tangents_; }

    template <class A> Dual& operator+=(const A& x) { return *this = *this + x; }
    template <class A> Dual& operator-=(const A& x) { return *this = *this - x; }
    template <class A> Dual& operator*=(const A& x) { return *this = *this * x; }
    template <class A> Dual& operator/=(const A& x) { return *this = *this / x; }

    /// Whether any tangent is more than an exact 0.
    bool moves() const {
        for (const T& t : tangents_)
            if (!detail::exactly_zero(t)) return true;
        return false;
    }
    /// Adds partial times the tangents of an argument; nothing where that is exactly 0.
    template <class Partial> void add(const Partial& partial, const Dual& argument) {
        for (std::size_t k = 0; k < N; ++k) {
            const T& t = argument.tangents_[k];
            if constexpr (N > 1 && Arithmetic<T>)
                tangents_[k] += t == T(0) ? T(0) : static_cast<T>(detail::times(partial, t));
            else if (N == 1 || !detail::exactly_zero(t))  // a single one moves: asked before
                tangents_[k] += detail::times(partial, t);
        }
    }

    bool exactly_zero() const { return detail::exactly_zero(value_) && !moves(); }

    template <class Rule, class... A> static Dual apply(const A&... x) {
        return evaluate<Rule>(std::index_sequence_for<A...>{}, detail::NoParameter{}, lift(x)...);
    }
    template <class Rule, class P, class... A> static Dual apply_with(const P& parameter, const A&... x) {
        return evaluate<Rule>(std::index_sequence_for<A...>{}, parameter, lift(x)...);
    }

private:
    template <class A> static decltype(auto) lift(const A& x) {
        if constexpr (std::same_as<A, Dual>)
            return (x);
        else
            return Dual(x);
    }
    template <class Rule, class P, std::size_t... I, std::same_as<Dual>... A>
    static Dual evaluate(std::index_sequence<I...>, const P& p, const A&... x) {
        if constexpr (sizeof...(A) == 1 && detail::Shares<Rule, T>) {
            return with_shared<Rule>(x...);
        } else {
            Dual result(T(detail::value_of<Rule>(p, x.value_...)));
            if constexpr (!detail::Flat<Rule>)
                (result.template contribute<Rule, static_cast<int>(I)>(p, x, x.value_...), ...);
            return result;
        }
    }
    template <class Rule> static Dual with_shared(const Dual& x) {
        if (!x.moves()) return Dual(T(Rule::value(x.value_)));
        const auto shared = Rule::shared(x.value_);
        Dual result(T(Rule::value(x.value_, shared)));
        result.add(Rule::template partial<0>(x.value_, result.value_, shared), x);
        return result;
    }
    template <class Rule, int I, class P, class... X>
    void contribute(const P& p, const Dual& argument, const X&... x) {
        if (!argument.moves()) return;
        if constexpr (detail::Chooses<Rule, P, X...>) {
            if (detail::takes<Rule, I>(p, x...)) add(rules::One{}, argument);
        } else {
            add(detail::partial_of<Rule, I>(p, value_, x...), argument);
        }
    }

    T value_{};
    std::array<T, std::size_t{N}> tangents_{};
};

}  // namespace wengert

template <class T, int N> struct std::numeric_limits<wengert::Dual<T, N>>
    : wengert::detail::Limits<wengert::Dual<T, N>> {};
