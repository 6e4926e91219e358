// The pictures of `wengert train`, its table of confusion and its sentences, where names and classes are
// many, long or odd.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <sys/stat.h>

#include "command.hpp"
#include "commands.hpp"

namespace {

using testing::HasSubstr;
using testing::Not;

class Pictures : public Train {
protected:
    // Classes in a row along x, from 100 to 100 + 10 (n - 1); y is 0.25 and 0.5 in turn.
    template <class Name> void write_classes(std::size_t n, const Name& name) const {
        std::string text = "size & <shape>,y,kind\n";
        for (std::size_t i = 0; i < 4 * n; ++i)
            text +=
                std::to_string(100 + i % n * 10) + (i / n % 2 == 0 ? ",0.25," : ",0.5,") + name(i % n) + "\n";
        write("table.csv", text);
    }
    std::string picture(const char* name) const { return text_of(folder() / "training" / name); }
    static std::set<std::string> colours(const std::string& svg) {
        std::set<std::string> all;
        for (std::size_t at = svg.find("<circle"); at != std::string::npos; at = svg.find("<circle", at + 1))
            all.insert(svg.substr(svg.find("fill='", at) + 6, 7));
        return all;
    }
};

// ---- The plane ----

TEST_F(Pictures, ABoundaryHasItsColumnsTheirRangesAndItsClasses) {
    write_classes(3, [](std::size_t c) { return std::string(1, static_cast<char>('a' + c)) + " <&> kind"; });
    ASSERT_EQ(shell("$W train table.csv --target kind --epochs 20").code, 0);
    const std::string svg = picture("boundary.svg");
    for (const char* const text : {">size &amp; &lt;shape><", ">y<", ">100<", ">120<", ">0.25<", ">0.5<",
                                   ">a &lt;&amp;> kind<", ">b &lt;&amp;> kind<", ">c &lt;&amp;> kind<"})
        EXPECT_THAT(svg, HasSubstr(text));
}

TEST_F(Pictures, ABoundaryHasTenColoursAndSaysWhereTheKeyEnds) {
    const auto name = [](std::size_t c) { return "k" + std::to_string(c); };
    write_classes(10, name);
    ASSERT_EQ(shell("$W train table.csv --target kind --epochs 2").code, 0);
    EXPECT_EQ(colours(picture("boundary.svg")).size(), 10U);
    EXPECT_THAT(picture("boundary.svg"), Not(HasSubstr(" more<")));
    write_classes(30, name);
    ASSERT_EQ(shell("$W train table.csv --target kind --epochs 2").code, 0);
    EXPECT_THAT(picture("boundary.svg"), HasSubstr(">and 8 more<"));  // 420 points hold 23 lines of 18
}

TEST_F(Pictures, ImagesOfTwoPixelsAndOfOneHaveTheirs) {
    for (const char* half : {"train", "t10k"}) write_idx_half(half, 1, 2, 2);
    ASSERT_EQ(train(folder().string() + " --epochs 3").code, 0);
    EXPECT_THAT(text_of(output() / "boundary.svg"), HasSubstr(">x2<"));
    for (const char* half : {"train", "t10k"}) write_idx_half(half, 1, 1, 2);
    ASSERT_EQ(train(folder().string() + " --epochs 3 --widths 1-4-1 --loss binary_cross_entropy").code, 0);
    EXPECT_THAT(text_of(output() / "fit.svg"), HasSubstr("where the class changes"));
}

// ---- One input ----

// Once the curve alone, and "the data" without a point.
TEST_F(Pictures, AFitOfClassesHasASeriesOfEach) {
    write("doses.csv", "dose,alive\n1,no\n2,no\n3,no\n4,yes\n5,yes\n6,yes\n");
    ASSERT_EQ(shell("$W train doses.csv --target alive --epochs 20").code, 0);
    const std::string svg = picture("fit.svg");
    for (const char* const text : {"dose", "no", "yes", "the network", "where the class changes"})
        EXPECT_THAT(svg, HasSubstr(std::string(">") + text + "<"));
    EXPECT_THAT(svg, Not(HasSubstr("the data")));
}

// Once the names lay on the curve's peak, at the top left.
TEST_F(Pictures, TheNamesOfCurvesStandBelowThem) {
    write("swing.csv", "t,y\n0,0\n1,0.6\n2,0.5\n3,0\n4,-0.2\n5,-0.1\n");
    ASSERT_EQ(shell("$W train swing.csv --target y --epochs 5 --validation 0.2").code, 0);
    const auto below = [](const std::string& svg, const std::string& name, const std::string& axis) {
        const auto height = [&svg](const std::string& text) {
            const std::size_t place = svg.rfind("translate(", svg.find("<text>" + text + "<"));
            return std::stod(svg.substr(svg.find(',', place) + 1));
        };
        return height(name) > height(axis);
    };
    for (const char* const name : {"the data", "the network"})
        EXPECT_TRUE(below(picture("fit.svg"), name, "t")) << name;
    for (const char* const name : {"training", "validation"})
        EXPECT_TRUE(below(picture("training.svg"), name, "epoch")) << name;
}

// ---- The table of confusion ----

std::string confusion_of(const std::string& out) {
    const std::size_t start = out.find("confusion:");
    return out.substr(start, out.find("network  ", start) - start);
}

TEST_F(Pictures, NamesOfClassesThatBeginAlikeAreNumbersWithAKey) {
    write_classes(10, [](std::size_t c) { return "class_" + std::to_string(c) + std::string(90, 'x'); });
    const Outcome r = shell("$W train table.csv --target kind --epochs 2");
    EXPECT_THAT(r.out, HasSubstr("\n                0      1      2      3"));
    EXPECT_THAT(r.out, HasSubstr("\n         9 is class_9xxx"));
    std::istringstream lines(confusion_of(r.out));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
}

// Once a name of more than ten characters moved its row's numbers.
TEST_F(Pictures, LongNamesOfClassesAreCutInHeadsAndRows) {
    write_classes(
        3, [](std::size_t c) { return std::string(1, static_cast<char>('a' + c)) + " long long name"; });
    const Outcome r = shell("$W train table.csv --target kind --epochs 300 --rate 0.05");
    EXPECT_EQ(confusion_of(r.out),
              "confusion: rows are the true class, columns what the network said\n"
              "           a long b long c long\n"
              "a long lon      4      0      0\n"
              "b long lon      0      4      0\n"
              "c long lon      0      0      4\n\n");
}

// Once it broke the table.
TEST_F(Pictures, ALineEndInTheNameOfAClassIsWrittenInLetters) {
    write("k.csv", "x,k\n0,\"a\nb\"\n1,c\n0,\"a\nb\"\n1,c\n");
    const Outcome r = shell("$W train k.csv --target k --epochs 200 --rate 0.05");
    EXPECT_EQ(confusion_of(r.out),
              "confusion: rows are the true class, columns what the network said\n"
              "             a\\nb      c\n"
              "      a\\nb      2      0\n"
              "         c      0      2\n\n");
}

// ---- Sentences ----

TEST(WrappedTest, BreaksAtBlanksAndLeavesLongWordsWhole) {
    EXPECT_EQ(wrapped("ab cd ef", 5), "ab cd\nef");
    EXPECT_EQ(wrapped("ab cd ef", 8), "ab cd ef");
    EXPECT_EQ(wrapped("ab cdefghij k", 5), "ab\ncdefghij\nk");
    EXPECT_EQ(wrapped("abcdefghij", 5), "abcdefghij");
    EXPECT_EQ(wrapped("", 5), "");
}

TEST_F(Pictures, AnErrorIsBrokenAt80ColumnsOnATerminalAlone) {
    EXPECT_THAT(shell("$W train nowhere").err,
                HasSubstr(" blobs, xor, sine, a CSV file, or a folder of IDX"));
    if (std::system("command -v script >/dev/null") != 0) GTEST_SKIP() << "needs `script`, of util-linux";
    shell("script -qc \"$W train nowhere\" log </dev/null");
    std::istringstream lines(text_of(folder() / "log"));
    std::size_t broken = 0;
    for (std::string line; std::getline(lines, line);) {
        if (line.find("Script ") == 0) continue;  // its own words
        EXPECT_LE(line.size(), 81U) << line;      // with the terminal's \r
        broken +=
            line.find("IDX files") != std::string::npos || line.find("no data set") != std::string::npos;
    }
    EXPECT_EQ(broken, 2U);
}

// ---- Files ----

TEST_F(Pictures, PredictionsGoToNoFolderAndThroughAPipe) {
    write("t.csv", "x,y\n1,2\n2,4\n3,6\n");
    ASSERT_EQ(shell("$W train t.csv --target y --epochs 2 --save m.json").code, 0);
    fs::create_directory(folder() / "a");
    const Outcome folder_named = shell("$W predict m.json t.csv --output a");
    EXPECT_EQ(folder_named.code, 1);
    EXPECT_THAT(folder_named.err, HasSubstr("--output 'a' is no file: give the name of one"));
    EXPECT_THAT(shell("$W predict m.json t.csv --output t.csv/p").err,
                HasSubstr("choose another with --output"));
    const Outcome piped = shell("mkfifo pipe; cat pipe & $W predict m.json t.csv --output pipe; wait");
    EXPECT_EQ(piped.out.substr(0, 11), "prediction\n");
    EXPECT_TRUE(fs::is_fifo(folder() / "pipe"));
}

}  // namespace
