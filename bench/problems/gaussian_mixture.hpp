// The log-likelihood of 200 points of 10 numbers under a mixture of 5 Gaussians,
//     sum over points x of log(sum over k of exp(alpha_k + sum(q_k) - |Q_k (x - mu_k)|^2 / 2))
//         - n log(sum over k of exp(alpha_k)) - n d / 2 log(2 pi),
// differentiated by the weights alpha, the means mu, and the lower triangle Q of each inverse covariance Q^T
// Q, whose diagonal is exp(q). Source: F. Srajer, Z. Kukelova and A. Fitzgibbon, "A benchmark of selected
// algorithmic differentiation tools on some problems in computer vision and machine learning", Optimization
// Methods and Software 33 (2018), here without the Wishart prior.
#pragma once

#include <cmath>
#include <cstddef>
#include <random>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "dots.hpp"
#include "uniform.hpp"

namespace bench::problems::gaussian_mixture {

class Problem {
public:
    static constexpr std::string_view name = "Gaussian mixture of 5, 200 points";
    static constexpr bool full = true;
    static constexpr std::size_t d = 10, components = 5, points = 200;
    // alphas; means; then q of each component and the rows of its Q left of the diagonal.
    static constexpr std::size_t alphas = 0, means = alphas + components, factors = means + components * d;
    static constexpr std::size_t factor = d + d * (d - 1) / 2, end = factors + components * factor;
    /// Where row i of a component's Q starts.
    static constexpr std::size_t row(std::size_t k, std::size_t i) {
        return factors + k * factor + d + i * (i - 1) / 2;
    }

    /// An estimate on its way to the clusters of the points: off their centres, and not yet as narrow.
    std::vector<double> inputs() const {
        std::mt19937_64 generator(12);
        std::vector<double> in(end);
        for (std::size_t k = 0; k < components; ++k) {
            in[alphas + k] = uniform(generator, -1.0, 1.0);
            for (std::size_t j = 0; j < d; ++j)
                in[means + k * d + j] = centres_[k * d + j] + uniform(generator, -0.3, 0.3);
            for (std::size_t j = 0; j < factor; ++j)
                in[factors + k * factor + j] = uniform(generator, -0.3, 0.3) + (j < d ? 0.3 : 0.0);
        }
        return in;
    }

    template <class T> T operator()(std::span<const T> in) const { return run(in, LoopDot()); }
    /// In any range of numbers: see VariableSpan.
    template <class In> auto fused(const In& in) const { return run(in, FusedDot()); }

    /// By the moments of the deviations c = x - mu_k under the weights w of the component k at each point:
    /// with W = sum w, m = sum w c and S = sum w c c^T, the gradient is W - n softmax(alpha)_k, Q^T Q m, and
    /// -Q S below the diagonal, W - exp(q_i) (Q S)_ii on it. So a point costs d^2 for each component, not the
    /// several d^2 of each derivative.
    double hand(std::span<const double> in, std::span<double> gradient) const {
        Component all[components];
        for (std::size_t k = 0; k < components; ++k) all[k].read(in, k);
        double total = 0.0;
        for (std::size_t at = 0; at < points * d; at += d) {
            double log_weights[components], c[components][d];
            for (std::size_t k = 0; k < components; ++k)
                log_weights[k] = all[k].log_density(&points_[at], c[k]);
            total += softmax(log_weights);
            for (std::size_t k = 0; k < components; ++k) all[k].add(log_weights[k], c[k]);
        }
        double shares[components];
        for (std::size_t k = 0; k < components; ++k) shares[k] = in[alphas + k];
        total -= points * softmax(shares);
        for (std::size_t k = 0; k < components; ++k) {
            gradient[alphas + k] = all[k].weight - points * shares[k];
            all[k].write(gradient, k);
        }
        return total - constant;
    }

private:
    static constexpr double constant = 0.5 * points * d * 1.8378770664093454836;  // log(2 pi)

    /// A component's numbers and moments. Q lies by columns, so that Q c is a vector loop.
    struct Component {
        double start, mean[d], q[d][d] = {};
        double weight = 0.0, first[d] = {}, second[d][d] = {};

