// The sweep: from the top of a recording down, each result hands its adjoint to its arguments. Included by
// tape.hpp.
#pragma once

#include <string>

#include <wengert/tape.hpp>

namespace wengert {

// ---- Where contributions go ----

namespace detail {

// Kept out of line: inlined, it would take the registers of the sweep's loop over plain edges.
template <class S>
[[gnu::noinline]] void add_scaled(S* __restrict y, const S* __restrict x, const S& t, std::size_t n) {
    std::size_t k = 0;
    for (; k + 8 <= n; k += 8)
        for (std::size_t j = k; j < k + 8; ++j) y[j] += x[j] * t;
    for (; k < n; ++k) y[k] += x[k] * t;
}

// Where contributions go: to the adjoint of every value,
template <class S> struct EveryAdjoint {
    S* adjoints;
    WENGERT_INLINE void add(Index from, const S& partial, const S& t) { adjoints[from] += partial * t; }
    void add_block(Index base, const S* partials, const S& t, std::size_t n) {
        add_scaled(adjoints + base, partials, t, n);
    }
};
// to that of values after a mark, what comes before into an array of its own or nowhere,
template <class S> struct AdjointsAbove {
    S* adjoints;
    Index last;  // before the mark
    S* below;    // of index first
    Index first;
    WENGERT_INLINE void add(Index from, const S& partial, const S& t) {
        if (from > last)
            adjoints[from] += partial * t;
        else if (below != nullptr)
            below[from - first] += partial * t;
    }
    void add_block(Index base, const S* partials, const S& t, std::size_t n) {
        // No block lies across a mark: the epoch changes there.
        if (base > last)
            add_scaled(adjoints + base, partials, t, n);
        else if (below != nullptr)
            add_scaled(below + (base - first), partials, t, n);
    }
};
// or to every adjoint as an absolute value.
template <class S> struct AbsoluteAdjoints {
    S* adjoints;
    void add(Index from, const S& partial, const S& t) { adjoints[from] += abs(partial) * abs(t); }
    void add_block(Index base, const S* partials, const S& t, std::size_t n) {
        for (std::size_t k = 0; k < n; ++k) add(static_cast<Index>(base + k), partials[k], t);
    }
};

}  // namespace detail

// From the top down to `stop`: each result hands its adjoint, times the partial, to its arguments. One test a
// result: an adjoint of exactly 0 hands on nothing, whatever the partials are.
template <class S> template <class Target>
void Tape<S>::sweep(std::span<const Seed> seeds, const E* stop, Target target) {
    const S one(1);
    for (const Seed& s : seeds)
        if (s.id != 0) target.add(detail::index_of(s.id), one, s.seed);
    const S* a = target.adjoints;
    const E* e = top_ - 1;
    while (e != stop) {
        const Index to = e->to;
        if (to == 0) [[unlikely]] {
            e = sweep_block(e, target);
            a = target.adjoints;
            continue;
        }
        const S t = a[to];
        if (detail::exactly_zero(t)) {
            do --e;
            while (e->to == to);
            continue;
        }
        do {
            target.add(e->from, e->partial, t);
            --e;
        } while (e->to == to);
    }
}

// What ends at the closing edge e; returns the edge below it.
template <class S> template <class Target> auto Tape<S>::sweep_block(const E* e, Target& target) -> const E* {
    if (e->from >= first_index) {
        const std::size_t n = e[-1].from;
        const E* const begin = e + 1 - block_edges(n);
        const S t = target.adjoints[e[-1].to];
        if (!detail::exactly_zero(t)) target.add_block(e->from, reinterpret_cast<const S*>(begin), t, n);
        return begin - 1;
    }
    if (e->from == products) {
        const Index outputs = e[-1].from, weights = e[-2].from, x = e[-2].to;
        const std::size_t m = e[-3].from, n = e[-3].to;
        const E* const of_x = e - 3 - (x != 0 ? edges_of(m * n) : 0);
        const E* const of_weights = of_x - (weights != 0 ? edges_of(n) : 0);
        for (std::size_t i = 0; i < m; ++i) {
            const S t = target.adjoints[outputs + i];
            if (detail::exactly_zero(t)) continue;
            if (weights != 0)
                target.add_block(static_cast<Index>(weights + i * n), reinterpret_cast<const S*>(of_weights),
                                 t, n);
            if (x != 0) target.add_block(x, reinterpret_cast<const S*>(of_x) + i * n, t, n);
        }
        return of_weights - 1;
    }
    if (e->from == link) {
        const E* below;
        std::memcpy(&below, &e[-1].from, sizeof below);
        return below - 1;
    }
    if (e->from == external) {
        ExternalBlock<S>& block = *books_->externals[e[-1].from];
        const std::span<const S> contributions = block.sweep(target.adjoints);
        target.adjoints = adjoints_;  // the block may have recorded and swept above
        const S one(1);
        for (std::size_t k = 0; k < contributions.size(); ++k)
            if (block.inputs()[k] != 0) target.add(block.inputs()[k], one, contributions[k]);
        return e - 2;
    }
    return e - 1;  // a mark that lies above the one to stop at
}

// ---- What a user starts ----

template <class S> void Tape<S>::make_adjoints() {
    if (books_ == nullptr) open();
    const std::size_t needed = std::size_t{detail::index_of(next_)} + 1;
    if (needed <= room_) return;
    const std::size_t room = std::max(needed, std::min(2 * room_, needed + needed / 8 + 1024));
    S* const larger = static_cast<S*>(detail::acquire(room * sizeof(S)));
    const std::size_t kept = std::min(swept_ + 1, room_);
    for (std::size_t k = 0; k < room; ++k) detail::make_at(larger + k, k < kept ? adjoints_[k] : S{});
    detail::release(adjoints_, room_ * sizeof(S));
    adjoints_ = larger;
    room_ = room;
}

template <class S> void Tape<S>::backward(std::span<const Seed> seeds, bool absolute) {
    if (books_ != nullptr && books_->swept_index != 0)
        fail("backward() inside a sweep: a vjp that differentiates calls wengert::gradient(f, x)");
    for (const Seed& s : seeds)
        if (s.id != 0) validate(s.id, "backward()");
    make_adjoints();
    std::fill_n(adjoints_, std::size_t{detail::index_of(next_)} + 1, S{});
    const Sweeping guard(*this, 0);
    const E* const stop = books_->chunks[0].begin;
    if (absolute)
        sweep(seeds, stop, detail::AbsoluteAdjoints<S>{adjoints_});
    else
        sweep(seeds, stop, detail::EveryAdjoint<S>{adjoints_});
}

template <class S> void Tape<S>::backward_to(const Mark& m, std::span<const Seed> seeds, std::span<S> below) {
    validate(m, "a sweep");
    if (m.index_ < books_->swept_index)
        fail("a sweep to a mark inside another sweep: a vjp sweeps only to marks that it took itself");
    for (const Seed& s : seeds)
        if (s.id != 0) validate(s.id, "backward()");
    const std::size_t before = m.index_ - (first_index - 1);
    if (!below.empty() && below.size() != before)
        fail("a sweep to a mark adds to one number for each of the " + std::to_string(before) +
             " values before it, the array has " + std::to_string(below.size()));
    make_adjoints();
    const std::size_t start = std::min<std::size_t>(swept_, m.index_);
    std::fill_n(adjoints_ + start + 1, detail::index_of(next_) - start, S{});
    const Sweeping guard(*this, m.index_);
    sweep(seeds, m.top_ - 1,
          detail::AdjointsAbove<S>{adjoints_, m.index_, below.empty() ? nullptr : below.data(), first_index});
}

}  // namespace wengert
