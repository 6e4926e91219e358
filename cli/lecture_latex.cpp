// An exercise as a LaTeX document. It needs class article, inputenc, amsmath and geometry, no more.
#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "lecture_sheet.hpp"

using namespace wengert::nn;

namespace {

// ---- Numbers and matrices ----

// 1e-07 as a product, which is how one writes it.
std::string power_of_ten(std::string number) {
    const std::size_t e = number.find('e');
    if (e == std::string::npos) return number;
    return fmt::format("{} \\times 10^{{{}}}", number.substr(0, e), std::stoi(number.substr(e + 1)));
}
std::string as_given(double v) { return power_of_ten(fmt::format("{}", v)); }
std::string figure(double v) { return power_of_ten(rounded(v, 6)); }

template <class Write>
std::string matrix(std::span<const double> numbers, std::size_t inputs, const Write& write) {
    std::string out = fmt::format("\\left(\\begin{{array}}{{{}}}", std::string(inputs, 'r'));
    for (std::size_t k = 0; k < numbers.size(); ++k)
        out += (k == 0 ? " " : k % inputs == 0 ? " \\\\ " : " & ") + write(numbers[k]);
    return out + " \\end{array}\\right)";
}

// The figures of one kind in a layer; as a column, or a number where there is but one.
std::vector<double> numbers(const Sheet& s, Quantity q, std::size_t layer) {
    std::vector<double> all;
    for (const Figure& f : group(s, q, layer)) all.push_back(f.autodiff);
    return all;
}
std::string figures(const Sheet& s, Quantity q, std::size_t layer) {
    const std::vector<double> all = numbers(s, q, layer);
    return all.size() == 1 ? figure(all.front()) : matrix(all, 1, figure);
}

// ---- Lines ----

std::string display(const std::string& formula) { return fmt::format("\\[ {} \\]\n", formula); }
// A matrix and what stands beside it, or below it where there are many columns; smaller where not even the
// matrix fits. A line holds 88 digits: two of them lie between columns, eight are for the matrix's name.
template <class Write> std::string display_matrix(const std::string& name, std::span<const double> numbers,
                                                  std::size_t inputs, const Write& write,
                                                  const std::string& beside) {
    const std::string wide = name + " = " + matrix(numbers, inputs, write);
    if (inputs <= 5) return display(wide + " \\qquad " + beside);
    std::size_t longest = 0;
    for (const double v : numbers) longest = std::max(longest, write(v).size());
    if (inputs * (longest + 2) + 8 <= 88) return display(wide) + display(beside);
    return fmt::format("{{\\scriptsize\\setlength{{\\arraycolsep}}{{3pt}}\n{}}}\n", display(wide)) +
           display(beside);
}
std::string heading(const char* command, const Heading& h) {
    return fmt::format("\n\\{}*{{{}}}\n", command, h.latex);
}
// A phrase that begins with E, which is mathematics.
std::string named(std::string_view phrase) { return fmt::format("\\text{{$E${}}}", phrase.substr(1)); }
// The one character of our phrases that LaTeX would take for a command.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) out += c == '_' ? "\\_" : std::string(1, c);
    return out;
}

// ---- Symbols, of layer l ----

std::string at(const char* symbol, std::size_t l, const char* index = "") {
    return fmt::format("{}{}^{{[{}]}}", symbol, index, l);
}
std::string a_of(const Sheet& s, std::size_t l, const char* index = "") {
    return l == 0           ? fmt::format("x{}", index)
           : l == s.depth() ? fmt::format("\\hat{{y}}{}", index)
                            : at("a", l, index);
}
std::string slope(const std::string& of, const std::string& by) {
    return fmt::format("\\frac{{d{}}}{{d{}}}", of, by);
}
// dE/dz_i, as the product that it is.
std::string delta(const Sheet& s, std::size_t l) {
    const std::string a = a_of(s, l, "_i");
    return slope("E", a) + " \\, " + slope(a, at("z", l, "_i"));
}

// ---- The task ----

std::string given(const Sheet& s) {
    const Exercise& e = s.exercise;
    std::string out =
        display(fmt::format("x = {} \\qquad y = {} \\qquad \\eta = {}", matrix(e.x, 1, as_given),
                            matrix(e.y, 1, as_given), as_given(e.rate)));
    for (std::size_t l = 1; l <= s.depth(); ++l) {
        const auto [weights, biases] = parameters_of(e, l);
        const Layer& layer = e.model.layers()[l - 1];
        out += display_matrix(at("W", l), weights, layer.inputs, as_given,
                              fmt::format("{} = {} \\qquad {}(z) = {}", at("b", l), as_given(biases.front()),
                                          at("g", l), say(formula_of(layer).latex_g, "z")));
    }
    return out + s.words.one_bias + "\n";
}

constexpr Notation in_latex{.z = "$z_i^{[l]}$",
                            .a = "$a_i^{[l]} = g^{[l]}(z_i^{[l]})$",
                            .yhat = "$\\hat{y}$",
                            .error = "$E = \\frac{1}{2} \\sum_k (y_k - \\hat{y}_k)^2$",
                            .E = "$E$",
                            .dE_dyhat = "$\\frac{dE}{d\\hat{y}_i}$",
                            .dE_dw = "$\\frac{dE}{dw_{i,j}^{[l]}}$",
                            .dE_db = "$\\frac{dE}{db^{[l]}}$",
                            .eta = "$\\eta$"};

std::string task(const Sheet& s) {
    const Words& w = s.words;
    std::string out = fmt::format(
        "\\section*{{{}}}\n",
        say(s.of_lecture ? w.title_of_lecture : w.title_of_exercise, widths_of(s.exercise.model)));
    out += heading("subsection", w.given) + given(s) + heading("subsection", w.questions);
    out += "\\begin{enumerate}\n";
    for (const std::string& question : questions(s, in_latex)) out += fmt::format("\\item {}\n", question);
    return out + "\\end{enumerate}\n";
}

