// The benchmark's problems: what each computes, its derivatives by hand against those of the engine and
// differences of fourth order in long double, and the operations that it counts. Include path: bench/, and
// where CMake writes problems.hpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <ostream>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wengert/wengert.hpp>

#include "bench/difference.hpp"
#include "counting.hpp"
#include "problems.hpp"
#include "problems/uniform.hpp"

namespace {

using bench_test::largest, bench_test::Long;
using wengert::Value;
using Numbers = std::vector<double>;

/// Of all blocks, as bench::by_hand gives them.
struct Result {
    Numbers y, jacobian;
};

/// A problem without its type, so that the tests below are compiled once. The long ones are taken short.
struct Subject {
    std::string id;
    std::string_view name;
    Numbers inputs;
    std::size_t blocks, outputs;  ///< outputs of one block
    std::function<Numbers(std::span<const double>)> primal;
    std::function<std::vector<Long>(std::span<const Long>)> precise;
    std::function<Numbers(std::span<const double> x, std::span<const double> direction)> by_duals;
    std::function<Result(std::span<const double>)> by_hand, by_values;
    std::vector<std::function<Result(const Numbers&)>> fused;  ///< over Values, and variables by reference
};
std::ostream& operator<<(std::ostream& out, const Subject& subject) { return out << subject.id; }

template <class P, class T> std::vector<T> values(const P& problem, std::span<const T> x) {
    std::vector<T> y(bench::all_outputs_of<P>);
    bench::evaluate(problem, x, std::span<T>(y));
    return y;
}

template <class P> Result by_hand(const P& problem, std::span<const double> x) {
    Result result{Numbers(bench::all_outputs_of<P>, std::nan("")),
                  Numbers(x.size() * bench::outputs_of<P>, std::nan(""))};
    bench::by_hand(problem, x, std::span<double>(result.y), std::span<double>(result.jacobian));
    return result;
}

template <class P> Result by_values(const P& problem, std::span<const double> numbers) {
    const wengert::Recording scope;
    const std::vector<Value> x = wengert::variables(Numbers(numbers.begin(), numbers.end()));
    const std::size_t group = x.size() / bench::blocks_of<P>;
    Result result;
    const std::vector<Value> y = values(problem, std::span<const Value>(x));
    for (std::size_t i = 0; i < y.size(); ++i) {
        y[i].backward();
        result.y.push_back(y[i].value());
        for (std::size_t k = 0; k < group; ++k)
            result.jacobian.push_back(x[i / bench::outputs_of<P> * group + k].grad());
    }
    return result;
}

/// The derivatives of y by `direction`.
template <class P>
Numbers by_duals(const P& problem, std::span<const double> x, std::span<const double> direction) {
    using Dual = wengert::Dual<double>;
    std::vector<Dual> moved;
    for (std::size_t k = 0; k < x.size(); ++k) moved.emplace_back(x[k], direction[k]);
    Numbers result;
    for (const Dual& y : values(problem, std::span<const Dual>(moved))) result.push_back(y.tangent());
    return result;
}

/// The gradient of `fused(x)` by variables whose first index is `first`.
template <class P, class X> Result fused_result(const P& problem, const X& x, wengert::Id first) {
    const Value y = problem.fused(x);
    y.backward();
    Result result{{y.value()}, Numbers(x.size())};
    wengert::tape<double>.read_adjoints(first, std::span<double>(result.jacobian));
    return result;
}

template <class P> P make() {
    if constexpr (std::constructible_from<P, std::size_t>)
        return P(300);
    else
        return P();
}

template <class P> Subject subject() {
    const P problem = make<P>();
    Subject result{std::string(bench::id_of<P>),
                   P::name,
                   problem.inputs(),
                   bench::blocks_of<P>,
                   bench::outputs_of<P>,
                   [problem](auto x) { return values(problem, x); },
                   [problem](auto x) { return values(problem, x); },
                   [problem](auto x, auto direction) { return by_duals(problem, x, direction); },
                   [problem](auto x) { return by_hand(problem, x); },
                   [problem](auto x) { return by_values(problem, x); },
                   {}};
    if constexpr (requires(std::span<const Value> x) { problem.fused(x); }) {
        result.fused.push_back([problem](const Numbers& numbers) {
            const wengert::Recording scope;
            const std::vector<Value> x = wengert::variables(numbers);
            return fused_result(problem, std::span<const Value>(x), x[0].id());
        });
        result.fused.push_back([problem](const Numbers& numbers) {
            const wengert::Recording scope;
            const auto x = wengert::variables_by_reference(std::span<const double>(numbers));
            return fused_result(problem, x, x.first_id());
        });
    }
    return result;
}

std::vector<Subject> subjects() {
    std::vector<Subject> result;
    bench::Problems::each([&]<class P>() { result.push_back(subject<P>()); });
    return result;
}

/// At the inputs, and twice near to them: each number moved by at most a twentieth.
std::vector<Numbers> places(const Numbers& inputs) {
    std::vector<Numbers> result{inputs};
    for (std::uint64_t seed : {101U, 102U}) {
        const Numbers shift = bench::uniform(seed, inputs.size(), -0.05, 0.05);
        Numbers moved = inputs;
        for (std::size_t k = 0; k < moved.size(); ++k)
            moved[k] += shift[k] * std::max(std::abs(moved[k]), 0.1);
        result.push_back(std::move(moved));
    }
    return result;
}

/// Some components each by itself, or all of few; and all numbers at once. In proportion to the numbers.
std::vector<Numbers> directions(const Numbers& x) {
    std::vector<Numbers> result;
    const std::size_t count = std::min<std::size_t>(x.size(), 24);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t k = (i * x.size() + x.size() / 2) / count;
        result.emplace_back(x.size());
        result.back()[k] = std::max(std::abs(x[k]), 0.1);
    }
    result.push_back(bench::uniform(103, x.size(), -1.0, 1.0));
    for (std::size_t k = 0; k < x.size(); ++k) result.back()[k] *= std::max(std::abs(x[k]), 0.1);
    return result;
}

