// Sums of products: dot, and affine for a whole layer of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <wengert/blocks.hpp>

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

template <class C> concept Range = Numbers<C> || requires(const C& c) { c.first_id(), c.numbers(); };
template <class C> auto as_range(const C& c) {
    if constexpr (Numbers<C>)
        return as_span(c);
    else
        return c;
}
template <class C> using NumberOfRange = std::remove_cvref_t<decltype(std::declval<const C&>()[0])>;

void require_sizes_of_affine(std::size_t m, std::size_t n, std::size_t weights, std::size_t biases);
[[noreturn]] void affine_in_place();
[[noreturn]] void weights_by_columns();
template <class W> void require_rows([[maybe_unused]] const W& weights) {
    if constexpr (requires { W::IsRowMajor, weights.rows(), weights.cols(); })  // Eigen's
        if (!W::IsRowMajor && weights.rows() > 1 && weights.cols() > 1) weights_by_columns();
}
template <class T, class C> bool overlap([[maybe_unused]] std::span<T> out, [[maybe_unused]] const C& c) {
    if constexpr (requires { c.data(); }) {
        const auto place = [](const void* p) { return reinterpret_cast<std::uintptr_t>(p); };
        return place(out.data()) < place(c.data() + c.size()) &&
               place(c.data()) < place(out.data() + out.size());
    } else {
        return false;  // plain numbers behind variables
    }
}

// One factor of the products over a tape of S: how its numbers are read, and where they lie on the tape.
template <class S, class C> class Factor;

template <class S, class T> class Factor<S, std::span<const T>> {  // plain numbers
public:
    static constexpr bool differentiable = false;
    explicit Factor(std::span<const T> x) : x_(x) {}
    std::size_t size() const { return x_.size(); }
    static constexpr bool active() { return false; }
    static constexpr bool consecutive() { return true; }
    const T* data() const { return x_.data(); }
    WENGERT_INLINE static const T& value(const T& x) { return x; }
    WENGERT_INLINE static Id id(std::size_t) { return 0; }
    static void validate(const Tape<S>&) {}

private:
    std::span<const T> x_;
};
template <class S> class Factor<S, VariableSpan<S>> {
public:
    static constexpr bool differentiable = true;
    explicit Factor(VariableSpan<S> x) : x_(x) {}
    std::size_t size() const { return x_.size(); }
    bool active() const { return x_.size() != 0; }
    static constexpr bool consecutive() { return true; }
    const S* data() const { return x_.numbers().data(); }
    WENGERT_INLINE static const S& value(const S& x) { return x; }
    WENGERT_INLINE Id id(std::size_t k) const { return x_.first_id() + k; }
    void validate(const Tape<S>& t) const {
        validate_operands(t, x_.size() != 0, [this](std::size_t) { return x_.first_id(); });
    }

private:
    VariableSpan<S> x_;
};
template <class S> class Factor<S, std::span<const Reverse<S>>> {
public:
    static constexpr bool differentiable = true;
    explicit Factor(std::span<const Reverse<S>> x) : x_(x), order_(x.empty() ? 0 : x[0].id()) {
        for (std::size_t k = 0; k < x.size(); ++k) order_.look(x[k].id(), k);
    }
    std::size_t size() const { return x_.size(); }
    bool active() const { return order_.any(); }
    bool consecutive() const { return order_.holds(); }
    const Reverse<S>* data() const { return x_.data(); }
    WENGERT_INLINE static const S& value(const Reverse<S>& x) { return x.value(); }
    WENGERT_INLINE Id id(std::size_t k) const { return x_[k].read(); }
    void validate(const Tape<S>& t) const {
        if (active())
            validate_operands(t, consecutive() ? 1 : x_.size(), [this](std::size_t k) { return x_[k].id(); });
    }

private:
    std::span<const Reverse<S>> x_;
    Consecutive order_;
};

template <class F> void copy_values(const F&, const auto* from, std::size_t n, auto* to) {
    for (std::size_t k = 0; k < n; ++k) make_at(to + k, F::value(from[k]));
}

