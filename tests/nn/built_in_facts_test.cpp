// The facts of every built-in activation, as its formula has them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include <wengert/nn/activation_facts.hpp>

namespace {

using namespace wengert::nn;

constexpr double infinity = std::numeric_limits<double>::infinity(), ln2 = std::numbers::ln2,
                 root2 = std::numbers::sqrt2;

// ---- What the papers' formulas give ----

// Klambauer et al. 2017, eq. 14: the fixed point of mean 0 and variance 1.
const double e = std::numbers::e, pi = std::numbers::pi, tail = std::erfc(1 / root2),
             tail_2 = std::erfc(root2);
const double alpha = -std::sqrt(2 / pi) / (tail * std::sqrt(e) - 1);
const double lambda =
    (1 - tail * std::sqrt(e)) * std::sqrt(2 * pi) /
    std::sqrt(2 * tail_2 * e * e + pi * tail * tail * e - 2 * (2 + pi) * tail * std::sqrt(e) + pi + 2);
// (x Phi(x))'' = phi(x) (2 - x^2), so that the slopes Phi(x) + x phi(x) are extreme at the roots of 2; they
// add up to 1, as x G(x) has it whenever G(-x) = 1 - G(x).
const double gelu_most = std::erfc(-1) / 2 + 1 / (e * std::sqrt(pi));

constexpr Bound below{-infinity, false}, above{infinity, false};

struct Published {
    std::string name;
    Bound low, high;
    double at_zero, slope_at_zero;
    Extreme least, most;  // an infinite x is far off, on either side
    std::vector<double> kinks;
};

// The numbers of silu, gelu, gelu_tanh and mish with 10 digits and more are roots of f' and f'' of the
// formula, found in 30 digits; silu's is the known 2.3994 with x tanh(x / 2) = 2.
const Published published[] = {
    {"identity", below, above, 0, 1, {1, 0}, {1, 0}, {}},
    {"sigmoid", {0, false}, {1, false}, 0.5, 0.25, {0, infinity}, {0.25, 0}, {}},
    {"tanh", {-1, false}, {1, false}, 0, 1, {0, infinity}, {1, 0}, {}},
    {"relu", {0, true}, above, 0, 0, {0, 0}, {1, 0}, {0}},
    {"step", {0, true}, {1, true}, 1, 0, {0, 0}, {0, 0}, {0}},
    {"softplus", {0, false}, above, ln2, 0.5, {0, infinity}, {1, infinity}, {}},
    {"log_sigmoid", below, {0, false}, -ln2, 0.5, {0, infinity}, {1, infinity}, {}},
    {"leaky_relu", below, above, 0, 0.01, {0.01, 0}, {1, 0}, {0}},
    {"elu", {-1, false}, above, 0, 1, {0, infinity}, {1, 0}, {}},
    {"selu", {-lambda * alpha, false}, above, 0, lambda* alpha, {0, infinity}, {lambda * alpha, 0}, {0}},
    {"celu", {-1, false}, above, 0, 1, {0, infinity}, {1, 0}, {}},
    {"softsign", {-1, false}, {1, false}, 0, 1, {0, infinity}, {1, 0}, {}},
    {"gelu", {-0.169971207479904, true}, above, 0, 0.5, {1 - gelu_most, -root2}, {gelu_most, root2}, {}},
    {"gelu_tanh",
     {-0.170040750571254, true},
     above,
     0,
     0.5,
     {-0.128993068658772, -1.41850400879},
     {1.128993068658772, 1.41850400879},
     {}},
    {"silu",
     {-0.278464542761074, true},  // -W(1/e)
     above,
     0,
     0.5,
     {-0.0998393201288669, -2.39935728052},
     {1.0998393201288669, 2.39935728052},
     {}},
    {"mish",
     {-0.30884341301725, true},
     above,
     0,
     0.6,  // tanh(log 2) = (4 - 1) / (4 + 1)
     {-0.112526122389463, -2.25637639636},
     {1.08849816125173, 1.49057117949},
     {}},
    {"hard_sigmoid", {0, true}, {1, true}, 0.5, 1.0 / 6, {0, 3}, {1.0 / 6, 0}, {-3, 3}},
    {"hard_swish", {-3.0 / 8, true}, above, 0, 0.5, {-0.5, -3}, {1.5, 3}, {-3, 3}},  // f' = x / 3 + 1 / 2
    {"hard_tanh", {-1, true}, {1, true}, 0, 1, {0, 1}, {1, 0}, {-1, 1}},
    {"relu6", {0, true}, {6, true}, 0, 0, {0, 0}, {1, 0}, {0, 6}},
    {"swish",
     {-0.278464542761074, true},
     above,
     0,
     0.5,
     {-0.0998393201288669, -2.39935728052},
     {1.0998393201288669, 2.39935728052},
     {}},
    {"prelu", below, above, 0, 0.25, {0.25, 0}, {1, 0}, {0}},
};

void expect_near(double found, double known, double tolerance) {
    if (std::isinf(known))
        EXPECT_EQ(found, known);
    else
        EXPECT_NEAR(found, known, tolerance);
}
void expect_extreme(const Extreme& found, const Extreme& known) {
    EXPECT_NEAR(found.slope, known.slope, 1e-12);
    // Which side comes first is chance where it is the same on both.
    expect_near(std::abs(found.x), std::abs(known.x), 1e-6);
}

// ---- And what is told ----

TEST(BuiltInFactsTest, AreThoseOfTheFormulas) {
    for (const Published& p : published) {
        SCOPED_TRACE(p.name);
        const ActivationFacts f = facts(activation(p.name));
        expect_near(f.low.value, p.low.value, 1e-12);
        expect_near(f.high.value, p.high.value, 1e-12);
        EXPECT_EQ(f.low.reached, p.low.reached);
        EXPECT_EQ(f.high.reached, p.high.reached);
        EXPECT_NEAR(f.at_zero, p.at_zero, 1e-15);
        EXPECT_NEAR(f.slope_at_zero, p.slope_at_zero, 1e-15);
        expect_extreme(f.smallest_slope, p.least);
        expect_extreme(f.largest_slope, p.most);
        ASSERT_EQ(f.kinks.size(), p.kinks.size());
        for (std::size_t k = 0; k < p.kinks.size(); ++k) EXPECT_NEAR(f.kinks[k].x, p.kinks[k], 1e-9);
        for (const Kink& k : f.kinks) EXPECT_EQ(k.jump, p.name == "step");
        EXPECT_TRUE(f.not_a_number.empty());
    }
}

TEST(BuiltInFactsTest, LeaveOutNoActivation) {
    for (const std::string& name : activation_names())
        EXPECT_EQ(std::ranges::count(published, name, &Published::name),
                  activation(name).elementwise() ? 1 : 0)
            << name;
}

}  // namespace
