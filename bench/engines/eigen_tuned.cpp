// Eigen's forward mode with derivatives of a fixed size.
// header: unsupported/Eigen/AutoDiff in eigen3
// package: libeigen3-dev
#include "engines/eigen.hpp"

namespace {

template <int chunk> using Mode = bench::EigenMode<Eigen::Matrix<double, chunk, 1>, std::size_t{chunk}>;

// One direction alone is slower than eight of which one is used.
struct Engine {
    static constexpr std::string_view name = "AutoDiffScalar, tuned";
    static constexpr std::string_view settings =
        "forward mode, Matrix<double, 16, 1>: chunks of 16 directions, of 8 where 8 suffice";
    static constexpr double tolerance = 1e-11;
    static constexpr bool differentiates = true;

    template <class P> using On = bench::ForwardCycleInChunks<P, Mode, 8, 16>;
    template <class P> static bool takes(const P&, std::size_t inputs) {
        return bench::suits_forward(inputs);
    }
};

}  // namespace

int main(int argc, char** argv) { return bench::engine_main<Engine>(argc, argv); }
