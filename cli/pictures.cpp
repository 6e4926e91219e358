#include "pictures.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <system_error>

#include <fmt/core.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <wengert/error.hpp>
#include <wengert/nn/files.hpp>
#include <wengert/nn/plot.hpp>

#include "training.hpp"

using namespace wengert;
using namespace wengert::nn;
namespace fs = std::filesystem;

void check_writable(const fs::path& folder, const char* option) {
    std::error_code ignored;
    fs::path there = fs::current_path() / folder;
    while (!fs::exists(fs::symlink_status(there, ignored))) there = there.parent_path();
    std::string probe = there / ".wengert-XXXXXX";
    const int file = mkstemp(probe.data());  // what access() says of /proc is not so
    if (file == -1)
        fail(fmt::format("cannot write in the folder '{}': choose another with {}", folder.string(), option));
    close(file);
    fs::remove(probe, ignored);
}

void check_file(const fs::path& file, const char* option) {
    if (file.empty()) return;
    std::error_code ignored;
    const fs::file_status there = fs::status(file, ignored);
    if (!file.has_filename() || fs::is_directory(there))
        fail(fmt::format("{} '{}' is no file: give the name of one", option, file.string()));
    if (fs::exists(there) && !fs::is_regular_file(there)) {
        if (access(file.c_str(), W_OK) == 0) return;
        fail(fmt::format("cannot write '{}': choose another with {}", file.string(), option));
    }
    // A new file takes its place.
    fs::path folder = (fs::exists(there) ? fs::canonical(file) : file).parent_path();
    if (folder.empty()) folder = ".";
    if (!fs::exists(folder, ignored))
        fail(fmt::format("there is no folder '{}': make it, or choose another with {}", folder.string(),
                         option));
    check_writable(folder, option);
}

namespace {

// Whether writing the one would be writing the other.
bool same_file(const fs::path& a, const fs::path& b) {
    std::error_code ignored;
    if (fs::exists(a, ignored)) return fs::is_regular_file(a) && fs::equivalent(a, b, ignored);
    return fs::weakly_canonical(fs::current_path() / a) == fs::weakly_canonical(fs::current_path() / b);
}

}  // namespace

void check_apart(const fs::path& file, const char* option, std::initializer_list<Used> others) {
    if (file.empty()) return;
    for (const auto& [what, other] : others) {
        bool same = same_file(file, other);
        if (std::error_code ignored; fs::is_directory(other, ignored))
            for (const auto& entry : fs::directory_iterator(other, ignored))
                same |= entry.path().filename().string().find("-ubyte") != std::string::npos &&
                        same_file(file, entry);
        if (same)
            throw CLI::ValidationError(option, fmt::format("'{}' would overwrite {}, '{}': give another name",
                                                           file.string(), what, other.string()));
    }
}

