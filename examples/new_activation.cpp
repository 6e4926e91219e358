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
#include <exception>
#include <functional>
#include <iostream>
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

const std::vector<nn::Activation> rivals{nn::Activation::of<Hush>(), nn::activation("tanh"),
                                         nn::activation("relu"), nn::activation("gelu")};

// What fails says why, and the rest goes on.
template <class F> void attempt(const std::string& name, const F& f) {
    try {
        f();
    } catch (const std::exception& e) {
        std::printf("\n%s: %s\n", name.c_str(), e.what());
    }
}
template <class F> void each_rival(const F& f) {
    for (const nn::Activation& a : rivals) attempt(a.name(), [&] { f(a); });
}

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
    nn::Panel f{"f", "x", {}}, slope{"f'", "x", {}}, curvature{"f''", "x", {}};
    each_rival([&](const nn::Activation& a) {
        const nn::Curves c = nn::curves(a, -5, 5);  // by Dual<Dual<double>>
        f.series.push_back({a.name(), c.x, c.f});
        slope.series.push_back({"", c.x, c.slope});
        curvature.series.push_back({"", c.x, c.curvature});
    });
    f.key = "top left";
    for (nn::Panel* const p : {&f, &slope, &curvature}) p->x_low = -5, p->x_high = 5;
    nn::draw({f, slope, curvature}, "new_activation.svg", 3);
    std::puts("\nnew_activation.svg: the curves");
}

// ---- What does one want to know of it? ----

// A slope that would be printed as -0.0000 is 0; facts looks closely from -10 to 10.
void print(const char* before, const nn::Extreme& e) {
    std::printf("%s %.4f", before, std::abs(e.slope) < 5e-5 ? 0 : e.slope);
    std::isinf(e.x) ? std::printf(e.x < 0 ? " below -10" : " above 10") : std::printf(" at %.4g", e.x);
}

void tell(const nn::Activation& a) {
    const nn::ActivationFacts facts = nn::facts(a);
    const nn::ActivationCost cost = nn::cost(a);
    std::printf("\n%s:", a.name().c_str());
    print(" f' from", facts.smallest_slope);
    print(" to", facts.largest_slope);
    std::puts("");
    for (const std::string& remark : nn::remarks(facts)) std::printf("  %s\n", remark.c_str());
    std::printf("  a neuron costs %.1f ns, with its gradient %.1f ns and %.4g bytes of tape\n", cost.value_ns,
                cost.gradient_ns, cost.tape_bytes);
}

// ---- Does it learn? ----

struct Task {
    const char* name;
    nn::Dataset training, test;
};
// Of one activation at one rate, over the seeds: accuracies on the samples not learned.
struct Score {
    std::string name;
    double rate = 0, loss = 0, mean = 0, lowest = 1, highest = 0;
};

Score score(const Task& task, const nn::Activation& a, double rate, std::uint64_t seeds, std::size_t epochs) {
    const nn::Loss hinge = nn::loss("hinge");
    Score s{a.name(), rate};
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        nn::Mlp net({2, 16, 16, 1}, a, nn::activation("identity"));
        nn::Random random(seed);
        a.name() == "tanh" ? nn::xavier(net, random) : nn::he(net, random);
        nn::Trainer trainer(net, hinge, nn::Adam{.rate = rate}, task.training,
                            {.epochs = epochs, .batch = 16, .seed = seed});
        trainer.run();
        const double reached = nn::evaluate(net, hinge, task.test).accuracy, n = static_cast<double>(seeds);
        s.loss += trainer.evaluation().loss / n;
        s.mean += reached / n;
        s.lowest = std::min(s.lowest, reached);
        s.highest = std::max(s.highest, reached);
    }
    return s;
}

// Each at the rate that suits it better, to judge by what it has learned.
void compete(const Task& task, std::uint64_t seeds, std::size_t epochs) {
    std::vector<Score> scores;
    each_rival([&](const nn::Activation& a) {
        const Score slow = score(task, a, 0.01, seeds, epochs), fast = score(task, a, 0.03, seeds, epochs);
        scores.push_back(fast.loss < slow.loss ? fast : slow);
    });
    std::ranges::stable_sort(scores, std::greater(), &Score::mean);
    std::printf("\n%s, accuracy on samples not learned, over %d seeds of the weights\n", task.name,
                static_cast<int>(seeds));
    for (std::size_t k = 0; k < scores.size(); ++k)
        std::printf("  %zu. %-10s mean %.3f  from %.3f to %.3f  at rate %g\n", k + 1, scores[k].name.c_str(),
                    scores[k].mean, scores[k].lowest, scores[k].highest, scores[k].rate);
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t seeds = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 5;
    const std::size_t epochs = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 200;
    bool right = false;
    attempt("the check", [&] { right = check(); });
    attempt("the picture", draw);
    each_rival(tell);
    compete({"two moons", nn::two_moons(200, 0.1, 1), nn::two_moons(1000, 0.1, 2)}, seeds, epochs);
    compete({"two spirals", nn::two_spirals(600, 0.02, 1, 3), nn::two_spirals(1000, 0.02, 2, 3)}, seeds,
            epochs);
    return right ? 0 : 1;
}
