// What a long run says meanwhile, and how it hears of Ctrl-C.
#pragma once

#include <chrono>
#include <csignal>
#include <cstddef>
#include <string>

#include <wengert/nn/trainer.hpp>

/// Four decimals, or some digits where a number is large or small.
std::string figure(double x);

/// A line on stderr that rewrites itself where that is a terminal. Its end ends a line that stands open.
class StatusLine {
public:
    StatusLine();
    ~StatusLine();
    StatusLine(const StatusLine&) = delete;
    StatusLine& operator=(const StatusLine&) = delete;

    bool terminal() const { return terminal_; }
    /// Whether to show something again: on a terminal, ten times a second.
    bool due();
    /// Shows a text in place of the one before, cut to the terminal.
    void show(const std::string& text);
    /// Writes a line that stays, there and elsewhere.
    void say(const std::string& line);

private:
    bool terminal_, open_ = false;
    std::chrono::steady_clock::time_point last_{};
};

/// A status line on a terminal, and a line an epoch (fewer where there are many) elsewhere.
class ProgressLine {
public:
    /// `aside` is what the data are called by which an epoch is judged; "" where there are none.
    ProgressLine(std::size_t epochs, std::string aside);
    void batch(const wengert::nn::Progress& p);
    void epoch(const wengert::nn::EpochReport& e);

private:
    std::size_t epochs_;
    std::string aside_;
    StatusLine line_;
};

/// While it lives, Ctrl-C, or a SIGTERM, asks for a stop; a second one ends the program. One that was ignored
/// before (nohup, a shell's background) stays ignored.
class StopsOnInterrupt {
public:
    StopsOnInterrupt();
    ~StopsOnInterrupt();
    StopsOnInterrupt(const StopsOnInterrupt&) = delete;
    StopsOnInterrupt& operator=(const StopsOnInterrupt&) = delete;
    /// The signal that asked; 0: none did.
    static int asked();

private:
    static constexpr int signals[] = {SIGINT, SIGTERM};
    struct sigaction before_[2] = {};
};