namespace {

// Ten colours; with more classes they come again.
constexpr unsigned colours[] = {0x1f77b4, 0xd62728, 0x2ca02c, 0xff7f0e, 0x9467bd,
                                0x8c564b, 0xe377c2, 0x7f7f7f, 0xbcbd22, 0x17becf};
// That of a class, so much of it on white.
std::string colour_of(std::size_t c, double share) {
    const unsigned rgb = colours[c % std::size(colours)];
    std::string text = "#";
    for (const int shift : {16, 8, 0})
        text += fmt::format("{:02x}", std::lround(255 - share * (255 - (rgb >> shift & 255U))));
    return text;
}

std::string class_name(const Dataset& d, std::size_t c) {
    return d.class_names.empty() ? std::to_string(c) : d.class_names[c];
}
std::string column_name(const Data& data, std::size_t k) {
    return k < data.inputs.size() ? data.inputs[k] : fmt::format("x{}", k + 1);
}

// Input k of each sample, however the set holds them.
std::vector<double> column(const Dataset& d, std::size_t k) {
    std::vector<double> x(d.width), all;
    for (std::size_t i = 0; i < d.size(); ++i) {
        d.input(i, x);
        all.push_back(x[k]);
    }
    return all;
}
// An input as it came, before it was standardised.
double as_it_came(const Data& data, std::size_t k, double x) {
    const Standardiser& s = data.standardiser;
    return s.means.empty() ? x : x * s.deviations[k] + s.means[k];
}

// A name, cut to so many characters, as SVG writes them.
std::string svg_text(const std::string& name, std::size_t most) {
    std::string text;
    for (const char c : fmt::format("{:.{}}", name, most))
        text += c == '&'                             ? "&amp;"
                : c == '<'                           ? "&lt;"
                : static_cast<unsigned char>(c) < 32 ? " "
                                                     : std::string(1, c);
    return text;
}

// An image of width x height pixels: one path for each colour, a rectangle in it for each run of pixels of
// that colour. The longer side is `size`, the middle of the top at x.
template <class Colour> std::string image(std::size_t width, std::size_t height, double x, double y,
                                          double size, const Colour& colour) {
    std::map<std::string, std::string> paths;
    for (std::size_t row = 0; row < height; ++row)
        for (std::size_t start = 0, end; start < width; start = end) {
            const std::string c = colour(row * width + start);
            for (end = start + 1; end < width && colour(row * width + end) == c; ++end) {}
            paths[c] += fmt::format("M{} {}h{}v1H{}z", start, row, end - start, start);
        }
    paths.erase("#ffffff");
    const double scale = size / static_cast<double>(std::max(width, height));
    std::string svg = fmt::format("<g transform='translate({:g} {:g}) scale({:g})'>\n",
                                  x - static_cast<double>(width) * scale / 2, y, scale);
    for (const auto& [c, path] : paths) svg += fmt::format("<path fill='{}' d='{}'/>\n", c, path);
    return svg + "</g>\n";
}

constexpr double margin = 28;  // above, for the title

std::string sheet(double width, double height, const char* title, const std::string& content) {
    return fmt::format(
        "<svg xmlns='http://www.w3.org/2000/svg' width='{0:.0f}' height='{1:.0f}' viewBox='0 0 {0:.0f} "
        "{1:.0f}' font-family='sans-serif' font-size='11' text-anchor='middle' "
        "shape-rendering='crispEdges'>\n<rect width='100%' height='100%' fill='white'/>\n"
        "<text x='{2:.0f}' y='18' font-size='13'>{3}</text>\n{4}</svg>\n",
        width, height + margin, width / 2, title, content);
}

}  // namespace

void draw_curves(const std::vector<EpochReport>& epochs, const std::string& aside, const fs::path& file) {
    const auto column = [&](const auto& of) {
        std::vector<double> numbers;
        for (const EpochReport& e : epochs) numbers.push_back(of(e));
        return numbers;
    };
    const std::vector<double> x = column([](const EpochReport& e) { return static_cast<double>(e.epoch); });
    const auto panel = [&](const char* title, double Evaluation::*of, const std::vector<double>& training) {
        Panel p{title, "epoch", {{"training", x, training}}, epochs.size() <= 50};
        if (!aside.empty())
            p.series.push_back({aside, x, column([of](const EpochReport& e) { return e.validation.*of; })});
        if (x.back() <= 10) p.x_low = 0.5, p.x_high = x.back() + 0.5, p.x_step = 1;
        p.key = "below";  // a curve may go anywhere
        return p;
    };
    std::vector<Panel> panels{
        panel("loss", &Evaluation::loss, column([](const EpochReport& e) { return e.loss; }))};
    if (!std::isnan(epochs.back().accuracy))
        panels.push_back(panel("accuracy", &Evaluation::accuracy,
                               column([](const EpochReport& e) { return e.accuracy; })));
    draw(panels, file);
}

void draw_fit(const Mlp<double>& model, const Data& data, const fs::path& file) {
    const Dataset& d = data.training;
    constexpr int steps = 400;
    const std::vector<double> x = column(d, 0);
    const auto [low, high] = std::ranges::minmax(x);
    Series fit{"the network", {}, {}};
    for (int k = 0; k <= steps; ++k) {
        const double at = low + (high - low) * k / steps;
        fit.x.push_back(as_it_came(data, 0, at));
        fit.y.push_back(model.predict(std::vector{at})[0]);
    }
    // One output says the second class above 0: that one's samples are at the top, the first one's below.
    const bool classes = d.targets.empty();
    const double ends[] = {std::min(-1.0, std::ranges::min(fit.y)), std::max(1.0, std::ranges::max(fit.y))};
    std::vector<Series> all(classes ? d.class_count : 1);
    for (std::size_t c = 0; c < all.size(); ++c) {
        all[c].name = classes ? class_name(d, c) : "the data";
        all[c].dots = true;
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
        const std::size_t c = classes ? static_cast<std::size_t>(d.label(i)) : 0;
        all[c].x.push_back(as_it_came(data, 0, x[i]));
        all[c].y.push_back(classes ? ends[std::min<std::size_t>(c, 1)] : d.targets[i]);
    }
    all.push_back(fit);
    if (classes) all.push_back({"where the class changes", {fit.x.front(), fit.x.back()}, {0, 0}, true});
    Panel panel{data.target, column_name(data, 0), std::move(all)};
    panel.key = "below";
    draw({panel}, file);
}

