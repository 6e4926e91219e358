#include <wengert/gradient_check.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "referee.hpp"
#include "verdict.hpp"

namespace wengert::detail {

Swept sweep(const Tape<double>::Mark& start, Id first, std::size_t n, std::span<const Value> outputs,
            bool absolute) {
    Tape<double>& t = tape<double>;
    Swept s;
    s.operations = index_of(t.last()) - index_of(first) - n + 1;
    s.derivatives.resize(outputs.size() * n);
    if (absolute) s.absolute.resize(s.derivatives.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const Tape<double>::Seed seeds[] = {{outputs[i].read(), 1.0}};
        s.values.push_back(outputs[i].value());
        t.backward_to(start, seeds, {});
        t.read_adjoints(first, std::span(s.derivatives).subspan(i * n, n));
        if (!absolute) continue;
        t.backward(seeds, true);
        t.read_adjoints(first, std::span(s.absolute).subspan(i * n, n));
    }
    return s;
}

void ragged_rows(std::size_t first, std::size_t row, std::size_t has) {
    fail("the rows of the matrix derived by hand have different sizes: row 0 has " + std::to_string(first) +
         " numbers, row " + std::to_string(row) + " has " + std::to_string(has));
}
void no_points() { fail("a check at Points without a point: give at least one"); }

std::vector<std::vector<double>> draw(std::span<const double> low, std::span<const double> high,
                                      std::size_t points, std::uint64_t seed) {
    if (low.size() != high.size())
        fail("the low corner of the Box has " + std::to_string(low.size()) + " numbers, the high one " +
             std::to_string(high.size()));
    if (points == 0) fail("a Box with 0 points: ask for at least one");
    for (std::size_t i = 0; i < low.size(); ++i)
        if (!(low[i] <= high[i]) || !std::isfinite(high[i] - low[i]))
            fail("the Box reaches from " + std::to_string(low[i]) + " to " + std::to_string(high[i]) +
                 " in component " + std::to_string(i) + ": low must not exceed high, and both be finite");
    SplitMix random(seed);
    std::vector<std::vector<double>> result(points);
    for (std::vector<double>& x : result)
        for (std::size_t i = 0; i < low.size(); ++i)
            x.push_back(low[i] + (high[i] - low[i]) * random.uniform());
    return result;
}

namespace {

constexpr double u = 0x1p-53;
constexpr std::size_t most_suspects = 20;  // looked at singly where there are many inputs

// Each number `steps` units in the last place towards where `up` is true, or the other way.
std::vector<double> moved(std::span<const double> x, const std::vector<bool>& up, int steps) {
    std::vector<double> result(x.begin(), x.end());
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double towards = up[i] == (steps > 0) ? HUGE_VAL : -HUGE_VAL;
        for (int k = std::abs(steps); k > 0; --k) result[i] = std::nextafter(result[i], towards);
    }
    return result;
}

class PointCheck {
public:
    PointCheck(const CheckedFunction& f, const HandDerived* hand, std::span<const double> x,
               const CheckOptions& options)
        : f_(f), hand_(hand), x_(x), options_(options), referee_(f, x, options.seed) {}

    void run(GradientReport::Of of, std::size_t point, GradientReport& report) {
        ask_autodiff();
        if (rows_ == 0) fail("f returned no numbers: there is no derivative to check");
        if (hand_ != nullptr) ask_hand(of);
        if (of == GradientReport::Of::gradient && rows_ != 1)
            fail("check_gradient is of a function that returns one number, f returned " +
                 std::to_string(rows_) + ": see check_jacobian");
        ask_autodiff_beside();
        ask_hand_beside();
        weigh_noise();
        SplitMix bits(options_.seed);
        referee_.look_for_blindness(direction(bits));
        const bool each = n() <= (f_.order() == 1 ? options_.each_up_to : options_.each_up_to / 4);
        if (each)
            for (std::size_t j = 0; j < n(); ++j) look(j);
        else
            look_along_directions();
        for (std::size_t i = 0; i < rows_; ++i)
            for (std::size_t j = 0; j < n(); ++j) report.add(component(point, i, j));
        report.note("Referee: " + referee_.method() + differences_taken() + ".");
        if (!each)
            report.note("With " + std::to_string(n()) + " inputs it looked along " +
                        std::to_string(options_.directions) + " random direction" +
                        (options_.directions == 1 ? "" : "s") + " (seed " + std::to_string(options_.seed) +
                        "), and singly at " + std::to_string(looks_.size()) + ".");
    }

private:
    using Column = std::vector<Slope>;

