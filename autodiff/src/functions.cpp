#include <wengert/functions.hpp>

#include <string>

namespace wengert::detail {

void unknown_polygamma(int n) {
    fail("polygamma(n, x) is offered for n from 0 to 4, n was " + std::to_string(n) +
         ": write the derivative of polygamma(4, x) as a rule of your own");
}

}  // namespace wengert::detail
