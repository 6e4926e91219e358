// What the benchmark's driver makes of engines that are right, wrong, slow, broken or gone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "driver_support.hpp"

namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ContainsRegex;
using testing::Each;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// ---- What is measured ----

TEST_F(Driver, TimesEnginesBesideItselfAndHoldsThemAgainstPrimalAndHand) {
    engine("primal", 50);
    engine("hand", 200);
    json slow = answer(1234.5);
    slow["tape_bytes"] = 1600;
    engine("slow", says(slow));
    engine("fast", 400);
    const Outcome r = overhead("--problem one --rounds 3 --json r.json");
    EXPECT_EQ(r.code, 0) << r.err;
    EXPECT_THAT(r.out, HasSubstr("W1 the first: 3 inputs, 1 output, 100 operations\n"));
    // A cycle in us, its 100 operations, over 50 ns, over 200 ns; 1600 bytes; all samples alike.
    EXPECT_THAT(r.out, ContainsRegex("\n  The slow +1.23 +12.35 +24.69 +6.17 +16.00 +[0-9.]+ +0.0 %\n"));
    EXPECT_THAT(r.out, ContainsRegex("\n  The primal .*\n  The hand .*\n  The fast .*\n  The slow "));
    EXPECT_THAT(r.out, AllOf(HasSubstr("\na compiler; -O9\n"), HasSubstr("\nThe slow: settings of slow\n")));

    const json report = json::parse(text_of("r.json"));
    EXPECT_EQ(report["version"], 2);
    EXPECT_EQ(report["flags"], "-O9");
    EXPECT_EQ(report["cells"].size(), 4U);
    for (const json& cell : report["cells"]) {
        EXPECT_EQ(cell["ns"].size(), 3U) << cell;
        EXPECT_GT(cell["peak_bytes"], 1e5) << cell;
    }
}

TEST_F(Driver, EachRoundAsksEachEngineOnceInAnOrderThatTheSeedFixes) {
    for (const char* const id : {"primal", "hand", "a", "b", "c", "d"}) engine(id, 100);
    const auto order = [this](const std::string& seed) {
        std::filesystem::remove(folder() / "asked");
        EXPECT_EQ(overhead("--problem one --rounds 2 --seed " + seed).code, 0);
        std::vector<std::string> lines = asked();
        EXPECT_EQ(lines.size(), 18U);
        for (std::size_t k = 0; k < 6; ++k) EXPECT_THAT(lines.at(k), EndsWith(" one --check"));
        lines.erase(lines.begin(), lines.begin() + 6);
        for (const std::size_t round : {0U, 6U})
            EXPECT_EQ(std::set(lines.begin() + static_cast<std::ptrdiff_t>(round),
                               lines.begin() + static_cast<std::ptrdiff_t>(round + 6))
                          .size(),
                      6U);
        EXPECT_THAT(lines, Each(EndsWith(" one --seconds 0.02")));
        return lines;
    };
    const auto first = order("1");
    EXPECT_EQ(first, order("1"));
    EXPECT_NE(first, order("2"));
}

TEST_F(Driver, LargeProblemsAreForAFullRunOrWhoNamesThem) {
    engine("hand", 100);
    EXPECT_THAT(overhead("--rounds 1").out, AllOf(HasSubstr("W2"), Not(HasSubstr("W3"))));
    EXPECT_THAT(overhead("--rounds 1 --full").out, HasSubstr("W3 the large"));
    EXPECT_THAT(overhead("--rounds 1 --problem large").out, AllOf(HasSubstr("W3"), Not(HasSubstr("W1"))));
}

TEST_F(Driver, AnEngineIsNotAskedWhatItDoesNotTake) {
    engine("hand", 100);
    engine("value", 100);
    EXPECT_EQ(overhead("--problem two --rounds 1").code, 0);
    EXPECT_THAT(asked(), Each(HasSubstr("hand two")));
}

