// IDX files as they should be, and every way in which they are not.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <wengert/error.hpp>
#include <wengert/nn/idx.hpp>
#include <wengert/nn/random.hpp>

#include "support/bytes_folder.hpp"
#include "support/error_of.hpp"

namespace {

namespace fs = std::filesystem;
using wengert::Error;
using wengert::nn::Dataset;
using wengert::nn::Idx;
using wengert::nn::Random;
using wengert::nn::read_idx;
using wengert::nn::read_idx_folder;
using wengert::nn::Split;

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

Bytes counted(std::size_t n) {
    Bytes bytes(n);
    std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
    return bytes;
}

Bytes random_bytes(std::size_t n, std::uint64_t seed) {
    Random random(seed);
    Bytes bytes(n);
    for (std::uint8_t& b : bytes) b = static_cast<std::uint8_t>(random.below(256));
    return bytes;
}

Bytes joined(Bytes first, const Bytes& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

/// Reading this file gives an Error that names the file and holds both texts.
void expect_error(const fs::path& file, const std::string& place, const std::string& expected,
                  std::size_t most = no_limit) {
    const std::string said = error_of([&] { (void)read_idx(file, most); });
    for (const std::string& part : {file.string(), place, expected}) {
        EXPECT_NE(said.find(part), std::string::npos) << "expected: " << part << "\ngot: " << said;
    }
}

TEST(IdxTest, ReadsDimensionsAndBytesPlainAndCompressedWhateverTheName) {
    const BytesFolder folder;
    const Idx expected{.dimensions = {2, 3, 4}, .bytes = counted(24)};
    const Bytes bytes = idx({2, 3, 4}, counted(24));
    EXPECT_EQ(read_idx(folder.write("plain", bytes)), expected);
    EXPECT_EQ(read_idx(folder.write("plain.gz", bytes)), expected);
    EXPECT_EQ(read_idx(folder.write("compressed.gz", gzip(bytes))), expected);
    EXPECT_EQ(read_idx(folder.write("compressed", gzip(bytes))), expected);
}

TEST(IdxTest, ReadsArraysWithoutItems) {
    const BytesFolder folder;
    EXPECT_EQ(read_idx(folder.write("a", idx({0}, {}))), (Idx{{0}, {}}));
    EXPECT_EQ(read_idx(folder.write("b", gzip(idx({3, 0, 2}, {})))), (Idx{{3, 0, 2}, {}}));
}

TEST(IdxTest, ReadsFilesOfEverySizeAroundItsPieces) {
    const BytesFolder folder;
    for (std::size_t n : {65'519U, 65'527U, 65'528U, 65'529U, 65'536U, 65'537U, 131'072U, 300'000U}) {
        const Bytes items = random_bytes(n, n);  // as good as incompressible
        const Bytes bytes = idx({static_cast<std::uint32_t>(n)}, items);
        EXPECT_EQ(read_idx(folder.write("plain", bytes)).bytes, items) << n;
        EXPECT_EQ(read_idx(folder.write("compressed", gzip(bytes))).bytes, items) << n;
    }
    const Bytes zeros(1'000'000);  // compressed a thousandfold
    EXPECT_EQ(read_idx(folder.write("zeros", gzip(idx({1000, 1000}, zeros)))).bytes, zeros);
}

TEST(IdxTest, ReadsSeveralGzipStreamsInARowAsOne) {
    const BytesFolder folder;
    const Bytes bytes = idx({300}, random_bytes(300, 1));
    const Bytes head(bytes.begin(), bytes.begin() + 100), tail(bytes.begin() + 100, bytes.end());
    const Idx whole = read_idx(folder.write("plain", bytes));
    EXPECT_EQ(read_idx(folder.write("two", joined(gzip(head), gzip(tail)))), whole);
    EXPECT_EQ(read_idx(folder.write("empty", joined(gzip({}), joined(gzip(bytes), gzip({}))))), whole);

    // The second stream's magic number astride two pieces of the file: a file name in the first stream's
    // header (RFC 1952: flag 8, zero-terminated, after 10 bytes) moves it there.
    Bytes first = gzip(head);
    first[3] = 8;
    Bytes name(65'535 - first.size(), 'x');
    name.back() = 0;
    first.insert(first.begin() + 10, name.begin(), name.end());
    EXPECT_EQ(read_idx(folder.write("astride", joined(first, gzip(tail)))), whole);
}

TEST(IdxTest, NamesTheByteWhereTheContentIsWrongPlainAndCompressed) {
    struct Case {
        const char* name;
        Bytes bytes;
        const char* place;
        const char* expected;
    };
    const Bytes good = idx({2, 3}, counted(6));
    const std::vector<Case> cases{
        {"empty", {}, "byte 0 ", "the file is empty"},
        {"text", {'I', 'D', 'X', '\n'}, "byte 0 ", "expected two zero bytes"},
        {"second-byte", {0, 7, 8, 1}, "byte 1 ", "0x00 0x07, expected two zero bytes"},
        {"magic-cut", {0}, "byte 1 ", "expected the magic number"},
        {"type-cut", {0, 0}, "byte 2 ", "expected the type code"},
        {"count-cut", {0, 0, 8}, "byte 3 ", "expected the number of dimensions"},
        {"float", idx({1}, Bytes(4), 0x0d), "byte 2 ", "type code 0x0d (float), expected 0x08"},
        {"signed", idx({1}, Bytes(1), 0x09), "byte 2 ", "type code 0x09 (signed byte)"},
        {"unknown", idx({1}, Bytes(1), 0x5a), "byte 2 ", "type code 0x5a (unknown)"},
        {"no-dimensions", {0, 0, 8, 0, 1}, "byte 3 ", "no dimensions"},
        {"dimension-cut", {0, 0, 8, 2, 0, 0, 0, 2, 0, 0}, "byte 10 ", "dimension 2 of 2"},
        {"items-cut", Bytes(good.begin(), good.end() - 2), "byte 16 ", "expected 2 more of 6 bytes"},
        {"no-items", idx({2, 3}, {}), "byte 12 ", "expected 6 more of 6 bytes"},
        {"a-byte-more", joined(good, {0}), "byte 18 ", "expected the end of the file"},
        {"many-more", joined(good, counted(100'000)), "byte 18 ", "expected the end of the file"},
        {"more-than-none", idx({0}, {1}), "byte 8 ", "after the last of 0 items"},
        {"overflow", idx({0xffffffff, 0xffffffff, 0xffffffff}, counted(6)), "byte 12 ",
         "dimension 3 is 4294967295"},
        {"255-dimensions", idx(std::vector<std::uint32_t>(255, 2), {}), "byte 256 ", "dimension 64 is 2"},
        // A terabyte announced, six bytes there: an Error, and no attempt to allocate a terabyte.
        {"announced", idx({1U << 20, 1U << 20}, counted(6)), "byte 18 ",
         "1099511627770 more of 1099511627776"},
    };
    const BytesFolder folder;
    for (const Case& c : cases) {
        SCOPED_TRACE(c.name);
        expect_error(folder.write(c.name, c.bytes), c.place, c.expected);
        expect_error(folder.write(std::string(c.name) + ".gz", gzip(c.bytes)), c.place, c.expected);
    }
}

TEST(IdxTest, HoldsAtMostAsManyBytesAsAllowed) {
    const BytesFolder folder;
    const fs::path file = folder.write("six", idx({2, 3}, counted(6)));
    EXPECT_EQ(read_idx(file, 6).bytes, counted(6));
    expect_error(file, "byte 8 ", "dimension 2 is 3, expected at most 2, for no more than 5 bytes", 5);
    const fs::path large = folder.write("large", idx({0xffffffff, 0xffffffff, 0xffffffff}, {}));
    EXPECT_NE(error_of([&] { (void)read_idx(large); }).find("byte 4 "), std::string::npos)
        << "refused at the first dimension, by the default limit";
}

TEST(IdxTest, NamesAFileThatCannotBeRead) {
    const BytesFolder folder;
    expect_error(folder.path() / "missing", "cannot open", "No such file");
    expect_error(folder.path(), "cannot", "directory");
}

TEST(IdxTest, RefusesAFileCutAnywhere) {
    const BytesFolder folder;
    const Bytes plain = idx({4, 5}, random_bytes(20, 3)), compressed = gzip(plain);
    for (const Bytes& whole : {plain, compressed}) {
        ASSERT_EQ(read_idx(folder.write("whole", whole)).bytes.size(), 20U);
        for (std::size_t n = 0; n < whole.size(); ++n) {
            const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n));
            expect_error(folder.write("cut", cut), ", byte " + std::to_string(n) + " of ", "expected");
        }
    }
}

TEST(IdxTest, NamesTheByteWhereTheCompressionIsWrong) {
    const BytesFolder folder;
    const Bytes good = gzip(idx({4, 5}, counted(20)));
    const std::size_t n = good.size();  // its last 8 bytes: checksum and length
    const auto with = [&](std::size_t at, std::uint8_t flip) {
        Bytes bytes = good;
        bytes[at] ^= flip;
        return bytes;
    };
    const auto end = [&](std::size_t at) { return "byte " + std::to_string(at) + " of the compressed file"; };
    expect_error(folder.write("checksum", with(n - 8, 1)), end(n - 4), "incorrect data check");
    expect_error(folder.write("length", with(n - 4, 1)), end(n), "incorrect length check");
    expect_error(folder.write("method", with(2, 1)), "of the compressed file", "unknown compression method");
    expect_error(folder.write("block", with(10, 6)), "of the compressed file", "damaged");
    expect_error(folder.write("more", joined(good, {1, 2, 3})), end(n), "expected the end of the file");
    expect_error(folder.write("second", joined(good, {0x1f, 0x8b})), end(n + 2), "the file is cut");
    expect_error(folder.write("magic", {0x1f, 0x8b}), end(2), "the file is cut");
}

/// Writes 3 images of 2 x 2 and their labels, the training half plain, the test half compressed.
void write_halves(const BytesFolder& folder) {
    folder.write("train-images-idx3-ubyte", idx({3, 2, 2}, {0, 51, 102, 255, 1, 2, 3, 4, 5, 6, 7, 8}));
    folder.write("train-labels-idx1-ubyte", idx({3}, {9, 0, 4}));
    folder.write("t10k-images-idx3-ubyte.gz", gzip(idx({1, 1, 4}, {255, 0, 0, 255})));
    folder.write("t10k-labels-idx1-ubyte.gz", gzip(idx({1}, {2})));
}

TEST(IdxFolderTest, GivesEachHalfAsPixelsScaledToOneWithLabels) {
    const BytesFolder folder;
    write_halves(folder);
    const Dataset train = read_idx_folder(folder.path(), Split::train);
    EXPECT_NO_THROW(train.validate());
    ASSERT_EQ(train.size(), 3U);
    EXPECT_EQ(train.width, 4U);
    EXPECT_EQ(train.class_count, 10U);
    EXPECT_EQ(train.image_columns, 2U);
    EXPECT_EQ(train.labels, (std::vector{9, 0, 4}));
    std::vector<double> row(4);
    train.input(0, row);
    for (std::size_t k = 0; k < 4; ++k) EXPECT_DOUBLE_EQ(row[k], (std::array{0.0, 0.2, 0.4, 1.0}[k]));

    const Dataset test = read_idx_folder(folder.path(), Split::test, 3);
    EXPECT_EQ(test.size(), 1U);
    EXPECT_EQ(test.class_count, 3U);
    EXPECT_EQ(test.image_columns, 4U);
    EXPECT_EQ(test.pixels, (Bytes{255, 0, 0, 255}));
}

TEST(IdxFolderTest, TheLargestLabelIsTheLastClassWhereNoCountIsGiven) {
    const BytesFolder folder;
    write_halves(folder);
    folder.write("train-labels-idx1-ubyte", idx({3}, {0, 1, 0}));
    EXPECT_EQ(read_idx_folder(folder.path(), Split::train).class_count, 2U);
}

TEST(IdxFolderTest, TakesThePlainFileWhereBothAreThere) {
    const BytesFolder folder;
    write_halves(folder);
    folder.write("train-labels-idx1-ubyte.gz", {'n', 'o'});
    EXPECT_EQ(read_idx_folder(folder.path(), Split::train).labels[0], 9);
}

TEST(IdxFolderTest, NamesFileAndByteOfWhatDoesNotFit) {
    struct Case {
        const char* name;
        const char* file;
        Bytes bytes;
        const char* expected;
    };
    const std::vector<Case> cases{
        {"label", "train-labels-idx1-ubyte", idx({3}, {9, 10, 4}),
         "byte 9 of its content: label 10 of sample 1"},
        {"fewer labels", "train-labels-idx1-ubyte", idx({2}, {9, 0}),
         "byte 4 of its content: 2 labels, expected 3"},
        {"more labels", "train-labels-idx1-ubyte", idx({4}, Bytes(4)),
         "byte 4 of its content: 4 labels, expected 3"},
        {"label table", "train-labels-idx1-ubyte", idx({3, 1}, Bytes(3)),
         "byte 3 of its content: 2 dimensions"},
        {"labels cut", "train-labels-idx1-ubyte", idx({3}, {9, 0}), "byte 10 of its content: the file ends"},
        {"flat images", "train-images-idx3-ubyte", idx({3, 4}, Bytes(12)),
         "byte 3 of its content: 2 dimensions"},
        {"no images", "train-images-idx3-ubyte", idx({0, 2, 2}, {}),
         "byte 4 of its content: a dimension of 0"},
        {"no columns", "train-images-idx3-ubyte", idx({3, 2, 0}, {}),
         "byte 12 of its content: a dimension of 0"},
        {"empty", "train-images-idx3-ubyte", {}, "byte 0 of its content: the file is empty"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.name);
        const BytesFolder folder;
        write_halves(folder);
        const fs::path file = folder.write(c.file, c.bytes);
        const std::string said = error_of([&] { (void)read_idx_folder(folder.path(), Split::train, 10); });
        EXPECT_NE(said.find(file.string() + ", " + c.expected), std::string::npos) << said;
    }
    const BytesFolder folder;
    write_halves(folder);
    EXPECT_THROW((void)read_idx_folder(folder.path(), Split::train, 9), Error) << "label 9 of 9 classes";
}

TEST(IdxFolderTest, NamesTheFileThatIsMissing) {
    const BytesFolder folder;
    write_halves(folder);
    fs::remove(folder.path() / "t10k-labels-idx1-ubyte.gz");
    const std::string said = error_of([&] { (void)read_idx_folder(folder.path(), Split::test); });
    EXPECT_NE(said.find("t10k-labels-idx1-ubyte.gz in the folder " + folder.path().string()),
              std::string::npos)
        << said;
    EXPECT_THROW((void)read_idx_folder(folder.path() / "nowhere", Split::train), Error);
}

TEST(IdxFolderTest, ADamagedFolderIsAnErrorOrAValidSet) {
    const BytesFolder folder;
    write_halves(folder);
    Random random(2026);
    const Bytes images = idx({3, 4, 5}, counted(60)), labels = idx({3}, {9, 0, 4});
    int read = 0, refused = 0;
    for (int i = 0; i < 300; ++i) {
        folder.write("train-images-idx3-ubyte", i % 2 == 0 ? damaged(images, random) : images);
        folder.write("train-labels-idx1-ubyte", i % 2 == 0 ? labels : damaged(labels, random));
        std::optional<Dataset> got;
        const std::string said = error_of([&] { got = read_idx_folder(folder.path(), Split::train); });
        if (got) {
            EXPECT_NO_THROW(got->validate()) << i;
            EXPECT_EQ(got->labels.size(), got->size());
            EXPECT_GT(got->size(), 0U);
            ++read;
        } else {
            EXPECT_NE(said.find(", byte "), std::string::npos) << said;
            ++refused;
        }
    }
    EXPECT_GT(read, 10);
    EXPECT_GT(refused, 100);
}

TEST(IdxFolderTest, FashionMnistIsReadAsItsAuthorsDescribeIt) {
    const fs::path folder = "/usr/share/datasets/fashion-mnist";
    if (!fs::exists(folder)) GTEST_SKIP() << "the Debian package dataset-fashion-mnist is not installed";
    const Dataset train = read_idx_folder(folder, Split::train), test = read_idx_folder(folder, Split::test);
    EXPECT_EQ(train.size(), 60'000U);
    EXPECT_EQ(test.size(), 10'000U);
    for (const Dataset* half : {&train, &test}) {
        EXPECT_EQ(half->width, 784U);
        for (int label = 0; label < 10; ++label) {
            EXPECT_EQ(std::ranges::count(half->labels, label),
                      static_cast<std::ptrdiff_t>(half->size() / 10));
        }
    }
    EXPECT_EQ(std::vector(train.labels.begin(), train.labels.begin() + 8),
              (std::vector{9, 0, 0, 3, 0, 2, 7, 2}));
    const double sum = std::accumulate(train.pixels.begin(), train.pixels.end(), 0.0);
    EXPECT_NEAR(sum / 255.0 / static_cast<double>(train.pixels.size()), 0.2860,
                5e-5);  // the mean that is quoted
}

}  // namespace
