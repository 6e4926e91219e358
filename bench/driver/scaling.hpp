// What an operation costs as a problem grows out of the caches.
#pragma once

#include <vector>

#include "engines.hpp"
#include "measure.hpp"
#include "report.hpp"

namespace overhead {

/// Times the engine `value` on the problems that have a size, from 10^3 operations to 10^8 or what the memory
/// holds, and adds the points to the report, with a note on those that are left out. They take turns too.
void measure_scaling(Report& report, const std::vector<Program>& programs, const Plan& plan);

}  // namespace overhead