        void read(std::span<const double> in, std::size_t k) {
            start = in[alphas + k];
            for (std::size_t i = 0; i < d; ++i) {
                mean[i] = in[means + k * d + i];
                start += in[factors + k * factor + i];
                q[i][i] = std::exp(in[factors + k * factor + i]);
                for (std::size_t j = 0; j < i; ++j) q[j][i] = in[row(k, i) + j];
            }
        }
        double log_density(const double* x, double (&c)[d]) const {
            double y[d] = {}, square = 0.0;
            for (std::size_t j = 0; j < d; ++j) c[j] = x[j] - mean[j];
            for (std::size_t j = 0; j < d; ++j)
                for (std::size_t i = 0; i < d; ++i) y[i] += q[j][i] * c[j];
            for (double number : y) square += number * number;
            return start - 0.5 * square;
        }
        void add(double w, const double (&c)[d]) {
            weight += w;
            for (std::size_t j = 0; j < d; ++j) {
                const double share = w * c[j];
                first[j] += share;
                for (std::size_t i = 0; i < d; ++i) second[j][i] += share * c[i];
            }
        }
        void write(std::span<double> gradient, std::size_t k) const {
            double y[d] = {};
            for (std::size_t j = 0; j < d; ++j)
                for (std::size_t i = 0; i < d; ++i) y[i] += q[j][i] * first[j];
            for (std::size_t i = 0; i < d; ++i) {
                double sum = 0.0, product[d] = {};  // row i of Q^T y, and of Q S
                for (std::size_t j = 0; j < d; ++j) sum += q[i][j] * y[j];
                for (std::size_t l = 0; l <= i; ++l)
                    for (std::size_t j = 0; j < d; ++j) product[j] += q[l][i] * second[l][j];
                gradient[means + k * d + i] = sum;
                gradient[factors + k * factor + i] = weight - q[i][i] * product[i];
                for (std::size_t j = 0; j < i; ++j) gradient[row(k, i) + j] = -product[j];
            }
        }
    };

    /// Returns the logarithm of the sum of exponentials, and leaves the share of each.
    static double softmax(double (&x)[components]) {
        double largest = x[0], sum = 0.0;
        for (double number : x) largest = number > largest ? number : largest;
        for (double& number : x) sum += number = std::exp(number - largest);
        for (double& number : x) number /= sum;
        return largest + std::log(sum);
    }

    template <class In, class Dot> auto run(const In& in, Dot sums) const {
        using std::exp;
        using T = std::remove_cvref_t<decltype(in[0])>;
        const T zero = 0.0;
        T diagonals[components * d], starts[components];
        for (std::size_t k = 0; k < components; ++k) {
            const auto q = in.subspan(factors + k * factor, d);
            for (std::size_t i = 0; i < d; ++i) diagonals[k * d + i] = exp(q[i]);
            starts[k] = in[alphas + k];
            for (std::size_t i = 0; i < d; ++i) starts[k] += q[i];
        }
        T total = 0.0;
        T c[d], y[d], squares[components], terms[components];
        for (std::size_t at = 0; at < points * d; at += d) {
            for (std::size_t k = 0; k < components; ++k) {
                for (std::size_t j = 0; j < d; ++j) c[j] = points_[at + j] - in[means + k * d + j];
                for (std::size_t i = 0; i < d; ++i)
                    y[i] = sums.dot(in.subspan(row(k, i), i), std::span<const T>(c, i),
                                    T(diagonals[k * d + i] * c[i]));
                squares[k] = sums.dot(std::span<const T>(y), std::span<const T>(y), zero);
            }
            for (std::size_t k = 0; k < components; ++k) terms[k] = starts[k] - 0.5 * squares[k];
            total += sums.log_sum_exp(std::span<const T>(terms));
        }
        const T weights = sums.log_sum_exp(in.subspan(alphas, components));
        return T(total - static_cast<double>(points) * weights - constant);
    }

    /// Clusters of deviation 0.3 around the centres.
    std::vector<double> clusters() const {
        std::mt19937_64 generator(14);
        std::vector<double> numbers;
        for (std::size_t n = 0; n < points; ++n) {
            for (std::size_t j = 0; j < d; ++j) {
                double noise = 0.0;  // near to normal: a sum of four
                for (int part = 0; part < 4; ++part) noise += uniform(generator, -0.26, 0.26);
                numbers.push_back(centres_[n % components * d + j] + noise);
            }
        }
        return numbers;
    }

    std::vector<double> centres_ = uniform(13, components* d, -1.0, 1.0);
    std::vector<double> points_ = clusters();
};

}  // namespace bench::problems::gaussian_mixture
