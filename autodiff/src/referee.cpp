#include "referee.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace wengert::detail {

namespace {

constexpr Real infinite = std::numeric_limits<Real>::infinity();
constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();
constexpr Real epsilon = std::numeric_limits<Real>::epsilon();

bool settled(const Slope& s) { return std::isfinite(s.value) && std::isfinite(s.error); }

// The step's slope, or, past an obstacle, that of differences. An infinite one that no obstacle explains is
// what f has there.
Slope best_of(const Slope& step, const Slope& difference) {
    if (settled(step) || (std::isinf(step.value) && step.error == 0)) return step;
    Slope s = difference;
    s.noise = step.noise;
    s.sway = step.sway;
    return s;
}

// Whether sharp differences contradict a complex step, also as far as double precision may tell.
bool contradicts(const Slope& difference, const Slope& step) {
    const Real noise = std::max(step.noise, step.sway);
    return settled(step) && settled(difference) && difference.jump == 0 &&
           std::abs(difference.value - step.value) > 4 * (difference.error + step.error + noise) &&
           difference.error < 1e-3L * std::max(std::abs(difference.value), std::abs(step.value));
}

Real power_of_2(Real v) { return std::isfinite(v) && v != 0 ? std::ldexp(Real(1), std::ilogb(v)) : Real(1); }
}  // namespace

Referee::Referee(const CheckedFunction& f, std::span<const double> x, std::uint64_t seed)
    : f_(f), x_(x.begin(), x.end()), seed_(seed) {
    Real largest = 0;
    for (const Real v : x_)
        if (std::isfinite(v)) largest = std::max(largest, std::abs(v));
    for (const Real v : x_) scale_.push_back(v != 0 ? power_of_2(v) : std::min(power_of_2(largest), Real(1)));
}

Rounding Referee::rounding() const {
    if (f_.plain() || (obstacle_ != nullptr && obstacle_->in_double))
        return {0x1p-53L, std::numeric_limits<double>::denorm_min(), 44};
    return {epsilon / 2, std::numeric_limits<Real>::min(), 52};
}

std::vector<Real> Referee::results_at(std::span<const Real> x) const {
    std::vector<ComplexStep> z(x.begin(), x.end());
    std::vector<Real> y;
    for (const ComplexStep& r : f_.evaluate(z)) y.push_back(r.re());
    return y;
}

std::vector<Slope> Referee::steps_at(std::span<const Real> x, std::span<const Real> v) const {
    std::vector<ComplexStep> z;
    for (std::size_t i = 0; i < x.size(); ++i) z.emplace_back(x[i], v[i] * ComplexStep::step);
    std::vector<Slope> slopes;
    for (const ComplexStep& r : f_.evaluate(z)) {
        const bool blocked = r.obstacle() != nullptr;
        if (blocked) obstacle_ = r.obstacle();
        slopes.push_back({r.im() / ComplexStep::step, blocked ? infinite : 0});
    }
    return slopes;
}

// The error: how far the slope moves when the inputs move by what their extended precision resolves. The
// noise: when every operation is rounded to double, at random or to the nearest.
std::vector<Slope> Referee::by_steps(std::span<const Real> v) const {
    std::vector<Slope> slopes = steps_at(x_, v);
    for (Slope& s : slopes)
        if (std::isfinite(s.value)) s.error += 16 * epsilon * std::abs(s.value);
    const auto widen = [&](Real Slope::*part, Real factor, const std::vector<Slope>& there) {
        for (std::size_t j = 0; j < slopes.size() && j < there.size(); ++j)
            if (const Real d = std::abs(there[j].value - slopes[j].value); std::isfinite(d))
                slopes[j].*part = std::max(slopes[j].*part, factor * d);
    };
    SplitMix bits(seed_);
    for (int k = 0; k < 2; ++k) {
        std::vector<Real> moved = x_;
        for (Real& x : moved) x += (bits.coin() ? 4 : -4) * epsilon * x;
        widen(&Slope::error, 4, steps_beside(moved, v));
    }
    const auto round = [&](Real Slope::*part, std::uint64_t seed, RandomRounding::Way way, Real beside) {
        SplitMix side(seed);
        std::vector<Real> moved = x_;
        for (Real& x : moved) x += (side.coin() ? beside : -beside) * x;
        const RandomRounding rounding(seed, way);
        widen(part, 3, steps_beside(moved, v));
    };
    round(&Slope::noise, bits(), RandomRounding::Way::nearest, 0);
    for (int k = 0; k < 4; ++k) {
        // Once beside x: there x^2 may happen to be a double, so that nothing is rounded.
        const auto part = k == 0 ? &Slope::sway : &Slope::noise;
        const Real beside = k == 0 ? 0x0.6p-53L : 0;
        const std::uint64_t seed = bits();
        round(part, seed, RandomRounding::Way::coin, beside);
        round(part, seed, RandomRounding::Way::other_side, beside);
    }
    return slopes;
}

// Where f may have no value; then none is returned.
std::vector<Slope> Referee::steps_beside(std::span<const Real> x, std::span<const Real> v) const {
    try {
        return steps_at(x, v);
    } catch (...) {
        return {};
    }
}

