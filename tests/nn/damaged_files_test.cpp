// A thousand damaged files of each format: an Error that names the file and the place, or the data that the
// bytes now say, worked out here without the reader's libraries.
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <wengert/nn/csv.hpp>
#include <wengert/nn/idx.hpp>
#include <wengert/nn/random.hpp>

#include "support/bytes_folder.hpp"
#include "support/error_of.hpp"

namespace {

namespace fs = std::filesystem;
using wengert::nn::CsvData;
using wengert::nn::Dataset;
using wengert::nn::Idx;
using wengert::nn::Random;
using wengert::nn::read_csv;
using wengert::nn::read_idx;

constexpr int files = 1000;

Bytes random_bytes(std::size_t n, std::uint64_t seed) {
    Random random(seed);
    Bytes bytes(n);
    for (std::uint8_t& b : bytes) b = static_cast<std::uint8_t>(random.below(256));
    return bytes;
}

// ---- IDX ----

/// What these bytes say by the letter of the format, if anything.
std::optional<Idx> meaning(const Bytes& bytes) {
    if (bytes.size() < 4 || bytes[0] != 0 || bytes[1] != 0 || bytes[2] != 8 || bytes[3] == 0) return {};
    const std::size_t header = 4 + 4 * std::size_t{bytes[3]};
    if (bytes.size() < header) return {};
    Idx result;
    long double product = 1;
    for (std::size_t at = 4; at < header; at += 4) {
        const std::size_t d = std::size_t{bytes[at]} << 24 | std::size_t{bytes[at + 1]} << 16 |
                              std::size_t{bytes[at + 2]} << 8 | bytes[at + 3];
        result.dimensions.push_back(d);
        product *= static_cast<long double>(d);
    }
    if (product != static_cast<long double>(bytes.size() - header)) return {};
    result.bytes.assign(bytes.begin() + static_cast<std::ptrdiff_t>(header), bytes.end());
    return result;
}

/// Whether an Error names the file and a byte in it or at its end.
void expect_byte(const std::string& said, const fs::path& file, std::size_t size) {
    const std::string start = file.string() + ", byte ";
    ASSERT_TRUE(said.starts_with(start)) << said;
    EXPECT_LE(std::stoull(said.substr(start.size())), size) << said;
}

TEST(DamagedFilesTest, AnIdxFileIsAnErrorOrJustWhatItsBytesNowSay) {
    const BytesFolder folder;
    const Bytes good = idx({2, 3, 2}, random_bytes(12, 1));
    Random random(2024);
    int read = 0, refused = 0;
    for (int i = 0; i < files; ++i) {
        const Bytes bytes = damaged(good, random);
        const fs::path file = folder.write("damaged", bytes);
        std::optional<Idx> got;
        const std::string said = error_of([&] { got = read_idx(file); });
        EXPECT_EQ(got, meaning(bytes)) << i << ": " << said;
        if (!got) expect_byte(said, file, bytes.size());
        ++(got ? read : refused);
    }
    EXPECT_GT(read, 50);
    EXPECT_GT(refused, 500);
}

TEST(DamagedFilesTest, ACompressedIdxFileIsAnErrorOrWhatItWas) {
    const BytesFolder folder;
    Random random(2025);
    const Bytes plain = idx({20, 10}, random_bytes(200, 9)), good = gzip(plain);
    const Idx whole = read_idx(folder.write("good", good));
    ASSERT_EQ(whole, meaning(plain));
    int read = 0, refused = 0;
    for (int i = 0; i < files; ++i) {
        const Bytes bytes = damaged(good, random);
        const fs::path file = folder.write("damaged.gz", bytes);
        std::optional<Idx> got;  // the header's time and system may change and nothing is lost
        const std::string said = error_of([&] { got = read_idx(file); });
        if (got)
            EXPECT_EQ(*got, whole) << i;
        else
            expect_byte(said, file, std::max(bytes.size(), plain.size()));
        ++(got ? read : refused);
    }
    EXPECT_GT(read, 0);
    EXPECT_GT(refused, 500);
}

// Compressed after the damage, so that the checksum is right and what is read is all that can refuse it.
TEST(DamagedFilesTest, ADamagedIdxFileThatWasThenCompressedIsReadAsTheFileItself) {
    const BytesFolder folder;
    const Bytes good = idx({2, 3, 2}, random_bytes(12, 1));
    Random random(2026);
    for (int i = 0; i < files; ++i) {
        const Bytes bytes = damaged(good, random);
        std::optional<Idx> got;
        const fs::path file = folder.write("damaged.gz", gzip(bytes));
        const std::string said = error_of([&] { got = read_idx(file); });
        EXPECT_EQ(got, meaning(bytes)) << i << ": " << said;
        if (!got) expect_byte(said, file, bytes.size());
    }
}

// ---- CSV ----

using Row = std::vector<std::string>;

std::string trimmed(const std::string& text, const char* blanks) {
    const std::size_t first = text.find_first_not_of(blanks);
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(blanks) + 1 - first);
}

