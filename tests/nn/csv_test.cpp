#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <wengert/nn/csv.hpp>

#include "support/bytes_folder.hpp"
#include "support/error_of.hpp"

namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;
using wengert::nn::CsvData;
using wengert::nn::CsvOptions;
using wengert::nn::Dataset;
using wengert::nn::read_csv;
using wengert::nn::TargetKind;

/// What a file of this text is read as.
CsvData read(std::string_view text, const CsvOptions& options) {
    const BytesFolder folder;
    return read_csv(folder.write("table.csv", text), options);
}

/// The Error for a file of this text, from the file's name on.
std::string error_in(std::string_view text, const CsvOptions& options) {
    const BytesFolder folder;
    const fs::path file = folder.write("table.csv", text);
    const std::string said = error_of([&] { (void)read_csv(file, options); });
    EXPECT_TRUE(said.starts_with(file.string())) << said;
    return said.substr(said.find("table.csv"));
}

const CsvOptions kinds{.target = "kind"};
const CsvOptions numbers{.target = "y", .kind = TargetKind::numbers};

/// The two rows that the texts of a format all say.
const CsvData two_rows{.data = {.width = 2,
                                .class_count = 2,
                                .inputs = {1.5, -2000.0, 3.0, 0.25},
                                .labels = {1, 0},
                                .class_names = {"a", "b"}},
                       .inputs = {"x", "y"}};

TEST(CsvTest, ReadsAllColumnsButTheTargetAsInputsInTheirOrder) {
    EXPECT_EQ(read("x,y,kind\n1.5,-2e3,b\n3,.25,a\n", kinds), two_rows);
    EXPECT_EQ(read("x,kind,y\n1.5,b,-2e3\n3,a,.25\n", kinds), two_rows);
    EXPECT_NO_THROW(two_rows.data.validate());
}

TEST(CsvTest, ReadsEveryWayToWriteATable) {
    for (std::string_view text : {
             "x,y,kind\r\n1.5,-2e3,b\r\n3,.25,a\r\n"sv,                        // CR LF
             "x,y,kind\r1.5,-2e3,b\r3,.25,a\r"sv,                              // CR
             "x,y,kind\n1.5,-2e3,b\n3,.25,a"sv,                                // no last line end
             "\n \t\n\r\nx,y,kind\n\n1.5,-2e3,b\n  \n3,.25,a\n\n\n"sv,         // blank lines
             "\xef\xbb\xbfx,y,kind\n1.5,-2e3,b\n3,.25,a\n"sv,                  // a byte order mark
             " x\t, y,kind \n 1.5 ,\t-2e3,b\t\n3 , +.25, a\n"sv,               // blanks, a plus
             "\"x\",y,\"kind\"\n\" 1.5 \", \"-2e3\" ,\"b\"\n3,.25,\"a\"\n"sv,  // quotes
             "x,y,kind\n1.5,-2000,b\n3.0,25e-2,a\n"sv,
         }) {
        EXPECT_EQ(read(text, kinds), two_rows) << text;
    }
}

TEST(CsvTest, AFieldInQuotesMayHoldCommasLineEndsAndQuotes) {
    const CsvData got = read("\"a, b\",kind\n1,\"x,\"\"y\"\"\nz \"\n2,\"\"\"\"\n", kinds);
    EXPECT_EQ(got.inputs, std::vector<std::string>{"a, b"});
    EXPECT_EQ(got.data.class_names, (std::vector<std::string>{"\"", "x,\"y\"\nz "}));
    EXPECT_EQ(got.data.labels, (std::vector{1, 0}));
}

TEST(CsvTest, ClassesAreSortedAsNumbersIfAllAreNumbersElseAsTexts) {
    const Dataset of_numbers = read("x,kind\n0,10\n0,9\n0,-1.5\n0,9\n0,1e1\n", kinds).data;
    EXPECT_EQ(of_numbers.class_names, (std::vector<std::string>{"-1.5", "9", "10", "1e1"}));
    EXPECT_EQ(of_numbers.labels, (std::vector{2, 1, 0, 1, 3}));
    EXPECT_EQ(of_numbers.class_count, 4U);
    const Dataset of_texts = read("x,kind\n0,10\n0,9\n0,nine\n0,Nine\n0,\xc3\xa4\n", kinds).data;
    EXPECT_EQ(of_texts.class_names, (std::vector<std::string>{"10", "9", "Nine", "nine", "\xc3\xa4"}));
    EXPECT_EQ(of_texts.labels, (std::vector{0, 1, 3, 2, 4}));
}

TEST(CsvTest, ReadsNumbersToComeNearTo) {
    const CsvData expected{
        .data = {.width = 1, .target_width = 1, .inputs = {1, 2}, .targets = {0.1, 1e-300}}, .inputs = {"x"}};
    const CsvData got = read("x,y\n1,0.1\n2,1e-300\n", numbers);
    EXPECT_EQ(got, expected);
    EXPECT_NO_THROW(got.data.validate());
}

