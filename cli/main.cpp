// The command `wengert`.
#include <cstdio>
#include <exception>
#include <new>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include <wengert/version.hpp>

#include "checks.hpp"
#include "commands.hpp"

namespace {

// A stream that was closed is opened on nothing, read-only: writing fails, and no file of ours gets its
// number and its text.
void hold_standard_streams() {
    for (const int stream : {0, 1, 2})
        if (fcntl(stream, F_GETFD) == -1) (void)open("/dev/null", O_RDONLY);
}

int run(int argc, char** argv) {
    CLI::App app("wengert: automatic differentiation, and networks built from its scalars");
    app.set_version_flag("--version", "wengert " WENGERT_VERSION_STRING);
    app.require_subcommand(0, 1);
    int exit_code = 0;
    add_lecture(app, exit_code);
    add_train(app, exit_code);
    add_predict(app, exit_code);
    add_activations(app, exit_code);
    for (CLI::App* const command : app.get_subcommands({}))
        for (CLI::Option* const option : command->get_options())
            if (option->get_items_expected_max() > 0) option->check(not_empty);
    app.footer(  // after the subcommands, which would inherit it
        "Examples:\n"
        "  wengert lecture                 the lecture's worked example, figure by figure\n"
        "  wengert train moons             a small network on two half circles\n"
        "  wengert train /usr/share/datasets/fashion-mnist\n"
        "  wengert activations tanh relu   their curves, slopes and costs\n"
        "Each has a --help of its own.");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : misused;
    }
    if (app.get_subcommands().empty()) put(stdout, app.help());
    return exit_code;
}

// On a terminal in lines that fit; elsewhere in one, which a search finds whole.
int told(const std::string& what) {
    const std::string text = "wengert: " + what;
    put(stderr, (isatty(STDERR_FILENO) != 0 ? wrapped(text, 80) : text) + "\n");
    return failed;
}

}  // namespace

int main(int argc, char** argv) {
    hold_standard_streams();
    int code = failed;
    try {
        code = run(argc, argv);
    } catch (const std::bad_alloc&) {
        code = told("not enough memory: choose smaller data");
    } catch (const std::exception& e) {
        code = told(e.what());
    }
    const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
    return written ? code : told("the output could not be written: is the disk full?");
}
