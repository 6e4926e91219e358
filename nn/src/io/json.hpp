// JSON values that know where they stand, for readers whose errors name the place.
#pragma once

#include <cstddef>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <wengert/error.hpp>

#include "../named.hpp"

namespace wengert::nn {

using Json = nlohmann::json;

/// Parses to the text's end. Throws Error for the line and column where it is no JSON, holds a number beyond
/// a double, or has brackets in brackets more than `deepest` deep.
Json parse_json(std::istringstream& text, int deepest);

/// Whether JSON can hold a text: it has no other bytes than UTF-8.
bool is_utf8(const std::string& text);

/// What a value can be: in words, and how it is told.
struct Kind {
    const char* name;
    bool (Json::*is)() const noexcept;
};
template <class T> constexpr Kind kind{};
template <> inline constexpr Kind kind<double>{"a number", &Json::is_number};
template <> inline constexpr Kind kind<std::size_t>{"a whole number", &Json::is_number_unsigned};
template <> inline constexpr Kind kind<std::string>{"a string", &Json::is_string};
template <> inline constexpr Kind kind<bool>{"true or false", &Json::is_boolean};

/// A value inside another one, which must outlive it, and the path to it, such as layers[1].weights. Whatever
/// is not as asked for is an Error that begins with that path.
class Entry {
public:
    explicit Entry(const Json& json, std::string path = {}) : json_(json), path_(std::move(path)) {}

    /// The member of an object, or the item of an array.
    Entry operator[](const char* key) const;
    Entry operator[](std::size_t k) const;
    /// Whether an object has that member, and it is not null.
    bool has(const char* key) const;
    /// The items of an array.
    std::size_t size() const;
    void expect_count(std::size_t wanted, const char* what) const;

    template <class T> T as() const {
        expect(kind<T>);
        return json_.get<T>();
    }
    /// The items of an array that are all of one kind.
    template <class T> std::vector<T> all() const {
        std::vector<T> items;
        items.reserve(size());
        for (const Json& item : json_) {
            if (!(item.*kind<T>.is)()) (*this)[items.size()].expect(kind<T>);
            items.push_back(item.get<T>());
        }
        return items;
    }
    /// The entry of a table that has this name.
    template <class Table> const auto& of(const Table& table, std::string_view what) const {
        try {
            return find(table, what, as<std::string>());
        } catch (const Error& e) {
            wrong(e.what());
        }
    }
    [[noreturn]] void wrong(const std::string& what) const;

private:
    void expect(const Kind& wanted) const;

    const Json& json_;
    std::string path_;
};

}  // namespace wengert::nn
