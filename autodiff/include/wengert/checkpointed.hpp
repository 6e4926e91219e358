// Reverse mode through a recurrence of any length in memory that grows as its square root.
#pragma once

#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include <wengert/blocks.hpp>
#include <wengert/value.hpp>

namespace wengert {
namespace detail {

// The numbers of a state: a vector or array of them, or one alone.
template <class State> auto numbers_of(State& state) {
    if constexpr (Differentiable<State> || Arithmetic<State>)
        return std::span(&state, 1);
    else
        return std::span(state.data(), state.size());
}
template <class State> using NumberOfState =
    std::remove_const_t<typename decltype(numbers_of(std::declval<State&>()))::element_type>;

[[noreturn]] void step_changed_width(std::size_t from, std::size_t to, std::size_t step);
[[noreturn]] void step_is_no_function(std::size_t step);

// Steps first ... last - 1 of the recurrence.
template <class State, class F>
State advance(State state, const F& step, std::size_t first, std::size_t last) {
    for (std::size_t k = first; k < last; ++k) {
        const std::size_t width = numbers_of(state).size();
        state = step(std::move(state), k);
        if (numbers_of(state).size() != width) step_changed_width(width, numbers_of(state).size(), k);
    }
    return state;
}

// The steps of a recurrence, of which only every `segment`-th state is kept; a sweep records one segment
// after the other anew, from the last to the first.
template <class S, class State, class F> class Checkpointed final
    : public SweptInto<S, Checkpointed<S, State, F>> {
public:
    Checkpointed(std::size_t steps, const State& state, F step)
        : segment_(static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(steps))))),
          steps_(steps),
          width_(numbers_of(state).size()),
          charge_(((steps + segment_ - 1) / segment_ + 1) * width_ * sizeof(S)),
          state_(state),
          step_(std::move(step)) {
        const Paused<S> plain;
        for (auto& v : numbers_of(state_)) inputs_.push_back(v.id());
        kept_.reserve((steps + segment_ - 1) / segment_ * width_ + width_);
        State x = state_;
        for (auto& v : numbers_of(x)) v = Reverse<S>(v.value());
        keep(x);
        for (std::size_t k = 0; k < steps; k += segment_) {
            x = advance(std::move(x), step_, k, std::min(k + segment_, steps));
            keep(x);
        }
    }

    /// The state at the end, as new variables.
    State outputs() {
        State y = state_;
        first_output_ = tape<S>.variables(width_);
        place(y, kept_.size() - width_, [this](std::size_t j) { return first_output_ + j; });
        return y;
    }

    template <class Target> void sweep_into(Target& to) {
        Tape<S>& t = tape<S>;
        const S* const first = to.adjoints + index_of(first_output_);
        std::vector<S> adjoints(first, first + width_);
        bool none = true;
        for (const S& a : adjoints) none = none && exactly_zero(a);
        if (none) return;
        for (std::size_t s = kept_.size() / width_ - 1; s-- > 0;) {
            const Recording<S> scope;
            const Id inputs = s == 0 ? 0 : t.variables(width_);
            State x = state_;
            place(x, s * width_, [&](std::size_t j) { return s == 0 ? inputs_[j] : inputs + j; });
            x = advance(std::move(x), step_, s * segment_, std::min((s + 1) * segment_, steps_));
            std::vector<typename Tape<S>::Seed> seeds;
            const auto ends = numbers_of(x);
            for (std::size_t j = 0; j < width_; ++j) {
                if (!same(ends[j].value(), kept_[(s + 1) * width_ + j])) step_is_no_function(s * segment_);
                seeds.push_back({ends[j].id(), adjoints[j]});
            }
            t.sweep_above(scope.start(), seeds, to);
            for (std::size_t j = 0; j < width_ && s != 0; ++j)
                adjoints[j] = to.adjoints[index_of(inputs) + j];
        }
    }

private:
    void keep(State& x) {
        for (auto& v : numbers_of(x)) kept_.push_back(v.value());
    }
    // The state whose first number is kept_[from], with ids.
    template <class Ids> void place(State& x, std::size_t from, const Ids& id) {
        const auto numbers = numbers_of(x);
        for (std::size_t j = 0; j < width_; ++j) numbers[j] = Reverse<S>(kept_[from + j], id(j));
    }
    static bool same(const S& a, const S& b) { return a == b || (a != a && b != b); }

    std::size_t segment_, steps_, width_;
    Charge charge_;
    State state_;
    F step_;
    std::vector<Id> inputs_;
    std::vector<S> kept_;
    Id first_output_ = 0;
};

}  // namespace detail

/// The state after `steps` steps, state = step(state, k) for k = 0 ... steps - 1, with the gradient of the
/// plain loop, to the bit where the compiler does not contract products and sums; also by Values that `step`
/// captures. Only about sqrt(steps) states are kept; a sweep runs the steps once more, sqrt(steps) of them at
/// a time on the tape. So a cycle costs about one evaluation without recording more than the plain loop.
///
///     Value x = variable(0.8), r = variable(3.9);
///     Value y = checkpointed(1'000'000, x, [r](Value x, std::size_t) { return Value(r * x * (1.0 - x)); });
///
/// A state is a number, or a vector or array of them; plain numbers and those of forward mode run the plain
/// loop. `step` is called again with the same arguments by every sweep: it must give the same numbers, write
/// to nothing but its result (a sum that it captured and added to would lose its gradient), and capture by
/// value, or what stays as it is until the last sweep. Throws Error if it gives other numbers, or another
/// number of them. Bits can differ where a state holds one value twice, or hands on an input that is used
/// elsewhere too. Over a tape of Values the inner tape records every step. Source: A. Griewank, "Achieving
/// logarithmic growth of temporal and spatial complexity in reverse automatic differentiation" (1992),
/// section 1: checkpoints at equal distances.
template <class State, class F> State checkpointed(std::size_t steps, const State& state, F step) {
    using T = detail::NumberOfState<const State>;
    if constexpr (detail::IsReverse<T>::value) {
        using S = typename T::Inner;
        Tape<S>& t = tape<S>;
        const auto numbers = detail::numbers_of(state);
        if (steps == 0 || numbers.empty() || t.paused()) return detail::advance(state, step, 0, steps);
        detail::validate_operands(t, numbers.size(), [&](std::size_t j) { return numbers[j].id(); });
        using Block = detail::Checkpointed<S, State, F>;
        auto block = detail::Owner<Block>(new Block(steps, state, std::move(step)));
        t.need(2, 0);
        State y = block->outputs();
        t.add_external(detail::Owner<ExternalBlock<S>>(block.release()));
        return y;
    } else {
        return detail::advance(state, step, 0, steps);
    }
}

}  // namespace wengert
