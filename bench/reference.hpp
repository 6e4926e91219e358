// What every engine is held to, and how much work a problem is: compiled once for all of them.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace bench {

struct Reference {
    std::vector<double> y, jacobian;  ///< by hand
    std::size_t operations = 0;       ///< of one evaluation: rules applied, each counted once
};

/// Of the problem with this id, of its own size or another.
Reference reference(std::string_view id, std::optional<std::size_t> size);

}  // namespace bench
