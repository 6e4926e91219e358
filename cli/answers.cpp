#include "answers.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>
#include <string_view>

using namespace wengert::nn;

namespace {

// The power of the answers' size that a loss has.
struct Power {
    std::string_view loss;
    double power;
};
constexpr Power powers[] = {{"squared", 2}, {"mean_squared", 2}, {"mean_absolute", 1}};

struct OutputNeuron {
    std::span<double> weights;
    double* bias;
};
OutputNeuron output_neuron(Mlp<double>& model) {
    const Layer& last = model.layers().back();
    const auto own = model.parameters(model.layers().size() - 1);
    return {own.first(last.weights()), &own[last.weights()]};
}

}  // namespace

AnswerScale AnswerScale::of(const Data& data, const Mlp<double>& model, const Loss& loss) {
    AnswerScale s;
    const Layer& last = model.layers().back();
    const auto* const power = std::ranges::find(powers, loss.name(), &Power::loss);
    const std::vector<double>& y = data.training.targets;
    if (data.standardiser.means.empty() || data.training.target_width != 1 || power == std::end(powers) ||
        last.outputs != 1 || last.activation.name() != "identity" || last.biases() == 0 || last.frozen)
        return s;
    const auto answers = Standardiser::of({.width = 1, .inputs = y});
    if (!std::isfinite(answers.deviations[0])) return s;
    s.mean = answers.means[0], s.deviation = answers.deviations[0];
    s.loss = std::pow(s.deviation, power->power);
    return s;
}

Data AnswerScale::scaled(const Data& data) const {
    Data result = data;
    for (double& y : result.training.targets) y = (y - mean) / deviation;
    if (result.validation)
        for (double& y : result.validation->targets) y = (y - mean) / deviation;
    return result;
}

void AnswerScale::scale(Mlp<double>& model) const {
    if (mean == 0 && deviation == 1) return;
    const OutputNeuron n = output_neuron(model);
    for (double& w : n.weights) w /= deviation;
    *n.bias = (*n.bias - mean) / deviation;
}
void AnswerScale::restore(Mlp<double>& model) const {
    if (mean == 0 && deviation == 1) return;
    const OutputNeuron n = output_neuron(model);
    for (double& w : n.weights) w *= deviation;
    *n.bias = *n.bias * deviation + mean;
}
