// What the text of an option must be: checks for CLI11, "" for what is right and else a sentence.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

std::function<std::string(const std::string&)> whole(std::uint64_t least, std::uint64_t most);
std::string not_empty(const std::string& text);  ///< as a variable is that nobody set
std::string positive(const std::string& text);   ///< a learning rate
std::string at_least_zero(const std::string& text);
std::string above_zero(const std::string& text);
std::string at_least_one(const std::string& text);
std::string share(const std::string& text);  ///< in [0, 1)
