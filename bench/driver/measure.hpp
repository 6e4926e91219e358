// Checking and timing: all engines by turns, each sample a process of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engines.hpp"
#include "report.hpp"

namespace overhead {

/// What is to be measured. Names are ids.
struct Plan {
    std::vector<std::string> problems, engines;  ///< empty: all of them
    bool full = false;                           ///< the large problems too, and the scaling
    bool scaling = false;
    std::size_t rounds = 0;  ///< 0: as many as fit into two minutes, 5 to 11
    double seconds = 0.02;   ///< of one sample, at least
    double patience = 60;    ///< until a program is ended
    std::uint64_t seed = 1;  ///< of the order within a round
};

/// A report of what is planned, with no figure yet. Throws CLI11's error of usage for an unknown name.
Report begin(const std::vector<Program>& programs, const Plan& plan);

/// Checks each engine on each problem once, then times those that came through: in each round, problem by
/// problem, each engine once in random order. So a slow minute of the machine falls on all of them alike, and
/// no sample shares its memory's layout with the one before. Says on stderr how far it is. An interrupt ends
/// it with what there is, and a note.
void measure(Report& report, const std::vector<Program>& programs, const Plan& plan);

/// Adds an answer's sample to a cell, or why there is none.
void take(const Answer& answer, Cell& cell);

}  // namespace overhead
