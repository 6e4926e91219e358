// The IDX format, in which MNIST and its kin come, plain or compressed by gzip. Part of wengert::nn_io
// (zlib).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include <wengert/nn/dataset.hpp>

namespace wengert::nn {

/// An array of bytes as an IDX file holds it. The file: two zero bytes, the type code (8: unsigned byte), the
/// number of dimensions, each dimension as 4 bytes, most significant first, then the items, row-major, up to
/// the file's end. Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", "The
/// IDX file format".
struct Idx {
    std::vector<std::size_t> dimensions;
    std::vector<std::uint8_t> bytes;  ///< as many as the product of the dimensions

    friend bool operator==(const Idx&, const Idx&) = default;
};

/// Reads an IDX file of unsigned bytes. Whether it is compressed is told by its first two bytes (1f 8b), not
/// by its name. Throws Error naming the file, the byte and what was expected there: no such file, an empty
/// one, a wrong magic number, another type, dimensions whose product is beyond `most_bytes`, a file cut
/// short, bytes after the last item, a gzip stream that is damaged (its checksum included), cut or followed
/// by something else. A byte "of its content" is counted in the uncompressed content, a byte "of the
/// compressed file" in the file itself. Cost: memory for the items that the file really holds, up to three
/// times that while they come in, however many it announces.
Idx read_idx(const std::filesystem::path& file, std::size_t most_bytes = std::size_t{1} << 30);

/// Which half of a folder is read: train-*, or t10k-*.
enum class Split { train, test };

/// Reads the images and labels of a folder as MNIST and Fashion-MNIST come: {train,t10k}-images-idx3-ubyte
/// and {train,t10k}-labels-idx1-ubyte, or the same names with .gz where the first is missing. The pixels are
/// held as bytes; input(i, out) gives them scaled to [0, 1]. Throws Error for what read_idx refuses, a file
/// that is missing, images that are not 3 dimensions or are empty, labels that are not 1 dimension, another
/// number of labels than of images, and a label >= class_count (named with its byte); without a class_count
/// the largest label is the last class. Fashion-MNIST, training half: 47 MB, under half a second.
///
///     const Dataset data = read_idx_folder(folder, Split::train);
///     const Dataset test = read_idx_folder(folder, Split::test, data.class_count);
Dataset read_idx_folder(const std::filesystem::path& folder, Split split,
                        std::optional<std::size_t> class_count = {});

}  // namespace wengert::nn
