#include <wengert/error.hpp>

namespace wengert {

void fail(const std::string& message) { throw Error(message); }

}  // namespace wengert
