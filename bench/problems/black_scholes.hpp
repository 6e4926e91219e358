// W4: the sum of the prices of 1,000 European calls,
//     S N(d1) - K exp(-r t) N(d2),  d1 = (log(S / K) + (r + v^2 / 2) t) / (v sqrt(t)),  d2 = d1 - v sqrt(t),
// differentiated by spot S, strike K, rate r, volatility v and time t of each. Source: F. Black and M.
// Scholes, "The Pricing of Options and Corporate Liabilities", Journal of Political Economy 81 (1973).
#pragma once

#include <cmath>
#include <cstddef>
#include <numbers>
#include <random>
#include <span>
#include <string_view>
#include <vector>

#include "uniform.hpp"

namespace bench::problems::black_scholes {

struct Problem {
    static constexpr std::string_view name = "W4 Black-Scholes, 1,000 options";
    static constexpr std::size_t options = 1000;

    /// S, K, r, v, t of one option after the other.
    std::vector<double> inputs() const {
        std::mt19937_64 generator(4);
        std::vector<double> in;
        for (std::size_t i = 0; i < options; ++i) {
            in.push_back(uniform(generator, 80.0, 120.0));
            in.push_back(uniform(generator, 80.0, 120.0));
            in.push_back(uniform(generator, 0.01, 0.05));
            in.push_back(uniform(generator, 0.1, 0.5));
            in.push_back(uniform(generator, 0.25, 2.0));
        }
        return in;
    }

    template <class T> T operator()(std::span<const T> in) const {
        using std::exp, std::log, std::sqrt;
        T sum = 0.0;
        for (std::size_t i = 0; i < in.size(); i += 5) {
            const T &s = in[i], &k = in[i + 1], &r = in[i + 2], &v = in[i + 3], &t = in[i + 4];
            const T deviation = v * sqrt(t);
            const T d1 = (log(s / k) + (r + 0.5 * v * v) * t) / deviation;
            const T d2 = d1 - deviation;
            sum += s * normal(d1) - k * exp(-r * t) * normal(d2);
        }
        return sum;
    }

    /// The Greeks. With n the normal density, S n(d1) = K exp(-r t) n(d2): what passes through d1 and d2
    /// cancels but for their difference v sqrt(t).
    double hand(std::span<const double> in, std::span<double> gradient) const {
        const double* p = in.data();
        double* g = gradient.data();
        double sum = 0.0;
        for (std::size_t i = 0; i < in.size(); i += 5) {
            const double s = p[i], k = p[i + 1], r = p[i + 2], v = p[i + 3], t = p[i + 4];
            const double root = std::sqrt(t), deviation = v * root;
            const double d1 = (std::log(s / k) + (r + 0.5 * v * v) * t) / deviation, d2 = d1 - deviation;
            const double n1 = normal(d1), discounted = std::exp(-r * t) * normal(d2);
            const double density =
                s * (0.5 * std::numbers::sqrt2 * std::numbers::inv_sqrtpi) * std::exp(-0.5 * d1 * d1);
            sum += s * n1 - k * discounted;
            g[i] = n1;
            g[i + 1] = -discounted;
            g[i + 2] = k * t * discounted;
            g[i + 3] = density * root;
            g[i + 4] = 0.5 * density * v / root + r * k * discounted;
        }
        return sum;
    }

private:
    /// The normal distribution.
    template <class T> static T normal(const T& x) {
        using std::erf;
        return 0.5 + 0.5 * erf(x * (0.5 * std::numbers::sqrt2));
    }
};

}  // namespace bench::problems::black_scholes
