// A teacher's exercises: other numbers, two languages, with and without the solution, E step by step.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "cli/lecture_sheet.hpp"
#include "lecture.hpp"

#include "support/pattern.hpp"

namespace {

using testing::HasSubstr;
using testing::Not;

class LectureExercise : public Lecture {
protected:
    static constexpr const char* tanh_exercise =
        "--x 0.2,0.7 --y 0.1,0.9 --rate 0.5 --layers 2-3-2 --seed 4 --activation tanh --linear-output";

    static std::vector<std::string> numbers_in(const std::string& text) {
        static const Pattern number("-?[0-9]+\\.[0-9]+");
        std::vector<std::string> all;
        for (const auto& m : number.all_in(text)) all.push_back(m[0]);
        return all;
    }
};

// ---- Languages ----

TEST_F(LectureExercise, SpanishSaysTheSameFiguresInTheLecturesTerms) {
    for (const std::string& what :
         {std::string(), std::string("--brief "), std::string("--steps 50 "), std::string("--no-solution "),
          tanh_exercise + std::string(" --solution "),
          std::string("--layers 9-9-9-9 --activation relu --seed 3 --solution ")}) {
        const std::string english = text(what), spanish = text(what + "--language es");
        EXPECT_FALSE(numbers_in(spanish).empty());
        EXPECT_EQ(numbers_in(english), numbers_in(spanish)) << what;
        EXPECT_NE(english, spanish);
        EXPECT_EQ(text(what + "--language en"), english);
    }
    const std::string full = text("--language es");
    for (const char* const term :
         {"retropropagación", "PROPAGACIÓN HACIA ADELANTE", "PROPAGACIÓN HACIA ATRÁS", "regla de la cadena",
          "ACTUALIZACIÓN DE PESOS Y SESGOS", "La tarea", "errata", "coincide", "39 de 39 cifras coinciden"})
        EXPECT_THAT(full, HasSubstr(term));
    for (const char* const left : {"agree", "slip", "Layer", "FORWARD", "lecture", "error after"})
        EXPECT_THAT(full, Not(HasSubstr(left)));
}

TEST_F(LectureExercise, ColumnsStandBelowEachOtherWhateverTheAccents) {
    std::istringstream in(text("--language es --solution --seed 2"));
    std::size_t rows = 0;
    for (std::string line; std::getline(in, line);) {
        if (!has(line, "coincide") || has(line, "cifras")) continue;
        EXPECT_EQ(characters(line), 60) << line;
        ++rows;
    }
    EXPECT_EQ(rows, 39U);
}

TEST_F(LectureExercise, TheLocaleDecidesWhereNoLanguageIsAsked) {
    const std::pair<const char*, bool> cases[] = {{"LC_ALL=es_MX.UTF-8", true},
                                                  {"LC_ALL=es", true},
                                                  {"LC_ALL=es@euro", true},
                                                  {"LANG=es_ES", true},
                                                  {"LC_MESSAGES=es_AR.utf8 LANG=en_US", true},
                                                  {"LC_ALL= LC_MESSAGES= LANG=es_ES", true},
                                                  {"LC_ALL=C LANG=es_ES", false},
                                                  {"LC_MESSAGES=de_DE LANG=es_ES", false},
                                                  {"LANG=est", false},
                                                  {"LANG=et_EE", false},
                                                  {"", false}};
    for (const auto& [environment, spanish] : cases) {
        const std::string start = std::string("env -u LC_ALL -u LC_MESSAGES -u LANG ") + environment;
        EXPECT_EQ(has(shell(start + " $W lecture --brief").out, "La tarea"), spanish) << environment;
        EXPECT_FALSE(has(shell(start + " $W lecture --brief --language en").out, "La tarea")) << environment;
    }
}

TEST_F(LectureExercise, JsonIsTheSameInEveryLanguage) {
    EXPECT_EQ(lecture("--json --language es").out, lecture("--json").out);
}

// ---- A teacher's numbers ----

TEST_F(LectureExercise, TheLearningRateIsNamed) {
    EXPECT_THAT(text(tanh_exercise), HasSubstr("learning rate eta"));
    EXPECT_THAT(text(tanh_exercise + std::string(" --language es")), HasSubstr("tasa de"));
    EXPECT_THAT(lecture(tanh_exercise + std::string(" --language es --format latex")).out,
                HasSubstr("tasa de aprendizaje $\\eta$"));
}

// relu' is 0 for a neuron that is off: by hand that gives -0, which is no figure for a sheet.
TEST_F(LectureExercise, AZeroHasNoSign) {
    const std::string exercise =
        "--layers 2-2-1 --seed 5 --activation relu --linear-output --solution --format ";
    for (const char* const format : {"text", "latex"}) {
        const std::string sheet = lecture(exercise + format).out;
        EXPECT_THAT(sheet, HasSubstr("0.000000")) << format;
        EXPECT_FALSE(Pattern("-0\\.0+[^0-9]").found_in(sheet)) << format;
    }
}

TEST_F(LectureExercise, ADrawnReluNetworkHasGradientsForTheGivenInputsToo) {
    for (int seed = 0; seed < 30; ++seed) {
        const auto solved =
            json("--layers 2-2-1 --activation relu --x -3,0.2 --solution --seed " + std::to_string(seed));
        bool any = false;
        for (const auto& f : solved["figures"])
            any |= f["name"].get<std::string>().starts_with("dE/dw") &&
                   f["name"].get<std::string>().ends_with("[1]") && f["autodiff"] != 0;
        EXPECT_TRUE(any) << seed;
    }
}

TEST_F(LectureExercise, TheSheetShowsWhatIsGivenAndAsked) {
    const std::string sheet = text(tanh_exercise);
    for (const char* const part : {"2-3-2", "x = (0.2, 0.7)   y = (0.1, 0.9)   eta = 0.5", "W[1] = ((",
                                   "W[2] = ((", "b[1] = ", "b[2] = ", "g[1](z) = tanh(z)", "g[2](z) = z",
                                   "1. ", "6. ", "dE/dyhat_i", "dE/dw_ij[l]", "dE/db[l]"})
        EXPECT_THAT(sheet, HasSubstr(part));
    EXPECT_THAT(sheet, Not(HasSubstr("7. ")));
    EXPECT_THAT(text(tanh_exercise + std::string(" --steps 30")), HasSubstr("7. "));
}

// Whatever is asked, to four decimals: what is given has two.
TEST_F(LectureExercise, WithoutTheSolutionNoFigureIsOnTheSheet) {
    for (const std::string& exercise :
         {tanh_exercise + std::string(" --steps 20"), std::string("--layers 3-4-4-3-1 --steps 20"),
          std::string("--no-solution --steps 20")}) {
        const auto solved = json(exercise + " --solution");
        const std::string sheets = text(exercise) + text(exercise + " --language es") +
                                   lecture(exercise + " --format latex").out +
                                   lecture(exercise + " --json").out;
        std::vector<double> figures = solved["E_by_step"];
        for (const auto& f : solved["figures"]) figures.push_back(f["autodiff"]);
        ASSERT_GT(figures.size(), 50U);
        for (const double f : figures) {
            char digits[40];
            std::snprintf(digits, sizeof digits, "%.4f", std::abs(f));
            EXPECT_THAT(sheets, Not(HasSubstr(digits))) << exercise;
        }
        EXPECT_THAT(sheets, Not(HasSubstr("agree")));
        EXPECT_FALSE(json(exercise).contains("figures"));
        EXPECT_THAT(text(exercise + " --solution"), HasSubstr("chain rule"));
    }
}

// yhat = w2 (w1 x + b1) + b2, so that everything has a short formula.
TEST_F(LectureExercise, TheSolutionOfALineIsThatOfPaper) {
    const auto solved =
        json("--layers 1-1-1 --x 2 --y 1.5 --rate 0.1 --seed 3 --activation identity --solution");
    const double x = 2, y = 1.5, w1 = solved["layers"][0]["weights"][0],
                 b1 = solved["layers"][0]["biases"][0], w2 = solved["layers"][1]["weights"][0],
                 b2 = solved["layers"][1]["biases"][0];
    const double z1 = w1 * x + b1, d = w2 * z1 + b2 - y;
    const std::pair<const char*, double> formulas[] = {
        {"z_1[1]", z1},          {"yhat_1", d + y},
        {"E", d * d / 2},        {"dE/dyhat_1", d},
        {"dE/dw_11[2]", d * z1}, {"dE/db[2]", d},
        {"dE/da_1[1]", d * w2},  {"dE/dw_11[1]", d * w2 * x},
        {"dE/db[1]", d * w2},    {"w_11[1]", w1 - 0.1 * d * w2 * x},
        {"b[2]", b2 - 0.1 * d}};
    for (const auto& [name, value] : formulas) {
        std::size_t found = 0;
        for (const auto& f : solved["figures"]) {
            if (f["name"] != name) continue;
            EXPECT_NEAR(f["autodiff"].get<double>(), value, 1e-12) << name;
            EXPECT_NEAR(f["chain_rule"].get<double>(), value, 1e-12) << name;
            ++found;
        }
        EXPECT_EQ(found, 1U) << name;
    }
}

TEST_F(LectureExercise, OnlyTheLecturesOwnIsComparedWithTheLecture) {
    for (const char* const change : {"--rate 0.5", "--x 0.2,0.4", "--y 0,1", "--activation tanh",
                                     "--linear-output", "--seed 1", "--layers 2-2-2"}) {
        const std::string solved = text(change + std::string(" --solution"));
        EXPECT_THAT(solved, HasSubstr("39 of 39 figures agree")) << change;
        for (const char* const of_lecture : {"Clase 5", "Slip", "homework", "DIFFER", "lecture"})
            EXPECT_THAT(solved, Not(HasSubstr(of_lecture))) << change;
        EXPECT_THAT(text(change), Not(HasSubstr("chain rule  "))) << change;
        EXPECT_FALSE(json(change + std::string(" --solution")).contains("slips")) << change;
    }
    EXPECT_EQ(text(""), text("--solution"));
    EXPECT_THAT(text("--no-solution"), Not(HasSubstr("0.60")));
}

TEST_F(LectureExercise, WeightsAreTheLecturesUnlessLayersOrSeedDrawOthers) {
    const std::vector<double> w1{0.1, 0.3, 0.2, 0.4};
    EXPECT_EQ(json("--rate 0.5 --x 1,2")["layers"][0]["weights"], w1);
    EXPECT_EQ(json("--linear-output")["layers"][1]["activation"], "identity");
    EXPECT_EQ(json("--linear-output")["layers"][0]["activation"], "sigmoid");
    EXPECT_NE(json("--seed 1")["layers"][0]["weights"], w1);
    EXPECT_EQ(json("--layers 2-2-2"), json("--seed 1"));
    EXPECT_NE(json("--seed 2"), json("--seed 1"));
    EXPECT_EQ(json("--seed 2 --x 1,2")["layers"], json("--seed 2 --x -3,2.5")["layers"]);
    EXPECT_EQ(json("--seed 2 --x -3,2.5")["x"], (std::vector{-3.0, 2.5}));
    EXPECT_EQ(json("--layers 3-4-4-3-1")["x"].size(), 3U);
    EXPECT_EQ(json("--layers 3-4-4-3-1")["layers"].size(), 4U);
}

// ---- check_layers ----

TEST_F(LectureExercise, CheckLayersHoldsTheBackwardPassByHandInEveryShape) {
    const std::string english = "check_layers finds no mistake in any layer of the backward pass by hand.\n",
                      spanish =
                          "check_layers no encuentra errores en ninguna capa de la propagación hacia\n"
                          "atrás hecha a mano.\n";
    for (const std::string& exercise :
         {std::string(), std::string("--brief"), tanh_exercise + std::string(" --solution")}) {
        EXPECT_EQ(count(text(exercise), english), 1U) << exercise;
        EXPECT_EQ(count(text(exercise + " --language es"), spanish), 1U) << exercise;
    }
    for (const std::string& exercise : {std::string(), tanh_exercise + std::string(" --solution")}) {
        EXPECT_EQ(count(lecture(exercise + " --format latex").out, "check\\_layers finds no mistake"), 1U);
        const auto found = json(exercise)["check_layers"];
        EXPECT_EQ(found["ok"], true);
        EXPECT_TRUE(found["mistakes"].empty());
    }
    for (const char* const what : {"", " --format latex", " --json"})
        EXPECT_THAT(lecture(tanh_exercise + std::string(what)).out, Not(HasSubstr("check")));
}

// The slip of sign that the lecture prints, as if the chain rule by hand had it.
TEST_F(LectureExercise, AMistakeByHandIsReportedInEveryFormat) {
    for (const char* const language : {"en", "es"}) {
        Sheet s{.exercise = wengert::nn::lecture_exercise(),
                .of_lecture = true,
                .solution = true,
                .steps = 1,
                .figures = {},
                .E = {},
                .check = {0, {}},
                .words = words(language)};
        s.figures = worked_figures(s.exercise);
        wengert::nn::WorkedStep step = by_chain_rule(s.exercise);
        s.check = check_backward(s.exercise, step);
        EXPECT_TRUE(s.right());
        step.layers[1].dE_da[0] *= -1;
        s.check = check_backward(s.exercise, step);
        EXPECT_FALSE(s.right());
        for (const std::string& sheet : {as_text(s), in_brief(s), as_latex(s)})
            EXPECT_THAT(sheet, HasSubstr("Layer 2, delta: its sign is flipped. Wrong in 1 of 2"));
        EXPECT_THAT(as_latex(s), HasSubstr("\\begin{verbatim}\n1 mistake"));
        EXPECT_EQ(as_json(s)["check_layers"], nlohmann::ordered_json::parse(R"({"ok": false, "mistakes": [
                      {"layer": 2, "quantity": "delta", "reason": "its sign is flipped"}]})"));
    }
}

