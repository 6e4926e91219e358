#include "differences.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace wengert::detail {

namespace {

constexpr Real infinite = std::numeric_limits<Real>::infinity();
constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();

// ---- Extrapolation ----

// Richardson's: D(h) = D + c_1 h^p + c_2 h^2p + ..., h halved from row to row, so that each column removes a
// term. An entry's error is taken as twice its distance from its two neighbours (after Ridders, Advances in
// Engineering Software 4 (1982) 75-76), plus what the noise of D(h) becomes on its way there. Of all entries
// the one with the smallest error is believed, as long as no smaller h contradicts it by more than noise:
// large steps can agree with each other and know nothing of f at 0.
class Extrapolation {
public:
    explicit Extrapolation(int p) : factor_(std::ldexp(Real(1), p)) {}

    void add(Real d, Real noise) {
        raw_ = d;
        if (!std::isfinite(d)) {  // begin again below
            size_ = 0;
            rows_ = 0;
            return;
        }
        std::array<Entry, columns> row;
        row[0] = {d, noise};
        Estimate here{nan, infinite, noise};
        Real power = 1;
        const std::size_t reach = std::min(size_ + 1, columns);
        for (std::size_t j = 1; j < reach; ++j) {
            power *= factor_;
            const Entry &a = row[j - 1], &b = previous_[j - 1];
            row[j] = {a.value + (a.value - b.value) / (power - 1), (power * a.noise + b.noise) / (power - 1)};
            const Real apart = std::max(std::abs(row[j].value - a.value), std::abs(row[j].value - b.value));
            const Real error = 2 * apart + row[j].noise;
            if (error < here.error) here = {row[j].value, error, row[j].noise};
        }
        previous_ = row;
        size_ = reach;
        if (++rows_ < enough) return;
        const bool contradicted = std::abs(here.value - best_.value) > 4 * best_.error + 16 * here.noise;
        if (here.error < best_.error || contradicted) best_ = here;
    }
    // Whether a difference over a much smaller step does. D(h) itself was off by as much as it still changes.
    bool contradicted_by(Real d, Real noise) const {
        return std::isfinite(best_.error) && std::isfinite(d) &&
               std::abs(d - best_.value) > 4 * best_.error + 16 * noise + 2 * std::abs(raw_ - best_.value);
    }
    Real value() const { return best_.value; }
    Real error() const { return best_.error; }

private:
    struct Entry {
        Real value = 0, noise = 0;
    };
    struct Estimate {
        Real value, error, noise;
    };
    static constexpr std::size_t columns = 7;
    static constexpr int enough = 5;  // rows before anything is believed: fewer may coincide by chance

    Real factor_, raw_ = nan;
    Estimate best_{nan, infinite, 0};
    std::array<Entry, columns> previous_{};
    std::size_t size_ = 0;
    int rows_ = 0;
};

// The results at two steps of about h.
struct Pair {
    Real h, back, ahead;
    std::vector<Real> minus, plus;
};

// One result's slope, as levels of h come in.
class SlopeOfResult {
public:
    SlopeOfResult(std::size_t result, Real at_0, Real noise) : j_(result), y_(at_0), noise_(noise) {}

