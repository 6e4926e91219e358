// The hand-written step: what the others are held against.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "networks/mlp_step.hpp"

namespace bench::networks {

struct Hand {
    static constexpr std::string_view name = "hand";
    static constexpr double tolerance = 0.0;

    double gradient(const MlpStep& step, std::span<const double> parameters, std::span<const double> images,
                    std::span<const std::uint8_t> labels, std::span<double> gradient) {
        return step.gradient(parameters, images, labels, gradient);
    }
};

}  // namespace bench::networks
