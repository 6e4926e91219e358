// `wengert lecture --perceptron`: what its rule learns, what it cannot, and a network that can.
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <wengert/nn/nn.hpp>
#include <wengert/nn/perceptron.hpp>

#include "lecture_sheet.hpp"

using namespace wengert::nn;

namespace {

struct Problem {
    const char* name;
    std::array<int, 4> classes;
};
constexpr Problem problems[] = {{"AND", {0, 0, 0, 1}}, {"OR", {0, 1, 1, 1}}, {"XOR", {0, 1, 1, 0}}};

constexpr double rate = 1;
constexpr std::size_t enough = 100;                      // epochs for what can be learned
constexpr std::size_t starts = 100, many_epochs = 1000;  // for what cannot
constexpr std::size_t shown = 6;                         // of its epochs

struct Learned {
    std::string name;
    std::vector<PerceptronEpoch> epochs;
    bool done;
    std::size_t most_right;  // of 4, over all epochs, and starts where it is not done
};

std::vector<Learned> learned_problems() {
    std::vector<Learned> all;
    for (const Problem& p : problems) {
        const Dataset data = truth_table(p.classes);
        Perceptron perceptron(2);
        auto epochs = learn(perceptron, data, rate, enough);
        const bool done = epochs.back().mistakes == 0;
        all.push_back({p.name, std::move(epochs), done,
                       done ? data.size() : most_right(data, rate, starts, many_epochs)});
    }
    return all;
}

// The same XOR, by backpropagation.
struct Network {
    std::string widths;
    std::size_t epochs;
    std::vector<double> yhat;
    std::vector<int> classes, seen;
    std::size_t right;
};
Network learned_by_network() {
    const Dataset data = xor_table();
    const Loss squared = loss("squared");
    Mlp<double> model({2, 4, 1}, activation("tanh"), activation("identity"));
    Random random(1);
    xavier(model, random);
    Network n{widths_of(model), 100, {}, data.labels, {}, 0};
    Trainer(model, squared, Adam{.rate = 0.05}, data, {.epochs = n.epochs, .batch = 4}).run();
    std::vector<double> x(data.width);
    for (std::size_t i = 0; i < data.size(); ++i) {
        data.input(i, x);
        const std::vector<double> out = model.predict(x);
        n.yhat.push_back(out.front());
        n.seen.push_back(squared.predicted_class(out));
        n.right += n.seen.back() == data.label(i);
    }
    return n;
}

}  // namespace

std::string perceptron_as_text(const Words& w) {
    std::string out = w.perceptron;
    for (const Learned& l : learned_problems()) {
        out += fmt::format("\n{}\n  {}\n", l.name, w.columns);
        for (std::size_t k = 0; k < l.epochs.size() && (l.done || k < shown); ++k) {
            const PerceptronEpoch& e = l.epochs[k];
            out += fmt::format("  {:>5}{:>11}{:>11}{:>11}{:>11}{:>11}\n", k + 1, e.weights[0], e.weights[1],
                               e.bias, e.mistakes, fmt::format("{}/4", e.right));
        }
        if (!l.done) out += "    ...\n";
        out += l.done ? say(w.learned, l.epochs.size()) : say(w.no_line, starts, many_epochs, l.most_right);
    }
    const Network n = learned_by_network();
    out += "\n" + say(w.mlp, n.widths, n.epochs) + fmt::format("  {}\n", w.mlp_columns);
    for (std::size_t i = 0; i < n.yhat.size(); ++i)
        out += fmt::format("  {:>3}{:>6}{:>6}{:>13.6f}{:>8}\n", i / 2, i % 2, n.classes[i], n.yhat[i],
                           n.seen[i]);
    return out + say(w.mlp_right, n.right);
}

nlohmann::ordered_json perceptron_as_json() {
    using Json = nlohmann::ordered_json;
    Json result{{"eta", rate}, {"problems", Json::array()}};
    for (const Learned& l : learned_problems()) {
        Json epochs = Json::array();
        for (const PerceptronEpoch& e : l.epochs)
            epochs.push_back(
                {{"weights", e.weights}, {"bias", e.bias}, {"mistakes", e.mistakes}, {"right", e.right}});
        result["problems"].push_back({{"name", l.name},
                                      {"learned", l.done},
                                      {"most_right", l.most_right},
                                      {"starts", l.done ? 1 : starts},
                                      {"epochs", std::move(epochs)}});
    }
    const Network n = learned_by_network();
    result["network"] = {{"widths", n.widths},
                         {"epochs", n.epochs},
                         {"yhat", n.yhat},
                         {"classes", n.seen},
                         {"right", n.right}};
    return result;
}
