// The report as tables of words: what stands where, for a terminal and for a page alike.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report.hpp"

namespace overhead {

struct Row {
    std::vector<std::string> figures;  ///< the first one is a name
    std::string instead = {};          ///< a sentence in place of those after the name
};

struct Table {
    std::string title;
    std::vector<std::string> head;
    std::vector<Row> rows;
};

/// A problem's engines: primal, hand, then from the fastest on; those that were not timed last.
Table problem_table(const Report& report, const Problem& problem);

/// Parts of a cycle of the engine `value`, in ns per operation; none where no cell has them.
std::optional<Table> parts_table(const Report& report);

/// A table for each problem that was grown.
std::vector<Table> scaling_tables(const Report& report);

/// All of them, in this order.
std::vector<Table> all_tables(const Report& report);

/// What stands above them, and below: paragraphs.
std::vector<std::string> heading(const Report& report);
std::vector<std::string> notes(const Report& report);

/// The cells of a problem in the order of its table.
std::vector<const Cell*> in_order(const Report& report, const Problem& problem);

/// A number in at most seven characters: three digits, or as many as stand before the decimals.
std::string figure(double x);

}  // namespace overhead
