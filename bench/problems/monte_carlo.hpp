// The discounted payoff of a call on one path of S. L. Heston's model (Review of Financial Studies 6, 1993),
// by all that goes in: spot, variance, rate r, speed kappa, level theta, volatility of the variance xi,
// correlation rho, strike, time. 100 Euler steps of
//     d log S = (r - v / 2) dt + sqrt(v) dW1,  dv = kappa (theta - v) dt + xi sqrt(v) (rho dW1 + ... dW2),
// with max(v, 0) for v on the right, the "full truncation" of R. Lord, R. Koekkoek and D. van Dijk,
// Quantitative Finance 10 (2010).
#pragma once

#include <cmath>
#include <cstddef>
#include <numbers>
#include <random>
#include <span>
#include <string_view>
#include <vector>

#include "uniform.hpp"

namespace bench::problems::monte_carlo {

class Problem {
public:
    static constexpr std::string_view name = "Heston's model, path of 100 steps";
    static constexpr bool full = true;
    static constexpr std::size_t steps = 100;
    enum Input : std::size_t { spot, variance, rate, speed, level, volatility, correlation, strike, time };

    /// The variance often comes down to 0: 2 kappa theta < xi^2.
    std::vector<double> inputs() const { return {100.0, 0.04, 0.03, 1.5, 0.04, 0.6, -0.7, 90.0, 1.0}; }

    template <class T> T operator()(std::span<const T> in) const {
        using std::exp, std::sqrt;
        const T dt = in[time] / static_cast<double>(steps);
        const T root_dt = sqrt(dt);
        const T& rho = in[correlation];
        const T other = sqrt(1.0 - rho * rho);
        T v = in[variance];
        T x = 0.0;  // log(S / spot)
        for (const Draw& draw : draws_) {
            if (v > 0.0) {
                const T deviation = sqrt(v) * root_dt;
                x += (in[rate] - 0.5 * v) * dt + deviation * draw.first;
                v += in[speed] * (in[level] - v) * dt +
                     in[volatility] * deviation * (rho * draw.first + other * draw.second);
            } else {
                x += in[rate] * dt;
                v += in[speed] * in[level] * dt;
            }
        }
        const T gain = in[spot] * exp(x) - in[strike];
        if (gain > 0.0) return exp(-in[rate] * in[time]) * gain;
        return 0.0;
    }

    /// The path backwards, from the derivatives by log S, which every step passes on as they are, and by v.
    double hand(std::span<const double> in, std::span<double> g) const {
        const double dt = in[time] / static_cast<double>(steps), root_dt = std::sqrt(dt);
        const double rho = in[correlation], other = std::sqrt(1.0 - rho * rho);
        double vs[steps], roots[steps];
        double v = in[variance], x = 0.0;
        for (std::size_t i = 0; i < steps; ++i) {
            const auto [first, second] = draws_[i];
            vs[i] = v > 0.0 ? v : 0.0;
            roots[i] = std::sqrt(vs[i]);
            const double deviation = roots[i] * root_dt;
            x += (in[rate] - 0.5 * vs[i]) * dt + deviation * first;
            v += in[speed] * (in[level] - vs[i]) * dt +
                 in[volatility] * deviation * (rho * first + other * second);
        }
        for (double& derivative : g) derivative = 0.0;
        const double growth = std::exp(x), gain = in[spot] * growth - in[strike];
        if (!(gain > 0.0)) return 0.0;
        const double discount = std::exp(-in[rate] * in[time]);

        const double by_x = discount * in[spot] * growth;
        double by_v = 0.0, by_dt = 0.0, by_root = 0.0, by_other = 0.0;
        for (std::size_t i = steps; i-- > 0;) {
            const auto [first, second] = draws_[i];
            const double noise = rho * first + other * second, pull = in[level] - vs[i];
            const double deviation = roots[i] * root_dt, by_noise = by_v * in[volatility] * deviation;
            const double by_deviation = by_x * first + by_v * in[volatility] * noise;
            by_dt += by_x * (in[rate] - 0.5 * vs[i]) + by_v * in[speed] * pull;
            by_root += by_deviation * roots[i];
            by_other += by_noise * second;
            g[speed] += by_v * pull * dt;
            g[level] += by_v * in[speed] * dt;
            g[volatility] += by_v * deviation * noise;
            g[correlation] += by_noise * first;
            if (vs[i] > 0.0)
                by_v += by_deviation * root_dt * 0.5 / roots[i] - (by_v * in[speed] + 0.5 * by_x) * dt;
        }
        const double value = discount * gain;
        g[spot] = discount * growth;
        g[variance] = by_v;
        g[rate] = by_x * in[time] - value * in[time];
        g[correlation] -= by_other * rho / other;
        g[strike] = -discount;
        g[time] = (by_dt + 0.5 * by_root / root_dt) / static_cast<double>(steps) - in[rate] * value;
        return value;
    }

private:
    struct Draw {
        double first, second;
    };

    /// Pairs of independent normal numbers. Source: G. E. P. Box and M. E. Muller (1958).
    static std::vector<Draw> normal() {
        std::mt19937_64 generator(15);
        std::vector<Draw> draws;
        for (std::size_t i = 0; i < steps; ++i) {
            const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform(generator, 0.0, 1.0)));
            const double angle = uniform(generator, 0.0, 2.0 * std::numbers::pi);
            draws.push_back({radius * std::cos(angle), radius * std::sin(angle)});
        }
        return draws;
    }

    std::vector<Draw> draws_ = normal();
};

}  // namespace bench::problems::monte_carlo
