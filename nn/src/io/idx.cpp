#include <wengert/nn/idx.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include <zlib.h>

#include <wengert/error.hpp>

#include "file.hpp"

namespace wengert::nn {
namespace {

namespace fs = std::filesystem;
using std::to_string;

constexpr int gzip_window = 16 + MAX_WBITS;  // 16 asks inflate for gzip's header and checksum

/// "0x1f".
std::string hex(unsigned value) {
    constexpr const char* digits = "0123456789abcdef";
    return std::string("0x") + digits[(value >> 4) & 15U] + digits[value & 15U];
}

/// Throws Error for what is wrong at this byte of a file's content: of its bytes, uncompressed where they are
/// compressed.
[[noreturn]] void wrong(const std::string& file, std::size_t at, const std::string& what) {
    fail(file + ", byte " + to_string(at) + " of its content: " + what);
}

/// A file's content: its bytes or, where they begin with gzip's magic number, what they are when
/// uncompressed.
class Content {
public:
    explicit Content(const fs::path& path) : file_(path), gzip_(at_gzip()) {
        if (gzip_ && inflateInit2(&stream_, gzip_window) != Z_OK) fail("zlib cannot start: out of memory");
    }
    ~Content() {
        if (gzip_) inflateEnd(&stream_);
    }
    Content(const Content&) = delete;
    Content& operator=(const Content&) = delete;

    /// Fills `out`, or as much of it as there is content, and returns how many bytes that is.
    std::size_t read(std::span<Byte> out) {
        std::size_t done = 0;
        while (done < out.size()) {
            const std::size_t n = gzip_ ? uncompress(out.subspan(done)) : copy(out.subspan(done));
            if (n == 0) break;
            done += n;
        }
        given_ += done;
        return done;
    }

    /// The next n bytes, most significant first; they are `what`, if the content ends among them.
    std::uint32_t read_number(std::size_t n, const std::string& what) {
        std::array<Byte, 4> bytes{};
        if (read(std::span(bytes).first(n)) < n) {
            wrong(given_, (given_ == 0 ? "the file is empty, expected " : "the file ends, expected ") + what);
        }
        std::uint32_t number = 0;
        for (Byte b : std::span(bytes).first(n)) number = number << 8 | b;
        return number;
    }

    /// Bytes of content read so far.
    std::size_t given() const { return given_; }

    /// Throws Error for the content at this byte.
    [[noreturn]] void wrong(std::size_t at, const std::string& what) const {
        nn::wrong(file_.name(), at, what);
    }

private:
    bool at_gzip() {
        const std::span<const Byte> ahead = file_.ahead(2);
        return ahead.size() >= 2 && ahead[0] == 0x1f && ahead[1] == 0x8b;
    }

    std::size_t copy(std::span<Byte> out) {
        const std::span<const Byte> ahead = file_.ahead();
        const std::size_t n = std::min(ahead.size(), out.size());
        std::copy_n(ahead.begin(), n, out.begin());
        file_.take(n);
        return n;
    }

    /// One step of inflate, or as many as it takes to give a byte; 0 at the end of the last stream.
    std::size_t uncompress(std::span<Byte> out) {
        const auto room = static_cast<uInt>(std::min(out.size(), piece));
        stream_.next_out = out.data();
        stream_.avail_out = room;
        while (stream_.avail_out == room && !ended_) {
            const std::span<Byte> ahead = file_.ahead();
            if (ahead.empty()) wrong_gzip("the file is cut: expected more of its gzip stream");
            stream_.next_in = ahead.data();
            stream_.avail_in = static_cast<uInt>(ahead.size());
            const int status = inflate(&stream_, Z_NO_FLUSH);
            file_.take(ahead.size() - stream_.avail_in);
            if (status == Z_STREAM_END) {
                next_stream();
            } else if (status != Z_OK) {
                wrong_gzip(std::string("the gzip stream is damaged, ") +
                           (stream_.msg ? stream_.msg : zError(status)));
            }
        }
        return room - stream_.avail_out;
    }

    /// Several gzip streams in a row are the compression of their contents in a row (RFC 1952, 2.2).
    void next_stream() {
        if (file_.ahead().empty()) {
            ended_ = true;
        } else if (at_gzip()) {
            inflateReset(&stream_);
        } else {
            wrong_gzip("bytes after the gzip stream, expected the end of the file");
        }
    }

    [[noreturn]] void wrong_gzip(const std::string& what) const {
        fail(file_.name() + ", byte " + to_string(file_.taken()) + " of the compressed file: " + what);
    }

