#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <wengert/error.hpp>
#include <wengert/nn/dataset.hpp>
#include <wengert/nn/synthetic.hpp>

#include "support/error_of.hpp"

namespace {

using wengert::Error;
using wengert::nn::Dataset;
using wengert::nn::two_moons;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Five samples of two inputs, two targets and a label.
Dataset five() {
    return {.width = 2,
            .target_width = 2,
            .class_count = 3,
            .inputs = {0, 1, 10, 11, 20, 21, 30, 31, 40, 41},
            .targets = {0, -1, -10, -11, -20, -21, -30, -31, -40, -41},
            .labels = {0, 1, 2, 0, 1},
            .class_names = {"a", "b", "c"}};
}

/// 256 samples of one pixel, each pixel once.
Dataset all_pixels() {
    Dataset data{.width = 1};
    for (int p = 0; p < 256; ++p) data.pixels.push_back(static_cast<std::uint8_t>(p));
    return data;
}

TEST(DatasetTest, GivesASamplesRowAsViewAndInABuffer) {
    const Dataset data = five();
    ASSERT_EQ(data.size(), 5U);
    std::vector<double> buffer(2);
    for (std::size_t i = 0; i < data.size(); ++i) {
        const double first = 10.0 * static_cast<double>(i);
        data.input(i, buffer);
        EXPECT_EQ(buffer, (std::vector{first, first + 1.0}));
        EXPECT_TRUE(std::ranges::equal(data.input(i), buffer));
        EXPECT_EQ(data.target(i)[1], -first - 1.0);
        EXPECT_EQ(data.label(i), static_cast<int>(i % 3));
    }
}

TEST(DatasetTest, ScalesEveryPixelToItsShareOf255) {
    const Dataset data = all_pixels();
    ASSERT_EQ(data.size(), 256U);
    double x = -1.0;
    for (std::size_t i = 0; i < 256; ++i) {
        data.input(i, std::span(&x, 1));
        EXPECT_DOUBLE_EQ(x, static_cast<double>(i) / 255.0);
    }
    EXPECT_EQ(x, 1.0);
    Dataset halves = data;
    halves.pixel_scale = 0.5;
    halves.input(3, std::span(&x, 1));
    EXPECT_EQ(x, 1.5);
    EXPECT_NE(error_of([&] { (void)data.input(0); }).find("use input(i, out)"), std::string::npos);
}

TEST(DatasetTest, RefusesASampleThatIsNotThereAndABufferOfAnotherSize) {
    const Dataset data = five(), pixels = all_pixels(), none;
    std::vector<double> two(2), three(3), one(1);
    EXPECT_NE(error_of([&] { (void)data.input(5); }).find("no sample 5"), std::string::npos);
    EXPECT_THROW(data.input(5, two), Error);
    EXPECT_THROW(data.input(std::numeric_limits<std::size_t>::max(), two), Error);
    EXPECT_THROW(pixels.input(256, one), Error);
    EXPECT_THROW((void)data.target(5), Error);
    EXPECT_THROW((void)data.label(5), Error);
    EXPECT_THROW((void)none.input(0), Error);
    EXPECT_NE(error_of([&] { data.input(0, three); }).find("room for 3"), std::string::npos);
    EXPECT_THROW(data.input(0, one), Error);
}

TEST(DatasetTest, WithoutLabelsOrTargetsSaysSo) {
    Dataset data = five();
    data.labels.clear();
    data.targets.clear();
    data.target_width = 0;
    EXPECT_NO_THROW(data.validate());
    EXPECT_TRUE(data.target(4).empty());
    EXPECT_THROW((void)data.target(5), Error);
    EXPECT_NE(error_of([&] { (void)data.label(0); }).find("no labels"), std::string::npos);
}

TEST(DatasetTest, ValidatePassesWhatFitsAndNamesWhatDoesNot) {
    EXPECT_NO_THROW(five().validate());
    EXPECT_NO_THROW(all_pixels().validate());
    EXPECT_NO_THROW(Dataset().validate());
    Dataset values = five();
    values.inputs[0] = nan;
    EXPECT_NO_THROW(values.validate()) << "NaN is a value";

    struct Fault {
        void (*make)(Dataset&);
        const char* named;
    };
    const Fault faults[] = {
        {[](Dataset& d) { d.inputs.pop_back(); }, "inputs holds 9"},
        {[](Dataset& d) { d.width = 0; }, "inputs holds 10"},
        {[](Dataset& d) { d.width = std::numeric_limits<std::size_t>::max(); }, "inputs holds 10"},
        {[](Dataset& d) {
             d.pixels = {1, 2};
         },
         "both inputs and pixels"},
        {[](Dataset& d) { d.targets.resize(8); }, "targets holds 8"},
        {[](Dataset& d) { d.target_width = 0; }, "targets holds 10"},
        {[](Dataset& d) { d.labels.push_back(0); }, "labels holds 6"},
        {[](Dataset& d) { d.labels[3] = 3; }, "label of sample 3 is 3"},
        {[](Dataset& d) { d.labels[4] = -1; }, "label of sample 4 is -1"},
        {[](Dataset& d) { d.class_count = 0; }, "label of sample 0"},
        {[](Dataset& d) { d.image_columns = 7; }, "image rows of 7"},
        {[](Dataset& d) { d.class_names.pop_back(); }, "2 class names for 3"},
        {[](Dataset& d) { d.inputs.swap(d.targets), d.inputs.clear(), d.pixels = {1}; }, "pixels holds 1"},
    };
    for (const Fault& fault : faults) {
        Dataset data = five();
        fault.make(data);
        const std::string said = error_of([&] { data.validate(); });
        EXPECT_NE(said.find(fault.named), std::string::npos)
            << "expected " << fault.named << ", got: " << said;
        EXPECT_THROW((void)data.subset({}), Error);
    }
    for (double scale : {0.0, -1.0, nan, std::numeric_limits<double>::infinity()}) {
        Dataset data = all_pixels();
        data.pixel_scale = scale;
        EXPECT_NE(error_of([&] { data.validate(); }).find("pixel_scale"), std::string::npos);
    }
}

// A set filled in by hand, wrongly: an Error, never a read outside its vectors.
TEST(DatasetTest, AccessIsCheckedInASetThatIsNotValid) {
    Dataset data = five();
    data.targets.resize(4);
    data.labels.resize(2);
    EXPECT_THROW((void)data.target(2), Error);
    EXPECT_THROW((void)data.label(2), Error);
    data.pixels = {1, 2};  // beside inputs
    std::vector<double> row(2);
    EXPECT_THROW(data.input(1, row), Error);
}

TEST(DatasetTest, SubsetKeepsOrderAndRepeatsAndHowInputsAreHeld) {
    const std::vector<std::size_t> places{4, 1, 1};
    const Dataset expected{.width = 2,
                           .target_width = 2,
                           .class_count = 3,
                           .inputs = {40, 41, 10, 11, 10, 11},
                           .targets = {-40, -41, -10, -11, -10, -11},
                           .labels = {1, 1, 1},
                           .class_names = {"a", "b", "c"}};
    EXPECT_EQ(five().subset(places), expected);

    const Dataset pixels = all_pixels().subset(places);
    EXPECT_EQ(pixels.pixels, (std::vector<std::uint8_t>{4, 1, 1}));
    EXPECT_TRUE(pixels.inputs.empty());

    EXPECT_TRUE(five().subset({}).empty());
    const std::vector<std::size_t> beyond{0, 5};
    EXPECT_NE(error_of([&] { (void)five().subset(beyond); }).find("no sample 5"), std::string::npos);
}

TEST(DatasetTest, SplitPutsEachSampleInOnePartWithAllThatBelongsToIt) {
    const auto [first, second] = two_moons(101, 0.1, 1).split(0.8, 7);
    EXPECT_EQ(first.size(), 81U);  // 80.8 rounded
    EXPECT_EQ(second.size(), 20U);

    const Dataset whole = two_moons(101, 0.1, 1);
    std::vector<int> found(whole.size());
    for (const Dataset* part : {&first, &second}) {
        EXPECT_NO_THROW(part->validate());
        for (std::size_t i = 0; i < part->size(); ++i) {
            for (std::size_t k = 0; k < whole.size(); ++k) {
                if (std::ranges::equal(part->input(i), whole.input(k))) {
                    ++found[k];
                    EXPECT_EQ(part->label(i), whole.label(k));
                }
            }
        }
    }
    EXPECT_EQ(found, std::vector<int>(whole.size(), 1));
}

TEST(DatasetTest, SplitIsTheSameForASeedAndAnotherForAnother) {
    const Dataset data = two_moons(50, 0.1, 1);
    EXPECT_EQ(data.split(0.5, 3), data.split(0.5, 3));
    EXPECT_NE(data.split(0.5, 3), data.split(0.5, 4));
    const auto labels = data.split(0.5, 3).first.labels;
    EXPECT_TRUE(std::ranges::count(labels, 0) > 3 && std::ranges::count(labels, 1) > 3) << "shuffled";
}

TEST(DatasetTest, SplitRefusesAPartWithoutSamples) {
    for (double fraction : {0.0, 1.0, -0.5, 1.5, 0.01, 0.99, nan}) {
        EXPECT_THROW((void)five().split(fraction, 1), Error) << fraction;
    }
    EXPECT_THROW((void)Dataset().split(0.5, 1), Error);
    EXPECT_EQ(five().split(0.1, 1).first.size(), 1U);  // half a sample, rounded up
    EXPECT_EQ(five().split(0.89, 1).second.size(), 1U);
}

}  // namespace
