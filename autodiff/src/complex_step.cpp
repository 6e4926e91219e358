// The complex extensions. Everywhere y = im is so small that y^2 underflows: cosh y = cos y = 1, and the real
// part is the real function of x. Outside of the real function's domain the result is NaN, as that one's is,
// although the complex function goes on. Inverse functions: W. Kahan, "Branch cuts for complex elementary
// functions", 1987.
#include <wengert/complex_step.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace wengert {

using Real = ComplexStep::Real;
using Z = ComplexStep;

namespace {

// The middle of the range: h times and over any double is far from both ends.
constexpr Real middle_of_range() {
    Real h = 1;
    for (int e = std::numeric_limits<Real>::min_exponent / 2; e < 0; ++e) h /= 2;
    return h;
}

constexpr Real nan = std::numeric_limits<Real>::quiet_NaN();

constexpr Obstacle erf_{"erf", false}, erfc_{"erfc", false}, lgamma_{"lgamma", false},
    tgamma_{"tgamma", false}, polygamma_{"polygamma", true}, floor_{"floor", false}, ceil_{"ceil", false},
    round_{"round", false}, rint_{"rint", false}, trunc_{"trunc", false}, fmod_{"fmod", false},
    remainder_{"remainder", false};

}  // namespace

constinit const Real ComplexStep::step = middle_of_range();

Z ComplexStep::hidden(double y, bool moves) {
    static constexpr Obstacle block{"external", true};
    return {Real(y), moves ? nan : 0, moves ? &block : nullptr};
}

// ---- Rounding at random ----

namespace {

thread_local std::uint64_t rounding_state = 0;  // 0: results keep their precision
thread_local RandomRounding::Way rounding_way = RandomRounding::Way::coin;

bool coin() {  // the highest bit of a linear congruential generator: Knuth, The Art of Computer Programming 2
    rounding_state = (rounding_state * 6364136223846793005u + 1442695040888963407u) | 1u;
    return ((rounding_state >> 63) != 0) == (rounding_way == RandomRounding::Way::coin);
}
Real up_or_down(Real x) {
    int exponent = 0;
    const Real digits = std::frexp(x, &exponent);
    const auto nearest = static_cast<double>(digits);
    if (!std::isfinite(x) || Real(nearest) == digits) return x;
    if (rounding_way == RandomRounding::Way::nearest) return std::ldexp(Real(nearest), exponent);
    const double other = std::nextafter(nearest, digits > Real(nearest) ? 2.0 : -2.0);
    return std::ldexp(Real(coin() ? nearest : other), exponent);
}

}  // namespace

RandomRounding::RandomRounding(std::uint64_t seed, Way way) {
    rounding_state = seed | 1u;
    rounding_way = way;
}
RandomRounding::~RandomRounding() { rounding_state = 0; }

Z ComplexStep::rounded(const Z& x) {
    return rounding_state == 0 ? x : x.with(up_or_down(x.re_), up_or_down(x.im_));
}

// The imaginary part by seven values of the function, which varies over `scale`, beside x: good enough to see
// how it spreads noise. A constant (im = 0) is no obstacle: whatever the function, the derivative is 0.
template <class F> Z ComplexStep::blocked(const Obstacle& by, const Z& x, Real scale, const F& f) {
    if (x.im_ == 0) return x.with(f(x.re_), 0);
    const Real h = std::ldexp(scale, -7);
    const auto around = [&](Real k) { return f(x.re_ + k * h) - f(x.re_ - k * h); };
    const Real slope = (45 * around(1) - 9 * around(2) + around(3)) / (60 * h);
    return {f(x.re_), slope * x.im_, x.obstacle_ != nullptr ? x.obstacle_ : &by};
}
Z ComplexStep::flat(const Obstacle& by, const Z& x, Real re) {
    return {re, 0, x.obstacle_ != nullptr || x.im_ == 0 ? x.obstacle_ : &by};
}
// For a - n b, n a whole number.
Z ComplexStep::blocked(const Obstacle& by, const Z& a, const Z& b, Real re) {
    const Z y = a.with(b, re, a.im_ - (b.im_ == 0 ? 0 : std::round((a.re_ - re) / b.re_) * b.im_));
    return {y.re_, y.im_, y.obstacle_ != nullptr || (a.im_ == 0 && b.im_ == 0) ? y.obstacle_ : &by};
}

