// The report as the person reads it who derived the gradient.
#include "gradient_check_support.hpp"

namespace {

using namespace gradient_check_tests;

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
              ">    1            3          1.5            3     0.5       -  differs\n"
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
    expect_fits(
        check_gradient(f, Box(V(12, -1e-100), V(12, 1e-100), 11, 3), [](const V&) { return many(12); }));
    expect_fits(check_hessian(f, Box(V(5, -1e100), V(5, 1e100), 11, 3),
                              [](const V&) { return wengert::Matrix<double>(5, 5); }));
    expect_fits(check_gradient(relu_of, 0.0, -1.2345678e-123));
    expect_fits(check_gradient(wrong_rule, 0.5));
    expect_fits(check_gradient(wrong_rule, 0.5, 3.0));
    expect_fits(check_gradient(plain_logistic, at, at));
}

TEST(GradientReportText, NamesEveryVerdict) {
    EXPECT_EQ(wengert::to_string(Verdict::agrees), "agrees");
    EXPECT_TRUE(says(check_gradient(wrong_rule, 0.5), "Autodiff is DOUBTFUL in its only component."));
    EXPECT_TRUE(says(check_gradient(relu_of, 0.0, 1.0), "UNDECIDED: its only component."));
    EXPECT_TRUE(says(check_gradient(square_of, 1.0), "OK: the gradient by autodiff is right"));
    EXPECT_TRUE(says(check_jacobian(polar, at, wengert::Matrix<double>(2, 2)),
                     "The Jacobian derived by hand is WRONG in"));
    EXPECT_TRUE(says(check_hessian(square_of, 1.0, 2.0), "OK: the Hessian derived by hand is right"));
}

wengert::ComponentCheck row(std::size_t column, Verdict verdict, double hand, const std::string& reason) {
    wengert::ComponentCheck c;
    c.column = column;
    c.autodiff = c.referee = 2;
    c.hand = hand;
    c.referee_error = 0;
    c.absolute = std::abs(hand - 2);
    c.relative = c.absolute / 2;
    c.ulps = 1;
    c.tolerance = 0;
    c.verdict = verdict;
    c.reason = reason;
    return c;
}

TEST(GradientReportText, KeepsTo80ColumnsUnderLongLabels) {
    GradientReport report(GradientReport::Of::jacobian, true, true);
    for (int i = 0; i < 1001; ++i) report.add_point({1.0});
    wengert::ComponentCheck c = row(1000, Verdict::undecided, -1.23456e-100, "too long");
    c.autodiff = c.referee = c.hand;
    c.relative = c.ulps = 1.25e-16;
    c.point = c.row = 1000;
    report.add(c);
    expect_fits(report);
}

TEST(GradientReportText, ShowsTheDigitsThatDiffer) {
    EXPECT_TRUE(says(check_gradient(square_of, 1.0, 2 * (1 + 1e-13)),
                     "off by 1e-13 of its size (digits lost, a rounded constant, or an iteration in f that "
                     "stops early). Believe autodiff: the referee confirms it. By hand 2.0000000000002, "
                     "autodiff 2."));
}

TEST(GradientReportText, TellsANaNFromAPartyNotAsked) {
    const GradientReport report = check_gradient(square_of, 3.0, std::numeric_limits<double>::quiet_NaN());
    EXPECT_TRUE(says(report, "> 0 6 nan 6 - - differs")) << report;
}

TEST(GradientReportText, PutsSentencesThatDifferInANumberTogether) {
    GradientReport report(GradientReport::Of::gradient, true, true);
    report.add_point({1, 1, 1});
    report.add(row(0, Verdict::differs, 2.1, "off by 0.05, a slip"));
    report.add(row(1, Verdict::differs, 2.3, "off by 0.15, a slip"));
    report.add(row(2, Verdict::differs, 2.2, "off by 0.1, a slip"));
    EXPECT_TRUE(says(report, "components 0, 1, 2: off by 0.15, a slip.")) << report;
}

TEST(GradientReportText, SaysWhereItTookDifferencesBesideSteps) {
    const auto f = [](const auto& x) { return x[0] * x[0].value() + x[1] * x[1]; };
    EXPECT_TRUE(says(check_gradient(f, V{1.5, 2}), "Referee: complex steps; differences for input 0."));
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
