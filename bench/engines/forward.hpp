// The cycle of every forward mode: the function once for each chunk of directions.
#pragma once

#include <algorithm>
#include <concepts>
#include <type_traits>
#include <variant>

#include "engine.hpp"

namespace bench {

/// Beyond this forward mode is of no use, and takes minutes.
constexpr bool suits_forward(std::size_t inputs) { return inputs <= 1000; }

/// Mode is how a number of forward mode is made and read:
///
///     using Number = ...;
///     static constexpr std::size_t directions = 8;             // in a chunk; 0: all that there are
///     static Number variable(double x, std::size_t i, std::size_t directions);  // in direction i
///     static double value(const Number&);
///     static double derivative(const Number&, std::size_t i);
template <class P, class Mode> class ForwardCycle {
    using Number = typename Mode::Number;

public:
    ForwardCycle(const P& problem, std::span<const double> inputs)
        : problem_(problem), inputs_(inputs.size()), outputs_(outputs_of<P>) {}

    void cycle(std::span<const double> x, std::span<double> y, std::span<double> jacobian) {
        const std::size_t chunk = Mode::directions == 0 ? x.size() : Mode::directions;
        std::copy(x.begin(), x.end(), inputs_.begin());
        for (std::size_t first = 0; first < x.size(); first += chunk) {
            const std::size_t end = std::min(first + chunk, x.size());
            for (std::size_t k = first; k < end; ++k) inputs_[k] = Mode::variable(x[k], k - first, chunk);
            evaluate(problem_, std::span<const Number>(inputs_), std::span<Number>(outputs_));
            for (std::size_t k = first; k < end; ++k) {
                for (std::size_t i = 0; i < y.size(); ++i)
                    jacobian[i * x.size() + k] = Mode::derivative(outputs_[i], k - first);
                inputs_[k] = Number(x[k]);
            }
        }
        for (std::size_t i = 0; i < y.size(); ++i) y[i] = Mode::value(outputs_[i]);
    }

private:
    const P& problem_;
    std::vector<Number> inputs_, outputs_;
};

/// The same by Mode<width> of the first of these widths, in ascending order, that holds all inputs; by the
/// last, chunk by chunk, where none does.
template <class P, template <int> class Mode, int... widths> class ForwardCycleInChunks {
public:
    ForwardCycleInChunks(const P& problem, std::span<const double> inputs) {
        const auto take = [&]<int width>(std::integral_constant<int, width>) {
            by_.template emplace<ForwardCycle<P, Mode<width>>>(problem, inputs);
            return inputs.size() <= std::size_t{width};
        };
        static_cast<void>((take(std::integral_constant<int, widths>{}) || ...));
    }
    void cycle(std::span<const double> x, std::span<double> y, std::span<double> jacobian) {
        const auto run = [&]<class Chunks>(Chunks& chunks) {
            if constexpr (!std::same_as<Chunks, std::monostate>) chunks.cycle(x, y, jacobian);
        };
        std::visit(run, by_);
    }

private:
    std::variant<std::monostate, ForwardCycle<P, Mode<widths>>...> by_;
};

}  // namespace bench
