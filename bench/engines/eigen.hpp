// Eigen's forward mode: how its numbers are made and read.
#pragma once

#include <Eigen/Core>
#include <unsupported/Eigen/AutoDiff>  // needs it, and does not include it

#include <cmath>
#include <numbers>

#include "engines/forward.hpp"

namespace Eigen {

/// What Eigen leaves out.
template <class D> auto erf(const AutoDiffScalar<D>& x) {
    const double slope = 2.0 * std::numbers::inv_sqrtpi * std::exp(-x.value() * x.value());
    return MakeAutoDiffScalar(std::erf(x.value()), x.derivatives() * slope);
}

}  // namespace Eigen

namespace bench {

/// `chunk` derivatives in a Vector; 0: all.
template <class Vector, std::size_t chunk> struct EigenMode {
    static constexpr std::size_t directions = chunk;
    using Number = Eigen::AutoDiffScalar<Vector>;
    static Number variable(double x, std::size_t i, std::size_t of) {
        return Number(x, static_cast<int>(of), static_cast<int>(i));
    }
    static double value(const Number& y) { return y.value(); }
    static double derivative(const Number& y, std::size_t i) {
        return y.derivatives()[static_cast<Eigen::Index>(i)];
    }
};

}  // namespace bench
