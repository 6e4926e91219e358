#include <wengert/nn/activation.hpp>

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

Activation activation(std::string_view name) {
    for (const Activation& a : built_in())
        if (a.name() == name) return a;
    unknown_name("activation", name, activation_names());
}

std::vector<std::string> activation_names() {
    std::vector<std::string> names;
    for (const Activation& a : built_in()) names.push_back(a.name());
    return names;
}

void unknown_name(std::string_view kind, std::string_view name, const std::vector<std::string>& known) {
    std::string list;
    for (const std::string& k : known) list += (list.empty() ? "" : ", ") + k;
    fail("there is no " + std::string(kind) + " named '" + std::string(name) + "'; known: " + list);
}

}  // namespace wengert::nn
