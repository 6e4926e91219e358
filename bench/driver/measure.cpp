#include "measure.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <wengert/nn/random.hpp>

#include "machine.hpp"
#include "progress.hpp"
#include "scaling.hpp"
#include "steps.hpp"

namespace overhead {
namespace {

bool stopped() { return StopsOnInterrupt::asked() != 0; }

// ---- What there is to do ----

bool holds(const std::vector<std::string>& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

template <class Items, class Id>
void check_known(const std::vector<std::string>& names, const Items& known, const Id& id, const char* what) {
    std::vector<std::string> ids;
    for (const auto& item : known) ids.push_back(id(item));
    for (const std::string& name : names)
        if (!holds(ids, name))
            throw CLI::ValidationError(
                fmt::format("--{}", what),
                fmt::format("there is no {} named '{}'; known: {}", what, name, fmt::join(ids, ", ")));
}

// Ratios need primal and hand, whoever else is asked for.
bool wanted(const Plan& plan, const Engine& engine) {
    return plan.engines.empty() || engine.id == primal || engine.id == hand || holds(plan.engines, engine.id);
}
bool wanted(const Plan& plan, const Offered& problem) {
    return plan.problems.empty() ? !problem.full || plan.full : holds(plan.problems, problem.id);
}

/// A cell, and who fills it.
struct Pair {
    const Program* program;
    std::size_t problem, cell;  // in the report
    bool parts;
};

std::vector<Pair> pairs_of(const Report& report, const std::vector<Program>& programs) {
    std::vector<Pair> pairs;
    for (std::size_t k = 0; k < report.cells.size(); ++k) {
        const Cell& cell = report.cells[k];
        const auto program =
            std::ranges::find_if(programs, [&](const Program& p) { return p.engine.id == cell.engine; });
        const auto problem = named(report.problems, cell.problem) - report.problems.data();
        pairs.push_back({&*program, static_cast<std::size_t>(problem), k, false});
    }
    return pairs;
}

std::string name_of(const Report& report, const Pair& pair) {
    return report.problems[pair.problem].name + ", " + pair.program->engine.name;
}

// ---- Checking ----

void check(Report& report, const std::vector<Pair>& pairs, const Plan& plan) {
    Steps steps("checking", pairs.size());
    for (const Pair& pair : pairs) {
        steps.begin(name_of(report, pair));
        Problem& problem = report.problems[pair.problem];
        Cell& cell = report.cells[pair.cell];
        Answer answer = ask(pair.program->file, problem.id, {.patience = plan.patience});
        if (stopped()) return;
        cell.wrong = answer.wrong, cell.limit = answer.limit;
        if (!answer.wrong.empty()) continue;
        answer.problem.id = problem.id, answer.problem.name = problem.name;
        if (problem.operations == 0) problem = answer.problem;
        if (answer.problem.operations != problem.operations)
            cell.wrong = fmt::format("wrong: it counts {:.0f} operations, the others {:.0f}",
                                     answer.problem.operations, problem.operations);
    }
    const auto failed =
        std::ranges::count_if(report.cells, [](const Cell& cell) { return !cell.wrong.empty(); });
    steps.say(fmt::format("checked {}, {} will not be timed", pairs.size(), failed));
}

// ---- Timing ----

void one_round(Report& report, std::span<Pair> pairs, const Plan& plan, wengert::nn::Random& random,
               Steps& steps) {
    for (std::size_t begin = 0, end = 0; begin < pairs.size(); begin = end) {
        while (end < pairs.size() && pairs[end].problem == pairs[begin].problem) ++end;
        random.shuffle(pairs.subspan(begin, end - begin));
        for (const Pair& pair : pairs.subspan(begin, end - begin)) {
            Cell& cell = report.cells[pair.cell];
            steps.begin(name_of(report, pair));
            if (!cell.wrong.empty()) continue;
            const Answer answer =
                ask(pair.program->file, cell.problem,
                    {.seconds = plan.seconds, .parts = pair.parts, .patience = plan.patience});
            if (stopped()) return;
            if (!pair.parts)
                take(answer, cell);
            else if (answer.parts)
                for (std::size_t k = 0; k < cell.parts.size(); ++k)
                    cell.parts[k].push_back((*answer.parts)[k]);
        }
    }
}

// So many rounds that all of it takes two minutes with some room: told by the first.
std::size_t fitting_rounds(double first) {
    constexpr double seconds = 100;
    return std::clamp<std::size_t>(static_cast<std::size_t>(seconds / first), 5, 11);
}

// Those to be timed; `value` twice where it has parts, since to tell them takes more clocks.
std::vector<Pair> timed_pairs(const Report& report, const std::vector<Pair>& pairs) {
    std::vector<Pair> result;
    for (Pair pair : pairs) {
        if (!report.cells[pair.cell].wrong.empty()) continue;
        result.push_back(pair);
        pair.parts = true;
        if (pair.program->engine.id == value) result.push_back(pair);
    }
    return result;
}

void time(Report& report, const std::vector<Pair>& checked, const Plan& plan) {
    std::vector<Pair> pairs = timed_pairs(report, checked);
    if (pairs.empty()) return;
    wengert::nn::Random random(plan.seed);
    std::size_t rounds = plan.rounds == 0 ? 11 : plan.rounds;
    Steps steps("timing", rounds * pairs.size());
    while (report.rounds < rounds && !stopped()) {
        one_round(report, pairs, plan, random, steps);
        if (stopped()) break;
        if (++report.rounds == 1 && plan.rounds == 0) rounds = fitting_rounds(steps.seconds());
        steps.shorten(rounds * pairs.size());
        steps.say(fmt::format("round {} of {}", report.rounds, rounds));
    }
}

}  // namespace

void take(const Answer& answer, Cell& cell) {
    cell.wrong = answer.wrong;
    cell.limit = answer.limit;
    if (!answer.wrong.empty()) return;
    cell.ns.push_back(answer.ns);
    cell.setup_ns.push_back(answer.setup_ns);
    cell.tape_bytes = answer.tape_bytes;
    cell.peak_bytes = std::max(cell.peak_bytes, answer.peak_bytes);
}

Report begin(const std::vector<Program>& programs, const Plan& plan) {
    const std::vector<Offered> problems = all_problems(programs);
    check_known(
        plan.problems, problems, [](const Offered& p) { return p.id; }, "problem");
    check_known(
        plan.engines, programs, [](const Program& p) { return p.engine.id; }, "engine");
    Report report;
    for (const Program& program : programs)
        if (wanted(plan, program.engine)) report.engines.push_back(program.engine);
    for (const Offered& problem : problems) {
        if (!wanted(plan, problem)) continue;
        report.problems.push_back({problem.id, problem.name});
        for (const Program& program : programs) {
            const Offered* const offered = named(program.problems, problem.id);
            if (!wanted(plan, program.engine)) continue;
            if (offered != nullptr && offered->takes)
                report.cells.push_back({problem.id, program.engine.id});
            else if (!plan.problems.empty() && !plan.engines.empty())
                report.notes.push_back(fmt::format("{} does not take {}", program.engine.name, problem.name));
        }
    }
    const Engine* const by_hand = named(report.engines, hand);
    const Engine& told = by_hand == nullptr ? report.engines.front() : *by_hand;
    report.setting = {machine(), told.compiler, told.flags, now()};
    report.caches = caches();
    report.seconds = plan.seconds;
    return report;
}

void measure(Report& report, const std::vector<Program>& programs, const Plan& plan) {
    const std::vector<Pair> pairs = pairs_of(report, programs);
    check(report, pairs, plan);
    if (!stopped()) time(report, pairs, plan);
    if (!stopped() && (plan.full || plan.scaling)) measure_scaling(report, programs, plan);
    if (stopped())
        report.notes.push_back(
            fmt::format("stopped by Ctrl-C or a signal after {} whole rounds", report.rounds));
}

}  // namespace overhead
