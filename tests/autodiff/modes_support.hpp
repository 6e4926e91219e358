// A function's derivatives in every mode at one point, which must agree. For tests of single corners.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <tuple>
#include <type_traits>

#include <wengert/dual.hpp>
#include <wengert/value.hpp>

namespace {

using wengert::Dual, wengert::Reverse, wengert::Value, wengert::variable;

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// The same number, the sign of a zero included; or both no number.
inline testing::AssertionResult same(double got, double want) {
    if (std::isnan(got) && std::isnan(want)) return testing::AssertionSuccess();
    if (std::bit_cast<std::uint64_t>(got) == std::bit_cast<std::uint64_t>(want))
        return testing::AssertionSuccess();
    return testing::AssertionFailure()
           << testing::PrintToString(got) << ", not " << testing::PrintToString(want);
}

template <std::size_t N> struct Derivatives {
    double value;
    std::array<double, N> partials;
};
/// f in plain numbers, forward and in reverse: all the same, or it fails here. Zeros of partials lose their
/// sign.
template <class F, class... X> Derivatives<sizeof...(X)> derivatives(const F& f, X... x) {
    constexpr std::size_t n = sizeof...(X);
    const std::array<double, n> at{static_cast<double>(x)...};
    Derivatives<n> result{f(static_cast<double>(x)...), {}};
    std::array<Value, n> v;
    for (std::size_t k = 0; k < n; ++k) v[k] = variable(at[k]);
    const Value y = std::apply([&](const auto&... a) { return Value(f(a...)); }, v);
    y.backward();
    EXPECT_TRUE(same(y.value(), result.value));
    for (std::size_t i = 0; i < n; ++i) {
        std::array<Dual<double>, n> d;
        for (std::size_t k = 0; k < n; ++k) d[k] = Dual<double>(at[k], k == i ? 1.0 : 0.0);
        const Dual<double> z = std::apply([&](const auto&... a) { return Dual<double>(f(a...)); }, d);
        EXPECT_TRUE(same(z.value(), result.value));
        EXPECT_TRUE(same(z.tangent() + 0.0, v[i].grad() + 0.0)) << "forward, not in reverse";
        result.partials[i] = v[i].grad() + 0.0;
    }
    wengert::clear();
    return result;
}
/// f'(x) of a function of one argument.
template <class F> double slope(const F& f, double x) { return derivatives(f, x).partials[0]; }

/// d2f/dx_i dx_j over the four nestings of two modes, which must agree to a unit or two.
template <class F, std::size_t N>
double second(const F& f, const std::array<double, N>& x, std::size_t i, std::size_t j) {
    using D = Dual<double>;
    std::array<Dual<D>, N> dd;
    std::array<Reverse<D>, N> rd;
    std::array<Value, N> v;
    std::array<Dual<Value>, N> dv;
    std::array<Reverse<Value>, N> rv;
    for (std::size_t k = 0; k < N; ++k) {
        const D in_j(x[k], k == j ? 1.0 : 0.0);
        dd[k] = Dual<D>(in_j, D(k == i ? 1.0 : 0.0));
        rd[k] = variable(in_j);
        v[k] = variable(x[k]);
        dv[k] = Dual<Value>(v[k], Value(k == i ? 1.0 : 0.0));
        rv[k] = variable(v[k]);
    }
    const auto of = [&](const auto& a) {
        using T = typename std::remove_cvref_t<decltype(a)>::value_type;
        return std::apply([&](const auto&... e) { return T(f(e...)); }, a);
    };
    const double forward = of(dd).tangent().tangent();
    of(rd).backward();
    const double reverse_forward = rd[i].grad().tangent();
    of(dv).tangent().backward();
    const double forward_reverse = v[j].grad();
    of(rv).backward();
    rv[i].grad().backward();
    const double reverse = v[j].grad();
    wengert::clear<D>();
    wengert::clear<Value>();
    wengert::clear();
    if (std::isnan(forward)) {
        EXPECT_TRUE(std::isnan(reverse_forward) && std::isnan(forward_reverse) && std::isnan(reverse));
    } else {
        EXPECT_DOUBLE_EQ(reverse_forward, forward);
        EXPECT_DOUBLE_EQ(forward_reverse, forward);
        EXPECT_DOUBLE_EQ(reverse, forward);
    }
    return forward;
}
template <class F> double second(const F& f, double x) { return second(f, std::array{x}, 0, 0); }

}  // namespace
