// Slopes of functions of one variable by extrapolated differences, each with an error of its own.
#pragma once

#include <wengert/complex_step.hpp>

#include <functional>
#include <limits>
#include <span>
#include <vector>

namespace wengert::detail {

using Real = ComplexStep::Real;

/// A slope of one result.
struct Slope {
    Real value, error;         // error: an estimate of how far value is off; infinite if nothing is known
    Real left = 0, right = 0;  // one-sided, where `jump` is not 0
    Real jump = 0;             // how far the slopes on the two sides of a kink lie apart
    Real noise = 0;            // what rounding to double may make of it, as far as that can be seen
    Real sway = 0;             // the same beside the point, where a kink may show too
    bool by_differences = false;
};

/// How far neighbouring values of a result are off a smooth curve: from fourth differences, after
/// More & Wild, "Estimating computational noise", SIAM J. Sci. Comput. 33 (2011) 1292-1314.
Real roughness(std::span<const Real> y);

/// f(x + t v) by t; sets t to the step that was really made, where that had to be rounded. Empty where f has
/// no value.
using Line = std::function<std::vector<Real>(Real& t)>;

/// How f is rounded: to `unit` of its size, `smallest` at least.
struct Rounding {
    Real unit, smallest;
    int levels;  // how often the first step may be halved before it is lost in x
};

/// A quick look takes some 30 evaluations, and can take a staircase of rounded values for a slope, or miss
/// that f changes within a hundredth of its argument. A thorough one takes some 80 of a smooth function, and
/// a few hundred of one that is neither smooth nor settled.
enum class Look { quick, thorough };

/// The slopes at t = 0 of a function that varies over t of about 1, or less.
std::vector<Slope> slopes_by_differences(const Line& line, const Rounding& rounding, Look look);

/// The same in other units.
std::vector<Slope> scaled(std::vector<Slope> slopes, Real factor);

}  // namespace wengert::detail
