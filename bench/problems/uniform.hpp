// Seeded numbers that are the same bits on every standard library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace bench {

/// One number in [low, high), from the generator's upper 53 bits.
inline double uniform(std::mt19937_64& generator, double low, double high) {
    return low + (high - low) * 0x1p-53 * static_cast<double>(generator() >> 11);
}

/// n numbers in [low, high).
inline std::vector<double> uniform(std::uint64_t seed, std::size_t n, double low, double high) {
    std::mt19937_64 generator(seed);
    std::vector<double> numbers(n);
    for (double& x : numbers) x = uniform(generator, low, high);
    return numbers;
}

}  // namespace bench
