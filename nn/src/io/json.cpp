#include "json.hpp"

#include <algorithm>

#include <wengert/nn/layer.hpp>

namespace wengert::nn {
namespace {

constexpr Kind object{"an object", &Json::is_object}, array{"an array", &Json::is_array};

// The line and column of the last character read.
std::string place(std::string_view read) {
    const std::string_view before = read.substr(0, read.size() - (read.empty() ? 0 : 1));
    const auto line = std::ranges::count(before, '\n') + 1;
    const std::size_t begin = before.rfind('\n') + 1;  // npos + 1 is 0
    return "line " + std::to_string(line) + ", column " + std::to_string(before.size() - begin + 1) + ": ";
}

// Before the parser sees it: an array of its own for each bracket is memory many times the text's size. (The
// parser can call back, but then compares each object's end with all values before it.)
void check_depth(std::string_view text, int deepest) {
    int depth = 0;
    bool quoted = false;
    for (std::size_t k = 0; k < text.size(); ++k) {
        const char c = text[k];
        if (c == '"') quoted = !quoted;
        if (quoted && c == '\\') ++k;
        if (quoted) continue;
        if (c == ']' || c == '}') --depth;
        if ((c == '[' || c == '{') && ++depth > deepest)
            fail(place(text.substr(0, k + 1)) + "brackets in brackets, more than " + std::to_string(deepest));
    }
}

// The parser's sentence without the names of its classes, its own place and what it read last, which may be
// anything.
std::string tidied(std::string said) {
    for (const std::string_view before : {"] ", " - "}) {
        const std::size_t at = said.find(before);
        if (at != std::string::npos) said.erase(0, at + before.size());
    }
    const std::size_t last = said.find("; last read: "), expected = said.rfind("; expected ");
    if (last != std::string::npos)
        said.erase(last, expected == std::string::npos || expected < last ? expected : expected - last);
    return said;
}

}  // namespace

Json parse_json(std::istringstream& text, int deepest) {
    check_depth(text.view(), deepest);
    try {
        return Json::parse(text);
    } catch (const Json::exception& e) {
        const auto read = text.rdbuf()->pubseekoff(0, std::ios::cur, std::ios::in);
        fail(place(text.view().substr(0, static_cast<std::size_t>(read))) + tidied(e.what()));
    }
}

Entry Entry::operator[](const char* key) const {
    expect(object);
    const std::string path = path_.empty() ? key : path_ + "." + key;
    const auto found = json_.find(key);
    if (found == json_.end()) fail(path + " is missing");
    return Entry(*found, path);
}

Entry Entry::operator[](std::size_t k) const {
    return Entry(json_.at(k), path_ + "[" + std::to_string(k) + "]");
}

bool Entry::has(const char* key) const {
    expect(object);
    const auto found = json_.find(key);
    return found != json_.end() && !found->is_null();
}

std::size_t Entry::size() const {
    expect(array);
    return json_.size();
}

void Entry::expect_count(std::size_t wanted, const char* what) const {
    check_count(path_.c_str(), what, size(), wanted);
}

void Entry::wrong(const std::string& what) const {
    fail((path_.empty() ? "the whole" : path_) + ": " + what);
}

void Entry::expect(const Kind& wanted) const {
    if ((json_.*wanted.is)()) return;
    const std::string is = json_.is_object()   ? object.name
                           : json_.is_array()  ? array.name
                           : json_.is_string() ? kind<std::string>.name
                                               : json_.dump();
    wrong(std::string("expected ") + wanted.name + ", it is " + is);
}

bool is_utf8(const std::string& text) {
    try {
        (void)Json(text).dump();
        return true;
    } catch (const Json::exception&) {
        return false;
    }
}

}  // namespace wengert::nn