// ---- Arithmetic ----

Z ComplexStep::extend(Of<rules::Add>, const Z& a, const Z& b) {
    return a.with(b, a.re_ + b.re_, a.im_ + b.im_);
}
Z ComplexStep::extend(Of<rules::Sub>, const Z& a, const Z& b) {
    return a.with(b, a.re_ - b.re_, a.im_ - b.im_);
}
// An imaginary part of exactly 0 stays one: 0 times an infinite real part is no NaN.
Z ComplexStep::extend(Of<rules::Mul>, const Z& a, const Z& b) {
    const Real right = b.im_ == 0 ? 0 : a.re_ * b.im_, left = a.im_ == 0 ? 0 : a.im_ * b.re_;
    return a.with(b, a.re_ * b.re_ - a.im_ * b.im_, left + right);
}
Z ComplexStep::extend(Of<rules::Div>, const Z& a, const Z& b) {
    const Real q = a.re_ / b.re_;
    const Real below = b.im_ == 0 ? 0 : q * b.im_;
    const Real im = a.im_ - below;
    return a.with(b, q, im == 0 ? 0 : im / b.re_);
}
Z ComplexStep::extend(Of<rules::Neg>, const Z& x) { return x.with(-x.re_, -x.im_); }
Z ComplexStep::extend(Of<rules::Fma>, const Z& a, const Z& b, const Z& c) {
    const Z sum = a * b + c;
    return sum.with(std::fma(a.re_, b.re_, c.re_), sum.im_);
}

// ---- Roots and powers ----

Z ComplexStep::extend(Of<rules::Sqrt>, const Z& x) {
    const Real re = std::sqrt(x.re_);
    return x.with(re, x.im_ == 0 ? 0 : x.im_ / (2 * re));  // at 0: infinite
}
Z ComplexStep::extend(Of<rules::Cbrt>, const Z& x) {  // by polar coordinates, of |x|
    const Real re = std::cbrt(x.re_);
    if (x.im_ == 0 || x.re_ == 0) return x.with(re, x.im_ == 0 ? 0 : x.im_ / Real(0));
    return x.with(re, std::abs(re) * std::sin(std::atan2(x.im_, std::abs(x.re_)) / 3));
}
// a^b = exp(b log a), and for a negative base only integer powers, whose exponent is passive.
Z ComplexStep::extend(Of<rules::Pow>, const Z& a, const Z& b) {
    const Real power = std::pow(a.re_, b.re_);
    if (a.re_ < 0) {
        if (a.im_ == 0 && b.im_ == 0) return a.with(b, power, 0);
        if (b.im_ != 0 || b.re_ != std::trunc(b.re_)) return a.with(b, power, nan);
        const Real im = extend(Of<rules::Pow>{}, -a, b).im_;
        return a.with(b, power, std::fmod(b.re_, Real(2)) != 0 ? -im : im);
    }
    const Real from_exponent = b.im_ == 0 || power == 0 ? 0 : b.im_ * std::log(a.re_);
    if (a.re_ == 0 && a.im_ != 0) {  // by |b| beside 1: 0^(b - 1) is 0, 1 or infinite
        const Real from_base = b.re_ > 1 || b.re_ == 0 ? 0 : b.re_ == 1 ? a.im_ : b.re_ * a.im_ / Real(0);
        return a.with(b, power, from_base + from_exponent);
    }
    const Real angle = from_exponent + (a.im_ == 0 ? 0 : b.re_ * std::atan2(a.im_, a.re_));
    return a.with(b, power, angle == 0 ? 0 : power * std::sin(angle));
}
Z ComplexStep::extend(Of<rules::Hypot>, const Z& a, const Z& b) {
    const Real re = std::hypot(a.re_, b.re_);
    if (re == 0) return a.with(b, re, 0);  // the middle of the kink
    const Z scaled = (a / re) * (a / re) + (b / re) * (b / re);
    return a.with(b, re, scaled.im_ / 2 * re);
}

// ---- Exponential and logarithm ----