// sum_k a_k b_k, in the order of sum_in_lanes. Out of line, and with the lanes spelled out: so it stays a
// vector loop.
template <class S, class A, class B, class X, class Y>
[[gnu::noinline]] S sum_of_products(const X* a, const Y* b, std::size_t n) {
    constexpr std::size_t lanes = 8;
    if (n < lanes) {
        S total(0);
        for (std::size_t k = 0; k < n; ++k) total += A::value(a[k]) * B::value(b[k]);
        return total;
    }
    S sums[lanes] = {};
    std::size_t k = 0;
    for (; k + lanes <= n; k += lanes)
        for (std::size_t j = 0; j < lanes; ++j) sums[j] += A::value(a[k + j]) * B::value(b[k + j]);
    for (std::size_t j = 0; k + j < n; ++j) sums[j] += A::value(a[k + j]) * B::value(b[k + j]);
    for (std::size_t half = lanes / 2; half > 0; half /= 2)
        for (std::size_t j = 0; j < half; ++j) sums[j] += sums[j + half];
    return sums[0];
}

// The arguments that `a` holds, whose partials are the numbers of b: as a block, where they lie in order, or
// one by one.
template <class A> bool lies_in_order(const A& a) {
    return A::differentiable && a.active() && a.size() >= 8 && a.consecutive();
}
template <class S, class A, class B> void record_factor(typename Tape<S>::Run& run, const A& a, const B& b) {
    if constexpr (A::differentiable)
        if (a.active() && !lies_in_order(a))
            for (std::size_t k = 0; k < a.size(); ++k) run.edge(as<S>(B::value(b.data()[k])), a.id(k));
}
template <class S, class A, class B> void record_factor_in_order(Tape<S>& t, Id to, const A& a, const B& b) {
    if constexpr (A::differentiable)
        if (lies_in_order(a)) copy_values(b, b.data(), a.size(), t.block(to, a.id(0), a.size()));
}

template <class S, class A, class B> Reverse<S> dot_of(const A& a, const B& b, const Reverse<S>& bias) {
    const std::size_t n = a.size();
    const S value = bias.value() + sum_of_products<S, A, B>(a.data(), b.data(), n);
    Tape<S>& t = tape<S>;
    if ((!a.active() && !b.active() && !bias.active()) || t.paused()) return Reverse<S>(value);
    a.validate(t);
    b.validate(t);
    validate_operands(t, 1, [&](std::size_t) { return bias.id(); });
    t.need(2 * (n + Tape<S>::block_edges(n)) + 2, 1);
    typename Tape<S>::Run run(t);
    run.edge(S(1), bias.read());
    record_factor<S>(run, a, b);
    record_factor<S>(run, b, a);
    const Id to = run.result();
    record_factor_in_order<S>(t, to, a, b);
    record_factor_in_order<S>(t, to, b, a);
    return Reverse<S>(value, to);
}

// Rows of weights times x, as one block on the tape; where the arguments do not lie in order, row by row.
template <class S, class W, class X, class B>
void affine_of(const W& weights, const X& x, const B& biases, std::span<Reverse<S>> out) {
    const std::size_t n = x.size(), m = out.size();
    Tape<S>& t = tape<S>;
    const bool by_weights = weights.active(), by_x = x.active();
    const auto bias = [&](std::size_t i) { return Reverse<S>(biases[biases.size() == 1 ? 0 : i]); };
    t.need(Tape<S>::product_edges(m, n) + m + 1, m);
    const Id first = t.last() + 1;
    for (std::size_t i = 0; i < m; ++i) {
        typename Tape<S>::Run run(t);
        if (biases.size() != 0) run.edge(S(1), bias(i).id());
        run.result();
    }
    const auto [of_weights, of_x] =
        t.products_block(first, by_weights ? weights.id(0) : 0, by_x ? x.id(0) : 0, m, n);
    if (by_weights) copy_values(x, x.data(), n, of_weights);
    if (by_x) copy_values(weights, weights.data(), m * n, of_x);
    using Plain = Factor<S, std::span<const S>>;
    for (std::size_t i = 0; i < m; ++i) {
        const auto* const row = weights.data() + i * n;
        S z;
        if (by_weights && by_x)
            z = sum_of_products<S, Plain, Plain>(of_x + i * n, of_weights, n);
        else
            z = sum_of_products<S, W, X>(row, x.data(), n);
        if (biases.size() != 0) z = bias(i).value() + z;
        out[i] = Reverse<S>(z, first + i);
    }
}

}  // namespace detail

