#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <wengert/error.hpp>
#include <wengert/nn/lecture.hpp>
#include <wengert/nn/random.hpp>

#include "support/backpropagation.hpp"
#include "support/error_of.hpp"
#include "support/own_recording.hpp"

namespace {

using namespace wengert;
using namespace wengert::nn;
using testing::HasSubstr;
using Numbers = std::vector<double>;

struct Exact {
    Quantity quantity;
    std::size_t layer, i, j;
    double value;
};
// Worked out from the lecture's formulas in 40 digits.
const std::vector<Exact>& table() {
    using enum Quantity;
    static const std::vector<Exact> all{
        {z, 1, 1, 0, 0.41},
        {z, 1, 2, 0, 0.47},
        {a, 1, 1, 0, 0.6010878788},
        {a, 1, 2, 0, 0.6153837564},
        {z, 2, 1, 0, 1.0197741933},
        {z, 2, 2, 0, 1.2630685203},
        {a, 2, 1, 0, 0.7349286127},
        {a, 2, 2, 0, 0.7795538842},
        {E, 0, 0, 0, 0.2490895415},
        {dE_da, 2, 1, 0, 0.6849286127},
        {dE_da, 2, 2, 0, -0.1704461158},
        {da_dz, 2, 1, 0, 0.1948085469},
        {da_dz, 2, 2, 0, 0.1718496258},
        {dE_dW, 2, 1, 1, 0.0802031243},
        {dE_dW, 2, 1, 2, 0.0821106225},
        {dE_dW, 2, 2, 1, -0.0176065259},
        {dE_dW, 2, 2, 2, -0.0180252679},
        {dE_db, 2, 0, 0, 0.1041388466},
        {dE_dW, 1, 1, 1, 0.0011080580},
        {dE_dW, 1, 1, 2, 0.0055402898},
        {dE_dW, 1, 2, 1, 0.0013402399},
        {dE_dW, 1, 2, 2, 0.0067011994},
        {dE_db, 1, 0, 0, 0.0244829784},
        {W, 2, 1, 1, 0.4518781254},
        {W, 2, 1, 2, 0.5507336265},
        {W, 2, 2, 1, 0.7105639155},
        {W, 2, 2, 2, 0.8108151607},
        {W, 1, 1, 1, 0.0993351652},
        {W, 1, 1, 2, 0.2966758261},
        {W, 1, 2, 1, 0.1991958561},
        {W, 1, 2, 2, 0.3959792803},
        {E_after, 0, 0, 0, 0.2338458881},
        {E_after_weights, 0, 0, 0, 0.2407249055},
    };
    return all;
}

const Figure& find(const std::vector<Figure>& figures, Quantity q, std::size_t layer, std::size_t i,
                   std::size_t j) {
    static const Figure none{Quantity::z, 0, 0, 0, NAN, NAN};
    for (const Figure& f : figures)
        if (f.quantity == q && f.layer == layer && f.i == i && f.j == j) return f;
    return none;
}

TEST(LectureTest, EveryFigureOfTheTableComesOutBothWays) {
    const std::vector<Figure> figures = worked_figures(lecture_exercise());
    for (const Exact& e : table()) {
        const Figure& f = find(figures, e.quantity, e.layer, e.i, e.j);
        EXPECT_NEAR(f.autodiff, e.value, 1e-10)
            << static_cast<int>(e.quantity) << " " << e.layer << e.i << e.j;
        EXPECT_NEAR(f.chain_rule, e.value, 1e-10)
            << static_cast<int>(e.quantity) << " " << e.layer << e.i << e.j;
    }
}

TEST(LectureTest, AutodiffAndTheChainRuleAgreeOnEveryFigure) {
    const std::vector<Figure> figures = worked_figures(lecture_exercise());
    EXPECT_EQ(figures.size(), 39U);
    for (const Figure& f : figures) EXPECT_TRUE(f.agrees()) << f.autodiff << " " << f.chain_rule;
    EXPECT_FALSE((Figure{Quantity::E, 0, 0, 0, 0.25, 0.25 + 1e-11}.agrees()));
}

TEST(LectureTest, WhatTheLecturePrintsAgreesToItsFifthDecimalButForItsSlips) {
    const std::vector<Figure> figures = worked_figures(lecture_exercise());
    std::size_t slips = 0;
    for (const PrintedFigure& p : printed_by_the_lecture()) {
        const Figure& f = find(figures, p.quantity, p.layer, p.i, p.j);
        EXPECT_EQ(p.agrees(f.autodiff), !p.slip) << p.text << " for " << f.autodiff;
        slips += p.slip;
    }
    EXPECT_EQ(printed_by_the_lecture().size(), 20U);
    EXPECT_EQ(slips, 2U);
}

// To the digits that it prints, cut or rounded; the one exception is computed from figures that were cut.
TEST(LectureTest, PrintedDigitsAreTheExactOnesCutOrRounded) {
    const std::vector<Figure> figures = worked_figures(lecture_exercise());
    for (const PrintedFigure& p : printed_by_the_lecture()) {
        if (p.slip) continue;
        const std::string text(p.text);
        const double unit = std::pow(10.0, -static_cast<double>(text.size() - text.find('.') - 1));
        const double gap = std::abs(std::strtod(text.c_str(), nullptr) -
                                    find(figures, p.quantity, p.layer, p.i, p.j).autodiff);
        if (text == "1.019768") {
            EXPECT_NEAR(0.5 * 0.60108 + 0.6 * 0.61538 + 0.35, 1.019768, 1e-12);
            EXPECT_GT(gap, unit);
        } else {
            EXPECT_LT(gap, unit) << text;
        }
    }
}

TEST(LectureTest, TheSlipOfSignIsOneOfSign) {
    const double exact = find(worked_figures(lecture_exercise()), Quantity::dE_da, 2, 1, 0).autodiff;
    EXPECT_FALSE((PrintedFigure{Quantity::dE_da, 2, 1, 0, "-0.68492"}.agrees(exact)));
    EXPECT_TRUE((PrintedFigure{Quantity::dE_da, 2, 1, 0, "0.68492"}.agrees(exact)));
}

TEST(LectureTest, TheSlipOfADigitIsNotWhatItsProductIsComputedWith) {
    EXPECT_NEAR(0.68492 * 0.19480 * 0.60108, 0.0802, 1e-5);
    EXPECT_NEAR(0.68492 * 0.1980 * 0.60108, 0.0815, 5e-5);
}

TEST(LectureTest, ALinearOutputLayerWouldGiveOtherFigures) {
    Exercise e = lecture_exercise();
    Mlp<double> linear({2, 2, 2}, activation("sigmoid"), activation("identity"), Bias::shared);
    linear.set_parameters(e.model.parameters());
    e.model = linear;
    const std::vector<Figure> figures = worked_figures(e);
    EXPECT_NEAR(find(figures, Quantity::a, 2, 1, 0).autodiff, 1.0197741933, 1e-10);
    EXPECT_EQ(find(figures, Quantity::da_dz, 2, 1, 0).autodiff, 1);
    for (const Figure& f : figures) EXPECT_TRUE(f.agrees());
}

TEST(LectureTest, OtherExercisesAgreeTooAndWithBackpropagation) {
    for (const Bias bias : {Bias::per_neuron, Bias::shared, Bias::none}) {
        Exercise e{Mlp<double>({3, 4, 4, 3, 1}, activation("sigmoid"), activation("identity"), bias),
                   {0.3, -0.2, 0.9},
                   {0.4},
                   0.1};
        Random random(7);
        for (double& p : e.model.parameters()) p = random.uniform(-1, 1);
        for (const Figure& f : worked_figures(e))
            EXPECT_TRUE(f.agrees()) << f.autodiff << " " << f.chain_rule;
        std::vector<double> gradient;
        for (const LayerStep& s : by_autodiff(e).layers) {
            gradient.insert(gradient.end(), s.dE_dW.begin(), s.dE_dW.end());
            gradient.insert(gradient.end(), s.dE_db.begin(), s.dE_db.end());
        }
        const auto hand = by_hand::backpropagate(e.model, "squared", e.x, {.values = e.y});
        EXPECT_LT(by_hand::largest_gap(e.model, gradient, hand.gradient), 1e-12);
    }
}

TEST(LectureTest, TheNamedStepsAreTheNetworksOwn) {
    const Exercise e = lecture_exercise();
    EXPECT_EQ(by_autodiff(e).layers.back().a, e.model.predict(e.x));
}

TEST(LectureTest, AnOpenRecordingStaysAsItWas) {
    OwnRecording own;
    {
        const Paused<> paused;
        EXPECT_NEAR(by_autodiff(lecture_exercise()).layers[1].dE_da[0], 0.6849286127, 1e-10);
    }
    own.expect_untouched();
}

TEST(LectureTest, SizesThatDoNotFitAndUnknownDerivativesAreErrors) {
    Exercise e = lecture_exercise();
    e.x.push_back(1);
    EXPECT_THROW(by_autodiff(e), Error);
    EXPECT_THROW(by_chain_rule(e), Error);
    e = lecture_exercise();
    e.y.pop_back();
    EXPECT_THROW(by_autodiff(e), Error);
    EXPECT_THROW(by_chain_rule(e), Error);
    e = lecture_exercise();
    e.model = Mlp<double>({2, 2, 2}, activation("sigmoid"), activation("step"));
    EXPECT_THAT(error_of([&] { (void)by_chain_rule(e); }),
                HasSubstr("no activation with a derivative by hand named 'step'; known: sigmoid, tanh, relu, "
                          "identity"));
}

// The number of hundredths, where it is one.
long hundredths(double v) {
    const long n = std::lround(v * 100);
    EXPECT_EQ(v, static_cast<double>(n) / 100);
    return n;
}

TEST(LectureTest, ADrawnExerciseIsShortToWriteDownAndItsSeedsOwn) {
    for (const std::uint64_t seed : {0U, 1U, 2U, 3U, 4U, 5U, 6U, 7U}) {
        const Exercise e = drawn_exercise({3, 4, 4, 3, 1}, activation("tanh"), activation("identity"), seed);
        EXPECT_EQ(e.model.parameters().size(), 3U * 4 + 1 + 4 * 4 + 1 + 4 * 3 + 1 + 3 * 1 + 1);
        for (const double p : e.model.parameters()) {
            EXPECT_EQ(hundredths(p) % 5, 0) << p;
            EXPECT_TRUE(p != 0 && std::abs(p) <= 1) << p;
        }
        for (const double x : e.x) EXPECT_TRUE(hundredths(x) % 10 == 0 && x > 0 && x <= 1) << x;
        for (const double y : e.y) EXPECT_TRUE(hundredths(y) % 5 == 0 && y > 0 && y < 1) << y;
        const Exercise again =
                           drawn_exercise({3, 4, 4, 3, 1}, activation("tanh"), activation("identity"), seed),
                       other = drawn_exercise({3, 4, 4, 3, 1}, activation("tanh"), activation("identity"),
                                              seed + 100);
        EXPECT_TRUE(std::ranges::equal(e.model.parameters(), again.model.parameters()));
        EXPECT_EQ(e.x, again.x);
        EXPECT_EQ(e.y, again.y);
        EXPECT_FALSE(std::ranges::equal(e.model.parameters(), other.model.parameters()));
    }
}

// Of 60 such networks whose weights were drawn but once, 40 and more were dead: no weight of layer 1 had a
// gradient but 0.
TEST(LectureTest, InADrawnExerciseTheErrorReachesEveryLayer) {
    for (const std::vector<std::size_t>& widths :
         {std::vector<std::size_t>{2, 2, 1}, {3, 4, 4, 3, 1}, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}})
        for (std::uint64_t seed = 0; seed < 60; ++seed) {
            const Exercise e = drawn_exercise(widths, activation("relu"), activation("relu"), seed);
            const auto hand = by_hand::backpropagate(e.model, "squared", e.x, {.values = e.y});
            for (std::size_t l = 0; l < e.model.layers().size(); ++l) {
                const auto first =
                    hand.gradient.begin() + static_cast<std::ptrdiff_t>(e.model.first_parameter(l));
                const auto weights = static_cast<std::ptrdiff_t>(e.model.layers()[l].weights());
                EXPECT_TRUE(std::any_of(first, first + weights, [](double g) { return std::abs(g) > 1e-12; }))
                    << "seed " << seed << ", layer " << l + 1;
            }
            EXPECT_NO_THROW((void)by_chain_rule(e)) << "seed " << seed;  // none stands on its kink
        }
}

