#include <wengert/nn/loss.hpp>

#include <algorithm>

#include "named.hpp"

namespace wengert::nn {
namespace {

template <class Y> using ScalarIn = std::remove_cvref_t<decltype(std::declval<Y>()[0])>;

const std::vector<Loss>& built_in() {
    static const std::vector<Loss> all{
        Loss("squared",
             [](const auto& y, const Target& target) {
                 using T = ScalarIn<decltype(y)>;
                 T total = 0.0;
                 for (std::size_t k = 0; k < y.size(); ++k)
                     total += square(T(target.value(k, y.size())) - y[k]);
                 return T(T(0.5) * total);
             }),
        Loss(
            "hinge",
            [](const auto& y, const Target& target) {
                using T = ScalarIn<decltype(y)>;
                return relu(T(1.0) - T(target.label == 0 ? -1.0 : 1.0) * y[0]);
            },
            Needs::sign, 0.0),
        Loss(
            "softmax_cross_entropy",
            [](const auto& y, const Target& target) {
                const auto& chosen = y[static_cast<std::size_t>(target.label)];
                const auto number = primal(chosen);
                const ScalarIn<decltype(y)> total = log_sum_exp(y, number);
                return total - (chosen - number);
            },
            Needs::label),
    };
    return all;
}

}  // namespace

bool Loss::fits(std::size_t outputs, const Target& target) const {
    const bool values = target.values.size() == outputs && outputs != 0;
    const bool label =
        target.label >= 0 && static_cast<std::size_t>(target.label) < (outputs == 1 ? 2 : outputs);
    switch (needs_) {
        case Needs::number:
            return target.values.empty() ? label : values;
        case Needs::values:
            return values;
        case Needs::label:
            return label && outputs > 1;
        case Needs::sign:
            return label && outputs == 1;
    }
    return false;
}

void Loss::refuse(std::size_t outputs, const Target& target) const {
    const char* const needs = needs_ == Needs::number   ? "a value for each output or a class"
                              : needs_ == Needs::values ? "a value for each output"
                              : needs_ == Needs::label  ? "a class and an output for each class, at least 2"
                                                        : "one output and a class, 0 or 1";
    fail("the loss " + name_ + " needs " + needs + "; it got " + std::to_string(outputs) +
         (outputs == 1 ? " output, " : " outputs, ") + std::to_string(target.values.size()) + " values and " +
         (target.label == -1 ? "no class" : "class " + std::to_string(target.label)));
}

int Loss::predicted_class(std::span<const double> outputs) const {
    if (outputs.empty()) fail("predicted_class: there are no outputs to tell a class from");
    if (outputs.size() == 1) return outputs[0] > threshold_;
    return static_cast<int>(std::max_element(outputs.begin(), outputs.end()) - outputs.begin());
}

Loss loss(std::string_view name) { return find(built_in(), "loss", name); }
std::vector<std::string> loss_names() { return names_of(built_in()); }

}  // namespace wengert::nn
