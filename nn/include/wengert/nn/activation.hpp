// Activations: functions of one number that a layer applies to each of its sums, chosen at run time.
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

/// Who has parameters of an activation to itself: the layer, or each of its neurons.
enum class Each { layer, neuron };

/// A handle to a function of one number, generic in the scalar: one indirect call a layer, none per neuron.
///
///     Activation::of<rules::Tanh>();                                             // a rule
///     Activation("mine", [](const auto& x) { return x * exp(-x * x); });         // any callable
///     Activation("swish", [](const auto& x, auto p) { return x * sigmoid(p[0] * x); }, {1.0});  // learned
///     activation("relu");                                                        // a built-in one, by name
///
/// The callable takes `const T&`, and with initial values of parameters a `std::span<const T>` of as many; it
/// returns a T (or an expression of it) for each T of Scalars. A neuron whose activation is one expression
/// costs one result with one edge, and one more for each parameter in it.
class Activation {
public:
    template <class F> Activation(std::string name, F f)
        : name_(std::move(name)),
          function_(std::make_shared<const Erased<Interface, Applied, F>>(std::move(f))) {}
    /// A trainable one: f(x, p), with parameters p that begin as `initial` and are learned with the weights.
    template <class F> Activation(std::string name, F f, std::vector<double> initial, Each each = Each::layer)
        : name_(std::move(name)),
          initial_(std::move(initial)),
          each_(each),
          function_(std::make_shared<const Erased<Interface, AppliedWith, F>>(std::move(f))) {}
    /// A rule of wengert or of one's own, under the rule's name.
    template <class Rule> static Activation of() {
        return Activation(std::string(Rule::name), [](const auto& x) { return apply<Rule>(x); });
    }

    /// A function of a whole layer, such as softmax: f replaces the numbers of a std::span<T>.
    template <class F> static Activation of_layer(std::string name, F f) {
        Activation g;
        g.name_ = std::move(name);
        g.elementwise_ = false;
        g.function_ = std::make_shared<const Erased<Interface, AppliedToAll, F>>(std::move(f));
        return g;
    }

    const std::string& name() const { return name_; }
    /// Whether each neuron's result comes from its own sum alone.
    bool elementwise() const { return elementwise_; }
    /// The initial values of a neuron's parameters.
    const std::vector<double>& initial() const { return initial_; }
    Each each() const { return each_; }
    /// How many parameters a layer of so many neurons has: initial().size() for each() of them.
    std::size_t parameters(std::size_t neurons) const {
        return initial_.size() * (each_ == Each::layer ? 1 : neurons);
    }

    /// Replaces each z by f(z), or by f(z, p): p holds the layer's parameters, neuron by neuron. Throws Error
    /// unless there are parameters(z.size()) of them.
    template <class T> void operator()(std::span<T> z, std::span<const T> p = {}) const {
        static_assert(serves<T>, "networks run over the scalars that <wengert/nn/scalars.hpp> lists");
        if (p.size() != parameters(z.size())) refuse(p.size(), z.size());
        const std::size_t count = initial_.size();
        if constexpr (std::same_as<T, float>) {
            std::vector<double> wide(z.begin(), z.end());
            const std::vector<double> own(p.begin(), p.end());
            (*this)(std::span<double>(wide), std::span<const double>(own));
            for (std::size_t k = 0; k < z.size(); ++k) z[k] = static_cast<float>(wide[k]);
        } else {
            static_cast<const Interface<T>&>(*function_)
                .call({z, p, count, each_ == Each::layer ? 0 : count});
        }
    }
    /// f(x), or f(x, p) with the initial parameters: one number by itself. Throws Error unless elementwise().
    template <class T>
    requires serves<T> T operator()(const T& x) const {
        if (!elementwise_) refuse_one();
        T z = x;
        const std::vector<T> p(initial_.begin(), initial_.end());
        (*this)(std::span<T>(&z, 1), std::span<const T>(p));
        return z;
    }

private:
    template <class T> struct Layer {
        std::span<T> z;
        std::span<const T> p;
        std::size_t count, step;  // of a neuron's parameters; from one neuron's to the next one's
    };
    template <class T> struct Interface {
        using Arguments = const Layer<T>&;
        using Result = void;
        virtual ~Interface() = default;
        virtual void call(Arguments) const = 0;
    };
    template <class T, class F> struct Applied {
        static void call(const F& f, const Layer<T>& layer) {
            static_assert(std::invocable<const F&, const T&>,
                          "an activation takes every scalar of nn::Scalars: write const auto& x");
            for (T& v : layer.z) v = T(f(std::as_const(v)));
        }
    };
    template <class T, class F> struct AppliedWith {
        static void call(const F& f, const Layer<T>& layer) {
            std::size_t first = 0;
            for (T& v : layer.z) {
                v = T(f(std::as_const(v), layer.p.subspan(first, layer.count)));
                first += layer.step;
            }
        }
    };
    template <class T, class F> struct AppliedToAll {
        static void call(const F& f, const Layer<T>& layer) { f(layer.z); }
    };
    Activation() = default;
    [[noreturn]] void refuse_one() const;
    [[noreturn]] void refuse(std::size_t parameters, std::size_t neurons) const;

    std::string name_ = {};
    std::vector<double> initial_ = {};
    Each each_ = Each::layer;
    bool elementwise_ = true;
    std::shared_ptr<const ErasedInterface<Interface>> function_ = {};
};

/// By name, else an Error that lists them: identity, sigmoid, tanh, relu, step, softplus and log_sigmoid
/// (rules of wengert), those of activations.hpp, two that learn, one parameter a layer:
///   swish  x sigmoid(beta x), beta from 1. Source: Ramachandran et al., 2017
///   prelu  x for x > 0, else slope x, slope from 1/4. Source: He et al., 2015
/// and for output layers softmax and log_softmax.
Activation activation(std::string_view name);
std::vector<std::string> activation_names();

}  // namespace wengert::nn
