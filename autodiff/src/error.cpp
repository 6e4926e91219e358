#include <wengert/error.hpp>

#include <cstdio>
#include <cstdlib>

namespace wengert {

void fail(const std::string& message) { throw Error(message); }

void assertion_failed(const char* condition, const char* file, int line) noexcept {
    std::fprintf(stderr, "%s:%d: a bug in wengert: %s does not hold\n", file, line, condition);
    std::abort();
}

}  // namespace wengert
