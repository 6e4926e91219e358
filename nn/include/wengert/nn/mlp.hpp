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
/// weights w_ij, row by row (i the destination neuron, j the origin), then the biases, then what the
/// activation learns. The latter begin as the activation says, all others as 0.
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
        begin();
    }
    /// Each layer as one says. Throws Error if a layer's inputs are not the outputs of the one before, or for
    /// a dropout that is none.
    explicit Mlp(std::vector<Layer> layers) : layers_(std::move(layers)) {
        check_layers_fit(layers_);
        begin();
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
    /// Where layer l's parameters begin: weights, then biases, then those of its activation.
    std::size_t first_parameter(std::size_t l) const { return count_parameters(std::span(layers_).first(l)); }
    /// Layer l's parameters alone.
    std::span<Real> parameters(std::size_t l) {
        return parameters().subspan(first_parameter(l), layers_[l].parameters());
    }
    std::span<const Real> parameters(std::size_t l) const {
        return parameters().subspan(first_parameter(l), layers_[l].parameters());
    }
    /// Training leaves layer l (from 0) as it is, or no longer does. Throws Error if there is no such layer.
    void freeze(std::size_t l, bool frozen = true) {
        check_layer(l, layers_.size());
        layers_[l].frozen = frozen;
    }

    /// outputs = net(x) with these parameters. T is any scalar; the inputs are numbers of type T, or plain
    /// ones, which are passive. In training, masks are what dropout_masks made; otherwise there are none, and
    /// no dropout. Throws Error if a size does not fit. Cost over Values: for each neuron two results, and a
    /// partial for each weight and each active input.
    template <class T, class X> void forward(std::span<const T> parameters, std::span<const X> x,
                                             std::span<T> outputs, std::span<const double> masks = {}) const {
        run(parameters, x, outputs, masks);
    }
    /// The same with parameters that are variables by reference: less memory to read. Those of frozen layers
    /// are taken as plain numbers.
    template <class S, class X> void forward(VariableSpan<S> parameters, std::span<const X> x,
                                             std::span<Reverse<S>> outputs,
                                             std::span<const double> masks = {}) const {
        run(parameters, x, outputs, masks);
    }
    /// The outputs for x, as plain numbers.
    std::vector<Real> predict(std::span<const Real> x) const {
        std::vector<Real> result(outputs());
        forward<Real, Real>(parameters_, x, result);
        return result;
    }

private:
    void begin() {
        parameters_.reserve(count_parameters(layers_));
        for (const Layer& layer : layers_) {
            parameters_.resize(parameters_.size() + layer.weights() + layer.biases());
            const std::vector<double>& initial = layer.activation.initial();
            for (std::size_t k = 0; k < layer.activation.parameters(layer.outputs); ++k)
                parameters_.push_back(static_cast<Real>(initial[k % initial.size()]));
        }
    }

    template <class P, class X, class T>
    void run(P parameters, std::span<const X> x, std::span<T> outputs, std::span<const double> masks) const {
        check_count("Mlp::forward", "parameters", parameters.size(), parameters_.size());
        check_count("Mlp::forward", "inputs", x.size(), inputs());
        check_count("Mlp::forward", "outputs", outputs.size(), this->outputs());
        if (!masks.empty()) check_count("Mlp::forward", "masks", masks.size(), count_masks(layers_));
        std::vector<T> a, next;
        for (std::size_t l = 0; l < layers_.size(); ++l) {
            const Layer& layer = layers_[l];
            next.resize(layer.outputs);
            const std::span<T> out = l + 1 == layers_.size() ? outputs : std::span<T>(next);
            const auto own = parameters.first(layer.parameters());
            if (l == 0)
                through(layer, own, x, out);
            else
                through(layer, own, std::span<const T>(a), out);
            if (!masks.empty() && layer.dropout > 0) {
                for (std::size_t i = 0; i < out.size(); ++i) out[i] = T(out[i] * T(masks[i]));
                masks = masks.subspan(out.size());
            }
            parameters = parameters.subspan(layer.parameters());
            a.swap(next);
        }
    }
    template <class P, class X, class T>
    static void through(const Layer& layer, const P& own, std::span<const X> x, std::span<T> out) {
        if constexpr (requires { own.numbers(); }) {
            if (layer.frozen) return layer.forward(own.numbers(), x, out);
        }
        layer.forward(own, x, out);
    }

    std::vector<Layer> layers_;
    std::vector<Real> parameters_;
};

}  // namespace wengert::nn
