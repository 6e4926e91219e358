// What every benchmark tells alike: whether numbers are those by hand, and by which compiler it was built.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace bench {

#ifdef __clang__
inline constexpr std::string_view compiler = __VERSION__;
#else
inline constexpr std::string_view compiler = "g++ " __VERSION__;
#endif

/// In a sentence: where numbers differ from those by hand by more than `tolerance` of the largest. Empty
/// where they do not.
inline std::string difference(std::string_view what, std::span<const double> got,
                              std::span<const double> hand, double tolerance) {
    double largest = 0.0, worst = -1.0;
    for (double number : hand) largest = std::max(largest, std::abs(number));
    std::size_t at = 0, wrong = 0;
    for (std::size_t k = 0; k < hand.size(); ++k) {
        const double distance = std::abs(got[k] - hand[k]);
        if (distance <= tolerance * largest) continue;
        ++wrong;
        const double off = std::isnan(distance) ? HUGE_VAL : distance;
        if (off > worst) worst = off, at = k;
    }
    if (wrong == 0) return {};
    return fmt::format("{} of {} {} are wrong, worst [{}]: {:.17g}, by hand {:.17g}", wrong, hand.size(),
                       what, at, got[at], hand[at]);
}

}  // namespace bench
