// Where a referee may be sure of what is not so: structure narrower than its steps, stairs of rounded values,
// inputs without a size, functions without a complex extension, dependence that complex steps do not see.
#include "gradient_check_support.hpp"

namespace {

using namespace gradient_check_tests;

using Numbers = std::span<const double>;

// A function of plain doubles, as `external` with the derivative of each.
template <class F, class D> auto external_of(const F& f, const D& slope) {
    return [f, slope](const auto& x) {
        const auto forward = [f](Numbers a) { return std::vector{f(a[0])}; };
        const auto vjp = [slope](Numbers a, Numbers, Numbers w) { return std::vector{w[0] * slope(a[0])}; };
        return wengert::external(std::vector{x}, forward, vjp)[0];
    };
}
// Nobody is blamed; undecided is allowed.
testing::AssertionResult blames_nobody(const GradientReport& report) {
    if (report.count(Verdict::differs) + report.count(Verdict::autodiff_doubtful) == 0)
        return testing::AssertionSuccess();
    return testing::AssertionFailure() << report;
}

// ---- Narrow structure ----

TEST(RefereeOfNarrowStructure, SeesAPeakThatLargeStepsMiss) {
    for (const double width : {1e-3, 1e-5, 1e-8}) {
        const auto f = [width](double x) { return x + std::exp(-std::pow((x - 1) / width, 2)); };
        const auto slope = [width](double x) {
            const double z = (x - 1) / width;
            return 1 - 2 * z / width * std::exp(-z * z);
        };
        const double x = 1 + width / 2;
        EXPECT_TRUE(is(check_gradient(f, x, slope), Verdict::agrees)) << width;
        EXPECT_TRUE(is(check_gradient(f, x, 1.0), Verdict::differs)) << width;
        EXPECT_TRUE(is(check_gradient(external_of(f, slope), x), Verdict::agrees)) << width;
        const auto cubic = [width](const auto& t) { return t * t * t + exp(-square((t - 1.0) / width)); };
        EXPECT_TRUE(is(check_hessian(cubic, x), Verdict::agrees)) << width;
    }
}

TEST(RefereeOfNarrowStructure, FollowsManyPeriodsAndSteps) {
    const auto wave = +[](double x) { return std::sin(1e8 * x); };
    EXPECT_TRUE(is(check_gradient(wave, 0.7, 1e8 * std::cos(1e8 * 0.7)), Verdict::agrees));
    EXPECT_TRUE(is(check_hessian([](const auto& x) { return sin(1e9 * x); }, 1.0001), Verdict::agrees));
    const auto saw = +[](double x) { return x * 1e4 - std::floor(x * 1e4); };
    EXPECT_TRUE(is(check_gradient(saw, 0.14991797932279899, 1e4), Verdict::agrees));
}

TEST(RefereeOfNarrowStructure, IsNotSureAtTheEdgeOfADomain) {
    EXPECT_TRUE(blames_nobody(check_gradient(
        +[](double x) { return std::acos(x); }, 1 - 0x1p-45, -1 / std::sqrt(0x1p-44))));
}

// ---- Stairs ----

TEST(RefereeOfStairs, DoesNotTakeRoundedValuesForASlope) {
    const auto cancels = [](const auto& x) { return (1.0 - cos(x)) / (x * x); };
    for (const double x : {4.5712922547130593e-07, 7.6288295951940918e-05, 1.3820788454745656e-05, 1e-3})
        EXPECT_TRUE(blames_nobody(check_gradient(cancels, x))) << x;
    for (const double x : {1e-13, 1e-10, 4.5320667763287148e-06, 1e-3}) {
        const auto quotient = +[](double t) { return (std::exp(t) - 1) / t; };
        EXPECT_TRUE(blames_nobody(check_gradient(quotient, x, 0.5 + x * (1.0 / 3 + x * (0.125 + x / 30)))))
            << x;
    }
    for (int k = 1; k < 40; ++k) {
        const double x = 0.0237 * k;
        EXPECT_TRUE(blames_nobody(check_gradient(
            +[](double t) { return (t + 1e12) - 1e12; }, x, 1.0)))
            << x;
        EXPECT_TRUE(blames_nobody(check_gradient(
            +[](double t) { return (t + 1e6) * (t + 1e6) - 1e12; }, x, 2 * (x + 1e6))))
            << x;
    }
}

TEST(RefereeOfStairs, StillFindsASlip) {
    EXPECT_TRUE(is(check_gradient(
                       +[](double t) { return (t + 1e6) * (t + 1e6) - 1e12; }, 0.3, 1.99e6),
                   Verdict::differs));
    EXPECT_TRUE(is(check_gradient(
                       +[](double t) { return std::exp(-t * t / 2); }, 23.724237635738682,
                       -23.724237635738682 * std::exp(-std::pow(23.724237635738682, 2) / 2)),
                   Verdict::agrees));
}

TEST(RefereeOfStairs, WeighsRoundingsThatAddUp) {
    const auto sum = [](const auto& x) {
        std::decay_t<decltype(x)> s = 0.0;
        for (int i = 0; i < 20000; ++i) s += 0.1 * x;
        return s;
    };
    EXPECT_TRUE(is(check_gradient(sum, 1.5, 2e3), Verdict::agrees));
    const auto euler = [](const auto& x) {
        std::decay_t<decltype(x[0])> y = x[0];
        for (int i = 0; i < 1000; ++i) y = y - x[1] * y * 1e-3;
        return y;
    };
    EXPECT_TRUE(is(check_gradient(euler, V{1.3, 0.7},
                                  [](const V& x) {
                                      const double b = 1 - x[1] * 1e-3;
                                      return V{std::pow(b, 1000), -x[0] * std::pow(b, 999)};
                                  }),
                   Verdict::agrees));
    const auto root = [](const auto& x) { return x - sqrt(x * x - 1.0); };  // x^2 is a double there
    EXPECT_TRUE(blames_nobody(check_gradient(root, 12199738353414.037, -3.3595e-27)));
}

// ---- Inputs that are 0 ----

TEST(RefereeAtZero, StepsByNoMoreThanOneWhateverTheOtherInputs) {
    for (const double large : {1e2, 1e12, 1e20}) {
        const auto plain = [large](const V& x) { return std::sin(x[0] + 0.3) + x[1] / large; };
        EXPECT_TRUE(is(check_gradient(plain, V{0, large}, V{std::cos(0.3), 1 / large}), Verdict::agrees));
        const auto f = [large](const auto& x) { return sin(x[0] + 0.3) + x[1] / large; };
        EXPECT_TRUE(is(check_hessian(f, V{0, large}), Verdict::agrees)) << large;
        const GradientReport wrong = check_gradient(f, V{0, large}, V{1.001 * std::cos(0.3), 1 / large});
        EXPECT_EQ(wrong[0].verdict, Verdict::differs) << wrong;
        EXPECT_NE(wrong[0].reason.find("Believe autodiff"), std::string::npos) << wrong;
    }
    const auto lost = [](const auto& x) { return cos(x[0]) + x[0] * x[1]; };
    EXPECT_TRUE(is(check_hessian(lost, V{0, 1e20}, std::vector<V>{{-1, 1}, {1, 0}}), Verdict::agrees));
}

// ---- Functions without a complex extension ----

TEST(RefereePastAnObstacle, FindsAWrongFifthDigit) {
    const auto slip = [](const auto& f, double x) {
        return check_gradient(f, x, wengert::derivative(f, x) * (1 + 1e-5));
    };
    const auto normal = [](const auto& x) { return 0.5 * erfc(-x * 0.7071067811865476); };
    for (const double x : {-8.0, -1.0, 0.0, 1e-3, 4.0})
        EXPECT_TRUE(is(slip(normal, x), Verdict::differs, "off by 1e-05")) << x;
    for (const double x : {-1.0, 0.0, 8.0, 15.0, 25.0})
        EXPECT_TRUE(is(slip([](const auto& t) { return log(erfc(t)); }, x), Verdict::differs)) << x;
    for (const double x : {-9.7, -8.01, -3.001, 1e-10, 100.0})
        EXPECT_TRUE(is(slip([](const auto& t) { return lgamma(t); }, x), Verdict::differs)) << x;
    for (const double x : {-9.7, 30.0, 100.0, 170.0})
        EXPECT_TRUE(is(slip([](const auto& t) { return tgamma(t); }, x), Verdict::differs)) << x;
}

// ---- What complex steps do not see ----

TEST(RefereeOfHiddenDependence, SeesPastValueAndComparisons) {
    const auto taken_out = [](const auto& x) { return x * x.value(); };
    EXPECT_TRUE(is(check_gradient(taken_out, 1.5), Verdict::autodiff_doubtful, ".value()"));
    EXPECT_TRUE(is(check_gradient(taken_out, 1.5, 1.5), Verdict::autodiff_doubtful, "contradicts both"));
    const auto bisection = [](const auto& x) {
        std::decay_t<decltype(x)> low = 0.0, high = x + 1.0;
        for (int i = 0; i < 60; ++i) {
            const std::decay_t<decltype(x)> middle = (low + high) / 2.0;
            (middle * middle < x ? low : high) = middle;
        }
        return low;
    };
    EXPECT_TRUE(is(check_gradient(bisection, 2.0), Verdict::autodiff_doubtful, "a branch"));
}

TEST(RefereeOfHiddenDependence, SeesItAmongManyInputs) {
    const auto f = [](const auto& x) { return chain(x) + x[123] * x[123].value(); };
    const GradientReport report = check_gradient(f, many(150));
    EXPECT_EQ(report.count(Verdict::autodiff_doubtful), 1u) << report;
    EXPECT_EQ(report[123].verdict, Verdict::autodiff_doubtful) << report;
}

}  // namespace