Z ComplexStep::extend(Of<rules::Exp>, const Z& x) {
    const Real re = std::exp(x.re_);
    return x.with(re, x.im_ == 0 ? 0 : re * std::sin(x.im_));
}
Z ComplexStep::extend(Of<rules::Exp2>, const Z& x) {
    const Real re = std::exp2(x.re_);
    return x.with(re, x.im_ == 0 ? 0 : re * std::sin(x.im_ * std::numbers::ln2_v<Real>));
}
Z ComplexStep::extend(Of<rules::Expm1>, const Z& x) { return x.with(std::expm1(x.re_), exp(x).im_); }
Z ComplexStep::extend(Of<rules::ExpMinusSquare>, const Z& x) {
    const Real re = std::exp(-(x.re_ * x.re_));
    return x.with(re, x.im_ == 0 ? 0 : -re * std::sin(2 * x.re_ * x.im_));
}
Z ComplexStep::extend(Of<rules::Log>, const Z& x) {
    const Real re = std::log(x.re_);
    if (x.re_ < 0 || x.im_ == 0) return x.with(re, x.im_ == 0 ? 0 : nan);
    return x.with(re, x.re_ == 0 ? x.im_ / Real(0) : std::atan2(x.im_, x.re_));
}
Z ComplexStep::extend(Of<rules::Log2>, const Z& x) {
    return x.with(std::log2(x.re_), log(x).im_ * std::numbers::log2e_v<Real>);
}
Z ComplexStep::extend(Of<rules::Log10>, const Z& x) {
    return x.with(std::log10(x.re_), log(x).im_ * std::numbers::log10e_v<Real>);
}
Z ComplexStep::extend(Of<rules::Log1p>, const Z& x) { return x.with(std::log1p(x.re_), log(Z(1) + x).im_); }
Z ComplexStep::extend(Of<rules::Ldexp>, const Z& x, int n) {
    return x.with(std::ldexp(x.re_, n), std::ldexp(x.im_, n));
}

// ---- Circular and hyperbolic ----

Z ComplexStep::extend(Of<rules::Sin>, const Z& x) {
    return x.with(std::sin(x.re_), x.im_ == 0 ? 0 : std::cos(x.re_) * std::sinh(x.im_));
}
Z ComplexStep::extend(Of<rules::Cos>, const Z& x) {
    return x.with(std::cos(x.re_), x.im_ == 0 ? 0 : -std::sin(x.re_) * std::sinh(x.im_));
}
Z ComplexStep::extend(Of<rules::Tan>, const Z& x) { return x.with(std::tan(x.re_), (sin(x) / cos(x)).im_); }
Z ComplexStep::extend(Of<rules::Asin>, const Z& x) {
    if (std::abs(x.re_) > 1) return x.with(nan, nan);
    const Z left = sqrt(Z(1) - x), right = sqrt(Z(1) + x);
    const Real im = x.im_ == 0 ? 0 : std::asinh(left.re_ * right.im_ - left.im_ * right.re_);
    return x.with(std::asin(x.re_), im);
}
Z ComplexStep::extend(Of<rules::Acos>, const Z& x) {
    return x.with(std::acos(x.re_), -asin(x).im_);  // acos z = pi/2 - asin z
}
Z ComplexStep::extend(Of<rules::Atan>, const Z& x) {
    const Real below = x.re_ * x.re_ + (x.im_ - 1) * (x.im_ - 1);
    return x.with(std::atan(x.re_), x.im_ == 0 ? 0 : std::log1p(4 * x.im_ / below) / 4);
}
// The angle is atan of the quotient that does not exceed 1, turned by a constant.
Z ComplexStep::extend(Of<rules::Atan2>, const Z& a, const Z& b) {
    const Real re = std::atan2(a.re_, b.re_);
    if (a.im_ == 0 && b.im_ == 0) return a.with(b, re, 0);
    const Real im = std::abs(a.re_) <= std::abs(b.re_) ? atan(a / b).im_ : -atan(b / a).im_;
    return a.with(b, re, im);
}
Z ComplexStep::extend(Of<rules::Sinh>, const Z& x) {
    return x.with(std::sinh(x.re_), x.im_ == 0 ? 0 : std::cosh(x.re_) * std::sin(x.im_));
}
Z ComplexStep::extend(Of<rules::Cosh>, const Z& x) {
    return x.with(std::cosh(x.re_), x.im_ == 0 ? 0 : std::sinh(x.re_) * std::sin(x.im_));
}
// tanh z = -i tan(i z) = 1 - 2 / (exp(2 z) + 1) for z on the right, where nothing of im cancels.
Z ComplexStep::extend(Of<rules::Tanh>, const Z& x) {
    const Z right = x.re_ < 0 ? -x : x;
    const Z e = exp(Z(-2) * right);
    const Z y = Z(-2) * e / (Z(1) + e);  // tanh - 1
    return x.with(std::tanh(x.re_), x.re_ < 0 ? -y.im_ : y.im_);
}
Z ComplexStep::extend(Of<rules::Asinh>, const Z& x) {  // asinh z = -i asin(i z), without its cut
    return x.with(std::asinh(x.re_), x.im_ == 0 ? 0 : std::atan2(x.im_, std::hypot(Real(1), x.re_)));
}
Z ComplexStep::extend(Of<rules::Acosh>, const Z& x) {
    if (x.re_ < 1) return x.with(nan, nan);
    const Z below = sqrt(x - Z(1)), above = sqrt(x + Z(1));
    return x.with(std::acosh(x.re_), x.im_ == 0 ? 0 : 2 * std::atan2(below.im_, above.re_));
}
Z ComplexStep::extend(Of<rules::Atanh>, const Z& x) {
    return x.with(std::atanh(x.re_), (log1p(x).im_ - log1p(-x).im_) / 2);
}

