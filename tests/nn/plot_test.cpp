#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

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
    const Panel good{"good", "x", {{"f", {0, 1}, {0, 1}}}}, no_points{"f", "x", {{"f", {}, {}}}},
        nan{"f", "x", {{"f", {0, 1}, {not_a_number, not_a_number}}}};
    Panel negative{"f", "x", {{"f", {0, 1}, {-1, 0}}}};
    negative.log_y = true;
    for (const Panel& bad : {no_points, nan, negative})
        EXPECT_THAT(error_of([&] {
                        draw({good, bad}, file);
                    }),
                    HasSubstr("no curves: nothing finite to draw in the panel 'f'"));
    EXPECT_EQ(content(file), "before");
}

TEST(PlotTest, ASeriesWithoutAPointIsLeftOutAndTheOthersKeepTheirColours) {
    const Folder folder;
    const fs::path file = folder.path() / "curves.svg";
    draw({{"f", "x", {{"lost", {0, 1}, {not_a_number, not_a_number}}, {"here", {0, 1}, {0, 1}}}}}, file);
    const std::string svg = content(file);
    EXPECT_THAT(svg, HasSubstr("here"));
    EXPECT_THAT(svg, testing::Not(HasSubstr("lost")));
    EXPECT_THAT(svg, HasSubstr("214,  39,  40"));  // the second colour, #d62728
}

}  // namespace
