// An exercise as `wengert lecture` shows it: what is on the sheet, and the ways to write it.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <wengert/nn/lecture.hpp>

#include "lecture_words.hpp"

struct Sheet {
    wengert::nn::Exercise exercise;
    bool of_lecture;  ///< its own exercise, which has printed figures, slips and homework
    bool solution;
    std::size_t steps;
    std::vector<wengert::nn::Figure> figures;  ///< of the first step
    std::vector<double> E;                     ///< before the first step and after each
    wengert::nn::LayerCheck check;             ///< of the backward pass by hand
    const Words& words;

    bool right() const;  ///< whether both ways agree, and check_layers finds no mistake
    std::size_t depth() const { return exercise.model.layers().size(); }
};

/// 2-2-2: the widths of the network.
std::string widths_of(const wengert::nn::Mlp<double>& model);

/// A layer's numbers, apart.
struct Parameters {
    std::span<const double> weights, biases;
};
Parameters parameters_of(const wengert::nn::Exercise& exercise, std::size_t layer);

/// A figure's name in the lecture's notation: w_ij[l], i the destination neuron, j the origin.
std::string name_of(const wengert::nn::Figure& figure, std::size_t depth, const Words& words);

/// g(z) and its derivative by a = g(z), written out. {} is z, and a; an identity is z itself.
struct Formula {
    std::string_view name;
    const char *g, *slope;              ///< in plain text
    const char *latex_g, *latex_slope;  ///< {{ and }} for braces, as fmt has them
};
const Formula& formula_of(const wengert::nn::Layer& layer);

/// How the questions write what they ask for: in plain text or in LaTeX.
struct Notation {
    const char *z, *a, *yhat, *error, *E, *dE_dyhat, *dE_dw, *dE_db, *eta;
};
std::vector<std::string> questions(const Sheet& sheet, const Notation& notation);

/// With so many decimals; in seven digits from 100 on. What rounds to 0 has no sign.
std::string rounded(double v, int decimals);

/// Figures of one kind in one layer, in their order.
std::vector<wengert::nn::Figure> group(const Sheet& sheet, wengert::nn::Quantity quantity, std::size_t layer);
std::size_t count_agreeing(const Sheet& sheet);
/// What check_layers says: that there is no mistake, or its report.
std::string finding(const Sheet& sheet);

/// The steps that a table of E shows: 0, 1, 2, 5, 10, 20, 50, ... and the last.
std::vector<std::size_t> shown_steps(std::size_t last);

std::string as_text(const Sheet& sheet);
/// The lecture's own exercise, with its solution, on less than a screen.
std::string in_brief(const Sheet& sheet);
/// A document of class article: givens and questions on the first sheet, the solution on the next.
std::string as_latex(const Sheet& sheet);
nlohmann::ordered_json as_json(const Sheet& sheet);

/// The perceptron on AND, OR and XOR, and a network on XOR.
std::string perceptron_as_text(const Words& words);
nlohmann::ordered_json perceptron_as_json();
