// Reports held against earlier ones, stored and read back, and laid out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>
#include <string>

#include "driver/compare.hpp"
#include "driver/html.hpp"
#include "driver/stored.hpp"
#include "driver/text.hpp"
#include "driver_support.hpp"
#include "support/error_of.hpp"

namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using namespace overhead;

class Against : public Driver {
protected:
    Against() {
        engine("hand", 100);
        engine("value", 500);
        const Outcome r = Driver::overhead("--problem one --rounds 3 --json old.json");
        EXPECT_EQ(r.code, 0) << r.all();
    }
    Outcome compared(const std::string& arguments = "") const {
        return Driver::overhead("--problem one --rounds 3 --against old.json " + arguments);
    }
    void replace_in_old(const std::string& from, const std::string& to) const {
        std::string text = text_of("old.json");
        ASSERT_NE(text.find(from), std::string::npos) << text;
        write("old.json", text.replace(text.find(from), from.size(), to));
    }
};

TEST_F(Against, TheSameIsNoRegression) {
    const Outcome r = compared();
    EXPECT_EQ(r.code, 0) << r.all();
    EXPECT_THAT(r.out, ContainsRegex("\n  W1 the first, The value +1.000 +0.0 % *\n"));
    EXPECT_THAT(r.out, HasSubstr("Of 2 compared, 0 take more than 1.05 times as long"));
}

TEST_F(Against, SlowerBeyondTheLimitExitsWith3) {
    engine("value", 530);
    const Outcome r = compared();
    EXPECT_EQ(r.code, 3) << r.all();
    EXPECT_THAT(r.out, ContainsRegex("\n  W1 the first, The value +1.060 +0.0 % +slower\n"));
    const Outcome allowed = compared("--limit 1.1");
    EXPECT_EQ(allowed.code, 0);
    EXPECT_THAT(allowed.out, HasSubstr("slower, in limits"));
    engine("value", 400);
    const Outcome faster = compared();
    EXPECT_EQ(faster.code, 0);
    EXPECT_THAT(faster.out, ContainsRegex("The value +0.800 +0.0 % +faster\n"));
}

TEST_F(Against, WhatIsNotTimedAnyMoreIsARegressionToo) {
    engine("value", "[ \"$(ulimit -s)\" = 1048576 ] || kill -SEGV $$\n" + says(answer(5)));
    const Outcome r = compared();
    EXPECT_EQ(r.code, 3) << r.all();
    EXPECT_THAT(r.out, HasSubstr("Not timed any more: W1 the first, The value: stack overflow (signal 11)"));
}

TEST_F(Against, OneSampleTellsNoNoise) {
    EXPECT_EQ(Driver::overhead("--problem one --rounds 1 --json old.json").code, 0);
    engine("value", 900);
    const Outcome r = compared();
    EXPECT_EQ(r.code, 0) << r.all();
    EXPECT_THAT(r.out, HasSubstr("2 of them have too few samples to tell noise by: --rounds 3 or more."));
}

TEST_F(Against, ALimitBelow1IsRefused) {
    for (const char* const limit : {"0.5", "nan", "inf", "half"}) {
        const Outcome r = compared(std::string("--limit ") + limit);
        EXPECT_EQ(r.code, 2) << limit;
        EXPECT_THAT(r.err, HasSubstr("--limit: it is a number of at least 1")) << limit;
    }
    EXPECT_EQ(Driver::overhead("--problem one --rounds 1 --limit 1.1").code, 2);
}

TEST_F(Against, WithNothingInCommonItIsRefusedBeforeTheTiming) {
    std::filesystem::remove(folder() / "asked");
    const Outcome r = Driver::overhead("--problem two --rounds 3 --against old.json");
    EXPECT_EQ(r.code, 2) << r.all();
    EXPECT_THAT(r.err, HasSubstr("'old.json' has none of these problems by these engines"));
    EXPECT_THAT(asked(), testing::IsEmpty());
}

TEST_F(Against, EnginesThatAreGoneAreNamed) {
    std::filesystem::remove(folder() / "engines" / "engine_value");
    EXPECT_THAT(compared().out, HasSubstr("Only in the report before: The value"));
}

