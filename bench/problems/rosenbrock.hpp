// W3: the sum over i of 100 (x[i+1] - x[i]^2)^2 + (1 - x[i])^2. Source: H. H. Rosenbrock, "An automatic
// method for finding the greatest or least value of a function", Computer Journal 3 (1960), for two numbers;
// n of them in a chain as is usual since.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "uniform.hpp"

namespace bench::problems::rosenbrock {

class Problem {
public:
    static constexpr std::string_view name = "W3 Rosenbrock, n = 1,000";

    explicit Problem(std::size_t size = 1000) : size_(size) {}
    std::size_t size() const { return size_; }

    /// In the range that optimisers are usually started from (De Jong, 1975).
    std::vector<double> inputs() const { return uniform(3, size_, -2.048, 2.048); }

    template <class T> T operator()(std::span<const T> x) const {
        T sum = 0.0;
        for (std::size_t i = 0; i + 1 < x.size(); ++i) {
            const T valley = x[i + 1] - x[i] * x[i];
            const T along = 1.0 - x[i];
            sum += 100.0 * valley * valley + along * along;
        }
        return sum;
    }

    /// Each term adds -400 x[i] valley - 2 along to the component i, and 200 valley to the next.
    double hand(std::span<const double> x, std::span<double> gradient) const {
        double sum = 0.0, from_before = 0.0;
        for (std::size_t i = 0; i + 1 < x.size(); ++i) {
            const double valley = x[i + 1] - x[i] * x[i], along = 1.0 - x[i];
            sum += 100.0 * valley * valley + along * along;
            gradient[i] = from_before - 400.0 * x[i] * valley - 2.0 * along;
            from_before = 200.0 * valley;
        }
        gradient[x.size() - 1] = from_before;
        return sum;
    }

private:
    std::size_t size_;
};

}  // namespace bench::problems::rosenbrock
