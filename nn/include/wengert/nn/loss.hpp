// Losses: how far one sample's outputs are from what they should be.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wengert/nn/scalars.hpp>

namespace wengert::nn {

/// What a sample's outputs should be: numbers, a class, or both.
struct Target {
    std::span<const double> values = {};
    int label = -1;  ///< -1: no class

    /// The number that output k of n should come near to: values[k] where there are values; else 1 for the
    /// class's output and 0 for the others, or, with one output, the class itself.
    double value(std::size_t k, std::size_t n) const {
        if (!values.empty()) return values[k];
        return n == 1 ? label : static_cast<std::size_t>(label) == k ? 1.0 : 0.0;
    }
};

/// What a loss reads of a target. A class is a label below the number of outputs, or 0 or 1 with one output.
enum class Needs {
    number,       ///< Target::value: a value for each output, or a class
    values,       ///< a value for each output
    label,        ///< a class, and two outputs or more
    sign,         ///< a class, or a value of -1 or 1; and one output
    probability,  ///< a value in [0, 1] for each output; or a class, and one output
};

/// A handle to a function of the outputs and the target, generic in the scalar of the outputs, with the class
/// that outputs stand for. A user's own: any callable `T f(std::span<const T> outputs, const Target&)`.
///
///     Loss("absolute", [](const auto& y, const Target& t) { return abs(y[0] - t.value(0, y.size())); });
class Loss {
public:
    /// What a batch's loss is of its samples': their mean, or their sum.
    enum class Over { mean, sum };
    /// f is called only with a target that holds what it needs. One output above the threshold is class 1.
    template <class F>
    Loss(std::string name, F f, Needs needs = Needs::number, double threshold = 0.5, Over over = Over::mean)
        : name_(std::move(name)),
          needs_(needs),
          threshold_(threshold),
          over_(over),
          function_(std::make_shared<const Erased<Interface, Applied, F>>(std::move(f))) {}

    const std::string& name() const { return name_; }
    Needs needs() const { return needs_; }
    bool summed() const { return over_ == Over::sum; }
    /// The loss of one sample. Throws Error if the target lacks what the loss needs, and what f throws.
    template <class T> T operator()(std::span<const T> outputs, const Target& target) const {
        static_assert(serves<T>, "networks run over the scalars that <wengert/nn/scalars.hpp> lists");
        if (!fits(outputs.size(), target)) refuse(outputs.size(), target);
        if constexpr (std::same_as<T, float>) {
            const std::vector<double> wide(outputs.begin(), outputs.end());
            return static_cast<float>((*this)(std::span<const double>(wide), target));
        } else {
            return static_cast<const Interface<T>&>(*function_).call({outputs, target});
        }
    }
    /// Whether the target holds what the loss needs for so many outputs.
    bool fits(std::size_t outputs, const Target& target) const;
    /// Throws Error that says what the loss needs, and what it was given.
    [[noreturn]] void refuse(std::size_t outputs, const Target& target) const;
    /// The class that outputs stand for: the largest one's (the first of equal ones'), or with one output
    /// whether it is above the threshold: 0 or 1. Throws Error for no output.
    int predicted_class(std::span<const double> outputs) const;

private:
    template <class T> struct Interface {
        using Arguments = std::pair<std::span<const T>, const Target&>;
        using Result = T;
        virtual ~Interface() = default;
        virtual T call(Arguments) const = 0;
    };
    template <class T, class F> struct Applied {
        static T call(const F& f, const std::pair<std::span<const T>, const Target&>& a) {
            return T(f(a.first, a.second));
        }
    };

    std::string name_;
    Needs needs_;
    double threshold_;
    Over over_;
    std::shared_ptr<const ErasedInterface<Interface>> function_;
};

/// By name, else an Error that lists them. K outputs y, or logits z:
///   squared                1/2 sum_k (t_k - y_k)^2: the lecture's E, summed over a batch
///   mean_squared           1/K sum_k (t_k - y_k)^2
///   mean_absolute          1/K sum_k |t_k - y_k|; derivative 0 where they are equal
///   huber                  1/K sum_k h(t_k - y_k), h(r) = r^2/2 up to |r| = delta = 1, beyond it
///                          delta (|r| - delta/2). Source: Huber, 1964
///   hinge                  max(0, 1 - t y) for one output; t = -1 for class 0 and +1 for class 1, or given;
///   derivative
///                          0 at t y = 1
///   squared_hinge          max(0, 1 - t y)^2
///   binary_cross_entropy   1/K sum_k softplus(z_k) - t_k z_k, for t in [0, 1]: -log of the probability
///                          that sigmoid(z) gives t. Its derivative is (sigmoid(z) - t)/K, smooth at 0
///   softmax_cross_entropy  log_sum_exp(z) - z_label: -log of the probability that softmax(z) gives the class
Loss loss(std::string_view name);
std::vector<std::string> loss_names();

/// huber with another delta; throws Error unless it is a positive number.
Loss huber(double delta);
/// softmax_cross_entropy with label smoothing: the target is (1 - smoothing) for the class, and smoothing / K
/// more for each class. Throws Error unless 0 <= smoothing < 1. Source: Szegedy et al., 2016.
Loss softmax_cross_entropy(double smoothing);

}  // namespace wengert::nn
