// The hand-written value and gradient that every problem brings: what the others are held against.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "problems/mlp_step.hpp"

namespace bench {

struct Hand {
    static constexpr std::string_view name = "hand";
    static constexpr bool differentiates = true;
    static constexpr double tolerance = 0.0;

    template <class Problem>
    double gradient(const Problem& problem, std::span<const double> in, std::span<double> gradient) {
        return problem.hand(in, gradient);
    }
    double gradient(const MlpStep& step, std::span<const double> parameters, std::span<const double> images,
                    std::span<const std::uint8_t> labels, std::span<double> gradient) {
        return step.gradient(parameters, images, labels, gradient);
    }
};

}  // namespace bench
