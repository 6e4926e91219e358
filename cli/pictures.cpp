#include "pictures.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <system_error>

#include <fcntl.h>
#include <fmt/core.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <wengert/error.hpp>

using namespace wengert;
using namespace wengert::nn;
namespace fs = std::filesystem;

void check_writable(const fs::path& folder) {
    std::error_code ignored;
    fs::path there = fs::current_path() / folder;
    while (!fs::exists(there, ignored)) there = there.parent_path();
    if (!fs::is_directory(there, ignored) || access(there.c_str(), W_OK | X_OK) != 0)
        fail(fmt::format("cannot write in the folder '{}': choose another with --output", folder.string()));
}

void write_file(const fs::path& file, const std::string& text) {
    std::error_code problem;
    fs::create_directories(file.parent_path(), problem);
    const fs::path part = file.string() + ".part";
    std::ofstream out(part, std::ios::binary);
    out << text;
    out.close();
    if (out) fs::rename(part, file, problem);
    if (out && !problem) return;
    fs::remove(part, problem);
    fail(fmt::format("cannot write '{}': is the disk full, or the folder not yours?", file.string()));
}

namespace {

// ---- Curves, by gnuplot ----

// What gnuplot prints for a script. Neither a shell nor gnuplot sees the name of a file, so that no name can
// mean anything to them.
std::string run_gnuplot(const std::string& script) {
    const auto close = [](std::FILE* f) { std::fclose(f); };
    using File = std::unique_ptr<std::FILE, decltype(close)>;
    const File in(std::tmpfile(), close), out(std::tmpfile(), close);
    if (!in || !out || std::fputs(script.c_str(), in.get()) < 0 || std::fflush(in.get()) != 0 ||
        lseek(fileno(in.get()), 0, SEEK_SET) != 0)
        fail("no curves: no room for a temporary file; is the disk full?");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fileno(in.get()), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fileno(out.get()), STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    char name[] = "gnuplot", no_settings_of_the_user[] = "-d";
    char* const arguments[] = {name, no_settings_of_the_user, nullptr};
    pid_t child = 0;
    const int missing = posix_spawnp(&child, name, &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (missing != 0) fail("no curves: for gnuplot, install the package gnuplot-nox");
    int status = 0;
    while (waitpid(child, &status, 0) == -1 && errno == EINTR) {}
    std::string text;
    std::rewind(out.get());
    char buffer[4096];
    while (std::feof(out.get()) == 0 && std::ferror(out.get()) == 0)
        text.append(buffer, std::fread(buffer, 1, sizeof buffer, out.get()));
    if (status != 0) fail("no curves: gnuplot failed; does it run by itself?");
    return text;
}

std::string data_block(const char* name, const std::vector<EpochReport>& epochs, bool validated) {
    std::string block = fmt::format("${} << END\n", name);
    for (const EpochReport& e : epochs)
        block += fmt::format("{} {:.9g} {:.9g} {:.9g} {:.9g}\n", e.epoch, e.loss, e.accuracy,
                             validated ? e.validation.loss : 0.0, validated ? e.validation.accuracy : 0.0);
    return block + "END\n";
}

// ---- Images ----

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

void draw_curves(const std::vector<EpochReport>& epochs, bool validated, const fs::path& file) {
    const std::size_t last = epochs.back().epoch;
    const bool few = last <= 10;
    const char* const style = last <= 50 ? "linespoints pt 7 ps 0.4" : "lines";
    std::string script = data_block("epochs", epochs, validated);
    script +=
        "set terminal svg size 760,340 font 'sans-serif,12' background 'white'\nset multiplot layout 1,2\n"
        "set grid lc rgb '#dddddd'\nset border 3\nset tics nomirror\nset xlabel 'epoch'\nset key top right\n";
    if (few) script += fmt::format("set xtics 1\nset xrange [0.5:{}.5]\n", last);
    const auto plot = [&](const char* what, int column) {
        script += fmt::format(
            "set title '{0}'\nplot $epochs using 1:{1} with {2} lw 2 lc rgb '#1f77b4' title 'training'", what,
            column, style);
        if (validated)
            script +=
                fmt::format(", '' using 1:{} with {} lw 2 lc rgb '#d62728' title 'test'", column + 2, style);
        script += "\n";
    };
    plot("loss", 2);
    script += "set key bottom right\n";
    plot("accuracy", 3);
    script += "unset multiplot\n";
    const std::string svg = run_gnuplot(script);
    if (svg.find("</svg>") == std::string::npos)
        fail("no curves: gnuplot's picture is cut; is the disk full?");
    write_file(file, svg);
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
