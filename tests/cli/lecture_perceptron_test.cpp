// `wengert lecture --perceptron`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <string>

#include "lecture.hpp"

namespace {

using testing::HasSubstr;

class LecturePerceptron : public Lecture {};

TEST_F(LecturePerceptron, LearnsAndAndOrAndShowsThatXorIsBeyondIt) {
    const auto all = json("--perceptron");
    const std::array<std::array<int, 4>, 3> classes{{{0, 0, 0, 1}, {0, 1, 1, 1}, {0, 1, 1, 0}}};
    ASSERT_EQ(all["problems"].size(), 3U);
    for (std::size_t p = 0; p < 3; ++p) {
        const auto& problem = all["problems"][p];
        EXPECT_EQ(problem["name"], (std::array{"AND", "OR", "XOR"}[p]));
        EXPECT_EQ(problem["learned"], p < 2);
        EXPECT_EQ(problem["most_right"], p < 2 ? 4 : 3);
        for (const auto& e : problem["epochs"]) {
            int right = 0;  // by the weights told
            for (int k = 0; k < 4; ++k) {
                const double z = e["weights"][0].get<double>() * (k / 2) +
                                 e["weights"][1].get<double>() * (k % 2) + e["bias"].get<double>();
                right += (z >= 0) == (classes[p][static_cast<std::size_t>(k)] == 1);
            }
            EXPECT_EQ(e["right"], right);
            EXPECT_LE(right, p < 2 ? 4 : 3);
        }
        EXPECT_EQ(problem["epochs"].back()["mistakes"] == 0, p < 2);
        EXPECT_EQ(problem["epochs"].back()["right"] == 4, p < 2);
    }
}

TEST_F(LecturePerceptron, TheNetworkHasAllOfXor) {
    const auto network = json("--perceptron")["network"];
    EXPECT_EQ(network["right"], 4);
    for (std::size_t k = 0; k < 4; ++k) {
        const bool differ = k == 1 || k == 2;
        EXPECT_EQ(network["yhat"][k].get<double>() > 0.5, differ);
        EXPECT_NEAR(network["yhat"][k].get<double>(), differ, 0.1);
        EXPECT_EQ(network["classes"][k], differ ? 1 : 0);
    }
}

TEST_F(LecturePerceptron, SaysSoInBothLanguages) {
    const std::string english = text("--perceptron"), spanish = text("--perceptron --language es");
    for (const char* const part :
         {"no derivative", "Rosenblatt, 1958", "Learned: epoch 6", "has right is 3 of 4", "4 of 4 right"})
        EXPECT_THAT(english, HasSubstr(part));
    for (const char* const part : {"No es diferenciable", "regla de aprendizaje", "Rosenblatt, 1958",
                                   "Aprendida: la época 6", "es 3 de 4", "4 de 4 aciertos"})
        EXPECT_THAT(spanish, HasSubstr(part));
    EXPECT_EQ(count(english, "XOR"), count(spanish, "XOR"));
}

}  // namespace
