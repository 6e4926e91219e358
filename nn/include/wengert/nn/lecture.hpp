// One step of gradient descent, worked through as the lecture does ("Fundamentos de las Redes Neuronales",
// Clase 5): every figure on the way, once by autodiff and once by the chain rule derived by hand. Only
// figures: how they are shown is for others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <wengert/nn/layer_check.hpp>
#include <wengert/nn/mlp.hpp>

namespace wengert::nn {

/// A network, one sample and a learning rate: what is given.
struct Exercise {
    Mlp<double> model;
    std::vector<double> x, y;
    double rate;
};
/// The lecture's: 2-2-2, sigmoid in both layers, which each share one bias.
Exercise lecture_exercise();
/// A new one: a network of these widths whose layers share a bias each, as the lecture's do. All its numbers
/// are drawn by the seed, and short enough to write down: weights and biases from -1 to 1 in steps of 0.05,
/// none of them 0; x from 0.1 to 1 in steps of 0.1; y from 0.05 to 0.95 in steps of 0.05; x and y are drawn
/// where they are empty. The rate is 0.6. They are drawn anew until there is something to work out: the error
/// reaches every layer (a relu's may be 0 all over), and no z is 0, where a relu has its kink.
/// Throws Error as Mlp does, if x or y do not fit, and if 10,000 draws have nothing to work out.
Exercise drawn_exercise(const std::vector<std::size_t>& widths, const Activation& hidden,
                        const Activation& output, std::uint64_t seed, const std::vector<double>& x = {},
                        const std::vector<double>& y = {});

/// Throws Error if x and y do not fit the model.
void check_sizes(const Exercise& exercise);

/// One layer's figures; weights row by row, row i the destination neuron. dE_da of the last layer is the
/// lecture's dE/dyhat, and its da_dz the lecture's dyhat/dz.
struct LayerStep {
    std::vector<double> z, a;          ///< z_i = sum_j w_ij a_j + b, a_i = g(z_i)
    std::vector<double> dE_da, da_dz;  ///< how E changes with a_i, and a_i with z_i
    std::vector<double> dE_dW, dE_db;
    std::vector<double> W, b;  ///< after the step: w - rate dE/dw
};
/// A whole step. E = 1/2 sum_k (y_k - yhat_k)^2.
struct WorkedStep {
    std::vector<LayerStep> layers;
    double E = 0;
    double E_after = 0;          ///< all parameters stepped
    double E_after_weights = 0;  ///< weights stepped, biases not
};

/// By the network of Values: forward, one sweep, then grad() of parameters and intermediates alike. An open
/// recording stays as it was. Throws Error if x and y do not fit the model.
WorkedStep by_autodiff(const Exercise& exercise);
/// By hand, in plain arithmetic, with nothing of wengert's derivatives: delta = dE/da da/dz, dE/dw_ij =
/// delta_i a_j, dE/db = delta_i (summed where it is shared), dE/da_j below = sum_i delta_i w_ij. Throws Error
/// for a layer whose activation is not among activations_by_hand(), if x and y do not fit, and where a relu
/// stands on its kink, z = 0 (to 1e-12): it has no derivative there.
WorkedStep by_chain_rule(const Exercise& exercise);
/// sigmoid, tanh, relu and identity.
std::vector<std::string> activations_by_hand();

/// Holds a step's backward pass by hand with check_layers: delta = dE/da da/dz, dE/dW and dE/db of each
/// layer. Throws Error as that does.
LayerCheck check_backward(const Exercise& exercise, const WorkedStep& by_hand);

/// E before gradient descent and after each of its steps: steps + 1 numbers. The derivatives are autodiff's.
/// Throws Error if x and y do not fit, and, naming the step, where E is not finite. Cost: one recording a
/// step.
std::vector<double> errors_by_step(const Exercise& exercise, std::size_t steps);

enum class Quantity { z, a, E, dE_da, da_dz, dE_dW, dE_db, W, b, E_after, E_after_weights };

/// A figure of a worked step, both ways. layer, i, j count from 1; 0 where the quantity has none. A shared
/// bias has no i.
struct Figure {
    Quantity quantity;
    std::size_t layer, i, j;
    double autodiff, chain_rule;

    /// Within 1e-12, relative to numbers above 1.
    bool agrees() const;
};
/// All figures of the exercise, in the order in which one works them out: forward, E, and from the last layer
/// to the first da_dz and the gradients; then the parameters after the step, likewise, and E.
std::vector<Figure> worked_figures(const Exercise& exercise);

/// A figure as the lecture prints it; `slip` where that is a mistake.
struct PrintedFigure {
    Quantity quantity;
    std::size_t layer, i, j;
    std::string_view text;
    bool slip = false;

    /// Whether it stands for this figure.
    bool prints(const Figure& figure) const;
    /// Whether it is this number, to the fifth decimal: the lecture cuts its figures there, and computes on
    /// with what is left.
    bool agrees(double exact) const;
};
/// What the lecture prints of its own exercise; a figure that it prints in two ways comes twice. (Its third
/// slip is no figure: it calls the output layer linear, and computes it with the sigmoid.)
std::span<const PrintedFigure> printed_by_the_lecture();

}  // namespace wengert::nn
