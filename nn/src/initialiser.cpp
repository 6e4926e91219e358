#include <wengert/nn/initialiser.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "named.hpp"

namespace wengert::nn {
namespace {

// Gives each weight weight(layer), each bias bias().
template <class Weight, class Bias> void fill(Mlp<double>& model, const Weight& weight, const Bias& bias) {
    std::size_t first = 0;
    for (const Layer& layer : model.layers()) {
        const auto own = model.parameters().subspan(first, layer.weights() + layer.biases());
        std::ranges::generate(own.first(layer.weights()), [&] { return weight(layer); });
        std::ranges::generate(own.subspan(layer.weights()), bias);
        first += layer.parameters();
    }
}
constexpr auto zero = [] { return 0.0; };

// Weights of variance gain / fan(layer).
template <class Fan> void scale(Mlp<double>& model, double gain, const Fan& fan, Draw draw, Random& random) {
    fill(
        model,
        [&](const Layer& layer) {
            const double n = static_cast<double>(fan(layer));
            if (draw == Draw::normal) return random.normal() * std::sqrt(gain / n);
            const double bound = std::sqrt(3 * gain / n);
            return random.uniform(-bound, bound);
        },
        zero);
}

template <void (*f)(Mlp<double>&, Draw, Random&), Draw draw>
constexpr auto with = [](Mlp<double>& model, Random& random) { f(model, draw, random); };

constexpr Named<void (*)(Mlp<double>&, Random&)> known[] = {
    {"zeros", [](Mlp<double>& model, Random&) { constant(model, 0); }},
    {"constant", [](Mlp<double>& model, Random&) { constant(model, 0.1); }},
    {"uniform", [](Mlp<double>& model, Random& random) { uniform(model, -0.5, 0.5, random); }},
    {"normal", [](Mlp<double>& model, Random& random) { normal(model, 0.1, random); }},
    {"xavier", xavier},
    {"he", he},
    {"glorot_uniform", with<glorot, Draw::uniform>},
    {"glorot_normal", with<glorot, Draw::normal>},
    {"he_uniform", with<he, Draw::uniform>},
    {"he_normal", with<he, Draw::normal>},
    {"lecun_uniform", with<lecun, Draw::uniform>},
    {"lecun_normal", with<lecun, Draw::normal>},
};

}  // namespace

void uniform(Mlp<double>& model, double low, double high, Random& random) {
    const auto draw = [&] { return random.uniform(low, high); };
    fill(
        model, [&](const Layer&) { return draw(); }, draw);
}
void normal(Mlp<double>& model, double deviation, Random& random) {
    fill(
        model, [&](const Layer&) { return deviation * random.normal(); }, zero);
}
void constant(Mlp<double>& model, double weight) {
    fill(
        model, [&](const Layer&) { return weight; }, zero);
}

void glorot(Mlp<double>& model, Draw draw, Random& random) {
    scale(
        model, 2, [](const Layer& l) { return l.inputs + l.outputs; }, draw, random);
}
void he(Mlp<double>& model, Draw draw, Random& random) {
    scale(
        model, 2, [](const Layer& l) { return l.inputs; }, draw, random);
}
void lecun(Mlp<double>& model, Draw draw, Random& random) {
    scale(
        model, 1, [](const Layer& l) { return l.inputs; }, draw, random);
}
void xavier(Mlp<double>& model, Random& random) { glorot(model, Draw::uniform, random); }
void he(Mlp<double>& model, Random& random) { he(model, Draw::normal, random); }

void initialise(std::string_view name, Mlp<double>& model, Random& random) {
    find(known, "initialiser", name).function(model, random);
}
std::vector<std::string> initialiser_names() { return names_of(known); }

}  // namespace wengert::nn
