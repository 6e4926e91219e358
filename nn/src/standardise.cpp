#include <wengert/nn/standardise.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include <wengert/error.hpp>

namespace wengert::nn {
namespace {

void check_width(const Standardiser& s, std::size_t width) {
    if (s.means.size() != width || s.deviations.size() != width) {
        fail("Standardiser: " + std::to_string(s.means.size()) + " means and " +
             std::to_string(s.deviations.size()) + " deviations for " + std::to_string(width) +
             " inputs; give one of each for each input");
    }
}

}  // namespace

Standardiser Standardiser::of(const Dataset& training) {
    training.validate();
    if (training.empty())
        fail("Standardiser: the set holds no samples, so that there is no mean; give at least one");
    const std::size_t width = training.width;
    const auto samples = static_cast<double>(training.size());
    std::vector<double> first(width), x(width), sums(width), spreads(width), squares(width);
    training.input(0, first);
    for (std::size_t i = 0; i < training.size(); ++i) {
        training.input(i, x);
        for (std::size_t k = 0; k < width; ++k) {
            const double d = x[k] - first[k];
            sums[k] += d;
            spreads[k] = std::max(spreads[k], std::abs(d));
        }
    }
    Standardiser s{.means = std::vector<double>(width), .deviations = std::vector<double>(width, 1.0)};
    for (std::size_t k = 0; k < width; ++k) s.means[k] = first[k] + sums[k] / samples;
    for (std::size_t i = 0; i < training.size(); ++i) {
        training.input(i, x);
        for (std::size_t k = 0; k < width; ++k) {
            const double share = (x[k] - s.means[k]) / spreads[k];
            squares[k] += share * share;
        }
    }
    for (std::size_t k = 0; k < width; ++k) {
        const bool constant = spreads[k] == 0.0 && sums[k] == 0.0;  // where there is NaN, sums is NaN
        if (!constant) s.deviations[k] = spreads[k] * std::sqrt(squares[k] / samples);
    }
    return s;
}

void Standardiser::apply(std::span<double> x) const {
    check_width(*this, x.size());
    for (std::size_t k = 0; k < x.size(); ++k) x[k] = (x[k] - means[k]) / deviations[k];
}

void Standardiser::apply(Dataset& data) const {
    data.validate();
    check_width(*this, data.width);
    if (!data.pixels.empty()) {
        std::vector<double> inputs(data.pixels.size());
        std::ranges::transform(data.pixels, inputs.begin(),
                               [scale = data.pixel_scale](std::uint8_t p) { return p * scale; });
        data.inputs = std::move(inputs);
        data.pixels = std::vector<std::uint8_t>();  // clear() would keep the room
    }
    for (std::size_t i = 0; i < data.size(); ++i)
        apply(std::span(data.inputs).subspan(i * data.width, data.width));
}

}  // namespace wengert::nn
