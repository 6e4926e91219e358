// What a run of the benchmark says: a table of times and ratios for a person, the same as JSON for a program.
#pragma once

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "networks/cell.hpp"

#ifndef WENGERT_BENCH_FLAGS
#define WENGERT_BENCH_FLAGS "not told"
#endif

namespace bench::networks {

/// Where and how a run was made: ratios hold there.
struct Setting {
    std::string machine, compiler, flags, date;
};

inline Setting this_setting() {
    std::string model = "unknown processor";
    std::ifstream information("/proc/cpuinfo");
    for (std::string line; std::getline(information, line);) {
        if (line.rfind("model name", 0) != 0) continue;
        model = line.substr(line.find(':') + 2);
        break;
    }
#ifdef __clang__
    const std::string compiler = __VERSION__;
#else
    const std::string compiler = "g++ " __VERSION__;
#endif
    return {fmt::format("{}, {} cores", model, std::thread::hardware_concurrency()), compiler,
            WENGERT_BENCH_FLAGS, fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(std::time(nullptr)))};
}

/// The q-quantile (0 to 1) of some numbers, between neighbours in proportion.
inline double quantile(std::vector<double> numbers, double q) {
    std::sort(numbers.begin(), numbers.end());
    const double place = q * static_cast<double>(numbers.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, numbers.size() - 1);
    return numbers[below] + (place - static_cast<double>(below)) * (numbers[above] - numbers[below]);
}
inline double median(const std::vector<double>& numbers) { return quantile(numbers, 0.5); }

/// The distance between the quartiles, in parts of the median.
inline double spread(const std::vector<double>& numbers) {
    return (quantile(numbers, 0.75) - quantile(numbers, 0.25)) / median(numbers);
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
