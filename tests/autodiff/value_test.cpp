// A Value where generic code expects a number: in containers, algorithms, templates, and whatever C++ makes
// of a name.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstdint>
#include <iomanip>
#include <limits>
#include <map>
#include <numeric>
#include <sstream>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <wengert/wengert.hpp>

namespace {

using wengert::Dual;
using wengert::Reverse;
using wengert::Value;
using wengert::variable;

static_assert(wengert::Scalar<Value> && wengert::Scalar<Dual<double>> && wengert::Scalar<Reverse<float>>);
static_assert(wengert::Scalar<Reverse<Dual<double>>> && wengert::Scalar<Reverse<Value>>);
static_assert(wengert::Scalar<Dual<Value>> && wengert::Scalar<Dual<Value, 3>>);
static_assert(std::regular<Value> && std::totally_ordered<Value> && std::swappable<Value>);
static_assert(sizeof(Value) == 16);
static_assert(!std::convertible_to<Value, double>, "a number would lose its derivatives in silence");
static_assert(std::same_as<wengert::PlainOf<Dual<Reverse<float>>>, float>);

class ValueTest : public ::testing::Test {
protected:
    void SetUp() override { wengert::clear(); }
    void TearDown() override { wengert::clear(); }
};

// ---- A drop-in for double ----

TEST_F(ValueTest, IsTheConstantZeroByDefault) {
    const Value x;
    EXPECT_EQ(x.value(), 0.0);
    EXPECT_FALSE(x.active());
    EXPECT_EQ(wengert::statistics().values, 0U);
}

TEST_F(ValueTest, ComesFromEveryArithmeticType) {
    const Value values[] = {1, 1U, 1L, std::int8_t{1}, std::uint64_t{1}, true, 1.0F, 1.0, 1.0L};
    for (const Value& x : values) {
        EXPECT_EQ(x.value(), 1.0);
        EXPECT_FALSE(x.active());
    }
    Value assigned = variable(3.0);
    assigned = 7;
    EXPECT_EQ(assigned.value(), 7.0);
    EXPECT_FALSE(assigned.active());
}

TEST_F(ValueTest, MixesWithPlainNumbersOnEitherSide) {
    const Value x = variable(3.0);
    const Value y = 2 * x - x / 4 + 1.5F - (7U - x) + 1.0L;
    EXPECT_EQ(y.value(), 6 - 0.75 + 1.5 - 4 + 1);
    y.backward();
    EXPECT_EQ(x.grad(), 2 - 0.25 + 1);
}

TEST_F(ValueTest, AssignsCompoundlyByValuesNumbersAndExpressions) {
    const Value a = variable(2.0), b = variable(3.0);
    Value x = a;
    x += b;      // a + b
    x *= a;      // a^2 + ab
    x -= a * b;  // a^2
    x /= 4.0;
    x += 1;
    x *= 2;
    x -= 0.5F;
    EXPECT_EQ(x.value(), 2 * (1 + 1.0) - 0.5);
    x.backward();
    EXPECT_EQ(a.grad(), 2.0);
    EXPECT_EQ(b.grad(), 0.0);
}

TEST_F(ValueTest, ComparesByItsNumberWithValuesNumbersAndExpressions) {
    const Value x = variable(2.0), y = variable(2.0), z = 3.0;
    EXPECT_TRUE(x == y && x != z && x < z && z > x && x <= y && x >= y);
    EXPECT_TRUE(x == 2 && 2.0 == x && x != 3.0F && 3 > x && x <= 2U && x * y == 4.0 && x * y > x + 1.0);
    EXPECT_FALSE(x < y || x > y);
    const Value nan = std::nan("");
    EXPECT_FALSE(nan == nan || nan < x || nan > x || nan <= x || nan >= x);
    EXPECT_TRUE(nan != nan);
}

TEST_F(ValueTest, PrintsAsTheStreamPrintsDouble) {
    std::ostringstream out;
    const Value x = variable(1.0 / 3);
    out << std::setprecision(3) << x << ' ' << std::scientific << x * 3.0 << ' ' << Dual<Value>(0.25);
    EXPECT_EQ(out.str(), "0.333 1.000e+00 2.500e-01");
}

template <class N> void has_the_limits_of_its_plain_type() {
    using Plain = std::numeric_limits<wengert::PlainOf<N>>;
    using Limits = std::numeric_limits<N>;
    EXPECT_TRUE(Limits::is_specialized && Limits::is_iec559);
    EXPECT_EQ(Limits::digits10, Plain::digits10);
    EXPECT_TRUE(Limits::max() == Plain::max() && Limits::min() == Plain::min());
    EXPECT_TRUE(Limits::lowest() == Plain::lowest() && Limits::epsilon() == Plain::epsilon());
    EXPECT_TRUE(Limits::infinity() == Plain::infinity() && isnan(Limits::quiet_NaN()));
    static_assert(std::same_as<decltype(Limits::max()), N>);
}
TEST_F(ValueTest, HasNumericLimits) {
    has_the_limits_of_its_plain_type<Value>();
    has_the_limits_of_its_plain_type<Reverse<float>>();
    has_the_limits_of_its_plain_type<Dual<double>>();
    has_the_limits_of_its_plain_type<Dual<Value, 3>>();
    has_the_limits_of_its_plain_type<Reverse<Value>>();
    EXPECT_TRUE(std::numeric_limits<const Value>::is_specialized);
}

struct Ordered {
    Value a;
    auto operator<=>(const Ordered&) const = default;  // NOLINT(modernize-use-nullptr): the 0 is not ours
};
template <class T> T counted(const T& x) {
    T sum = 0, t = 1;
    sum += t++ * x;
    ++t;
    while (static_cast<bool>(t)) {
        sum += x;
        if (t > 1)
            --t;
        else
            t--;
    }
    return sum;
}
TEST_F(ValueTest, CountsTestsOrdersAndIsReadAsADouble) {
    const Value x = variable(2.0), y = counted(x);
    y.backward();
    EXPECT_EQ(y.value(), counted(2.0));
    EXPECT_EQ(x.grad(), 4.0);
    EXPECT_TRUE(Ordered{1.0} < Ordered{2.0} && Ordered{x} == Ordered{2.0});
    EXPECT_EQ(x <=> std::numeric_limits<double>::quiet_NaN(), std::partial_ordering::unordered);
    Value read = x;
    std::istringstream in("3.5 none");
    in >> read;
    EXPECT_EQ(read.value(), 3.5);
    EXPECT_FALSE(read.active());
    in >> read;
    EXPECT_TRUE(in.fail());
    EXPECT_EQ(read.value(), 3.5);
}

TEST_F(ValueTest, IsClassifiedAsItsNumber) {
    const Value x = variable(-2.0), nan = std::nan(""), inf = HUGE_VAL, tiny = 5e-324;
    EXPECT_TRUE(isfinite(x) && signbit(x) && isnormal(x) && !isnan(x) && !isinf(x));
    EXPECT_TRUE(isnan(nan) && isinf(inf) && !isfinite(inf) && !isnormal(tiny));
    EXPECT_TRUE(signbit(x * 1.0) && isinf(x * inf) && isnan(nan + x));
}

TEST_F(ValueTest, SwapsWithItsDerivatives) {
    Value x = variable(2.0), y = variable(3.0);
    Value a = x * y, b = x + y;
    std::swap(a, b);
    std::ranges::swap(x, y);
    a.backward();
    EXPECT_EQ(a.value(), 5.0);
    EXPECT_EQ(x.grad(), 1.0);
    b.backward();
    EXPECT_EQ(x.value(), 3.0);
    EXPECT_EQ(x.grad(), 2.0);  // x and y changed places
    EXPECT_EQ(y.grad(), 3.0);
}

TEST_F(ValueTest, SortsAndKeepsDerivativesWithTheirNumbers) {
    const std::vector<Value> x = wengert::variables(std::vector{3.0, 1.0, 2.0});
    std::vector<Value> sorted = x;
    std::sort(sorted.begin(), sorted.end());
    const Value y = 1.0 * sorted[0] + 10.0 * sorted[1] + 100.0 * sorted[2];
    EXPECT_EQ(y.value(), 321.0);
    y.backward();
    EXPECT_EQ(x[0].grad(), 100.0);
    EXPECT_EQ(x[1].grad(), 1.0);
    EXPECT_EQ(x[2].grad(), 10.0);
    EXPECT_EQ(*std::max_element(x.begin(), x.end()), 3.0);
    std::map<Value, int> order{{x[0], 3}, {x[1], 1}};
    EXPECT_EQ(order.begin()->second, 1);
}

TEST_F(ValueTest, AccumulatesAndMultipliesThroughTheStandardAlgorithms) {
    const std::vector<Value> x = wengert::variables(std::vector{1.0, 2.0, 3.0, 4.0});
    const std::array<double, 4> w{2, 3, 5, 7};
    const Value sum = std::accumulate(x.begin(), x.end(), Value(0.0));
    sum.backward();
    for (const Value& v : x) EXPECT_EQ(v.grad(), 1.0);

    const Value product = std::accumulate(x.begin(), x.end(), Value(1.0), std::multiplies<>());
    product.backward();
    for (const Value& v : x) EXPECT_EQ(v.grad(), 24.0 / v.value());

    const Value inner = std::inner_product(x.begin(), x.end(), w.begin(), Value(0.0));
    inner.backward();
    for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(x[k].grad(), w[k]);

    const Value square = std::inner_product(x.begin(), x.end(), x.begin(), Value(0.0));
    square.backward();
    for (const Value& v : x) EXPECT_EQ(v.grad(), 2 * v.value());

    std::vector<Value> running(4);
    std::partial_sum(x.begin(), x.end(), running.begin());
    Value total = 0.0;
    for (const Value& r : running) total += r;
    total.backward();
    for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(x[k].grad(), static_cast<double>(4 - k));
    EXPECT_EQ(running[3].grad(), 1.0);
}

template <class T> struct Point {
    T x{}, y{};
    T norm() const { return sqrt(x * x + y * y); }
};
TEST_F(ValueTest, LivesInContainersAndStructs) {
    std::vector<Value> grown;
    const Value x = variable(3.0);
    for (int k = 1; k <= 100; ++k) grown.push_back(x * k);  // moves at each growth
    Value sum = 0.0;
    for (const Value& v : grown) sum += v;
    sum.backward();
    EXPECT_EQ(x.grad(), 5050.0);
    EXPECT_EQ(grown[17].grad(), 1.0);

    const Point<Value> p{variable(3.0), variable(4.0)};
    const Point<Value> copy = p;
    copy.norm().backward();
    EXPECT_DOUBLE_EQ(p.x.grad(), 0.6);
    EXPECT_DOUBLE_EQ(p.y.grad(), 0.8);

    std::array<Value, 3> zeros{};
    for (const Value& z : zeros) EXPECT_TRUE(z == 0.0 && !z.active());
}

// ---- Names ----

template <class T> T written_for_double(const T& x) {
    using std::exp, std::sin, std::pow, std::max, std::abs, std::isfinite;
    const T a = exp(sin(x)) + pow(x, 3) + pow(2.0, x);
    return isfinite(a) ? T(max(a, T(1.0)) * abs(x)) : T(0.0);
}
TEST_F(ValueTest, EntersATemplateThatUsesTheStandardNames) {
    const Value x = variable(0.7);
    const Value y = written_for_double(x);
    EXPECT_EQ(y.value(), written_for_double(0.7));
    y.backward();
    const Dual<double> d = written_for_double(Dual<double>(0.7, 1.0));
    EXPECT_DOUBLE_EQ(x.grad(), d.tangent());
}

TEST_F(ValueTest, LetsWengertsNamesTakePlainNumbers) {
    const auto f = [](const auto& x) {
        return wengert::exp(x) + wengert::max(x, 1.0) + wengert::pow(x, 2) + wengert::select(true, x, 0);
    };
    EXPECT_EQ(f(0.5), std::exp(0.5) + 1.0 + 0.25 + 0.5);
    EXPECT_EQ(Value(f(Value(0.5))).value(), f(0.5));
    EXPECT_EQ(wengert::exp(1), std::exp(1.0));
}

TEST_F(ValueTest, FindsMaxOfAValueAndAnExpressionWithoutStd) {
    const Value a = variable(2.0), b = variable(3.0), c = variable(5.0);
    const Value y = max(c, a * b) + min(c, a * b);
    y.backward();
    EXPECT_EQ(y.value(), 11.0);
    EXPECT_EQ(a.grad(), 3.0);
    EXPECT_EQ(c.grad(), 1.0);
    const Value z = a > b ? Value(a * b) : Value(c);
    z.backward();
    EXPECT_EQ(c.grad(), 1.0);
}

// ---- Expressions that outlive their statement ----

auto product_of_locals(const Value& x) {
    const Value local = x * 2.0;
    const Value other = x + 1.0;
    return local * other;  // an expression of locals that are gone when it is used
}

TEST_F(ValueTest, KeepsExpressionsThatOutliveTheirOperands) {
    const Value x = variable(3.0);
    const auto e = product_of_locals(x);
    const auto f = product_of_locals(x) + e * 2.0;
    std::vector<double> clutter(100, 1.0);
    EXPECT_EQ(e.value(), 24.0);
    const Value y = f;
    EXPECT_EQ(y.value(), 72.0);
    y.backward();
    EXPECT_EQ(x.grad(), 3 * (4 * 3.0 + 2));
}

TEST_F(ValueTest, MayUseAnExpressionSeveralTimes) {
    const Value x = variable(0.5), y = variable(1.5);
    const auto e = x * y;
    const auto g = sin(e) + e;
    const Value first = g, second = g * e;
    first.backward();
    EXPECT_DOUBLE_EQ(x.grad(), (std::cos(0.75) + 1) * 1.5);
    second.backward();
    EXPECT_DOUBLE_EQ(x.grad(), 1.5 * ((std::cos(0.75) + 1) * 0.75 + std::sin(0.75) + 0.75));
}

TEST_F(ValueTest, AnExpressionKeepsTheOperandsThatItSaw) {
    Value acc = variable(2.0);
    const Value x = variable(5.0), start = acc;
    acc += x;                // 7
    const auto e = acc * x;  // 35
    acc += x;                // e is still about 7
    acc = 0.0;
    const Value y = e;
    EXPECT_EQ(y.value(), 35.0);
    y.backward();
    EXPECT_EQ(x.grad(), 5.0 + 7.0);
    EXPECT_EQ(start.grad(), 5.0);
}

// ---- In place, aliased, about itself ----

TEST_F(ValueTest, AddsAnExpressionOfItselfToItself) {
    const Value x = variable(3.0);
    Value acc = variable(2.0);
    const Value start = acc;
    acc += acc * x;  // 2 + 6
    acc += acc;      // 16
    acc -= sin(acc) * 0.0 + acc / 2.0;
    EXPECT_EQ(acc.value(), 8.0);
    acc.backward();
    EXPECT_EQ(start.grad(), 4.0);
    EXPECT_EQ(x.grad(), 2.0);
    acc *= acc;
    acc.backward();
    EXPECT_EQ(start.grad(), 2 * 8 * 4.0);
    const Value& same = acc;
    acc = same;
    acc -= same;
    acc.backward();
    EXPECT_EQ(start.grad(), 0.0);
    EXPECT_EQ(acc.value(), 0.0);
}

TEST_F(ValueTest, ACopyTakenBeforePlusEqualsStaysWhatItWas) {
    const Value x = variable(3.0);
    Value acc = 0.0;
    acc += x;
    const Value before = acc;
    acc += x * x;
    const Value middle = acc;
    acc += x * x * x;
    before.backward();
    EXPECT_EQ(x.grad(), 1.0);
    middle.backward();
    EXPECT_EQ(x.grad(), 7.0);
    acc.backward();
    EXPECT_EQ(x.grad(), 34.0);
    EXPECT_EQ(before.grad(), 1.0);
    EXPECT_EQ(middle.grad(), 1.0);
}

TEST_F(ValueTest, AReferenceSeesWhatIsAdded) {
    const Value x = variable(3.0);
    Value acc = x;
    Value& alias = acc;
    alias += x;
    acc += alias * x;
    alias *= acc;
    acc.backward();  // (2x + 2x^2)^2
    EXPECT_EQ(acc.value(), 24.0 * 24.0);
    EXPECT_EQ(x.grad(), 2 * 24 * (2 + 4 * 3.0));
}

TEST_F(ValueTest, ReadingASumInTheMiddleSplitsIt) {
    const Value x = variable(2.0);
    Value acc = 0.0, sum_of_squares = 0.0;
    for (int k = 0; k < 5; ++k) {
        acc += x;
        sum_of_squares += acc * acc;  // reads acc, which then must not grow
    }
    sum_of_squares.backward();  // sum (k x)^2
    EXPECT_EQ(sum_of_squares.value(), 4.0 * 55);
    EXPECT_EQ(x.grad(), 2 * 2.0 * 55);
}

TEST_F(ValueTest, TwoSumsMayGrowInTurn) {
    const Value x = variable(2.0), y = variable(3.0);
    Value a = 0.0, b = 0.0;
    for (int k = 1; k <= 10; ++k) {
        a += k * x;
        b += k * y;
        a -= y;
    }
    const std::size_t values = wengert::statistics().values;
    EXPECT_EQ(values, 4U) << "each sum is one result";
    const Value c = a * b;
    c.backward();
    EXPECT_EQ(x.grad(), 55 * b.value());
    EXPECT_EQ(y.grad(), 55 * a.value() - 10 * b.value());
}

TEST_F(ValueTest, ASumGrownAfterASweepIsSweptWhole) {
    const Value x = variable(2.0);
    Value acc = 0.0;
    acc += 3.0 * x;
    acc.backward();
    EXPECT_EQ(x.grad(), 3.0);
    acc += x;
    acc.backward();
    EXPECT_EQ(x.grad(), 4.0);
}

TEST_F(ValueTest, AddingToAVariableLeavesTheVariable) {
    Value x = variable(2.0);
    const Value start = x;
    x += start * start;
    x.backward();
    EXPECT_EQ(start.grad(), 5.0);
    EXPECT_EQ(x.grad(), 1.0);
}

TEST_F(ValueTest, AddingAConstantKeepsTheDerivative) {
    Value x = variable(2.0);
    const Value start = x;
    for (int k = 0; k < 10; ++k) x += 1.0;
    x -= Value(3.0);
    EXPECT_EQ(x.value(), 9.0);
    x.backward();
    EXPECT_EQ(start.grad(), 1.0);
    EXPECT_EQ(wengert::statistics().values, 1U);
}

TEST_F(ValueTest, InPlaceLoopsEqualTheSameLoopsWrittenOut) {
    const auto in_place = [](const auto& x) {
        auto s = x[0];
        for (int k = 0; k < 20; ++k) {
            s *= 0.9;
            s += x[1] * s;
            s -= s * s * 0.1;
            s /= 1.0 + x[0] * x[0];
        }
        return s;
    };
    const auto written_out = [](const auto& x) {
        auto s = x[0];
        for (int k = 0; k < 20; ++k) {
            s = s * 0.9;
            s = s + x[1] * s;
            s = s - s * s * 0.1;
            s = s / (1.0 + x[0] * x[0]);
        }
        return s;
    };
    const std::array at{0.3, 0.2};
    const auto a = wengert::value_and_gradient(in_place, at),
               b = wengert::value_and_gradient(written_out, at);
    EXPECT_EQ(a.value, b.value);
    EXPECT_EQ(a.value, in_place(at));
    for (std::size_t k = 0; k < 2; ++k) EXPECT_DOUBLE_EQ(a.gradient[k], b.gradient[k]);
}

// ---- Constants, detach ----

TEST_F(ValueTest, ConstantsRecordNothing) {
    const Value a = 2.0, b = 3.0;
    Value c = sin(a * b) + exp(a) - max(a, b);
    c += a;
    c *= b;
    EXPECT_FALSE(c.active());
    EXPECT_EQ(wengert::statistics().values, 0U);
    EXPECT_EQ(wengert::statistics().edges, 0U);
}

TEST_F(ValueTest, AFlatFunctionGivesAConstant) {
    const Value x = variable(2.5);
    const std::size_t before = wengert::statistics().edges;
    const Value y = floor(x);
    EXPECT_FALSE(y.active());
    const Value z = floor(x) * x;
    z.backward();
    EXPECT_EQ(x.grad(), 2.0);
    EXPECT_EQ(wengert::statistics().edges, before + 1);
}

TEST_F(ValueTest, DetachLetsNothingPass) {
    const Value x = variable(3.0);
    const Value y = detach(x) * x + detach(x * x);
    y.backward();
    EXPECT_EQ(y.value(), 18.0);
    EXPECT_EQ(x.grad(), 3.0);
    EXPECT_EQ(wengert::detach(2.0), 2.0);
    const Dual<double> d = detach(Dual<double>(3.0, 1.0)) * 2.0;
    EXPECT_EQ(d.tangent(), 0.0);
}

TEST_F(ValueTest, ChosenConstantHasNoDerivative) {
    const Value x = variable(3.0);
    const Value y = select(true, 2.0, x);  // active, though nothing flows
    y.backward();
    EXPECT_EQ(x.grad(), 0.0);
    EXPECT_EQ(y.grad(), 1.0);
    Value acc = 1.0;
    acc += select(true, 2.0, x);
    acc += select(false, 2.0, x);
    acc.backward();
    EXPECT_EQ(acc.value(), 6.0);
    EXPECT_EQ(x.grad(), 1.0);
}

TEST_F(ValueTest, ABranchNotTakenPoisonsNothing) {
    const Value x = variable(0.0);
    const Value y = select(x > 0.0, log(x), x * 2.0) + max(x - 1.0, 1.0 / (x + 1.0));
    y.backward();
    EXPECT_EQ(x.grad(), 2.0 - 1.0);
    const Value dead = 1.0 / x;  // an infinite partial that leads nowhere
    const Value z = 0.0 * dead.value() == 0.0 ? Value(dead * x) : Value(x * 3.0);
    z.backward();
    EXPECT_EQ(x.grad(), 3.0);
}

}  // namespace