/// bias + sum_i a_i b_i. A side is a vector, array or span of Values or plain numbers, or a VariableSpan;
/// products are summed in eight lanes, so that the result is within n u sum |a_i b_i| of the exact one. Cost:
/// one result, one partial for each number on an active side. Throws Error if the sizes differ.
///
///     Value z = dot(weights, inputs, bias);
template <detail::Range A, detail::Range B, detail::Operand C>
auto dot(const A& a, const B& b, const C& bias) {
    const auto x = detail::as_range(a);
    const auto y = detail::as_range(b);
    using T = Number<detail::NumberOfRange<A>, detail::NumberOfRange<B>, C>;
    if (x.size() != y.size()) detail::unequal_sizes("dot", x.size(), y.size());
    if constexpr (detail::IsReverse<T>::value) {
        using S = typename T::Inner;
        return detail::dot_of<S>(detail::Factor<S, std::remove_const_t<decltype(x)>>(x),
                                 detail::Factor<S, std::remove_const_t<decltype(y)>>(y), T(bias));
    } else {
        return T(bias +
                 rules::detail::sum_in_lanes<T>(x.size(), [&](std::size_t k) { return T(x[k] * y[k]); }));
    }
}
/// sum_i a_i b_i.
template <detail::Range A, detail::Range B> auto dot(const A& a, const B& b) {
    return dot(a, b, PlainOf<Number<detail::NumberOfRange<A>, detail::NumberOfRange<B>>>(0));
}

/// out_i = bias_i + sum_j w_ij x_j, the weights row by row; one bias for each output, one for all, or none.
/// The values are those of `dot`, row by row. Over Values that lie in order it is one block: the partials n
/// numbers for all weights, and m n for x where that is active. Throws Error if a size does not fit, if `out`
/// overlaps what is read, and for an Eigen matrix of weights that is not RowMajor.
///
///     affine(weights, x, biases, std::span<Value>(z));
template <detail::Range W, detail::Range X, detail::Range B, class T>
void affine(const W& weights, const X& x, const B& biases, std::span<T> out) {
    const auto w = detail::as_range(weights);
    const auto v = detail::as_range(x);
    const auto b = detail::as_range(biases);
    const std::size_t n = v.size(), m = out.size();
    detail::require_sizes_of_affine(m, n, w.size(), b.size());
    detail::require_rows(weights);
    if (detail::overlap(out, w) || detail::overlap(out, v) || detail::overlap(out, b))
        detail::affine_in_place();
    if constexpr (detail::IsReverse<T>::value) {
        using S = typename T::Inner;
        const detail::Factor<S, std::remove_const_t<decltype(w)>> factor_w(w);
        const detail::Factor<S, std::remove_const_t<decltype(v)>> factor_x(v);
        factor_w.validate(tape<S>);
        factor_x.validate(tape<S>);
        detail::validate_operands(tape<S>, b.size(), [&](std::size_t i) { return Reverse<S>(b[i]).id(); });
        if (n >= 2 && m >= 2 && factor_w.consecutive() && factor_x.consecutive() &&
            (factor_w.active() || factor_x.active()) && !tape<S>.paused()) {
            detail::affine_of<S>(factor_w, factor_x, b, out);
            return;
        }
    }
    for (std::size_t i = 0; i < m; ++i) {
        const auto row = w.subspan(i * n, n);
        if (b.size() == 0)
            out[i] = dot(row, v);
        else
            out[i] = dot(row, v, b[b.size() == 1 ? 0 : i]);
    }
}

}  // namespace wengert
