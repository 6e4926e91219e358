#include "compare.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace overhead {

Comparison compare(const Report& report, const Report& old) {
    Comparison result;
    for (const Engine& before : old.engines)
        if (named(report.engines, before.id) == nullptr) result.absent.push_back(before.name);
    for (const Cell& before : old.cells) {
        if (!before.timed()) continue;
        const Problem* const problem = named(report.problems, before.problem);
        const Engine* const engine = named(report.engines, before.engine);
        if (problem == nullptr || engine == nullptr) continue;
        const std::string name = fmt::format("{}, {}", problem->name, engine->name);
        const Problem* const was = named(old.problems, before.problem);
        const Cell* const cell = timed(report, before.problem, before.engine);
        if (cell == nullptr) {
            const auto now = std::ranges::find_if(report.cells, [&](const Cell& c) {
                return c.problem == before.problem && c.engine == before.engine && !c.wrong.empty();
            });
            if (now != report.cells.end()) result.lost.push_back(fmt::format("{}: {}", name, now->wrong));
        } else if (was == nullptr || was->operations != problem->operations || was->size != problem->size) {
            result.other.push_back(name);
        } else {
            result.changes.push_back({problem, engine, median(cell->ns) / median(before.ns),
                                      std::hypot(spread(cell->ns), spread(before.ns)),
                                      std::min(cell->ns.size(), before.ns.size())});
        }
    }
    return result;
}

std::vector<std::string> differences(const Report& report, const Report& old) {
    std::vector<std::string> all;
    const auto hold = [&all](const std::string& what, const std::string& now, const std::string& then) {
        if (now != then) all.push_back(fmt::format("{} '{}', before '{}'", what, now, then));
    };
    hold("the machine is", report.setting.machine, old.setting.machine);
    hold("the compiler is", report.setting.compiler, old.setting.compiler);
    hold("the flags are", report.setting.flags, old.setting.flags);
    for (const Engine& engine : report.engines) {
        const Engine* const before = named(old.engines, engine.id);
        if (before == nullptr) continue;
        if (engine.compiler != report.setting.compiler || before->compiler != old.setting.compiler)
            hold(fmt::format("{}: the compiler is", engine.name), engine.compiler, before->compiler);
        if (engine.flags != report.setting.flags || before->flags != old.setting.flags)
            hold(fmt::format("{}: the flags are", engine.name), engine.flags, before->flags);
    }
    return all;
}

bool slower(const Change& change, double limit) { return change.beyond() && change.ratio > limit; }

Table comparison_table(const Comparison& comparison, const Report& old, double limit) {
    Table table{
        fmt::format("Times now / on {}", old.setting.date), {"problem, engine", "ratio", "noise", ""}, {}};
    for (const Change& change : comparison.changes) {
        const char* const verdict = slower(change, limit) ? "slower"
                                    : !change.beyond()    ? ""
                                    : change.ratio > 1    ? "slower, in limits"
                                                          : "faster";
        table.rows.push_back(
            {{fmt::format("{:.34}, {:.22}", change.problem->name, change.engine->name),
              fmt::format("{:.3f}", change.ratio), fmt::format("{:.1f} %", 100 * change.noise), verdict}});
    }
    return table;
}

std::vector<std::string> summary(const Comparison& comparison, double limit) {
    const auto& changes = comparison.changes;
    const auto over = std::ranges::count_if(changes, [&](const Change& c) { return slower(c, limit); });
    const auto faster =
        std::ranges::count_if(changes, [](const Change& c) { return c.beyond() && c.ratio < 1; });
    std::vector<std::string> all{fmt::format(
        "Of {} compared, {} take more than {:g} times as long, beyond noise, and {} are faster beyond it. "
        "Noise: both spreads together.",
        changes.size(), over, limit, faster)};
    std::vector<double> by_hand;
    for (const Change& change : changes)
        if (change.engine->id == hand) by_hand.push_back(change.ratio);
    if (!by_hand.empty())
        all.push_back(
            fmt::format("Gradients by hand, which tell how fast the machine was: {:.3f} in the "
                        "median.",
                        median(by_hand)));
    const auto few =
        std::ranges::count_if(changes, [](const Change& c) { return c.samples < Change::enough; });
    if (few != 0)
        all.push_back(fmt::format("{} of them have too few samples to tell noise by: --rounds {} or more.",
                                  few, Change::enough));
    for (const std::string& name : comparison.lost) all.push_back("Not timed any more: " + name);
    for (const std::string& name : comparison.other) all.push_back("Another problem than before: " + name);
    for (const std::string& name : comparison.absent) all.push_back("Only in the report before: " + name);
    return all;
}

}  // namespace overhead
