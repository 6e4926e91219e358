#include "pictures.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <system_error>

#include <fmt/core.h>
#include <unistd.h>

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
    while (!fs::exists(there, ignored)) there = there.parent_path();
    if (!fs::is_directory(there, ignored) || access(there.c_str(), W_OK | X_OK) != 0)
        fail(fmt::format("cannot write in the folder '{}': choose another with {}", folder.string(), option));
}

namespace {

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
        return p;
    };
    std::vector<Panel> panels{
        panel("loss", &Evaluation::loss, column([](const EpochReport& e) { return e.loss; }))};
    if (!std::isnan(epochs.back().accuracy)) {
        panels.push_back(panel("accuracy", &Evaluation::accuracy,
                               column([](const EpochReport& e) { return e.accuracy; })));
        panels.back().key = "bottom right";
    }
    draw(panels, file);
}

void draw_fit(const Mlp<double>& model, const Data& data, const fs::path& file) {
    const Dataset& d = data.training;
    constexpr int steps = 400;
    const auto [low, high] = std::ranges::minmax(d.inputs);
    // What was standardised is shown as it came.
    const bool standardised = !data.standardiser.means.empty();
    const auto shown = [&](double x) {
        return standardised ? x * data.standardiser.deviations[0] + data.standardiser.means[0] : x;
    };
    Series fit{"the network", {}, {}}, points{"the data", {}, d.targets};
    points.dots = true;
    for (const double x : d.inputs) points.x.push_back(shown(x));
    for (int k = 0; k <= steps; ++k) {
        const double x = low + (high - low) * k / steps;
        fit.x.push_back(shown(x));
        fit.y.push_back(model.predict(std::vector{x})[0]);
    }
    Panel panel{data.target, data.inputs.empty() ? "x" : data.inputs[0], {points, fit}};
    panel.key = "top left";
    draw({panel}, file);
}

void draw_boundary(const Mlp<double>& model, const Loss& loss, const Data& data, const fs::path& file) {
    static constexpr const char* pale[] = {"#cfe2f3", "#f9d5d3", "#d5ecd4", "#fde5cc", "#e4dbef", "#e8dcd8"};
    static constexpr const char* full[] = {"#1f77b4", "#d62728", "#2ca02c", "#ff7f0e", "#9467bd", "#8c564b"};
    constexpr std::size_t cells = 120;
    constexpr double size = 420;
    const Dataset& d = data.training;
    double low[2], high[2];
    for (std::size_t k = 0; k < 2; ++k) {
        low[k] = high[k] = d.inputs[k];
        for (std::size_t i = k; i < d.inputs.size(); i += 2)
            low[k] = std::min(low[k], d.inputs[i]), high[k] = std::max(high[k], d.inputs[i]);
        const double room = high[k] > low[k] ? 0.1 * (high[k] - low[k]) : 1;
        low[k] -= room, high[k] += room;
    }
    const auto seen = [&](double x, double y) {
        return static_cast<std::size_t>(loss.predicted_class(model.predict(std::vector{x, y})));
    };
    std::string content = image(cells, cells, size / 2, margin, size, [&](std::size_t k) {
        const double x = (static_cast<double>(k % cells) + 0.5) / cells,
                     y = (static_cast<double>(k / cells) + 0.5) / cells;
        return std::string(
            pale[seen(low[0] + x * (high[0] - low[0]), high[1] - y * (high[1] - low[1])) % std::size(pale)]);
    });
    std::size_t wrong = 0;
    content += "<g shape-rendering='auto' stroke-width='1.5'>\n";
    for (std::size_t i = 0; i < d.size(); ++i) {
        const std::span<const double> p = d.input(i);
        const double x = (p[0] - low[0]) / (high[0] - low[0]) * size,
                     y = margin + (high[1] - p[1]) / (high[1] - low[1]) * size;
        const auto truth = static_cast<std::size_t>(d.label(i));
        const bool right = seen(p[0], p[1]) == truth;
        wrong += !right;
        const char* const colour = full[truth % std::size(full)];
        content += right ? fmt::format("<circle cx='{:.1f}' cy='{:.1f}' r='2.5' fill='{}'/>\n", x, y, colour)
                         : fmt::format("<path d='M{:.1f} {:.1f}l8 8m0 -8l-8 8' stroke='{}'/>\n", x - 4, y - 4,
                                       colour);
    }
    const std::string title = fmt::format("{} of {} points seen as another class (crosses)", wrong, d.size());
    write_file(file, sheet(size, size, title.c_str(), content + "</g>\n"));
}

void draw_samples(const Mlp<double>& model, const Loss& loss, const Dataset& data, const fs::path& file) {
    constexpr std::size_t columns = 8, rows = 3;
    constexpr double cell_width = 90, cell_height = 98;
    std::vector<double> x(data.width);
    std::string content;
    const auto name = [&](int c) {
        return data.class_names.empty() ? std::to_string(c) : data.class_names[static_cast<std::size_t>(c)];
    };
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
