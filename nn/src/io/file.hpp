// Reading a file, for the formats that are read piece by piece.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <wengert/error.hpp>

namespace wengert::nn {

using Byte = std::uint8_t;

inline constexpr std::size_t piece = std::size_t{1} << 16;

/// A file, read piece by piece.
class File {
public:
    explicit File(const std::filesystem::path& path)
        : name_(path.string()), file_(std::fopen(name_.c_str(), "rb")) {
        if (!file_) fail("cannot open " + name_ + ": " + std::generic_category().message(errno));
    }

    const std::string& name() const { return name_; }

    /// What has been read and not yet taken; read on if that is less than `least`, so that it is less only at
    /// the end of the file.
    std::span<Byte> ahead(std::size_t least = 1) {
        if (end_ - begin_ < least) {
            std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
                      buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
            end_ -= std::exchange(begin_, 0);
            end_ += std::fread(buffer_.data() + end_, 1, buffer_.size() - end_, file_.get());
            if (std::ferror(file_.get())) {
                fail("cannot read " + name_ + ": " + std::generic_category().message(errno));
            }
        }
        return std::span(buffer_).subspan(begin_, end_ - begin_);
    }

    void take(std::size_t n) { begin_ += n, taken_ += n; }

    /// Bytes taken from the file so far.
    std::size_t taken() const { return taken_; }

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    std::string name_;
    std::unique_ptr<std::FILE, Close> file_;
    std::vector<Byte> buffer_ = std::vector<Byte>(piece);
    std::size_t begin_ = 0, end_ = 0, taken_ = 0;
};

}  // namespace wengert::nn
