// What a check of derivatives found: data first, printed second.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace wengert {

enum class Verdict {
    agrees,            ///< the derivative is right, as far as double precision can tell
    differs,           ///< the hand-derived value is wrong
    undecided,         ///< nobody can tell here: `reason` says why
    autodiff_doubtful  ///< the referee contradicts autodiff: a wrong rule, detach or external
};
std::string_view to_string(Verdict verdict);

/// One derivative, as three parties have it. A party that was not asked has NaN.
struct ComponentCheck {
    std::size_t point = 0;   ///< number of the point, from 0
    std::size_t row = 0;     ///< of a Jacobian or Hessian; 0 for a gradient
    std::size_t column = 0;  ///< the component of a gradient
    double autodiff, hand, referee;
    double referee_error;  ///< the referee's own estimate
    /// The hand-derived value against autodiff's (autodiff against the referee where there is none by hand,
    /// hand against the referee where f is no template): |a - b|, over the larger, in units in the last
    /// place.
    double absolute, relative, ulps;
    double tolerance;  ///< how large `absolute` may be by rounding alone
    Verdict verdict;
    std::string reason;  ///< in words; empty where all is well

    bool ok() const { return verdict == Verdict::agrees; }
};

/// What check_gradient, check_jacobian and check_hessian return. `EXPECT_TRUE(report.ok()) << report` prints,
/// in 80 columns, what is wrong and whom to believe, then a table: all components in order where they are
/// few, else the 20 worst.
class GradientReport {
public:
    enum class Of { gradient, jacobian, hessian };

    /// Whether every component agrees.
    bool ok() const { return count(Verdict::agrees) == components_.size(); }
    /// Components, over all points.
    std::size_t size() const { return components_.size(); }
    const ComponentCheck& operator[](std::size_t i) const { return components_[i]; }
    auto begin() const { return components_.begin(); }
    auto end() const { return components_.end(); }
    std::size_t count(Verdict verdict) const;

    /// Where it was checked, and what else is to be said: how the referee worked.
    const std::vector<std::vector<double>>& points() const { return points_; }
    const std::vector<std::string>& notes() const { return notes_; }
    /// What << writes.
    std::string text() const;

    // For who makes a report.
    GradientReport(Of of, bool with_autodiff, bool with_hand)
        : of_(of), with_autodiff_(with_autodiff), with_hand_(with_hand) {}
    void add_point(std::vector<double> x) { points_.push_back(std::move(x)); }
    void add(ComponentCheck c) { components_.push_back(std::move(c)); }
    void note(std::string sentence);

private:
    friend class ReportText;
    Of of_;
    bool with_autodiff_, with_hand_;
    std::vector<ComponentCheck> components_;
    std::vector<std::vector<double>> points_;
    std::vector<std::string> notes_;
};

std::ostream& operator<<(std::ostream& out, const GradientReport& report);

}  // namespace wengert
