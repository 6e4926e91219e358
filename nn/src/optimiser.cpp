#include <wengert/nn/optimiser.hpp>

#include <cmath>

#include <wengert/nn/layer.hpp>

namespace wengert::nn {

void GradientDescent::step(std::span<double> parameters, std::span<const double> gradient) {
    for (std::size_t k = 0; k < parameters.size(); ++k) parameters[k] -= rate * gradient[k];
}

void Adam::step(std::span<double> parameters, std::span<const double> gradient) {
    m.resize(parameters.size());
    v.resize(parameters.size());
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
    check_count("an optimiser's step", "numbers in the gradient", gradient.size(), parameters.size());
    std::visit([&](auto& o) { o.step(parameters, gradient); }, optimiser);
}

Optimiser optimiser(std::string_view name, double rate) {
    if (!(rate > 0) || !std::isfinite(rate))
        fail("a learning rate is a positive number, it was " + std::to_string(rate));
    if (name == "gradient_descent") return GradientDescent{.rate = rate};
    if (name == "adam") return Adam{.rate = rate};
    unknown_name("optimiser", name, optimiser_names());
}

std::vector<std::string> optimiser_names() { return {"gradient_descent", "adam"}; }

}  // namespace wengert::nn