// ---- Step by step ----

// Both ends from the lecture's table; that it falls in between is what the table is for.
TEST_F(LectureExercise, AThousandStepsShowTheErrorFalling) {
    const std::string full = text("--steps 1000");
    std::istringstream in(full.substr(full.find("STEP BY STEP")));
    std::vector<std::pair<int, double>> rows;
    for (std::string line; std::getline(in, line);) {
        int step = 0;
        double error = 0;
        if (std::sscanf(line.c_str(), "%d %lf", &step, &error) == 2) rows.emplace_back(step, error);
    }
    ASSERT_EQ(rows.size(), 11U);
    EXPECT_EQ(rows[0], std::pair(0, 0.2490895415));
    EXPECT_EQ(rows[1], std::pair(1, 0.2338458881));
    EXPECT_EQ(rows.back().first, 1000);
    for (std::size_t k = 1; k < rows.size(); ++k) {
        EXPECT_LT(rows[k - 1].first, rows[k].first);
        EXPECT_GT(rows[k - 1].second, rows[k].second);
    }
    const auto every = json("--steps 1000")["E_by_step"];
    ASSERT_EQ(every.size(), 1001U);
    for (const auto& [step, error] : rows)
        EXPECT_NEAR(every[static_cast<std::size_t>(step)].get<double>(), error, 1e-9 * error);
    EXPECT_THAT(text("--steps 1"), Not(HasSubstr("STEP BY STEP")));
}

