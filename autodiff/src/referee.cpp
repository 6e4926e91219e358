#include "referee.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace wengert::detail {

namespace {

constexpr Real infinite = std::numeric_limits<Real>::infinity();
constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();
constexpr Real epsilon = std::numeric_limits<Real>::epsilon();

// ---- Extrapolation ----

// Richardson's: D(h) = D + c_1 h^p + c_2 h^2p + ..., h halved from row to row, so that each column removes a
// term. An entry's error is taken as twice its distance from its two neighbours (after Ridders, Advances in
// Engineering Software 4 (1982) 75-76), plus what the noise of D(h) becomes on its way there. Of all entries
// the one with the smallest error is believed, unless smaller h refute it: steps that hold a period or more
// of a function can agree with each other.
class Extrapolation {
public:
    explicit Extrapolation(int p) : factor_(std::ldexp(Real(1), p)) {}

    void add(Real d, Real noise) {
        if (!std::isfinite(d)) {  // begin again below
            size_ = 0;
            rows_ = 0;
            return;
        }
        std::array<Entry, columns> row;
        row[0] = {d, noise};
        Estimate here{nan, infinite};
        Real power = 1;
        const std::size_t reach = std::min(size_ + 1, columns);
        for (std::size_t j = 1; j < reach; ++j) {
            power *= factor_;
            const Entry &a = row[j - 1], &b = previous_[j - 1];
            row[j] = {a.value + (a.value - b.value) / (power - 1), (power * a.noise + b.noise) / (power - 1)};
            const Real apart = std::max(std::abs(row[j].value - a.value), std::abs(row[j].value - b.value));
            const Real error = 2 * apart + row[j].noise;
            if (error < here.error) here = {row[j].value, error};
        }
        previous_ = row;
        size_ = reach;
        if (++rows_ < enough) return;
        const bool refuted = std::abs(here.value - best_.value) > 10 * (here.error + best_.error);
        if (here.error < best_.error || refuted) best_ = here;
    }
    Real value() const { return best_.value; }
    Real error() const { return best_.error; }

private:
    struct Entry {
        Real value = 0, noise = 0;
    };
    struct Estimate {
        Real value, error;
    };
    static constexpr std::size_t columns = 7;
    static constexpr int enough = 5;  // rows before anything is believed: fewer may coincide by chance

    Real factor_;
    Estimate best_{nan, infinite};
    std::array<Entry, columns> previous_{};
    std::size_t size_ = 0;
    int rows_ = 0;
};

// One result's slope, as levels of h come in.
class SlopeOfResult {
public:
    SlopeOfResult(Real at_0, Real noise) : y_(at_0), noise_(noise) {}

    // y at -back and at +ahead, two steps of about h.
    void add(Real h, Real back, Real minus, Real ahead, Real plus) {
        const Real n = 3 * noise_ / h;
        both_.add((plus - minus) / (back + ahead), n);
        left_.add((y_ - minus) / back, 2 * n);
        right_.add((plus - y_) / ahead, 2 * n);
        noise_now_ = n;
    }
    // Smaller h cannot do better.
    bool done() const {
        return noise_now_ > std::min({both_.error(), std::max(left_.error(), right_.error())});
    }
    // Looks for a step of f itself at 0: between 0 and the nine values around it, f changes at once by no
    // small part of its change far around.
    void look_for_step(std::span<const Real, 9> near, Real far) {
        back_ = step({near[3], near[2], near[1], near[0]}, far);
        ahead_ = step({near[5], near[6], near[7], near[8]}, far);
    }
    Slope slope() const {
        if (back_ != 0 || ahead_ != 0)
            return {nan, infinite, back_ != 0 ? std::copysign(infinite, -back_) : left_.value(),
                    ahead_ != 0 ? std::copysign(infinite, ahead_) : right_.value(), infinite};
        Slope s{both_.value(), both_.error()};
        const bool on_left = std::isfinite(left_.error()), on_right = std::isfinite(right_.error());
        if (on_left && on_right) {
            const Real l = left_.value(), r = right_.value(), jump = std::abs(l - r);
            if (jump > 4 * (left_.error() + right_.error()) &&
                jump > 1e-9L * std::max(std::abs(l), std::abs(r)))
                s = {s.value, std::max(s.error, jump), l, r, jump};
        } else if (!std::isfinite(s.error) && (on_left || on_right)) {  // the edge of the domain
            const Extrapolation& only = on_left ? left_ : right_;
            s = {only.value(), only.error()};
        }
        return s;
    }

private:
    Real step(const std::array<Real, 4>& side, Real far) const {
        const auto [low, high] = std::minmax_element(side.begin(), side.end());
        const Real least = std::min(std::abs(*low - y_), std::abs(*high - y_));
        const bool flat = *high - *low < least / 8;
        return flat && least > far / 1024 && least > 0x1p-40L * std::abs(y_) ? side[0] - y_ : 0;
    }

    Real y_, noise_, noise_now_ = 0, back_ = 0, ahead_ = 0;
    Extrapolation both_{2}, left_{1}, right_{1};
};

}  // namespace

Real roughness(std::span<const Real> y) {
    Real sum = 0, count = 0;
    for (std::size_t i = 0; i + 4 < y.size(); ++i) {
        const Real d = y[i] - 4 * y[i + 1] + 6 * y[i + 2] - 4 * y[i + 3] + y[i + 4];
        if (!std::isfinite(d)) continue;
        sum += d * d;
        ++count;
    }
    return count == 0 ? 0 : std::sqrt(sum / count / 70);
}

