#include <wengert/nn/plot.hpp>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <memory>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <wengert/error.hpp>
#include <wengert/nn/files.hpp>

namespace wengert::nn {
namespace {

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

std::string number(double x) {
    char text[32];
    std::snprintf(text, sizeof text, "%.9g", x);
    return text;
}
// A text between single quotes, where nothing in it means anything to gnuplot; it cannot hold such a quote,
// but the printer's.
std::string quoted(const std::string& text) {
    std::string result = "'";
    for (const char c : text) {
        if (c == '\'')
            result += "\u2019";
        else if (static_cast<unsigned char>(c) >= ' ')
            result += c;
    }
    return result + "'";
}
std::string range(const char* axis, double low, double high) {
    return std::string("set ") + axis + "range [" + (low == high ? "*:*" : number(low) + ":" + number(high)) +
           "]\n";
}

// The points of a series, a blank line where one cannot be drawn; "" where none can.
std::string points_of(const Series& series, bool log_x, bool log_y) {
    std::string points;
    bool any = false;
    for (std::size_t k = 0; k < std::min(series.x.size(), series.y.size()); ++k) {
        const double x = series.x[k], y = series.y[k];
        const bool shown = std::isfinite(x) && std::isfinite(y) && (!log_x || x > 0) && (!log_y || y > 0);
        points += shown ? number(x) + " " + number(y) + "\n" : "\n";
        any |= shown;
    }
    return any ? points : "";
}

// How a series is drawn, in gnuplot's words.
std::string style_of(const Series& s, const Panel& panel) {
    if (s.bars)  // x, y, then the box's left, right, bottom and top
        return std::string(" using 1:2:(") + (panel.log_x ? "1" : "0") +
               "):1:($2-0.36):($2+0.36) with boxxyerror fs solid noborder ";
    return std::string(" using 1:2 with ") +
           (s.dots                      ? "points pt 7 ps 0.4"
            : panel.points && !s.dashed ? "linespoints pt 7 ps 0.4"
                                        : "lines") +
           " lw 2 " + (s.dashed ? "dt 2 " : "");
}

std::string y_tics_of(const Panel& panel) {
    if (panel.rows.empty()) return "set ytics autofreq\n";
    std::string names;
    for (std::size_t k = 0; k < panel.rows.size(); ++k)
        names += (k == 0 ? "" : ", ") + quoted(panel.rows[k]) + " " + std::to_string(k + 1);
    return "set ytics noenhanced (" + names + ")\n";
}
std::string y_range_of(const Panel& panel) {
    return panel.rows.empty() ? range("y", panel.y_low, panel.y_high)
                              : range("y", static_cast<double>(panel.rows.size()) + 0.5, 0.5);
}

std::string script_of(const Panel& panel, const std::string& prefix) {
    static constexpr const char* colours[] = {"#1f77b4", "#d62728", "#2ca02c", "#ff7f0e", "#9467bd",
                                              "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf"};
    std::string script, plots;
    for (std::size_t k = 0; k < panel.series.size(); ++k) {
        const Series& s = panel.series[k];
        const std::string name = prefix + std::to_string(k), points = points_of(s, panel.log_x, panel.log_y);
        if (points.empty()) continue;
        script.append("$").append(name).append(" << END\n").append(points).append("END\n");
        plots += std::string(plots.empty() ? "plot $" : ", $") + name + style_of(s, panel) + "lc rgb '" +
                 colours[k % std::size(colours)] + "' " +
                 (s.name.empty() ? "notitle" : "title " + quoted(s.name) + " noenhanced");
    }
    if (plots.empty()) fail("no curves: nothing finite to draw in the panel '" + panel.title + "'");
    script += "set title " + quoted(panel.title) + " noenhanced\nset xlabel " + quoted(panel.x_label) +
              " noenhanced\nset ylabel " + quoted(panel.y_label) + " noenhanced\nset key " + panel.key +
              "\nunset logscale\n" + (panel.log_x ? "set logscale x\n" : "") +
              (panel.log_y ? "set logscale y\n" : "") + "set xtics " +
              (panel.x_step == 0 ? "autofreq" : number(panel.x_step)) + "\n" + y_tics_of(panel) +
              range("x", panel.x_low, panel.x_high) + y_range_of(panel);
    return script + plots + "\n";
}

}  // namespace

std::string svg_of(const std::vector<Panel>& panels, std::size_t columns, PanelSize size) {
    columns = std::min(columns, panels.size());
    if (columns == 0) fail("no curves: a picture needs a panel");
    const std::size_t rows = (panels.size() + columns - 1) / columns;
    std::string script = "set encoding utf8\nset terminal svg size " + std::to_string(columns * size.width) +
                         "," + std::to_string(rows * size.height) +
                         " font 'sans-serif,12' background 'white'\nset multiplot layout " +
                         std::to_string(rows) + "," + std::to_string(columns) +
                         "\nset grid lc rgb '#dddddd'\nset border 3\nset tics nomirror\n";
    for (std::size_t p = 0; p < panels.size(); ++p) {
        if (panels[p].series.empty()) fail("no curves: the panel '" + panels[p].title + "' has no series");
        script += script_of(panels[p], std::string("p") + std::to_string(p) + "s");
    }
    std::string svg = run_gnuplot(script + "unset multiplot\n");
    if (svg.find("</svg>") == std::string::npos)
        fail("no curves: gnuplot's picture is cut; is the disk full?");
    return svg;
}

void draw(const std::vector<Panel>& panels, const std::filesystem::path& file, std::size_t columns) {
    write_file(file, svg_of(panels, columns));
}

}  // namespace wengert::nn
