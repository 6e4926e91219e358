// expect: ExpressionWrapItInValue
#include <wengert/wengert.hpp>

// Write wengert::select(a > b, a * b, a + b), or wrap either side in Value(...).
wengert::Value f(const wengert::Value& a, const wengert::Value& b) { return a > b ? a * b : a + b; }
