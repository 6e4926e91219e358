// Sums of products: dot, and affine for a whole layer of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include <wengert/blocks.hpp>

namespace wengert {

namespace detail {

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

template <class F> void copy_values(const F&, const auto* from, std::size_t n, auto* to) {
    for (std::size_t k = 0; k < n; ++k) make_at(to + k, F::value(from[k]));
}

// sum_k a_k b_k, in the order of sum_in_lanes. With the lanes spelled out it stays a vector loop.
template <class S, class A, class B, class X, class Y>
WENGERT_INLINE S sum_of_products_in_lanes(const X* a, const Y* b, std::size_t n) {
    constexpr std::size_t lanes = 8;
    S sums[lanes] = {};
    std::size_t k = 0;
    for (; k + lanes <= n; k += lanes)
        for (std::size_t j = 0; j < lanes; ++j) sums[j] += A::value(a[k + j]) * B::value(b[k + j]);
    for (std::size_t j = 0; k + j < n; ++j) sums[j] += A::value(a[k + j]) * B::value(b[k + j]);
    for (std::size_t half = lanes / 2; half > 0; half /= 2)
        for (std::size_t j = 0; j < half; ++j) sums[j] += sums[j + half];
    return sums[0];
}
template <class S, class A, class B, class X, class Y>
WENGERT_INLINE S sum_of_products(const X* a, const Y* b, std::size_t n) {
    if (n >= few) return sum_of_products_in_lanes<S, A, B>(a, b, n);
    S total(0);
    for (std::size_t k = 0; k < n; ++k) total += A::value(a[k]) * B::value(b[k]);
    return total;
}

// Whether both are one range: its squares are summed, whose partials are 2 a_k.
template <class A, class B> bool same([[maybe_unused]] const A& a, [[maybe_unused]] const B& b) {
    if constexpr (std::same_as<A, B>)
        return a.size() != 0 && a.data() == b.data() && a.id(0) == b.id(0);
    else
        return false;
}

// The partials of the arguments a are the numbers of b.
template <class S, class A, class B> void record_block(Tape<S>& t, Id to, const A& a, const B& b) {
    if (lies_in_order(a)) copy_values(b, b.data(), a.size(), t.block(to, a.id(0), a.size()));
}

// Fewer products than a block has, where there is room: edges alone, as a statement writes them. Values just
// made are in the processor's store buffer, from where a vector load has to wait: so nobody looks first
// whether they lie in order, and the products are summed on the way.
template <class S, class X, class Y>
WENGERT_INLINE Reverse<S> dot_of_few(const X& x, const Y& y, const Reverse<S>& bias) {
    using A = OnTape<S, X>;
    using B = OnTape<S, Y>;
    const A a(x);
    const B b(y);
    const std::size_t n = a.size();
    Tape<S>& t = tape<S>;
    typename Tape<S>::Run run(t);
    Id elsewhere = 0;
    const auto edge = [&, here = t.last()](const S& partial, Id id, bool look) WENGERT_INLINE_LAMBDA {
        if (id == 0) return;
        if (look) elsewhere |= id ^ here;
        run.edge(partial, id);
    };
    edge(S(1), bias.read(), true);
    S total(0);
    if (same(a, b)) {
        for (std::size_t k = 0; k < n; ++k) {
            edge(as<S>(a[k] + a[k]), a.read(k), !A::one_epoch || k == 0);
            total += a[k] * b[k];
        }
    } else {
        for (std::size_t k = 0; k < n; ++k) {
            edge(as<S>(b[k]), a.read(k), !A::one_epoch || k == 0);
            edge(as<S>(a[k]), b.read(k), !B::one_epoch || k == 0);
            total += a[k] * b[k];
        }
    }
    if (epoch_of(elsewhere) != 0) {
        validate_operands(t, 1, [&](std::size_t) { return bias.id(); });
        validate_operands(t, n, [&](std::size_t k) { return a.id(k); });
        validate_operands(t, n, [&](std::size_t k) { return b.id(k); });
    }
    const S value = bias.value() + total;
    if (run.empty()) return Reverse<S>(value);
    return Reverse<S>(value, n == 0 ? bias.id() : run.result());
}

template <class S, class X, class Y>
[[gnu::noinline]] Reverse<S> dot_of_many(const X& x, const Y& y, const Reverse<S>& bias) {
    using A = Examined<S, X>;
    using B = Examined<S, Y>;
    const A a(x);
    const B b(y);
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
    const bool of_a = a.active() && !lies_in_order(a), of_b = b.active() && !lies_in_order(b);
    if (of_a || of_b)
        for (std::size_t k = 0; k < n; ++k) {
            if (of_a) run.edge(as<S>(b[k]), a.read(k));
            if (of_b) run.edge(as<S>(a[k]), b.read(k));
        }
    const Id to = run.result();
    record_block<S>(t, to, a, b);
    record_block<S>(t, to, b, a);
    return Reverse<S>(value, to);
}

// Rows of weights times x, and biases, as one block on the tape; biases out of order, and one for all, are an
// edge of each output.
template <class S, class W, class X, class B>
void affine_of(const W& weights, const X& x, const B& biases, std::span<Reverse<S>> out) {
    const std::size_t n = x.size(), m = out.size(), step = biases.size() == m;
    Tape<S>& t = tape<S>;
    const bool by_weights = weights.active(), by_x = x.active();
    const bool by_biases = biases.active() && biases.size() == m && biases.consecutive();
    t.need(Tape<S>::product_edges(m, n) + m + 1, m);
    const auto biased = [&](std::size_t i, const S& z) {
        return biases.size() == 0 ? z : S(biases[step * i] + z);
    };
    std::vector<S> made;  // numbers that are recorded themselves: that may fail, so it comes before all else
    if constexpr (!std::is_floating_point_v<S>)
        for (std::size_t i = 0; i < m; ++i)
            made.push_back(biased(i, sum_of_products<S, W, X>(weights.data() + i * n, x.data(), n)));
    const Id first = t.last() + 1;
    if (by_biases || !biases.active()) {
        t.variables(m);
    } else {
        for (std::size_t i = 0; i < m; ++i) {
            typename Tape<S>::Run run(t);
            run.edge(S(1), biases.read(step * i));
            run.result();
        }
    }
    const auto [of_weights, of_x] = t.products_block(first, by_weights ? weights.id(0) : 0,
                                                     by_x ? x.id(0) : 0, by_biases ? biases.id(0) : 0, m, n);
    if (by_weights) copy_values(x, x.data(), n, of_weights);
    if (by_x) copy_values(weights, weights.data(), m * n, of_x);
    using Plain = OnTape<S, std::span<const S>>;
    const auto put = [&](std::size_t i, const S& sum)
                         WENGERT_INLINE_LAMBDA { out[i] = Reverse<S>(biased(i, sum), first + i); };
    if constexpr (!std::is_floating_point_v<S>) {
        for (std::size_t i = 0; i < m; ++i) out[i] = Reverse<S>(made[i], first + i);
    } else if (by_weights && by_x) {
        for (std::size_t i = 0; i < m; ++i)
            put(i, sum_of_products<S, Plain, Plain>(of_x + i * n, of_weights, n));
    } else {
        const auto* const w = weights.data();
        const auto* const v = x.data();
        for (std::size_t i = 0; i < m; ++i) put(i, sum_of_products<S, W, X>(w + i * n, v, n));
    }
}

}  // namespace detail

/// bias + sum_i a_i b_i. A side is a vector, array or span of Values or plain numbers, or a VariableSpan;
/// many products are summed in eight lanes, so that the result is within n u sum |a_i b_i| of the exact one.
/// Cost: one result, one partial for each number on an active side. Throws Error if the sizes differ.
///
///     Value z = dot(weights, inputs, bias);
template <detail::Range A, detail::Range B, detail::Operand C>
auto dot(const A& a, const B& b, const C& bias) {
    const auto& x = detail::as_range(a);
    const auto& y = detail::as_range(b);
    using T = Number<detail::ElementOf<A>, detail::ElementOf<B>, C>;
    if (x.size() != y.size()) detail::unequal_sizes("dot", x.size(), y.size());
    if constexpr (detail::IsReverse<T>::value) {
        using S = typename T::Inner;
        if (x.size() < detail::few && tape<S>.has_room(2 * detail::few, 1))
            return detail::dot_of_few<S>(x, y, bias);
        return detail::dot_of_many<S>(x, y, bias);
    } else {
        return T(bias +
                 rules::detail::sum_in_lanes<T>(x.size(), [&](std::size_t k) { return T(x[k] * y[k]); }));
    }
}
/// sum_i a_i b_i.
template <detail::Range A, detail::Range B> auto dot(const A& a, const B& b) {
    return dot(a, b, PlainOf<Number<detail::ElementOf<A>, detail::ElementOf<B>>>(0));
}

/// out_i = bias_i + sum_j w_ij x_j, the weights row by row; one bias for each output, one for all, or none.
/// The values are those of `dot`, row by row. Over Values that lie in order it is one block: the partials n
/// numbers for all weights, and m n for x where that is active. Throws Error if a size does not fit, if `out`
/// overlaps what is read, and for an Eigen matrix of weights that is not RowMajor.
///
///     affine(weights, x, biases, std::span<Value>(z));
template <detail::Range W, detail::Range X, detail::Range B, class T>
void affine(const W& weights, const X& x, const B& biases, std::span<T> out) {
    const auto& w = detail::as_range(weights);
    const auto& v = detail::as_range(x);
    const auto& b = detail::as_range(biases);
    const std::size_t n = v.size(), m = out.size();
    detail::require_sizes_of_affine(m, n, w.size(), b.size());
    detail::require_rows(weights);
    if (detail::overlap(out, w) || detail::overlap(out, v) || detail::overlap(out, b))
        detail::affine_in_place();
    if constexpr (detail::IsReverse<T>::value) {
        using S = typename T::Inner;
        const auto all_weights = detail::examined<S>(w);
        const auto all_x = detail::examined<S>(v);
        const auto all_biases = detail::examined<S>(b);
        all_weights.validate(tape<S>);
        all_x.validate(tape<S>);
        all_biases.validate(tape<S>);
        if (n >= 2 && m >= 2 && all_weights.consecutive() && all_x.consecutive() &&
            (all_weights.active() || all_x.active()) && !tape<S>.paused()) {
            detail::affine_of<S>(all_weights, all_x, all_biases, out);
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
