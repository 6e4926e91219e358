#include "verdict.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace wengert::detail {

namespace {

constexpr double few_ulps = 4;     // a gap of so many says nothing
constexpr double too_much = 1e-3;  // a tolerance of more than this part of the derivative decides nothing

// How many steps from double to double lead from a to b.
double ulps_between(double a, double b) {
    if (a == b) return 0;
    if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<double>::quiet_NaN();
    const auto place = [](double x) { return std::bit_cast<std::uint64_t>(std::abs(x)); };
    if (std::signbit(a) != std::signbit(b))
        return static_cast<double>(place(a)) + static_cast<double>(place(b));
    return static_cast<double>(std::max(place(a), place(b)) - std::min(place(a), place(b)));
}

template <class T> std::string number(T x, int digits = 4) {
    char text[32];
    std::snprintf(text, sizeof text, "%.*g", digits, static_cast<double>(x));
    return text;
}

// Two are compared: the hand with autodiff, or what there is of them with the referee. Then the referee is
// asked about the two.
class Judge {
public:
    explicit Judge(const Evidence& e)
        : e_(e),
          both_(e.with_autodiff && e.with_hand),
          asked_(e.referee_looked && std::isfinite(e.referee.value) && std::isfinite(e.referee.error)),
          reference_(e.with_autodiff ? e.autodiff : referee()),
          checked_(e.with_hand ? e.hand : referee()),
          tolerance_(e.noise + (asked_ ? static_cast<double>(e.referee.error) : 0)),
          gap_(reference_ == checked_ ? 0 : std::abs(reference_ - checked_)),
          larger_(std::max(std::abs(reference_), std::abs(checked_))),
          ulps_(ulps_between(reference_, checked_)) {}

    Judged judged() const {
        Judged j{Verdict::agrees, "", gap_, relative(), ulps_, tolerance_};
        decide(j);
        return j;
    }

private:
    void decide(Judged& j) const {
        const auto say = [&](Verdict verdict, std::string reason) {
            j.verdict = verdict;
            j.reason = std::move(reason);
        };
        const bool equal = ulps_ <= few_ulps, contradicted = both_ && asked_ && !fits(reference_);
        if (e_.undefined) return say(Verdict::undecided, "f is not a number here");
        if (!both_ && !asked_) {
            if (!e_.confirmed || !std::isfinite(e_.with_autodiff ? e_.autodiff : e_.hand))
                say(Verdict::undecided, kink() ? kink_words() : unseen());
            return;
        }
        if (equal && !contradicted) return;
        if (!std::isfinite(reference_) || !std::isfinite(checked_)) return not_finite(j);
        if (kink() && !equal && far_outside()) return say(Verdict::differs, kink_words());
        if (!equal && !(tolerance_ <= too_much * larger_)) return say(Verdict::undecided, why_undecided());
        if (equal || gap_ <= tolerance_) {
            if (contradicted)
                say(Verdict::autodiff_doubtful,
                    "autodiff and hand agree, and the referee contradicts both. Believe the referee: " +
                        suspects() + ", and the hand-derived value has the same mistake");
            return;
        }
        if (kink()) return say(Verdict::undecided, kink_words());
        if (!e_.with_hand)
            return say(Verdict::autodiff_doubtful,
                       "the referee contradicts autodiff. Believe the referee: " + suspects());
        if (!e_.with_autodiff)
            return say(Verdict::differs,
                       how_wrong() + ". Believe the referee: it is sure to " + number(e_.referee.error));
        if (!asked_ && e_.confirmed)
            return say(Verdict::differs, how_wrong() + ". Believe autodiff: the referee confirms it");
        if (!asked_) return say(Verdict::undecided, "autodiff and hand differ, and " + unseen());
        const bool fits_autodiff = fits(reference_), fits_hand = fits(checked_);
        if (fits_autodiff && fits_hand && e_.referee.error > Real(gap_) / 4)
            return say(Verdict::undecided, too_coarse() + " fits both");
        if (!fits_autodiff && !fits_hand)
            return say(
                Verdict::differs,
                std::string("neither autodiff nor the referee confirms the hand-derived value, and they "
                            "contradict each other. Believe the referee: ") +
                    suspects());
        if (distance(reference_) <= distance(checked_))
            return say(Verdict::differs, how_wrong() + ". Believe autodiff: the referee confirms it");
        say(Verdict::autodiff_doubtful,
            "autodiff is wrong. Believe the hand-derived value: the referee confirms it, so that " +
                suspects());
    }

    void not_finite(Judged& j) const {
        const bool first = std::isfinite(reference_), second = std::isfinite(checked_);
        if (first && e_.with_hand && (!both_ || (asked_ ? fits(reference_) : e_.confirmed))) {
            j.verdict = Verdict::differs;
            j.reason = "the hand-derived value is not finite";
        } else if (second && e_.with_autodiff && asked_ && settled() && (!both_ || fits(checked_))) {
            j.verdict = Verdict::autodiff_doubtful;
            j.reason = std::string("autodiff is not finite. Believe the ") +
                       (both_ ? "hand-derived value, which the referee confirms" : "referee") +
                       ": something in f overflows, underflows or divides by 0";
        } else if (std::isinf(reference_) && both_ && asked_ && !fits(reference_)) {
            j.verdict = Verdict::autodiff_doubtful;
            j.reason =
                "autodiff and hand are infinite, and the referee is not. Believe the referee: something in f "
                "overflows, underflows or divides by 0, and in the hand-derived value, too";
        } else {
            j.verdict = Verdict::undecided;
            j.reason = "not finite here";
        }
    }

