#pragma once

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

#include <regex.h>

/// A POSIX extended regular expression. (std::regex costs seconds to compile, and g++ 12 warns inside it.)
class Pattern {
public:
    explicit Pattern(const char* expression) {
        if (regcomp(&compiled_, expression, REG_EXTENDED) != 0) throw std::invalid_argument(expression);
    }
    ~Pattern() { regfree(&compiled_); }
    Pattern(const Pattern&) = delete;
    Pattern& operator=(const Pattern&) = delete;

    bool found_in(const std::string& text) const { return !all_in(text).empty(); }
    /// Each match with its groups: [0] is the whole.
    std::vector<std::array<std::string, 3>> all_in(const std::string& text) const {
        std::vector<std::array<std::string, 3>> matches;
        const char* from = text.c_str();
        for (regmatch_t groups[3];
             regexec(&compiled_, from, 3, groups, from == text.c_str() ? 0 : REG_NOTBOL) == 0;) {
            auto& match = matches.emplace_back();
            for (std::size_t k = 0; k < 3; ++k)
                if (groups[k].rm_so >= 0) match[k].assign(from + groups[k].rm_so, from + groups[k].rm_eo);
            if (groups[0].rm_eo == 0) break;  // an empty match would not end
            from += groups[0].rm_eo;
        }
        return matches;
    }

private:
    regex_t compiled_{};
};
