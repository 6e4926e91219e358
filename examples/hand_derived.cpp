// A gradient derived by hand, with a mistake in one component: which one, and whom to believe?
//
// The loss of one example under logistic regression with weight decay,
//     L(w, b) = log(1 + exp(-y (w . x + b))) + lambda / 2 |w|^2,
// has the gradient, with s = 1 / (1 + exp(y (w . x + b))),
//     dL/dw_i = -y s x_i + lambda w_i        dL/db = -y s.
// Whoever wrote it down below forgot the weight decay of w_1.
#include <wengert/wengert.hpp>

#include <cmath>
#include <iostream>
#include <vector>

namespace {

const std::vector<double> x{0.5, -2.0, 1.5};
constexpr double y = 1, lambda = 0.1;

}  // namespace

int main() {
    const auto loss = [](const auto& p) {  // p holds w_0, w_1, w_2, b
        const auto margin = y * (p[0] * x[0] + p[1] * x[1] + p[2] * x[2] + p[3]);
        return log1p(exp(-margin)) + 0.5 * lambda * (p[0] * p[0] + p[1] * p[1] + p[2] * p[2]);
    };
    const auto by_hand = [](const std::vector<double>& p) {
        const double s = 1 / (1 + std::exp(y * (p[0] * x[0] + p[1] * x[1] + p[2] * x[2] + p[3])));
        return std::vector<double>{-y * s * x[0] + lambda * p[0],  //
                                   -y * s * x[1],                  //
                                   -y * s * x[2] + lambda * p[2],  //
                                   -y * s};
    };
    const auto corrected = [&](const std::vector<double>& p) {
        std::vector<double> g = by_hand(p);
        g[1] += lambda * p[1];
        return g;
    };

    const std::vector<double> at{0.3, -0.2, 0.8, 0.1};
    const wengert::GradientReport first = wengert::check_gradient(loss, at, by_hand);
    std::cout << first << "\nWith the forgotten term, at 20 random points:\n";
    const wengert::Box anywhere(std::vector<double>(4, -2.0), std::vector<double>(4, 2.0), 20, 1);
    const wengert::GradientReport second = wengert::check_gradient(loss, anywhere, corrected);
    std::cout << second;

    const bool found = !first.ok() && first[1].verdict == wengert::Verdict::differs && second.ok();
    return found ? 0 : 1;
}
