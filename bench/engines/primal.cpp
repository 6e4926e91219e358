// The function alone, in double: the lower limit of any engine.
#include "engine.hpp"

namespace {

struct Engine {
    static constexpr std::string_view name = "primal";
    static constexpr std::string_view settings = "the value alone";
    static constexpr double tolerance = 1e-12;
    static constexpr bool differentiates = false;

    template <class P> class On {
    public:
        On(const P& problem, std::span<const double>) : problem_(problem) {}
        void cycle(std::span<const double> x, std::span<double> y, std::span<double>) {
            bench::evaluate(problem_, x, y);
        }

    private:
        const P& problem_;
    };
};

}  // namespace

int main(int argc, char** argv) { return bench::engine_main<Engine>(argc, argv); }
