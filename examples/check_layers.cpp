// A backward pass written by hand, with three classic mistakes in turn: in which layer is it, and what is it?
//
// The lecture's network, 2-2-2 with sigmoid neurons that share one bias a layer, and its sample. By hand:
//     delta_i[2] = (yhat_i - y_i) s'(z_i[2])     delta_j[1] = s'(z_j[1]) sum_i w_ij[2] delta_i[2]
//     dE/dw_ij[l] = delta_i[l] a_j[l-1]          dE/db[l] = sum_i delta_i[l]
#include <wengert/nn/layer_check.hpp>
#include <wengert/nn/lecture.hpp>

#include <array>
#include <cmath>
#include <iostream>
#include <span>
#include <string_view>
#include <vector>

using namespace wengert::nn;

namespace {

enum class Slip { none, derivative_at_a, bias_not_summed, not_transposed };

double s(double z) { return 1 / (1 + std::exp(-z)); }
double slope(double z) { return s(z) * (1 - s(z)); }

// One layer: what follows from its delta and the layer below.
LayerGradients gradients(const std::array<double, 2>& delta, std::span<const double> below, Slip slip) {
    return {.delta = {delta[0], delta[1]},
            .dW = {delta[0] * below[0], delta[0] * below[1], delta[1] * below[0], delta[1] * below[1]},
            .db = {slip == Slip::bias_not_summed ? delta[0] : delta[0] + delta[1]}};
}

std::vector<LayerGradients> by_hand(const Exercise& e, Slip slip) {
    const auto w = e.model.parameters();  // w_11 w_12 w_21 w_22 b of layer 1, then of layer 2
    const auto v = w.subspan(5);
    std::array<double, 2> z1, a, z2, yhat, delta2, delta1;
    for (std::size_t i = 0; i < 2; ++i) {
        z1[i] = w[2 * i] * e.x[0] + w[2 * i + 1] * e.x[1] + w[4];
        a[i] = s(z1[i]);
    }
    for (std::size_t i = 0; i < 2; ++i) {
        z2[i] = v[2 * i] * a[0] + v[2 * i + 1] * a[1] + v[4];
        yhat[i] = s(z2[i]);
        delta2[i] = (yhat[i] - e.y[i]) * slope(slip == Slip::derivative_at_a ? yhat[i] : z2[i]);
    }
    for (std::size_t j = 0; j < 2; ++j) {
        const double sum = slip == Slip::not_transposed ? v[2 * j] * delta2[0] + v[2 * j + 1] * delta2[1]
                                                        : v[j] * delta2[0] + v[2 + j] * delta2[1];
        delta1[j] = sum * slope(slip == Slip::derivative_at_a ? a[j] : z1[j]);
    }
    const Slip of_layer_2 = slip == Slip::bias_not_summed ? slip : Slip::none;
    return {gradients(delta1, e.x, Slip::none), gradients(delta2, a, of_layer_2)};
}

}  // namespace

int main() {
    const Exercise e = lecture_exercise();
    const auto check = [&](Slip slip) {
        return check_layers(e.model, loss("squared"), e.x, {.values = e.y}, by_hand(e, slip));
    };
    struct Case {
        Slip slip;
        std::string_view title;
        std::size_t mistakes;
    };
    constexpr Case cases[] = {
        {Slip::none, "As derived", 0},
        {Slip::derivative_at_a, "\nWith s'(a) for s'(z), in both layers", 2},
        {Slip::bias_not_summed, "\nWith the shared bias of layer 2 not summed over its neurons", 1},
        {Slip::not_transposed, "\nWith W[2] delta[2] for its transpose times delta[2]", 1},
    };
    bool as_expected = true;
    for (const Case& c : cases) {
        const LayerCheck found = check(c.slip);
        std::cout << c.title << "\n\n" << found;
        const std::vector<QuantityCheck> mistakes = found.mistakes();
        as_expected = as_expected && mistakes.size() == c.mistakes;
        for (const QuantityCheck& m : mistakes) as_expected = as_expected && !m.reason.empty();
    }
    return as_expected ? 0 : 1;
}
