// W6: the network 2-2-2 with sigmoids and half the squared error of one sample, differentiated by its 12
// parameters: so small that what an engine does around the work shows. Numbers: M. Mazur, "A Step by Step
// Backpropagation Example" (2015), whose layers share one bias, here one for each unit.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace bench::problems::sigmoid_net {

struct Problem {
    static constexpr std::string_view name = "W6 sigmoid network 2-2-2";
    static constexpr double sample[2] = {0.05, 0.10}, target[2] = {0.01, 0.99};
    // Layer by layer, weights row-major, then biases.
    static constexpr std::size_t w1 = 0, b1 = 4, w2 = 6, b2 = 10;

    std::vector<double> inputs() const {
        return {0.15, 0.20, 0.25, 0.30, 0.35, 0.35, 0.40, 0.45, 0.50, 0.55, 0.60, 0.60};
    }

    template <class T> T operator()(std::span<const T> p) const {
        T h[2];
        for (std::size_t i = 0; i < 2; ++i)
            h[i] = sigmoid<T>(p[w1 + 2 * i] * sample[0] + p[w1 + 2 * i + 1] * sample[1] + p[b1 + i]);
        T loss = 0.0;
        for (std::size_t i = 0; i < 2; ++i) {
            const T out = sigmoid<T>(p[w2 + 2 * i] * h[0] + p[w2 + 2 * i + 1] * h[1] + p[b2 + i]);
            const T error = out - target[i];
            loss += 0.5 * error * error;
        }
        return loss;
    }

    /// A sigmoid's slope is s (1 - s).
    double hand(std::span<const double> p, std::span<double> g) const {
        double h[2], dh[2] = {}, loss = 0.0;
        for (std::size_t i = 0; i < 2; ++i)
            h[i] = sigmoid(p[w1 + 2 * i] * sample[0] + p[w1 + 2 * i + 1] * sample[1] + p[b1 + i]);
        for (std::size_t i = 0; i < 2; ++i) {
            const double out = sigmoid(p[w2 + 2 * i] * h[0] + p[w2 + 2 * i + 1] * h[1] + p[b2 + i]);
            const double error = out - target[i];
            loss += 0.5 * error * error;
            const double d = error * out * (1.0 - out);
            g[b2 + i] = d;
            for (std::size_t k = 0; k < 2; ++k) {
                g[w2 + 2 * i + k] = d * h[k];
                dh[k] += d * p[w2 + 2 * i + k];
            }
        }
        for (std::size_t i = 0; i < 2; ++i) {
            const double d = dh[i] * h[i] * (1.0 - h[i]);
            g[b1 + i] = d;
            for (std::size_t k = 0; k < 2; ++k) g[w1 + 2 * i + k] = d * sample[k];
        }
        return loss;
    }

private:
    template <class T> static T sigmoid(const T& z) {
        using std::exp;
        return 1.0 / (1.0 + exp(-z));
    }
};

}  // namespace bench::problems::sigmoid_net