namespace {

// The part of one input that draw_boundary shows: all of the samples, and some room around them.
struct Axis {
    std::vector<double> x;
    double least, most, low, high;
    std::string name, texts[2];  // of the least and the most, as they came
    Axis(const Data& data, std::size_t k)
        : x(column(data.training, k)),
          least(*std::ranges::min_element(x)),
          most(*std::ranges::max_element(x)),
          low(least - (most > least ? 0.1 * (most - least) : 1)),
          high(most + (most > least ? 0.1 * (most - least) : 1)),
          name(svg_text(column_name(data, k), 40)),
          texts{fmt::format("{:.5g}", as_it_came(data, k, least)),
                fmt::format("{:.5g}", as_it_came(data, k, most))} {}
    double at(double share) const { return low + share * (high - low); }
    double share(double value) const { return (value - low) / (high - low); }
};

// The frame of a square with two axes, their names, and the place of the least and the most on them.
std::string frame(const Axis& x, const Axis& y, double left, double size) {
    const double bottom = margin + size;
    std::string svg = fmt::format(
        "<rect x='{0:g}' y='{1:g}' width='{2:g}' height='{2:g}' fill='none' stroke='#888888'/>\n"
        "<text x='{3:g}' y='{4:g}'>{5}</text>\n"
        "<text transform='translate(14 {6:g}) rotate(-90)'>{7}</text>\n",
        left, margin, size, left + size / 2, bottom + 18, x.name, margin + size / 2, y.name);
    for (const bool most : {false, true}) {
        const double across = left + x.share(most ? x.most : x.least) * size,
                     down = bottom - y.share(most ? y.most : y.least) * size;
        svg += fmt::format(
            "<path d='M{:.1f} {:g}v5M{:g} {:.1f}h-5' stroke='#888888'/>\n<text x='{:.1f}' "
            "y='{:g}'>{}</text>\n"
            "<text x='{:g}' y='{:.1f}' text-anchor='end'>{}</text>\n",
            across, bottom, left, down, across, bottom + 18, x.texts[most], left - 8, down + 4,
            y.texts[most]);
    }
    return svg;
}

constexpr std::size_t longest_name = 30;

// The classes' names below each other, as many as there is room for.
std::string key(const Dataset& d, double left, double height) {
    constexpr double line = 18;
    const auto room = static_cast<std::size_t>(height / line);
    const std::size_t shown = d.class_count > room ? room - 1 : d.class_count;
    std::string svg = "<g text-anchor='start'>\n";
    for (std::size_t c = 0; c < shown; ++c) {
        const double y = margin + line * (static_cast<double>(c) + 0.5);
        svg += fmt::format("<circle cx='{:g}' cy='{:g}' r='4' fill='{}'/><text x='{:g}' y='{:g}'>{}</text>\n",
                           left + 4, y, colour_of(c, 1), left + 14, y + 4,
                           svg_text(class_name(d, c), longest_name));
    }
    if (shown < d.class_count)
        svg += fmt::format("<text x='{:g}' y='{:g}'>and {} more</text>\n", left + 14,
                           margin + line * (static_cast<double>(shown) + 0.5) + 4, d.class_count - shown);
    return svg + "</g>\n";
}

}  // namespace

