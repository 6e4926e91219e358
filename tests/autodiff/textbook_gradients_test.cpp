// The check on gradients that textbooks derive: right ones agree at every point, and every slip is found.
#include "textbook_gradients.hpp"
#include "textbook_learning.hpp"
#include "textbook_sciences.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>

namespace {

using namespace textbook;
using wengert::GradientReport;
using wengert::Verdict;

const std::vector<Problem>& problems() {
    static const std::vector<Problem> all = [] {
        std::vector<Problem> list;
        for (auto part : {learning(), statistics(), sciences(), geometry()})
            list.insert(list.end(), part.begin(), part.end());
        return list;
    }();
    return all;
}

std::vector<V> points(const Problem& p, std::size_t many) {
    std::mt19937_64 bits(2024);
    std::vector<V> result(many, V(p.low.size()));
    for (V& x : result)
        for (std::size_t i = 0; i < x.size(); ++i)
            x[i] = p.low[i] + (p.high[i] - p.low[i]) * (static_cast<double>(bits() >> 11) * 0x1p-53);
    return result;
}

V values(const Derived& d) {
    V result;
    for (const Derivative& c : d) result.push_back(value(c));
    return result;
}

// ---- Slips: each changes what was derived, at a place that the seed chooses ----

std::size_t pick(std::uint64_t seed, std::size_t n) { return static_cast<std::size_t>(seed % n); }

struct Slip {
    const char* name;
    // Changes d; false if there is no place for it.
    bool (*make)(Derived& d, std::uint64_t seed, std::size_t columns, bool matrix);
};

bool wrong_sign(Derived& d, std::uint64_t seed, std::size_t, bool) {
    Derivative& c = d[pick(seed, d.size())];
    for (Term& t : c) t.push_back(-1);
    return !c.empty();
}
bool factor_of_two(Derived& d, std::uint64_t seed, std::size_t, bool) {
    Derivative& c = d[pick(seed, d.size())];
    for (Term& t : c) t.push_back(seed % 2 == 0 ? 2 : 0.5);
    return !c.empty();
}
bool missing_term(Derived& d, std::uint64_t seed, std::size_t, bool) {
    Derivative& c = d[pick(seed, d.size())];
    if (c.size() < 2) return false;
    c.erase(c.begin() + static_cast<std::ptrdiff_t>(pick(seed / 7, c.size())));
    return true;
}
bool missing_chain_factor(Derived& d, std::uint64_t seed, std::size_t, bool) {
    Derivative& c = d[pick(seed, d.size())];
    if (c.empty()) return false;
    Term& t = c[pick(seed / 7, c.size())];
    if (t.size() < 2) return false;
    t.erase(t.begin() + static_cast<std::ptrdiff_t>(pick(seed / 31, t.size())));
    return true;
}
bool swapped(Derived& d, std::uint64_t seed, std::size_t, bool) {
    if (d.size() < 2) return false;
    std::swap(d[pick(seed, d.size())], d[pick(seed + 1 + seed / 7 % (d.size() - 1), d.size())]);
    return true;
}
bool transposed(Derived& d, std::uint64_t, std::size_t columns, bool matrix) {
    if (!matrix || d.size() != columns * columns) return false;
    for (std::size_t i = 0; i < columns; ++i)
        for (std::size_t j = 0; j < i; ++j) std::swap(d[i * columns + j], d[j * columns + i]);
    return true;
}

constexpr Slip slips[] = {{"wrong_sign", wrong_sign},     {"factor_of_two", factor_of_two},
                          {"missing_term", missing_term}, {"missing_chain_factor", missing_chain_factor},
                          {"swapped", swapped},           {"transposed", transposed}};

class TextbookGradient : public testing::TestWithParam<std::size_t> {
protected:
    const Problem& problem() const { return problems()[GetParam()]; }
};

TEST_P(TextbookGradient, AgreesAtEveryPointWhenItIsRight) {
    const auto hand = [&](const V& x) { return values(problem().by_hand(x)); };
    for (const V& x : points(problem(), 20)) {
        const GradientReport report = problem().check(x, hand);
        EXPECT_TRUE(report.ok()) << report;
    }
}

// A component that the slip changes differs; every other one still agrees.
TEST_P(TextbookGradient, DiffersInWhatASlipChanges) {
    const Problem& p = problem();
    std::mt19937_64 bits(GetParam());
    for (const Slip& slip : slips) {
        std::size_t found = 0;
        for (const V& x : points(p, 20)) {
            const V right = values(p.by_hand(x));
            for (int attempt = 0; attempt < 20; ++attempt) {
                const std::uint64_t seed = bits() >> 8;
                const auto slipped = [&](const V& at) {
                    Derived d = p.by_hand(at);
                    slip.make(d, seed, at.size(), p.rows != 0);
                    return values(d);
                };
                const V wrong = slipped(x);
                const auto changed = [&](std::size_t k) {
                    return std::abs(wrong[k] - right[k]) >
                           1e-9 * std::max(std::abs(wrong[k]), std::abs(right[k]));
                };
                bool any = false;
                for (std::size_t k = 0; k < right.size(); ++k) any = any || changed(k);
                if (!any) continue;  // no place for it there, or a factor that is 1
                const GradientReport report = p.check(x, slipped);
                ASSERT_EQ(report.size(), right.size());
                for (std::size_t k = 0; k < right.size(); ++k)
                    EXPECT_EQ(report[k].verdict, changed(k) ? Verdict::differs : Verdict::agrees)
                        << slip.name << " in component " << k << "\n"
                        << report;
                ++found;
                break;
            }
        }
        const V x = points(p, 1)[0];
        const Derived d = p.by_hand(x);
        const auto has = [&](auto test) { return std::any_of(d.begin(), d.end(), test); };
        const bool has_place =
            slip.make == transposed             ? p.rows == x.size()
            : slip.make == missing_term         ? has([](const Derivative& c) { return c.size() > 1; })
            : slip.make == missing_chain_factor ? has([](const Derivative& c) {
                  return std::any_of(c.begin(), c.end(), [](const Term& t) { return t.size() > 1; });
              })
                                                : true;
        EXPECT_EQ(found, has_place ? 20u : 0u) << slip.name;
    }
}

INSTANTIATE_TEST_SUITE_P(Every, TextbookGradient, testing::Range<std::size_t>(0, problems().size()),
                         [](const auto& one) { return problems()[one.param].name; });

// Where a margin is exactly 1, both of its slopes are right, and nobody can tell: undecided, slip or not. The
// kinks of the hinge loss at which the sums of its margins are exact:
TEST(TextbookKinks, AreTheOnlyPlacesThatAreUndecided) {
    const auto found = std::find_if(problems().begin(), problems().end(), [](const Problem& p) {
        return p.name == "hinge_loss_with_weight_decay";
    });
    ASSERT_NE(found, problems().end());
    for (const V& kink : {V{1, 0}, V{0.5, 1}, V{0, 0.5}}) {
        const GradientReport report = found->check(kink, [&](const V& x) {
            V other = values(found->by_hand(x));  // the other slope at 0
            if (x[0] + 0.5 * x[1] == 1) other[0] -= 1, other[1] -= 0.5;
            if (0.3 * x[0] - 2 * x[1] == -1) other[0] += 0.3, other[1] -= 2;
            return other;
        });
        for (const wengert::ComponentCheck& c : report) {
            EXPECT_EQ(c.verdict, Verdict::undecided) << report;
            EXPECT_NE(c.reason.find("kink"), std::string::npos) << report;
        }
    }
}

TEST(TextbookGradients, AreThirtyAndMore) { EXPECT_GE(problems().size(), 30u); }

}  // namespace
