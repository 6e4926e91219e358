// An exercise in plain text, at most 80 columns wide.
#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "lecture_sheet.hpp"

using namespace wengert::nn;

namespace {

// ---- Lines ----

constexpr std::size_t columns = 80;

// Characters, not bytes: what continues one in UTF-8 is not counted.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

// One line, or more where it is too long: broken at spaces, the later ones indented.
std::string folded(const std::string& line, std::size_t indent) {
    std::string out, current;
    for (std::size_t at = 0; at < line.size();) {
        const std::size_t space = std::min(line.find(' ', line.find_first_not_of(' ', at)), line.size());
        const std::string word = line.substr(at, space - at);
        if (!current.empty() && width_of(current + word) > columns) {
            out += current + "\n";
            current = std::string(indent, ' ') + word.substr(word.find_first_not_of(' '));
        } else {
            current += word;
        }
        at = space;
    }
    return out + current + "\n";
}

std::string figure(double v) { return rounded(v, 10); }

// ---- What is given ----

std::string list(std::span<const double> numbers) { return fmt::format("{}", fmt::join(numbers, ", ")); }

std::string given(const Exercise& e) {
    std::string out =
        folded(fmt::format("    x = ({})   y = ({})   eta = {}", list(e.x), list(e.y), e.rate), 9);
    for (std::size_t l = 1; l <= e.model.layers().size(); ++l) {
        const auto [weights, biases] = parameters_of(e, l);
        const std::size_t inputs = e.model.layers()[l - 1].inputs;
        std::vector<std::string> rows;
        for (std::size_t at = 0; at < weights.size(); at += inputs)
            rows.push_back("(" + list(weights.subspan(at, inputs)) + ")");
        const std::string bias = biases.empty() ? "" : fmt::format("   b[{}] = {}", l, list(biases));
        const std::string line = fmt::format("    W[{}] = ({}){}", l, fmt::join(rows, ", "), bias);
        if (width_of(line) <= columns) {
            out += line + "\n";
            continue;
        }
        for (std::size_t i = 0; i < rows.size(); ++i)  // a line a row
            out +=
                folded(fmt::format("{}{}{}", i == 0 ? fmt::format("    W[{}] = (", l) : std::string(12, ' '),
                                   rows[i], i + 1 < rows.size() ? "," : ")" + bias),
                       13);
    }
    return out;
}

// Layers with the same function on one line.
std::string functions(const Sheet& s) {
    std::string out, line = "    ";
    for (std::size_t l = 1; l <= s.depth(); ++l) {
        const Formula& f = formula_of(s.exercise.model.layers()[l - 1]);
        line += fmt::format("g[{}](z) = ", l);
        if (l < s.depth() && &f == &formula_of(s.exercise.model.layers()[l])) continue;
        out += folded(line + say(f.g, "z"), 8);
        line = "    ";
    }
    return out;
}

// ---- The figures ----

// dE/dz_i of a layer, as the product that it is.
std::string by_sum(std::size_t layer, bool last) {
    return last ? fmt::format("dE/dyhat_i dyhat_i/dz_i[{}]", layer)
                : fmt::format("dE/da_i[{0}] da_i[{0}]/dz_i[{0}]", layer);
}

// What a group of figures is, and its formula.
std::string title_of(const Figure& f, const Sheet& s) {
    const Words& w = s.words;
    const std::size_t l = f.layer, depth = s.depth();
    const Layer& layer = s.exercise.model.layers()[l == 0 ? 0 : l - 1];
    const bool last = l == depth, shared = layer.bias == Bias::shared;
    const std::string& g = layer.activation.name();
    const std::string below = l == 1 ? "x_j" : fmt::format("a_j[{}]", l - 1);
    const std::string bias = layer.bias == Bias::none ? "" : fmt::format(" + b{}[{}]", shared ? "" : "_i", l);
    const std::string a = last ? "yhat_i" : fmt::format("a_i[{}]", l);
    const std::string delta = by_sum(l, last), in_layer = say(w.layer, l);
    switch (f.quantity) {
        case Quantity::z:
            return fmt::format("{1}: z_i[{0}] = sum_j w_ij[{0}] {2}{3}", l, in_layer, below, bias);
        case Quantity::a: {
            const std::string formula = g + "(z) = " + say(formula_of(layer).g, "z");
            return fmt::format("a_i[{0}] = {1}(z_i[{0}]){2}", l, g,
                               last                            ? say(w.prediction, "yhat_i")
                               : g == "sigmoid" || g == "relu" ? say(w.with, formula)
                                                               : "");
        }
        case Quantity::E:
            return fmt::format("{}: E = 1/2 sum_k (y_k - yhat_k)^2", w.error);
        case Quantity::dE_da:
            return last ? fmt::format("{}: dE/dyhat_i = yhat_i - y_i", in_layer)
                        : fmt::format("{1}: dE/da_j[{0}] = sum_i {2} w_ij[{3}]", l, in_layer,
                                      by_sum(l + 1, l + 1 == depth), l + 1);
        case Quantity::da_dz:
            return fmt::format("d{}/dz_i[{}] = {}", a, l, say(formula_of(layer).slope, a));
        case Quantity::dE_dW:
            return fmt::format("dE/dw_ij[{}] = {} {}", l, delta, below);
        case Quantity::dE_db:
            return shared ? fmt::format("dE/db[{}] = sum_i {}{}", l, delta, w.shared)
                          : fmt::format("dE/db_i[{}] = {}", l, delta);
        case Quantity::W:
            return fmt::format("{1}: w_ij[{0}] <- w_ij[{0}] - eta dE/dw_ij[{0}]", l, in_layer);
        case Quantity::b:
            return fmt::format("b[{0}] <- b[{0}] - eta dE/db[{0}]", l);
        case Quantity::E_after:
            return w.after_title;
        case Quantity::E_after_weights:
            return {};
    }
    return {};
}

// The first, where the lecture prints a figure twice.
const PrintedFigure* printed(const Figure& f) {
    for (const PrintedFigure& p : printed_by_the_lecture())
        if (p.prints(f)) return &p;
    return nullptr;
}

std::string row(const Figure& f, const Sheet& s) {
    const PrintedFigure* const p = s.of_lecture ? printed(f) : nullptr;
    const bool same = f.agrees() && (p == nullptr || p->agrees(f.autodiff));
    const char* const verdict = same                                    ? s.words.agree
                                : f.agrees() && p != nullptr && p->slip ? s.words.slip
                                                                        : s.words.differ;
    const std::string lecture = s.of_lecture ? fmt::format("   {:<10}", p == nullptr ? "-" : p->text) : " ";
    return fmt::format("  {:<17}{:>15}{:>15}{}  {}\n", name_of(f, s.depth(), s.words), figure(f.autodiff),
                       figure(f.chain_rule), lecture, verdict);
}

// The groups of layer 2 at which the slips are told, in their order.
constexpr Quantity slip_after[] = {Quantity::a, Quantity::dE_da, Quantity::dE_dW};

std::string table_of_figures(const Sheet& s) {
    const Words& w = s.words;
    std::string out = fmt::format("  {:<17}{:>15}{:>15}", "", w.autodiff, w.chain_rule);
    out += s.of_lecture ? fmt::format("   {}\n", w.lecture) : "\n";
    for (std::size_t k = 0; k < s.figures.size(); ++k) {
        const Figure& f = s.figures[k];
        const Figure* const before = k == 0 ? nullptr : &s.figures[k - 1];
        if (before == nullptr) out += fmt::format("\n{}\n", w.forward.text);
        if (before != nullptr && before->quantity == Quantity::E)
            out += fmt::format("\n{}\n{}", w.backward.text, w.swept);
        if (before != nullptr && before->quantity == Quantity::dE_db && f.quantity == Quantity::W)
            out += fmt::format("\n{}\n", w.step.text);
        if (before == nullptr || f.quantity != before->quantity || f.layer != before->layer) {
            const std::string title = title_of(f, s);
            if (!title.empty()) out += "\n" + folded("  " + title, 4);
        }
        out += row(f, s);
        const bool ends = k + 1 == s.figures.size() || s.figures[k + 1].quantity != f.quantity;
        for (std::size_t n = 0; n < w.slips.size(); ++n)
            if (s.of_lecture && ends && slip_after[n] == f.quantity && f.layer == 2)
                out += say(w.slip_at, w.slips[n].in_full);
    }
    return out;
}

std::string homework(const Sheet& s) {
    std::string out = s.words.homework;
    for (const Figure& f : group(s, Quantity::W, 1))
        out += fmt::format("{}{} = {:.10f}", f.j == 1 ? "\n    " : "    ", name_of(f, s.depth(), s.words),
                           f.autodiff);
    return out + "\n";
}

std::string conclusion(const Sheet& s) {
    if (!s.of_lecture) return say(s.words.conclusion, count_agreeing(s), s.figures.size()) + finding(s);
    std::size_t of_lecture = 0, right = 0;
    for (const Figure& f : s.figures)
        for (const PrintedFigure& p : printed_by_the_lecture()) {
            of_lecture += p.prints(f);
            right += p.prints(f) && p.agrees(f.autodiff);
        }
    return say(s.words.conclusion_of_lecture, count_agreeing(s), s.figures.size(), right, of_lecture) +
           finding(s);
}

std::string table_of_steps(const Sheet& s) {
    if (s.steps == 1) return {};
    std::string out = fmt::format("\n{}\n\n  {:>8}   E\n", s.words.steps.text, s.words.step_column);
    for (const std::size_t step : shown_steps(s.steps))
        out += fmt::format("  {:>8}   {:#.10g}\n", step, s.E[step]);
    return out;
}

std::string solution(const Sheet& s) {
    const Words& w = s.words;
    std::string out = s.of_lecture ? w.of_lecture : say(w.of_exercise, widths_of(s.exercise.model));
    out += given(s.exercise);
    if (!s.of_lecture) out += functions(s);
    out += s.of_lecture ? w.three_ways : w.two_ways;
    out += table_of_figures(s) + "\n";
    if (s.of_lecture) out += homework(s) + "\n";
    return out + conclusion(s) + table_of_steps(s);
}

constexpr Notation in_text{.z = "z_i[l]",
                           .a = "a_i[l] = g[l](z_i[l])",
                           .yhat = "yhat",
                           .error = "E = 1/2 sum_k (y_k - yhat_k)^2",
                           .E = "E",
                           .dE_dyhat = "dE/dyhat_i",
                           .dE_dw = "dE/dw_ij[l]",
                           .dE_db = "dE/db[l]",
                           .eta = "eta"};

std::string task(const Sheet& s) {
    const Words& w = s.words;
    std::string out =
        folded(say(s.of_lecture ? w.title_of_lecture : w.title_of_exercise, widths_of(s.exercise.model)), 0);
    out += fmt::format("\n{}\n\n{}{}    {}\n\n{}\n\n", w.given.text, given(s.exercise), functions(s),
                       w.one_bias, w.questions.text);
    std::size_t number = 0;
    for (const std::string& question : questions(s, in_text))
        out += folded(fmt::format("  {}. {}", ++number, question), 5);
    return out;
}

}  // namespace

