// The files that a command is told to write: none that it reads is lost, none is missing after the work.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>

#include "command.hpp"

namespace {

using testing::HasSubstr;
using testing::Not;

class FileNames : public Train {
protected:
    void SetUp() override {
        write("d.csv", table);
        ASSERT_EQ(shell("$W train d.csv --target y --epochs 2 --save m.json").code, 0);
        model = text_of(folder() / "m.json");
        fs::create_symlink("d.csv", folder() / "link.csv");
    }
    // Ends so, before an epoch of training.
    void refused(const std::string& line, int code, const std::string& sentence) const {
        const Outcome r = shell("$W " + line);
        EXPECT_EQ(r.code, code) << line;
        EXPECT_THAT(r.err, HasSubstr(sentence)) << line;
        EXPECT_THAT(r.out + r.err, Not(HasSubstr("epoch"))) << line;
        EXPECT_EQ(text_of(folder() / "d.csv"), table) << line;
        EXPECT_EQ(text_of(folder() / "m.json"), model) << line;
    }

    std::string table = "x,y\n1,2\n2,4\n3,7\n", model;
};

// Once the data or the model was lost without a word.
TEST_F(FileNames, WhatIsReadIsNotOverwrittenByWhateverPath) {
    const std::string data = " would overwrite the data, 'd.csv': give another name";
    refused("predict m.json d.csv --output d.csv", 2, "--output: 'd.csv'" + data);
    refused("predict m.json d.csv --output link.csv", 2, "--output: 'link.csv'" + data);
    refused("predict m.json d.csv --output training/../d.csv", 2, data);
    refused("predict m.json link.csv --output d.csv", 2, "the data, 'link.csv'");
    refused("predict m.json d.csv --output ./m.json", 2, "would overwrite the model, 'm.json'");
    refused("train d.csv --target y --save d.csv", 2, "--save: 'd.csv'" + data);
    refused("train d.csv --target y --load m.json --save link.csv", 2, data);
    EXPECT_TRUE(fs::is_symlink(folder() / "link.csv"));
}

TEST_F(FileNames, ImagesAreNotOverwrittenAndAFileBesideThemIs) {
    write_idx_folder();
    const std::string labels = text_of(folder() / "train-labels-idx1-ubyte");
    refused("train . --widths 4-8-4 --save train-labels-idx1-ubyte", 2, "would overwrite the data, '.'");
    EXPECT_EQ(text_of(folder() / "train-labels-idx1-ubyte"), labels);
    EXPECT_EQ(shell("$W train . --widths 4-8-4 --epochs 1 --save m.json").code, 0);
    EXPECT_NE(text_of(folder() / "m.json"), model);
}

TEST_F(FileNames, TheModelThatIsGoneOnWithAndTheNameOfAFormulaMayBeSavedTo) {
    EXPECT_EQ(shell("$W train d.csv --target y --load m.json --epochs 1 --save m.json").code, 0);
    EXPECT_NE(text_of(folder() / "m.json"), model);
    for (int times = 0; times < 2; ++times)
        EXPECT_EQ(shell("$W train xor --epochs 1 --save xor").code, 0) << times;
    EXPECT_EQ(shell("$W predict m.json /dev/stdin --output /dev/stdout <d.csv").code, 0);
}

TEST_F(FileNames, TwoOutputsAreTwoFiles) {
    refused("train d.csv --target y --save new --output ./new", 2, "would overwrite the folder of --output");
    refused("lecture --steps 3 --output new --picture ./new", 2, "would overwrite the file of --output");
    EXPECT_FALSE(fs::exists(folder() / "new"));
}

// Once a whole training was lost, or its pictures; root may write in /proc, and yet makes no file there.
TEST_F(FileNames, AFolderInWhichNoFileCanBeMadeIsFoundBeforeTraining) {
    const std::string train = "train d.csv --target y ";
    refused(train + "--save /proc/m.json", 1,
            "cannot write in the folder '/proc': choose another with --save");
    refused(train + "--output /proc/x", 1, "cannot write in the folder '/proc/x'");
    fs::create_symlink("nowhere/x", folder() / "dangling");
    refused(train + "--output dangling", 1, "cannot write in the folder 'dangling'");
    EXPECT_THAT(shell("cd /proc; $W train xor --save m.json --output \"$OLDPWD\"").err,
                HasSubstr("cannot write in the folder '.': choose another with --save"));
    EXPECT_FALSE(fs::exists(folder() / "nowhere"));
}

// Once it was made.
TEST_F(FileNames, AFileGoesIntoAFolderThatIsThere) {
    const std::string sentence = "there is no folder 'new': make it, or choose another with --";
    refused("train d.csv --target y --save new/m.json", 1, sentence + "save");
    refused("predict m.json d.csv --output new/x.csv", 1, sentence + "output");
    refused("lecture --format latex --output new/a.tex", 1, sentence + "output");
    refused("lecture --steps 2 --picture new/e.svg", 1, sentence + "picture");
    EXPECT_FALSE(fs::exists(folder() / "new"));
}

// As of "$MODEL" where that is not set: once the option was as good as not given.
TEST_F(FileNames, AnEmptyNameIsAMisuse) {
    for (const char* const line : {"train xor --save", "train xor --load", "train xor --output",
                                   "train xor --widths", "predict m.json", "predict m.json d.csv --output",
                                   "lecture --output", "lecture --steps 2 --picture", "activations --output"})
        refused(std::string(line) + " ''", 2, "it is an empty text: is a variable not set?");
}

}  // namespace
