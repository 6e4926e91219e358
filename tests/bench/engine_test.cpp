// The program around an engine: what it prints, and that it finds engines that are wrong. Include path:
// bench/.
#include "engine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace {

using nlohmann::json;

/// By hand, made wrong in the one way that `Slip` says.
template <class Slip> struct Engine {
    static constexpr std::string_view name = "by hand", settings = "as the test says";
    static constexpr double tolerance = 1e-12;
    static constexpr bool differentiates = !std::is_same_v<Slip, struct NoDerivative>;

    template <class P> static bool takes(const P&, std::size_t inputs) { return inputs <= 400; }

    template <class P> class On {
    public:
        On(const P& problem, std::span<const double>) : problem_(problem) {}
        void cycle(std::span<const double> x, std::span<double> y, std::span<double> jacobian) {
            if constexpr (differentiates)
                bench::by_hand(problem_, x, y, jacobian);
            else
                bench::evaluate(problem_, x, y);
            if constexpr (requires { Slip::make(y, jacobian); }) Slip::make(y, jacobian);
        }

    private:
        const P& problem_;
    };
};
struct Nothing {};
struct NoDerivative {};
struct Factor {
    static void make(std::span<double>, std::span<double> jacobian) { jacobian[0] *= 2.0; }
};
struct Value {
    static void make(std::span<double> y, std::span<double>) { y[0] += 1.0; }
};
struct NotANumber {
    static void make(std::span<double>, std::span<double> jacobian) { jacobian[0] /= 0.0 * jacobian[0]; }
};
struct Throws {
    static void make(std::span<double>, std::span<double>) { throw std::runtime_error("out of tape"); }
};

struct Said {
    int status;
    std::string out, err;
    json line() const { return json::parse(out); }
    std::string wrong() const { return line()["wrong"]; }
};
template <class Slip> Said run(std::vector<std::string> words) {
    words.insert(words.begin(), "engine");
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int status = bench::engine_main<Engine<Slip>>(static_cast<int>(arguments.size()), arguments.data());
    std::string out = testing::internal::GetCapturedStdout();
    return {status, out, testing::internal::GetCapturedStderr()};
}

TEST(AnEngine, ListsEveryProblemAndWhatItTakes) {
    const Said said = run<Nothing>({"--list"});
    EXPECT_EQ(said.status, 0);
    const json list = said.line();
    EXPECT_EQ(list["name"], "by hand");
    std::vector<std::string> ids, listed, taken;
    bench::Problems::each([&]<class P>() { ids.emplace_back(bench::id_of<P>); });
    for (const json& problem : list["problems"]) {
        listed.push_back(problem["id"]);
        const bool takes = problem["takes"];
        if (takes) taken.push_back(problem["id"]);
    }
    EXPECT_EQ(listed, ids);
    EXPECT_THAT(taken, testing::Contains("moons_mlp"));               // 337 inputs
    EXPECT_THAT(taken, testing::Not(testing::Contains("dot_tanh")));  // 2,000
}

TEST(AnEngine, ThatIsRightSaysSoAndWhatTheProblemIs) {
    const Said said = run<Nothing>({"moons_mlp", "--check"});
    EXPECT_EQ(said.status, 0);
    const json line = said.line();
    EXPECT_EQ(line["wrong"], "");
    EXPECT_EQ(line["inputs"], 337);
    EXPECT_EQ(line["outputs"], 1);
    EXPECT_GT(line["operations"], 100 * 2 * (2 * 16 + 16 * 16 + 16));  // each product, and its sum
    EXPECT_TRUE(line["ns"].is_null());
    EXPECT_TRUE(line["tape_bytes"].is_null());
}

TEST(AnEngine, IsTimedOnlyWhereItIsRight) {
    const Said right = run<Nothing>({"dot_tanh", "--size", "100", "--seconds", "0.001"});
    EXPECT_EQ(right.status, 0);
    EXPECT_GT(right.line()["ns"], 0.0);
    EXPECT_GT(right.line()["iterations"], 0);
    EXPECT_TRUE(right.line()["parts"].is_null());
    const Said wrong = run<Factor>({"dot_tanh", "--size", "100", "--seconds", "0.001"});
    EXPECT_EQ(wrong.status, 1);
    EXPECT_TRUE(wrong.line()["ns"].is_null());
}

TEST(AnEngine, ThatIsWrongSaysWhere) {
    const std::vector<std::string> words{"dot_tanh", "--size", "100", "--check"};
    EXPECT_EQ(run<Factor>(words).wrong().substr(0, 42), "1 of 200 derivatives are wrong, worst [0]:");
    EXPECT_EQ(run<NotANumber>(words).wrong().substr(0, 42), "1 of 200 derivatives are wrong, worst [0]:");
    EXPECT_EQ(run<Value>(words).wrong().substr(0, 31), "1 of 1 values are wrong, worst ");
    EXPECT_EQ(run<Throws>(words).wrong(), "out of tape");
    EXPECT_EQ(run<Throws>(words).status, 1);
}

TEST(AnEngine, ThatDoesNotDifferentiateIsHeldToTheValueAlone) {
    EXPECT_EQ(run<NoDerivative>({"moons_mlp", "--check"}).wrong(), "");
}

TEST(AnEngine, RefusesWithTwoWhatItCannotDo) {
    const Said unknown = run<Nothing>({"no_such_problem"});
    EXPECT_EQ(unknown.status, 2);
    EXPECT_EQ(unknown.out, "");
    EXPECT_NE(unknown.err.find("there are: "), std::string::npos) << unknown.err;
    EXPECT_NE(unknown.err.find(" moons_mlp"), std::string::npos) << unknown.err;
    EXPECT_EQ(run<Nothing>({"moons_mlp", "--size", "4"}).status, 2);
    EXPECT_EQ(run<Nothing>({"dot_tanh"}).status, 2);  // not taken
    EXPECT_EQ(run<Nothing>({"moons_mlp", "--seconds", "never"}).status, 2);
    EXPECT_EQ(run<Nothing>({"--help"}).status, 0);
}

}  // namespace
