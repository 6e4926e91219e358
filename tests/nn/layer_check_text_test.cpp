// Which mistakes are known by their numbers, and the report as the person reads it who wrote the pass.
#include "layer_check_support.hpp"

#include "support/own_recording.hpp"

namespace {

using namespace layer_check_tests;

// ---- The classic mistakes, by name ----

TEST(CheckLayers, KnowsADerivativeThatWasTakenAtTheActivation) {
    const Slope at_a = [](const std::string& g, double, double a) { return by_hand::activate(g, a).slope; };
    const LayerCheck both = check(lecture_sample(), {.slope = at_a});
    EXPECT_EQ(places(both), "2 delta, 1 delta");
    EXPECT_EQ(reasons(both),
              "the derivative of sigmoid was taken at a, not at z; the derivative of sigmoid "
              "was taken at a, not at z");
    Sample s{Mlp<double>({2, 3, 2}, activation("tanh"), activation("identity")), "squared", {0.3, 0.7}, {}};
    const Numbers y{1, 2};
    s.target.values = y;
    Random random(2);
    xavier(s.net, random);
    const LayerCheck hidden = check(s, {.slope = at_a});
    EXPECT_EQ(places(hidden), "1 delta");
    EXPECT_EQ(reasons(hidden), "the derivative of tanh was taken at a, not at z");
}

TEST(CheckLayers, KnowsABiasGradientThatWasNotSummed) {
    for (const std::size_t layer : {std::size_t{1}, std::size_t{2}})
        for (const std::size_t neuron : {std::size_t{0}, std::size_t{1}}) {
            Sample s = lecture_sample();
            std::vector<LayerGradients> hand = backward(s);
            hand[layer - 1].db[0] = hand[layer - 1].delta[neuron];
            const LayerCheck found = check_numbers(s, hand);
            EXPECT_EQ(places(found), (Place{layer, Of::biases}.text()));
            EXPECT_EQ(reasons(found), "it is that of neuron " + std::to_string(neuron + 1) +
                                          " alone, not summed over the neurons that share the bias");
        }
}

TEST(CheckLayers, KnowsWeightsThatWereNotTransposed) {
    const LayerCheck found = check(lecture_sample(), {.transpose = false});
    EXPECT_EQ(places(found), "1 delta");
    EXPECT_EQ(reasons(found), "W[2] was not transposed");
}

TEST(CheckLayers, KnowsTheSlipOfSignOfTheLecture) {
    const LayerCheck found = check(lecture_sample(), {.spoil = [](std::size_t layer, Of of, Numbers& n) {
                                       if (layer == 2 && of == Of::delta) n[0] = -n[0];
                                   }});
    EXPECT_EQ(places(found), "2 delta");
    EXPECT_EQ(reasons(found), "its sign is flipped");
    EXPECT_EQ(found[0].wrong, 1U);
    EXPECT_EQ(found[0].i, 1U);
}

TEST(CheckLayers, KnowsAFactorThatIsMissing) {
    const auto with = [](const std::function<double(double)>& slope) {
        return reasons(check(lecture_sample(),
                             {.slope = [=](const std::string&, double, double a) { return slope(a); }}));
    };
    const auto twice = [](const std::string& words) { return words + "; " + words; };
    EXPECT_EQ(with([](double) { return 1; }), twice("the factor sigmoid'(z) is missing"));
    EXPECT_EQ(with([](double a) { return a; }), twice("the factor (1 - a) is missing"));
    EXPECT_EQ(with([](double a) { return 1 - a; }), twice("the factor a is missing"));
    EXPECT_EQ(reasons(check(lecture_sample(), {.spoil =
                                                   [](std::size_t layer, Of of, Numbers& n) {
                                                       for (double& v : n)
                                                           if (layer == 2 && of == Of::delta) v *= 2;
                                                   }})),
              "it is twice what it should be: is the 1/2 of E missing?");
}

TEST(CheckLayers, KnowsSlipsInWeightsAndBiases) {
    Sample s = lecture_sample();
    const std::vector<LayerGradients> right = backward(s);
    const auto reason = [&](const std::function<void(LayerGradients&)>& slip) {
        std::vector<LayerGradients> hand = right;
        slip(hand[1]);
        return reasons(check_numbers(s, hand));
    };
    EXPECT_EQ(reason([](LayerGradients& h) { std::swap(h.dW[1], h.dW[2]); }),
              "it is transposed: its rows are not those of the destination neurons");
    EXPECT_EQ(reason([](LayerGradients& h) {
                  for (std::size_t k = 0; k < 4; ++k) h.dW[k] = h.delta[k / 2] * (k % 2 == 0 ? 0.41 : 0.47);
              }),
              "it was computed with z of the layer below, not with a");
    EXPECT_EQ(reason([](LayerGradients& h) { h.dW.assign(4, 0); }), "it was left at 0");
    EXPECT_EQ(reason([](LayerGradients& h) { h.db[0] /= 2; }),
              "it is the mean over the neurons that share the bias, not their sum");
    EXPECT_EQ(reason([](LayerGradients& h) { h.db[0] *= 1.01; }), "");

    Mlp<double> own({2, 2, 2}, activation("sigmoid"), activation("sigmoid"));
    Random random(1);
    xavier(own, random);
    s.net = own;
    std::vector<LayerGradients> hand = backward(s);
    hand[0].db.assign(2, hand[0].db[0] + hand[0].db[1]);
    EXPECT_EQ(reasons(check_numbers(s, hand)),
              "it is the sum over the neurons, each of which has a bias of its own");
}

// A number that is off a little is not the right one, though a slip that changes nothing here is.
TEST(CheckLayers, KnowsNoSlipThatDoesNotExplainTheNumber) {
    Sample s{Mlp<double>({2, 3, 2}, activation("relu"), activation("identity")), "squared", {0.3, 0.7}, {}};
    const Numbers y{1, 2};
    s.target.values = y;
    Random random(2);
    for (double& p : s.net.parameters()) p = random.uniform(0.1, 1);
    const LayerCheck found = check(s, {.spoil = at({1, Of::delta}, 1e-10, 0)});  // relu'(a) = relu'(z)
    EXPECT_EQ(places(found), "1 delta");
    EXPECT_EQ(reasons(found), "");
}

// ---- The report ----

TEST(CheckLayersText, SaysFirstWhatIsWrongThenShowsEveryQuantity) {
    Sample s = lecture_sample();
    std::vector<LayerGradients> hand = backward(s, {.spoil = [](std::size_t layer, Of of, Numbers& n) {
                                                    if (layer == 1 && of == Of::delta) n[1] = -n[1];
                                                }});
    hand[1].db[0] = hand[1].delta[0];
    // Figures from the lecture's table, rounded to five digits; delta_1[2] = 0.68493 * 0.19481.
    EXPECT_EQ(check_numbers(s, hand).text(),
              "2 mistakes: layer 2, biases; layer 1, delta.\n"
              "  Layer 2, biases: it is that of neuron 1 alone, not summed over the neurons\n"
              "    that share the bias. dE/db is 0.13343, the truth 0.104139.\n"
              "  Layer 1, delta: its sign is flipped. Wrong in 1 of 2 components; delta_2 is\n"
              "    -0.0134024, the truth 0.0134024.\n"
              "\n"
              "  layer   quantity finding      number        by hand        truth      follows\n"
              "      2   delta    agrees       delta_1       0.13343      0.13343            -\n"
              "          weights  agrees       dE/dw_12     0.082111     0.082111     0.082111\n"
              ">         biases   MISTAKE      dE/db         0.13343      0.10414      0.10414\n"
              ">     1   delta    MISTAKE      delta_2     -0.013402     0.013402     0.013402\n"
              "          weights  consequence  dE/dw_21   -0.0013402    0.0013402   -0.0013402\n"
              "          biases   consequence  dE/db      -0.0023218     0.024483   -0.0023218\n"
              "A consequence is wrong because the delta that it follows from is.\n");
}

TEST(CheckLayersText, IsAsShortForARightPass) {
    std::ostringstream out;
    out << check(lecture_sample());
    EXPECT_EQ(out.str().substr(0, out.str().find('\n')), "The backward pass is right in all 2 layers.");
    EXPECT_EQ(out.str().find("MISTAKE"), std::string::npos);
    expect_fits(check(lecture_sample()));
}

TEST(CheckLayersText, ShowsTheDigitsThatDiffer) {
    const LayerCheck found = check(lecture_sample(), {.spoil = at({1, Of::weights}, 1e-9, 0)});
    const QuantityCheck m = found.mistakes()[0];
    EXPECT_NE(found.text().find("dE/dw_11 is 0.00110805796"), std::string::npos) << found;
    EXPECT_NE(m.hand, m.truth);
}

TEST(CheckLayersText, KeepsTo80ColumnsWhateverTheNumbers) {
    Sample s{Mlp<double>({1100, 120, 3}, activation("identity"), activation("identity")),
             "squared",
             Numbers(1100, -1.2345678e-150),
             {}};
    const Numbers y(3, -1.2345678e-151);
    s.target.values = y;
    Random random(4);
    xavier(s.net, random);
    expect_fits(check(s));
    for (const Place& place : all_places(s.net))
        for (const double bad : {std::nan(""), -HUGE_VAL, -1.2345678e-300, -1.2345678e+300})
            expect_fits(check(s, {.spoil = [&](std::size_t layer, Of of, Numbers& n) {
                                  if (layer == place.layer && of == place.of) n.back() = bad;
                              }}));
}

// ---- Sizes, and what stays as it was ----

TEST(CheckLayers, RefusesSizesThatDoNotFitAndNamesLayerAndBothNumbers) {
    const Sample s = lecture_sample();
    const auto error = [&](const std::function<void(std::vector<LayerGradients>&)>& change) {
        std::vector<LayerGradients> hand = backward(s);
        change(hand);
        return error_of([&] { check_numbers(s, hand); });
    };
    EXPECT_EQ(error([](auto& h) { h.pop_back(); }),
              "check_layers needs 2 layers in the backward pass, it got 1");
    EXPECT_EQ(error([](auto& h) { h[1].delta.push_back(0); }),
              "check_layers, in layer 2, needs 2 numbers in delta, it got 3");
    EXPECT_EQ(error([](auto& h) { h[0].dW.pop_back(); }),
              "check_layers, in layer 1, needs 4 numbers in dW, it got 3");
    EXPECT_EQ(error([](auto& h) { h[0].db.push_back(0); }),
              "check_layers, in layer 1, needs 1 number in db, the sum over its neurons, it got 2");
    Sample other = s;
    other.x.push_back(1);
    EXPECT_EQ(error_of([&] { check_numbers(other, backward(s)); }),
              "check_layers needs 2 inputs x, it got 3");
    other = s;
    other.target = {.values = std::span(s.target.values).first(1)};
    EXPECT_NE(error_of([&] { check_numbers(other, backward(s)); }).find("2 outputs, 1 values"),
              std::string::npos);
}

TEST(CheckLayers, PassesOnWhatAnActivationThrows) {
    Sample s = lecture_sample();
    const std::vector<LayerGradients> hand = backward(s);
    s.net = Mlp<double>({2, 2, 2}, activation("sigmoid"),
                        Activation("broken",
                                   [](const auto& x) {
                                       if (x > 0.0) fail("broken above 0");
                                       return x;
                                   }),
                        Bias::shared);
    s.net.parameters().back() = 1;
    EXPECT_EQ(error_of([&] { check_numbers(s, hand); }), "broken above 0");
}

TEST(CheckLayers, LeavesAnOpenRecordingAsItWas) {
    OwnRecording own;
    {
        const Paused<> paused;
        EXPECT_TRUE(check(lecture_sample()).ok());
    }
    EXPECT_TRUE(check(lecture_sample()).ok());
    own.expect_untouched();
}

}  // namespace