TEST(LectureTest, WhatIsGivenStaysAndTheRestIsDrawnForIt) {
    const Numbers x{-0.5, 3}, y{2};
    const auto drawn = [](const char* name, std::uint64_t seed, const Numbers& given_x,
                          const Numbers& given_y) {
        return drawn_exercise({2, 2, 1}, activation(name), activation(name), seed, given_x, given_y);
    };
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        const Exercise e = drawn("relu", seed, x, y);
        EXPECT_EQ(e.x, x);
        EXPECT_EQ(e.y, y);
        const LayerStep first = by_autodiff(e).layers.front();
        EXPECT_TRUE(std::ranges::any_of(first.dE_dW, [](double g) { return g != 0; })) << seed;
        const Exercise free = drawn("sigmoid", seed, {}, {}), held = drawn("sigmoid", seed, x, {});
        EXPECT_TRUE(std::ranges::equal(free.model.parameters(), held.model.parameters())) << seed;
        EXPECT_EQ(free.y, held.y);
    }
    EXPECT_THROW((void)drawn("relu", 1, {1, 2, 3}, {}), Error);
    EXPECT_THROW((void)drawn("relu", 1, {}, {1, 2}), Error);
}

// Of weights from 0.05 on, |z| is 499 at least: sigmoid' is below 1e-200.
TEST(LectureTest, WhereNoDrawHasAGradientThatIsSaid) {
    EXPECT_THAT(error_of([] {
                    (void)drawn_exercise({1, 1, 1}, activation("sigmoid"), activation("identity"), 1, {1e4});
                }),
                HasSubstr("no weights were found with which the error reaches every layer"));
}