    std::size_t n() const { return x_.size(); }
    std::size_t at(std::size_t i, std::size_t j) const { return i * n() + j; }
    // What is held to the referee.
    const std::vector<double>& reference() const { return f_.plain() ? derived_ : autodiff_.derivatives; }

    // ---- Autodiff and hand ----

    void ask_autodiff() {
        if (!f_.plain()) {
            autodiff_ = f_.autodiff(x_, true);
            rows_ = n() == 0 ? 0 : autodiff_.derivatives.size() / n();
            values_ = f_.order() == 1 ? autodiff_.values : std::vector<double>();
        } else {
            const std::vector<ComplexStep> x(x_.begin(), x_.end());
            for (const ComplexStep& y : f_.evaluate(x)) values_.push_back(y.value());
            rows_ = f_.order() == 1 ? values_.size() : n();
        }
    }

    void ask_hand(GradientReport::Of of) {
        HandNumbers h = hand_->at(x_);
        derived_ = std::move(h.numbers);
        if (of == GradientReport::Of::gradient) {
            if (derived_.size() != n())
                fail("the gradient derived by hand has " + std::to_string(derived_.size()) +
                     " components, the point has " + std::to_string(n()) + " numbers");
        } else if (h.rows != rows_ || h.columns != n()) {
            fail("the matrix derived by hand is " + std::to_string(h.rows) + " x " +
                 std::to_string(h.columns) + ", and should be " + std::to_string(rows_) + " x " +
                 std::to_string(n()) + ": a row for each result of f, a column for each number of the point");
        }
    }

    // How autodiff moves with the last 2 units of the inputs: all up, all down, and twice at random.
    void ask_autodiff_beside() {
        lowest_ = highest_ = autodiff_.derivatives;
        SplitMix bits(options_.seed);
        std::vector<bool> up(n(), true);
        for (int k = 0; !f_.plain() && k < (n() == 1 ? 2 : 4); ++k) {
            if (k == 2)
                for (auto&& one : up) one = bits.coin();
            beside(moved(x_, up, k % 2 == 0 ? 2 : -2), [&](std::span<const double> x) {
                const std::vector<double> there = f_.autodiff(x, false).derivatives;
                for (std::size_t c = 0; c < lowest_.size() && c < there.size(); ++c) {
                    if (!std::isfinite(there[c])) continue;
                    lowest_[c] = std::min(lowest_[c], there[c]);
                    highest_[c] = std::max(highest_[c], there[c]);
                }
            });
        }
    }
    // How the hand moves, and, where its formula cancels, how rough it is over 17 neighbouring points.
    void ask_hand_beside() {
        hand_spread_.resize(rows_ * n());
        if (hand_ == nullptr || !hand_->callable()) return;
        SplitMix bits(options_.seed + 1);
        for (int line = 0; line < (n() == 1 ? 1 : 2); ++line) {
            std::vector<bool> up(n());
            for (auto&& one : up) one = bits.coin();
            constexpr int reach = 8;
            std::vector<std::vector<double>> along(2 * reach + 1);
            for (int k = -reach; k <= reach; ++k)
                beside(moved(x_, up, k), [&](std::span<const double> x) {
                    const auto place = along.begin() + reach + k;
                    *place = hand_->at(x).numbers;
                    if (std::abs(k) <= 2) widen_hand(*place);
                });
            for (std::size_t c = 0; c < derived_.size(); ++c) {
                std::vector<Real> y;
                for (const std::vector<double>& numbers : along)
                    if (c < numbers.size()) y.push_back(numbers[c]);
                hand_spread_[c] = std::max(hand_spread_[c], 4 * static_cast<double>(roughness(y)));
            }
        }
    }
    void widen_hand(const std::vector<double>& there) {
        for (std::size_t c = 0; c < derived_.size() && c < there.size(); ++c) {
            const double d = std::abs(derived_[c] - there[c]);
            if (std::isfinite(d)) hand_spread_[c] = std::max(hand_spread_[c], d);
        }
    }
    template <class Ask> static void beside(const std::vector<double>& x, const Ask& ask) {
        try {
            ask(x);
        } catch (...) {  // outside of the domain, where nobody asked for f
        }
    }

    void weigh_noise() {
        // Equal addends round the same way again and again, so that roundings add up.
        const double rounding = u * (16 + static_cast<double>(autodiff_.operations));
        noise_.resize(rows_ * n());
        hand_noise_.resize(rows_ * n());
        for (std::size_t k = 0; k < noise_.size(); ++k) {
            if (hand_ != nullptr) hand_noise_[k] = 16 * u * std::abs(derived_[k]) + hand_spread_[k];
            double relative = hand_noise_[k];
            if (!f_.plain()) {
                const double d = autodiff_.derivatives[k];
                const double spread = std::max(d - lowest_[k], highest_[k] - d);
                relative = rounding * autodiff_.absolute[k] + hand_spread_[k];
                if (std::isfinite(spread)) relative += spread;
            }
            noise_[k] = relative + 4 * std::numeric_limits<double>::denorm_min();
        }
    }

