// The recording: a stream of edges in the order in which they were computed, walked once backwards by the
// sweep.
//
// An edge says "d to / d from = partial", where `from` and `to` are indices of values. A recorded result
// takes the next index; so does an independent variable, which has no edges. Index 0 is any constant. Edges
// with to == 0 close what is more than one edge: their `from` says what (Closing), or is the first argument
// of a block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <span>
#include <type_traits>
#include <vector>  // with it, as everywhere: min, max, fill_n, lower_bound; <algorithm> would double the lines

#include <wengert/error.hpp>
#include <wengert/functions.hpp>
#include <wengert/memory.hpp>

#if defined(__clang__)
#define WENGERT_SEEMS_CONST
#else
#define WENGERT_SEEMS_CONST [[gnu::const]]
#endif

namespace wengert {

using Index = std::uint32_t;

/// Who a value is: bits 0-31 its index (0: a constant), bit 32 whether += may still extend it, bits 33-63 the
/// epoch of its recording. A type of its own, so that no store of an edge can alias the counters of the tape.
using Id = unsigned long long;
namespace detail {
inline constexpr Id open_bit = Id{1} << 32;
constexpr Index index_of(Id id) { return static_cast<Index>(id); }
constexpr std::uint32_t epoch_of(Id id) { return static_cast<std::uint32_t>(id >> 33); }
constexpr Id make_id(std::uint32_t epoch, Index index) { return Id{epoch} << 33 | index; }

// A partial as a number of the tape.
template <class S, class P> WENGERT_INLINE decltype(auto) as(const P& partial) {
    if constexpr (std::same_as<P, S>)
        return (partial);
    else if constexpr (std::same_as<P, rules::One>)
        return S(1);
    else if constexpr (std::same_as<P, rules::MinusOne>)
        return S(-1);
    else
        return static_cast<S>(partial);
}
}  // namespace detail

/// What a tape holds now.
struct Statistics {
    std::size_t values;      ///< variables and results, one index each
    std::size_t edges;       ///< in units of an edge; blocks and marks count what they take
    std::size_t bytes;       ///< of these edges: 16 each for double
    std::size_t peak_bytes;  ///< the most that a recording of this thread took
    std::size_t held_bytes;  ///< edges, adjoints, and room kept for the next recording
};

template <class S> struct Edge {
    S partial;
    Index from, to;
    Edge(const S& p, Index f, Index t) : partial(p), from(f), to(t) {}
};

/// A block whose derivative its maker supplies; see external.hpp.
template <class S> class ExternalBlock {
public:
    virtual ~ExternalBlock() = default;
    /// What the inputs receive, one number per input, given the adjoints by index; empty where the outputs
    /// have none.
    virtual std::span<const S> sweep(const S* adjoints) = 0;
    virtual std::span<const Index> inputs() const = 0;
};

template <class S> class Tape {
    using E = Edge<S>;
    static_assert(std::is_trivially_destructible_v<S>);

public:
    enum Closing : Index { bottom, link, mark_here, external, products, first_index };

    /// A place in the recording to return to.
    class Mark {
        friend class Tape;
        E* top_ = nullptr;
        Index index_ = 0;                // the last before the mark
        std::uint32_t epoch_below_ = 0;  // that it carries; of the tape, where there is none
        std::size_t externals_ = 0;
    };

    WENGERT_INLINE static void put(E* place, const S& partial, Index from, Index to) {
        detail::make_at(place, partial, from, to);
    }

    // Writes the edges of one result; neighbouring edges of one argument become one.
    class Pen {
    public:
        WENGERT_INLINE Pen(E* start, Index to) : p_(start), to_(to) {}
        template <class P> WENGERT_INLINE void edge(const P& partial, Id id) {
            const Index from = detail::index_of(id);
            if (from == last_) {
                if (from != 0) p_[-1].partial += detail::as<S>(partial);
                return;
            }
            put(p_, detail::as<S>(partial), from, to_);
            p_ += from != 0;
            last_ = from;
        }
        E* end() const { return p_; }

    private:
        E* p_;
        Index to_, last_ = 0;
    };
    // The same, also where one other edge lies between: x * sigmoid(b * x). For statements of three operands
    // or more; loops of two gain nothing by it, and cost a sixth more (DECISIONS.md).
    class FarPen {
    public:
        WENGERT_INLINE FarPen(E* start, Index to) : p_(start), to_(to) {}
        template <class P> WENGERT_INLINE void edge(const P& partial, Id id) {
            const Index from = detail::index_of(id);
            if (from == 0) return;
            if (from == last_) {
                p_[-1].partial += detail::as<S>(partial);
            } else if (from == before_) {
                p_[-2].partial += detail::as<S>(partial);
            } else {
                put(p_++, detail::as<S>(partial), from, to_);
                before_ = last_;
                last_ = from;
            }
        }
        E* end() const { return p_; }

    private:
        E* p_;
        Index to_, last_ = 0, before_ = 0;
    };
    template <class Expression> using PenFor = std::conditional_t<(Expression::leaves > 2), FarPen, Pen>;

    // ---- Recording ----

    /// Records one statement; a constant one records nothing. Returns the result's id.
    template <class Expression> WENGERT_INLINE Id record(const Expression& e) {
        static_assert(Expression::leaves < slack, "a statement has too many arguments: split it");
        if (e.active() == 0) return 0;
        if (top_ >= limit_) [[unlikely]] {
            if (paused_) return 0;
            grow(1);
        }
        const Id to = next_ + 1;
        PenFor<Expression> pen(top_, detail::index_of(to));
        e.push(pen, rules::One{});
        if constexpr (Expression::may_be_empty) {
            if (pen.end() == top_)
                return variable();  // an index without an edge: it asks for room of its own
        }
        next_ = to;
        top_ = pen.end();
        return to;
    }

    /// Records old + e (Sign is One) or old - e (MinusOne) for an active e: as more edges of `old` where
    /// nothing has read that since the last mark, else as a result of its own.
    template <class Sign, class Expression> WENGERT_INLINE Id accumulate(const Expression& e, Id old) {
        static_assert(Expression::leaves + 1 < slack, "a statement has too many arguments: split it");
        if (top_ >= limit_) [[unlikely]] {
            if (paused_) return 0;
            grow(1);
        }
        const bool extends = (old ^ next_) >> 32 == 1;
        const Id to = extends ? old : (next_ + 1) | detail::open_bit;
        PenFor<Expression> pen(top_, detail::index_of(to));
        if (!extends) pen.edge(rules::One{}, old);
        e.push(pen, Sign{});
        if constexpr (Expression::may_be_empty) {
            if (pen.end() == top_) return extends ? old : variable() | detail::open_bit;
        }
        next_ += !extends;
        top_ = pen.end();
        return to;
    }

    WENGERT_INLINE Id variable() { return variables(1); }
    /// n new consecutive indices; returns the id of the first.
    WENGERT_INLINE Id variables(std::size_t n) {
        // Each edge that there is room for may take an index too.
        const std::ptrdiff_t room = std::max<std::ptrdiff_t>(limit_ - top_, 0);
        const std::size_t used = detail::index_of(next_) + static_cast<std::size_t>(room);
        if (used + n > largest_ || n > largest_) [[unlikely]]
            make_indices(n);
        const Id first = next_ + 1;
        next_ += n;
        return first;
    }

    /// Room for `edges` edges, which `block` and `edge` may then use without a test each.
    WENGERT_INLINE void need(std::size_t edges) {
        if (limit_ - top_ <= static_cast<std::ptrdiff_t>(edges)) [[unlikely]]
            grow(edges);
    }
    WENGERT_INLINE void edge(const S& partial, Id from, Id to) {
        put(top_, partial, detail::index_of(from), detail::index_of(to));
        top_ += detail::index_of(from) != 0;
    }
    /// n arguments with consecutive indices from `base`: their partials, densely, then two closing edges.
    /// Returns where the caller writes the partials. Takes block_edges(n) edges.
    S* block(Id to, Id base, std::size_t n) {
        S* const partials = reinterpret_cast<S*>(top_);
        top_ += block_edges(n) - 2;
        put(top_++, S{}, static_cast<Index>(n), detail::index_of(to));
        put(top_++, S{}, detail::index_of(base), 0);
        return partials;
    }
    static constexpr std::size_t edges_of(std::size_t numbers) {
        return (numbers * sizeof(S) + sizeof(E) - 1) / sizeof(E);
    }
    static constexpr std::size_t block_edges(std::size_t n) { return edges_of(n) + 2; }
    /// m outputs with consecutive ids, each a sum over n products w_ij x_j: the partials of weights (n
    /// numbers, for all outputs) and of x (m n), each where that side is active (its first id is not 0), then
    /// four closing edges. Takes product_edges(m, n) edges at most. Returns where the caller writes the
    /// partials.
    struct ProductPartials {
        S *of_weights, *of_x;
    };
    ProductPartials products_block(Id outputs, Id weights, Id x, std::size_t m, std::size_t n) {
        S* const of_weights = reinterpret_cast<S*>(top_);
        if (weights != 0) top_ += edges_of(n);
        S* const of_x = reinterpret_cast<S*>(top_);
        if (x != 0) top_ += edges_of(m * n);
        put(top_++, S{}, static_cast<Index>(m), static_cast<Index>(n));
        put(top_++, S{}, detail::index_of(weights), detail::index_of(x));
        put(top_++, S{}, detail::index_of(outputs), 0);
        put(top_++, S{}, products, 0);
        return {of_weights, of_x};
    }
    static constexpr std::size_t product_edges(std::size_t m, std::size_t n) {
        return edges_of(n) + edges_of(m * n) + 4;
    }
    /// Takes a block of which `first_output` is the first output, and 2 edges.
    [[gnu::noinline]] void add_external(detail::Owner<ExternalBlock<S>> block, Id first_output);

    // ---- The sweep ----

    struct Seed {
        Id id;
        S seed;
    };
    /// Clears all adjoints, adds the seeds, and sweeps from the top to the bottom. With `absolute`, over
    /// |partial|: how large the contributions are that add up, or cancel.
    [[gnu::noinline]] void backward(std::span<const Seed> seeds, bool absolute = false);
    /// Sweeps down to a mark only. What values before it receive is added to `below`, one number each in the
    /// order in which they were made, or nowhere if that is empty; their own adjoints stay.
    [[gnu::noinline]] void backward_to(const Mark& mark, std::span<const Seed> seeds, std::span<S> below);

    /// The adjoint of a value, from the last sweep; 0 for a value that it did not reach.
    WENGERT_INLINE S adjoint(Id id) const {
        if (((id ^ next_) >> 33) != 0 || detail::index_of(id) == 0) [[unlikely]]
            validate(id, "grad()");
        return detail::index_of(id) <= swept_ ? adjoints_[detail::index_of(id)] : S{};
    }
    /// The adjoints of n values with consecutive indices from `first`.
    [[gnu::noinline]] void read_adjoints(Id first, std::span<S> out) const;

    // ---- Recordings that end ----

    /// Whether statements record nothing; returns what was. A paused tape has no room, so that only a
    /// statement that finds none looks.
    [[gnu::noinline]] bool pause(bool paused);
    bool paused() const { return paused_; }

    [[gnu::noinline]] Mark mark();
    [[gnu::noinline]] void rewind(const Mark& mark);
    [[gnu::noinline]] void clear();
    [[gnu::noinline]] Statistics statistics() const;

    /// Throws Error unless id is of a value that is recorded on this tape now.
    [[gnu::noinline]] void validate(Id id, const char* where) const;
    bool holds(Id id) const;
    bool holds(const Mark& mark) const;
    /// The last id given out.
    Id last() const { return next_; }
    /// Gives all memory back.
    void release();
    std::size_t values() const {
        return std::max<std::size_t>(detail::index_of(next_), first_index - 1) - (first_index - 1);
    }

private:
    static constexpr std::size_t slack =
        256;  // edges always left past limit_: one statement, and a mark, need no second test
    static constexpr std::size_t first_chunk = (std::size_t{64} << 10) / sizeof(E);
    static constexpr std::size_t largest_chunk = (std::size_t{32} << 20) / sizeof(E);

    struct Chunk {
        E* begin;
        std::size_t size;
        bool holds(const E* p) const { return p >= begin && p < begin + size; }
    };
    // Values whose index is above `start` carry `epoch`, until the next stretch begins.
    struct Stretch {
        Index start;
        std::uint32_t epoch;
        friend bool operator<(const Stretch& s, Index index) { return s.start < index; }
    };
    // What is not touched while recording.
    struct Books {
        std::vector<Chunk> chunks;
        std::size_t chunk = 0;  // that top_ is in
        std::vector<Stretch> stretches;
        std::vector<detail::Owner<ExternalBlock<S>>> externals;
        std::uint32_t epoch = 0, last_epoch = 0;
        std::uint32_t opened = 0;  // the first epoch, which names this tape
        std::size_t peak = 0;      // edges
        // What a sweep under way stands on, and must stay; index 0: there is none.
        Index swept_index = 0;
        std::size_t swept_externals = 0;
        void add_chunk(std::size_t edges);
        ~Books();
    };
    struct Room {
        E *top, *limit;
    };
    // While it lives, a sweep is under way; one that ends by an exception leaves the first `keeps` adjoints.
    class Sweeping {
    public:
        Sweeping(Tape& tape, std::size_t keeps)
            : tape_(tape),
              keeps_(keeps),
              index_(tape.books_->swept_index),
              externals_(tape.books_->swept_externals) {
            tape.books_->swept_index = detail::index_of(tape.next_);
            tape.books_->swept_externals = tape.books_->externals.size();
            tape.swept_ = detail::index_of(tape.next_);
        }
        ~Sweeping() {
            tape_.books_->swept_index = index_;
            tape_.books_->swept_externals = externals_;
            if (std::uncaught_exceptions() > exceptions_) tape_.swept_ = keeps_;
        }
        Sweeping(const Sweeping&) = delete;
        Sweeping& operator=(const Sweeping&) = delete;

    private:
        Tape& tape_;
        std::size_t keeps_;
        Index index_;
        std::size_t externals_;
        int exceptions_ = std::uncaught_exceptions();
    };

    WENGERT_INLINE void grow(std::size_t edges) {
        const Room room = next_chunk(top_, next_, edges);
        top_ = room.top;
        limit_ = room.limit;
    }
    // Declared const although it keeps books: it neither reads nor writes what a recording loop works on
    // (top_, limit_, next_, edges), and gives the same answer to the same question. So loops may keep those
    // in registers. Not for clang, which takes a const function for one that never throws.
    WENGERT_SEEMS_CONST [[gnu::cold, gnu::noinline]] static Room next_chunk(E* top, Id next,
                                                                            std::size_t edges);
    [[gnu::cold, gnu::noinline]] void make_indices(std::size_t n);
    [[noreturn]] static void foreign_value(const char* where);
    [[noreturn]] void out_of_indices(std::size_t n) const;
    void open();
    E* limit_in(const Chunk& chunk, E* top, Id next) const;
    void set_limit();
    void begin_stretch(Index start);
    void return_to(E* top, Index index, std::size_t externals);
    void stay_above_sweep(Index index, std::size_t externals) const;
    void validate(const Mark& mark, const char* where) const;
    std::size_t edges() const;
    std::uint32_t new_epoch();
    std::uint32_t epoch_at(Index index) const;
    void make_adjoints();
    template <class Target> void sweep(std::span<const Seed> seeds, const E* stop, Target target);
    template <class Target> const E* sweep_block(const E* e, Target& target);

    E *top_ = nullptr, *limit_ = nullptr;
    Id next_ = 0;  // the last index given out, with the epoch of values to come
    S* adjoints_ = nullptr;
    std::size_t swept_ = 0;    // the last index whose adjoint holds
    std::size_t room_ = 0;     // adjoints there is room for
    std::size_t largest_ = 0;  // index that may be given out
    bool paused_ = false;
    Books* books_ = nullptr;
};

/// This thread's recording over S. Trivially destructible, and constinit, so that no access tests a guard;
/// its memory goes back when the thread ends.
template <class S> inline constinit thread_local Tape<S> tape{};

}  // namespace wengert

#undef WENGERT_SEEMS_CONST

#include <wengert/sweep.hpp>
#include <wengert/tape_books.hpp>
