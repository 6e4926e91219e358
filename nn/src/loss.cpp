#include <wengert/nn/loss.hpp>

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "expect.hpp"
#include "named.hpp"

namespace wengert::nn {
namespace {

template <class Y> using ScalarIn = std::remove_cvref_t<decltype(std::declval<Y>()[0])>;

// 1/K sum_k f(t_k, y_k).
template <class F> auto mean_over_outputs(F f) {
    return [f](const auto& y, const Target& target) {
        using T = ScalarIn<decltype(y)>;
        T total = 0.0;
        for (std::size_t k = 0; k < y.size(); ++k) total += f(target.value(k, y.size()), y[k]);
        return T(total / T(static_cast<double>(y.size())));
    };
}
// t - y, in the scalar of y.
template <class T> T residual(double t, const T& y) { return T(t) - y; }
double sign_of(const Target& target) {
    return !target.values.empty() ? target.values[0] : target.label == 0 ? -1.0 : 1.0;
}
// f(1 - t y), t = -1 or 1.
template <class F> auto of_margin(F f) {
    return [f](const auto& y, const Target& target) {
        using T = ScalarIn<decltype(y)>;
        return T(f(T(T(1.0) - T(sign_of(target)) * y[0])));
    };
}
// softplus(z) - t z, without the cancellation where z is large and t near 1.
constexpr auto logistic = [](double t, const auto& z) {
    using T = std::remove_cvref_t<decltype(z)>;
    if (t == 0) return T(softplus(z));
    if (t == 1) return T(softplus(-z));
    return T(T(1 - t) * softplus(z) + T(t) * softplus(-z));
};
constexpr auto cross_entropy = [](const auto& y, const Target& target) {
    const auto& chosen = y[static_cast<std::size_t>(target.label)];
    const auto number = primal(chosen);
    const ScalarIn<decltype(y)> total = log_sum_exp(y, number);
    return total - (chosen - number);
};

const std::vector<Loss>& built_in() {
    static const std::vector<Loss> all{
        Loss(
            "squared",
            [](const auto& y, const Target& target) {
                using T = ScalarIn<decltype(y)>;
                T total = 0.0;
                for (std::size_t k = 0; k < y.size(); ++k)
                    total += square(T(target.value(k, y.size())) - y[k]);
                return T(T(0.5) * total);
            },
            Needs::number, 0.5, Loss::Over::sum),
        Loss("mean_squared",
             mean_over_outputs([](double t, const auto& y) { return square(residual(t, y)); })),
        Loss("mean_absolute", mean_over_outputs([](double t, const auto& y) { return abs(residual(t, y)); })),
        huber(1),
        Loss("hinge", of_margin([](const auto& m) { return relu(m); }), Needs::sign, 0.0),
        Loss("squared_hinge", of_margin([](const auto& m) { return square(relu(m)); }), Needs::sign, 0.0),
        Loss("binary_cross_entropy", mean_over_outputs(logistic), Needs::probability, 0.0),
        Loss("softmax_cross_entropy", cross_entropy, Needs::label),
    };
    return all;
}

}  // namespace

Loss huber(double delta) {
    expect(delta > 0, "huber's delta is a positive number", delta);
    return Loss(
        "huber", mean_over_outputs([delta](double t, const auto& y) {
            using T = std::remove_cvref_t<decltype(y)>;
            const T r = residual(t, y), size = abs(r);
            return T(select(size <= T(delta), T(T(0.5) * square(r)), T(T(delta) * (size - T(delta / 2)))));
        }));
}

Loss softmax_cross_entropy(double smoothing) {
    expect(smoothing >= 0 && smoothing < 1, "label smoothing is a share, at least 0 and below 1", smoothing);
    if (smoothing == 0) return loss("softmax_cross_entropy");
    return Loss(
        "softmax_cross_entropy",
        [smoothing](const auto& y, const Target& target) {
            using T = ScalarIn<decltype(y)>;
            // (1 - s) (l - z_label) + s/K sum_k (l - z_k), each difference to its last digits.
            const T of_class = cross_entropy(y, target);
            T of_all = 0.0;
            for (const auto& log_p : log_softmax(y)) of_all -= log_p;
            return T(T(1 - smoothing) * of_class + T(smoothing / static_cast<double>(y.size())) * of_all);
        },
        Needs::label);
}

namespace {
bool is_probability(double x) { return x >= 0 && x <= 1; }
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
            return outputs == 1 &&
                   (target.values.empty() ? label : values && std::abs(target.values[0]) == 1);
        case Needs::probability:
            return target.values.empty() ? label && outputs == 1
                                         : values && std::ranges::all_of(target.values, is_probability);
    }
    return false;
}

void Loss::refuse(std::size_t outputs, const Target& target) const {
    static constexpr const char* needed[] = {
        // in the order of Needs
        "a value for each output or a class", "a value for each output",
        "a class and an output for each class, at least 2",
        "one output and a class, 0 or 1, or a value of -1 or 1",
        "a value in [0, 1] for each output, or one output and a class, 0 or 1"};
    fail("the loss " + name_ + " needs " + needed[static_cast<std::size_t>(needs_)] + "; it got " +
         std::to_string(outputs) + (outputs == 1 ? " output, " : " outputs, ") +
         std::to_string(target.values.size()) + " values and " +
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