// ---- check_layers ----

TEST(LectureTest, CheckLayersFindsNoMistakeInTheBackwardPassByHand) {
    const LayerCheck found = check_backward(lecture_exercise(), by_chain_rule(lecture_exercise()));
    EXPECT_TRUE(found.ok()) << found;
    EXPECT_EQ(found.size(), 6U);                                     // delta, weights and biases of 2 layers
    EXPECT_NEAR(found[0].hand, 0.6849286127 * 0.1948085469, 1e-10);  // delta_1[2], by the table
    for (const std::string& hidden : activations_by_hand())
        for (const std::string& last : activations_by_hand())
            for (const std::uint64_t seed : {1U, 2U, 3U}) {
                const Exercise e =
                    drawn_exercise({3, 4, 4, 3, 1}, activation(hidden), activation(last), seed);
                EXPECT_TRUE(check_backward(e, by_chain_rule(e)).ok()) << hidden << " " << last << seed;
            }
}

TEST(LectureTest, CheckLayersFindsWhatIsPutIntoTheBackwardPassByHand) {
    const Exercise e = lecture_exercise();
    const auto mistakes = [&](const auto& spoil) {
        WorkedStep step = by_chain_rule(e);
        spoil(step);
        const std::vector<QuantityCheck> found = check_backward(e, step).mistakes();
        EXPECT_EQ(found.size(), 1U);
        return found.empty() ? QuantityCheck{} : found.front();
    };
    const QuantityCheck sign = mistakes([](WorkedStep& s) { s.layers[1].dE_da[0] *= -1; });  // the lecture's
    EXPECT_EQ(sign.layer, 2U);
    EXPECT_EQ(sign.of, QuantityCheck::Of::delta);
    EXPECT_EQ(sign.reason, "its sign is flipped");
    const QuantityCheck digit = mistakes([](WorkedStep& s) { s.layers[1].dE_dW[0] *= 0.1980 / 0.19480; });
    EXPECT_EQ(digit.of, QuantityCheck::Of::weights);
    EXPECT_EQ(digit.wrong, 1U);
    EXPECT_EQ(mistakes([](WorkedStep& s) { s.layers[0].dE_db[0] /= 2; }).of, QuantityCheck::Of::biases);
    EXPECT_EQ(mistakes([](WorkedStep& s) { s.layers[0].da_dz[1] = 1; }).layer, 1U);
}

