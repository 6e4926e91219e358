// How weights begin. What an activation learns stays as the activation says; biases begin at 0, except where
// it says otherwise.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <wengert/nn/mlp.hpp>
#include <wengert/nn/random.hpp>

namespace wengert::nn {

/// Every weight and bias uniform in [low, high).
void uniform(Mlp<double>& model, double low, double high, Random& random);
/// Every weight normal, of mean 0 and this deviation.
void normal(Mlp<double>& model, double deviation, Random& random);
/// Every weight this number.
void constant(Mlp<double>& model, double weight);

/// How numbers of a given variance are drawn.
enum class Draw { uniform, normal };
/// Variance 2 / (inputs + outputs), for tanh and sigmoid. Source: Glorot and Bengio, 2010.
void glorot(Mlp<double>& model, Draw draw, Random& random);
/// Variance 2 / inputs, for relu. Source: He et al., 2015.
void he(Mlp<double>& model, Draw draw, Random& random);
/// Variance 1 / inputs, for selu. Source: LeCun et al., 1998.
void lecun(Mlp<double>& model, Draw draw, Random& random);
/// glorot with uniform numbers, within +-sqrt(6 / (inputs + outputs)); he with normal ones.
void xavier(Mlp<double>& model, Random& random);
void he(Mlp<double>& model, Random& random);

/// By name; throws Error that lists them for any other: zeros, constant (0.1), uniform (biases too, within
/// +-1/2), normal (of deviation 0.1), glorot_uniform and glorot_normal, he_uniform and he_normal,
/// lecun_uniform and lecun_normal; xavier is glorot_uniform, and he is he_normal.
void initialise(std::string_view name, Mlp<double>& model, Random& random);
std::vector<std::string> initialiser_names();

}  // namespace wengert::nn
