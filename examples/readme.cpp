// What the README shows, in its order: a test holds its code to this file, and its output to this program's.
#include <wengert/wengert.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <span>
#include <vector>

using namespace wengert;

namespace {

void check_what_was_derived() {
    const auto f = [](const auto& w) { return log1p(exp(-(w[0] * 0.5 - w[1] * 2.0))); };
    const auto hand = [](const std::vector<double>& w) {
        const double s = 1 / (1 + std::exp(w[0] * 0.5 - w[1] * 2.0));
        return std::vector{-0.5 * s, -2.0 * s};
    };
    std::cout << check_gradient(f, std::vector{0.3, -0.2}, hand);
}

void what_a_recording_takes() {
    const auto cost_of = [](const auto& compute) {
        const Recording scope;
        const Statistics before = statistics();
        const Value y = compute();
        const Statistics after = statistics();
        std::printf("results: %zu, bytes of tape: %zu\n", after.values - before.values,
                    after.bytes - before.bytes);
        return y;
    };
    const std::vector<Value> x = variables(std::vector(1000, 0.5)), w = variables(std::vector(1000, 0.1));
    cost_of([&] { return x[0] * x[1] + sin(x[2]); });  // one statement
    cost_of([&] {
        Value sum = 0.0;
        for (std::size_t k = 0; k < 1000; ++k) sum += w[k] * x[k];
        return sum;
    });
    cost_of([&] { return dot(w, x); });
    clear();
}

template <class T> T kepler(const T& eccentric, const T& e) {
    using std::sin;  // std's for a double; a Value's is found beside its type
    return eccentric - e * sin(eccentric);
}

void differentiate_a_template() {
    const auto f = [](const auto& anomaly, const auto& e) { return kepler(anomaly, e); };
    const std::tuple at{1.0, 0.3};
    const auto [value, gradient] = value_and_gradient(f, at);
    const auto h = hessian(f, at);
    std::printf("kepler(1, 0.3) = %.6f, by anomaly %.6f, by e %.6f\n", value, std::get<0>(gradient),
                std::get<1>(gradient));
    std::printf("second derivatives %.6f, %.6f, %.6f\n", h(0, 0), h(0, 1), h(1, 1));
}

template <class T> struct Camera {
    T focal, distortion;
    std::array<T, 2> centre;
    static auto visit(auto& self, auto&& visitor) {
        return visitor(self.focal, self.distortion, self.centre);
    }
};

void a_derivative_of_a_gradient() {
    const auto f = [](const auto& x) { return x[0] * x[0] * sin(x[1]); };
    const std::vector<Value> x = variables(std::vector{3.0, 0.5});
    const std::vector<Value> g = gradient(f, x);  // Values: they differentiate again
    const Value steepness = square(g[0]) + square(g[1]);
    steepness.backward();
    std::printf("%.6f, by x %.6f %.6f\n", steepness.value(), x[0].grad(), x[1].grad());
    clear();
}

void by_a_struct() {
    const auto project = [](const auto& camera) {
        const double x = 0.1, y = -0.2, r2 = x * x + y * y;
        const auto scale = camera.focal * (1.0 + camera.distortion * r2);
        return square(scale * x + camera.centre[0]) + square(scale * y + camera.centre[1]);
    };
    const Camera<double> g = gradient(project, Camera<double>{2.0, 0.1, {0.3, 0.4}});
    std::printf("by focal %.6f, distortion %.6f, centre %.6f %.6f\n", g.focal, g.distortion, g.centre[0],
                g.centre[1]);
}

void a_block_of_ones_own() {
    // a x^3 = 1, solved by Newton's iteration in plain numbers; dx/da = -x / (3 a)
    const auto forward = [](std::span<const double> a) {
        double x = 1;
        for (int k = 0; k < 50; ++k) x -= (a[0] * x * x * x - 1) / (3 * a[0] * x * x);
        return std::vector{x};
    };
    const auto vjp = [](std::span<const double> a, std::span<const double> x, std::span<const double> w) {
        return std::vector{-w[0] * x[0] / (3 * a[0])};
    };
    const auto root = [&](const auto& a) { return external(a, forward, vjp)[0]; };
    std::printf("%.6f\n", gradient(root, std::vector{8.0})[0]);
    std::cout << (check_gradient(root, std::vector{8.0}).ok() ? "the referee agrees\n" : "wrong\n");
}

void a_batch() {
    const std::vector<Value> w = variables(std::vector{0.5, -0.25});
    std::vector<double> gradient(w.size());
    for (const double x : {1.0, 2.0, 3.0}) {
        const Recording sample;  // rewinds when it ends
        const Value loss = square(w[0] * x + w[1] - 1.0);
        backward_to(sample.start(), loss, gradient);  // adds to it
    }
    std::printf("%.6f %.6f\n", gradient[0], gradient[1]);
    clear();
}

void misuse() {
    const Value x = variable(1.0);
    const auto start = mark();
    const Value y = x * x;
    rewind(start);
    try {
        y.backward();
    } catch (const Error& e) {
        std::cout << e.what() << '\n';
    }
    clear();
}

}  // namespace

int main() {
    check_what_was_derived();
    what_a_recording_takes();
    differentiate_a_template();
    a_derivative_of_a_gradient();
    by_a_struct();
    a_block_of_ones_own();
    a_batch();
    misuse();
}
