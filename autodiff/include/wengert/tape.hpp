// The recording: a stream of edges in the order in which they were computed, walked once backwards by the
// sweep.
//
// An edge says "d to / d from = partial": `from` is the index of a value, and `to` that of the result whose
// run of edges it lies in. Every result takes the next index, so no run names its own: walking backwards,
// one counts. The first edge of a run is marked as such. An independent variable takes an index and has no
// edges; index 0 is any constant. What is no edge is a `Kind` in the place of `from`: variables in a row,
// more edges of an earlier result, blocks, marks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
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

/// Who a value is: bits 0-30 its index (0: a constant), bits 32-62 the epoch of its recording, bit 63 whether
/// += may still extend it. A type of its own, so that no store of a Value's can alias the counters of the
/// tape.
using Id = unsigned long long;
namespace detail {
inline constexpr Id open_bit = Id{1} << 63;
constexpr Index index_of(Id id) { return static_cast<Index>(id); }
constexpr std::uint32_t epoch_of(Id id) { return static_cast<std::uint32_t>((id & ~open_bit) >> 32); }
constexpr Id make_id(std::uint32_t epoch, Index index) { return Id{epoch} << 32 | index; }
constexpr bool same_epoch(Id a, Id b) { return ((a ^ b) & ~open_bit) >> 32 == 0; }

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
    std::size_t values;  ///< variables and results, one index each
    /// In units of an edge; variables in a row, sums resumed, blocks and marks take some too.
    std::size_t edges;
    std::size_t bytes;       ///< of these edges: 12 each for double
    std::size_t peak_bytes;  ///< the most that a recording of this thread took
    std::size_t held_bytes;  ///< edges, adjoints, and room kept for the next recording
};

template <class S> struct PlainEdge {
    S partial;
    Index from;
};
template <class S> struct [[gnu::packed]] PackedEdge {
    S partial;
    Index from;
};
/// 12 bytes for double.
template <class S> using Edge = std::conditional_t<std::is_arithmetic_v<S>, PackedEdge<S>, PlainEdge<S>>;

namespace detail {
template <class S> struct EveryAdjoint;
template <class S> struct AdjointsAbove;
template <class S> struct AbsoluteAdjoints;
}  // namespace detail

/// A block whose derivative its maker supplies: it finds the adjoints of its outputs in `to`, and adds there
/// what its inputs receive. See external.hpp and checkpointed.hpp.
template <class S> class ExternalBlock {
public:
    virtual ~ExternalBlock() = default;
    virtual void sweep(detail::EveryAdjoint<S>& to) = 0;
    virtual void sweep(detail::AdjointsAbove<S>& to) = 0;
    virtual void sweep(detail::AbsoluteAdjoints<S>& to) = 0;
};
/// One whose class has a template sweep_into(to) for all three.
template <class S, class Block> class SweptInto : public ExternalBlock<S> {
public:
    void sweep(detail::EveryAdjoint<S>& to) final { block().sweep_into(to); }
    void sweep(detail::AdjointsAbove<S>& to) final { block().sweep_into(to); }
    void sweep(detail::AbsoluteAdjoints<S>& to) final { block().sweep_into(to); }

private:
    Block& block() { return static_cast<Block&>(*this); }
};

