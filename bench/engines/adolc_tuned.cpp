// ADOL-C, recorded every cycle into buffers that hold all of it.
// header: adolc/adolc.h
// library: adolc
// package: libadolc-dev
#include <malloc.h>

#include "engines/adolc.hpp"

namespace {

struct Engine {
    static constexpr std::string_view name = "ADOL-C, tuned";
    static constexpr std::string_view settings =
        "taped every cycle, buffers that hold all of it, memory that malloc keeps";
    static constexpr double tolerance = 1e-11;
    static constexpr bool differentiates = true;

    template <class P> class On {
    public:
        On(const P& problem, std::span<const double> inputs)
            : buffers_(bench::buffers_for(problem, inputs)), tape_(problem, inputs.size()) {}
        void cycle(std::span<const double> x, std::span<double> y, std::span<double> jacobian) {
            tape_.record(x, y, buffers_);
            tape_.sweep(jacobian);
        }
        std::size_t tape_bytes() const { return tape_.bytes(); }

    private:
        bench::AdolcBuffers buffers_;
        bench::AdolcTape<P> tape_;
    };
};

}  // namespace

int main(int argc, char** argv) {
    // The buffers are asked for and freed in every cycle: malloc shall not give them back to the system.
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, -1);
    return bench::adolc_main<Engine>(argc, argv);
}
