#include <wengert/nn/activation_facts.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numeric>
#include <span>
#include <string>

#include "expect.hpp"

namespace wengert::nn {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity(),
                 nan = std::numeric_limits<double>::quiet_NaN();
constexpr double inner = 10;          // what happens in [-inner, inner] is "reached"
constexpr double tiny = 1e-12;        // of the largest: rounding, no difference
constexpr double jumps = 1e-6;        // of the largest: a jump, if it stays
constexpr double wide_enough = 0.25;  // an interval that is narrower is not flat: f' passes through 0 there

struct Sample {
    double x, f, slope;
};
using Member = double Sample::*;

// f and f' at a point.
class Sampler {
public:
    explicit Sampler(const Activation& activation) : activation_(activation) {}
    Sample operator()(double x) const {
        try {
            const Dual<double> y = activation_(Dual<double>::variable(x));
            return {x, y.value(), y.tangent()};
        } catch (...) {
            fail("the activation " + activation_.name() + " throws at x = " + to_text(x) + ": " +
                 text_of_exception());
        }
    }

private:
    const Activation& activation_;
};

// From 0 outwards: what is thrown tells of the nearest x.
std::vector<Sample> samples_on_grid(const Sampler& at) {
    constexpr std::size_t steps = 64, near = 10 * steps, tail = 200, decade = 100, middle = near + tail;
    const auto number = [](std::size_t k) { return static_cast<double>(k); };
    std::vector<Sample> samples(2 * middle + 1);
    for (std::size_t k = 0; k <= middle; ++k) {
        const double x = k <= near ? number(k) / steps : inner * std::pow(10.0, number(k - near) / decade);
        samples[middle - k] = at(-x);
        samples[middle + k] = at(x);
    }
    return samples;
}

bool within(const Sample& s) { return std::abs(s.x) <= inner; }

// Where a search by halving ended, without its last digits (and no -0).
double place(double x) { return std::round(x * 1e9) / 1e9 + 0.0; }

// The largest finite |of| in [-inner, inner].
double scale(const std::vector<Sample>& samples, Member of) {
    double largest = 0;
    for (const Sample& s : samples)
        if (within(s) && std::isfinite(s.*of)) largest = std::max(largest, std::abs(s.*of));
    return largest;
}

// ---- Kinks ----

// Two numbers with none between, and what jumps from one to the other.
struct Gap {
    Sample before, after;
    bool jump;  // of f
};

// Halves [a, b] towards where `of` changes more; whether that change stays when nothing is left between. A
// change to infinity is none: that is overflow.
bool narrow(const Sampler& at, Member of, double largest, Sample& a, Sample& b) {
    const auto change = [of](const Sample& p, const Sample& q) { return std::abs(q.*of - p.*of); };
    largest = std::max({largest, std::abs(a.*of), std::abs(b.*of)});
    if (!std::isfinite(change(a, b))) return false;
    while (change(a, b) > jumps * largest) {
        const double middle = std::midpoint(a.x, b.x);
        if (b.x - a.x < 1e-24 || middle <= a.x || middle >= b.x) return true;
        const Sample m = at(middle);
        largest = std::max(largest, std::abs(m.*of));
        (change(a, m) > change(m, b) ? b : a) = m;
    }
    return false;
}

std::vector<Gap> gaps(const Sampler& at, const std::vector<Sample>& samples) {
    const double largest_f = scale(samples, &Sample::f), largest_slope = scale(samples, &Sample::slope);
    std::vector<Gap> found;
    for (std::size_t k = 1; k < samples.size(); ++k) {
        Sample a = samples[k - 1], b = samples[k];
        if (narrow(at, &Sample::f, largest_f, a, b)) {
            found.push_back({a, b, true});
            continue;
        }
        a = samples[k - 1], b = samples[k];
        if (narrow(at, &Sample::slope, largest_slope, a, b)) found.push_back({a, b, false});
    }
    return found;
}

// A point with a value of its own between two sides is one kink.
std::vector<Kink> kinks_of(const std::vector<Gap>& gaps) {
    std::vector<Kink> kinks;
    for (const Gap& g : gaps) {
        const double x = place(g.before.x);
        if (!kinks.empty() && x - kinks.back().x < 1e-8)
            kinks.back().jump |= g.jump;
        else
            kinks.push_back({x, g.jump});
    }
    return kinks;
}

// ---- Extremes ----

// The largest sign * of beside the middle of three neighbours, by golden section.
Sample summit(const Sampler& at, Member of, double sign, double low, double high) {
    constexpr double golden = 0.6180339887498949;
    Sample left = at(high - golden * (high - low)), right = at(low + golden * (high - low));
    for (int k = 0; k < 60; ++k) {
        if (sign * (left.*of) > sign * (right.*of)) {
            high = right.x, right = left;
            left = at(high - golden * (high - low));
        } else {
            low = left.x, left = right;
            right = at(low + golden * (high - low));
        }
    }
    return left;
}

// Samples, and what lies between them: the two sides of each jump, and whatever is larger (sign 1) or smaller
// (-1) than what lies beside it.
struct Candidates {
    const std::vector<Sample>& grid;
    std::vector<Sample> between;
};
Candidates candidates(const Sampler& at, const std::vector<Sample>& grid, const std::vector<Gap>& gaps,
                      Member of, double sign) {
    Candidates all{grid, {}};
    for (const Gap& g : gaps)
        for (Sample side : {g.before, g.after}) {
            side.x = place(side.x);
            all.between.push_back(side);
        }
    for (std::size_t k = 1; k + 1 < grid.size(); ++k) {
        const double left = sign * (grid[k - 1].*of), middle = sign * (grid[k].*of),
                     right = sign * (grid[k + 1].*of);
        if (middle >= left && middle >= right && (middle > left || middle > right))
            all.between.push_back(summit(at, of, sign, grid[k - 1].x, grid[k + 1].x));
    }
    return all;
}

// The largest sign * of among them, NaN if there is none, and the nearest to 0 of the places where it is met.
Sample most(const Candidates& all, Member of, double sign) {
    double value = nan;
    for (const auto& samples : {std::span(all.grid), std::span<const Sample>(all.between)})
        for (const Sample& s : samples) value = std::fmax(value, sign * (s.*of));
    Sample found{infinity, nan, nan};
    const auto look = [&](std::span<const Sample> samples, double enough) {
        for (const Sample& s : samples)
            if (sign * (s.*of) >= enough && !(std::abs(s.x) >= std::abs(found.x))) found = s;
    };
    look(all.grid, value);
    look(all.between, value - tiny * scale(all.grid, of));
    found.*of = sign * value + 0.0;
    return found;
}

// Or what `of` comes near to far outside, where that is more: an infinity, unless it settles.
Sample or_beyond(const Sampler& at, Sample found, Member of, double sign, double largest) {
    for (const double side : {-1.0, 1.0}) {
        const Sample far = at(side * 1e8);
        const double a = at(side * 1e4).*of, b = at(side * 1e6).*of, c = far.*of;
        if (!(sign * c > sign * (found.*of))) continue;
        found = far;
        if (std::abs(c - b) > std::max(0.2 * std::abs(b - a), 1e-9 * std::max(largest, std::abs(c)))) {
            found.*of = sign * infinity;
        } else if (b != a) {  // what is left to go shrinks by the same factor each time
            const double limit = c + (c - b) * (c - b) / ((b - a) - (c - b));
            found.*of = std::abs(limit) < tiny * largest ? 0 : limit;
        }
    }
    return found;
}

Bound bound(const Sampler& at, const std::vector<Sample>& grid, const std::vector<Gap>& gaps, double sign) {
    constexpr Member f = &Sample::f;
    const Candidates all = candidates(at, grid, gaps, f, sign);
    const Sample found = most(all, f, sign), far = or_beyond(at, found, f, sign, scale(grid, f));
    // Values in [-inner, inner] may be equal to it because they have no more digits; then f' is not 0.
    const double ends = std::fmax(sign * at(-inner).f, sign * at(inner).f);
    const bool reached = far.f == found.f && ((within(found) && sign * found.f > ends) ||
                                              std::any_of(grid.begin(), grid.end(), [&](const Sample& s) {
                                                  return within(s) && s.f == found.f && s.slope == 0;
                                              }));
    return {far.f, reached};
}

Extreme slope(const Sampler& at, const std::vector<Sample>& grid, const std::vector<Gap>& gaps, double sign) {
    constexpr Member of = &Sample::slope;
    const Candidates all = candidates(at, grid, gaps, of, sign);
    const Sample found = or_beyond(at, most(all, of, sign), of, sign, scale(grid, of));
    if (std::isnan(found.slope)) return {nan, nan};
    return {found.slope, within(found) ? found.x : std::copysign(infinity, found.x)};
}

Trend trend(const std::vector<Sample>& samples) {
    const double least = tiny * scale(samples, &Sample::f);
    bool rises = false, falls = false, stays = false;
    for (std::size_t k = 1; k < samples.size(); ++k) {
        const double step = samples[k].f - samples[k - 1].f;
        rises |= step > least;
        falls |= step < -least;
        stays |= std::abs(step) <= least;
    }
    if (rises != falls) return rises ? Trend::rising : Trend::falling;
    return stays && !rises ? Trend::constant : Trend::none;
}

// ---- Intervals ----

// Where something begins to hold, between a number where it does not and one where it does.
template <class Holds> double edge(const Sampler& at, const Holds& holds, double without, double with) {
    for (int k = 0; k < 60; ++k) {
        const double middle = std::midpoint(without, with);
        (holds(at(middle)) ? with : without) = middle;
    }
    return place(with);
}

// Tells of each run of samples for which it holds: its ends, and the samples.
template <class Holds, class Tell>
void each_run(const Sampler& at, const std::vector<Sample>& samples, const Holds& holds, const Tell& tell) {
    for (std::size_t first = 0, end; first < samples.size(); first = end + 1) {
        end = first;
        while (end < samples.size() && holds(samples[end])) ++end;
        if (end == first) continue;
        const double low = first == 0 ? -infinity : edge(at, holds, samples[first - 1].x, samples[first].x);
        const double high =
            end == samples.size() ? infinity : edge(at, holds, samples[end].x, samples[end - 1].x);
        tell(Interval{low, high}, std::span(samples).subspan(first, end - first));
    }
}

std::vector<FlatInterval> flat(const Sampler& at, const std::vector<Sample>& samples) {
    const double least = ActivationFacts::flat_share * scale(samples, &Sample::slope);
    std::vector<FlatInterval> found;
    each_run(
        at, samples, [least](const Sample& s) { return std::abs(s.slope) <= least; },
        [&](const Interval& where, std::span<const Sample> run) {
            const bool dead =
                std::all_of(run.begin(), run.end(), [](const Sample& s) { return s.slope == 0; });
            // Far outside, where samples are few, only what goes on for ever.
            const bool seen = where.low <= inner && where.high >= -inner;
            if (where.high - where.low >= wide_enough && (seen || std::isinf(where.high - where.low)))
                found.push_back({where, dead});
        });
    return found;
}

std::vector<NanInterval> not_a_number(const Sampler& at, const std::vector<Sample>& samples) {
    std::vector<NanInterval> found;
    for (const bool slope_alone : {false, true})
        each_run(
            at, samples,
            [slope_alone](const Sample& s) {
                return slope_alone ? std::isnan(s.slope) && !std::isnan(s.f) : std::isnan(s.f);
            },
            [&](const Interval& where, std::span<const Sample>) {
                found.push_back({where, slope_alone});
            });
    std::ranges::sort(found, {}, &NanInterval::low);
    return found;
}

// ---- In words ----

std::string digits(double x) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", x);
    return text;
}
std::string in_words(const Interval& i) {
    if (std::isinf(i.low)) return std::isinf(i.high) ? "everywhere" : "below " + digits(i.high);
    if (std::isinf(i.high)) return "above " + digits(i.low);
    return i.low == i.high ? "at " + digits(i.low) : "from " + digits(i.low) + " to " + digits(i.high);
}

