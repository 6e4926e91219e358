#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <string_view>
#include <vector>

#include <wengert/gradient_check.hpp>
#include <wengert/nn/activations.hpp>
#include <wengert/wengert.hpp>

#include "support/every_rule.hpp"

namespace {

using namespace wengert::nn::activations;
using every_rule::Arguments, every_rule::infinity, every_rule::not_a_number;
using referee::Jet, referee::Real;
using wengert::Dual;

template <class Rule> Dual<double> with_slope(double x) {
    return Dual<double>(wengert::apply<Rule>(Dual<double>(x, 1.0)));
}

// ---- Against the formulas as papers print them, in 50 digits ----

using J = Jet<Real>;

J max(const J& a, const J& b) { return a < b ? b : a; }
J min(const J& a, const J& b) { return b < a ? b : a; }
J logistic(const J& x) { return J(1) / (J(1) + exp(J(-x))); }
J elu(const J& x) { return max(0, x) + min(0, expm1(x)); }
J sixth(const J& x) { return min(max(x / J(6) + J(0.5), 0), 1); }

struct Formula {
    std::string_view name;
    J (*f)(const J& x);
};
const Formula formulas[] = {
    {"leaky_relu", [](const J& x) { return max(0, x) + J(0.01) * min(0, x); }},
    {"elu", elu},
    {"selu",
     [](const J& x) {
         return J(Real("1.0507009873554804934193349852946")) *
                (max(0, x) + J(Real("1.6732632423543772848170429916717")) * min(0, expm1(x)));
     }},
    {"celu", elu},
    {"softsign", [](const J& x) { return x / (J(1) + abs(x)); }},
    {"gelu", [](const J& x) { return x * erfc(J(-x / sqrt(J(2)))) / J(2); }},
    {"gelu_tanh",  // (1 + tanh(u)) / 2 = 1 / (1 + exp(-2 u)): here 1 + tanh(u) cancels, in 50 digits too
     [](const J& x) {
         const J cubic = x + J(Real("0.044715")) * x * x * x;
         return x * logistic(J(J(2) * sqrt(J(J(2) / J(referee::pi()))) * cubic));
     }},
    {"silu", [](const J& x) { return x * logistic(x); }},
    {"mish", [](const J& x) { return x * tanh(log1p(exp(x))); }},
    {"hard_sigmoid", sixth},
    {"hard_swish", [](const J& x) { return x * sixth(x); }},
    {"hard_tanh", [](const J& x) { return min(max(x, -1), 1); }},
    {"relu6", [](const J& x) { return min(max(x, 0), 6); }},
};

// [-40, 40] densely, beyond to where the last one underflows. Midpoints, so that no corner is among them.
std::vector<double> everywhere() {
    std::vector<double> all{-1e-8, -1e-300, 1e-300, 1e-8};
    for (int k = -2560; k < 2560; ++k) all.push_back((k + 0.5) / 64);
    for (int k = 160; k < 3040; ++k)
        for (const double sign : {1.0, -1.0}) all.push_back(sign * (k + 0.5) / 4);
    return all;
}

template <class Rule> void expect_the_digits_of_its_formula() {
    const auto formula =
        std::ranges::find_if(formulas, [](const Formula& f) { return f.name == Rule::name; });
    ASSERT_NE(formula, std::end(formulas)) << Rule::name;
    double worst = 0, worst_slope = 0;
    for (const double x : everywhere()) {
        const J want = formula->f(J(Real(x), Real(1)));
        ASSERT_FALSE(isnan(want.v) || isnan(want.d)) << Rule::name << " at " << x;
        const Dual<double> got = with_slope<Rule>(x);
        const bool beside_zero = every_rule::is_gate(Rule::name) && every_rule::beside_the_zero_of_a_gate(x);
        const double error = every_rule::error_in_units(got.value(), want.v, 0);
        const double slope_error =
            every_rule::error_in_units(got.tangent(), want.d, beside_zero ? every_rule::gate_error : 0);
        EXPECT_LE(error, 8) << Rule::name << " at " << x << ": " << got.value() << ", not " << want.v;
        EXPECT_LE(slope_error, 8) << Rule::name << "' at " << x << ": " << got.tangent() << ", not "
                                  << want.d;
        worst = std::max(worst, error);
        worst_slope = std::max(worst_slope, slope_error);
    }
    testing::Test::RecordProperty(std::string(Rule::name) + "_units", std::to_string(worst));
    testing::Test::RecordProperty(std::string(Rule::name) + "_slope_units", std::to_string(worst_slope));
}

TEST(ActivationsTest, HaveTheDigitsOfTheirFormulasFromUnderflowToSaturation) {
    All::each([]<class Rule>(Rule) { expect_the_digits_of_its_formula<Rule>(); });
}

// ---- The ends of the range, and 0 ----

struct Line {  // level + slope x
    double level, slope;
    double at(double x) const { return slope == 0 ? level : slope * x; }
};
struct Ends {
    std::string_view name;
    Line left, right;
};
constexpr double selu_low = -1.7580993408473768599402175208123;  // -lambda alpha
constexpr double selu_slope = 1.0507009873554804934193349852946;
const Ends ends[] = {
    {"leaky_relu", {0, 0.01}, {0, 1}},
    {"elu", {-1, 0}, {0, 1}},
    {"selu", {selu_low, 0}, {0, selu_slope}},
    {"celu", {-1, 0}, {0, 1}},
    {"softsign", {-1, 0}, {1, 0}},
    {"gelu", {0, 0}, {0, 1}},
    {"gelu_tanh", {0, 0}, {0, 1}},
    {"silu", {0, 0}, {0, 1}},
    {"mish", {0, 0}, {0, 1}},
    {"hard_sigmoid", {0, 0}, {1, 0}},
    {"hard_swish", {0, 0}, {0, 1}},
    {"hard_tanh", {-1, 0}, {1, 0}},
    {"relu6", {0, 0}, {6, 0}},
};

TEST(ActivationsTest, HaveTheirLimitsAtTheEndsOfTheRangeInEveryNesting) {
    All::each([]<class Rule>(Rule) {
        const auto limit = std::ranges::find_if(ends, [](const Ends& e) { return e.name == Rule::name; });
        ASSERT_NE(limit, std::end(ends)) << Rule::name;
        for (const double x : {-infinity, -1e300, 1e300, infinity}) {
            const Line& line = x < 0 ? limit->left : limit->right;
            using D = Dual<double>;
            const D in(x, 1.0);
            const D once = wengert::apply<Rule>(in);
            const Dual<D> twice = wengert::apply<Rule>(Dual<D>(in, D(1.0)));
            EXPECT_DOUBLE_EQ(once.value(), line.at(x)) << Rule::name << " at " << x;
            EXPECT_DOUBLE_EQ(once.tangent(), line.slope) << Rule::name << " at " << x;
            EXPECT_DOUBLE_EQ(twice.value().value(), line.at(x)) << Rule::name << " at " << x;
            EXPECT_DOUBLE_EQ(twice.tangent().value(), line.slope) << Rule::name << " at " << x;
            EXPECT_EQ(twice.tangent().tangent(), 0) << Rule::name << " at " << x;
        }
        EXPECT_TRUE(std::isnan(Rule::value(not_a_number))) << Rule::name;
    });
}

TEST(ActivationsTest, KeepTheSignOfANegativeZeroWhereTheyPassThroughZero) {
    All::each([]<class Rule>(Rule) {
        if (Rule::name == "hard_sigmoid" || Rule::name == "relu6") return;  // 1/2; flat below 0
        EXPECT_EQ(Rule::value(-0.0), 0) << Rule::name;
        EXPECT_TRUE(std::signbit(Rule::value(-0.0))) << Rule::name;
        EXPECT_FALSE(std::signbit(Rule::value(0.0))) << Rule::name;
    });
}

TEST(ActivationsTest, ChooseAtAKinkTheSlopeThatTheirCommentsSay) {
    EXPECT_EQ(with_slope<LeakyRelu>(0).tangent(), 0.01);
    EXPECT_EQ(with_slope<Elu>(0).tangent(), 1);
    EXPECT_EQ(with_slope<Celu>(0).tangent(), 1);
    EXPECT_DOUBLE_EQ(with_slope<Selu>(0).tangent(), -selu_low);
    EXPECT_EQ(with_slope<HardTanh>(-1).tangent(), 0);
    EXPECT_EQ(with_slope<HardTanh>(1).tangent(), 0);
    EXPECT_EQ(with_slope<Relu6>(0).tangent(), 0);
    EXPECT_EQ(with_slope<Relu6>(6).tangent(), 0);
    EXPECT_EQ(with_slope<HardSigmoid>(-3).tangent(), 0);
    EXPECT_EQ(with_slope<HardSigmoid>(3).tangent(), 0);
    EXPECT_EQ(with_slope<HardSwish>(-3).tangent(), 0);
    EXPECT_EQ(with_slope<HardSwish>(3).tangent(), 1);
    const Dual<Dual<double>> x(Dual<double>(0.0, 1.0), Dual<double>(1.0));
    EXPECT_EQ(Dual<Dual<double>>(wengert::apply<Softsign>(x)).tangent().tangent(), 0);
}

// ---- What is known of them ----

/// The root of the slope between -2 and -1/2, where it rises, by bisection.
template <class Rule> double lowest() {
    double low = -2, high = -0.5;
    for (int step = 0; step < 60; ++step) {
        const double middle = (low + high) / 2;
        (with_slope<Rule>(middle).tangent() < 0 ? low : high) = middle;
    }
    return low;
}

// The digits that are known of the minima; a root of the formula's derivative in 30 digits gives them as
// well.
TEST(ActivationsTest, AreLowestWhereTheLiteratureHasIt) {
    EXPECT_NEAR(lowest<Gelu>(), -0.751792, 5e-7);
    EXPECT_NEAR(Gelu::value(lowest<Gelu>()), -0.1699712, 5e-8);
    EXPECT_NEAR(lowest<GeluTanh>(), -0.752461, 5e-7);
    EXPECT_NEAR(GeluTanh::value(lowest<GeluTanh>()), -0.170041, 5e-7);
    EXPECT_NEAR(lowest<Mish>(), -1.192431, 5e-7);
    EXPECT_NEAR(Mish::value(lowest<Mish>()), -0.3088434, 5e-8);
    EXPECT_NEAR(lowest<Silu>(), -1.278465, 5e-7);
    EXPECT_NEAR(Silu::value(lowest<Silu>()), -0.2784645, 5e-8);
    EXPECT_DOUBLE_EQ(lowest<HardSwish>(), -1.5);  // x (x + 3) / 6
    EXPECT_EQ(HardSwish::value(-1.5), -0.375);
}

// Klambauer et al., section 2: (0, 1) is the fixed point of what selu makes of the mean and variance of a
// normal number. Simpson's rule on either side of the kink; beyond +-14 there is less than 1e-40.
TEST(ActivationsTest, SeluMapsMeanZeroAndVarianceOneToThemselves) {
    constexpr int steps = 14000;
    const auto expectation = [](auto f) {
        double sum = 0;
        for (const double end : {-14.0, 14.0})
            for (int k = 0; k <= steps; ++k) {
                const double z = end * k / steps;
                const double weight = k == 0 || k == steps ? 1 : k % 2 == 1 ? 4 : 2;
                sum += weight * f(Selu::value(z)) * std::exp(-z * z / 2);
            }
        return sum * (14.0 / steps / 3) / std::sqrt(2 * std::numbers::pi);
    };
    const double mean = expectation([](double y) { return y; });
    EXPECT_NEAR(mean, 0, 1e-10);
    EXPECT_NEAR(expectation([](double y) { return y * y; }) - mean * mean, 1, 1e-10);
}

// ---- Before a referee that knows no derivative ----

TEST(ActivationsTest, HaveGradientsThatTheRefereeConfirms) {
    All::each([]<class Rule>(Rule) {
        const auto f = [](const auto& x) { return wengert::apply<Rule>(x); };
        const auto at_random = wengert::check_gradient(f, wengert::Box(-6.0, 6.0, 100, 2024));
        EXPECT_EQ(at_random.size(), 100U);
        EXPECT_TRUE(at_random.ok()) << Rule::name << "\n" << at_random;
        const wengert::Points corners(std::vector{-1000.0, -37.0, -20.0, -1e-5, 1e-5, 20.0, 1000.0});
        const auto in_corners = wengert::check_gradient(f, corners);
        EXPECT_TRUE(in_corners.ok()) << Rule::name << "\n" << in_corners;
        const auto at_zero = wengert::check_gradient(f, 0.0);
        EXPECT_NE(at_zero[0].verdict, wengert::Verdict::autodiff_doubtful) << Rule::name << "\n" << at_zero;
    });
}

}  // namespace