TEST(LectureTest, EveryActivationThatIsKnownByHandAgreesBothWaysAndWithBackpropagation) {
    ASSERT_EQ(activations_by_hand(), (std::vector<std::string>{"sigmoid", "tanh", "relu", "identity"}));
    for (const std::string& hidden : activations_by_hand())
        for (const std::string& last : activations_by_hand())
            for (const std::uint64_t seed : {1U, 2U, 3U}) {
                const Exercise e = drawn_exercise({2, 3, 3, 2}, activation(hidden), activation(last), seed);
                std::vector<double> gradient;
                for (const LayerStep& s : by_chain_rule(e).layers) {
                    gradient.insert(gradient.end(), s.dE_dW.begin(), s.dE_dW.end());
                    gradient.insert(gradient.end(), s.dE_db.begin(), s.dE_db.end());
                }
                const auto hand = by_hand::backpropagate(e.model, "squared", e.x, {.values = e.y});
                EXPECT_LT(by_hand::largest_gap(e.model, gradient, hand.gradient), 1e-12) << hidden << last;
                for (const Figure& f : worked_figures(e))
                    EXPECT_TRUE(f.agrees()) << hidden << " " << last << " " << f.autodiff;
            }
}

// 0.05 * 1 + 0.05 * 1 - 0.1: where it is 0, rounding decides the side of the kink.
TEST(LectureTest, AReluOnItsKinkIsAnErrorThatNamesTheNeuron) {
    Exercise e = drawn_exercise({2, 2, 1}, activation("relu"), activation("identity"), 1);
    e.model.set_parameters(std::vector<double>{0.3, 0.2, 0.05, 0.05, -0.1, 1, 1, 0.5});
    e.x = {1, 1};
    EXPECT_THAT(error_of([&] { (void)by_chain_rule(e); }),
                HasSubstr("relu has no derivative at 0, where neuron 2 of layer 1 stands"));
}

