// The referee's number: slopes without a derivative rule, choices by the real part, obstacles by name.
#include <wengert/wengert.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace {

using wengert::ComplexStep;
using wengert::Dual;

static_assert(wengert::Scalar<ComplexStep>);

ComplexStep variable(double x) { return {static_cast<long double>(x), ComplexStep::step}; }
double slope(const ComplexStep& y) { return static_cast<double>(y.im() / ComplexStep::step); }
bool is_nan_both(double a, double b) { return std::isnan(a) && std::isnan(b); }

// A rule with x in the place of one of its arguments, and others that are constants.
template <class Rule, class T> std::vector<T> at(const T& x) {
    const T a(1.25), b(-0.75);
    std::vector<T> results;
    if constexpr (std::is_same_v<Rule, wengert::rules::Select>)
        results = {T(wengert::select(true, x, a)), T(wengert::select(false, x, a))};
    else if constexpr (requires { Rule::parameters; })
        results = {T(wengert::apply_with<Rule>(2, x))};
    else if constexpr (requires { Rule::template value<double>(1.0); })
        results = {T(wengert::apply<Rule>(x))};
    else if constexpr (requires { Rule::template value<double>(1.0, 1.0); })
        results = {T(wengert::apply<Rule>(x, a)), T(wengert::apply<Rule>(a, x)),
                   T(wengert::apply<Rule>(x, b)), T(wengert::apply<Rule>(b, x))};
    else
        results = {T(wengert::apply<Rule>(x, b, a)), T(wengert::apply<Rule>(b, x, a)),
                   T(wengert::apply<Rule>(a, b, x))};
    return results;
}

constexpr std::array arguments{-2.3,  -0.7,  0.0,    0.3,     0.9,   1.7,   30.0,
                               -40.0, 1e-20, 1e-200, -1e-180, 1e150, 1e200, -1e10};

// Over all of the list: a rule added later is tested without a new test.
TEST(ComplexStepOfEveryRule, HasTheValueOfDouble) {
    wengert::rules::All::each([]<class Rule>(Rule) {
        for (const double x : arguments) {
            const std::vector<double> expected = at<Rule>(x);
            const std::vector<ComplexStep> got = at<Rule>(variable(x));
            for (std::size_t k = 0; k < got.size(); ++k) {
                const double a = expected[k], b = got[k].value();
                EXPECT_TRUE(is_nan_both(a, b) || a == b || std::abs(a - b) <= 4e-16 * std::abs(a))
                    << Rule::name << " at " << x << ", " << k << ": " << b << ", and should be " << a;
            }
        }
    });
}

TEST(ComplexStepOfEveryRule, HasTheSlopeOfForwardMode) {
    wengert::rules::All::each([]<class Rule>(Rule) {
        for (const double x : arguments) {
            const std::vector<Dual<double>> expected = at<Rule>(Dual<double>(x, 1.0));
            const std::vector<ComplexStep> got = at<Rule>(variable(x));
            for (std::size_t k = 0; k < got.size(); ++k) {
                if (got[k].obstacle() != nullptr || std::isnan(expected[k].value())) continue;
                const double a = expected[k].tangent(), b = slope(got[k]);
                EXPECT_TRUE(is_nan_both(a, b) || a == b || std::abs(a - b) <= 1e-14 * std::abs(a))
                    << Rule::name << " at " << x << ", " << k << ": " << b << ", and should be " << a;
            }
        }
    });
}

TEST(ComplexStep, ResolvesWhatADoubleHolds) {
    // 1 / (1 + x) and friends: the slope is right to the last bit, since it is computed in longer numbers.
    for (const double x : {0.1, 0.7, 3.0, 1e-8}) {
        EXPECT_DOUBLE_EQ(slope(log1p(variable(x))), 1 / (1 + x));
        EXPECT_DOUBLE_EQ(slope(asin(variable(0.9 * x / (1 + x)))),
                         1 / std::sqrt((1 - 0.9 * x / (1 + x)) * (1 + 0.9 * x / (1 + x))));
    }
    EXPECT_DOUBLE_EQ(slope(tanh(variable(20.0))), 4 * std::exp(-40.0));
    EXPECT_DOUBLE_EQ(slope(variable(1e-200) * 1e-200 * 1e300), 1e100);
    EXPECT_DOUBLE_EQ(slope(sqrt(square(variable(3e-200)) + square(ComplexStep(4e-200)))), 0.6);
    EXPECT_DOUBLE_EQ(slope(square(variable(1e200))), 2e200);
}

