// What all ways to write an exercise share: names, formulas, questions, and the sheet as data.
#include "lecture_sheet.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

using namespace wengert::nn;

std::string widths_of(const Mlp<double>& model) {
    std::string widths = std::to_string(model.inputs());
    for (const Layer& layer : model.layers()) widths += "-" + std::to_string(layer.outputs);
    return widths;
}

Parameters parameters_of(const Exercise& e, std::size_t layer) {
    const Layer& shape = e.model.layers()[layer - 1];
    const auto own = e.model.parameters(layer - 1);
    return {own.first(shape.weights()), own.subspan(shape.weights())};
}

std::string name_of(const Figure& f, std::size_t depth, const Words& words) {
    const bool last = f.layer == depth;
    const std::string layer = fmt::format("[{}]", f.layer), i = f.i == 0 ? "" : fmt::format("_{}", f.i);
    const std::string ij = i + std::to_string(f.j);
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
            return words.E_after;
        case Quantity::E_after_weights:
            return words.E_after_weights;
    }
    return {};
}

const Formula& formula_of(const Layer& layer) {
    static constexpr Formula formulas[] = {
        {"sigmoid", "1 / (1 + e^-{0})", "{0} (1 - {0})", "\\frac{{1}}{{1 + e^{{-{0}}}}}", "{0} (1 - {0})"},
        {"tanh", "tanh({0})", "1 - {0}^2", "\\tanh {0}", "1 - \\bigl({0}\\bigr)^2"},
        {"relu", "max(0, {0})", "1 ({0} > 0), 0 ({0} <= 0)", "\\max(0, {0})",
         "1\\ ({0} > 0),\\ 0\\ ({0} \\le 0)"},
        {"identity", "{0}", "1", "{0}", "1"},
    };
    return *std::ranges::find(formulas, layer.activation.name(), &Formula::name);
}

std::vector<std::string> questions(const Sheet& s, const Notation& n) {
    std::vector<const char*> asked(s.words.asked.begin(), s.words.asked.end());
    if (s.steps > 1) asked.push_back(s.words.asked_of_many);
    std::vector<std::string> filled;
    for (const char* const question : asked)
        filled.push_back(say(question, fmt::arg("z", n.z), fmt::arg("a", n.a), fmt::arg("yhat", n.yhat),
                             fmt::arg("error", n.error), fmt::arg("E", n.E), fmt::arg("dE_dyhat", n.dE_dyhat),
                             fmt::arg("dE_dw", n.dE_dw), fmt::arg("dE_db", n.dE_db), fmt::arg("eta", n.eta),
                             fmt::arg("steps", s.steps)));
    return filled;
}

std::string rounded(double v, int decimals) {
    if (std::abs(v) >= 100) return fmt::format("{:.7g}", v);
    const std::string text = fmt::format("{:.{}f}", v, decimals);
    return text.find_first_not_of("-0.") == std::string::npos ? fmt::format("{:.{}f}", 0.0, decimals) : text;
}

std::vector<Figure> group(const Sheet& s, Quantity quantity, std::size_t layer) {
    std::vector<Figure> found;
    std::ranges::copy_if(s.figures, std::back_inserter(found),
                         [&](const Figure& f) { return f.quantity == quantity && f.layer == layer; });
    return found;
}

std::size_t count_agreeing(const Sheet& s) {
    return static_cast<std::size_t>(std::ranges::count_if(s.figures, &Figure::agrees));
}

bool Sheet::right() const { return count_agreeing(*this) == figures.size() && check.ok(); }

std::string finding(const Sheet& s) { return s.check.ok() ? s.words.no_mistake : s.check.text(); }

std::vector<std::size_t> shown_steps(std::size_t last) {
    std::vector<std::size_t> shown{0};
    for (std::size_t ten = 1; ten < last; ten *= 10)
        for (const std::size_t step : {ten, 2 * ten, 5 * ten})
            if (step < last) shown.push_back(step);
    shown.push_back(last);
    return shown;
}

nlohmann::ordered_json as_json(const Sheet& s) {
    using Json = nlohmann::ordered_json;
    const Exercise& e = s.exercise;
    const Words& english = words("en");  // names are for programs: the same in every language
    Json result{{"x", e.x}, {"y", e.y}, {"eta", e.rate}, {"layers", Json::array()}};
    for (std::size_t l = 1; l <= s.depth(); ++l) {
        const Layer& layer = e.model.layers()[l - 1];
        const auto [weights, biases] = parameters_of(e, l);
        result["layers"].push_back({{"inputs", layer.inputs},
                                    {"outputs", layer.outputs},
                                    {"activation", layer.activation.name()},
                                    {"weights", std::vector<double>(weights.begin(), weights.end())},
                                    {"biases", std::vector<double>(biases.begin(), biases.end())}});
    }
    if (!s.solution) return result;
    result["figures"] = Json::array();
    for (const Figure& f : s.figures) {
        const std::string name = name_of(f, s.depth(), english);
        Json figure{{"name", name}, {"autodiff", f.autodiff}, {"chain_rule", f.chain_rule}};
        figure["agree"] = f.agrees();
        for (const PrintedFigure& p : printed_by_the_lecture())
            if (s.of_lecture && p.prints(f))
                figure["lecture"].push_back({{"printed", p.text}, {"agree", p.agrees(f.autodiff)}});
        if (f.quantity == Quantity::W || f.quantity == Quantity::b || f.quantity >= Quantity::E_after)
            figure["after"] = f.quantity == Quantity::E_after_weights ? "weights" : "step";
        if (s.of_lecture && f.quantity == Quantity::W && f.layer == 1) result["homework"][name] = f.autodiff;
        result["figures"].push_back(std::move(figure));
    }
    result["check_layers"] = {{"ok", s.check.ok()}, {"mistakes", Json::array()}};
    for (const QuantityCheck& q : s.check.mistakes())
        result["check_layers"]["mistakes"].push_back(
            {{"layer", q.layer}, {"quantity", to_string(q.of)}, {"reason", q.reason}});
    if (s.steps > 1) result["E_by_step"] = s.E;
    if (s.of_lecture)
        for (const Slip& slip : english.slips) result["slips"].push_back(slip.in_short);
    return result;
}
