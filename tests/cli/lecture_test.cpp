// The command itself, from its arguments to what it prints.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/wait.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace {

using testing::HasSubstr;

struct Ran {
    int exit_code = -1;
    std::string output;  // both streams
};
Ran run(const std::string& arguments) {
    Ran result;
    FILE* const pipe = popen(("LC_ALL=C '" WENGERT_COMMAND "' 2>&1 " + arguments).c_str(), "r");
    if (pipe == nullptr) return result;
    std::array<char, 4096> buffer{};
    for (std::size_t n; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
        result.output.append(buffer.data(), n);
    const int status = pclose(pipe);
    result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return result;
}
std::vector<std::string> lines(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> result;
    for (std::string line; std::getline(in, line);) result.push_back(line);
    return result;
}

// What stands in the lecture's table, to 10 decimals, as the command names it.
const std::vector<std::pair<std::string, std::string>>& table() {
    static const std::vector<std::pair<std::string, std::string>> all{{"z_1[1]", "0.4100000000"},
                                                                      {"z_2[1]", "0.4700000000"},
                                                                      {"a_1[1]", "0.6010878788"},
                                                                      {"a_2[1]", "0.6153837564"},
                                                                      {"z_1[2]", "1.0197741933"},
                                                                      {"z_2[2]", "1.2630685203"},
                                                                      {"yhat_1", "0.7349286127"},
                                                                      {"yhat_2", "0.7795538842"},
                                                                      {"E", "0.2490895415"},
                                                                      {"dE/dyhat_1", "0.6849286127"},
                                                                      {"dE/dyhat_2", "-0.1704461158"},
                                                                      {"dyhat_1/dz_1[2]", "0.1948085469"},
                                                                      {"dyhat_2/dz_2[2]", "0.1718496258"},
                                                                      {"dE/dw_11[2]", "0.0802031243"},
                                                                      {"dE/dw_12[2]", "0.0821106225"},
                                                                      {"dE/dw_21[2]", "-0.0176065259"},
                                                                      {"dE/dw_22[2]", "-0.0180252679"},
                                                                      {"dE/db[2]", "0.1041388466"},
                                                                      {"dE/dw_11[1]", "0.0011080580"},
                                                                      {"dE/dw_12[1]", "0.0055402898"},
                                                                      {"dE/dw_21[1]", "0.0013402399"},
                                                                      {"dE/dw_22[1]", "0.0067011994"},
                                                                      {"dE/db[1]", "0.0244829784"},
                                                                      {"w_11[2]", "0.4518781254"},
                                                                      {"w_12[2]", "0.5507336265"},
                                                                      {"w_21[2]", "0.7105639155"},
                                                                      {"w_22[2]", "0.8108151607"},
                                                                      {"w_11[1]", "0.0993351652"},
                                                                      {"w_12[1]", "0.2966758261"},
                                                                      {"w_21[1]", "0.1991958561"},
                                                                      {"w_22[1]", "0.3959792803"},
                                                                      {"E after", "0.2338458881"},
                                                                      {"E, weights only", "0.2407249055"}};
    return all;
}

TEST(LectureCommandTest, ShowsEveryFigureThreeWaysInEightyColumns) {
    const Ran ran = run("lecture");
    EXPECT_EQ(ran.exit_code, 0);
    std::size_t found = 0;
    for (const std::string& line : lines(ran.output)) {
        EXPECT_LE(line.size(), 80U) << line;
        for (const auto& [name, figure] : table()) {
            char row[80];
            std::snprintf(row, sizeof row, "  %-17s%15s%15s   ", name.c_str(), figure.c_str(),
                          figure.c_str());
            found += line.rfind(row, 0) == 0;
        }
    }
    EXPECT_EQ(found, table().size()) << ran.output;
    EXPECT_THAT(ran.output, testing::Not(HasSubstr("DIFFER")));
    EXPECT_THAT(ran.output, HasSubstr("39 of 39 figures agree"));
    EXPECT_THAT(ran.output, HasSubstr("18 of the 20\n"));  // as many as it prints, both slips among them
}

TEST(LectureCommandTest, NamesTheThreeSlipsAtTheirPlaceAndAnswersTheHomework) {
    const std::string text = run("lecture").output;
    const std::size_t yhat = text.find("yhat_2 "),
                      linear = text.find("Slip: the lecture says that the output"),
                      error = text.find("The error:"),
                      sign = text.find("Slip: the lecture prints dE/dyhat_1"),
                      slope = text.find("dyhat_1/dz_1[2] "), digit = text.find("0.1980 for 0.19480"),
                      bias = text.find("dE/db[2] "), homework = text.find("The homework");
    EXPECT_LT(yhat, linear);
    EXPECT_LT(linear, error);
    EXPECT_LT(error, sign);
    EXPECT_LT(sign, slope);
    EXPECT_LT(slope, digit);
    EXPECT_LT(digit, bias);
    EXPECT_LT(bias, homework);
    ASSERT_NE(homework, std::string::npos);
    EXPECT_THAT(text.substr(homework), HasSubstr("w_11[1] = 0.0993351652    w_12[1] = 0.2966758261"));
    EXPECT_THAT(text.substr(homework), HasSubstr("w_21[1] = 0.1991958561    w_22[1] = 0.3959792803"));
}

TEST(LectureCommandTest, InBriefItIsLessThanAScreen) {
    const Ran ran = run("lecture --brief");
    EXPECT_EQ(ran.exit_code, 0);
    EXPECT_LE(lines(ran.output).size(), 25U);
    for (const std::string& line : lines(ran.output)) EXPECT_LE(line.size(), 80U) << line;
    const auto left_out = [](const std::string& name) {  // z, dyhat/dz, W[2] after the step
        return name[0] == 'z' || name.find("/dz") != std::string::npos || name == "E, weights only" ||
               (name[0] == 'w' && name.ends_with("[2]"));
    };
    for (const auto& [name, figure] : table()) {
        if (!left_out(name)) {
            EXPECT_THAT(ran.output, HasSubstr(figure)) << name;
        }
    }
}

TEST(LectureCommandTest, AsJsonEveryDigitIsThere) {
    const Ran ran = run("lecture --json");
    EXPECT_EQ(ran.exit_code, 0);
    const auto json = nlohmann::json::parse(ran.output);
    EXPECT_EQ(json["eta"], 0.6);
    EXPECT_EQ(json["layers"][1]["weights"], (std::vector{0.5, 0.6, 0.7, 0.8}));
    EXPECT_EQ(json["figures"].size(), 39U);
    std::size_t found = 0, printed = 0, slips = 0;
    for (const auto& f : json["figures"]) {
        EXPECT_TRUE(f["agree"]);
        EXPECT_NEAR(f["autodiff"].get<double>(), f["chain_rule"].get<double>(), 1e-12);
        for (const auto& [name, figure] : table())
            found += f["name"] == name && std::abs(f["autodiff"].get<double>() - std::stod(figure)) < 1e-10;
        for (const auto& p : f.value("lecture", nlohmann::json::array())) {
            ++printed;
            slips += !p["agree"].get<bool>();
        }
    }
    EXPECT_EQ(found, table().size());
    EXPECT_EQ(printed, 20U);
    EXPECT_EQ(slips, 2U);
    EXPECT_EQ(json["slips"].size(), 3U);
    EXPECT_NEAR(json["homework"]["w_22[1]"].get<double>(), 0.3959792803, 1e-10);
}

TEST(LectureCommandTest, MisuseIsRefused) {
    EXPECT_EQ(run("lecture --help").exit_code, 0);
    EXPECT_THAT(run("lecture --help").output, HasSubstr("--brief"));
    EXPECT_THAT(run("lecture --help").output, testing::Not(HasSubstr("train")));
    EXPECT_EQ(run("lecture --breif").exit_code, 2);
    EXPECT_EQ(run("lecture --brief --json").exit_code, 2);
    EXPECT_EQ(run("lecture --brief --verbose").exit_code, 2);
}

TEST(LectureCommandTest, OutputThatCannotBeWrittenIsAnError) {
    const Ran ran = run("lecture --brief > /dev/full");
    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_THAT(ran.output, HasSubstr("wengert: "));
}

}  // namespace
