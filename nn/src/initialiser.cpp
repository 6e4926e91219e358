#include <wengert/nn/initialiser.hpp>

#include <algorithm>
#include <cmath>

#include "named.hpp"

namespace wengert::nn {
namespace {

// Gives each weight draw(layer), each bias 0.
template <class Draw> void fill_weights(Mlp<double>& model, const Draw& draw) {
    double* p = model.parameters().data();
    for (const Layer& layer : model.layers()) {
        p = std::generate_n(p, layer.weights(), [&] { return draw(layer); });
        p = std::fill_n(p, layer.biases(), 0.0);
    }
}

constexpr Named<void (*)(Mlp<double>&, Random&)> known[] = {
    {"uniform", [](Mlp<double>& model, Random& random) { uniform(model, -0.5, 0.5, random); }},
    {"xavier", xavier},
    {"he", he},
};

}  // namespace

void uniform(Mlp<double>& model, double low, double high, Random& random) {
    for (double& p : model.parameters()) p = random.uniform(low, high);
}

void xavier(Mlp<double>& model, Random& random) {
    fill_weights(model, [&](const Layer& layer) {
        const double bound = std::sqrt(6.0 / static_cast<double>(layer.inputs + layer.outputs));
        return random.uniform(-bound, bound);
    });
}

void he(Mlp<double>& model, Random& random) {
    fill_weights(model, [&](const Layer& layer) {
        return random.normal() * std::sqrt(2.0 / static_cast<double>(layer.inputs));
    });
}

void initialise(std::string_view name, Mlp<double>& model, Random& random) {
    find(known, "initialiser", name).function(model, random);
}
std::vector<std::string> initialiser_names() { return names_of(known); }

}  // namespace wengert::nn
