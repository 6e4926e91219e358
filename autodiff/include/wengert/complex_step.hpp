// The number type of check_gradient's referee: derivatives by a step into the complex plane, without any
// derivative rule. f(x + i h) = f(x) + i h f'(x) + O(h^2) for an analytic f, and nothing cancels, so that h
// may be as small as the range allows. Source: Squire & Trapp, SIAM Review 40 (1998) 110-112.
#pragma once

#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include <wengert/scalar.hpp>

namespace wengert {

/// Why complex steps cannot see through a number: it came from a function without a complex extension here.
struct Obstacle {
    const char* function;  ///< by name
    bool in_double;        ///< computed as a double, whatever the precision of the rest
};

/// A complex number with an imaginary part so small that its square underflows: hence the real part is that
/// of the real function, and the imaginary part carries the derivative. It models Scalar. Comparisons, abs,
/// min, max, select and their like choose by the real part.
///
/// Both parts are long double. Where that is wider than double (x86, most 64-bit ARM), its range keeps the
/// step clear of underflow at 1e-200 and its digits leave the referee ten more bits than it judges.
///
/// A function with no complex extension here (lgamma, floor, a block of plain doubles, ...) gives the right
/// real part, and an imaginary part that is only an estimate; `obstacle()` then names it.
class ComplexStep {
public:
    using WengertNumber = ComplexStep;
    using Inner = double;
    using Real = long double;
    /// What an imaginary part of 1 is counted in: h.
    static const Real step;

    constexpr ComplexStep() = default;
    template <Arithmetic A> constexpr ComplexStep(A x) : re_(static_cast<Real>(x)) {}
    constexpr ComplexStep(Real re, Real im, const Obstacle* obstacle = nullptr)
        : re_(re), im_(im), obstacle_(obstacle) {}

    /// The real part as a double: what comparisons look at.
    double value() const { return static_cast<double>(re_); }
    Real re() const { return re_; }
    Real im() const { return im_; }
    /// The first function on the way here that complex steps cannot pass; null if there is none.
    const Obstacle* obstacle() const { return obstacle_; }
    bool exactly_zero() const { return re_ == 0 && im_ == 0; }

    template <class A> ComplexStep& operator+=(const A& x) { return *this = *this + x; }
    template <class A> ComplexStep& operator-=(const A& x) { return *this = *this - x; }
    template <class A> ComplexStep& operator*=(const A& x) { return *this = *this * x; }
    template <class A> ComplexStep& operator/=(const A& x) { return *this = *this / x; }

    // A rule with an extension below is that; any other one is its own `value`, composed of such rules.
    template <class Rule, class... A> static ComplexStep apply(const A&... x) {
        if constexpr (requires { extend(std::type_identity<Rule>{}, ComplexStep(x)...); })
            return rounded(extend(std::type_identity<Rule>{}, ComplexStep(x)...));
        else
            return Rule::value(ComplexStep(x)...);
    }
    template <class Rule, class P, class... A>
    static ComplexStep apply_with(const P& parameter, const A&... x) {
        if constexpr (requires { extend(std::type_identity<Rule>{}, ComplexStep(x)..., parameter); })
            return rounded(extend(std::type_identity<Rule>{}, ComplexStep(x)..., parameter));
        else
            return Rule::value(ComplexStep(x)..., parameter);
    }