TEST_F(Against, AnotherMachineIsRefusedBeforeTheTimingUnlessItIsSaid) {
    replace_in_old("a compiler", "an older compiler");
    std::filesystem::remove(folder() / "asked");
    const Outcome r = compared();
    EXPECT_EQ(r.code, 2);
    EXPECT_THAT(r.err, HasSubstr("the compiler is 'a compiler', before 'an older compiler'"));
    EXPECT_THAT(asked(), testing::IsEmpty());
    EXPECT_EQ(compared("--any-machine").code, 0);
}

TEST_F(Against, AnotherVersionOrABrokenFileNamesThePlace) {
    const std::string good = text_of("old.json");
    const auto refused = [this] {
        const Outcome r = compared();
        EXPECT_EQ(r.code, 2) << r.all();
        return r.err;
    };
    replace_in_old("\"version\": 2", "\"version\": 1");
    EXPECT_THAT(refused(), HasSubstr("version: the format is 1, this program knows 2"));
    write("old.json", good.substr(0, good.find("\"engines\"")));
    EXPECT_THAT(refused(), ContainsRegex("'old.json': line [0-9]+, column "));
    write("old.json", good);
    replace_in_old("\"ns\": [", "\"ns\": [\"no\", ");
    EXPECT_THAT(refused(), HasSubstr("cells[0].ns[0]: expected a number, it is a string"));
    write("old.json", "[]");
    EXPECT_THAT(refused(), HasSubstr("the whole: expected an object, it is an array"));
    write("old.json", "");
    EXPECT_THAT(refused(), HasSubstr("cannot read 'old.json', or it is empty"));
    std::filesystem::remove(folder() / "old.json");
    EXPECT_THAT(refused(), HasSubstr("cannot read 'old.json'"));
    std::filesystem::create_directory(folder() / "old.json");
    EXPECT_THAT(refused(), HasSubstr("cannot read 'old.json'"));
}

// ---- Reports made by hand ----

Report made(const std::vector<double>& ns) {
    Report r;
    r.setting = {"a machine", "a compiler", "-O3", "today"};
    r.rounds = ns.size();
    r.engines = {{"hand", "hand", "", "a compiler", "-O3"}, {"value", "Value", "", "a compiler", "-O3"}};
    r.problems = {{"p", "P", 0, 2, 1, 10}};
    r.cells = {{"p", "hand", "", false, {10, 10, 10}, {1, 1, 1}, {}, 1e6},
               {"p", "value", "", false, ns, {1, 1, 1}, 160.0, 2e6}};
    return r;
}

// Medians 30 and 33; quartiles of {27, 30, 33} are 28.5 and 31.5, a spread of 0.1; of {33, 33, 33} it is 0.
TEST(Compare, BothSpreadsMakeTheNoise) {
    const Report old = made({27, 30, 33}), now = made({33, 33, 33});
    const Comparison c = compare(now, old);
    ASSERT_EQ(c.changes.size(), 2U);
    EXPECT_DOUBLE_EQ(c.changes[1].ratio, 1.1);
    EXPECT_DOUBLE_EQ(c.changes[1].noise, 0.1);
    const Comparison both = compare(made({29.7, 33, 36.3}), old);
    EXPECT_NEAR(both.changes[1].noise, std::sqrt(0.02), 1e-12);
    EXPECT_FALSE(both.changes[1].beyond());
    EXPECT_TRUE(compare(made({40, 40, 40}), old).changes[1].beyond());
    EXPECT_TRUE(compare(made({20, 20, 20}), old).changes[1].beyond());
    EXPECT_FALSE(compare(made({28, 28, 28}), old).changes[1].beyond());
}

TEST(Compare, AProblemThatHasChangedIsNotCompared) {
    Report now = made({30});
    now.problems[0].operations = 11;
    const Comparison c = compare(now, made({30}));
    EXPECT_TRUE(c.changes.empty());
    EXPECT_EQ(c.other, (std::vector<std::string>{"P, hand", "P, Value"}));
}

TEST(Quantiles, LieBetweenNeighbours) {
    EXPECT_EQ(median({3, 1, 2}), 2);
    EXPECT_EQ(median({4, 1, 2, 3}), 2.5);
    EXPECT_EQ(spread({1, 2, 3, 4, 5}), 2.0 / 3);
    EXPECT_EQ(spread({7}), 0.0);
}

