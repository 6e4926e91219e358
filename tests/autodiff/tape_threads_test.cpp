// One tape per thread: in parallel, apart, and given back.
#include "tape_support.hpp"

#include <atomic>
#include <cmath>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

using ::testing::HasSubstr;
using wengert::Dual;
using wengert::Reverse;
using wengert::Value;
using wengert::variable;
using wengert::variables;

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
            EXPECT_THAT(error_of([&] { static_cast<void>(sum(std::vector{x})); }),
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
    EXPECT_GT(inside, before + std::size_t{100'000} * 24);
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
