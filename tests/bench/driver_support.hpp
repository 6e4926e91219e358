// The benchmark's driver as a person runs it, in a folder with small engines of the tests' own: scripts that
// speak the protocol.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "support/folder.hpp"

class Driver : public testing::Test {
protected:
    struct Outcome {
        int code;
        std::string out, err;
        std::string all() const { return out + err; }
    };

    Driver() {
        std::filesystem::create_directory(folder() / "engines");
        std::filesystem::copy_file(WENGERT_OVERHEAD, folder() / "overhead");
    }
    const std::filesystem::path& folder() const { return folder_.path(); }
    std::string text_of(const std::string& file) const {
        std::ifstream in(folder() / file, std::ios::binary);
        std::ostringstream all;
        all << in.rdbuf();
        return all.str();
    }
    void write(const std::string& file, const std::string& text) const {
        std::ofstream(folder() / file, std::ios::binary) << text;
    }
    // A command line in the folder.
    Outcome shell(const std::string& line) const {
        const std::string command =
            "cd '" + folder().string() + "' && ( " + line + "\n) >out.txt 2>err.txt </dev/null";
        const int status = std::system(command.c_str());
        return {WEXITSTATUS(status), text_of("out.txt"), text_of("err.txt")};
    }
    Outcome overhead(const std::string& arguments) const { return shell("./overhead " + arguments); }

    // ---- Engines ----

    static nlohmann::json list(const std::string& id) {
        return {{"engine", id},
                {"name", "The " + id},
                {"settings", "settings of " + id},
                {"compiler", "a compiler"},
                {"flags", "-O9"},
                {"problems",
                 {{{"id", "one"}, {"name", "W1 the first"}, {"full", false}, {"takes", true}},
                  {{"id", "two"}, {"name", "W2 the second"}, {"full", false}, {"takes", id != "value"}},
                  {{"id", "large"}, {"name", "W3 the large"}, {"full", true}, {"takes", true}}}}};
    }
    // Of a hundred operations.
    static nlohmann::json answer(double ns) {
        return {{"size", nullptr},       {"inputs", 3},     {"outputs", 1},        {"operations", 100},
                {"wrong", ""},           {"ns", ns},        {"setup_ns", 10 * ns}, {"iterations", 7},
                {"tape_bytes", nullptr}, {"parts", nullptr}};
    }
    static std::string says(const nlohmann::json& json) { return "echo '" + json.dump() + "'"; }

    // What each is asked stands in the file `asked`, except for lists.
    void script(const std::string& id, const std::string& on_list, const std::string& on_problem) const {
        const auto file = folder() / "engines" / ("engine_" + id);
        std::ofstream(file) << "#!/bin/sh\nif [ \"$1\" = --list ]; then\n"
                            << on_list << "\nexit\nfi\necho " << id << " \"$@\" >>'"
                            << (folder() / "asked").string() << "'\n"
                            << on_problem << "\n";
        std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    }
    void engine(const std::string& id, const std::string& on_problem) const {
        script(id, says(list(id)), on_problem);
    }
    void engine(const std::string& id, double ns) const { engine(id, says(answer(ns))); }

    std::vector<std::string> asked() const {
        std::vector<std::string> lines;
        std::istringstream text(text_of("asked"));
        for (std::string line; std::getline(text, line);) lines.push_back(line);
        return lines;
    }

private:
    Folder folder_;
};
