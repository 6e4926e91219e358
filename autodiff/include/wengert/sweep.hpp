// The sweep: from the top of a recording down, each result hands its adjoint to its arguments. Included by
// tape.hpp.
#pragma once

#include <string>

#include <wengert/tape.hpp>

namespace wengert {

// ---- Where contributions go ----

namespace detail {

template <class S>
WENGERT_INLINE void add_scaled(S* __restrict y, const S* __restrict x, const S& t, std::size_t n) {
    std::size_t k = 0;
    for (; k + 8 <= n; k += 8)
        for (std::size_t j = k; j < k + 8; ++j) y[j] += x[j] * t;
    for (; k < n; ++k) y[k] += x[k] * t;
}

// The same for m rows of x, one for each t, in this order; nothing of a row where t is exactly 0. A y that is
// few numbers is kept in registers, eight at a time: written after each row, it would be waited for.
template <class S> void add_scaled_rows(S* __restrict y, const S* __restrict rows, const S* __restrict t,
                                        std::size_t m, std::size_t n) {
    const auto columns = [&]<std::size_t width>(std::index_sequence<width>, std::size_t j) {
        S sums[width];
        for (std::size_t k = 0; k < width; ++k) sums[k] = y[j + k];
        for (std::size_t i = 0; i < m; ++i) {
            if (exactly_zero(t[i])) continue;
            for (std::size_t k = 0; k < width; ++k) sums[k] += rows[i * n + j + k] * t[i];
        }
        for (std::size_t k = 0; k < width; ++k) y[j + k] = sums[k];
    };
    if (n <= 64) {
        std::size_t j = 0;
        for (; j + 8 <= n; j += 8) columns(std::index_sequence<8>{}, j);
        for (; j < n; ++j) columns(std::index_sequence<1>{}, j);
    } else {
        for (std::size_t i = 0; i < m; ++i)
            if (!exactly_zero(t[i])) add_scaled(y, rows + i * n, t[i], n);
    }
}

template <class S> bool holds_nan(std::span<const S> x) {
    std::uint64_t found = 0;
    for (const S& v : x) found |= static_cast<std::uint64_t>(v != v);
    return found != 0;
}

// Where contributions go. An adjoint of exactly 0 hands on nothing, whatever the partials are: that matters
// where a partial is not finite.

// To the adjoint of every value,
template <class S> struct EveryAdjoint {
    S* adjoints;
    WENGERT_INLINE static bool hands_on(const S& t) { return !exactly_zero(t); }
    WENGERT_INLINE static void handed_on(const S&) {}
    WENGERT_INLINE S add(Index from, const S& partial, const S& t) { return adjoints[from] += partial * t; }
    void add_block(Index base, const S* partials, const S& t, std::size_t n) {
        add_scaled(adjoints + base, partials, t, n);
    }
    void add_rows(Index base, const S* partials, const S* t, std::size_t m, std::size_t n) {
        add_scaled_rows(adjoints + base, partials, t, m, n);
    }
};
// the same without a branch at zeros, which costs more than it saves where they come at random: right unless
// one was met and there are NaNs now,
template <class S> struct EveryAdjointAtFirst : EveryAdjoint<S> {
    S least;  // |t|
    WENGERT_INLINE static bool hands_on(const S&) { return true; }
    WENGERT_INLINE void handed_on(const S& t) {
        const S size = std::abs(t);
        least = size < least ? size : least;
    }
};
// to that of values after a mark, what comes before into an array of its own or nowhere,
template <class S> struct AdjointsAbove {
    S* adjoints;
    Index last;  // before the mark
    S* below;    // of index first
    Index first;
    WENGERT_INLINE static bool hands_on(const S& t) { return !exactly_zero(t); }
    WENGERT_INLINE static void handed_on(const S&) {}
    WENGERT_INLINE S add(Index from, const S& partial, const S& t) {
        if (from > last) return adjoints[from] += partial * t;
        if (below != nullptr) return below[from - first] += partial * t;
        return S{};
    }
    void add_block(Index base, const S* partials, const S& t, std::size_t n) {
        // No block lies across a mark: the epoch changes there.
        if (base > last)
            add_scaled(adjoints + base, partials, t, n);
        else if (below != nullptr)
            add_scaled(below + (base - first), partials, t, n);
    }
    void add_rows(Index base, const S* partials, const S* t, std::size_t m, std::size_t n) {
        if (base > last)
            add_scaled_rows(adjoints + base, partials, t, m, n);
        else if (below != nullptr)
            add_scaled_rows(below + (base - first), partials, t, m, n);
    }
};
// or to every adjoint as an absolute value.
template <class S> struct AbsoluteAdjoints {
    S* adjoints;
    WENGERT_INLINE static bool hands_on(const S& t) { return !exactly_zero(t); }
    WENGERT_INLINE static void handed_on(const S&) {}
    S add(Index from, const S& partial, const S& t) { return adjoints[from] += abs(partial) * abs(t); }
    void add_block(Index base, const S* partials, const S& t, std::size_t n) {
        for (std::size_t k = 0; k < n; ++k) add(static_cast<Index>(base + k), partials[k], t);
    }
    void add_rows(Index base, const S* partials, const S* t, std::size_t m, std::size_t n) {
        for (std::size_t i = 0; i < m; ++i)
            if (hands_on(t[i])) add_block(base, partials + i * n, t[i], n);
    }
};

}  // namespace detail

// From the top down to `stop`: each result hands its adjoint, times the partial, to its arguments.
template <class S> template <class Target>
Target Tape<S>::sweep(std::span<const Seed> seeds, const E* stop, Target target) {
    const S one(1);
    for (const Seed& s : seeds)
        if (s.id != 0) target.add(detail::index_of(s.id), one, s.seed);
    const S* a = target.adjoints;
    const E* e = top_ - 1;
    auto to = last_index();
    while (e != stop) {
        Index from = e->from, of = to--;
        if ((from & first_of_result) != 0 && (from & ~first_of_result) < first_index) [[unlikely]] {
            ++to;
            if (from == chained) {
                S t = a[to];
                do {
                    --to;
                    target.handed_on(t);
                    t = target.hands_on(t) ? target.add(to, e->partial, t) : a[to];
                    --e;
                } while (e->from == chained);
                continue;
            }
            if (from == skipped) {
                to -= payload(e--);
                continue;
            }
            if (from != resumed) {
                const Place below = sweep_block(e, to, target);
                e = below.e;
                to = below.to;
                a = target.adjoints = adjoints_;  // an external block may have recorded and swept above
                continue;
            }
            of = payload(e);
            from = (--e)->from;
        }
        const S t = a[of];
        if (!target.hands_on(t)) [[unlikely]] {
            while ((from & first_of_result) == 0) from = (--e)->from;
        } else {
            while ((from & first_of_result) == 0) {
                target.add(from, e->partial, t);
                from = (--e)->from;
            }
            target.add(from & ~first_of_result, e->partial, t);
        }
        target.handed_on(t);
        --e;
    }
    return target;
}

// What ends at e, while `to` is the last result before it; returns what is below it.
template <class S> template <class Target> auto Tape<S>::sweep_block(const E* e, Index to, Target target)
    -> Place {
    const Index kind = e->from & ~first_of_result;
    if (kind == external) {
        books_->externals[payload(e)]->sweep(target);
        return {e - 1, to};
    }
    const Place below{e - payload(e) - 1, to};  // of a mark or a link the number is 0
    if (kind == block_here) {
        Index numbers[3];
        footer(e, numbers);
        const auto [output, base, n] = numbers;
        const S t = target.adjoints[output];
        if (!detail::exactly_zero(t)) target.add_block(base, partials_above(below.e), t, n);
        return below;
    }
    if (kind == products) {
        Index numbers[6];
        footer(e, numbers);
        const auto [outputs, weights, x, biases, m, n] = numbers;
        const S* const of_weights = partials_above(below.e);
        const S* const of_x = of_weights + (weights != 0 ? n : 0);
        for (std::size_t i = 0; i < m; ++i) {
            const S t = target.adjoints[outputs + i];
            if (detail::exactly_zero(t)) continue;
            if (weights != 0) target.add_block(static_cast<Index>(weights + i * n), of_weights, t, n);
            if (biases != 0) target.add(static_cast<Index>(biases + i), S(1), t);
        }
        if (x != 0) target.add_rows(x, of_x, target.adjoints + outputs, m, n);
        return below;
    }
    if (kind == link) {
        const E* before;
        std::memcpy(&before, static_cast<const void*>(e - edges_of(sizeof before)), sizeof before);
        return {before - 1, to};
    }
    return below;  // a mark that lies above the one to stop at
}

// ---- What a user starts ----

template <class S> void Tape<S>::make_adjoints() {
    if (books_ == nullptr) open();
    const std::size_t needed = std::size_t{last_index()} + 1;
    if (needed <= room_) return;
    const std::size_t room = std::max(needed, std::min(2 * room_, needed + needed / 8 + 1024));
    S* const larger = static_cast<S*>(detail::acquire(room * sizeof(S)));
    const std::size_t kept = std::min(swept_ + 1, room_);
    for (std::size_t k = 0; k < room; ++k) detail::make_at(larger + k, k < kept ? adjoints_[k] : S{});
    detail::release(adjoints_, room_ * sizeof(S));
    adjoints_ = larger;
    room_ = room;
}

template <class S> template <class F>
WENGERT_INLINE void Tape<S>::sweeping(std::size_t keeps, const F& sweep) {
    Books& books = *books_;
    const Index index = std::exchange(books.swept_index, last_index());
    const std::size_t externals = std::exchange(books.swept_externals, books.externals.size());
    swept_ = last_index();
    try {
        sweep();
    } catch (...) {
        books.swept_index = index;
        books.swept_externals = externals;
        swept_ = keeps;
        throw;
    }
    books.swept_index = index;
    books.swept_externals = externals;
}

template <class S> void Tape<S>::backward(std::span<const Seed> seeds, bool absolute) {
    if (books_ != nullptr && books_->swept_index != 0)
        fail("backward() inside a sweep: a vjp that differentiates calls wengert::gradient(f, x)");
    for (const Seed& s : seeds)
        if (s.id != 0) require(s.id, "backward()");
    if (last_index() >= room_) make_adjoints();
    std::fill_n(adjoints_, std::size_t{last_index()} + 1, S{});
    sweeping(0, [&] {
        const E* const stop = books_->chunks[0].begin;
        if (absolute)
            sweep(seeds, stop, detail::AbsoluteAdjoints<S>{adjoints_});
        else
            sweep_all(seeds, stop);
    });
}

template <class S> void Tape<S>::sweep_all(std::span<const Seed> seeds, const E* stop) {
    if constexpr (std::is_floating_point_v<S>) {
        if (books_->externals.empty()) {
            const std::span<S> all(adjoints_, std::size_t{last_index()} + 1);
            const detail::EveryAdjointAtFirst<S> first{{adjoints_}, S(1)};
            if (sweep(seeds, stop, first).least != S(0) || !detail::holds_nan(std::span<const S>(all)))
                return;
            std::fill(all.begin(), all.end(), S{});
        }
    }
    sweep(seeds, stop, detail::EveryAdjoint<S>{adjoints_});
}

template <class S> void Tape<S>::backward_to(const Mark& m, std::span<const Seed> seeds, std::span<S> below) {
    validate(m, "a sweep");
    if (m.index_ < books_->swept_index)
        fail("a sweep to a mark inside another sweep: a vjp sweeps only to marks that it took itself");
    for (const Seed& s : seeds)
        if (s.id != 0) require(s.id, "backward()");
    const std::size_t before = m.index_ - (first_index - 1);
    if (!below.empty() && below.size() != before)
        fail("a sweep to a mark adds to one number for each of the " + std::to_string(before) +
             " values before it, the array has " + std::to_string(below.size()));
    make_adjoints();
    const std::size_t start = std::min<std::size_t>(swept_, m.index_);
    std::fill_n(adjoints_ + start + 1, last_index() - start, S{});
    sweeping(m.index_, [&] {
        sweep(seeds, m.top_ - 1,
              detail::AdjointsAbove<S>{adjoints_, m.index_, below.empty() ? nullptr : below.data(),
                                       first_index});
    });
}

template <class S> template <class Target>
void Tape<S>::sweep_above(const Mark& m, std::span<const Seed> seeds, Target& target) {
    validate(m, "a sweep");
    make_adjoints();
    std::fill_n(adjoints_ + m.index_ + 1, last_index() - m.index_, S{});
    target.adjoints = adjoints_;
    sweeping(m.index_, [&] { sweep(seeds, m.top_ - 1, target); });
    target.adjoints = adjoints_;
}

}  // namespace wengert
