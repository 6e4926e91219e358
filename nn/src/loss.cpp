#include <wengert/nn/loss.hpp>

#include <algorithm>

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
            0.0),
        Loss("softmax_cross_entropy",
             [](const auto& y, const Target& target) {
                 const auto& chosen = y[static_cast<std::size_t>(target.label)];
                 const auto number = primal(chosen);
                 const ScalarIn<decltype(y)> total = log_sum_exp(y, number);
                 return total - (chosen - number);
             }),
    };
    return all;
}

}  // namespace

int Loss::predicted_class(std::span<const double> outputs) const {
    if (outputs.size() == 1) return outputs[0] > threshold_;
    return static_cast<int>(std::max_element(outputs.begin(), outputs.end()) - outputs.begin());
}

Loss loss(std::string_view name) {
    for (const Loss& l : built_in())
        if (l.name() == name) return l;
    unknown_name("loss", name, loss_names());
}

std::vector<std::string> loss_names() {
    std::vector<std::string> names;
    for (const Loss& l : built_in()) names.push_back(l.name());
    return names;
}

}  // namespace wengert::nn
