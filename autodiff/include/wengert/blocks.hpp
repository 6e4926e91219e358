// Functions of many numbers, each one result on the tape: dot, sum, norm2, log_sum_exp, and softmax on top.
// They take spans of any scalar; where Values lie in order of their making (as variables() gives them, or a
// loop that fills an array), their partials are stored densely, 8 bytes each instead of 16, and swept by a
// vector loop.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include <wengert/dual.hpp>
#include <wengert/value.hpp>

namespace wengert {
namespace rules {

// ---- Rules of one span: value(x) and partial(x_i, y) ----

namespace detail {
/// Sums term(0) ... term(n - 1) in eight lanes: the same order for every scalar, and one that vectorises.
template <class T, class F> WENGERT_INLINE T sum_in_lanes(std::size_t n, const F& term) {
    constexpr std::size_t lanes = 8;
    if (n < lanes) {
        T total(0);
        for (std::size_t k = 0; k < n; ++k) total += term(k);
        return total;
    }
    std::array<T, lanes> sums{};
    std::size_t k = 0;
    for (; k + lanes <= n; k += lanes)
        for (std::size_t j = 0; j < lanes; ++j) sums[j] += term(k + j);
    for (std::size_t j = 0; k + j < n; ++j) sums[j] += term(k + j);
    for (std::size_t half = lanes / 2; half > 0; half /= 2)
        for (std::size_t j = 0; j < half; ++j) sums[j] += sums[j + half];
    return sums[0];
}
template <class T> T largest(std::span<const T> x) {
    T m = x[0];
    for (const T& v : x.subspan(1)) m = select(m < v || v != v, v, m);
    return m;
}
}  // namespace detail

struct Sum {
    static constexpr std::string_view name = "sum";
    template <class T> static T value(std::span<const T> x) {
        return detail::sum_in_lanes<T>(x.size(), [&](std::size_t k) -> const T& { return x[k]; });
    }
    template <class T> static One partial(const T&, const T&) { return {}; }
};
/// sqrt(sum x_i^2), scaled where the squares leave the range. At 0 the partials are 0, the middle of the
/// kink.
struct Norm2 {
    static constexpr std::string_view name = "norm2";
    template <class T> static T value(std::span<const T> x) {
        if (x.empty()) return T(0);
        T m(0);
        for (const T& v : x) {
            const T a = abs(v);
            m = select(m < a || a != a, a, m);
        }
        const bool plain = (m > T(1e-15) && m < T(1e15)) || !(m > T(0)) || m == T(infinity);
        const T scale = select(plain, T(1), m);
        return scale * sqrt(detail::sum_in_lanes<T>(x.size(), [&](std::size_t k) -> T {
                   const T v = x[k] / scale;
                   return v * v;
               }));
    }
    template <class T> static T partial(const T& x, const T& y) {
        return select(y == T(0), T(0), T(x / select(y == T(0), T(1), y)));
    }
};
/// log(sum exp(x_i)) = m + log(sum exp(x_i - m)), m the largest. partial: softmax_i, to |y| u of itself.
struct LogSumExp {
    static constexpr std::string_view name = "log_sum_exp";
    template <class T> static T value(std::span<const T> x) {
        if (x.empty()) return T(-infinity);
        const T m = detail::largest(x);
        if (m == T(infinity) || m == T(-infinity)) return m;
        return m + log(detail::sum_in_lanes<T>(x.size(), [&](std::size_t k) -> T { return exp(x[k] - m); }));
    }
    template <class T> static T partial(const T& x, const T& y) {
        const bool infinite = x == T(infinity) || x == T(-infinity);
        return select(infinite && x == y, T(1), T(exp(x - y)));
    }
};

using AllOfSpans = List<Sum, Norm2, LogSumExp>;

}  // namespace rules

namespace detail {

template <class T> struct IsReverse : std::false_type {};
template <class S> struct IsReverse<Reverse<S>> : std::true_type {};
template <class T> struct IsDual : std::false_type {};
template <class T, int N> struct IsDual<Dual<T, N>> : std::true_type {};

// Whether Values lie at consecutive indices, none of them open to +=; looks at each once.
class Consecutive {
public:
    explicit Consecutive(Id first) : first_(first), step_(first != 0) {}
    WENGERT_INLINE void look(Id id, std::size_t k) {
        gap_ |= id ^ (first_ + step_ * k);
        any_ |= id;
    }
    bool any() const { return any_ != 0; }
    bool holds() const { return gap_ == 0 && (first_ & open_bit) == 0; }
    Id first() const { return first_; }

private:
    Id first_, step_, gap_ = 0, any_ = 0;
};

template <class S> WENGERT_INLINE void validate_block(Tape<S>& t, Id first) {
    if (((first ^ t.last()) >> 33) != 0) t.validate(first, "an operation");
}

// Records the arguments of `to` on one side: x, with the partials partial(k).
template <class S, class F> WENGERT_INLINE void record_side(Tape<S>& t, Id to, std::span<const Reverse<S>> x,
                                                            const Consecutive& c, const F& partial) {
    if (!c.any()) return;
    if (c.holds()) {
        validate_block(t, c.first());
        S* const p = t.block(to, c.first(), x.size());
        for (std::size_t k = 0; k < x.size(); ++k) make_at(p + k, as<S>(partial(k)));
    } else {
        for (std::size_t k = 0; k < x.size(); ++k) t.edge(as<S>(partial(k)), x[k].use(), to);
    }
}

// A rule of one span, for every scalar.
template <class Rule, class T> T apply_to_span(std::span<const T> x) {
    if constexpr (IsReverse<T>::value) {
        using S = typename T::Inner;
        if (x.empty()) return T(Rule::template value<S>({}));
        std::vector<S> values;
        values.reserve(x.size());
        Consecutive c(x[0].id());
        for (std::size_t k = 0; k < x.size(); ++k) {
            values.push_back(x[k].value());
            c.look(x[k].id(), k);
        }
        const S y = Rule::template value<S>(values);
        Tape<S>& t = tape<S>;
        if (!c.any() || t.paused()) return T(y);
        const Id to = t.variable();
        t.need(x.size() + 4);
        record_side<S>(t, to, x, c,
                       [&](std::size_t k) -> decltype(auto) { return Rule::partial(values[k], y); });
        return T(y, to);
    } else if constexpr (IsDual<T>::value) {
        using S = typename T::Inner;
        std::vector<S> values;
        values.reserve(x.size());
        for (const T& v : x) values.push_back(v.value());
        T y(Rule::template value<S>(values));
        for (std::size_t k = 0; k < x.size(); ++k)
            if (x[k].moves()) y.add(Rule::partial(values[k], y.value()), x[k]);
        return y;
    } else {
        return Rule::template value<T>(x);
    }
}

template <class C> using ElementOf = std::remove_cvref_t<decltype(std::declval<const C&>()[0])>;
template <class C> concept Numbers = requires(const C& c) { c.data(), c.size(); }
&&Operand<ElementOf<C>>;
template <Numbers C> auto as_span(const C& c) { return std::span<const ElementOf<C>>(c.data(), c.size()); }

[[noreturn]] void unequal_sizes(const char* function, std::size_t a, std::size_t b);

}  // namespace detail

/// sum_i x_i, over a vector, array or span; 0 of none. Cost: one result, one partial per number.
template <detail::Numbers C> auto sum(const C& x) {
    return detail::apply_to_span<rules::Sum>(detail::as_span(x));
}
/// The Euclidean norm, sqrt(sum_i x_i^2), for any range of numbers; at 0 its gradient is taken as 0.
template <detail::Numbers C> auto norm2(const C& x) {
    return detail::apply_to_span<rules::Norm2>(detail::as_span(x));
}
/// log(sum_i exp(x_i)), shifted by the largest so that nothing overflows; -infinity of none.
template <detail::Numbers C> auto log_sum_exp(const C& x) {
    return detail::apply_to_span<rules::LogSumExp>(detail::as_span(x));
}

/// log softmax_i = x_i - log_sum_exp(x).
template <detail::Numbers C> auto log_softmax(const C& x) {
    using T = detail::ElementOf<C>;
    const T total = log_sum_exp(x);
    std::vector<T> result;
    result.reserve(x.size());
    for (const T& v : x) result.push_back(v - total);
    return result;
}
/// softmax_i = exp(x_i) / sum_j exp(x_j), as exp of log_softmax: nothing overflows.
template <detail::Numbers C> auto softmax(const C& x) {
    auto result = log_softmax(x);
    for (auto& v : result) v = exp(v);
    return result;
}

}  // namespace wengert