    File file_;
    bool gzip_;
    bool ended_ = false;
    z_stream stream_{};
    std::size_t given_ = 0;
};

/// The type codes of the format, for messages.
std::string type_name(unsigned code) {
    constexpr std::array<std::pair<unsigned, const char*>, 6> known{{{0x08, "unsigned byte"},
                                                                     {0x09, "signed byte"},
                                                                     {0x0b, "short"},
                                                                     {0x0c, "int"},
                                                                     {0x0d, "float"},
                                                                     {0x0e, "double"}}};
    for (const auto& [k, name] : known) {
        if (k == code) return hex(code) + " (" + name + ")";
    }
    return hex(code) + " (unknown)";
}

/// Appends the dimensions and returns their product, which is at most `most`.
std::size_t read_dimensions(Content& content, std::size_t count, std::size_t most,
                            std::vector<std::size_t>& dimensions) {
    std::size_t total = 1;
    for (std::size_t k = 0; k < count; ++k) {
        const std::size_t at = content.given();
        const std::size_t d =
            content.read_number(4, "4 bytes: dimension " + to_string(k + 1) + " of " + to_string(count));
        if (d != 0 && total > most / d) {
            content.wrong(at, "dimension " + to_string(k + 1) + " is " + to_string(d) +
                                  ", expected at most " + to_string(most / total) + ", for no more than " +
                                  to_string(most) + " bytes in all");
        }
        total *= d;
        dimensions.push_back(d);
    }
    return total;
}

/// `total` bytes. Room grows with what has come, not with what was announced.
std::vector<Byte> read_items(Content& content, std::size_t total) {
    std::vector<Byte> items;
    while (items.size() < total) {
        const std::size_t had = items.size(), want = std::min(piece, total - had);
        if (items.capacity() < had + want) items.reserve(std::min(total, 2 * (had + want)));
        items.resize(had + want);
        const std::size_t came = content.read(std::span(items).subspan(had));
        if (came < want) {
            content.wrong(content.given(), "the file ends, expected " + to_string(total - had - came) +
                                               " more of " + to_string(total) + " bytes of items");
        }
    }
    return items;
}

/// folder/name, or folder/name.gz where that is missing.
fs::path find(const fs::path& folder, const std::string& name) {
    for (const fs::path& path : {folder / name, folder / (name + ".gz")}) {
        std::error_code ignored;
        if (fs::exists(path, ignored)) return path;
    }
    fail("there is neither " + name + " nor " + name + ".gz in the folder " + folder.string() +
         "; give the folder that holds the images and labels of MNIST or Fashion-MNIST");
}

Idx read_shaped(const fs::path& file, std::size_t dimensions, const std::string& what) {
    Idx idx = read_idx(file);
    if (idx.dimensions.size() != dimensions) {
        wrong(file.string(), 3,
              to_string(idx.dimensions.size()) + " dimensions, expected " + to_string(dimensions) + ": " +
                  what);
    }
    return idx;
}

}  // namespace

Idx read_idx(const fs::path& file, std::size_t most_bytes) {
    Content content(file);
    Idx idx;
    const std::uint32_t zeros = content.read_number(2, "the magic number of an IDX file, 4 bytes");
    if (zeros != 0) {
        content.wrong(zeros < 0x100 ? 1 : 0, "the magic number begins with " + hex(zeros >> 8) + " " +
                                                 hex(zeros) +
                                                 ", expected two zero bytes: this is no IDX file");
    }
    const std::uint32_t type = content.read_number(1, "the type code");
    if (type != 8) content.wrong(2, "type code " + type_name(type) + ", expected " + type_name(8));
    const std::size_t count = content.read_number(1, "the number of dimensions");
    if (count == 0) content.wrong(3, "no dimensions, expected at least 1");
    const std::size_t total = read_dimensions(content, count, most_bytes, idx.dimensions);
    idx.bytes = read_items(content, total);
    // Reading on to the end also has gzip's checksum compared.
    if (Byte more = 0; content.read(std::span(&more, 1)) != 0) {
        content.wrong(content.given() - 1, "a byte after the last of " + to_string(total) +
                                               " items, expected the end of the file");
    }
    return idx;
}

Dataset read_idx_folder(const fs::path& folder, Split split, std::optional<std::size_t> class_count) {
    const std::string half = split == Split::train ? "train" : "t10k";
    const fs::path images_file = find(folder, half + "-images-idx3-ubyte");
    const fs::path labels_file = find(folder, half + "-labels-idx1-ubyte");

    Idx images = read_shaped(images_file, 3, "images, rows, columns");
    for (std::size_t k = 0; k < 3; ++k) {
        if (images.dimensions[k] == 0)
            wrong(images_file.string(), 4 + 4 * k, "a dimension of 0, expected at least one image and pixel");
    }
    const std::size_t count = images.dimensions[0];
    const Idx labels = read_shaped(labels_file, 1, "labels");
    if (labels.bytes.size() != count) {
        wrong(labels_file.string(), 4,
              to_string(labels.bytes.size()) + " labels, expected " + to_string(count) +
                  ", one for each image of " + images_file.string());
    }
    const std::size_t classes =
        class_count ? *class_count : *std::max_element(labels.bytes.begin(), labels.bytes.end()) + 1U;
    for (std::size_t i = 0; i < count; ++i) {
        if (labels.bytes[i] >= classes) {
            wrong(labels_file.string(), 8 + i,
                  "label " + to_string(labels.bytes[i]) + " of sample " + to_string(i) +
                      ", expected one below the number of classes, " + to_string(classes));
        }
    }
    return {.width = images.dimensions[1] * images.dimensions[2],
            .class_count = classes,
            .pixels = std::move(images.bytes),
            .image_columns = images.dimensions[2],
            .labels = {labels.bytes.begin(), labels.bytes.end()}};
}

}  // namespace wengert::nn
