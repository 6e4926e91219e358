// expect: for second derivatives forward and vjp must both be templates
#include <cmath>
#include <span>
#include <vector>

#include <wengert/wengert.hpp>

auto f() {
    const auto forward = [](std::span<const double> x) { return std::vector{std::sqrt(x[0])}; };
    const auto vjp = [](std::span<const double>, std::span<const double> y, std::span<const double> w) {
        return std::vector{w[0] / (2 * y[0])};
    };
    return wengert::hessian([&](const auto& x) { return wengert::external(x, forward, vjp)[0]; },
                            std::vector{2.0});
}
