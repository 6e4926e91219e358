// A block whose derivative its user supplies: a solver, a table, a library that knows plain numbers only.
#pragma once

#include <concepts>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <wengert/dual.hpp>
#include <wengert/value.hpp>

namespace wengert {
namespace detail {

[[noreturn]] void wrong_vjp(std::size_t got, std::size_t inputs);

template <class S, class V> std::vector<S> to_vector(const V& numbers) {
    return std::vector<S>(numbers.begin(), numbers.end());
}

template <class F, class S> concept ForwardOver = requires(const F& f, std::span<const S> x) {
    {f(x).begin()};
    { f(x)[0] } -> std::convertible_to<S>;
};
template <class V, class S> concept VjpOver = requires(const V& v, std::span<const S> x) {
    { v(x, x, x)[0] } -> std::convertible_to<S>;
};

template <class S, class V> std::vector<S> call_vjp(const V& vjp, std::span<const S> x, std::span<const S> y,
                                                    std::span<const S> weights) {
    std::vector<S> result = to_vector<S>(vjp(x, y, weights));
    if (result.size() != x.size()) wrong_vjp(result.size(), x.size());
    return result;
}

template <class S, class V> class External final : public SweptInto<S, External<S, V>> {
public:
    External(std::vector<S> x, std::vector<Index> inputs, std::vector<S> y, Index first_output, V vjp)
        : charge_(sizeof(External) + (2 * x.size() + y.size()) * sizeof(S) + x.size() * sizeof(Index)),
          x_(std::move(x)),
          y_(std::move(y)),
          inputs_(std::move(inputs)),
          first_output_(first_output),
          vjp_(std::move(vjp)) {}

    template <class Target> void sweep_into(Target& to) {
        const std::vector<S> weights(to.adjoints + first_output_, to.adjoints + first_output_ + y_.size());
        bool none = true;
        for (const S& w : weights) none = none && exactly_zero(w);
        if (none) return;
        const std::vector<S> result = call_vjp<S>(vjp_, x_, y_, weights);
        to.adjoints = tape<S>.adjoints();  // vjp may have recorded and swept above
        const S one(1);
        for (std::size_t k = 0; k < result.size(); ++k)
            if (inputs_[k] != 0) to.add(inputs_[k], one, result[k]);
    }

private:
    Charge charge_;
    std::vector<S> x_, y_;
    std::vector<Index> inputs_;
    Index first_output_;
    V vjp_;
};

}  // namespace detail

/// y = forward(x), with the derivative that vjp supplies: vjp(x, y, w) is J^T w, one number per input. Both
/// take spans and return a vector, array or the like. One block on the tape; a sweep calls vjp at most once,
/// and not at all where no output has an adjoint. The outputs are Values with an index each.
///
///     using Numbers = std::span<const double>;
///     const auto root = [](Numbers a) { return std::vector{std::sqrt(a[0])}; };
///     const auto vjp = [](Numbers, Numbers y, Numbers w) { return std::vector{w[0] / (2 * y[0])}; };
///     Value y = external(std::vector{variable(2.0)}, root, vjp)[0];
///
/// For second derivatives both must be templates (`const auto&`), since they are then called with spans of
/// Dual or Value. With a Dual, vjp is called once for each output. An exception from either passes on, and
/// leaves the tape usable; vjp may call wengert::gradient, not backward. check_gradient(f, x) holds vjp to
/// differences of forward. Throws Error if vjp returns another number of numbers than there are inputs. Cost:
/// the copies of x and y, 24 bytes of tape.
template <class X, class F, class V> auto external(const X& inputs, F forward, V vjp) {
    using T = std::remove_cvref_t<decltype(inputs[0])>;
    const std::span<const T> in(inputs.data(), inputs.size());
    if constexpr (Arithmetic<T>) {
        return detail::to_vector<T>(forward(in));
    } else if constexpr (requires {
                             typename T::Inner;
                             T::external_is_opaque;
                         }) {
        return T::external(in, forward);
    } else {
        using S = typename T::Inner;
        static_assert(detail::ForwardOver<F, S> && detail::VjpOver<V, S>,
                      "external(inputs, forward, vjp): for second derivatives forward and vjp must both be "
                      "templates, callable "
                      "with spans of the scalar that is differentiated, such as Dual<double>");
        std::vector<S> x;
        for (const T& v : in) x.push_back(v.value());
        std::vector<S> y = detail::to_vector<S>(forward(std::span<const S>(x)));
        std::vector<T> outputs(y.begin(), y.end());
        if constexpr (requires { T::directions; }) {
            bool moves = false;
            for (const T& v : in) moves = moves || v.moves();
            if (!moves) return outputs;
            for (std::size_t i = 0; i < y.size(); ++i) {
                std::vector<S> unit(y.size(), S(0));
                unit[i] = S(1);
                const std::vector<S> row = detail::call_vjp<S>(vjp, x, y, unit);
                for (std::size_t j = 0; j < x.size(); ++j)
                    if (in[j].moves()) outputs[i].add(row[j], in[j]);
            }
        } else {
            std::vector<Index> indices;
            Id any = 0;
            for (const T& v : in) {
                indices.push_back(detail::index_of(v.read()));
                any |= v.id();
            }
            Tape<S>& t = tape<S>;
            if (any == 0 || t.paused() || y.empty()) return outputs;
            for (const T& v : in)
                if (v.active()) t.validate(v.id(), "external");
            detail::Owner<ExternalBlock<S>> block(new detail::External<S, V>(
                std::move(x), std::move(indices), y, detail::index_of(t.last()) + 1, std::move(vjp)));
            t.need(2, 0);
            const Id first = t.variables(y.size());
            for (std::size_t i = 0; i < y.size(); ++i) outputs[i] = T(y[i], first + i);
            t.add_external(std::move(block));
        }
        return outputs;
    }
}

}  // namespace wengert
