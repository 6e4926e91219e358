// The command's subcommands: each adds itself to the application, and sets the exit code when it runs.
#pragma once

#include <CLI/CLI.hpp>

/// What a run ends with, beside 0.
enum ExitCode { failed = 1, misused = 2, interrupted = 130 };

void add_train(CLI::App& app, int& exit_code);
void add_lecture(CLI::App& app, int& exit_code);