template <class S> class Tape {
    using E = Edge<S>;
    static_assert(std::is_trivially_destructible_v<S> && alignof(S) <= detail::alignment);

public:
    /// What `from` says where it is not the index of an argument.
    enum Kind : Index {
        bottom,
        link,  // the recording goes on in the chunk before
        mark_here,
        chain,  // an edge: its argument is the value before the result, and the only one
        // with a number in the place of the partial:
        skip,        // so many variables
        resume,      // the run below is of this result, not of the next one
        external,    // this block
        block_here,  // a block, of so many edges
        products,    // the same
        first_index
    };
    static constexpr Index first_of_result = Index{1} << 31;  // beside `from`, and every Kind
    static constexpr Index resumed = first_of_result | resume, chained = first_of_result | chain,
                           skipped = first_of_result | skip;

    /// A place in the recording to return to.
    class Mark {
        friend class Tape;
        E* top_ = nullptr;
        Index index_ = 0;                // the last before the mark
        std::uint32_t epoch_below_ = 0;  // that it carries; of the tape, where there is none
        std::size_t externals_ = 0;
    };

    WENGERT_INLINE static void put(E* place, const S& partial, Index from) {
        ::new (static_cast<void*>(place)) E{partial, from};
    }
    WENGERT_INLINE static void close(E* place, Kind kind, Index payload) {
        // Not by memcpy, which might write the counters, for all g++ knows.
        ::new (static_cast<void*>(place)) Index(payload);
        place->from = first_of_result | kind;
    }
    WENGERT_INLINE static Index payload(const E* place) {
        Index p;
        std::memcpy(&p, static_cast<const void*>(place), sizeof p);
        return p;
    }

    // Writes the edges of one result; edges of one argument become one, also where another lies between.
    class Pen {
    public:
        WENGERT_INLINE Pen(E* start, Index flag) : p_(start), flag_(flag) {}
        template <class P> WENGERT_INLINE void edge(const P& partial, Id id) {
            const Index from = detail::index_of(id);
            if (from == 0) [[unlikely]]
                return;
            if (from == last_) [[unlikely]] {
                p_[-1].partial += detail::as<S>(partial);
            } else if (from == before_) [[unlikely]] {
                p_[-2].partial += detail::as<S>(partial);
            } else {
                put(p_++, detail::as<S>(partial), from | flag_);
                flag_ = 0;
                before_ = last_;
                last_ = from;
            }
        }
        E* end() const { return p_; }

    private:
        E* p_;
        Index flag_, last_ = 0, before_ = 0;
    };

    // ---- Recording ----

    /// Records one statement; a constant one records nothing. Returns the result's id.
    template <class Expression> WENGERT_INLINE Id record(const Expression& e) {
        static_assert(Expression::leaves < slack, "a statement has too many arguments: split it");
        if (e.active() == 0) return 0;
        if (top_ >= limit_) [[unlikely]] {
            if (paused_) return 0;
            grow(1);
        }
        const std::size_t to = following();
        Pen pen(top_, first_of_result);
        e.push(pen, rules::One{});
        if constexpr (Expression::may_be_empty) {
            if (pen.end() == top_)
                return variable();  // an index without an edge: it asks for room of its own
        }
        if constexpr (Expression::leaves <= 2)
            if (pen.end() == top_ + 1 && top_->from == (first_of_result | last_index())) top_->from = chained;
        next_ = to;
        top_ = pen.end();
        return to;
    }

    /// Records old + e (Sign is One) or old - e (MinusOne) as more edges of `old` where that is the result on
    /// top and nothing has read it since the last mark; else false.
    template <class Sign, class Expression> WENGERT_INLINE bool extend(const Expression& e, Id old) {
        if ((old ^ next_) != detail::open_bit || top_ >= limit_) return false;
        Pen pen(top_, 0);
        e.push(pen, Sign{});
        top_ = pen.end();
        return true;
    }
    /// The same for an active e where `extend` did not: as a run of edges that names `old`, where nothing has
    /// read that, else as a result of its own.
    template <class Sign, class Expression> WENGERT_INLINE Id accumulate(const Expression& e, Id old) {
        static_assert(Expression::leaves + 1 < slack, "a statement has too many arguments: split it");
        if (top_ >= limit_) [[unlikely]] {
            if (paused_) return 0;
            grow(1);
            if ((old ^ next_) == detail::open_bit) old ^= detail::open_bit;  // a long sum goes on as another
        }
        if ((old & detail::open_bit) != 0 && detail::same_epoch(old, next_)) {
            Pen pen(top_, first_of_result);
            e.push(pen, Sign{});
            if constexpr (Expression::may_be_empty)
                if (pen.end() == top_) return old;
            close(pen.end(), resume, detail::index_of(old));
            top_ = pen.end() + 1;
            next_ |= covered;
            return old;
        }
        Pen pen(top_, first_of_result);
        pen.edge(rules::One{}, old);
        e.push(pen, Sign{});
        if constexpr (Expression::may_be_empty)
            if (pen.end() == top_) return variable() | detail::open_bit;
        top_ = pen.end();
        next_ = following();
        return next_ | detail::open_bit;
    }

    WENGERT_INLINE Id variable() { return variables(1); }
    /// n new consecutive indices; returns the id of the first.
    [[gnu::noinline]] Id variables(std::size_t n);

    /// Room for `edges` edges and `results` indices, for blocks and runs, which take them without a test
    /// each.
    WENGERT_INLINE void need(std::size_t edges, std::size_t results) {
        if (largest_ - last_index() < results) [[unlikely]]
            out_of_indices(results);
        if (limit_ - top_ <= static_cast<std::ptrdiff_t>(edges)) [[unlikely]]
            grow(edges);
    }
    /// Whether there is room already; a paused tape has none.
    WENGERT_INLINE bool has_room(std::size_t edges, std::size_t results) const {
        return largest_ - last_index() >= results && limit_ - top_ > static_cast<std::ptrdiff_t>(edges);
    }
    /// One result more, edge by edge: those of constants are left out, and where none remain, the index is a
    /// variable's.
    class Run {
    public:
        WENGERT_INLINE explicit Run(Tape& t) : t_(t), p_(t.top_) {}
        WENGERT_INLINE void edge(const S& partial, Id id) {
            const Index from = detail::index_of(id);
            if (from == 0) return;
            put(p_++, partial, from | flag_);
            flag_ = 0;
        }
        WENGERT_INLINE bool empty() const { return flag_ != 0; }
        WENGERT_INLINE Id result() {
            if (empty()) return t_.variable();
            t_.top_ = p_;
            return t_.next_ = t_.following();
        }

    private:
        Tape& t_;
        E* p_;
        Index flag_ = first_of_result;
    };
    /// Where numbers may be put meanwhile, above edges to come; n take block_edges(n) more.
    S* numbers_above(std::size_t edges) const { return aligned(top_ + edges); }
    /// n arguments with consecutive indices from `base`: their partials, densely, then what the sweep needs.
    /// Returns where the caller writes the partials. Takes block_edges(n) edges.
    S* block(Id to, Id base, std::size_t n) {
        S* const partials = aligned();
        E* e = after(partials + n);
        const Index footer[] = {detail::index_of(to), detail::index_of(base), static_cast<Index>(n)};
        finish(e, block_here, footer);
        return partials;
    }
    static constexpr std::size_t edges_of(std::size_t bytes) { return (bytes + sizeof(E) - 1) / sizeof(E); }
    static constexpr std::size_t block_edges(std::size_t n) {
        return edges_of(n * sizeof(S) + alignof(S)) + edges_of(3 * sizeof(Index)) + 1;
    }
    /// m outputs with consecutive ids, each a sum over n products w_ij x_j and a bias: the partials of
    /// weights (n numbers, for all outputs) and of x (m n), each where that side is active (its first id is
    /// not 0), then what the sweep needs. Takes product_edges(m, n) edges at most. Returns where the caller
    /// writes the partials.
    struct ProductPartials {
        S *of_weights, *of_x;
    };
    ProductPartials products_block(Id outputs, Id weights, Id x, Id biases, std::size_t m, std::size_t n) {
        S* const of_weights = aligned();
        S* const of_x = of_weights + (weights != 0 ? n : 0);
        const Index footer[] = {detail::index_of(outputs), detail::index_of(weights), detail::index_of(x),
                                detail::index_of(biases),  static_cast<Index>(m),     static_cast<Index>(n)};
        finish(after(of_x + (x != 0 ? m * n : 0)), products, footer);
        return {of_weights, of_x};
    }
    static constexpr std::size_t product_edges(std::size_t m, std::size_t n) {
        return edges_of((n + m * n) * sizeof(S) + alignof(S)) + edges_of(6 * sizeof(Index)) + 1;
    }
    /// Takes a block whose outputs have their indices, and 1 edge.
    [[gnu::noinline]] void add_external(detail::Owner<ExternalBlock<S>> block);

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

    /// For a block in its own sweep: sweeps what it recorded after the mark; what that hands to values before
    /// the mark goes where the sweep under way puts it.
    template <class Target>
    [[gnu::noinline]] void sweep_above(const Mark& mark, std::span<const Seed> seeds, Target& target);
    S* adjoints() { return adjoints_; }

    /// The adjoint of a value, from the last sweep; 0 for a value that it did not reach.
    WENGERT_INLINE S adjoint(Id id) const {
        require(id, "grad()");
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
    Id last() const { return next_ & ~covered; }
    /// Gives all memory back.
    void release();
    std::size_t values() const {
        return std::max<std::size_t>(last_index(), first_index - 1) - (first_index - 1);
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
    struct Room {
        E *top, *limit;
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
        // A recording since clear() with no mark and no external block, in the first chunk, and its start: it
        // is cleared in few steps.
        bool plain = false;
        Room start{};
        // What a sweep under way stands on, and must stay; index 0: there is none.
        Index swept_index = 0;
        std::size_t swept_externals = 0;
        void add_chunk(std::size_t edges);
        ~Books();
    };
    // Throws Error unless id is of a value that is recorded now; ids of the latest epoch are.
    WENGERT_INLINE void require(Id id, const char* where) const {
        if (!detail::same_epoch(id, next_) || detail::index_of(id) == 0) [[unlikely]]
            validate(id, where);
    }
    // Runs a sweep; one that ends by an exception leaves the first `keeps` adjoints.
    template <class F> void sweeping(std::size_t keeps, const F& sweep);

    // The id of the result to come.
    WENGERT_INLINE std::size_t following() const {
        const std::size_t id = (next_ & ~covered) + 1;
        if (static_cast<std::ptrdiff_t>(id) < 0) __builtin_unreachable();  // it is not open
        return id;
    }
    Index last_index() const { return detail::index_of(next_ & ~covered); }
    WENGERT_INLINE void grow(std::size_t edges) {
        const Room room = next_chunk(top_, last(), edges);
        top_ = room.top;
        limit_ = room.limit;
    }
    // Declared const although it keeps books: it neither reads nor writes what a recording loop works on
    // (top_, limit_, next_, edges), and gives the same answer to the same question. So what a loop holds in
    // registers stays valid. Not for clang, which takes a const function for one that never throws.
    WENGERT_SEEMS_CONST [[gnu::cold, gnu::noinline]] static Room next_chunk(E* top, Id next,
                                                                            std::size_t edges);
    [[gnu::cold, gnu::noinline]] void make_indices(std::size_t n);
    [[noreturn]] static void foreign_value(const char* where);
    [[noreturn]] void out_of_indices(std::size_t n) const;
    void open();
    WENGERT_INLINE E* limit_in(const Chunk& chunk, E* top, Id next) const;
    WENGERT_INLINE void set_limit();
    WENGERT_INLINE void begin_stretch(Index start);
    [[gnu::cold, gnu::noinline]] void clear_all();
    WENGERT_INLINE void return_to(E* top, Index index, std::size_t externals);
    void stay_above_sweep(Index index, std::size_t externals) const;
    void validate(const Mark& mark, const char* where) const;
    std::size_t edges() const;
    std::uint32_t new_epoch();
    std::uint32_t epoch_at(Index index) const;
    void make_adjoints();
    void sweep_all(std::span<const Seed> seeds, const E* stop);
    template <class Target> Target sweep(std::span<const Seed> seeds, const E* stop, Target target);
    struct Place {
        const E* e;
        Index to;
    };
    template <class Target> [[gnu::noinline]] Place sweep_block(const E* e, Index to, Target target);
    static S* aligned(const E* e) {
        const auto place = reinterpret_cast<std::uintptr_t>(e);
        return reinterpret_cast<S*>((place + alignof(S) - 1) / alignof(S) * alignof(S));
    }
    static const S* partials_above(const E* below) { return aligned(below + 1); }
    // Where numbers may lie densely, and the first edge after them.
    S* aligned() const { return aligned(top_); }
    E* after(const S* end) const {
        return top_ + edges_of(static_cast<std::size_t>(reinterpret_cast<const char*>(end) -
                                                        reinterpret_cast<const char*>(top_)));
    }
    // Ends a block with the numbers that its sweep needs, and how many edges it takes.
    template <std::size_t N> void finish(E* e, Kind kind, const Index (&footer)[N]) {
        std::memcpy(static_cast<void*>(e), footer, sizeof footer);
        e += edges_of(sizeof footer);
        close(e, kind, static_cast<Index>(e - top_));
        top_ = e + 1;
    }
    template <std::size_t N> static void footer(const E* e, Index (&numbers)[N]) {
        std::memcpy(numbers, static_cast<const void*>(e - edges_of(sizeof numbers)), sizeof numbers);
    }

    E *top_ = nullptr, *limit_ = nullptr;
    // The last index given out, with the epoch of values to come; covered: edges of an earlier result are on
    // top.
    std::size_t next_ = 0;
    static constexpr std::size_t covered = first_of_result;
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
