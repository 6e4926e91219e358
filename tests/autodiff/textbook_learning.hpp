// Losses, layers and likelihoods, with their gradients as derived on paper.
#pragma once

#include "textbook_gradients.hpp"

namespace textbook {

inline std::vector<Problem> learning() {
    std::vector<Problem> p;
    p.push_back(gradient(
        "logistic_loss_with_weight_decay", {-1, -1}, {1, 1},
        [](const auto& w) {
            return log1p(exp(-(0.5 * w[0] - 2.0 * w[1]))) + log1p(exp(1.5 * w[0] + 0.7 * w[1])) +
                   0.05 * (w[0] * w[0] + w[1] * w[1]);
        },
        [](const V& w) -> Derived {
            const double s = logistic(-(0.5 * w[0] - 2 * w[1])), t = logistic(1.5 * w[0] + 0.7 * w[1]);
            return {{{-0.5, s}, {1.5, t}, {0.1, w[0]}}, {{2, s}, {0.7, t}, {0.1, w[1]}}};
        }));
    p.push_back(gradient(
        "softmax_cross_entropy", {-2, -2, -2}, {2, 2, 2},
        [](const auto& z) { return wengert::log_sum_exp(z) - z[1]; },
        [](const V& z) -> Derived {
            const double a = std::exp(z[0]), b = std::exp(z[1]), c = std::exp(z[2]), s = a + b + c;
            return {{{a, 1 / s}}, {{b, 1 / s}, {-1}}, {{c, 1 / s}}};
        }));
    p.push_back(gradient(
        "ridge_regression", {-2, -2, -2}, {2, 2, 2},
        [](const auto& w) {
            const auto r = [&](double a, double b, double y) {
                return square(a * w[0] + b * w[1] + w[2] - y);
            };
            return 0.5 * (r(1, 2, 3) + r(-1, 0.5, 1) + r(2, -1, 0.3)) + 0.1 * (w[0] * w[0] + w[1] * w[1]);
        },
        [](const V& w) -> Derived {
            const double r = w[0] + 2 * w[1] + w[2] - 3, s = -w[0] + 0.5 * w[1] + w[2] - 1,
                         t = 2 * w[0] - w[1] + w[2] - 0.3;
            return {{{r}, {-1, s}, {2, t}, {0.2, w[0]}},
                    {{2, r}, {0.5, s}, {-1, t}, {0.2, w[1]}},
                    {{r}, {s}, {t}}};
        }));
    p.push_back(gradient(
        "poisson_regression", {-1, -1}, {1, 1},
        [](const auto& w) {
            const auto loss = [&](double x, double y) {
                const auto eta = w[0] + w[1] * x;
                return exp(eta) - y * eta;
            };
            return loss(0.5, 2) + loss(-1.5, 0) + loss(1, 4);
        },
        [](const V& w) -> Derived {
            const double a = std::exp(w[0] + 0.5 * w[1]), b = std::exp(w[0] - 1.5 * w[1]),
                         c = std::exp(w[0] + w[1]);
            return {{{a}, {b}, {c}, {-6}}, {{0.5, a}, {-1.5, b}, {c}, {-5}}};
        }));
    p.push_back(gradient(
        "pseudo_huber_loss", {-3, 0.5}, {3, 2},
        [](const auto& x) { return x[1] * x[1] * (sqrt(1.0 + square(x[0] / x[1])) - 1.0); },
        [](const V& x) -> Derived {
            const double r = x[0], d = x[1], root = std::sqrt(1 + r * r / (d * d));
            return {{{r, 1 / root}}, {{2, d, root - 1}, {-1, r * r / d, 1 / root}}};
        }));
    p.push_back(gradient(
        "hinge_loss_with_weight_decay", {-1, -1}, {1, 1},
        [](const auto& w) {
            return relu(1.0 - (w[0] + 0.5 * w[1])) + relu(1.0 + (0.3 * w[0] - 2.0 * w[1])) +
                   0.5 * (w[0] * w[0] + w[1] * w[1]);
        },
        [](const V& w) -> Derived {
            const double a = w[0] + 0.5 * w[1]<1, b = 0.3 * w[0] - 2 * w[1]> - 1;
            return {{{-1, a}, {0.3, b}, {w[0]}}, {{-0.5, a}, {-2, b}, {w[1]}}};
        }));
    p.push_back(gradient(
        "squared_hinge_loss", {-1, -1}, {1, 1},
        [](const auto& w) {
            return square(relu(1.0 - (w[0] + 0.5 * w[1]))) + square(relu(1.0 + 0.3 * w[0] - 2.0 * w[1]));
        },
        [](const V& w) -> Derived {
            const double a = std::max(0.0, 1 - w[0] - 0.5 * w[1]),
                         b = std::max(0.0, 1 + 0.3 * w[0] - 2 * w[1]);
            return {{{-2, a}, {0.6, b}}, {{-1, a}, {-4, b}}};
        }));
    p.push_back(gradient(
        "two_layer_perceptron", {-1, -1, -1}, {1, 1, 1},
        [](const auto& w) { return 0.5 * square(0.8 - w[2] * tanh(w[0] * 1.7 + w[1])); },
        [](const V& w) -> Derived {
            const double h = std::tanh(1.7 * w[0] + w[1]), e = w[2] * h - 0.8;
            return {{{e, w[2], 1 - h * h, 1.7}}, {{e, w[2], 1 - h * h}}, {{e, h}}};
        }));
    p.push_back(gradient(
        "lstm_gates", {-1, -1, -1, -1, -1}, {1, 1, 1, 1, 1},  // input, forget, output, candidate; old cell
        [](const auto& w) {
            using T = Of<decltype(w)>;
            const double x = 1.3;
            const T cell = sigmoid(w[1] * x) * w[4] + sigmoid(w[0] * x) * tanh(w[3] * x);
            return sigmoid(w[2] * x) * tanh(cell);
        },
        [](const V& w) -> Derived {
            const double x = 1.3, i = logistic(w[0] * x), f = logistic(w[1] * x), o = logistic(w[2] * x),
                         g = std::tanh(w[3] * x), t = std::tanh(f * w[4] + i * g), dc = o * (1 - t * t);
            return {{{dc, g, i * (1 - i), x}},
                    {{dc, w[4], f * (1 - f), x}},
                    {{t, o * (1 - o), x}},
                    {{dc, i, 1 - g * g, x}},
                    {{dc, f}}};
        }));
    p.push_back(gradient(
        "silu_gate", {-3, -3}, {3, 3}, [](const auto& x) { return x[0] * sigmoid(x[0]) * x[1]; },
        [](const V& x) -> Derived {
            const double s = logistic(x[0]);
            return {{{s, x[1]}, {x[0], s, 1 - s, x[1]}}, {{x[0], s}}};
        }));
    p.push_back(gradient(
        "attention_over_three_values", {-1, -1, -1}, {1, 1, 1},
        [](const auto& z) {
            const auto weight = wengert::softmax(z);
            return 2.0 * weight[0] - 1.0 * weight[1] + 0.5 * weight[2];
        },
        [](const V& z) -> Derived {
            const double a = std::exp(z[0]), b = std::exp(z[1]), c = std::exp(z[2]), s = a + b + c,
                         y = (2 * a - b + 0.5 * c) / s;
            return {{{a / s, 2}, {a / s, -y}}, {{b / s, -1}, {b / s, -y}}, {{c / s, 0.5}, {c / s, -y}}};
        }));
    p.push_back(jacobian(
        "rms_normalisation", 3, {0.5, -2, 0.5}, {2, -0.5, 2},
        [](const auto& x) {
            using T = Of<decltype(x)>;
            const T root = sqrt((x[0] * x[0] + x[1] * x[1] + x[2] * x[2]) / 3.0);
            return std::vector<T>{x[0] / root, 2.0 * x[1] / root, 3.0 * x[2] / root};
        },
        [](const V& x) -> Derived {
            const double s = (x[0] * x[0] + x[1] * x[1] + x[2] * x[2]) / 3, r = std::sqrt(s);
            Derived d;
            for (std::size_t i = 0; i < 3; ++i)
                for (std::size_t j = 0; j < 3; ++j) {
                    const double gain = static_cast<double>(i + 1);
                    d.push_back({{-gain, x[i], x[j], 1 / (3 * s * r)}});
                    if (i == j) d.back().push_back({gain, 1 / r});
                }
            return d;
        }));
    return p;
}

inline std::vector<Problem> statistics() {
    std::vector<Problem> p;
    p.push_back(gradient(
        "gaussian_log_density", {-2, -1, 0.5}, {2, 1, 3},  // x, mean, deviation
        [](const auto& x) {
            return -0.5 * std::log(2 * std::numbers::pi) - log(x[2]) -
                   square(x[0] - x[1]) / (2.0 * x[2] * x[2]);
        },
        [](const V& x) -> Derived {
            const double z = (x[0] - x[1]) / x[2];
            return {{{-1, z, 1 / x[2]}}, {{z, 1 / x[2]}}, {{-1 / x[2]}, {z, z, 1 / x[2]}}};
        }));
    p.push_back(gradient(
        "bivariate_gaussian_by_cholesky", {-1, -1, 0.5, -1, 0.5}, {1, 1, 2, 1, 2},  // x, y, l11, l21, l22
        [](const auto& x) {
            using T = Of<decltype(x)>;
            const T u = x[0] / x[2], v = (x[1] - x[3] * u) / x[4];
            return -log(x[2]) - log(x[4]) - 0.5 * (u * u + v * v);
        },
        [](const V& x) -> Derived {
            const double a = x[2], b = x[3], c = x[4], u = x[0] / a, v = (x[1] - b * u) / c;
            return {{{-u, 1 / a}, {v, b, 1 / (a * c)}},
                    {{-v, 1 / c}},
                    {{-1 / a}, {u, u, 1 / a}, {-1, v, b, u / (a * c)}},
                    {{v, u, 1 / c}},
                    {{-1 / c}, {v, v, 1 / c}}};
        }));
    p.push_back(gradient(
        "gamma_log_density", {0.5, 0.5, 0.5}, {4, 3, 3},  // shape, rate, x
        [](const auto& x) {
            return x[0] * log(x[1]) - lgamma(x[0]) + (x[0] - 1.0) * log(x[2]) - x[1] * x[2];
        },
        [](const V& x) -> Derived {
            return {{{std::log(x[1])}, {-wengert::polygamma_value(0, x[0])}, {std::log(x[2])}},
                    {{x[0], 1 / x[1]}, {-x[2]}},
                    {{x[0] - 1, 1 / x[2]}, {-x[1]}}};
        }));
    p.push_back(gradient(
        "weibull_log_density", {0.7, 0.5, 0.3}, {3, 2, 2},  // shape, scale, x
        [](const auto& x) {
            using T = Of<decltype(x)>;
            const T z = x[2] / x[1];
            return log(x[0] / x[1]) + (x[0] - 1.0) * log(z) - pow(z, x[0]);
        },
        [](const V& x) -> Derived {
            const double k = x[0], l = x[1], z = x[2] / l, w = std::pow(z, k);
            return {{{1 / k}, {std::log(z)}, {-w, std::log(z)}},
                    {{-k, 1 / l}, {k, w, 1 / l}},
                    {{k - 1, 1 / x[2]}, {-k, w, 1 / x[2]}}};
        }));
    p.push_back(gradient(
        "kullback_leibler_of_two_gaussians", {-1, 0.5, -1, 0.5}, {1, 2, 1, 2},  // mean and deviation of each
        [](const auto& x) {
            return log(x[3] / x[1]) + (x[1] * x[1] + square(x[0] - x[2])) / (2.0 * x[3] * x[3]) - 0.5;
        },
        [](const V& x) -> Derived {
            const double d = x[0] - x[2], s = x[1], t = x[3];
            return {{{d, 1 / (t * t)}},
                    {{-1 / s}, {s, 1 / (t * t)}},
                    {{-d, 1 / (t * t)}},
                    {{1 / t}, {-1, s * s, 1 / (t * t * t)}, {-1, d * d, 1 / (t * t * t)}}};
        }));
    p.push_back(gradient(
        "entropy", {0.05, 0.05, 0.05}, {0.9, 0.9, 0.9},
        [](const auto& x) { return -(x[0] * log(x[0]) + x[1] * log(x[1]) + x[2] * log(x[2])); },
        [](const V& x) -> Derived {
            return {{{-1, std::log(x[0])}, {-1}}, {{-1, std::log(x[1])}, {-1}}, {{-1, std::log(x[2])}, {-1}}};
        }));
    p.push_back(gradient(
        "cosine_similarity", {0.5, -2, 0.5, 0.5}, {2, -0.5, 2, 2},
        [](const auto& x) { return (x[0] * x[2] + x[1] * x[3]) / (hypot(x[0], x[1]) * hypot(x[2], x[3])); },
        [](const V& x) -> Derived {
            const double m = std::hypot(x[0], x[1]), n = std::hypot(x[2], x[3]),
                         c = (x[0] * x[2] + x[1] * x[3]) / (m * n);
            return {{{x[2], 1 / (m * n)}, {-c, x[0], 1 / (m * m)}},
                    {{x[3], 1 / (m * n)}, {-c, x[1], 1 / (m * m)}},
                    {{x[0], 1 / (m * n)}, {-c, x[2], 1 / (n * n)}},
                    {{x[1], 1 / (m * n)}, {-c, x[3], 1 / (n * n)}}};
        }));
    return p;
}

}  // namespace textbook
