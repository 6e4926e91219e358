// The referee: slopes of a function along a direction, with an error of its own, by complex steps where the
// function allows them, else by extrapolated differences (differences.hpp). No derivative rule is used.
#pragma once

#include <wengert/checked_function.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "differences.hpp"

namespace wengert::detail {

class Referee {
public:
    Referee(const CheckedFunction& f, std::span<const double> x, std::uint64_t seed);

    /// The size of input i, a power of 2, for steps. An input that is 0 has none of its own, and takes that
    /// of the largest, 1 at most.
    Real scale(std::size_t i) const { return scale_[i]; }
    /// Complex steps are blind where f takes plain numbers out, or chooses by comparisons until it has its
    /// result (bisection). Differences along v tell; if they do, they are asked everywhere.
    void look_for_blindness(std::span<const Real> v);
    /// The slopes along v, one for each result.
    std::vector<Slope> along(std::span<const Real> v) const;
    /// The same, looked at again where the first look contradicts somebody: with slopes from both sides, and
    /// differences beside complex steps.
    std::vector<Slope> along_again(std::span<const Real> v) const;
    /// Whether that can tell more.
    bool looks_twice() const { return f_.order() == 1 && !f_.plain() && !blind_; }
    /// Whether complex steps have passed so far.
    bool steps_pass() const { return !f_.plain() && obstacle_ == nullptr; }
    /// How it works here, and why.
    std::string method() const;

private:
    bool takes_steps() const { return f_.order() == 1 && !f_.plain(); }
    std::vector<Slope> by_differences(std::span<const Real> v, Look look) const;
    std::vector<Slope> by_steps(std::span<const Real> v) const;
    // The slopes by one step each. Where an obstacle stands in the way the value is only an estimate, and the
    // error infinite.
    std::vector<Slope> steps_at(std::span<const Real> x, std::span<const Real> v) const;
    std::vector<Slope> steps_beside(std::span<const Real> x, std::span<const Real> v) const;
    std::vector<Real> results_at(std::span<const Real> x) const;
    std::vector<Real> gradient_at(std::span<const Real> x) const;
    Rounding rounding() const;

    const CheckedFunction& f_;
    std::vector<Real> x_, scale_;
    bool blind_ = false;
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
