// A network of Values in which whatever lies between has a name: every z and every a.
#pragma once

#include <span>
#include <vector>

#include <wengert/nn/mlp.hpp>

namespace wengert::nn {

struct RecordedLayer {
    // Of the network's parameters; the last by the activation.
    std::span<const Value> weights, biases, learned;
    std::vector<Value> z, a;
};
struct RecordedNetwork {
    std::vector<Value> parameters;
    std::vector<RecordedLayer> layers;
};
/// Forward, as Mlp does it, with the model's parameters as variables. For a model and an x that fit.
RecordedNetwork record(const Mlp<double>& model, std::span<const double> x);

/// grad() of each, and the plain number.
std::vector<double> grads(std::span<const Value> values);
std::vector<double> plain(std::span<const Value> values);

}  // namespace wengert::nn
