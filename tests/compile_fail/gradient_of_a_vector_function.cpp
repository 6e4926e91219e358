// expect: gradient is of a function that returns one number
#include <array>
#include <tuple>

#include <wengert/wengert.hpp>

auto f() {
    return wengert::gradient(
        [](const auto& x) {
            return std::tuple{x[0] * x[1], x[0]};
        },
        std::array{1.0, 2.0});
}
