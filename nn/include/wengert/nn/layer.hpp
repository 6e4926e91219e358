// One layer of neurons.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <wengert/nn/activation.hpp>

namespace wengert::nn {

/// One bias for each neuron, one that all neurons of the layer share (the lecture's), or none.
enum class Bias { per_neuron, shared, none };

/// a_i = g(sum_j w_ij x_j + b_i).
struct Layer {
    std::size_t inputs, outputs;
    Activation activation;
    Bias bias = Bias::per_neuron;
    double dropout = 0;   ///< in training, the share of a's that are 0; the others are divided by 1 - dropout
    bool frozen = false;  ///< training leaves its parameters as they are

    std::size_t weights() const { return inputs * outputs; }
    std::size_t biases() const { return bias == Bias::per_neuron ? outputs : bias == Bias::shared ? 1 : 0; }
    /// Weights, biases, and the activation's own.
    std::size_t parameters() const { return weights() + biases() + activation.parameters(outputs); }

    /// All sums first, then all activations: so each set of results has consecutive places on the tape.
    /// Parameters are any range of numbers: a span, or a VariableSpan. Throws Error if the
    /// sizes of x and out do not fit the weights, and what the activation throws; that there are
    /// parameters() parameters is for the caller to see to, as Mlp does.
    template <class P, class X, class T>
    void forward(const P& parameters, std::span<const X> x, std::span<T> out) const {
        affine(parameters.first(weights()), x, parameters.subspan(weights(), biases()), out);
        const auto own = parameters.subspan(weights() + biases(), activation.parameters(outputs));
        if constexpr (std::constructible_from<std::span<const T>, decltype(own)>) {
            activation(out, std::span<const T>(own));
        } else {
            std::vector<T> values;
            for (std::size_t k = 0; k < own.size(); ++k) values.emplace_back(own[k]);
            activation(out, std::span<const T>(values));
        }
    }
};

/// What the a's of all layers with dropout are multiplied by in training, for one sample at one step: 0, or
/// 1 / (1 - dropout). Of count_masks(layers) numbers, layer by layer. The same for the same seed, step and
/// sample, whoever asks, in whatever order. Source: Srivastava et al., 2014 (there scaled in evaluation).
void dropout_masks(std::span<const Layer> layers, std::uint64_t seed, std::uint64_t step,
                   std::uint64_t sample, std::span<double> masks);
std::size_t count_masks(std::span<const Layer> layers);
/// Throws Error for more than memory can have.
std::size_t count_parameters(std::span<const Layer> layers);
/// Throw Error, naming the place and both numbers.
void check_widths(std::span<const std::size_t> widths);
void check_layers_fit(std::span<const Layer> layers);
void check_layer(std::size_t l, std::size_t layers);
void check_count(const char* where, const char* what, std::size_t got, std::size_t wanted);

}  // namespace wengert::nn
