// The check of Jacobians and Hessians, at several points, over many inputs; bad input.
#include "gradient_check_support.hpp"

#include <wengert/eigen.hpp>

namespace {

using namespace gradient_check_tests;

// ---- Matrices ----

TEST(JacobianCheck, TakesAMatrixOrRowsAndFindsATransposedOne) {
    const std::array<double, 2> p{2.0, 0.5};
    wengert::Matrix<double> m = wengert::jacobian(polar, p);
    EXPECT_TRUE(is(check_jacobian(polar, p, m), Verdict::agrees));
    EXPECT_TRUE(is(check_jacobian(polar, p), Verdict::agrees));
    std::vector<V> rows{{m(0, 0), m(0, 1)}, {m(1, 0), m(1, 1)}};
    EXPECT_TRUE(is(check_jacobian(polar, p, rows), Verdict::agrees));
    EXPECT_TRUE(
        is(check_jacobian(polar, p, [&rows](const auto&) { return std::vector<V>(rows); }), Verdict::agrees));
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

TEST(GradientCheck, TakesEigensNumbers) {
    const Eigen::Vector2d x(2, 0.5);
    const auto product = [](const auto& v) { return std::decay_t<decltype(v[0])>(v[0] * v[1]); };
    EXPECT_TRUE(is(check_gradient(product, x, Eigen::Vector2d(0.5, 2)), Verdict::agrees));
    EXPECT_TRUE(
        is(check_gradient(product, V{2, 0.5}, Eigen::VectorXd(Eigen::Vector2d(0.5, 2))), Verdict::agrees));
    EXPECT_TRUE(
        is(check_gradient(product, x, [](const Eigen::Vector2d& v) { return Eigen::Vector2d(v[1], v[0]); }),
           Verdict::agrees));
    const wengert::Matrix<double> m = wengert::jacobian(polar, V{2, 0.5});
    Eigen::MatrixXd a(2, 2);
    a << m(0, 0), m(0, 1), m(1, 0), m(1, 1);
    EXPECT_TRUE(is(check_jacobian(polar, V{2, 0.5}, a), Verdict::agrees));
    EXPECT_FALSE(check_jacobian(polar, V{2, 0.5}, Eigen::MatrixXd(a.transpose())).ok());
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
    EXPECT_TRUE(is(check_gradient(kinks, V(150), V(150)), Verdict::undecided, "neither confirm nor deny"));
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

TEST(GradientCheckErrors, RefuseNumbersAtSeveralPointsAndAFunctionWithoutResults) {
    EXPECT_NE(error_of([] {
                  check_gradient(rosenbrock, Points(std::vector{V{1, 2}, V{2, 1}}), at);
              }).find("hold at one point only: at 2 points give a function"),
              std::string::npos);
    const auto nothing = [](const auto& x) { return std::vector<std::decay_t<decltype(x[0])>>{}; };
    EXPECT_NE(error_of([&] { check_jacobian(nothing, at); }).find("f returned no numbers"),
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

}  // namespace
