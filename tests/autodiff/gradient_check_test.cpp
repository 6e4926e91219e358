// Each verdict with each of its reasons: at the ends of the range, under cancellation, at kinks, and of
// functions that know plain doubles only.
#include "gradient_check_support.hpp"

namespace {

using namespace gradient_check_tests;

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
    for (int k = 0; k < 26; ++k) {
        const double away = 1e-3 * std::pow(3.0, -k);
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
        is(check_gradient(relu_of, 0.0, -0.5), Verdict::undecided, "the hand-derived -0.5 lies outside"));
    EXPECT_TRUE(is(check_gradient(at_one, 1.0, 0.0), Verdict::agrees));
    EXPECT_TRUE(
        is(check_gradient(at_one, 1.0, 1.0), Verdict::undecided, "kink: the slope is -1 on the left, 1"));
    EXPECT_TRUE(is(check_gradient(at_one, 1.0, -1.0), Verdict::undecided, "kink"));
    EXPECT_TRUE(is(check_gradient(norm, V{0, 0}, V{0, 0}), Verdict::agrees));
    EXPECT_TRUE(is(check_gradient(norm, V{0, 0}, V{1, 1}), Verdict::undecided, "kink"));
    EXPECT_TRUE(is(check_gradient([](const auto& x) { return max(x[0], x[1]); }, V{2, 2}, V{0.5, 0.5}),
                   Verdict::undecided, "kink"));
}

TEST(GradientCheckAtAKink, FindsWhatIsWrongOnEitherSide) {
    EXPECT_TRUE(is(check_gradient(relu_of, 0.0, -5.0), Verdict::differs,
                   "wrong on either side of a kink: the slope is 0 on the left, 1 on the right"));
    const auto slight = [](const auto& x) { return 1e-6 * abs(x) + x; };
    EXPECT_TRUE(is(check_gradient(slight, 0.0, 1.01), Verdict::differs, "0.999999 on the left, 1.000001"));
}

TEST(GradientCheckAtAKink, TellsCurvatureFromOne) {
    const auto wave = [](const auto& x) { return sin(1e14 * x); };
    EXPECT_TRUE(is(check_gradient(wave, 0.0, 1.01e14), Verdict::differs, "Believe autodiff"));
}

TEST(GradientCheckAtAKink, SaysWhatAutodiffJumpsBetween) {
    const auto f = [](const auto& x) { return abs(x[0]) * x[1]; };
    const GradientReport report = check_hessian(f, V{0, 2}, std::vector<V>{{0, 1}, {1, 0}});
    EXPECT_NE(report[1].reason.find("jumps from -1 to 1 within 2 ulp"), std::string::npos) << report;
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

TEST(GradientCheck, PassesNoInfinityThatTheRefereeDoesNotSee) {
    const auto f = [](const auto& x) { return log(1.0 / x); };
    const auto hand = [](double x) { return -(1 / (x * x)) / (1 / x); };
    EXPECT_TRUE(is(check_gradient(f, 1e-200, hand), Verdict::autodiff_doubtful, "overflows"));
    EXPECT_TRUE(is(check_gradient(f, 1e-200), Verdict::autodiff_doubtful, "overflows"));
    const GradientReport root = check_gradient([](const auto& x) { return sqrt(x); }, 0.0, infinity);
    EXPECT_EQ(root[0].referee, infinity);
}

// ---- Functions of plain doubles ----

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

}  // namespace
