// The referee: slopes of a function along a direction, with an error of its own, by complex steps where the
// function allows them, else by extrapolated differences. No derivative rule is used.
#pragma once

#include <wengert/checked_function.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace wengert::detail {

using Real = ComplexStep::Real;

/// A slope of one result.
struct Slope {
    Real value, error;         // error: an estimate of how far value is off; infinite if nothing is known
    Real left = 0, right = 0;  // one-sided, where `jump` is not 0
    Real jump = 0;             // how far the slopes on the two sides of a kink lie apart
    Real noise = 0;            // what rounding to double may make of it, as far as that can be seen
};

/// How far neighbouring values of a result are off a smooth curve: from fourth differences, after More &
/// Wild, "Estimating computational noise", SIAM J. Sci. Comput. 33 (2011) 1292-1314.
Real roughness(std::span<const Real> y);

/// f(x + t v) by t; sets t to the step that was really made, where that had to be rounded. Empty where f has
/// no value.
using Line = std::function<std::vector<Real>(Real& t)>;
/// The slopes at t = 0 of a function that varies over t of about 1, or less, and is rounded to `unit` of its
/// size, `smallest` at least. Some 30 evaluations.
struct Rounding {
    Real unit, smallest;
    int levels;  // how often the first step may be halved before it is lost in x
};
std::vector<Slope> slopes_by_differences(const Line& line, const Rounding& rounding);

class Referee {
public:
    Referee(const CheckedFunction& f, std::span<const double> x, std::uint64_t seed);

    /// The size of input i, a power of 2, for steps.
    Real scale(std::size_t i) const { return scale_[i]; }
    /// The slopes along v, one for each result.
    std::vector<Slope> along(std::span<const Real> v) const;
    /// The same, looked at again where the first look contradicts somebody: with slopes from both sides, and
    /// differences beside complex steps.
    std::vector<Slope> along_again(std::span<const Real> v) const;
    /// Whether that can tell more.
    bool looks_twice() const { return f_.order() == 1 && !f_.plain(); }
    /// How it works here, and why.
    std::string method() const;

private:
    std::vector<Slope> by_differences(std::span<const Real> v) const;
    std::vector<Slope> by_steps(std::span<const Real> v) const;
    // The slopes by one step each. Where an obstacle stands in the way the value is only an estimate, and the
    // error infinite.
    std::vector<Slope> steps_at(std::span<const Real> x, std::span<const Real> v) const;
    std::vector<Slope> steps_beside(std::span<const Real> x, std::span<const Real> v) const;
    std::vector<Real> results_at(std::span<const Real> x) const;
    std::vector<Real> gradient_at(std::span<const Real> x) const;
    // Whether complex steps have passed so far.
    bool passes() const { return !f_.plain() && obstacle_ == nullptr; }
    Rounding rounding() const;

    const CheckedFunction& f_;
    std::vector<Real> x_, scale_;
    std::uint64_t seed_;
    mutable const Obstacle* obstacle_ = nullptr;
};

/// Seeded bits, the same on every machine: Steele, Lea & Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014.
class SplitMix {
public:
    explicit SplitMix(std::uint64_t seed) : state_(seed) {}
    std::uint64_t operator()() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }
    bool coin() { return ((*this)() >> 63) != 0; }
    /// In [0, 1).
    double uniform() { return static_cast<double>((*this)() >> 11) * 0x1p-53; }

private:
    std::uint64_t state_;
};

}  // namespace wengert::detail