std::vector<Slope> slopes_by_differences(const Line& line, const Rounding& rounding) {
    Real zero = 0;
    const std::vector<Real> y = line(zero);
    const std::size_t m = y.size();
    // A first step whose halves a double holds exactly, and that is unlikely to be a period of f.
    constexpr Real first = 27.0L / 128, close = 0x1p-46L;
    std::vector<std::array<Real, 9>> around(m);
    for (std::size_t k = 0; k < 9; ++k) {
        Real t = (static_cast<Real>(k) - 4) * close;
        const std::vector<Real> f = k == 4 ? y : line(t);
        for (std::size_t j = 0; j < m; ++j) around[j][k] = f.empty() ? nan : f[j];
    }
    std::vector<SlopeOfResult> results;
    for (std::size_t j = 0; j < m; ++j)
        results.emplace_back(
            y[j], std::max({roughness(around[j]), rounding.unit * std::abs(y[j]), rounding.smallest}));
    Real h = first;
    for (int level = 0; level < rounding.levels; ++level, h /= 2) {
        Real ahead = h, back = -h;
        const std::vector<Real> plus = line(ahead), minus = line(back);
        bool done = level > 6;
        for (std::size_t j = 0; j < m; ++j) {
            const Real before = minus.empty() ? nan : minus[j], after = plus.empty() ? nan : plus[j];
            results[j].add(h, -back, before, ahead, after);
            if (level == 0)
                results[j].look_for_step(around[j], std::abs(after - y[j]) + std::abs(before - y[j]));
            done = done && results[j].done();
        }
        if (done) break;
    }
    std::vector<Slope> slopes;
    for (const SlopeOfResult& r : results) slopes.push_back(r.slope());
    return slopes;
}

// ---- The referee ----

namespace {
bool settled(const Slope& s) { return std::isfinite(s.value) && std::isfinite(s.error); }

// The step's slope, or, past an obstacle, that of differences, which is as sure as it agrees with the
// estimate.
Slope best_of(const Slope& step, const Slope& difference) {
    if (settled(step)) return step;
    Slope s = difference;
    s.noise = step.noise;
    if (std::isfinite(step.value)) s.error = std::max(s.error, std::abs(s.value - step.value));
    return s;
}
}  // namespace

Referee::Referee(const CheckedFunction& f, std::span<const double> x, std::uint64_t seed)
    : f_(f), x_(x.begin(), x.end()), seed_(seed) {
    Real largest = 0;
    for (const Real v : x_)
        if (std::isfinite(v)) largest = std::max(largest, std::abs(v));
    const auto power = [](Real v) { return std::isfinite(v) ? std::ldexp(Real(1), std::ilogb(v)) : Real(1); };
    for (const Real v : x_) scale_.push_back(v != 0 ? power(v) : largest != 0 ? power(largest) : Real(1));
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
// noise: when every operation is rounded to double at random.
std::vector<Slope> Referee::by_steps(std::span<const Real> v) const {
    std::vector<Slope> slopes = steps_at(x_, v);
    for (Slope& s : slopes) s.error += 16 * epsilon * std::abs(s.value);
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
    for (std::uint64_t k = 0; k < 3; ++k) {
        const RandomRounding rounding(bits());
        widen(&Slope::noise, 3, steps_beside(x_, v));
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
        Real slope = passes() ? steps_at(x, unit_vector)[0].value : nan;
        if (!passes()) {
            const Line line = [&](Real& t) {
                std::vector<Real> moved(x.begin(), x.end());
                moved[i] += t * scale_[i];
                return results_at(moved);
            };
            slope = slopes_by_differences(line, rounding())[0].value;
        }
        gradient.push_back(slope / scale_[i]);
        unit_vector[i] = 0;
    }
    return gradient;
}

std::vector<Slope> Referee::by_differences(std::span<const Real> v) const {
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
    return slopes_by_differences(line, rounding());
}

std::vector<Slope> Referee::along(std::span<const Real> v) const {
    if (!looks_twice()) return by_differences(v);
    std::vector<Slope> slopes = by_steps(v);
    if (std::all_of(slopes.begin(), slopes.end(), settled)) return slopes;
    const std::vector<Slope> differences = by_differences(v);
    for (std::size_t j = 0; j < slopes.size(); ++j) slopes[j] = best_of(slopes[j], differences[j]);
    return slopes;
}

std::vector<Slope> Referee::along_again(std::span<const Real> v) const {
    const std::vector<Slope> differences = by_differences(v), steps = by_steps(v);
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
        const Real wide = jump(left[j].value, right[j].value);
        const Real narrow = jump(nearer_left[j].value, nearer_right[j].value);
        // Curvature makes the jump shrink with the distance; a kink at x keeps it, one beside x loses it.
        if (!std::isinf(d.jump) && wide > 1e-9L * std::abs(here.value) + 4 * here.noise &&
            (narrow > wide / 2 || narrow < wide / 100)) {
            s.left = left[j].value;
            s.right = right[j].value;
            s.jump = wide;
            s.error = std::max(s.error, wide);
        } else if (settled(here) && d.jump == 0 &&
                   std::abs(d.value - here.value) > 4 * (d.error + here.error) &&
                   d.error < 1e-3L * std::max(std::abs(d.value), std::abs(here.value))) {
            s.value = d.value;  // f turns its numbers into doubles on the way, where complex steps lose them
            s.error = d.error;
        }
        slopes.push_back(s);
    }
    return slopes;
}

std::string Referee::method() const {
    const bool first_order = f_.order() == 1;
    if (passes()) return first_order ? "complex steps" : "differences of complex steps";
    const std::string method = first_order ? "extrapolated differences" : "differences of differences";
    return f_.plain() ? method : method + ", since complex steps cannot pass " + obstacle_->function;
}

}  // namespace wengert::detail
