// The logarithm of a sum of n exponentials, max + log(sum of exp(x[k] - max)): a long sum of cheap terms.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "dots.hpp"
#include "uniform.hpp"

namespace bench::problems::log_sum_exp {

class Problem {
public:
    static constexpr std::string_view name = "log-sum-exp, n = 100,000";

    explicit Problem(std::size_t size = 100'000) : size_(size) {}
    std::size_t size() const { return size_; }

    /// A classifier's logits: noise, and one class that stands out.
    std::vector<double> inputs() const {
        std::vector<double> in = uniform(7, size_, -5.0, 5.0);
        in[size_ / 3] = 12.0;
        return in;
    }

    template <class T> T operator()(std::span<const T> in) const { return LoopDot().log_sum_exp(in); }
    template <class In> auto fused(const In& in) const { return FusedDot().log_sum_exp(in); }

    /// The gradient is softmax: the exponentials, kept in its place, over their sum.
    double hand(std::span<const double> in, std::span<double> gradient) const {
        const double* x = in.data();
        double* g = gradient.data();
        double largest = x[0];
        for (std::size_t k = 1; k < size_; ++k) largest = x[k] > largest ? x[k] : largest;
        double sum = 0.0;
        for (std::size_t k = 0; k < size_; ++k) {
            g[k] = std::exp(x[k] - largest);
            sum += g[k];
        }
        const double scale = 1.0 / sum;
        for (std::size_t k = 0; k < size_; ++k) g[k] *= scale;
        return largest + std::log(sum);
    }

private:
    std::size_t size_;
};

}  // namespace bench::problems::log_sum_exp
