#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>

#include <wengert/nn/files.hpp>
#include <wengert/nn/plot.hpp>

#include "support/error_of.hpp"
#include "support/folder.hpp"

namespace {

using namespace wengert::nn;
using testing::HasSubstr;
namespace fs = std::filesystem;

std::string content(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

TEST(PlotTest, AllPanelsTitlesAndSeriesAreInThePicture) {
    const Folder folder;
    const fs::path file = folder.path() / "deep" / "curves.svg";
    const double inf = std::numeric_limits<double>::infinity();
    draw({{"it's f''", "x", {{"f_1", {0, 1, 2}, {0, 1, 4}}, {"gap", {0, 1, 2, 3}, {1, inf, 1, 1}}}},
          {"g", "t", {{"", {1, 10}, {1, 1e-6}}}}},
         file);
    const std::string svg = content(file);
    for (const char* const text : {"it\u2019s f\u2019\u2019", "f_1", "gap", ">g<", ">t<"})
        EXPECT_THAT(svg, HasSubstr(text));
    EXPECT_THAT(svg, HasSubstr("</svg>"));
    EXPECT_FALSE(fs::exists(file.string() + ".part"));
}

TEST(PlotTest, WhatCannotBeDrawnIsAnErrorAndTheFileBeforeItStays) {
    const Folder folder;
    const fs::path file = folder.path() / "curves.svg";
    write_file(file, "before");
    EXPECT_THAT(error_of([&] { draw({}, file); }), HasSubstr("a picture needs a panel"));
    EXPECT_THAT(error_of([&] { draw({{"empty", "x", {}}}, file); }), HasSubstr("'empty' has no series"));
    EXPECT_THAT(error_of([&] {
                    draw({{"f", "x", {{"f", {0, 1}, {std::nan(""), std::nan("")}}}}}, file);
                }),
                HasSubstr("gnuplot failed"));
    EXPECT_EQ(content(file), "before");
}

TEST(WriteFileTest, ReplacesAFileOrLeavesItAsItWas) {
    const Folder folder;
    const fs::path file = folder.path() / "a" / "text";
    write_file(file, "one");
    write_file(file, "two");
    EXPECT_EQ(content(file), "two");
    EXPECT_THAT(error_of([&] { write_file(file / "below a file", "x"); }), HasSubstr("cannot write '"));
    EXPECT_EQ(content(file), "two");
}

}  // namespace
