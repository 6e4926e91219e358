// Two reports held against each other: what became slower, beyond what noise explains.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "report.hpp"
#include "tables.hpp"

namespace overhead {

/// A cell that both reports have.
struct Change {
    const Problem* problem;
    const Engine* engine;
    double ratio;                             ///< of the medians, new / old
    double noise;                             ///< sqrt(s^2 + t^2) of the two spreads
    std::size_t samples;                      ///< of the report that has fewer
    static constexpr std::size_t enough = 3;  ///< below, spreads say nothing
    /// With n samples a median's standard error is about 0.93 spread / sqrt(n), if they are normal: for
    /// n = 11 the noise is 3.6 standard errors of the ratio.
    bool beyond() const { return samples >= enough && (ratio > 1 + noise || ratio < 1 / (1 + noise)); }
};

struct Comparison {
    std::vector<Change> changes;
    std::vector<std::string> lost;    ///< cells that are not timed any more, in words
    std::vector<std::string> other;   ///< those that are another problem now
    std::vector<std::string> absent;  ///< engines that are only in the old report
};

/// Into `report`, which must outlive it.
Comparison compare(const Report& report, const Report& old);

/// What keeps two reports' times from being compared, in words: another machine, compiler or flags.
std::vector<std::string> differences(const Report& report, const Report& old);

/// Slower by more than noise, and than `limit`.
bool slower(const Change& change, double limit);

Table comparison_table(const Comparison& comparison, const Report& old, double limit);
/// Sentences on the whole: how many differ, what is lost.
std::vector<std::string> summary(const Comparison& comparison, double limit);

}  // namespace overhead
