// The program around an engine: every problem set up on it, in a form that engine.cpp checks and times
// without knowing its types.
//
// An engine is a struct Engine as in engines/primal.cpp: name, settings, tolerance, differentiates, and a
// class On<P> that makes cycles of a problem P: On(problem, x), then cycle(x, y, jacobian). Of a problem in
// blocks it sees one at a time: x, y and the Jacobian of that block. It may say which problems it takes, and
// how large its recording is. Where a cycle can end after any of its parts, it is through(last, x, y,
// jacobian).
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "problem.hpp"
#include "problems.hpp"

// CMake says which engine this is, and its flags.
#ifndef WENGERT_BENCH_ENGINE
#define WENGERT_BENCH_ENGINE ""
#define WENGERT_BENCH_FLAGS "not told"
#endif

namespace bench {

/// The parts of a cycle, in order.
enum class Part { registration, record, sweep, read };
inline constexpr std::array<std::string_view, 4> part_names{"register", "record", "sweep", "read"};

/// One problem at its inputs on one engine.
class Job {
public:
    Job(std::vector<double> inputs, std::size_t blocks, std::size_t outputs)
        : x(std::move(inputs)), y(blocks * outputs, none), jacobian(x.size() * outputs, none) {}
    virtual ~Job() = default;
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;

    /// Of a problem that has one.
    virtual std::optional<std::size_t> size() const = 0;
    virtual bool taken() const = 0;
    /// What the engine does once, before any cycle.
    virtual void set_up() = 0;
    virtual bool has_parts() const = 0;
    /// Cycles that end with the part `last`: nothing in a loop but them.
    virtual void repeat(std::size_t cycles, Part last) = 0;
    /// Of the recordings in a cycle, block by block, where there are any and the engine says so.
    virtual std::optional<std::size_t> tape_bytes() const = 0;

    std::vector<double> x, y, jacobian;  ///< as by_hand writes them; nan where nothing was written

private:
    static constexpr double none = std::numeric_limits<double>::quiet_NaN();
};

/// A problem of its own size, or of another where it has one; nothing where it has none.
template <class P> std::optional<P> problem_of(std::optional<std::size_t> size) {
    if (!size) return P();
    if constexpr (std::constructible_from<P, std::size_t>)
        return P(*size);
    else
        return std::nullopt;
}

template <class Engine, class P> class JobOf final : public Job {
    using On = typename Engine::template On<P>;
    static constexpr bool parts = requires(On & on, std::span<double> numbers) {
        on.through(Part::record, numbers, numbers, numbers);
    };
    static constexpr std::size_t blocks = blocks_of<P>, outputs = outputs_of<P>;

public:
    explicit JobOf(P problem) : Job(problem.inputs(), blocks, outputs), problem_(std::move(problem)) {}

    std::optional<std::size_t> size() const override {
        if constexpr (requires { problem_.size(); })
            return problem_.size();
        else
            return std::nullopt;
    }
    bool taken() const override {
        if constexpr (requires { Engine::takes(problem_, x.size()); })
            return Engine::takes(problem_, group_);
        else
            return true;
    }
    void set_up() override { on_ = std::make_unique<On>(problem_, std::span<const double>(x).first(group_)); }
    bool has_parts() const override { return parts; }
    void repeat(std::size_t cycles, Part last) override {
        for (std::size_t i = 0; i < cycles; ++i) {
            for (std::size_t b = 0; b < blocks; ++b) {
                const auto in = std::span<const double>(x).subspan(b * group_, group_);
                const auto out = std::span(y).subspan(b * outputs, outputs);
                const auto rows = std::span(jacobian).subspan(b * outputs * group_, outputs * group_);
                if constexpr (parts)
                    on_->through(last, in, out, rows);
                else
                    on_->cycle(in, out, rows);
            }
            asm volatile("" ::: "memory");  // the results count as read, and the inputs as new
        }
    }
    std::optional<std::size_t> tape_bytes() const override {
        if constexpr (requires { on_->tape_bytes(); })
            if (on_) return blocks * on_->tape_bytes();
        return std::nullopt;
    }

private:
    std::size_t group_ = x.size() / blocks;
    P problem_;
    std::unique_ptr<On> on_;
};

/// A problem by name, and how it is set up; no job where it has no size and one is asked for.
struct Entry {
    std::string_view id, name;
    bool full;
    std::unique_ptr<Job> (*job)(std::optional<std::size_t> size);
};

/// An engine's program.
struct Program {
    std::string_view id, name, settings, flags;
    double tolerance;
    bool differentiates;
    std::vector<Entry> problems;
};
/// Does what the command line says (see --help), and returns the exit status.
int run(int argc, char** argv, const Program& program);

template <class Engine> int engine_main(int argc, char** argv) {
    Program program{WENGERT_BENCH_ENGINE,
                    Engine::name,
                    Engine::settings,
                    WENGERT_BENCH_FLAGS,
                    Engine::tolerance,
                    Engine::differentiates,
                    {}};
    Problems::each([&]<class P>() {
        const auto job = [](std::optional<std::size_t> size) -> std::unique_ptr<Job> {
            std::optional<P> problem = problem_of<P>(size);
            if (!problem) return nullptr;
            return std::make_unique<JobOf<Engine, P>>(std::move(*problem));
        };
        program.problems.push_back({id_of<P>, P::name, full_of<P>, job});
    });
    return run(argc, argv, program);
}

}  // namespace bench
