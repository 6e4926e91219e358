// What a training says while it runs, and how it hears of Ctrl-C.
#pragma once

#include <chrono>
#include <csignal>
#include <cstddef>
#include <string>

#include <wengert/nn/trainer.hpp>

/// Four decimals, or some digits where a number is large or small.
std::string figure(double x);

/// A line that rewrites itself on a terminal, and a line an epoch (fewer where there are many) elsewhere. On
/// stderr. Its end ends a line that stands open.
class ProgressLine {
public:
    /// `aside` is what the data are called by which an epoch is judged; "" where there are none.
    ProgressLine(std::size_t epochs, std::string aside);
    ~ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    void batch(const wengert::nn::Progress& p);
    void epoch(const wengert::nn::EpochReport& e);

private:
    std::size_t epochs_;
    std::string aside_;
    bool terminal_, open_ = false;
    std::chrono::steady_clock::time_point last_{};
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
