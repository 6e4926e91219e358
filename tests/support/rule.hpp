// A rule as data: its arity, its value and partials however it states them, what the referee makes of it, and
// seeded arguments over its whole range. For tests that walk rules::All.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <wengert/functions.hpp>

#include "support/referee.hpp"

namespace every_rule {

using referee::Jet, referee::Real;

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
inline constexpr double largest = std::numeric_limits<double>::max();
inline constexpr double smallest = std::numeric_limits<double>::min();
inline constexpr double least = std::numeric_limits<double>::denorm_min();

// ---- What a rule is ----

template <class Rule> inline constexpr bool has_parameter = requires { Rule::parameters; };
template <class Rule> using Parameter =
    std::conditional_t<has_parameter<Rule>, int, wengert::detail::NoParameter>;
template <class Rule> Parameter<Rule> parameter(int n) {
    if constexpr (has_parameter<Rule>)
        return n;
    else
        return {};
}
template <class Rule, class... X> concept Takes = requires(const X&... x) { Rule::value(x...); };
template <class Rule> constexpr std::size_t arity_of() {
    if constexpr (has_parameter<Rule>)
        return Takes<Rule, double, int> ? 1 : Takes<Rule, double, double, int> ? 2 : 3;
    else
        return Takes<Rule, double> ? 1 : Takes<Rule, double, double> ? 2 : 3;
}
template <class Rule> inline constexpr std::size_t arity = arity_of<Rule>();
template <class Rule, class T = double> using Arguments = std::array<T, arity<Rule>>;

template <class Rule> constexpr wengert::rules::Domain domain() {
    if constexpr (requires { Rule::domain; })
        return Rule::domain;
    else
        return {};
}

template <class Rule, class T> T value(int n, const Arguments<Rule, T>& x) {
    return std::apply(
        [&](const auto&... a) { return T(wengert::detail::value_of<Rule>(parameter<Rule>(n), a...)); }, x);
}
/// The rule as a user meets it.
template <class Rule, class T> T applied(int n, const Arguments<Rule, T>& x) {
    return std::apply(
        [&](const auto&... a) {
            if constexpr (has_parameter<Rule>)
                return T(wengert::apply_with<Rule>(n, a...));
            else
                return T(wengert::apply<Rule>(a...));
        },
        x);
}
/// dy/dx_I as the rule states it, in whichever way it does.
template <class Rule, int I> double partial(int n, const Arguments<Rule>& x) {
    const auto p = parameter<Rule>(n);
    return std::apply(
        [&](const auto&... a) -> double {
            using P = Parameter<Rule>;
            if constexpr (wengert::detail::Flat<Rule>) {
                return 0;
            } else if constexpr (wengert::detail::Chooses<Rule, P, std::remove_cvref_t<decltype(a)>...>) {
                return wengert::detail::takes<Rule, I>(p, a...) ? 1 : 0;
            } else if constexpr (arity<Rule> == 1 && wengert::detail::Shares<Rule, double>) {
                const auto s = Rule::shared(a...);
                return Rule::template partial<0>(a..., Rule::value(a..., s), s);
            } else {
                const double y = wengert::detail::value_of<Rule>(p, a...);
                return wengert::detail::partial_of<Rule, I>(p, y, a...);
            }
        },
        x);
}
template <class Rule> Arguments<Rule> partials(int n, const Arguments<Rule>& x) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return Arguments<Rule>{partial<Rule, static_cast<int>(I)>(n, x)...};
    }
    (std::make_index_sequence<arity<Rule>>{});
}

// ---- The referee ----

struct Truth {
    Real f, fi, fj, fij;
};
template <class Rule> Truth truth(int n, const Arguments<Rule>& x, std::size_t i, std::size_t j) {
    using J = Jet<Jet<Real>>;
    Arguments<Rule, J> jets;
    for (std::size_t k = 0; k < x.size(); ++k)
        jets[k] = J(Jet<Real>(Real(x[k]), Real(k == j ? 1 : 0)), Jet<Real>(Real(k == i ? 1 : 0)));
    const J y = value<Rule>(n, jets);
    return {y.v.v, y.d.v, y.v.d, y.d.d};
}
template <class Rule> Jet<Real> truth(int n, const Arguments<Rule>& x, std::size_t i) {
    Arguments<Rule, Jet<Real>> jets;
    for (std::size_t k = 0; k < x.size(); ++k) jets[k] = Jet<Real>(Real(x[k]), Real(k == i ? 1 : 0));
    return value<Rule>(n, jets);
}