TEST(ComplexStep, ComparesAndChoosesByTheRealPart) {
    const ComplexStep two = variable(2.0), minus = variable(-2.0);
    EXPECT_EQ(two, 2.0);
    EXPECT_LT(minus, two);
    EXPECT_FALSE(two < 2.0);
    EXPECT_EQ(slope(abs(minus)), -1);
    EXPECT_EQ(slope(abs(variable(0.0))), 0);
    EXPECT_EQ(slope(max(two, 1.0)), 1);
    EXPECT_EQ(slope(min(two, 1.0)), 0);
    EXPECT_EQ(slope(relu(minus)), 0);
    EXPECT_EQ(slope(clamp(two, 0.0, 1.0)), 0);
    EXPECT_EQ(slope(select(true, two, 3.0 * two)), 1);
    EXPECT_EQ(slope(copysign(two, minus)), -1);
    EXPECT_TRUE(isnan(ComplexStep(std::numeric_limits<double>::quiet_NaN())));
    EXPECT_TRUE(isinf(std::numeric_limits<ComplexStep>::infinity()));
}

TEST(ComplexStep, IsNotANumberOutsideOfARealFunctionsDomain) {
    EXPECT_TRUE(isnan(log(variable(-1.0))));
    EXPECT_TRUE(isnan(sqrt(variable(-1.0))));
    EXPECT_TRUE(isnan(asin(variable(1.5))));
    EXPECT_TRUE(isnan(acosh(variable(0.5))));
    EXPECT_TRUE(isnan(pow(variable(-2.0), 0.5)));
    EXPECT_DOUBLE_EQ(slope(pow(variable(-2.0), 3)), 12);
}

TEST(ComplexStep, NamesTheFunctionThatItCannotPass) {
    const auto obstacle = [](const ComplexStep& y) {
        return y.obstacle() == nullptr ? std::string() : std::string(y.obstacle()->function);
    };
    const ComplexStep x = variable(1.5);
    EXPECT_EQ(obstacle(lgamma(x)), "lgamma");
    EXPECT_EQ(obstacle(2.0 * exp(erf(x)) + x), "erf");
    EXPECT_EQ(obstacle(fmod(ComplexStep(7.0), x)), "fmod");
    EXPECT_EQ(obstacle(select(false, floor(x), x)), "") << "the branch not taken";
    EXPECT_EQ(obstacle(lgamma(ComplexStep(1.5)) * x), "") << "a constant passes";
    EXPECT_DOUBLE_EQ(lgamma(x).value(), std::lgamma(1.5));
}

TEST(ComplexStep, SeesThroughDetachAndNotIntoABlock) {
    const ComplexStep x = variable(3.0);
    EXPECT_EQ(slope(wengert::detach(x) * x), 6);
    const auto twice = [](std::span<const double> v) { return std::vector{2 * v[0]}; };
    const auto vjp = [](auto, auto, std::span<const double> w) { return std::vector{2 * w[0]}; };
    const auto y = wengert::external(std::vector{x}, twice, vjp);
    EXPECT_EQ(y[0].value(), 6);
    ASSERT_NE(y[0].obstacle(), nullptr);
    EXPECT_TRUE(y[0].obstacle()->in_double);
}

// A rule whose partial is wrong: only its value is used.
struct WrongPartial {
    [[maybe_unused]] static constexpr std::string_view name = "wrong_partial";
    template <class T> static T value(const T& x) { return x * exp(-x * x); }
    template <int, class T> static T partial(const T& x, const T&) { return exp(-x * x); }
};
TEST(ComplexStep, UsesNoPartial) {
    const double x = 0.5;
    EXPECT_DOUBLE_EQ(slope(wengert::apply<WrongPartial>(variable(x))), (1 - 2 * x * x) * std::exp(-x * x));
}

TEST(ComplexStep, WorksInBlocks) {
    const std::vector<ComplexStep> x{variable(0.3), ComplexStep(-1.2), ComplexStep(2.0)};
    const double total = std::exp(0.3) + std::exp(-1.2) + std::exp(2.0);
    EXPECT_DOUBLE_EQ(slope(wengert::log_sum_exp(x)), std::exp(0.3) / total);
    EXPECT_DOUBLE_EQ(slope(wengert::norm2(x)), 0.3 / std::sqrt(0.09 + 1.44 + 4));
    EXPECT_DOUBLE_EQ(slope(wengert::dot(x, x)), 0.6);
}

}  // namespace
