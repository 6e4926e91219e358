#include "tables.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include <fmt/format.h>

#include "machine.hpp"

namespace overhead {
namespace {

// Names are cut, so that a table is never wider than its page.
constexpr std::size_t longest_engine = 22, longest_problem = 34;

std::string cut(const std::string& name, std::size_t longest) { return fmt::format("{:.{}}", name, longest); }

std::string engine_name(const Report& report, const Cell& cell) {
    const Engine* const engine = named(report.engines, cell.engine);
    return cut(engine == nullptr ? cell.engine : engine->name, longest_engine);
}

// 1,234,567
std::string grouped(double count) {
    std::string text = fmt::format("{:.0f}", count);
    for (std::size_t k = text.size(); k > 3;) text.insert(k -= 3, ",");
    return text;
}
std::string counted(double n, const char* what) {
    return fmt::format("{} {}{}", grouped(n), what, n == 1 ? "" : "s");
}

std::string ratio(const Cell& cell, const Cell* base) {
    return base == nullptr ? "-" : figure(median(cell.ns) / median(base->ns));
}
std::string bytes_per_operation(const Cell& cell, double operations) {
    return cell.tape_bytes ? figure(*cell.tape_bytes / operations) : "-";
}
// What an engine's flags have beside those of all, told.
std::string own_flags(const std::string& flags) {
    const std::size_t begin = flags.find_first_not_of(' ');
    return begin == std::string::npos ? "" : "; with " + flags.substr(begin);
}
std::string mebibytes(double bytes) { return fmt::format("{:.1f}", bytes / 0x1p20); }
std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

}  // namespace

std::string figure(double x) {
    const double size = std::abs(x);
    return size >= 1e6   ? fmt::format("{:.1e}", x)
           : size >= 1e3 ? fmt::format("{:.0f}", x)
           : size >= 0.1 ? fmt::format("{:.2f}", x)
                         : fmt::format("{:.3f}", x);
}

std::vector<const Cell*> in_order(const Report& report, const Problem& problem) {
    std::vector<const Cell*> cells;
    for (const Cell& cell : report.cells)
        if (cell.problem == problem.id && (cell.timed() || !cell.wrong.empty())) cells.push_back(&cell);
    const auto place = [](const Cell* cell) {
        const int group = cell->engine == primal ? 0 : cell->engine == hand ? 1 : cell->timed() ? 2 : 3;
        return std::tuple(group, group == 2 ? median(cell->ns) : 0.0);
    };
    std::ranges::stable_sort(cells, {}, place);
    return cells;
}

Table problem_table(const Report& report, const Problem& problem) {
    Table table{
        fmt::format("{}: {}, {}, {}", cut(problem.name, longest_problem), counted(problem.inputs, "input"),
                    counted(problem.outputs, "output"), counted(problem.operations, "operation")),
        {"engine", "us/cycle", "ns/op", "/primal", "/hand", "bytes/op", "peak MiB", "spread"},
        {}};
    for (const Cell* const cell : in_order(report, problem)) {
        if (!cell->timed()) {
            table.rows.push_back({{engine_name(report, *cell)}, cell->wrong});
            continue;
        }
        const double ns = median(cell->ns);
        table.rows.push_back(
            {{engine_name(report, *cell), figure(ns / 1e3), figure(ns / problem.operations),
              ratio(*cell, timed(report, problem.id, primal)), ratio(*cell, timed(report, problem.id, hand)),
              bytes_per_operation(*cell, problem.operations), mebibytes(cell->peak_bytes),
              percent(spread(cell->ns))}});
    }
    return table;
}

std::optional<Table> parts_table(const Report& report) {
    const Engine* const engine = named(report.engines, value);
    Table table{fmt::format("The parts of a cycle, {}, ns/op: each what it adds to those before it",
                            engine == nullptr ? value : engine->name),
                {"problem"},
                {}};
    table.head.insert(table.head.end(), std::begin(part_names), std::end(part_names));
    table.head.emplace_back("sum");
    for (const Problem& problem : report.problems) {
        const Cell* const cell = timed(report, problem.id, value);
        if (cell == nullptr || cell->parts[0].empty()) continue;
        Row row{{cut(problem.name, longest_problem)}};
        double sum = 0;
        for (const std::vector<double>& part : cell->parts) {
            const double ns = median(part) / problem.operations;
            sum += ns;
            row.figures.push_back(figure(ns));
        }
        row.figures.push_back(figure(sum));
        table.rows.push_back(row);
    }
    if (table.rows.empty()) return {};
    return table;
}

std::vector<Table> scaling_tables(const Report& report) {
    std::vector<Table> tables;
    std::string last;
    for (const Point& point : report.scaling) {
        if (point.problem.id != last)
            tables.push_back({fmt::format("{} at growing sizes", cut(point.problem.id, longest_problem)),
                              {"operations", "ns/op", "bytes/op", "tape", "peak MiB", "spread"},
                              {}});
        last = point.problem.id;
        const Cell& cell = point.cell;
        Row row{{grouped(point.problem.operations)}, cell.wrong};
        if (!cell.wrong.empty()) row.figures[0] = fmt::format("size {:.0f}", point.problem.size);
        if (cell.timed())
            row.figures.insert(row.figures.end(), {figure(median(cell.ns) / point.problem.operations),
                                                   bytes_per_operation(cell, point.problem.operations),
                                                   cell.tape_bytes ? bytes_in_words(*cell.tape_bytes) : "-",
                                                   mebibytes(cell.peak_bytes), percent(spread(cell.ns))});
        else if (cell.wrong.empty())
            continue;  // not reached
        tables.back().rows.push_back(row);
    }
    std::erase_if(tables, [](const Table& table) { return table.rows.empty(); });
    return tables;
}

std::vector<Table> all_tables(const Report& report) {
    std::vector<Table> tables;
    for (const Problem& problem : report.problems)
        if (!in_order(report, problem).empty()) tables.push_back(problem_table(report, problem));
    if (const auto parts = parts_table(report)) tables.push_back(*parts);
    for (Table& table : scaling_tables(report)) tables.push_back(std::move(table));
    return tables;
}

std::vector<std::string> heading(const Report& report) {
    std::string sizes;
    for (const Cache& cache : report.caches) sizes += "; " + cache.name;
    return {
        fmt::format("{}{}; {}", report.setting.machine, sizes, report.setting.date),
        fmt::format("{}; {}", report.setting.compiler, report.setting.flags),
        fmt::format("Medians of {} interleaved rounds, each sample a process of its own that takes at least "
                    "{:g} s; spread: the distance of the quartiles.",
                    report.rounds, report.seconds)};
}

std::vector<std::string> notes(const Report& report) {
    std::vector<std::string> all = report.notes;
    for (const Engine& engine : report.engines) {
        std::string note = fmt::format("{}: {}", engine.name, engine.settings);
        if (engine.compiler != report.setting.compiler) note += "; compiled by " + engine.compiler;
        if (engine.flags.starts_with(report.setting.flags))
            note += own_flags(engine.flags.substr(report.setting.flags.size()));
        else
            note += "; flags " + engine.flags;
        all.push_back(note);
    }
    return all;
}

}  // namespace overhead
