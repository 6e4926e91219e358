#include <wengert/nn/layer.hpp>

#include <cstdint>
#include <string>

#include <wengert/nn/random.hpp>

namespace wengert::nn {

std::size_t count_masks(std::span<const Layer> layers) {
    std::size_t n = 0;
    for (const Layer& l : layers) n += l.dropout > 0 ? l.outputs : 0;
    return n;
}

void dropout_masks(std::span<const Layer> layers, std::uint64_t seed, std::uint64_t step,
                   std::uint64_t sample, std::span<double> masks) {
    check_count("dropout_masks", "masks", masks.size(), count_masks(layers));
    std::size_t k = 0;
    for (std::size_t l = 0; l < layers.size(); ++l) {
        if (layers[l].dropout == 0) continue;
        // One word of each, stirred into the next.
        std::uint64_t key = seed;
        for (const std::uint64_t word : {step, sample, std::uint64_t{l}}) key = SplitMix64(key)() ^ word;
        Random random(key);
        const double kept = 1 / (1 - layers[l].dropout);
        for (double& mask : masks.subspan(k, layers[l].outputs))
            mask = random.uniform() < layers[l].dropout ? 0 : kept;
        k += layers[l].outputs;
    }
}

std::size_t count_parameters(std::span<const Layer> layers) {
    constexpr std::size_t most = PTRDIFF_MAX / sizeof(double);
    std::size_t n = 0;
    for (const Layer& l : layers) {
        // Divided, not multiplied; the one more is room for the biases.
        if ((l.outputs != 0 && l.inputs >= most / l.outputs) || l.parameters() > most - n)
            fail("a layer of " + std::to_string(l.inputs) + " inputs and " + std::to_string(l.outputs) +
                 " outputs has more parameters than any memory holds: choose smaller widths");
        n += l.parameters();
    }
    return n;
}

void check_widths(std::span<const std::size_t> widths) {
    if (widths.size() < 2)
        fail("a network needs the width of its inputs and of at least one layer, such as 2-16-1; it got " +
             std::to_string(widths.size()) + " widths");
    for (std::size_t k = 0; k < widths.size(); ++k)
        if (widths[k] == 0)
            fail("width " + std::to_string(k) + " of the network is 0: each layer needs a neuron");
}

void check_layers_fit(std::span<const Layer> layers) {
    if (layers.empty()) fail("a network needs at least one layer");
    for (std::size_t l = 0; l < layers.size(); ++l) {
        if (layers[l].inputs == 0 || layers[l].outputs == 0)
            fail("layer " + std::to_string(l + 1) + " of the network has a width of 0");
        if (!(layers[l].dropout >= 0 && layers[l].dropout < 1))
            fail("layer " + std::to_string(l + 1) + " has a dropout of " + std::to_string(layers[l].dropout) +
                 ": it is a share of its neurons, at least 0 and below 1");
        if (layers[l].dropout != 0 && l + 1 == layers.size())
            fail("the output layer has a dropout: there the network's answer would be dropped");
        if (l > 0 && layers[l].inputs != layers[l - 1].outputs)
            fail("layer " + std::to_string(l + 1) + " takes " + std::to_string(layers[l].inputs) +
                 " inputs, the layer before has " + std::to_string(layers[l - 1].outputs) + " outputs");
    }
}

void check_layer(std::size_t l, std::size_t layers) {
    if (l >= layers)
        fail("there is no layer " + std::to_string(l) + ", counted from 0: the network has " +
             std::to_string(layers));
}

void check_count(const char* where, const char* what, std::size_t got, std::size_t wanted) {
    if (got != wanted)
        fail(std::string(where) + " needs " + std::to_string(wanted) + " " + what + ", it got " +
             std::to_string(got));
}

}  // namespace wengert::nn