TEST_F(Driver, ValueTellsThePartsOfACycle) {
    json parts = answer(400);
    parts["parts"] = {{"register", 10}, {"record", 200}, {"sweep", 150}, {"read", 40}};
    engine("value", "case \"$*\" in *--parts*) " + says(parts) + ";; *) " + says(answer(400)) + ";; esac");
    EXPECT_THAT(overhead("--problem one --rounds 2").out,
                ContainsRegex(
                    "The parts of a cycle, The value.*\n.*\n  W1 the first +0.10 +2.00 +1.50 +0.40 +4.00\n"));
}

TEST_F(Driver, ScalingGrowsAProblemFromAThousandOperationsOn) {
    json with_size = list("value");
    with_size["problems"][0]["id"] = "recurrence";
    json grown = answer(0);
    for (const char* const key : {"size", "operations", "ns", "tape_bytes"}) grown[key] = key;
    std::string text = grown.dump();  // of size n: 4 n operations, 8 n ns, 1 byte
    for (const auto& [key, shell_word] :
         {std::pair("\"size\":\"size\"", "\"size\":'$n'"),
          std::pair("\"operations\":\"operations\"", "\"operations\":'$((4 * n))'"),
          std::pair("\"ns\":\"ns\"", "\"ns\":'$((8 * n))'"),
          std::pair("\"tape_bytes\":\"tape_bytes\"", "\"tape_bytes\":1")})
        text.replace(text.find(key), std::string(key).size(), shell_word);
    script("value", says(with_size),
           "n=1; while [ $# -gt 0 ]; do [ \"$1\" = --size ] && n=$2; shift; done\necho '" + text + "'");
    const Outcome r = overhead("--scaling --rounds 1 --problem recurrence --json r.json");
    EXPECT_EQ(r.code, 0) << r.all();
    const json report = json::parse(text_of("r.json"));
    std::vector<double> operations;
    for (const json& point : report["scaling"]) {
        operations.push_back(point["problem"]["operations"]);
        EXPECT_EQ(point["cell"]["ns"][0], 2 * operations.back());
    }
    EXPECT_EQ(operations, (std::vector<double>{1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6,
                                               1e7, 2e7, 5e7, 1e8}));
    EXPECT_THAT(r.out, ContainsRegex("\n  1,000 +2.00 "));
}

// ---- Engines that fail ----

TEST_F(Driver, AWrongResultIsSaidAndNeverTimed) {
    engine("hand", 100);
    json wrong = answer(1);
    wrong["wrong"] = "1 of 3 derivatives are wrong";
    engine("bad", says(wrong) + "; exit 1");
    const Outcome r = overhead("--problem one --rounds 2");
    EXPECT_EQ(r.code, 1);
    EXPECT_THAT(r.out, ContainsRegex("\n  The bad +wrong: 1 of 3 derivatives are wrong\n"));
    for (const std::string& line : asked())
        EXPECT_TRUE(!line.starts_with("bad") || line == "bad one --check") << line;
}

TEST_F(Driver, ACountOfOperationsUnlikeTheOthersIsWrong) {
    engine("hand", 100);
    json other = answer(1);
    other["operations"] = 99;
    engine("bad", says(other));
    const Outcome r = overhead("--problem one --rounds 1");
    EXPECT_EQ(r.code, 1);
    EXPECT_THAT(r.out, HasSubstr("wrong: it counts 99 operations, the others 100"));
}

TEST_F(Driver, ACrashIsSaidWithWhatItSaidLast) {
    engine("hand", 100);
    engine("gone", "echo 'out of luck' >&2; kill -SEGV $$");
    engine("abort", "kill -ABRT $$");
    engine("mute", "exit 3");
    const Outcome r = overhead("--problem one --rounds 1");
    EXPECT_EQ(r.code, 1);
    EXPECT_THAT(r.out, ContainsRegex("\n  The gone +ended by signal 11 [^\n]*: out of luck\n"));
    EXPECT_THAT(r.out, ContainsRegex("\n  The abort +ended by signal 6 "));
    EXPECT_THAT(r.out, ContainsRegex("\n  The mute +no answer, exit code 3\n"));
    EXPECT_THAT(r.out, ContainsRegex("\n  The hand +0.10 "));
}

