// The value and derivatives as each problem writes them by hand: what the others are held against.
#include "engine.hpp"

namespace {

struct Engine {
    static constexpr std::string_view name = "hand";
    static constexpr std::string_view settings = "written by hand for each problem, no tape";
    static constexpr double tolerance = 1e-14;  // 0, but for flags of its own
    static constexpr bool differentiates = true;

    template <class P> class On {
    public:
        On(const P& problem, std::span<const double>) : problem_(problem) {}
        void cycle(std::span<const double> x, std::span<double> y, std::span<double> jacobian) {
            bench::by_hand(problem_, x, y, jacobian);
        }

    private:
        const P& problem_;
    };
};

}  // namespace

int main(int argc, char** argv) { return bench::engine_main<Engine>(argc, argv); }