void draw_boundary(const Mlp<double>& model, const Loss& loss, const Data& data, const fs::path& file) {
    constexpr std::size_t cells = 120;
    constexpr double size = 420, below = 28;
    const Dataset& d = data.training;
    const Axis x(data, 0), y(data, 1);
    std::size_t longest = 6;
    for (std::size_t c = 0; c < d.class_count; ++c)
        longest = std::max(longest, std::min<std::size_t>(class_name(d, c).size(), longest_name));
    const double left = 34 + 6.5 * static_cast<double>(std::max(y.texts[0].size(), y.texts[1].size()));
    const auto seen = [&](double a, double b) {
        return static_cast<std::size_t>(loss.predicted_class(model.predict(std::vector{a, b})));
    };
    std::string content = image(cells, cells, left + size / 2, margin, size, [&](std::size_t k) {
        const double across = (static_cast<double>(k % cells) + 0.5) / cells,
                     down = (static_cast<double>(k / cells) + 0.5) / cells;
        return colour_of(seen(x.at(across), y.at(1 - down)), 0.22);
    });
    content += frame(x, y, left, size);
    std::size_t wrong = 0;
    content += "<g shape-rendering='auto' stroke-width='1.5'>\n";
    for (std::size_t i = 0; i < d.size(); ++i) {
        const double across = left + x.share(x.x[i]) * size, down = margin + (1 - y.share(y.x[i])) * size;
        const auto truth = static_cast<std::size_t>(d.label(i));
        const bool right = seen(x.x[i], y.x[i]) == truth;
        wrong += !right;
        content += right ? fmt::format("<circle cx='{:.1f}' cy='{:.1f}' r='2.5' fill='{}'/>\n", across, down,
                                       colour_of(truth, 1))
                         : fmt::format("<path d='M{:.1f} {:.1f}l8 8m0 -8l-8 8' stroke='{}'/>\n", across - 4,
                                       down - 4, colour_of(truth, 1));
    }
    content += key(d, left + size + 16, size) + "</g>\n";
    const std::string title = fmt::format("{} of {} points seen as another class (crosses)", wrong, d.size());
    write_file(file, sheet(left + size + 40 + 6.5 * static_cast<double>(longest), size + below, title.c_str(),
                           content));
}

void draw_samples(const Mlp<double>& model, const Loss& loss, const Dataset& data, const fs::path& file) {
    constexpr std::size_t columns = 8, rows = 3;
    constexpr double cell_width = 90, cell_height = 98;
    std::vector<double> x(data.width);
    std::string content;
    const auto name = [&](int c) { return svg_text(class_name(data, static_cast<std::size_t>(c)), 14); };
    for (std::size_t i = 0; i < std::min(columns * rows, data.size()); ++i) {
        data.input(i, x);
        const int seen = loss.predicted_class(model.predict(x)), truth = data.label(i);
        const double middle = (static_cast<double>(i % columns) + 0.5) * cell_width,
                     top = static_cast<double>(i / columns) * cell_height + margin;
        content += image(data.image_columns, data.width / data.image_columns, middle, top + 4, 56,
                         [&](std::size_t k) {
                             return fmt::format("#{0:02x}{0:02x}{0:02x}",
                                                255 - static_cast<int>(std::lround(x[k] * 15)) * 17);
                         });
        content += fmt::format("<text x='{:g}' y='{:g}' fill='{}'>{}", middle, top + 74,
                               seen == truth ? "#222222" : "#c00000", name(seen));
        if (seen != truth)
            content += fmt::format("<tspan x='{:g}' dy='13'>not {}</tspan>", middle, name(truth));
        content += "</text>\n";
    }
    write_file(file, sheet(columns * cell_width, rows * cell_height,
                           "the first test images, and what the network takes them for", content));
}

void draw_weights(const Mlp<double>& model, std::size_t image_columns, const fs::path& file) {
    constexpr std::size_t columns = 16;
    constexpr double cell = 46, size = 42;
    const Layer& layer = model.layers().front();
    std::string content;
    for (std::size_t i = 0; i < layer.outputs; ++i) {
        const auto w = model.parameters().subspan(i * layer.inputs, layer.inputs);
        double most = 1e-300;
        for (const double v : w) most = std::max(most, std::abs(v));
        content += image(
            image_columns, layer.inputs / image_columns, (static_cast<double>(i % columns) + 0.5) * cell,
            static_cast<double>(i / columns) * cell + margin, size, [&](std::size_t k) {
                const int level = 255 - static_cast<int>(std::lround(std::abs(w[k]) / most * 6)) * 42;
                return w[k] > 0 ? fmt::format("#ff{0:02x}{0:02x}", std::max(level, 0))
                                : fmt::format("#{0:02x}{0:02x}ff", std::max(level, 0));
            });
    }
    const double rows = std::ceil(static_cast<double>(layer.outputs) / columns);
    write_file(file, sheet(columns * cell, rows * cell, "first-layer weights: red +, blue -", content));
}
