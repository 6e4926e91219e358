#include "pictures.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <string_view>
#include <system_error>

#include <fmt/core.h>

#include <wengert/error.hpp>

using namespace wengert;
using namespace wengert::nn;
namespace fs = std::filesystem;

void check_writable(const fs::path& folder) {
    std::error_code problem;
    fs::create_directories(folder, problem);
    const fs::path probe = folder / ".wengert-probe";
    if (problem || !std::ofstream(probe).put(' ').flush())
        fail(fmt::format("cannot write in the folder '{}': choose another with --output", folder.string()));
    fs::remove(probe, problem);
}

void write_file(const fs::path& file, const std::string& text) {
    const fs::path part = file.string() + ".part";
    std::ofstream out(part, std::ios::binary);
    out << text;
    out.close();
    std::error_code problem;
    if (out) fs::rename(part, file, problem);
    if (out && !problem) return;
    fs::remove(part, problem);
    fail(fmt::format("cannot write '{}': is the disk full, or the folder not yours?", file.string()));
}

namespace {

std::string data_block(const char* name, const std::vector<EpochReport>& epochs, bool validated) {
    std::string block = fmt::format("${} << END\n", name);
    for (const EpochReport& e : epochs)
        block += fmt::format("{} {:.9g} {:.9g} {:.9g} {:.9g}\n", e.epoch, e.loss, e.accuracy,
                             validated ? e.validation.loss : 0.0, validated ? e.validation.accuracy : 0.0);
    return block + "END\n";
}

// A square image: one path for each colour, a rectangle in it for each run of pixels of that colour.
template <class Colour>
std::string image(std::size_t side, double x, double y, double scale, const Colour& colour) {
    std::map<std::string, std::string> paths;
    for (std::size_t row = 0; row < side; ++row)
        for (std::size_t start = 0, end; start < side; start = end) {
            const std::string c = colour(row * side + start);
            for (end = start + 1; end < side && colour(row * side + end) == c; ++end) {}
            paths[c] += fmt::format("M{} {}h{}v1H{}z", start, row, end - start, start);
        }
    paths.erase("#ffffff");
    std::string svg = fmt::format("<g transform='translate({} {}) scale({})'>\n", x, y, scale);
    for (const auto& [c, path] : paths) svg += fmt::format("<path fill='{}' d='{}'/>\n", c, path);
    return svg + "</g>\n";
}

std::string sheet(double width, double height, const std::string& content) {
    return fmt::format(
        "<svg xmlns='http://www.w3.org/2000/svg' width='{0:.0f}' height='{1:.0f}' viewBox='0 0 {0:.0f} "
        "{1:.0f}' "
        "font-family='sans-serif' font-size='11' text-anchor='middle' shape-rendering='crispEdges'>\n<rect "
        "width='100%' "
        "height='100%' fill='white'/>\n{2}</svg>\n",
        width, height, content);
}

std::size_t side_of(std::size_t pixels) {
    return static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(pixels))));
}

}  // namespace

void draw_curves(const std::vector<EpochReport>& epochs, bool validated, const fs::path& file) {
    const fs::path part = file.string() + ".part";
    std::string script = data_block("epochs", epochs, validated);
    script += fmt::format(
        "set terminal svg size 760,340 font 'sans-serif,12' background 'white'\nset output '{}'\n"
        "set multiplot layout 1,2\nset grid lc rgb '#dddddd'\nset border 3\nset tics nomirror\nset xlabel "
        "'epoch'\nset key top right\n",
        part.string());
    const auto plot = [&](const char* what, int column) {
        script += fmt::format(
            "set title '{0}'\nplot $epochs using 1:{1} with lines lw 2 lc rgb '#1f77b4' title 'training'",
            what, column);
        if (validated)
            script +=
                fmt::format(", '' using 1:{} with lines lw 2 lc rgb '#d62728' title 'test'", column + 2);
        script += "\n";
    };
    plot("loss", 2);
    script += "set key bottom right\n";
    plot("accuracy", 3);
    script += "unset multiplot\nset output\n";
    std::FILE* const gnuplot = popen("gnuplot >/dev/null 2>&1", "w");
    bool written = gnuplot != nullptr && std::fputs(script.c_str(), gnuplot) >= 0;
    written = gnuplot != nullptr && pclose(gnuplot) == 0 && written;
    std::error_code problem;
    if (written && fs::exists(part))
        fs::rename(part, file, problem);
    else
        problem = std::make_error_code(std::errc::io_error);
    if (problem) {
        fs::remove(part, problem);
        fail(fmt::format(
            "gnuplot did not draw '{}': install the package gnuplot-nox; what was trained is not lost",
            file.string()));
    }
}

void draw_samples(const Mlp<double>& model, const Loss& loss, const Dataset& data, const fs::path& file) {
    constexpr std::size_t columns = 8, rows = 3;
    constexpr double cell = 90, scale = 2;
    const std::size_t side = side_of(data.width);
    std::vector<double> x(data.width);
    std::string content;
    const auto name = [&](int c) {
        return data.class_names.empty() ? std::to_string(c) : data.class_names[static_cast<std::size_t>(c)];
    };
    for (std::size_t i = 0; i < std::min(columns * rows, data.size()); ++i) {
        data.input(i, x);
        const int seen = loss.predicted_class(model.predict(x)), truth = data.label(i);
        const double left = static_cast<double>(i % columns) * cell,
                     top = static_cast<double>(i / columns) * cell;
        content += image(side, left + (cell - static_cast<double>(side) * scale) / 2, top + 6, scale,
                         [&](std::size_t k) {
                             return fmt::format("#{0:02x}{0:02x}{0:02x}",
                                                255 - static_cast<int>(std::lround(x[k] * 15)) * 17);
                         });
        content += fmt::format("<text x='{}' y='{}' fill='{}'>{}</text>\n", left + cell / 2, top + cell - 14,
                               seen == truth ? "#222222" : "#c00000",
                               seen == truth ? name(seen) : name(seen) + ", not " + name(truth));
    }
    write_file(file, sheet(columns * cell, rows * cell, content));
}

void draw_weights(const Mlp<double>& model, const fs::path& file) {
    constexpr std::size_t columns = 16;
    constexpr double cell = 46, scale = 1.5;
    const Layer& layer = model.layers().front();
    const std::size_t side = side_of(layer.inputs);
    std::string content;
    for (std::size_t i = 0; i < layer.outputs; ++i) {
        const auto w = model.parameters().subspan(i * layer.inputs, layer.inputs);
        double most = 1e-300;
        for (const double v : w) most = std::max(most, std::abs(v));
        content += image(side, static_cast<double>(i % columns) * cell + 2,
                         static_cast<double>(i / columns) * cell + 2, scale, [&](std::size_t k) {
                             const int level =
                                 255 - static_cast<int>(std::lround(std::abs(w[k]) / most * 6)) * 42;
                             return w[k] > 0 ? fmt::format("#ff{0:02x}{0:02x}", std::max(level, 0))
                                             : fmt::format("#{0:02x}{0:02x}ff", std::max(level, 0));
                         });
    }
    const double rows = std::ceil(static_cast<double>(layer.outputs) / columns);
    write_file(file, sheet(columns * cell, rows * cell, content));
}
