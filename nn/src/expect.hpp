// Numbers and exceptions in sentences, and constants that must make sense.
#pragma once

#include <charconv>
#include <cmath>
#include <exception>
#include <string>

#include <wengert/error.hpp>

namespace wengert::nn {

/// The shortest text that gives the number back.
inline std::string to_text(double x) {
    if (std::isnan(x)) return "nan";  // without a sign
    char digits[32];
    return {digits, std::to_chars(digits, digits + sizeof digits, x).ptr};
}

/// Of the exception that is being handled.
inline std::string text_of_exception() {
    try {
        throw;
    } catch (const std::exception& e) {
        return e.what();
    } catch (...) {
        return "an exception that is no std::exception";
    }
}

/// Throws Error "<sentence>, it was <x>" unless x is finite and ok.
inline void expect(bool ok, const std::string& sentence, double x) {
    if (!ok || !std::isfinite(x)) fail(sentence + ", it was " + to_text(x));
}

}  // namespace wengert::nn