// It is one where the same program comes through with more stack; and then it is the engine's limit here.
TEST_F(Driver, AStackOverflowIsTheEnginesLimitAndNoError) {
    engine("hand", 100);
    engine("deep", "[ \"$(ulimit -s)\" = 1048576 ] || kill -SEGV $$\n" + says(answer(5)));
    const Outcome r = shell("ulimit -Ss 8192; ./overhead --problem one --rounds 1");
    EXPECT_EQ(r.code, 0) << r.all();
    EXPECT_THAT(r.out, ContainsRegex("\n  The deep +stack overflow \\(signal 11\\)\n"));
}

TEST_F(Driver, AProgramThatHangsIsEndedWithItsChildren) {
    engine("hand", 100);
    engine("slow", "sleep 1000");
    const Outcome r = overhead("--problem one --rounds 1 --patience 2");
    EXPECT_EQ(r.code, 0) << r.all();
    EXPECT_THAT(r.out, ContainsRegex("\n  The slow +ended: it took longer than 2 s\n"));
}

TEST_F(Driver, OneThatFailsWhileItIsTimedIsNotTimedToTheEnd) {
    engine("hand", 100);
    engine("late", "case \"$*\" in *--check*) " + says(answer(5)) + ";; *) kill -ABRT $$;; esac");
    const Outcome r = overhead("--problem one --rounds 3");
    EXPECT_EQ(r.code, 1);
    EXPECT_THAT(r.out, ContainsRegex("\n  The late +ended by signal 6 "));
    EXPECT_EQ(std::ranges::count(asked(), "late one --seconds 0.02"), 1);
}

TEST_F(Driver, GarbageIsNoAnswer) {
    engine("hand", 100);
    engine("words", "echo hello");
    engine("endless",
           "while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done");
    json incomplete = answer(5);
    incomplete.erase("outputs");
    engine("incomplete", says(incomplete));
    json text = answer(5);
    text["ns"] = "fast";
    engine("text", says(text));
    const Outcome r = overhead("--problem one --rounds 1");
    EXPECT_EQ(r.code, 1);
    EXPECT_THAT(r.out, ContainsRegex("The words +its answer is broken: line 1, column "));
    EXPECT_THAT(r.out, ContainsRegex("The endless +ended: it printed more than a MiB"));
    EXPECT_THAT(r.out, ContainsRegex("The incomplete +its answer is broken: outputs is missing"));
    EXPECT_THAT(r.out,
                ContainsRegex("The text +its answer is broken: ns: expected a number, it is a string"));
}

TEST_F(Driver, AProgramThatIsNoEngineIsLeftOutAndNamed) {
    engine("hand", 100);
    script("odd", "echo '{\"engine\": \"odd\"}'", "");
    write("engines/engine_notes.txt", "no program");
    const Outcome r = overhead("--problem one --rounds 1");
    EXPECT_EQ(r.code, 1);
    EXPECT_THAT(r.err, AllOf(HasSubstr("engine_odd is left out: name is missing"), Not(HasSubstr("notes"))));
    EXPECT_THAT(r.out, HasSubstr("The hand"));
}

TEST_F(Driver, WithoutEnginesItSaysWhereItLooked) {
    const Outcome none = overhead("");
    EXPECT_EQ(none.code, 1);
    EXPECT_THAT(none.err, HasSubstr("no program engine_* answers in "));
    EXPECT_THAT(overhead("--engines nowhere").err, HasSubstr("no engines in 'nowhere': "));
    std::filesystem::remove(folder() / "engines");
    EXPECT_THAT(overhead("").err, HasSubstr("/engines': No such file or directory"));
}

TEST_F(Driver, AnotherFolderAddsEnginesButNoneTwice) {
    engine("more", 300);
    std::filesystem::rename(folder() / "engines", folder() / "others");
    std::filesystem::create_directory(folder() / "engines");
    engine("hand", 100);
    EXPECT_THAT(overhead("--engines others --problem one --rounds 1").out,
                AllOf(HasSubstr("The hand"), HasSubstr("The more")));
    engine("more", 300);
    EXPECT_THAT(overhead("--engines others").err, HasSubstr("two programs are the engine 'more'"));
}

