// expect: ExpressionWrapItInValue
#include <cmath>

#include <wengert/wengert.hpp>

// Write exp(x * y), with `using std::exp;` where x may be a double.
wengert::Value f(const wengert::Value& x, const wengert::Value& y) { return std::exp(x * y); }
