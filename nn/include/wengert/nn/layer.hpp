// One layer of neurons.
#pragma once

#include <cstddef>
#include <span>
#include <string>
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

    std::size_t weights() const { return inputs * outputs; }
    std::size_t biases() const { return bias == Bias::per_neuron ? outputs : bias == Bias::shared ? 1 : 0; }
    std::size_t parameters() const { return weights() + biases(); }

    /// All sums first, then all activations: so each set of results has consecutive places on the tape.
    /// Parameters are any range of numbers: a span, or a VariableSpan. Throws Error if the
    /// sizes of x and out do not fit the weights, and what the activation throws; that there are
    /// parameters() parameters is for the caller to see to, as Mlp does.
    template <class P, class X, class T>
    void forward(const P& parameters, std::span<const X> x, std::span<T> out) const {
        affine(parameters.first(weights()), x, parameters.subspan(weights(), biases()), out);
        activation(out);
    }
};

/// Throws Error for more than memory can have.
std::size_t count_parameters(std::span<const Layer> layers);
/// Throw Error, naming the place and both numbers.
void check_widths(std::span<const std::size_t> widths);
void check_layers_fit(std::span<const Layer> layers);
void check_count(const char* where, const char* what, std::size_t got, std::size_t wanted);

}  // namespace wengert::nn
