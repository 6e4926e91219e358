// What `wengert lecture` says, in two languages: a phrase a member, a table a language. {} and {name} are
// fmt's places; the mathematics that goes there is the same in both.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

/// A heading: in plain text, and in LaTeX.
struct Heading {
    const char *text, *latex;
};

/// What the lecture got wrong: in short, the same in LaTeX, and in full.
struct Slip {
    const char *in_short, *latex, *in_full;
};

struct Words {
    const char* code;  ///< as --language takes it

    // The worked example.
    const char *of_lecture, *of_exercise, *three_ways, *two_ways;
    const char *autodiff, *chain_rule, *lecture;  ///< the columns
    Heading given, questions, solution, forward, backward, step, steps;
    const char* swept;
    const char *layer, *prediction, *with, *error, *shared, *after_title;
    const char *E_after, *E_after_weights;
    const char *agree, *slip, *differ, *slip_at;
    std::array<Slip, 3> slips;
    const char *homework, *conclusion_of_lecture, *conclusion, *no_mistake;
    const char *in_brief, *slips_in_brief;

    // A teacher's sheet: titles, what is asked, and E along the steps.
    const char *title_of_lecture, *title_of_exercise, *one_bias;
    std::array<const char*, 6> asked;
    const char *asked_of_many, *first_step, *step_column, *curve_title;

    // The perceptron.
    const char *perceptron, *learned, *columns, *no_line, *mlp, *mlp_columns, *mlp_right;
};

/// English or Spanish, by its code: en or es.
const Words& words(std::string_view language);
/// "es" where LC_ALL, else LC_MESSAGES, else LANG begins so; "en" for all others.
std::string language_of_locale();
std::vector<std::string> languages();

/// The phrase with its places filled.
template <class... Args> std::string say(const char* phrase, const Args&... args) {
    return fmt::format(fmt::runtime(phrase), args...);
}
