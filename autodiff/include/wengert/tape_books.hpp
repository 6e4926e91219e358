// The tape's books: chunks of memory, stretches between marks and their epochs, marks, statistics, errors.
// Included by tape.hpp; nothing here runs once per operation.
#pragma once

#include <string>

#include <wengert/tape.hpp>

namespace wengert {

namespace detail {
// Returns a thread's memory when the thread ends.
template <class S> struct AtThreadExit {
    Tape<S>* of;
    ~AtThreadExit() { of->release(); }
};
// A local, because g++ 12 never runs the destructor of a thread_local variable template.
template <class S> void release_at_thread_exit(Tape<S>* t) { thread_local AtThreadExit<S> guard{t}; }
}  // namespace detail

// ---- Memory ----

template <class S> Tape<S>::Books::~Books() {
    for (const Chunk& c : chunks) detail::release(c.begin, c.size * sizeof(E));
}

template <class S> void Tape<S>::release() {
    if (books_ == nullptr) return;
    const detail::Owner<Books> ends(books_);
    detail::release(adjoints_, room_ * sizeof(S));
    *this = Tape{};
}

// The first chunk, with the edge at the bottom where every sweep ends.
template <class S> void Tape<S>::open() {
    auto books = detail::Owner<Books>(new Books);
    books->epoch = detail::acquire_epochs(this);
    books->last_epoch = books->epoch + detail::epochs_in_block - 1;
    if (books->epoch == 0) ++books->epoch;  // 0 is of constants
    books->opened = books->epoch;
    books->add_chunk(first_chunk);
    detail::release_at_thread_exit(this);
    books_ = books.release();
    largest_ = index_limit();
    next_ = detail::make_id(books_->epoch, first_index - 1);
    books_->stretches.push_back({first_index - 1, books_->epoch});
    close(books_->chunks[0].begin, bottom, 0);
    top_ = books_->chunks[0].begin + 1;
    set_limit();
}

template <class S> void Tape<S>::Books::add_chunk(std::size_t edges) {
    chunks.push_back({nullptr, 0});
    try {
        chunks.back() = {static_cast<E*>(detail::acquire(edges * sizeof(E))), edges};
    } catch (...) {
        chunks.pop_back();
        throw;
    }
}

// Where statements must stop: room for one of them is left, and an index for each edge.
template <class S> auto Tape<S>::limit_in(const Chunk& chunk, E* top, Id next) const -> E* {
    E* const end = chunk.begin + (chunk.size - slack);
    const std::size_t indices = largest_ - std::min<std::size_t>(largest_, detail::index_of(next));
    if (indices >= chunk.size) return std::max(end, top);
    return top + std::min(static_cast<std::size_t>(std::max<std::ptrdiff_t>(end - top, 0)), indices);
}

template <class S> auto Tape<S>::next_chunk(E* top, Id next, std::size_t edges) -> Room {
    Tape& t = tape<S>;
    if (t.books_ == nullptr) foreign_value("an operation");  // this thread has no recording yet
    if (edges == 1 && detail::index_of(next) >= t.largest_) t.out_of_indices(1);  // a statement takes one
    Books& books = *t.books_;
    const Chunk& current = books.chunks[books.chunk];
    if (current.begin + current.size - top > static_cast<std::ptrdiff_t>(edges + slack))
        return {top, t.limit_in(current, top, next)};  // it was indices that ran short, or a pause
    const std::size_t needed = edges + slack + 4;
    const std::size_t following = books.chunk + 1;
    if (following == books.chunks.size() || books.chunks[following].size < needed) {
        while (books.chunks.size() > following) {
            detail::release(books.chunks.back().begin, books.chunks.back().size * sizeof(E));
            books.chunks.pop_back();
        }
        books.add_chunk(std::max(needed, std::min(2 * current.size, largest_chunk)));
    }
    books.chunk = following;
    books.plain = false;
    E* p = books.chunks[following].begin;
    std::memcpy(static_cast<void*>(p), &top, sizeof top);
    p += edges_of(sizeof top);
    close(p++, link, 0);
    return {p, t.limit_in(books.chunks[following], p, next)};
}

template <class S> Id Tape<S>::variables(std::size_t n) {
    // Each edge that there is room for may take an index too.
    const std::ptrdiff_t room = std::max<std::ptrdiff_t>(limit_ - top_, 0);
    const std::size_t used = last_index() + static_cast<std::size_t>(room);
    if (books_ == nullptr || used + n > largest_ || n > largest_) make_indices(n);
    if (n == 0) return following();
    if (top_[-1].from == skipped) {
        close(top_ - 1, skip, payload(top_ - 1) + static_cast<Index>(n));
    } else {
        if (top_ >= limit_) {
            grow(1);  // only where the chunk has no room
            if (paused_) limit_ = top_;
        }
        close(top_++, skip, static_cast<Index>(n));
    }
    const Id first = following();
    next_ = first + n - 1;
    return first;
}

template <class S> void Tape<S>::make_indices(std::size_t n) {
    if (books_ == nullptr) open();
    const std::size_t index = last_index();
    if (n > largest_ - std::min(index, largest_)) out_of_indices(n);
    const std::ptrdiff_t room = static_cast<std::ptrdiff_t>(largest_ - index - n);
    if (limit_ - top_ > room) limit_ = top_ + room;
}

template <class S> void Tape<S>::out_of_indices(std::size_t n) const {
    fail("a recording holds at most " +
         std::to_string(std::max<std::size_t>(largest_, first_index - 1) - (first_index - 1)) +
         " values, this one " + std::to_string(values()) + " and " + std::to_string(n) +
         " more are asked for: rewind or clear() it more often, or split the computation");
}

// ---- Marks and epochs ----

template <class S> std::uint32_t Tape<S>::new_epoch() {
    if (books_->epoch == books_->last_epoch) {
        books_->epoch = detail::acquire_epochs(this);
        books_->last_epoch = books_->epoch + detail::epochs_in_block - 1;
        if (books_->epoch == 0) ++books_->epoch;
    } else {
        ++books_->epoch;
    }
    return books_->epoch;
}

// Values from now on are told from all before: with another epoch, from index start + 1 on.
template <class S> void Tape<S>::begin_stretch(Index start) {
    auto& stretches = books_->stretches;
    const std::uint32_t epoch = new_epoch();
    while (!stretches.empty() && stretches.back().start > start) stretches.pop_back();
    if (!stretches.empty() && stretches.back().start == start)
        stretches.back().epoch = epoch;  // of a rewind, in the place of another: takes no memory
    else
        stretches.push_back({start, epoch});
    next_ = detail::make_id(epoch, start);
}

// The epoch that the value with this index carries.
template <class S> std::uint32_t Tape<S>::epoch_at(Index index) const {
    const auto& stretches = books_->stretches;
    const auto after = std::lower_bound(stretches.begin(), stretches.end(), index);
    return after == stretches.begin() ? 0 : after[-1].epoch;
}

template <class S> void Tape<S>::foreign_value(const char* where) {
    fail(std::string(where) +
         " of a value that is on another thread's tape: use a value on the thread that made it, "
         "and pass plain numbers between threads");
}

template <class S> bool Tape<S>::holds(Id id) const {
    const Index index = detail::index_of(id);
    return books_ != nullptr && index >= first_index && index <= last_index() &&
           epoch_at(index) == detail::epoch_of(id);
}

template <class S> void Tape<S>::validate(Id id, const char* where) const {
    if (holds(id)) return;
    if (detail::index_of(id) == 0)
        fail(std::string(where) +
             " of a constant: it depends on no variable; make it one with wengert::variable(x)");
    if (detail::epoch_of_another(detail::epoch_of(id), this)) foreign_value(where);
    fail(std::string(where) +
         " of a value whose recording was rewound or cleared: use it before rewind() or clear(), or make "
         "it before the mark");
}

template <class S> bool Tape<S>::pause(bool paused) {
    const bool before = paused_;
    paused_ = paused;
    if (books_ != nullptr) set_limit();
    return before;
}

template <class S> void Tape<S>::set_limit() {
    limit_ = paused_ ? top_ : limit_in(books_->chunks[books_->chunk], top_, last());
}

template <class S> auto Tape<S>::mark() -> Mark {
    if (books_ == nullptr) open();
    books_->plain = false;
    const Index index = last_index();
    const bool first = index < first_index;  // the bottom serves as its mark
    if (!first && top_[-1].from != (first_of_result | mark_here)) {
        close(top_++, mark_here, 0);  // what came before left room: see slack
        set_limit();
    }
    Mark m;
    m.epoch_below_ = first ? books_->opened : epoch_at(index);
    if (books_->stretches.back().start != index) begin_stretch(index);
    m.top_ = first ? books_->chunks[0].begin + 1 : top_;
    m.index_ = index;
    m.externals_ = books_->externals.size();
    return m;
}

template <class S> bool Tape<S>::holds(const Mark& m) const {
    return books_ != nullptr && m.top_ != nullptr && m.index_ <= last_index() &&
           (m.index_ < first_index ? books_->opened : epoch_at(m.index_)) == m.epoch_below_;
}

template <class S> void Tape<S>::validate(const Mark& m, const char* where) const {
    if (!holds(m))
        fail(std::string(where) +
             " to a mark that is not on this recording: it was rewound to before the mark, cleared, or the "
             "mark is another thread's; take a new mark()");
}

template <class S> void Tape<S>::rewind(const Mark& m) {
    validate(m, "rewind()");
    stay_above_sweep(m.index_, m.externals_);
    books_->plain = false;
    return_to(m.top_, m.index_, m.externals_);
}

template <class S> void Tape<S>::clear() {
    if (books_ == nullptr) return;
    Books& books = *books_;
    if (!books.plain || paused_ || books.epoch == books.last_epoch || largest_ != index_limit()) {
        clear_all();
        return;
    }
    books.peak = std::max(books.peak, static_cast<std::size_t>(top_ - books.start.top));
    next_ = detail::make_id(books.stretches[0].epoch = ++books.epoch, first_index - 1);
    top_ = books.start.top;
    limit_ = books.start.limit;
    swept_ = 0;
}

template <class S> void Tape<S>::clear_all() {
    stay_above_sweep(first_index - 1, 0);
    return_to(books_->chunks[0].begin + 1, first_index - 1, 0);
    books_->plain = !paused_;
    books_->start = {top_, limit_};
}

template <class S> void Tape<S>::stay_above_sweep(Index index, std::size_t externals) const {
    if (index < books_->swept_index || externals < books_->swept_externals)
        fail(
            "rewind() or clear() of a recording inside its own sweep: a vjp returns only to marks that it "
            "took itself");
}

template <class S> void Tape<S>::return_to(E* top, Index index, std::size_t externals) {
    Books& books = *books_;
    books.peak = std::max(books.peak, edges());
    if (last_index() != index || books.stretches.back().start != index) begin_stretch(index);
    while (books.externals.size() > externals) books.externals.pop_back();
    while (!books.chunks[books.chunk].holds(top - 1)) --books.chunk;
    top_ = top;
    largest_ = index_limit();
    set_limit();
    swept_ = std::min<std::size_t>(swept_, index);
}

template <class S> void Tape<S>::add_external(detail::Owner<ExternalBlock<S>> block) {
    books_->externals.push_back(std::move(block));
    books_->plain = false;
    close(top_++, external, static_cast<Index>(books_->externals.size() - 1));
}

// ---- What is asked of a recording ----

template <class S> void Tape<S>::read_adjoints(Id first, std::span<S> out) const {
    if (out.empty()) return;
    require(first, "grad()");
    const Index index = detail::index_of(first);
    if (index + out.size() <= swept_ + 1) {
        for (std::size_t k = 0; k < out.size(); ++k) out[k] = adjoints_[index + k];
        return;
    }
    for (std::size_t k = 0; k < out.size(); ++k) out[k] = index + k <= swept_ ? adjoints_[index + k] : S{};
}

template <class S> std::size_t Tape<S>::edges() const {
    if (books_ == nullptr) return 0;
    std::size_t n = static_cast<std::size_t>(top_ - books_->chunks[books_->chunk].begin) - 1;  // the bottom
    for (std::size_t k = books_->chunk; k-- > 0;) {  // what each chunk held when the next began
        const E* below;
        std::memcpy(&below, static_cast<const void*>(books_->chunks[k + 1].begin), sizeof below);
        n += static_cast<std::size_t>(below - books_->chunks[k].begin);
    }
    return n;
}

template <class S> Statistics Tape<S>::statistics() const {
    Statistics s{};
    if (books_ == nullptr) return s;
    s.values = values();
    s.edges = edges();
    s.bytes = s.edges * sizeof(E);
    s.peak_bytes = std::max(books_->peak, s.edges) * sizeof(E);
    for (const Chunk& c : books_->chunks) s.held_bytes += c.size * sizeof(E);
    s.held_bytes += room_ * sizeof(S);
    return s;
}

}  // namespace wengert
