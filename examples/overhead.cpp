// What the tape costs for a function of your own, and for an activation of your own beside tanh. Put yours in
// the places of `f` and `mine`.
#include <wengert/nn/nn.hpp>
#include <wengert/wengert.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
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
    function_of_your_own();
    activation_of_your_own();
    return 0;
}
