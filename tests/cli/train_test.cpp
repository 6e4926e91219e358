// `wengert train`, as a person runs it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "command.hpp"

namespace {

TEST_F(Train, MoonsAreLearnedWhollyForTwentySeeds) {
    for (int seed = 1; seed <= 20; ++seed) {
        const Outcome r = train("moons --seed " + std::to_string(seed));
        EXPECT_EQ(r.code, 0);
        EXPECT_NE(r.out.find("training accuracy   1.0000"), std::string::npos) << seed << r.out;
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
         {std::string("moons --epochs 30"), folder().string() + " --widths 4-8-4 --epochs 20"}) {
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
    const Outcome r = train(folder().string() + " --widths 4-8-4 --epochs 60 --rate 0.02 --batch 8");
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
    const auto k = nlohmann::json::parse(
        train("moons --epochs 1 --clip-norm 2 --clip-value 0.5 --validation 0.25 --json").out);
    EXPECT_EQ(k.at("clip_norm"), 2);
    EXPECT_EQ(k.at("clip_value"), 0.5);
    EXPECT_EQ(k.at("validation_share"), 0.25);
}

TEST_F(Train, OneEpochOnOneThreadIsSaidSo) {
    const Outcome r = train("xor --epochs 1 --threads 1");
    EXPECT_NE(r.out.find("trained             1 epoch, "), std::string::npos) << r.out;
    EXPECT_NE(r.out.find(" samples per second, 1 thread\n"), std::string::npos) << r.out;
}

TEST_F(Train, AnActivationOfAWholeLayerIsTaken) {
    const Outcome r = train("blobs --epochs 2 --activation softmax --output-activation log_softmax");
    EXPECT_EQ(r.code, 0) << r.err;
    EXPECT_NE(r.out.find("2-16-3, softmax, 99 parameters"), std::string::npos) << r.out;
}

TEST_F(Train, PatienceIsNotJudgedByTheTestHalf) {
    write_idx_folder();
    expect_refused(folder().string() + " --widths 4-8-4 --patience 3", 1, "--patience is for the validation");
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
    expect_refused("moons --rate 0.1x", 2, "a learning rate is a positive number, it was 0.1x");
    expect_refused("moons --patience 3", 1, "give validation data too, such as --validation 0.2");
    expect_refused("moons --batch 0", 2, "at least 1");
    expect_refused("moons --epochs 0", 2, "at least 1");
    expect_refused("moons --threads 0", 2, "at least 1");
    expect_refused("moons --noise -1", 2, "at least 0");
    expect_refused("moons --samples 1", 2, "at least 2");
    expect_refused("moons --seed -1", 2, "--seed: it is a whole number, at least 0");
    expect_refused("moons --seed 99999999999999999999999", 2, "at most 18446744073709551615");
    expect_refused("moons --batch 9999999999999999999999", 2, "--batch: it is a whole number, at least 1");
    expect_refused("moons --noise inf", 2, "at least 0");
    expect_refused("moons --activation swoosh", 1, "known: identity, sigmoid, tanh, relu, step, softplus");
    expect_refused("moons --loss sharp", 1, "known: squared, mean_squared, mean_absolute, huber, hinge");
    expect_refused("moons --optimiser best", 1,
                   "known: gradient_descent, momentum, nesterov, rmsprop, adam, adamw");
    expect_refused("moons --initialiser lucky", 1,
                   "known: zeros, constant, uniform, normal, xavier, he, glorot_uniform");
    expect_refused("moons --widths 3-4-1", 1, "takes 3 inputs, a sample has 2");
    expect_refused("moons --widths 2-x-1", 1, "such as 2-16-1; it was '2-x-1'");
    expect_refused("moons --widths 2", 1, "at least one layer");
    expect_refused("moons --widths 2-4-1 --loss softmax_cross_entropy", 1, "an output for each class");
    expect_refused("nowhere", 1, "known: moons, spirals, circles, blobs, xor, sine, a CSV file");
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they end the program themselves
TEST_F(Train, WidthsBeyondTheMemoryAreRefusedWithTheirNumber) {
    expect_refused("moons --widths 2-1000000-1000000-1", 1, "not enough memory for 1000005000001 parameters");
}
#endif

TEST_F(Train, ADamagedFileIsNamedWithItsByte) {
    write_idx_folder();
    const fs::path images = folder() / "train-images-idx3-ubyte";
    fs::resize_file(images, fs::file_size(images) - 3);
    expect_refused(folder().string(), 1, images.string());
    expect_refused(folder().string(), 1, "byte");
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

TEST_F(Train, ALossThatRoseIsNotedButNotOneThatDropoutAloneHeldDown) {
    const std::string rose = "the loss rose from";
    EXPECT_NE(train("moons --rate 1e10 --loss squared --epochs 3").out.find(rose), std::string::npos);
    // Two rows learned under dropout to 0.25 each epoch, evaluated without it at 1.71.
    write("three.csv", "x,y\n1,1\n2,2\n3,3\n");
    const std::string line =
        "$W train three.csv --target y --epochs 5 --validation 0.5 --patience 2 --dropout 0.99";
    EXPECT_EQ(shell(line + " --output p").out.find(rose), std::string::npos);
}

}  // namespace
