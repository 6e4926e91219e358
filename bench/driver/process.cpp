#include "process.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <wengert/error.hpp>

#include "progress.hpp"

namespace overhead {
namespace {

using wengert::fail;
using Clock = std::chrono::steady_clock;

constexpr std::size_t most_said = std::size_t{1} << 20;

class Pipe {
public:
    Pipe() {
        if (pipe2(ends_, O_CLOEXEC) != 0) fail("cannot start a program: no pipe is left");
    }
    ~Pipe() { close(ends_[0]), close_writing(); }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    int reading() const { return ends_[0]; }
    int writing() const { return ends_[1]; }
    void close_writing() {
        if (ends_[1] != -1) close(ends_[1]);
        ends_[1] = -1;
    }

private:
    int ends_[2] = {-1, -1};
};

void limit(decltype(RLIMIT_CORE) resource, rlim_t most) {
    rlimit both{};
    getrlimit(resource, &both);
    both.rlim_cur = std::min(most, both.rlim_max);
    setrlimit(resource, &both);
}

// Fork and not posix_spawn: the peak of a process counts the memory that it had before exec. Of ours a
// forked one has only what is private, which is less than any engine takes; a spawned one has all.
pid_t start(const std::vector<std::string>& command, const Limits& limits, const Pipe& out, const Pipe& err) {
    std::vector<char*> arguments;
    for (const std::string& text : command) arguments.push_back(const_cast<char*>(text.c_str()));
    arguments.push_back(nullptr);
    const pid_t child = fork();
    if (child == -1) fail(std::string("cannot start a program: ") + std::strerror(errno));
    if (child != 0) return child;
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    limit(RLIMIT_CORE, 0);
    if (limits.large_stack) limit(RLIMIT_STACK, rlim_t{1} << 30);
    dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
    dup2(out.writing(), STDOUT_FILENO);
    dup2(err.writing(), STDERR_FILENO);
    execv(arguments[0], arguments.data());
    const char* const why = std::strerror(errno);
    (void)!write(STDERR_FILENO, why, std::strlen(why));
    _exit(127);
}

// Takes what is there; whether more may come.
bool read_on(int stream, std::string& text) {
    char buffer[4096];
    const ssize_t n = read(stream, buffer, sizeof buffer);
    if (n > 0) text.append(buffer, static_cast<std::size_t>(n));
    return n > 0 || (n == -1 && errno == EINTR);
}

}  // namespace

Ran run(const std::vector<std::string>& command, const Limits& limits) {
    Pipe out, err;
    const auto end = Clock::now() + std::chrono::duration<double>(limits.seconds);
    const pid_t child = start(command, limits, out, err);
    setpgid(child, child);  // whoever of the two comes first
    out.close_writing(), err.close_writing();

    Ran ran;
    pollfd streams[] = {{out.reading(), POLLIN, 0}, {err.reading(), POLLIN, 0}};
    std::string* const texts[] = {&ran.out, &ran.err};
    const auto to_be_ended = [&] {
        ran.late = Clock::now() > end;
        ran.endless = ran.out.size() + ran.err.size() > most_said;
        return ran.late || ran.endless || StopsOnInterrupt::asked() != 0;
    };
    int status = 0;
    rusage used{};
    bool gone = false;
    while (!gone && !to_be_ended()) {
        if (streams[0].fd < 0 && streams[1].fd < 0) {  // it closed both, and should soon be gone
            gone = wait4(child, &status, WNOHANG, &used) == child;
            if (!gone) std::this_thread::sleep_for(std::chrono::microseconds(100));
        } else if (poll(streams, 2, 100) > 0) {
            for (std::size_t k = 0; k < 2; ++k)  // poll passes over a stream below 0
                if (streams[k].revents != 0 && !read_on(streams[k].fd, *texts[k])) streams[k].fd = -1;
        }
    }
    if (!gone) {
        kill(-child, SIGKILL);
        while (wait4(child, &status, 0, &used) == -1 && errno == EINTR) {}
    }
    ran.peak_bytes = static_cast<double>(used.ru_maxrss) * 1024;
    ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    ran.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return ran;
}

}  // namespace overhead
