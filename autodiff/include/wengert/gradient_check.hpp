// Is a gradient that was derived by hand right, and if not, where is it wrong? Three parties are asked: the
// hand, autodiff, and a referee that knows no derivative rule (complex_step.hpp, else differences).
#pragma once

#include <cstdint>
#include <vector>

#include <wengert/checked_function.hpp>
#include <wengert/gradient_report.hpp>

namespace wengert {

/// A point that is drawn at random: each number uniformly between those of `low` and `high`.
///
///     check_gradient(f, Box(std::vector{-1.0, 0.1}, std::vector{1.0, 9.0}, 20, 7), hand);
template <class X> struct Box {
    X low, high;
    std::size_t points;
    std::uint64_t seed;
    Box(X from, X to, std::size_t how_many = 20, std::uint64_t seeded = 1)
        : low(std::move(from)), high(std::move(to)), points(how_many), seed(seeded) {}
};

/// Several points, one after the other.
template <class X> struct Points {
    std::vector<X> at;
    explicit Points(std::vector<X> points) : at(std::move(points)) {}
};

struct CheckOptions {
    /// Up to so many inputs (a quarter for a Hessian) the referee looks at every component. Beyond, it looks
    /// along `directions` random directions, and singly at what is suspect.
    std::size_t each_up_to = 100;
    std::size_t directions = 8;
    std::uint64_t seed = 1;
};

namespace detail {

/// The points of a Box; throws Error if its corners do not fit.
std::vector<std::vector<double>> draw(std::span<const double> low, std::span<const double> high,
                                      std::size_t points, std::uint64_t seed);
/// The check itself. `hand` may be null: then autodiff is held to the referee.
GradientReport check(GradientReport::Of of, const CheckedFunction& f, const HandDerived* hand,
                     const std::vector<std::vector<double>>& points, const CheckOptions& options);

// The points as numbers, and one of them for its shape.
template <class X> struct Where {
    static const X& like(const X& x) { return x; }
    static std::vector<std::vector<double>> points(const X& x) { return {flatten<double>(x)}; }
};
template <class X> struct Where<Box<X>> {
    static const X& like(const Box<X>& box) { return box.low; }
    static std::vector<std::vector<double>> points(const Box<X>& box) {
        return draw(flatten<double>(box.low), flatten<double>(box.high), box.points, box.seed);
    }
};
[[noreturn]] void no_points();
template <class X> struct Where<Points<X>> {
    static const X& like(const Points<X>& points) {
        if (points.at.empty()) no_points();
        return points.at[0];
    }
    static std::vector<std::vector<double>> points(const Points<X>& points) {
        std::vector<std::vector<double>> result;
        for (const X& x : points.at) result.push_back(flatten<double>(x));
        return result;
    }
};

struct NoHand {};

template <int Order, bool Matrix, class F, class At, class Hand>
GradientReport check(GradientReport::Of of, const F& f, const At& at, const Hand& hand,
                     const CheckOptions& options) {
    const auto& like = Where<At>::like(at);
    using X = std::remove_cvref_t<decltype(like)>;
    require_structure<X>();
    static_assert(std::disjunction_v<Calls<F, Rebound<X, Value>>, Calls<F, Rebound<X, double>>>,
                  "f cannot be called with the point: neither with Values in it, nor with doubles");
    if constexpr (takes_values<F, X>)
        static_assert(Order == 1 || gives_number<F, X, Value>,
                      "check_hessian is of a function that returns one number");
    const FunctionAt<F, X, Order> function(f, like);
    if constexpr (std::same_as<Hand, NoHand>) {
        static_assert(takes_values<F, X>,
                      "f takes plain doubles only, and there is no gradient by hand: nothing to compare; "
                      "make f generic (`const auto& x`), or give the gradient that you derived");
        return check(of, function, nullptr, Where<At>::points(at), options);
    } else {
        const HandAt<Hand, X, Matrix> derived(hand, like);
        return check(of, function, &derived, Where<At>::points(at), options);
    }
}

}  // namespace detail

/// Checks a gradient derived by hand against autodiff, with an independent referee between them.
///
///     const auto f = [](const auto& w) { return log1p(exp(-w[0] * w[1])); };
///     const auto hand = [](const std::vector<double>& w) {
///         const double s = -1 / (1 + std::exp(w[0] * w[1]));
///         return std::vector{s * w[1], s * w[0]};
///     };
///     const GradientReport report = check_gradient(f, std::vector{0.5, 2.0}, hand);
///     EXPECT_TRUE(report.ok()) << report;
///
/// f: a function of the point that returns one number, generic in the scalar; or one that takes plain doubles
///     only (`double f(std::span<const double>)`), which the referee checks alone, by differences.
/// at: one point (a number, or numbers in anything of structure.hpp), `Points` or a `Box`.
/// hand: the gradient's numbers at the point, or a function of the point that returns them.
///
/// Verdicts. Autodiff and hand within 4 units in the last place, and not contradicted by the referee beyond
/// its own error: agrees. Otherwise the tolerance counts, the sum of
///   u times the sum of the absolute contributions to the derivative (one sweep over absolute values), times
///       16 + operations, since so many roundings may follow each other, and add up;
///   how far autodiff moves, and the hand if it is a function, when the inputs move by 2 units in the last
///       place; of a hand whose formula cancels, how rough it is over 17 neighbouring points;
///   how far the referee moves when its operations are rounded to double, at random or to the nearest;
///   the referee's own error.
/// Where it exceeds 1e-3 of the larger of autodiff and hand: undecided. A gap above it: differs, or
/// autodiff_doubtful where the referee sides with the hand; undecided at a kink, unless the hand lies outside
/// of its two slopes by more than these are apart. A function of plain doubles has no autodiff: the hand is
/// held to the referee, whose differences cannot tell a derivative from 0 where f does not move by a unit in
/// its last place, nor see anything where f has no digit that is right.
///
/// Throws Error if sizes do not fit, and what f or hand throw at the point; the tape then is as it was. An
/// open recording stays, but its adjoints are those of the check's last sweep. Cost, for n inputs: some 6
/// recordings, 14 n + 40 evaluations in extended precision (80 n of a plain function, a few hundred n of one
/// that is not smooth), some 120 more for each component that does not agree.
template <class F, class At, class Hand>
GradientReport check_gradient(const F& f, const At& at, const Hand& hand, const CheckOptions& options = {}) {
    return detail::check<1, false>(GradientReport::Of::gradient, f, at, hand, options);
}
/// Holds autodiff itself to the referee: the way to check a rule of one's own, or the vjp of an `external`.
///
///     check_gradient([](const auto& x) { return apply<Bump>(x); }, 0.5).ok();
template <class F, class At>
GradientReport check_gradient(const F& f, const At& at, const CheckOptions& options = {}) {
    return detail::check<1, false>(GradientReport::Of::gradient, f, at, detail::NoHand{}, options);
}

/// The same for a function of several results and its Jacobian, d f_i / d x_j in row i. `hand` is a matrix
/// (Matrix, Eigen, or rows in a vector of vectors), or a function that returns one.
template <class F, class At, class Hand>
GradientReport check_jacobian(const F& f, const At& at, const Hand& hand, const CheckOptions& options = {}) {
    return detail::check<1, true>(GradientReport::Of::jacobian, f, at, hand, options);
}
template <class F, class At>
GradientReport check_jacobian(const F& f, const At& at, const CheckOptions& options = {}) {
    return detail::check<1, true>(GradientReport::Of::jacobian, f, at, detail::NoHand{}, options);
}

/// The same for the Hessian of a function that returns one number. The referee takes differences of complex
/// steps: some 80 n^2 evaluations.
template <class F, class At, class Hand>
GradientReport check_hessian(const F& f, const At& at, const Hand& hand, const CheckOptions& options = {}) {
    return detail::check<2, true>(GradientReport::Of::hessian, f, at, hand, options);
}
template <class F, class At>
GradientReport check_hessian(const F& f, const At& at, const CheckOptions& options = {}) {
    return detail::check<2, true>(GradientReport::Of::hessian, f, at, detail::NoHand{}, options);
}

}  // namespace wengert
