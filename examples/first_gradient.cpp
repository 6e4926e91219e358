// The smallest whole use: compute with Values, sweep backwards, read the derivatives.
#include <iostream>

#include <wengert/wengert.hpp>

int main() {
    using wengert::Value;
    const Value x = wengert::variable(2.0), y = wengert::variable(0.5);
    const Value product = x * y;
    const Value z = exp(-product) + sin(x) * product;

    z.backward();
    std::cout << "z = exp(-x y) + sin(x) x y at x = " << x << ", y = " << y << '\n'
              << "  z              " << z << '\n'
              << "  dz/dx          " << x.grad() << '\n'
              << "  dz/dy          " << y.grad() << '\n'
              << "  dz/d(x y)      " << product.grad() << "   (any named Value has its own)\n";
}
