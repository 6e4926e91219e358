// Differences that a derivative is held to.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace bench_test {

using Long = long double;

/// (8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12h = f'(0) + O(h^4), the moved point being at + t direction. f
/// returns a vector.
template <class F> std::vector<double> differences(const F& f, std::span<const double> at,
                                                   std::span<const double> direction, Long h = 1e-4L) {
    std::vector<Long> moved(at.size());
    const auto along = [&](Long t) {
        for (std::size_t k = 0; k < at.size(); ++k) moved[k] = at[k] + t * direction[k];
        return f(std::span<const Long>(moved));
    };
    const std::vector<Long> y[] = {along(h), along(-h), along(2 * h), along(-2 * h)};
    std::vector<double> result;
    for (std::size_t i = 0; i < y[0].size(); ++i)
        result.push_back(static_cast<double>((8 * (y[0][i] - y[1][i]) - (y[2][i] - y[3][i])) / (12 * h)));
    return result;
}
/// The same of a number.
template <class F>
double difference(const F& f, std::span<const double> at, std::span<const double> direction) {
    return differences([&](std::span<const Long> x) { return std::vector<Long>{f(x)}; }, at, direction)[0];
}

inline double largest(std::span<const double> numbers) {
    double result = 0.0;
    for (double x : numbers) result = std::max(result, std::abs(x));
    return result;
}

}  // namespace bench_test
