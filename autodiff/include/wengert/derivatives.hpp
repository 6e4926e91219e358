// Derivatives of functions: f is written once, for any scalar, and called with numbers that carry
// derivatives.
//
// Every function here takes f and a point. f takes the point with other numbers in it (structure.hpp says
// what a point may be; a tuple is passed whole, or as separate arguments where f wants those) and returns a
// number, or a structure of numbers. What f records is forgotten before the function returns, by an exception
// too; an open recording, its adjoints and its marks stay as they were. If the point holds Values, so does
// the result, and differentiates again.
#pragma once

#include <wengert/dual.hpp>
#include <wengert/structure.hpp>
#include <wengert/value.hpp>

namespace wengert {

/// rows x columns numbers, row by row.
template <class S> class Matrix {
public:
    Matrix(std::size_t rows, std::size_t columns)
        : rows_(rows), columns_(columns), numbers_(rows * columns) {}
    std::size_t rows() const { return rows_; }
    std::size_t columns() const { return columns_; }
    S& operator()(std::size_t i, std::size_t j) { return numbers_[i * columns_ + j]; }
    const S& operator()(std::size_t i, std::size_t j) const { return numbers_[i * columns_ + j]; }
    std::span<const S> row(std::size_t i) const {
        return std::span<const S>(numbers_).subspan(i * columns_, columns_);
    }
    const std::vector<S>& numbers() const& { return numbers_; }
    std::vector<S> numbers() && { return std::move(numbers_); }
    friend bool operator==(const Matrix&, const Matrix&) = default;

private:
    std::size_t rows_, columns_;
    std::vector<S> numbers_;
};

namespace detail {

template <class F, class X> decltype(auto) call(const F& f, const X& x) {
    if constexpr (std::is_invocable_v<const F&, const X&>)
        return f(x);
    else
        return std::apply(f, x);
}

// One recording of y = f(x), on top of what is recorded already.
template <class S, class F, class X> class Recorded {
public:
    using Output = std::remove_cvref_t<decltype(call(std::declval<const F&>(),
                                                     std::declval<const Rebound<X, Reverse<S>>&>()))>;

    Recorded(const F& f, const X& at) : first_(tape<S>.variables(count(at))), output_(record(f, at)) {}

    const Output& output() const { return output_; }
    /// The derivatives of sum_k seed_k output_k by the inputs, in the shape of `at`.
    Rebound<X, S> sweep(const X& at, std::span<const typename Tape<S>::Seed> seeds) const {
        tape<S>.backward_to(scope_.start(), seeds, {});
        return transform<S>(at, [id = first_](const auto&) mutable { return tape<S>.adjoint(id++); });
    }

private:
    Output record(const F& f, const X& at) const {
        const auto x = transform<Reverse<S>>(
            at, [id = first_](const auto& v) mutable { return Reverse<S>(static_cast<S>(v), id++); });
        return call(f, x);
    }

    Paused<S> resume_{false};
    Recording<S> scope_;
    Id first_;
    Output output_;
};

// Dual numbers at a point, direction k of `tangents` in tangent k.
template <class D, class X, class Tangent> auto with_tangents(const X& at, const Tangent& tangent) {
    return transform<D>(at, [&, i = std::size_t{0}](const auto& v) mutable {
        D d = static_cast<typename D::Inner>(v);
        tangent(d, i++);
        return d;
    });
}

template <class F, class X, class S> constexpr bool gives_number = Operand<
    std::remove_cvref_t<decltype(call(std::declval<const F&>(), std::declval<const Rebound<X, S>&>()))>>;

}  // namespace detail

template <class S, class X> struct ValueAndGradient {
    S value;
    X gradient;
};

/// f(x) and the gradient of f at x, in the shape of x. f returns a number.
/// Cost: one recording and one sweep, whatever the size of x.
///
///     const auto f = [](const auto& x) { return x[0] * x[0] + sin(x[1]); };
///     const auto [value, gradient] = value_and_gradient(f, std::vector{3.0, 0.0});   // 9, {6, 1}
template <class F, class X> auto value_and_gradient(const F& f, const X& at) {
    detail::require_structure<X>();
    using S = detail::NumberIn<X>;
    static_assert(
        detail::gives_number<F, X, Reverse<S>>,
        "gradient is of a function that returns one number; for several outputs see jacobian and vjp");
    const detail::Recorded<S, F, X> recorded(f, at);
    const Reverse<S> y = recorded.output();
    const typename Tape<S>::Seed seeds[] = {{y.id(), S(1)}};
    return ValueAndGradient<S, detail::Rebound<X, S>>{y.value(), recorded.sweep(at, seeds)};
}

/// The gradient of f at x, in the shape of x.
///
///     gradient([](const auto& x) { return x[0] * x[1]; }, std::array{2.0, 5.0});     // {5, 2}
template <class F, class X> auto gradient(const F& f, const X& at) {
    return value_and_gradient(f, at).gradient;
}

/// J(x) v: how f changes in the direction v, in the shape of what f returns. v has as many numbers as x.
/// Cost: one evaluation with dual numbers; no recording.
///
///     const auto f = [](const auto& x) { return x[0] * x[1]; };
///     jvp(f, std::array{2.0, 5.0}, std::array{1.0, 0.0});                            // 5
template <class F, class X, class V> auto jvp(const F& f, const X& at, const V& direction) {
    detail::require_structure<X>();
    using S = detail::NumberIn<X>;
    using D = Dual<S>;
    const std::vector<S> v = detail::flatten<S>(direction);
    if (v.size() != detail::count(at)) detail::wrong_count("jvp", "direction", v.size(), detail::count(at));
    const auto x = detail::with_tangents<D>(at, [&](D& d, std::size_t i) { d = D(d.value(), v[i]); });
    const auto y = detail::call(f, x);
    if constexpr (detail::Operand<std::remove_cvref_t<decltype(y)>>)
        return D(y).tangent();
    else
        return detail::transform<S>(y, [](const auto& number) { return D(number).tangent(); });
}

/// f'(x) for a function of one number, by forward mode; f may return a structure of numbers.
///
///     derivative([](const auto& x) { return x * x; }, 3.0);                          // 6
template <class F, class X> auto derivative(const F& f, const X& at) {
    static_assert(detail::Operand<X>,
                  "derivative is of a function of one number; for several see gradient and jacobian");
    using S = detail::NumberIn<X>;
    return jvp(f, at, S(1));
}

/// u^T J(x): the gradient of sum_k u_k f_k(x), in the shape of x. u has as many numbers as f returns.
/// Cost: one recording and one sweep.
///
///     const auto f = [](const auto& x) { return std::tuple{x[0] * x[1], x[0] + x[1]}; };
///     vjp(f, std::array{2.0, 5.0}, std::array{1.0, 0.0});                            // {5, 2}
template <class F, class X, class U> auto vjp(const F& f, const X& at, const U& weights) {
    detail::require_structure<X>();
    using S = detail::NumberIn<X>;
    const detail::Recorded<S, F, X> recorded(f, at);
    const auto outputs = detail::flatten<Reverse<S>>(recorded.output());
    const std::vector<S> u = detail::flatten<S>(weights);
    if (u.size() != outputs.size()) detail::wrong_count("vjp", "weights", u.size(), outputs.size());
    std::vector<typename Tape<S>::Seed> seeds;
    for (std::size_t k = 0; k < u.size(); ++k) seeds.push_back({outputs[k].id(), u[k]});
    return recorded.sweep(at, seeds);
}

/// J_ij = d f_i / d x_j; outputs and inputs are numbered in order. Cost: for m outputs and n inputs, one
/// recording, then m sweeps where m < n, else n / 4 evaluations with four tangents each.
///
///     const auto f = [](const auto& x) { return std::tuple{x[0] * x[1], x[0] + x[1]}; };
///     jacobian(f, std::array{2.0, 5.0})(0, 1);                                       // 2
template <class F, class X> auto jacobian(const F& f, const X& at) {
    detail::require_structure<X>();
    using S = detail::NumberIn<X>;
    const std::size_t n = detail::count(at);
    const detail::Recorded<S, F, X> recorded(f, at);
    const auto outputs = detail::flatten<Reverse<S>>(recorded.output());
    Matrix<S> result(outputs.size(), n);
    if (outputs.size() < n) {
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            const typename Tape<S>::Seed seeds[] = {{outputs[i].id(), S(1)}};
            std::size_t j = 0;
            const auto row = recorded.sweep(at, seeds);
            detail::each_number([&](const S& d) { result(i, j++) = d; }, row);
        }
        return result;
    }
    constexpr int width = 4;
    using D = Dual<S, width>;
    for (std::size_t start = 0; start < n; start += width) {
        const auto x = detail::with_tangents<D>(at, [&](D& d, std::size_t j) {
            if (j - start < width) d = D::variable(d.value(), j - start);
        });
        std::size_t i = 0;
        const auto y = detail::call(f, x);
        detail::each_number(
            [&](const auto& number) {
                const D d(number);
                for (std::size_t k = 0; k < width && start + k < n; ++k) result(i, start + k) = d.tangent(k);
                ++i;
            },
            y);
    }
    return result;
}

