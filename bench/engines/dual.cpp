// wengert's forward mode, 8 or 16 directions at a time.
#include <wengert/wengert.hpp>

#include "engines/forward.hpp"

namespace {

template <int chunk> struct Mode {
    static constexpr std::size_t directions = chunk;
    using Number = wengert::Dual<double, chunk>;
    static Number variable(double x, std::size_t i, std::size_t) { return Number::variable(x, i); }
    static double value(const Number& y) { return y.value(); }
    static double derivative(const Number& y, std::size_t i) { return y.tangent(i); }
};

struct Engine {
    static constexpr std::string_view name = "Dual";
    static constexpr std::string_view settings =
        "forward mode in chunks of 16 directions, of 8 where 8 suffice";
    static constexpr double tolerance = 1e-11;
    static constexpr bool differentiates = true;

    template <class P> using On = bench::ForwardCycleInChunks<P, Mode, 8, 16>;
    template <class P> static bool takes(const P&, std::size_t inputs) {
        return bench::suits_forward(inputs);
    }
};

}  // namespace

int main(int argc, char** argv) { return bench::engine_main<Engine>(argc, argv); }
