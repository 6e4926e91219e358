#include "recorded_network.hpp"

#include <utility>

namespace wengert::nn {

RecordedNetwork record(const Mlp<double>& model, std::span<const double> x) {
    RecordedNetwork network;
    network.parameters.resize(model.parameters().size());
    variables(model.parameters(), std::span<Value>(network.parameters));
    std::span<const Value> left = network.parameters;
    for (const Layer& layer : model.layers()) {
        RecordedLayer r{
            left.first(layer.weights()),
            left.subspan(layer.weights(), layer.biases()),
            left.subspan(layer.weights() + layer.biases(), layer.activation.parameters(layer.outputs)),
            std::vector<Value>(layer.outputs),
            {}};
        if (network.layers.empty())
            affine(r.weights, x, r.biases, std::span<Value>(r.z));
        else
            affine(r.weights, network.layers.back().a, r.biases, std::span<Value>(r.z));
        r.a = r.z;
        layer.activation(std::span<Value>(r.a), r.learned);
        network.layers.push_back(std::move(r));
        left = left.subspan(layer.parameters());
    }
    return network;
}

std::vector<double> grads(std::span<const Value> values) {
    std::vector<double> result;
    for (const Value& v : values) result.push_back(v.grad());
    return result;
}

std::vector<double> plain(std::span<const Value> values) {
    std::vector<double> result;
    for (const Value& v : values) result.push_back(v.value());
    return result;
}

}  // namespace wengert::nn
