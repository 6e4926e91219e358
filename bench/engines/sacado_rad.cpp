// Sacado's reverse mode.
// header: Sacado_trad.hpp in trilinos
// package: libtrilinos-sacado-dev
// flags: -DTRILINOS_NO_CONFIG_H -DHAVE_SACADO_CXX11 -DHAS_C99_TR1_CMATH
#include "engines/sacado_rad.hpp"

namespace {

struct Engine {
    static constexpr std::string_view name = "Sacado::Rad";
    static constexpr std::string_view settings = "ADvar<double>";
    static constexpr double tolerance = 1e-11;
    static constexpr bool differentiates = true;

    template <class P> using On = bench::RadCycle<P>;
};

}  // namespace

int main(int argc, char** argv) { return bench::engine_main<Engine>(argc, argv); }