// ---- Choices by the real part ----

Z ComplexStep::extend(Of<rules::Abs>, const Z& x) {
    if (x.re_ == 0) return x.with(0, 0);  // the middle of the kink
    return x.re_ < 0 ? -x : x;
}
Z ComplexStep::extend(Of<rules::Copysign>, const Z& a, const Z& b) {
    if (a.re_ == 0) return a.with(b, std::copysign(a.re_, b.re_), 0);
    const bool keeps = std::signbit(a.re_) == std::signbit(b.re_);
    return a.with(b, std::copysign(a.re_, b.re_), keeps ? a.im_ : -a.im_);
}

// ---- Without an extension ----

namespace {
Real scale_of_erf(Real x) { return 1 / std::max(Real(1), std::abs(x)); }  // of exp(-x^2)
Real to_a_pole(Real x) {
    const Real distance = x < Real(0.5) ? std::abs(x - std::round(x)) : x;
    return distance == 0 ? 1 : distance;
}
}  // namespace

Z ComplexStep::extend(Of<rules::Erf>, const Z& x) {
    return blocked(erf_, x, scale_of_erf(x.re_), [](Real t) { return std::erf(t); });
}
Z ComplexStep::extend(Of<rules::Erfc>, const Z& x) {
    return blocked(erfc_, x, scale_of_erf(x.re_), [](Real t) { return std::erfc(t); });
}
Z ComplexStep::extend(Of<rules::Lgamma>, const Z& x) {
    return blocked(lgamma_, x, to_a_pole(x.re_), [](Real t) { return std::lgamma(t); });
}
Z ComplexStep::extend(Of<rules::Tgamma>, const Z& x) {
    return blocked(tgamma_, x, std::min(Real(1), to_a_pole(x.re_)), [](Real t) { return std::tgamma(t); });
}
Z ComplexStep::extend(Of<rules::Polygamma>, const Z& x, int n) {
    return blocked(polygamma_, x, to_a_pole(x.re_),
                   [n](Real t) { return Real(rules::Polygamma::value(static_cast<double>(t), n)); });
}
Z ComplexStep::extend(Of<rules::Floor>, const Z& x) { return flat(floor_, x, std::floor(x.re_)); }
Z ComplexStep::extend(Of<rules::Ceil>, const Z& x) { return flat(ceil_, x, std::ceil(x.re_)); }
Z ComplexStep::extend(Of<rules::Round>, const Z& x) { return flat(round_, x, std::round(x.re_)); }
Z ComplexStep::extend(Of<rules::Rint>, const Z& x) { return flat(rint_, x, std::rint(x.re_)); }
Z ComplexStep::extend(Of<rules::Trunc>, const Z& x) { return flat(trunc_, x, std::trunc(x.re_)); }
Z ComplexStep::extend(Of<rules::Fmod>, const Z& a, const Z& b) {
    return blocked(fmod_, a, b, std::fmod(a.re_, b.re_));
}
Z ComplexStep::extend(Of<rules::Remainder>, const Z& a, const Z& b) {
    return blocked(remainder_, a, b, std::remainder(a.re_, b.re_));
}

}  // namespace wengert
