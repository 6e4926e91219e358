// The recording: what a sweep gives, marks, pauses, and what is said of misuse.
#include "tape_support.hpp"

#include <array>
#include <cmath>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using ::testing::HasSubstr;
using wengert::Paused;
using wengert::Recording;
using wengert::Value;
using wengert::variable;
using wengert::variables;

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
        Value moved = x;
        moved += 1.0;
        EXPECT_EQ(moved.value(), 3.0);
        EXPECT_FALSE(moved.active());
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
    const auto before = wengert::statistics();
    std::string error = error_of([&] { f(old, other); });
    if (!error.empty()) {
        EXPECT_EQ(wengert::statistics().values, before.values);
        EXPECT_EQ(wengert::statistics().edges, before.edges);
    }
    other.backward();
    EXPECT_EQ(x.grad(), 5.0) << "the tape stays usable";
    return error;
}
TEST_F(TapeTest, AStaleOperandOfABlockOrAnExternalIsAnError) {
    EXPECT_THAT(stale([](const Value& old, const Value&) { static_cast<void>(sum(std::vector{old})); }),
                HasSubstr("rewound"));
    const auto beside = [](const auto& block) {  // in the middle of others, which do not lie in order
        return stale([&](const Value& old, const Value& x) { block(std::vector{x, old, x}); });
    };
    EXPECT_THAT(beside([](const auto& x) { static_cast<void>(norm2(x)); }), HasSubstr("rewound"));
    EXPECT_THAT(beside([](const auto& x) { static_cast<void>(dot(std::vector(3, 2.0), x)); }),
                HasSubstr("rewound"));
    EXPECT_THAT(stale([](const Value& old, const Value& x) {
                    static_cast<void>(dot(std::vector{x}, std::vector{x}, old));
                }),
                HasSubstr("rewound"));
    EXPECT_THAT(
        stale([](const Value& old, const Value& x) {
            std::vector<Value> out(2);
            affine(std::vector(4, 1.0), std::vector{x, x}, std::vector{x, old}, std::span<Value>(out));
        }),
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

}  // namespace
