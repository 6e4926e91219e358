#include <wengert/nn/layer.hpp>

#include <cstdint>

namespace wengert::nn {

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
        if (l > 0 && layers[l].inputs != layers[l - 1].outputs)
            fail("layer " + std::to_string(l + 1) + " takes " + std::to_string(layers[l].inputs) +
                 " inputs, the layer before has " + std::to_string(layers[l - 1].outputs) + " outputs");
    }
}

void check_count(const char* where, const char* what, std::size_t got, std::size_t wanted) {
    if (got != wanted)
        fail(std::string(where) + " needs " + std::to_string(wanted) + " " + what + ", it got " +
             std::to_string(got));
}

}  // namespace wengert::nn
