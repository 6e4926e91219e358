// ADOL-C, recorded every cycle.
// header: adolc/adolc.h
// library: adolc
// package: libadolc-dev
#include "engines/adolc.hpp"

namespace {

struct Engine {
    static constexpr std::string_view name = "ADOL-C";
    static constexpr std::string_view settings = "taped every cycle, buffers as they are (then files)";
    static constexpr double tolerance = 1e-11;
    static constexpr bool differentiates = true;

    template <class P> class On {
    public:
        On(const P& problem, std::span<const double> inputs) : tape_(problem, inputs.size()) {}
        void cycle(std::span<const double> x, std::span<double> y, std::span<double> jacobian) {
            tape_.record(x, y);
            tape_.sweep(jacobian);
        }
        std::size_t tape_bytes() const { return tape_.bytes(); }

    private:
        bench::AdolcTape<P> tape_;
    };
};

}  // namespace

int main(int argc, char** argv) { return bench::adolc_main<Engine>(argc, argv); }
