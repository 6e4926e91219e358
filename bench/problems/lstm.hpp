// A long short-term memory of width 8 over a sequence of 20 steps of 4 numbers, half the squared error of its
// last state, differentiated by its 416 parameters. With s the sigmoid and z = Wx x + Wh h + b,
//     i, f, o = s(z of each),  g = tanh(z),  c <- f c + i g,  h <- o tanh(c).
// Source: S. Hochreiter and J. Schmidhuber, "Long Short-Term Memory", Neural Computation 9 (1997), with the
// forget gate f of F. A. Gers, J. Schmidhuber and F. Cummins (2000).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "dots.hpp"
#include "uniform.hpp"

namespace bench::problems::lstm {

struct Problem {
    static constexpr std::string_view name = "LSTM of width 8, 20 steps";
    static constexpr std::size_t steps = 20, features = 4, width = 8;
    // The rows of a layer: the gates i, f, o, then g.
    static constexpr std::size_t rows = 4 * width, i = 0, f = width, o = 2 * width, g = 3 * width;
    // Weights row-major, then biases.
    static constexpr std::size_t wx = 0, wh = wx + rows * features, b = wh + rows * width, end = b + rows;

    /// Within 1 / sqrt(width), and 1 more for the biases of the forget gates, as is usual.
    std::vector<double> inputs() const {
        std::vector<double> in = uniform(10, end, -1.0, 1.0);
        for (double& p : in) p /= std::sqrt(static_cast<double>(width));
        for (std::size_t k = 0; k < width; ++k) in[b + f + k] += 1.0;
        return in;
    }

    template <class T> T operator()(std::span<const T> in) const { return run(in, LoopDot()); }
    /// In any range of numbers: see VariableSpan.
    template <class In> auto fused(const In& in) const { return run(in, FusedDot()); }

    /// Backpropagation through time: what each step computes is kept on the way forward.
    double hand(std::span<const double> in, std::span<double> gradient) const {
        const double* const p = in.data();
        std::array<Step, steps> kept;
        const Step start{};
        const Step* before = &start;
        for (std::size_t t = 0; t < steps; ++t) before = &forward(p, sequence_[t], *before, kept[t]);

        double loss = 0.0, dh[width], dc[width] = {};
        for (std::size_t k = 0; k < width; ++k) {
            dh[k] = before->h[k] - target_[k];
            loss += 0.5 * dh[k] * dh[k];
        }
        std::array<double, end> sums{};  // overlaps with nothing, as the compiler knows
        for (std::size_t t = steps; t-- > 0;)
            backward(p, sequence_[t], t == 0 ? start : kept[t - 1], kept[t], dh, dc, sums);
        std::copy(sums.begin(), sums.end(), gradient.begin());
        return loss;
    }

private:
    using Features = std::array<double, features>;
    struct Step {
        double gates[rows], c[width], tanh_c[width], h[width];
    };

    static const Step& forward(const double* p, const Features& x, const Step& before, Step& now) {
        for (std::size_t r = 0; r < rows; ++r) {
            double z = p[b + r];
            for (std::size_t k = 0; k < features; ++k) z += p[wx + r * features + k] * x[k];
            for (std::size_t k = 0; k < width; ++k) z += p[wh + r * width + k] * before.h[k];
            now.gates[r] = r < g ? 1.0 / (1.0 + std::exp(-z)) : std::tanh(z);
        }
        for (std::size_t k = 0; k < width; ++k) {
            now.c[k] = now.gates[f + k] * before.c[k] + now.gates[i + k] * now.gates[g + k];
            now.tanh_c[k] = std::tanh(now.c[k]);
            now.h[k] = now.gates[o + k] * now.tanh_c[k];
        }
        return now;
    }
    /// Takes the derivatives by h and c from after a step to before it. The slope of a sigmoid s is s (1 -
    /// s), that of t = tanh is 1 - t^2.
    static void backward(const double* p, const Features& x, const Step& before, const Step& now,
                         double (&dh)[width], double (&dc)[width], std::array<double, end>& sums) {
        double dz[rows];
        for (std::size_t k = 0; k < width; ++k) {
            const double gi = now.gates[i + k], gf = now.gates[f + k], go = now.gates[o + k];
            const double gg = now.gates[g + k], t = now.tanh_c[k];
            const double d = dc[k] + dh[k] * go * (1.0 - t * t);
            dz[i + k] = d * gg * gi * (1.0 - gi);
            dz[f + k] = d * before.c[k] * gf * (1.0 - gf);
            dz[o + k] = dh[k] * t * go * (1.0 - go);
            dz[g + k] = d * gi * (1.0 - gg * gg);
            dc[k] = d * gf;
            dh[k] = 0.0;
        }
        for (std::size_t r = 0; r < rows; ++r) {
            sums[b + r] += dz[r];
            for (std::size_t k = 0; k < features; ++k) sums[wx + r * features + k] += dz[r] * x[k];
            for (std::size_t k = 0; k < width; ++k) {
                sums[wh + r * width + k] += dz[r] * before.h[k];
                dh[k] += dz[r] * p[wh + r * width + k];
            }
        }
    }

    template <class In, class Dot> auto run(const In& in, Dot sums) const {
        using std::tanh;
        using T = std::remove_cvref_t<decltype(in[0])>;
        T h[width], c[width], from_x[rows], z[rows];
        for (std::size_t k = 0; k < width; ++k) h[k] = 0.0, c[k] = 0.0;
        for (const Features& x : sequence_) {
            // Each kind of number in a loop of its own: it gets consecutive places on a tape.
            sums.layer(in.subspan(wx, rows * features), std::span<const double>(x), in.subspan(b, rows),
                       std::span<T>(from_x));
            sums.layer(in.subspan(wh, rows * width), std::span<const T>(h), std::span<const T>(from_x),
                       std::span<T>(z));
            for (std::size_t r = 0; r < g; ++r) z[r] = sigmoid(z[r]);
            for (std::size_t r = g; r < rows; ++r) z[r] = tanh(z[r]);
            for (std::size_t k = 0; k < width; ++k) c[k] = z[f + k] * c[k] + z[i + k] * z[g + k];
            for (std::size_t k = 0; k < width; ++k) h[k] = z[o + k] * tanh(c[k]);
        }
        T loss = 0.0;
        for (std::size_t k = 0; k < width; ++k) {
            const T error = h[k] - target_[k];
            loss += 0.5 * error * error;
        }
        return loss;
    }
    template <class T> static T sigmoid(const T& z) {
        using std::exp;
        return 1.0 / (1.0 + exp(-z));
    }

    static std::array<Features, steps> waves() {
        std::array<Features, steps> sequence;
        for (std::size_t t = 0; t < steps; ++t)
            for (std::size_t k = 0; k < features; ++k)
                sequence[t][k] = std::sin(0.3 * static_cast<double>((k + 1) * t) + static_cast<double>(k));
        return sequence;
    }

    std::array<Features, steps> sequence_ = waves();
    std::vector<double> target_ = uniform(11, width, -0.5, 0.5);
};

}  // namespace bench::problems::lstm