/// Takes a field and the blanks around it; nothing where its quotes are wrong. `quoted` becomes true for one
/// in quotes.
std::optional<std::string> take_field(const std::string& text, std::size_t& at, bool& quoted) {
    const auto to = [&](std::size_t place) { return at = std::min(place, text.size()); };
    std::string field;
    if (text[to(text.find_first_not_of(" \t", at))] != '"') {
        const std::size_t begin = at;
        field = trimmed(text.substr(begin, to(text.find_first_of(",\r\n", at)) - begin), " \t");
        if (field.find('"') != std::string::npos) return {};
        return field;
    }
    quoted = true;
    for (;;) {
        const std::size_t begin = at + 1;
        const std::size_t end = text.find('"', begin);
        if (end == std::string::npos) return {};
        field += text.substr(begin, end - begin);
        at = end + 1;
        if (text[at] != '"') break;
        field += '"';
    }
    const char next = text[to(text.find_first_not_of(" \t", at))];
    if (next != ',' && next != '\r' && next != '\n' && next != '\0') return {};
    return field;
}

/// The rows that these bytes say, if they say any, as a whole: RFC 4180 with blanks around fields. A blank
/// line is no row.
std::optional<std::vector<Row>> rows_of(std::string text) {
    if (text.find('\0') != std::string::npos) return {};  // so text[text.size()] is the only one
    if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
    std::vector<Row> rows;
    for (std::size_t at = 0; at < text.size(); ++at) {
        Row row;
        bool quoted = false;
        for (;; ++at) {
            const std::optional<std::string> field = take_field(text, at, quoted);
            if (!field) return {};
            row.push_back(*field);
            if (text[at] != ',') break;
        }
        if (row != Row{""} || quoted) rows.push_back(row);
    }
    return rows;
}

std::optional<double> number(const std::string& field) {
    const std::string text = trimmed(field, " \t\r\n");
    if (text.empty() || text.find_first_not_of("0123456789.+-eE") != std::string::npos) return {};
    errno = 0;
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (*end != '\0' || (errno == ERANGE && (value == 0.0 || std::isinf(value)))) return {};
    return value;
}

/// Whether a text is UTF-8: Unicode 15, table 3-7, as a decoder reads it.
bool is_utf8(const std::string& text) {
    std::size_t left = 0;
    std::uint32_t code = 0, least = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (left > 0) {
            if ((byte & 0xc0U) != 0x80) return false;
            code = code << 6 | (byte & 0x3fU);
            if (--left == 0 && (code < least || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)))
                return false;
        } else if (byte >= 0x80) {
            left = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
            if (byte < 0xc0 || byte >= 0xf8) return false;
            code = byte & (0x3fU >> left);
            least = left == 1 ? 0x80 : left == 2 ? 0x800 : 0x10000;
        }
    }
    return left == 0;
}

