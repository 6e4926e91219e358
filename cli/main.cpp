// The command `wengert`.
#include <exception>

#include <fmt/core.h>

#include <wengert/error.hpp>
#include <wengert/version.hpp>

#include "commands.hpp"

int main(int argc, char** argv) {
    CLI::App app("wengert: reverse-mode automatic differentiation, and networks built from its scalars");
    app.set_version_flag("--version", "wengert " WENGERT_VERSION_STRING);
    app.require_subcommand(1);
    app.footer(
        "Examples:\n"
        "  wengert lecture                 the lecture's worked example, figure by figure\n"
        "  wengert train moons             a small network on two half circles\n"
        "  wengert train /usr/share/datasets/fashion-mnist\n"
        "Each has a --help of its own.");
    int exit_code = 0;
    add_lecture(app, exit_code);
    add_train(app, exit_code);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        const int code = app.exit(e);
        return code == 0 ? 0 : misused;
    } catch (const wengert::Error& e) {
        fmt::print(stderr, "wengert: {}\n", e.what());
        return failed;
    } catch (const std::exception& e) {
        fmt::print(stderr, "wengert: {}\n", e.what());
        return failed;
    }
    return exit_code;
}