TEST(LectureTest, TheErrorFallsStepByStepAsByBackpropagationByHand) {
    const Exercise e = lecture_exercise();
    const std::vector<double> errors = errors_by_step(e, 1000);
    ASSERT_EQ(errors.size(), 1001U);
    EXPECT_NEAR(errors[0], 0.2490895415, 1e-10);  // both of the table above
    EXPECT_NEAR(errors[1], 0.2338458881, 1e-10);
    Exercise hand = e;
    for (std::size_t k = 0; k <= 1000; ++k) {
        const auto result = by_hand::backpropagate(hand.model, "squared", e.x, {.values = e.y});
        EXPECT_NEAR(errors[k], result.loss, 1e-12) << k;
        if (k > 0) {
            EXPECT_LT(errors[k], errors[k - 1]) << k;
        }
        for (std::size_t p = 0; p < result.gradient.size(); ++p)
            hand.model.parameters()[p] -= e.rate * result.gradient[p];
    }
    EXPECT_EQ(errors_by_step(e, 0), std::vector<double>{errors[0]});
}

// E = 1/2 (w x + b - y)^2 with w = b = 1, x = 1, y = 1: each step takes yhat - y to (1 - 2 rate) times
// itself. At a rate of 1e80 the errors are 1/2, about 2e160, and then more than a double holds.
TEST(LectureTest, AnErrorThatIsNotFiniteNamesTheStep) {
    Exercise e{
        Mlp<double>({1, 1}, activation("identity"), activation("identity"), Bias::shared), {1}, {1}, 1e80};
    e.model.set_parameters(std::vector<double>{1, 1});
    EXPECT_EQ(errors_by_step(e, 1).size(), 2U);
    EXPECT_THAT(error_of([&] { (void)errors_by_step(e, 5); }),
                HasSubstr("E is not finite after step 2: choose a smaller learning rate"));
    e.x = {1e300};
    EXPECT_THAT(error_of([&] { (void)errors_by_step(e, 5); }),
                HasSubstr("E is not finite before the first step"));
    e.x = {1, 2};
    EXPECT_THROW((void)errors_by_step(e, 1), Error);
}

}  // namespace