    // A block of plain doubles hides what happens inside (external.hpp).
    static constexpr bool external_is_opaque = true;
    /// A result of such a block: if it depends on what moves, nobody knows how.
    static ComplexStep hidden(double y, bool moves);
    template <class F>
    static std::vector<ComplexStep> external(std::span<const ComplexStep> in, const F& forward) {
        std::vector<double> x;
        bool moves = false;
        for (const ComplexStep& v : in) {
            x.push_back(v.value());
            moves = moves || v.im() != 0;
        }
        std::vector<ComplexStep> result;
        for (const double y : forward(std::span<const double>(x))) result.push_back(hidden(y, moves));
        return result;
    }

private:
    using Z = ComplexStep;
    template <class Rule> using Of = std::type_identity<Rule>;
    static Z extend(Of<rules::Add>, const Z& a, const Z& b);
    static Z extend(Of<rules::Sub>, const Z& a, const Z& b);
    static Z extend(Of<rules::Mul>, const Z& a, const Z& b);
    static Z extend(Of<rules::Div>, const Z& a, const Z& b);
    static Z extend(Of<rules::Neg>, const Z& x);
    static Z extend(Of<rules::Fma>, const Z& a, const Z& b, const Z& c);
    static Z extend(Of<rules::Sqrt>, const Z& x);
    static Z extend(Of<rules::Cbrt>, const Z& x);
    static Z extend(Of<rules::Pow>, const Z& a, const Z& b);
    static Z extend(Of<rules::Hypot>, const Z& a, const Z& b);
    static Z extend(Of<rules::Exp>, const Z& x);
    static Z extend(Of<rules::Exp2>, const Z& x);
    static Z extend(Of<rules::Expm1>, const Z& x);
    static Z extend(Of<rules::ExpMinusSquare>, const Z& x);
    static Z extend(Of<rules::Log>, const Z& x);
    static Z extend(Of<rules::Log2>, const Z& x);
    static Z extend(Of<rules::Log10>, const Z& x);
    static Z extend(Of<rules::Log1p>, const Z& x);
    static Z extend(Of<rules::Ldexp>, const Z& x, int n);
    static Z extend(Of<rules::Sin>, const Z& x);
    static Z extend(Of<rules::Cos>, const Z& x);
    static Z extend(Of<rules::Tan>, const Z& x);
    static Z extend(Of<rules::Asin>, const Z& x);
    static Z extend(Of<rules::Acos>, const Z& x);
    static Z extend(Of<rules::Atan>, const Z& x);
    static Z extend(Of<rules::Atan2>, const Z& a, const Z& b);
    static Z extend(Of<rules::Sinh>, const Z& x);
    static Z extend(Of<rules::Cosh>, const Z& x);
    static Z extend(Of<rules::Tanh>, const Z& x);
    static Z extend(Of<rules::Asinh>, const Z& x);
    static Z extend(Of<rules::Acosh>, const Z& x);
    static Z extend(Of<rules::Atanh>, const Z& x);
    static Z extend(Of<rules::Abs>, const Z& x);
    static Z extend(Of<rules::Copysign>, const Z& a, const Z& b);
    static Z extend(Of<rules::Select>, const Z& a, const Z& b, bool condition) { return condition ? a : b; }
    // Without a complex extension here: a real part and an obstacle.
    static Z extend(Of<rules::Erf>, const Z& x);
    static Z extend(Of<rules::Erfc>, const Z& x);
    static Z extend(Of<rules::Lgamma>, const Z& x);
    static Z extend(Of<rules::Tgamma>, const Z& x);
    static Z extend(Of<rules::Polygamma>, const Z& x, int n);
    static Z extend(Of<rules::Floor>, const Z& x);
    static Z extend(Of<rules::Ceil>, const Z& x);
    static Z extend(Of<rules::Round>, const Z& x);
    static Z extend(Of<rules::Rint>, const Z& x);
    static Z extend(Of<rules::Trunc>, const Z& x);
    static Z extend(Of<rules::Fmod>, const Z& a, const Z& b);
    static Z extend(Of<rules::Remainder>, const Z& a, const Z& b);

    static Z rounded(const Z& x);
    // One analytic function of re_ and im_ each, keeping the obstacle.
    Z with(Real re, Real im) const { return {re, im, obstacle_}; }
    Z with(const Z& other, Real re, Real im) const {
        return {re, im, obstacle_ != nullptr ? obstacle_ : other.obstacle_};
    }
    template <class F> static Z blocked(const Obstacle& by, const Z& x, Real scale, const F& f);
    static Z blocked(const Obstacle& by, const Z& a, const Z& b, Real re);
    static Z flat(const Obstacle& by, const Z& x, Real re);

    Real re_ = 0, im_ = 0;
    const Obstacle* obstacle_ = nullptr;
};

/// While it lives, each operation of complex steps on this thread is rounded to a double, up or down at
/// random: how the slope then moves shows what double precision may do to it, however it is computed. Source:
/// J. Vignes, "A stochastic arithmetic for reliable scientific computation", Math. Comput. Simul. 35 (1993).
class RandomRounding {
public:
    /// The other side: up where the coin says down, so that two runs of one seed see both. To the nearest, as
    /// double does: shows what adds up because it rounds the same way again and again.
    enum class Way { coin, other_side, nearest };
    explicit RandomRounding(std::uint64_t seed, Way way = Way::coin);
    ~RandomRounding();
    RandomRounding(const RandomRounding&) = delete;
    RandomRounding& operator=(const RandomRounding&) = delete;
};

/// The number itself: the referee differentiates the function that is computed, also where a tape was told to
/// look away. So a detached dependence is found.
inline ComplexStep detach(const ComplexStep& x) { return x; }

}  // namespace wengert

template <> struct std::numeric_limits<wengert::ComplexStep> : wengert::detail::Limits<wengert::ComplexStep> {
};
