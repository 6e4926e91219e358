// How parameters follow their gradient. An optimiser is a value: its constants and its state. A step throws
// Error, before anything has changed, if there are not as many numbers as parameters.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wengert::nn {

/// w <- w - rate g.
struct GradientDescent {
    double rate = 0.1;
    void step(std::span<double> parameters, std::span<const double> gradient);
    friend bool operator==(const GradientDescent&, const GradientDescent&) = default;
};

/// Moments m <- beta1 m + (1 - beta1) g, v <- beta2 v + (1 - beta2) g^2, and w <- w - rate m' / (sqrt(v') +
/// epsilon) with m' = m / (1 - beta1^t), v' = v / (1 - beta2^t) at step t = 1, 2, ... Source: Kingma and Ba,
/// 2015, algorithm 1. An Adam that has stepped holds the moments of its parameters: a step of another number
/// of them is an Error.
struct Adam {
    double rate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
    std::size_t steps = 0;
    std::vector<double> m = {}, v = {};
    void step(std::span<double> parameters, std::span<const double> gradient);
    friend bool operator==(const Adam&, const Adam&) = default;
};

using Optimiser = std::variant<GradientDescent, Adam>;

/// One step down the gradient.
void step(Optimiser& optimiser, std::span<double> parameters, std::span<const double> gradient);

/// gradient_descent or adam, by name, with this learning rate; throws Error for another name (lists them), or
/// a rate that is not a positive number.
Optimiser optimiser(std::string_view name, double rate);
std::vector<std::string> optimiser_names();
/// Throws Error unless its learning rate is a positive number.
void check_rate(const Optimiser& optimiser);

}  // namespace wengert::nn
