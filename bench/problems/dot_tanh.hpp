// W1: one neuron with a thousand inputs, y = tanh(sum of w[k] x[k]), differentiated by weights and inputs.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "dots.hpp"
#include "uniform.hpp"

namespace bench {

struct DotTanh {
    static constexpr std::string_view name = "W1 dot of 1000, tanh";
    static constexpr std::size_t size = 1000;
    static constexpr std::size_t input_count = 2 * size;  ///< w, then x

    /// |sum| stays near 1, where tanh bends.
    std::vector<double> inputs() const {
        std::vector<double> in = uniform(1, input_count, -1.0, 1.0);
        for (std::size_t k = 0; k < size; ++k) in[k] *= 0.05;
        return in;
    }

    template <class T> T operator()(std::span<const T> in) const { return run(in, LoopDot()); }
    /// In any range of numbers: see VariableSpan.
    template <class In> auto fused(const In& in) const { return run(in, FusedDot()); }

    /// y' = 1 - y^2; dy/dw[k] = y' x[k], dy/dx[k] = y' w[k]. The sum runs in the primal's order.
    double hand(std::span<const double> in, std::span<double> gradient) const {
        const double *w = in.data(), *x = w + size;
        double sum = 0.0;
        for (std::size_t k = 0; k < size; ++k) sum += w[k] * x[k];
        const double y = std::tanh(sum), slope = 1.0 - y * y;
        double *dw = gradient.data(), *dx = dw + size;
        for (std::size_t k = 0; k < size; ++k) dw[k] = slope * x[k];
        for (std::size_t k = 0; k < size; ++k) dx[k] = slope * w[k];
        return y;
    }

private:
    template <class In, class Dot> static auto run(const In& in, Dot sums) {
        using std::tanh;
        using T = std::remove_cvref_t<decltype(in[0])>;
        const T zero = 0.0;
        const T sum = sums.dot(in.first(size), in.subspan(size, size), zero);
        return T(tanh(sum));
    }
};

}  // namespace bench
