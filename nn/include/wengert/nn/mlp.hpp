// The multilayer perceptron: z_i = sum_j w_ij a_j + b_i, a' = g(z), layer by layer. It has no gradient code.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <wengert/nn/layer.hpp>

namespace wengert::nn {

/// Layers on top of each other, and their parameters as plain numbers in one flat array: layer by layer the
/// weights w_ij, row by row (i the destination neuron, j the origin), then the biases.
///
///     Mlp net({2, 16, 16, 1}, activation("relu"), activation("identity"));
///     Random random(1);
///     he(net, random);
///     net.predict(std::vector{0.3, -0.2});                    // one output
///
/// `forward` takes the parameters as an argument, in any scalar: that is all that an engine needs to
/// differentiate it.
template <class Real = double> class Mlp {
public:
    /// An input width and one width a layer; hidden layers share an activation. Throws Error without a layer,
    /// or with a width of 0.
    Mlp(const std::vector<std::size_t>& widths, const Activation& hidden, const Activation& output,
        Bias bias = Bias::per_neuron) {
        check_widths(widths);
        for (std::size_t l = 1; l < widths.size(); ++l)
            layers_.push_back({widths[l - 1], widths[l], l + 1 == widths.size() ? output : hidden, bias});
        parameters_.resize(count_parameters(layers_));
    }
    /// Each layer as one says. Throws Error if a layer's inputs are not the outputs of the one before.
    explicit Mlp(std::vector<Layer> layers) : layers_(std::move(layers)) {
        check_layers_fit(layers_);
        parameters_.resize(count_parameters(layers_));
    }

    std::size_t inputs() const { return layers_.front().inputs; }
    std::size_t outputs() const { return layers_.back().outputs; }
    const std::vector<Layer>& layers() const { return layers_; }
    std::span<Real> parameters() { return parameters_; }
    std::span<const Real> parameters() const { return parameters_; }
    /// The given numbers as parameters. Throws Error if they are not as many.
    void set_parameters(std::span<const Real> numbers) {
        check_count("Mlp::set_parameters", "parameters", numbers.size(), parameters_.size());
        parameters_.assign(numbers.begin(), numbers.end());
    }
    /// Where layer l's parameters begin: weights, then biases.
    std::size_t first_parameter(std::size_t l) const { return count_parameters(std::span(layers_).first(l)); }

    /// outputs = net(x) with these parameters. T is any scalar; the inputs are numbers of type T, or plain
    /// ones, which are passive. Throws Error if a size does not fit. Cost over Values: for each neuron two
    /// results, and a partial for each weight and each active input.
    template <class T, class X>
    void forward(std::span<const T> parameters, std::span<const X> x, std::span<T> outputs) const {
        run(parameters, x, outputs);
    }
    /// The same with parameters that are variables by reference: less memory to read.
    template <class S, class X>
    void forward(VariableSpan<S> parameters, std::span<const X> x, std::span<Reverse<S>> outputs) const {
        run(parameters, x, outputs);
    }
    /// The outputs for x, as plain numbers.
    std::vector<Real> predict(std::span<const Real> x) const {
        std::vector<Real> result(outputs());
        forward<Real, Real>(parameters_, x, result);
        return result;
    }

private:
    template <class P, class X, class T>
    void run(P parameters, std::span<const X> x, std::span<T> outputs) const {
        check_count("Mlp::forward", "parameters", parameters.size(), parameters_.size());
        check_count("Mlp::forward", "inputs", x.size(), inputs());
        check_count("Mlp::forward", "outputs", outputs.size(), this->outputs());
        std::vector<T> a, next;
        for (std::size_t l = 0; l < layers_.size(); ++l) {
            const Layer& layer = layers_[l];
            next.resize(layer.outputs);
            const std::span<T> out = l + 1 == layers_.size() ? outputs : std::span<T>(next);
            const auto own = parameters.first(layer.parameters());
            if (l == 0)
                layer.forward(own, x, out);
            else
                layer.forward(own, std::span<const T>(a), out);
            parameters = parameters.subspan(layer.parameters());
            a.swap(next);
        }
    }

    std::vector<Layer> layers_;
    std::vector<Real> parameters_;
};

}  // namespace wengert::nn
