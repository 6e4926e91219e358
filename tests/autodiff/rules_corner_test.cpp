// What the rules choose where mathematics or the number format leaves a choice, corner by corner.
#include "modes_support.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include <wengert/wengert.hpp>

namespace {

class RulesCorner : public testing::Test {
protected:
    void TearDown() override { wengert::clear(); }
};

// ---- Kinks ----

TEST_F(RulesCorner, ChoosesTheMiddleOfTheKinkOfAbsHypotAndCopysign) {
    const auto absolute = [](const auto& x) { return wengert::abs(x); };
    EXPECT_EQ(slope(absolute, 0.0), 0.0);
    EXPECT_EQ(slope(absolute, -0.0), 0.0);
    EXPECT_EQ(slope(absolute, -1e-320), -1.0);
    EXPECT_EQ(slope(absolute, -infinity), -1.0);
    EXPECT_TRUE(std::isnan(slope(absolute, nan)));
    EXPECT_EQ(second(absolute, 0.0), 0.0);
    EXPECT_EQ(second(absolute, -2.0), 0.0);

    const auto length = [](const auto& a, const auto& b) { return wengert::hypot(a, b); };
    const auto origin = derivatives(length, 0.0, -0.0);
    EXPECT_EQ(origin.partials[0], 0.0);
    EXPECT_EQ(origin.partials[1], 0.0);
    EXPECT_EQ(second(length, std::array{0.0, 0.0}, 0, 0), 0.0);
    EXPECT_EQ(second(length, std::array{0.0, 0.0}, 0, 1), 0.0);

    const auto signed_as = [](const auto& a, const auto& b) { return wengert::copysign(a, b); };
    EXPECT_EQ(derivatives(signed_as, 0.0, -1.0).partials[0], 0.0);
    for (const double a : {2.0, -2.0})
        for (const double b : {0.0, -0.0, 3.0, -3.0, nan, -infinity}) {
            const auto d = derivatives(signed_as, a, b);
            EXPECT_EQ(d.value, std::copysign(a, b));
            EXPECT_EQ(d.partials[0], std::signbit(a) == std::signbit(b) ? 1.0 : -1.0) << a << ", " << b;
            EXPECT_EQ(d.partials[1], 0.0);
        }
}

TEST_F(RulesCorner, ChoosesTheLeftOfReluAndTheConstantOfFdimAtTheirKinks) {
    const auto relu = [](const auto& x) { return wengert::relu(x); };
    EXPECT_EQ(slope(relu, 0.0), 0.0);
    EXPECT_EQ(slope(relu, -0.0), 0.0);
    EXPECT_EQ(slope(relu, std::numeric_limits<double>::denorm_min()), 1.0);
    EXPECT_EQ(slope(relu, -infinity), 0.0);
    EXPECT_TRUE(same(relu(-0.0), 0.0));
    EXPECT_TRUE(std::isnan(relu(nan)));
    EXPECT_EQ(second(relu, 0.0), 0.0);

    const auto fdim = [](const auto& a, const auto& b) { return wengert::fdim(a, b); };
    const auto tie = derivatives(fdim, 2.0, 2.0), above = derivatives(fdim, 5.0, 2.0),
               below = derivatives(fdim, 2.0, 5.0);
    EXPECT_EQ(tie.partials, (std::array{0.0, 0.0}));
    EXPECT_EQ(above.partials, (std::array{1.0, -1.0}));
    EXPECT_EQ(below.partials, (std::array{0.0, 0.0}));
    EXPECT_TRUE(std::isnan(derivatives(fdim, nan, 1.0).value));
    EXPECT_EQ(derivatives(fdim, infinity, infinity).value, 0.0);
}

TEST_F(RulesCorner, GivesATieToTheFirstArgument) {
    const auto f = [](const auto& rule) {
        const auto d = derivatives(rule, 2.0, 2.0);
        EXPECT_EQ(d.value, 2.0);
        EXPECT_EQ(d.partials, (std::array{1.0, 0.0}));
    };
    f([](const auto& a, const auto& b) { return wengert::min(a, b); });
    f([](const auto& a, const auto& b) { return wengert::max(a, b); });
    f([](const auto& a, const auto& b) { return wengert::fmin(a, b); });
    f([](const auto& a, const auto& b) { return wengert::fmax(a, b); });
    // A choice between two zeros is one too.
    EXPECT_EQ(
        derivatives([](const auto& a, const auto& b) { return wengert::max(a, b); }, -0.0, 0.0).partials,
        (std::array{1.0, 0.0}));
}

TEST_F(RulesCorner, HasAnInfiniteSlopeWhereARootBegins) {
    const auto root = [](const auto& x) { return wengert::sqrt(x); };
    EXPECT_EQ(slope(root, 0.0), infinity);
    EXPECT_EQ(slope(root, -0.0), -infinity) << "sqrt(-0) is -0";
    EXPECT_EQ(slope(root, infinity), 0.0);
    const auto cube_root = [](const auto& x) { return wengert::cbrt(x); };
    EXPECT_EQ(slope(cube_root, 0.0), infinity);
    EXPECT_EQ(slope(cube_root, -0.0), infinity);
    EXPECT_EQ(slope(cube_root, -infinity), 0.0);
    EXPECT_DOUBLE_EQ(slope(cube_root, -8.0), 1.0 / 12);
    EXPECT_EQ(slope([](const auto& x) { return wengert::asin(x); }, 1.0), infinity);
    EXPECT_EQ(slope([](const auto& x) { return wengert::acos(x); }, -1.0), -infinity);
    EXPECT_EQ(slope([](const auto& x) { return wengert::acosh(x); }, 1.0), infinity);
    EXPECT_EQ(slope([](const auto& x) { return wengert::atanh(x); }, -1.0), infinity);
    EXPECT_EQ(slope([](const auto& x) { return wengert::log(x); }, 0.0), infinity);
    EXPECT_EQ(slope([](const auto& x) { return wengert::log1p(x); }, -1.0), infinity);
    EXPECT_TRUE(std::isnan(
        derivatives([](const auto& a, const auto& b) { return wengert::atan2(a, b); }, 0, 0).partials[0]))
        << "atan2 has no derivative at the origin";
}

TEST_F(RulesCorner, FlatFunctionsAreConstantsWithTheValueOfTheirSide) {
    const auto step = [](const auto& x) { return wengert::step(x); };
    EXPECT_EQ(derivatives(step, 0.0).value, 1.0);
    EXPECT_EQ(derivatives(step, -0.0).value, 1.0);
    EXPECT_EQ(derivatives(step, -1e-320).value, 0.0);
    EXPECT_TRUE(std::isnan(step(nan)));
    const Value x = variable(2.5);
    const std::size_t before = wengert::statistics().edges;
    const auto expect_constant = [](const Value& y, double value) {
        EXPECT_FALSE(y.active());
        EXPECT_EQ(y.value(), value);
    };
    expect_constant(step(x), 1.0);
    expect_constant(floor(x), 2.0);
    expect_constant(ceil(x), 3.0);
    expect_constant(trunc(x), 2.0);
    expect_constant(round(x), 3.0);  // halves away from 0
    expect_constant(rint(x), 2.0);   // halves to even
    EXPECT_EQ(wengert::statistics().edges, before);
}

// ---- NaN ----

TEST_F(RulesCorner, FminAndFmaxTakeANanForNoArgument) {
    const auto check = [](const auto& f) {
        const auto first = derivatives(f, 1.0, nan), last = derivatives(f, nan, 1.0),
                   none = derivatives(f, nan, nan);
        EXPECT_EQ(first.value, 1.0);
        EXPECT_EQ(first.partials, (std::array{1.0, 0.0}));
        EXPECT_EQ(last.value, 1.0);
        EXPECT_EQ(last.partials, (std::array{0.0, 1.0}));
        EXPECT_TRUE(std::isnan(none.value));
    };
    check([](const auto& a, const auto& b) { return wengert::fmin(a, b); });
    check([](const auto& a, const auto& b) { return wengert::fmax(a, b); });
}

TEST_F(RulesCorner, MinAndMaxKeepTheFirstBesideANanAsTheStandardOnesDo) {
    const auto lesser = [](const auto& a, const auto& b) { return wengert::min(a, b); };
    const auto greater = [](const auto& a, const auto& b) { return wengert::max(a, b); };
    for (const auto& [a, b] : {std::pair{1.0, nan}, std::pair{nan, 1.0}}) {
        EXPECT_TRUE(same(derivatives(lesser, a, b).value, std::min(a, b)));
        EXPECT_TRUE(same(derivatives(greater, a, b).value, std::max(a, b)));
        EXPECT_EQ(derivatives(lesser, a, b).partials, (std::array{1.0, 0.0}));
        EXPECT_EQ(derivatives(greater, a, b).partials, (std::array{1.0, 0.0}));
    }
}

TEST_F(RulesCorner, HypotOfAnInfinityIsInfiniteBesideANan) {
    const auto length = [](const auto& a, const auto& b) { return wengert::hypot(a, b); };
    EXPECT_EQ(derivatives(length, infinity, nan).value, infinity);
    EXPECT_EQ(derivatives(length, nan, -infinity).value, infinity);
    EXPECT_EQ(derivatives(length, -infinity, 1e300).partials, (std::array{-1.0, 0.0}));
    EXPECT_DOUBLE_EQ(derivatives(length, infinity, infinity).partials[0], std::sqrt(0.5));
    EXPECT_TRUE(std::isnan(derivatives(length, nan, 1.0).partials[0]));
}

// ---- Choices ----

TEST_F(RulesCorner, ClampPassesToTheOneThatIsTheResult) {
    const auto f = [](const auto& x, const auto& low, const auto& high) {
        return wengert::clamp(x, low, high);
    };
    EXPECT_EQ(derivatives(f, 0.5, 0.0, 1.0).partials, (std::array{1.0, 0.0, 0.0}));
    EXPECT_EQ(derivatives(f, -3.0, 0.0, 1.0).partials, (std::array{0.0, 1.0, 0.0}));
    EXPECT_EQ(derivatives(f, 3.0, 0.0, 1.0).partials, (std::array{0.0, 0.0, 1.0}));
    EXPECT_EQ(derivatives(f, 0.0, 0.0, 1.0).partials, (std::array{1.0, 0.0, 0.0}))
        << "at a bound x is the result";
    EXPECT_EQ(derivatives(f, 1.0, 0.0, 1.0).partials, (std::array{1.0, 0.0, 0.0}));
    const auto with_nan = derivatives(f, nan, 0.0, 1.0);
    EXPECT_TRUE(std::isnan(with_nan.value));
    EXPECT_EQ(with_nan.partials, (std::array{1.0, 0.0, 0.0}));
}

TEST_F(RulesCorner, AChoicePassesNothingToTheBranchNotTakenWithinOneStatement) {
    // At 0 the root has the slope infinity, and log and 1 / x have it with a value that is infinite too.
    const auto select = [](const auto& x) { return wengert::select(x > 0.0, wengert::sqrt(x), 0 * x); };
    EXPECT_EQ(slope(select, 0.0), 0.0);
    EXPECT_EQ(second(select, 0.0), 0.0);
    const auto several = [](const auto& x) {
        return wengert::max(x - 1.0, wengert::select(x > 0.0, wengert::log(x) / x, 3.0 * x)) +
               wengert::min(x * x, 1.0 / wengert::abs(x)) +
               wengert::clamp(x, -1.0 + 0.0 * x, 2.0 + 1.0 / (x * x));
    };
    EXPECT_EQ(slope(several, 0.0), 3.0 + 1.0);
    EXPECT_EQ(second(several, 0.0), 2.0);
    const auto fmin = [](const auto& x) { return wengert::fmin(wengert::log(-1.0 - x) * x, 2.0 * x); };
    EXPECT_EQ(slope(fmin, 1.0), 2.0) << "the logarithm is a NaN, and its slope too";
}

// ---- Remainders ----

TEST_F(RulesCorner, FmodAndRemainderHaveMinusTheQuotientByTheDivisor) {
    const auto fmod = [](const auto& a, const auto& b) { return wengert::fmod(a, b); };
    const auto remainder = [](const auto& a, const auto& b) { return wengert::remainder(a, b); };
    EXPECT_EQ(derivatives(fmod, 7.5, 2.0).partials, (std::array{1.0, -3.0}));
    EXPECT_EQ(derivatives(fmod, -7.5, 2.0).partials, (std::array{1.0, 3.0}));
    EXPECT_EQ(derivatives(fmod, 7.5, -2.0).partials, (std::array{1.0, 3.0}));
    EXPECT_EQ(derivatives(remainder, 7.5, 2.0).partials, (std::array{1.0, -4.0}));
    EXPECT_EQ(derivatives(remainder, 5.0, 2.0).partials, (std::array{1.0, -2.0})) << "halves to even";
    EXPECT_EQ(derivatives(fmod, 1.0, 0.1).partials[1], -9.0) << "0.1 is a little more than a tenth";
    EXPECT_EQ(derivatives(fmod, 3.0, infinity).partials, (std::array{1.0, 0.0}));
    EXPECT_EQ(derivatives(fmod, 0x1p60 + 0x1p10, 3.0).partials[1], -std::trunc((0x1p60 + 0x1p10) / 3.0));
    EXPECT_TRUE(std::isnan(derivatives(fmod, 1.0, 0.0).value));
}

// ---- The whole range ----

TEST_F(RulesCorner, SquaresNeitherOverflowNorVanishOnTheWayToAnOrdinaryDerivative) {
    for (const double s : {1e-200, 1e200}) {
        const auto length =
            derivatives([](const auto& a, const auto& b) { return wengert::hypot(a, b); }, 3 * s, -4 * s);
        EXPECT_DOUBLE_EQ(length.partials[0], 0.6);
        EXPECT_DOUBLE_EQ(length.partials[1], -0.8);
        const auto angle =
            derivatives([](const auto& a, const auto& b) { return wengert::atan2(a, b); }, 3 * s, 4 * s);
        EXPECT_DOUBLE_EQ(angle.partials[0], 0.16 / s);
        EXPECT_DOUBLE_EQ(angle.partials[1], -0.12 / s);
        const auto quotient = derivatives([](const auto& a, const auto& b) { return a / b; }, 6 * s, 2 * s);
        EXPECT_DOUBLE_EQ(quotient.partials[0], 0.5 / s);
        EXPECT_DOUBLE_EQ(quotient.partials[1], -1.5 / s);
        EXPECT_DOUBLE_EQ(slope([](const auto& x) { return wengert::asinh(x); }, s), s < 1 ? 1 : 1 / s);
    }
    const auto length =
        derivatives([](const auto& a, const auto& b) { return wengert::hypot(a, b); }, 1.5e308, 1.5e308);
    EXPECT_EQ(length.value, infinity);
    EXPECT_DOUBLE_EQ(length.partials[0], std::sqrt(0.5)) << "although the length itself is out of range";
    EXPECT_DOUBLE_EQ(slope([](const auto& x) { return wengert::atan(x); }, 1e150), 1e-300);
}

TEST_F(RulesCorner, KeepsRelativeAccuracyAtSaturation) {
    const auto sigmoid = [](const auto& x) { return wengert::sigmoid(x); };
    const auto tanh = [](const auto& x) { return wengert::tanh(x); };
    const auto softplus = [](const auto& x) { return wengert::softplus(x); };
    const auto log_sigmoid = [](const auto& x) { return wengert::log_sigmoid(x); };
    const double e40 = 4.2483542552915889953e-18;  // exp(-40)
    EXPECT_DOUBLE_EQ(slope(sigmoid, 40), e40);
    EXPECT_DOUBLE_EQ(slope(sigmoid, -40), e40);
    EXPECT_DOUBLE_EQ(second(sigmoid, 40), -e40);
    EXPECT_DOUBLE_EQ(second(sigmoid, -40), e40);
    EXPECT_DOUBLE_EQ(sigmoid(-40.0), e40);
    EXPECT_DOUBLE_EQ(slope(tanh, 20), 4 * e40);
    EXPECT_DOUBLE_EQ(second(tanh, 20), -8 * e40);
    EXPECT_DOUBLE_EQ(second(tanh, -20), 8 * e40);
    EXPECT_DOUBLE_EQ(softplus(-40.0), e40);
    EXPECT_DOUBLE_EQ(slope(softplus, -40), e40);
    EXPECT_DOUBLE_EQ(second(softplus, -40), e40);
    EXPECT_DOUBLE_EQ(second(softplus, 40), e40);
    EXPECT_DOUBLE_EQ(log_sigmoid(40.0), -e40);
    EXPECT_DOUBLE_EQ(slope(log_sigmoid, 40), e40);
    EXPECT_DOUBLE_EQ(second(log_sigmoid, 40), -e40);
    for (const double x : {800.0, -800.0, 1e300, -1e300, infinity, -infinity}) {
        EXPECT_EQ(slope(sigmoid, x), 0.0);
        EXPECT_EQ(slope(tanh, x), 0.0);
        EXPECT_EQ(slope(softplus, x), x > 0 ? 1.0 : 0.0);
        EXPECT_EQ(slope(log_sigmoid, x), x > 0 ? 0.0 : 1.0);
        if (std::isinf(x)) continue;
        EXPECT_EQ(second(sigmoid, x), 0.0);
        EXPECT_EQ(second(tanh, x), 0.0);
        EXPECT_EQ(second(softplus, x), 0.0);
    }
    EXPECT_EQ(slope(sigmoid, 0), 0.25);
    EXPECT_EQ(slope(tanh, 0), 1.0);
    EXPECT_EQ(slope(softplus, 0), 0.5);
    EXPECT_EQ(second(sigmoid, 0), 0.0);
    EXPECT_EQ(second(tanh, 0), 0.0);
    EXPECT_EQ(second(softplus, 0), 0.25);
}

TEST_F(RulesCorner, ItsOwnFunctionsHaveTheValuesOfTheirFormulas) {  // with digits computed elsewhere
    EXPECT_DOUBLE_EQ(wengert::sigmoid(1.0), 0.73105857863000487925);
    EXPECT_DOUBLE_EQ(wengert::sigmoid(-1.0), 0.26894142136999512075);
    EXPECT_DOUBLE_EQ(wengert::softplus(1.0), 1.3132616875182228340);
    EXPECT_DOUBLE_EQ(wengert::softplus(-1.0), 0.31326168751822283405);
    EXPECT_DOUBLE_EQ(wengert::log_sigmoid(1.0), -0.31326168751822283405);
    EXPECT_DOUBLE_EQ(wengert::log_sigmoid(-1.0), -1.3132616875182228340);
    EXPECT_DOUBLE_EQ(wengert::exp_minus_square(2.0), 0.018315638888734180294);
    EXPECT_DOUBLE_EQ(wengert::polygamma(1, 1.0), 1.6449340668482264365);
    EXPECT_DOUBLE_EQ(wengert::ldexp(0.75, 4), 12.0);
    EXPECT_EQ(wengert::square(-3.0), 9.0);
    EXPECT_EQ(wengert::softplus(1000.0), 1000.0);
    EXPECT_EQ(wengert::log_sigmoid(-1000.0), -1000.0);
}

// ---- polygamma's orders ----

TEST_F(RulesCorner, PolygammaRefusesOrdersThatItLacksAndLeavesTheTapeUsable) {
    const Value x = variable(2.5);
    for (const int n : {-1, 5, 100}) {
        EXPECT_THROW(Value(polygamma(n, x)), wengert::Error) << n;
        EXPECT_THROW(wengert::polygamma(n, 2.5), wengert::Error) << n;
        EXPECT_THROW(polygamma(n, Dual<double>(2.5, 1.0)), wengert::Error) << n;
    }
    const Value y = polygamma(4, x) * 2.0;
    y.backward();
    EXPECT_DOUBLE_EQ(x.grad(), 2 * wengert::polygamma_value(5, 2.5));
    // The second derivative of polygamma(4, x) would be polygamma(6, x).
    try {
        polygamma(4, Dual<Dual<double>>(Dual<double>(2.5, 1.0), Dual<double>(1.0)));
        ADD_FAILURE() << "no Error";
    } catch (const wengert::Error& e) {
        EXPECT_NE(std::string(e.what()).find("from 0 to 4"), std::string::npos) << e.what();
    }
    const auto third = [](const auto& v) { return wengert::polygamma(3, v); };
    EXPECT_DOUBLE_EQ(second(third, 2.5), wengert::polygamma_value(5, 2.5));
}

}  // namespace
