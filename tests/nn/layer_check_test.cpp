#include "layer_check_support.hpp"

namespace {

using namespace layer_check_tests;

// ---- A right pass ----

TEST(CheckLayers, FindsNothingInARightPass) {
    for (const Sample& s : samples()) {
        const LayerCheck from_z = check(s), from_a = check(s, {.slope = slope_from_a});
        EXPECT_TRUE(from_z.ok()) << from_z;
        EXPECT_TRUE(from_a.ok()) << from_a;
        EXPECT_EQ(from_z.size(), all_places(s.net).size());
    }
}

TEST(CheckLayers, FindsNothingInARightPassInWhichSumsCancel) {
    const Numbers values{0.5, -0.25};
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        Random random(seed);
        const Activation output = activation(seed % 2 == 0 ? "sigmoid" : "identity");
        Sample s{Mlp<double>({6, 6, 6, 2}, activation("tanh"), output, Bias::shared),
                 "squared",
                 Numbers(6, 1.0),
                 {.values = values}};
        // Pairs that cancel to a few digits.
        for (double& p : s.net.parameters()) p = random.uniform(-1, 1);
        for (std::size_t k = 0; k < s.net.layers()[0].weights(); k += 2) {
            const double large = 1e7 * random.uniform(-1, 1);
            s.net.parameters()[k] += large, s.net.parameters()[k + 1] -= large;
        }
        for (double& x : s.x) x = 1 + 1e-7 * random.uniform(-1, 1);
        const LayerCheck found = check(s);
        EXPECT_EQ(places(found), "") << found;
    }
}

// As below 0.1 + 0.2 - 0.3: the network's z is 0, the hand's -3e-17, and so is the slope 2 z.
TEST(CheckLayers, FindsNothingInARightPassWhereTheSlopeIsRounding) {
    const Numbers y{1};
    Mlp<double> net({3, 1}, activation("identity"),
                    Activation("square", [](const auto& z) { return z * z; }));
    net.set_parameters(Numbers{0.1, 0.2, -0.3, -(0.1 + 0.2 - 0.3)});
    const double z = -0.3 + 0.2 + 0.1 + net.parameters()[3], delta = (z * z - 1) * 2 * z;
    EXPECT_NE(delta, 0);
    const auto check = [&](double d) {
        const LayerGradients hand{.delta = {d}, .dW = {d, d, d}, .db = {d}};
        return check_layers(net, loss("squared"), Numbers{1, 1, 1}, {.values = y}, std::span(&hand, 1));
    };
    EXPECT_TRUE(check(delta).ok()) << check(delta);
    EXPECT_EQ(places(check(1e-13)), "1 delta");
}

TEST(CheckLayers, FindsNothingWhereSoftmaxIsAllButCertain) {
    Sample s{Mlp<double>({2, 3, 2}, activation("tanh"), activation("identity")),
             "softmax_cross_entropy",
             {0.3, 0.7},
             {.label = 1}};
    Random random(3);
    xavier(s.net, random);
    for (const double bias : {5.0, 20.0, 30.0, 36.0, 120.0}) {
        s.net.parameters().back() = bias;  // p_1 - 1 has the fewer digits, the larger it is
        const LayerCheck found = check(s);
        EXPECT_TRUE(found.ok()) << found;
        EXPECT_EQ(places(check(s, {.spoil = at({2, Of::delta}, 0.01, 0)})), "2 delta");
        // A hand may know better than p_1 - 1.
        const LayerCheck better = check(s, {.spoil = [](std::size_t layer, Of of, Numbers& n) {
                                            if (layer == 2 && of == Of::delta) n[1] = -n[0];
                                        }});
        EXPECT_TRUE(better.ok()) << better;
    }
}