    void add(const Pair& p) {
        const Real n = noise(p);
        both_.add((p.plus[j_] - p.minus[j_]) / (p.back + p.ahead), n);
        left_.add((y_ - p.minus[j_]) / p.back, 2 * n);
        right_.add((p.plus[j_] - y_) / p.ahead, 2 * n);
        noise_now_ = n;
    }
    // Smaller h cannot do better.
    bool done() const {
        return noise_now_ > std::min({both_.error(), std::max(left_.error(), right_.error())});
    }
    bool contradicted_by(const Pair& p) const {
        const Real n = noise(p);
        return both_.contradicted_by((p.plus[j_] - p.minus[j_]) / (p.back + p.ahead), n) ||
               left_.contradicted_by((y_ - p.minus[j_]) / p.back, 2 * n) ||
               right_.contradicted_by((p.plus[j_] - y_) / p.ahead, 2 * n);
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
    Real noise(const Pair& p) const { return 4 * noise_ / p.h; }
    Real step(const std::array<Real, 4>& side, Real far) const {
        const auto [low, high] = std::minmax_element(side.begin(), side.end());
        const Real least = std::min(std::abs(*low - y_), std::abs(*high - y_));
        const bool flat = *high - *low < least / 8;
        return flat && least > far / 1024 && least > 0x1p-40L * std::abs(y_) ? side[0] - y_ : 0;
    }

    std::size_t j_;
    Real y_, noise_, noise_now_ = 0, back_ = 0, ahead_ = 0;
    Extrapolation both_{2}, left_{1}, right_{1};
};

// ---- Noise ----

// The results at nine places around 0. The places are uneven: of values at even ones the rounding may be
// even, too, and go unseen.
struct Nine {
    std::array<Real, 9> t;
    std::vector<std::array<Real, 9>> y;  // of each result
};
constexpr std::array<Real, 9> places{-4.17L, -2.89L, -2.03L, -0.94L, 0, 1.13L, 1.97L, 3.07L, 3.91L};

// How far a result is off a curve of the fifth degree: sixth divided differences, in units of the noise.
Real roughness(const std::array<Real, 9>& t, const std::array<Real, 9>& y) {
    constexpr std::size_t window = 7;
    Real sum = 0, count = 0;
    for (std::size_t i = 0; i + window <= y.size(); ++i) {
        Real d = 0, norm = 0;
        for (std::size_t k = i; k < i + window; ++k) {
            Real weight = 1;
            for (std::size_t l = i; l < i + window; ++l)
                if (l != k) weight *= (t[8] - t[0]) / (t[k] - t[l]);
            d += weight * y[k];
            norm += weight * weight;
        }
        if (!std::isfinite(d) || !std::isfinite(norm)) continue;
        sum += d * d / norm;
        ++count;
    }
    return count == 0 ? 0 : std::sqrt(sum / count);
}

// ---- All results along a line ----

class Differences {
public:
    Differences(const Line& line, const Rounding& rounding) : line_(line), rounding_(rounding) {
        Real zero = 0;
        y_ = line_(zero);
        close_ = around(-46);
        const Nine further = around(-42);
        for (std::size_t j = 0; j < y_.size(); ++j)
            noise_.push_back(std::max({roughness(close_.t, close_.y[j]), roughness(further.t, further.y[j]),
                                       rounding_.unit * std::abs(y_[j]), rounding_.smallest}));
    }

    std::vector<Slope> slopes(Look look) {
        const auto levels = static_cast<std::size_t>(rounding_.levels);
        std::size_t until = 8;  // so many at least
        for (std::size_t level = 0; level < levels; ++level) {
            const Pair p = pair(std::ldexp(first, -static_cast<int>(level)));
            if (level == 0) begin(p, look);
            for (SlopeOfResult& r : results_) r.add(p);
            if (level + 1 < until || !all_done()) continue;
            const std::size_t below = look == Look::thorough ? contradiction(level) : 0;
            if (below == 0) break;
            until = below + 5;
        }
        std::vector<Slope> slopes;
        for (const SlopeOfResult& r : results_) slopes.push_back(r.slope());
        return slopes;
    }

private:
    // A first step whose halves a double holds exactly, and that is unlikely to be a period of f.
    static constexpr Real first = 27.0L / 128;

    std::vector<Real> at(Real& t) const {
        std::vector<Real> y = line_(t);
        if (y.empty()) y.resize(y_.size(), nan);
        return y;
    }
    Pair pair(Real h) const {
        Pair p{h, -h, h, {}, {}};
        p.minus = at(p.back);
        p.plus = at(p.ahead);
        p.back = -p.back;
        return p;
    }
    // About 2^spacing apart.
    Nine around(int spacing) const {
        Nine nine{{}, std::vector<std::array<Real, 9>>(y_.size())};
        for (std::size_t k = 0; k < places.size(); ++k) {
            Real t = std::ldexp(places[k], spacing);
            const std::vector<Real> y = t == 0 ? y_ : at(t);
            nine.t[k] = t;
            for (std::size_t j = 0; j < y_.size(); ++j) nine.y[j][k] = y[j];
        }
        return nine;
    }

    Real size_of(std::size_t j, const Pair& p) const {
        return std::max({std::abs(y_[j]), std::abs(p.plus[j]), std::abs(p.minus[j])});
    }
    // Knows the noise once it knows how large f is around. What is noise alone has no slope.
    void begin(const Pair& p, Look look) {
        for (const int spacing : {-34, -14, -7, -4})
            if (look == Look::thorough) look_for_jumps(spacing, p);
        for (std::size_t j = 0; j < y_.size(); ++j)
            if (noise_[j] > size_of(j, p) / 8 && noise_[j] > rounding_.smallest) noise_[j] = infinite;
        for (std::size_t j = 0; j < y_.size(); ++j)
            results_.emplace_back(j, y_[j], noise_[j])
                .look_for_step(close_.y[j], std::abs(p.plus[j] - y_[j]) + std::abs(p.minus[j] - y_[j]));
    }
    bool all_done() const {
        return std::all_of(results_.begin(), results_.end(), [](const auto& r) { return r.done(); });
    }
    // Whether differences over steps much smaller than the last contradict what these results believe: the
    // number of halvings until there, or 0.
    std::size_t contradiction(std::size_t last) const {
        for (std::size_t level = last + 4; level < static_cast<std::size_t>(rounding_.levels); level += 5) {
            const Pair p = pair(std::ldexp(first, -static_cast<int>(level)));
            for (const SlopeOfResult& r : results_)
                if (r.contradicted_by(p)) return level;
        }
        return 0;
    }

