#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

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

// Of two rows, bars from 1: to 10 rightwards and to 0.1 leftwards, as far from the middle.
TEST(PlotTest, BarsOnALogarithmicAxisBeginAtOneBesideTheNamesOfTheirRows) {
    Panel panel{"times", "", {{"", {10, 0.1}, {1, 2}}}};
    panel.series[0].bars = true;
    panel.log_x = true;
    panel.x_low = 0.01, panel.x_high = 100;
    panel.rows = {"it's slow", "fast_er"};
    const std::string svg = svg_of({panel}, 1, {500, 200});
    for (const char* const text : {"width=\"500\" height=\"200\"", "it\u2019s slow", "fast_er", "times"})
        EXPECT_THAT(svg, HasSubstr(text));
    EXPECT_LT(svg.find("slow"), svg.find("fast_er"));
    std::vector<double> corners;  // of the bars' polygons, x alone
    for (std::size_t at = 0; (at = svg.find("<polygon", at)) != std::string::npos; ++at) {
        std::istringstream points(svg.substr(svg.find('\'', svg.find("points", at)) + 1, 80));
        for (double x = 0, y = 0; points >> x && points.ignore(1, ',') && points >> y;) corners.push_back(x);
    }
    ASSERT_EQ(corners.size(), 8U) << svg;
    const auto [left, right] = std::ranges::minmax(corners);
    const double middle = corners[0] == right ? corners[2] : corners[0];
    EXPECT_NEAR(right - middle, middle - left, 0.2);
}

}  // namespace
