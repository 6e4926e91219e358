// Files that are written whole or not at all. Part of wengert::nn_io.
#pragma once

#include <filesystem>
#include <string_view>

namespace wengert::nn {

/// Replaces a file as a whole: the text goes to a file beside it, which then takes its name and its
/// permissions; makes its folder. A link stays, and what it leads to is replaced; a pipe or a device is
/// written to. Throws Error, and leaves a file as it was, where that fails.
void write_file(const std::filesystem::path& file, std::string_view text);

}  // namespace wengert::nn
