// Constants that must make sense.
#pragma once

#include <charconv>
#include <cmath>
#include <string>

#include <wengert/error.hpp>

namespace wengert::nn {

/// Throws Error "<sentence>, it was <x>" unless x is finite and ok.
inline void expect(bool ok, const std::string& sentence, double x) {
    if (ok && std::isfinite(x)) return;
    char digits[32];
    fail(sentence + ", it was " + std::string(digits, std::to_chars(digits, digits + sizeof digits, x).ptr));
}

}  // namespace wengert::nn
