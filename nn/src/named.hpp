// Things of one kind that are found by name: a table each, and one way to look into it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <wengert/error.hpp>

namespace wengert::nn {

/// An entry of a table of functions. (Activations and losses know their names themselves.)
template <class F> struct Named {
    std::string_view label;
    F function;
    std::string_view name() const { return label; }
};

template <class Table> std::vector<std::string> names_of(const Table& table) {
    std::vector<std::string> names;
    for (const auto& entry : table) names.emplace_back(entry.name());
    return names;
}

/// The entry of that name; throws Error that lists the known ones where there is none.
template <class Table> const auto& find(const Table& table, std::string_view kind, std::string_view name) {
    std::string known;
    for (const auto& entry : table) {
        if (entry.name() == name) return entry;
        known += (known.empty() ? "" : ", ") + std::string(entry.name());
    }
    fail("there is no " + std::string(kind) + " named '" + std::string(name) + "'; known: " + known);
}

}  // namespace wengert::nn
