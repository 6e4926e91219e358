// An activation that nobody ships, from its formula to what it is worth:
//
//     hush(x) = asinh(x) sigmoid(x)
//
// As silu it dips below 0 and then rises, but quietly: with the logarithm of x.
//
//     new_activation [SEEDS EPOCHS]      (5 200)
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <numbers>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <wengert/nn/activation_facts.hpp>
#include <wengert/nn/nn.hpp>
#include <wengert/nn/plot.hpp>

using namespace wengert;

namespace {

// ---- The activation, in two ways ----

// As a callable: the formula is all that there is to say.
const nn::Activation hush_by_formula("hush", [](const auto& x) { return asinh(x) * sigmoid(x); });

// As a rule: the derivative by hand. It may use the value y, which is known when it is asked for.
struct Hush {
    static constexpr std::string_view name = "hush";
    template <class T> static T value(const T& x) { return asinh(x) * sigmoid(x); }
    template <int, class T> static T partial(const T& x, const T& y) {
        return sigmoid(x) / sqrt(1.0 + x * x) + y * sigmoid(-x);
    }
};

// The built-in one where there is one.
nn::Activation gelu() {
    const std::vector<std::string> names = nn::activation_names();
    if (std::find(names.begin(), names.end(), "gelu") != names.end()) return nn::activation("gelu");
    return nn::Activation("gelu", [](const auto& x) { return 0.5 * x * erfc(-x / std::numbers::sqrt2); });
}

const std::vector<nn::Activation> rivals{nn::Activation::of<Hush>(), nn::activation("tanh"),
                                         nn::activation("relu"), gelu()};

// ---- Is the derivative right? ----

bool check() {
    const Box everywhere(-20.0, 20.0, 50);
    const GradientReport formula = check_gradient(hush_by_formula, everywhere);
    const GradientReport rule = check_gradient([](const auto& x) { return apply<Hush>(x); }, everywhere);
    std::cout << "the formula:  " << formula << "the rule:     " << rule << std::flush;
    return formula.ok() && rule.ok();
}

// ---- What does it look like? ----

void draw() {
    nn::Panel f{"value", "x", {}}, slope{"first derivative", "x", {}},
        curvature{"second derivative", "x", {}};
    for (const nn::Activation& a : rivals) {
        const nn::Curves c = nn::curves(a, -5, 5);
        f.series.push_back({a.name(), c.x, c.f});
        slope.series.push_back({"", c.x, c.slope});
        curvature.series.push_back({"", c.x, c.curvature});
    }
    f.key = "top left";
    f.y_low = -1.2, f.y_high = 4, slope.y_low = -0.25, slope.y_high = 1.25;
    for (nn::Panel* const p : {&f, &slope, &curvature}) p->x_low = -5, p->x_high = 5;
    try {
        nn::draw({f, slope, curvature}, "new_activation.svg", 3);
        std::puts("\nnew_activation.svg: the curves");
    } catch (const Error& e) {  // without gnuplot
        std::printf("\n%s\n", e.what());
    }
}

void tell() {
    for (const nn::Activation& a : rivals) {
        const nn::ActivationFacts facts = nn::facts(a);
        const nn::ActivationCost cost = nn::cost(a);
        std::printf("\n%s: f' from %.4f at %.4g to %.4f at %.4g\n", a.name().c_str(),
                    facts.smallest_slope.slope, facts.smallest_slope.x, facts.largest_slope.slope,
                    facts.largest_slope.x);
        for (const nn::FlatInterval& i : facts.flat)
            std::printf("  %s from %.4g to %.4g\n", i.dead ? "dead" : "flat", i.low, i.high);
        std::printf("  a neuron costs %.1f ns, with its gradient %.1f ns and %.4g bytes of tape\n",
                    cost.value_ns, cost.gradient_ns, cost.tape_bytes);
    }
}

// ---- Does it learn? ----

// Two arms around each other, one and a half turns each.
nn::Dataset spirals(std::size_t samples, double noise, std::uint64_t seed) {
    nn::Dataset data{.width = 2, .class_count = 2};
    nn::Random random(seed);
    for (std::size_t i = 0; i < samples; ++i) {
        const double r = 0.1 + 0.9 * random.uniform(), angle = 3 * std::numbers::pi * r;
        const double side = i % 2 == 0 ? 1 : -1;
        data.inputs.push_back(side * r * std::cos(angle) + noise * random.normal());
        data.inputs.push_back(side * r * std::sin(angle) + noise * random.normal());
        data.labels.push_back(static_cast<int>(i % 2));
    }
    return data;
}

struct Task {
    const char* name;
    nn::Dataset training, test;
};
struct Score {
    std::string name;
    double mean = 0, lowest = 1, highest = 0;
};

double accuracy(const Task& task, const nn::Activation& a, std::uint64_t seed, std::size_t epochs) {
    nn::Mlp net({2, 16, 16, 1}, a, nn::activation("identity"));
    nn::Random random(seed);
    a.name() == "tanh" ? nn::xavier(net, random) : nn::he(net, random);
    const nn::Loss hinge = nn::loss("hinge");
    nn::Trainer trainer(net, hinge, nn::Adam{.rate = 0.02}, task.training,
                        {.epochs = epochs, .batch = 64, .threads = 2, .seed = seed});
    trainer.run();
    return nn::evaluate(net, hinge, task.test).accuracy;
}

void compete(const Task& task, std::uint64_t seeds, std::size_t epochs) {
    std::vector<Score> scores;
    for (const nn::Activation& a : rivals) {
        Score s{a.name()};
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            const double reached = accuracy(task, a, seed, epochs);
            s.mean += reached / static_cast<double>(seeds);
            s.lowest = std::min(s.lowest, reached);
            s.highest = std::max(s.highest, reached);
        }
        scores.push_back(s);
    }
    std::stable_sort(scores.begin(), scores.end(),
                     [](const Score& a, const Score& b) { return a.mean > b.mean; });
    std::printf("\n%s, accuracy on samples not learned, over %d seeds of the weights\n", task.name,
                static_cast<int>(seeds));
    for (std::size_t k = 0; k < scores.size(); ++k)
        std::printf("  %zu. %-6s  mean %.3f  from %.3f to %.3f\n", k + 1, scores[k].name.c_str(),
                    scores[k].mean, scores[k].lowest, scores[k].highest);
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t seeds = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 5;
    const std::size_t epochs = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 200;
    const bool right = check();
    draw();
    tell();
    compete({"two moons", nn::two_moons(200, 0.2, 1), nn::two_moons(1000, 0.2, 2)}, seeds, epochs);
    compete({"two spirals", spirals(300, 0.06, 1), spirals(1000, 0.06, 2)}, seeds, epochs);
    return right ? 0 : 1;
}
