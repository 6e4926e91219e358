#include <iostream>
#include <wengert/wengert.hpp>

int main() {
    wengert::Value x = wengert::variable(2.0), y = wengert::variable(-3.0);
    wengert::Value product = x * y;
    wengert::Value z = tanh(product + 6.5) + square(x);
    z.backward();
    std::cout << "z = " << z << ", dz/dx = " << x.grad() << ", dz/dy = " << y.grad()
              << ", dz/d(xy) = " << product.grad() << '\n';
}
