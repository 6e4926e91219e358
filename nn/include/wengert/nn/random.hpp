// Seeded numbers. The standard fixes the bits of its engines but not those of its distributions, so the
// distributions are stated here: a seed gives the same bits on every standard library and instruction set.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>

#include <wengert/error.hpp>

namespace wengert::nn {

/// A counter stepped by 2^64 / golden ratio, then mixed: every seed, 0 included, starts a good stream of
/// period 2^64. Spreads one word of seed over Random's four. Source: G. Steele, D. Lea, C. Flood, "Fast
/// splittable pseudorandom number generators" (2014); the constants are those of S. Vigna's splitmix64, in
/// the public domain.
class SplitMix64 {
public:
    using result_type = std::uint64_t;

    explicit constexpr SplitMix64(std::uint64_t seed) : state_(seed) {}

    static constexpr std::uint64_t min() { return 0; }
    static constexpr std::uint64_t max() { return std::numeric_limits<std::uint64_t>::max(); }

    constexpr std::uint64_t operator()() {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31);
    }

    friend constexpr bool operator==(const SplitMix64&, const SplitMix64&) = default;

private:
    std::uint64_t state_;
};

/// The generator of everything random in wengert::nn: xoshiro256**, period 2^256 - 1. A value: a copy goes on
/// with the same numbers, and state() is all there is to save. Models std::uniform_random_bit_generator.
/// One generator serves one thread at a time.
/// Source: D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators" (2021), xoshiro256**, in
/// the public domain.
///
///     Random random(seed);
///     for (double& w : weights) w = random.uniform(-0.5, 0.5);
///     random.shuffle(std::span(order));
class Random {
public:
    using result_type = std::uint64_t;
    using State = std::array<std::uint64_t, 4>;

    /// Starts the stream of this seed; the four words are SplitMix64's first four, as the authors advise.
    explicit constexpr Random(std::uint64_t seed) : state_{} {
        SplitMix64 words(seed);
        for (std::uint64_t& word : state_) word = words();
    }

    /// Goes on where a generator with this state() stood. Throws Error for four zeros, which stay zeros for
    /// ever.
    explicit Random(const State& state) : state_(state) {
        if (state == State{})
            fail("Random: a state of four zeros gives only zeros; give a state that state() returned");
    }

    const State& state() const { return state_; }

    static constexpr std::uint64_t min() { return 0; }
    static constexpr std::uint64_t max() { return std::numeric_limits<std::uint64_t>::max(); }

    /// The next 64 bits.
    constexpr std::uint64_t operator()() {
        const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
        const std::uint64_t shifted = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = std::rotl(state_[3], 45);
        return result;
    }

    /// A multiple of 2^-53 in [0, 1), each equally likely: the upper 53 bits of one step.
    constexpr double uniform() { return 0x1p-53 * static_cast<double>((*this)() >> 11); }

    /// low + (high - low) uniform(), in [low, high); low itself where the two are equal. Throws Error unless
    /// low <= high and high - low is finite. The fma is spelled out, so that no compiler chooses whether
    /// there is one; rounding to `high` itself is turned back.
    double uniform(double low, double high) {
        const double width = high - low;
        if (!(width >= 0.0 && width <= std::numeric_limits<double>::max())) {
            fail("uniform(" + std::to_string(low) + ", " + std::to_string(high) +
                 "): give low <= high with a finite difference");
        }
        const double x = std::fma(width, uniform(), low);
        return x < high || width == 0.0 ? x : std::nextafter(high, low);
    }

    /// Standard normal: mean 0, variance 1. The polar method: (u, v) uniform in the unit disc, s = u^2 + v^2,
    /// u sqrt(-2 log(s) / s). The pair's other number is dropped, so that the state stays four words. The
    /// bits are those of the C library's log. Cost: 2.55 steps on average, one log, one sqrt. Source: G.
    /// Marsaglia, T. A. Bray, "A convenient method for generating normal variables" (1964).
    double normal() {
        double u, s;
        do {
            u = 2.0 * uniform() - 1.0;  // exact, as is 2 uniform(): contracted or not
            const double v = 2.0 * uniform() - 1.0;
            s = std::fma(u, u, v * v);
        } while (s >= 1.0 || s == 0.0);
        return u * std::sqrt(-2.0 * std::log(s) / s);
    }

    /// An integer in [0, n), each equally likely: as many bits as n - 1 has, drawn until they are below n (at
    /// most two draws on average). Throws Error for n = 0.
    std::uint64_t below(std::uint64_t n) {
        if (n == 0) fail("below(0): there is no integer in [0, 0); give n >= 1");
        const int unused = std::countl_zero((n - 1) | 1U);
        std::uint64_t drawn;
        do drawn = (*this)() >> unused;
        while (drawn >= n);
        return drawn;
    }

    /// Puts the items in a random order, each order equally likely (as far as 256 bits of state tell them
    /// apart). Source: R. Durstenfeld, "Algorithm 235: random permutation" (1964).
    template <class T> void shuffle(std::span<T> items) {
        for (std::size_t left = items.size(); left > 1; --left) {
            using std::swap;
            swap(items[left - 1], items[static_cast<std::size_t>(below(left))]);
        }
    }

    friend constexpr bool operator==(const Random&, const Random&) = default;

private:
    State state_;
};

}  // namespace wengert::nn
