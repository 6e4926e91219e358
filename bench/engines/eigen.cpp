// Eigen's forward mode with derivatives of a size that it learns at run time: all inputs at once.
// header: unsupported/Eigen/AutoDiff in eigen3
// package: libeigen3-dev
#include "engines/eigen.hpp"

namespace {

struct Engine {
    static constexpr std::string_view name = "AutoDiffScalar";
    static constexpr std::string_view settings = "forward mode, VectorXd, all directions at once";
    static constexpr double tolerance = 1e-11;
    static constexpr bool differentiates = true;

    template <class P> using On = bench::ForwardCycle<P, bench::EigenMode<Eigen::VectorXd, 0>>;
    template <class P> static bool takes(const P&, std::size_t inputs) {
        return bench::suits_forward(inputs);
    }
};

}  // namespace

int main(int argc, char** argv) { return bench::engine_main<Engine>(argc, argv); }