// ---- The solution ----

std::string forward(const Sheet& s) {
    std::string out = heading("subsection", s.words.forward);
    for (std::size_t l = 1; l <= s.depth(); ++l) {
        const std::string z = at("z", l, "_i"), a = a_of(s, l, "_i");
        out += fmt::format("{}: ${} = \\sum_j {} {} + {}$, ${} = {}({})$\n", say(s.words.layer, l), z,
                           at("w", l, "_{i,j}"), a_of(s, l - 1, "_j"), at("b", l), a, at("g", l), z);
        out += display(fmt::format("{} = {} \\qquad {} = {}", at("z", l), figures(s, Quantity::z, l),
                                   a_of(s, l), figures(s, Quantity::a, l)));
    }
    return out + fmt::format("{}:\n", s.words.error) +
           display("E = \\frac{1}{2} \\sum_k (y_k - \\hat{y}_k)^2 = " + figures(s, Quantity::E, 0));
}

std::string backward(const Sheet& s) {
    std::string out = heading("subsection", s.words.backward);
    for (std::size_t l = s.depth(); l >= 1; --l) {
        const Layer& layer = s.exercise.model.layers()[l - 1];
        const bool last = l == s.depth();
        const std::string a = a_of(s, l), index = last ? "_i" : "_j";
        out += say(s.words.layer, l) + ":\n";
        out += display(fmt::format(
            "{} = {} \\qquad {} = {}", slope("E", a_of(s, l, index.c_str())),
            last ? "\\hat{y}_i - y_i"
                 : fmt::format("\\sum_i {} \\, {}", delta(s, l + 1), at("w", l + 1, "_{i,j}")),
            slope(a_of(s, l, "_i"), at("z", l, "_i")), say(formula_of(layer).latex_slope, a_of(s, l, "_i"))));
        out += display(fmt::format("{} = {} \\qquad {} = {}", slope("E", a), figures(s, Quantity::dE_da, l),
                                   slope(a, at("z", l)), figures(s, Quantity::da_dz, l)));
        out += display(fmt::format("{0} = {1} \\, {2} \\qquad {3} = \\sum_i {1}",
                                   slope("E", at("w", l, "_{i,j}")), delta(s, l), a_of(s, l - 1, "_j"),
                                   slope("E", at("b", l))));
        out += display_matrix(slope("E", at("W", l)), numbers(s, Quantity::dE_dW, l), layer.inputs, figure,
                              slope("E", at("b", l)) + " = " + figures(s, Quantity::dE_db, l));
    }
    return out;
}

std::string step(const Sheet& s) {
    const Words& w = s.words;
    std::string out = heading("subsection", w.step);
    out += display("w \\leftarrow w - \\eta \\frac{dE}{dw} \\qquad b \\leftarrow b - \\eta \\frac{dE}{db}");
    for (std::size_t l = s.depth(); l >= 1; --l) {
        const std::size_t inputs = s.exercise.model.layers()[l - 1].inputs;
        if (s.of_lecture && l == 1) out += std::string(w.homework) + "\n";
        out += display_matrix(at("W", l), numbers(s, Quantity::W, l), inputs, figure,
                              at("b", l) + " = " + figures(s, Quantity::b, l));
    }
    return out + fmt::format("{}:\n", w.after_title) +
           display(fmt::format("{} = {} \\qquad {} = {}", named(w.E_after), figures(s, Quantity::E_after, 0),
                               named(w.E_after_weights), figures(s, Quantity::E_after_weights, 0)));
}

std::string table_of_steps(const Sheet& s) {
    if (s.steps == 1) return {};
    std::string out = heading("subsection", s.words.steps);
    out += fmt::format("\\[ \\begin{{array}}{{rl}} \\text{{{}}} & E \\\\ \\hline\n", s.words.step_column);
    for (const std::size_t k : shown_steps(s.steps))
        out += fmt::format("{} & {} \\\\\n", k, power_of_ten(fmt::format("{:#.8g}", s.E[k])));
    return out + "\\end{array} \\]\n";
}

std::string slips(const Sheet& s) {
    if (!s.of_lecture) return {};
    std::string out = fmt::format("\n{}\\begin{{itemize}}\n", s.words.slips_in_brief);
    for (const Slip& slip : s.words.slips) out += fmt::format("\\item {}\n", slip.latex);
    return out + "\\end{itemize}\n";
}

std::string conclusion(const Sheet& s) {
    const std::string found = s.check.ok()
                                  ? escaped(finding(s))
                                  : fmt::format("\\begin{{verbatim}}\n{}\\end{{verbatim}}\n", finding(s));
    return say(s.words.conclusion, count_agreeing(s), s.figures.size()) + found;
}

std::string solution(const Sheet& s) {
    const Words& w = s.words;
    std::string out = "\n\\newpage\n" + heading("section", w.solution);
    if (s.steps > 1) out += say(w.first_step, s.steps) + "\n";
    return out + forward(s) + backward(s) + step(s) + "\n" + conclusion(s) + slips(s) + table_of_steps(s);
}

}  // namespace

std::string as_latex(const Sheet& s) {
    return "\\documentclass[11pt,a4paper]{article}\n"
           "\\usepackage[utf8]{inputenc}\n"
           "\\usepackage{amsmath}\n"
           "\\usepackage[margin=2cm]{geometry}\n"
           "\\setlength{\\parindent}{0pt}\n"
           "\\raggedright\n"
           "\\begin{document}\n\n" +
           task(s) + (s.solution ? solution(s) : "") + "\n\\end{document}\n";
}
