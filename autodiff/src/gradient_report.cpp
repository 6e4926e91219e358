#include <wengert/gradient_report.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <numeric>
#include <ostream>
#include <span>

namespace wengert {

std::string_view to_string(Verdict verdict) {
    switch (verdict) {
        case Verdict::agrees:
            return "agrees";
        case Verdict::differs:
            return "differs";
        case Verdict::undecided:
            return "undecided";
        case Verdict::autodiff_doubtful:
            return "autodiff doubtful";
    }
    return "";
}

std::size_t GradientReport::count(Verdict verdict) const {
    return static_cast<std::size_t>(std::count_if(components_.begin(), components_.end(),
                                                  [&](const auto& c) { return c.verdict == verdict; }));
}

void GradientReport::note(std::string sentence) {
    if (std::find(notes_.begin(), notes_.end(), sentence) == notes_.end())
        notes_.push_back(std::move(sentence));
}

// ---- The text ----

namespace {

constexpr std::size_t width = 80;
constexpr std::size_t most_rows = 20;
constexpr std::size_t beside = 3;  // rows that agree, where only the worst are shown
constexpr std::size_t most_sentences = 5;
constexpr std::size_t most_names = 6;

// Words wrapped into lines of `width`, the first after `indent` spaces, the others after `hang`.
std::string wrapped(std::string_view words, std::size_t indent, std::size_t hang) {
    std::string text(indent, ' ');
    std::size_t column = indent;
    bool first = true;
    while (!words.empty()) {
        const std::size_t end = std::min(words.find(' '), words.size());
        if (!first && column + 1 + end > width) {
            text += '\n' + std::string(hang, ' ');
            column = hang;
            first = true;
        }
        if (!first) text += ' ', ++column;
        text += words.substr(0, end);
        column += end;
        first = false;
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return text + '\n';
}

std::string digits(int n, double x) {
    if (std::isnan(x)) return "nan";
    std::array<char, 40> text;
    std::snprintf(text.data(), text.size(), "%.*g", n, x);
    return text.data();
}

// Of what nobody can tell.
std::string or_dash(int n, double x) { return std::isnan(x) ? "-" : digits(n, x); }
std::string ulps(double x) { return x > 1e15 ? "-" : or_dash(2, x); }

// As many digits as tell a from b.
std::array<std::string, 2> apart(double a, double b) {
    int n = 5;
    while (n < 17 && digits(n, a) == digits(n, b)) ++n;
    return {digits(n, a), digits(n, b)};
}

// A sentence without its numbers.
std::string gist(std::string_view sentence) {
    std::string result;
    for (std::size_t at = 0; at < sentence.size();) {
        const std::size_t end = std::min(sentence.find(' ', at), sentence.size() - 1) + 1;
        const std::string_view word = sentence.substr(at, end - at);
        result += word.find_first_of("0123456789") == std::string_view::npos ? word : "# ";
        at = end;
    }
    return result;
}

std::string padded(const std::string& text, std::size_t size) {
    return std::string(size - std::min(size, text.size()), ' ') + text;
}

std::string count_of(std::size_t n, const std::string& what) {
    return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

}  // namespace

class ReportText {
public:
    explicit ReportText(const GradientReport& report) : r_(report), components_(report.components_) {
        order_.resize(r_.size());
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        if (r_.size() > most_rows)
            std::stable_sort(order_.begin(), order_.end(),
                             [&](std::size_t a, std::size_t b) { return badness(a) > badness(b); });
        const std::size_t bad = r_.size() - r_.count(Verdict::agrees);
        rows_ = r_.size() <= most_rows ? r_.size() : std::min(most_rows, bad + beside);
    }

    std::string text() const {
        std::string out = headline();
        if (r_.ok()) return out + summary();
        out += explanations() + "\n" + table();
        out += places_of_worst();
        for (const std::string& note : r_.notes_) out += wrapped(note, 0, 0);
        return out;
    }

private:
    // A wrong one before a doubtful one before an undecided one; within these by the gap.
    std::array<double, 2> badness(std::size_t k) const {
        const ComponentCheck& c = components_[k];
        const double kind = c.verdict == Verdict::differs             ? 3
                            : c.verdict == Verdict::autodiff_doubtful ? 2
                            : c.verdict == Verdict::undecided         ? 1
                                                                      : 0;
        return {kind, std::isnan(c.relative) ? std::numeric_limits<double>::infinity() : c.relative};
    }

    std::string what() const {
        return r_.of_ == GradientReport::Of::gradient   ? "gradient"
               : r_.of_ == GradientReport::Of::jacobian ? "Jacobian"
                                                        : "Hessian";
    }
    std::string subject() const {
        return r_.with_hand_ ? "the " + what() + " derived by hand" : "the " + what() + " by autodiff";
    }

    std::string headline() const {
        const std::string size = count_of(r_.size(), "component") + places();
        if (r_.ok()) return wrapped("OK: " + subject() + " is right (" + size + ").", 0, 0);
        std::string words;
        const auto add = [&](std::size_t n, const std::string& sentence) {
            if (n == 0) return;
            words += (words.empty() ? "" : " ") + sentence;
            words += r_.size() == 1 ? "its only component." : std::to_string(n) + " of " + size + ".";
        };
        std::string of = subject();
        of[0] = 'T';
        add(r_.count(Verdict::differs), of + " is WRONG in ");
        add(r_.count(Verdict::autodiff_doubtful), "Autodiff is DOUBTFUL in ");
        add(r_.count(Verdict::undecided), "UNDECIDED: ");
        return wrapped(words, 0, 0);
    }
    std::string places() const {
        return r_.points_.size() == 1 ? "" : " at " + count_of(r_.points_.size(), "point");
    }

    std::string summary() const {
        const auto worst =
            std::max_element(components_.begin(), components_.end(), [](const auto& a, const auto& b) {
                return (std::isnan(a.relative) ? 0 : a.relative) < (std::isnan(b.relative) ? 0 : b.relative);
            });
        std::string words = "Largest gap: none.";
        if (worst->relative > 0)
            words = "Largest gap: " + digits(3, worst->ulps) + " ulp (" + digits(2, worst->relative) +
                    " of its size), " + label(*worst, true) + ".";
        for (const std::string& note : r_.notes_) words += " " + note;
        return wrapped(words, 0, 0);
    }

    // "component 3", "row 1, column 2", "point 4, component 0"; or [3], [1,2], 4:[0] for the table.
    std::string label(const ComponentCheck& c, bool words) const {
        const bool matrix = r_.of_ != GradientReport::Of::gradient, several = r_.points_.size() != 1;
        std::string text;
        if (words) {
            text = matrix ? "row " + std::to_string(c.row) + ", column " + std::to_string(c.column)
                          : "component " + std::to_string(c.column);
            return several ? text + " at point " + std::to_string(c.point) : text;
        }
        text = matrix ? std::to_string(c.row) + "," + std::to_string(c.column) : std::to_string(c.column);
        return several ? std::to_string(c.point) + ":" + text : text;
    }

    // What is wrong, the worst first; components with one reason stand in one sentence.
    std::string explanations() const {
        std::vector<std::size_t> bad;
        for (const std::size_t k : order_)
            if (!components_[k].ok()) bad.push_back(k);
        std::stable_sort(bad.begin(), bad.end(),
                         [&](std::size_t a, std::size_t b) { return badness(a)[0] > badness(b)[0]; });
        std::string out;
        std::size_t sentences = 0, explained = 0;
        for (auto left = bad.begin(); left != bad.end() && sentences < most_sentences; ++sentences) {
            const std::string words = gist(components_[*left].reason);
            const auto others = std::stable_partition(
                left, bad.end(), [&](std::size_t k) { return gist(components_[k].reason) == words; });
            explained += static_cast<std::size_t>(others - left);
            const ComponentCheck& worst = components_[*std::max_element(
                left, others, [&](std::size_t a, std::size_t b) { return badness(a) < badness(b); })];
            out += wrapped(names({left, others}) + ": " + worst.reason + "." + too_close_to_see(worst), 2, 4);
            left = others;
        }
        if (explained < bad.size()) out += "  ... and " + std::to_string(bad.size() - explained) + " more\n";
        return out;
    }
    // The two that were compared, where the table's digits show no difference.
    std::string too_close_to_see(const ComponentCheck& c) const {
        const double a = r_.with_hand_ ? c.hand : c.autodiff;
        const double b = r_.with_hand_ && r_.with_autodiff_ ? c.autodiff : c.referee;
        if (!(c.relative < 1e-4) || a == b) return "";
        const auto [first, second] = apart(a, b);
        return std::string(r_.with_hand_ ? " By hand " : " Autodiff ") + first +
               (r_.with_hand_ && r_.with_autodiff_ ? ", autodiff " : ", referee ") + second + ".";
    }
    std::string names(std::span<const std::size_t> these) const {
        const bool numbers = r_.of_ == GradientReport::Of::gradient && r_.points_.size() == 1;
        std::string text = label(components_[these[0]], true);
        if (numbers && these.size() > 1) text.insert(text.find(' '), 1, 's');
        for (const std::size_t k : these.subspan(1, std::min(these.size(), most_names) - 1))
            text +=
                numbers ? ", " + std::to_string(components_[k].column) : "; " + label(components_[k], true);
        if (these.size() > most_names) text += " and " + std::to_string(these.size() - most_names) + " more";
        return text;
    }

    // Where the worst components stand, if there is a choice.
    std::string places_of_worst() const {
        std::string out;
        std::vector<std::size_t> shown;
        for (std::size_t k = 0; r_.points_.size() > 1 && k < rows_ && shown.size() < 3; ++k) {
            const ComponentCheck& c = components_[order_[k]];
            if (c.ok() || std::find(shown.begin(), shown.end(), c.point) != shown.end()) continue;
            shown.push_back(c.point);
            const std::vector<double>& x = r_.points_[c.point];
            std::string words = "Point " + std::to_string(c.point) + " is (";
            for (std::size_t i = 0; i < std::min<std::size_t>(x.size(), 6); ++i)
                words += (i == 0 ? "" : ", ") + digits(6, x[i]);
            out += wrapped(words + (x.size() > 6 ? ", ...)." : ")."), 0, 2);
        }
        return out;
    }

    std::string table() const {
        std::size_t first = 4;
        for (std::size_t k = 0; k < rows_; ++k)
            first = std::max(first, label(components_[order_[k]], false).size());
        // Long labels cost digits: three columns of numbers beside 29 of all the rest.
        const std::size_t column =
            std::min<std::size_t>(13, (width - 29 - std::min<std::size_t>(first, 24)) / 3);
        const int precision = static_cast<int>(column) - 8;
        const auto numbers = [&](const std::string& autodiff, const std::string& hand,
                                 const std::string& referee) {
            return (r_.with_autodiff_ ? padded(autodiff, column) : "") +
                   (r_.with_hand_ ? padded(hand, column) : "") + padded(referee, column);
        };
        std::string out = std::string(first + 2, ' ') + numbers("autodiff", "by hand", "referee") +
                          padded("rel gap", 8) + padded("ulp", 8) + "  verdict\n";
        for (std::size_t k = 0; k < rows_; ++k) {
            const ComponentCheck& c = components_[order_[k]];
            out += (c.ok() ? "  " : "> ") + padded(label(c, false), first) +
                   numbers(digits(precision, c.autodiff), digits(precision, c.hand),
                           or_dash(precision, c.referee)) +
                   padded(or_dash(2, c.relative), 8) + padded(ulps(c.ulps), 8) + "  " + verdict(c) + "\n";
        }
        if (rows_ < order_.size()) {
            const std::size_t more = order_.size() - rows_;
            const auto rest = order_.begin() + static_cast<std::ptrdiff_t>(rows_);
            const auto agree = static_cast<std::size_t>(
                std::count_if(rest, order_.end(), [&](std::size_t k) { return components_[k].ok(); }));
            out += "  ... and " + std::to_string(more) + " more, " +
                   (agree == more ? "which all agree"
                    : agree == 0  ? "none of which agrees"
                                  : "of which " + std::to_string(agree) + " agree") +
                   "\n";
        }
        return out;
    }
    static std::string verdict(const ComponentCheck& c) {
        return c.verdict == Verdict::autodiff_doubtful ? "doubtful" : std::string(to_string(c.verdict));
    }

    const GradientReport& r_;
    const std::vector<ComponentCheck>& components_;
    std::vector<std::size_t> order_;
    std::size_t rows_ = 0;
};

std::string GradientReport::text() const { return ReportText(*this).text(); }

std::ostream& operator<<(std::ostream& out, const GradientReport& report) { return out << report.text(); }

}  // namespace wengert
