// Sacado's forward mode with expression-level reverse: how its numbers are made and read.
#pragma once

#include <Sacado.hpp>

#include <cmath>
#include <numbers>

#include "engines/forward.hpp"

namespace Sacado::ELRFad {

/// What Sacado leaves out.
template <class T> typename Expr<T>::base_expr_type erf(const Expr<T>& x) {
    const double slope = 2.0 * std::numbers::inv_sqrtpi * std::exp(-x.val() * x.val());
    typename Expr<T>::base_expr_type y = x;
    for (int i = 0; i < y.size(); ++i) y.fastAccessDx(i) *= slope;
    y.val() = std::erf(y.val());
    return y;
}

}  // namespace Sacado::ELRFad

namespace bench {

/// `chunk` derivatives in a Fad; 0: all.
template <class Fad, std::size_t chunk> struct ElrMode {
    static constexpr std::size_t directions = chunk;
    using Number = Fad;
    static Number variable(double x, std::size_t i, std::size_t of) {
        return Number(static_cast<int>(of), static_cast<int>(i), x);
    }
    static double value(const Number& y) { return y.val(); }
    static double derivative(const Number& y, std::size_t i) { return y.dx(static_cast<int>(i)); }
};

}  // namespace bench
