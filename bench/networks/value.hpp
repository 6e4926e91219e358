// The step by wengert's eager tape: one sample's loss after the other, called with Values.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <wengert/wengert.hpp>

#include "networks/mlp_step.hpp"

namespace bench::networks {

class Value {
public:
    static constexpr std::string_view name = "Value";
    static constexpr double tolerance = 1e-11;

    /// Parameters are registered once a step; each sample is recorded, swept down to them, and rewound.
    double gradient(const MlpStep& step, std::span<const double> parameters, std::span<const double> images,
                    std::span<const std::uint8_t> labels, std::span<double> gradient) {
        std::fill(gradient.begin(), gradient.end(), 0.0);
        wengert::clear();
        values_.resize(parameters.size());
        wengert::variables(parameters, std::span<wengert::Value>(values_));
        const std::span<const wengert::Value> p(values_);
        const auto start = wengert::mark();
        const double scale = 1.0 / static_cast<double>(labels.size());
        double total = 0.0;
        for (std::size_t s = 0; s < labels.size(); ++s) {
            const wengert::Value loss = step.loss(p, images.subspan(s * step.pixels, step.pixels), labels[s]);
            wengert::backward_to(start, loss, gradient, scale);
            wengert::rewind(start);
            total += loss.value();
        }
        return total * scale;
    }

private:
    std::vector<wengert::Value> values_;
};

}  // namespace bench::networks
