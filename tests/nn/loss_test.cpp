// Losses: their formulas, by figures worked out by hand; their gradients, by the check's referee.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <wengert/gradient_check.hpp>
#include <wengert/nn/loss.hpp>
#include <wengert/nn/random.hpp>

#include "support/error_of.hpp"

namespace {

using namespace wengert;
using namespace wengert::nn;
using testing::HasSubstr;

using Numbers = std::vector<double>;

double of(const Loss& l, const Numbers& y, const Target& t) { return l(std::span<const double>(y), t); }
Numbers gradient_of(const Loss& l, const Numbers& y, const Target& t) {
    return gradient([&](const auto& x) { return l(std::span(x.data(), x.size()), t); }, y);
}

TEST(LossTest, MeansOverTheOutputsAreTheirFormulas) {
    const Numbers y{1, -2, 0.5}, t{0, 0, 1};  // residuals -1, 2, 1/2
    EXPECT_DOUBLE_EQ(of(loss("mean_squared"), y, {.values = t}), (1 + 4 + 0.25) / 3);
    EXPECT_DOUBLE_EQ(of(loss("mean_absolute"), y, {.values = t}), 3.5 / 3);
    EXPECT_DOUBLE_EQ(of(loss("huber"), y, {.values = t}), (0.5 + 1.5 + 0.125) / 3);
    EXPECT_DOUBLE_EQ(of(huber(0.5), y, {.values = t}), (0.5 * 0.75 + 0.5 * 1.75 + 0.125) / 3);
    EXPECT_EQ(of(loss("squared"), y, {.values = t}), 2.625);
    EXPECT_TRUE(loss("squared").summed());
    for (const std::string& name : loss_names()) EXPECT_EQ(loss(name).summed(), name == "squared") << name;
}

TEST(LossTest, HubersDerivativeIsContinuousAndBounded) {
    const Numbers t{0};
    const auto slope = [&](double y) { return gradient_of(loss("huber"), {y}, {.values = t})[0]; };
    EXPECT_EQ(slope(0), 0);
    EXPECT_EQ(slope(0.5), 0.5);
    EXPECT_EQ(slope(1), 1);
    EXPECT_EQ(slope(-40), -1);
    EXPECT_EQ(slope(1e200), 1);
}

TEST(LossTest, MarginsAreThoseOfLabelsPlusAndMinusOne) {
    EXPECT_EQ(of(loss("squared_hinge"), {0.5}, {.label = 1}), 0.25);
    EXPECT_EQ(of(loss("squared_hinge"), {0.5}, {.label = 0}), 2.25);
    EXPECT_EQ(of(loss("squared_hinge"), {2}, {.label = 1}), 0);
    EXPECT_EQ(gradient_of(loss("squared_hinge"), {0.5}, {.label = 0}), Numbers{3});
    const Numbers minus{-1}, half{0.5};
    EXPECT_EQ(of(loss("hinge"), {0.5}, {.values = minus}), 1.5);
    EXPECT_THAT(error_of([&] { of(loss("hinge"), {0.5}, {.values = half}); }),
                HasSubstr("a value of -1 or 1"));
}

TEST(LossTest, BinaryCrossEntropyIsSmoothAtLogitZeroAndRightFarOut) {
    const Loss l = loss("binary_cross_entropy");
    for (const int label : {0, 1}) {
        EXPECT_DOUBLE_EQ(of(l, {0}, {.label = label}), std::log(2));
        EXPECT_EQ(gradient_of(l, {0}, {.label = label}), Numbers{0.5 - label});
    }
    EXPECT_EQ(of(l, {800}, {.label = 0}), 800);
    EXPECT_EQ(of(l, {800}, {.label = 1}), 0);
    EXPECT_DOUBLE_EQ(of(l, {40}, {.label = 1}), std::log1p(std::exp(-40)));
    EXPECT_EQ(gradient_of(l, {800}, {.label = 0}), Numbers{1});
    const Numbers half{0.25, 1}, z{0.3, -1};
    EXPECT_NEAR(of(l, z, {.values = half}),
                (-0.25 * std::log(1 / (1 + std::exp(-0.3))) - 0.75 * std::log(1 - 1 / (1 + std::exp(-0.3))) -
                 std::log(1 / (1 + std::exp(1)))) /
                    2,
                1e-15);
    EXPECT_EQ(l.predicted_class(Numbers{-0.1}), 0);
    EXPECT_EQ(l.predicted_class(Numbers{0.1}), 1);
}

// Targets (0.85, 0.05, 0.05, 0.05) for four classes and a smoothing of 0.2.
TEST(LossTest, LabelSmoothingIsTheCrossEntropyWithSmoothedTargets) {
    const Numbers z{1, -2, 0.5, 3};
    double total = 0;
    for (const double v : z) total += std::exp(v);
    double wanted = 0;
    for (std::size_t k = 0; k < 4; ++k) wanted -= (k == 0 ? 0.85 : 0.05) * (z[k] - std::log(total));
    EXPECT_NEAR(of(softmax_cross_entropy(0.2), z, {.label = 0}), wanted, 1e-14);
    EXPECT_EQ(of(softmax_cross_entropy(0), z, {.label = 0}),
              of(loss("softmax_cross_entropy"), z, {.label = 0}));
    const Numbers g = gradient_of(softmax_cross_entropy(0.2), z, {.label = 0});
    for (std::size_t k = 0; k < 4; ++k)
        EXPECT_NEAR(g[k], std::exp(z[k]) / total - (k == 0 ? 0.85 : 0.05), 1e-14);
}

// At 100 seeded points and at corners; where a kink is hit, the check may leave it open.
TEST(LossTest, EachGradientIsTheReferees) {
    std::vector<Loss> all{huber(0.3), softmax_cross_entropy(0.1)};
    for (const std::string& name : loss_names()) all.push_back(loss(name));
    for (const Loss& l : all) {
        const bool one = l.needs() == Needs::sign;
        const std::size_t n = one ? 1 : 3;
        const Numbers values{0.25, 0.5, 1};
        const Target target{.values = l.needs() == Needs::number || l.needs() == Needs::probability
                                          ? std::span(values)
                                          : std::span<const double>(),
                            .label = 1};
        const auto f = [&](const auto& y) { return l(std::span(y.data(), y.size()), target); };
        const auto report = check_gradient(f, Box(Numbers(n, -4.0), Numbers(n, 4.0), 100));
        EXPECT_TRUE(report.ok()) << l.name() << "\n" << report;
        for (const double corner : {0.0, 1e-200, -30.0, 30.0, 700.0, -700.0}) {
            const auto at = check_gradient(f, Numbers(n, corner));
            EXPECT_TRUE(at.ok()) << l.name() << " at " << corner << "\n" << at;
        }
    }
}

TEST(LossTest, ConstantsOutOfRangeAreRefused) {
    EXPECT_THAT(error_of([] { huber(0); }), HasSubstr("delta is a positive number, it was 0"));
    EXPECT_THAT(error_of([] { softmax_cross_entropy(1); }), HasSubstr("at least 0 and below 1"));
    EXPECT_THAT(error_of([] {
                    of(loss("binary_cross_entropy"), {0, 1}, {.label = 2});
                }),
                HasSubstr("and class 2"));
}

}  // namespace
