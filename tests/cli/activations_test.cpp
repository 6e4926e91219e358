// `wengert activations`, as a person runs it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <sstream>
#include <string>

#include <nlohmann/json.hpp>

#include <wengert/nn/activation.hpp>

#include "command.hpp"

namespace {

using testing::HasSubstr;
using testing::Not;

// A command line in the test's own folder is all that Train is used for.
class Activations : public Train {};

TEST_F(Activations, AllBuiltInOnesAreInTheTableAndInThePicture) {
    const Outcome r = shell("$W activations");
    EXPECT_EQ(r.code, 0) << r.err;
    EXPECT_EQ(r.err, "");
    const std::string svg = text_of(folder() / "activations" / "activations.svg");
    EXPECT_THAT(svg, HasSubstr("</svg>"));
    for (const std::string& name : wengert::nn::activation_names()) {
        if (!wengert::nn::activation(name).elementwise()) continue;
        EXPECT_THAT(r.out, HasSubstr("\n" + name + " "));
        EXPECT_THAT(svg, HasSubstr(">" + name + "<"));
    }
    EXPECT_THAT(r.out, HasSubstr("picture  activations/activations.svg\n"));
    std::istringstream lines(r.out);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
}

TEST_F(Activations, ThoseAskedForAreToldInTheirOrderWithTheirFacts) {
    const Outcome r = shell("$W activations relu tanh --output p");
    EXPECT_EQ(r.code, 0) << r.err;
    EXPECT_LT(r.out.find("\nrelu "), r.out.find("\ntanh "));
    EXPECT_THAT(r.out, Not(HasSubstr("sigmoid")));
    EXPECT_THAT(r.out, HasSubstr("relu         [0, inf)           0     0       0     1  0 "));
    EXPECT_THAT(r.out, HasSubstr("tanh         (-1, 1)            0     1       0     1  - "));
    EXPECT_THAT(r.out, HasSubstr("dead below 0\n"));
    EXPECT_THAT(r.out, HasSubstr("flat below -4.15, above 4.15\n"));  // atanh(sqrt(0.999)) = 4.1468
    EXPECT_THAT(text_of(folder() / "p" / "activations.svg"), Not(HasSubstr("sigmoid")));
}

TEST_F(Activations, AsJsonEveryFactIsThere) {
    const Outcome r = shell("$W activations step sigmoid --json");
    EXPECT_EQ(r.code, 0) << r.err;
    const auto json = nlohmann::json::parse(r.out);
    ASSERT_EQ(json["activations"].size(), 2U);
    const auto &step = json["activations"][0], &sigmoid = json["activations"][1];
    EXPECT_EQ(step["name"], "step");
    EXPECT_EQ(step["kinks"], nlohmann::json::parse(R"([{"x": 0.0, "jump": true}])"));
    EXPECT_EQ(step["flat"], nlohmann::json::parse(R"([{"interval": ["-inf", "inf"], "dead": true}])"));
    EXPECT_EQ(sigmoid["range"], nlohmann::json::parse(R"({"low": {"value": 0.0, "reached": false},
                                                          "high": {"value": 1.0, "reached": false}})"));
    EXPECT_EQ(sigmoid["at_zero"], 0.5);
    EXPECT_EQ(sigmoid["slope_at_zero"], 0.25);
    EXPECT_EQ(sigmoid["largest_slope"], nlohmann::json::parse(R"({"slope": 0.25, "x": 0.0})"));
    EXPECT_EQ(sigmoid["trend"], "rising");
    EXPECT_TRUE(sigmoid["not_a_number"].empty() && sigmoid["learned"]["initial"].empty());
    EXPECT_EQ(sigmoid["cost"]["tape_bytes"], 12.0);
    EXPECT_GT(sigmoid["cost"]["value_ns"], 0);
    EXPECT_GT(sigmoid["cost"]["gradient_ns"], 0);
    EXPECT_EQ(json["pictures"], nlohmann::json::parse(R"(["activations/activations.svg"])"));
}

TEST_F(Activations, AnUnknownNameIsAnErrorThatListsTheKnownAndLeavesNothing) {
    const Outcome r = shell("$W activations tanh gleu");
    EXPECT_EQ(r.code, 1);
    EXPECT_EQ(r.out, "");
    EXPECT_THAT(r.err, HasSubstr("no activation named 'gleu'; known: identity, "));
    EXPECT_FALSE(fs::exists(folder() / "activations"));
    EXPECT_EQ(shell("$W activations --colour").code, 2);
    EXPECT_THAT(shell("touch file; $W activations tanh --output file").err, HasSubstr("'file'"));
}

TEST_F(Activations, WithoutGnuplotTheTableIsThereAndSaysWhatIsMissing) {
    const Outcome r = shell("PATH=/empty; $W activations tanh");
    EXPECT_EQ(r.code, 0);
    EXPECT_THAT(r.out, HasSubstr("\ntanh "));
    EXPECT_THAT(r.out, HasSubstr("install the package gnuplot-nox"));
    EXPECT_THAT(r.out, Not(HasSubstr("picture  ")));
    const auto json = nlohmann::json::parse(shell("PATH=/empty; $W activations tanh --json").out);
    EXPECT_TRUE(json["pictures"].empty());
    EXPECT_EQ(json["notes"].size(), 1U);
}

TEST_F(Activations, ItsHelpShowsExamplesAndTheNamesIn80Columns) {
    const Outcome r = shell("$W activations --help");
    EXPECT_EQ(r.code, 0);
    EXPECT_THAT(r.out, HasSubstr("wengert activations tanh relu"));
    EXPECT_THAT(r.out, HasSubstr("identity"));
    std::istringstream lines(r.out);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
}

}  // namespace
