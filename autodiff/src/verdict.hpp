// What follows from the three parties' numbers for one derivative.
#pragma once

#include <wengert/gradient_report.hpp>

#include <limits>
#include <string>

#include "referee.hpp"

namespace wengert::detail {

struct Evidence {
    bool with_autodiff, with_hand;
    double autodiff = std::numeric_limits<double>::quiet_NaN(), hand = autodiff;
    double noise = 0;                // how far autodiff and hand may lie apart by rounding
    double hand_noise = 0;           // how far the hand may be off
    double lowest = 0, highest = 0;  // autodiff, over inputs moved by 2 units in the last place
    Slope referee{std::numeric_limits<Real>::quiet_NaN(), std::numeric_limits<Real>::infinity()};
    bool referee_looked = false;
    bool confirmed = false;  // autodiff was, along random directions
    bool undefined = false;  // f itself is NaN
};

struct Judged {
    Verdict verdict;
    std::string reason;
    double absolute, relative, ulps, tolerance;
};

/// The rules, as check_gradient's documentation states them.
Judged judge(const Evidence& evidence);

}  // namespace wengert::detail
