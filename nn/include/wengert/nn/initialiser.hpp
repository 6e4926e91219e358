// How weights begin. Biases begin at 0, except with `uniform`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <wengert/nn/mlp.hpp>
#include <wengert/nn/random.hpp>

namespace wengert::nn {

/// Every parameter uniform in [low, high).
void uniform(Mlp<double>& model, double low, double high, Random& random);
/// Weights uniform within +-sqrt(6 / (inputs + outputs)) of their layer, for tanh and sigmoid. Source: Glorot
/// and Bengio, 2010.
void xavier(Mlp<double>& model, Random& random);
/// Weights normal with deviation sqrt(2 / inputs) of their layer, for relu. Source: He et al., 2015.
void he(Mlp<double>& model, Random& random);

/// uniform (within +-1/2), xavier or he, by name; throws Error that lists them for any other.
void initialise(std::string_view name, Mlp<double>& model, Random& random);
std::vector<std::string> initialiser_names();

}  // namespace wengert::nn
