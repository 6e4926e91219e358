// Activations: functions of one number that a layer applies to each of its sums, chosen at run time.
#pragma once

#include <concepts>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wengert/nn/scalars.hpp>

namespace wengert::nn {

/// A handle to a function of one number, generic in the scalar: one indirect call a layer, none per neuron.
///
///     Activation::of<rules::Tanh>();                                             // a rule
///     Activation("swish", [](const auto& x) { return x * sigmoid(x); });         // any callable
///     activation("relu");                                                        // a built-in one, by name
///
/// The callable takes `const T&` and returns a T (or an expression of it) for each T of Scalars. A neuron
/// whose activation is one expression costs one result with one edge.
class Activation {
public:
    template <class F> Activation(std::string name, F f)
        : name_(std::move(name)),
          function_(std::make_shared<const Erased<Interface, Applied, F>>(std::move(f))) {}
    /// A rule of wengert or of one's own, under the rule's name.
    template <class Rule> static Activation of() {
        return Activation(std::string(Rule::name), [](const auto& x) { return apply<Rule>(x); });
    }

    const std::string& name() const { return name_; }
    /// Replaces each z by f(z).
    template <class T> void operator()(std::span<T> z) const {
        static_assert(serves<T>, "networks run over the scalars that <wengert/nn/scalars.hpp> lists");
        static_cast<const Interface<T>&>(*function_).call(z);
    }

private:
    template <class T> struct Interface {
        using Arguments = std::span<T>;
        using Result = void;
        virtual ~Interface() = default;
        virtual void call(Arguments z) const = 0;
    };
    template <class T, class F> struct Applied {
        static void call(const F& f, std::span<T> z) {
            for (T& v : z) v = T(f(std::as_const(v)));
        }
    };

    std::string name_;
    std::shared_ptr<const ErasedInterface<Interface>> function_;
};

/// identity, sigmoid, tanh, relu or step, by name; throws Error that lists them for any other.
Activation activation(std::string_view name);
std::vector<std::string> activation_names();

}  // namespace wengert::nn
