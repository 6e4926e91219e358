// wengert's eager tape: the problem's function called with Values.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include <wengert/wengert.hpp>

#include "problems/dots.hpp"
#include "problems/mlp_step.hpp"

namespace bench {

/// A whole cycle: clear, register the inputs, record, sweep, read every gradient. Sums of products are
/// written by Dot.
template <class Dot> class Tape {
public:
    static constexpr std::string_view name = std::is_same_v<Dot, FusedDot> ? "Value, fused" : "Value";
    static constexpr bool differentiates = true;
    static constexpr double tolerance = 1e-11;

    template <class Problem>
    double gradient(const Problem& problem, std::span<const double> in, std::span<double> gradient) {
        wengert::clear();  // first, so that an exception in the cycle before leaves nothing behind
        wengert::Value y;
        wengert::Id first;
        if constexpr (fused) {
            const auto x = wengert::variables_by_reference(in);
            first = x.first_id();
            y = problem.fused(x);
        } else {
            values_.resize(in.size());
            wengert::variables(in, std::span<wengert::Value>(values_));
            first = values_[0].id();
            y = problem(std::span<const wengert::Value>(values_));
        }
        y.backward();
        wengert::tape<double>.read_adjoints(first, gradient);
        return y.value();
    }

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
            const wengert::Value loss =
                step.loss(p, images.subspan(s * step.pixels, step.pixels), labels[s], Dot());
            wengert::backward_to(start, loss, gradient, scale);
            wengert::rewind(start);
            total += loss.value();
        }
        return total * scale;
    }

private:
    static constexpr bool fused = std::is_same_v<Dot, FusedDot>;

    std::vector<wengert::Value> values_;
};

}  // namespace bench
