// The recording: marks, rewinds, sweeps, limits, misuse, threads; and random programs held to forward mode.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <optional>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <wengert/wengert.hpp>

namespace {

using ::testing::HasSubstr;
using wengert::Dual;
using wengert::Error;
using wengert::Paused;
using wengert::Recording;
using wengert::Reverse;
using wengert::Value;
using wengert::variable;
using wengert::variables;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif
#else
constexpr bool sanitized = false;
#endif

/// The sentence of the Error that f throws; empty if it throws none.
template <class F> std::string error_of(const F& f) {
    try {
        f();
    } catch (const Error& e) {
        return e.what();
    }
    return {};
}

class TapeTest : public ::testing::Test {
protected:
    void SetUp() override { wengert::clear(); }
    void TearDown() override {
        wengert::set_memory_limit(std::size_t{8} << 30);
        wengert::set_index_limit(std::numeric_limits<std::uint32_t>::max());
        wengert::clear();
    }
    /// That this thread's tape records and sweeps.
    static void expect_usable() {
        const Value x = variable(3.0);
        const Value y = x * x + sin(x);
        y.backward();
        EXPECT_DOUBLE_EQ(x.grad(), 6.0 + std::cos(3.0));
    }
};

// ---- grad() ----

TEST_F(TapeTest, GivesTheGradientOfEveryNamedValueUnasked) {
    const Value x = variable(2.0), y = variable(3.0), unused = variable(7.0);
    const Value a = x * y, b = sin(a), unrelated = exp(unused), c = a * b + b;
    const Value after = c * c;
    c.backward();
    EXPECT_DOUBLE_EQ(c.grad(), 1.0);
    EXPECT_DOUBLE_EQ(b.grad(), 7.0);
    EXPECT_DOUBLE_EQ(a.grad(), std::sin(6.0) + 7.0 * std::cos(6.0));
    EXPECT_DOUBLE_EQ(x.grad(), 3.0 * a.grad());
    EXPECT_EQ(unused.grad(), 0.0);
    EXPECT_EQ(unrelated.grad(), 0.0);
    EXPECT_EQ(after.grad(), 0.0);
    const Value later = variable(1.0);
    EXPECT_EQ(later.grad(), 0.0) << "made after the sweep";
}

TEST_F(TapeTest, EachSweepStartsFromZero) {
    const Value x = variable(2.0);
    const Value y = x * x, z = 5.0 * x;
    y.backward();
    y.backward();
    EXPECT_EQ(x.grad(), 4.0);
    z.backward(2.0);
    EXPECT_EQ(x.grad(), 10.0);
    EXPECT_EQ(y.grad(), 0.0);
    wengert::backward(y * z);  // an expression
    EXPECT_EQ(x.grad(), 3 * 5 * 4.0);
}

TEST_F(TapeTest, AddsSeveralSeededOutputs) {
    const Value x = variable(2.0), y = variable(3.0);
    const Value a = x * y, b = x + y;
    wengert::backward({{a, 1.0}, {b, 0.5}, {a, 2.0}, {Value(4.0), 9.0}, {x, 0.25}});
    EXPECT_EQ(x.grad(), 3 * 3.0 + 0.5 + 0.25);
    EXPECT_EQ(y.grad(), 3 * 2.0 + 0.5);
    EXPECT_EQ(a.grad(), 3.0);
    const std::vector<Value> outputs{a, b};
    const std::vector<double> seeds{1.0, -1.0};
    wengert::backward(std::span<const Value>(outputs), std::span<const double>(seeds));
    EXPECT_EQ(x.grad(), 2.0);
    const std::string error = error_of(
        [&] { wengert::backward(std::span<const Value>(outputs), std::span<const double>(seeds).first(1)); });
    EXPECT_THAT(error, HasSubstr("1 seeds for 2 outputs"));
}

TEST_F(TapeTest, AConstantSweepsNothing) {
    const Value x = variable(2.0), c = 3.0;
    const Value y = x * c;
    y.backward();
    c.backward();
    EXPECT_EQ(x.grad(), 0.0);
    EXPECT_EQ(y.grad(), 0.0);
    Value(0.0).backward();
    wengert::clear();
    c.backward();
}

TEST_F(TapeTest, ADeadResultWithAnInfinitePartialPoisonsNothing) {
    const Value x = variable(0.0);
    const Value dead = sqrt(x);
    const Value y = x * 2.0 + select(false, dead, x);
    y.backward();
    EXPECT_EQ(x.grad(), 3.0);
}

TEST_F(TapeTest, MeetsTheSameArgumentTwiceInOneStatement) {
    const Value x = variable(3.0), y = variable(5.0);
    const Value z = x * x + x * y * x + 2.0 * x - x;
    z.backward();
    EXPECT_EQ(x.grad(), 6 + 2 * 15.0 + 1);
    EXPECT_EQ(y.grad(), 9.0);
}

// ---- Marks ----

TEST_F(TapeTest, AValueFromBeforeAMarkStaysValid) {
    const Value x = variable(2.0);
    const Value y = x * x;
    const auto start = wengert::mark();
    double sum = 0.0;
    for (int k = 1; k <= 5; ++k) {
        const Value z = k * y + x;
        z.backward();
        sum += x.grad();
        EXPECT_EQ(y.grad(), k);
        wengert::rewind(start);
    }
    EXPECT_EQ(sum, 15 * 4.0 + 5);
    y.backward();
    EXPECT_EQ(x.grad(), 4.0);
    const Value w = x * y;
    w.backward();
    EXPECT_EQ(x.grad(), 12.0);
}

TEST_F(TapeTest, AValueFromAfterAMarkIsAnErrorOnceRewound) {
    const Value x = variable(2.0);
    const auto start = wengert::mark();
    const Value y = x * x;
    const auto inner = wengert::mark();
    y.backward();
    wengert::rewind(start);
    for (int again = 0; again < 2; ++again) {
        EXPECT_THAT(error_of([&] { static_cast<void>(y.grad()); }), HasSubstr("before rewind()"));
        EXPECT_THAT(error_of([&] { y.backward(); }), HasSubstr("rewound or cleared"));
        EXPECT_THAT(error_of([&] { wengert::backward({{x, 1.0}, {y, 1.0}}); }), HasSubstr("rewound"));
        EXPECT_THAT(error_of([&] { wengert::rewind(inner); }), HasSubstr("take a new mark()"));
        const Value in_its_place = 7.0 * x;  // takes y's index
        in_its_place.backward();
        EXPECT_EQ(x.grad(), 7.0);
    }
    wengert::clear();
    EXPECT_THAT(error_of([&] { static_cast<void>(x.grad()); }), HasSubstr("rewound or cleared"));
    EXPECT_THAT(error_of([&] { wengert::rewind(start); }), HasSubstr("mark that is not on this recording"));
    expect_usable();
}

TEST_F(TapeTest, AddingAcrossAMarkNeverExtendsWhatWasThere) {
    const Value x = variable(3.0);
    Value acc = 0.0;
    acc += x;
    const auto start = wengert::mark();
    for (int k = 0; k < 3; ++k) {
        Value grown = 1.0;
        grown += acc;
        grown += x;  // extends itself
        acc += x * x;
        acc.backward();
        EXPECT_EQ(x.grad(), 1 + 6.0);
        wengert::rewind(start);
        EXPECT_NE(error_of([&] { acc.backward(); }), "") << "acc was remade after the mark";
        acc = x;
    }
    EXPECT_EQ(wengert::statistics().values, 2U);
    x.backward();
    EXPECT_EQ(x.grad(), 1.0);
}

TEST_F(TapeTest, ASumFromBeforeAMarkIsWhatItWasAfterTheRewind) {
    const Value x = variable(3.0);
    Value acc = 0.0;
    acc += x;
    Value* const same = &acc;  // no copy is taken
    const auto start = wengert::mark();
    const Value y = x * 2.0;
    y.backward();
    wengert::rewind(start);
    *same += x * x;
    acc.backward();
    EXPECT_EQ(x.grad(), 7.0);
    wengert::rewind(start);
    EXPECT_NE(error_of([&] { acc.backward(); }), "");
}

TEST_F(TapeTest, MarksNestAndRepeat) {
    std::vector<Value> x{variable(1.0)};
    std::vector<wengert::Tape<double>::Mark> marks{wengert::mark(), wengert::mark()};
    for (int k = 0; k < 100; ++k) {
        x.push_back(x.back() * 1.5 + 1.0);
        marks.push_back(wengert::mark());
        marks.push_back(wengert::mark());
    }
    for (std::size_t k = 100; k > 0; k -= 10) {
        wengert::rewind(marks[2 * k + 1]);
        wengert::rewind(marks[2 * k]);
        EXPECT_EQ(wengert::statistics().values, k + 1);
        x[k].backward();
        EXPECT_DOUBLE_EQ(x[0].grad(), std::pow(1.5, k));
    }
}

TEST_F(TapeTest, AMarkOnAnEmptyRecordingReturnsToIt) {
    const auto bottom = wengert::mark();
    for (int k = 0; k < 3; ++k) {
        const Value x = variable(2.0);
        const Value y = x * x;
        y.backward();
        EXPECT_EQ(x.grad(), 4.0);
        wengert::rewind(bottom);
        EXPECT_EQ(wengert::statistics().values, 0U);
        EXPECT_EQ(wengert::statistics().edges, 0U);
    }
}

TEST_F(TapeTest, AMarkOnAnEmptyRecordingLeavesNoEdgeOfWhatWasClearedSince) {
    const auto bottom = wengert::mark();
    wengert::clear();
    const Value a = variable(2.0);
    const Value b = a * 10.0;
    b.backward();
    wengert::rewind(bottom);
    const Value x = variable(1.0), y = variable(1.0);  // take the indices of a and b
    const Value z = x * 3.0 + y;
    z.backward();
    EXPECT_EQ(x.grad(), 3.0);
    EXPECT_EQ(y.grad(), 1.0);
}

TEST_F(TapeTest, ARecordingRewindsWhenItsScopeEnds) {
    const Value x = variable(2.0);
    const std::size_t values = wengert::statistics().values;
    {
        const Recording<> scope;
        [[maybe_unused]] const Value y = x * x;
        EXPECT_EQ(wengert::statistics().values, values + 1);
    }
    EXPECT_EQ(wengert::statistics().values, values);
    EXPECT_THROW(
        {
            const Recording<> scope;
            [[maybe_unused]] const Value y = x * x;
            throw std::runtime_error("in the middle");
        },
        std::runtime_error);
    EXPECT_EQ(wengert::statistics().values, values);
    EXPECT_EQ(x.grad(), 0.0);
}

TEST_F(TapeTest, ARecordingThatWasClearedInsideEndsInPeace) {
    {
        const Recording<> first;
        const Value x = variable(2.0);
        const Recording<> scope;
        [[maybe_unused]] const Value y = x * x;
        wengert::clear();
        [[maybe_unused]] const Value z = variable(1.0);
    }
    expect_usable();
}

TEST_F(TapeTest, ClearKeepsTheMemoryForTheNextRecording) {
    const auto record = [] {
        const Value x = variable(1.0);
        Value y = x;
        for (int k = 0; k < 100'000; ++k) y = y * 1.0000001;
        y.backward();
    };
    record();
    const std::size_t held = wengert::statistics().held_bytes;
    EXPECT_GT(held, 100'000U * 24);
    wengert::clear();
    EXPECT_EQ(wengert::statistics().held_bytes, held);
    EXPECT_EQ(wengert::statistics().edges, 0U);
}

// ---- Pausing ----

TEST_F(TapeTest, APausedTapeRecordsNothing) {
    const Value x = variable(2.0);
    Value grown = x;
    {
        const Paused<> pause;
        const Value y = x * x;
        EXPECT_EQ(y.value(), 4.0);
        EXPECT_FALSE(y.active());
        grown += x;
        EXPECT_EQ(grown.value(), 4.0);
        EXPECT_FALSE(grown.active());
        const std::vector<Value> v{x, x};
        EXPECT_FALSE(dot(v, v).active() || sum(v).active());
        {
            const Paused<> resumed(false);
            const Value z = x * x * x;
            z.backward();
            EXPECT_EQ(x.grad(), 12.0);
        }
        EXPECT_FALSE(Value(x * 2.0).active());
        const auto start = wengert::mark();
        EXPECT_FALSE(Value(x * 2.0).active());
        wengert::rewind(start);
        EXPECT_FALSE(Value(x * 2.0).active());
        EXPECT_EQ(wengert::gradient([](const auto& t) { return t * t; }, 3.0), 6.0)
            << "a gradient asked for is given";
    }
    EXPECT_EQ(wengert::statistics().values, 2U);
    const Value after = x * x;
    after.backward();
    EXPECT_EQ(x.grad(), 4.0);
}

TEST(TapePausedTest, MayBePausedBeforeItsFirstRecording) {
    std::thread([] {
        const Paused<> pause;
        const Value x = variable(2.0);
        EXPECT_FALSE(Value(x * x).active());
        for (int k = 0; k < 100'000; ++k) static_cast<void>(variable(1.0));
        EXPECT_FALSE(Value(x * x).active());
    }).join();
}

// ---- Sweeps to a mark ----

TEST_F(TapeTest, ASweepToAMarkAddsToAnArray) {
    const std::vector<Value> w = variables(std::vector{0.5, -1.0, 2.0});
    const Value bias = variable(0.25), derived = w[0] * w[1];
    std::vector<double> gradient(5, 0.0);
    const std::array<std::array<double, 3>, 4> samples{{{1, 2, 3}, {0, 1, -1}, {2, 2, 2}, {-1, 0, 5}}};
    derived.backward();
    const double before = w[0].grad();
    double sum = 0.0, sum_x0 = 0.0;
    for (const auto& x : samples) {
        const Recording<> sample;
        const Value z = dot(w, x, bias) + derived;
        const Value loss = 0.5 * z * z;
        wengert::backward_to(sample.start(), loss, gradient, 2.0);
        EXPECT_EQ(z.grad(), 2.0 * z.value());
        sum += 2.0 * z.value();
        sum_x0 += 2.0 * z.value() * x[0];
    }
    EXPECT_DOUBLE_EQ(gradient[0], sum_x0);
    EXPECT_DOUBLE_EQ(gradient[3], sum);
    EXPECT_DOUBLE_EQ(gradient[4], sum);
    EXPECT_EQ(w[0].grad(), before) << "adjoints before the mark stay as they were";
}

TEST_F(TapeTest, ABlockOfValuesFromBothSidesOfAMarkIsSplitBySweep) {
    std::vector<Value> x = variables(std::vector<double>(10, 1.0));
    const auto start = wengert::mark();
    for (const Value& v : variables(std::vector<double>(10, 1.0))) x.push_back(v);
    std::vector<double> w(20);
    for (std::size_t k = 0; k < 20; ++k) w[k] = static_cast<double>(k + 1);
    std::vector<double> below(10, 100.0);
    const Value y = dot(x, w) + sum(std::span<const Value>(x).first(10));
    wengert::backward_to(start, y, below);
    for (std::size_t k = 0; k < 10; ++k) {
        EXPECT_EQ(below[k], 100.0 + w[k] + 1.0);
        EXPECT_EQ(x[10 + k].grad(), w[10 + k]);
    }
    wengert::backward_to(start, y, {});  // nowhere
    EXPECT_EQ(x[10].grad(), w[10]);
    EXPECT_EQ(x[0].grad(), 0.0);
}

TEST_F(TapeTest, ASweepToAMarkMaySeedValuesFromBeforeIt) {
    const Value x = variable(2.0);
    const auto start = wengert::mark();
    const Value y = x * x;
    const wengert::Tape<double>::Seed seeds[] = {{x.id(), 10.0}, {y.id(), 1.0}, {0, 5.0}};
    std::vector<double> below(1, 0.0);
    wengert::tape<double>.backward_to(start, seeds, below);
    EXPECT_EQ(below[0], 14.0);
}

TEST_F(TapeTest, ASweepToAMarkNamesWrongSizesAndMarksThatAreGone) {
    const Value x = variable(2.0);
    const auto start = wengert::mark();
    const Value y = x * x;
    std::vector<double> below(3, 0.0);
    EXPECT_THAT(error_of([&] { wengert::backward_to(start, y, below); }),
                ::testing::AllOf(HasSubstr("1 values"), HasSubstr("has 3")));
    wengert::clear();
    const Value z = variable(1.0);
    below.resize(1);
    EXPECT_THAT(error_of([&] { wengert::backward_to(start, z, below); }), HasSubstr("mark"));
    EXPECT_EQ(below[0], 0.0);
}

// ---- Statistics, memory ----

TEST_F(TapeTest, CountsWhatARecordingTakes) {
    const Value x = variable(2.0), y = variable(3.0);
    const Value z = x * y + sin(x);
    [[maybe_unused]] const Value t = z * z;
    auto s = wengert::statistics();
    EXPECT_EQ(s.values, 4U);
    EXPECT_EQ(s.edges, 2U + 1 + 1) << "x, y, x again; z twice as one";
    EXPECT_EQ(s.bytes, s.edges * 16);
    EXPECT_GE(s.held_bytes, s.bytes);
    const std::size_t peak = s.bytes;
    wengert::clear();
    s = wengert::statistics();
    EXPECT_EQ(s.values, 0U);
    EXPECT_EQ(s.edges, 0U);
    EXPECT_GE(s.peak_bytes, peak);
}

TEST_F(TapeTest, AFusedDotTakesEightBytesAnArgument) {
    const std::vector<Value> x = variables(std::vector<double>(1000, 1.0));
    [[maybe_unused]] const Value y = dot(x, std::vector<double>(1000, 2.0));
    EXPECT_EQ(wengert::statistics().edges, 500U + 2);
}

TEST_F(TapeTest, ManyCyclesUseNoMoreMemoryThanTheFirst) {
    const std::vector<Value> w = variables(std::vector<double>(3000, 0.01));
    const auto cycle = [&] {
        const Recording<> scope;
        Value x = dot(w, w);
        for (int k = 0; k < 3000; ++k) x = tanh(x * 0.9 + w[static_cast<std::size_t>(k)]);
        for (int k = 0; k < 10; ++k) {  // blocks larger than what is left of a chunk
            const Recording<> inner;
            Value y = x + dot(w, w) + norm2(w) + log_sum_exp(w);
            y += external(
                std::vector{y}, [](auto v) { return std::vector{v[0]}; },
                [](auto, auto, auto g) { return std::vector{g[0]}; })[0];
            y.backward();
        }
    };
    cycle();
    cycle();
    const std::size_t held = wengert::memory_in_use(), edges = wengert::statistics().edges;
    for (int k = 0; k < 300; ++k) cycle();
    EXPECT_EQ(wengert::memory_in_use(), held);
    EXPECT_EQ(wengert::statistics().edges, edges);
    EXPECT_EQ(wengert::statistics().values, 3000U);
}

TEST_F(TapeTest, TenMillionChainedOperationsDifferentiateOnTheDefaultStack) {
    constexpr int n = 10'000'000;
    const Value x = variable(0.25);
    Value y = x, middle;
    for (int k = 0; k < n; ++k) {
        if (k == n / 2 + 1) middle = y;
        y = 1.0 - y;
    }
    y.backward();
    EXPECT_EQ(y.value(), 0.25);
    EXPECT_EQ(x.grad(), 1.0);
    EXPECT_EQ(middle.grad(), -1.0);
    EXPECT_EQ(wengert::statistics().values, static_cast<std::size_t>(n) + 1);
    wengert::tape<double>.release();
}

TEST_F(TapeTest, AMillionArgumentsOfOneSumDifferentiate) {
    constexpr std::size_t n = 1'000'000;
    std::vector<double> numbers(n);
    for (std::size_t k = 0; k < n; ++k) numbers[k] = static_cast<double>(k % 7);
    const std::vector<Value> x = variables(numbers);
    Value acc = 0.0;
    for (const Value& v : x) acc += v * v;
    const Value y = acc + sum(x);
    y.backward();
    for (std::size_t k = 0; k < n; k += 997) ASSERT_EQ(x[k].grad(), 2 * numbers[k] + 1);
    EXPECT_EQ(x[n - 1].grad(), 2 * numbers[n - 1] + 1);
    EXPECT_EQ(acc.grad(), 1.0);
    wengert::tape<double>.release();
}

TEST_F(TapeTest, BlocksLargerThanAChunkLieInAChunkOfTheirOwn) {
    wengert::tape<double>.release();  // so that the first chunk is the smallest
    for (std::size_t n : {5'000U, 8'150U, 20'000U, 300'000U, 100U}) {
        const Recording<> scope;
        const std::vector<Value> x = variables(std::vector<double>(n, 2.0));
        const Value first = x[0] * x[1];
        std::vector<Value> sums;
        for (int k = 0; k < 4; ++k) sums.push_back(dot(x, x) * 0.5 + first);
        const Value y = sums[0] + sums[1] + sums[2] + sums[3];
        y.backward();
        EXPECT_EQ(y.value(), 8.0 * static_cast<double>(n) + 16.0);
        EXPECT_EQ(x[0].grad(), 4 * 2.0 + 4 * 2.0);
        EXPECT_EQ(x[n - 1].grad(), 8.0);
        EXPECT_EQ(first.grad(), 4.0);
    }
}

TEST_F(TapeTest, EveryPlaceOfAChunksEndIsCrossedRightly) {
    wengert::tape<double>.release();
    const Value x = variable(1.5), y = variable(-0.5);
    const std::vector<Value> v = variables(std::vector<double>(40, 0.5));
    const auto start = wengert::mark();
    for (int lead = 3700; lead < 3900; ++lead) {  // the first chunk holds 4096 edges, 256 of them spare
        Value acc = 0.0;
        for (int k = 0; k < lead; ++k) acc += x;
        const Value z = x * y + acc;
        const auto middle = wengert::mark();
        const Value d = dot(v, v, z);
        Value e = 0.0;
        e += d * x * y * v[0] * v[1] * v[2] * v[3];
        e += z;
        e.backward();
        const double product = 1.5 * -0.5 / 16;
        ASSERT_EQ(z.grad(), product + 1.0) << lead;
        ASSERT_EQ(d.grad(), product) << lead;
        ASSERT_DOUBLE_EQ(x.grad(), d.value() * -0.5 / 16 + z.grad() * (-0.5 + lead)) << lead;
        wengert::rewind(middle);
        const Value again = z * 2.0;
        again.backward();
        ASSERT_EQ(x.grad(), 2.0 * (-0.5 + lead)) << lead;
        wengert::rewind(start);
    }
}

// ---- Random programs, held to forward mode ----

class RandomProgram {
public:
    explicit RandomProgram(std::uint64_t seed) : random_(seed) { restart(); }

    void step() {
        switch (below(20)) {
            case 0:
                return take_mark();
            case 1:
                return rewind();
            case 2:
                return below(8) == 0 ? restart() : take_mark();
            case 3:
            case 4:
                return check();
            case 5:
            case 6:
            case 7:
                return add_in_place();
            case 8:
                return copy();
            case 9:
                return fuse();
            case 10:
                return check_to_mark();
            default:
                return compute();
        }
    }
    std::size_t checks() const { return checks_; }

private:
    static constexpr int n = 3;
    using D = Dual<double, n>;
    struct Slot {
        Value value;
        D forward;
        std::size_t made;  // when it was given its meaning
    };
    struct Mark {
        wengert::Tape<double>::Mark mark;
        std::size_t made, values;
        wengert::Index last;
    };

    std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }
    const Slot& any() { return slots_[below(slots_.size())]; }

    void restart() {
        for (const Slot& s : slots_) remember(s);
        wengert::clear();
        slots_.clear();
        marks_.clear();
        for (std::size_t k = 0; k < n; ++k) {
            const double x = 0.25 + 0.25 * static_cast<double>(k);
            slots_.push_back({variable(x), D::variable(x, k), ++time_});
        }
        for (std::size_t k = 0; k < n; ++k) base_[k] = slots_[k].value;
    }
    void remember(const Slot& s) {
        if (s.value.active()) stale_.push_back(s.value);
        if (stale_.size() > 50) stale_.erase(stale_.begin(), stale_.begin() + 25);
    }
    void take_mark() {
        if (marks_.size() == 12) return;
        marks_.push_back({wengert::mark(), ++time_, wengert::statistics().values,
                          wengert::detail::index_of(wengert::tape<double>.last())});
    }
    void rewind() {
        if (marks_.empty()) return;
        const std::size_t to = below(marks_.size());
        wengert::rewind(marks_[to].mark);
        const auto gone = [&](const Slot& s) { return s.made > marks_[to].made; };
        for (const Slot& s : slots_)
            if (gone(s)) remember(s);
        std::erase_if(slots_, gone);
        if (below(2) == 0) {
            marks_.erase(marks_.begin() + static_cast<std::ptrdiff_t>(to), marks_.end());
        } else {  // it may be used again
            marks_.erase(marks_.begin() + static_cast<std::ptrdiff_t>(to) + 1, marks_.end());
            marks_[to].made = ++time_;
        }
    }
    void add(const Value& v, const D& d) {
        if (slots_.size() < 60) return slots_.push_back({v, d, ++time_});
        const std::size_t k = n + below(slots_.size() - n);
        slots_[k] = {v, d, ++time_};
    }
    template <class F> void apply(const F& f) {
        const Slot a = any(), b = any();
        add(f(a.value, b.value), f(a.forward, b.forward));
    }
    void compute() {
        switch (below(6)) {
            case 0:
                return apply([](const auto& a, const auto& b) { return tame(a * b); });
            case 1:
                return apply([](const auto& a, const auto& b) { return tame(a - 0.5 * b + a * a); });
            case 2:
                return apply([](const auto& a, const auto& b) { return tame(select(a < b, a, 2.0)); });
            case 3:
                return apply([](const auto& a, const auto& b) { return tame(a / (1.0 + b * b)); });
            case 4:
                return apply([](const auto& a, const auto&) { return tame(a + detach(a)); });
            default:
                return apply([](const auto& a, const auto& b) { return tame(max(a, b) * 0.5); });
        }
    }
    template <class E> static auto tame(const E& e) { return typename E::WengertNumber(tanh(e)); }
    void add_in_place() {
        const std::size_t k = below(slots_.size());
        if (k < n) return;
        Slot& s = slots_[k];
        for (std::size_t times = 1 + below(4); times > 0; --times) {
            const Slot o = any();
            const wengert::Id before = s.value.id() & ~wengert::detail::open_bit;
            switch (below(5)) {
                case 0:
                    s.value += o.value * 0.1, s.forward += o.forward * 0.1;
                    break;
                case 1:
                    s.value -= 0.1 * o.value * s.value, s.forward -= 0.1 * o.forward * s.forward;
                    break;
                case 2:
                    s.value += 0.5, s.forward += 0.5;
                    break;
                case 3:
                    s.value += select(true, 0.25, o.value), s.forward += 0.25;
                    break;
                default:
                    s.value *= 0.5, s.forward *= 0.5;
                    break;
            }
            if ((s.value.id() & ~wengert::detail::open_bit) != before) s.made = ++time_;
        }
    }
    void copy() {
        const Slot a = any();
        slots_.size() < 60 ? slots_.push_back(a) : static_cast<void>(0);
    }
    void fuse() {
        std::vector<Value> v;
        std::vector<D> d;
        const std::size_t from = below(slots_.size());
        for (std::size_t k = from; k < slots_.size() && v.size() < 1 + from % 13; ++k) {
            v.push_back(slots_[k].value);
            d.push_back(slots_[k].forward);
        }
        const Slot bias = any();
        if (below(2) == 0)
            add(tanh(dot(v, v, bias.value)), tanh(dot(d, d, bias.forward)));
        else
            add(tanh(sum(v)) - 0.1 * log_sum_exp(v), tanh(sum(d)) - 0.1 * log_sum_exp(d));
    }
    void compare(const Slot& y, const std::array<double, n>& reverse) {
        for (std::size_t k = 0; k < n; ++k) {
            const double forward = y.forward.tangent(k);
            ASSERT_NEAR(reverse[k], forward, 1e-9 * (1.0 + std::abs(forward)));
        }
        ++checks_;
    }
    void check() {
        const Slot& y = any();
        ASSERT_NEAR(y.value.value(), y.forward.value(), 1e-12 * (1.0 + std::abs(y.forward.value())));
        y.value.backward();
        compare(y, {base_[0].grad(), base_[1].grad(), base_[2].grad()});
        for (const Value& v : stale_) ASSERT_THROW(static_cast<void>(v.grad()), Error);
        for (const Slot& s : slots_)
            if (s.value.active()) {
                ASSERT_NO_THROW(static_cast<void>(s.value.grad()));
            }
    }
    void check_to_mark() {
        if (marks_.empty()) return;
        const auto& m = marks_[below(marks_.size())];
        const Slot& y = any();
        std::vector<double> reverse;
        y.value.backward();
        for (const Slot& s : slots_) reverse.push_back(s.value.active() ? s.value.grad() : 0.0);
        any().value.backward();
        std::vector<double> before;
        for (const Slot& s : slots_) before.push_back(s.value.active() ? s.value.grad() : 0.0);
        std::vector<double> received(m.values, 0.0);
        wengert::backward_to(m.mark, y.value, received);
        for (std::size_t k = 0; k < slots_.size(); ++k) {
            const Slot& s = slots_[k];
            if (!s.value.active()) continue;
            const bool above = wengert::detail::index_of(s.value.id()) > m.last;
            ASSERT_EQ(s.value.grad(), above ? reverse[k] : before[k]);
        }
        if (m.values == n) compare(y, {received[0], received[1], received[2]});
    }

    std::mt19937_64 random_;
    std::vector<Slot> slots_;
    std::vector<Mark> marks_;
    std::vector<Value> stale_;
    std::array<Value, n> base_;
    std::size_t time_ = 0, checks_ = 0;
};

class RandomPrograms : public ::testing::TestWithParam<std::uint64_t> {};
TEST_P(RandomPrograms, DifferentiateAsForwardModeDoes) {
    RandomProgram program(GetParam());
    for (int k = 0; k < 3000; ++k) {
        program.step();
        if (HasFatalFailure()) FAIL() << "at step " << k;
    }
    EXPECT_GT(program.checks(), 200U);
    wengert::clear();
}
INSTANTIATE_TEST_SUITE_P(Seeds, RandomPrograms, ::testing::Range<std::uint64_t>(1, 21));

// ---- Limits ----

void limit_values(std::uint32_t n) {
    wengert::set_index_limit(wengert::Tape<double>::first_index - 1 + n);
}

TEST_F(TapeTest, AnExceededIndexLimitIsAnErrorThatLeavesTheTapeUsable) {
    limit_values(1000);
    wengert::clear();
    const Value x = variable(1.0);
    Value y = x;
    std::string error = error_of([&] {
        for (int k = 0; k < 2000; ++k) y = y * 1.0;
    });
    EXPECT_THAT(error, ::testing::AllOf(HasSubstr("at most 1000 values"), HasSubstr("rewind or clear()")));
    EXPECT_EQ(wengert::statistics().values, 1000U);
    y.backward();
    EXPECT_EQ(x.grad(), 1.0);
    EXPECT_NE(error_of([&] { static_cast<void>(variable(1.0)); }), "");
    EXPECT_NE(error_of([&] { static_cast<void>(dot(std::vector{x, y}, std::vector{y, x})); }), "");
    EXPECT_NE(error_of([&] {
                  static_cast<void>(external(
                      std::vector{x}, [](auto v) { return std::vector{v[0]}; },
                      [](auto, auto, auto g) { return std::vector{g[0]}; }));
              }),
              "");
    Value acc = 0.0;
    EXPECT_NE(error_of([&] { acc += x; }), "");
    EXPECT_EQ(acc.value(), 0.0) << "a statement that fails changes nothing";
    EXPECT_NE(error_of([&] { y = y * x; }), "");
    y.backward();
    EXPECT_EQ(x.grad(), 1.0);
    const auto at_the_end = wengert::mark();
    wengert::rewind(at_the_end);
    wengert::clear();
    error = error_of([&] { static_cast<void>(variables(std::vector<double>(1001))); });
    EXPECT_THAT(error, HasSubstr("1001 more"));
    const std::vector<Value> all = variables(std::vector<double>(999, 1.0));
    const Value last = dot(all, all);
    last.backward();
    EXPECT_EQ(all[998].grad(), 2.0);
    wengert::clear();
    expect_usable();
}

TEST_F(TapeTest, TheIndexLimitHoldsToTheLastIndexHoweverValuesAreMade) {
    for (std::uint32_t values : {1U, 2U, 3U, 10U, 50U}) {
        limit_values(values);
        for (std::size_t some = 0; some <= values; ++some) {
            wengert::clear();
            std::vector<Value> v = variables(std::vector<double>(some, 1.0));
            if (v.empty()) v.push_back(variable(1.0));
            const auto m = wengert::mark();
            const std::string error = error_of([&] {
                for (int k = 0; k < 100; ++k)
                    v.push_back(k % 3 == 0 ? variable(1.0) : Value(v.back() * v[0] * v[v.size() / 2]));
            });
            EXPECT_NE(error, "");
            EXPECT_EQ(wengert::statistics().values, values);
            EXPECT_EQ(v.size(), values);
            v.back().backward();
            EXPECT_EQ(v.back().grad(), 1.0);
            wengert::rewind(m);
        }
    }
}

TEST_F(TapeTest, AnExceededMemoryLimitIsAnErrorThatLeavesTheTapeUsable) {
    const Value x = variable(1.0);
    const auto start = wengert::mark();
    Value y = x;
    wengert::set_memory_limit(wengert::memory_in_use() + (std::size_t{3} << 20));
    const std::string error = error_of([&] {
        for (int k = 0; k < 10'000'000; ++k) y = y * 1.0;
    });
    EXPECT_THAT(error, ::testing::AllOf(HasSubstr("limit is " + std::to_string(wengert::memory_limit())),
                                        HasSubstr("set_memory_limit(bytes)")));
    EXPECT_LE(wengert::memory_in_use(), wengert::memory_limit());
    EXPECT_EQ(y.value(), 1.0);
    wengert::set_memory_limit(std::size_t{8} << 30);
    y.backward();  // what is recorded holds
    EXPECT_EQ(x.grad(), 1.0);
    wengert::set_memory_limit(wengert::memory_in_use());
    wengert::rewind(start);
    const Value z = 3.0 * x;
    z.backward();
    EXPECT_EQ(x.grad(), 3.0);
    EXPECT_THAT(error_of([&] {
                    const std::vector<Value> v(1'000'000, x);
                    static_cast<void>(sum(v));
                }),
                HasSubstr("limit"));
    expect_usable();
}

/// Runs f in a process of its own whose address space may grow by `bytes`; its exit status.
template <class F> int in_a_process_with(std::size_t bytes, const F& f) {
    const pid_t child = ::fork();
    if (child == 0) {
        std::size_t pages = 0;
        std::ifstream("/proc/self/statm") >> pages;
        const rlim_t all = pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) + bytes;
        const rlimit limit{all, all};
        if (::setrlimit(RLIMIT_AS, &limit) != 0) ::_exit(100);
        ::_exit(f());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + status;
}

TEST_F(TapeTest, UnderALimitedAddressSpaceALargeRecordingWorksAndALargerOneIsAnError) {
    if (sanitized) GTEST_SKIP() << "a sanitizer needs the address space for itself";
    const int status = in_a_process_with(std::size_t{512} << 20, [] {
        const auto chain = [](int n) {
            const Value x = variable(0.25);
            Value y = x;
            for (int k = 0; k < n; ++k) y = 1.0 - y;
            y.backward();
            return x.grad();
        };
        if (chain(10'000'000) != 1.0) return 1;
        wengert::clear();
        const std::string error = error_of([&] { chain(100'000'000); });
        if (error.find("system refuses") == std::string::npos) return 2;
        wengert::clear();
        if (chain(1'000'000) != 1.0) return 3;
        return 0;
    });
    EXPECT_EQ(status, 0);
}

// ---- Misuse ----

TEST_F(TapeTest, TheGradientOfAConstantIsAnErrorThatNamesTheRemedy) {
    const Value c = 3.0;
    EXPECT_THAT(error_of([&] { static_cast<void>(c.grad()); }), HasSubstr("wengert::variable(x)"));
    const Value x = variable(1.0);
    EXPECT_THAT(error_of([&] { static_cast<void>(c.grad()); }), HasSubstr("constant"));
    EXPECT_EQ(x.grad(), 0.0);
    expect_usable();
}

TEST_F(TapeTest, VariablesNamesBothSizes) {
    std::vector<Value> out(3);
    const std::vector<double> x(2);
    EXPECT_THAT(error_of([&] { variables(std::span<const double>(x), std::span<Value>(out)); }),
                ::testing::AllOf(HasSubstr("2 numbers"), HasSubstr("3 values")));
}

TEST_F(TapeTest, AnEmptyMarkIsAnError) {
    const wengert::Tape<double>::Mark none;
    EXPECT_THAT(error_of([&] { wengert::rewind(none); }), HasSubstr("mark()"));
    expect_usable();
}

// What an operation on a value says that is gone; empty where nothing is said.
template <class F> std::string stale(const F& f) {
    const Value x = variable(2.0);
    const auto start = wengert::mark();
    const Value old = x * 2.0;
    wengert::rewind(start);
    const Value other = x * 5.0;  // with the index of `old`
    const std::string error = error_of([&] { f(old, other); });
    other.backward();
    EXPECT_EQ(x.grad(), 5.0) << "the tape stays usable";
    return error;
}
TEST_F(TapeTest, AStaleOperandOfABlockOrAnExternalIsAnError) {
    EXPECT_THAT(stale([](const Value& old, const Value&) { static_cast<void>(sum(std::vector{old})); }),
                HasSubstr("rewound"));
    EXPECT_THAT(stale([](const Value& old, const Value&) {
                    static_cast<void>(external(
                        std::vector{old}, [](auto v) { return std::vector{v[0]}; },
                        [](auto, auto, auto g) { return std::vector{g[0]}; }));
                }),
                HasSubstr("rewound"));
}
#ifdef WENGERT_CHECKED
TEST_F(TapeTest, AStaleOperandIsAnErrorWhereChecked) {
    EXPECT_THAT(stale([](const Value& old, const Value& x) { static_cast<void>(Value(old * x)); }),
                HasSubstr("rewound"));
    EXPECT_THAT(stale([](const Value& old, const Value&) {
                    Value acc = 0.0;
                    acc += old;
                }),
                HasSubstr("rewound"));
    EXPECT_THAT(stale([](const Value& old, const Value& x) {
                    Value acc = old;  // a copy is no operation
                    acc += x;
                }),
                HasSubstr("rewound"));
    EXPECT_THAT(stale([](const Value& old, const Value& x) {
                    static_cast<void>(sum(std::vector{x, old}));
                }),
                HasSubstr("rewound"));
}
#endif

// ---- Threads ----

TEST(TapeThreads, OneTapeEachRunsInParallel) {
    std::vector<double> results(8);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < results.size(); ++t) {
        threads.emplace_back([&result = results[t], t] {
            for (int round = 0; round < 20; ++round) {
                const Value x = variable(0.1 * static_cast<double>(t));
                const auto start = wengert::mark();
                for (int sample = 0; sample < 20; ++sample) {
                    Value y = x;
                    for (int k = 0; k < 100; ++k) y = sin(y) + x;
                    y.backward();
                    result += x.grad();
                    wengert::rewind(start);
                }
                wengert::clear();
            }
        });
    }
    for (std::thread& t : threads) t.join();
    for (std::size_t t = 0; t < results.size(); ++t) {
        Dual<double> x(0.1 * static_cast<double>(t), 1.0), y = x;
        for (int k = 0; k < 100; ++k) y = sin(y) + x;
        EXPECT_NEAR(results[t], 400 * y.tangent(), 1e-9 * std::abs(results[t]));
    }
}

TEST(TapeThreads, ValuesOfAnotherThreadAreAnError) {
    wengert::clear();
    const Value x = variable(2.0);
    const auto here = wengert::mark();
    const Value y = x * x;
    std::thread([&] {
        for (int round = 0; round < 2; ++round) {
            EXPECT_THAT(error_of([&] { static_cast<void>(x.grad()); }), HasSubstr("another thread"));
            EXPECT_THAT(error_of([&] { y.backward(); }), HasSubstr("on the thread that made it"));
            EXPECT_THAT(error_of([&] { wengert::backward({{y, 1.0}}); }), HasSubstr("another thread"));
            EXPECT_THAT(error_of([&] { wengert::rewind(here); }), HasSubstr("another thread's"));
            if (round == 0) {  // nothing is recorded on this thread yet
                EXPECT_THAT(error_of([&] { static_cast<void>(Value(x * 2.0)); }),
                            HasSubstr("another thread"));
            }
            EXPECT_THAT(error_of([&] {
                            static_cast<void>(sum(std::vector{x}));
                        }),
                        HasSubstr("another thread"));
            const std::vector<Value> own = variables(std::vector<double>(10, 1.0));  // same indices
        }
        const Value own = variable(3.0);
        const Value z = own * own;
        z.backward();
        EXPECT_EQ(own.grad(), 6.0);
    }).join();
    y.backward();
    EXPECT_EQ(x.grad(), 4.0);
    wengert::clear();
}

TEST(TapeThreads, AMarkOfAThreadThatEndedIsAnError) {
    std::optional<wengert::Tape<double>::Mark> old;
    std::thread([&] { old = wengert::mark(); }).join();
    for (int k = 0; k < 4; ++k) {  // threads that may find their tape at the same address
        std::thread([&] {
            const Value x = variable(2.0);
            const Value y = x * x;
            EXPECT_NE(error_of([&] { wengert::rewind(*old); }), "");
            y.backward();
            EXPECT_EQ(x.grad(), 4.0);
        }).join();
    }
}

TEST(TapeThreads, MemoryGoesBackWhenAThreadEnds) {
    wengert::clear();
    [[maybe_unused]] const Value x = variable(1.0);
    const std::size_t before = wengert::memory_in_use();
    std::size_t inside = 0;
    std::thread([&] {
        const Value first = variable(1.0);
        Value y = first;
        for (int k = 0; k < 100'000; ++k) y = y * 1.0;
        y.backward();
        [[maybe_unused]] const Reverse<float> f = variable(1.0F);
        inside = wengert::memory_in_use();
    }).join();
    EXPECT_GT(inside, before + 100'000 * 24);
    EXPECT_EQ(wengert::memory_in_use(), before);
    wengert::clear();
}

TEST(TapeThreads, OneMemoryLimitHoldsForAllTogether) {
    wengert::clear();
    const Value x = variable(1.0);
    const std::size_t limit = wengert::memory_in_use() + (std::size_t{8} << 20);
    wengert::set_memory_limit(limit);
    std::atomic<int> refused{0};
    std::atomic<bool> exceeded{false};
    std::vector<std::thread> threads;
    for (int t = 0; t < 6; ++t) {
        threads.emplace_back([&] {
            for (int round = 0; round < 5; ++round) {
                const std::string error = error_of([&] {
                    const Value first = variable(1.0);
                    Value y = first;
                    for (int k = 0; k < 1'000'000; ++k) y = y * 1.0;  // 16 MB, more than the limit
                });
                refused += error.find("limit") != std::string::npos;
                if (wengert::memory_in_use() > limit) exceeded = true;
                wengert::clear();
            }
        });
    }
    for (std::thread& t : threads) t.join();
    EXPECT_EQ(refused, 30);
    EXPECT_FALSE(exceeded);
    wengert::set_memory_limit(std::size_t{8} << 30);
    const Value y = x * x;
    y.backward();
    EXPECT_EQ(x.grad(), 2.0);
    wengert::clear();
}

}  // namespace
