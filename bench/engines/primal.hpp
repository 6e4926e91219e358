// The function alone, in double: the lower limit of any engine.
#pragma once

#include <span>
#include <string_view>

namespace bench {

struct Primal {
    static constexpr std::string_view name = "primal";
    static constexpr bool differentiates = false;
    static constexpr double tolerance = 1e-12;

    template <class Problem>
    double gradient(const Problem& problem, std::span<const double> in, std::span<double>) {
        return problem(in);
    }
};

}  // namespace bench
