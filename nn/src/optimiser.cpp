#include <wengert/nn/optimiser.hpp>

#include <algorithm>
#include <cmath>

#include <wengert/nn/layer.hpp>

#include "expect.hpp"
#include "named.hpp"

namespace wengert::nn {
namespace {

template <class O> constexpr auto with_rate = [](double rate) {
    O optimiser;
    optimiser.rate = rate;
    return Optimiser(optimiser);
};
constexpr Named<Optimiser (*)(double)> known[] = {
    {"gradient_descent", with_rate<GradientDescent>},
    {"momentum", with_rate<Momentum>},
    {"nesterov", with_rate<Nesterov>},
    {"rmsprop", with_rate<RmsProp>},
    {"adam", with_rate<Adam>},
    {"adamw", with_rate<AdamW>},
};

// A number of its own for each parameter, from the first step on.
void need_state(const char* where, std::vector<double>& state, std::size_t parameters) {
    if (state.empty()) state.resize(parameters);
    check_count(where, "parameters, as it has begun with,", parameters, state.size());
}

void check_share(const char* what, double share) { expect(share >= 0 && share < 1, what, share); }
void check_epsilon(double epsilon) {
    expect(epsilon > 0, "an optimiser's epsilon is a positive number", epsilon);
}

void check_own(const GradientDescent&) {}
void check_own(const Momentum& o) { check_share("a momentum is at least 0 and below 1", o.momentum); }
void check_own(const Nesterov& o) { check_share("a momentum is at least 0 and below 1", o.momentum); }
void check_own(const RmsProp& o) {
    check_share("RmsProp's decay is at least 0 and below 1", o.decay);
    check_epsilon(o.epsilon);
}
void check_own(const Adam& o) {
    check_share("beta1 is at least 0 and below 1", o.beta1);
    check_share("beta2 is at least 0 and below 1", o.beta2);
    check_epsilon(o.epsilon);
}
void check_own(const AdamW& o) {
    check_own(static_cast<const Adam&>(o));
    expect(o.decay >= 0, "AdamW's decay is a number of at least 0", o.decay);
}

}  // namespace

void GradientDescent::step(std::span<double> parameters, std::span<const double> gradient) {
    check_count("GradientDescent::step", "numbers in the gradient", gradient.size(), parameters.size());
    for (std::size_t k = 0; k < parameters.size(); ++k) parameters[k] -= rate * gradient[k];
}

void Momentum::step(std::span<double> parameters, std::span<const double> gradient) {
    check_count("Momentum::step", "numbers in the gradient", gradient.size(), parameters.size());
    need_state("Momentum::step", v, parameters.size());
    for (std::size_t k = 0; k < parameters.size(); ++k) {
        v[k] = momentum * v[k] + gradient[k];
        parameters[k] -= rate * v[k];
    }
}

void Nesterov::step(std::span<double> parameters, std::span<const double> gradient) {
    check_count("Nesterov::step", "numbers in the gradient", gradient.size(), parameters.size());
    need_state("Nesterov::step", v, parameters.size());
    for (std::size_t k = 0; k < parameters.size(); ++k) {
        v[k] = momentum * v[k] + gradient[k];
        parameters[k] -= rate * (gradient[k] + momentum * v[k]);
    }
}

void RmsProp::step(std::span<double> parameters, std::span<const double> gradient) {
    check_count("RmsProp::step", "numbers in the gradient", gradient.size(), parameters.size());
    need_state("RmsProp::step", v, parameters.size());
    for (std::size_t k = 0; k < parameters.size(); ++k) {
        v[k] = decay * v[k] + (1 - decay) * gradient[k] * gradient[k];
        parameters[k] -= rate * gradient[k] / (std::sqrt(v[k]) + epsilon);
    }
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

void AdamW::step(std::span<double> parameters, std::span<const double> gradient) {
    const std::vector<double> before(parameters.begin(), parameters.end());
    Adam::step(parameters, gradient);
    for (std::size_t k = 0; k < parameters.size(); ++k) parameters[k] -= rate * decay * before[k];
}

void step(Optimiser& optimiser, std::span<double> parameters, std::span<const double> gradient) {
    std::visit([&](auto& o) { o.step(parameters, gradient); }, optimiser);
}
double rate_of(const Optimiser& optimiser) {
    return std::visit([](const auto& o) { return o.rate; }, optimiser);
}
void set_rate(Optimiser& optimiser, double rate) {
    std::visit([rate](auto& o) { o.rate = rate; }, optimiser);
}

Optimiser optimiser(std::string_view name, double rate) {
    Optimiser result = find(known, "optimiser", name).function(rate);
    check(result);
    return result;
}
std::vector<std::string> optimiser_names() { return names_of(known); }

void check(const Optimiser& optimiser) {
    const double rate = rate_of(optimiser);
    expect(rate > 0, "a learning rate is a positive number", rate);
    std::visit([](const auto& o) { check_own(o); }, optimiser);
}

double clip_norm(std::span<double> gradient, double most) {
    expect(most > 0, "a gradient is clipped to a norm above 0", most);
    // Of shares of the largest, whose squares neither overflow nor vanish.
    double largest = 0, squares = 0;
    for (const double g : gradient) largest = std::max(largest, std::abs(g));
    if (largest == 0) return 0;
    for (const double g : gradient) squares += (g / largest) * (g / largest);
    const double length = std::sqrt(squares);
    if (length > most / largest)
        for (double& g : gradient) g *= most / largest / length;
    return largest * length;
}
void clip_value(std::span<double> gradient, double most) {
    expect(most > 0, "a gradient is clipped to numbers above 0", most);
    for (double& g : gradient) g = std::clamp(g, -most, most);
}

}  // namespace wengert::nn