    // ---- The referee ----

    Evidence evidence(std::size_t i, std::size_t j) const {
        Evidence e{!f_.plain(), hand_ != nullptr};
        if (e.with_autodiff) {
            e.autodiff = autodiff_.derivatives[at(i, j)];
            e.lowest = lowest_[at(i, j)];
            e.highest = highest_[at(i, j)];
        }
        if (e.with_hand) e.hand = derived_[at(i, j)];
        e.hand_noise = hand_noise_[at(i, j)];
        if (const auto found = looks_.find(j); found != looks_.end()) {
            e.referee = found->second[i];
            e.referee_looked = true;
        }
        e.noise = noise_[at(i, j)] + static_cast<double>(std::max(e.referee.noise, e.referee.sway));
        e.confirmed = !confirmed_.empty() && confirmed_[i];
        e.undefined = f_.order() == 1 && std::isnan(values_[i]);
        return e;
    }

    // At input j alone; twice, where somebody is contradicted.
    void look(std::size_t j) {
        std::vector<Real> v(n(), 0);
        v[j] = referee_.scale(j);
        looks_[j] = scaled(referee_.along(v), 1 / v[j]);
        if (!referee_.looks_twice()) return;
        for (std::size_t i = 0; i < rows_; ++i)
            if (judge(evidence(i, j)).verdict != Verdict::agrees) {
                looks_[j] = scaled(referee_.along_again(v), 1 / v[j]);
                return;
            }
    }
    std::vector<Real> direction(SplitMix& bits) const {
        std::vector<Real> v(n());
        for (std::size_t j = 0; j < n(); ++j) v[j] = bits.coin() ? referee_.scale(j) : -referee_.scale(j);
        return v;
    }
    // Where it was not by complex steps, and all the rest is.
    std::string differences_taken() const {
        std::vector<std::size_t> inputs;
        for (const auto& [j, slopes] : looks_)
            if (std::any_of(slopes.begin(), slopes.end(),
                            [](const Slope& s) { return s.by_differences && std::isfinite(s.value); }))
                inputs.push_back(j);
        if (f_.order() != 1 || !referee_.steps_pass() || inputs.empty()) return "";
        if (inputs.size() == n()) return "; differences where these are blind";
        std::string text = "; differences for input" + std::string(inputs.size() == 1 ? "" : "s");
        for (std::size_t k = 0; k < std::min<std::size_t>(inputs.size(), 6); ++k)
            text += (k == 0 ? " " : ", ") + std::to_string(inputs[k]);
        return inputs.size() > 6 ? text + " and " + std::to_string(inputs.size() - 6) + " more" : text;
    }

    void look_along_directions() {
        for (const std::size_t j : suspects()) look(j);
        SplitMix bits(options_.seed);
        std::vector<bool> denied(rows_);
        confirmed_.assign(rows_, false);
        for (std::size_t d = 0; d < options_.directions; ++d) {
            std::vector<Real> v = direction(bits);
            std::vector<Answer> answers = ask_along(v);
            if (std::count(answers.begin(), answers.end(), Answer::no) != 0) {
                search(v);
                answers = ask_along(v);
            }
            for (std::size_t i = 0; i < rows_; ++i) {
                confirmed_[i] = confirmed_[i] || answers[i] == Answer::yes;
                denied[i] = denied[i] || answers[i] == Answer::no;
            }
        }
        for (std::size_t i = 0; i < rows_; ++i) confirmed_[i] = confirmed_[i] && !denied[i];
    }

    // The inputs at which autodiff and hand are furthest apart, as many as the referee looks at singly.
    std::vector<std::size_t> suspects() const {
        std::map<std::size_t, double> apart;
        for (std::size_t i = 0; i < rows_; ++i)
            for (std::size_t j = 0; j < n(); ++j) {
                Evidence e = evidence(i, j);
                e.confirmed = true;
                const Judged judged = judge(e);
                if (judged.verdict == Verdict::agrees) continue;
                apart[j] = std::max(apart[j], std::isnan(judged.relative) ? HUGE_VAL : judged.relative);
            }
        std::vector<std::size_t> columns;
        for (const auto& [j, relative] : apart) columns.push_back(j);
        std::stable_sort(columns.begin(), columns.end(),
                         [&](std::size_t a, std::size_t b) { return apart[a] > apart[b]; });
        if (columns.size() > most_suspects) columns.resize(most_suspects);
        return columns;
    }

