// Gradients that textbooks derive by hand, each beside its function. A derivative is written as it comes out
// on paper: a sum of terms, each a product of factors. So a test can put in the slips that people make.
#pragma once

#include <wengert/wengert.hpp>

#include <cmath>
#include <functional>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

namespace textbook {

using V = std::vector<double>;
using Term = std::vector<double>;         // the product of its factors
using Derivative = std::vector<Term>;     // the sum of its terms
using Derived = std::vector<Derivative>;  // of each component; of a Jacobian row by row

inline double value(const Derivative& d) {
    double sum = 0;
    for (const Term& t : d) {
        double product = 1;
        for (const double factor : t) product *= factor;
        sum += product;
    }
    return sum;
}

struct Problem {
    std::string name;
    V low, high;       // where it is checked
    std::size_t rows;  // 0: a gradient, else a Jacobian's
    std::function<Derived(const V&)> by_hand;
    /// Checks numbers derived by hand at one point.
    std::function<wengert::GradientReport(const V&, const std::function<V(const V&)>&)> check;
};

template <class F>
Problem gradient(std::string name, V low, V high, F f, std::function<Derived(const V&)> by_hand) {
    return {std::move(name),
            std::move(low),
            std::move(high),
            0,
            std::move(by_hand),
            [f](const V& at, const std::function<V(const V&)>& hand) {
                return wengert::check_gradient(f, at, hand);
            }};
}
template <class F> Problem jacobian(std::string name, std::size_t rows, V low, V high, F f,
                                    std::function<Derived(const V&)> by_hand) {
    return {std::move(name),
            std::move(low),
            std::move(high),
            rows,
            std::move(by_hand),
            [f, rows](const V& at, const std::function<V(const V&)>& hand) {
                return wengert::check_jacobian(f, at, [&](const V& x) {
                    const V numbers = hand(x);
                    wengert::Matrix<double> m(rows, x.size());
                    for (std::size_t k = 0; k < numbers.size(); ++k)
                        m(k / x.size(), k % x.size()) = numbers[k];
                    return m;
                });
            }};
}

template <class X> using Of = std::decay_t<decltype(std::declval<X>()[0])>;
inline double logistic(double z) { return 1 / (1 + std::exp(-z)); }
inline double density(double z) { return std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi); }
template <class T> T normal(const T& z) { return 0.5 * erfc(-z * std::sqrt(0.5)); }

}  // namespace textbook
