// `wengert activations`: the built-in activations, their shape and what they cost.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <wengert/nn/activation_facts.hpp>
#include <wengert/nn/plot.hpp>

#include "commands.hpp"
#include "pictures.hpp"

using namespace wengert::nn;
namespace fs = std::filesystem;

namespace {

struct Row {
    Activation activation;
    ActivationFacts facts;
    ActivationCost cost;
};

// ---- As text ----

// Three digits; what is next to nothing is 0.
std::string digits(double x) { return fmt::format("{:.3g}", std::abs(x) < 1e-12 ? 0 : x); }
std::string where(double x) { return std::isinf(x) ? "far off" : digits(x); }

std::string range(const ActivationFacts& f) {
    return fmt::format("{}{}, {}{}", f.low.reached ? '[' : '(', digits(f.low.value), digits(f.high.value),
                       f.high.reached ? ']' : ')');
}
std::string kinks(const ActivationFacts& f) {
    std::string text;
    for (const Kink& k : f.kinks) text += (text.empty() ? "" : " ") + digits(k.x) + (k.jump ? "!" : "");
    return text.empty() ? "-" : text;
}
std::string trend(Trend t) {
    static constexpr const char* names[] = {"constant", "rising", "falling", "-"};
    return names[static_cast<std::size_t>(t)];
}

constexpr std::size_t room_for_kinks = 6;

// What has no column of its own, a line each.
std::vector<std::string> lines_of(const Row& r) {
    ActivationFacts facts = r.facts;
    if (kinks(facts).size() <= room_for_kinks) facts.kinks.clear();  // they have a column
    std::vector<std::string> all = remarks(facts), learned;
    for (const double p : r.activation.initial()) learned.push_back(digits(p));
    if (!learned.empty())
        all.push_back(fmt::format("{} learned a {}, here {}", learned.size(),
                                  r.activation.each() == Each::layer ? "layer" : "neuron",
                                  fmt::join(learned, ", ")));
    return all;
}

std::string table(const std::vector<Row>& rows) {
    std::string text = fmt::format("{:41}{:>12}{:>20}{:>6}\n", "", "f'", "ns a neuron", "tape");
    text += fmt::format("{:13}{:14}{:>6}{:>6}{:>8}{:>6}  {:6}{:>6}{:>6}{:>6}\n", "", "range", "f(0)", "f'(0)",
                        "least", "most", "kinks", "f", "both", "bytes");
    for (const Row& r : rows) {
        const std::string at = kinks(r.facts);
        text += fmt::format("{:13}{:14}{:>6}{:>6}{:>8}{:>6}  {:6}{:6.1f}{:6.1f}{:>6}\n", r.activation.name(),
                            range(r.facts), digits(r.facts.at_zero), digits(r.facts.slope_at_zero),
                            digits(r.facts.smallest_slope.slope), digits(r.facts.largest_slope.slope),
                            at.size() > room_for_kinks ? "below" : at, r.cost.value_ns, r.cost.gradient_ns,
                            digits(r.cost.tape_bytes));
    }
    text += fmt::format("\n{:13}{:9}{:>9}{:>9}\n", "", "", "least at", "most at");
    for (const Row& r : rows) {
        text += fmt::format("{:13}{:9}{:>9}{:>9}", r.activation.name(), trend(r.facts.trend),
                            where(r.facts.smallest_slope.x), where(r.facts.largest_slope.x));
        std::string indent = "  ";
        for (const std::string& line : lines_of(r)) {
            text += indent + line;
            indent = fmt::format("\n{:42}", "");
        }
        text += "\n";
    }
    return text;
}

const char* const legend =
    "\nTimes in a layer of 256: f of plain values; f and its gradient, both, of Values.\n"
    "Least and most f' are one-sided at a kink. !: f itself jumps there.\n"
    "dead: f' is 0. flat: |f'| is at most 0.001 of the largest.\n";

// ---- As data ----

using Json = nlohmann::ordered_json;

Json number(double x) { return std::isfinite(x) ? Json(x) : Json(fmt::format("{}", x)); }
Json as_json(const Interval& i) { return {number(i.low), number(i.high)}; }
Json as_json(const Bound& b) { return {{"value", number(b.value)}, {"reached", b.reached}}; }
Json as_json(const Extreme& e) { return {{"slope", number(e.slope)}, {"x", number(e.x)}}; }

Json as_json(const Row& r) {
    const ActivationFacts& f = r.facts;
    Json j{{"name", r.activation.name()},
           {"range", {{"low", as_json(f.low)}, {"high", as_json(f.high)}}},
           {"at_zero", number(f.at_zero)},
           {"slope_at_zero", number(f.slope_at_zero)},
           {"smallest_slope", as_json(f.smallest_slope)},
           {"largest_slope", as_json(f.largest_slope)},
           {"trend", f.trend == Trend::none ? "none" : trend(f.trend)},
           {"kinks", Json::array()},
           {"flat", Json::array()},
           {"not_a_number", Json::array()}};
    for (const Kink& k : f.kinks) j["kinks"].push_back({{"x", k.x}, {"jump", k.jump}});
    for (const FlatInterval& i : f.flat)
        j["flat"].push_back({{"interval", as_json(static_cast<const Interval&>(i))}, {"dead", i.dead}});
    for (const Interval& i : f.not_a_number) j["not_a_number"].push_back(as_json(i));
    j["learned"] = {{"of_each", r.activation.each() == Each::layer ? "layer" : "neuron"},
                    {"initial", r.activation.initial()}};
    j["cost"] = {{"value_ns", r.cost.value_ns},
                 {"gradient_ns", r.cost.gradient_ns},
                 {"tape_bytes", r.cost.tape_bytes}};
    return j;
}

// ---- As a picture ----

// An axis for these lines: what is of interest of them, and a little more.
void set_y(Panel& p, double low, double high) {
    double least = high, most = low;
    for (const Series& s : p.series)
        for (const double y : s.y)
            if (std::isfinite(y)) least = std::min(least, y), most = std::max(most, y);
    const double from = std::max(least, low), to = std::min(most, high), more = 0.05 * (to - from) + 0.02;
    p.y_low = from - more, p.y_high = to + more;
}

// Values to the left, derivatives to the right, six activations a row.
void draw_all(const std::vector<Row>& rows, const fs::path& file) {
    constexpr std::size_t together = 6;
    constexpr double end = 5;
    std::vector<Panel> panels;
    for (std::size_t first = 0; first < rows.size(); first += together) {
        Panel f{"f", "x", {}}, slope{"f', in the same colours", "x", {}};
        for (const Row& r : std::span(rows).subspan(first, std::min(together, rows.size() - first))) {
            const Curves c = curves(r.activation, -end, end, 201);
            f.series.push_back({r.activation.name(), c.x, c.f});
            slope.series.push_back({"", c.x, c.slope});
        }
        set_y(f, -2, 4);
        set_y(slope, -2, 3);
        f.key = "top left";
        for (Panel* const p : {&f, &slope}) {
            p->x_low = -end, p->x_high = end;
            panels.push_back(*p);
        }
    }
    draw(panels, file);
}

// ---- The command ----

// Those that are functions of one number.
std::vector<std::string> curves_by_name() {
    std::vector<std::string> names;
    for (const std::string& name : activation_names())
        if (activation(name).elementwise()) names.push_back(name);
    return names;
}

struct Options {
    std::vector<std::string> names = curves_by_name();
    std::string output = "activations";
    bool json = false;
};

int show(const Options& o) {
    std::vector<Activation> asked;
    for (const std::string& name : o.names) {
        asked.push_back(activation(name));
        if (!asked.back().elementwise())
            wengert::fail(name + " is a function of a whole layer, not of one number: it has no curve");
    }
    check_writable(o.output, "--output");
    std::vector<Row> rows;
    for (const Activation& a : asked) rows.push_back({a, facts(a), cost(a)});

    if (!o.json) put(stdout, table(rows) + legend);
    std::fflush(stdout);  // nothing that happens to the picture takes it away
    const fs::path file = fs::path(o.output) / "activations.svg";
    std::string picture, note;
    try {
        draw_all(rows, file);
        picture = file.string();
    } catch (const std::exception& e) {
        note = e.what();
    }
    if (!o.json) {
        put(stdout, picture.empty() ? "note     " + note + "\n" : "picture  " + picture + "\n");
        return 0;
    }
    Json j{{"activations", Json::array()}, {"pictures", Json::array()}, {"notes", Json::array()}};
    for (const Row& r : rows) j["activations"].push_back(as_json(r));
    picture.empty() ? j["notes"].push_back(note) : j["pictures"].push_back(picture);
    // A path need not be UTF-8: what is not is replaced.
    put(stdout, j.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
    return 0;
}

// The names, in lines of a help text.
std::string known() {
    constexpr std::size_t width = 78;
    std::string text, line = "Known:";
    for (const std::string& name : curves_by_name()) {
        if (line.size() + 1 + name.size() > width) text += line + "\n", line = "      ";
        line += " " + name;
    }
    return text + line + "\n";
}

}  // namespace

void add_activations(CLI::App& app, int& exit_code) {
    const auto options = std::make_shared<Options>();
    auto* const command = app.add_subcommand("activations", "Activations: their shape and what they cost");
    command->add_option("names", options->names, "Which; all of them where none is named");
    command->add_option("--output", options->output, "Folder for the picture (activations)");
    command->add_flag("--json", options->json, "The facts with every digit, as JSON");
    command->footer(known() +
                    "\nExamples:\n"
                    "  wengert activations\n"
                    "  wengert activations tanh relu --output pictures\n"
                    "  wengert activations sigmoid --json");
    command->callback([options, &exit_code] { exit_code = show(*options); });
}
