// The one kind of error that wengert throws.
#pragma once

#include <stdexcept>
#include <string>

namespace wengert {

/// Thrown for every misuse and every bad input. `what()` is a sentence that names the value, the place and
/// the remedy. NaN and infinity are values, not errors.
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Throws Error(message). Out of line, so that a check costs its caller one comparison and one jump.
[[noreturn]] void fail(const std::string& message);

}  // namespace wengert