TEST(CheckLayers, JudgesTinyNumbersByTheirSize) {
    const Numbers values{0.5};
    Sample s{Mlp<double>({1, 1, 1}, activation("sigmoid"), activation("identity")),
             "squared",
             {1.0},
             {.values = values}};
    s.net.set_parameters(Numbers{0, -460, 0.7, 0.2});  // delta[1] is some 1e-201
    EXPECT_TRUE(check(s, {.slope = slope_from_a}).ok());
    const auto spoilt = [&](Of of, double factor) {
        return check(s, {.spoil =
                             [=](std::size_t layer, Of q, Numbers& n) {
                                 if (layer == 1 && of == q) n[0] *= factor;
                             },
                         .slope = slope_from_a});
    };
    for (const Of of : {Of::delta, Of::weights, Of::biases})
        for (const double factor : {0.0, -1.0, 1 + 1e-9, 2.0})
            EXPECT_EQ(places(spoilt(of, factor)), (Place{1, of}.text())) << spoilt(of, factor);
}

// a (1 - a) at z = 460 is 0, the truth some 1e-200: what it gives is right, but nothing else of that size.
TEST(CheckLayers, LetsTheDerivativeBeComputedFromTheActivation) {
    const Numbers values{0.5};
    Sample s{Mlp<double>({1, 1, 1}, activation("sigmoid"), activation("identity")),
             "squared",
             {1.0},
             {.values = values}};
    for (const double z : {10.0, 20.0, 30.0, 36.0, 37.0, 38.0, 460.0}) {
        s.net.set_parameters(Numbers{0, z, 0.7, 0.2});
        const LayerCheck found = check(s, {.slope = slope_from_a});
        EXPECT_TRUE(found.ok()) << z << "\n" << found;
    }
    const double truth = check(s)[3].truth;
    EXPECT_GT(truth, 0);
    EXPECT_LT(truth, 1e-199);
    for (const double factor : {-1.0, 0.5, 2.0, 1e100})
        EXPECT_EQ(places(check(s, {.spoil =
                                       [&](std::size_t layer, Of of, Numbers& n) {
                                           if (layer == 1 && of == Of::delta) n[0] = factor * truth;
                                       }})),
                  "1 delta")
            << factor;
}

// At a kink either side may be taken, or what lies between; what follows from that is right, too.
TEST(CheckLayers, TakesEitherSideOfAKink) {
    const Numbers values{0.5};
    Sample s{Mlp<double>({1, 1, 1, 1}, activation("relu"), activation("identity")),
             "squared",
             {0.0},
             {.values = values}};
    s.net.set_parameters(Numbers{1, 2, 3, -6, 0.5, 0.25});  // z[2] = 3 (1 * 0 + 2) - 6 = 0
    const auto with_slope = [&](double slope) {
        return check(s, {.slope = [=](const std::string& g, double z, double) {
                         return g == "relu" && z == 0 ? slope : 1.0;
                     }});
    };
    for (const double slope : {0.0, 0.5, 1.0}) EXPECT_TRUE(with_slope(slope).ok()) << with_slope(slope);
    EXPECT_EQ(places(with_slope(-0.5)), "2 delta");
    EXPECT_EQ(places(with_slope(0.25)), "2 delta");
    EXPECT_EQ(places(with_slope(1.5)), "2 delta");

    // A mistake below is not hidden by the choice above.
    const auto below = [&](double slope) {
        return check(s,
                     {.spoil = at({1, Of::delta}, 0.1, 0),
                      .slope = [=](const std::string&, double z, double) { return z == 0 ? slope : 1.0; }});
    };
    EXPECT_EQ(places(below(0)), "1 delta");
    EXPECT_EQ(places(below(1)), "1 delta");
}

