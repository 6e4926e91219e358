// expect: ExpressionWrapItInValue
#include <algorithm>

#include <wengert/wengert.hpp>

// Write max(c, a * b): found by its argument.
wengert::Value f(const wengert::Value& a, const wengert::Value& b, const wengert::Value& c) {
    return std::max(c, a * b);
}
