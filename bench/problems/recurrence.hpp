// W5: a million steps of x <- 0.99 x + 0.01 sin(x), differentiated by where it starts: a long recording of
// short statements.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace bench::problems::recurrence {

class Problem {
public:
    static constexpr std::string_view name = "W5 recurrence of 1,000,000 steps";

    explicit Problem(std::size_t steps = 1'000'000) : partials_(steps) {}
    std::size_t size() const { return partials_.size(); }

    std::vector<double> inputs() const { return {0.8}; }

    template <class T> T operator()(std::span<const T> in) const {
        using std::sin;
        T x = in[0];
        for (std::size_t i = 0; i < partials_.size(); ++i) x = x * 0.99 + sin(x) * 0.01;
        return x;
    }

    /// Each step's partial 0.99 + 0.01 cos(x) is stored on the way forward and multiplied on the way back.
    /// The memory belongs to the problem, so one problem serves one thread.
    double hand(std::span<const double> in, std::span<double> gradient) const {
        double x = in[0];
        for (double& partial : partials_) {
            const double s = std::sin(x), c = std::cos(x);
            partial = 0.99 + 0.01 * c;
            x = x * 0.99 + s * 0.01;
        }
        double adjoint = 1.0;
        for (std::size_t i = partials_.size(); i-- > 0;) adjoint *= partials_[i];
        gradient[0] = adjoint;
        return x;
    }

private:
    mutable std::vector<double> partials_;  ///< one for each step
};

}  // namespace bench::problems::recurrence
