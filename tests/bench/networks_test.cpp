// The benchmark of training steps holds each to its reference, and reports what it finds. Include path:
// bench/.
#include "networks/report.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "networks/cells.hpp"

namespace {

using bench::networks::Cell;
using bench::networks::Result;

TEST(EveryStep, HasTheGradientOfItsReferenceAgainAndAgain) {
    for (const Cell& cell : bench::networks::all_cells()) {
        EXPECT_EQ(cell.wrong, "") << cell.problem << ", " << cell.engine;
        cell.cycle();
    }
}

TEST(Difference, NamesTheWorstComponent) {
    const Result hand{2.0, {1.0, -4.0, 0.0}};
    EXPECT_EQ(bench::networks::difference(hand, hand, 0.0), "");
    EXPECT_EQ(bench::networks::difference({2.0, {1.0, -4.0, 3e-12}}, hand, 1e-12), "");
    EXPECT_EQ(bench::networks::difference({2.0, {1.5, -3.0, 0.0}}, hand, 1e-12),
              "2 of 3 components are wrong, worst [1]: -3, by hand -4");
    EXPECT_EQ(bench::networks::difference({2.5, {1.0, -4.0, 0.0}}, hand, 1e-12),
              "the value is 2.5, by hand 2");
}

TEST(Difference, ANumberThatIsNoneIsWrong) {
    const Result hand{2.0, {1.0, -4.0}};
    EXPECT_NE(bench::networks::difference({std::nan(""), {1.0, -4.0}}, hand, 1e-3), "");
    EXPECT_EQ(bench::networks::difference({2.0, {std::nan(""), 0.0}}, hand, 1e-3),
              "2 of 2 components are wrong, worst [0]: nan, by hand 1");
}

struct Forgetful {
    static constexpr std::string_view name = "forgetful";
    static constexpr double tolerance = 1e-12;
};

TEST(ACell, OfAWrongEngineSaysSo) {
    const Result hand{9.0, {6.0}};
    const auto wrong = [&](auto take) {
        return bench::networks::training_cell<Forgetful>("square", take, hand).wrong;
    };
    EXPECT_EQ(wrong([] { return Result{9.0, {6.0}}; }), "");
    EXPECT_EQ(wrong([] {
                  return Result{9.0, {3.0}};
              }),
              "1 of 1 components are wrong, worst [0]: 3, by hand 6");
    EXPECT_EQ(wrong([]() -> Result { throw std::runtime_error("out of tape"); }), "out of tape");
}

struct Figures : testing::Test {
    std::vector<Cell> cells{{"W1", "primal", {}, {}, {500, 400, 600}},
                            {"W1", "hand", {}, {}, {900, 1000, 1000, 1100}},
                            {"W1", "Value", {}, {}, {4400, 4500, 4600}},
                            {"W2", "hand", {}, {}, {2e9}},
                            {"W2", "Value", {}, "1 of 1 components are wrong", {}}};
    bench::networks::Setting setting{"a machine", "a compiler", "-O3", "today"};
};

TEST_F(Figures, QuantilesLieBetweenNeighbours) {
    EXPECT_EQ(bench::networks::median({3, 1, 2}), 2);
    EXPECT_EQ(bench::networks::median({4, 1, 2, 3}), 2.5);
    EXPECT_EQ(bench::networks::spread({1, 2, 3, 4, 5}), 2.0 / 3);
    EXPECT_EQ(bench::networks::spread({7}), 0.0);
}

TEST_F(Figures, TheTableShowsMediansAndRatiosToHandIn100Columns) {
    const std::string text = bench::networks::table(cells, setting);
    EXPECT_NE(text.find("     0.50   0.50 "), std::string::npos) << text;
    EXPECT_NE(text.find("     1.00   1.00 "), std::string::npos) << text;
    EXPECT_NE(text.find("     4.50   4.50\n"), std::string::npos) << text;
    EXPECT_NE(text.find("  2000000   1.00 "), std::string::npos) << text;
    EXPECT_NE(text.find("not timed: W2, Value:\n  1 of 1 components are wrong\n"), std::string::npos) << text;
    EXPECT_NE(text.find("a machine; today\na compiler; -O3\n"), std::string::npos) << text;

    std::istringstream lines(bench::networks::table(cells, bench::networks::this_setting()));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
}

// Times that are held against another engine than the hand are a table of their own.
TEST_F(Figures, CellsHeldAgainstAnotherEngineAreATableOfTheirOwn) {
    cells.push_back({"step", "built_in", {}, {}, {2000}, "built_in"});
    cells.push_back({"step", "rule", {}, {}, {2100}, "built_in"});
    const std::string text = bench::networks::table(cells, setting);
    const std::size_t second = text.find("\nus a cycle (ratio to built_in)");
    ASSERT_NE(second, std::string::npos) << text;
    EXPECT_EQ(text.substr(0, second).find("step"), std::string::npos) << text;
    EXPECT_EQ(text.substr(second).find("W1"), std::string::npos) << text;
    EXPECT_NE(text.find("     2.00   1.00      2.10   1.05\n", second), std::string::npos) << text;
    EXPECT_EQ(bench::networks::json(cells, setting)["results"][6]["ratio_to_built_in"], 1.05);
}

TEST_F(Figures, JsonHoldsTheSameFigures) {
    const nlohmann::json json = bench::networks::json(cells, setting);
    EXPECT_EQ(json["flags"], "-O3");
    ASSERT_EQ(json["results"].size(), cells.size());
    EXPECT_EQ(json["results"][2]["median_ns"], 4500.0);
    EXPECT_EQ(json["results"][2]["ratio_to_hand"], 4.5);
    EXPECT_EQ(json["results"][4]["wrong"], "1 of 1 components are wrong");
    EXPECT_FALSE(json["results"][4].contains("median_ns"));
}

}  // namespace
