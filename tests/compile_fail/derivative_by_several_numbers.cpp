// expect: derivative is of a function of one number
#include <array>

#include <wengert/wengert.hpp>

auto f() {
    return wengert::derivative([](const auto& x) { return x[0] * x[1]; }, std::array{1.0, 2.0});
}
