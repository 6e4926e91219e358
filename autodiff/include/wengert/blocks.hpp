// Functions of many numbers, each one result on the tape: dot, sum, norm2, log_sum_exp, and softmax on top.
// They take spans of any scalar, and variables by reference; where a dozen Values or more lie in order of
// their making (as variables() gives them, or a loop that fills an array), their partials are stored densely,
// 8 bytes each instead of 12, and swept by a vector loop.
#pragma once

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include <wengert/spans.hpp>

namespace wengert {
namespace rules {

// ---- Rules of one range: value(x), and partial(x_i, y) or value_and_partials(x, where those go) ----

namespace detail {
using wengert::detail::ElementOf, wengert::detail::make_at;

/// Sums term(0) ... term(n - 1), many of them in eight lanes: the same order for every scalar, and one that
/// vectorises.
template <class T, class F> WENGERT_INLINE T sum_in_lanes(std::size_t n, const F& term) {
    constexpr std::size_t lanes = 8;
    if (n < wengert::detail::few) {
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
/// The largest of the plain numbers term(0) ... term(n - 1), n > 0, or a NaN; in lanes too.
template <class F> WENGERT_INLINE auto largest_in_lanes(std::size_t n, const F& term) {
    constexpr std::size_t lanes = 8;
    const auto larger = [](const auto& a, const auto& b) { return a < b || b != b ? b : a; };
    std::array<decltype(term(0)), lanes> most;
    most.fill(term(0));
    std::size_t k = 0;
    for (; k + lanes <= n; k += lanes)
        for (std::size_t j = 0; j < lanes; ++j) most[j] = larger(most[j], term(k + j));
    for (; k < n; ++k) most[0] = larger(most[0], term(k));
    if (n >= lanes)
        for (std::size_t j = 1; j < lanes; ++j) most[0] = larger(most[0], most[j]);
    return most[0];
}
// Which number is the largest, or a NaN; the first of equals.
template <class X> std::size_t largest(const X& x) {
    const auto m = largest_in_lanes(x.size(), [&](std::size_t k) { return primal(x[k]); });
    std::size_t at = 0;
    while (primal(x[at]) != m && !(m != m && x[at] != x[at])) ++at;
    return at;
}
}  // namespace detail

struct Sum {
    static constexpr std::string_view name = "sum";
    template <class X> static auto value(const X& x) {
        using T = detail::ElementOf<X>;
        return detail::sum_in_lanes<T>(x.size(), [&](std::size_t k) -> const T& { return x[k]; });
    }
    template <class T> static One partial(const T&, const T&) { return {}; }
};
/// sqrt(sum x_i^2), scaled where the squares leave the range. At 0 the partials are 0, the middle of the
/// kink.
struct Norm2 {
    static constexpr std::string_view name = "norm2";
    template <class X> static auto value(const X& x) {
        using T = detail::ElementOf<X>;
        using std::abs, std::sqrt;
        if (x.size() == 0) return T(0);
        const auto m = detail::largest_in_lanes(x.size(), [&](std::size_t k) { return abs(primal(x[k])); });
        if ((m > 1e-15 && m < 1e15) || !(m > 0) || m == infinity)
            return T(sqrt(detail::sum_in_lanes<T>(x.size(), [&](std::size_t k) { return T(x[k] * x[k]); })));
        const T scale(m);
        return T(scale * sqrt(detail::sum_in_lanes<T>(x.size(), [&](std::size_t k) -> T {
                     const T v = x[k] / scale;
                     return v * v;
                 })));
    }
    template <class T> static T partial(const T& x, const T& y) {
        return select(y == T(0), T(0), T(x / select(y == T(0), T(1), y)));
    }
};
/// log(sum exp(x_i)) - less = (m - less) + log1p(expm1(x_j - m) + sum over the others exp(x_i - m)), where m
/// is the number of the largest, x_j: nothing overflows, and where less is m, what is left keeps its digits.
/// partial: softmax_i.
struct LogSumExp {
    static constexpr std::string_view name = "log_sum_exp";
    template <class X, class T = detail::ElementOf<X>> static T value(const X& x, const T& less = T(0)) {
        if (x.size() == 0) return T(-infinity);
        const std::size_t j = detail::largest(x);
        const T m(primal(x[j]));
        return m - less + log1p(detail::sum_in_lanes<T>(x.size(), [&](std::size_t k) -> T {
                   return k == j ? excess(x[j], m) : infinite(m) ? T(x[k] == m) : exp_difference(x[k], m);
               }));
    }
    template <class X, class T> static T value_and_partials(const X& x, T* p, const T& less = T(0)) {
        const std::size_t n = x.size(), j = detail::largest(x);
        const T m(primal(x[j]));
        powers(x, m, p);
        const T power = std::exchange(p[j], excess(x[j], m));
        const T others = detail::sum_in_lanes<T>(n, [p](std::size_t k) -> const T& { return p[k]; });
        p[j] = power;
        const T scale = T(1) / (T(1) + others);
        for (std::size_t k = 0; k < n; ++k) p[k] *= scale;
        return m - less + log1p(others);
    }

private:
    template <class T> static bool infinite(const T& m) { return m == T(infinity) || m == T(-infinity); }
    template <class T> static T excess(const T& x, const T& m) {
        return infinite(m) ? T(0) : T(expm1(x - m));
    }
    // exp(x_k - m); infinite ones have equal shares. Calls first, then a vector loop.
    template <class X, class T> static void powers(const X& x, const T& m, T* p) {
        const std::size_t n = x.size();
        if (infinite(m)) {
            for (std::size_t k = 0; k < n; ++k) detail::make_at(p + k, T(x[k] == m));
            return;
        }
        for (std::size_t k = 0; k < n; ++k) detail::make_at(p + k, T(exp(x[k] - m)));
        for (std::size_t k = 0; k < n; ++k) p[k] = exp_difference(x[k], m, p[k]);
    }
};

using AllOfSpans = List<Sum, Norm2, LogSumExp>;

}  // namespace rules

namespace detail {

// The value of a rule of one range, and its partials, which are made at p.
template <class Rule, class X, class S, class... P>
S value_and_partials(const X& x, S* p, const P&... parameters) {
    if constexpr (requires { Rule::value_and_partials(x, p, parameters...); }) {
        return Rule::value_and_partials(x, p, parameters...);
    } else {
        const S y = Rule::value(x, parameters...);
        for (std::size_t k = 0; k < x.size(); ++k) make_at(p + k, as<S>(Rule::partial(x[k], y)));
        return y;
    }
}

// The same of Values, on their tape. The partials are made there; those of operands out of order above the
// edges that they become.
template <class Rule, class S, class X, class... P> Reverse<S> record_range(const X& x, const P&... p) {
    Tape<S>& t = tape<S>;
    if (!x.active() || t.paused()) return Reverse<S>(Rule::value(x, p...));
    x.validate(t);
    const std::size_t n = x.size();
    t.need(Tape<S>::block_edges(n) + n + 1, 1);
    // To compute numbers that are recorded themselves may fail, so these go on the tape afterwards, as edges.
    if (std::is_floating_point_v<S> && lies_in_order(x)) {
        const Id to = t.variable();
        return Reverse<S>(value_and_partials<Rule>(x, t.block(to, x.id(0), n), p...), to);
    }
    S* const partials = t.numbers_above(n);
    const S y = value_and_partials<Rule>(x, partials, p...);
    typename Tape<S>::Run run(t);
    for (std::size_t k = 0; k < n; ++k) run.edge(partials[k], x.read(k));
    return Reverse<S>(y, run.result());
}

// A rule of one range, and its parameters p, for every scalar.
template <class Rule, class X, class... P> auto apply_to_range(const X& x, const P&... p) {
    using T = ElementOf<X>;
    if constexpr (IsReverse<T>::value) {
        using S = typename T::Inner;
        return record_range<Rule, S>(examined<S>(x), S(p)...);
    } else if constexpr (IsDual<T>::value) {
        using S = typename T::Inner;
        if (x.empty()) return T(Rule::value(x, T(p)...));
        std::vector<S> values, partials(x.size());
        values.reserve(x.size());
        for (const T& v : x) values.push_back(v.value());
        T y(value_and_partials<Rule>(values, partials.data(), S(p)...));
        for (std::size_t k = 0; k < x.size(); ++k)
            if (x[k].moves()) y.add(partials[k], x[k]);
        return y;
    } else {
        return Rule::value(x, T(p)...);
    }
}

}  // namespace detail

/// sum_i x_i, over a vector, array, span or VariableSpan; 0 of none. Cost: one result, one partial per
/// number.
template <detail::Range C> auto sum(const C& x) {
    return detail::apply_to_range<rules::Sum>(detail::as_range(x));
}
/// The Euclidean norm, sqrt(sum_i x_i^2), for any range of numbers; at 0 its gradient is taken as 0.
template <detail::Range C> auto norm2(const C& x) {
    return detail::apply_to_range<rules::Norm2>(detail::as_range(x));
}
/// log(sum_i exp(x_i)) - less for a plain number `less`; -infinity of none. Nothing overflows, and nothing is
/// lost where `less` is near the largest x: the cross-entropy of logits y with the class k is, to its last
/// digits,
///
///     const double y_k = primal(y[k]);
///     Value loss = log_sum_exp(y, y_k) - (y[k] - y_k);
///
/// Cost: one result, one partial per number, one exponential per number for both.
template <detail::Range C> auto log_sum_exp(const C& x, const PlainOf<detail::ElementOf<C>>& less = 0) {
    return detail::apply_to_range<rules::LogSumExp>(detail::as_range(x), less);
}

namespace detail {
// The largest number m of x, and log_sum_exp(x) - m.
template <class C> auto total_above_largest(const C& x) {
    using T = ElementOf<C>;
    struct {
        PlainOf<T> largest = 0;
        T total = 0;
    } result;
    if (x.size() == 0) return result;
    const auto m = primal(x[rules::detail::largest(as_span(x))]);
    if (std::isfinite(m)) result.largest = m;
    result.total = log_sum_exp(x, result.largest);
    return result;
}
}  // namespace detail

/// log softmax_i = x_i - log_sum_exp(x), to its last digits near 0 too.
template <detail::Numbers C> auto log_softmax(const C& x) {
    const auto [largest, total] = detail::total_above_largest(x);
    std::vector<detail::ElementOf<C>> result;
    result.reserve(x.size());
    for (const auto& v : x) result.push_back(v - largest - total);
    return result;
}
/// softmax_i = exp(x_i) / sum_j exp(x_j): nothing overflows.
template <detail::Numbers C> auto softmax(const C& x) {
    using std::exp;
    const auto [largest, total] = detail::total_above_largest(x);
    const detail::ElementOf<C> scale = exp(-total);
    std::vector<detail::ElementOf<C>> result;
    result.reserve(x.size());
    for (const auto& v : x) result.push_back(exp(v - largest) * scale);
    return result;
}

}  // namespace wengert
