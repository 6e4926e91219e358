// `wengert train`, as a person runs it: the built command, its output, its exit codes, the files it leaves.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct Outcome {
    int code;
    std::string out, err;
};

std::string text_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
}

// A folder of its own, gone with the test.
class Folder {
public:
    Folder() {
        std::string pattern = (fs::temp_directory_path() / "wengert-train-XXXXXX").string();
        path_ = mkdtemp(pattern.data());
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

class Train : public testing::Test {
protected:
    // Pictures go below the test's own folder.
    Outcome train(const std::string& arguments) const {
        const std::string command = std::string(WENGERT_COMMAND) + " train " + arguments + " --output '" +
                                    output().string() + "' >'" + (folder() / "out").string() + "' 2>'" +
                                    (folder() / "err").string() + "'";
        const int status = std::system(command.c_str());
        return {WEXITSTATUS(status), text_of(folder() / "out"), text_of(folder() / "err")};
    }
    fs::path output() const { return folder() / "pictures"; }
    const fs::path& folder() const { return folder_.path(); }

    void expect_refused(const std::string& arguments, int code, const std::string& sentence) const {
        const Outcome r = train(arguments);
        EXPECT_EQ(r.code, code) << arguments;
        EXPECT_NE((r.out + r.err).find(sentence), std::string::npos) << arguments << "\n" << r.out << r.err;
        EXPECT_FALSE(fs::exists(output() / "training.svg")) << arguments;
    }

    // IDX files as MNIST's: images of 2 x 2 pixels whose class is where the bright pixel is, and labels.
    void write_idx_folder() const {
        for (const char* half : {"train", "t10k"}) {
            const std::size_t count = 40;
            std::string images{'\0', '\0', 8,    3, '\0', '\0', '\0', static_cast<char>(count),
                               '\0', '\0', '\0', 2, '\0', '\0', '\0', 2};
            std::string labels{'\0', '\0', 8, 1, '\0', '\0', '\0', static_cast<char>(count)};
            for (std::size_t i = 0; i < count; ++i) {
                for (std::size_t k = 0; k < 4; ++k)
                    images += static_cast<char>(k == i % 4 ? 255 : 7 * (i % 5));
                labels += static_cast<char>(i % 4);
            }
            std::ofstream(folder() / (std::string(half) + "-images-idx3-ubyte"), std::ios::binary) << images;
            std::ofstream(folder() / (std::string(half) + "-labels-idx1-ubyte"), std::ios::binary) << labels;
        }
    }

private:
    Folder folder_;
};

TEST_F(Train, MoonsAreLearnedWholly) {
    for (const char* seed : {"1", "7", "20"}) {
        const Outcome r = train(std::string("moons --seed ") + seed);
        EXPECT_EQ(r.code, 0);
        EXPECT_NE(r.out.find("training accuracy   1.0000"), std::string::npos) << r.out;
    }
}

TEST_F(Train, XorIsLearnedWholly) {
    const Outcome r = train("xor");
    EXPECT_EQ(r.code, 0);
    EXPECT_NE(r.out.find("training accuracy   1.0000"), std::string::npos) << r.out;
}

TEST_F(Train, WritesItsCurvesAsSvg) {
    const Outcome r = train("moons --epochs 5");
    const std::string svg = text_of(output() / "training.svg");
    EXPECT_NE(r.out.find((output() / "training.svg").string()), std::string::npos) << r.out;
    EXPECT_NE(svg.find("<svg"), std::string::npos);
    EXPECT_NE(svg.find("</svg>"), std::string::npos);
    EXPECT_FALSE(fs::exists(output() / "training.svg.part"));
}

TEST_F(Train, PipedOutputIsPlainAndFits80Columns) {
    write_idx_folder();
    for (const std::string& data :
         {std::string("moons --epochs 30"), folder().string() + " --widths 4-8-10 --epochs 20"}) {
        const Outcome r = train(data);
        ASSERT_EQ(r.code, 0) << r.err;
        EXPECT_EQ((r.out + r.err).find('\x1b'), std::string::npos);
        EXPECT_EQ((r.out + r.err).find('\r'), std::string::npos);
        std::istringstream lines(r.out + r.err);
        for (std::string line; std::getline(lines, line);)
            if (line.find(folder().string()) == std::string::npos) {
                EXPECT_LE(line.size(), 80U) << line;
            }
        EXPECT_NE(r.err.find("epoch 1"), std::string::npos) << r.err;
    }
}

TEST_F(Train, AFolderOfIdxFilesIsLearnedAndItsPicturesDrawn) {
    write_idx_folder();
    const Outcome r = train(folder().string() + " --widths 4-8-10 --epochs 60 --rate 0.02 --batch 8");
    EXPECT_EQ(r.code, 0) << r.err;
    EXPECT_NE(r.out.find("test accuracy       1.0000"), std::string::npos) << r.out;
    EXPECT_TRUE(fs::exists(output() / "samples.svg"));
    EXPECT_TRUE(fs::exists(output() / "weights.svg"));
}

TEST_F(Train, JsonIsOneObjectWithOptionsHistoryAndResult) {
    const Outcome r = train("moons --epochs 4 --seed 3 --json");
    const auto j = nlohmann::json::parse(r.out);
    EXPECT_EQ(j.at("data"), "moons");
    EXPECT_EQ(j.at("seed"), 3);
    EXPECT_EQ(j.at("history").size(), 4U);
    EXPECT_GT(j.at("training").at("accuracy").get<double>(), 0.4);
    EXPECT_EQ(j.at("training").at("confusion").size(), 4U);
    EXPECT_FALSE(j.at("interrupted").get<bool>());
}

TEST_F(Train, TheNumberOfThreadsChangesNoBit) {
    const auto history = [&](const char* threads) {
        auto j = nlohmann::json::parse(
            train(std::string("moons --epochs 6 --batch 40 --json --threads ") + threads).out);
        for (auto& epoch : j.at("history")) epoch.erase("seconds");
        return j.at("history").dump() + j.at("training").dump();
    };
    EXPECT_EQ(history("1"), history("3"));
}

TEST_F(Train, BadInputIsRefusedInASentence) {
    expect_refused("moons --rate 0", 2, "a learning rate is a positive number, it was 0");
    expect_refused("moons --rate nan", 2, "a learning rate is a positive number");
    expect_refused("moons --batch 0", 2, "at least 1");
    expect_refused("moons --epochs 0", 2, "at least 1");
    expect_refused("moons --threads 0", 2, "at least 1");
    expect_refused("moons --noise -1", 2, "at least 0");
    expect_refused("moons --samples 1", 1, "samples");
    expect_refused("moons --activation swoosh", 1, "known: identity, sigmoid, tanh, relu, step");
    expect_refused("moons --loss sharp", 1, "known: squared, hinge, softmax_cross_entropy");
    expect_refused("moons --optimiser best", 1, "known: gradient_descent, adam");
    expect_refused("moons --initialiser lucky", 1, "known: uniform, xavier, he");
    expect_refused("moons --widths 3-4-1", 1, "takes 3 inputs, a sample has 2");
    expect_refused("moons --widths 2-x-1", 1, "such as 2-16-1; it was '2-x-1'");
    expect_refused("moons --widths 2", 1, "at least one layer");
    expect_refused("moons --loss softmax_cross_entropy", 1, "an output for each class");
    expect_refused("nowhere", 1, "known: moons, xor, or a folder of IDX files");
}

TEST_F(Train, ADamagedFileIsNamedWithItsByte) {
    write_idx_folder();
    const fs::path images = folder() / "train-images-idx3-ubyte";
    fs::resize_file(images, fs::file_size(images) - 3);
    expect_refused(folder().string() + " --widths 4-8-10", 1, images.string());
    expect_refused(folder().string() + " --widths 4-8-10", 1, "byte");
}

TEST_F(Train, ALossThatIsNotFiniteNamesTheEpoch) {
    expect_refused(
        "xor --activation relu --output-activation identity --optimiser gradient_descent --rate 1e200", 1,
        "not finite in epoch");
}

TEST_F(Train, AFolderThatCannotBeWrittenIsFoundBeforeTraining) {
    std::ofstream(output().string()) << "a file where the folder should be";
    const Outcome r = train("moons");
    EXPECT_EQ(r.code, 1);
    EXPECT_NE(r.err.find("cannot write in the folder"), std::string::npos) << r.err;
    EXPECT_EQ(r.err.find("epoch"), std::string::npos) << r.err;
    EXPECT_EQ(text_of(output()), "a file where the folder should be");
}

TEST_F(Train, InterruptedItKeepsWhatWasReached) {
    const std::string out = (folder() / "out").string(), err = (folder() / "err").string(),
                      pictures = output().string();
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        if (std::freopen(out.c_str(), "w", stdout) == nullptr ||
            std::freopen(err.c_str(), "w", stderr) == nullptr)
            _exit(97);
        execl(WENGERT_COMMAND, "wengert", "train", "moons", "--epochs", "100000000", "--output",
              pictures.c_str(), nullptr);
        _exit(98);
    }
    while (!fs::exists(output())) std::this_thread::yield();  // it has begun
    int status = 0;
    // The signal counts from when training begins; before, it would end the program as ever.
    for (int tries = 0; tries < 100 && text_of(err).empty() && waitpid(child, &status, WNOHANG) == 0; ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    kill(child, SIGINT);
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 130);
    EXPECT_NE(text_of(out).find("stopped by Ctrl-C"), std::string::npos) << text_of(out);
    EXPECT_NE(text_of(out).find("training accuracy"), std::string::npos);
    EXPECT_TRUE(fs::exists(output() / "training.svg"));
}

class TrainSlow : public Train {};

TEST_F(TrainSlow, MoonsAreLearnedWhollyForTwentySeeds) {
    for (int seed = 1; seed <= 20; ++seed) {
        const Outcome r = train("moons --seed " + std::to_string(seed));
        EXPECT_NE(r.out.find("training accuracy   1.0000"), std::string::npos) << seed;
    }
}

}  // namespace
