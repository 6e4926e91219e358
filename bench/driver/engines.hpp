// The engines' programs: where they are, what they offer, what they answer. Each speaks a line of JSON.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report.hpp"

namespace overhead {

/// A problem in an engine's list.
struct Offered {
    std::string id, name;
    bool full;   ///< only in a full run
    bool takes;  ///< the engine makes sense of it
};

struct Program {
    std::filesystem::path file;
    Engine engine;
    std::vector<Offered> problems;
};

struct Programs {
    std::vector<Program> all;         ///< primal and hand first, then by their files' names
    std::vector<std::string> broken;  ///< sentences on programs that are no engines
};

/// The programs engine_* in some folders, each asked for its list. Throws Error where a folder is not there,
/// where none holds an engine, or where two programs are the same engine.
Programs find_programs(const std::vector<std::filesystem::path>& folders);

/// All problems that programs list, in the order of first mention.
std::vector<Offered> all_problems(const std::vector<Program>& programs);

/// What to ask a program, beside the problem.
struct Question {
    double seconds = 0;    ///< for one sample; 0: only check
    double size = 0;       ///< 0: the problem's own
    bool parts = false;    ///< of the cycle too
    double patience = 60;  ///< seconds until it is ended
};

struct Answer {
    std::string wrong = {};  ///< why there are no figures
    bool limit = false;      ///< see Cell
    Problem problem = {};    ///< without its names
    double ns = 0, setup_ns = 0, peak_bytes = 0;
    std::optional<double> tape_bytes = {};
    std::optional<Parts<double>> parts = {};
};

/// One run of a program. A crash, a wrong result, an answer that is none: all of them are an answer.
Answer ask(const std::filesystem::path& program, std::string_view problem, const Question& question);

}  // namespace overhead
