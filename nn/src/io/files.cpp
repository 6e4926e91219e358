#include <wengert/nn/files.hpp>

#include <fstream>
#include <system_error>

#include <wengert/error.hpp>

namespace wengert::nn {

void write_file(const std::filesystem::path& file, std::string_view text) {
    namespace fs = std::filesystem;
    std::error_code problem;
    if (file.has_parent_path()) fs::create_directories(file.parent_path(), problem);
    const fs::path part = file.string() + ".part";
    std::ofstream out(part, std::ios::binary);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    out.close();
    if (out) fs::rename(part, file, problem);
    if (out && !problem) return;
    fs::remove(part, problem);
    fail("cannot write '" + file.string() + "': is the disk full, or the folder not yours?");
}

}  // namespace wengert::nn
