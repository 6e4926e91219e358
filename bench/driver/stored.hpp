// The report as JSON, with every sample, and read back from it.
#pragma once

#include <string>

#include "report.hpp"

namespace overhead {

/// Of the format; a change to what stands in it is another one.
inline constexpr std::size_t format_version = 2;

std::string json_of(const Report& report);

/// Throws Error that names the place where a text is no such report, or is one of another version.
Report report_of(const std::string& json);

}  // namespace overhead
