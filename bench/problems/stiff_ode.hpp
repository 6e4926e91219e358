// Robertson's reaction, y1' = -k1 y1 + k3 y2 y3, y2' = k1 y1 - k2 y2^2 - k3 y2 y3, y3' = k2 y2^2, over 40
// seconds by implicit Euler steps that grow, each solved by four of Newton's; y1 at the end is differentiated
// by the rates and the initial state. Source: H. H. Robertson, "The solution of a set of reaction rate
// equations" (1966), as in E. Hairer and G. Wanner, "Solving Ordinary Differential Equations II" (1996), ch.
// IV.1.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace bench::problems::stiff_ode {

struct Problem {
    static constexpr std::string_view name = "stiff ODE, implicit Euler";
    static constexpr bool full = true;
    static constexpr std::size_t steps = 40, iterations = 4;
    static constexpr double first_step = 1.3294e-3, growth = 1.25;  // 40 (growth - 1) / (growth^steps - 1)
    /// Of k1, k2, k3, y1, y2 and y3: the inputs are multiples of these.
    static constexpr double units[6] = {0.04, 3e7, 1e4, 1.0, 1e-4, 1.0};

    /// Robertson's own.
    std::vector<double> inputs() const { return {1.0, 1.0, 1.0, 1.0, 0.0, 0.0}; }

    template <class T> T operator()(std::span<const T> x) const {
        const Rates<T> rates = scaled_rates(x);
        State<T> y = scaled_state(x);
        double h = first_step;
        for (std::size_t n = 0; n < steps; ++n) {
            const State<T> from = y;
            for (std::size_t k = 0; k < iterations; ++k) {
                const State<T> step = newton(rates, from, y, h).step;
                y.a -= step.a;
                y.b -= step.b;
                y.c -= step.c;
            }
            h *= growth;
        }
        return y.a;
    }

    /// Back through Newton's steps as they were made. A step is y - s with M s = F(y), F = y - from - h f(y)
    /// and M = dF/dy; so with the derivative d by its result and e = M^-T d, `from` gets e, the rates get
    /// their part of F and of M, and y that of M alone, as d - M^T e is 0.
    double hand(std::span<const double> x, std::span<double> gradient) const {
        const Rates<double> rates = scaled_rates(x);
        std::array<Kept, steps * iterations> kept;
        std::array<double, steps> sizes;
        State<double> y = scaled_state(x);
        double h = first_step;
        for (std::size_t n = 0; n < steps; ++n) {
            const State<double> from = y;
            for (std::size_t k = 0; k < iterations; ++k) {
                const Newton<double> made = newton(rates, from, y, h);
                kept[n * iterations + k] = {y, made};
                y = {y.a - made.step.a, y.b - made.step.b, y.c - made.step.c};
            }
            sizes[n] = h;
            h *= growth;
        }
        Rates<double> to_rates{};
        State<double> d{1.0, 0.0, 0.0};
        for (std::size_t n = steps; n-- > 0;) {
            State<double> to_from{};
            for (std::size_t k = iterations; k-- > 0;)
                back(rates, kept[n * iterations + k], sizes[n], d, to_from, to_rates);
            d = {d.a + to_from.a, d.b + to_from.b, d.c + to_from.c};
        }
        const double derivatives[6] = {to_rates.k1, to_rates.k2, to_rates.k3, d.a, d.b, d.c};
        for (std::size_t i = 0; i < 6; ++i) gradient[i] = units[i] * derivatives[i];
        return y.a;
    }

private:
    template <class T> struct State {
        T a, b, c;  ///< y1, y2, y3
    };
    template <class T> struct Rates { T k1, k2, k3; };
    template <class T> static Rates<T> scaled_rates(std::span<const T> x) {
        return {T(units[0] * x[0]), T(units[1] * x[1]), T(units[2] * x[2])};
    }
    template <class T> static State<T> scaled_state(std::span<const T> x) {
        return {T(units[3] * x[3]), T(units[4] * x[4]), T(units[5] * x[5])};
    }

    /// A step s and the factors of M = L U by which it was found, with p = h k1, u = h k3 y2, v = h k3 y3 and
    /// g = 2 h k2 y2:
    ///     1 + p      -v      -u         1            1 + p  -v  -u
    ///       -p  1+g + v       u    =  l21   1               u22 u23
    ///        0       -g       1         0 l32   1               u33
    /// The columns of M sum to 1, with the diagonal above 0 alone: no pivoting is needed.
    template <class T> struct Newton {
        T u, v, u11, l21, u22, u23, l32, u33;
        State<T> step;
    };
    template <class T>
    static Newton<T> newton(const Rates<T>& rates, const State<T>& from, const State<T>& y, double h) {
        const T r1 = h * rates.k1 * y.a;
        const T k2y = h * rates.k2 * y.b;
        const T r2 = k2y * y.b;
        const T u = h * rates.k3 * y.b;
        const T v = h * rates.k3 * y.c;
        const T r3 = u * y.c;
        const T f1 = y.a - from.a + r1 - r3;
        const T f2 = y.b - from.b - r1 + r2 + r3;
        const T f3 = y.c - from.c - r2;

        const T p = h * rates.k1;
        const T g = 2.0 * k2y;
        const T u11 = 1.0 + p;
        const T l21 = -p / u11;
        const T u22 = 1.0 + g + v + l21 * v;
        const T u23 = u + l21 * u;
        const T l32 = -g / u22;
        const T u33 = 1.0 - l32 * u23;

        const T w2 = f2 - l21 * f1;
        const T w3 = f3 - l32 * w2;
        const T c = w3 / u33;
        const T b = (w2 - u23 * c) / u22;
        const T a = (f1 + v * b + u * c) / u11;
        return {u, v, u11, l21, u22, u23, l32, u33, {a, b, c}};
    }

    struct Kept {
        State<double> y;
        Newton<double> made;
    };
    /// Takes d from after a step to before it.
    static void back(const Rates<double>& rates, const Kept& kept, double h, State<double>& d,
                     State<double>& to_from, Rates<double>& to_rates) {
        const Newton<double>& m = kept.made;
        const State<double>&y = kept.y, &s = m.step;
        const double w1 = d.a / m.u11;
        const double w2 = (d.b + m.v * w1) / m.u22;
        const double e3 = (d.c + m.u * w1 - m.u23 * w2) / m.u33;
        const double e2 = w2 - m.l32 * e3;
        const double e1 = w1 - m.l21 * e2;
        to_from.a += e1;
        to_from.b += e2;
        to_from.c += e3;
        const double first = h * (e2 - e1), second = h * (e3 - e2);
        to_rates.k1 += first * (y.a - s.a);
        to_rates.k2 += second * y.b * (y.b - 2.0 * s.b);
        to_rates.k3 -= first * (y.b * y.c - y.b * s.c - y.c * s.b);
        d = {0.0, rates.k3 * first * s.c - 2.0 * rates.k2 * second * s.b, rates.k3 * first * s.b};
    }
};

}  // namespace bench::problems::stiff_ode
