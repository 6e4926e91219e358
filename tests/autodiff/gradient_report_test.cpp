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
