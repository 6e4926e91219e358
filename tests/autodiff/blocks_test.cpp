// Functions of many numbers - sum, norm2, log_sum_exp, softmax - over every size and every way in which
// Values may lie. (dot and affine: products_test.)
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <wengert/wengert.hpp>

#include "support/rule.hpp"

namespace {

using ::testing::Each;
using wengert::Dual;
using wengert::Reverse;
using wengert::Value;
using wengert::variable;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double u = std::numeric_limits<double>::epsilon() / 2;

constexpr std::array<std::size_t, 9> sizes{0, 1, 2, 7, 8, 9, 64, 100, 1001};

std::vector<double> numbers(std::size_t n, std::uint64_t seed = 1) {
    std::mt19937_64 random(seed);
    std::vector<double> x(n);
    for (double& v : x) v = static_cast<double>(random() >> 11) * 0x1p-51 - 2.0;  // -2 to 2
    return x;
}

// ---- How Values may lie ----

enum class Layout {
    consecutive,
    from_a_loop,
    scattered,
    reversed,
    open,
    open_first,
    with_constants,
    twice,
    across_a_mark
};
constexpr std::array layouts{Layout::consecutive,    Layout::from_a_loop, Layout::scattered,
                             Layout::reversed,       Layout::open,        Layout::open_first,
                             Layout::with_constants, Layout::twice,       Layout::across_a_mark};

struct Laid {
    std::vector<Value> values;
    std::vector<double>
        share;  // what of d y / d values[k] is d y / d values[k].grad(): 1, or 0 for a constant
};

Laid lay(const std::vector<double>& x, Layout layout) {
    Laid laid{std::vector<Value>(x.size()), std::vector<double>(x.size(), 1.0)};
    const std::size_t n = x.size();
    for (std::size_t i = 0; i < n; ++i) {
        const std::size_t k = layout == Layout::reversed ? n - 1 - i : i;
        Value& v = laid.values[k];
        switch (layout) {
            case Layout::from_a_loop:
                v = variable(x[k] / 2.0) * 2.0;
                break;
            case Layout::scattered:
                static_cast<void>(variable(0.0)), v = variable(x[k]);
                break;
            case Layout::open:
                v += variable(x[k]);
                break;
            case Layout::open_first:
                if (k == 0)
                    v += variable(x[k]);
                else
                    v = variable(x[k]);
                break;
            case Layout::with_constants:
                v = k % 3 == 1 ? Value(x[k]) : variable(x[k]);
                laid.share[k] = k % 3 == 1 ? 0.0 : 1.0;
                break;
            case Layout::across_a_mark:
                if (k == n / 2) static_cast<void>(wengert::mark());
                v = variable(x[k]);
                break;
            default:
                v = variable(x[k]);
                break;
        }
    }
    if (layout == Layout::consecutive) laid.values = wengert::variables(x);
    if (layout == Layout::twice && n > 1) {
        laid.values[n - 1] = laid.values[0];  // one value at two places
        laid.share[0] = laid.share[n - 1] = 2.0;
    }
    return laid;
}

class BlocksTest : public ::testing::Test {
protected:
    void SetUp() override { wengert::clear(); }
    void TearDown() override { wengert::clear(); }
};

// f over Values against f over doubles, and its gradient against partial(x_k, y).
template <class F, class Partial> void holds_for_every_layout(const F& f, const Partial& partial) {
    for (std::size_t n : sizes) {
        for (Layout layout : layouts) {
            wengert::clear();
            std::vector<double> x = numbers(n);
            if (layout == Layout::twice && n > 1) x[n - 1] = x[0];
            const Laid laid = lay(x, layout);
            const Value y = f(laid.values);
            const std::string where =
                "n = " + std::to_string(n) + ", layout " + std::to_string(static_cast<int>(layout));
            EXPECT_EQ(y.value(), f(x)) << where;
            EXPECT_EQ(y.active(), n != 0) << where;
            if (n == 0) continue;
            const Value z = y * 3.0;  // so that the block is not the last
            z.backward();
            for (std::size_t k = 0; k < n; ++k) {
                if (laid.share[k] == 0.0) continue;
                ASSERT_NEAR(laid.values[k].grad(), 3.0 * laid.share[k] * partial(x[k], y.value()), 1e-14)
                    << where << ", k = " << k;
            }
        }
    }
}

TEST_F(BlocksTest, SumHoldsForEverySizeAndLayout) {
    holds_for_every_layout([](const auto& x) { return wengert::sum(x); }, [](double, double) { return 1.0; });
}
TEST_F(BlocksTest, Norm2HoldsForEverySizeAndLayout) {
    holds_for_every_layout([](const auto& x) { return wengert::norm2(x); },
                           [](double x, double y) { return x / y; });
}
TEST_F(BlocksTest, LogSumExpHoldsForEverySizeAndLayout) {
    holds_for_every_layout([](const auto& x) { return wengert::log_sum_exp(x); },
                           [](double x, double y) { return std::exp(x - y); });
}

// Whatever the list of rules of spans holds, against 50 digits, at any scale of the numbers.
template <class Rule> void expect_the_referees_derivatives() {
    using every_rule::Jet, every_rule::Real;
    for (const std::size_t n : {1U, 3U, 8U, 30U})
        for (const double scale : {1e-3, 1.0, 10.0, 500.0}) {
            std::vector<double> x = numbers(n, 7);
            for (double& v : x) v *= scale;
            const std::vector<double> g = wengert::gradient(
                [](const auto& v) {
                    return wengert::detail::apply_to_range<Rule>(std::span(std::as_const(v)));
                },
                x);
            for (std::size_t i = 0; i < n; ++i) {
                std::vector<Jet<Real>> jets;
                for (std::size_t k = 0; k < n; ++k) jets.emplace_back(Real(x[k]), Real(k == i ? 1 : 0));
                const Jet<Real> want = Rule::value(std::span<const Jet<Real>>(jets));
                EXPECT_LE(every_rule::error_in_units(g[i], want.d, Real(0)), 8)
                    << Rule::name << " of " << n << " numbers at scale " << scale << ": " << g[i] << ", not "
                    << want.d;
                EXPECT_NEAR(Rule::value(std::span<const double>(x)), static_cast<double>(want.v),
                            4 * static_cast<double>(n) * u * (scale + std::abs(static_cast<double>(want.v))));
            }
        }
}
TEST_F(BlocksTest, EveryRuleOfSpansHasTheRefereesDerivatives) {
    wengert::rules::AllOfSpans::each([](auto rule) { expect_the_referees_derivatives<decltype(rule)>(); });
}

TEST_F(BlocksTest, OfNoneAndOfConstantsRecordNothing) {
    const std::vector<Value> none, constants{1.0, 2.0, 3.0};
    EXPECT_EQ(sum(none).value(), 0.0);
    EXPECT_EQ(norm2(none).value(), 0.0);
    EXPECT_EQ(log_sum_exp(none).value(), -infinity);
    EXPECT_TRUE(softmax(none).empty());
    EXPECT_EQ(sum(constants).value(), 6.0);
    EXPECT_FALSE(sum(constants).active() || norm2(constants).active() || log_sum_exp(constants).active());
    EXPECT_EQ(wengert::statistics().values, 0U);
}

TEST_F(BlocksTest, TakesVectorsArraysAndSpans) {
    const std::array<Value, 2> x{variable(3.0), variable(4.0)};
    EXPECT_EQ(norm2(x).value(), 5.0);
    EXPECT_EQ(norm2(std::span<const Value>(x)).value(), 5.0);
    EXPECT_EQ(wengert::norm2(std::array{3.0, 4.0}), 5.0);
    EXPECT_EQ(wengert::sum(std::vector{1.5F, 2.5F}), 4.0F);
}

TEST_F(BlocksTest, TakeVariablesByReferenceLikeValues) {
    for (std::size_t n : sizes) {
        if (n == 0) continue;
        const std::vector<double> at = numbers(n);
        const auto f = [](const auto& x) {
            return Value(wengert::sum(x) + wengert::norm2(x) * wengert::log_sum_exp(x, 1.0));
        };
        const auto x = wengert::variables_by_reference(std::span<const double>(at));
        const auto values = wengert::variables(at);
        const Value y = f(x), same = f(values);
        EXPECT_EQ(y.value(), same.value()) << n;
        Value(y + same).backward();
        for (std::size_t k = 0; k < n; ++k) EXPECT_EQ(x[k].grad(), values[k].grad()) << n << ", " << k;
    }
}

TEST_F(BlocksTest, ValuesOnEndStayWithinTheirBound) {
    for (std::size_t n : sizes) {
        const std::vector<double> x = numbers(n, 7);
        long double exact = 0, absolute = 0, squares = 0;
        for (double v : x) {
            exact += v;
            absolute += std::abs(v);
            squares += static_cast<long double>(v) * v;
        }
        const double bound = static_cast<double>(n) * u;
        EXPECT_LE(std::abs(static_cast<double>(wengert::sum(x) - exact)),
                  bound * static_cast<double>(absolute));
        const double norm = static_cast<double>(std::sqrt(squares));
        EXPECT_LE(std::abs(wengert::norm2(x) - norm), (bound + 4 * u) * norm);
    }
}

TEST_F(BlocksTest, ADenseBlockTakesEightBytesAnArgument) {
    const std::vector<Value> x = wengert::variables(numbers(1000));
    static_cast<void>(sum(x));
    EXPECT_LE(wengert::statistics().bytes, 8000U + 48);
}

// ---- Extremes ----

template <class F> std::vector<double> gradient_of(const F& f, const std::vector<double>& x) {
    return wengert::gradient(f, x);
}
const auto norm = [](const auto& x) { return wengert::norm2(x); };
const auto lse = [](const auto& x) { return wengert::log_sum_exp(x); };

TEST_F(BlocksTest, Norm2NeitherOverflowsNorUnderflows) {
    for (double scale : {1e200, 1e-200, 1e15, 1e-15, 1e-310, 1.0, 1e307}) {
        for (std::size_t n : {2U, 20U}) {
            std::vector<double> x(n, 0.0);
            x[0] = 3 * scale;
            x[n - 1] = -4 * scale;
            EXPECT_NEAR(wengert::norm2(x) / scale, 5.0, scale < 1e-300 ? 1e-12 : 8 * 5 * u) << scale;
            const auto g = gradient_of(norm, x);
            EXPECT_NEAR(g[0], 0.6, scale < 1e-300 ? 1e-12 : 1e-15) << scale;
            EXPECT_NEAR(g[n - 1], -0.8, scale < 1e-300 ? 1e-12 : 1e-15) << scale;
        }
    }
    EXPECT_EQ(wengert::norm2(std::vector{1e200, 1e-200}), 1e200);
    EXPECT_EQ(wengert::norm2(std::vector{1.0, -infinity}), infinity);
    EXPECT_TRUE(std::isnan(wengert::norm2(std::vector{1.0, std::nan(""), 2.0})));
    EXPECT_TRUE(std::isnan(wengert::norm2(std::vector{std::nan(""), 1.0})));
}

TEST_F(BlocksTest, Norm2AtZeroTakesTheMiddleOfTheKink) {
    EXPECT_THAT(gradient_of(norm, std::vector(3, 0.0)), Each(0.0));
    const Dual<double> d = norm(std::vector{Dual<double>(0.0, 1.0), Dual<double>(0.0)});
    EXPECT_EQ(d.tangent(), 0.0);
    EXPECT_THAT(gradient_of(norm, std::vector{0.0, -2.0, 0.0}), ::testing::ElementsAre(0, -1, 0));
}

TEST_F(BlocksTest, LogSumExpIsShifted) {
    EXPECT_EQ(wengert::log_sum_exp(std::vector{800.0, 800.0}), 800.0 + std::log(2.0));
    EXPECT_EQ(wengert::log_sum_exp(std::vector{-800.0, -800.0}), -800.0 + std::log(2.0));
    EXPECT_EQ(wengert::log_sum_exp(std::vector{800.0, 0.0}), 800.0);
    const auto g = gradient_of(lse, std::vector{800.0, 800.0, -800.0});
    EXPECT_EQ(g[0], 0.5);
    EXPECT_EQ(g[1], g[0]);
    EXPECT_EQ(g[2], 0.0);
    EXPECT_THAT(gradient_of(lse, std::vector{1e300}), ::testing::ElementsAre(1.0));
}

TEST_F(BlocksTest, LogSumExpAndSoftmaxKeepTheirDigitsWhereOneTermDominates) {
    const double rest = std::exp(-30.0);
    EXPECT_DOUBLE_EQ(wengert::log_sum_exp(std::vector{0.0, -30.0}), std::log1p(rest));
    EXPECT_DOUBLE_EQ(wengert::log_sum_exp(std::vector{1000.0, 970.0}, 1000.0), std::log1p(rest));
    EXPECT_DOUBLE_EQ(wengert::log_softmax(std::vector{970.0, 1000.0})[1], -std::log1p(rest));
    EXPECT_DOUBLE_EQ(wengert::softmax(std::vector{970.0, 1000.0})[0], rest / (1 + rest));
    // The documented cross-entropy of logits.
    const std::vector<Value> y = wengert::variables(std::vector{1000.0, 970.0, 100.0});
    const double y_0 = wengert::primal(y[0]);
    const Value loss = log_sum_exp(y, y_0) - (y[0] - y_0);
    loss.backward();
    EXPECT_DOUBLE_EQ(loss.value(), std::log1p(rest));
    EXPECT_DOUBLE_EQ(y[1].grad(), rest / (1 + rest));
    EXPECT_NEAR(y[0].grad(), -rest, u) << "1 / (1 + rest) - 1";
}

TEST_F(BlocksTest, LogSumExpOfInfinities) {
    EXPECT_EQ(wengert::log_sum_exp(std::vector{-infinity, -infinity}), -infinity);
    EXPECT_EQ(wengert::log_sum_exp(std::vector{-infinity, 3.0}), 3.0);
    EXPECT_EQ(wengert::log_sum_exp(std::vector{infinity, 3.0, -infinity}), infinity);
    EXPECT_TRUE(std::isnan(wengert::log_sum_exp(std::vector{infinity, std::nan("")})));
    EXPECT_TRUE(std::isnan(wengert::log_sum_exp(std::vector{std::nan(""), infinity})));
    EXPECT_THAT(gradient_of(lse, std::vector{-infinity, 3.0}), ::testing::ElementsAre(0, 1));
    EXPECT_THAT(gradient_of(lse, std::vector{infinity, 3.0}), ::testing::ElementsAre(1, 0));
    EXPECT_THAT(gradient_of(lse, std::vector{-infinity}), ::testing::ElementsAre(1));
    EXPECT_THAT(gradient_of(lse, std::vector{infinity, 0.0, infinity}), ::testing::ElementsAre(0.5, 0, 0.5));
    EXPECT_EQ(wengert::log_softmax(std::vector{-infinity, 3.0})[0], -infinity);
    EXPECT_TRUE(std::isnan(wengert::log_softmax(std::vector{infinity, 3.0})[0]));
}

// ---- Other scalars ----

template <class F> void forward_equals_reverse(const F& f) {
    for (std::size_t n : {1U, 2U, 7U, 8U, 9U, 64U}) {
        const std::vector<double> x = numbers(n, 3);
        const auto reverse = gradient_of(f, x);
        for (std::size_t k = 0; k < n; k += 1 + n / 5) {
            std::vector<double> unit(n, 0.0);
            unit[k] = 1.0;
            EXPECT_NEAR(wengert::jvp(f, x, unit), reverse[k], 1e-14) << n << ", " << k;
        }
    }
}
TEST_F(BlocksTest, ForwardEqualsReverse) {
    forward_equals_reverse([](const auto& x) { return wengert::sum(x); });
    forward_equals_reverse(norm);
    forward_equals_reverse(lse);
    forward_equals_reverse([](const auto& x) { return softmax(x)[0]; });
    forward_equals_reverse([](const auto& x) { return log_softmax(x)[x.size() - 1]; });
}

// The Hessian over Dual<double>, Dual<Value> and Reverse<Value>.
template <class F, class Exact>
void second_order(const F& f, const std::vector<double>& x, const Exact& exact, double within) {
    const std::size_t n = x.size();
    const auto forward_over_reverse = wengert::hessian(f, x);
    for (std::size_t i = 0; i < n; ++i) {
        wengert::clear();
        const std::vector<Value> v = wengert::variables(x);
        wengert::gradient(f, v)[i].backward();
        std::vector<double> reverse_over_reverse(n), reverse_over_forward(n), unit(n, 0.0);
        for (std::size_t k = 0; k < n; ++k) reverse_over_reverse[k] = v[k].grad();
        unit[i] = 1.0;
        wengert::jvp(f, v, unit).backward();
        for (std::size_t k = 0; k < n; ++k) reverse_over_forward[k] = v[k].grad();
        for (std::size_t k = 0; k < n; ++k) {
            EXPECT_NEAR(forward_over_reverse(i, k), exact(i, k), within) << i << ", " << k;
            EXPECT_NEAR(reverse_over_reverse[k], exact(i, k), within) << i << ", " << k;
            EXPECT_NEAR(reverse_over_forward[k], exact(i, k), within) << i << ", " << k;
        }
    }
}
TEST_F(BlocksTest, SecondDerivativesOfNorm2) {
    for (double scale : {1.0, 1e100, 1e-100})
        for (std::size_t n : {1U, 3U, 9U}) {
            std::vector<double> x = numbers(n, 5);
            for (double& v : x) v *= scale;
            const double y = wengert::norm2(x);
            second_order([scale](const auto& v) { return wengert::norm2(v) * scale; }, x,
                         [&](std::size_t i, std::size_t k) {
                             return ((i == k) - x[i] / y * (x[k] / y)) / (y / scale);
                         },
                         1e-13);
        }
}
TEST_F(BlocksTest, SecondDerivativesOfLogSumExp) {
    for (std::size_t n : {1U, 3U, 9U}) {
        const std::vector<double> x = numbers(n, 5);
        const std::vector<double> p = wengert::softmax(x);
        second_order(
            lse, x, [&](std::size_t i, std::size_t k) { return p[i] * ((i == k) - p[k]); }, 1e-14);
    }
}
TEST_F(BlocksTest, SecondDerivativesOfLogSumExpLastWhereOneDominates) {
    const double p = std::exp(-40.0);
    const auto h = wengert::hessian(lse, std::vector{0.0, -40.0});
    EXPECT_NEAR(h(1, 1) / p, 1.0, 1e-12);
    EXPECT_NEAR(h(0, 1) / -p, 1.0, 1e-12);
}
TEST_F(BlocksTest, SecondDerivativesOfSumAreZero) {
    for (double d : wengert::hessian([](const auto& x) { return wengert::sum(x); }, numbers(9)).numbers())
        EXPECT_EQ(d, 0.0);
}

TEST_F(BlocksTest, WorkOverFloat) {
    using V = Reverse<float>;
    const std::vector<V> x = wengert::variables(std::vector<float>(11, 2.0F));
    const V y = sum(x) + norm2(x) * log_sum_exp(x);
    y.backward();
    EXPECT_NEAR(x[3].grad(), 1 + (2 + std::log(11.0)) / std::sqrt(11.0) + std::sqrt(44.0) / 11, 1e-6);
    wengert::clear<float>();
}

TEST_F(BlocksTest, SoftmaxSumsToOneAndItsGradientToZero) {
    const std::vector<Value> x = wengert::variables(std::vector{1.0, 800.0, 801.0, -5.0});
    const std::vector<Value> p = softmax(x);
    constexpr double within = 4 * u;
    EXPECT_NEAR(sum(p).value(), 1.0, within);
    p[2].backward();
    double total = 0.0;
    for (const Value& v : x) total += v.grad();
    EXPECT_NEAR(total, 0.0, within);
    EXPECT_NEAR(x[2].grad(), p[2].value() * (1 - p[2].value()), within);
    EXPECT_NEAR(log_softmax(x)[3].value(), -5 - 801 - std::log1p(std::exp(-1.0)), 1e-12);
    EXPECT_NEAR(x[1].grad(), -p[1].value() * p[2].value(), within);
}

TEST_F(BlocksTest, ADeadBlockPoisonsNothing) {
    const std::vector<Value> x = wengert::variables(std::vector(20, infinity));
    const Value dead = norm2(x);  // partials of NaN
    const Value y = x[0] * 2.0;
    y.backward();
    EXPECT_EQ(dead.grad(), 0.0);
    for (const Value& v : x) EXPECT_EQ(v.grad(), &v == &x[0] ? 2.0 : 0.0);
}

}  // namespace
