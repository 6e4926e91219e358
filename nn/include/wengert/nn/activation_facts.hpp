// What an inventor of an activation wants to know of it, as data: its shape, its derivatives, what it costs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <wengert/nn/activation.hpp>

namespace wengert::nn {

/// The end of a range: of f's values.
struct Bound {
    double value;  ///< an infinity where f grows without end, NaN where f is NaN throughout
    bool reached;  ///< by f in [-10, 10]; else f only comes near to it
};
/// A slope, and where it is met; both are NaN where f' is NaN throughout.
struct Extreme {
    double slope, x;  ///< x is an infinity where the slope is met, or come near to, only beyond [-10, 10]
};
/// Where f' jumps, or f itself.
struct Kink {
    double x;
    bool jump;  ///< of f itself
};
/// Numbers from low to high; an infinity where there is no end.
struct Interval {
    double low, high;
};
/// Where next to nothing of a gradient comes through: saturated, or dead where f' is 0 throughout.
struct FlatInterval : Interval {
    bool dead;
};
/// Where f is NaN, or f' alone is.
struct NanInterval : Interval {
    bool slope_alone;
};
enum class Trend { constant, rising, falling, none };

/// A function of one number, as samples show it; what it has nowhere is NaN.
struct ActivationFacts {
    Bound low, high;  ///< of the range
    double at_zero, slope_at_zero;
    Extreme smallest_slope, largest_slope;  ///< at a kink, of the two one-sided slopes
    std::vector<Kink> kinks;
    std::vector<FlatInterval> flat;
    Trend trend;  ///< rising: never falls; none where f is NaN throughout
    std::vector<NanInterval> not_a_number;

    /// An interval is flat if it is a quarter wide or more, and |f'| there is at most this share of the
    /// largest |f'| in [-10, 10].
    static constexpr double flat_share = 1e-3;
};

/// Samples f and f' by Dual, at the activation's initial parameters: in [-10, 10] at steps of 1/64, then at
/// growing ones to +-1000, and at +-1e4, 1e6 and 1e8. Between samples it narrows down extremes by golden
/// section; jumps of f' or f by halving, where one stays that is more than a millionth of the largest; and
/// the ends of intervals.
///
/// Approximate, therefore: what comes and goes between two samples is not seen, of two kinks there one is. A
/// bound is infinite where the last step far outside is not much smaller than the one before,
/// as with a logarithm.
///
///     const ActivationFacts silu = facts(Activation("silu", [](const auto& x) { return x * sigmoid(x); }));
///     silu.largest_slope;                              // 1.0998 at 2.3994
///
/// Throws Error where the activation throws, with the text of that and an x nearby. Cost: up to some 100,000
/// calls, a few milliseconds.
ActivationFacts facts(const Activation& activation);

/// What is better told than tabled, for a line each: that it is a constant, of which nothing can be learned;
/// where f or f' jumps, the five places nearest to 0; where it is dead or flat; where f is not a number, or
/// f' alone. Numbers have three digits.
///
///     remarks(facts(activation("tanh")));              // {"flat below -4.15, above 4.15"}
std::vector<std::string> remarks(const ActivationFacts& facts);

/// What one neuron costs beside its sum, in a layer of 256, on this machine and now.
struct ActivationCost {
    double value_ns;     ///< f, of doubles
    double gradient_ns;  ///< f of Values, and its part of the sweep
    double tape_bytes;   ///< 12 for each edge
};
/// Medians of 9 repetitions, each of a millisecond or more; some 20 ms in all. Its recording is above what
/// the thread has recorded, and gone at the end. Throws what the activation throws.
ActivationCost cost(const Activation& activation);

/// f, f' and f'' at the same x.
struct Curves {
    std::vector<double> x, f, slope, curvature;
};
/// n points, evenly spaced, from low to high, by Dual<Dual<double>>. Throws Error for fewer than 2 points or
/// an interval that is empty or not finite, and what the activation throws.
Curves curves(const Activation& activation, double low, double high, std::size_t n = 401);

}  // namespace wengert::nn
