// What is told of an activation, held to the mathematics of known ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include <wengert/nn/activation_facts.hpp>

#include "support/error_of.hpp"
#include "support/own_recording.hpp"

namespace {

using namespace wengert;
using namespace wengert::nn;
using testing::HasSubstr;

constexpr double infinity = std::numeric_limits<double>::infinity();

// left(x) up to and with 0, and right(x) beyond.
template <class Left, class Right> Activation joined(Left left, Right right) {
    return Activation("joined", [=](const auto& x) {
        using T = std::remove_cvref_t<decltype(x)>;
        return x > 0.0 ? T(right(x)) : T(left(x));
    });
}
const auto same = [](const auto& x) { return x; };
const Activation silu("silu", [](const auto& x) { return x * sigmoid(x); });

void expect_bound(const Bound& b, double value, bool reached) {
    if (std::isinf(value))
        EXPECT_EQ(b.value, value);
    else
        EXPECT_NEAR(b.value, value, 1e-12);
    EXPECT_EQ(b.reached, reached) << value;
}
void expect_kinks(const Activation& a, const std::vector<double>& at, bool jump = false) {
    const std::vector<Kink> kinks = facts(a).kinks;
    ASSERT_EQ(kinks.size(), at.size()) << a.name();
    for (std::size_t k = 0; k < at.size(); ++k) {
        EXPECT_NEAR(kinks[k].x, at[k], 1e-9);
        EXPECT_EQ(kinks[k].jump, jump);
    }
}

// ---- Smooth ones ----

// tanh' = 1 - tanh^2: 1 at 0, and 1/1000 where tanh^2 = 0.999.
TEST(ActivationFactsTest, TanhSaturatesOnBothSides) {
    const ActivationFacts f = facts(activation("tanh"));
    expect_bound(f.low, -1, false);
    expect_bound(f.high, 1, false);
    EXPECT_EQ(f.at_zero, 0);
    EXPECT_EQ(f.slope_at_zero, 1);
    EXPECT_EQ(f.largest_slope.slope, 1);
    EXPECT_EQ(f.largest_slope.x, 0);
    EXPECT_NEAR(f.smallest_slope.slope, 0, 1e-12);
    EXPECT_TRUE(std::isinf(f.smallest_slope.x));
    EXPECT_EQ(f.trend, Trend::rising);
    EXPECT_TRUE(f.kinks.empty());
    EXPECT_TRUE(f.not_a_number.empty());
    ASSERT_EQ(f.flat.size(), 2U);
    const double end = std::atanh(std::sqrt(0.999));
    EXPECT_EQ(f.flat[0].low, -infinity);
    EXPECT_NEAR(f.flat[0].high, -end, 1e-9);
    EXPECT_NEAR(f.flat[1].low, end, 1e-9);
    EXPECT_EQ(f.flat[1].high, infinity);
    EXPECT_FALSE(f.flat[0].dead || f.flat[1].dead);
}

TEST(ActivationFactsTest, SigmoidIsSteepestAtItsMiddleByAQuarter) {
    const ActivationFacts f = facts(activation("sigmoid"));
    expect_bound(f.low, 0, false);
    expect_bound(f.high, 1, false);
    EXPECT_EQ(f.at_zero, 0.5);
    EXPECT_EQ(f.largest_slope.slope, 0.25);
    EXPECT_EQ(f.largest_slope.x, 0);
}

// With s = sigmoid(x), f' = s + x s (1 - s) and f'' = s (1 - s) (2 - x tanh(x / 2)). f' = 0 where x = -1 -
// e^x, so that the least f = x / (1 + e^-x) is x + 1 there: x = -1 - W(1/e), with Lambert's W.
TEST(ActivationFactsTest, SiluIsSteeperThanOneWhereItsCurvatureIsZero) {
    const ActivationFacts f = facts(silu);
    const double x = f.largest_slope.x, s = 1 / (1 + std::exp(-x));
    EXPECT_NEAR(x, 2.3994, 1e-4);
    EXPECT_NEAR(x * std::tanh(x / 2), 2, 1e-6);
    EXPECT_NEAR(f.largest_slope.slope, s + x * s * (1 - s), 1e-12);
    EXPECT_NEAR(f.largest_slope.slope, 1.0998, 1e-4);
    EXPECT_NEAR(f.smallest_slope.x, -x, 1e-6);
    EXPECT_NEAR(f.smallest_slope.slope, 1 - f.largest_slope.slope, 1e-12);
    expect_bound(f.high, infinity, false);
    const double w = -f.low.value;
    EXPECT_NEAR(w * std::exp(w), std::exp(-1.0), 1e-12);
    EXPECT_TRUE(f.low.reached);
    EXPECT_EQ(f.trend, Trend::none);
    ASSERT_EQ(f.flat.size(), 1U);  // and not around its lowest point
    EXPECT_EQ(f.flat[0].low, -infinity);
}

// f'' = phi(x) (2 - x^2).
TEST(ActivationFactsTest, GeluIsSteepestAtTheRootOfTwo) {
    const ActivationFacts f =
        facts(Activation("gelu", [](const auto& x) { return 0.5 * x * erfc(-x / std::numbers::sqrt2); }));
    EXPECT_NEAR(f.largest_slope.x, std::numbers::sqrt2, 1e-6);
    EXPECT_NEAR(f.largest_slope.slope, 0.5 * std::erfc(-1) + std::exp(-1) / std::sqrt(std::numbers::pi),
                1e-12);
    EXPECT_NEAR(f.low.value, -0.16997, 1e-5);
    EXPECT_TRUE(f.low.reached);
}

TEST(ActivationFactsTest, WhatSettlesSlowlyHasALimitAndWhatGrowsSlowlyHasNone) {
    const ActivationFacts softsign =
        facts(Activation("softsign", [](const auto& x) { return x / (1.0 + abs(x)); }));
    expect_bound(softsign.low, -1, false);
    expect_bound(softsign.high, 1, false);
    EXPECT_TRUE(softsign.kinks.empty());  // f' = (1 + |x|)^-2; it is f'' that jumps
    const ActivationFacts arsinh = facts(Activation("asinh", [](const auto& x) { return asinh(x); }));
    expect_bound(arsinh.low, -infinity, false);
    expect_bound(arsinh.high, infinity, false);
    const ActivationFacts wave = facts(Activation("sin", [](const auto& x) { return sin(x); }));
    expect_bound(wave.low, -1, true);
    expect_bound(wave.high, 1, true);
    EXPECT_TRUE(wave.flat.empty());
    // Where 1 is reached by digits alone.
    const ActivationFacts erf_ = facts(Activation("erf", [](const auto& x) { return erf(x); }));
    expect_bound(erf_.high, 1, false);
    // A square's slope has no end, and its least value is where f' is 0.
    const ActivationFacts parabola = facts(Activation("square", [](const auto& x) { return x * x; }));
    expect_bound(parabola.low, 0, true);
    EXPECT_EQ(parabola.largest_slope.slope, infinity);
    EXPECT_EQ(parabola.largest_slope.x, infinity);
    EXPECT_EQ(parabola.smallest_slope.slope, -infinity);
}

// ---- Kinks ----

TEST(ActivationFactsTest, ReluIsDeadOnOneSideOfItsKink) {
    const ActivationFacts f = facts(activation("relu"));
    expect_bound(f.low, 0, true);
    expect_bound(f.high, infinity, false);
    expect_kinks(activation("relu"), {0});
    ASSERT_EQ(f.flat.size(), 1U);
    EXPECT_EQ(f.flat[0].low, -infinity);
    EXPECT_NEAR(f.flat[0].high, 0, 1e-9);
    EXPECT_TRUE(f.flat[0].dead);
    EXPECT_EQ(f.smallest_slope.slope, 0);
    EXPECT_EQ(f.largest_slope.slope, 1);
    EXPECT_EQ(f.largest_slope.x, 0);  // from there on
}

TEST(ActivationFactsTest, CornersAreFoundWhereverTheyLie) {
    expect_kinks(Activation("hard_tanh", [](const auto& x) { return clamp(x, -1.0, 1.0); }), {-1, 1});
    expect_kinks(Activation("relu6", [](const auto& x) { return clamp(x, 0.0, 6.0); }), {0, 6});
    expect_kinks(Activation("hard_swish", [](const auto& x) { return x * clamp(x + 3.0, 0.0, 6.0) / 6.0; }),
                 {-3, 3});
    expect_kinks(Activation("moved", [](const auto& x) { return relu(x - 1.0 / 3); }), {1.0 / 3});
    expect_kinks(Activation("far", [](const auto& x) { return relu(x - 50.3); }), {50.3});
    expect_kinks(Activation("abs", [](const auto& x) { return abs(x); }), {0});
    expect_kinks(joined([](const auto& x) { return 0.01 * x; }, same), {0});
    const ActivationFacts clipped =
        facts(Activation("relu6", [](const auto& x) { return clamp(x, 0.0, 6.0); }));
    expect_bound(clipped.low, 0, true);
    expect_bound(clipped.high, 6, true);
}

// elu with alpha = 1 has slope 1 on both sides of 0; selu lambda alpha = 1.7581 and lambda = 1.0507.
TEST(ActivationFactsTest, AJumpOfTheSlopeIsAKinkAndOneOfTheCurvatureIsNone) {
    const auto left = [](const auto& x) { return expm1(x); };
    const ActivationFacts elu = facts(joined(left, same));
    EXPECT_TRUE(elu.kinks.empty());
    expect_bound(elu.low, -1, false);

    static constexpr double lambda = 1.0507009873554805, alpha = 1.6732632423543772;
    const Activation selu = joined([](const auto& x) { return lambda * alpha * expm1(x); },
                                   [](const auto& x) { return lambda * x; });
    expect_kinks(selu, {0});
    const ActivationFacts f = facts(selu);
    EXPECT_NEAR(f.largest_slope.slope, lambda * alpha, 1e-12);
    EXPECT_EQ(f.largest_slope.x, 0);
    expect_bound(f.low, -lambda * alpha, false);
}

TEST(ActivationFactsTest, WhatIsSteepIsNoKink) {
    expect_kinks(Activation("steep", [](const auto& x) { return sigmoid(1e5 * (x - 0.3)); }), {});
    expect_kinks(Activation("exp", [](const auto& x) { return exp(x); }), {});
}

TEST(ActivationFactsTest, AStepJumpsAndIsDeadEverywhere) {
    const ActivationFacts f = facts(activation("step"));
    expect_kinks(activation("step"), {0}, true);
    expect_bound(f.low, 0, true);
    expect_bound(f.high, 1, true);
    EXPECT_EQ(f.at_zero, 1);
    EXPECT_EQ(f.largest_slope.slope, 0);
    EXPECT_EQ(f.trend, Trend::rising);
    ASSERT_EQ(f.flat.size(), 1U);
    EXPECT_TRUE(f.flat[0].dead && f.flat[0].low == -infinity && f.flat[0].high == infinity);
}

// ---- What is none ----

TEST(ActivationFactsTest, AConstantIsToldFromWhatMoves) {
    const auto trend_of = [](const auto& f) { return facts(Activation("f", f)).trend; };
    EXPECT_EQ(trend_of([](const auto& x) { return 0.0 * x + 2.0; }), Trend::constant);
    EXPECT_EQ(trend_of([](const auto& x) { return x; }), Trend::rising);
    EXPECT_EQ(trend_of([](const auto& x) { return -x; }), Trend::falling);
    EXPECT_EQ(trend_of([](const auto& x) { return cos(x); }), Trend::none);
}

TEST(ActivationFactsTest, WhatIsNowhereANumberIsNoConstant) {
    const ActivationFacts f = facts(Activation("f", [](const auto& x) { return x * std::nan(""); }));
    EXPECT_EQ(f.trend, Trend::none);
    EXPECT_TRUE(std::isnan(f.low.value) && std::isnan(f.high.value));
    EXPECT_TRUE(std::isnan(f.smallest_slope.slope) && std::isnan(f.largest_slope.slope));
    EXPECT_EQ(remarks(f), (std::vector<std::string>{"f is not a number everywhere"}));
}

TEST(ActivationFactsTest, NanIsToldWithItsPlace) {
    const ActivationFacts root = facts(Activation("sqrt", [](const auto& x) { return sqrt(x); }));
    ASSERT_EQ(root.not_a_number.size(), 1U);
    EXPECT_EQ(root.not_a_number[0].low, -infinity);
    EXPECT_NEAR(root.not_a_number[0].high, 0, 1e-9);
    expect_bound(root.low, 0, true);
    expect_bound(root.high, infinity, false);
    EXPECT_EQ(root.largest_slope.slope, infinity);
    EXPECT_EQ(root.largest_slope.x, 0);

    const ActivationFacts hole = facts(Activation("sin(x) / x", [](const auto& x) { return sin(x) / x; }));
    ASSERT_EQ(hole.not_a_number.size(), 1U);
    EXPECT_EQ(hole.not_a_number[0].low, 0);
    EXPECT_EQ(hole.not_a_number[0].high, 0);

    // e^x leaves the range of double at 709.78.
    const ActivationFacts naive =
        facts(Activation("naive", [](const auto& x) { return exp(x) / (1.0 + exp(x)); }));
    ASSERT_EQ(naive.not_a_number.size(), 1U);
    EXPECT_NEAR(naive.not_a_number[0].low, std::log(std::numeric_limits<double>::max()), 1e-6);
    EXPECT_EQ(naive.not_a_number[0].high, infinity);
}

// Once its range was (inf, -inf), its slopes infinite and its trend constant.
TEST(ActivationFactsTest, OfWhatIsNanEverywhereThereIsNothingToTell) {
    const ActivationFacts f = facts(Activation("nothing", [](const auto& x) { return x * std::nan(""); }));
    for (const double none : {f.low.value, f.high.value, f.at_zero, f.smallest_slope.slope,
                              f.smallest_slope.x, f.largest_slope.slope, f.largest_slope.x})
        EXPECT_TRUE(std::isnan(none));
    EXPECT_FALSE(f.low.reached || f.high.reached);
    EXPECT_EQ(f.trend, Trend::none);
    EXPECT_TRUE(f.kinks.empty() && f.flat.empty());
    ASSERT_EQ(f.not_a_number.size(), 1U);
    EXPECT_TRUE(f.not_a_number[0].low == -infinity && f.not_a_number[0].high == infinity);
}

TEST(ActivationFactsTest, WhatTheActivationThrowsComesOut) {
    const Activation fragile("fragile", [](const auto& x) {
        if (x > 3.0) throw std::domain_error("no number above 3");
        return x;
    });
    // 3 is a sample, and the next one is 1/64 farther.
    EXPECT_EQ(error_of([&] { facts(fragile); }),
              "the activation fragile throws at x = 3.015625: no number above 3");
    EXPECT_THROW(curves(fragile, 0, 4), std::domain_error);
    const Activation never("never", [](const auto& x) {
        if (x == x) throw std::domain_error("never");
        return x;
    });
    EXPECT_THROW(cost(never), std::domain_error);
}

TEST(ActivationFactsTest, ParametersHaveTheirInitialValues) {
    const Activation prelu(
        "prelu",
        [](const auto& x, auto p) {
            using T = std::remove_cvref_t<decltype(x)>;
            return x > 0.0 ? x : T(p[0] * x);
        },
        {0.25}, Each::neuron);
    const ActivationFacts f = facts(prelu);
    EXPECT_EQ(f.smallest_slope.slope, 0.25);
    EXPECT_EQ(f.largest_slope.slope, 1);
}

// ---- In words ----

// tanh' is 1/1000 at atanh(sqrt(0.999)) = 4.1468.
TEST(ActivationRemarksTest, TellWhereThereIsNoGradientAndWhereNoNumber) {
    using Lines = std::vector<std::string>;
    const auto of = [](const auto& f) { return remarks(facts(Activation("f", f))); };
    EXPECT_EQ(remarks(facts(activation("tanh"))), Lines{"flat below -4.15, above 4.15"});
    EXPECT_EQ(remarks(facts(activation("step"))), (Lines{"f jumps at 0", "dead everywhere"}));
    EXPECT_EQ(remarks(facts(activation("identity"))), Lines{});
    EXPECT_EQ(of([](const auto& x) { return sqrt(x); }), Lines{"f is not a number below 0"});
    EXPECT_EQ(of([](const auto& x) { return sin(x) / x; }), Lines{"f is not a number at 0"});
    EXPECT_EQ(of([](const auto& x) { return relu(x - 2.0) - relu(-1.0 - x); }),
              (Lines{"f' jumps at -1, 2", "dead from -1 to 2"}));
    EXPECT_EQ(of([](const auto& x) { return 0.0 * x + 2.0; }),
              (Lines{"constant: nothing before it learns", "dead everywhere"}));
}

// Once neither a kink nor a jump was told: this one jumps from 1/4 to 2.
TEST(ActivationRemarksTest, TellWhereFOrItsSlopeJumps) {
    using Lines = std::vector<std::string>;
    const auto of = [](const auto& f) { return remarks(facts(Activation("f", f))); };
    EXPECT_EQ(of([](const auto& x) { return select(x > 1.0, x + 1.0, 0.25 * x); }), Lines{"f jumps at 1"});
    EXPECT_EQ(of([](const auto& x) { return max(x, 0.1 * x); }), Lines{"f' jumps at 0"});
    EXPECT_EQ(of([](const auto& x) { return abs(x) + step(x - 2.0); }),
              (Lines{"f jumps at 2", "f' jumps at 0"}));
}

// Corners at -4, -3, ... 4.
TEST(ActivationRemarksTest, ListFiveJumpsAndCountTheRest) {
    const Activation a("corners", [](const auto& x) {
        using T = std::remove_cvref_t<decltype(x)>;
        T sum = x;
        for (int k = -4; k <= 4; ++k) sum += abs(x - static_cast<double>(k));
        return sum;
    });
    EXPECT_THAT(remarks(facts(a)), testing::Contains("f' jumps at 0, -1, 1, -2, 2 and 4 more"));
}

// e^x is infinite above 709.78; then f = x 1, and f' = 1 + x 0 inf.
TEST(ActivationRemarksTest, SayWhetherItIsFOrItsSlopeThatIsNoNumber) {
    const ActivationFacts f = facts(Activation("f", [](const auto& x) { return x * tanh(exp(x)); }));
    ASSERT_EQ(f.not_a_number.size(), 1U);
    EXPECT_TRUE(f.not_a_number[0].slope_alone);
    EXPECT_THAT(remarks(f), testing::Contains("f' is not a number above 710"));
    // -inf at -3, where f' = 1/0 sigmoid(-3) - inf; no number beyond.
    const ActivationFacts both =
        facts(Activation("f", [](const auto& x) { return log(x + 3.0) * sigmoid(x); }));
    ASSERT_EQ(both.not_a_number.size(), 2U);
    EXPECT_FALSE(both.not_a_number[0].slope_alone);
    EXPECT_TRUE(both.not_a_number[1].slope_alone);
    EXPECT_THAT(remarks(both), testing::Contains("f is not a number below -3"));
}

// ---- Curves ----

// f' = s (1 + x (1 - s)), f'' = s (1 - s) (2 + x (1 - 2 s)).
TEST(CurvesTest, AreTheFunctionAndItsTwoDerivatives) {
    const Curves c = curves(silu, -4, 4, 9);
    ASSERT_EQ(c.x, (std::vector<double>{-4, -3, -2, -1, 0, 1, 2, 3, 4}));
    ASSERT_TRUE(c.f.size() == 9 && c.slope.size() == 9 && c.curvature.size() == 9);
    for (std::size_t k = 0; k < 9; ++k) {
        const double x = c.x[k], s = 1 / (1 + std::exp(-x));
        EXPECT_NEAR(c.f[k], x * s, 1e-14);
        EXPECT_NEAR(c.slope[k], s * (1 + x * (1 - s)), 1e-14);
        EXPECT_NEAR(c.curvature[k], s * (1 - s) * (2 + x * (1 - 2 * s)), 1e-14);
    }
}

TEST(CurvesTest, NeedTwoPointsAndAnInterval) {
    for (const auto& [low, high, n] : {std::tuple{0.0, 1.0, 1U},
                                       {1.0, 1.0, 5U},
                                       {2.0, 1.0, 5U},
                                       {0.0, infinity, 5U},
                                       {std::nan(""), 1.0, 5U}})
        EXPECT_THAT(error_of([&, from = low, to = high, points = n] { curves(silu, from, to, points); }),
                    HasSubstr("give at least 2, from a number to a larger one"));
}

// ---- Cost ----

TEST(ActivationCostTest, TapeBytesAreThoseOfTheEdgesAndTimesArePositive) {
    const Activation swish("swish", [](const auto& x, auto p) { return x * sigmoid(p[0] * x); }, {1.0});
    const Activation by_neuron(
        "scaled", [](const auto& x, auto p) { return p[0] * tanh(p[1] * x); }, {1.0, 1.0}, Each::neuron);
    for (const auto& [a, bytes] : {std::pair{activation("identity"), 0.0},
                                   {activation("tanh"), 12.0},
                                   {silu, 12.0},
                                   {swish, 24.0},
                                   {by_neuron, 36.0}}) {
        const ActivationCost c = cost(a);
        EXPECT_EQ(c.tape_bytes, bytes) << a.name();
        EXPECT_GT(c.value_ns, 0);
        EXPECT_GT(c.gradient_ns, 0);
    }
}

TEST(ActivationCostTest, TheCallersOwnRecordingIsUntouched) {
    OwnRecording own;
    cost(activation("tanh"));
    own.expect_untouched();
}

}  // namespace
