#include "checks.hpp"

#include <charconv>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

namespace {

// All of the text as a number; NaN where it is none.
double number(const std::string& text) {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    return !text.empty() && *end == '\0' && std::isfinite(value) ? value : std::nan("");
}

}  // namespace

std::function<std::string(const std::string&)> whole(std::uint64_t least, std::uint64_t most) {
    return [least, most](const std::string& text) {
        std::uint64_t number = 0;
        const char* const end = text.data() + text.size();
        const auto [next, problem] = std::from_chars(text.data(), end, number);
        if (problem == std::errc() && next == end && number >= least && number <= most) return std::string();
        return fmt::format("it is a whole number, at least {} and at most {}; it was {}", least, most, text);
    };
}
std::string not_empty(const std::string& text) {
    return text.empty() ? "it is an empty text: is a variable not set?" : "";
}
std::string positive(const std::string& text) {
    return number(text) > 0 ? "" : "a learning rate is a positive number, it was " + text;
}
std::string at_least_zero(const std::string& text) {
    return number(text) >= 0 ? "" : "it is a number of at least 0, it was " + text;
}
std::string above_zero(const std::string& text) {
    return number(text) > 0 ? "" : "it is a number above 0, it was " + text;
}
std::string at_least_one(const std::string& text) {
    return number(text) >= 1 ? "" : "it is a number of at least 1, it was " + text;
}
std::string share(const std::string& text) {
    return number(text) >= 0 && number(text) < 1 ? ""
                                                 : "it is a share, at least 0 and below 1, it was " + text;
}
