// What the tape costs: statement by statement, for a function of your own, and for an activation of your own
// beside tanh. Put yours in the places of `f` and `mine`.
#include <wengert/nn/nn.hpp>
#include <wengert/wengert.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <span>
#include <vector>

using namespace wengert;

namespace {

// The least time of a call, in ns: 200 batches of calls.
template <class F> double nanoseconds(const F& f) {
    using Clock = std::chrono::steady_clock;
    const auto time = [&](int calls) {
        const auto start = Clock::now();
        for (int k = 0; k < calls; ++k) f();
        return std::chrono::duration<double, std::nano>(Clock::now() - start).count() / calls;
    };
    const int calls = std::clamp(static_cast<int>(1e5 / time(1)), 1, 100'000);
    double least = time(calls);
    for (int k = 0; k < 200; ++k) least = std::min(least, time(calls));
    return least;
}

// 1,000 statements y_k = f(a_k, b_k): by doubles, and recorded and swept, inputs registered before.
template <class F> void statement(const char* text, const F& f) {
    constexpr std::size_t n = 1000;
    const std::vector<double> a(n, 0.7), b(n, 1.3);
    std::vector<double> y(n);
    const double plain = nanoseconds([&] {
        for (std::size_t k = 0; k < n; ++k) y[k] = f(a[k], b[k]);
        asm volatile("" ::"r"(y.data()) : "memory");  // y counts as used
    });
    const std::vector<Value> va = variables(a), vb = variables(b);
    std::vector<Value> vy(n);
    const std::vector<double> ones(n, 1.0);
    std::size_t bytes = 0;
    const double taped = nanoseconds([&] {
        const Recording scope;
        const std::size_t before = statistics().bytes;
        for (std::size_t k = 0; k < n; ++k) vy[k] = f(va[k], vb[k]);
        bytes = statistics().bytes - before;
        backward(std::span<const Value>(vy), std::span<const double>(ones));
    });
    std::printf("%-26s %6.2f ns %8.2f ns %4zu\n", text, plain / n, taped / n, bytes / n);
}
void statement_by_statement() {
    std::printf("%-26s %9s %11s %4s\n", "statement", "double", "Value", "bytes");
    statement("y = a + b", [](const auto& a, const auto& b) { return a + b; });
    statement("y = a * b", [](const auto& a, const auto& b) { return a * b; });
    statement("y = a / b", [](const auto& a, const auto& b) { return a / b; });
    statement("y = exp(a)", [](const auto& a, const auto&) { return exp(a); });
    statement("y = tanh(a)", [](const auto& a, const auto&) { return tanh(a); });
    statement("y = a * b + sin(a) / b", [](const auto& a, const auto& b) { return a * b + sin(a) / b; });
    clear();
}

void function_of_your_own() {
    const auto f = [](const auto& x) {
        auto sum = x[0];
        for (std::size_t k = 1; k < x.size(); ++k) sum += exp(-x[k]) * sin(x[k - 1] * x[k]);
        return sum;
    };
    const std::vector<double> at(100, 0.7);
    volatile double kept = 0.0;
    const double plain = nanoseconds([&] { kept = f(at); });
    const double taped = nanoseconds([&] { kept = gradient(f, at)[0]; });
    const std::vector<Value> x = variables(at);
    const Statistics before = statistics();
    kept = Value(f(x)).value();
    const Statistics after = statistics();
    std::printf("value %.0f ns, with its gradient %.0f ns: %.2f times; %zu results, %zu bytes of tape\n",
                plain, taped, taped / plain, after.values - before.values, after.bytes - before.bytes);
}

void long_recording() {
    const Value x = variable(0.8), rate = variable(3.2);
    const Value y =
        checkpointed(100'000, x, [rate](const Value& v, std::size_t) { return Value(rate * v * (1.0 - v)); });
    y.backward();
    std::printf("100,000 steps: dy/drate %.6f, at most %zu bytes of tape at a time\n", rate.grad(),
                statistics().peak_bytes);
    clear();
}

void activation_of_your_own() {
    const nn::Activation mine("mine", [](const auto& x) { return x / (1.0 + exp(-1.7 * x)); });
    std::printf("a neuron:    value  with gradient  bytes\n");
    for (const nn::Activation& activation : {mine, nn::activation("tanh")}) {
        const nn::ActivationCost cost = nn::cost(activation);
        std::printf("%-8s %6.1f ns      %6.1f ns %6.4g\n", activation.name().c_str(), cost.value_ns,
                    cost.gradient_ns, cost.tape_bytes);
    }
}

}  // namespace

int main() {
    statement_by_statement();
    function_of_your_own();
    long_recording();
    activation_of_your_own();
    return 0;
}
