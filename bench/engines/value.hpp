// wengert's eager tape, with a problem's plain form or the one that has fused blocks.
#pragma once

#include <wengert/wengert.hpp>

#include "engine.hpp"

namespace bench {

/// A cycle: clear, register the inputs, record; then for each output sweep, and read a row.
template <class P, class Recorder> class ValueCycle {
    using Value = wengert::Value;

public:
    ValueCycle(const P& problem, std::span<const double> inputs)
        : problem_(problem), recorder_(inputs.size()), outputs_(outputs_of<P>) {}

    // Written once, and `last` no template argument: the problem's function has one caller, as in the other
    // engines, so that g++ decides alike whether it stands inline.
    void through(Part last, std::span<const double> x, std::span<double> y, std::span<double> jacobian) {
        wengert::clear();  // first, so that an exception in the cycle before leaves nothing behind
        const wengert::Id first = recorder_.variables(x);
        if (last == Part::registration) return;
        recorder_.record(problem_, outputs_);
        for (std::size_t i = 0; i < outputs_.size(); ++i) {
            y[i] = outputs_[i].value();
            if (last == Part::record) continue;
            outputs_[i].backward();
            if (last == Part::sweep) continue;
            wengert::tape<double>.read_adjoints(first, jacobian.subspan(i * x.size(), x.size()));
        }
    }
    std::size_t tape_bytes() const { return wengert::tape<double>.statistics().bytes; }

private:
    const P& problem_;
    Recorder recorder_;
    std::vector<Value> outputs_;
};

}  // namespace bench
