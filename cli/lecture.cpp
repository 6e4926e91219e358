// `wengert lecture`: the worked example, each figure by autodiff, by the chain rule and as the lecture prints
// it. The figures come from <wengert/nn/lecture.hpp>; here is only how they are shown.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <wengert/nn/lecture.hpp>

#include "commands.hpp"

namespace {

using namespace wengert::nn;

// ---- Names in the lecture's notation: w_ij[l], i the destination neuron, j the origin ----

std::string name_of(const Figure& f, std::size_t depth) {
    const bool last = f.layer == depth;
    const std::string layer = fmt::format("[{}]", f.layer), i = f.i == 0 ? "" : fmt::format("_{}", f.i);
    const std::string ij = i + (std::max(f.i, f.j) > 9 ? "," : "") + std::to_string(f.j);
    std::string a = last ? "yhat" + i : "a" + i + layer;
    switch (f.quantity) {
        case Quantity::z:
            return "z" + i + layer;
        case Quantity::a:
            return a;
        case Quantity::E:
            return "E";
        case Quantity::dE_da:
            return "dE/d" + a;
        case Quantity::da_dz:
            return "d" + a + "/dz" + i + layer;
        case Quantity::dE_dW:
            return "dE/dw" + ij + layer;
        case Quantity::dE_db:
            return "dE/db" + i + layer;
        case Quantity::W:
            return "w" + ij + layer;
        case Quantity::b:
            return "b" + i + layer;
        case Quantity::E_after:
            return "E after";
        case Quantity::E_after_weights:
            return "E, weights only";
    }
    return {};
}

std::string slope_of(std::string_view activation, const std::string& a) {
    return activation == "sigmoid" ? fmt::format("{0} (1 - {0})", a) : "1";
}

// dE/dz_i of a layer, as the product that it is.
std::string by_sum(std::size_t layer, bool last) {
    return last ? fmt::format("dE/dyhat_i dyhat_i/dz_i[{}]", layer)
                : fmt::format("dE/da_i[{0}] da_i[{0}]/dz_i[{0}]", layer);
}

// What a group of figures is, and its formula.
std::string title_of(const Figure& f, const Exercise& e) {
    const std::size_t l = f.layer, depth = e.model.layers().size();
    const Layer& layer = e.model.layers()[l == 0 ? 0 : l - 1];
    const bool last = l == depth, shared = layer.bias == Bias::shared;
    const std::string below = l == 1 ? "x_j" : fmt::format("a_j[{}]", l - 1);
    const std::string bias = layer.bias == Bias::none ? "" : fmt::format(" + b{}[{}]", shared ? "" : "_i", l);
    const std::string a = last ? "yhat_i" : fmt::format("a_i[{}]", l);
    const std::string delta = by_sum(l, last);
    switch (f.quantity) {
        case Quantity::z:
            return fmt::format("Layer {0}: z_i[{0}] = sum_j w_ij[{0}] {1}{2}", l, below, bias);
        case Quantity::a:
            return fmt::format("a_i[{0}] = {1}(z_i[{0}]){2}", l, layer.activation.name(),
                               last                                   ? ", the prediction yhat_i"
                               : layer.activation.name() == "sigmoid" ? ", with sigmoid(z) = 1 / (1 + e^-z)"
                                                                      : "");
        case Quantity::E:
            return "The error: E = 1/2 sum_k (y_k - yhat_k)^2";
        case Quantity::dE_da:
            return last ? fmt::format("Layer {}: dE/dyhat_i = yhat_i - y_i", l)
                        : fmt::format("Layer {0}: dE/da_j[{0}] = sum_i {1} w_ij[{2}]", l,
                                      by_sum(l + 1, l + 1 == depth), l + 1);
        case Quantity::da_dz:
            return fmt::format("d{}/dz_i[{}] = {}", a, l, slope_of(layer.activation.name(), a));
        case Quantity::dE_dW:
            return fmt::format("dE/dw_ij[{}] = {} {}", l, delta, below);
        case Quantity::dE_db:
            return shared ? fmt::format("dE/db[{}] = sum_i {}: all neurons share b", l, delta)
                          : fmt::format("dE/db_i[{}] = {}", l, delta);
        case Quantity::W:
            return fmt::format("Layer {0}: w_ij[{0}] <- w_ij[{0}] - eta dE/dw_ij[{0}]", l);
        case Quantity::b:
            return fmt::format("b[{0}] <- b[{0}] - eta dE/db[{0}]", l);
        case Quantity::E_after:
            return "The error after the step, and after a step of the weights alone";
        case Quantity::E_after_weights:
            return {};
    }
    return {};
}

// ---- The lecture's printed figures and slips ----

bool prints(const PrintedFigure& p, const Figure& f) {
    return p.quantity == f.quantity && p.layer == f.layer && p.i == f.i && p.j == f.j;
}
// The first, where it prints a figure twice.
const PrintedFigure* printed(const Figure& f) {
    for (const PrintedFigure& p : printed_by_the_lecture())
        if (prints(p, f)) return &p;
    return nullptr;
}

struct Slip {
    Quantity after;  // the group, of layer 2, at which it is told
    std::string_view in_short, text;
};
constexpr Slip slips[] = {
    {Quantity::a, "the output layer is called linear, and computed with the sigmoid",
     "the lecture says that the output neurons are linear. It computes them\n"
     "    with the sigmoid, and so do we; linear ones would give yhat = z[2]."},
    {Quantity::dE_da, "dE/dyhat_1 = -0.68492 has the wrong sign",
     "the lecture prints dE/dyhat_1 = -0.68492, a wrong sign: it is\n"
     "    yhat_1 - y_1 = 0.73492 - 0.05, and the next pages go on with +0.68492."},
    {Quantity::dE_dW, "0.1980 stands for 0.19480 in the product for dE/dw_11[2]",
     "in the product for dE/dw_11[2] the lecture writes 0.1980 for 0.19480.\n"
     "    Its result, 0.0802, is that of 0.19480; with 0.1980 it would be 0.0815."},
};

// ---- In full ----

std::string given(const Exercise& e) {
    const auto list = [](std::span<const double> numbers) {
        return fmt::format("{}", fmt::join(numbers, ", "));
    };
    std::string out = fmt::format("    x = ({})   y = ({})   eta = {}\n", list(e.x), list(e.y), e.rate);
    for (std::size_t l = 0; l < e.model.layers().size(); ++l) {
        const Layer& layer = e.model.layers()[l];
        const auto own = e.model.parameters().subspan(e.model.first_parameter(l), layer.parameters());
        std::string rows;
        for (std::size_t i = 0; i < layer.outputs; ++i)
            rows += (i == 0 ? "(" : ", (") + list(own.subspan(i * layer.inputs, layer.inputs)) + ")";
        out += fmt::format("    W[{}] = ({})", l + 1, rows);
        if (layer.biases() != 0)
            out += fmt::format("   b[{}] = {}", l + 1, list(own.subspan(layer.weights())));
        out += "\n";
    }
    return out;
}

std::string row(const Figure& f, std::size_t depth) {
    const PrintedFigure* p = printed(f);
    const bool same = f.agrees() && (p == nullptr || p->agrees(f.autodiff));
    return fmt::format("  {:<17}{:>15.10f}{:>15.10f}   {:<10}  {}\n", name_of(f, depth), f.autodiff,
                       f.chain_rule, p == nullptr ? "-" : p->text,
                       same                                    ? "agree"
                       : f.agrees() && p != nullptr && p->slip ? "slip"
                                                               : "DIFFER");
}

std::string homework(const std::vector<Figure>& figures, std::size_t depth) {
    std::string out;
    for (const Figure& f : figures)
        if (f.quantity == Quantity::W && f.layer == 1)
            out += fmt::format("{}{} = {:.10f}", f.j == 1 ? "\n    " : "    ", name_of(f, depth), f.autodiff);
    return "The homework, the four weights of layer 1 after one step:" + out + "\n";
}

std::string conclusion(const std::vector<Figure>& figures) {
    std::size_t agree = 0, of_lecture = 0, right = 0;
    for (const Figure& f : figures) {
        agree += f.agrees();
        for (const PrintedFigure& p : printed_by_the_lecture()) {
            of_lecture += prints(p, f);
            right += prints(p, f) && p.agrees(f.autodiff);
        }
    }
    return fmt::format(
        "{} of {} figures agree between autodiff and the chain rule, and {} of the {}\n"
        "that the lecture prints agree with both.\n",
        agree, figures.size(), right, of_lecture);
}

std::string in_full(const Exercise& e, const std::vector<Figure>& figures) {
    const std::size_t depth = e.model.layers().size();
    std::string out =
        "The worked example of \"Fundamentos de las Redes Neuronales, Clase 5\":\n"
        "one step of backpropagation in a 2-2-2 network whose layers share a bias each.\n\n" +
        given(e) +
        "\nEach figure three times:\n"
        "  autodiff     the network of Values; one backward() gives every derivative of E\n"
        "  chain rule   derived by hand, in plain arithmetic\n"
        "  lecture      as printed; cut to 5 decimals, so 0.00001 counts as agreeing\n\n";
    out += fmt::format("  {:<17}{:>15}{:>15}   {}\n", "", "autodiff", "chain rule", "lecture");
    for (std::size_t k = 0; k < figures.size(); ++k) {
        const Figure& f = figures[k];
        const Figure* before = k == 0 ? nullptr : &figures[k - 1];
        if (before == nullptr) out += "\nFORWARD\n";
        if (before != nullptr && before->quantity == Quantity::E)
            out +=
                "\nBACKWARD\n"
                "  E.backward() has swept the recording once. grad() now answers for whatever\n"
                "  has a name: the weights, and unasked what lies between, as dE/dyhat.\n";
        if (before != nullptr && before->quantity == Quantity::dE_db && f.quantity == Quantity::W)
            out += "\nTHE STEP\n";
        if (before == nullptr || f.quantity != before->quantity || f.layer != before->layer) {
            const std::string title = title_of(f, e);
            if (!title.empty()) out += fmt::format("\n  {}\n", title);
        }
        out += row(f, depth);
        const bool ends = k + 1 == figures.size() || figures[k + 1].quantity != f.quantity;
        for (const Slip& s : slips)
            if (ends && s.after == f.quantity && f.layer == 2) out += fmt::format("  > Slip: {}\n", s.text);
    }
    return out + "\n" + homework(figures, depth) + "\n" + conclusion(figures);
}

// ---- In brief ----

std::string in_brief(const Exercise& e, const std::vector<Figure>& figures) {
    std::string out =
        "The lecture's worked example: a 2-2-2 network of Values, one backward()\n"
        "                  by autodiff                 as the lecture prints it\n";
    const std::tuple<std::string_view, Quantity, std::size_t> lines[] = {{"a[1]", Quantity::a, 1},
                                                                         {"yhat", Quantity::a, 2},
                                                                         {"E", Quantity::E, 0},
                                                                         {"dE/dyhat", Quantity::dE_da, 2},
                                                                         {"dE/dW[2]", Quantity::dE_dW, 2},
                                                                         {"dE/db[2]", Quantity::dE_db, 2},
                                                                         {"dE/dW[1]", Quantity::dE_dW, 1},
                                                                         {"dE/db[1]", Quantity::dE_db, 1},
                                                                         {"E after", Quantity::E_after, 0}};
    for (const auto& [name, quantity, layer] : lines) {
        std::string label(name), exact, lecture;
        const auto end_line = [&] {
            out += lecture.empty() ? fmt::format("  {:<10}{}\n", label, exact)
                                   : fmt::format("  {:<10}{:<30}{}\n", label, exact, lecture);
            label = exact = lecture = "";
        };
        for (const Figure& f : figures) {
            if (f.quantity != quantity || f.layer != layer) continue;
            exact += fmt::format("{:>15.10f}", f.autodiff);
            if (const PrintedFigure* p = printed(f)) lecture += fmt::format("{:>11}", p->text);
            if (f.j == 2) end_line();
        }
        if (!exact.empty()) end_line();
    }
    out += homework(figures, e.model.layers().size()) + conclusion(figures) + "The lecture's slips:\n";
    for (const Slip& s : slips) out += fmt::format("  - {}\n", s.in_short);
    return out;
}

// ---- As data ----

nlohmann::ordered_json as_json(const Exercise& e, const std::vector<Figure>& figures) {
    using Json = nlohmann::ordered_json;
    const std::size_t depth = e.model.layers().size();
    Json result{
        {"x", e.x}, {"y", e.y}, {"eta", e.rate}, {"layers", Json::array()}, {"figures", Json::array()}};
    for (std::size_t l = 0; l < depth; ++l) {
        const Layer& layer = e.model.layers()[l];
        const auto own = e.model.parameters().subspan(e.model.first_parameter(l), layer.parameters());
        const auto weights = own.first(layer.weights()), biases = own.subspan(layer.weights());
        result["layers"].push_back({{"inputs", layer.inputs},
                                    {"outputs", layer.outputs},
                                    {"activation", layer.activation.name()},
                                    {"weights", std::vector<double>(weights.begin(), weights.end())},
                                    {"biases", std::vector<double>(biases.begin(), biases.end())}});
    }
    for (const Figure& f : figures) {
        Json figure{{"name", name_of(f, depth)}, {"autodiff", f.autodiff}, {"chain_rule", f.chain_rule}};
        figure["agree"] = f.agrees();
        for (const PrintedFigure& p : printed_by_the_lecture())
            if (prints(p, f))
                figure["lecture"].push_back({{"printed", p.text}, {"agree", p.agrees(f.autodiff)}});
        if (f.quantity == Quantity::W || f.quantity == Quantity::b || f.quantity >= Quantity::E_after)
            figure["after"] = f.quantity == Quantity::E_after_weights ? "weights" : "step";
        if (f.quantity == Quantity::W && f.layer == 1) result["homework"][name_of(f, depth)] = f.autodiff;
        result["figures"].push_back(std::move(figure));
    }
    for (const Slip& s : slips) result["slips"].push_back(s.in_short);
    return result;
}

}  // namespace

void add_lecture(CLI::App& app, int& exit_code) {
    struct Options {
        bool brief = false, json = false;
    };
    const auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("lecture", "The lecture's example, by autodiff and by hand");
    auto* const brief = command->add_flag("--brief", options->brief, "Less than a screen");
    command->add_flag("--json", options->json, "All figures with every digit, as JSON")->excludes(brief);
    command->callback([options, &exit_code] {
        const Exercise exercise = lecture_exercise();
        const std::vector<Figure> figures = worked_figures(exercise);
        const std::string text = options->json    ? as_json(exercise, figures).dump(2) + "\n"
                                 : options->brief ? in_brief(exercise, figures)
                                                  : in_full(exercise, figures);
        put(stdout, text);
        exit_code = std::all_of(figures.begin(), figures.end(), [](const Figure& f) { return f.agrees(); })
                        ? 0
                        : failed;
    });
}