/// H(x) v, in the shape of x: forward over reverse. Cost: one recording and one sweep over dual numbers.
///
///     const auto f = [](const auto& x) { return x[0] * x[0] * x[1]; };
///     hvp(f, std::array{3.0, 1.0}, std::array{1.0, 0.0});                            // {2, 6}
template <class F, class X, class V> auto hvp(const F& f, const X& at, const V& direction) {
    detail::require_structure<X>();
    using S = detail::NumberIn<X>;
    using D = Dual<S>;
    const std::vector<S> v = detail::flatten<S>(direction);
    if (v.size() != detail::count(at)) detail::wrong_count("hvp", "direction", v.size(), detail::count(at));
    const auto x = detail::with_tangents<D>(at, [&](D& d, std::size_t i) { d = D(d.value(), v[i]); });
    return detail::transform<S>(gradient(f, x), [](const D& d) { return d.tangent(); });
}

/// H_ij = d^2 f / d x_i d x_j. Cost: n / 4 recordings and sweeps over dual numbers with four tangents.
///
///     hessian([](const auto& x) { return x[0] * x[0] * x[1]; }, std::array{3.0, 1.0})(0, 1);   // 6
template <class F, class X> auto hessian(const F& f, const X& at) {
    detail::require_structure<X>();
    using S = detail::NumberIn<X>;
    constexpr int width = 4;
    using D = Dual<S, width>;
    const std::size_t n = detail::count(at);
    Matrix<S> result(n, n);
    for (std::size_t start = 0; start < n; start += width) {
        const auto x = detail::with_tangents<D>(at, [&](D& d, std::size_t j) {
            if (j - start < width) d = D::variable(d.value(), j - start);
        });
        std::size_t i = 0;
        const auto g = gradient(f, x);
        detail::each_number(
            [&](const D& d) {
                for (std::size_t k = 0; k < width && start + k < n; ++k) result(i, start + k) = d.tangent(k);
                ++i;
            },
            g);
    }
    return result;
}

}  // namespace wengert