// ---- Asked amiss ----

TEST_F(Driver, AnUnknownNameListsTheKnownOnes) {
    engine("hand", 100);
    engine("other", 100);
    const Outcome problem = overhead("--problem three"), engine = overhead("--engine tapenade");
    EXPECT_EQ(problem.code, 2);
    EXPECT_THAT(problem.err, HasSubstr("there is no problem named 'three'; known: one, two, large"));
    EXPECT_EQ(engine.code, 2);
    EXPECT_THAT(engine.err, HasSubstr("there is no engine named 'tapenade'; known: hand, other"));
    for (const char* const amiss : {"--rounds 0", "--seconds -1", "--patience x", "--nonsense"})
        EXPECT_EQ(overhead(amiss).code, 2) << amiss;
    EXPECT_THAT(asked(), IsEmpty());
}

TEST_F(Driver, OneEngineComesWithThoseItIsHeldAgainst) {
    for (const char* const id : {"primal", "hand", "a", "b"}) engine(id, 100);
    const Outcome r = overhead("--engine b --problem one --rounds 1");
    EXPECT_THAT(r.out, AllOf(HasSubstr("The primal"), HasSubstr("The hand"), HasSubstr("The b")));
    EXPECT_THAT(r.out, Not(HasSubstr("The a")));
}

TEST_F(Driver, ListAndHelpMeasureNothing) {
    engine("hand", 100);
    const Outcome list = overhead("--list"), help = overhead("--help");
    EXPECT_EQ(list.code, 0);
    EXPECT_THAT(list.out, AllOf(ContainsRegex("\n  hand +The hand\n"), ContainsRegex("large +W3 .*--full")));
    EXPECT_EQ(help.code, 0);
    EXPECT_THAT(help.out, AllOf(HasSubstr("Examples:"), HasSubstr("--against before.json")));
    EXPECT_THAT(asked(), IsEmpty());
}

// ---- Files ----

TEST_F(Driver, OutputThatCannotBeWrittenIsFoundBeforeTheTiming) {
    engine("hand", 100);
    for (const char* const option : {"--json nowhere/r.json", "--html nowhere/r.html", "--json engines",
                                     "--svg /proc/pictures", "--svg overhead/pictures"}) {
        EXPECT_EQ(overhead(option).code, 1) << option;
        EXPECT_THAT(text_of("err.txt"), HasSubstr(std::string(option).substr(0, 5))) << option;
    }
    EXPECT_THAT(asked(), IsEmpty());
}

TEST_F(Driver, AFullDiskIsAnErrorAfterTheTable) {
    engine("hand", 100);
    const Outcome r = overhead("--problem one --rounds 1 --json /dev/full");
    EXPECT_EQ(r.code, 1);
    EXPECT_THAT(r.out, HasSubstr("The hand"));
    EXPECT_THAT(r.err, HasSubstr("cannot write '/dev/full'"));
    EXPECT_EQ(overhead("--problem one --rounds 1 >/dev/full").code, 1);
}

TEST_F(Driver, AFileBeforeStaysWhereANewOneDoesNotFit) {
    engine("hand", 100);
    write("r.json", "before");
    const Outcome r = shell(
        "(ulimit -f 0; trap '' XFSZ; ./overhead --problem one --rounds 1 --json r.json 2>&1; echo \"exits "
        "with "
        "$?\") | cat");
    EXPECT_THAT(r.out, AllOf(HasSubstr("cannot write 'r.json'"), HasSubstr("exits with 1\n")));
    EXPECT_EQ(text_of("r.json"), "before");
    for (const auto& file : std::filesystem::directory_iterator(folder()))
        EXPECT_THAT(file.path().string(), Not(HasSubstr(".part")));
}

