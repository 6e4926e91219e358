// What somebody else's project writes: a derivative, and the version that it got.
#include <cstdio>
#include <string_view>

#include <wengert/version.hpp>
#include <wengert/wengert.hpp>

int main() {
    wengert::Value x = wengert::variable(3.0);
    wengert::Value y = x * x + 2.0 * x;
    y.backward();
    std::printf("wengert %s: d(x^2 + 2x)/dx at 3 is %g\n", WENGERT_VERSION_STRING, x.grad());
    return y.value() == 15.0 && x.grad() == 8.0 ? 0 : 1;
}
