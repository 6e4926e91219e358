// The one kind of error that wengert throws, and the assertion for its own bugs.
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

/// What `WENGERT_ASSERT` calls: prints the broken condition with its place and aborts.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace wengert

/// For what only a bug in wengert itself can break; misuse by a caller is an Error. Compiled out with NDEBUG.
#ifdef NDEBUG
#define WENGERT_ASSERT(condition) static_cast<void>(0)
#else
#define WENGERT_ASSERT(condition) \
    ((condition) ? static_cast<void>(0) : ::wengert::assertion_failed(#condition, __FILE__, __LINE__))
#endif