// "f jumps at -1, 1 and 7 more".
std::string jumps_in_words(const std::vector<Kink>& kinks, bool of_f) {
    constexpr std::size_t listed = 5;
    std::vector<double> at;
    for (const Kink& k : kinks)
        if (k.jump == of_f) at.push_back(k.x);
    std::ranges::stable_sort(at, {}, [](double x) { return std::abs(x); });
    std::string line;
    for (std::size_t k = 0; k < std::min(at.size(), listed); ++k)
        line += (k != 0 ? ", " : of_f ? "f jumps at " : "f' jumps at ") + digits(at[k]);
    return at.size() > listed ? line + " and " + std::to_string(at.size() - listed) + " more" : line;
}

}  // namespace

ActivationFacts facts(const Activation& activation) {
    const Sampler at(activation);
    const std::vector<Sample> samples = samples_on_grid(at);
    const std::vector<Gap> found = gaps(at, samples);
    const Sample zero = at(0);
    return {.low = bound(at, samples, found, -1),
            .high = bound(at, samples, found, 1),
            .at_zero = zero.f,
            .slope_at_zero = zero.slope,
            .smallest_slope = slope(at, samples, found, -1),
            .largest_slope = slope(at, samples, found, 1),
            .kinks = kinks_of(found),
            .flat = flat(at, samples),
            .trend = trend(samples),
            .not_a_number = not_a_number(at, samples)};
}

