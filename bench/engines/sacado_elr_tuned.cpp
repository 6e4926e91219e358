// Sacado's forward mode, each statement differentiated backwards, with derivatives of a fixed size.
// header: Sacado.hpp in trilinos
// package: libtrilinos-sacado-dev
// flags: -DTRILINOS_NO_CONFIG_H -DHAVE_SACADO_CXX11 -DHAS_C99_TR1_CMATH
#include "engines/sacado_elr.hpp"

namespace {

template <int chunk> using Mode = bench::ElrMode<Sacado::ELRFad::SFad<double, chunk>, std::size_t{chunk}>;

struct Engine {
    static constexpr std::string_view name = "Sacado::ELRFad, tuned";
    static constexpr std::string_view settings =
        "forward mode, SFad<double, 16>: chunks of 16 directions, of 8 or 1 where these suffice";
    static constexpr double tolerance = 1e-11;
    static constexpr bool differentiates = true;

    template <class P> using On = bench::ForwardCycleInChunks<P, Mode, 1, 8, 16>;
    template <class P> static bool takes(const P&, std::size_t inputs) {
        return bench::suits_forward(inputs);
    }
};

}  // namespace

int main(int argc, char** argv) { return bench::engine_main<Engine>(argc, argv); }