// 0.1 + 0.2 - 0.3 is 6e-17 from the left and 3e-17 from the right: with a bias of -4e-17 on either side of 0.
TEST(CheckLayers, TakesTheOtherSideOfAKinkWhereRoundingLeadsThere) {
    const Numbers y{0.3, -0.6};
    Sample s{Mlp<double>({3, 1, 3, 2}, activation("relu"), activation("tanh")),
             "squared",
             {1, 1, 1},
             {.values = y}};
    Random random(8);
    for (double& p : s.net.parameters()) p = random.uniform(0.1, 1);
    std::ranges::copy(Numbers{0.1, 0.2, -0.3, -4e-17}, s.net.parameters().begin());
    const std::vector<LayerGradients> hand = backward(s);
    const LayerCheck found = check_numbers(s, hand);
    EXPECT_TRUE(found.ok()) << found;
    EXPECT_EQ(hand[0].delta[0], 0);
    EXPECT_NE(found[6].truth, 0);
}

TEST(CheckLayers, TakesEitherSideOfALossesKink) {
    Sample s{
        Mlp<double>({1, 1}, activation("identity"), activation("identity")), "hinge", {0.5}, {.label = 1}};
    s.net.set_parameters(Numbers{1, 0.5});  // y = 1, where 1 - y is 0
    for (const double delta : {0.0, -0.5, -1.0})
        EXPECT_TRUE(check_numbers(s, {{.delta = {delta}, .dW = {delta / 2}, .db = {delta}}}).ok());
    for (const double delta : {0.5, -0.25, -1.5})
        EXPECT_EQ(places(check_numbers(s, {{.delta = {delta}, .dW = {delta / 2}, .db = {delta}}})),
                  "1 delta");
}

// ---- Where a mistake is ----

TEST(CheckLayers, NamesThePlaceOfAnySingleMistakeAndBlamesNoConsequence) {
    Random random(11);
    for (const Sample& s : samples())
        for (const Place& place : all_places(s.net))
            for (const double part : {-2.0, -1.0, 1e-6, 0.5}) {
                const std::size_t component = random.below(100);
                const LayerCheck found = check(s, {.spoil = at(place, part, component)});
                EXPECT_EQ(places(found), place.text()) << found;
                if (places(found) != place.text()) return;
                const QuantityCheck m = found.mistakes()[0];
                EXPECT_EQ(m.wrong, 1U);
                const std::size_t k = component % m.size, inputs = s.net.layers()[m.layer - 1].inputs;
                EXPECT_EQ(m.i, m.of == Of::weights ? k / inputs + 1
                               : m.of == Of::biases && m.size == 1 &&
                                       s.net.layers()[m.layer - 1].bias == Bias::shared
                                   ? 0
                                   : k + 1);
                EXPECT_EQ(m.j, m.of == Of::weights ? k % inputs + 1 : 0);
            }
}

TEST(CheckLayers, HoldsARightNumberForRightWhateverWentBefore) {
    for (const Sample& s : samples())
        for (const Place& place : all_places(s.net)) {
            std::vector<LayerGradients> hand = backward(s, {.slope = slope_from_a});
            LayerGradients& h = hand[place.layer - 1];
            Numbers& numbers = place.of == Of::delta ? h.delta : place.of == Of::weights ? h.dW : h.db;
            at(place, 0.5, 1)(place.layer, place.of, numbers);
            const LayerCheck found = check_numbers(s, hand);
            EXPECT_EQ(places(found), place.text()) << found;
            EXPECT_EQ(found.count(Finding::consequence), 0U) << found;
        }
}

TEST(CheckLayers, FindsASecondMistakeBehindAFirst) {
    for (const Sample& s : samples()) {
        const std::vector<Place> all = all_places(s.net);
        for (std::size_t first = 0; first < all.size(); ++first)
            for (std::size_t second = first + 1; second < all.size(); ++second) {
                const Spoil one = at(all[first], 0.5, 1), two = at(all[second], -0.3, 2);
                const LayerCheck found = check(s, {.spoil = [&](std::size_t layer, Of of, Numbers& n) {
                                                   one(layer, of, n);
                                                   two(layer, of, n);
                                               }});
                EXPECT_EQ(places(found), all[first].text() + ", " + all[second].text()) << found;
            }
    }
}