std::vector<std::string> remarks(const ActivationFacts& facts) {
    std::string constant, dead, flat, no_number, no_slope;
    const auto add = [](std::string& line, const char* what, const Interval& where) {
        line += (line.empty() ? what : ",") + (" " + in_words(where));
    };
    if (facts.trend == Trend::constant) constant = "constant: nothing before it learns";
    for (const FlatInterval& i : facts.flat) i.dead ? add(dead, "dead", i) : add(flat, "flat", i);
    for (const NanInterval& i : facts.not_a_number)
        i.slope_alone ? add(no_slope, "f' is not a number", i) : add(no_number, "f is not a number", i);
    std::vector<std::string> all{constant,
                                 jumps_in_words(facts.kinks, true),
                                 jumps_in_words(facts.kinks, false),
                                 dead,
                                 flat,
                                 no_number,
                                 no_slope};
    std::erase(all, "");
    return all;
}

Curves curves(const Activation& activation, double low, double high, std::size_t n) {
    if (n < 2 || !(low < high) || !std::isfinite(low) || !std::isfinite(high))
        fail("curves: " + std::to_string(n) + " points from " + std::to_string(low) + " to " +
             std::to_string(high) + "; give at least 2, from a number to a larger one");
    Curves c;
    for (std::size_t k = 0; k < n; ++k) {
        const double x = std::lerp(low, high, static_cast<double>(k) / static_cast<double>(n - 1));
        const auto y = activation(Dual<Dual<double>>(Dual<double>(x, 1), Dual<double>(1)));
        c.x.push_back(x);
        c.f.push_back(y.value().value());
        c.slope.push_back(y.tangent().value());
        c.curvature.push_back(y.tangent().tangent());
    }
    return c;
}

}  // namespace wengert::nn
