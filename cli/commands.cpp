#include "commands.hpp"

#include <fmt/format.h>

std::string wrapped(std::string text, std::size_t width) {
    for (std::size_t start = 0; text.size() - start > width;) {
        const std::size_t space = text.rfind(' ', start + width);
        const std::size_t end =
            space != std::string::npos && space > start ? space : text.find(' ', start + 1);
        if (end == std::string::npos) break;
        text[end] = '\n';
        start = end + 1;
    }
    return text;
}

std::string counted(std::size_t n, const char* what) {
    return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}