TEST(CheckLayers, SaysWhatIsAConsequence) {
    const LayerCheck found = check(lecture_sample(), {.spoil = at({2, Of::delta}, 0.1, 0)});
    EXPECT_EQ(found[0].finding, Finding::mistake);
    for (std::size_t k = 1; k < found.size(); ++k) {
        EXPECT_EQ(found[k].finding, Finding::consequence) << k;
        EXPECT_DOUBLE_EQ(found[k].hand, found[k].follows);
        EXPECT_NE(found[k].hand, found[k].truth);
    }
}

TEST(CheckLayers, NamesWhatIsNotANumber) {
    for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL})
        for (const Place& place : all_places(lecture_sample().net)) {
            const LayerCheck found =
                check(lecture_sample(), {.spoil = [&](std::size_t layer, Of of, Numbers& n) {
                          if (layer == place.layer && of == place.of) n[0] = bad;
                      }});
            EXPECT_EQ(places(found), place.text()) << found;
            EXPECT_EQ(reasons(found), std::isnan(bad) ? "it is not a number" : "it is infinite");
        }
}

TEST(CheckLayers, DecidesNothingWhereTheTruthIsNoNumber) {
    Sample s = lecture_sample();
    const std::vector<LayerGradients> hand = backward(s);
    s.x[0] = std::nan("");
    const LayerCheck found = check_numbers(s, hand);
    EXPECT_FALSE(found.ok());
    EXPECT_EQ(places(found), "");
    EXPECT_EQ(found[0].finding, Finding::undecided);
    EXPECT_EQ(found.text().substr(0, 37), "No mistake, but undecided: layer 2, d") << found;
    expect_fits(found);
}

TEST(CheckLayers, TakesAnActivationThatLearnsAndRefusesOneOfAWholeLayer) {
    Mlp<double> net({2, 3, 1}, activation("swish"), activation("identity"));
    for (std::size_t k = 0; k < net.parameters().size(); ++k)
        net.parameters()[k] = 0.1 * static_cast<double>(k % 7) - 0.2;
    net.parameters()[9] = 2;  // beta: s = sigmoid(2 z), g' = s + 2 z s (1 - s)
    const Numbers x{0.5, -1}, y{0.3};
    const auto p = net.parameters();
    std::vector<LayerGradients> hand(2);
    Numbers a(3), slope(3);
    double out = p[13];
    for (std::size_t i = 0; i < 3; ++i) {
        const double z = p[2 * i] * x[0] + p[2 * i + 1] * x[1] + p[6 + i], s = 1 / (1 + std::exp(-2 * z));
        a[i] = z * s;
        slope[i] = s + 2 * z * s * (1 - s);
        out += p[10 + i] * a[i];
    }
    hand[1].delta = hand[1].db = {out - y[0]};
    for (std::size_t i = 0; i < 3; ++i) {
        hand[1].dW.push_back(hand[1].delta[0] * a[i]);
        hand[0].delta.push_back(hand[1].delta[0] * p[10 + i] * slope[i]);
        for (const double v : x) hand[0].dW.push_back(hand[0].delta[i] * v);
    }
    hand[0].db = hand[0].delta;
    const Target target{.values = y};
    const LayerCheck right = check_layers(net, loss("squared"), x, target, hand);
    EXPECT_TRUE(right.ok()) << right;
    hand[0].delta[1] *= 1.01;
    EXPECT_EQ(check_layers(net, loss("squared"), x, target, hand).mistakes().at(0).layer, 1U);
    const Mlp<double> whole({2, 3, 1}, activation("softmax"), activation("identity"));
    const std::string refused = error_of([&] { check_layers(whole, loss("squared"), x, target, hand); });
    EXPECT_NE(refused.find("layer 1 has softmax"), std::string::npos) << refused;
}

}  // namespace
