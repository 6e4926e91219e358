#include <wengert/nn/activation.hpp>

#include <algorithm>
#include <type_traits>

#include <wengert/nn/activations.hpp>

#include "named.hpp"

namespace wengert::nn {
namespace {

// Each as f(z) of the whole layer.
template <class F> auto for_layer(F f) {
    return [f](const auto& z) {
        const auto result = f(std::span<const typename std::remove_cvref_t<decltype(z)>::value_type>(z));
        std::ranges::copy(result, z.begin());
    };
}

const std::vector<Activation>& built_in() {
    static const std::vector<Activation> all = [] {
        std::vector<Activation> list{
            Activation("identity", [](const auto& x) { return x; }),
            Activation::of<rules::Sigmoid>(),
            Activation::of<rules::Tanh>(),
            Activation::of<rules::Relu>(),
            Activation::of<rules::Step>(),
            Activation::of<rules::Softplus>(),
            Activation::of<rules::LogSigmoid>(),
        };
        activations::All::each([&list](auto rule) { list.push_back(Activation::of<decltype(rule)>()); });
        list.emplace_back(
            "swish", [](const auto& x, auto p) { return x * sigmoid(p[0] * x); }, std::vector{1.0});
        list.emplace_back(
            "prelu", [](const auto& x, auto p) { return select(x > 0.0, x, p[0] * x); }, std::vector{0.25});
        list.push_back(Activation::of_layer("softmax", for_layer([](auto z) { return softmax(z); })));
        list.push_back(Activation::of_layer("log_softmax", for_layer([](auto z) { return log_softmax(z); })));
        return list;
    }();
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
