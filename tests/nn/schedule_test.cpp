#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include <wengert/nn/schedule.hpp>

#include "support/error_of.hpp"

namespace {

using namespace wengert::nn;
using testing::HasSubstr;

TEST(ScheduleTest, AConstantStays) {
    for (const double done : {0.0, 3.5, 10.0}) EXPECT_EQ(schedule("constant").factor(done, 10), 1);
}

TEST(ScheduleTest, AStepFallsByItsGammaEverySoManyEpochs) {
    Schedule s{.shape = Schedule::Shape::step, .every = 3, .gamma = 0.5};
    EXPECT_EQ(s.factor(0, 10), 1);
    EXPECT_EQ(s.factor(2.99, 10), 1);
    EXPECT_EQ(s.factor(3, 10), 0.5);
    EXPECT_EQ(s.factor(6.5, 10), 0.25);
    s.every = 0;  // a third of all
    EXPECT_EQ(s.factor(2.9, 9), 1);
    EXPECT_EQ(s.factor(3.1, 9), 0.5);
    EXPECT_EQ(s.factor(6.1, 9), 0.25);
}

TEST(ScheduleTest, ACosineFallsToItsLowest) {
    Schedule s = schedule("cosine");
    EXPECT_EQ(s.factor(0, 10), 1);
    EXPECT_NEAR(s.factor(5, 10), 0.5, 1e-15);
    EXPECT_NEAR(s.factor(10.0 / 3, 10), 0.75, 1e-15);  // cos 60 degrees = 1/2
    EXPECT_NEAR(s.factor(10, 10), 0, 1e-15);
    EXPECT_NEAR(s.factor(15, 10), 0, 1e-15);
    s.lowest = 0.2;
    EXPECT_NEAR(s.factor(5, 10), 0.6, 1e-15);
    EXPECT_NEAR(s.factor(10, 10), 0.2, 1e-15);
}

TEST(ScheduleTest, AWarmUpRisesAlongALineAndTheShapeFollows) {
    Schedule s{.shape = Schedule::Shape::cosine, .warm_up = 2};
    EXPECT_EQ(s.factor(0.5, 10), 0.25);
    EXPECT_EQ(s.factor(2, 10), 1);
    EXPECT_NEAR(s.factor(6, 10), 0.5, 1e-15);  // the middle of the eight epochs left
    EXPECT_NEAR(s.factor(10, 10), 0, 1e-15);
    s.warm_up = 20;  // longer than the training
    EXPECT_EQ(s.factor(10, 10), 0.5);
}

TEST(ScheduleTest, NamesGiveThemAndNumbersOutOfRangeAreRefused) {
    for (const std::string& name : schedule_names()) EXPECT_EQ(error_of([&] { check(schedule(name)); }), "");
    EXPECT_THAT(error_of([] { schedule("steep"); }), HasSubstr("known: constant, step, cosine"));
    EXPECT_THAT(error_of([] { check(Schedule{.every = -1}); }), HasSubstr("it was -1"));
    EXPECT_THAT(error_of([] { check(Schedule{.gamma = 0}); }), HasSubstr("gamma is a number above 0"));
    EXPECT_THAT(error_of([] { check(Schedule{.lowest = 2}); }), HasSubstr("at most 1, it was 2"));
    EXPECT_THAT(error_of([] { check(Schedule{.warm_up = std::nan("")}); }), HasSubstr("a warm-up is"));
}

}  // namespace