/// The Jacobian, block by block, times a direction; and the sizes of its terms.
std::pair<Numbers, Numbers> along(const Subject& subject, const Numbers& jacobian, const Numbers& direction) {
    const std::size_t group = direction.size() / subject.blocks;
    std::pair<Numbers, Numbers> result;
    for (std::size_t i = 0; i < subject.blocks * subject.outputs; ++i) {
        Long sum = 0.0, size = 0.0;
        for (std::size_t k = 0; k < group; ++k) {
            const Long term = Long{jacobian[i * group + k]} * direction[i / subject.outputs * group + k];
            sum += term;
            size += std::abs(term);
        }
        result.first.push_back(static_cast<double>(sum));
        result.second.push_back(static_cast<double>(size));
    }
    return result;
}

void expect_near(const Numbers& numbers, const Numbers& expected, double tolerance) {
    ASSERT_EQ(numbers.size(), expected.size());
    const double off = tolerance * largest(expected);
    for (std::size_t k = 0; k < expected.size(); ++k) ASSERT_NEAR(numbers[k], expected[k], off) << "at " << k;
}
void expect_equal(const Result& result, const Result& hand) {
    expect_near(result.y, hand.y, 1e-13);
    expect_near(result.jacobian, hand.jacobian, 1e-12);
}

struct Problems : testing::TestWithParam<Subject> {};
INSTANTIATE_TEST_SUITE_P(Every, Problems, testing::ValuesIn(subjects()),
                         [](const auto& instance) { return instance.param.id; });

TEST_P(Problems, ValuesGiveTheBitsOfDoubles) {
    for (const Numbers& x : places(GetParam().inputs))
        EXPECT_EQ(GetParam().by_values(x).y, GetParam().primal(x));
}

TEST_P(Problems, ByHandIsWhatValuesGive) {
    for (const Numbers& x : places(GetParam().inputs)) {
        const Result hand = GetParam().by_hand(x);
        ASSERT_GT(largest(hand.jacobian), 0.0);
        expect_equal(GetParam().by_values(x), hand);
    }
}

TEST_P(Problems, ByHandIsWhatDualsGive) {
    for (const Numbers& x : places(GetParam().inputs)) {
        const Result hand = GetParam().by_hand(x);
        for (const Numbers& direction : directions(x)) {
            const Numbers expected = GetParam().by_duals(x, direction);
            const auto [derivatives, sizes] = along(GetParam(), hand.jacobian, direction);
            for (std::size_t i = 0; i < derivatives.size(); ++i)
                ASSERT_NEAR(derivatives[i], expected[i], 1e-12 * std::max(sizes[i], largest(hand.y)));
        }
    }
}