TEST_F(Driver, ThePageNeedsNothingBesideItselfAndHasAPicturePerProblem) {
    engine("hand", 200);
    engine("other", 500);
    const Outcome r = overhead("--rounds 1 --html r.html --svg pictures");
    ASSERT_EQ(r.code, 0) << r.all();
    const std::string page = text_of("r.html");
    for (const char* const outside :
         {"src=", "<link", "url(", "<?xml", "<script", "@import", "href='http", "href=\"http"})
        EXPECT_THAT(page, Not(HasSubstr(outside)));
    for (const char* const inside : {"W1 the first", "W2 the second", "<td>2.50</td>", "settings of other"})
        EXPECT_THAT(page, HasSubstr(inside));
    std::set<std::string> ids;
    for (std::size_t at = 0; (at = page.find(" id=", at)) != std::string::npos; ++at) {
        const std::string id = page.substr(at + 5, page.find(page[at + 4], at + 5) - at - 5);
        EXPECT_TRUE(ids.insert(id).second) << id;
    }
    for (const char* const id : {"one", "two"})
        EXPECT_THAT(text_of(std::string("pictures/") + id + ".svg"), HasSubstr("The other   2.50"));
}

TEST_F(Driver, WithoutGnuplotThePageComesWithoutPicturesAndANote) {
    engine("hand", 100);
    const Outcome r = shell("PATH=/empty; ./overhead --rounds 1 --html r.html --svg pictures");
    EXPECT_EQ(r.code, 0) << r.all();
    EXPECT_THAT(r.out, HasSubstr("install the package gnuplot-nox"));
    EXPECT_THAT(text_of("r.html"), AllOf(HasSubstr("W1 the first"), Not(HasSubstr("<svg"))));
    EXPECT_FALSE(std::filesystem::exists(folder() / "pictures"));
}

// ---- Ctrl-C ----

TEST_F(Driver, InterruptedItReportsWhatItMeasured) {
    engine("hand", "[ $(grep -c seconds '" + (folder() / "asked").string() +
                       "') -lt 3 ] || { kill -INT $PPID; sleep 1000; }\n" + says(answer(100)));
    const Outcome r = overhead("--problem one --rounds 9 --json r.json");
    EXPECT_EQ(r.code, 130);
    EXPECT_THAT(r.out, ContainsRegex("\n  The hand +0.10 "));
    EXPECT_THAT(r.out, HasSubstr("stopped by Ctrl-C or a signal after 2 whole rounds"));
    EXPECT_EQ(json::parse(text_of("r.json"))["cells"][0]["ns"].size(), 2U);
}

TEST_F(Driver, InterruptedBeforeItMeasuredAnythingItLeavesTheFileBefore) {
    engine("hand", "kill -INT $PPID; sleep 1000");
    write("r.json", "before");
    EXPECT_EQ(overhead("--problem one --json r.json").code, 130);
    EXPECT_EQ(text_of("r.json"), "before");
}

// ---- Terminals ----

TEST_F(Driver, RoundsAreLinesInAPipe) {
    engine("hand", 100);
    EXPECT_THAT(
        overhead("--problem one --rounds 2").err,
        AllOf(ContainsRegex(
                  "^checked 1, 0 will not be timed  [0-9]+ s\nround 1 of 2  [0-9]+ s\nround 2 of 2  "),
              Not(HasSubstr("\r"))));
}

TEST_F(Driver, ColoursAreForTerminalsWithoutNoColor) {
    if (std::system("command -v script >/dev/null") != 0) GTEST_SKIP() << "needs `script`, of util-linux";
    engine("hand", 100);
    const std::string run = "script -qec './overhead --problem one --rounds 1' log </dev/null";
    EXPECT_THAT(overhead("--problem one --rounds 1").out, Not(HasSubstr("\033")));
    shell("unset NO_COLOR; " + run);
    EXPECT_THAT(text_of("log"), HasSubstr("\033[1mW1 the first"));
    shell("NO_COLOR=1; export NO_COLOR; " + run);
    EXPECT_THAT(text_of("log"), AllOf(HasSubstr("W1 the first"), Not(HasSubstr("\033"))));
}

}  // namespace