    // Whether the slope of each result along v is what the reference makes it. What was looked at singly is
    // left out, and what is not finite.
    enum class Answer { yes, no, cannot_tell };
    std::vector<Answer> ask_along(std::vector<Real>& v) const {
        for (const auto& [j, slopes] : looks_) v[j] = 0;
        for (std::size_t k = 0; k < reference().size(); ++k)
            if (!std::isfinite(reference()[k])) v[k % n()] = 0;
        const Column slopes = referee_.along(v);
        std::vector<Answer> answers;
        for (std::size_t i = 0; i < rows_; ++i) {
            Real expected = 0, size = 0, tolerance = slopes[i].error + slopes[i].noise;
            for (std::size_t j = 0; j < n(); ++j) {
                if (v[j] == 0) continue;
                const Real part = Real(reference()[at(i, j)]) * v[j];
                expected += part;
                size += std::abs(part);
                tolerance += Real(noise_[at(i, j)]) * std::abs(v[j]);
            }
            const Real off = std::abs(expected - slopes[i].value);
            const bool sharp = tolerance <= size / 1000 || (size == 0 && off == 0);
            answers.push_back(off > tolerance                ? Answer::no
                              : sharp && slopes[i].jump == 0 ? Answer::yes
                                                             : Answer::cannot_tell);
        }
        return answers;
    }

    // Halves the inputs until the contradiction sits at one.
    void search(const std::vector<Real>& v) {
        struct Range {
            std::size_t begin, end;
        };
        std::vector<Range> ranges{{0, n()}};
        for (int steps = 0; !ranges.empty() && steps < 500; ++steps) {
            const Range r = ranges.back();
            ranges.pop_back();
            std::vector<Real> part(n(), 0);
            std::copy(v.begin() + static_cast<std::ptrdiff_t>(r.begin),
                      v.begin() + static_cast<std::ptrdiff_t>(r.end),
                      part.begin() + static_cast<std::ptrdiff_t>(r.begin));
            const std::vector<Answer> answers = ask_along(part);
            if (std::count(answers.begin(), answers.end(), Answer::no) == 0) continue;
            if (r.end - r.begin == 1) {
                look(r.begin);
                continue;
            }
            const std::size_t middle = r.begin + (r.end - r.begin) / 2;
            ranges.push_back({middle, r.end});
            ranges.push_back({r.begin, middle});
        }
    }

    ComponentCheck component(std::size_t point, std::size_t i, std::size_t j) const {
        const Evidence e = evidence(i, j);
        const Judged judged = judge(e);
        ComponentCheck c;
        c.point = point;
        c.row = i;
        c.column = j;
        c.autodiff = e.autodiff;
        c.hand = e.hand;
        c.referee = static_cast<double>(e.referee.value);
        c.referee_error = static_cast<double>(e.referee.error);
        c.absolute = judged.absolute;
        c.relative = judged.relative;
        c.ulps = judged.ulps;
        c.tolerance = judged.tolerance;
        c.verdict = judged.verdict;
        c.reason = judged.reason;
        return c;
    }

    const CheckedFunction& f_;
    const HandDerived* hand_;
    std::span<const double> x_;
    const CheckOptions& options_;
    Referee referee_;
    Swept autodiff_;
    std::size_t rows_ = 0;
    std::vector<double> values_, derived_, lowest_, highest_, hand_spread_, noise_, hand_noise_;
    std::map<std::size_t, Column> looks_;
    std::vector<bool> confirmed_;  // each result, along random directions
};

}  // namespace

GradientReport check(GradientReport::Of of, const CheckedFunction& f, const HandDerived* hand,
                     const std::vector<std::vector<double>>& points, const CheckOptions& options) {
    if (options.directions == 0) fail("CheckOptions::directions is 0: the referee needs at least one");
    for (std::size_t p = 0; p < points.size(); ++p) {
        if (points[p].empty()) fail("a check at a point without numbers: there is no derivative to check");
        if (points[p].size() != points[0].size())
            fail("the points of a check differ in size: point 0 has " + std::to_string(points[0].size()) +
                 " numbers, point " + std::to_string(p) + " has " + std::to_string(points[p].size()));
    }
    if (hand != nullptr && !hand->callable() && points.size() > 1)
        fail("what was derived by hand is given as numbers, which hold at one point only: at " +
             std::to_string(points.size()) + " points give a function");
    GradientReport report(of, !f.plain(), hand != nullptr);
    for (std::size_t p = 0; p < points.size(); ++p) {
        report.add_point(points[p]);
        PointCheck(f, hand, points[p], options).run(of, p, report);
    }
    return report;
}

}  // namespace wengert::detail