std::string as_text(const Sheet& s) { return s.solution ? solution(s) : task(s); }

std::string in_brief(const Sheet& s) {
    const Words& w = s.words;
    std::string out = w.in_brief;
    const std::tuple<const char*, Quantity, std::size_t> lines[] = {{"a[1]", Quantity::a, 1},
                                                                    {"yhat", Quantity::a, 2},
                                                                    {"E", Quantity::E, 0},
                                                                    {"dE/dyhat", Quantity::dE_da, 2},
                                                                    {"dE/dW[2]", Quantity::dE_dW, 2},
                                                                    {"dE/db[2]", Quantity::dE_db, 2},
                                                                    {"dE/dW[1]", Quantity::dE_dW, 1},
                                                                    {"dE/db[1]", Quantity::dE_db, 1},
                                                                    {w.E_after, Quantity::E_after, 0}};
    for (const auto& [name, quantity, layer] : lines) {
        std::string label(name), exact, lecture;
        const auto end_line = [&] {
            out += lecture.empty() ? fmt::format("  {:<10}{}\n", label, exact)
                                   : fmt::format("  {:<10}{:<30}{}\n", label, exact, lecture);
            label = exact = lecture = "";
        };
        for (const Figure& f : group(s, quantity, layer)) {
            exact += fmt::format("{:>15.10f}", f.autodiff);
            if (const PrintedFigure* p = printed(f)) lecture += fmt::format("{:>11}", p->text);
            if (f.j == 2) end_line();
        }
        if (!exact.empty()) end_line();
    }
    out += homework(s) + conclusion(s) + w.slips_in_brief;
    for (const Slip& slip : w.slips) out += fmt::format("  - {}\n", slip.in_short);
    return out;
}
