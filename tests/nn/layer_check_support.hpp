// A backward pass by hand that may go wrong, and samples to take it through.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <wengert/nn/initialiser.hpp>
#include <wengert/nn/layer_check.hpp>
#include <wengert/nn/lecture.hpp>
#include <wengert/nn/random.hpp>

#include "support/backpropagation.hpp"
#include "support/error_of.hpp"

namespace layer_check_tests {

using namespace wengert;
using namespace wengert::nn;
using by_hand::Numbers;
using Of = QuantityCheck::Of;
using Finding = QuantityCheck::Finding;

// ---- A backward pass by hand, that may go wrong ----

struct Sample {
    Mlp<double> net;
    std::string loss;
    Numbers x;
    Target target;
};

// What is done to a quantity before the next ones are computed from it. Layers count from 1.
using Spoil = std::function<void(std::size_t layer, Of of, Numbers& numbers)>;
// g'(z), from z and a.
using Slope = std::function<double(const std::string& g, double z, double a)>;

inline double true_slope(const std::string& g, double z, double) { return by_hand::activate(g, z).slope; }
// As the lecture has it: from a.
inline double slope_from_a(const std::string& g, double z, double a) {
    return g == "sigmoid" ? a * (1 - a) : g == "tanh" ? 1 - a * a : by_hand::activate(g, z).slope;
}

struct How {
    Spoil spoil = [](std::size_t, Of, Numbers&) {};
    Slope slope = true_slope;
    bool transpose = true;
};

// All sums run backwards, unlike those of the network.
inline std::vector<LayerGradients> backward(const Sample& s, const How& how = {}) {
    const std::vector<Layer>& layers = s.net.layers();
    std::vector<Numbers> z, a{s.x};
    const auto w = [&](std::size_t l, std::size_t i, std::size_t j) {
        return s.net.parameters()[s.net.first_parameter(l) + i * layers[l].inputs + j];
    };
    for (std::size_t l = 0; l < layers.size(); ++l) {
        const auto b = s.net.parameters().subspan(s.net.first_parameter(l) + layers[l].weights());
        z.emplace_back(), a.emplace_back();
        for (std::size_t i = 0; i < layers[l].outputs; ++i) {
            double sum = 0;
            for (std::size_t j = layers[l].inputs; j-- > 0;) sum += w(l, i, j) * a[l][j];
            if (layers[l].bias != Bias::none) sum += b[layers[l].bias == Bias::shared ? 0 : i];
            z.back().push_back(sum);
            a.back().push_back(by_hand::activate(layers[l].activation.name(), sum).value);
        }
    }
    std::vector<LayerGradients> hand(layers.size());
    Numbers dE_da = by_hand::lose(s.loss, a.back(), s.target).by_output;
    for (std::size_t l = layers.size(); l-- > 0;) {
        const Layer& layer = layers[l];
        LayerGradients& h = hand[l];
        for (std::size_t i = 0; i < layer.outputs; ++i)
            h.delta.push_back(dE_da[i] * how.slope(layer.activation.name(), z[l][i], a[l + 1][i]));
        how.spoil(l + 1, Of::delta, h.delta);
        for (const double d : h.delta)
            for (const double below : a[l]) h.dW.push_back(d * below);
        how.spoil(l + 1, Of::weights, h.dW);
        if (layer.bias == Bias::per_neuron) h.db = h.delta;
        if (layer.bias == Bias::shared) {
            h.db = {0};
            for (std::size_t i = layer.outputs; i-- > 0;) h.db[0] += h.delta[i];
        }
        if (layer.bias != Bias::none) how.spoil(l + 1, Of::biases, h.db);
        dE_da.assign(layer.inputs, 0);
        for (std::size_t i = layer.outputs; i-- > 0;)
            for (std::size_t j = 0; j < layer.inputs; ++j)
                dE_da[j] += h.delta[i] * (how.transpose ? w(l, i, j) : w(l, j, i));
    }
    return hand;
}

inline LayerCheck check_numbers(const Sample& s, const std::vector<LayerGradients>& hand) {
    return check_layers(s.net, loss(s.loss), s.x, s.target, hand);
}
inline LayerCheck check(const Sample& s, const How& how = {}) { return check_numbers(s, backward(s, how)); }

// Where the mistakes are, as "2 delta, 1 weights".
inline std::string places(const LayerCheck& check) {
    std::string text;
    for (const QuantityCheck& q : check.mistakes())
        text += (text.empty() ? "" : ", ") + std::to_string(q.layer) + " " + std::string(to_string(q.of));
    return text;
}
inline std::string reasons(const LayerCheck& check) {
    std::string text;
    for (const QuantityCheck& q : check.mistakes()) text += (text.empty() ? "" : "; ") + q.reason;
    return text;
}

inline void expect_fits(const LayerCheck& check) {
    std::istringstream text(check.text());
    for (std::string line; std::getline(text, line);) EXPECT_LE(line.size(), 80U) << line;
}

// ---- Samples ----

inline Sample lecture_sample() {
    static const Exercise e = lecture_exercise();
    return {e.model, "squared", e.x, {.values = e.y}};
}

// Networks of several shapes, activations, biases and losses, at random points.
inline std::vector<Sample> samples() {
    static const Numbers values{0.4, -0.3, 0.8};
    std::vector<Sample> all;
    Random random(5);
    const auto add = [&](Mlp<double> net, const std::string& loss, const Target& target) {
        for (double& p : net.parameters()) p = random.uniform(-1.5, 1.5);
        Numbers x(net.inputs());
        for (double& v : x) v = random.uniform(-2, 2);
        all.push_back({std::move(net), loss, std::move(x), target});
    };
    for (const char* g : {"sigmoid", "tanh", "relu", "identity"})
        for (const char* output : {"sigmoid", "tanh", "identity"})
            for (const Bias bias : {Bias::per_neuron, Bias::shared, Bias::none}) {
                add(Mlp<double>({3, 4, 4, 3}, activation(g), activation(output), bias), "squared",
                    {.values = values});
                add(Mlp<double>({2, 5, 2}, activation(g), activation(output), bias), "softmax_cross_entropy",
                    {.label = 1});
                add(Mlp<double>({4, 1, 3, 1}, activation(g), activation(output), bias), "hinge",
                    {.label = 0});
                add(Mlp<double>({2, 3}, activation(g), activation(output), bias), "squared",
                    {.values = values});
            }
    add(Mlp<double>({20, 70, 30, 3}, activation("tanh"), activation("sigmoid")), "squared",
        {.values = values});
    for (int k = 0; k < 20; ++k) {  // saturated neurons
        add(Mlp<double>({3, 6, 6, 3}, activation("tanh"), activation("sigmoid")), "squared",
            {.values = values});
        for (double& p : all.back().net.parameters()) p *= 4;
    }
    return all;
}

struct Place {
    std::size_t layer;
    Of of;
    std::string text() const { return std::to_string(layer) + " " + std::string(to_string(of)); }
};
// In the order in which they are judged.
inline std::vector<Place> all_places(const Mlp<double>& net) {
    std::vector<Place> places;
    for (std::size_t l = net.layers().size(); l > 0; --l)
        for (const Of of : {Of::delta, Of::weights, Of::biases})
            if (of != Of::biases || net.layers()[l - 1].biases() != 0) places.push_back({l, of});
    return places;
}
// One component, by a part of its size; a small one by a number of some size.
inline Spoil at(const Place& place, double part, std::size_t component) {
    return [=](std::size_t layer, Of of, Numbers& numbers) {
        double& number = numbers[component % numbers.size()];
        if (layer == place.layer && of == place.of)
            number += part * (std::abs(number) > 1e-3 ? number : 1e-3);
    };
}

}  // namespace layer_check_tests
