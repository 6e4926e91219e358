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

template <class T> std::string number(T x) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", static_cast<double>(x));
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
        Judged j{Verdict::agrees, "", gap_, gap_ == 0 ? 0 : gap_ / larger_, ulps_, tolerance_};
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
                say(Verdict::undecided, kink() ? kink_words() : "the referee finds no slope here");
            return;
        }
        if (equal && !contradicted) return;
        if (!std::isfinite(reference_) || !std::isfinite(checked_)) return not_finite(j);
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
        if (!asked_)
            return say(Verdict::undecided, "autodiff and hand differ, and the referee finds no slope here");
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
        } else if (second && e_.with_autodiff && asked_ && settled() && fits(checked_)) {
            j.verdict = Verdict::autodiff_doubtful;
            j.reason = std::string("autodiff is not finite. Believe the ") +
                       (both_ ? "hand-derived value: the referee confirms it" : "referee") +
                       ", so that something in f overflows, underflows or divides by 0";
        } else {
            j.verdict = Verdict::undecided;
            j.reason = "not finite here";
        }
    }

    double referee() const { return static_cast<double>(e_.referee.value); }
    Real distance(double x) const { return std::abs(e_.referee.value - Real(x)); }
    // A party that is not finite leaves no tolerance of its own.
    bool fits(double x) const {
        const Real allowed =
            std::isfinite(tolerance_) ? Real(tolerance_) : Real(e_.hand_noise) + e_.referee.error;
        return distance(x) <= allowed;
    }
    std::string suspects() const {
        const bool extreme = larger_ < 1e-100 || larger_ > 1e100;
        return std::string("f holds a wrong rule, a detach or a wrong external") +
               (extreme ? ", or something overflows or underflows" : "");
    }
    bool settled() const { return e_.referee.error <= Real(too_much) * std::abs(e_.referee.value); }
    bool kink() const { return e_.referee.jump > Real(gap_) / 20; }

    std::string kink_words() const {
        std::string text = "a kink: the slope is " + number(e_.referee.left) + " on the left, " +
                           number(e_.referee.right) + " on the right";
        if (e_.with_autodiff) text += "; autodiff takes " + number(e_.autodiff);
        const auto [low, high] = std::minmax(e_.referee.left, e_.referee.right);
        if (e_.with_hand &&
            (Real(e_.hand) < low - Real(tolerance_) || Real(e_.hand) > high + Real(tolerance_)))
            text += "; the hand-derived " + number(e_.hand) + " lies outside";
        return text;
    }
    std::string too_coarse() const {
        return "the referee is too coarse here: " + number(e_.referee.value) + " +- " +
               number(e_.referee.error);
    }
    std::string why_undecided() const {
        if (kink()) return kink_words();
        if (asked_ && static_cast<double>(e_.referee.error) > e_.noise) return too_coarse();
        return "ill-conditioned here: by rounding alone the derivative may be off by " + number(tolerance_);
    }
    std::string how_wrong() const {
        if (std::abs(checked_ + reference_) <= tolerance_) return "the hand-derived value has the wrong sign";
        if (gap_ < too_much * larger_)
            return "the hand-derived value is off by " + number(gap_ / larger_) +
                   " of its size (a rounded constant, a small term, digits lost)";
        return "the hand-derived value is wrong";
    }

    const Evidence& e_;
    bool both_, asked_;
    double reference_, checked_, tolerance_, gap_, larger_, ulps_;
};

}  // namespace

Judged judge(const Evidence& evidence) { return Judge(evidence).judged(); }

}  // namespace wengert::detail