TEST_P(Problems, ByHandIsTheDifferenceQuotient) {
    for (const Numbers& x : places(GetParam().inputs)) {
        const Result hand = GetParam().by_hand(x);
        for (const Numbers& direction : directions(x)) {
            const Numbers expected = bench_test::differences(GetParam().precise, x, direction, 1e-6L);
            const auto [derivatives, sizes] = along(GetParam(), hand.jacobian, direction);
            for (std::size_t i = 0; i < derivatives.size(); ++i)
                ASSERT_NEAR(derivatives[i], expected[i], 1e-11 * std::max(sizes[i], largest(hand.y)));
        }
    }
}

TEST_P(Problems, ByHandGivesTheSameBitsAgain) {
    const Result first = GetParam().by_hand(GetParam().inputs);
    EXPECT_EQ(GetParam().by_hand(GetParam().inputs).y, first.y);
    EXPECT_EQ(GetParam().by_hand(GetParam().inputs).jacobian, first.jacobian);
}

TEST_P(Problems, FusedBlocksGiveTheSame) {
    for (const Numbers& x : places(GetParam().inputs))
        for (const auto& fused : GetParam().fused) expect_equal(fused(x), GetParam().by_hand(x));
}

TEST(ProblemList, NamesAreOfTheirOwnAndFitTheTable) {
    std::set<std::string_view> names;
    for (const Subject& subject : subjects()) {
        EXPECT_LE(subject.name.size(), 34U) << subject.id;
        EXPECT_TRUE(names.insert(subject.name).second) << subject.id;
    }
    EXPECT_GE(names.size(), 13U);
}

TEST(ProblemList, LongOnesAreRightAtTheirOwnSizeToo) {
    bench::Problems::each([]<class P>() {
        if constexpr (std::constructible_from<P, std::size_t>) {
            SCOPED_TRACE(bench::id_of<P>);
            const P problem;
            const Numbers x = problem.inputs();
            const Result hand = by_hand(problem, x);
            expect_equal(by_values(problem, x), hand);
        }
    });
}

// ---- What a problem computes: from its source, or where it can be told without it ----

template <class P> double value_at(const P& problem, const Numbers& x) {
    return problem(std::span<const double>(x));
}

TEST(SigmoidNetwork, ErrorAndDerivativesAreThoseOfTheSource) {
    // Mazur (2015): E = 0.298371109, dE/dw5 = 0.082167041, dE/dw1 = 0.000438568.
    const bench::problems::sigmoid_net::Problem problem;
    Numbers gradient(12);
    EXPECT_NEAR(problem.hand(problem.inputs(), gradient), 0.298371109, 5e-10);
    EXPECT_NEAR(gradient[problem.w2], 0.082167041, 5e-10);
    EXPECT_NEAR(gradient[problem.w1], 0.000438568, 5e-10);
}

TEST(BlackScholes, PriceIsThatOfHullsExample) {
    // J. C. Hull, "Options, Futures and Other Derivatives": 42, 40, 10 %, 20 %, half a year: 4.76.
    EXPECT_NEAR(value_at(bench::problems::black_scholes::Problem(), {42.0, 40.0, 0.1, 0.2, 0.5}), 4.76,
                0.005);
}

TEST(Rosenbrock, IsLeastWhereAllNumbersAreOne) {
    const bench::problems::rosenbrock::Problem problem(10);
    Numbers gradient(10);
    EXPECT_EQ(problem.hand(Numbers(10, 1.0), gradient), 0.0);
    EXPECT_EQ(gradient, Numbers(10, 0.0));
}

TEST(LogSumExp, EqualNumbersHaveEqualShares) {
    const bench::problems::log_sum_exp::Problem problem(64);
    const Numbers x(64, 1000.0);  // their exponentials would overflow
    Numbers gradient(64);
    EXPECT_NEAR(problem.hand(x, gradient), 1000.0 + std::log(64.0), 1e-12);
    EXPECT_NEAR(value_at(problem, x), 1000.0 + std::log(64.0), 1e-12);
    EXPECT_EQ(gradient, Numbers(64, 1.0 / 64));
}

