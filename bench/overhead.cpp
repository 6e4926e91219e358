// What a gradient costs: each problem by each engine, checked against the gradient by hand before it is
// timed.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <wengert/error.hpp>
#include <wengert/nn/files.hpp>

#include "checks.hpp"
#include "commands.hpp"
#include "driver/charts.hpp"
#include "driver/compare.hpp"
#include "driver/engines.hpp"
#include "driver/html.hpp"
#include "driver/measure.hpp"
#include "driver/stored.hpp"
#include "driver/text.hpp"
#include "pictures.hpp"
#include "progress.hpp"

namespace {

namespace fs = std::filesystem;
using namespace overhead;

/// What a run ends with where a time has grown.
constexpr int grown = 3;

struct Options {
    Plan plan;
    std::vector<std::string> folders;
    std::string json, html, svg, against;
    double limit = 1.05;
    bool any_machine = false, list = false;
};

void add_options(CLI::App& app, Options& o) {
    constexpr std::uint64_t many = 1'000'000;
    app.add_flag("--list", o.list, "The engines and the problems, and no timing");
    app.add_option("--problem", o.plan.problems, "Only these (all but the large ones)");
    app.add_option("--engine", o.plan.engines, "Only these, beside primal and hand (all)");
    app.add_option("--engines", o.folders, "Further folders with programs engine_*");
    app.add_flag("--full", o.plan.full, "The large problems too, and the scaling");
    app.add_flag("--scaling", o.plan.scaling, "Value at 10^3 to 10^8 operations too");
    app.add_option("--rounds", o.plan.rounds, "Samples of each (5 to 11, what two minutes hold)")
        ->check(whole(1, many));
    app.add_option("--seconds", o.plan.seconds, "That a sample takes at least (0.02)")->check(above_zero);
    app.add_option("--patience", o.plan.patience, "Seconds until a program is ended (60)")->check(above_zero);
    app.add_option("--seed", o.plan.seed, "Of the order within a round (1)")->check(whole(0, UINT64_MAX));
    app.add_option("--json", o.json, "File for the report with every sample");
    app.add_option("--html", o.html, "File for the report as a page with its pictures");
    app.add_option("--svg", o.svg, "Folder for the pictures alone");
    CLI::Option* const against =
        app.add_option("--against", o.against, "A report of --json to hold this one against");
    app.add_option("--limit", o.limit, "A ratio to it that is no regression yet (1.05)")
        ->check(at_least_one)
        ->needs(against);
    app.add_flag("--any-machine", o.any_machine, "Though machine, compiler or flags differ")->needs(against);
    for (CLI::Option* const option : app.get_options())
        if (option->get_items_expected_max() > 0) option->check(not_empty);
    app.footer(
        "Examples:\n"
        "  overhead\n"
        "  overhead --list\n"
        "  overhead --problem recurrence dot_tanh --engine value --rounds 21\n"
        "  overhead --json before.json --html before.html\n"
        "  overhead --against before.json     exits with 3 where something is slower\n"
        "  overhead --full --svg pictures\n"
        "Exits with 1 where a result is wrong, nothing was timed or a file cannot be written, and with\n"
        "2 where it was asked amiss.\n"
        "Ctrl-C reports what was measured; a second one ends at once.");
}

// ---- Before ----

// Where the programs are: beside this one, and where the user says.
std::vector<fs::path> folders_of(const Options& o) {
    const fs::path beside = fs::read_symlink("/proc/self/exe").parent_path() / "engines";
    std::vector<fs::path> folders(o.folders.begin(), o.folders.end());
    if (folders.empty() || fs::exists(beside)) folders.insert(folders.begin(), beside);
    return folders;
}

std::optional<Report> earlier(const std::string& file) {
    if (file.empty()) return {};
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (text.str().empty())
        throw CLI::ValidationError("--against", fmt::format("cannot read '{}', or it is empty", file));
    try {
        return report_of(text.str());
    } catch (const wengert::Error& e) {
        throw CLI::ValidationError("--against", fmt::format("'{}': {}", file, e.what()));
    }
}

// Before hours are spent on it.
void check_comparable(const Report& now, const Report& old, const Options& o) {
    const auto here = [&now](const Cell& cell) {
        return cell.timed() && named(now.problems, cell.problem) != nullptr &&
               named(now.engines, cell.engine) != nullptr;
    };
    if (std::ranges::none_of(old.cells, here))
        throw CLI::ValidationError(
            "--against", fmt::format("'{}' has none of these problems by these engines", o.against));
    const std::vector<std::string> differ = differences(now, old);
    if (differ.empty() || o.any_machine) return;
    throw CLI::ValidationError(
        "--against", fmt::format("'{}' cannot be compared: {}; --any-machine does it all the same", o.against,
                                 fmt::join(differ, "; ")));
}

void check_outputs(const Options& o) {
    check_file(o.json, "--json");
    check_file(o.html, "--html");
    if (!o.svg.empty()) check_writable(o.svg, "--svg");
}

std::string list_of(const std::vector<Program>& programs) {
    Table engines{"Engines", {"engine", ""}, {}}, problems{"Problems", {"problem", ""}, {}};
    for (const Program& program : programs)
        engines.rows.push_back({{program.engine.id}, program.engine.name});
    for (const Offered& p : all_problems(programs))
        problems.rows.push_back({{p.id}, p.name + (p.full ? " (with --full)" : "")});
    const Style plain;
    return text_of(engines, plain) + "\n" + text_of(problems, plain);
}

// ---- After ----

void write_files(const Options& o, Report& report) {
    if (!o.json.empty()) wengert::nn::write_file(o.json, json_of(report));
    if (o.html.empty() && o.svg.empty()) return;
    std::vector<std::string> notes;
    const std::vector<Picture> drawn = pictures(report, notes);
    if (!o.html.empty()) wengert::nn::write_file(o.html, html_of(report, drawn));
    if (!o.svg.empty())
        for (const Picture& picture : drawn)
            wengert::nn::write_file(fs::path(o.svg) / (picture.name + ".svg"), picture.svg);
    for (const std::string& note : notes) put(stdout, paragraph(note));
}

// What is told of the comparison; whether something is slower, or lost.
bool tell(const Report& report, const Report& old, const Options& o) {
    const Comparison comparison = compare(report, old);
    put(stdout, "\n" + text_of(comparison_table(comparison, old, o.limit), Style::of_stdout()));
    for (const std::string& line : differences(report, old)) put(stdout, paragraph("Note: " + line));
    for (const std::string& line : summary(comparison, o.limit)) put(stdout, paragraph(line));
    return !comparison.lost.empty() ||
           std::ranges::any_of(comparison.changes, [&](const Change& c) { return slower(c, o.limit); });
}

int run(const Options& o) {
    check_outputs(o);
    const std::optional<Report> old = earlier(o.against);
    const Programs programs = find_programs(folders_of(o));
    for (const std::string& sentence : programs.broken) put(stderr, paragraph(sentence));
    if (o.list) {
        put(stdout, list_of(programs.all));
        return 0;
    }
    Report report = begin(programs.all, o.plan);
    if (old) check_comparable(report, *old, o);
    const StopsOnInterrupt scope;
    measure(report, programs.all, o.plan);
    report.notes.insert(report.notes.end(), programs.broken.begin(), programs.broken.end());
    put(stdout, text_of(report, Style::of_stdout()));
    std::fflush(stdout);  // nothing that happens to the files takes it away
    if (StopsOnInterrupt::asked() == 0 || report.rounds != 0) write_files(o, report);
    const bool slower_or_lost = old && tell(report, *old, o);
    if (StopsOnInterrupt::asked() != 0) return 128 + StopsOnInterrupt::asked();
    const bool timed = std::ranges::any_of(report.cells, [](const Cell& c) { return c.timed(); });
    if (!timed) put(stderr, "Nothing was timed.\n");
    const bool wrong =
        std::ranges::any_of(report.cells, [](const Cell& c) { return !c.wrong.empty() && !c.limit; });
    return wrong || !timed || !programs.broken.empty() ? failed : slower_or_lost ? grown : 0;
}

int told(const std::string& what) {
    put(stderr, paragraph("overhead: " + what));
    return failed;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("What a gradient costs: problems by engines, against the gradient written by hand.");
    Options options;
    add_options(app, options);
    int code = failed;
    try {
        app.parse(argc, argv);
        code = run(options);
    } catch (const CLI::ParseError& e) {
        code = app.exit(e) == 0 ? 0 : misused;
    } catch (const std::exception& e) {
        code = told(e.what());
    }
    const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
    return written ? code : told("the output could not be written: is the disk full?");
}
