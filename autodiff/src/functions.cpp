#include <wengert/functions.hpp>

#include <string>

#include <wengert/structure.hpp>

namespace wengert::detail {

void unknown_polygamma(int n) {
    fail("polygamma(n, x) is offered for n from 0 to 4, n was " + std::to_string(n) +
         ": write the derivative of polygamma(4, x) as a rule of your own");
}

void wrong_count(const char* function, const char* what, std::size_t got, std::size_t wanted) {
    fail(std::string(function) + "() needs " + std::to_string(wanted) + " numbers as " + what + ", it got " +
         std::to_string(got));
}

}  // namespace wengert::detail
