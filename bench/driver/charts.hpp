// The report as pictures, by gnuplot: SVG.
#pragma once

#include <string>
#include <vector>

#include "report.hpp"

namespace overhead {

struct Picture {
    std::string name;  ///< of its file, without .svg
    std::string svg;
};

/// For each problem a bar per engine, its time over that of the gradient by hand on a logarithmic axis; then
/// the scaling, if there is one, with the caches' sizes. Where gnuplot cannot draw there is no picture: the
/// note, once, is added to `notes`.
std::vector<Picture> pictures(const Report& report, std::vector<std::string>& notes);

}  // namespace overhead
