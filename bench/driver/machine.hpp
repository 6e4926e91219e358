// The machine that a run was made on.
#pragma once

#include <string>
#include <vector>

#include "report.hpp"

namespace overhead {

std::string machine();  ///< its processor and number of cores
std::string now();      ///< 2026-08-01 12:34 UTC

/// The first core's caches for data, smallest first; empty where the system does not tell them.
std::vector<Cache> caches();

/// What new processes can have without swapping; infinite where the system does not tell.
double available_bytes();

/// 48 KiB, 1 MiB.
std::string bytes_in_words(double bytes);

}  // namespace overhead