    // Rounding can make stairs of f that are flat, or smooth, over more than its neighbourhood. So where nine
    // values further apart, 2^spacing, are rough, f is followed down to where it jumps; a smooth function
    // that changes quickly does not.
    void look_for_jumps(int spacing, const Pair& p) {
        const Nine nine = around(spacing);
        for (std::size_t j = 0; j < y_.size(); ++j) {
            const Real size = size_of(j, p);
            // What the sixth difference leaves of a smooth curve.
            const Real smooth = std::ldexp(size, 6 * spacing + 10);
            const Real rough = roughness(nine.t, nine.y[j]), y = std::abs(y_[j]);
            if (!(rough > std::max(2 * noise_[j], smooth))) continue;
            const Jump jump = jump_within(j, nine);
            // One as large as f itself (floor, a table) is no rounding, and where f is larger, so is its
            // noise.
            const bool own = jump.size > size / 2, elsewhere = jump.at > 2 * y && noise_[j] < y / 8;
            if (own || (elsewhere && jump.size * y <= 8 * noise_[j] * jump.at)) continue;
            // Nearby it is what it is, if f bends as little as that between neighbours. (Several operations
            // round, of which one made this bend.)
            const Real most = spacing < -30 ? std::min(rough, 4 * jump.bend) : jump.size / 2;
            noise_[j] = std::max(noise_[j], most);
        }
    }
    // Follows three points between which f bends most down to neighbouring numbers. Beside a jump the bend
    // stays, elsewhere it is soon a quarter of itself, and a quarter.
    struct Jump {
        Real size, at, bend;
    };
    Jump jump_within(std::size_t j, const Nine& nine) const {
        const auto bend = [](const auto& t, const auto& y, std::size_t k) {
            const Real straight = y[k] + (y[k + 2] - y[k]) * (t[k + 1] - t[k]) / (t[k + 2] - t[k]);
            return std::abs(y[k + 1] - straight);
        };
        const auto sharpest = [&](const auto& t, const auto& y) {
            std::size_t best = 0;
            for (std::size_t k = 1; k + 2 < y.size(); ++k)
                if (bend(t, y, k) > bend(t, y, best)) best = k;
            return best;
        };
        std::size_t k = sharpest(nine.t, nine.y[j]);
        std::array<Real, 3> t, y;
        std::copy_n(nine.t.begin() + k, 3, t.begin());
        std::copy_n(nine.y[j].begin() + k, 3, y.begin());
        Real rise = 0;
        int same = 0;  // a jump keeps its height; near a singularity f rises by more, or less
        while (t[2] - t[0] > 16 * rounding_.unit) {
            Real before = (t[0] + t[1]) / 2, after = (t[1] + t[2]) / 2;
            const Real y_before = at(before)[j], y_after = at(after)[j];
            const std::array<Real, 5> finer{t[0], before, t[1], after, t[2]};
            const std::array<Real, 5> values{y[0], y_before, y[1], y_after, y[2]};
            k = sharpest(finer, values);
            std::copy_n(finer.begin() + k, 3, t.begin());
            std::copy_n(values.begin() + k, 3, y.begin());
            const Real before_this = rise;
            rise = std::max(std::abs(y[1] - y[0]), std::abs(y[2] - y[1]));
            same = std::abs(rise - before_this) < rise / 8 ? same + 1 : 0;
        }
        return {same >= 4 ? rise : 0, std::fmax(std::abs(y[0]), std::abs(y[2])),
                std::fmax(Real(0), bend(t, y, 0))};
    }

    const Line& line_;
    const Rounding& rounding_;
    std::vector<Real> y_, noise_;
    Nine close_;
    std::vector<SlopeOfResult> results_;
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

std::vector<Slope> slopes_by_differences(const Line& line, const Rounding& rounding, Look look) {
    return Differences(line, rounding).slopes(look);
}

std::vector<Slope> scaled(std::vector<Slope> slopes, Real factor) {
    for (Slope& s : slopes)
        for (Real* part : {&s.value, &s.error, &s.noise, &s.sway, &s.left, &s.right, &s.jump})
            *part *= factor;
    return slopes;
}

}  // namespace wengert::detail
