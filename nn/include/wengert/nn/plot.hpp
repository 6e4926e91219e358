// Curves as pictures, by gnuplot. Part of wengert::nn_io.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace wengert::nn {

/// A line through points; the k-th series of a panel has the k-th colour. A point that is not finite breaks
/// the line, and so does one not above 0 on a logarithmic axis; a series of such points alone is left out.
struct Series {
    std::string name;  ///< in the key; "" stands for none
    std::vector<double> x, y;
    bool dashed = false;
    bool dots = false;  ///< points without a line
    bool bars = false;  ///< from x = 1 on a logarithmic axis, else from 0, to each point: each in a row of y
};
/// One pair of axes. Limits that are equal are chosen by the data.
struct Panel {
    std::string title, x_label;
    std::vector<Series> series;
    bool points = false;  ///< a dot at each point too, but of dashed lines
    bool log_y = false;
    double x_low = 0, x_high = 0, y_low = 0, y_high = 0;
    double x_step = 0;              ///< between ticks; 0: chosen
    std::string key = "top right";  ///< where the names stand, in gnuplot's words
    bool log_x = false;
    std::vector<std::string> rows = {};  ///< names beside y = 1, 2, ... from the top, in place of numbers
    std::string y_label = {};
};
/// Of a panel, in points.
struct PanelSize {
    std::size_t width = 380, height = 340;
};

/// Panels side by side, `columns` in a row, as SVG. Throws Error if a panel has no point to draw, or gnuplot
/// is missing or fails.
std::string svg_of(const std::vector<Panel>& panels, std::size_t columns = 2, PanelSize size = {});

/// The same in a file. Throws Error, and leaves the file as it was, if it cannot be drawn or written.
///
///     draw({{"loss", "epoch", {{"training", epochs, losses}}}}, "loss.svg");
void draw(const std::vector<Panel>& panels, const std::filesystem::path& file, std::size_t columns = 2);

}  // namespace wengert::nn
