// `wengert lecture` in a folder of the test's own, in English unless the line says otherwise.
#pragma once

#include <algorithm>
#include <cstddef>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "command.hpp"

class Lecture : public Train {
protected:
    Outcome lecture(const std::string& arguments) const { return shell("LC_ALL=C $W lecture " + arguments); }
    nlohmann::json json(const std::string& arguments) const {
        return nlohmann::json::parse(lecture(arguments + " --json").out);
    }
    /// What it prints; it must end well, and no line be wider than 80 characters.
    std::string text(const std::string& arguments) const {
        const Outcome r = lecture(arguments);
        EXPECT_EQ(r.code, 0) << arguments << "\n" << r.err;
        EXPECT_EQ(r.err, "") << arguments;
        std::istringstream in(r.out);
        for (std::string line; std::getline(in, line);) EXPECT_LE(characters(line), 80) << line;
        return r.out;
    }

    static std::ptrdiff_t characters(const std::string& line) {
        return std::ranges::count_if(line, [](char c) { return (c & 0xc0) != 0x80; });
    }
    static bool has(const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    }
    static std::size_t count(const std::string& text, const std::string& part) {
        std::size_t n = 0;
        for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++n;
        return n;
    }
};
