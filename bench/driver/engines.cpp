#include "engines.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <sstream>

#include <fmt/format.h>
#include <unistd.h>

#include <wengert/error.hpp>

#include "nn/src/io/json.hpp"
#include "process.hpp"

namespace overhead {
namespace {

namespace fs = std::filesystem;
using wengert::fail;
using wengert::nn::Entry;
using wengert::nn::Json;

constexpr int deepest = 8;  // brackets in brackets
constexpr double patience_with_lists = 10;

// ---- How a run went ----

// The last line that says something, cut.
std::string last_line(const std::string& text) {
    std::istringstream lines(text);
    std::string last;
    for (std::string line; std::getline(lines, line);)
        if (!line.empty()) last = line;
    return last.substr(0, 200);
}

// Why a run gave no answer; "" where it gave one.
std::string failure(const Ran& ran, double patience) {
    if (ran.late) return fmt::format("ended: it took longer than {:g} s", patience);
    if (ran.endless) return "ended: it printed more than a MiB";
    const std::string said = last_line(ran.err), colon = said.empty() ? "" : ": ";
    if (ran.signal != 0)
        return fmt::format("ended by signal {} ({}){}{}", ran.signal, strsignal(ran.signal), colon, said);
    if (ran.out.empty()) return fmt::format("no answer, exit code {}{}{}", ran.code, colon, said);
    return "";
}

Json parsed(const Ran& ran) {
    std::istringstream text(ran.out);
    return wengert::nn::parse_json(text, deepest);
}

// ---- Lists ----

Program listed(const fs::path& file) {
    const Ran ran = run({file.string(), "--list"}, {.seconds = patience_with_lists});
    if (const std::string why = failure(ran, patience_with_lists); !why.empty()) fail(why);
    const Json json = parsed(ran);
    const Entry list(json);
    const auto text = [](const Entry& of, const char* key) { return of[key].as<std::string>(); };
    Program program{file,
                    {text(list, "engine"), text(list, "name"), text(list, "settings"), text(list, "compiler"),
                     text(list, "flags")},
                    {}};
    const Entry problems = list["problems"];
    for (std::size_t k = 0; k < problems.size(); ++k)
        program.problems.push_back({text(problems[k], "id"), text(problems[k], "name"),
                                    problems[k]["full"].as<bool>(), problems[k]["takes"].as<bool>()});
    return program;
}

std::vector<fs::path> files_in(const fs::path& folder) {
    std::error_code problem;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder, problem))
        if (entry.path().filename().string().starts_with("engine_") && entry.is_regular_file() &&
            access(entry.path().c_str(), X_OK) == 0)
            files.push_back(entry.path());
    if (problem) fail(fmt::format("no engines in '{}': {}", folder.string(), problem.message()));
    std::ranges::sort(files);
    return files;
}

int place(const Program& program) {
    return program.engine.id == primal ? 0 : program.engine.id == hand ? 1 : 2;
}

// ---- Answers ----

void read_figures(const Entry& answer, const Question& question, Answer& result) {
    result.problem.size = answer.has("size") ? answer["size"].as<double>() : 0;
    result.problem.inputs = answer["inputs"].as<double>();
    result.problem.outputs = answer["outputs"].as<double>();
    result.problem.operations = answer["operations"].as<double>();
    if (!(result.problem.operations > 0)) answer["operations"].wrong("expected a number above 0");
    if (answer.has("tape_bytes")) result.tape_bytes = answer["tape_bytes"].as<double>();
    if (question.seconds == 0) return;
    result.ns = answer["ns"].as<double>();
    if (!(result.ns > 0)) answer["ns"].wrong("expected a number above 0");
    result.setup_ns = answer["setup_ns"].as<double>();
    if (!question.parts || !answer.has("parts")) return;
    result.parts.emplace();
    for (std::size_t k = 0; k < std::size(part_names); ++k)
        (*result.parts)[k] = answer["parts"][part_names[k]].as<double>();
}

void read_answer(const Ran& ran, const Question& question, Answer& result) {
    try {
        const Json json = parsed(ran);
        const Entry answer(json);
        const std::string wrong = answer["wrong"].as<std::string>();
        if (!wrong.empty())
            result.wrong = "wrong: " + wrong;
        else if (ran.code != 0)
            result.wrong = fmt::format("exit code {}: {}", ran.code, last_line(ran.err));
        else
            read_figures(answer, question, result);
    } catch (const wengert::Error& e) {
        result.wrong = fmt::format("its answer is broken: {}", e.what());
    }
}

}  // namespace

Programs find_programs(const std::vector<fs::path>& folders) {
    Programs found;
    for (const fs::path& folder : folders) {
        for (const fs::path& file : files_in(folder)) {
            try {
                found.all.push_back(listed(file));
            } catch (const wengert::Error& e) {
                found.broken.push_back(fmt::format("{} is left out: {}", file.string(), e.what()));
                continue;
            }
            const Program& last = found.all.back();
            for (const Program& other : std::span(found.all).first(found.all.size() - 1))
                if (other.engine.id == last.engine.id)
                    fail(fmt::format("two programs are the engine '{}': {} and {}", last.engine.id,
                                     other.file.string(), file.string()));
        }
    }
    if (found.all.empty())
        fail(
            fmt::format("no program engine_* answers in '{}': build the target benchmarks, or name another "
                        "folder with --engines{}",
                        folders.front().string(), found.broken.empty() ? "" : "; " + found.broken.front()));
    std::ranges::stable_sort(found.all, {}, place);
    return found;
}

std::vector<Offered> all_problems(const std::vector<Program>& programs) {
    std::vector<Offered> all;
    for (const Program& program : programs)
        for (const Offered& problem : program.problems)
            if (named(all, problem.id) == nullptr) all.push_back(problem);
    return all;
}

Answer ask(const fs::path& program, std::string_view problem, const Question& question) {
    std::vector<std::string> command{program.string(), std::string(problem)};
    if (question.seconds == 0)
        command.emplace_back("--check");
    else
        command.insert(command.end(), {"--seconds", fmt::format("{:g}", question.seconds)});
    if (question.size != 0) command.insert(command.end(), {"--size", fmt::format("{:.0f}", question.size)});
    if (question.parts) command.emplace_back("--parts");

    Ran ran = run(command, {.seconds = question.patience});
    Answer result{.peak_bytes = ran.peak_bytes};
    result.wrong = failure(ran, question.patience);
    result.limit = ran.late;
    if (ran.signal == SIGSEGV && !ran.late) {  // was it the stack? Then it comes through with a larger one
        const Ran again = run(command, {.seconds = question.patience, .large_stack = true});
        result.limit = again.signal == 0 && again.code == 0;
        if (result.limit) result.wrong = fmt::format("stack overflow (signal {})", ran.signal);
    }
    if (result.wrong.empty()) read_answer(ran, question, result);
    return result;
}

}  // namespace overhead