std::vector<Real> Referee::gradient_at(std::span<const Real> x) const {
    std::vector<Real> gradient;
    std::vector<Real> unit_vector(x.size(), 0);
    for (std::size_t i = 0; i < x.size(); ++i) {
        unit_vector[i] = scale_[i];
        Real slope = steps_pass() ? steps_at(x, unit_vector)[0].value : nan;
        if (!steps_pass()) {
            const Line line = [&](Real& t) {
                std::vector<Real> moved(x.begin(), x.end());
                moved[i] += t * scale_[i];
                return results_at(moved);
            };
            slope = slopes_by_differences(line, rounding(), Look::quick)[0].value;
        }
        gradient.push_back(slope / scale_[i]);
        unit_vector[i] = 0;
    }
    return gradient;
}

std::vector<Slope> Referee::by_differences(std::span<const Real> v, Look look) const {
    const Line line = [&](Real& t) -> std::vector<Real> {
        std::vector<Real> x = x_;
        std::size_t moved = 0;
        Real made = t;
        for (std::size_t i = 0; i < x.size(); ++i) {
            if (v[i] == 0) continue;
            x[i] += t * v[i];
            if (f_.plain()) x[i] = static_cast<double>(x[i]);
            made = (x[i] - x_[i]) / v[i];
            ++moved;
        }
        if (std::abs(made - t) > std::abs(t) / 1024) return {};  // subnormal inputs
        if (moved == 1) t = made;
        // Nobody asked for f there: what it throws only says that it has no value.
        try {
            return f_.order() == 1 ? results_at(x) : gradient_at(x);
        } catch (...) {
            if (t == 0) throw;
            return {};
        }
    };
    std::vector<Slope> slopes = slopes_by_differences(line, rounding(), look);
    for (Slope& s : slopes) s.by_differences = true;
    return slopes;
}

void Referee::look_for_blindness(std::span<const Real> v) {
    if (!takes_steps()) return;
    const std::vector<Slope> steps = by_steps(v), differences = by_differences(v, Look::quick);
    for (std::size_t j = 0; j < steps.size(); ++j) blind_ = blind_ || contradicts(differences[j], steps[j]);
}

std::vector<Slope> Referee::along(std::span<const Real> v) const {
    if (!takes_steps()) return by_differences(v, Look::thorough);
    if (blind_) return along_again(v);
    std::vector<Slope> slopes = by_steps(v);
    if (std::all_of(slopes.begin(), slopes.end(), settled)) return slopes;
    const std::vector<Slope> differences = by_differences(v, Look::thorough);
    for (std::size_t j = 0; j < slopes.size(); ++j) slopes[j] = best_of(slopes[j], differences[j]);
    return slopes;
}

std::vector<Slope> Referee::along_again(std::span<const Real> v) const {
    const std::vector<Slope> differences = by_differences(v, Look::thorough), steps = by_steps(v);
    const auto beside = [&](Real t) {
        std::vector<Real> x = x_;
        for (std::size_t i = 0; i < x.size(); ++i) x[i] += t * v[i];
        std::vector<Slope> there = steps_beside(x, v);
        there.resize(steps.size(), Slope{nan, infinite});
        return there;
    };
    const std::vector<Slope> left = beside(-0x1p-45L), right = beside(0x1p-45L),
                             nearer_left = beside(-0x1p-49L), nearer_right = beside(0x1p-49L);
    std::vector<Slope> slopes;
    for (std::size_t j = 0; j < steps.size(); ++j) {
        const Slope &here = steps[j], &d = differences[j];
        Slope s = best_of(here, d);
        const auto jump = [&](Real l, Real r) {
            return std::max({std::abs(l - r), std::abs(l - here.value), std::abs(r - here.value)});
        };
        const Real l = left[j].value, r = right[j].value, wide = jump(l, r);
        const Real narrow = jump(nearer_left[j].value, nearer_right[j].value);
        // Curvature makes the jump shrink with the distance, on both sides alike where f is even. A kink at x
        // keeps it, one beside x loses it.
        const bool kink = narrow > wide / 2 || (narrow < wide / 100 && std::abs(l - r) > wide / 2);
        if (settled(here) && !std::isinf(d.jump) && kink &&
            wide > 1e-9L * std::abs(here.value) + 4 * here.noise) {
            s.left = l;
            s.right = r;
            s.jump = wide;
            s.error = std::max(s.error, wide);
        } else if (contradicts(d, here)) {
            s = d;
            s.noise = here.noise;
            s.sway = here.sway;
        }
        slopes.push_back(s);
    }
    return slopes;
}

std::string Referee::method() const {
    const bool first_order = f_.order() == 1;
    if (steps_pass()) return first_order ? "complex steps" : "differences of complex steps";
    const std::string method = first_order ? "extrapolated differences" : "differences of differences";
    return f_.plain() ? method : method + ", since complex steps cannot pass " + obstacle_->function;
}

}  // namespace wengert::detail
