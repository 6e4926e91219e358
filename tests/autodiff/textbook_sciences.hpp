// Physics, chemistry, finance and geometry, with their gradients as derived on paper.
#pragma once

#include "textbook_gradients.hpp"

namespace textbook {

inline std::vector<Problem> sciences() {
    std::vector<Problem> p;
    p.push_back(gradient(
        "kepler", {0.2, 0.05}, {3, 0.9}, [](const auto& x) { return x[0] - x[1] * sin(x[0]); },
        [](const V& x) -> Derived {
            return {{{1}, {-x[1], std::cos(x[0])}}, {{-std::sin(x[0])}}};
        }));
    p.push_back(gradient(
        "black_scholes_greeks", {80, 80, 0.01, 0.1, 0.3}, {120, 120, 0.1, 0.5, 2},  // S, K, r, sigma, T
        [](const auto& x) {
            using T = Of<decltype(x)>;
            const T root = x[3] * sqrt(x[4]);
            const T d1 = (log(x[0] / x[1]) + (x[2] + 0.5 * x[3] * x[3]) * x[4]) / root;
            const auto normal = [](const T& z) { return T(0.5 * erfc(-std::sqrt(0.5) * z)); };
            return x[0] * normal(d1) - x[1] * exp(-x[2] * x[4]) * normal(T(d1 - root));
        },
        [](const V& x) -> Derived {
            const double r = x[2], s = x[3], t = x[4], root = s * std::sqrt(t),
                         d1 = (std::log(x[0] / x[1]) + (r + s * s / 2) * t) / root, d2 = d1 - root;
            const auto normal = [](double z) { return 0.5 * std::erfc(-std::sqrt(0.5) * z); };
            const double density = std::exp(-d1 * d1 / 2) / std::sqrt(2 * std::numbers::pi);
            return {{{normal(d1)}},
                    {{-1, std::exp(-r * t), normal(d2)}},
                    {{x[1], t, std::exp(-r * t), normal(d2)}},
                    {{x[0], density, std::sqrt(t)}},
                    {{x[0], density, s / (2 * std::sqrt(t))}, {r, x[1], std::exp(-r * t), normal(d2)}}};
        }));
    p.push_back(gradient(
        "lennard_jones", {0.9, 0.5, 0.8}, {2, 2, 1.2},  // r, epsilon, sigma
        [](const auto& x) { return 4.0 * x[1] * (pow(x[2] / x[0], 12) - pow(x[2] / x[0], 6)); },
        [](const V& x) -> Derived {
            const double r = x[0], e = x[1], s = x[2], six = std::pow(s / r, 6);
            return {{{-48, e, six * six, 1 / r}, {24, e, six, 1 / r}},
                    {{4, six, six}, {-4, six}},
                    {{48, e, six * six, 1 / s}, {-24, e, six, 1 / s}}};
        }));
    p.push_back(gradient(
        "coulomb_energy", {-1, -1, 2, 2}, {1, 1, 4, 4},
        [](const auto& x) { return 1.7 / hypot(x[0] - x[2], x[1] - x[3]); },
        [](const V& x) -> Derived {
            const double a = x[0] - x[2], b = x[1] - x[3], cube = std::pow(std::hypot(a, b), -3);
            return {{{-1.7, a, cube}}, {{-1.7, b, cube}}, {{1.7, a, cube}}, {{1.7, b, cube}}};
        }));
    p.push_back(gradient(
        "michaelis_menten", {0.5, 0.2, 0.1}, {3, 2, 5},  // V, K, s
        [](const auto& x) { return x[0] * x[2] / (x[1] + x[2]); },
        [](const V& x) -> Derived {
            const double n = 1 / (x[1] + x[2]);
            return {{{x[2], n}}, {{-x[0], x[2], n * n}}, {{x[0], n}, {-x[0], x[2], n * n}}};
        }));
    p.push_back(gradient(
        "logistic_growth", {5, 0.2, 1}, {20, 1, 4},  // capacity, rate, start, at time 2
        [](const auto& x) { return x[0] / (1.0 + (x[0] - x[2]) / x[2] * exp(-2.0 * x[1])); },
        [](const V& x) -> Derived {
            const double k = x[0], e = std::exp(-2 * x[1]), q = k / x[2] - 1, n = 1 / (1 + q * e);
            return {
                {{n}, {-k, n * n, e, 1 / x[2]}}, {{2, k, q, e, n * n}}, {{k, n * n, e, k / (x[2] * x[2])}}};
        }));
    p.push_back(gradient(
        "pendulum_energy", {0.5, 0.5, -3, -2}, {2, 2, 3, 2},  // mass, length, angle, angular velocity
        [](const auto& x) {
            return 0.5 * x[0] * square(x[1] * x[3]) + 9.81 * x[0] * x[1] * (1.0 - cos(x[2]));
        },
        [](const V& x) -> Derived {
            const double m = x[0], l = x[1], w = x[3], h = 1 - std::cos(x[2]);
            return {{{0.5, l * l, w * w}, {9.81, l, h}},
                    {{m, l, w * w}, {9.81, m, h}},
                    {{9.81, m, l, std::sin(x[2])}},
                    {{m, l * l, w}}};
        }));
    p.push_back(gradient(
        "van_der_waals_pressure", {1, 250, 0.02}, {3, 400, 0.1},  // n, T, V
        [](const auto& x) {
            return 8.314 * x[0] * x[1] / (x[2] - 4e-5 * x[0]) - 0.14 * x[0] * x[0] / (x[2] * x[2]);
        },
        [](const V& x) -> Derived {
            const double n = x[0], t = x[1], v = x[2], f = 1 / (v - 4e-5 * n);
            return {{{8.314, t, f}, {8.314, n, t, 4e-5, f * f}, {-0.28, n, 1 / (v * v)}},
                    {{8.314, n, f}},
                    {{-8.314, n, t, f * f}, {0.28, n * n, 1 / (v * v * v)}}};
        }));
    p.push_back(gradient(
        "range_of_a_throw", {5, 0.2}, {30, 1.3},
        [](const auto& x) { return x[0] * x[0] * sin(2.0 * x[1]) / 9.81; },
        [](const V& x) -> Derived {
            return {{{2, x[0], std::sin(2 * x[1]), 1 / 9.81}},
                    {{2, x[0] * x[0], std::cos(2 * x[1]), 1 / 9.81}}};
        }));
    p.push_back(gradient(
        "snell_refraction", {0.1, 1.2}, {0.9, 1.8}, [](const auto& x) { return asin(sin(x[0]) / x[1]); },
        [](const V& x) -> Derived {
            const double s = std::sin(x[0]) / x[1], root = std::sqrt(1 - s * s);
            return {{{std::cos(x[0]), 1 / x[1], 1 / root}}, {{-s, 1 / x[1], 1 / root}}};
        }));
    p.push_back(gradient(
        "rosenbrock", {-2, -2, -2}, {2, 2, 2},
        [](const auto& x) {
            return 100.0 * square(x[1] - x[0] * x[0]) + square(1.0 - x[0]) +
                   100.0 * square(x[2] - x[1] * x[1]) + square(1.0 - x[1]);
        },
        [](const V& x) -> Derived {
            const double a = x[1] - x[0] * x[0], b = x[2] - x[1] * x[1];
            return {
                {{-400, x[0], a}, {-2, 1 - x[0]}}, {{200, a}, {-400, x[1], b}, {-2, 1 - x[1]}}, {{200, b}}};
        }));
    p.push_back(gradient(
        "ackley", {-2, -2}, {2, 2},
        [](const auto& x) {
            constexpr double turn = 2 * std::numbers::pi;
            return -20.0 * exp(-0.2 * sqrt(0.5 * (x[0] * x[0] + x[1] * x[1]))) -
                   exp(0.5 * (cos(turn * x[0]) + cos(turn * x[1])));
        },
        [](const V& x) -> Derived {
            constexpr double turn = 2 * std::numbers::pi;
            const double r = std::sqrt(0.5 * (x[0] * x[0] + x[1] * x[1])), a = std::exp(-0.2 * r),
                         b = std::exp(0.5 * (std::cos(turn * x[0]) + std::cos(turn * x[1])));
            return {{{2, a, x[0], 1 / r}, {std::numbers::pi, b, std::sin(turn * x[0])}},
                    {{2, a, x[1], 1 / r}, {std::numbers::pi, b, std::sin(turn * x[1])}}};
        }));
    return p;
}

inline std::vector<Problem> geometry() {
    std::vector<Problem> p;
    p.push_back(jacobian(
        "polar_coordinates", 2, {0.5, 0.1}, {3, 6},
        [](const auto& x) {
            using T = Of<decltype(x)>;
            return std::vector<T>{x[0] * cos(x[1]), x[0] * sin(x[1])};
        },
        [](const V& x) -> Derived {
            const double c = std::cos(x[1]), s = std::sin(x[1]);
            return {{{c}}, {{-x[0], s}}, {{s}}, {{x[0], c}}};
        }));
    p.push_back(jacobian(
        "spherical_coordinates", 3, {0.5, 0.2, 0.1}, {3, 2.9, 6},
        [](const auto& x) {
            using T = Of<decltype(x)>;
            return std::vector<T>{x[0] * sin(x[1]) * cos(x[2]), x[0] * sin(x[1]) * sin(x[2]),
                                  x[0] * cos(x[1])};
        },
        [](const V& x) -> Derived {
            const double r = x[0], s = std::sin(x[1]), c = std::cos(x[1]), u = std::sin(x[2]),
                         v = std::cos(x[2]);
            return {{{s, v}},    {{r, c, v}}, {{-r, s, u}}, {{s, u}}, {{r, c, u}},
                    {{r, s, v}}, {{c}},       {{-r, s}},    {}};
        }));
    p.push_back(jacobian(
        "rotation_matrix_by_angle", 4, {-3, 0.5}, {3, 2},  // scaled, its entries row by row
        [](const auto& x) {
            using T = Of<decltype(x)>;
            return std::vector<T>{x[1] * cos(x[0]), -x[1] * sin(x[0]), x[1] * sin(x[0]), x[1] * cos(x[0])};
        },
        [](const V& x) -> Derived {
            const double c = std::cos(x[0]), s = std::sin(x[0]);
            return {{{-x[1], s}}, {{c}}, {{-x[1], c}}, {{-s}}, {{x[1], c}}, {{s}}, {{-x[1], s}}, {{c}}};
        }));
    p.push_back(jacobian(
        "rotated_vector_by_yaw_pitch_roll", 3, {-1.5, -1.2, -1.5},
        {1.5, 1.2, 1.5},  // Rz(a) Ry(b) Rx(c) (1, 2, 3)
        [](const auto& x) {
            using T = Of<decltype(x)>;
            const T y = 2.0 * cos(x[2]) - 3.0 * sin(x[2]), z = 2.0 * sin(x[2]) + 3.0 * cos(x[2]);
            const T u = cos(x[1]) + z * sin(x[1]), w = z * cos(x[1]) - sin(x[1]);
            return std::vector<T>{u * cos(x[0]) - y * sin(x[0]), u * sin(x[0]) + y * cos(x[0]), w};
        },
        [](const V& x) -> Derived {
            const double ca = std::cos(x[0]), sa = std::sin(x[0]), cb = std::cos(x[1]), sb = std::sin(x[1]),
                         cc = std::cos(x[2]), sc = std::sin(x[2]);
            const double y = 2 * cc - 3 * sc, z = 2 * sc + 3 * cc, u = cb + z * sb, w = z * cb - sb;
            return {{{-u, sa}, {-y, ca}},
                    {{w, ca}},
                    {{y, sb, ca}, {z, sa}},
                    {{u, ca}, {-y, sa}},
                    {{w, sa}},
                    {{y, sb, sa}, {-z, ca}},
                    {},
                    {{-z, sb}, {-cb}},
                    {{y, cb}}};
        }));
    p.push_back(gradient(
        "quadratic_form", {-2, -2, -2}, {2, 2, 2},  // x^T A x, A not symmetric
        [](const auto& x) {
            return x[0] * (2.0 * x[0] + 1.0 * x[1] - 3.0 * x[2]) +
                   x[1] * (4.0 * x[0] - 1.0 * x[1] + 0.5 * x[2]) +
                   x[2] * (1.0 * x[0] + 2.5 * x[1] + 3.0 * x[2]);
        },
        [](const V& x) -> Derived {
            return {{{4, x[0]}, {5, x[1]}, {-2, x[2]}},
                    {{5, x[0]}, {-2, x[1]}, {3, x[2]}},
                    {{-2, x[0]}, {3, x[1]}, {6, x[2]}}};
        }));
    p.push_back(gradient(
        "determinant_3x3", {-1, -1, -1, -1, -1, -1, -1, -1, -1}, {1, 1, 1, 1, 1, 1, 1, 1, 1},
        [](const auto& a) {
            return a[0] * (a[4] * a[8] - a[5] * a[7]) - a[1] * (a[3] * a[8] - a[5] * a[6]) +
                   a[2] * (a[3] * a[7] - a[4] * a[6]);
        },
        [](const V& a) -> Derived {
            Derived d;
            for (std::size_t i = 0; i < 3; ++i)
                for (std::size_t j = 0; j < 3; ++j) {
                    const auto at = [&](std::size_t k, std::size_t l) {
                        return a[3 * ((i + k) % 3) + (j + l) % 3];
                    };
                    d.push_back({{at(1, 1), at(2, 2)}, {-1, at(1, 2), at(2, 1)}});
                }
            return d;
        }));
    p.push_back(gradient(
        "trace_of_an_inverse", {1, -0.5, -0.5, 1}, {3, 0.5, 0.5, 3},
        [](const auto& a) { return (a[0] + a[3]) / (a[0] * a[3] - a[1] * a[2]); },
        [](const V& a) -> Derived {
            const double t = a[0] + a[3], d = a[0] * a[3] - a[1] * a[2];
            return {{{1 / d}, {-t, a[3], 1 / (d * d)}},
                    {{t, a[2], 1 / (d * d)}},
                    {{t, a[1], 1 / (d * d)}},
                    {{1 / d}, {-t, a[0], 1 / (d * d)}}};
        }));
    p.push_back(gradient(
        "law_of_cosines", {1, 1, 0.3}, {3, 3, 2.8},
        [](const auto& x) { return sqrt(x[0] * x[0] + x[1] * x[1] - 2.0 * x[0] * x[1] * cos(x[2])); },
        [](const V& x) -> Derived {
            const double a = x[0], b = x[1], cosine = std::cos(x[2]),
                         c = std::sqrt(a * a + b * b - 2 * a * b * cosine);
            return {{{a, 1 / c}, {-b, cosine, 1 / c}},
                    {{b, 1 / c}, {-a, cosine, 1 / c}},
                    {{a, b, std::sin(x[2]), 1 / c}}};
        }));
    p.push_back(gradient(
        "haversine_distance", {-1, -1, 0.3}, {1, 1, 2},  // two latitudes, difference of longitudes
        [](const auto& x) {
            return 2.0 * asin(sqrt(square(sin(0.5 * (x[1] - x[0]))) +
                                   cos(x[0]) * cos(x[1]) * square(sin(0.5 * x[2]))));
        },
        [](const V& x) -> Derived {
            const double half = std::sin((x[1] - x[0]) / 2), turn = std::sin(x[2] / 2),
                         h = half * half + std::cos(x[0]) * std::cos(x[1]) * turn * turn,
                         f = 1 / std::sqrt(h * (1 - h)), twist = half * std::cos((x[1] - x[0]) / 2);
            return {{{-f, twist}, {-f, std::sin(x[0]), std::cos(x[1]), turn * turn}},
                    {{f, twist}, {-f, std::cos(x[0]), std::sin(x[1]), turn * turn}},
                    {{f, std::cos(x[0]), std::cos(x[1]), turn, std::cos(x[2] / 2)}}};
        }));
    return p;
}

}  // namespace textbook
