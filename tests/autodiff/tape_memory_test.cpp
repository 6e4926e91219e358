// The recording's size: statistics, chunks, length, and its limits.
#include "tape_support.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

namespace {

using ::testing::HasSubstr;
using wengert::Recording;
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

class TapeMemoryTest : public TapeTest {};

void limit_values(std::uint32_t n) { wengert::set_index_limit(wengert::Tape<double>::first_index - 1 + n); }

// ---- Statistics, memory ----

TEST_F(TapeMemoryTest, CountsWhatARecordingTakes) {
    const Value x = variable(2.0), y = variable(3.0);
    const Value z = x * y + sin(x);
    [[maybe_unused]] const Value t = z * z;
    auto s = wengert::statistics();
    EXPECT_EQ(s.values, 4U);
    EXPECT_EQ(s.edges, 1U + 2 + 1) << "two variables in a row; x, y, and x again in one; z twice as one";
    EXPECT_EQ(s.bytes, s.edges * 12);
    EXPECT_GE(s.held_bytes, s.bytes);
    const std::size_t peak = s.bytes;
    wengert::clear();
    s = wengert::statistics();
    EXPECT_EQ(s.values, 0U);
    EXPECT_EQ(s.edges, 0U);
    EXPECT_GE(s.peak_bytes, peak);
}

TEST_F(TapeMemoryTest, AResultTakesTwelveBytesAnArgument) {
    const Value x = variable(2.0), y = variable(3.0), z = variable(4.0), constant = 5.0;
    const auto bytes = [](const auto& f) {
        const std::size_t before = wengert::statistics().bytes;
        f();
        return wengert::statistics().bytes - before;
    };
    Value r, sum = 0.0;
    EXPECT_EQ(bytes([&] { r = x * y + sin(z) * constant; }), 36U);
    EXPECT_EQ(bytes([&] { r = tanh(r); }), 12U);
    EXPECT_EQ(bytes([&] { sum += x * y; }), 24U);
    EXPECT_EQ(bytes([&] { sum += x * z; }), 24U);
    EXPECT_EQ(bytes([&] { r = exp(r); }), 12U);
    EXPECT_EQ(bytes([&] { sum += y * z; }), 24U + 12) << "r lies between";
    EXPECT_EQ(bytes([&] { sum += constant; }), 0U);
    EXPECT_EQ(wengert::statistics().values, 3U + 3 + 1);
    wengert::backward({{sum, 1.0}, {r, 0.0}});
    EXPECT_EQ(x.grad(), 7.0);
    EXPECT_EQ(y.grad(), 6.0);
    EXPECT_EQ(z.grad(), 5.0);
}

// Written in whatever order: an argument has one edge, up to one other between its places.
TEST_F(TapeMemoryTest, AnArgumentThatComesTwiceHasOneEdge) {
    const Value x = variable(0.5), b = variable(2.0), constant = 3.0;
    const auto edges = [](const auto& f) {
        const std::size_t before = wengert::statistics().edges;
        [[maybe_unused]] const Value y = f();
        return wengert::statistics().edges - before;
    };
    EXPECT_EQ(edges([&] { return Value(x * sigmoid(x)); }), 1U);
    EXPECT_EQ(edges([&] { return Value(x * sigmoid(b * x)); }), 2U);
    EXPECT_EQ(edges([&] { return Value(x * b + b * x); }), 2U);
    EXPECT_EQ(edges([&] { return Value(x * constant + b * constant * x); }), 2U);
    const Value y = x * sigmoid(b * x);
    y.backward();
    const double s = 1 / (1 + std::exp(-1.0));
    EXPECT_NEAR(x.grad(), s + 0.5 * 2 * s * (1 - s), 1e-15);
    EXPECT_NEAR(b.grad(), 0.25 * s * (1 - s), 1e-15);
}

TEST_F(TapeMemoryTest, AFusedDotTakesEightBytesAnArgument) {
    const std::vector<Value> x = variables(std::vector<double>(1000, 1.0));
    [[maybe_unused]] const Value y = dot(x, std::vector<double>(1000, 2.0));
    EXPECT_LE(wengert::statistics().bytes, 8000U + 48);
}

TEST_F(TapeMemoryTest, EpochsThatAreUsedUpBeginAgainAndNothingIsMistaken) {
    const Value w = variable(3.0);
    const int another_tape = 0;
    constexpr std::uint32_t last_block = (std::uint32_t{1} << 31) - wengert::detail::epochs_in_block;
    while (wengert::detail::acquire_epochs(&another_tape) != last_block) {}
    for (std::uint32_t k = 0; k < 3 * wengert::detail::epochs_in_block; ++k) {
        Value gone;
        {
            const Recording<> scope;
            gone = w * w;
            gone.backward();
            ASSERT_EQ(w.grad(), 6.0) << k;
        }
        ASSERT_THROW(static_cast<void>(gone.grad()), wengert::Error) << k;
    }
}

TEST_F(TapeMemoryTest, ManyCyclesUseNoMoreMemoryThanTheFirst) {
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

TEST_F(TapeMemoryTest, TenMillionChainedOperationsDifferentiateOnTheDefaultStack) {
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

TEST_F(TapeMemoryTest, AMillionArgumentsOfOneSumDifferentiate) {
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

TEST_F(TapeMemoryTest, BlocksLargerThanAChunkLieInAChunkOfTheirOwn) {
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

TEST_F(TapeMemoryTest, EveryPlaceOfAChunksEndIsCrossedRightly) {
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

// ---- Limits ----

TEST_F(TapeMemoryTest, AnExceededIndexLimitIsAnErrorThatLeavesTheTapeUsable) {
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

TEST_F(TapeMemoryTest, TheIndexLimitHoldsToTheLastIndexHoweverValuesAreMade) {
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

TEST_F(TapeMemoryTest, AnExceededMemoryLimitIsAnErrorThatLeavesTheTapeUsable) {
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

TEST_F(TapeMemoryTest, UnderALimitedAddressSpaceALargeRecordingWorksAndALargerOneIsAnError) {
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

}  // namespace
