// The table of problems and engines. A new one is one file and a name here.
#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "cell.hpp"
#include "engines/hand.hpp"
#include "engines/nn.hpp"
#include "engines/primal.hpp"
#include "engines/wengert.hpp"
#include "problems/dot_tanh.hpp"
#include "problems/images.hpp"
#include "problems/moons_mlp.hpp"
#include "problems/recurrence.hpp"

namespace bench {

template <class... Engines> struct By {
    template <class Problem> static void gradient(std::vector<Cell>& cells) {
        (cells.push_back(gradient_cell<Engines, Problem>()), ...);
    }
};

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
    by(std::type_identity<Tape<LoopDot>>{}, std::make_shared<Training<Tape<LoopDot>>>(samples), run);
    by(std::type_identity<Nn>{}, std::make_shared<Nn>(samples, MlpStep().initial()),
       [](Nn& nn) { nn.run(Training<Hand>::period); });
}

/// Every cell, checked.
inline std::vector<Cell> all_cells() {
    using Value = Tape<LoopDot>;
    using Fused = Tape<FusedDot>;
    std::vector<Cell> cells;
    By<Primal, Hand, Value, Fused>::gradient<DotTanh>(cells);
    By<Primal, Hand, Value, Fused>::gradient<MoonsMlp>(cells);
    By<Primal, Hand, Value>::gradient<Recurrence>(cells);  // no sum of products to fuse
    training_cells(cells);
    return cells;
}

}  // namespace bench
