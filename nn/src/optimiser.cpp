#include <wengert/nn/optimiser.hpp>

#include <cmath>

#include <wengert/nn/layer.hpp>

#include "named.hpp"

namespace wengert::nn {
namespace {

constexpr Named<Optimiser (*)(double)> known[] = {
    {"gradient_descent", [](double rate) { return Optimiser(GradientDescent{.rate = rate}); }},
    {"adam", [](double rate) { return Optimiser(Adam{.rate = rate}); }},
};

}  // namespace

void GradientDescent::step(std::span<double> parameters, std::span<const double> gradient) {
    check_count("GradientDescent::step", "numbers in the gradient", gradient.size(), parameters.size());
    for (std::size_t k = 0; k < parameters.size(); ++k) parameters[k] -= rate * gradient[k];
}

void Adam::step(std::span<double> parameters, std::span<const double> gradient) {
    check_count("Adam::step", "numbers in the gradient", gradient.size(), parameters.size());
    if (m.empty() && v.empty()) {
        m.resize(parameters.size());
        v.resize(parameters.size());
    }
    check_count("Adam::step, which goes on with the moments of its first model,", "parameters",
                parameters.size(), m.size());
    check_count("Adam::step", "second moments, as there are first ones,", v.size(), m.size());
    ++steps;
    const double t = static_cast<double>(steps);
    const double m_scale = 1 / (1 - std::pow(beta1, t)), v_scale = 1 / (1 - std::pow(beta2, t));
    for (std::size_t k = 0; k < parameters.size(); ++k) {
        m[k] = beta1 * m[k] + (1 - beta1) * gradient[k];
        v[k] = beta2 * v[k] + (1 - beta2) * gradient[k] * gradient[k];
        parameters[k] -= rate * (m[k] * m_scale) / (std::sqrt(v[k] * v_scale) + epsilon);
    }
}

void step(Optimiser& optimiser, std::span<double> parameters, std::span<const double> gradient) {
    std::visit([&](auto& o) { o.step(parameters, gradient); }, optimiser);
}

Optimiser optimiser(std::string_view name, double rate) {
    Optimiser result = find(known, "optimiser", name).function(rate);
    check_rate(result);
    return result;
}
std::vector<std::string> optimiser_names() { return names_of(known); }

void check_rate(const Optimiser& optimiser) {
    const double rate = std::visit([](const auto& o) { return o.rate; }, optimiser);
    if (!(rate > 0) || !std::isfinite(rate))
        fail("a learning rate is a positive number, it was " + std::to_string(rate));
}

}  // namespace wengert::nn