Report with_everything() {
    Report r = made({30, 31.5, 1e9});
    r.cells[1].parts = {{{1, 2, 3}, {4, 5, 6}, {-7, 8, 9}, {0, 1, 2}}};
    r.cells.push_back({"p", "gone", "stack overflow (signal 11)", true});
    r.scaling.push_back({{"p", "P", 100, 2, 1, 1000}, r.cells[1]});
    r.caches = {{"L1 48 KiB", 49152}};
    r.notes = {"a note"};
    return r;
}

TEST(Stored, AReportComesBackAsItWas) {
    const std::string json = json_of(with_everything());
    EXPECT_EQ(json_of(report_of(json)), json);
    const Report back = report_of(json);
    EXPECT_EQ(back.cells[1].ns, (std::vector<double>{30, 31.5, 1e9}));
    EXPECT_EQ(back.cells[1].parts[2], (std::vector<double>{-7, 8, 9}));
    EXPECT_EQ(back.cells[1].tape_bytes, 160.0);
    EXPECT_EQ(back.cells[0].tape_bytes, std::nullopt);
    EXPECT_TRUE(back.cells[2].limit);
    EXPECT_EQ(back.scaling[0].problem.operations, 1000);
}

TEST(Stored, ATimeThatIsNoneIsRefused) {
    EXPECT_THAT(error_of([] {
                    report_of(json_of(made({30, 0, 30})));
                }),
                HasSubstr("cells[1].ns[1]: a time is a number above 0"));
}

// ---- Layout ----

std::size_t widest(const std::string& text) {
    std::size_t most = 0;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) most = std::max(most, line.size());
    return most;
}

TEST(Text, FitsIn100ColumnsWhateverTheFigures) {
    Report r = with_everything();
    r.problems[0] = {"p", std::string(60, 'P'), 0, 1e12, 1e12, 1e12};
    r.engines.push_back(
        {"gone", std::string(60, 'E'), "settings that are told " + std::string(30, 's'), "c", "f"});
    for (int k = 0; k < 30; ++k) r.engines.back().settings += " and on", r.cells[2].wrong += " and on";
    r.setting.flags =
        "-O3 -march=native -fsome-flag=1 -fanother-flag=2 -fone-more-flag=3 -fyet-another-flag=4 -g";
    for (const double ns : {1e-6, 1.0, 123456.0, 1e15}) {
        for (Cell& cell : r.cells) {
            if (!cell.timed()) continue;
            cell.ns = {ns, 1e3 * ns, 1e6 * ns};
            cell.tape_bytes = 1e15;
            cell.peak_bytes = 1e12;
        }
        r.scaling[0].cell = r.cells[1];
        EXPECT_LE(widest(text_of(r, {})), 100U) << text_of(r, {});
        const Comparison c = compare(r, r);
        EXPECT_LE(widest(text_of(comparison_table(c, r, 1.05), {})), 100U);
    }
}

TEST(Text, TablesWithOneHeadHaveTheSameColumns) {
    Report r = made({30, 30, 30});
    r.problems.push_back({"q", "Q", 0, 2, 1, 10});
    r.cells.push_back({"q", "hand", "", false, {123456789, 123456789}, {1, 1}, {}, 1e9});
    std::vector<std::string> heads;
    std::istringstream lines(text_of(r, {}));
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("  engine")) heads.push_back(line);
    ASSERT_EQ(heads.size(), 2U);
    EXPECT_EQ(heads[0], heads[1]);
}

TEST(Text, FiguresAreShort) {
    EXPECT_EQ(figure(0.0123), "0.012");
    EXPECT_EQ(figure(1.234), "1.23");
    EXPECT_EQ(figure(123456), "123456");
    EXPECT_EQ(figure(1.25e9), "1.2e+09");
    EXPECT_EQ(figure(-0.14), "-0.14");
}

TEST(Html, NamesThatLookLikeTagsAreText) {
    Report r = made({30, 30, 30});
    r.engines[1].name = "Dual<double, 8> & more";
    EXPECT_THAT(html_of(r, {}), HasSubstr("<td>Dual&lt;double, 8&gt; &amp; more</td>"));
    EXPECT_THAT(html_of(r, {}), Not(HasSubstr("Dual<")));
}

}  // namespace
