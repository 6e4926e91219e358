#include <wengert/functions.hpp>

#include <string>

#include <wengert/blocks.hpp>
#include <wengert/external.hpp>
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

void unequal_sizes(const char* function, std::size_t a, std::size_t b) {
    fail(std::string(function) + "() needs two spans of one size, it got " + std::to_string(a) + " and " +
         std::to_string(b) + " numbers");
}

void wrong_vjp(std::size_t got, std::size_t inputs) {
    fail("the vjp of an external block returns one number for each of its " + std::to_string(inputs) +
         " inputs, this one returned " + std::to_string(got));
}

}  // namespace wengert::detail
