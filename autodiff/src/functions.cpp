#include <wengert/functions.hpp>

#include <string>

#include <wengert/checkpointed.hpp>
#include <wengert/external.hpp>
#include <wengert/products.hpp>
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

void step_changed_width(std::size_t from, std::size_t to, std::size_t step) {
    fail("checkpointed(): step " + std::to_string(step) + " was given a state of " + std::to_string(from) +
         " numbers and returned one of " + std::to_string(to) + ": it returns as many");
}

void step_is_no_function(std::size_t step) {
    fail("checkpointed(): run a second time, the steps from " + std::to_string(step) +
         " gave other numbers than at first: a step depends on its arguments alone, and on captures that "
         "stay as "
         "they were (capture by value; no random numbers but by the step's number)");
}

void not_side_by_side() {
    fail(
        "sum(), dot() and their like take numbers that lie side by side in memory, and a row, a diagonal or "
        "a block of an Eigen matrix may not: pass .eval() of it");
}

void require_sizes_of_affine(std::size_t m, std::size_t n, std::size_t weights, std::size_t biases) {
    if (weights == m * n && (biases <= 1 || biases == m)) return;
    fail("affine() from " + std::to_string(n) + " inputs to " + std::to_string(m) + " outputs needs " +
         std::to_string(m * n) + " weights and a bias for each output, for all, or none; it got " +
         std::to_string(weights) + " weights and " + std::to_string(biases) + " biases");
}

void affine_in_place() {
    fail(
        "affine() writes its outputs while it reads weights, inputs and biases: give it outputs of their "
        "own");
}

void weights_by_columns() {
    fail(
        "affine() takes its weights row by row, and this Eigen matrix stores columns: make it RowMajor, or "
        "pass its transpose if that is what was meant");
}

void wrong_vjp(std::size_t got, std::size_t inputs) {
    fail("the vjp of an external block returns one number for each of its " + std::to_string(inputs) +
         " inputs, this one returned " + std::to_string(got));
}

}  // namespace wengert::detail
