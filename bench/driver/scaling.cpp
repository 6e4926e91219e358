#include "scaling.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include <wengert/nn/random.hpp>

#include "machine.hpp"
#include "progress.hpp"
#include "steps.hpp"

namespace overhead {
namespace {

constexpr std::string_view grown[] = {"recurrence", "dot_tanh"};
constexpr double steps_of_a_decade[] = {1, 2, 5};
constexpr int first_decade = 3, last_decade = 8;  // of operations

/// Its operations grow with its size, and so does its memory.
void add_points(Report& report, const Program& program, const Offered& offered, const Plan& plan) {
    constexpr double size = 1000;
    const Answer answer = ask(program.file, offered.id, {.size = size, .patience = plan.patience});
    const double operations = answer.problem.operations;
    if (!answer.wrong.empty()) {
        report.notes.push_back(fmt::format("no scaling of {}: {}", offered.name, answer.wrong));
        return;
    }
    // The tape; what its vectors leave unused when they grow; inputs, adjoints and the gradient by hand.
    const double bytes = answer.tape_bytes ? 4 * *answer.tape_bytes / operations : 64;
    for (int decade = first_decade; decade <= last_decade; ++decade) {
        for (const double step : steps_of_a_decade) {
            const double wanted = step * std::pow(10, decade);
            if (decade == last_decade && step > 1) break;
            if (wanted * bytes > available_bytes()) {
                report.notes.push_back(fmt::format("no scaling of {} from {:.0g} operations on: {} of memory",
                                                   offered.name, wanted, bytes_in_words(available_bytes())));
                return;
            }
            Problem problem{offered.id, offered.name, std::max(1.0, std::round(wanted / operations * size))};
            report.scaling.push_back({problem, {offered.id, program.engine.id}});
        }
    }
}

}  // namespace

void measure_scaling(Report& report, const std::vector<Program>& programs, const Plan& plan) {
    const auto program = std::ranges::find_if(programs, [](const auto& p) { return p.engine.id == value; });
    if (program == programs.end()) return;
    for (const std::string_view id : grown)
        if (const Offered* const offered = named(program->problems, id);
            offered != nullptr && (plan.problems.empty() || std::ranges::count(plan.problems, id) != 0))
            add_points(report, *program, *offered, plan);

    constexpr std::size_t enough = 5;
    const std::size_t rounds = plan.rounds == 0 ? enough : std::min(enough, plan.rounds);
    std::vector<Point*> order;
    for (Point& point : report.scaling) order.push_back(&point);
    wengert::nn::Random random(plan.seed);
    Steps steps("scaling", rounds * order.size());
    for (std::size_t round = 1; round <= rounds; ++round) {
        random.shuffle(std::span(order));
        for (Point* const point : order) {
            steps.begin(fmt::format("{}, size {:.0f}", point->problem.name, point->problem.size));
            if (!point->cell.wrong.empty()) continue;
            const Answer answer =
                ask(program->file, point->problem.id,
                    {.seconds = plan.seconds, .size = point->problem.size, .patience = plan.patience});
            if (StopsOnInterrupt::asked() != 0) return;
            point->problem.inputs = answer.problem.inputs;
            point->problem.outputs = answer.problem.outputs;
            point->problem.operations = answer.problem.operations;
            take(answer, point->cell);
        }
        steps.say(fmt::format("scaling, round {} of {}", round, rounds));
    }
}

}  // namespace overhead