TEST(Determinant, ChangesItsSignWithTwoRowsAndHasCofactors) {
    const bench::problems::determinant::Problem problem;
    const std::size_t n = problem.n;
    Numbers x(n * n), gradient(n * n), cofactors(n * n);
    for (std::size_t i = 0; i < n; ++i) x[i * n + (i == 3 ? 7 : i == 7 ? 3 : i)] = static_cast<double>(i + 1);
    double factorial = 1.0;
    for (std::size_t i = 2; i <= n; ++i) factorial *= static_cast<double>(i);
    for (std::size_t k = 0; k < n * n; ++k) cofactors[k] = x[k] == 0.0 ? 0.0 : -factorial / x[k];
    EXPECT_EQ(value_at(problem, x), -factorial);
    EXPECT_EQ(problem.hand(x, gradient), -factorial);
    for (std::size_t k = 0; k < n * n; ++k) EXPECT_NEAR(gradient[k], cofactors[k], 1e-14 * factorial);
}

TEST(BundleAdjustment, TurnsAndProjectsAsTheFormulas) {
    // A quarter turn about z takes (1, 2, 0) to (-2, 1, 0); 4 before the camera: p = (-0.5, 0.25), |p|^2 =
    // 5/16.
    const bench::problems::bundle_adjustment::Problem problem;
    const double quarter = std::acos(0.0);
    Numbers x{0.0, 0.0, quarter, 0.0, 0.0, -4.0, 500.0, 0.1, 0.01, 1.0, 2.0, 0.0}, y(2);
    const double scale = 500.0 * (1.0 + 0.1 * 5 / 16 + 0.01 * 25 / 256);
    problem(std::span<const double>(x), std::span<double>(y));
    EXPECT_NEAR(y[0], -0.5 * scale - problem.seen[0], 1e-12);
    EXPECT_NEAR(y[1], 0.25 * scale - problem.seen[1], 1e-12);
}

TEST(BundleAdjustment, NoRotationHasTheDerivativesOfASmallOne) {
    const bench::problems::bundle_adjustment::Problem problem;
    Numbers x{0.0, 0.0, 0.0, 0.1, 0.2, -4.0, 500.0, 0.1, 0.01, 1.0, 2.0, 0.5};
    const auto jacobian = [&] {
        Numbers y(2), result(24, std::nan(""));
        problem.hand(x, y, result);
        return result;
    };
    const Numbers none = jacobian();
    x[0] = 1e-9;
    const Numbers small = jacobian();
    for (std::size_t k = 0; k < 24; ++k) EXPECT_NEAR(none[k], small[k], 1e-5);

    x[0] = 0.0;
    const wengert::Recording scope;
    const std::vector<Value> v = wengert::variables(x);
    std::vector<Value> y(2);
    problem(std::span<const Value>(v), std::span<Value>(y));
    for (std::size_t o = 0; o < 2; ++o) {
        y[o].backward();
        for (std::size_t k = 0; k < 12; ++k)
            EXPECT_NEAR(v[k].grad(), none[o * 12 + k], 1e-12 * largest(none));
    }
}

TEST(Moons, BothSidesOfTheHingeOccur) {
    // Weights whose output is the same for every point: a margin beyond the hinge for one moon, within it for
    // the other.
    using bench::problems::moons_mlp::Problem;
    const Problem problem;
    Numbers at(problem.input_count), gradient(at.size());
    at[Problem::b3] = -20.0;  // tanh is -1 in double: 50 points lose 2 each, 50 lose 0
    EXPECT_EQ(problem.hand(at, gradient), 100.0);
    EXPECT_EQ(value_at(problem, at), 100.0);
    at[Problem::b3] = -0.5;
    EXPECT_NEAR(problem.hand(at, gradient), 100.0, 1e-12);  // 50 (1 + tanh 0.5) + 50 (1 - tanh 0.5)
    EXPECT_EQ(largest(gradient), 0.0);                      // and the two moons' parts cancel
}

TEST(GaussianMixture, WeightsOfEqualComponentsDoNotMatter) {
    using bench::problems::gaussian_mixture::Problem;
    const Problem problem;
    Numbers x = problem.inputs(), gradient(x.size());
    for (std::size_t k = 1; k < Problem::components; ++k) {
        std::copy_n(&x[Problem::means], Problem::d, &x[Problem::means + k * Problem::d]);
        std::copy_n(&x[Problem::factors], Problem::factor, &x[Problem::factors + k * Problem::factor]);
    }
    const double value = problem.hand(x, gradient);
    for (std::size_t k = 0; k < Problem::components; ++k) EXPECT_NEAR(gradient[k], 0.0, 1e-11);
    x[0] += 1.0;
    EXPECT_NEAR(value_at(problem, x), value, 1e-12 * std::abs(value));
}

