// write_file: a file is there whole or as it was, and whatever its name leads to stays what it is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <wengert/nn/files.hpp>

#include "support/error_of.hpp"
#include "support/folder.hpp"
#include "support/small_files.hpp"

namespace {

using namespace wengert::nn;
using testing::HasSubstr;
namespace fs = std::filesystem;

std::string content(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}
std::ptrdiff_t files_in(const fs::path& folder) { return std::distance(fs::directory_iterator(folder), {}); }

TEST(WriteFileTest, ReplacesAFileOrLeavesItAsItWas) {
    const Folder folder;
    const fs::path file = folder.path() / "a" / "text";
    write_file(file, "one");
    write_file(file, "two");
    EXPECT_EQ(content(file), "two");
    EXPECT_THAT(error_of([&] { write_file(file / "below a file", "x"); }), HasSubstr("cannot write '"));
    EXPECT_EQ(content(file), "two");
    EXPECT_EQ(files_in(folder.path() / "a"), 1);
}

TEST(WriteFileTest, RefusesAFolderAndLeavesNothingBeside) {
    const Folder folder;
    fs::create_directory(folder.path() / "a");
    EXPECT_THAT(error_of([&] { write_file(folder.path() / "a", "x"); }), HasSubstr("cannot write '"));
    EXPECT_EQ(files_in(folder.path()), 1);
    EXPECT_TRUE(fs::is_empty(folder.path() / "a"));
}

TEST(WriteFileTest, AFullDiskLeavesTheFileAndNothingBeside) {
    const Folder folder;
    const fs::path file = folder.path() / "text";
    write_file(file, "before");
    const std::string error = error_of([&] {
        const SmallFiles limit;
        write_file(file, std::string(100'000, 'x'));
    });
    EXPECT_THAT(error, HasSubstr("is the disk full"));
    EXPECT_EQ(content(file), "before");
    EXPECT_EQ(files_in(folder.path()), 1);
}

// Once the link became a file, and what it led to stayed old.
TEST(WriteFileTest, ALinkStaysAndWhatItLeadsToIsWritten) {
    const Folder folder;
    const fs::path target = folder.path() / "kept" / "target", link = folder.path() / "link",
                   chain = folder.path() / "chain", ahead = folder.path() / "ahead";
    write_file(target, "old");
    fs::create_symlink("kept/target", link);
    fs::create_symlink(link, chain);
    fs::create_symlink("kept/new", ahead);  // to what is not there yet
    for (const fs::path& way : {link, chain}) {
        write_file(way, way.string());
        EXPECT_TRUE(fs::is_symlink(way));
        EXPECT_EQ(content(target), way.string());
    }
    write_file(ahead, "new");
    EXPECT_TRUE(fs::is_symlink(ahead));
    EXPECT_EQ(content(folder.path() / "kept" / "new"), "new");
}

// Once a file took the pipe's place.
TEST(WriteFileTest, APipeIsWrittenTo) {
    const Folder folder;
    const fs::path pipe = folder.path() / "pipe", link = folder.path() / "link";
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    fs::create_symlink("pipe", link);
    const int reader = open(pipe.c_str(), O_RDWR | O_NONBLOCK);  // so that no writer waits
    ASSERT_GE(reader, 0);
    write_file(pipe, "one ");
    write_file(link, "two");
    std::array<char, 16> buffer{};
    const ssize_t n = read(reader, buffer.data(), buffer.size());
    close(reader);
    ASSERT_EQ(n, 7);
    EXPECT_EQ(std::string(buffer.data(), 7), "one two");
    EXPECT_TRUE(fs::is_fifo(pipe));
}

TEST(WriteFileTest, PermissionsAreThoseOfTheFileBeforeAndElseTheUsual) {
    const Folder folder;
    const fs::path file = folder.path() / "text", usual = folder.path() / "usual";
    std::ofstream(usual) << "made as any file is";
    write_file(file, "one");
    EXPECT_EQ(fs::status(file).permissions(), fs::status(usual).permissions());
    for (const fs::perms mode : {fs::perms::owner_read | fs::perms::owner_write, fs::perms::owner_all}) {
        fs::permissions(file, mode);
        write_file(file, "two");
        EXPECT_EQ(fs::status(file).permissions(), mode);
    }
}

// X.part is the user's own, X.part1 that of another run under way.
TEST(WriteFileTest, FilesBesideItStayWhateverTheirNames) {
    const Folder folder;
    const fs::path file = folder.path() / "text";
    std::ofstream(file.string() + ".part") << "mine";
    std::ofstream(file.string() + ".part1") << "theirs";
    write_file(file, "text");
    EXPECT_EQ(content(file), "text");
    EXPECT_EQ(content(file.string() + ".part"), "mine");
    EXPECT_EQ(content(file.string() + ".part1"), "theirs");
    EXPECT_EQ(files_in(folder.path()), 3);
}

}  // namespace
