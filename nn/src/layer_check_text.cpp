// The report of check_layers, as the person reads it who wrote the backward pass.
#include <wengert/nn/layer_check.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <ostream>

namespace wengert::nn {

using Of = QuantityCheck::Of;
using Finding = QuantityCheck::Finding;

std::string_view to_string(Of of) {
    constexpr std::array<std::string_view, 3> names{"delta", "weights", "biases"};
    return names[static_cast<std::size_t>(of)];
}
std::string_view to_string(Finding finding) {
    constexpr std::array<std::string_view, 4> names{"agrees", "consequence", "undecided", "mistake"};
    return names[static_cast<std::size_t>(finding)];
}

std::vector<QuantityCheck> LayerCheck::mistakes() const {
    std::vector<QuantityCheck> result;
    std::ranges::copy_if(quantities_, std::back_inserter(result),
                         [](const QuantityCheck& q) { return q.finding == Finding::mistake; });
    return result;
}
std::size_t LayerCheck::count(Finding finding) const {
    return static_cast<std::size_t>(std::ranges::count(quantities_, finding, &QuantityCheck::finding));
}

namespace {

constexpr std::size_t width = 80;

// Words in lines of `width`, the first after `indent` spaces, the others after two more.
std::string wrapped(std::string_view words, std::size_t indent) {
    std::string text(indent, ' ');
    std::size_t left = width - indent;
    for (bool first = true; !words.empty(); first = false) {
        const std::string_view word = words.substr(0, words.find(' '));
        words.remove_prefix(std::min(word.size() + 1, words.size()));
        if (!first && word.size() + 1 > left) {
            text.append("\n").append(indent + 2, ' ');
            left = width - indent - 2;
            first = true;
        }
        text.append(first ? "" : " ").append(word);
        left -= std::min(left, word.size() + (first ? 0 : 1));
    }
    return text + "\n";
}

std::string digits(int n, double x) {
    if (std::isnan(x)) return "nan";
    if (x == 0) return "0";
    std::array<char, 40> text;
    std::snprintf(text.data(), text.size(), "%.*g", n, x);
    return text.data();
}
// As many digits as tell them from each other, if anything does.
int digits_apart(double a, double b) {
    int n = 6;
    while (n < 17 && digits(n, a) == digits(n, b)) ++n;
    return n;
}

std::string left_in(std::size_t size, std::string text) {
    text.resize(std::max(size, text.size()), ' ');
    return text;
}
std::string right_in(std::size_t size, const std::string& text) {
    return std::string(size - std::min(size, text.size()), ' ') + text;
}

std::string place(const QuantityCheck& q) {
    return "layer " + std::to_string(q.layer) + ", " + std::string(to_string(q.of));
}
// delta_1, dE/dw_12, dE/db_1: in the lecture's notation.
std::string component(const QuantityCheck& q) {
    const std::string i = std::to_string(q.i), j = std::to_string(q.j);
    if (q.of == Of::delta) return "delta_" + i;
    if (q.of == Of::biases) return q.i == 0 ? "dE/db" : "dE/db_" + i;
    return "dE/dw_" + i + (std::max(q.i, q.j) > 9 ? "," : "") + j;
}

std::string headline(const LayerCheck& check, std::size_t layers) {
    if (check.ok())
        return wrapped("The backward pass is right in " +
                           (layers == 1 ? "its one layer." : "all " + std::to_string(layers) + " layers."),
                       0);
    const std::size_t mistakes = check.count(Finding::mistake);
    const Finding worst = mistakes == 0 ? Finding::undecided : Finding::mistake;
    std::string places;
    for (const QuantityCheck& q : check)
        if (q.finding == worst) places += (places.empty() ? "" : "; ") + place(q);
    const std::string what = mistakes == 0   ? "No mistake, but undecided"
                             : mistakes == 1 ? "1 mistake"
                                             : std::to_string(mistakes) + " mistakes";
    return wrapped(what + ": " + places + ".", 0);
}

std::string explanation(const QuantityCheck& q) {
    std::string words = place(q) + ": " + q.reason + (q.reason.empty() ? "" : ". ");
    words[0] = 'L';
    if (q.size > 1)
        words += (q.reason.empty() ? "wrong in " : "Wrong in ") + std::to_string(q.wrong) + " of " +
                 std::to_string(q.size) + " components" + (q.wrong == 1 ? "; " : "; the worst: ");
    const int n = digits_apart(q.hand, q.truth);
    words += component(q) + " is " + digits(n, q.hand) + ", the truth " + digits(n, q.truth);
    const std::string follows = digits(n, q.follows);
    if (!std::isnan(q.follows) && follows != digits(n, q.truth))
        words += ", and what follows from the hand's own deltas " + follows;
    return wrapped(words + ".", 2);
}

std::string table(const LayerCheck& check) {
    std::size_t label = 6;
    for (const QuantityCheck& q : check) label = std::max(label, component(q).size());
    // Long labels cost digits: three columns of numbers beside 32 of all the rest.
    const std::size_t column = std::min<std::size_t>(14, (width - 32 - std::min<std::size_t>(label, 21)) / 3);
    const int precision = static_cast<int>(column) - 8;
    const auto row = [&](const std::array<std::string, 4>& words, const std::array<std::string, 3>& numbers) {
        std::string line = words[0] + left_in(9, words[1]) + left_in(13, words[2]) + left_in(label, words[3]);
        for (const std::string& number : numbers) line += right_in(column, number);
        return line + "\n";
    };
    std::string out = row({"  layer   ", "quantity", "finding", "number"}, {"by hand", "truth", "follows"});
    std::size_t layer = 0;
    for (const QuantityCheck& q : check) {
        const bool mistake = q.finding == Finding::mistake;
        const std::string number = q.layer == layer ? "" : std::to_string(q.layer);
        layer = q.layer;
        out += row({(mistake ? "> " : "  ") + right_in(5, number) + "   ", std::string(to_string(q.of)),
                    mistake ? "MISTAKE" : std::string(to_string(q.finding)), component(q)},
                   {digits(precision, q.hand), digits(precision, q.truth),
                    &q == &*check.begin() ? "-" : digits(precision, q.follows)});
    }
    return out;
}

}  // namespace

std::string LayerCheck::text() const {
    std::string out = headline(*this, layers_);
    for (const QuantityCheck& q : mistakes()) out += explanation(q);
    out.append("\n").append(table(*this));
    if (count(Finding::consequence) != 0)
        out += wrapped("A consequence is wrong because the delta that it follows from is.", 0);
    if (count(Finding::undecided) != 0)
        out += wrapped("Undecided is where the truth is no finite number.", 0);
    return out;
}

std::ostream& operator<<(std::ostream& out, const LayerCheck& check) { return out << check.text(); }

}  // namespace wengert::nn
