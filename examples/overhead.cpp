// What the tape costs: statement by statement, for a function of your own, and for an activation of your own
// beside tanh: put yours in the places of `f` and `mine`. An argument: the steps of a long recording.
#include <wengert/nn/nn.hpp>
#include <wengert/wengert.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
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

// One after the other, so that the most memory held is the one's that ran last.
template <class Run> void long_recording(const char* how, const Run& run) {
    const auto start = std::chrono::steady_clock::now();
    const Value x = variable(0.8), y = run(x);
    y.backward();
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    std::printf("%-14s dy/dx %.6g, %.2f s, at most %.1f MB\n", how, x.grad(), time.count(),
                static_cast<double>(memory_peak()) / 1e6);
    clear();
}
void long_recordings(std::size_t steps) {
    std::printf("%zu steps of x <- 0.99 x + 0.01 sin(x)\n", steps);
    const auto step = [](const Value& x, std::size_t) { return Value(x * 0.99 + sin(x) * 0.01); };
    long_recording("checkpointed", [&](const Value& x) { return checkpointed(steps, x, step); });
    long_recording("plain", [&](Value x) {
        for (std::size_t k = 0; k < steps; ++k) x = step(x, k);
        return x;
    });
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

int main(int argc, char** argv) {
    long_recordings(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 100'000);
    statement_by_statement();
    function_of_your_own();
    activation_of_your_own();
    return 0;
}
