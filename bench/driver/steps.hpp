// How far a part of the run is, on stderr.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include <fmt/format.h>

#include "progress.hpp"

namespace overhead {

/// So many steps that take about as long as each other.
class Steps {
public:
    Steps(std::string what, std::size_t count) : what_(std::move(what)), count_(count) {}

    /// Begins one. A step's name is a text, shown on a terminal.
    void begin(const std::string& name) {
        if (line_.due())
            line_.show(fmt::format("{} {}/{}{}:  {}", what_, done_ + 1, count_, left_in_words(), name));
        ++done_;
    }
    /// A line that stays.
    void say(const std::string& text) {
        line_.say(fmt::format("{}  {:.0f} s{}", text, seconds(), left_in_words()));
    }
    /// There are fewer than was thought.
    void shorten(std::size_t count) { count_ = count; }

    double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

private:
    // Once there is something to tell it by.
    std::string left_in_words() const {
        if (seconds() < 1 || done_ < 3 || done_ >= count_) return "";
        const double each = seconds() / static_cast<double>(done_);
        return fmt::format(", about {:.0f} s left", each * static_cast<double>(count_ - done_));
    }

    using Clock = std::chrono::steady_clock;
    std::string what_;
    std::size_t count_, done_ = 0;
    Clock::time_point start_ = Clock::now();
    StatusLine line_;
};

}  // namespace overhead
