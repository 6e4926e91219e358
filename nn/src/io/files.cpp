#include <wengert/nn/files.hpp>

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

#include <wengert/error.hpp>

namespace wengert::nn {
namespace {

namespace fs = std::filesystem;

// Fills and closes a file; whether all of the text came through.
bool fill(std::FILE* out, std::string_view text) {
    if (out == nullptr) return false;
    const bool whole = std::fwrite(text.data(), 1, text.size(), out) == text.size();
    return std::fclose(out) == 0 && whole;
}

// Where a chain of links ends, whether something is there or not.
fs::path end_of_links(fs::path file) {
    std::error_code problem;
    for (int links = 0; links < 40 && fs::is_symlink(file, problem); ++links)
        file = file.parent_path() / fs::read_symlink(file, problem);
    return file;
}

// By a file of ours beside it, X.part, or X.part1 and so on where that name is taken.
bool replace(const fs::path& file, const fs::file_status& before, std::string_view text) {
    std::error_code problem;
    if (file.has_parent_path()) fs::create_directories(file.parent_path(), problem);
    fs::path part = file.string() + ".part";
    std::FILE* out = std::fopen(part.c_str(), "wbx");
    for (int k = 1; out == nullptr && errno == EEXIST; ++k) {
        part = file.string() + ".part" + std::to_string(k);
        out = std::fopen(part.c_str(), "wbx");
    }
    if (out == nullptr) return false;
    if (fs::exists(before)) fs::permissions(part, before.permissions(), problem);
    if (fill(out, text)) {
        fs::rename(part, file, problem);
        if (!problem) return true;
    }
    fs::remove(part, problem);
    return false;
}

}  // namespace

void write_file(const fs::path& file, std::string_view text) {
    std::error_code problem;
    const fs::file_status before = fs::status(file, problem);
    const bool pipe_or_device = fs::exists(before) && !fs::is_regular_file(before);
    if (!(pipe_or_device ? fill(std::fopen(file.c_str(), "wb"), text)
                         : replace(end_of_links(file), before, text)))
        fail("cannot write '" + file.string() + "': is the disk full, or the folder not yours?");
}

}  // namespace wengert::nn
