#include "engine.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "check.hpp"
#include "reference.hpp"

namespace bench {

namespace {

using nlohmann::json;

/// What the command line asks for.
struct Asked {
    bool list = false, check = false, parts = false;
    std::string problem;
    std::optional<std::size_t> size;
    double seconds = 0.02;
};

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Sets the job up and makes its first cycle. Returns what is wrong.
std::string check(Job& job, double tolerance, bool differentiates, const Reference& by_hand,
                  json& set_up_nanoseconds) {
    const auto start = std::chrono::steady_clock::now();
    job.set_up();
    set_up_nanoseconds = 1e9 * seconds_since(start);
    job.repeat(1, Part::read);
    std::string wrong = difference("values", job.y, by_hand.y, tolerance);
    if (wrong.empty() && differentiates)
        wrong = difference("derivatives", job.jacobian, by_hand.jacobian, tolerance);
    return wrong;
}

constexpr std::array all_parts{Part::registration, Part::record, Part::sweep, Part::read};
std::string name_of(Part part) { return std::string(part_names[static_cast<std::size_t>(part)]); }

/// Keeps what Google Benchmark measures, by the part with which a cycle ends.
class Collector : public benchmark::BenchmarkReporter {
public:
    bool ReportContext(const Context&) override { return true; }
    void ReportRuns(const std::vector<Run>& runs) override {
        for (const Run& run : runs) {
            if (run.run_type != Run::RT_Iteration) continue;
            iterations = run.iterations;
            nanoseconds_[run.run_name.function_name].push_back(1e9 * run.real_accumulated_time /
                                                               static_cast<double>(run.iterations));
        }
    }
    /// Of the quickest repetition.
    double nanoseconds(Part last) const {
        const std::vector<double>& all = nanoseconds_.at(name_of(last));
        return *std::min_element(all.begin(), all.end());
    }
    benchmark::IterationCount iterations = 0;

private:
    std::map<std::string, std::vector<double>> nanoseconds_;
};

/// So many whole cycles that they take that long, told by the quicker of two tries. Google Benchmark's own
/// way would end at once where the machine is disturbed at the wrong moment, and keep that for all
/// repetitions.
std::size_t cycles_in(Job& job, double seconds) {
    constexpr double part = 0.125;  // of the time, to tell by
    for (std::size_t cycles = 1;; cycles *= 2) {
        double least = seconds;
        for (int i = 0; i < 2 && least >= part * seconds; ++i) {
            const auto start = std::chrono::steady_clock::now();
            job.repeat(cycles, Part::read);
            least = std::min(least, seconds_since(start));
        }
        if (least >= part * seconds)
            return static_cast<std::size_t>(std::ceil(static_cast<double>(cycles) * seconds / least));
    }
}

benchmark::internal::Benchmark* register_cycles(Job& job, Part last) {
    const auto cycles = [&job, last](benchmark::State& state) {
        // All of them in one call: a virtual call for each would be seen in the smallest problems.
        while (state.KeepRunningBatch(state.max_iterations))
            job.repeat(static_cast<std::size_t>(state.max_iterations), last);
    };
    return benchmark::RegisterBenchmark(name_of(last).c_str(), cycles)->UseRealTime();
}

/// Times cycles, and adds figures to `result`.
///
/// Parts are differences: cycles that end after registering, after recording, ... are repeated by themselves,
/// and a part is what it adds to the cycle before. So no clock is read within a cycle: reading it twice takes
/// longer than a small problem's sweep. Each is repeated 20 times, in random order, for a short time, and the
/// quickest counts: what disturbs the machine only ever adds. A part that is smaller than what is left of
/// this noise may come out below 0. A shorter cycle may find more in the cache than a whole one; the parts
/// add up to the whole by construction, and no more is claimed.
void time(Job& job, const Asked& asked, json& result) {
    const bool parts = asked.parts && job.has_parts();
    std::string program = "engine", shuffled = "--benchmark_enable_random_interleaving=true";
    std::array arguments{program.data(), shuffled.data()};
    int count = static_cast<int>(arguments.size());
    benchmark::Initialize(&count, arguments.data());
    const std::vector<Part> ends =
        parts ? std::vector(all_parts.begin(), all_parts.end()) : std::vector{Part::read};
    const int repetitions = parts ? 20 : 1;
    const std::size_t cycles = cycles_in(job, asked.seconds / repetitions);
    benchmark::ClearRegisteredBenchmarks();
    for (Part last : ends)
        register_cycles(job, last)
            ->Iterations(static_cast<benchmark::IterationCount>(cycles))
            ->Repetitions(repetitions);
    Collector collector;
    benchmark::RunSpecifiedBenchmarks(&collector);

    result["ns"] = collector.nanoseconds(Part::read);
    result["iterations"] = collector.iterations;
    if (!parts) return;
    double before = 0.0;
    for (Part last : ends) {
        const double until = collector.nanoseconds(last);
        result["parts"][name_of(last)] = until - before;
        before = until;
    }
}

json list(const Program& program) {
    json problems = json::array();
    for (const Entry& entry : program.problems) {
        problems.push_back({{"id", entry.id},
                            {"name", entry.name},
                            {"full", entry.full},
                            {"takes", entry.job({})->taken()}});
    }
    return {{"engine", program.id}, {"name", program.name},   {"settings", program.settings},
            {"compiler", compiler}, {"flags", program.flags}, {"problems", problems}};
}

json number_or_null(std::optional<std::size_t> number) { return number ? json(*number) : json(nullptr); }

/// Says what cannot be done, and returns 2.
int refuse(const std::string& sentence) {
    fmt::print(stderr, "{}\n", sentence);
    return 2;
}

int run(const Program& program, const Asked& asked) {
    if (asked.list) {
        fmt::print("{}\n", list(program).dump());
        return 0;
    }
    const auto entry = std::find_if(program.problems.begin(), program.problems.end(),
                                    [&](const Entry& e) { return e.id == asked.problem; });
    if (entry == program.problems.end()) {
        std::string known;
        for (const Entry& e : program.problems) known += fmt::format(" {}", e.id);
        return refuse(fmt::format("no problem is called '{}'; there are:{}", asked.problem, known));
    }
    const std::unique_ptr<Job> job = entry->job(asked.size);
    if (!job) return refuse(fmt::format("{} has one size only: leave out --size", entry->id));
    if (!job->taken()) return refuse(fmt::format("{} does not take {}", program.name, entry->id));

    const Reference by_hand = reference(entry->id, asked.size);
    json result{{"engine", program.id},
                {"problem", entry->id},
                {"size", number_or_null(job->size())},
                {"inputs", job->x.size()},
                {"outputs", job->y.size()},
                {"operations", by_hand.operations},
                {"setup_ns", nullptr},
                {"ns", nullptr},
                {"iterations", nullptr},
                {"parts", nullptr}};
    // At a size that is asked for, n operations may differ by n roundings.
    constexpr double rounding = std::numeric_limits<double>::epsilon() / 2;
    const double roundings = asked.size ? rounding * static_cast<double>(by_hand.operations) : 0.0;
    std::string wrong;
    try {
        wrong = check(*job, std::max(program.tolerance, roundings), program.differentiates, by_hand,
                      result["setup_ns"]);
        if (wrong.empty() && !asked.check) time(*job, asked, result);
    } catch (const std::exception& error) {
        wrong = error.what();
    }
    result["wrong"] = wrong;
    result["tape_bytes"] = number_or_null(job->tape_bytes());
    fmt::print("{}\n", result.dump());
    return wrong.empty() ? 0 : 1;
}

}  // namespace

int run(int argc, char** argv, const Program& program) {
    Asked asked;
    CLI::App app(fmt::format("Times one problem on {}, and prints a line of JSON.", program.name));
    app.add_option("problem", asked.problem, "What --list names");
    app.add_flag("--list", asked.list, "Print the problems and what the engine is");
    app.add_option("--size", asked.size, "Of a problem that has one")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 40));
    app.add_option("--seconds", asked.seconds, "To time for, at least")->check(CLI::PositiveNumber);
    app.add_flag("--check", asked.check, "Hold the first cycle against the hand-written one, and end");
    app.add_flag("--parts", asked.parts, "Time registering, recording, sweeping and reading apart");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        return run(program, asked);
    } catch (const std::exception& error) {  // of what is made before any engine works
        return refuse(
            fmt::format("{}: does a size of {} fit into memory?", error.what(), asked.size.value_or(0)));
    }
}

}  // namespace bench
