// The referee itself: its values against constants of the literature and <cmath>, its derivatives against
// differences of its values.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <string>

#include <wengert/rules.hpp>

#include "support/rule.hpp"

namespace {

using every_rule::Arguments;
using referee::Jet, referee::Real;

/// Arguments well inside of a domain, and of no size.
template <class Rule, class Check> void at_ordinary_arguments(const Check& check) {
    std::mt19937_64 random(5);
    for (int k = 0; k < 40; ++k) {
        Arguments<Rule> x;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const auto [low, high] = i == 0 ? every_rule::domain<Rule>() : wengert::rules::Domain{};
            x[i] = every_rule::uniform(random, std::max(low, -5.0) + 0.01, std::min(high, 5.0) - 0.01);
        }
        for (std::size_t i = 0; i < x.size(); ++i) check(k % 4, x, i);
    }
}
template <class Rule>
Jet<Jet<Real>> jet(int n, const Arguments<Rule>& x, std::size_t i, std::size_t j, const Real& step) {
    Arguments<Rule, Jet<Jet<Real>>> jets;
    for (std::size_t k = 0; k < x.size(); ++k)
        jets[k] = Jet<Jet<Real>>(Jet<Real>(k == i ? Real(x[k] + step) : Real(x[k]), k == j ? 1 : 0),
                                 Jet<Real>(k == i ? 1 : 0));
    return every_rule::value<Rule>(n, jets);
}
void expect_close(const Real& a, const Real& b, const Real& scale, const std::string& where) {
    if (isnan(a) && isnan(b)) return;
    EXPECT_LE(abs(Real(a - b)), scale * 1e-22) << where << ": " << a << " and " << b;
}

TEST(Referee, HasTheDerivativesThatDifferencesOfItsValuesHave) {
    wengert::rules::All::each([]<class Rule>(Rule) {
        at_ordinary_arguments<Rule>([](int n, const Arguments<Rule>& x, std::size_t i) {
            const Real h(0x1p-66);  // errors of h^2 and 1e-50 / h, beside the derivative's own size
            const auto up = jet<Rule>(n, x, i, i, h), down = jet<Rule>(n, x, i, i, Real(-h)),
                       here = jet<Rule>(n, x, i, i, Real(0));
            const Real size = 1 + abs(here.v.v) + abs(here.d.v) + abs(here.d.d);
            const std::string where = every_rule::at<Rule>(n, x) + " by argument " + std::to_string(i);
            expect_close(here.d.v, Real((up.v.v - down.v.v) / (2 * h)), size, where);
            expect_close(here.v.d, here.d.v, size, where);
            expect_close(here.d.d, Real((up.d.v - down.d.v) / (2 * h)), size, where + ", twice");
        });
    });
}

TEST(Referee, HasTheMixedDerivativesThatDifferencesOfItsFirstOnesHave) {
    wengert::rules::All::each([]<class Rule>(Rule) {
        at_ordinary_arguments<Rule>([](int n, const Arguments<Rule>& x, std::size_t i) {
            const Real h(0x1p-66);
            for (std::size_t j = 0; j < x.size(); ++j) {
                const auto up = jet<Rule>(n, x, i, j, h), down = jet<Rule>(n, x, i, j, Real(-h)),
                           here = jet<Rule>(n, x, i, j, Real(0));
                const Real size = 1 + abs(here.d.v) + abs(here.v.d) + abs(here.d.d);
                expect_close(
                    here.d.d, Real((up.v.d - down.v.d) / (2 * h)), size,
                    every_rule::at<Rule>(n, x) + " by " + std::to_string(i) + " and " + std::to_string(j));
            }
        });
    });
}

TEST(Referee, AgreesWithPlainDoublesWhereTheseAreAtHome) {
    wengert::rules::All::each([]<class Rule>(Rule) {
        at_ordinary_arguments<Rule>([](int n, const Arguments<Rule>& x, std::size_t) {
            const double plain = every_rule::value<Rule>(n, x);
            const Real real = jet<Rule>(n, x, 0, 0, Real(0)).v.v;
            if (std::isnan(plain) || std::isinf(plain)) return;
            EXPECT_LE(abs(Real(real - plain)), 1e-12 * (1 + std::abs(plain))) << every_rule::at<Rule>(n, x);
        });
    });
}

TEST(Referee, HasTheConstantsOfTheLiterature) {
    const auto expect = [](const Real& got, const char* digits) {
        const Real want(digits);
        EXPECT_LE(abs(Real(got / want - 1)), Real("1e-46")) << got << ", not " << digits;
    };
    expect(referee::exp(Real(1)), "2.71828182845904523536028747135266249775724709369995957");
    expect(referee::pi(), "3.14159265358979323846264338327950288419716939937510582");
    expect(Real(referee::erf(Real(1))), "0.842700792949714869341220635082609259296066997966302908");
    expect(Real(-referee::polygamma(0, Real(1))), "0.577215664901532860606512090082402431042159335939923598");
    expect(Real(2 * referee::polygamma(0, Real(-0.5))),
           "0.0729799479571530411180473340024888656136807906791317859");
    expect(Real(6 * referee::polygamma(1, Real(1))),
           "9.86960440108935861883449099987615113531369940724079063");
    expect(Real(-referee::tgamma(Real(-0.5)) / 2), "1.77245385090551602729816748334114518279754945612238713");
    expect(referee::sin(Real(1e22)), "-0.85220084976718880177270589375302936826176215041004366");
    expect(referee::asinh(Real(1)), "0.881373587019543025232609324979792309028160328261635411");
}

}  // namespace
