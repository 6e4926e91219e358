// What is asked of every rule, by walking rules::All: a new rule in the list is tested without a new test.
// Four files share the list, so that none takes the compiler long.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <wengert/dual.hpp>
#include <wengert/rules.hpp>
#include <wengert/value.hpp>

#include "support/referee.hpp"

namespace every_rule {

using referee::Jet, referee::Real;
using wengert::Dual, wengert::Reverse, wengert::Value, wengert::variable;

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
inline constexpr double largest = std::numeric_limits<double>::max();
inline constexpr double smallest = std::numeric_limits<double>::min();
inline constexpr double least = std::numeric_limits<double>::denorm_min();

// ---- What is allowed ----

/// Derivatives are held to 8 units in the last place of the referee's, except here.
struct Exception {
    std::string_view rule;
    int argument;
    double units;
    std::string_view reason;
};
inline constexpr Exception exceptions[] = {
    {"lgamma", 0, 256, "near the negative roots of digamma its reflection cancels: see polygamma.hpp"},
    {"tgamma", 0, 256, "y digamma(x), likewise"},
    {"exp_minus_square", 0, 64, "where y is subnormal, 2 |x| < 55 multiplies its rounding"},
};
inline double allowed(std::string_view rule, std::size_t argument) {
    for (const Exception& e : exceptions)
        if (e.rule == rule && static_cast<std::size_t>(e.argument) == argument) return e.units;
    return 8;
}

/// A second derivative d2f/dx_i dx_j is held to 16 units of the largest of |itself|, |df/dx_i| / length(x_j)
/// and |df/dx_j| / length(x_i): what first derivatives moved in their last places make of it.
inline constexpr double second_order_units = 16;

/// These say themselves what they make of a NaN; rules_corner_test.cpp holds them to it.
inline constexpr std::string_view own_nan[] = {"min",    "max",   "fmin", "fmax",    "clamp",
                                               "select", "hypot", "pow",  "copysign"};

// What has <cmath>'s bits.
struct Unary {
    std::string_view name;
    double (*f)(double);
};
struct Binary {
    std::string_view name;
    double (*f)(double, double);
};
inline constexpr Unary unary[] = {
    {"neg", [](double x) { return -x; }},
    {"square", [](double x) { return x * x; }},
    {"exp", std::exp},
    {"exp2", std::exp2},
    {"expm1", std::expm1},
    {"log", std::log},
    {"log2", std::log2},
    {"log10", std::log10},
    {"log1p", std::log1p},
    {"sqrt", std::sqrt},
    {"cbrt", std::cbrt},
    {"sin", std::sin},
    {"cos", std::cos},
    {"tan", std::tan},
    {"asin", std::asin},
    {"acos", std::acos},
    {"atan", std::atan},
    {"sinh", std::sinh},
    {"cosh", std::cosh},
    {"tanh", std::tanh},
    {"asinh", std::asinh},
    {"acosh", std::acosh},
    {"atanh", std::atanh},
    {"erf", std::erf},
    {"erfc", std::erfc},
    {"lgamma", std::lgamma},
    {"tgamma", std::tgamma},
    {"abs", std::fabs},
    {"floor", std::floor},
    {"ceil", std::ceil},
    {"round", std::round},
    {"rint", std::rint},
    {"trunc", std::trunc},
};
inline constexpr Binary binary[] = {
    {"+", [](double a, double b) { return a + b; }},
    {"-", [](double a, double b) { return a - b; }},
    {"*", [](double a, double b) { return a * b; }},
    {"/", [](double a, double b) { return a / b; }},
    {"pow", std::pow},
    {"hypot", std::hypot},
    {"atan2", std::atan2},
    {"fmin", std::fmin},
    {"fmax", std::fmax},
    {"fdim", std::fdim},
    {"copysign", std::copysign},
    {"fmod", std::fmod},
    {"remainder", std::remainder},
};

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
template <class Rule> inline constexpr std::size_t parameter_count = has_parameter<Rule> ? 1 : 0;
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
/// |got - want| in units in the last place; beyond the largest double an infinity is right.
inline double error_in_units(double got, const Real& want) {
    if (isnan(want)) return 0;
    if (abs(want) > largest) {
        const bool close = std::isinf(got) || std::abs(got) > largest * (1 - 0x1p-49);
        return close && std::signbit(got) == signbit(want) ? 0 : infinity;
    }
    if (std::isinf(got)) got = std::copysign(largest, got);
    if (std::isnan(got)) return infinity;
    return static_cast<double>(Real(abs(Real(got) - want) / unit(want)));
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

// ---- Second derivatives in four ways ----

/// Over what a function of x_k changes: 1 + |x_k|, or the size of several arguments that are all small.
inline double length(std::span<const double> x, std::size_t k) {
    double size = x.size() > 1 ? 0 : infinity;
    if (x.size() > 1)
        for (const double v : x) size = std::max(size, std::abs(v));
    return std::min(1 + std::abs(x[k]), size);
}

template <class Rule>
std::array<double, 4> second(int n, const Arguments<Rule>& x, std::size_t i, std::size_t j) {
    using D = Dual<double>;
    Arguments<Rule, Dual<D>> dual_dual;
    Arguments<Rule, Reverse<D>> reverse_dual;
    Arguments<Rule, Value> values;
    Arguments<Rule, Dual<Value>> dual_value;
    Arguments<Rule, Reverse<Value>> reverse_value;
    for (std::size_t k = 0; k < x.size(); ++k) {
        const D in_j(x[k], k == j ? 1.0 : 0.0);
        dual_dual[k] = Dual<D>(in_j, D(k == i ? 1.0 : 0.0));
        reverse_dual[k] = variable(in_j);
        values[k] = variable(x[k]);
        dual_value[k] = Dual<Value>(values[k], Value(k == i ? 1.0 : 0.0));
        reverse_value[k] = variable(values[k]);
    }
    std::array<double, 4> result{};
    result[0] = applied<Rule>(n, dual_dual).tangent().tangent();
    applied<Rule>(n, reverse_dual).backward();
    result[1] = reverse_dual[i].grad().tangent();
    applied<Rule>(n, dual_value).tangent().backward();
    result[2] = values[j].grad();
    applied<Rule>(n, reverse_value).backward();
    reverse_value[i].grad().backward();
    result[3] = values[j].grad();
    wengert::clear<D>();
    wengert::clear<Value>();
    wengert::clear();
    return result;
}

// ---- The suite ----

template <class Rule> class EveryRule : public testing::Test {
protected:
    void TearDown() override { wengert::clear(); }
};
TYPED_TEST_SUITE_P(EveryRule);

TYPED_TEST_P(EveryRule, HasDerivativesWithinAFewUnitsOfTheReferees) {
    using Rule = TypeParam;
    Arguments<Rule> worst{};
    const auto all = thousand<Rule>();
    for (std::size_t k = 0; k < all.size(); ++k) {
        const int n = parameter_of_sample<Rule>(k);
        const Arguments<Rule> got = partials<Rule>(n, all[k]);
        for (std::size_t i = 0; i < got.size(); ++i) {
            const Jet<Real> want = truth<Rule>(n, all[k], i);
            if (isnan(want.v)) continue;
            const double error = error_in_units(got[i], want.d);
            worst[i] = std::max(worst[i], error);
            EXPECT_LE(error, allowed(Rule::name, i))
                << at<Rule>(n, all[k]) << " by argument " << i << ": " << got[i] << ", not " << want.d;
        }
    }
    for (std::size_t i = 0; i < worst.size(); ++i)
        this->RecordProperty("units_by_argument_" + std::to_string(i), std::to_string(worst[i]));
}

TYPED_TEST_P(EveryRule, HasTheValueOfCmathOrOfTheReferee) {
    using Rule = TypeParam;
    double (*f)(double) = nullptr;
    double (*g)(double, double) = nullptr;
    for (const Unary& u : unary)
        if (u.name == Rule::name) f = u.f;
    for (const Binary& b : binary)
        if (b.name == Rule::name) g = b.f;
    const auto all = thousand<Rule>();
    for (std::size_t k = 0; k < all.size(); ++k) {
        const int n = parameter_of_sample<Rule>(k);
        const double got = value<Rule>(n, all[k]);
        if (f != nullptr || g != nullptr) {
            const double want = f != nullptr ? f(all[k][0]) : g(all[k][0], all[k][all[k].size() - 1]);
            EXPECT_TRUE(std::bit_cast<std::uint64_t>(got) == std::bit_cast<std::uint64_t>(want) ||
                        (std::isnan(got) && std::isnan(want)))
                << at<Rule>(n, all[k]) << ": " << got << ", not " << want;
        } else {
            const Jet<Real> want = truth<Rule>(n, all[k], 0);
            EXPECT_LE(error_in_units(got, want.v), 8)
                << at<Rule>(n, all[k]) << ": " << got << ", not " << want.v;
        }
    }
}

// Dual, and Value with every argument active, against value and partial; at NaN both are NaN.
template <class Rule> void expect_equal_modes(int n, const Arguments<Rule>& x, double seed) {
    const auto equal = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
    const double y = value<Rule>(n, x);
    const Arguments<Rule> p = partials<Rule>(n, x);
    Arguments<Rule, Value> values;
    for (std::size_t k = 0; k < x.size(); ++k) values[k] = variable(x[k]);
    const Value recorded = applied<Rule>(n, values);
    recorded.backward(seed);
    EXPECT_PRED2(equal, recorded.value(), y) << at<Rule>(n, x);
    for (std::size_t i = 0; i < x.size(); ++i) {
        Arguments<Rule, Dual<double>> duals;
        for (std::size_t k = 0; k < x.size(); ++k) duals[k] = Dual<double>(x[k], k == i ? seed : 0.0);
        const Dual<double> forward = applied<Rule>(n, duals);
        EXPECT_PRED2(equal, forward.value(), y) << at<Rule>(n, x);
        EXPECT_PRED2(equal, forward.tangent(), p[i] * seed) << at<Rule>(n, x) << " by argument " << i;
        EXPECT_PRED2(equal, values[i].grad(), p[i] * seed) << at<Rule>(n, x) << " by argument " << i;
    }
    wengert::clear();
}

TYPED_TEST_P(EveryRule, GivesPartialTimesSeedForwardAndInReverseToTheBit) {
    using Rule = TypeParam;
    std::mt19937_64 random(1);
    const auto all = thousand<Rule>();
    for (std::size_t k = 0; k < all.size(); ++k)
        expect_equal_modes<Rule>(parameter_of_sample<Rule>(k), all[k], uniform(random, -3, 3));
}

TYPED_TEST_P(EveryRule, HasTheRefereesSecondDerivativesInEveryNesting) {
    using Rule = TypeParam;
    double worst = 0;
    const auto all = thousand<Rule>();
    for (std::size_t k = 0; k < all.size(); ++k) {
        const int n = parameter_of_sample<Rule>(k) % 4;  // polygamma's n is at most 4, and 3 has polygamma(4)
        const Arguments<Rule>& x = all[k];
        for (std::size_t i = 0; i < x.size(); ++i)
            for (std::size_t j = 0; j < x.size(); ++j) {
                const Truth want = truth<Rule>(n, x, i, j);
                if (isnan(want.f) || isnan(want.fij)) continue;
                const Real scale = std::max({Real(abs(want.fij)), Real(abs(want.fi) / length(x, j)),
                                             Real(abs(want.fj) / length(x, i)), Real(smallest * 0x1p10)});
                if (scale > largest * 0x1p-20 || abs(want.fi) > largest || abs(want.fj) > largest) continue;
                for (const double got : second<Rule>(n, x, i, j)) {
                    const double error =
                        std::isfinite(got)
                            ? static_cast<double>(Real(abs(Real(got) - want.fij) / unit(scale)))
                            : infinity;
                    worst = std::max(worst, error);
                    EXPECT_LE(error, second_order_units) << at<Rule>(n, x) << " by arguments " << i << " and "
                                                         << j << ": " << got << ", not " << want.fij;
                }
            }
    }
    this->RecordProperty("second_order_units", std::to_string(worst));
}

TYPED_TEST_P(EveryRule, HoldsInEveryCorner) {
    using Rule = TypeParam;
    constexpr std::array corners{0.0,      -0.0,      infinity, -infinity, not_a_number, largest, -largest,
                                 smallest, -smallest, least,    -least,    1.0,          -1.0,    0.5};
    std::size_t count = 1;
    for (std::size_t k = 0; k < arity<Rule>; ++k) count *= corners.size();
    const bool keeps_nan = std::ranges::find(own_nan, Rule::name) == std::end(own_nan);
    for (std::size_t c = 0; c < count; ++c) {
        Arguments<Rule> x;
        std::size_t digits = c;
        for (double& v : x) {
            v = corners[digits % corners.size()];
            digits /= corners.size();
        }
        for (int n = 0; n < (has_parameter<Rule> ? 5 : 1); ++n) {
            expect_equal_modes<Rule>(n, x, 1.0);
            if (keeps_nan && std::ranges::any_of(x, [](double v) { return std::isnan(v); })) {
                EXPECT_TRUE(std::isnan(value<Rule>(n, x))) << at<Rule>(n, x);
            }
            if (n < 4)
                for (std::size_t i = 0; i < x.size(); ++i)
                    for (std::size_t j = 0; j < x.size(); ++j) second<Rule>(n, x, i, j);
        }
    }
}

REGISTER_TYPED_TEST_SUITE_P(EveryRule, HasDerivativesWithinAFewUnitsOfTheReferees,
                            HasTheValueOfCmathOrOfTheReferee,
                            GivesPartialTimesSeedForwardAndInReverseToTheBit,
                            HasTheRefereesSecondDerivativesInEveryNesting, HoldsInEveryCorner);

// ---- The list in quarters ----

struct Name {
    template <class Rule> static std::string GetName(int) {
        const std::string_view s = Rule::name;
        return s == "+" ? "add" : s == "-" ? "sub" : s == "*" ? "mul" : s == "/" ? "div" : std::string(s);
    }
};

template <class... Rules> auto quarter_of(wengert::List<Rules...>, auto part) {
    constexpr std::size_t n = sizeof...(Rules);
    return [&]<std::size_t... K>(std::index_sequence<K...>) {
        using All = std::tuple<Rules...>;
        return std::type_identity<testing::Types<std::tuple_element_t<4 * K + part(), All>...>>{};
    }
    (std::make_index_sequence<(n + 3 - part()) / 4>{});
}
template <std::size_t Part> using Quarter =
    typename decltype(quarter_of(wengert::rules::All{}, std::integral_constant<std::size_t, Part>{}))::type;

}  // namespace every_rule
