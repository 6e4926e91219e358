// The built command, run as a person runs it: its output, its exit codes, the files it leaves.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "support/folder.hpp"

namespace fs = std::filesystem;

struct Outcome {
    int code;
    std::string out, err;
};

inline std::string text_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
}

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
    // Any command line, in the test's own folder; $W is the command.
    Outcome shell(const std::string& line) const {
        const std::string command = "cd '" + folder().string() + "' && W='" WENGERT_COMMAND "' && ( " + line +
                                    "\n) >'" + (folder() / "out").string() + "' 2>'" +
                                    (folder() / "err").string() + "'";
        const int status = std::system(command.c_str());
        return {WEXITSTATUS(status), text_of(folder() / "out"), text_of(folder() / "err")};
    }
    fs::path output() const { return folder() / "pictures"; }
    const fs::path& folder() const { return folder_.path(); }

    void write(const std::string& name, const std::string& text) const {
        std::ofstream(folder() / name, std::ios::binary) << text;
    }

    void expect_refused(const std::string& arguments, int code, const std::string& sentence) const {
        const Outcome r = train(arguments);
        EXPECT_EQ(r.code, code) << arguments;
        EXPECT_NE((r.out + r.err).find(sentence), std::string::npos) << arguments << "\n" << r.out << r.err;
        EXPECT_FALSE(fs::exists(output() / "training.svg")) << arguments;
    }

    // IDX files as MNIST's, in the test's folder or one in it: images whose class is which of the first
    // pixels is bright, and labels.
    void write_idx_half(const std::string& half, char rows = 2, char columns = 2, int classes = 4,
                        const fs::path& place = ".") const {
        const std::size_t count = 40;
        std::string images{'\0', '\0', 8,    3,    '\0', '\0', '\0', static_cast<char>(count),
                           '\0', '\0', '\0', rows, '\0', '\0', '\0', columns};
        std::string labels{'\0', '\0', 8, 1, '\0', '\0', '\0', static_cast<char>(count)};
        for (std::size_t i = 0; i < count; ++i) {
            const int label = static_cast<int>(i) % classes;
            for (int k = 0; k < rows * columns; ++k)
                images += static_cast<char>(k == label ? 255 : 7 * (i % 5));
            labels += static_cast<char>(label);
        }
        fs::create_directories(folder() / place);
        std::ofstream(folder() / place / (half + "-images-idx3-ubyte"), std::ios::binary) << images;
        std::ofstream(folder() / place / (half + "-labels-idx1-ubyte"), std::ios::binary) << labels;
    }
    void write_idx_folder() const {
        for (const char* half : {"train", "t10k"}) write_idx_half(half);
    }

private:
    Folder folder_;
};