/// The unit in the last place of a double near x.
inline Real unit(const Real& x) {
    if (x == 0) return Real(least);
    return ldexp(Real(1), std::max(ilogb(x) - 52, -1074));
}
/// |got - want|, beyond what is allowed, in units in the last place; past the largest double an infinity is
/// right.
inline double error_in_units(double got, const Real& want, const Real& allowed) {
    if (isnan(want)) return 0;
    if (abs(want) > largest) {
        const bool close = std::isinf(got) || std::abs(got) > largest * (1 - 0x1p-49);
        return close && std::signbit(got) == signbit(want) ? 0 : infinity;
    }
    if (std::isinf(got)) got = std::copysign(largest, got);
    if (std::isnan(got)) return infinity;
    return std::max(0.0, static_cast<double>(Real((abs(Real(got) - want) - allowed) / unit(want))));
}

// ---- Arguments ----

inline double uniform(std::mt19937_64& random, double low, double high) {
    return low + static_cast<double>(random() >> 11) * 0x1p-53 * (high - low);
}
inline double magnitude(std::mt19937_64& random, double low, double high) {
    return std::pow(10.0, uniform(random, low, high));
}

/// A number strictly inside a domain: ordinary, of any magnitude up to 1e300, near an end, or an integer.
inline double draw(std::mt19937_64& random, wengert::rules::Domain d) {
    for (;;) {
        double x = 0;
        switch (random() % 4) {
            case 0:
                x = uniform(random, std::max(d.low, -20.0), std::min(d.high, 20.0));
                break;
            case 1:
                x = magnitude(random, -300, 300);
                break;
            case 2:
                x = magnitude(random, -4, 4);
                break;
            default:
                x = std::floor(uniform(random, -8, 9));
        }
        if (random() % 2 == 0) x = -x;
        if (random() % 2 == 0 && std::isfinite(d.low)) x = d.low + std::abs(x);
        if (random() % 2 == 0 && std::isfinite(d.high)) x = d.high - std::abs(x);
        if (d.low < x && x < d.high && x != 0) return x;  // the corners are for 0
    }
}
template <class Rule> Arguments<Rule> draw(std::mt19937_64& random) {
    Arguments<Rule> x;
    x[0] = draw(random, domain<Rule>());
    for (std::size_t k = 1; k < x.size(); ++k) {
        x[k] = random() % 16 == 0 ? 0.0 : draw(random, {});
        if (random() % 2 == 0) x[k] = x[0] * uniform(random, -4, 4);  // of the first one's magnitude
    }
    return x;
}
template <class Rule> std::vector<Arguments<Rule>> thousand() {
    std::mt19937_64 random(20240607);
    std::vector<Arguments<Rule>> all;
    // Where functions saturate, and where they are at home.
    if constexpr (arity<Rule> == 1)
        for (const double x :
             {0.5, 1.0, 20.0, 40.0, 300.0, 800.0, 1e-8, 1e8, 1e78, 1e103, 1e155, 1e158, 1e-155, 1e-158})
            for (const double s : {x, -x})
                if (domain<Rule>().low < s && s < domain<Rule>().high) all.push_back({s});
    while (all.size() < 1000) all.push_back(draw<Rule>(random));
    return all;
}
template <class Rule> int parameter_of_sample(std::size_t sample) { return static_cast<int>(sample % 5); }

template <class Rule> std::string at(int n, const Arguments<Rule>& x) {
    std::string s = std::string(Rule::name) + "(";
    for (const double v : x) s += testing::PrintToString(v) + " ";
    return s + (has_parameter<Rule> ? "; " + std::to_string(n) + ")" : ")");
}

}  // namespace every_rule
