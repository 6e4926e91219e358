#include <wengert/nn/perceptron.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <wengert/error.hpp>
#include <wengert/nn/layer.hpp>
#include <wengert/nn/random.hpp>
#include <wengert/nn/synthetic.hpp>

namespace wengert::nn {
namespace {

void check_samples(const Perceptron& perceptron, const Dataset& data) {
    data.validate();
    if (data.labels.empty() || data.class_count > 2)
        fail("a perceptron learns samples of class 0 or 1: these have " + std::to_string(data.class_count) +
             " classes");
    check_count("a perceptron", "inputs a sample", data.width, perceptron.weights().size());
}
void check_rate_of(double rate) {
    if (!(rate > 0) || std::isinf(rate))
        fail("a perceptron's rate is a positive number, it was " + std::to_string(rate));
}

std::size_t right_of(const Perceptron& perceptron, const Dataset& data) {
    std::vector<double> x(data.width);
    std::size_t right = 0;
    for (std::size_t i = 0; i < data.size(); ++i) {
        data.input(i, x);
        right += perceptron.predict(x) == data.label(i);
    }
    return right;
}

// One pass; returns its mistakes. `moved` hears of each, once it is corrected.
template <class Moved>
std::size_t pass(Perceptron& perceptron, const Dataset& data, double rate, const Moved& moved) {
    std::size_t mistakes = 0;
    std::vector<double> x(data.width);
    for (std::size_t i = 0; i < data.size(); ++i) {
        data.input(i, x);
        if (!perceptron.learn(x, data.label(i), rate)) continue;
        ++mistakes;
        moved();
    }
    return mistakes;
}

}  // namespace

Perceptron::Perceptron(std::size_t inputs) : Perceptron(std::vector<double>(inputs), 0) {}

Perceptron::Perceptron(std::vector<double> weights, double bias) : weights_(std::move(weights)), bias_(bias) {
    if (weights_.empty()) fail("a perceptron needs an input, it got none");
}

int Perceptron::predict(std::span<const double> x) const {
    check_count("a perceptron", "inputs", x.size(), weights_.size());
    double z = bias_;
    for (std::size_t j = 0; j < x.size(); ++j) z += weights_[j] * x[j];
    return z >= 0 ? 1 : 0;
}

bool Perceptron::learn(std::span<const double> x, int y, double rate) {
    const int error = y - predict(x);
    if (error == 0) return false;
    for (std::size_t j = 0; j < x.size(); ++j) weights_[j] += rate * error * x[j];
    bias_ += rate * error;
    return true;
}

std::size_t count_right(const Perceptron& perceptron, const Dataset& data) {
    check_samples(perceptron, data);
    return right_of(perceptron, data);
}

std::vector<PerceptronEpoch> learn(Perceptron& perceptron, const Dataset& data, double rate,
                                   std::size_t most_epochs) {
    check_samples(perceptron, data);
    check_rate_of(rate);
    std::vector<PerceptronEpoch> epochs;
    while (epochs.size() < most_epochs && (epochs.empty() || epochs.back().mistakes != 0)) {
        const std::size_t mistakes = pass(perceptron, data, rate, [] {});
        const auto weights = perceptron.weights();
        epochs.push_back(
            {{weights.begin(), weights.end()}, perceptron.bias(), mistakes, right_of(perceptron, data)});
    }
    return epochs;
}

std::size_t most_right(const Dataset& data, double rate, std::size_t starts, std::size_t epochs) {
    std::size_t most = 0;
    check_rate_of(rate);
    for (std::size_t seed = 1; seed <= starts; ++seed) {
        Random random(seed);
        std::vector<double> weights(data.width);
        for (double& w : weights) w = random.uniform(-1, 1);
        Perceptron perceptron(std::move(weights), random.uniform(-1, 1));
        most = std::max(most, count_right(perceptron, data));
        const auto look = [&] { most = std::max(most, right_of(perceptron, data)); };
        for (std::size_t k = 0; k < epochs && pass(perceptron, data, rate, look) != 0; ++k) {}
    }
    return most;
}

Dataset truth_table(const std::array<int, 4>& classes) {
    Dataset table = xor_table();
    table.labels.assign(classes.begin(), classes.end());
    table.validate();
    return table;
}

}  // namespace wengert::nn
