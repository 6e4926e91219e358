// A training step by one engine: its first gradient checked against the hand-written one, then ready to be
// timed.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "check.hpp"
#include "networks/hand.hpp"
#include "networks/mlp_step.hpp"

namespace bench::networks {

struct Cell {
    std::string problem, engine;
    std::function<void()> cycle;      ///< a whole training step
    std::string wrong;                ///< what its first result had wrong; such a cell is not timed
    std::vector<double> nanoseconds;  ///< of one cycle, a figure for each repetition
    std::string against = std::string(Hand::name);  ///< the engine that its time is held against
};

/// A value and its gradient.
struct Result {
    double value = 0.0;
    std::vector<double> gradient;
};

/// Says in a sentence where `result` differs from the hand-written one: by more than `tolerance` of the
/// value, or of the largest component of the gradient. Empty where it does not.
inline std::string difference(const Result& result, const Result& hand, double tolerance) {
    if (!(std::abs(result.value - hand.value) <= tolerance * std::abs(hand.value))) {
        return fmt::format("the value is {:.17g}, by hand {:.17g}", result.value, hand.value);
    }
    return bench::difference("components", result.gradient, hand.gradient, tolerance);
}

/// Fills `wrong` from what `first` returns, the engine's first result.
template <class Engine, class First> void check(Cell& cell, const First& first, const Result& hand) {
    try {
        cell.wrong = difference(first(), hand, Engine::tolerance);
    } catch (const std::exception& error) {
        cell.wrong = error.what();
    }
}

/// Training steps over a few batches: gradient of the mean loss, then Adam. It starts anew after `period`
/// steps, so that every engine sees the same parameters however often it is run.
template <class Engine> class Training {
public:
    static constexpr std::size_t batches = 4, period = 16;
    Result result{0.0, std::vector<double>(MlpStep::parameter_count, std::nan(""))};

    explicit Training(const MlpStep::Samples& samples) : samples_(samples) {}
    void run() {
        if (steps_ == period) {
            std::copy(start_.begin(), start_.end(), parameters_.begin());
            adam_ = Adam(MlpStep::parameter_count);
            steps_ = 0;
        }
        const std::size_t first = steps_ % batches * MlpStep::batch;
        const auto images =
            std::span(samples_.images).subspan(first * MlpStep::pixels, MlpStep::batch * MlpStep::pixels);
        const auto labels = std::span(samples_.labels).subspan(first, MlpStep::batch);
        result.value = engine_.gradient(step_, parameters_, images, labels, result.gradient);
        adam_.update(parameters_, result.gradient);
        ++steps_;
    }

private:
    Engine engine_;
    MlpStep step_;
    MlpStep::Samples samples_;
    std::vector<double> start_ = step_.initial(), parameters_ = start_;
    Adam adam_{MlpStep::parameter_count};
    std::size_t steps_ = 0;
};

/// A cell whose steps `take()` takes, and the result of its first one.
template <class Engine, class Take>
Cell training_cell(const std::string& problem, const Take& take, const Result& hand) {
    Cell cell{problem, std::string(Engine::name), [take] { take(); }, {}, {}};
    check<Engine>(cell, take, hand);
    return cell;
}

}  // namespace bench::networks
