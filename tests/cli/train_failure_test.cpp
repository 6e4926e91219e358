// `wengert train` where something goes wrong around it: closed and full streams, gnuplot, Ctrl-C, names of
// files, data that do not fit. What was trained is not lost, and nothing is left behind or taken away.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <nlohmann/json.hpp>

#include "command.hpp"
#include "progress.hpp"

namespace {

class TrainFailure : public Train {
protected:
    static bool holds(const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    }
    // A gnuplot of the test's own, found before the real one by "PATH=bin:$PATH".
    void write_gnuplot(const std::string& script) const {
        fs::create_directories(folder() / "bin");
        const fs::path file = folder() / "bin" / "gnuplot";
        std::ofstream(file) << "#!/bin/sh\n" << script << "\n";
        fs::permissions(file, fs::perms::owner_all);
    }
};

// ---- Streams ----

TEST_F(TrainFailure, AFullOrClosedErrorStreamLosesNothing) {
    for (const char* const stream : {"2>/dev/full", "2>&-"}) {
        const Outcome r = shell(std::string("$W train xor --epochs 50 ") + stream);
        EXPECT_EQ(r.code, 0) << stream;
        EXPECT_TRUE(holds(r.out, "training accuracy")) << r.out;
        EXPECT_TRUE(holds(text_of(folder() / "training" / "training.svg"), "</svg>"));
        EXPECT_FALSE(holds(text_of(folder() / "training" / "training.svg"), "epoch 50/50"));
    }
    EXPECT_EQ(shell("$W train nosuch 2>/dev/full").code, 1);
}

TEST_F(TrainFailure, OutputThatCannotBeWrittenIsAnErrorWhateverItSays) {
    for (const char* const line :
         {"train xor --epochs 5 >/dev/full", "train xor --epochs 5 >&-",
          "train xor --epochs 5 --json >/dev/full", "--help >/dev/full", "--version >/dev/full"}) {
        const Outcome r = shell(std::string("$W ") + line);
        EXPECT_EQ(r.code, 1) << line;
        EXPECT_TRUE(holds(r.err, "the output could not be written")) << line << r.err;
    }
}

TEST_F(TrainFailure, AloneTheCommandPrintsItsHelpIn80Columns) {
    for (const char* const line : {"$W", "$W train --help", "$W predict --help", "$W lecture --help"}) {
        const Outcome r = shell(line);
        EXPECT_EQ(r.code, 0);
        EXPECT_TRUE(holds(r.out, "--help"));
        std::istringstream lines(r.out);
        for (std::string text; std::getline(lines, text);)
            if (!holds(text, "Usage: ")) {
                EXPECT_LE(text.size(), 80U) << text;
            }
    }
}

// ---- Pictures ----

TEST_F(TrainFailure, WithoutGnuplotTheResultIsThereAndSaysWhatIsMissing) {
    const Outcome r = shell("PATH=/empty; $W train xor --epochs 5000");
    EXPECT_EQ(r.code, 0);
    EXPECT_TRUE(holds(r.out, "training accuracy   1.0000")) << r.out;
    EXPECT_TRUE(holds(r.out, "install the package gnuplot-nox")) << r.out;
    const Outcome json = shell("PATH=/empty; $W train xor --epochs 5000 --json");
    EXPECT_EQ(nlohmann::json::parse(json.out).at("pictures"),
              std::vector<std::string>{"training/boundary.svg"});  // which takes no gnuplot
}

TEST_F(TrainFailure, AGnuplotThatFailsOrIsCutLeavesThePictureBefore) {
    ASSERT_EQ(shell("$W train xor --epochs 5").code, 0);
    const std::string before = text_of(folder() / "training" / "training.svg");
    for (const char* const script : {"exit 1", "echo '<svg'"}) {
        write_gnuplot(script);
        const Outcome r = shell("PATH=bin:$PATH; $W train xor --epochs 5");
        EXPECT_EQ(r.code, 0);
        EXPECT_TRUE(holds(r.out, "no curves: gnuplot")) << r.out;
        EXPECT_FALSE(holds(r.out, "training.svg")) << r.out;
        EXPECT_EQ(text_of(folder() / "training" / "training.svg"), before);
    }
}

TEST_F(TrainFailure, APathIsNoCodeForGnuplotAndItsSettingsFileIsNotRead) {
    std::ofstream(folder() / ".gnuplot") << "system('touch PWNED')\n";
    const Outcome r =
        shell("HOME=.; export HOME; $W train xor --epochs 5 --output \"x'; system('touch PWNED'); a='y\"");
    EXPECT_TRUE(holds(r.out, "picture ")) << r.out;
    EXPECT_TRUE(fs::exists(folder() / "x'; system('touch PWNED'); a='y" / "training.svg"));
    EXPECT_FALSE(fs::exists(folder() / "PWNED"));
}

TEST_F(TrainFailure, APathThatIsNotUtf8KeepsItsResultAsJson) {
    const Outcome r = shell("$W train xor --epochs 5 --json --output \"$(printf 'f\\377')\"");
    EXPECT_EQ(r.code, 0) << r.err;
    EXPECT_EQ(nlohmann::json::parse(r.out).at("pictures").size(), 2U);
}

TEST_F(TrainFailure, ImagesThatAreNotSquareAreDrawn) {
    for (const char* half : {"train", "t10k"}) write_idx_half(half, 3, 5);
    const Outcome r = train(folder().string() + " --epochs 5");  // 15-64-4
    EXPECT_EQ(r.code, 0) << r.err;
    EXPECT_TRUE(holds(r.out, "15-64-4")) << r.out;
    const std::string svg = text_of(output() / "weights.svg");
    EXPECT_TRUE(holds(svg, "M0 2h") && holds(svg, "v1H0z")) << "a third row, from its first column";
    EXPECT_FALSE(holds(svg, "M0 3h")) << "no fourth";
}

// ---- Ctrl-C ----

// Its SIGINT goes to the handler.
bool catches_interrupt(pid_t process) {
    std::ifstream status("/proc/" + std::to_string(process) + "/status");
    for (std::string word; status >> word;)
        if (word == "SigCgt:" && status >> word) return (std::stoull(word, nullptr, 16) & 2U) != 0;
    return false;
}
pid_t start(const fs::path& folder, bool ignoring) {
    const std::string out = (folder / "out").string(), err = (folder / "err").string(),
                      pictures = (folder / "pictures").string();
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child != 0) return child;
    if (ignoring) signal(SIGINT, SIG_IGN);
    if (std::freopen(out.c_str(), "w", stdout) == nullptr ||
        std::freopen(err.c_str(), "w", stderr) == nullptr)
        _exit(97);
    execl(WENGERT_COMMAND, "wengert", "train", "moons", "--epochs", "100000000", "--output", pictures.c_str(),
          nullptr);
    _exit(98);
}