TEST(CsvTest, WithoutATargetReadsInputsAlone) {
    const CsvData expected{.data = {.width = 2, .inputs = {1, 2}}, .inputs = {"a", "b"}};
    EXPECT_EQ(read("a,b\n1,2\n", {}), expected);
}

TEST(CsvTest, WhatANetworkIsAskedAboutMayHaveItsColumnsInAnyOrderAndOthersBeside) {
    const CsvOptions asked{
        .target = "kind", .inputs = {"y", "x"}, .class_names = {"b", "a", "c"}, .target_required = false};
    const CsvData with = read("note,x,kind,y\nhello,1,a,2\n,3,b,4\n", asked);
    EXPECT_EQ(with.data.inputs, (std::vector<double>{2, 1, 4, 3}));
    EXPECT_EQ(with.inputs, asked.inputs);
    EXPECT_EQ(with.data.labels, (std::vector{1, 0}));
    EXPECT_EQ(with.data.class_names, asked.class_names);
    EXPECT_EQ(with.data.class_count, 3U);
    EXPECT_NO_THROW(with.data.validate());

    const CsvData without = read("x,y\n1,2\n3,4\n", asked);
    EXPECT_EQ(without.data, (Dataset{.width = 2, .inputs = {2, 1, 4, 3}}));

    EXPECT_EQ(error_in("x,y,kind\n1,2,a\n1,2,d\n", asked),
              "table.csv, line 3, column 3 ('kind'): there is no class 'd'; known: 'b', 'a', 'c'");
    EXPECT_EQ(error_in("x,z,kind\n1,2,a\n", asked),
              "table.csv, line 1: there is no column 'y'; the columns are 'x', 'z', 'kind'");
}

TEST(CsvTest, NamesLineAndColumnOfWhatIsWrong) {
    struct Case {
        std::string_view text;
        const char* expected;
    };
    const Case cases[] = {
        {"", "line 1: the file is empty, expected a row with the names of the columns"},
        {"\n \n", "line 3: the file is empty"},
        {"\xef\xbb\xbf", "line 1: the file is empty"},
        {"x,kind\n", "line 1: there is no row after the names"},
        {"\nx,kind", "line 2: there is no row after the names"},
        {"x,y\n1,2\n", "line 1: there is no column 'kind'; the columns are 'x', 'y'"},
        {"kind\na\n", "line 1: there is no column of inputs beside the target 'kind'"},
        {"x,x,kind\n1,2,a\n", "line 1, column 2: a second column named 'x'"},
        {"x,,kind\n1,2,a\n", "line 1, column 2: the column has no name"},
        {"x,kind,\n1,2,a\n", "line 1, column 3: the column has no name"},
        {"x,kind\n1\n", "line 2, column 2 ('kind'): a row of 1 field, expected 2"},
        {"x,kind\n1,a\n1,a,\n", "line 3, column 3: a row of 3 fields, expected 2"},
        {"x,kind\n1,a\nseven,a\n", "line 3, column 1 ('x'): expected a number, got 'seven'"},
        {"x,kind\n,a\n", "line 2, column 1 ('x'): expected a number, got ''"},
        {"x,kind\n1 2,a\n", "expected a number, got '1 2'"},
        {"x,kind\n1;2,a\n", "expected a number, got '1;2'"},
        {"x,kind\n0x1p3,a\n", "expected a number, got '0x1p3'"},
        {"x,kind\n+-1,a\n", "expected a number, got '+-1'"},
        {"x,kind\n+,a\n", "expected a number, got '+'"},
        {"x,kind\n\"1\n\n2\",a\n", "line 2, column 1 ('x'): expected a number, got '1??2'"},
        {"x,kind\nnan,a\n", "line 2, column 1 ('x'): expected a number, got 'nan', which is not finite"},
        {"x,kind\n-Infinity,a\n", "got '-Infinity', which is not finite"},
        {"x,kind\n1e999,a\n", "got '1e999', which is beyond a double"},
        {"x,kind\n-1e-999,a\n", "got '-1e-999', which is beyond a double"},
        {"x,kind\n1, \n", "line 2, column 2 ('kind'): expected a class, the field is empty"},
        {"x,kind\n1,a\0b\n"sv, "line 2, column 2 ('kind'): a zero byte"},
        {"\0"sv, "line 1, column 1: a zero byte"},
        {"x,kind\n1,a\n\0"sv, "line 3, column 1 ('x'): a zero byte"},
        {"x,kind\n1,a\"b\n", "line 2, column 2 ('kind'): a quote in the middle of a field"},
        {"x,kind\n1,\"a\nb\" c\n", "line 3, column 2 ('kind'): a quote in the middle of a field"},
        {"x,kind\n1,a\n2,\"b\n3,c\n4,d\n", "line 3, column 2 ('kind'): the quote that begins here is never"},
        // Lines are counted in quotes and at every kind of line end, and a field's is where it begins.
        {"x,kind\n1,\"a\r\nb\r\n\"\n\"\n\n\n2\",a,\"\n\"\n", "line 8, column 3: a row of 3"},
        {"x,kind\r1,a\r\n\n\r2,b\rz,b", "line 6, column 1 ('x'): expected a number, got 'z'"},
        {"kind,x\n\"a\nb\",\"\nz\"\n", "line 3, column 2 ('x'): expected a number, got '?z'"},
        {"kind,x\n\"a\nb\n\"\n", "line 4, column 2 ('x'): a row of 1 field"},
    };
    for (const Case& c : cases) {
        const std::string said = error_in(c.text, kinds);
        EXPECT_TRUE(said.find(c.expected) != std::string::npos)
            << "expected: " << c.expected << "\ngot: " << said;
    }
    EXPECT_EQ(error_in("x,y\n1,one\n", numbers),
              "table.csv, line 2, column 2 ('y'): expected a number, got 'one'");
}