TEST_F(LectureExercise, ThePictureIsACurveInTheLanguageAsked) {
    fs::create_directory(folder() / "curves");
    text("--steps 1000 --picture curves/error.svg");
    const std::string english = text_of(folder() / "curves/error.svg");
    EXPECT_THAT(english, HasSubstr("</svg>"));
    EXPECT_THAT(english, HasSubstr("the error E, step by step"));
    text("--steps 10 --picture error.svg --language es --rate 0.1");
    EXPECT_THAT(text_of(folder() / "error.svg"), HasSubstr("el error E, paso a paso"));
}

TEST_F(LectureExercise, WithoutGnuplotTheTextIsThereAllTheSame) {
    const Outcome r = shell("PATH=/nowhere $W lecture --language en --steps 9 --picture error.svg");
    EXPECT_EQ(r.code, 1);
    EXPECT_THAT(r.out, HasSubstr("STEP BY STEP"));
    EXPECT_THAT(r.err, HasSubstr("gnuplot"));
    EXPECT_FALSE(fs::exists(folder() / "error.svg"));
}

// ---- Files ----

TEST_F(LectureExercise, OutputGoesToAFileAsAWhole) {
    fs::create_directory(folder() / "a sheet");
    for (const std::string& what :
         {std::string("--brief"), std::string("--json"), std::string("--format latex"),
          std::string(tanh_exercise), std::string("--perceptron")}) {
        const Outcome r = lecture(what + " --output 'a sheet/é.txt'");
        EXPECT_EQ(r.code, 0) << r.err;
        EXPECT_EQ(r.out + r.err, "");
        EXPECT_EQ(text_of(folder() / "a sheet/é.txt"), lecture(what).out);
    }
    EXPECT_EQ(std::distance(fs::directory_iterator(folder() / "a sheet"), {}), 1);
}

