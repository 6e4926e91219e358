// Files byte by byte, the bytes of IDX and gzip, and damage to them. Needs zlib, to compress.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <zlib.h>

#include <wengert/nn/random.hpp>

#include "support/folder.hpp"

using Bytes = std::vector<std::uint8_t>;

/// A folder whose files are written from bytes or texts.
class BytesFolder : public Folder {
public:
    template <class Content = Bytes>
    std::filesystem::path write(const std::string& name, const Content& content) const {
        std::filesystem::remove(path() / name);  // truncating one that is there may wait for the disk
        std::ofstream file(path() / name, std::ios::binary);
        for (auto b : content) file.put(static_cast<char>(b));
        file.close();
        if (!file) throw std::runtime_error("cannot write " + name);
        return path() / name;
    }
};

/// The bytes of an IDX file.
inline Bytes idx(const std::vector<std::uint32_t>& dimensions, const Bytes& items, std::uint8_t type = 8) {
    Bytes bytes{0, 0, type, static_cast<std::uint8_t>(dimensions.size())};
    for (std::uint32_t d : dimensions) {
        for (unsigned shift : {24U, 16U, 8U, 0U}) bytes.push_back(static_cast<std::uint8_t>(d >> shift));
    }
    bytes.insert(bytes.end(), items.begin(), items.end());
    return bytes;
}

inline Bytes gzip(Bytes content) {
    z_stream stream{};
    if (deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) std::abort();
    Bytes out(deflateBound(&stream, content.size()) + 32);
    stream.next_in = content.data();
    stream.avail_in = static_cast<uInt>(content.size());
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END) std::abort();
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

/// Up to three damages: a byte changed, some cut off, taken out or put in. Half of what comes is any byte,
/// half one of the file's own.
inline Bytes damaged(Bytes bytes, wengert::nn::Random& random) {
    for (std::uint64_t times = 1 + random.below(3); times > 0; --times) {
        const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(random.below(bytes.size() + 1));
        const auto some = static_cast<std::ptrdiff_t>(1 + random.below(4));
        std::uint8_t byte = static_cast<std::uint8_t>(random());
        if (random.below(2) == 0 && !bytes.empty()) byte = bytes[random.below(bytes.size())];
        switch (random.below(4)) {
            case 0:
                if (at != bytes.end()) *at = byte;
                break;
            case 1:
                bytes.erase(at, bytes.end());
                break;
            case 2:
                bytes.erase(at, std::min(at + some, bytes.end()));
                break;
            default:
                bytes.insert(at, static_cast<std::size_t>(some), byte);
        }
    }
    return bytes;
}