// Latin-1: a model file, which is JSON, could not hold them.
TEST(CsvTest, NamesThatAreNotUtf8AreRefusedWhereTheyStand) {
    const std::string header = error_in("x,\xe1rea,kind\n1,2,a\n", kinds);
    EXPECT_NE(header.find("the column's name is not UTF-8"), std::string::npos) << header;
    const std::string field = error_in("x,kind\n1,a\n2,\xf1\n", kinds);
    EXPECT_NE(field.find("line 3"), std::string::npos) << field;
    EXPECT_NE(field.find("expected a class in UTF-8"), std::string::npos) << field;
    EXPECT_EQ(read("x,kind\n1,\xc3\xb1\n2,a\n", kinds).data.class_names.size(), 2U);
}

TEST(CsvTest, ShowsNoMoreThanTheBeginningOfWhatIsLong) {
    const std::string long_text = std::string(39, 'z') + "\xc3\xa4" + std::string(1000, 'z');
    const std::string said = error_in("x,kind\n" + long_text + ",a\n", kinds);
    EXPECT_TRUE(said.ends_with("got '" + std::string(39, 'z') + "...'"))
        << said << ", no half of a character";

    std::string header = "c1";
    for (int k = 2; k <= 1000; ++k) header += ",c" + std::to_string(k);
    const std::string columns = error_in(header + "\n", kinds);
    EXPECT_TRUE(columns.ends_with("'c19', 'c20' and 980 more")) << columns;
}

TEST(CsvTest, NamesAFileThatCannotBeRead) {
    const BytesFolder folder;
    const fs::path missing = folder.path() / "missing.csv";
    EXPECT_EQ(error_of([&] { (void)read_csv(missing, kinds); }),
              "cannot open " + missing.string() + ": No such file or directory");
    EXPECT_NE(error_of([&] { (void)read_csv(folder.path(), kinds); }).find("cannot"), std::string::npos);
}

// Longer than the pieces that a file comes in, whose borders fall anywhere: into quotes, between CR and LF.
TEST(CsvTest, ReadsLongFilesAndStillCountsTheirLines) {
    std::string text = "x,kind\r\n";
    const std::size_t rows = 50'000;
    for (std::size_t i = 0; i < rows; ++i)
        text += std::to_string(i) + ".125,\"" + std::string(i % 7, 'q') + "\r\n\"\"" + "\"\r\n";
    const Dataset data = read(text, kinds).data;
    ASSERT_EQ(data.size(), rows);
    for (std::size_t i = 0; i < rows; ++i) {
        ASSERT_EQ(data.input(i)[0], static_cast<double>(i) + 0.125);
        // "\r\n..." comes before "q...", and the more q the later.
        ASSERT_EQ(data.label(i), static_cast<int>(i % 7));
    }
    const std::string said = error_in(text + "z,a\r\n", kinds);
    EXPECT_NE(said.find("line 100002, column 1 ('x')"), std::string::npos) << said;
}

TEST(CsvTest, RefusesAFieldBeyondAMebibyteWhereItBegins) {
    const std::size_t mebibyte = 1 << 20;
    const std::string start = "x,kind\n1,a\n2,\"\n";
    const Dataset data = read(start + std::string(mebibyte - 3, 'b') + "\"\n", kinds).data;
    EXPECT_EQ(data.class_names.at(0).size(), mebibyte - 2);
    for (std::size_t more : {std::size_t{0}, 5 * mebibyte}) {
        const std::string said = error_in(start + std::string(mebibyte + more, 'b') + "\"\n", kinds);
        EXPECT_NE(said.find("line 3, column 2 ('kind'): a field that does not fit into 1048576 bytes"),
                  std::string::npos)
            << said;
    }
    EXPECT_NE(error_in(std::string(4 * mebibyte, ','), kinds).find("more than 1048576 fields"),
              std::string::npos);
}

}  // namespace
