// Forward mode: a number and its N tangents, computed side by side from the same rules.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include <wengert/scalar.hpp>

namespace wengert {

namespace detail {

/// n numbers that lie side by side, for one instruction.
template <class T, std::size_t n> struct Pack { using type [[gnu::vector_size(n * sizeof(T))]] = T; };
template <class T> struct Pack<T, 1> { using type = T; };

}  // namespace detail

/// value + sum_i tangent_i epsilon_i with epsilon_i epsilon_j = 0: what a function does to value and
/// direction at once.
///
///     const Dual<double> x(0.5, 1.0);            // x, and dx/dx = 1
///     const Dual<double> y = x * exp(-x * x);
///     y.value();  y.tangent();                   // f(0.5) and f'(0.5)
///
/// T is any Scalar: Dual<Dual<double>> gives second derivatives, Dual<Value> differentiates gradients. N
/// tangents at once cost one evaluation of each partial. A tangent that is exactly 0 contributes exactly 0,
/// whatever the partial. Size: (1 + N) sizeof(T); where the tangents fill cache lines of 64 bytes, they lie
/// on them, and the value takes one of its own. Source: Griewank & Walther, Evaluating Derivatives, ch. 3.1.
template <class T = double, int N = 1> class Dual {
    static_assert(N >= 1, "a Dual carries at least one tangent");
    // Plain tangents are computed pack by pack: the largest power of 2 that divides N, or what a register
    // holds.
    static constexpr bool in_packs = std::same_as<T, double> || std::same_as<T, float>;
    static constexpr std::size_t register_holds = __BIGGEST_ALIGNMENT__ / sizeof(T), divides = N & -N;
    static constexpr std::size_t step = !in_packs ? 1 : divides < register_holds ? divides : register_holds;
    using Pack = typename detail::Pack<T, step>::type;

public:
    using WengertNumber = Dual;
    using Inner = T;
    static constexpr int directions = N;

    constexpr Dual() = default;
    constexpr Dual(const T& value) : value_(value) {}
    template <class A>
        requires detail::Below<A, T>
    constexpr Dual(const A& value) : value_(static_cast<T>(value)) {}
    constexpr Dual(const T& value, const T& tangent) requires(N == 1) : tangents_{tangent}, value_(value) {}
    constexpr Dual(const T& value, const std::array<T, std::size_t{N}>& tangents) requires(N > 1)
        : tangents_(tangents), value_(value) {}
    // Pack by pack: a trivial copy would read in other pieces than were just written, which takes longer
    // than to compute them.
    WENGERT_INLINE constexpr Dual(const Dual& o) : value_(o.value_) { copy(o); }
    WENGERT_INLINE constexpr Dual& operator=(const Dual& o) {
        value_ = o.value_;
        copy(o);
        return *this;
    }

    /// x as the independent variable of direction i.
    static constexpr Dual variable(const T& x, std::size_t i = 0) {
        Dual result(x);
        result.mark(i);
        return result;
    }

    constexpr const T& value() const { return value_; }
    constexpr explicit operator bool() const { return static_cast<bool>(value_); }
    /// A plain 0 is +0.
    constexpr std::conditional_t<in_packs, T, const T&> tangent(std::size_t i = 0) const {
        if constexpr (in_packs)
            return tangents_[i] + T(0);
        else
            return tangents_[i];
    }
    /// As they are: a 0 may have either sign.
    constexpr const std::array<T, std::size_t{N}>& tangents() const { return tangents_; }

    template <class A> WENGERT_INLINE Dual& operator+=(const A& x) { return *this = *this + x; }
    template <class A> WENGERT_INLINE Dual& operator-=(const A& x) { return *this = *this - x; }
    template <class A> WENGERT_INLINE Dual& operator*=(const A& x) { return *this = *this * x; }
    template <class A> WENGERT_INLINE Dual& operator/=(const A& x) { return *this = *this / x; }

    /// Whether any tangent is more than an exact 0.
    bool moves() const {
        bool moves = false;
        for (const T& t : tangents_) moves = moves || !detail::exactly_zero(t);
        return moves;
    }
    /// Adds partial times the tangents of an argument; nothing where that is exactly 0.
    template <class Partial> WENGERT_INLINE void add(const Partial& partial, const Dual& argument) {
        add(partial, argument, is_finite(partial));
    }

    bool exactly_zero() const { return detail::exactly_zero(value_) && !moves(); }

    template <class Rule, class... A> WENGERT_INLINE static Dual apply(const A&... x) {
        return evaluate<Rule>(std::index_sequence_for<A...>{}, detail::NoParameter{}, operand(x)...);
    }
    template <class Rule, class P, class... A>
    WENGERT_INLINE static Dual apply_with(const P& parameter, const A&... x) {
        return evaluate<Rule>(std::index_sequence_for<A...>{}, parameter, operand(x)...);
    }

private:
    // A Dual, or a T: a constant, for which no tangents are made.
    template <class A> WENGERT_INLINE static decltype(auto) operand(const A& x) {
        if constexpr (std::same_as<A, Dual> || std::same_as<A, T>)
            return (x);
        else
            return static_cast<T>(x);
    }
    WENGERT_INLINE static const T& value_of(const Dual& x) { return x.value_; }
    WENGERT_INLINE static const T& value_of(const T& x) { return x; }

    template <class Rule, class P, std::size_t... I, class... A>
    WENGERT_INLINE static Dual evaluate(std::index_sequence<I...>, const P& p, const A&... x) {
        if constexpr (sizeof...(A) == 1 && detail::Shares<Rule, T>) {
            return with_shared<Rule>(x...);
        } else {
            Dual result(T(detail::value_of<Rule>(p, value_of(x)...)));
            if constexpr (!detail::Flat<Rule>) {
                constexpr bool product = std::same_as<Rule, rules::Mul> && (std::same_as<A, Dual> && ...);
                result.start();
                (result.template contribute<Rule, product, static_cast<int>(I)>(p, x, value_of(x)...), ...);
            }
            return result;
        }
    }
    template <class Rule> WENGERT_INLINE static Dual with_shared(const Dual& x) {
        if (!in_packs && !x.moves()) return Dual(T(Rule::value(x.value_)));
        const auto shared = Rule::shared(x.value_);
        Dual result(T(Rule::value(x.value_, shared)));
        result.set(Rule::template partial<0>(x.value_, result.value_, shared), x);
        return result;
    }
    template <class Rule, bool product, int I, class P, class... X>
    WENGERT_INLINE void contribute(const P& p, const Dual& argument, const X&... x) {
        if constexpr (detail::Chooses<Rule, P, X...>) {
            if (detail::takes<Rule, I>(p, x...)) add(rules::One{}, argument);
        } else {
            // A plain partial is computed sooner than this is asked, but for pow and its like.
            constexpr bool costly = sizeof...(X) > 1 && !std::same_as<Rule, rules::Div> &&
                                    std::same_as<T, decltype(detail::partial_of<Rule, I>(p, value_, x...))>;
            if ((costly || !in_packs) && !argument.moves()) return;
            decltype(auto) partial = detail::partial_of<Rule, I>(p, value_, x...);
            if constexpr (sizeof...(X) == 1)
                set(partial, argument);
            else if constexpr (product)  // only finite factors have a finite one: one question for both
                add(partial, argument, is_finite(value_));
            else
                add(partial, argument);
        }
    }
    template <class Rule, bool product, int I, class P, class... X>
    WENGERT_INLINE void contribute(const P&, const T&, const X&...) {}

    // Where the partial is finite, its product with 0 is 0.
    template <class Partial>
    WENGERT_INLINE void add(const Partial& partial, const Dual& argument, [[maybe_unused]] bool finite) {
        if constexpr (in_packs) {
            fill([&](std::size_t k) WENGERT_INLINE_LAMBDA -> Pack {
                const Pack t = argument.pack(k);
                if (finite) [[likely]]
                    return pack(k) + detail::times(partial, t);
                return pack(k) + (t == T(0) ? Pack{} : Pack(detail::times(partial, t)));
            });
        } else {
            for (std::size_t k = 0; k < N; ++k) {
                const T& t = argument.tangents_[k];
                if (N == 1 || !detail::exactly_zero(t))  // a single one moves: asked before
                    tangents_[k] += detail::times(partial, t);
            }
        }
    }
    // The only term that there is.
    template <class Partial> WENGERT_INLINE void set(const Partial& partial, const Dual& argument) {
        if constexpr (in_packs) {
            const bool finite = is_finite(partial);
            fill([&](std::size_t k) WENGERT_INLINE_LAMBDA -> Pack {
                const Pack t = argument.pack(k);
                Pack product = detail::times(partial, t);
                if (!finite) [[unlikely]]
                    product = t == T(0) ? Pack{} : product;
                return product;
            });
        } else {
            add(partial, argument);
        }
    }
    // By its bits: the units that add and multiply have enough to do.
    template <class Partial> WENGERT_INLINE static bool is_finite([[maybe_unused]] const Partial& partial) {
        if constexpr (in_packs && Arithmetic<Partial>) {
            using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
            constexpr Bits infinity = std::bit_cast<Bits>(std::numeric_limits<T>::infinity()) << 1;
            return std::bit_cast<Bits>(static_cast<T>(partial)) << 1 < infinity;
        } else {
            return true;  // One or MinusOne
        }
    }

    // ---- Plain tangents, by packs ----

    WENGERT_INLINE Pack pack(std::size_t k) const {
        Pack numbers;
        std::memcpy(&numbers, &tangents_[k], sizeof numbers);
        return numbers;
    }
    template <class F> WENGERT_INLINE void fill(const F& pack_from) {
        for (std::size_t k = 0; k < N; k += step) {
            const Pack numbers = pack_from(k);
            std::memcpy(&tangents_[k], &numbers, sizeof numbers);
        }
    }
    WENGERT_INLINE constexpr void copy(const Dual& o) {
        if constexpr (in_packs) {
            if (!std::is_constant_evaluated())
                return fill([&o](std::size_t k) WENGERT_INLINE_LAMBDA { return o.pack(k); });
        }
        tangents_ = o.tangents_;
    }
    // Sums start at -0: -0 + x is x for every x, and the compiler leaves it out. 0 + -0 is 0.
    WENGERT_INLINE void start() {
        if constexpr (in_packs) fill([](std::size_t) WENGERT_INLINE_LAMBDA { return -Pack{}; });
    }
    // 1 at i. Written by itself it would be read back slowly, so whole packs are written.
    WENGERT_INLINE constexpr void mark(std::size_t i) {
        if constexpr (in_packs) {
            if (!std::is_constant_evaluated())
                return fill([i](std::size_t k) WENGERT_INLINE_LAMBDA { return unit(i, k); });
        }
        tangents_[i] = T(1);
    }
    WENGERT_INLINE static Pack unit(std::size_t i, std::size_t k) {
        const T at = static_cast<T>(i) - static_cast<T>(k);
        return [at]<std::size_t... J>(std::index_sequence<J...>) WENGERT_INLINE_LAMBDA->Pack {
            return Pack{T(J)...} == at ? Pack{} + T(1) : Pack{};
        }
        (std::make_index_sequence<step>{});
    }
    static constexpr bool fills_lines = N * sizeof(T) % 64 == 0;
    alignas(fills_lines ? 64 : alignof(T)) std::array<T, std::size_t{N}> tangents_{};
    T value_{};
};

}  // namespace wengert

template <class T, int N> struct std::numeric_limits<wengert::Dual<T, N>>
    : wengert::detail::Limits<wengert::Dual<T, N>> {};
