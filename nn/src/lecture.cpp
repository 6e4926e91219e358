#include <wengert/nn/lecture.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <string>

#include <wengert/nn/loss.hpp>
#include <wengert/nn/optimiser.hpp>

namespace wengert::nn {
namespace {

using Numbers = std::vector<double>;

Numbers grads(std::span<const Value> values) {
    Numbers result;
    for (const Value& v : values) result.push_back(v.grad());
    return result;
}
Numbers plain(std::span<const Value> values) {
    Numbers result;
    for (const Value& v : values) result.push_back(v.value());
    return result;
}
Numbers copied(std::span<const double> numbers) { return {numbers.begin(), numbers.end()}; }

double error_of(const Mlp<double>& model, const Loss& loss, const Exercise& e) {
    const Numbers yhat = model.predict(e.x);
    return loss(std::span<const double>(yhat), Target{.values = e.y});
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

    // Forward, as Mlp does it, but with a name for every z and a.
    std::vector<Value> parameters(e.model.parameters().size());
    variables(e.model.parameters(), std::span<Value>(parameters));
    struct Named {
        std::span<const Value> weights, biases;
        std::vector<Value> z, a;
    };
    std::vector<Named> layers;
    std::span<const Value> left = parameters;
    for (const Layer& layer : e.model.layers()) {
        Named n{left.first(layer.weights()),
                left.subspan(layer.weights(), layer.biases()),
                std::vector<Value>(layer.outputs),
                {}};
        if (layers.empty())
            affine(n.weights, e.x, n.biases, std::span<Value>(n.z));
        else
            affine(n.weights, layers.back().a, n.biases, std::span<Value>(n.z));
        n.a = n.z;
        layer.activation(std::span<Value>(n.a));
        layers.push_back(std::move(n));
        left = left.subspan(layer.parameters());
    }
    const Value E = loss(std::span<const Value>(layers.back().a), Target{.values = e.y});

    // Backward: one sweep, and every derivative of E is there.
    backward_to(scope.start(), E, {});
    step.E = E.value();
    for (std::size_t l = 0; l < layers.size(); ++l) {
        const Named& n = layers[l];
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
    GradientDescent{.rate = e.rate}.step(stepped.parameters(), grads(parameters));
    step.E_after = error_of(stepped, loss, e);
    for (std::size_t l = 0; l < layers.size(); ++l) {
        const Layer& layer = e.model.layers()[l];
        const auto own = stepped.parameters().subspan(e.model.first_parameter(l), layer.parameters());
        const auto biases = own.subspan(layer.weights());
        step.layers[l].W = copied(own.first(layer.weights()));
        step.layers[l].b = copied(biases);
        std::ranges::copy(plain(layers[l].biases), biases.begin());
    }
    step.E_after_weights = error_of(stepped, loss, e);
    return step;
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
