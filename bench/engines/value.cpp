// wengert's eager tape: the problem's function called with Values.
#include "engines/value.hpp"

namespace {

class Recorder {
public:
    explicit Recorder(std::size_t inputs) : inputs_(inputs) {}
    wengert::Id variables(std::span<const double> x) {
        wengert::variables(x, std::span<wengert::Value>(inputs_));
        return inputs_[0].id();
    }
    template <class P> void record(const P& problem, std::vector<wengert::Value>& outputs) const {
        bench::evaluate(problem, std::span<const wengert::Value>(inputs_),
                        std::span<wengert::Value>(outputs));
    }

private:
    std::vector<wengert::Value> inputs_;
};

struct Engine {
    static constexpr std::string_view name = "Value";
    static constexpr std::string_view settings = "recorded every cycle";
    static constexpr double tolerance = 1e-11;
    static constexpr bool differentiates = true;

    template <class P> using On = bench::ValueCycle<P, Recorder>;
};

}  // namespace

int main(int argc, char** argv) { return bench::engine_main<Engine>(argc, argv); }
