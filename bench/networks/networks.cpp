// What a training step costs: by hand, by Values, by nn; and with activations of a user's own. Each is
// checked against a reference before it is timed.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "networks/cells.hpp"
#include "networks/report.hpp"

namespace {

using namespace bench::networks;

/// Takes each repetition's figure to its cell.
class Collector : public benchmark::BenchmarkReporter {
public:
    explicit Collector(std::vector<Cell>& cells) {
        for (Cell& cell : cells) by_name_[name(cell)] = &cell;
    }
    static std::string name(const Cell& cell) { return cell.problem + "/" + cell.engine; }

    bool ReportContext(const Context&) override { return true; }
    void ReportRuns(const std::vector<Run>& runs) override {
        for (const Run& run : runs) {
            if (run.run_type != Run::RT_Iteration) continue;
            Cell& cell = *by_name_.at(run.run_name.function_name);
            if (run.error_occurred)
                cell.wrong = run.error_message;
            else
                cell.nanoseconds.push_back(run.real_accumulated_time / static_cast<double>(run.iterations) *
                                           1e9);
        }
    }

private:
    std::map<std::string, Cell*> by_name_;
};

/// Fills the cells' figures and returns how many were timed. Google Benchmark finds iteration counts and runs
/// all cells' repetitions in random order, so that a slow minute of the machine falls on all of them alike.
std::size_t time(std::vector<Cell>& cells) {
    for (Cell& cell : cells) {
        if (!cell.wrong.empty()) continue;
        const auto cycles = [&cell](benchmark::State& state) {
            try {
                for (auto _ : state) {
                    cell.cycle();
                    benchmark::ClobberMemory();
                }
            } catch (const std::exception& error) {
                state.SkipWithError(error.what());
            }
        };
        // By the clock on the wall: nn works on a thread of its own, and its caller's waiting is no work.
        benchmark::RegisterBenchmark(Collector::name(cell).c_str(), cycles)->UseRealTime();
    }
    Collector collector(cells);
    return benchmark::RunSpecifiedBenchmarks(&collector);
}

void help() {
    std::puts(
        "networks [--json FILE] [--benchmark_filter=REGEX] [--benchmark_repetitions=N]\n"
        "         [--benchmark_min_time=SECONDS]\n"
        "Times training steps of networks and prints ratios to the hand-written step, or the built-in "
        "activation.");
}

}  // namespace

int main(int argc, char** argv) {
    std::string interleave = "--benchmark_enable_random_interleaving=true";
    std::string repetitions = "--benchmark_repetitions=41", seconds = "--benchmark_min_time=0.02";
    std::vector<char*> arguments{argv[0], interleave.data(), repetitions.data(), seconds.data()};
    arguments.insert(arguments.end(), argv + 1, argv + argc);  // what the user says comes later, and counts
    int count = static_cast<int>(arguments.size());
    benchmark::Initialize(&count, arguments.data(), help);

    CLI::App app;
    std::string file;
    app.add_option("--json", file);
    try {
        app.parse(count, arguments.data());
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }
    if (!file.empty() && !std::ofstream(file, std::ios::app)) {
        fmt::print(stderr, "cannot write {}: name a file in a folder that exists\n", file);
        return 1;
    }

    std::vector<Cell> cells = all_cells();
    const auto right = [&cells] {
        return std::all_of(cells.begin(), cells.end(), [](const auto& c) { return c.wrong.empty(); });
    };
    if (time(cells) == 0 && right()) {
        fmt::print(stderr, "nothing to time: --benchmark_list_tests=true lists every problem/engine\n");
        return 1;
    }
    const Setting setting = this_setting();
    fmt::print("{}", table(cells, setting));
    if (!file.empty() && !(std::ofstream(file) << json(cells, setting).dump(2) << "\n" << std::flush)) {
        fmt::print(stderr, "cannot write {}: is the disk full?\n", file);
        return 1;
    }
    return right() ? 0 : 1;
}
