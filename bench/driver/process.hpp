// A program, run once: what it said, how it ended, what it took.
#pragma once

#include <string>
#include <vector>

namespace overhead {

struct Ran {
    std::string out, err;
    int code = 0;          ///< that it exited with; without meaning where a signal ended it
    int signal = 0;        ///< that ended it; 0: none
    bool late = false;     ///< it took longer than the limit, and was ended
    bool endless = false;  ///< it said more than a MiB, and was ended
    double peak_bytes = 0;
};

struct Limits {
    double seconds = 60;
    bool large_stack = false;  ///< a GiB in place of what the user's limit is
};

/// Runs a program in a group of processes of its own, which Ctrl-C does not reach: it is ended when
/// StopsOnInterrupt heard of one. Throws Error where no process can be started; a program that is not there
/// exits with 127.
Ran run(const std::vector<std::string>& command, const Limits& limits);

}  // namespace overhead
