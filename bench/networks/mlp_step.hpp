// One training step of the network 784-64-10 (relu, softmax cross-entropy, mean over the batch, Adam), by
// hand and as a function generic in the scalar.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <type_traits>
#include <vector>

#include "problems/dots.hpp"
#include "problems/uniform.hpp"

namespace bench::networks {

/// Adam (Kingma and Ba, 2015) over one flat array of parameters, with the usual constants.
class Adam {
public:
    static constexpr double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, rate = 1e-3;

    explicit Adam(std::size_t parameter_count) : m_(parameter_count), v_(parameter_count) {}

    /// m <- beta1 m + (1 - beta1) g, v <- beta2 v + (1 - beta2) g^2, and with both divided by 1 - beta^t:
    /// p <- p - rate m / (sqrt(v) + epsilon).
    void update(std::span<double> parameters, std::span<const double> gradient) {
        power1_ *= beta1;
        power2_ *= beta2;
        const double step = rate / (1.0 - power1_), unbias = 1.0 / std::sqrt(1.0 - power2_);
        double *p = parameters.data(), *m = m_.data(), *v = v_.data();
        const double* g = gradient.data();
        for (std::size_t k = 0; k < m_.size(); ++k) {
            m[k] = beta1 * m[k] + (1.0 - beta1) * g[k];
            v[k] = beta2 * v[k] + (1.0 - beta2) * g[k] * g[k];
            p[k] -= step * m[k] / (std::sqrt(v[k]) * unbias + epsilon);
        }
    }

private:
    std::vector<double> m_, v_;
    double power1_ = 1.0, power2_ = 1.0;
};

struct MlpStep {
    static constexpr std::size_t pixels = 784, hidden = 64, classes = 10, batch = 128;
    // Layer by layer, weights row-major, then biases.
    static constexpr std::size_t w1 = 0, b1 = w1 + hidden * pixels, w2 = b1 + hidden,
                                 b2 = w2 + classes * hidden;
    static constexpr std::size_t parameter_count = b2 + classes;

    /// Samples one after the other, `pixels` numbers each, and a class each.
    struct Samples {
        std::vector<double> images;
        std::vector<std::uint8_t> labels;
    };

    /// He's range sqrt(6 / fan in) for weights, a tenth of it for biases.
    std::vector<double> initial(std::uint64_t seed = 3) const {
        std::vector<double> p = uniform(seed, parameter_count, -1.0, 1.0);
        for (std::size_t k = 0; k < parameter_count; ++k) p[k] *= std::sqrt(6.0 / (k < w2 ? pixels : hidden));
        for (std::size_t i = 0; i < hidden; ++i) p[b1 + i] *= 0.1;
        for (std::size_t i = 0; i < classes; ++i) p[b2 + i] *= 0.1;
        return p;
    }

    /// Random images as a scanner gives them: half of the pixels 0, the others k / 255.
    static Samples samples(std::size_t count, std::uint64_t seed = 4) {
        std::mt19937_64 generator(seed);
        Samples s;
        for (std::size_t k = 0; k < count * pixels; ++k) {
            s.images.push_back(std::floor(std::max(0.0, uniform(generator, -256.0, 256.0))) / 255.0);
        }
        for (std::size_t k = 0; k < count; ++k)
            s.labels.push_back(static_cast<std::uint8_t>(generator() % classes));
        return s;
    }

    /// One sample's loss -log softmax(logits)[label] = log(sum of exp(z[i] - top)) + top - z[label], generic
    /// in the scalar; images are numbers.
    template <class In, class Dot = LoopDot>
    static auto loss(const In& p, std::span<const double> image, std::size_t label, Dot sums = {}) {
        using std::exp, std::log;
        using T = std::remove_cvref_t<decltype(p[0])>;
        T z[hidden], h[hidden], logits[classes];
        sums.layer(p.subspan(w1, pixels * hidden), image, p.subspan(b1, hidden), std::span<T>(z));
        for (std::size_t i = 0; i < hidden; ++i) {
            if (z[i] > 0.0)
                h[i] = z[i];
            else
                h[i] = 0.0;
        }
        sums.layer(p.subspan(w2, hidden * classes), std::span<const T>(h), p.subspan(b2, classes),
                   std::span<T>(logits));
        T top = logits[0], sum = 0.0;
        for (const T& logit : logits) {
            if (logit > top) top = logit;
        }
        for (const T& logit : logits) sum += exp(logit - top);
        return T(log(sum) + top - logits[label]);
    }

    /// Writes the gradient of the mean loss over the samples and returns that loss. One sample after the
    /// other, each layer's row after row; a row whose unit is off (relu) is skipped, a pixel that is 0 is
    /// not.
    double gradient(std::span<const double> parameters, std::span<const double> images,
                    std::span<const std::uint8_t> labels, std::span<double> gradient) const {
        std::fill(gradient.begin(), gradient.end(), 0.0);
        const double scale = 1.0 / static_cast<double>(labels.size());
        double loss = 0.0;
        for (std::size_t s = 0; s < labels.size(); ++s) {
            loss += sample(parameters.data(), images.data() + pixels * s, labels[s], scale, gradient.data());
        }
        return loss * scale;
    }

private:
    /// Sum of a[k] b[k], in lanes: without them each addition waits for the one before.
    template <std::size_t n> static double sum_of_products(const double* a, const double* b) {
        constexpr std::size_t lanes = 16;
        static_assert(n % lanes == 0);
        double sum[lanes] = {};
        for (std::size_t k = 0; k < n; k += lanes) {
            for (std::size_t j = 0; j < lanes; ++j) sum[j] += a[k + j] * b[k + j];
        }
        for (std::size_t half = lanes / 2; half > 0; half /= 2) {
            for (std::size_t j = 0; j < half; ++j) sum[j] += sum[j + half];
        }
        return sum[0];
    }

    /// y[k] += a x[k].
    static void add_scaled(double* y, double a, const double* x, std::size_t n) {
        for (std::size_t k = 0; k < n; ++k) y[k] += a * x[k];
    }

    /// Adds scale times one sample's gradient to g, returns the sample's loss.
    static double sample(const double* p, const double* image, std::size_t label, double scale, double* g) {
        double h[hidden], d1[hidden] = {}, z[classes], d2[classes];
        for (std::size_t i = 0; i < hidden; ++i) {
            h[i] = std::max(0.0, p[b1 + i] + sum_of_products<pixels>(p + w1 + pixels * i, image));
        }
        for (std::size_t i = 0; i < classes; ++i) {
            z[i] = p[b2 + i] + sum_of_products<hidden>(p + w2 + hidden * i, h);
        }
        const double top = *std::max_element(z, z + classes);
        double sum = 0.0;
        for (std::size_t i = 0; i < classes; ++i) sum += d2[i] = std::exp(z[i] - top);
        for (double& d : d2) d *= scale / sum;  // the softmax, less 1 at the label
        d2[label] -= scale;

        for (std::size_t i = 0; i < classes; ++i) {
            g[b2 + i] += d2[i];
            add_scaled(g + w2 + hidden * i, d2[i], h, hidden);
            add_scaled(d1, d2[i], p + w2 + hidden * i, hidden);
        }
        for (std::size_t i = 0; i < hidden; ++i) {
            if (!(h[i] > 0.0)) continue;
            g[b1 + i] += d1[i];
            add_scaled(g + w1 + pixels * i, d1[i], image, pixels);
        }
        return std::log(sum) + top - z[label];
    }
};

}  // namespace bench::networks
