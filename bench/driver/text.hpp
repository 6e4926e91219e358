// Tables on a terminal, in at most 100 columns.
#pragma once

#include <string>
#include <vector>

#include "tables.hpp"

namespace overhead {

inline constexpr std::size_t page_width = 100;

/// What begins and ends an emphasis; "" where the output is no terminal, or NO_COLOR is set.
struct Style {
    std::string bold, red, plain;
    static Style of_stdout();
};

/// Columns as wide as their widest figure; a sentence in their place goes on below itself.
std::string text_of(const Table& table, const Style& style);

/// The whole report.
std::string text_of(const Report& report, const Style& style);

/// A paragraph, its lines after the first indented.
std::string paragraph(const std::string& text);

}  // namespace overhead
