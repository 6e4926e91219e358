#include <wengert/nn/activation.hpp>

#include "named.hpp"

namespace wengert::nn {
namespace {

const std::vector<Activation>& built_in() {
    static const std::vector<Activation> all{
        Activation("identity", [](const auto& x) { return x; }),
        Activation::of<rules::Sigmoid>(),
        Activation::of<rules::Tanh>(),
        Activation::of<rules::Relu>(),
        Activation::of<rules::Step>(),
    };
    return all;
}

}  // namespace

Activation activation(std::string_view name) { return find(built_in(), "activation", name); }
std::vector<std::string> activation_names() { return names_of(built_in()); }

}  // namespace wengert::nn