/// The data of a table with the classes in the column "kind", if they are data.
std::optional<CsvData> meaning(const std::vector<Row>& rows) {
    if (rows.size() < 2) return {};
    const Row& names = rows[0];
    const std::set<std::string> different(names.begin(), names.end());
    if (!std::ranges::all_of(names, is_utf8)) return {};
    if (different.size() != names.size() || different.contains("") || !different.contains("kind")) return {};
    CsvData result;
    std::vector<std::string> kinds;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].size() != names.size()) return {};
        for (std::size_t k = 0; k < names.size(); ++k) {
            if (names[k] == "kind") {
                if (i > 0) kinds.push_back(rows[i][k]);
            } else if (i == 0) {
                result.inputs.push_back(names[k]);
            } else if (const std::optional<double> x = number(rows[i][k])) {
                result.data.inputs.push_back(*x);
            } else {
                return {};
            }
        }
    }
    std::set<std::string> sorted(kinds.begin(), kinds.end());
    if (result.inputs.empty() || sorted.contains("") || !std::ranges::all_of(sorted, is_utf8)) return {};
    Dataset& data = result.data;
    data.class_names.assign(sorted.begin(), sorted.end());
    if (std::ranges::all_of(sorted, [](const std::string& kind) { return number(kind).has_value(); }))
        std::ranges::stable_sort(data.class_names, {}, [](const std::string& kind) { return *number(kind); });
    data.width = result.inputs.size();
    data.class_count = sorted.size();
    for (const std::string& kind : kinds)
        data.labels.push_back(
            static_cast<int>(std::ranges::find(data.class_names, kind) - data.class_names.begin()));
    return result;
}

/// Damages the file a thousand times; returns how many of them could be read.
int check_damaged_csv(const std::string& text, std::uint64_t seed) {
    const BytesFolder folder;
    const Bytes good(text.begin(), text.end());
    Random random(seed);
    int read = 0;
    for (int i = 0; i < files; ++i) {
        const Bytes bytes = damaged(good, random);
        const fs::path file = folder.write("damaged.csv", bytes);
        const std::optional<std::vector<Row>> rows = rows_of({bytes.begin(), bytes.end()});
        const std::optional<CsvData> expected = rows ? meaning(*rows) : std::nullopt;
        std::optional<CsvData> got;
        const std::string said = error_of([&] { got = read_csv(file, {.target = "kind"}); });
        EXPECT_EQ(got, expected) << said << "\n" << std::string(bytes.begin(), bytes.end());
        if (got) {
            EXPECT_NO_THROW(got->data.validate());
            ++read;
            continue;
        }
        const std::string start = file.string() + ", line ";
        EXPECT_TRUE(said.starts_with(start)) << said;
        const auto line = std::atoi(said.substr(std::min(start.size(), said.size())).c_str());
        const auto ends = [](std::uint8_t b) { return b == '\n' || b == '\r'; };
        EXPECT_GE(line, 1) << said;
        EXPECT_LE(line, 1 + std::ranges::count_if(bytes, ends)) << said;
    }
    return read;
}

TEST(DamagedFilesTest, ACsvFileIsAnErrorOrJustWhatItsBytesNowSay) {
    const int read = check_damaged_csv("x,y,kind\n1.5,-2,c\n3,.5,a\n-4,5e1,b\n7,8,c\n", 2027);
    EXPECT_GT(read, 50);
    EXPECT_LT(read, 500);
}

TEST(DamagedFilesTest, ACsvFileWithQuotesAndOddLineEndsIsAnErrorOrJustWhatItsBytesNowSay) {
    const int read = check_damaged_csv(
        "\xef\xbb\xbf x ,\"y, z\",kind\r\n1.5,-2,\"a \"\"b\"\"\"\r\n\n\" 3\",\t.5,10\r4,5,\"two\nlines\"\n  "
        "\n7,8,9",
        2028);
    EXPECT_GT(read, 50);
    EXPECT_LT(read, 500);
}

TEST(DamagedFilesTest, ACsvFileWithNumbersForClassesIsAnErrorOrJustWhatItsBytesNowSay) {
    const int read = check_damaged_csv("kind,a\n10,1\n9,2\n-1,3\n2.5,4\n10,5\n", 2029);
    EXPECT_GT(read, 50);
    EXPECT_LT(read, 500);
}

}  // namespace
