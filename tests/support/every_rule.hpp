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
#include <random>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <wengert/dual.hpp>
#include <wengert/value.hpp>

#include "support/rule.hpp"

namespace every_rule {

using wengert::Dual, wengert::Reverse, wengert::Value, wengert::variable;

// ---- What is allowed ----

/// Values and derivatives are held to 8 units in the last place of the referee's, and where a rule is listed
/// here to an absolute error more: of f for order 0, of its derivative for order 1.
struct Exception {
    std::string_view rule;
    Real (*error)(int order, int n, const Real& x, const Real& f);
    std::string_view reason;
};
/// What polygamma.hpp says of psi^(n) between the poles, where the two terms of its reflection cancel.
inline Real cancelled(int n, const Real& x) {
    return x > 0 || n % 2 == 1 ? Real(0) : Real(abs(referee::polygamma(n, Real(1 - x))) * 0x1p-52);
}
inline constexpr Exception exceptions[] = {
    {"lgamma", [](int, int, const Real& x, const Real&) { return cancelled(0, x); }, "it is digamma"},
    {"tgamma", [](int, int, const Real& x, const Real& f) { return Real(abs(f) * cancelled(0, x)); },
     "it is f times digamma"},
    {"polygamma", [](int order, int n, const Real& x, const Real&) { return cancelled(n + order, x); },
     "it is the next polygamma"},
};
/// The derivatives G + x G' and 2 G' + x G'' of a gate x G(x) pass through 0, where their terms cancel: an
/// absolute error instead.
inline bool is_gate(std::string_view rule) {
    return rule == "silu" || rule == "mish" || rule == "gelu" || rule == "gelu_tanh";
}
inline bool beside_the_zero_of_a_gate(double x) { return -2 < x && x < -0.5; }
inline constexpr double gate_error = 0x1p-52;  // 2 roundings of 1
/// And where the value is no normal number, a derivative made of it carries its rounding along.
inline Real allowed_error(std::string_view rule, int order, int n, double x, const Jet<Real>& truth) {
    Real error = order == 1 && truth.v != 0 && abs(truth.v) < smallest ? Real(abs(truth.d / truth.v) * least)
                                                                       : Real(0);
    for (const Exception& e : exceptions)
        if (e.rule == rule) error += e.error(order, n, Real(x), truth.v);
    if (order == 1 && is_gate(rule) && beside_the_zero_of_a_gate(x)) error += gate_error;
    return error;
}

/// A second derivative d2f/dx_i dx_j is held to 8 units of the largest of |itself|, |df/dx_i| / length(x_j)
/// and |df/dx_j| / length(x_i): what first derivatives moved in their last places make of it.
inline constexpr double second_order_units = 8;

/// These say themselves what they make of a NaN; rules_corner_test.cpp holds them to it.
inline constexpr std::string_view own_nan[] = {"min",    "max",   "fmin",   "fmax", "clamp",
                                               "select", "hypot", "hypot3", "pow",  "copysign"};

/// Where the value is a number, or infinite, but there is no derivative: at the origin of atan2, at and
/// between poles, by the exponent of a negative base.
template <class Rule> bool has_no_derivative(const Arguments<Rule>& x, std::size_t i) {
    const double last = x[x.size() - 1];
    return (Rule::name == "atan2" && x[0] == 0 && last == 0) || (Rule::name == "pow" && x[0] < 0 && i == 1) ||
           ((Rule::name == "lgamma" || Rule::name == "polygamma") && x[0] < 0);
}

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

// ---- Second derivatives in four ways ----

/// Over what a function of x_k changes: 1 + |x_k|, except where a sum of large terms may be small. For atan2,
/// (a^2 - b^2) / (a^2 + b^2)^2, the size of both; for pow, a^(b-1) (1 + b log a), |x_k|; for a gate 1/2.
template <class Rule> double length(const Arguments<Rule>& x, std::size_t k) {
    if (Rule::name == "atan2") return std::max(std::abs(x[0]), std::abs(x[x.size() - 1]));
    if (Rule::name == "pow" && x[k] != 0) return std::abs(x[k]);
    if (is_gate(Rule::name)) return 0.5;
    return 1 + std::abs(x[k]);
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

/// The first derivative as it stands under a second one: by a rule's straight-line forms, not those for
/// double.
template <class Rule> double first(int n, const Arguments<Rule>& x, std::size_t i) {
    Arguments<Rule, Dual<Dual<double>>> duals;
    for (std::size_t k = 0; k < x.size(); ++k) duals[k] = Dual<Dual<double>>(x[k], k == i ? 1.0 : 0.0);
    return applied<Rule>(n, duals).tangent().value();
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
            const double error =
                error_in_units(got[i], want.d, allowed_error(Rule::name, 1, n, all[k][0], want));
            worst[i] = std::max(worst[i], error);
            EXPECT_LE(error, 8) << at<Rule>(n, all[k]) << " by argument " << i << ": " << got[i] << ", not "
                                << want.d;
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
    const bool of_three = Rule::name == "hypot3";
    const auto all = thousand<Rule>();
    for (std::size_t k = 0; k < all.size(); ++k) {
        const int n = parameter_of_sample<Rule>(k);
        const double got = value<Rule>(n, all[k]);
        if (f != nullptr || g != nullptr || of_three) {
            const double a = all[k][0], b = all[k][all[k].size() - 1];
            const double want = of_three       ? std::hypot(a, all[k][all[k].size() / 2], b)
                                : f != nullptr ? f(a)
                                               : g(a, b);
            EXPECT_TRUE(std::bit_cast<std::uint64_t>(got) == std::bit_cast<std::uint64_t>(want) ||
                        (std::isnan(got) && std::isnan(want)))
                << at<Rule>(n, all[k]) << ": " << got << ", not " << want;
        } else {
            const Jet<Real> want = truth<Rule>(n, all[k], 0);
            EXPECT_LE(error_in_units(got, want.v, allowed_error(Rule::name, 0, n, all[k][0], want)), 8)
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

TYPED_TEST_P(EveryRule, HasDerivativesAsGoodInItsStraightLineForms) {
    using Rule = TypeParam;
    double worst = 0;
    const auto all = thousand<Rule>();
    for (std::size_t k = 0; k < all.size(); ++k) {
        const int n = parameter_of_sample<Rule>(k) % 4;  // 4 would need polygamma(6, x)
        for (std::size_t i = 0; i < all[k].size(); ++i) {
            const Jet<Real> want = truth<Rule>(n, all[k], i);
            // Nothing is promised where the value underflows, or the range ends.
            if (isnan(want.v) || (want.v != 0 && abs(want.v) < smallest) || abs(want.v) > largest * 0x1p-20)
                continue;
            const double got = first<Rule>(n, all[k], i);
            const double error =
                error_in_units(got, want.d, allowed_error(Rule::name, 1, n, all[k][0], want));
            worst = std::max(worst, error);
            EXPECT_LE(error, 8) << at<Rule>(n, all[k]) << " by argument " << i << ": " << got << ", not "
                                << want.d;
        }
    }
    this->RecordProperty("straight_line_units", std::to_string(worst));
}

TYPED_TEST_P(EveryRule, HasTheRefereesSecondDerivativesInEveryNesting) {
    using Rule = TypeParam;
    double worst = 0;
    const auto all = thousand<Rule>();
    for (std::size_t k = 0; k < all.size(); ++k) {
        const int n = parameter_of_sample<Rule>(k) % 4;
        const Arguments<Rule>& x = all[k];
        for (std::size_t i = 0; i < x.size(); ++i)
            for (std::size_t j = 0; j < x.size(); ++j) {
                const Truth want = truth<Rule>(n, x, i, j);
                if (isnan(want.f) || isnan(want.fij)) continue;
                // Nothing is promised where the value underflows, or the range ends.
                if (want.f != 0 && abs(want.f) < smallest) continue;
                const Real scale =
                    std::max({Real(abs(want.fij)), Real(abs(want.fi) / length<Rule>(x, j)),
                              Real(abs(want.fj) / length<Rule>(x, i)), Real(smallest * 0x1p10)});
                if (std::max({scale, Real(abs(want.f)), Real(abs(want.fi)), Real(abs(want.fj))}) >
                    largest * 0x1p-20)
                    continue;
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

TYPED_TEST_P(EveryRule, WorksInFloatAsInDouble) {
    using Rule = TypeParam;
    const auto ordinary = [](double y) { return y == 0 || (1e-30 < std::abs(y) && std::abs(y) < 1e30); };
    const auto all = thousand<Rule>();
    for (std::size_t k = 0; k < all.size(); ++k) {
        const int n = parameter_of_sample<Rule>(k);
        Arguments<Rule> x;
        Arguments<Rule, Reverse<float>> values;
        for (std::size_t i = 0; i < x.size(); ++i) {
            values[i] = variable(static_cast<float>(all[k][i]));
            x[i] = values[i].value();
        }
        const double y = value<Rule>(n, x);
        if (!std::ranges::all_of(x, ordinary) || x[0] == 0 || !ordinary(y)) continue;
        const Arguments<Rule> want = partials<Rule>(n, x);
        const Reverse<float> recorded = applied<Rule>(n, values);
        recorded.backward();
        EXPECT_NEAR(recorded.value(), y, 8 * 0x1p-23 * std::abs(y)) << at<Rule>(n, x);
        for (std::size_t i = 0; i < x.size(); ++i) {
            Arguments<Rule, Dual<float>> duals;
            for (std::size_t j = 0; j < x.size(); ++j)
                duals[j] = Dual<float>(static_cast<float>(x[j]), i == j ? 1.0F : 0.0F);
            EXPECT_EQ(applied<Rule>(n, duals).tangent(), values[i].grad()) << at<Rule>(n, x);
            if (!ordinary(want[i])) continue;
            EXPECT_NEAR(values[i].grad(), want[i], 8 * 0x1p-23 * std::abs(want[i])) << at<Rule>(n, x);
        }
        wengert::clear<float>();
    }
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
        const bool no_nan = std::ranges::none_of(x, [](double v) { return std::isnan(v); });
        for (int n = 0; n < (has_parameter<Rule> ? 5 : 1); ++n) {
            expect_equal_modes<Rule>(n, x, 1.0);
            if (no_nan && !std::isnan(value<Rule>(n, x))) {
                const auto p = partials<Rule>(n, x);
                for (std::size_t i = 0; i < p.size(); ++i)
                    EXPECT_TRUE(!std::isnan(p[i]) || has_no_derivative<Rule>(x, i))
                        << at<Rule>(n, x) << " has no derivative by argument " << i;
            }
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
                            HasTheValueOfCmathOrOfTheReferee, HasDerivativesAsGoodInItsStraightLineForms,
                            GivesPartialTimesSeedForwardAndInReverseToTheBit,
                            HasTheRefereesSecondDerivativesInEveryNesting, WorksInFloatAsInDouble,
                            HoldsInEveryCorner);

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
