// The same tape, where a problem's sums of products are written as fused blocks.
#include "engines/value.hpp"

namespace {

class Recorder {
public:
    explicit Recorder(std::size_t) {}
    wengert::Id variables(std::span<const double> x) {
        inputs_ = wengert::variables_by_reference(x);
        return inputs_.first_id();
    }
    template <class P> void record(const P& problem, std::vector<wengert::Value>& outputs) const {
        if constexpr (requires { problem.fused(inputs_); }) outputs[0] = problem.fused(inputs_);
    }

private:
    wengert::VariableSpan<double> inputs_;
};

struct Engine {
    static constexpr std::string_view name = "Value, fused";
    static constexpr std::string_view settings = "recorded every cycle, sums of products as blocks";
    static constexpr double tolerance = 1e-11;
    static constexpr bool differentiates = true;

    template <class P> using On = bench::ValueCycle<P, Recorder>;
    template <class P> static bool takes(const P&, std::size_t) {
        return requires(const P& problem, const wengert::VariableSpan<double>& x) { problem.fused(x); };
    }
};

}  // namespace

int main(int argc, char** argv) { return bench::engine_main<Engine>(argc, argv); }
