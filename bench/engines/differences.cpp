// Central differences: (f(x + h) - f(x - h)) / 2h, input by input.
#include <algorithm>
#include <cmath>

#include "engine.hpp"

namespace {

struct Engine {
    static constexpr std::string_view name = "differences";
    static constexpr std::string_view settings = "central, h = 6e-6 max(1, |x|), held to 2e-4";
    static constexpr double tolerance = 2e-4;
    static constexpr bool differentiates = true;

    template <class P> static bool takes(const P&, std::size_t inputs) { return inputs <= 400; }

    template <class P> class On {
    public:
        On(const P& problem, std::span<const double> inputs)
            : problem_(problem),
              at_(inputs.size()),
              above_(bench::outputs_of<P>),
              below_(bench::outputs_of<P>) {}
        void cycle(std::span<const double> x, std::span<double> y, std::span<double> jacobian) {
            std::copy(x.begin(), x.end(), at_.begin());
            bench::evaluate(problem_, x, y);
            for (std::size_t k = 0; k < x.size(); ++k) {
                // The cube root of the machine's epsilon: rounding and the cut-off term are then alike.
                const double h = 6e-6 * std::max(1.0, std::abs(x[k]));
                evaluate_at(k, x[k] + h, above_);
                evaluate_at(k, x[k] - h, below_);
                at_[k] = x[k];
                for (std::size_t i = 0; i < y.size(); ++i)
                    jacobian[i * x.size() + k] = (above_[i] - below_[i]) / (2.0 * h);
            }
        }

    private:
        void evaluate_at(std::size_t k, double x, std::vector<double>& y) {
            at_[k] = x;
            bench::evaluate(problem_, std::span<const double>(at_), std::span<double>(y));
        }

        const P& problem_;
        std::vector<double> at_, above_, below_;
    };
};

}  // namespace

int main(int argc, char** argv) { return bench::engine_main<Engine>(argc, argv); }
