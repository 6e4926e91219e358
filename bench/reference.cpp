#include "reference.hpp"

#include <span>

#include "counting.hpp"
#include "engine.hpp"

namespace bench {

Reference reference(std::string_view id, std::optional<std::size_t> size) {
    Reference result;
    Problems::each([&]<class P>() {
        if (id_of<P> != id) return;
        const std::optional<P> problem = problem_of<P>(size);
        const std::vector<double> x = problem->inputs();
        result.y.resize(all_outputs_of<P>);
        result.jacobian.resize(outputs_of<P> * x.size());
        by_hand(*problem, x, result.y, result.jacobian);
        result.operations = count_operations<P>(*problem, x);
    });
    return result;
}

}  // namespace bench
