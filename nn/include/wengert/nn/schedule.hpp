// How the learning rate changes in the course of a training.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wengert::nn {

/// A factor by which the optimiser's rate is multiplied, by how many epochs are done of how many. A plain
/// value.
struct Schedule {
    enum class Shape {
        constant,  ///< 1
        step,      ///< gamma^k after k times `every` epochs
        cosine  ///< from 1 to `lowest` along half a cosine. Source: Loshchilov and Hutter, 2017 (no restart)
    };
    Shape shape = Shape::constant;
    double every = 0;    ///< epochs; 0: a third of all
    double gamma = 0.1;  ///< of a step
    double lowest = 0;   ///< of the cosine
    double warm_up = 0;  ///< epochs in which the factor also rises along a line. Source: Goyal et al., 2017

    /// Epochs may be parts of one: the trainer asks for the middle of each step, where the warm-up's line,
    /// from 0 to 1, is not 0. The shape follows the warm-up.
    double factor(double epochs_done, double epochs) const;

    friend bool operator==(const Schedule&, const Schedule&) = default;
};

/// constant, step or cosine, by name; throws Error that lists them for any other.
Schedule schedule(std::string_view name);
std::vector<std::string> schedule_names();
/// Throws Error for a number out of range: every and warm_up at least 0, gamma above 0, lowest in [0, 1].
void check(const Schedule& schedule);

}  // namespace wengert::nn
