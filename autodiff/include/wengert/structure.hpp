// What a function may be differentiated by, and may return: a number, or numbers held in std::vector,
// std::array, std::tuple, std::pair, std::span, Eigen's matrices (eigen.hpp) or a struct of one's own, in
// each other as well.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <wengert/scalar.hpp>

namespace wengert {

/// How a type X holds numbers: `Rebind<T>` is X with other numbers, `each(f, x...)` calls f with the number
/// at the same place of each x, in order, `resize_like(x, other)` gives x the sizes of another. Specialise it
/// for a container; for a struct it is enough to be a template of the scalar and to show its members in one
/// line:
///
///     template <class T> struct Camera {
///         T focal, distortion;
///         std::array<T, 3> rotation;
///         static auto visit(auto& self, auto&& visitor) {
///             return visitor(self.focal, self.distortion, self.rotation);
///         }
///     };
template <class X> struct Structure;

namespace detail {

struct Tie {
    template <class... M> auto operator()(M&... members) const { return std::tie(members...); }
};
template <class X> concept ShowsMembers = requires(X& x) { X::visit(x, Tie{}); };

template <class X> concept Structured = requires { typename Structure<std::remove_cvref_t<X>>::Number; };

// Calls f with the numbers at the same place of each structure.
template <class F, class X, class... Y> void each_number(F&& f, X& x, Y&... y) {
    if constexpr (Operand<std::remove_cv_t<X>>)
        f(x, y...);
    else
        Structure<std::remove_cv_t<X>>::each(f, x, y...);
}
template <class X, class Y> void take_sizes([[maybe_unused]] X& x, [[maybe_unused]] const Y& other) {
    if constexpr (!Operand<X>) Structure<X>::resize_like(x, other);
}

template <class F, class X, class... Y> void each_member(F&& f, X members, Y... others) {
    const auto at = [&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
        each_number(f, std::get<I>(members), std::get<I>(others)...);
    };
    [&]<std::size_t... I>(std::index_sequence<I...>) { (at(std::integral_constant<std::size_t, I>{}), ...); }
    (std::make_index_sequence<std::tuple_size_v<X>>{});
}
template <class X, class Y> void take_member_sizes(X members, Y others) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (take_sizes(std::get<I>(members), std::get<I>(others)), ...);
    }
    (std::make_index_sequence<std::tuple_size_v<X>>{});
}

}  // namespace detail

template <detail::Operand X> struct Structure<X> {
    using Number = std::conditional_t<Arithmetic<X>, X, typename detail::NumberOf<X>::type>;
    template <class T> using Rebind = T;
};

namespace detail {
template <class X> struct Elements {  // of a container with contiguous elements
    using Number = typename Structure<X>::Number;
    template <class F, class C, class... D> static void each(F&& f, C& c, D&... d) {
        for (std::size_t i = 0; i < c.size(); ++i) each_number(f, c[i], d[i]...);
    }
    template <class C, class D> static void resize_like(C& c, const D& other) {
        if constexpr (requires { c.resize(other.size()); }) c.resize(other.size());
        for (std::size_t i = 0; i < c.size(); ++i) take_sizes(c[i], other[i]);
    }
};
}  // namespace detail

template <detail::Structured X, class A> struct Structure<std::vector<X, A>> : detail::Elements<X> {
    template <class T> using Rebind = std::vector<typename Structure<X>::template Rebind<T>>;
};
template <detail::Structured X, std::size_t N> struct Structure<std::array<X, N>> : detail::Elements<X> {
    template <class T> using Rebind = std::array<typename Structure<X>::template Rebind<T>, N>;
};
template <detail::Structured X, std::size_t N> struct Structure<std::span<X, N>>
    : detail::Elements<std::remove_cv_t<X>> {
    template <class T> using Rebind =
        std::vector<typename Structure<std::remove_cv_t<X>>::template Rebind<T>>;
};

template <detail::Structured X, detail::Structured... More> struct Structure<std::tuple<X, More...>> {
    using Number = typename Structure<X>::Number;
    static_assert((std::same_as<Number, typename Structure<More>::Number> && ...),
                  "a tuple to differentiate by holds one type of number");
    template <class T> using Rebind = std::tuple<typename Structure<X>::template Rebind<T>,
                                                 typename Structure<More>::template Rebind<T>...>;
    template <class F, class C, class... D> static void each(F&& f, C& c, D&... d) {
        detail::each_member(f, std::apply(detail::Tie{}, c), std::apply(detail::Tie{}, d)...);
    }
    template <class C, class D> static void resize_like(C& c, const D& other) {
        detail::take_member_sizes(std::apply(detail::Tie{}, c), std::apply(detail::Tie{}, other));
    }
};
template <detail::Structured X, detail::Structured Y> struct Structure<std::pair<X, Y>>
    : Structure<std::tuple<X, Y>> {
    template <class T> using Rebind =
        std::pair<typename Structure<X>::template Rebind<T>, typename Structure<Y>::template Rebind<T>>;
};

template <template <class> class S, class N>
    requires detail::ShowsMembers<S<N>> && detail::Operand<N>
struct Structure<S<N>> {
    using Number = N;
    template <class T> using Rebind = S<T>;
    template <class F, class C, class... D> static void each(F&& f, C& c, D&... d) {
        detail::each_member(f, S<N>::visit(c, detail::Tie{}),
                            std::remove_cv_t<D>::visit(d, detail::Tie{})...);
    }
    template <class C, class D> static void resize_like(C& c, const D& other) {
        detail::take_member_sizes(C::visit(c, detail::Tie{}), D::visit(other, detail::Tie{}));
    }
};

namespace detail {

template <class X> constexpr void require_structure() {
    static_assert(Structured<X>,
                  "wengert differentiates by a number, or by numbers in std::vector, std::array, std::tuple, "
                  "std::pair, std::span, an Eigen matrix, or a struct of your own: a template S<T> with "
                  "`static auto visit(auto& self, auto&& visitor) { return visitor(self.a, self.b); }`");
}

/// The type of the numbers in X, integers taken as double.
template <class X> using NumberIn =
    typename NumberOf<typename Structure<std::remove_cvref_t<X>>::Number>::type;
template <class X, class T> using Rebound = typename Structure<std::remove_cvref_t<X>>::template Rebind<T>;

template <class X> std::size_t count(const X& x) {
    std::size_t n = 0;
    each_number([&](const auto&) { ++n; }, x);
    return n;
}

/// x with f(number) in each place, as numbers of type T.
template <class T, class F, class X> Rebound<X, T> transform(const X& x, F&& f) {
    Rebound<X, T> result{};
    if constexpr (Operand<X>) {
        result = f(x);
    } else {
        Structure<Rebound<X, T>>::resize_like(result, x);
        each_number([&](T& out, const auto& in) { out = f(in); }, result, x);
    }
    return result;
}

/// The numbers of x in order.
template <class T, class X> std::vector<T> flatten(const X& x) {
    std::vector<T> numbers;
    each_number([&](const auto& n) { numbers.push_back(static_cast<T>(n)); }, x);
    return numbers;
}

[[noreturn]] void wrong_count(const char* function, const char* what, std::size_t got, std::size_t wanted);

}  // namespace detail
}  // namespace wengert
