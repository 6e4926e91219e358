// What a run of the benchmark found, as data. How it is printed, kept and drawn stands apart.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace overhead {

/// The engines that times are held against, and the one whose parts and scaling are told: by their ids.
inline constexpr std::string_view primal = "primal", hand = "hand", value = "value";

/// Where and how a run was made: its times hold there.
struct Setting {
    std::string machine, compiler, flags, date;
};

struct Engine {
    std::string id, name, settings, compiler, flags;
};

struct Problem {
    std::string id, name;
    double size = 0, inputs = 0, outputs = 0, operations = 0;  ///< a size of 0: it has none
};

/// The parts of a cycle.
inline constexpr const char* part_names[] = {"register", "record", "sweep", "read"};
template <class T> using Parts = std::array<T, std::size(part_names)>;

/// One problem differentiated by one engine.
struct Cell {
    std::string problem, engine;            ///< their ids
    std::string wrong = {};                 ///< why it was not timed, or not to the end
    bool limit = false;                     ///< that was the engine's stack or our patience: no error
    std::vector<double> ns = {};            ///< of a cycle, a sample for each round
    std::vector<double> setup_ns = {};      ///< of what comes before the first cycle
    std::optional<double> tape_bytes = {};  ///< what the engine says that a recording takes
    double peak_bytes = 0;                  ///< of the process, the most of all rounds
    Parts<std::vector<double>> parts = {};  ///< in ns; empty where the engine does not tell them

    bool timed() const { return wrong.empty() && !ns.empty(); }
};

/// A problem at one of many sizes, by the engine `value`.
struct Point {
    Problem problem;
    Cell cell;
};

/// A cache of the processor.
struct Cache {
    std::string name;
    double bytes = 0;
};

struct Report {
    Setting setting;
    std::size_t rounds = 0;  ///< that were run
    double seconds = 0;      ///< of one sample, at least
    std::vector<Engine> engines;
    std::vector<Problem> problems;
    std::vector<Cell> cells;
    std::vector<Point> scaling;
    std::vector<Cache> caches;
    std::vector<std::string> notes;
};

// ---- Finding ----

/// The one with that id among engines, problems or others; null where there is none.
template <class Items> auto* named(Items& items, std::string_view id) {
    const auto found = std::ranges::find_if(items, [&](const auto& item) { return item.id == id; });
    return found == std::ranges::end(items) ? nullptr : &*found;
}

/// The cell of a problem and an engine, if it was timed.
inline const Cell* timed(const Report& report, std::string_view problem, std::string_view engine) {
    for (const Cell& cell : report.cells)
        if (cell.problem == problem && cell.engine == engine && cell.timed()) return &cell;
    return nullptr;
}

// ---- Samples ----

/// The q-quantile (0 to 1) of at least one number, between neighbours in proportion.
inline double quantile(std::vector<double> numbers, double q) {
    std::ranges::sort(numbers);
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

}  // namespace overhead
