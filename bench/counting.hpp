// How much work a function is: a number that counts what is done to it.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <wengert/scalar.hpp>

#include "problem.hpp"

namespace bench {

/// A number whose every operation - an operator, or a function of any cost - counts 1. Copies, comparisons
/// and conversions of plain numbers count nothing.
class Counting : wengert::List<> {  // so that its operators and functions are found
public:
    using WengertNumber = Counting;
    using Inner = double;
    /// So far.
    inline static std::size_t operations = 0;

    constexpr Counting() = default;
    template <wengert::Arithmetic A> constexpr Counting(A x) : value_(static_cast<double>(x)) {}

    double value() const { return value_; }
    bool exactly_zero() const { return value_ == 0.0; }

    template <class A> Counting& operator+=(const A& x) { return *this = *this + x; }
    template <class A> Counting& operator-=(const A& x) { return *this = *this - x; }
    template <class A> Counting& operator*=(const A& x) { return *this = *this * x; }
    template <class A> Counting& operator/=(const A& x) { return *this = *this / x; }

    template <class Rule, class... A> static Counting apply(const A&... x) {
        ++operations;
        return Rule::value(wengert::primal(x)...);
    }
    template <class Rule, class P, class... A> static Counting apply_with(const P& parameter, const A&... x) {
        ++operations;
        return Rule::value(wengert::primal(x)..., parameter);
    }

private:
    double value_ = 0.0;
};

/// The operations of one evaluation at x, all blocks together.
template <class P> std::size_t count_operations(const P& problem, std::span<const double> x) {
    const std::vector<Counting> in(x.begin(), x.end());
    std::vector<Counting> y(all_outputs_of<P>);
    const std::size_t before = Counting::operations;
    evaluate(problem, std::span<const Counting>(in), std::span<Counting>(y));
    return Counting::operations - before;
}

}  // namespace bench
