// The command's subcommands: each adds itself to the application, and sets the exit code when it runs.
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>

#include <CLI/CLI.hpp>

/// What a run ends with, beside 0.
enum ExitCode { failed = 1, misused = 2 };

/// Writes, and goes on where that fails: the work is worth more than what is said of it. Whether all of
/// stdout came through, main asks at the end.
inline void put(std::FILE* stream, const std::string& text) { std::fputs(text.c_str(), stream); }

/// The text in lines of at most `width` bytes, broken at blanks; a longer word has a line of its own.
std::string wrapped(std::string text, std::size_t width);
/// 1 sample, 2 samples.
std::string counted(std::size_t n, const char* what);

void add_train(CLI::App& app, int& exit_code);
void add_predict(CLI::App& app, int& exit_code);
void add_lecture(CLI::App& app, int& exit_code);
void add_activations(CLI::App& app, int& exit_code);
