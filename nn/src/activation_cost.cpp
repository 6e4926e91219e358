#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <span>
#include <vector>

#include <wengert/nn/activation_facts.hpp>
#include <wengert/nn/random.hpp>

namespace wengert::nn {
namespace {

constexpr std::size_t neurons = 256;

// Of one call: the median of some repetitions, none shorter than a millisecond.
template <class F> double nanoseconds(const F& f) {
    using Clock = std::chrono::steady_clock;
    constexpr int at_once = 8;
    std::array<double, 9> times{};
    for (double& t : times) {
        double calls = 0;
        Clock::duration passed{};
        const auto start = Clock::now();
        do {
            for (int k = 0; k < at_once; ++k) f();
            calls += at_once;
            passed = Clock::now() - start;
        } while (passed < std::chrono::milliseconds(1));
        t = std::chrono::duration<double, std::nano>(passed).count() / calls;
    }
    std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
    return times[times.size() / 2];
}

}  // namespace

ActivationCost cost(const Activation& activation) {
    std::vector<double> numbers(neurons), initial;
    Random random(1);
    for (double& x : numbers) x = random.normal();
    while (initial.size() < activation.parameters(neurons))
        initial.insert(initial.end(), activation.initial().begin(), activation.initial().end());

    std::vector<double> plain(neurons);
    const double value = nanoseconds([&] {
        plain = numbers;
        activation(std::span(plain), std::span<const double>(initial));
    });

    const Recording<> scope;
    const std::vector<Value> sums = variables(numbers), parameters = variables(initial);
    std::vector<Value> z(neurons);
    const auto record = [&] {
        z = sums;
        activation(std::span(z), std::span<const Value>(parameters));
    };
    const auto bytes = [&] {
        const Recording<> layer;
        const std::size_t before = statistics().bytes;
        record();
        return static_cast<double>(statistics().bytes - before);
    }();

    std::vector<double> below(statistics().values);
    std::vector<Tape<double>::Seed> seeds(neurons);
    const double gradient = nanoseconds([&] {
        const Recording<> layer;
        record();
        for (std::size_t k = 0; k < neurons; ++k) seeds[k] = {z[k].id(), 1.0};
        tape<double>.backward_to(layer.start(), seeds, below);
    });
    constexpr auto each = static_cast<double>(neurons);
    return {value / each, gradient / each, bytes / each};
}

}  // namespace wengert::nn
