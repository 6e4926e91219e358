// What the functions of many numbers take: vectors, arrays and spans of any scalar, Eigen's vectors, and
// variables by reference.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include <wengert/dual.hpp>
#include <wengert/value.hpp>

namespace wengert {

/// Consecutive variables by reference to their plain numbers: a range of Reverse<S> that takes no memory for
/// each. The numbers must stay as they are until what is computed from them is recorded, not until the sweep.
///
///     const auto w = variables_by_reference(std::span<const double>(weights));
///     Value y = dot(w.subspan(0, 3), inputs, w[3]);
template <class S> class VariableSpan {
public:
    VariableSpan() = default;
    VariableSpan(std::span<const S> numbers, Id first) : numbers_(numbers), first_(first) {}

    std::size_t size() const { return numbers_.size(); }
    Reverse<S> operator[](std::size_t k) const { return Reverse<S>(numbers_[k], first_ + k); }
    VariableSpan subspan(std::size_t offset, std::size_t count) const {
        return {numbers_.subspan(offset, count), first_ + offset};
    }
    VariableSpan subspan(std::size_t offset) const { return {numbers_.subspan(offset), first_ + offset}; }
    VariableSpan first(std::size_t count) const { return {numbers_.first(count), first_}; }
    std::span<const S> numbers() const { return numbers_; }
    Id first_id() const { return first_; }

private:
    std::span<const S> numbers_;
    Id first_ = 0;
};

/// As many new variables as numbers, without a Value for each.
template <class S> VariableSpan<S> variables_by_reference(std::span<const S> x) {
    return {x, tape<S>.variables(x.size())};
}

namespace detail {

template <class T> struct IsReverse : std::false_type {};
template <class S> struct IsReverse<Reverse<S>> : std::true_type {};
template <class T> struct IsDual : std::false_type {};
template <class T, int N> struct IsDual<Dual<T, N>> : std::true_type {};

template <class C> using ElementOf = std::remove_cvref_t<decltype(std::declval<const C&>()[0])>;
template <class C> concept Numbers = requires(const C& c) { c.data(), c.size(); }
&&Operand<ElementOf<C>> && !std::integral<ElementOf<C>>;
template <class C> concept Range = Numbers<C> || requires(const C& c) { c.first_id(), c.numbers(); };

[[noreturn]] void not_side_by_side();
template <Numbers C> auto as_span(const C& c) {
    if constexpr (requires { c.innerStride(), c.outerStride(), c.innerSize(); }) {  // Eigen's
        const bool strided = c.innerStride() != 1 && c.size() > 1;
        if (strided || (c.outerStride() != c.innerSize() && c.outerSize() > 1)) not_side_by_side();
    }
    return std::span<const ElementOf<C>>(c.data(), static_cast<std::size_t>(c.size()));
}
template <Range C> decltype(auto) as_range(const C& c) {
    if constexpr (Numbers<C>)
        return as_span(c);
    else
        return (c);
}

[[noreturn]] void unequal_sizes(const char* function, std::size_t a, std::size_t b);

// Whether Values lie at consecutive indices, none of them open to +=; looks at each once.
class Consecutive {
public:
    explicit Consecutive(Id first) : first_(first), step_(first != 0), gap_(first & open_bit) {}
    WENGERT_INLINE void look(Id id, std::size_t k) {
        gap_ |= id ^ (first_ + step_ * k);
        any_ |= id;
    }
    bool any() const { return any_ != 0; }
    bool holds() const { return gap_ == 0; }

private:
    Id first_, step_, gap_, any_ = 0;
};

// Throws Error unless id(0) ... id(n - 1), where active, are of values recorded now; values of one epoch live
// and die together.
template <class S, class F> void validate_operands(const Tape<S>& t, std::size_t n, const F& id) {
    Id seen = t.last();
    for (std::size_t k = 0; k < n; ++k)
        if (id(k) != 0 && !same_epoch(id(k), seen)) t.validate(seen = id(k), "an operation");
}

// A range on a tape of S: how its numbers are read, and where they lie on the tape; read() is the id for an
// edge.
template <class S, class C> class OnTape;

template <class S, class T> class OnTape<S, std::span<const T>> {  // plain numbers
public:
    static constexpr bool one_epoch = true;
    WENGERT_INLINE explicit OnTape(std::span<const T> x) : x_(x) {}
    std::size_t size() const { return x_.size(); }
    const T* data() const { return x_.data(); }
    WENGERT_INLINE static const T& value(const T& x) { return x; }
    WENGERT_INLINE const T& operator[](std::size_t k) const { return x_[k]; }
    WENGERT_INLINE static Id id(std::size_t) { return 0; }
    WENGERT_INLINE static Id read(std::size_t) { return 0; }

private:
    std::span<const T> x_;
};
template <class S> class OnTape<S, VariableSpan<S>> {
public:
    static constexpr bool one_epoch = true;
    WENGERT_INLINE explicit OnTape(const VariableSpan<S>& x) : x_(x) {}
    std::size_t size() const { return x_.size(); }
    const S* data() const { return x_.numbers().data(); }
    WENGERT_INLINE static const S& value(const S& x) { return x; }
    WENGERT_INLINE const S& operator[](std::size_t k) const { return data()[k]; }
    WENGERT_INLINE Id id(std::size_t k) const { return x_.first_id() + k; }
    WENGERT_INLINE Id read(std::size_t k) const { return id(k); }

private:
    const VariableSpan<S>& x_;  // a copy would be made by a vector load, which waits for the stores
};
template <class S> class OnTape<S, std::span<const Reverse<S>>> {
public:
    static constexpr bool one_epoch = false;
    WENGERT_INLINE explicit OnTape(std::span<const Reverse<S>> x) : x_(x) {}
    std::size_t size() const { return x_.size(); }
    const Reverse<S>* data() const { return x_.data(); }
    WENGERT_INLINE static const S& value(const Reverse<S>& x) { return x.value(); }
    WENGERT_INLINE const S& operator[](std::size_t k) const { return x_[k].value(); }
    WENGERT_INLINE Id id(std::size_t k) const { return x_[k].id(); }
    WENGERT_INLINE Id read(std::size_t k) const { return x_[k].read(); }

private:
    std::span<const Reverse<S>> x_;
};

// The same, once all have been looked at.
template <class S, class C> class Examined : public OnTape<S, C> {
public:
    explicit Examined(const C& x) : OnTape<S, C>(x), order_(x.size() == 0 ? 0 : this->id(0)) {
        const std::size_t n = this->one_epoch ? x.size() != 0 : x.size();
        for (std::size_t k = 0; k < n; ++k) order_.look(this->id(k), k);
    }
    bool active() const { return order_.any(); }
    bool consecutive() const { return order_.holds(); }
    void validate(const Tape<S>& t) const {
        const std::size_t n = consecutive() ? active() : this->size();
        validate_operands(t, n, [this](std::size_t k) { return this->id(k); });
    }

private:
    Consecutive order_;
};
template <class S, class C> auto examined(const C& range) { return Examined<S, C>(range); }

// Fewer numbers are summed one by one, and go on the tape as edges: these take no more memory than a block.
inline constexpr std::size_t few = 12;
// Whether operands go on the tape as a block.
template <class A> bool lies_in_order(const A& a) { return a.active() && a.size() >= few && a.consecutive(); }

}  // namespace detail
}  // namespace wengert
