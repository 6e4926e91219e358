#include <wengert/nn/lecture.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <string>
#include <utility>

#include <wengert/nn/loss.hpp>
#include <wengert/nn/optimiser.hpp>
#include <wengert/nn/random.hpp>

#include "recorded_network.hpp"

namespace wengert::nn {
namespace {

using Numbers = std::vector<double>;

Numbers copied(std::span<const double> numbers) { return {numbers.begin(), numbers.end()}; }

double error_of(const Mlp<double>& model, const Loss& loss, const Exercise& e) {
    const Numbers yhat = model.predict(e.x);
    return loss(std::span<const double>(yhat), Target{.values = e.y});
}

// What reaches the first layer has passed through all others. Where E is no number, that is told later.
bool has_something_to_work_out(const Exercise& e) {
    constexpr double rounding = 1e-12;
    const std::vector<LayerStep> layers = by_autodiff(e).layers;
    for (const LayerStep& s : layers)
        for (const double z : s.z)
            if (std::abs(z) < rounding) return false;
    const LayerStep& first = layers.front();
    for (std::size_t i = 0; i < first.a.size(); ++i)
        if (!(std::abs(first.dE_da[i] * first.da_dz[i]) < rounding)) return true;
    return false;
}

}  // namespace

Exercise lecture_exercise() {
    Exercise e{Mlp<double>({2, 2, 2}, activation("sigmoid"), activation("sigmoid"), Bias::shared),
               {0.1, 0.5},
               {0.05, 0.95},
               0.6};
    const Numbers w1_b1_w2_b2{0.1, 0.3, 0.2, 0.4, 0.25, 0.5, 0.6, 0.7, 0.8, 0.35};
    e.model.set_parameters(w1_b1_w2_b2);
    return e;
}

Exercise drawn_exercise(const std::vector<std::size_t>& widths, const Activation& hidden,
                        const Activation& output, std::uint64_t seed, const Numbers& x, const Numbers& y) {
    Exercise e{Mlp<double>(widths, hidden, output, Bias::shared), x, y, 0.6};
    Random random(seed);
    // From 1 to n, in units of 1 / per: the double nearest to the decimal.
    const auto drawn = [&](std::uint64_t n, double per) {
        return static_cast<double>(random.below(n) + 1) / per;
    };
    for (int draws = 0; draws < 10'000; ++draws) {
        for (double& p : e.model.parameters()) {
            const double size = drawn(20, 20);
            p = random.below(2) == 0 ? size : -size;
        }
        Numbers drawn_x, drawn_y;  // whether they are given or not: one leaves the other as it was
        for (std::size_t k = 0; k < e.model.inputs(); ++k) drawn_x.push_back(drawn(10, 10));
        for (std::size_t k = 0; k < e.model.outputs(); ++k) drawn_y.push_back(drawn(19, 20));
        if (x.empty()) e.x = drawn_x;
        if (y.empty()) e.y = drawn_y;
        if (has_something_to_work_out(e)) return e;
    }
    fail(
        "no weights were found with which the error reaches every layer: choose fewer layers, or another "
        "activation or x");
}

void check_sizes(const Exercise& e) {
    check_count("the exercise", "inputs x", e.x.size(), e.model.inputs());
    check_count("the exercise", "targets y", e.y.size(), e.model.outputs());
}

// ---- By autodiff ----

WorkedStep by_autodiff(const Exercise& e) {
    check_sizes(e);
    const Loss loss = nn::loss("squared");
    const Paused<> records(false);
    const Recording<> scope;
    WorkedStep step;

    // Forward, with a name for every z and a.
    const RecordedNetwork network = record(e.model, e.x);
    const std::vector<RecordedLayer>& layers = network.layers;
    const Value E = loss(std::span<const Value>(layers.back().a), Target{.values = e.y});

    // Backward: one sweep, and every derivative of E is there.
    backward_to(scope.start(), E, {});
    step.E = E.value();
    for (std::size_t l = 0; l < layers.size(); ++l) {
        const RecordedLayer& n = layers[l];
        LayerStep& s = step.layers.emplace_back();
        s.z = plain(n.z), s.a = plain(n.a);
        s.dE_da = grads(n.a);
        const auto g = [&](auto z) {
            e.model.layers()[l].activation(std::span(&z, 1));
            return z;
        };
        for (const double z : s.z) s.da_dz.push_back(derivative(g, z));
        s.dE_dW = grads(n.weights), s.dE_db = grads(n.biases);
    }

    // The step of gradient descent, then with the old biases.
    Mlp<double> stepped = e.model;
    GradientDescent{.rate = e.rate}.step(stepped.parameters(), grads(network.parameters));
    step.E_after = error_of(stepped, loss, e);
    for (std::size_t l = 0; l < layers.size(); ++l) {
        const Layer& layer = e.model.layers()[l];
        const auto own = stepped.parameters(l);
        const auto biases = own.subspan(layer.weights());
        step.layers[l].W = copied(own.first(layer.weights()));
        step.layers[l].b = copied(biases);
        std::ranges::copy(plain(layers[l].biases), biases.begin());
    }
    step.E_after_weights = error_of(stepped, loss, e);
    return step;
}

std::vector<double> errors_by_step(const Exercise& exercise, std::size_t steps) {
    Exercise e = exercise;
    check_sizes(e);
    Numbers errors{error_of(e.model, nn::loss("squared"), e)};
    const auto expect_finite = [&] {
        if (std::isfinite(errors.back())) return;
        if (errors.size() == 1) fail("E is not finite before the first step: choose smaller numbers");
        fail("E is not finite after step " + std::to_string(errors.size() - 1) +
             ": choose a smaller learning rate");
    };
    expect_finite();
    while (errors.size() <= steps) {
        const WorkedStep step = by_autodiff(e);
        Numbers stepped;
        for (const LayerStep& s : step.layers) {
            stepped.insert(stepped.end(), s.W.begin(), s.W.end());
            stepped.insert(stepped.end(), s.b.begin(), s.b.end());
        }
        e.model.set_parameters(stepped);
        errors.push_back(step.E_after);
        expect_finite();
    }
    return errors;
}

LayerCheck check_backward(const Exercise& e, const WorkedStep& by_hand) {
    std::vector<LayerGradients> gradients;
    for (const LayerStep& s : by_hand.layers) {
        Numbers delta = s.dE_da;
        for (std::size_t i = 0; i < delta.size(); ++i) delta[i] *= s.da_dz[i];
        gradients.push_back({.delta = std::move(delta), .dW = s.dE_dW, .db = s.dE_db});
    }
    return check_layers(e.model, nn::loss("squared"), e.x, {.values = e.y}, gradients);
}

// ---- Side by side ----

bool Figure::agrees() const {
    return std::abs(autodiff - chain_rule) <= 1e-12 * std::max(1.0, std::abs(chain_rule));
}

std::vector<Figure> worked_figures(const Exercise& e) {
    const WorkedStep a = by_autodiff(e), c = by_chain_rule(e);
    std::vector<Figure> all;
    const std::size_t depth = a.layers.size();
    const auto add = [&](Quantity q, std::size_t l, Numbers LayerStep::*numbers) {
        const Layer& layer = e.model.layers()[l - 1];
        const Numbers &by_a = a.layers[l - 1].*numbers, &by_c = c.layers[l - 1].*numbers;
        const bool matrix = q == Quantity::W || q == Quantity::dE_dW;
        const bool bias = q == Quantity::b || q == Quantity::dE_db;
        for (std::size_t k = 0; k < by_a.size(); ++k) {
            const std::size_t i = matrix                               ? k / layer.inputs + 1
                                  : bias && layer.bias == Bias::shared ? 0
                                                                       : k + 1;
            all.push_back({q, l, i, matrix ? k % layer.inputs + 1 : 0, by_a[k], by_c[k]});
        }
    };
    for (std::size_t l = 1; l <= depth; ++l) {
        add(Quantity::z, l, &LayerStep::z);
        add(Quantity::a, l, &LayerStep::a);
    }
    all.push_back({Quantity::E, 0, 0, 0, a.E, c.E});
    for (std::size_t l = depth; l >= 1; --l) {
        add(Quantity::dE_da, l, &LayerStep::dE_da);
        add(Quantity::da_dz, l, &LayerStep::da_dz);
        add(Quantity::dE_dW, l, &LayerStep::dE_dW);
        add(Quantity::dE_db, l, &LayerStep::dE_db);
    }
    for (std::size_t l = depth; l >= 1; --l) {
        add(Quantity::W, l, &LayerStep::W);
        add(Quantity::b, l, &LayerStep::b);
    }
    all.push_back({Quantity::E_after, 0, 0, 0, a.E_after, c.E_after});
    all.push_back({Quantity::E_after_weights, 0, 0, 0, a.E_after_weights, c.E_after_weights});
    return all;
}

bool PrintedFigure::prints(const Figure& f) const {
    return quantity == f.quantity && layer == f.layer && i == f.i && j == f.j;
}
bool PrintedFigure::agrees(double exact) const {
    return std::abs(std::strtod(std::string(text).c_str(), nullptr) - exact) < 1e-5;
}

std::span<const PrintedFigure> printed_by_the_lecture() {
    static constexpr PrintedFigure printed[] = {
        {Quantity::z, 1, 1, 0, "0.41"},
        {Quantity::z, 1, 2, 0, "0.47"},
        {Quantity::a, 1, 1, 0, "0.60108"},
        {Quantity::a, 1, 2, 0, "0.61538"},
        {Quantity::z, 2, 1, 0, "1.019768"},
        {Quantity::z, 2, 2, 0, "1.26306"},
        {Quantity::a, 2, 1, 0, "0.73492"},
        {Quantity::a, 2, 2, 0, "0.77955"},
        {Quantity::E, 0, 0, 0, "0.24908"},
        {Quantity::dE_da, 2, 1, 0, "-0.68492", true},  // its next pages use +0.68492
        {Quantity::dE_da, 2, 2, 0, "-0.17044"},
        {Quantity::da_dz, 2, 1, 0, "0.19480"},
        {Quantity::da_dz, 2, 1, 0, "0.1980", true},  // in the product for dE/dw_11
        {Quantity::da_dz, 2, 2, 0, "0.17184"},
        {Quantity::dE_dW, 2, 1, 1, "0.0802"},
        {Quantity::dE_dW, 2, 1, 2, "0.08211"},
        {Quantity::dE_dW, 2, 2, 1, "-0.01760"},
        {Quantity::W, 2, 1, 1, "0.45188"},
        {Quantity::W, 2, 1, 2, "0.55073"},
        {Quantity::W, 2, 2, 1, "0.71056"},
    };
    return printed;
}

}  // namespace wengert::nn