TEST_F(LectureExercise, AnOutputThatCannotBeWrittenLosesNothing) {
    std::ofstream(folder() / "kept") << "precious";
    fs::create_directory(folder() / "a");
    const std::pair<const char*, const char*> cases[] = {
        {"--output kept/sheet.txt", "cannot write in the folder 'kept'"},
        {"--output a", "--output 'a' is no file"},
        {"--output a/", "--output 'a/' is no file"},
        {"--output /dev/full", "cannot write '/dev/full'"},
        {"--output new --picture kept/e.svg --steps 3", "cannot write in the folder 'kept'"},
        {"--output new --picture a --steps 3", "--picture 'a' is no file"},
        {"--output nowhere/new", "there is no folder 'nowhere': make it, or choose another with --output"},
        {"--output kept --rate 1e150 --x 1e100,1 --activation identity --steps 100", "not finite"},
        {"--output kept --layers 3-2 --x 1,2", "--x has 2 numbers"}};
    for (const auto& [arguments, sentence] : cases) {
        const Outcome r = lecture(arguments);
        EXPECT_EQ(r.code, 1) << arguments;
        EXPECT_EQ(r.out, "") << arguments;
        EXPECT_THAT(r.err, HasSubstr(sentence)) << arguments;
        EXPECT_EQ(text_of(folder() / "kept"), "precious");
        EXPECT_FALSE(fs::exists(folder() / "new")) << arguments;
        EXPECT_TRUE(fs::is_empty(folder() / "a")) << arguments;
    }
}