TEST_F(TrainFailure, InterruptedItKeepsWhatWasReached) {
    for (const int signal : {SIGINT, SIGTERM}) {
        fs::remove_all(output());
        const pid_t child = start(folder(), false);
        ASSERT_GE(child, 0);
        int status = 0;
        while (!catches_interrupt(child)) {
            ASSERT_EQ(waitpid(child, &status, WNOHANG), 0);
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));  // both are caught
        kill(child, signal);
        waitpid(child, &status, 0);
        ASSERT_TRUE(WIFEXITED(status));
        EXPECT_EQ(WEXITSTATUS(status), 128 + signal);
        const std::string out = text_of(folder() / "out");
        EXPECT_TRUE(holds(out, "stopped by Ctrl-C or a signal")) << out;
        EXPECT_TRUE(holds(out, "training accuracy"));
        EXPECT_TRUE(fs::exists(output() / "training.svg"));
    }
}

TEST_F(TrainFailure, AnInterruptWhileItDrawsLosesNothing) {
    write_gnuplot("kill -INT $PPID; exit 1");
    const Outcome r = shell("PATH=bin:$PATH; $W train xor --epochs 5 --json");
    EXPECT_EQ(r.code, 0);
    EXPECT_EQ(nlohmann::json::parse(r.out).at("history").size(), 5U);
}

TEST_F(TrainFailure, AnInterruptThatWasIgnoredBeforeStaysIgnored) {
    const pid_t child = start(folder(), true);
    ASSERT_GE(child, 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    kill(child, SIGINT);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, WNOHANG), 0) << "it ended";
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
}

