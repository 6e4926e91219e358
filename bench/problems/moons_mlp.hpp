// W2: the network 2-16-16-1 with tanh, its hinge loss summed over the 100 points of two moons, differentiated
// by the 337 parameters.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "dots.hpp"
#include "uniform.hpp"

namespace bench::problems::moons_mlp {

struct Problem {
    static constexpr std::string_view name = "W2 MLP 2-16-16-1, 100 samples";
    static constexpr std::size_t width = 16, samples = 100;
    // Layer by layer, weights row-major, then biases.
    static constexpr std::size_t w1 = 0, b1 = w1 + 2 * width, w2 = b1 + width, b2 = w2 + width * width,
                                 w3 = b2 + width, b3 = w3 + width;
    static constexpr std::size_t input_count = b3 + 1;

    /// Xavier's range sqrt(6 / (fan in + fan out)) in each layer.
    std::vector<double> inputs() const {
        std::vector<double> in = uniform(2, input_count, -1.0, 1.0);
        for (std::size_t k = 0; k < input_count; ++k)
            in[k] *= std::sqrt(k < w2 ? 6.0 / 18 : k < w3 ? 6.0 / 32 : 6.0 / 17);
        return in;
    }

    template <class T> T operator()(std::span<const T> in) const { return run(in, LoopDot()); }
    /// In any range of numbers: see VariableSpan.
    template <class In> auto fused(const In& in) const { return run(in, FusedDot()); }

    /// Backpropagation, sample by sample. The gradient is summed in a local array, which the compiler knows
    /// to overlap with nothing, so that its loops over a row are vector loops.
    double hand(std::span<const double> in, std::span<double> gradient) const {
        const double* p = in.data();
        std::array<double, input_count> g{};
        double loss = 0.0;
        for (const Point& point : points_) {
            const double x[2] = {point.x, point.y};
            double h1[width], h2[width];
            for (std::size_t i = 0; i < width; ++i) {
                h1[i] = p[b1 + i] + p[w1 + 2 * i] * x[0] + p[w1 + 2 * i + 1] * x[1];
            }
            for (double& h : h1) h = std::tanh(h);
            for (std::size_t i = 0; i < width; ++i) {
                h2[i] = p[b2 + i];
                for (std::size_t k = 0; k < width; ++k) h2[i] += p[w2 + width * i + k] * h1[k];
            }
            for (double& h : h2) h = std::tanh(h);
            double z = p[b3];
            for (std::size_t k = 0; k < width; ++k) z += p[w3 + k] * h2[k];
            const double out = std::tanh(z), margin = 1.0 - point.label * out;
            if (!(margin > 0.0)) continue;
            loss += margin;

            const double d3 = -point.label * (1.0 - out * out);
            double d2[width], d1[width] = {};
            g[b3] += d3;
            for (std::size_t k = 0; k < width; ++k) {
                g[w3 + k] += d3 * h2[k];
                d2[k] = d3 * p[w3 + k] * (1.0 - h2[k] * h2[k]);
            }
            for (std::size_t i = 0; i < width; ++i) {
                g[b2 + i] += d2[i];
                for (std::size_t k = 0; k < width; ++k) {
                    g[w2 + width * i + k] += d2[i] * h1[k];
                    d1[k] += d2[i] * p[w2 + width * i + k];
                }
            }
            for (std::size_t i = 0; i < width; ++i) {
                const double d = d1[i] * (1.0 - h1[i] * h1[i]);
                g[b1 + i] += d;
                g[w1 + 2 * i] += d * x[0];
                g[w1 + 2 * i + 1] += d * x[1];
            }
        }
        std::copy(g.begin(), g.end(), gradient.begin());
        return loss;
    }

private:
    struct Point {
        double x, y, label;
    };

    /// Two half circles, one point of each in turn, moved by a noise that is the same everywhere.
    static std::vector<Point> moons() {
        std::vector<Point> points;
        for (std::size_t i = 0; i < samples; ++i) {
            const double t = std::numbers::pi * static_cast<double>(i / 2) / 49.0;
            const double noise = 0.1 * std::sin(37.0 * static_cast<double>(i));
            if (i % 2 == 0)
                points.push_back({std::cos(t) + noise, std::sin(t) - noise, 1.0});
            else
                points.push_back({1.0 - std::cos(t) + noise, 0.5 - std::sin(t) + noise, -1.0});
        }
        return points;
    }

    template <class In, class Dot> auto run(const In& in, Dot sums) const {
        using std::tanh;
        using T = std::remove_cvref_t<decltype(in[0])>;
        T loss = 0.0;
        T z[width], h1[width], h2[width];
        for (const Point& point : points_) {
            const double x[2] = {point.x, point.y};
            // A layer's sums first, then its activations: each gets consecutive places on a tape.
            sums.layer(in.subspan(w1, 2 * width), std::span<const double>(x), in.subspan(b1, width),
                       std::span<T>(z));
            for (std::size_t i = 0; i < width; ++i) h1[i] = tanh(z[i]);
            sums.layer(in.subspan(w2, width * width), std::span<const T>(h1), in.subspan(b2, width),
                       std::span<T>(z));
            for (std::size_t i = 0; i < width; ++i) h2[i] = tanh(z[i]);
            const T sum = sums.dot(in.subspan(w3, width), std::span<const T>(h2), T(in[b3]));
            const T out = tanh(sum);
            const T margin = 1.0 - point.label * out;
            if (margin > 0.0) loss += margin;
        }
        return loss;
    }

    std::vector<Point> points_ = moons();
};

}  // namespace bench::problems::moons_mlp
