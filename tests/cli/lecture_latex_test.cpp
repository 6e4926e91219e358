// The LaTeX sheets: their structure, that nothing unescaped is in them, and that pdflatex takes them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "lecture.hpp"

#include "support/pattern.hpp"

namespace {

using testing::HasSubstr;
using testing::Not;

class LectureLatex : public Lecture {
protected:
    // The lecture's own, one as deep as its other example, the widest as large as others and the widest that
    // there is.
    static std::vector<std::string> sheets() {
        std::vector<std::string> all;
        for (const std::string& exercise :
             {std::string("--steps 1000"), std::string("--no-solution"),
              std::string("--layers 3-4-4-3-1 --seed 4 --solution"),
              std::string("--layers 3-4-4-3-1 --seed 4 --steps 5 --activation relu --linear-output"),
              std::string("--layers 7-7-7 --seed 2 --solution"),
              std::string("--layers 9-9-9 --seed 2 --activation tanh --linear-output --solution"),
              std::string("--layers 1-1-1-1-1-1-1-1-1-1 --rate 0.0000001 --solution --steps 3")})
            for (const char* const language : {"en", "es"})
                all.push_back(exercise + " --format latex --language " + language);
        return all;
    }
    std::string latex(const std::string& arguments) const {
        const Outcome r = lecture(arguments);
        EXPECT_EQ(r.code, 0) << arguments << "\n" << r.err;
        return r.out;
    }
};

// The text without what stands between two marks.
std::string without(std::string text, const std::string& begin, const std::string& end) {
    for (std::size_t at = 0; (at = text.find(begin, at)) != std::string::npos;)
        text.erase(at, text.find(end, at + begin.size()) + end.size() - at);
    return text;
}
std::string without_mathematics(const std::string& latex) {
    return without(without(latex, "\\[", "\\]"), "$", "$");
}

TEST_F(LectureLatex, EnvironmentsAndBracesAreBalanced) {
    for (const std::string& arguments : sheets()) {
        const std::string sheet = latex(arguments);
        std::vector<std::string> open;
        static const Pattern mark("\\\\(begin|end)\\{([a-z]+)\\}");
        for (const auto& m : mark.all_in(sheet)) {
            if (m[1] == "begin") {
                open.push_back(m[2]);
                continue;
            }
            ASSERT_FALSE(open.empty());
            EXPECT_EQ(open.back(), m[2]);
            open.pop_back();
        }
        EXPECT_TRUE(open.empty());
        int depth = 0;
        for (const char c : sheet) {
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            ASSERT_GE(depth, 0);
        }
        EXPECT_EQ(depth, 0);
        EXPECT_EQ(count(sheet, "\\left("), count(sheet, "\\right)"));
        EXPECT_EQ(count(sheet, "\\["), count(sheet, "\\]"));
        EXPECT_EQ(count(sheet, "$") % 2, 0U);
    }
}

TEST_F(LectureLatex, ADecimalPointInEveryLanguageAndNothingUnescaped) {
    static const Pattern comma("[0-9],[0-9]"), point("[0-9]\\.[0-9]"), special("(^|[^\\])[_^&%#~]"),
        exponent("[0-9]e[-+]?[0-9]");
    for (const std::string& arguments : sheets()) {
        const std::string sheet = latex(arguments);
        EXPECT_FALSE(comma.found_in(sheet)) << arguments;
        EXPECT_TRUE(point.found_in(sheet)) << arguments;
        EXPECT_FALSE(special.found_in(without_mathematics(sheet))) << without_mathematics(sheet);
        EXPECT_FALSE(exponent.found_in(sheet)) << arguments;
    }
}

TEST_F(LectureLatex, ClassArticleAndNoPackageBeyondTheBase) {
    static const Pattern package("\\\\usepackage(\\[[^]]*\\])?\\{([^}]*)\\}");
    for (const std::string& arguments : sheets()) {
        const std::string sheet = latex(arguments);
        EXPECT_EQ(sheet.rfind("\\documentclass[11pt,a4paper]{article}\n", 0), 0U);
        ASSERT_TRUE(package.found_in(sheet));
        for (const auto& m : package.all_in(sheet))
            EXPECT_THAT(m[2], testing::AnyOf("inputenc", "amsmath", "geometry"));
    }
}

TEST_F(LectureLatex, TheSolutionIsASheetOfItsOwnWithEveryFigure) {
    const std::string exercise = "--layers 3-4-4-3-1 --seed 4 ";
    const std::string task = latex(exercise + "--format latex"),
                      solved = latex(exercise + "--format latex --solution");
    const std::size_t page = solved.find("\\newpage");
    ASSERT_NE(page, std::string::npos);
    EXPECT_EQ(solved.substr(0, page - 1) + "\n\\end{document}\n", task);
    EXPECT_THAT(task, Not(HasSubstr("newpage")));
    const auto figures = json(exercise + "--solution")["figures"];
    for (const auto& f : figures) {
        char digits[40];
        std::snprintf(digits, sizeof digits, "%.6f", f["chain_rule"].get<double>());
        EXPECT_THAT(solved.substr(page), HasSubstr(digits)) << f["name"];
    }
    EXPECT_GT(figures.size(), 100U);
}

TEST_F(LectureLatex, OnlyTheLecturesOwnTellsItsSlipsAndHomework) {
    const std::string own = latex("--format latex"), other = latex("--format latex --rate 0.5 --solution");
    EXPECT_THAT(own, HasSubstr("$0.1980$ stands for $0.19480$ in the product for "
                               "$\\frac{dE}{dw_{11}^{[2]}}$"));
    EXPECT_THAT(own, HasSubstr("The homework"));
    EXPECT_THAT(own, HasSubstr("39 of 39 figures agree"));
    EXPECT_THAT(own, HasSubstr("0.099335 & 0.296676 \\\\ 0.199196 & 0.395979"));  // the homework's answer
    EXPECT_THAT(other, Not(HasSubstr("homework")));
    EXPECT_THAT(other, Not(HasSubstr("slips")));
    EXPECT_THAT(other, HasSubstr("39 of 39 figures agree"));
}

// Once the slips were plain text, and both errors after the step called E.
TEST_F(LectureLatex, SlipsAreMathematicsAndEachErrorHasItsName) {
    const std::string spanish = latex("--format latex --language es");
    EXPECT_THAT(spanish,
                HasSubstr("\\item $\\frac{dE}{d\\hat{y}_1} = -0.68492$ tiene el signo equivocado\n"));
    EXPECT_THAT(spanish,
                HasSubstr("\\text{$E$ después} = 0.233846 \\qquad \\text{$E$, solo pesos} = 0.240725"));
    EXPECT_THAT(latex("--format latex"), HasSubstr("\\text{$E$ after} = 0.233846 \\qquad "
                                                   "\\text{$E$, weights only} = 0.240725"));
}

// Once every matrix of six columns was.
TEST_F(LectureLatex, OnlyAMatrixThatWouldNotFitIsSmaller) {
    EXPECT_THAT(latex("--format latex --layers 4-6-6-6-3 --seed 9 --solution"), Not(HasSubstr("scriptsize")));
    EXPECT_THAT(latex("--format latex --layers 7-7-7 --solution"), Not(HasSubstr("scriptsize")));
    EXPECT_THAT(latex("--format latex --layers 9-9-9 --no-solution"), Not(HasSubstr("scriptsize")));
    // dE/dW and W after the step, in each layer.
    EXPECT_EQ(count(latex("--format latex --layers 9-9-9 --solution"), "scriptsize"), 4U);
}

TEST_F(LectureLatex, PdflatexTakesEverySheetAndNothingIsWiderThanThePage) {
    if (shell("command -v pdflatex").code != 0) GTEST_SKIP() << "no pdflatex: install texlive-latex-base";
    static const Pattern overfull("Overfull \\\\hbox \\(([0-9.]+)pt too wide\\)");
    for (const std::string& arguments : sheets()) {
        ASSERT_EQ(lecture(arguments + " --output sheet.tex").code, 0);
        const Outcome r = shell("pdflatex -interaction=nonstopmode -halt-on-error sheet.tex");
        EXPECT_EQ(r.code, 0) << arguments << "\n" << r.out;
        const std::string log = text_of(folder() / "sheet.log");
        EXPECT_THAT(log, HasSubstr("Output written on sheet.pdf")) << arguments;
        for (const auto& m : overfull.all_in(log)) EXPECT_LT(std::stod(m[1]), 3) << arguments;
    }
}

}  // namespace
