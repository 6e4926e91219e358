// What a problem of the benchmark is, and how its forms are called alike.
//
// problems/NAME.hpp defines bench::problems::NAME::Problem: a function written once for any scalar, the
// numbers that it is differentiated at, and its derivatives by hand. rosenbrock.hpp shows a problem with one
// output, bundle_adjustment.hpp one with several, in blocks. `full` marks those that run with --full alone.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace bench {

/// How many numbers the function returns, for each block.
template <class P> inline constexpr std::size_t outputs_of = 1;
template <class P>
    requires requires { P::outputs; }
inline constexpr std::size_t outputs_of<P> = P::outputs;

/// Into how many groups of one size the inputs fall, each an argument of the same function.
template <class P> inline constexpr std::size_t blocks_of = 1;
template <class P>
    requires requires { P::blocks; }
inline constexpr std::size_t blocks_of<P> = P::blocks;

/// Of all blocks together.
template <class P> inline constexpr std::size_t all_outputs_of = blocks_of<P>* outputs_of<P>;

/// Whether it runs with --full alone.
template <class P> inline constexpr bool full_of = requires { requires P::full; };

/// The name of its file; problems.hpp, which CMake writes, knows it.
template <class P> inline constexpr std::string_view id_of{};

/// y = f(x), block by block: those that y has place for, so that an engine may take one block at a time.
template <class P, class T> void evaluate(const P& problem, std::span<const T> x, std::span<T> y) {
    if constexpr (requires { P::outputs; }) {
        const std::size_t blocks = y.size() / P::outputs, group = x.size() / blocks;
        for (std::size_t b = 0; b < blocks; ++b)
            problem(x.subspan(b * group, group), y.subspan(b * P::outputs, P::outputs));
    } else {
        y[0] = problem(x);
    }
}

/// The same by hand, with the Jacobian of each block after the other: outputs_of<P> rows of one number for
/// each input of the block. It has outputs_of<P> times as many numbers as x.
template <class P>
void by_hand(const P& problem, std::span<const double> x, std::span<double> y, std::span<double> jacobian) {
    if constexpr (requires { P::outputs; }) {
        const std::size_t blocks = y.size() / P::outputs, group = x.size() / blocks;
        for (std::size_t b = 0; b < blocks; ++b)
            problem.hand(x.subspan(b * group, group), y.subspan(b * P::outputs, P::outputs),
                         jacobian.subspan(b * P::outputs * group, P::outputs * group));
    } else {
        y[0] = problem.hand(x, jacobian);
    }
}

/// A list of types: `Problems::each([]<class P>() { ... })`.
template <class... P> struct List {
    template <class F> static void each(const F& f) { (f.template operator()<P>(), ...); }
};

}  // namespace bench
