// One function in several forms as the activation of a network 2-16-16-1, which takes training steps over the
// 100 points of two moons: built in, as a user's callable, as a user's rule, with a parameter that is
// learned.
#pragma once

#include <wengert/nn/nn.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "networks/cell.hpp"

namespace bench::networks {

struct ActivationStep {
    static constexpr std::size_t samples = 100;
    /// The form that the others are held against, in gradient and in time.
    static constexpr std::string_view built_in = "built_in";

    struct Form {
        std::string_view name;
        wengert::nn::Activation activation;
    };
    struct Function {
        std::string problem;
        std::vector<Form> forms;  ///< the first is the built-in one
    };

    struct Tanh {
        static constexpr std::string_view name = "user's tanh";
        template <class T> static T value(const T& x) {
            using std::tanh;
            return tanh(x);
        }
        template <int, class T> static T partial(const T&, const T& y) { return 1.0 - y * y; }
    };
    struct Silu {
        static constexpr std::string_view name = "user's silu";
        template <class T> static T value(const T& x) { return x * wengert::sigmoid(x); }
        template <int, class T> static T partial(const T& x, const T& y) {
            const T s = wengert::sigmoid(x);
            return s + y * (1.0 - s);
        }
    };

    static std::vector<Function> functions() {
        using wengert::nn::Activation;
        const auto tanh_of = [](const auto& x) {
            using std::tanh;
            return tanh(x);
        };
        const auto silu_of = [](const auto& x) { return x * wengert::sigmoid(x); };
        const auto swish_of = [](const auto& x, auto p) { return x * wengert::sigmoid(p[0] * x); };
        return {{"step 2-16-16-1, tanh",
                 {{built_in, wengert::nn::activation("tanh")},
                  {"callable", Activation("tanh", tanh_of)},
                  {"rule", Activation::of<Tanh>()}}},
                {"step 2-16-16-1, silu",
                 {{built_in, wengert::nn::activation("silu")},
                  {"callable", Activation("silu", silu_of)},
                  {"rule", Activation::of<Silu>()},
                  {"learned beta", Activation("swish", swish_of, {1.0})}}}};
    }

    static wengert::nn::Dataset data() { return wengert::nn::two_moons(samples, 0.1, 1); }
    /// Weights that are the same for each form.
    static wengert::nn::Mlp<double> network(const wengert::nn::Activation& hidden) {
        wengert::nn::Mlp<double> net({2, 16, 16, 1}, hidden, wengert::nn::activation("identity"));
        wengert::nn::Random random(1);
        wengert::nn::xavier(net, random);
        return net;
    }

    /// The mean loss and its gradient by forward mode, parameter by parameter: no tape.
    static Result reference(const wengert::nn::Activation& hidden) {
        using D = wengert::Dual<double>;
        const wengert::nn::Mlp<double> net = network(hidden);
        const wengert::nn::Dataset points = data();
        const wengert::nn::Loss hinge = wengert::nn::loss("hinge");
        std::vector<D> p(net.parameters().begin(), net.parameters().end()), out(1);
        Result result;
        for (D& parameter : p) {
            const double x = parameter.value();
            parameter = D::variable(x);
            D loss = 0.0;
            for (std::size_t i = 0; i < samples; ++i) {
                net.forward<D, double>(p, points.input(i), out);
                loss += hinge(std::span<const D>(out), wengert::nn::target_of(points, i));
            }
            parameter = x;
            result.value = loss.value() / samples;
            result.gradient.push_back(loss.tangent() / samples);
        }
        return result;
    }
};

}  // namespace bench::networks
