#include "text.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#include <unistd.h>

#include "commands.hpp"

namespace overhead {
namespace {

constexpr std::size_t indent = 2;

// A text broken to fit between two columns.
std::string filled(const std::string& text, std::size_t from) {
    std::string result;
    for (const char c : wrapped(text, page_width - from)) {
        result += c;
        if (c == '\n') result.append(from, ' ');
    }
    return result;
}

// In characters, not bytes.
std::size_t width(const std::string& text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; }));
}

std::vector<std::size_t> widths(const Table& table) {
    std::vector<std::size_t> all;
    for (const std::string& head : table.head) all.push_back(width(head));
    for (const Row& row : table.rows)
        for (std::size_t k = 0; k < row.figures.size(); ++k) all[k] = std::max(all[k], width(row.figures[k]));
    return all;
}
// Tables with the same head have the same columns.
std::vector<std::size_t> widths(const std::vector<Table>& tables, const Table& like) {
    std::vector<std::size_t> all = widths(like);
    for (const Table& table : tables)
        if (table.head == like.head)
            std::ranges::transform(all, widths(table), all.begin(),
                                   [](auto a, auto b) { return std::max(a, b); });
    return all;
}

std::string line_of(const std::vector<std::string>& figures, const std::vector<std::size_t>& widths) {
    std::string line = fmt::format("{:{}}{:<{}}", "", indent, figures[0], widths[0]);
    for (std::size_t k = 1; k < figures.size(); ++k) line += fmt::format("  {:>{}}", figures[k], widths[k]);
    return line;
}

std::string text_of(const std::vector<Table>& tables, const Table& table, const Style& style) {
    const std::vector<std::size_t> columns = widths(tables, table);
    std::string text =
        style.bold + filled(table.title, 0) + style.plain + "\n" + line_of(table.head, columns);
    for (const Row& row : table.rows) {
        text += "\n" + line_of(row.figures, columns);
        if (!row.instead.empty())
            text += "  " + style.red + filled(row.instead, indent + columns[0] + 2) + style.plain;
    }
    return text + "\n";
}

}  // namespace

Style Style::of_stdout() {
    const char* const no_colour = std::getenv("NO_COLOR");
    if (isatty(STDOUT_FILENO) == 0 || (no_colour != nullptr && *no_colour != '\0')) return {};
    return {"\033[1m", "\033[31m", "\033[0m"};
}

std::string text_of(const Table& table, const Style& style) { return text_of({}, table, style); }

std::string paragraph(const std::string& text) { return filled(text, indent) + "\n"; }

std::string text_of(const Report& report, const Style& style) {
    std::string text;
    for (const std::string& line : heading(report)) text += paragraph(line);
    const std::vector<Table> tables = all_tables(report);
    for (const Table& table : tables) text += "\n" + text_of(tables, table, style);
    text += "\n";
    for (const std::string& note : notes(report)) text += paragraph(note);
    return text;
}

}  // namespace overhead
