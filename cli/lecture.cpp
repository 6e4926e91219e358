// `wengert lecture`: the worked example, each figure by autodiff, by the chain rule and as the lecture prints
// it, or an exercise like it with a teacher's numbers. The figures come from <wengert/nn/lecture.hpp>; here
// are the options.
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <wengert/error.hpp>
#include <wengert/nn/files.hpp>
#include <wengert/nn/plot.hpp>

#include "checks.hpp"
#include "commands.hpp"
#include "lecture_sheet.hpp"
#include "pictures.hpp"

using namespace wengert;
using namespace wengert::nn;
namespace fs = std::filesystem;

namespace {

struct LectureOptions {
    std::string language, format = "text", x, y, layers = "2-2-2", activation, output, picture;
    double rate = 0;
    std::uint64_t seed = 1;
    std::size_t steps = 1;
    bool solution = false, linear_output = false, brief = false, json = false, perceptron = false;
    bool changed = false,
         drawn = false;  // whether the exercise is the lecture's, and whether its weights are
};

// ---- Lists on the command line ----

// Numbers with one character between them, blanks around them left out; none where the text is another.
template <class T> std::optional<std::vector<T>> list_of(const std::string& text, char between) {
    std::vector<T> numbers;
    const char *p = text.data(), *const end = p + text.size();
    const auto skip_blanks = [&] {
        while (p != end && *p == ' ') ++p;
    };
    for (;; ++p) {
        skip_blanks();
        T number{};
        const auto [next, problem] = std::from_chars(p, end, number);
        if (problem != std::errc()) return {};
        numbers.push_back(number);
        p = next;
        skip_blanks();
        if (p == end) return numbers;
        if (*p != between) return {};
    }
}

std::string numbers(const std::string& text) {
    const auto list = list_of<double>(text, ',');
    bool finite = list.has_value();
    for (std::size_t k = 0; finite && k < list->size(); ++k) finite = std::isfinite((*list)[k]);
    return finite ? "" : "it is numbers with commas between, such as 0.2,0.7; it was '" + text + "'";
}

constexpr std::size_t most = 9;  // so that a sheet holds it
std::string network(const std::string& text) {
    const auto widths = list_of<std::size_t>(text, '-');
    bool fits = widths && widths->size() > 1 && widths->size() <= most + 1;
    for (std::size_t l = 0; fits && l < widths->size(); ++l) fits = (*widths)[l] > 0 && (*widths)[l] <= most;
    return fits ? ""
                : fmt::format(
                      "it is 2 to {} widths from 1 to {} with dashes between, such as 3-4-4-3-1; it was "
                      "'{}'",
                      most + 1, most, text);
}

// ---- The exercise ----

// None where none are given.
std::vector<double> given(const std::string& text, const char* option, std::size_t width, const char* what,
                          const std::string& widths) {
    if (text.empty()) return {};
    std::vector<double> list = *list_of<double>(text, ',');
    if (list.size() != width)
        fail(fmt::format("{} has {}, and a {} network has {}: give {}, or other --layers", option,
                         counted(list.size(), "number"), widths, counted(width, what), width));
    return list;
}

Exercise exercise(const LectureOptions& o) {
    const Activation g = activation(o.activation.empty() ? "sigmoid" : o.activation);
    const Activation last = o.linear_output ? activation("identity") : g;
    const std::vector<std::size_t> widths = *list_of<std::size_t>(o.layers, '-');
    const std::vector<double> x = given(o.x, "--x", widths.front(), "input", o.layers),
                              y = given(o.y, "--y", widths.back(), "output", o.layers);
    Exercise e = o.drawn ? drawn_exercise(widths, g, last, o.seed, x, y) : lecture_exercise();
    if (!o.drawn) {
        Mlp<double> model(widths, g, last, Bias::shared);
        model.set_parameters(e.model.parameters());
        e.model = model;
        if (!x.empty()) e.x = x;
        if (!y.empty()) e.y = y;
    }
    if (o.rate > 0) e.rate = o.rate;
    return e;
}

Sheet sheet(const LectureOptions& o) {
    Sheet s{.exercise = exercise(o),
            .of_lecture = !o.changed,
            .solution = o.solution,
            .steps = o.steps,
            .figures = {},
            .E = {},
            .check = {0, {}},
            .words = words(o.language)};
    s.E = errors_by_step(s.exercise, s.steps);
    s.figures = worked_figures(s.exercise);
    s.check = check_backward(s.exercise, by_chain_rule(s.exercise));
    return s;
}

// ---- Where it goes ----

void check_outputs(const LectureOptions& o) {
    check_file(o.output, "--output");
    check_file(o.picture, "--picture");
    check_apart(o.picture, "--picture", {{"the file of --output", o.output}});
}

void write(const LectureOptions& o, const std::string& text) {
    if (o.output.empty())
        put(stdout, text);
    else
        write_file(o.output, text);
}

void draw_errors(const Sheet& s, const fs::path& file) {
    Panel panel{s.words.curve_title, s.words.step_column, {{"", {}, {}}}};
    const std::size_t every = s.E.size() / 1000 + 1;  // more points than that nobody sees
    for (std::size_t k = 0; k < s.E.size(); ++k) {
        if (k % every != 0 && k + 1 != s.E.size()) continue;
        panel.series[0].x.push_back(static_cast<double>(k));
        panel.series[0].y.push_back(s.E[k]);
    }
    draw({panel}, file);
}

int lecture(const LectureOptions& o) {
    check_outputs(o);
    if (o.perceptron) {
        write(o, o.json ? perceptron_as_json().dump(2) + "\n" : perceptron_as_text(words(o.language)));
        return 0;
    }
    const Sheet s = sheet(o);
    write(o, o.json                ? as_json(s).dump(2) + "\n"
             : o.brief             ? in_brief(s)
             : o.format == "latex" ? as_latex(s)
                                   : as_text(s));
    std::fflush(stdout);  // nothing that happens to the picture takes it away
    if (!o.picture.empty()) draw_errors(s, o.picture);
    return s.right() ? 0 : failed;
}

// An option and those that it does not go with. CLI11 could check it, but would list them all in the help.
struct Exclusion {
    CLI::Option* option;
    std::vector<CLI::Option*> others;
};
void check(const Exclusion& e) {
    for (const CLI::Option* const other : e.others)
        if (e.option->count() > 0 && other->count() > 0)
            throw CLI::ExcludesError(e.option->get_name(), other->get_name());
}

constexpr const char* examples =
    "The lecture's own example comes with its solution, an exercise of other\n"
    "numbers without it; --solution and --no-solution say otherwise. --layers or\n"
    "--seed draw the weights, and x and y where they are not given.\n\n"
    "Examples:\n"
    "  wengert lecture --language es\n"
    "  wengert lecture --steps 1000 --picture error.svg\n"
    "  wengert lecture --x 0.2,0.7 --y 0.1,0.9 --rate 0.5\n"
    "  wengert lecture --layers 3-4-4-3-1 --seed 4 --activation tanh --linear-output\n"
    "  wengert lecture --layers 2-3-2 --format latex --solution --output sheet.tex\n"
    "  wengert lecture --perceptron";

}  // namespace

