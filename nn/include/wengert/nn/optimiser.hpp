// How parameters follow their gradient. An optimiser is a value: its constants and its state. A step throws
// Error, before anything has changed, if there are not as many numbers in the gradient, or in the state that
// it goes on with, as parameters.
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

/// v <- momentum v + g, w <- w - rate v. Source: Polyak, 1964, with the rate outside, as it may change.
struct Momentum {
    double rate = 0.01, momentum = 0.9;
    std::vector<double> v = {};
    void step(std::span<double> parameters, std::span<const double> gradient);
    friend bool operator==(const Momentum&, const Momentum&) = default;
};

/// v <- momentum v + g, w <- w - rate (g + momentum v): w is the point ahead, where the gradient is taken.
/// Source: Sutskever et al., 2013, in the form of Bengio et al., 2013.
struct Nesterov {
    double rate = 0.01, momentum = 0.9;
    std::vector<double> v = {};
    void step(std::span<double> parameters, std::span<const double> gradient);
    friend bool operator==(const Nesterov&, const Nesterov&) = default;
};

/// v <- decay v + (1 - decay) g^2, w <- w - rate g / (sqrt(v) + epsilon). Source: Tieleman and Hinton, 2012,
/// lecture 6.5.
struct RmsProp {
    double rate = 1e-3, decay = 0.9, epsilon = 1e-8;
    std::vector<double> v = {};
    void step(std::span<double> parameters, std::span<const double> gradient);
    friend bool operator==(const RmsProp&, const RmsProp&) = default;
};

/// Moments m <- beta1 m + (1 - beta1) g, v <- beta2 v + (1 - beta2) g^2, and w <- w - rate m' / (sqrt(v') +
/// epsilon) with m' = m / (1 - beta1^t), v' = v / (1 - beta2^t) at step t = 1, 2, ... Source: Kingma and Ba,
/// 2015, algorithm 1.
struct Adam {
    double rate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
    std::size_t steps = 0;
    std::vector<double> m = {}, v = {};
    void step(std::span<double> parameters, std::span<const double> gradient);
    friend bool operator==(const Adam&, const Adam&) = default;
};

/// Adam's step, less rate decay w: all parameters decay, biases too. Source: Loshchilov and Hutter, 2019,
/// algorithm 2, with the rate in the schedule.
struct AdamW : Adam {
    double decay = 0.01;
    void step(std::span<double> parameters, std::span<const double> gradient);
    friend bool operator==(const AdamW&, const AdamW&) = default;
};

using Optimiser = std::variant<GradientDescent, Momentum, Nesterov, RmsProp, Adam, AdamW>;

/// One step down the gradient.
void step(Optimiser& optimiser, std::span<double> parameters, std::span<const double> gradient);
double rate_of(const Optimiser& optimiser);
void set_rate(Optimiser& optimiser, double rate);

/// gradient_descent, momentum, nesterov, rmsprop, adam or adamw, by name, with this learning rate; throws
/// Error for another name (lists them), or a rate that is not a positive number.
Optimiser optimiser(std::string_view name, double rate);
std::vector<std::string> optimiser_names();
/// Throws Error for a constant out of range: the rate and epsilon are positive numbers, a momentum, beta or
/// RmsProp's decay is at least 0 and below 1, AdamW's decay at least 0.
void check(const Optimiser& optimiser);

/// Scales a gradient to a Euclidean norm of at most `most`, and returns what it was. One that is not finite
/// stays. Throws Error unless most is above 0. Source: Pascanu et al., 2013.
double clip_norm(std::span<double> gradient, double most);
/// Takes each number to within +-most; a NaN stays. Throws Error unless most is above 0.
void clip_value(std::span<double> gradient, double most);

}  // namespace wengert::nn
