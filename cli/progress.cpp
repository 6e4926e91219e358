#include "progress.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "commands.hpp"

using namespace wengert::nn;

namespace {

std::string accuracy(double a) { return std::isnan(a) ? "" : fmt::format("  accuracy {:.4f}", a); }

// Of the terminal, less one: a character in the last may begin a new line.
int columns() {
    winsize size{};
    const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
    return std::min(known ? size.ws_col - 1 : 79, 79);
}

volatile std::sig_atomic_t asked_to_stop = 0;
void stop_soon(int signal) { asked_to_stop = signal; }

}  // namespace

std::string figure(double x) {
    const double size = std::abs(x);
    return size >= 1e6              ? fmt::format("{:.4g}", x)
           : size >= 1e-3 || x == 0 ? fmt::format("{:.4f}", x)
                                    : fmt::format("{:.3g}", x);
}

StatusLine::StatusLine() : terminal_(isatty(STDERR_FILENO) != 0) {}
StatusLine::~StatusLine() {
    if (open_) put(stderr, "\n");
}
bool StatusLine::due() {
    const auto now = std::chrono::steady_clock::now();
    if (!terminal_ || now - last_ < std::chrono::milliseconds(100)) return false;
    last_ = now;
    return true;
}
void StatusLine::show(const std::string& text) {
    put(stderr, fmt::format("\r{:<{}.{}}", text, columns(), columns()));
    open_ = true;
}
void StatusLine::say(const std::string& line) {
    put(stderr, terminal_ ? fmt::format("\r{:<{}}\n", line, columns()) : line + "\n");
    open_ = false;
}

ProgressLine::ProgressLine(std::size_t epochs, std::string aside)
    : epochs_(epochs), aside_(std::move(aside)) {}

void ProgressLine::batch(const Progress& p) {
    if (!line_.due()) return;
    const double rate = static_cast<double>(p.samples) / std::max(p.seconds, 1e-9);
    const double left = static_cast<double>((epochs_ - p.epoch) * p.of + (p.of - p.samples)) / rate;
    line_.show(fmt::format("epoch {}/{}  {:3.0f} %  {:.0f} samples/s  {:.0f} s left  loss {}{}", p.epoch,
                           epochs_, 100.0 * static_cast<double>(p.samples) / static_cast<double>(p.of), rate,
                           left, figure(p.loss), accuracy(p.accuracy)));
}

void ProgressLine::epoch(const EpochReport& e) {
    if (e.epoch != epochs_ && e.epoch % std::max<std::size_t>(1, epochs_ / 20) != 0) return;
    std::string line =
        fmt::format("epoch {}/{}  loss {}{}", e.epoch, epochs_, figure(e.loss), accuracy(e.accuracy));
    if (!aside_.empty())
        line +=
            std::isnan(e.validation.accuracy)
                ? fmt::format("  ({} {})", aside_, figure(e.validation.loss))
                : fmt::format("  ({} {}, {:.4f})", aside_, figure(e.validation.loss), e.validation.accuracy);
    line_.say(line + fmt::format("  {:.2f} s", e.seconds));
}

StopsOnInterrupt::StopsOnInterrupt() {
    asked_to_stop = 0;
    for (std::size_t k = 0; k < std::size(signals); ++k) {
        sigaction(signals[k], nullptr, &before_[k]);
        if (before_[k].sa_handler == SIG_IGN) continue;
        struct sigaction action {};
        action.sa_handler = stop_soon;
        action.sa_flags = static_cast<int>(SA_RESETHAND);
        sigaction(signals[k], &action, nullptr);
    }
}
StopsOnInterrupt::~StopsOnInterrupt() {
    for (std::size_t k = 0; k < std::size(signals); ++k) sigaction(signals[k], &before_[k], nullptr);
}
int StopsOnInterrupt::asked() { return asked_to_stop; }
