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

void Activation::refuse_one() const {
    fail("the activation " + name_ + " is a function of a whole layer, not of one number");
}
void Activation::refuse(std::size_t parameters, std::size_t neurons) const {
    fail("the activation " + name_ + " has " + std::to_string(this->parameters(neurons)) +
         " parameters in a layer of " + std::to_string(neurons) + ", it got " + std::to_string(parameters));
}

Activation activation(std::string_view name) { return find(built_in(), "activation", name); }
std::vector<std::string> activation_names() { return names_of(built_in()); }

}  // namespace wengert::nn
