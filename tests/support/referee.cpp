#pragma GCC diagnostic ignored "-Warray-bounds"  // false ones from Boost at -O3 (g++ 12)
#include "support/referee.hpp"

#include <boost/math/constants/constants.hpp>
#include <boost/math/special_functions/cbrt.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/expm1.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/special_functions/log1p.hpp>
#include <boost/math/special_functions/polygamma.hpp>
#include <cstddef>
#include <vector>

namespace referee {
namespace {

namespace mp = boost::multiprecision;

// An overflow is an infinity, as for doubles.
using Quiet =
    boost::math::policies::policy<boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
                                  boost::math::policies::domain_error<boost::math::policies::ignore_error>,
                                  boost::math::policies::pole_error<boost::math::policies::ignore_error>>;

/// x less the multiple of 2 pi that is nearest, with enough digits of pi for any double.
Real reduced(const Real& x) {
    using Wide = mp::number<mp::cpp_bin_float<400>, mp::et_off>;
    if (mp::abs(x) < 100) return x;
    static const Wide turn = 2 * boost::math::constants::pi<Wide>();
    const Wide wide(x);
    return Real(Wide(wide - turn * Wide(mp::round(Wide(wide / turn)))));
}

/// sin(pi x), at least as good relative to its size as x is.
Real sin_pi(const Real& x) {
    const Real n = mp::round(x), s = mp::sin(Real(pi() * (x - n)));
    return mp::fmod(n, Real(2)) == 0 ? s : Real(-s);
}

/// d^n/dx^n pi cot(pi x) = pi^(n+1) P_n(cot(pi x)), P_0(c) = c, P_(n+1)(c) = -(1 + c^2) P_n'(c).
Real cotangent_derivative(int n, const Real& x) {
    const Real c = 1 / mp::tan(Real(pi() * (x - mp::round(x))));
    std::vector<Real> p{0, 1};
    Real scale = pi();
    for (int i = 0; i < n; ++i) {
        std::vector<Real> next(p.size() + 1, Real(0));
        for (std::size_t k = 1; k < p.size(); ++k) {
            const Real slope = p[k] * static_cast<double>(k);
            next[k - 1] -= slope;
            next[k + 1] -= slope;
        }
        p = next;
        scale *= pi();
    }
    Real result = 0;
    for (std::size_t k = p.size(); k-- > 0;) result = result * c + p[k];
    return scale * result;
}

}  // namespace

Real pi() { return boost::math::constants::pi<Real>(); }
Real ln(int n) {
    static const Real two = mp::log(Real(2)), ten = mp::log(Real(10));
    return n == 2 ? two : ten;
}

Real exp(const Real& x) { return mp::exp(x); }
Real expm1(const Real& x) { return boost::math::expm1(x, Quiet()); }
Real log(const Real& x) { return mp::log(x); }
Real log1p(const Real& x) { return boost::math::log1p(x, Quiet()); }
Real sqrt(const Real& x) { return mp::sqrt(x); }
Real cbrt(const Real& x) { return boost::math::cbrt(x); }
Real pow(const Real& a, const Real& b) {
    if (a > 0) return mp::exp(Real(b * mp::log(a)));
    if (a == 0 || b != mp::trunc(b)) return mp::pow(a, b);
    const Real y = mp::exp(Real(b * mp::log(Real(-a))));
    return mp::fmod(b, Real(2)) == 0 ? y : Real(-y);
}
Real sin(const Real& x) { return mp::sin(reduced(x)); }
Real cos(const Real& x) { return mp::cos(reduced(x)); }
Real asin(const Real& x) { return mp::asin(x); }
Real acos(const Real& x) { return mp::acos(x); }
Real atan(const Real& x) { return mp::atan(x); }
Real atan2(const Real& a, const Real& b) { return mp::atan2(a, b); }
Real sinh(const Real& x) { return mp::sinh(x); }
Real cosh(const Real& x) { return mp::cosh(x); }
Real tanh(const Real& x) {
    const Real m = expm1(Real(-2 * mp::abs(x)));  // tanh|x| = -m / (m + 2)
    return x < 0 ? Real(m / (m + 2)) : Real(-m / (m + 2));
}
Real asinh(const Real& x) { return mp::asinh(x); }
Real acosh(const Real& x) { return mp::acosh(x); }
Real atanh(const Real& x) { return mp::atanh(x); }
Real erf(const Real& x) { return boost::math::erf(x, Quiet()); }
Real erfc(const Real& x) { return boost::math::erfc(x, Quiet()); }
// Left of 0 by reflection here: Boost 1.74 is wrong there in places.
Real lgamma(const Real& x) {
    if (x > 0) return boost::math::lgamma(x, Quiet());
    return mp::log(Real(pi() / mp::abs(sin_pi(x)))) - boost::math::lgamma(Real(1 - x), Quiet());
}
Real tgamma(const Real& x) {
    if (x > 0) return boost::math::tgamma(x, Quiet());
    return pi() / (sin_pi(x) * boost::math::tgamma(Real(1 - x), Quiet()));
}
Real polygamma(int n, const Real& x) {
    if (x > 0) return n == 0 ? boost::math::digamma(x, Quiet()) : boost::math::polygamma(n, x, Quiet());
    const Real reflected = polygamma(n, Real(1 - x)), cotangent = cotangent_derivative(n, x);
    return n % 2 == 0 ? Real(reflected - cotangent) : Real(-reflected - cotangent);
}
Real floor(const Real& x) { return mp::floor(x); }
Real ceil(const Real& x) { return mp::ceil(x); }
Real round(const Real& x) { return mp::round(x); }
Real rint(const Real& x) {  // halves to even
    const Real n = mp::floor(Real(x + 0.5));
    return n - x == 0.5 && mp::fmod(n, Real(2)) != 0 ? Real(n - 1) : n;
}
Real trunc(const Real& x) { return mp::trunc(x); }
Real ldexp(const Real& x, int n) { return mp::ldexp(x, n); }
bool signbit(const Real& x) { return mp::signbit(x) != 0; }

}  // namespace referee
