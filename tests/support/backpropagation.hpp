// Backpropagation written by hand, for one sample: what the gradients of an Mlp must be. It shares nothing
// with the engine: plain arithmetic, and each activation's derivative from its formula.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <wengert/nn/loss.hpp>
#include <wengert/nn/mlp.hpp>

namespace by_hand {

using Numbers = std::vector<double>;

struct Activated {
    double value, slope;
};
inline Activated activate(std::string_view name, double z) {
    if (name == "identity") return {z, 1};
    if (name == "relu") return {z > 0 ? z : 0, z > 0 ? 1.0 : 0.0};
    if (name == "tanh") return {std::tanh(z), 1 / (std::cosh(z) * std::cosh(z))};
    if (name == "sigmoid") {
        const double e = std::exp(-z);
        return {1 / (1 + e), e / ((1 + e) * (1 + e))};
    }
    throw std::invalid_argument("no activation by hand: " + std::string(name));
}

struct Lost {
    double value;
    Numbers by_output;
};
inline Lost lose(std::string_view name, const Numbers& y, const wengert::nn::Target& target) {
    Lost result{0, Numbers(y.size())};
    if (name == "squared") {
        for (std::size_t k = 0; k < y.size(); ++k) {
            const double d = y[k] - target.values[k];
            result.value += d * d / 2;
            result.by_output[k] = d;
        }
    } else if (name == "softmax_cross_entropy") {
        const double m = *std::max_element(y.begin(), y.end());
        double sum = 0;
        for (const double v : y) sum += std::exp(v - m);
        const auto label = static_cast<std::size_t>(target.label);
        for (std::size_t k = 0; k < y.size(); ++k)
            result.by_output[k] = std::exp(y[k] - m) / sum - (k == label ? 1 : 0);
        result.value = std::log(sum) + m - y[label];
    } else if (name == "hinge") {
        const double t = target.label == 0 ? -1 : 1;
        result.value = std::max(0.0, 1 - t * y[0]);
        result.by_output[0] = t * y[0] < 1 ? -t : 0;
    } else {
        throw std::invalid_argument("no loss by hand: " + std::string(name));
    }
    return result;
}

struct Backpropagated {
    double loss;
    Numbers gradient;  // at the model's parameters
    Numbers by_input;
};
inline Backpropagated backpropagate(const wengert::nn::Mlp<double>& net, std::string_view loss,
                                    const Numbers& x, const wengert::nn::Target& target) {
    using wengert::nn::Bias;
    const auto& layers = net.layers();
    const auto weight = [&](std::size_t l, std::size_t i, std::size_t j) {
        return net.parameters()[net.first_parameter(l) + i * layers[l].inputs + j];
    };
    const auto bias_place = [&](std::size_t l, std::size_t i) {
        return net.first_parameter(l) + layers[l].weights() + (layers[l].bias == Bias::shared ? 0 : i);
    };

    std::vector<Numbers> a{x}, slopes;
    for (std::size_t l = 0; l < layers.size(); ++l) {
        Numbers out, slope;
        for (std::size_t i = 0; i < layers[l].outputs; ++i) {
            double z = layers[l].bias == Bias::none ? 0 : net.parameters()[bias_place(l, i)];
            for (std::size_t j = 0; j < layers[l].inputs; ++j) z += weight(l, i, j) * a[l][j];
            const Activated g = activate(layers[l].activation.name(), z);
            out.push_back(g.value);
            slope.push_back(g.slope);
        }
        a.push_back(out);
        slopes.push_back(slope);
    }

    const Lost lost = lose(loss, a.back(), target);
    Backpropagated result{lost.value, Numbers(net.parameters().size()), {}};
    Numbers by_a = lost.by_output;
    for (std::size_t l = layers.size(); l-- > 0;) {
        Numbers by_below(layers[l].inputs);
        for (std::size_t i = 0; i < layers[l].outputs; ++i) {
            const double delta = by_a[i] * slopes[l][i];
            for (std::size_t j = 0; j < layers[l].inputs; ++j) {
                result.gradient[net.first_parameter(l) + i * layers[l].inputs + j] = delta * a[l][j];
                by_below[j] += delta * weight(l, i, j);
            }
            if (layers[l].bias != Bias::none) result.gradient[bias_place(l, i)] += delta;
        }
        by_a = by_below;
    }
    result.by_input = by_a;
    return result;
}

/// The largest difference of two gradients, in units of its layer's largest component.
inline double largest_gap(const wengert::nn::Mlp<double>& net, std::span<const double> got,
                          std::span<const double> wanted) {
    double worst = got.size() == wanted.size() ? 0 : INFINITY;
    for (std::size_t l = 0; l < net.layers().size() && worst < INFINITY; ++l) {
        double gap = 0, largest = 0;
        for (std::size_t k = 0; k < net.layers()[l].parameters(); ++k) {
            const std::size_t p = net.first_parameter(l) + k;
            const double d = std::abs(got[p] - wanted[p]);
            gap = std::isnan(d) ? INFINITY : std::max(gap, d);
            largest = std::max(largest, std::abs(wanted[p]));
        }
        worst = std::max(worst, gap == 0 ? 0 : gap / largest);
    }
    return worst;
}

}  // namespace by_hand
