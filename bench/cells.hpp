// The table of problems and engines. A new one is one file and a name here.
#pragma once

#include <vector>

#include "cell.hpp"
#include "engines/hand.hpp"
#include "engines/primal.hpp"
#include "engines/wengert.hpp"
#include "problems/dot_tanh.hpp"
#include "problems/moons_mlp.hpp"
#include "problems/recurrence.hpp"

namespace bench {

template <class... Engines> struct By {
    template <class Problem> static void gradient(std::vector<Cell>& cells) {
        (cells.push_back(gradient_cell<Engines, Problem>()), ...);
    }
    static void training(std::vector<Cell>& cells) { (cells.push_back(training_cell<Engines>()), ...); }
};

/// Every cell, checked.
inline std::vector<Cell> all_cells() {
    using Value = Tape<LoopDot>;
    using Fused = Tape<FusedDot>;
    std::vector<Cell> cells;
    By<Primal, Hand, Value, Fused>::gradient<DotTanh>(cells);
    By<Primal, Hand, Value, Fused>::gradient<MoonsMlp>(cells);
    By<Primal, Hand, Value>::gradient<Recurrence>(cells);  // no sum of products to fuse
    By<Hand, Value, Fused>::training(cells);
    return cells;
}

}  // namespace bench