// ---- Refusals ----

TEST_F(LectureExercise, MisuseIsRefusedInSoManyWords) {
    const std::tuple<const char*, int, const char*> cases[] = {
        {"--x a,b", 2, "--x: it is numbers with commas between, such as 0.2,0.7; it was 'a,b'"},
        {"--x 0.1,", 2, "it was '0.1,'"},
        {"--x 0.1,,2", 2, "it was '0.1,,2'"},
        {"--y nan,1", 2, "--y: it is numbers"},
        {"--y 1e999,1", 2, "--y: it is numbers"},
        {"--x 0.1,0.2x", 2, "--x: it is numbers"},
        {"--rate 0", 2, "a learning rate is a positive number, it was 0"},
        {"--rate -0.5", 2, "a learning rate is a positive number"},
        {"--rate nan", 2, "a learning rate is a positive number"},
        {"--rate inf", 2, "a learning rate is a positive number"},
        {"--rate 0.1x", 2, "a learning rate is a positive number"},
        {"--steps 0", 2, "--steps: Value 0 not in range 1 to 100000"},
        {"--steps -1", 2, "not in range"},
        {"--steps 100001", 2, "not in range"},
        {"--seed -1", 2,
         "--seed: it is a whole number, at least 0 and at most 18446744073709551615; it was -1"},
        {"--seed one", 2, "--seed: it is a whole number"},
        {"--layers 2", 2, "--layers: it is 2 to 10 widths from 1 to 9"},
        {"--layers 2-0-1", 2, "it was '2-0-1'"},
        {"--layers 2-10-1", 2, "widths from 1 to 9"},
        {"--layers 2,3,1", 2, "with dashes between, such as 3-4-4-3-1"},
        {"--layers 1-1-1-1-1-1-1-1-1-1-1", 2, "2 to 10 widths"},
        {"--layers 3-2-1 --x 1,2", 1,
         "--x has 2 numbers, and a 3-2-1 network has 3 inputs: give 3, or other --layers"},
        {"--layers 3-2-1 --y 1,2", 1, "--y has 2 numbers, and a 3-2-1 network has 1 output: give 1, or"},
        {"--x 1", 1, "--x has 1 number, and a 2-2-2 network has 2 inputs"},
        {"--x 1,2,3", 1, "--x has 3 numbers, and a 2-2-2 network has 2 inputs"},
        {"--activation gelu", 2, "--activation: gelu not in {sigmoid,tanh,relu,identity}"},
        {"--activation step", 2, "{sigmoid,tanh,relu,identity}"},
        {"--language fr", 2, "--language: fr not in {en,es}"},
        {"--format pdf", 2, "--format: pdf not in {text,latex}"},
        {"--json --format latex", 2, "excludes"},
        {"--brief --rate 0.1", 2, "excludes"},
        {"--brief --steps 4", 2, "excludes"},
        {"--perceptron --layers 2-1", 2, "excludes"},
        {"--perceptron --brief", 2, "excludes"},
        {"--perceptron --format latex", 2, "excludes"},
        {"--picture error.svg", 2, "--picture requires --steps"},
        {"--rate 1e150 --x 1e100,1 --activation identity", 1, "wengert: E is not finite after step 1"},
        {"more", 2, "more"}};
    for (const auto& [arguments, code, sentence] : cases) {
        const Outcome r = lecture(arguments);
        EXPECT_EQ(r.code, code) << arguments;
        EXPECT_EQ(r.out, "") << arguments;
        EXPECT_THAT(r.err, HasSubstr(sentence)) << arguments;
    }
}

TEST_F(LectureExercise, HelpTellsWhatEachOptionTakesWithExamplesThatRun) {
    const std::string help = lecture("--help").out;
    std::istringstream in(help.substr(help.find("Examples:")));
    std::size_t run = 0;
    for (std::string line; std::getline(in, line);) {
        if (!has(line, "wengert lecture")) continue;
        EXPECT_EQ(lecture(line.substr(line.find("lecture ") + 8)).code, 0) << line;
        ++run;
    }
    EXPECT_GE(run, 6U);
    EXPECT_THAT(help, HasSubstr("{sigmoid,tanh,relu,identity}"));
}

}  // namespace
