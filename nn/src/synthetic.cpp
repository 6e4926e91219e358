#include <wengert/nn/synthetic.hpp>

#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <utility>

#include <wengert/error.hpp>
#include <wengert/nn/random.hpp>

namespace wengert::nn {
namespace {

using std::to_string;

constexpr double pi = std::numbers::pi;
constexpr double largest = std::numeric_limits<double>::max();

void check(const std::string& name, std::size_t samples, std::size_t least, double noise) {
    if (samples < least)
        fail(name + ": " + to_string(samples) + " samples; give at least " + to_string(least));
    if (!(noise >= 0.0 && noise <= largest))
        fail(name + ": the noise is " + to_string(noise) + "; give a finite number >= 0");
}

/// A set of points in the plane, moved by noise as they are added.
class Plane {
public:
    Plane(const std::string& name, std::size_t samples, std::size_t classes, std::size_t least, double noise,
          std::uint64_t seed)
        : random_(seed), noise_(noise), data_{.width = 2, .class_count = classes} {
        check(name, samples, least, noise);
        data_.inputs.reserve(2 * samples);
        data_.labels.reserve(samples);
    }

    void add(double x, double y, std::size_t label) {
        data_.inputs.push_back(std::fma(noise_, random_.normal(), x));
        data_.inputs.push_back(std::fma(noise_, random_.normal(), y));
        data_.labels.push_back(static_cast<int>(label));
    }
    double uniform() { return random_.uniform(); }
    Dataset data() && { return std::move(data_); }

private:
    Random random_;
    double noise_;
    Dataset data_;
};

/// i / n of a whole, 0 where there is no whole.
double share(std::size_t i, std::size_t n) {
    return n == 0 ? 0.0 : static_cast<double>(i) / static_cast<double>(n);
}

}  // namespace

Dataset two_moons(std::size_t samples, double noise, std::uint64_t seed) {
    Plane plane("two_moons", samples, 2, 2, noise, seed);
    const std::size_t outer = samples / 2, inner = samples - outer;
    for (std::size_t i = 0; i < outer; ++i) {
        const double t = share(i, outer - 1) * pi;
        plane.add(std::cos(t), std::sin(t), 0);
    }
    for (std::size_t i = 0; i < inner; ++i) {
        const double t = share(i, inner - 1) * pi;
        plane.add(1.0 - std::cos(t), 0.5 - std::sin(t), 1);
    }
    return std::move(plane).data();
}

Dataset two_spirals(std::size_t samples, double noise, std::uint64_t seed, double turns) {
    Plane plane("two_spirals", samples, 2, 2, noise, seed);
    if (!(turns > 0.0 && turns <= largest))
        fail("two_spirals: " + to_string(turns) + " turns; give a positive number, such as 1.5");
    for (std::size_t i = 0; i < samples; ++i) {
        const std::size_t label = i < samples / 2 ? 0 : 1;
        const double u = plane.uniform();
        const double r = (label == 0 ? 1.0 : -1.0) * std::fma(12.0, u, 1.0) / 13.0;
        const double t = 2.0 * pi * turns * u;
        plane.add(r * std::cos(t), r * std::sin(t), label);
    }
    return std::move(plane).data();
}

Dataset circles(std::size_t samples, double noise, std::uint64_t seed, double factor) {
    Plane plane("circles", samples, 2, 2, noise, seed);
    if (!(factor > 0.0 && factor < 1.0))
        fail("circles: the factor is " + to_string(factor) + "; give a number between 0 and 1");
    const std::size_t outer = samples / 2, inner = samples - outer;
    const auto add = [&](std::size_t i, std::size_t n, double r, std::size_t label) {
        const double t = 2.0 * pi * share(i, n);
        plane.add(r * std::cos(t), r * std::sin(t), label);
    };
    for (std::size_t i = 0; i < outer; ++i) add(i, outer, 1.0, 0);
    for (std::size_t i = 0; i < inner; ++i) add(i, inner, factor, 1);
    return std::move(plane).data();
}

Dataset blobs(std::size_t samples, double noise, std::uint64_t seed, std::size_t classes) {
    if (classes < 2) fail("blobs: " + to_string(classes) + " classes; give at least 2");
    Plane plane("blobs", samples, classes, classes, noise, seed);
    for (std::size_t k = 0; k < classes; ++k) {
        const double t = 2.0 * pi * share(k, classes);
        const std::size_t members = samples / classes + (k < samples % classes ? 1 : 0);
        for (std::size_t i = 0; i < members; ++i) plane.add(std::cos(t), std::sin(t), k);
    }
    return std::move(plane).data();
}

Dataset xor_table() {
    return {.width = 2, .class_count = 2, .inputs = {0, 0, 0, 1, 1, 0, 1, 1}, .labels = {0, 1, 1, 0}};
}

Dataset xor_points(std::size_t samples, double noise, std::uint64_t seed) {
    Plane plane("xor_points", samples, 2, 4, noise, seed);
    for (std::size_t i = 0; i < samples; ++i) {
        const std::size_t a = i / 2 % 2, b = i % 2;
        plane.add(static_cast<double>(a), static_cast<double>(b), a ^ b);
    }
    return std::move(plane).data();
}

Dataset sine(std::size_t samples, double noise, std::uint64_t seed) {
    check("sine", samples, 1, noise);
    Random random(seed);
    Dataset data{.width = 1, .target_width = 1};
    for (std::size_t i = 0; i < samples; ++i) {
        const double x = random.uniform(-pi, pi);
        data.inputs.push_back(x);
        data.targets.push_back(std::fma(noise, random.normal(), std::sin(x)));
    }
    return data;
}

}  // namespace wengert::nn
