#include "charts.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <wengert/error.hpp>
#include <wengert/nn/plot.hpp>

#include "tables.hpp"

namespace overhead {
namespace {

using wengert::nn::Panel;
using wengert::nn::Series;
using wengert::nn::svg_of;

constexpr std::size_t width = 760, line = 19, around = 110;

// What is compared: others, this project's numbers, what needs no engine. Each group has its colour.
enum Group { others, ours, given };
Group group_of(const std::string& engine) {
    return engine == hand || engine == primal ? given : engine.starts_with(value) ? ours : others;
}

// The colour of the line at 1.
constexpr std::size_t grey = 7;

// Bars over the gradient by hand; no rows where nothing is timed.
Panel bars_of(const Report& report, const Problem& problem, const Cell& base) {
    Panel panel{fmt::format("{}: time / by hand", problem.name), "", std::vector<Series>(grey + 1)};
    panel.log_x = true;
    panel.key = "off";
    double low = 1, high = 1;
    for (const Cell* const cell : in_order(report, problem)) {
        if (!cell->timed()) continue;
        const Engine* const engine = named(report.engines, cell->engine);
        const double ratio = median(cell->ns) / median(base.ns);
        panel.rows.push_back(fmt::format("{:.22}   {}", engine->name, figure(ratio)));
        Series& bars = panel.series[group_of(cell->engine)];
        bars.bars = true;
        bars.x.push_back(ratio);
        bars.y.push_back(static_cast<double>(panel.rows.size()));
        low = std::min(low, ratio), high = std::max(high, ratio);
    }
    const double end = static_cast<double>(panel.rows.size()) + 0.5;
    panel.series[grey] = {"", {1, 1}, {0.5, end}};
    panel.x_low = std::pow(10, std::floor(std::log10(low * 0.99)));
    panel.x_high = std::pow(10, std::ceil(std::log10(high * 1.01)));
    return panel;
}

// The points of a problem, and where its tape leaves each cache.
Panel growth_of(const Report& report, const std::string& problem) {
    Series costs{"", {}, {}};
    double bytes_per_operation = 0, highest = 0;
    Panel panel{"", "operations", {}, true};
    for (const Point& point : report.scaling) {
        if (point.problem.id != problem || !point.cell.timed()) continue;
        panel.title = problem;
        const double operations = point.problem.operations, ns = median(point.cell.ns) / operations;
        costs.x.push_back(operations);
        costs.y.push_back(ns);
        highest = std::max(highest, ns);
        bytes_per_operation = point.cell.tape_bytes.value_or(0) / operations;  // at last of the largest
    }
    if (costs.x.empty()) return panel;
    const Engine* const engine = named(report.engines, value);
    costs.name = engine == nullptr ? value : engine->name;
    panel.log_x = true;
    panel.y_label = "ns per operation";
    panel.key = "below";
    panel.y_high = 1.2 * highest;
    panel.x_low = 0.7 * std::ranges::min(costs.x), panel.x_high = 1.4 * std::ranges::max(costs.x);
    panel.series.push_back(costs);
    for (const Cache& cache : report.caches) {
        const double at = cache.bytes / bytes_per_operation;
        if (at > panel.x_low && at < panel.x_high)
            panel.series.push_back({"the tape fills " + cache.name, {at, at}, {0, panel.y_high}, true});
    }
    return panel;
}

}  // namespace

std::vector<Picture> pictures(const Report& report, std::vector<std::string>& notes) {
    std::vector<Picture> all;
    try {
        for (const Problem& problem : report.problems) {
            const Cell* const base = timed(report, problem.id, hand);
            if (base == nullptr) continue;
            const Panel panel = bars_of(report, problem, *base);
            all.push_back({problem.id, svg_of({panel}, 1, {width, panel.rows.size() * line + around})});
        }
        std::vector<Panel> grown;
        std::string last;
        for (const Point& point : report.scaling) {
            if (point.problem.id == last) continue;
            last = point.problem.id;
            grown.push_back(growth_of(report, last));
        }
        std::erase_if(grown, [](const Panel& panel) { return panel.series.empty(); });
        if (!grown.empty()) all.push_back({"scaling", svg_of(grown, 2, {width / 2 + 60, 400})});
    } catch (const wengert::Error& e) {
        notes.push_back(fmt::format("not all pictures are drawn: {}", e.what()));
    }
    return all;
}

}  // namespace overhead