TEST(StiffOde, EndsWhereTheReactionIsAfterFortySeconds) {
    // y1(40) = 0.7158 (A. C. Hindmarsh et al., the example of CVODE); Euler's steps are of first order.
    const bench::problems::stiff_ode::Problem problem;
    EXPECT_NEAR(value_at(problem, problem.inputs()), 0.7158, 0.01);
}

TEST(MonteCarlo, APathThatEndsBelowTheStrikePaysNothing) {
    using bench::problems::monte_carlo::Problem;
    const Problem problem;
    Numbers x = problem.inputs(), gradient(x.size(), std::nan(""));
    x[Problem::strike] = 1000.0;
    EXPECT_EQ(value_at(problem, x), 0.0);
    EXPECT_EQ(problem.hand(x, gradient), 0.0);
    EXPECT_EQ(gradient, Numbers(x.size(), 0.0));
}

TEST(MonteCarlo, WithoutVarianceThePriceIsTheForwards) {
    // Steps at v = 0 take the branch of the truncated variance; with theta = 0 too, S = S0 exp(r t).
    using bench::problems::monte_carlo::Problem;
    const Problem problem;
    Numbers x = problem.inputs(), gradient(x.size());
    x[Problem::variance] = x[Problem::level] = 0.0;
    const double value = problem.hand(x, gradient);
    EXPECT_NEAR(value, 100.0 - 90.0 * std::exp(-0.03), 1e-12);
    EXPECT_NEAR(value_at(problem, x), value, 1e-12);
    EXPECT_NEAR(gradient[Problem::spot], 1.0, 1e-12);
    EXPECT_NEAR(gradient[Problem::rate], 90.0 * std::exp(-0.03), 1e-12);
    EXPECT_NEAR(gradient[Problem::time], 0.03 * 90.0 * std::exp(-0.03), 1e-12);
}

// ---- Operations, counted by hand ----

template <class P> std::size_t operations(const P& problem) {
    return bench::count_operations(problem, problem.inputs());
}

TEST(Operations, AreThoseOfTheFormulas) {
    using namespace bench::problems;
    EXPECT_EQ(operations(dot_tanh::Problem(7)), 7U * 2 + 1);
    EXPECT_EQ(operations(recurrence::Problem(50)), 50U * 4);        // *, sin, *, +
    EXPECT_EQ(operations(rosenbrock::Problem(11)), 10U * 8);        // - *; -; * *, *, +, +=
    EXPECT_EQ(operations(log_sum_exp::Problem(9)), 9U * 3 + 2);     // -, exp, +=; log, +
    EXPECT_EQ(operations(sigmoid_net::Problem()), 4U * 8 + 2 * 4);  // * * + + and - exp + /; - * * +=
    // v sqrt(t); d1; d2; two normals of 4; * - * exp * * - +=
    EXPECT_EQ(operations(black_scholes::Problem()), 1000U * (2 + 8 + 1 + 2 * 4 + 8));
}

TEST(Operations, OfTheDeterminantAreThoseOfElimination) {
    // Of the identity, whose pivots stay: m quotients and m^2 products and differences for m = 19 ... 0 rows
    // below, and n products of the pivots.
    const bench::problems::determinant::Problem problem;
    Numbers identity(problem.n * problem.n);
    for (std::size_t i = 0; i < problem.n; ++i) identity[i * (problem.n + 1)] = 1.0;
    EXPECT_EQ(bench::count_operations(problem, identity), 190U + 2 * 2470 + 20);
}

TEST(Operations, OfBlocksAreThoseOfAllBlocks) {
    const bench::problems::bundle_adjustment::Problem problem;
    const Numbers x = problem.inputs();
    const std::size_t all = bench::count_operations(problem, x);
    EXPECT_GT(all, 0U);
    EXPECT_EQ(all % problem.blocks, 0U);
}

TEST(Operations, CopiesComparisonsAndPlainNumbersCountNothing) {
    const std::size_t before = bench::Counting::operations;
    bench::Counting x = 2.0;
    const bench::Counting copy = x;
    x = copy > 1.0 ? copy : 0.0;
    EXPECT_EQ(bench::Counting::operations, before);
    x += 1.0;
    EXPECT_EQ(x.value(), 3.0);
    const bench::Counting root = sqrt(-x * -3.0);
    EXPECT_EQ(root.value(), 3.0);
    EXPECT_EQ(bench::Counting::operations, before + 4);
}

}  // namespace