// ---- Data ----

TEST_F(TrainFailure, BadInputLeavesFilesAsTheyWere) {
    for (const char* const line : {"moons --widths 3-4-1", "moons --epochs 1 --rate 1e120", "nowhere"})
        EXPECT_EQ(shell(std::string("$W train ") + line).code, 1) << line;
    EXPECT_FALSE(fs::exists(folder() / "training"));
    fs::create_directory(folder() / "training");
    std::ofstream(folder() / "training" / ".wengert-probe") << "mine";
    EXPECT_EQ(shell("$W train xor --epochs 5").code, 0);
    EXPECT_EQ(text_of(folder() / "training" / ".wengert-probe"), "mine");
}

TEST_F(TrainFailure, FinalWeightsWhoseLossIsNotFiniteAreRefused) {
    const Outcome r = shell("$W train moons --epochs 1 --rate 1e120");
    EXPECT_EQ(r.code, 1);
    EXPECT_TRUE(holds(r.err, "not finite after epoch 1, at sample ")) << r.err;
}

TEST_F(TrainFailure, OutputsThatAreNotTheClassesAreRefused) {
    write_idx_folder();
    for (const char* const widths : {"4-2-200", "4-2-3", "4-2-1 --loss squared"})
        EXPECT_EQ(train(folder().string() + " --widths " + widths).code, 1) << widths;
}

TEST_F(TrainFailure, TwoClassesOfImagesAreLearnedWithHinge) {
    for (const char* half : {"train", "t10k"}) write_idx_half(half, 2, 2, 2);
    const Outcome r = train(folder().string() + " --widths 4-8-1 --loss hinge --epochs 40 --rate 0.02");
    EXPECT_TRUE(holds(r.out, "test accuracy       1.0000")) << r.out << r.err;
}

TEST_F(TrainFailure, ATestHalfOfOtherImagesIsNamed) {
    write_idx_half("train");
    write_idx_half("t10k", 4, 1);
    const Outcome r = train(folder().string());
    EXPECT_EQ(r.code, 1);
    EXPECT_TRUE(holds(r.err, "the test half (t10k) has images of 4 x 1 pixels")) << r.err;
}

TEST_F(TrainFailure, ClothesAreNamedByTheFoldersOwnNameAlone) {
    for (const char* const name : {"fashion-mnist", "my-fashion-notes"})
        for (const char* half : {"train", "t10k"}) write_idx_half(half, 2, 5, 10, name);
    EXPECT_TRUE(holds(shell("cd fashion-mnist; $W train . --epochs 1").out, "t-shirt"));
    EXPECT_FALSE(holds(shell("$W train my-fashion-notes --epochs 1").out, "t-shirt"));
}

// ---- Terminals ----

TEST_F(TrainFailure, ANumberThatHasGrownLargeIsShort) {
    EXPECT_EQ(figure(0.5), "0.5000");
    EXPECT_EQ(figure(1e200), "1e+200");
}

// What a terminal shows, by the tool `script`: the progress line is ended before an error, and cut to fit.
TEST_F(TrainFailure, AnErrorOnATerminalHasALineOfItsOwn) {
    if (std::system("command -v script >/dev/null") != 0) GTEST_SKIP() << "needs `script`, of util-linux";
    const Outcome r =
        shell("script -qec \"$W train moons --batch 10 --epochs 3 --rate 1e120\" log </dev/null");
    const std::string text = text_of(folder() / "log");
    const std::size_t at = text.find("wengert: the loss is not finite");
    ASSERT_NE(at, std::string::npos) << text;
    EXPECT_EQ(text[at - 1], '\n') << text;
    EXPECT_TRUE(holds(text, "\repoch 1/3")) << text;
    shell("script -qec \"stty cols 30; $W train moons --batch 10 --epochs 3\" log </dev/null");
    const std::string narrow = text_of(folder() / "log");
    const std::size_t percent = narrow.find(" %  ");
    ASSERT_NE(percent, std::string::npos) << narrow;
    EXPECT_LT(narrow.find_first_of("\r\n", percent) - narrow.rfind('\r', percent), 31U) << narrow;
}

}  // namespace
