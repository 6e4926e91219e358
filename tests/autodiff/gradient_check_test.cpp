// Each verdict with each of its reasons, at the ends of the range, under cancellation and at kinks; sizes,
// reports, and what must stay as it was.
#include <wengert/wengert.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

namespace {

using wengert::Box;
using wengert::check_gradient;
using wengert::check_hessian;
using wengert::check_jacobian;
using wengert::GradientReport;
using wengert::Points;
using wengert::Verdict;
using V = std::vector<double>;

constexpr double infinity = std::numeric_limits<double>::infinity();

// Whether the report says so, wherever its lines break.
bool says(const GradientReport& report, const std::string& words) {
    std::istringstream in(report.text());
    std::string text;
    for (std::string word; in >> word;) text += word + " ";
    return text.find(words) != std::string::npos;
}
// The verdict on one derivative, and a word of the reason.
testing::AssertionResult is(const GradientReport& report, Verdict verdict, const std::string& reason = "") {
    for (const wengert::ComponentCheck& c : report)
        if (c.verdict != verdict || c.reason.find(reason) == std::string::npos)
            return testing::AssertionFailure() << report;
    return testing::AssertionSuccess();
}
template <class F> std::string error_of(const F& f) {
    try {
        f();
    } catch (const wengert::Error& e) {
        return e.what();
    }
    return "no error";
}

const auto square_of = [](const auto& x) { return x * x; };
const auto relu_of = [](const auto& x) { return relu(x); };
const auto logistic = [](const auto& w) { return log1p(exp(-(w[0] * 0.5 - w[1] * 2.0))); };
V logistic_by_hand(const V& w) {
    const double s = 1 / (1 + std::exp(w[0] * 0.5 - w[1] * 2.0));
    return {-0.5 * s, 2 * s};
}
const V at{0.3, -0.2};

// ---- Verdicts ----

TEST(GradientCheck, AgreesWithARightGradientAsFunctionAndAsNumbers) {
    EXPECT_TRUE(is(check_gradient(logistic, at, logistic_by_hand), Verdict::agrees));
    EXPECT_TRUE(is(check_gradient(logistic, at, logistic_by_hand(at)), Verdict::agrees));
    const V numbers = logistic_by_hand(at);
    EXPECT_TRUE(is(check_gradient(logistic, at, std::span(numbers)), Verdict::agrees));
    EXPECT_TRUE(is(check_gradient(logistic, std::array{0.3, -0.2}, std::array{numbers[0], numbers[1]}),
                   Verdict::agrees));
}

TEST(GradientCheck, FindsTheOneWrongComponent) {
    const GradientReport report = check_gradient(logistic, at, [](const V& w) {
        V g = logistic_by_hand(w);
        g[1] = -g[1];
        return g;
    });
    EXPECT_FALSE(report.ok());
    ASSERT_EQ(report.size(), 2u);
    EXPECT_EQ(report[0].verdict, Verdict::agrees);
    EXPECT_EQ(report[1].verdict, Verdict::differs);
    EXPECT_EQ(report[1].column, 1u);
    EXPECT_DOUBLE_EQ(report[1].autodiff, -report[1].hand);
    EXPECT_DOUBLE_EQ(report[1].referee, report[1].autodiff);
    EXPECT_LT(report[1].referee_error, 1e-16);
    EXPECT_DOUBLE_EQ(report[1].absolute, 2 * std::abs(report[1].hand));
    EXPECT_DOUBLE_EQ(report[1].relative, 2);
    EXPECT_GT(report[1].ulps, 1e18);
    EXPECT_LT(report[1].tolerance, 1e-14);
    EXPECT_NE(report[1].reason.find("wrong sign. Believe autodiff"), std::string::npos) << report;
}

struct WrongPartial {
    [[maybe_unused]] static constexpr std::string_view name = "wrong_partial";
    template <class T> static T value(const T& x) { return x * exp(-x * x); }
    template <int, class T> static T partial(const T& x, const T&) { return exp(-x * x); }
};
const auto wrong_rule = [](const auto& x) { return wengert::apply<WrongPartial>(x); };

TEST(GradientCheck, DoubtsAutodiffWhereTheRefereeSidesWithTheHand) {
    const double right = 0.5 * std::exp(-0.25), wrong = std::exp(-0.25);
    EXPECT_TRUE(is(check_gradient(wrong_rule, 0.5, right), Verdict::autodiff_doubtful, "Believe the hand"));
    EXPECT_TRUE(is(check_gradient(wrong_rule, 0.5), Verdict::autodiff_doubtful, "wrong rule"));
    EXPECT_TRUE(is(check_gradient(wrong_rule, 0.5, wrong), Verdict::autodiff_doubtful, "contradicts both"));
    EXPECT_TRUE(is(check_gradient(wrong_rule, 0.5, 7.0), Verdict::differs, "neither"));
}

TEST(GradientCheck, DoubtsAutodiffAtADetachAndAtANumberTakenOut) {
    const auto detached = [](const auto& x) { return detach(x) * x; };
    const auto taken_out = [](const auto& x) { return x.value() * x; };
    EXPECT_TRUE(is(check_gradient(detached, 3.0, 6.0), Verdict::autodiff_doubtful));
    EXPECT_TRUE(is(check_gradient(detached, 3.0), Verdict::autodiff_doubtful));
    EXPECT_TRUE(is(check_gradient(taken_out, 3.0, 6.0), Verdict::autodiff_doubtful));
}

TEST(GradientCheck, HoldsTheVjpOfAnExternalToDifferences) {
    const auto with = [](double factor) {
        return [factor](const auto& x) {
            const auto root = [](std::span<const double> a) { return std::vector{std::sqrt(a[0]) + a[1]}; };
            const auto vjp = [factor](auto a, auto, auto w) {
                return std::vector{factor * w[0] / std::sqrt(a[0]), w[0]};
            };
            return exp(wengert::external(x, root, vjp)[0]);
        };
    };
    EXPECT_TRUE(is(check_gradient(with(0.5), V{2.0, -0.3}), Verdict::agrees));
    const GradientReport report = check_gradient(with(0.25), V{2.0, -0.3});
    EXPECT_EQ(report[0].verdict, Verdict::autodiff_doubtful) << report;
    EXPECT_EQ(report[1].verdict, Verdict::agrees) << report;
    EXPECT_TRUE(says(report, "external"));
}

TEST(GradientCheck, TakesDifferencesWhereComplexStepsCannotPass) {
    const auto f = [](const auto& x) { return lgamma(x[0]) * x[1] + erf(x[1]) + x[0] * floor(x[1]); };
    const auto hand = [](const V& x) {
        return V{x[1] * wengert::polygamma(0, x[0]) + std::floor(x[1]),
                 std::lgamma(x[0]) + 2 / std::sqrt(M_PI) * std::exp(-x[1] * x[1])};
    };
    const GradientReport right = check_gradient(f, V{2.5, 1.5}, hand);
    EXPECT_TRUE(is(right, Verdict::agrees)) << right;
    EXPECT_TRUE(says(right, "extrapolated differences, since complex steps cannot pass"));
    EXPECT_LT(right[0].referee_error, 1e-13);
    EXPECT_TRUE(is(check_gradient(f, V{2.5, 1.5},
                                  [&](const V& x) {
                                      V g = hand(x);
                                      return V{g[0] * (1 + 1e-7), g[1] * (1 - 1e-7)};
                                  }),
                   Verdict::differs, "off by 1e-07 of its size"));
}

// ---- Small, large, cancelling ----

TEST(GradientCheckAtTheEndsOfTheRange, NeitherBlamesNorPassesForBeingSmallOrLarge) {
    const auto cube = [](const auto& x) { return x * x * x; };
    for (const double x : {1e-200, 1e-150, 1e-100, 1e100, 1e150}) {
        EXPECT_TRUE(is(check_gradient(square_of, x, 2 * x), Verdict::agrees)) << x;
        EXPECT_TRUE(is(check_gradient(square_of, x, 2 * x * (1 + 1e-9)), Verdict::differs)) << x;
        EXPECT_TRUE(is(check_gradient(square_of, x, -2 * x), Verdict::differs)) << x;
        EXPECT_TRUE(is(check_gradient(square_of, x, 0.0), Verdict::differs)) << x;
        EXPECT_TRUE(is(check_gradient(cube, x, 3 * x * x * (1 + 1e-15)), Verdict::agrees)) << x;
    }
    EXPECT_TRUE(is(check_gradient(square_of, 1e200, 2e200), Verdict::agrees));
    EXPECT_TRUE(is(check_gradient(square_of, 1e200, 2.1e200), Verdict::differs));
    EXPECT_TRUE(is(check_gradient(square_of, 0.0, 0.0), Verdict::agrees));
    EXPECT_TRUE(is(check_gradient(square_of, 0.0, -0.0), Verdict::agrees));
    EXPECT_TRUE(is(check_gradient(square_of, 0.0, 1e-300), Verdict::differs));
    EXPECT_TRUE(is(check_gradient([](const auto& x) { return x * 1e-310; }, 2.0, 1e-310), Verdict::agrees));
}

TEST(GradientCheckAtTheEndsOfTheRange, SeesASmallComponentBesideALargeOne) {
    const auto f = [](const auto& x) { return 1e200 * x[0] + 1e-200 * x[1] * x[1]; };
    EXPECT_TRUE(is(check_gradient(f, V{1.0, 1.0}, V{1e200, 2e-200}), Verdict::agrees));
    const GradientReport report = check_gradient(f, V{1.0, 1.0}, V{1e200, 1e-200});
    EXPECT_EQ(report[0].verdict, Verdict::agrees) << report;
    EXPECT_EQ(report[1].verdict, Verdict::differs) << report;
}

TEST(GradientCheckUnderCancellation, PassesOrIsUndecidedAndNeverBlames) {
    const auto cube = [](const auto& x) { return (x - 1.0) * (x - 1.0) * (x - 1.0); };
    const auto expanded = [](double x) { return 3 * x * x - 6 * x + 3; };
    int undecided = 0;
    for (double away = 1e-3; away > 1e-15; away /= 3) {
        const GradientReport report = check_gradient(cube, 1 + away, expanded);
        EXPECT_EQ(report.count(Verdict::differs) + report.count(Verdict::autodiff_doubtful), 0u) << report;
        undecided += report.ok() ? 0 : 1;
    }
    EXPECT_GT(undecided, 5);
    EXPECT_TRUE(is(check_gradient(cube, 1 + 1e-10, expanded), Verdict::undecided, "ill-conditioned"));
}

TEST(GradientCheckUnderCancellation, AgreesToTheBitWhateverTheConditioning) {
    // The terms of the derivative, exp(x) - exp(x), are of size 1e4 and leave noise or 0.
    const auto f = [](const auto& x) { return exp(x[0]) - exp(x[0] + 1e-13 * x[1]); };
    const auto g = wengert::gradient(f, V{9.0, 1.0});
    EXPECT_TRUE(is(check_gradient(f, V{9.0, 1.0}, g), Verdict::agrees));
    const GradientReport report = check_gradient(f, V{9.0, 1.0}, V{-g[0], g[1]});
    EXPECT_EQ(report[0].verdict, Verdict::undecided) << report;
    EXPECT_NE(report[0].reason.find("ill-conditioned here"), std::string::npos) << report;
    EXPECT_EQ(report[1].verdict, Verdict::agrees) << report;
}

TEST(GradientCheckUnderCancellation, AllowsForManyRoundings) {
    // 1000 roundings in a row that no input moves: c^1000 by multiplication and by pow.
    const auto f = [](const auto& x) {
        std::decay_t<decltype(x)> y = x;
        for (int k = 0; k < 1000; ++k) y = y * 1.0123456789;
        return y;
    };
    EXPECT_TRUE(is(
        check_gradient(f, 0.3, static_cast<double>(std::pow(static_cast<long double>(1.0123456789), 1000))),
        Verdict::agrees));
}

TEST(GradientCheckUnderCancellation, TellsUnderflowInsideFFromAWrongGradient) {
    const auto norm = [](const auto& x) { return sqrt(x[0] * x[0] + x[1] * x[1]); };
    EXPECT_TRUE(
        is(check_gradient(norm, V{3e-200, 4e-200}, V{0.6, 0.8}), Verdict::autodiff_doubtful, "underflows"));
}

// ---- Kinks ----

TEST(GradientCheckAtAKink, AgreesWithAutodiffsChoiceAndIsUndecidedAboutOthers) {
    const auto at_one = [](const auto& x) { return abs(x - 1.0); };
    const auto norm = [](const auto& x) { return hypot(x[0], x[1]); };
    EXPECT_TRUE(is(check_gradient(relu_of, 0.0, 0.0), Verdict::agrees));
    EXPECT_TRUE(
        is(check_gradient(relu_of, 0.0, 1.0), Verdict::undecided, "kink: the slope is 0 on the left, 1"));
    EXPECT_TRUE(
        is(check_gradient(relu_of, 0.0, -5.0), Verdict::undecided, "the hand-derived -5 lies outside"));
    EXPECT_TRUE(is(check_gradient(at_one, 1.0, 0.0), Verdict::agrees));
    EXPECT_TRUE(
        is(check_gradient(at_one, 1.0, 1.0), Verdict::undecided, "kink: the slope is -1 on the left, 1"));
    EXPECT_TRUE(is(check_gradient(at_one, 1.0, -1.0), Verdict::undecided, "kink"));
    EXPECT_TRUE(is(check_gradient(norm, V{0, 0}, V{0, 0}), Verdict::agrees));
    EXPECT_TRUE(is(check_gradient(norm, V{0, 0}, V{1, 1}), Verdict::undecided, "kink"));
    EXPECT_TRUE(is(check_gradient([](const auto& x) { return max(x[0], x[1]); }, V{2, 2}, V{0.5, 0.5}),
                   Verdict::undecided, "kink"));
}

TEST(GradientCheckAtAKink, FindsOneThatBothSidesHide) {
    // relu(x) - relu(-x) = x, but autodiff takes 0 - 0 at 0.
    const auto f = [](const auto& x) { return relu(x) - relu(-x); };
    EXPECT_TRUE(is(check_gradient(f, 0.0, 1.0), Verdict::undecided, "kink"));
}

TEST(GradientCheckAtAKink, DecidesRightBesideIt) {
    EXPECT_TRUE(is(check_gradient(relu_of, 1e-300, 1.0), Verdict::agrees));
    EXPECT_TRUE(is(check_gradient(relu_of, 1e-300, 0.0), Verdict::differs));
    EXPECT_TRUE(is(check_gradient(relu_of, -1e-300, 1.0), Verdict::differs));
    EXPECT_TRUE(
        is(check_gradient([](const auto& x) { return abs(x - 1.0); }, 1 + 1e-12, -1.0), Verdict::differs));
}

TEST(GradientCheckAtAKink, KnowsKinksAndJumpsByDifferencesToo) {
    const auto plain = +[](double x) { return std::max(0.0, 3 * x); };
    EXPECT_TRUE(is(check_gradient(plain, 0.0, 3.0), Verdict::undecided, "kink"));
    const auto jump = [](const auto& x) { return x * floor(x); };
    EXPECT_TRUE(is(check_gradient(jump, 2.5, 2.0), Verdict::agrees));
    EXPECT_TRUE(is(check_gradient(jump, 2.0, 3.0), Verdict::undecided, "inf on the left, 2 on the right"));
}

// ---- What is no number ----

TEST(GradientCheck, SaysWhatIsNotFinite) {
    const auto root = [](const auto& x) { return sqrt(x); };
    const double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(is(check_gradient(root, 0.0, infinity), Verdict::agrees));
    EXPECT_TRUE(is(check_gradient(root, 0.0, 1.0), Verdict::undecided, "not finite"));
    EXPECT_TRUE(is(check_gradient(square_of, 3.0, nan), Verdict::differs, "not finite"));
    EXPECT_TRUE(is(check_gradient(square_of, 3.0, infinity), Verdict::differs, "not finite"));
    EXPECT_TRUE(is(check_gradient([](const auto& x) { return log(x); }, -1.0, -1.0), Verdict::undecided,
                   "not a number"));
}

// ---- Functions of plain doubles ----

double plain_logistic(std::span<const double> w) { return std::log1p(std::exp(-(w[0] * 0.5 - w[1] * 2.0))); }

TEST(GradientCheckOfAPlainFunction, HasTheRefereeAlone) {
    EXPECT_TRUE(is(check_gradient(plain_logistic, at, logistic_by_hand), Verdict::agrees));
    EXPECT_TRUE(is(check_gradient([](const V& w) { return plain_logistic(w); }, at, logistic_by_hand),
                   Verdict::agrees));
    const GradientReport report = check_gradient(plain_logistic, at, V{1.0, logistic_by_hand(at)[1]});
    EXPECT_EQ(report[0].verdict, Verdict::differs) << report;
    EXPECT_EQ(report[1].verdict, Verdict::agrees) << report;
    EXPECT_TRUE(std::isnan(report[0].autodiff));
    EXPECT_TRUE(says(report, "Believe the referee"));
}

TEST(GradientCheckOfAPlainFunction, ScalesItsStepsToTheArgument) {
    const auto scaled = +[](double x) { return 1e200 * x * x; };
    EXPECT_TRUE(is(check_gradient(scaled, 1e-150, 2e50), Verdict::agrees));
    EXPECT_TRUE(is(check_gradient(scaled, 1e-150, 2.001e50), Verdict::differs));
    EXPECT_TRUE(is(check_gradient(scaled, 1e50, 2e250), Verdict::agrees));
    EXPECT_TRUE(is(check_gradient(
                       +[](double x) { return x * 1e-200 * x; }, 1e200, 2.0),
                   Verdict::agrees));
    EXPECT_TRUE(is(check_gradient(
                       +[](double x) { return 3e100 * x; }, 5e-320, 3e100),
                   Verdict::agrees));
    EXPECT_TRUE(is(check_gradient(
                       +[](double x) { return std::sin(1e6 * x); }, 1.1, 1e6 * std::cos(1e6 * 1.1)),
                   Verdict::agrees));
    EXPECT_TRUE(is(check_gradient(
                       +[](double x) { return std::pow(x, 2.5); }, 1e-9, 2.5 * std::pow(1e-9, 1.5)),
                   Verdict::agrees));
}

TEST(GradientCheckOfAPlainFunction, IsHonestWhereItCannotTell) {
    // 1e-400 underflows: all that differences see is 0.
    EXPECT_TRUE(is(check_gradient(
                       +[](double x) { return x * x; }, 1e-200, 2e-200),
                   Verdict::undecided, "coarse"));
    // A root's slope at the edge of its domain converges too slowly.
    EXPECT_TRUE(is(check_gradient(
                       +[](double x) { return x * std::sqrt(x); }, 0.0, 1e-9),
                   Verdict::undecided, "coarse"));
    EXPECT_TRUE(is(check_gradient(
                       +[](double x) { return 3 * x; }, 5e-324, 3.0),
                   Verdict::undecided));
}

TEST(GradientCheckOfAPlainFunction, GoesToTheEdgeOfTheDomain) {
    const auto f = +[](double x) { return x < 0 ? throw std::domain_error("negative") : x * x + 3 * x; };
    EXPECT_TRUE(is(check_gradient(f, 0.0, 3.0), Verdict::agrees));
    EXPECT_TRUE(is(check_gradient(f, 0.0, 2.9), Verdict::differs));
    EXPECT_THROW(check_gradient(f, -1.0, 1.0), std::domain_error);
}

// ---- Matrices ----

const auto polar = [](const auto& p) {
    using T = std::decay_t<decltype(p[0])>;
    return std::array<T, 2>{p[0] * cos(p[1]), p[0] * sin(p[1])};
};

TEST(JacobianCheck, TakesAMatrixOrRowsAndFindsATransposedOne) {
    const std::array<double, 2> p{2.0, 0.5};
    wengert::Matrix<double> m = wengert::jacobian(polar, p);
    EXPECT_TRUE(is(check_jacobian(polar, p, m), Verdict::agrees));
    EXPECT_TRUE(is(check_jacobian(polar, p), Verdict::agrees));
    const std::vector<V> rows{{m(0, 0), m(0, 1)}, {m(1, 0), m(1, 1)}};
    EXPECT_TRUE(is(check_jacobian(polar, p, rows), Verdict::agrees));
    EXPECT_TRUE(is(check_jacobian(polar, p, [&](const auto&) { return rows; }), Verdict::agrees));
    std::swap(m(0, 1), m(1, 0));
    const GradientReport report = check_jacobian(polar, p, m);
    ASSERT_EQ(report.size(), 4u);
    EXPECT_EQ(report.count(Verdict::differs), 2u) << report;
    EXPECT_EQ(report[1].verdict, Verdict::differs) << report;
    EXPECT_EQ(report[2].row, 1u);
    EXPECT_EQ(report[2].column, 0u);
    EXPECT_TRUE(says(report, "row 0, column 1; row 1, column 0"));
}

TEST(JacobianCheck, TakesAPlainFunctionAndAFunctionOfOneNumber) {
    const auto plain = [](const V& p) { return V{p[0] * std::cos(p[1]), p[0] * std::sin(p[1])}; };
    EXPECT_TRUE(
        is(check_jacobian(plain, V{2.0, 0.5}, wengert::jacobian(polar, V{2.0, 0.5})), Verdict::agrees));
    const auto curve = [](const auto& t) {
        return std::array<std::decay_t<decltype(t)>, 2>{t * t, t * t * t};
    };
    EXPECT_TRUE(is(check_jacobian(curve, 2.0, V{4.0, 12.0}), Verdict::agrees));
    EXPECT_EQ(check_jacobian(curve, 2.0, V{4.0, 8.0})[1].verdict, Verdict::differs);
}

const auto rosenbrock = [](const auto& x) { return 100.0 * square(x[1] - x[0] * x[0]) + square(1.0 - x[0]); };

TEST(HessianCheck, AgreesWhenRightAndFindsTheWrongEntry) {
    const V x{-1.2, 1.0};
    EXPECT_TRUE(is(check_hessian(rosenbrock, x, std::vector<V>{{1330, 480}, {480, 200}}), Verdict::agrees));
    EXPECT_TRUE(is(check_hessian(rosenbrock, x, wengert::hessian(rosenbrock, x)), Verdict::agrees));
    EXPECT_TRUE(is(check_hessian(rosenbrock, x), Verdict::agrees));
    const GradientReport report = check_hessian(rosenbrock, x, std::vector<V>{{1330, 480}, {-480, 200}});
    EXPECT_EQ(report.count(Verdict::differs), 1u) << report;
    EXPECT_EQ(report[2].verdict, Verdict::differs) << report;
}

TEST(HessianCheck, WorksWithoutComplexStepsAndFindsAWrongRule) {
    EXPECT_TRUE(is(check_hessian([](const auto& x) { return lgamma(x); }, 2.5, wengert::polygamma(1, 2.5)),
                   Verdict::agrees));
    EXPECT_TRUE(is(check_hessian([](std::span<const double> x) { return x[0] * x[0] * x[1]; }, V{3.0, 1.0},
                                 std::vector<V>{{2, 6}, {6, 0}}),
                   Verdict::agrees));
    EXPECT_TRUE(is(check_hessian(wrong_rule, 0.5), Verdict::autodiff_doubtful));
}

// ---- Points ----

TEST(GradientCheck, TakesSeveralPointsAndSaysAtWhichItFails) {
    const auto hand = [](const V& x) {
        V g{-400 * x[0] * (x[1] - x[0] * x[0]) - 2 * (1 - x[0]), 200 * (x[1] - x[0] * x[0])};
        if (x[0] > 0.9) g[1] = -g[1];
        return g;
    };
    const GradientReport report =
        check_gradient(rosenbrock, Points(std::vector{V{0.1, 0.2}, V{0.95, 0.7}, V{-1, 2}}), hand);
    ASSERT_EQ(report.size(), 6u);
    EXPECT_EQ(report[3].verdict, Verdict::differs) << report;
    EXPECT_EQ(report[3].point, 1u);
    EXPECT_EQ(report.points()[1], (V{0.95, 0.7}));
    EXPECT_EQ(report.count(Verdict::agrees), 5u);
    EXPECT_TRUE(says(report, "component 1 at point 1")) << report;
    EXPECT_TRUE(says(report, "Point 1 is (0.95, 0.7).")) << report;
}

TEST(GradientCheck, DrawsTheSamePointsFromABoxForTheSameSeed) {
    const auto check = [](std::uint64_t seed) {
        return check_gradient(rosenbrock, Box(V{-1, 2}, V{1, 3}, 30, seed));
    };
    const GradientReport a = check(7), b = check(7), c = check(8);
    EXPECT_TRUE(a.ok()) << a;
    EXPECT_EQ(a.size(), 60u);
    EXPECT_EQ(a.points(), b.points());
    EXPECT_NE(a.points(), c.points());
    for (const V& x : a.points()) {
        EXPECT_TRUE(x[0] >= -1 && x[0] <= 1 && x[1] >= 2 && x[1] <= 3);
    }
    EXPECT_EQ(a.points()[0][0], check(7).points()[0][0]);
    EXPECT_TRUE(check_gradient(square_of, Box(1.0, 2.0, 5, 1), [](double x) { return 2 * x; }).ok());
}

template <class T> struct Line {
    T slope, intercept;
    static auto visit(auto& self, auto&& visitor) { return visitor(self.slope, self.intercept); }
};
TEST(GradientCheck, TakesTuplesAndStructsOfOnesOwn) {
    const auto f = [](const auto& line) { return line.slope * line.slope + line.intercept * 3.0; };
    EXPECT_TRUE(is(check_gradient(f, Line<double>{2.0, 1.0}, Line<double>{4.0, 3.0}), Verdict::agrees));
    const auto g = [](const auto& a, const auto& b) { return a * b; };
    EXPECT_TRUE(is(check_gradient(g, std::tuple(2.0, 5.0),
                                  [](double a, double b) {
                                      return V{b, a};
                                  }),
                   Verdict::agrees));
    EXPECT_TRUE(is(check_gradient(square_of, 3, 6), Verdict::agrees));
}

// ---- Many inputs ----

const auto chain = [](const auto& x) {
    std::decay_t<decltype(x[0])> sum = x[0] * x[0];
    for (std::size_t i = 1; i < x.size(); ++i) sum += x[i] * x[i] * x[i - 1];
    return sum;
};
V chain_by_hand(const V& x) {
    V g(x.size());
    g[0] = 2 * x[0];
    for (std::size_t i = 1; i < x.size(); ++i) {
        g[i] += 2 * x[i] * x[i - 1];
        g[i - 1] += x[i] * x[i];
    }
    return g;
}
V many(std::size_t n) {
    V x(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = std::sin(static_cast<double>(i) + 1);
    return x;
}

TEST(GradientCheckOfManyInputs, LooksAlongDirectionsAndStillFindsEveryComponent) {
    const GradientReport right = check_gradient(chain, many(500), chain_by_hand);
    EXPECT_TRUE(right.ok()) << right;
    EXPECT_TRUE(says(right, "8 random directions"));
    const GradientReport wrong = check_gradient(chain, many(500), [](const V& x) {
        V g = chain_by_hand(x);
        g[17] *= 2;
        g[300] = -g[300];
        return g;
    });
    EXPECT_EQ(wrong.count(Verdict::differs), 2u) << wrong;
    EXPECT_EQ(wrong[17].verdict, Verdict::differs);
    EXPECT_EQ(wrong[300].verdict, Verdict::differs);
    EXPECT_FALSE(std::isnan(wrong[300].referee)) << "it looked there singly";
    const GradientReport all_wrong = check_gradient(chain, many(500), [](const V& x) {
        V g = chain_by_hand(x);
        for (double& d : g) d *= 1.5;
        return g;
    });
    EXPECT_TRUE(is(all_wrong, Verdict::differs)) << all_wrong;
}

TEST(GradientCheckOfManyInputs, FindsTheInputsWhereAutodiffIsWrong) {
    const auto f = [](const auto& x) {
        return chain(x) + wengert::apply<WrongPartial>(x[123]) + wengert::apply<WrongPartial>(x[400]);
    };
    const GradientReport report = check_gradient(f, many(500));
    EXPECT_EQ(report.count(Verdict::autodiff_doubtful), 2u) << report;
    EXPECT_EQ(report[123].verdict, Verdict::autodiff_doubtful);
    EXPECT_EQ(report[400].verdict, Verdict::autodiff_doubtful);
    const GradientReport plain = check_gradient([](const V& x) { return chain(x); }, many(200),
                                                [](const V& x) {
                                                    V g = chain_by_hand(x);
                                                    g[50] += 1;
                                                    return g;
                                                });
    EXPECT_EQ(plain.count(Verdict::differs), 1u) << plain;
    EXPECT_EQ(plain[50].verdict, Verdict::differs) << plain;
}

TEST(GradientCheckOfManyInputs, ConfirmsZerosAndNothingThatItCannotSee) {
    const auto first_and_zero = [](const auto& x) {
        using T = std::decay_t<decltype(x[0])>;
        return std::array<T, 2>{chain(x), T(0.0)};
    };
    EXPECT_TRUE(check_jacobian(first_and_zero, many(150)).ok());
    // All of it is a kink: differences see no slope along any direction.
    const auto kinks = [](const V& x) {
        double sum = 0;
        for (const double v : x) sum += std::abs(v);
        return sum;
    };
    EXPECT_TRUE(is(check_gradient(kinks, V(150), V(150)), Verdict::undecided, "finds no slope"));
}

TEST(GradientCheckOfManyInputs, AsksAtEveryOneIfTold) {
    const GradientReport report = check_gradient(chain, many(150), chain_by_hand, {.each_up_to = 200});
    EXPECT_TRUE(report.ok());
    for (const wengert::ComponentCheck& c : report) EXPECT_FALSE(std::isnan(c.referee));
}

TEST(HessianCheck, LooksAlongDirectionsWhereThereAreMany) {
    const V x = many(40);
    wengert::Matrix<double> h = wengert::hessian(chain, x);
    EXPECT_TRUE(check_hessian(chain, x, h).ok());
    h(3, 5) = 1;
    const GradientReport report = check_hessian(chain, x, h);
    EXPECT_EQ(report.count(Verdict::differs), 1u) << report;
    EXPECT_EQ(report[3 * 40 + 5].verdict, Verdict::differs);
}

// ---- Bad input ----

TEST(GradientCheckErrors, NameBothSizes) {
    EXPECT_EQ(error_of([] {
                  check_gradient(logistic, at, V{1, 2, 3});
              }),
              "the gradient derived by hand has 3 components, the point has 2 numbers");
    EXPECT_EQ(error_of([] { check_gradient(logistic, at, [](const V&) { return V{1}; }); }),
              "the gradient derived by hand has 1 components, the point has 2 numbers");
    EXPECT_NE(error_of([] {
                  check_jacobian(polar, at, wengert::Matrix<double>(2, 3));
              }).find("is 2 x 3, and should be 2 x 2"),
              std::string::npos);
    EXPECT_NE(error_of([] {
                  check_jacobian(polar, at, std::vector<V>{{1, 2}, {3}});
              }).find("row 0 has 2 numbers, row 1 has 1"),
              std::string::npos);
    EXPECT_NE(error_of([] { check_gradient(polar, at, at); }).find("f returned 2: see check_jacobian"),
              std::string::npos);
    EXPECT_NE(error_of([] {
                  check_gradient(rosenbrock, Box(V{0, 0}, V{1}), at);
              }).find("has 2 numbers, the high one 1"),
              std::string::npos);
    EXPECT_NE(error_of([] {
                  check_gradient(rosenbrock, Box(V{0, 2}, V{1, 1}), at);
              }).find("low must not exceed high"),
              std::string::npos);
    EXPECT_NE(error_of([] {
                  check_gradient(rosenbrock, Box(V{0, 0}, V{1, 1}, 0), at);
              }).find("0 points"),
              std::string::npos);
    EXPECT_NE(
        error_of([] { check_gradient(rosenbrock, Points(std::vector<V>{}), at); }).find("without a point"),
        std::string::npos);
    EXPECT_NE(error_of([] {
                  check_gradient(rosenbrock, Points(std::vector{V{1, 2}, V{1, 2, 3}}), at);
              }).find("point 1 has 3"),
              std::string::npos);
    EXPECT_NE(
        error_of([] { check_gradient([](const V&) { return 1.0; }, V{}, V{}); }).find("without numbers"),
        std::string::npos);
}

TEST(GradientCheckErrors, RefuseARefereeThatLooksNowhere) {
    EXPECT_NE(error_of([] { check_gradient(rosenbrock, at, {.directions = 0}); }).find("directions is 0"),
              std::string::npos);
}

TEST(GradientCheckErrors, PassOnWhatFThrowsAndLeaveTheTapeUsable) {
    const std::size_t values = wengert::statistics().values;
    const auto f = [](const auto& x) {
        auto y = x[0] * x[1];
        if (y < 0.0) throw std::domain_error("negative");
        return y;
    };
    EXPECT_THROW(check_gradient(f, V{-1.0, 1.0}, V{1, 1}), std::domain_error);
    EXPECT_EQ(wengert::statistics().values, values);
    const auto hand = [](const V&) -> V { throw std::runtime_error("not derived yet"); };
    EXPECT_THROW(check_gradient(f, V{1.0, 1.0}, hand), std::runtime_error);
    EXPECT_EQ(wengert::statistics().values, values);
    EXPECT_TRUE(check_gradient(f, V{2.0, 1.0}, V{1.0, 2.0}).ok());
    EXPECT_TRUE(check_gradient(f, V{0.0, 1.0}, V{1.0, 0.0}).ok()) << "throws beside the point only";
}

TEST(GradientCheck, LeavesAnOpenRecordingAsItWas) {
    wengert::Value x = wengert::variable(2.0);
    wengert::Value y = x * x;
    const std::size_t values = wengert::statistics().values;
    EXPECT_TRUE(check_gradient(logistic, at, logistic_by_hand).ok());
    EXPECT_TRUE(check_hessian(rosenbrock, at).ok());
    EXPECT_EQ(wengert::statistics().values, values);
    y.backward();
    EXPECT_EQ(x.grad(), 4);
    const wengert::Paused paused;
    EXPECT_TRUE(check_gradient(logistic, at, logistic_by_hand).ok()) << "records in a pause of recording too";
    wengert::clear();
}

// ---- The report as it is read ----

void expect_fits(const GradientReport& report) {
    std::istringstream text(report.text());
    for (std::string line; std::getline(text, line);) EXPECT_LE(line.size(), 80u) << line;
}

const auto parabola = [](const auto& x) { return x[0] * x[0] + 3.0 * x[1]; };

TEST(GradientReportText, IsShortForARightGradient) {
    std::ostringstream out;
    out << check_gradient(parabola, V{2, 5}, V{4, 3});
    EXPECT_EQ(out.str(),
              "OK: the gradient derived by hand is right (2 components).\n"
              "Largest gap: none. Referee: complex steps.\n");
}

TEST(GradientReportText, SaysFirstWhichComponentAndWhomToBelieve) {
    const GradientReport report = check_gradient(parabola, V{2, 5}, V{4, 1.5});
    EXPECT_EQ(report.text(),
              "The gradient derived by hand is WRONG in 1 of 2 components.\n"
              "  component 1: the hand-derived value is wrong. Believe autodiff: the referee\n"
              "    confirms it.\n"
              "\n"
              "           autodiff      by hand      referee rel gap     ulp  verdict\n"
              "     0            4            4            4       0       0  agrees\n"
              ">    1            3          1.5            3     0.5 4.5e+15  differs\n"
              "Referee: complex steps.\n");
}

TEST(GradientReportText, ShowsTheWorstFirstWhereThereAreMany) {
    const GradientReport report = check_gradient(chain, many(60), [](const V& x) {
        V g = chain_by_hand(x);
        for (std::size_t i = 10; i < 40; ++i) g[i] *= 1 + 0.001 * static_cast<double>(i * i);
        g[7] = -g[7];
        return g;
    });
    expect_fits(report);
    const std::string text = report.text();
    EXPECT_NE(text.find("WRONG in 31 of 60 components"), std::string::npos) << text;
    EXPECT_NE(text.find("component 7: the hand-derived value has the wrong sign"), std::string::npos) << text;
    EXPECT_LT(text.find(">    7"), text.find(">   39")) << text;
    EXPECT_LT(text.find(">   39"), text.find(">   38")) << text;
    EXPECT_EQ(text.find(">   10"), std::string::npos) << "beyond the 20 worst\n" << text;
    EXPECT_NE(text.find("... and 40 more, of which 29 agree"), std::string::npos) << text;
}

TEST(GradientReportText, KeepsTo80ColumnsWhateverTheNumbers) {
    const auto f = [](const auto& x) {
        std::decay_t<decltype(x[0])> sum = 0.0;
        for (std::size_t i = 0; i < x.size(); ++i) sum += -1.2345678e-200 * x[i] * x[i] * x[0];
        return sum;
    };
    expect_fits(check_gradient(f, many(120), many(120)));
    expect_fits(check_gradient(f, Box(V(12, -1e-100), V(12, 1e-100), 11, 3), many(12)));
    expect_fits(check_hessian(f, Box(V(5, -1e100), V(5, 1e100), 11, 3), wengert::Matrix<double>(5, 5)));
    expect_fits(check_gradient(relu_of, 0.0, -1.2345678e-123));
    expect_fits(check_gradient(wrong_rule, 0.5));
    expect_fits(check_gradient(wrong_rule, 0.5, 3.0));
    expect_fits(check_gradient(plain_logistic, at, at));
}

TEST(GradientReportText, NamesEveryVerdict) {
    EXPECT_EQ(wengert::to_string(Verdict::agrees), "agrees");
    EXPECT_TRUE(says(check_gradient(wrong_rule, 0.5), "Autodiff is DOUBTFUL in 1 of 1 component."));
    EXPECT_TRUE(says(check_gradient(relu_of, 0.0, 1.0), "UNDECIDED: 1 of 1 component."));
    EXPECT_TRUE(says(check_gradient(square_of, 1.0), "OK: the gradient by autodiff is right"));
    EXPECT_TRUE(says(check_jacobian(polar, at, wengert::Matrix<double>(2, 2)),
                     "The Jacobian derived by hand is WRONG in"));
    EXPECT_TRUE(says(check_hessian(square_of, 1.0, 2.0), "OK: the Hessian derived by hand is right"));
}

// The example of the documentation.
TEST(GradientCheck, WorksAsDocumented) {
    const auto f = [](const auto& w) { return log1p(exp(-w[0] * w[1])); };
    const auto hand = [](const std::vector<double>& w) {
        const double s = -1 / (1 + std::exp(w[0] * w[1]));
        return std::vector{s * w[1], s * w[0]};
    };
    const GradientReport report = check_gradient(f, std::vector{0.5, 2.0}, hand);
    EXPECT_TRUE(report.ok()) << report;
}

}  // namespace
