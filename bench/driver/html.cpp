#include "html.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "tables.hpp"

namespace overhead {
namespace {

constexpr std::string_view style = R"(
body { font-family: sans-serif; color: #1a1a1a; background: white; max-width: 62em; margin: 2em auto;
       padding: 0 1em; line-height: 1.4; }
h1 { font-size: 1.5em; } h2 { font-size: 1.1em; margin-top: 2em; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.15em 0.8em; text-align: right; border-bottom: 1px solid #ddd; }
th { border-bottom: 1px solid #888; }
th:first-child, td:first-child, td.instead { text-align: left; }
td.instead { color: #a00000; }
svg { display: block; max-width: 100%; height: auto; margin: 1em 0; }
p.setting { margin: 0.2em 0; } ul { padding-left: 1.2em; }
)";

std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text)
        result += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
    return result;
}

std::string html_of(const Table& table) {
    std::string html = fmt::format("<h2>{}</h2>\n<table>\n<tr>", escaped(table.title));
    for (const std::string& head : table.head) html += fmt::format("<th>{}</th>", escaped(head));
    html += "</tr>\n";
    for (const Row& row : table.rows) {
        html += "<tr>";
        for (const std::string& figure : row.figures) html += fmt::format("<td>{}</td>", escaped(figure));
        if (!row.instead.empty())
            html += fmt::format("<td class='instead' colspan='{}'>{}</td>",
                                table.head.size() - row.figures.size(), escaped(row.instead));
        html += "</tr>\n";
    }
    return html + "</table>\n";
}

std::string replaced(std::string text, std::string_view from, const std::string& to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
    return text;
}

// The picture without what stands before it in a file, its ids its own among those of the page.
std::string inlined(const Picture& picture) {
    std::string svg = picture.svg.substr(std::min(picture.svg.find("<svg"), picture.svg.size()));
    for (const char* const before : {" id='", " id=\"", "href='#", "href=\"#", "url(#"})
        svg = replaced(svg, before, before + picture.name + "-");
    return svg;
}

std::string picture_named(const std::vector<Picture>& pictures, std::string_view name) {
    const auto found = std::ranges::find_if(pictures, [&](const Picture& p) { return p.name == name; });
    return found == pictures.end() ? "" : inlined(*found);
}

}  // namespace

std::string html_of(const Report& report, const std::vector<Picture>& pictures) {
    std::string html = fmt::format(
        "<!DOCTYPE html>\n<html lang='en'>\n<head>\n<meta charset='utf-8'>\n<title>What a gradient "
        "costs</title>\n<style>{}</style>\n</head>\n<body>\n<h1>What a gradient costs</h1>\n",
        style);
    for (const std::string& line : heading(report))
        html += fmt::format("<p class='setting'>{}</p>\n", escaped(line));
    for (const Problem& problem : report.problems)
        if (!in_order(report, problem).empty())
            html += html_of(problem_table(report, problem)) + picture_named(pictures, problem.id);
    if (const auto parts = parts_table(report)) html += html_of(*parts);
    for (const Table& table : scaling_tables(report)) html += html_of(table);
    html += picture_named(pictures, "scaling") + "<h2>Notes</h2>\n<ul>\n";
    for (const std::string& note : notes(report)) html += fmt::format("<li>{}</li>\n", escaped(note));
    return html + "</ul>\n</body>\n</html>\n";
}

}  // namespace overhead
