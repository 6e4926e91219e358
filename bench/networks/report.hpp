// What a run of the benchmark says: a table of times and ratios for a person, the same as JSON for a program.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "check.hpp"
#include "driver/machine.hpp"
#include "networks/cell.hpp"

#ifndef WENGERT_BENCH_FLAGS
#define WENGERT_BENCH_FLAGS "not told"
#endif

namespace bench::networks {

using overhead::median, overhead::Setting, overhead::spread;

inline Setting this_setting() {
    return {overhead::machine(), std::string(compiler), WENGERT_BENCH_FLAGS, overhead::now()};
}

/// Each name once, in the order of first mention.
template <class Name> std::vector<std::string> names(const std::vector<Cell>& cells, Name name) {
    std::vector<std::string> result;
    for (const Cell& cell : cells) {
        if (std::find(result.begin(), result.end(), cell.*name) == result.end()) result.push_back(cell.*name);
    }
    return result;
}

/// The cell of a problem and an engine, if it was timed.
inline const Cell* timed(const std::vector<Cell>& cells, std::string_view problem, std::string_view engine) {
    for (const Cell& cell : cells) {
        if (cell.problem == problem && cell.engine == engine && !cell.nanoseconds.empty()) return &cell;
    }
    return nullptr;
}

/// The cell that one's time is held against, if it was timed.
inline const Cell* base(const std::vector<Cell>& cells, const Cell& cell) {
    return timed(cells, cell.problem, cell.against);
}

/// A row per problem, a column per engine: the median of a cycle in microseconds, and its ratio to `against`.
inline std::string rows(const std::vector<Cell>& cells, const std::string& against) {
    const auto engines = names(cells, &Cell::engine);
    std::string text = fmt::format("{:<32}", "us a cycle (ratio to " + against + ")");
    for (const std::string& engine : engines) text += fmt::format(" {:>16}", engine);
    for (const std::string& problem : names(cells, &Cell::problem)) {
        text += fmt::format("\n{:<32}", problem);
        for (const std::string& engine : engines) {
            const Cell* const cell = timed(cells, problem, engine);
            if (cell == nullptr) {
                text += fmt::format(" {:>16}", "-");
                continue;
            }
            const double time = median(cell->nanoseconds);
            const Cell* const one = base(cells, *cell);
            const std::string ratio = one ? fmt::format("{:.2f}", time / median(one->nanoseconds)) : "-";
            text += fmt::format(" {:>9.{}f} {:>6}", time / 1e3, time < 1e5 ? 2 : 0, ratio);
        }
    }
    return text + "\n";
}

/// A table for each engine that times are held against; then what is wrong, and the setting. At most 100
/// columns for up to four engines a table.
inline std::string table(const std::vector<Cell>& cells, const Setting& setting) {
    std::string text;
    double largest_spread = 0.0;
    for (const std::string& against : names(cells, &Cell::against)) {
        std::vector<Cell> group;
        std::copy_if(cells.begin(), cells.end(), std::back_inserter(group),
                     [&](const Cell& cell) { return cell.against == against; });
        text += (text.empty() ? "" : "\n") + rows(group, against);
    }
    for (const Cell& cell : cells) {
        if (!cell.nanoseconds.empty()) largest_spread = std::max(largest_spread, spread(cell.nanoseconds));
        if (!cell.wrong.empty()) {
            text += fmt::format("not timed: {}, {}:\n  {}\n", cell.problem, cell.engine, cell.wrong);
        }
    }
    return text + fmt::format(
                      "Medians of interleaved repetitions, one thread at work; quartiles at most {:.1f} % "
                      "apart.\n{}; {}\n{}; {}\n",
                      100.0 * largest_spread, setting.machine, setting.date, setting.compiler, setting.flags);
}

/// The same figures and the setting, with every repetition.
inline nlohmann::json json(const std::vector<Cell>& cells, const Setting& setting) {
    nlohmann::json results = nlohmann::json::array();
    for (const Cell& cell : cells) {
        nlohmann::json result{{"problem", cell.problem}, {"engine", cell.engine}};
        if (!cell.wrong.empty()) result["wrong"] = cell.wrong;
        if (!cell.nanoseconds.empty()) {
            result["median_ns"] = median(cell.nanoseconds);
            result["spread"] = spread(cell.nanoseconds);
            result["ns"] = cell.nanoseconds;
            if (const Cell* one = base(cells, cell)) {
                result["ratio_to_" + cell.against] = median(cell.nanoseconds) / median(one->nanoseconds);
            }
        }
        results.push_back(result);
    }
    return {{"version", 1},           {"machine", setting.machine}, {"compiler", setting.compiler},
            {"flags", setting.flags}, {"date", setting.date},       {"results", results}};
}

}  // namespace bench::networks