void add_lecture(CLI::App& app, int& exit_code) {
    auto* const command = app.add_subcommand("lecture", "The lecture's example, and exercises like it");
    auto options = std::make_shared<LectureOptions>();
    LectureOptions& o = *options;
    std::vector<CLI::Option*> changes;
    const auto option = [&](const char* name, auto& variable, const std::string& text) {
        return command->add_option(name, variable, text);
    };
    option("--language", o.language, "Of the text; else the locale decides")
        ->check(CLI::IsMember(languages()));
    changes = {option("--x", o.x, "Inputs, such as 0.2,0.7")->check(numbers),
               option("--y", o.y, "What the outputs should be")->check(numbers),
               option("--rate", o.rate, "Learning rate eta (0.6)")->check(positive),
               option("--layers", o.layers, "Another network, such as 3-4-4-3-1")->check(network),
               option("--seed", o.seed, "Of the weights, x and y of another network (1)")
                   ->check(whole(0, UINT64_MAX)),
               option("--activation", o.activation, "Of all layers (sigmoid)")
                   ->check(CLI::IsMember(activations_by_hand())),
               command->add_flag("--linear-output", o.linear_output, "An output layer that is linear")};
    auto* const layers = command->get_option("--layers");
    auto* const seed = command->get_option("--seed");
    auto* const steps = option("--steps", o.steps, "Steps of gradient descent; E after each (1)")
                            ->check(CLI::Range(1, 100'000));
    option("--picture", o.picture, "SVG file for the curve of E")->needs(steps);
    auto* const solution =
        command->add_flag("--solution,!--no-solution", o.solution, "With the worked figures, or without");
    auto* const format =
        option("--format", o.format, "Of the sheet (text)")->check(CLI::IsMember({"text", "latex"}));
    option("--output", o.output, "File for the text (standard output)");
    auto* const brief = command->add_flag("--brief", o.brief, "The lecture's example on less than a screen");
    auto* const json = command->add_flag("--json", o.json, "With every digit, as JSON");
    auto* const perceptron =
        command->add_flag("--perceptron", o.perceptron, "Its learning rule, on AND, OR and XOR");
    const auto with_changes = [&changes](std::vector<CLI::Option*> others) {
        others.insert(others.end(), changes.begin(), changes.end());
        return others;
    };
    const Exclusion exclusions[] = {{json, {brief, format}},
                                    {brief, with_changes({steps, solution, format})},
                                    {perceptron, with_changes({steps, solution, format, brief})}};
    command->footer(examples);
    command->callback([=, &exit_code] {
        for (const Exclusion& e : exclusions) check(e);
        if (options->language.empty()) options->language = language_of_locale();
        for (const CLI::Option* const change : changes) options->changed |= change->count() > 0;
        if (solution->count() == 0) options->solution = !options->changed;
        options->drawn = layers->count() > 0 || seed->count() > 0;
        exit_code = lecture(*options);
    });
}
