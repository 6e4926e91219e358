// The report as a page that needs nothing beside itself.
#pragma once

#include <string>
#include <vector>

#include "charts.hpp"
#include "report.hpp"

namespace overhead {

/// The pictures stand below the tables that they show.
std::string html_of(const Report& report, const std::vector<Picture>& pictures);

}  // namespace overhead
