// The table of steps and engines.
#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "networks/activation_step.hpp"
#include "networks/cell.hpp"
#include "networks/hand.hpp"
#include "networks/images.hpp"
#include "networks/nn.hpp"
#include "networks/value.hpp"

namespace bench::networks {

/// The images and the network of MlpStep for nn.
inline wengert::nn::Dataset dataset(const MlpStep::Samples& samples) {
    wengert::nn::Dataset data;
    data.width = MlpStep::pixels;
    data.class_count = MlpStep::classes;
    data.inputs = samples.images;
    data.labels.assign(samples.labels.begin(), samples.labels.end());
    return data;
}
inline wengert::nn::Mlp<double> image_network() {
    wengert::nn::Mlp<double> net({MlpStep::pixels, MlpStep::hidden, MlpStep::classes},
                                 wengert::nn::activation("relu"), wengert::nn::activation("identity"));
    net.set_parameters(MlpStep().initial());
    return net;
}

/// The step by hand, by Values, and by nn, from the same parameters over the same batches.
inline void training_cells(std::vector<Cell>& cells) {
    const auto [kind, samples] = images(Training<Hand>::batches * MlpStep::batch);
    const std::string problem = "step 784-64-10, " + kind;
    Training<Hand> first(samples);
    first.run();
    const auto by = [&]<class Engine>(std::type_identity<Engine>, auto state, auto step) {
        const auto take = [state, step] { return step(*state), state->result; };
        cells.push_back(training_cell<Engine>(problem, take, first.result));
    };
    const auto run = [](auto& training) { training.run(); };
    by(std::type_identity<Hand>{}, std::make_shared<Training<Hand>>(samples), run);
    by(std::type_identity<Value>{}, std::make_shared<Training<Value>>(samples), run);
    by(std::type_identity<Nn>{},
       std::make_shared<Nn>(image_network(), "softmax_cross_entropy", dataset(samples), MlpStep::batch),
       [](Nn& nn) { nn.run(Training<Hand>::period); });
}

/// Steps with a built-in activation, and with the same function in a user's forms.
inline void activation_cells(std::vector<Cell>& cells) {
    using Step = ActivationStep;
    for (const auto& [problem, forms] : Step::functions()) {
        const Result built_in = Step::reference(forms.front().activation);
        for (const auto& [name, activation] : forms) {
            const auto state =
                std::make_shared<Nn>(Step::network(activation), "hinge", Step::data(), Step::samples);
            const auto take = [state] { return state->run(Training<Hand>::period), state->result; };
            Cell cell{problem, std::string(name), [take] { take(); }, {}, {}, std::string(Step::built_in)};
            const bool learns = !activation.initial().empty();  // and has more parameters
            check<Nn>(cell, take, learns ? Step::reference(activation) : built_in);
            cells.push_back(cell);
        }
    }
}

/// Every cell, checked.
inline std::vector<Cell> all_cells() {
    std::vector<Cell> cells;
    training_cells(cells);
    activation_cells(cells);
    return cells;
}

}  // namespace bench::networks
