// Activations that are more than a function of one number: with parameters that are learned along with the
// weights, for each layer or for each neuron, and of a whole layer.
#include <cstddef>
#include <cstdio>

#include <wengert/nn/nn.hpp>

using namespace wengert;

namespace {

// x sigmoid(beta x), beta from 1.
const auto swish = [](const auto& x, auto p) { return x * sigmoid(p[0] * x); };
const nn::Activation by_layer("swish", swish, {1.0});
const nn::Activation by_neuron("swish", swish, {1.0}, nn::Each::neuron);

// tanh(z_i / r), r the root of the layer's mean square. T stores it: the expression alone
// would be computed anew wherever r stands.
const auto tanh_of_scaled = [](auto z) {
    using T = typename decltype(z)::value_type;
    const auto r = T(sqrt(dot(z, z) / static_cast<double>(z.size()) + 1e-6));
    for (T& v : z) v = tanh(v / r);
};
const nn::Activation scaled = nn::Activation::of_layer("scaled tanh", tanh_of_scaled);

// Two moons by a network 2-8-8-1.
nn::Mlp<double> trained(const nn::Activation& hidden) {
    const nn::Dataset moons = nn::two_moons(200, 0.1, 1);
    nn::Mlp net({2, 8, 8, 1}, hidden, nn::activation("identity"));
    nn::Random random(1);
    nn::he(net, random);
    nn::Trainer trainer(net, nn::loss("hinge"), nn::Adam{.rate = 0.03}, moons, {.epochs = 40});
    trainer.run();
    std::printf("%s: accuracy %.3f\n", hidden.name().c_str(), trainer.evaluation().accuracy);
    return net;
}

// Of a layer, the parameters of its activation lie behind weights and biases.
void print_learned(const nn::Mlp<double>& net, std::size_t l) {
    const nn::Layer& layer = net.layers()[l];
    std::printf("  layer %zu, beta:", l + 1);
    for (const double beta : net.parameters(l).subspan(layer.weights() + layer.biases()))
        std::printf(" %.2f", beta);
    std::puts("");
}

}  // namespace

int main() {
    for (const nn::Activation& form : {by_layer, by_neuron}) {
        const nn::Mlp<double> net = trained(form);
        print_learned(net, 0);
        print_learned(net, 1);
    }
    trained(scaled);

    // An activation that is not a number somewhere: training goes on until a neuron comes there.
    try {
        trained(nn::Activation("root", [](const auto& x) { return sqrt(x); }));
    } catch (const Error& e) {
        std::puts(e.what());
    }
}
