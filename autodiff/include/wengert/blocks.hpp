// Functions of many numbers, each one result on the tape: dot, sum, norm2, log_sum_exp, and softmax on top.
// They take spans of any scalar; where Values lie in order of their making (as variables() gives them, or a
// loop that fills an array), their partials are stored densely, 8 bytes each instead of 12, and swept by a
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

// ---- Rules of one span: value(x) and partial(x_i, y), or shared(x), value(x, s) and partial(i, s) ----

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
// Which number is the largest, or a NaN; the first of equals.
template <class T> std::size_t largest(std::span<const T> x) {
    std::size_t at = 0;
    for (std::size_t k = 1; k < x.size(); ++k)
        if (x[at] < x[k] || x[k] != x[k]) at = k;
    return at;
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
/// log(sum exp(x_i)) - less = (m - less) + log1p(expm1(x_j - m) + sum over the others exp(x_i - m)), where m
/// is the number of the largest, x_j: nothing overflows, and where less is m, what is left keeps its digits.
/// partial: softmax_i.
struct LogSumExp {
    static constexpr std::string_view name = "log_sum_exp";
    template <class T> struct Shared {
        T largest, others;      // m; expm1(x_j - m) + sum over the others exp(x_i - m)
        std::vector<T> powers;  // exp(x_i - m)
    };
    template <class T> static Shared<T> shared(std::span<const T> x) {
        Shared<T> s{};
        if (x.empty()) return s;
        const std::size_t j = detail::largest(x);
        s.largest = T(primal(x[j]));
        s.powers.reserve(x.size());
        for (const T& v : x) s.powers.push_back(power(v, s.largest));
        s.others = detail::sum_in_lanes<T>(
            x.size(), [&](std::size_t k) -> T { return k == j ? excess(x[j], s.largest) : s.powers[k]; });
        return s;
    }
    template <class T> static T value(std::span<const T> x, const Shared<T>& s, const T& less = T(0)) {
        return x.empty() ? T(-infinity) : T(s.largest - less + log1p(s.others));
    }
    template <class T> static T value(std::span<const T> x, const T& less = T(0)) {
        if (x.empty()) return T(-infinity);
        const std::size_t j = detail::largest(x);
        const T m = T(primal(x[j]));
        return m - less + log1p(detail::sum_in_lanes<T>(x.size(), [&](std::size_t k) -> T {
                   return k == j ? excess(x[j], m) : power(x[k], m);
               }));
    }
    template <class T> static T partial(std::size_t k, const Shared<T>& s) {
        return s.powers[k] / (T(1) + s.others);
    }

private:
    template <class T> static bool infinite(const T& m) { return m == T(infinity) || m == T(-infinity); }
    template <class T> static T power(const T& x, const T& m) {  // infinite ones have equal shares
        return infinite(m) ? T(x == m) : T(exp_difference(x, m));
    }
    template <class T> static T excess(const T& x, const T& m) {
        return infinite(m) ? T(0) : T(expm1(x - m));
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
    explicit Consecutive(Id first) : first_(first), step_(first != 0), gap_(first & open_bit) {}
    WENGERT_INLINE void look(Id id, std::size_t k) {
        gap_ |= id ^ (first_ + step_ * k);
        any_ |= id;
    }
    bool any() const { return any_ != 0; }
    bool holds() const { return gap_ == 0; }

private:
    Id first_, step_, gap_, any_ = 0;
};

// Throws Error unless id(0) ... id(n - 1), where active, are of values recorded now; values of one epoch live
// and die together.
template <class S, class F> void validate_operands(const Tape<S>& t, std::size_t n, const F& id) {
    Id seen = t.last();
    for (std::size_t k = 0; k < n; ++k)
        if (id(k) != 0 && !same_epoch(id(k), seen)) t.validate(seen = id(k), "an operation");
}

// The value and the partials of a rule of one span, at numbers that must stay.
template <class Rule, class S> class AtNumbers {
public:
    template <class... P> explicit AtNumbers(std::span<const S> x, const P&... p)
        : x_(x), shared_(share(x)), value_(compute(p...)) {}
    const S& value() const { return value_; }
    WENGERT_INLINE decltype(auto) partial(std::size_t k) const {
        if constexpr (shares)
            return Rule::partial(k, shared_);
        else
            return Rule::partial(x_[k], value_);
    }

private:
    static constexpr bool shares = requires(std::span<const S> x) { Rule::shared(x); };
    static auto share(std::span<const S> x) {
        if constexpr (shares)
            return Rule::shared(x);
        else
            return Nothing{};
    }
    template <class... P> S compute(const P&... p) const {
        if constexpr (shares)
            return Rule::template value<S>(x_, shared_, p...);
        else
            return Rule::template value<S>(x_, p...);
    }

    std::span<const S> x_;
    decltype(share({})) shared_;
    S value_;
};

// A rule of one span, and its parameters p, for every scalar.
template <class Rule, class T, class... P> T apply_to_span(std::span<const T> x, const P&... p) {
    if constexpr (IsReverse<T>::value) {
        using S = typename T::Inner;
        std::vector<S> values;
        values.reserve(x.size());
        Consecutive c(x.empty() ? 0 : x[0].id());
        for (std::size_t k = 0; k < x.size(); ++k) {
            values.push_back(x[k].value());
            c.look(x[k].id(), k);
        }
        Tape<S>& t = tape<S>;
        if (!c.any() || t.paused()) return T(Rule::template value<S>(values, S(p)...));
        validate_operands(t, c.holds() ? 1 : x.size(), [&](std::size_t k) { return x[k].id(); });
        const AtNumbers<Rule, S> at(values, S(p)...);
        t.need(Tape<S>::block_edges(x.size()) + x.size() + 1, 1);
        Id to;
        if (c.holds()) {
            to = t.variable();
            S* const partials = t.block(to, x[0].id(), x.size());
            for (std::size_t k = 0; k < x.size(); ++k) make_at(partials + k, as<S>(at.partial(k)));
        } else {
            typename Tape<S>::Run run(t);
            for (std::size_t k = 0; k < x.size(); ++k) run.edge(as<S>(at.partial(k)), x[k].read());
            to = run.result();
        }
        return T(at.value(), to);
    } else if constexpr (IsDual<T>::value) {
        using S = typename T::Inner;
        std::vector<S> values;
        values.reserve(x.size());
        for (const T& v : x) values.push_back(v.value());
        const AtNumbers<Rule, S> at(values, S(p)...);
        T y(at.value());
        for (std::size_t k = 0; k < x.size(); ++k)
            if (x[k].moves()) y.add(at.partial(k), x[k]);
        return y;
    } else {
        return Rule::template value<T>(x, T(p)...);
    }
}

template <class C> using ElementOf = std::remove_cvref_t<decltype(std::declval<const C&>()[0])>;
template <class C> concept Numbers = requires(const C& c) { c.data(), c.size(); }
&&Operand<ElementOf<C>> && !std::integral<ElementOf<C>>;
[[noreturn]] void not_side_by_side();
template <Numbers C> auto as_span(const C& c) {
    if constexpr (requires { c.innerStride(), c.outerStride(), c.innerSize(); }) {  // Eigen's
        const bool strided = c.innerStride() != 1 && c.size() > 1;
        if (strided || (c.outerStride() != c.innerSize() && c.outerSize() > 1)) not_side_by_side();
    }
    return std::span<const ElementOf<C>>(c.data(), static_cast<std::size_t>(c.size()));
}

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
/// log(sum_i exp(x_i)) - less for a plain number `less`; -infinity of none. Nothing overflows, and nothing is
/// lost where `less` is near the largest x: the cross-entropy of logits y with the class k is, to its last
/// digits,
///
///     const double y_k = primal(y[k]);
///     Value loss = log_sum_exp(y, y_k) - (y[k] - y_k);
///
/// Cost: one result, one partial per number, one exponential per number for both.
template <detail::Numbers C> auto log_sum_exp(const C& x, const PlainOf<detail::ElementOf<C>>& less = 0) {
    return detail::apply_to_span<rules::LogSumExp>(detail::as_span(x), less);
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
