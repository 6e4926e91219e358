#include "machine.hpp"

#include <ctime>
#include <fstream>
#include <limits>
#include <thread>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace overhead {
namespace {

// What stands behind a word and a colon in a file of /proc; "" where it does not.
std::string entry_of(const char* file, const std::string& word) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        if (!line.starts_with(word)) continue;
        const std::size_t text = line.find_first_not_of(" \t:", word.size());
        if (text != std::string::npos) return line.substr(text);
    }
    return "";
}

// The first line of a file; "" where it cannot be read.
std::string line_of(const std::string& file) {
    std::string line;
    std::ifstream in(file);
    std::getline(in, line);
    return line;
}

}  // namespace

std::string machine() {
    const std::string model = entry_of("/proc/cpuinfo", "model name");
    return fmt::format("{}, {} cores", model.empty() ? "unknown processor" : model,
                       std::thread::hardware_concurrency());
}

std::string now() { return fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(std::time(nullptr))); }

std::vector<Cache> caches() {
    std::vector<Cache> all;
    for (int k = 0;; ++k) {
        const std::string folder = fmt::format("/sys/devices/system/cpu/cpu0/cache/index{}/", k);
        const std::string size = line_of(folder + "size");
        if (size.empty()) break;
        if (line_of(folder + "type") == "Instruction") continue;
        const double bytes = std::stod(size) * 1024;  // as in 48K
        all.push_back({fmt::format("L{} {}", line_of(folder + "level"), bytes_in_words(bytes)), bytes});
    }
    return all;
}

double available_bytes() {
    const std::string kibibytes = entry_of("/proc/meminfo", "MemAvailable");
    return kibibytes.empty() ? std::numeric_limits<double>::infinity() : std::stod(kibibytes) * 1024;
}

std::string bytes_in_words(double bytes) {
    return bytes < 0x1p20   ? fmt::format("{:.4g} KiB", bytes / 0x1p10)
           : bytes < 0x1p30 ? fmt::format("{:.4g} MiB", bytes / 0x1p20)
                            : fmt::format("{:.4g} GiB", bytes / 0x1p30);
}

}  // namespace overhead
