// ADOL-C, recorded once: a cycle evaluates the tape. Right only where no branch depends on a value.
// header: adolc/adolc.h
// library: adolc
// package: libadolc-dev
#include "engines/adolc.hpp"

#include <cstdint>
#include <stdexcept>

#include "problems/uniform.hpp"

namespace {

/// A recording of the problem, in buffers that hold all of it.
template <class P> class Recorded {
public:
    Recorded(const P& problem, std::span<const double> inputs)
        : buffers_(bench::buffers_for(problem, inputs)),
          tape_(problem, inputs.size()),
          y_(bench::outputs_of<P>) {
        tape_.record(inputs, y_, buffers_);
    }
    bench::AdolcTape<P>& tape() { return tape_; }
    const bench::AdolcTape<P>& tape() const { return tape_; }

    /// Whether the recording stands far from where it was made, too: at `inputs` times 0.5 to 1.5.
    bool stands(std::span<const double> inputs) {
        std::vector<double> x(inputs.size());
        for (std::uint64_t seed = 1; seed <= 10; ++seed) {
            const std::vector<double> factors = bench::uniform(seed, x.size(), 0.5, 1.5);
            for (std::size_t k = 0; k < x.size(); ++k) x[k] = inputs[k] * factors[k];
            if (!tape_.replay(x, y_)) return false;
        }
        return true;
    }

private:
    bench::AdolcBuffers buffers_;
    bench::AdolcTape<P> tape_;
    std::vector<double> y_;
};

struct Engine {
    static constexpr std::string_view name = "ADOL-C, tape reused";
    static constexpr std::string_view settings =
        "taped once, in set-up; only where no branch depends on a value";
    static constexpr double tolerance = 1e-11;
    static constexpr bool differentiates = true;

    template <class P> static bool takes(const P& problem, std::size_t count) {
        const std::vector<double> inputs = problem.inputs();
        const auto group = std::span(inputs).first(count);
        return Recorded<P>(problem, group).stands(group);
    }

    template <class P> class On {
    public:
        On(const P& problem, std::span<const double> inputs) : recorded_(problem, inputs) {}
        void cycle(std::span<const double> x, std::span<double> y, std::span<double> jacobian) {
            if (!recorded_.tape().replay(x, y))
                throw std::runtime_error("a branch of the recording has changed");
            recorded_.tape().sweep(jacobian);
        }
        std::size_t tape_bytes() const { return recorded_.tape().bytes(); }

    private:
        Recorded<P> recorded_;
    };
};

}  // namespace

int main(int argc, char** argv) { return bench::adolc_main<Engine>(argc, argv); }
