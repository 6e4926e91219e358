#include <wengert/nn/schedule.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "expect.hpp"
#include "named.hpp"

namespace wengert::nn {
namespace {

constexpr Named<Schedule::Shape> known[] = {
    {"constant", Schedule::Shape::constant},
    {"step", Schedule::Shape::step},
    {"cosine", Schedule::Shape::cosine},
};

}  // namespace

double Schedule::factor(double epochs_done, double epochs) const {
    const double rise = epochs_done < warm_up ? epochs_done / warm_up : 1;
    const double done = std::max(epochs_done - warm_up, 0.0), all = epochs - warm_up;
    const double share = all > 0 ? std::min(done / all, 1.0) : 0;
    switch (shape) {
        case Shape::constant:
            return rise;
        case Shape::step:
            return rise * std::pow(gamma, std::floor(every == 0 ? 3 * share : done / every));
        case Shape::cosine:
            return rise * (lowest + (1 - lowest) * (1 + std::cos(std::numbers::pi * share)) / 2);
    }
    return rise;
}

Schedule schedule(std::string_view name) { return {.shape = find(known, "schedule", name).function}; }
std::vector<std::string> schedule_names() { return names_of(known); }

void check(const Schedule& s) {
    expect(s.every >= 0, "a schedule's step is a number of epochs", s.every);
    expect(s.gamma > 0, "a schedule's gamma is a number above 0", s.gamma);
    expect(s.lowest >= 0 && s.lowest <= 1, "a cosine's lowest factor is at least 0 and at most 1", s.lowest);
    expect(s.warm_up >= 0, "a warm-up is a number of epochs", s.warm_up);
}

}  // namespace wengert::nn
