// W1: one neuron with n inputs, y = tanh(sum of w[k] x[k]), differentiated by weights and inputs.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "dots.hpp"
#include "uniform.hpp"

namespace bench::problems::dot_tanh {

class Problem {
public:
    static constexpr std::string_view name = "W1 dot of 1,000, tanh";

    explicit Problem(std::size_t size = 1000) : size_(size) {}
    std::size_t size() const { return size_; }

    /// w, then x: |sum| stays near 1, where tanh bends.
    std::vector<double> inputs() const {
        std::vector<double> in = uniform(1, 2 * size_, -1.0, 1.0);
        const double scale = std::sqrt(2.5 / static_cast<double>(size_));
        for (std::size_t k = 0; k < size_; ++k) in[k] *= scale;
        return in;
    }

    template <class T> T operator()(std::span<const T> in) const { return run(in, LoopDot()); }
    /// In any range of numbers: see VariableSpan.
    template <class In> auto fused(const In& in) const { return run(in, FusedDot()); }

    /// y' = 1 - y^2; dy/dw[k] = y' x[k], dy/dx[k] = y' w[k]. The sum runs in the primal's order.
    double hand(std::span<const double> in, std::span<double> gradient) const {
        const double *w = in.data(), *x = w + size_;
        double sum = 0.0;
        for (std::size_t k = 0; k < size_; ++k) sum += w[k] * x[k];
        const double y = std::tanh(sum), slope = 1.0 - y * y;
        double *dw = gradient.data(), *dx = dw + size_;
        for (std::size_t k = 0; k < size_; ++k) dw[k] = slope * x[k];
        for (std::size_t k = 0; k < size_; ++k) dx[k] = slope * w[k];
        return y;
    }

private:
    template <class In, class Dot> auto run(const In& in, Dot sums) const {
        using std::tanh;
        using T = std::remove_cvref_t<decltype(in[0])>;
        const T zero = 0.0;
        const T sum = sums.dot(in.first(size_), in.subspan(size_, size_), zero);
        return T(tanh(sum));
    }

    std::size_t size_;
};

}  // namespace bench::problems::dot_tanh