    double relative() const {
        if (std::isinf(gap_)) return std::abs(reference_ / larger_ - checked_ / larger_);  // it may overflow
        return gap_ == 0 ? 0 : gap_ / larger_;
    }
    double referee() const { return static_cast<double>(e_.referee.value); }
    Real distance(double x) const { return std::abs(e_.referee.value - Real(x)); }
    // A party that is not finite leaves no tolerance of its own, and is right only where the referee is
    // beyond the range of a double, or not sure.
    bool fits(double x) const {
        if (std::isinf(x))
            return !settled() || (std::isinf(referee()) && std::signbit(referee()) == std::signbit(x));
        const Real allowed =
            std::isfinite(tolerance_) ? Real(tolerance_) : Real(e_.hand_noise) + e_.referee.error;
        return distance(x) <= allowed;
    }
    std::string suspects() const {
        const bool extreme = larger_ < 1e-100 || larger_ > 1e100;
        return std::string(
                   "f holds a wrong rule, a detach, a wrong external, a .value() or a branch that depends on "
                   "the inputs") +
               (extreme ? ", or something overflows or underflows" : "");
    }
    bool settled() const { return e_.referee.error <= Real(too_much) * std::abs(e_.referee.value); }
    bool kink() const { return e_.referee.jump > Real(gap_) / 20 || (e_.referee.jump > 0 && far_outside()); }
    // How far the hand lies outside of what is between the slopes of a kink.
    Real outside() const {
        const auto [low, high] = std::minmax(e_.referee.left, e_.referee.right);
        return std::max(low - Real(e_.hand), Real(e_.hand) - high);
    }
    // By more than the kink itself, where autodiff is not.
    bool far_outside() const {
        const auto [low, high] = std::minmax(e_.referee.left, e_.referee.right);
        const Real noise = std::isfinite(e_.noise) ? e_.noise : 0;
        return e_.with_hand && e_.referee.jump > 0 && outside() > e_.referee.jump + noise &&
               (!e_.with_autodiff || (Real(e_.autodiff) >= low - noise && Real(e_.autodiff) <= high + noise));
    }

    std::string kink_words() const {
        const Real l = e_.referee.left, r = e_.referee.right;
        int digits = 4;  // as many as tell the sides apart
        while (digits < 16 && number(l, digits) == number(r, digits)) ++digits;
        if (digits > 4) ++digits;
        const std::string sides =
            "the slope is " + number(l, digits) + " on the left, " + number(r, digits) + " on the right";
        if (far_outside()) return "the hand-derived value is wrong on either side of a kink: " + sides;
        std::string text = "a kink: " + sides;
        if (e_.with_autodiff) text += "; autodiff takes " + number(e_.autodiff, digits);
        if (e_.with_hand && outside() > e_.referee.jump / 1000)
            text += "; the hand-derived " + number(e_.hand, digits) + " lies outside";
        return text;
    }
    std::string unseen() const {
        return e_.referee_looked
                   ? "the referee finds no slope here"
                   : "the referee looked along random directions only, which neither confirm nor "
                     "deny it; raise CheckOptions::each_up_to";
    }
    std::string too_coarse() const {
        return "the referee is too coarse here: " + number(e_.referee.value) + " +- " +
               number(e_.referee.error);
    }
    std::string why_undecided() const {
        if (kink()) return kink_words();
        if (asked_ && static_cast<double>(e_.referee.error) > e_.noise) return too_coarse();
        if (e_.highest - e_.lowest > tolerance_ / 4)
            return "autodiff jumps from " + number(e_.lowest) + " to " + number(e_.highest) +
                   " within 2 ulp of this point: a kink, or ill-conditioned";
        return "ill-conditioned here: by rounding alone the derivative may be off by " + number(tolerance_);
    }
    std::string how_wrong() const {
        if (std::abs(checked_ + reference_) <= tolerance_) return "the hand-derived value has the wrong sign";
        if (gap_ >= too_much * larger_) return "the hand-derived value is wrong";
        return "the hand-derived value is off by " + number(gap_ / larger_, 2) + " of its size (" +
               (gap_ < 1e-6 * larger_
                    ? "digits lost, a rounded constant, or an iteration in f that stops early)"
                    : "a rounded constant, or a small term)");
    }

    const Evidence& e_;
    bool both_, asked_;
    double reference_, checked_, tolerance_, gap_, larger_, ulps_;
};

}  // namespace

Judged judge(const Evidence& evidence) { return Judge(evidence).judged(); }

}  // namespace wengert::detail
