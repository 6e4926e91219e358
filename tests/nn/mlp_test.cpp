#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wengert/error.hpp>
#include <wengert/nn/initialiser.hpp>
#include <wengert/nn/loss.hpp>
#include <wengert/nn/mlp.hpp>

#include "support/backpropagation.hpp"
#include "support/error_of.hpp"

namespace {

using namespace wengert;
using namespace wengert::nn;
using testing::HasSubstr;

using Numbers = std::vector<double>;

Activation known(std::string_view name) { return activation(name); }

// ---- Shapes ----

TEST(MlpTest, ParametersLieLayerByLayerWeightsThenBiases) {
    const Mlp<double> own({3, 4, 2}, known("tanh"), known("identity"));
    EXPECT_EQ(own.inputs(), 3U);
    EXPECT_EQ(own.outputs(), 2U);
    EXPECT_EQ(own.parameters().size(), 3U * 4 + 4 + 4 * 2 + 2);
    EXPECT_EQ(own.first_parameter(0), 0U);
    EXPECT_EQ(own.first_parameter(1), 16U);
    EXPECT_EQ(own.layers()[0].activation.name(), "tanh");
    EXPECT_EQ(own.layers()[1].activation.name(), "identity");
    const Mlp<double> shared({3, 4, 2}, known("tanh"), known("identity"), Bias::shared);
    EXPECT_EQ(shared.parameters().size(), 3U * 4 + 1 + 4 * 2 + 1);
    const Mlp<double> none({3, 4, 2}, known("tanh"), known("identity"), Bias::none);
    EXPECT_EQ(none.parameters().size(), 3U * 4 + 4 * 2);
}

TEST(MlpTest, LayersMayDifferInActivationAndBias) {
    const Mlp<double> net(
        {Layer{2, 3, known("relu"), Bias::none}, Layer{3, 1, known("sigmoid"), Bias::shared}});
    EXPECT_EQ(net.parameters().size(), 6U + 3 + 1);
    EXPECT_EQ(net.outputs(), 1U);
}

// ---- Forward ----

TEST(MlpTest, ForwardIsThatWorkedOutByHand) {
    Mlp<double> net({2, 2, 1}, known("relu"), known("identity"));
    // z = (1 - 4 + 0.5, 3 + 8 + 0.25) = (-2.5, 11.25); a = (0, 11.25); y = 0 * 7 - 2 * 11.25 + 1.
    net.set_parameters(Numbers{1, -2, 3, 4, 0.5, 0.25, 7, -2, 1});
    EXPECT_EQ(net.predict(Numbers{1, 2}), Numbers{-21.5});
}

TEST(MlpTest, ForwardOfOneBiasForALayerAndOfNone) {
    Mlp<double> shared({1, 2}, known("identity"), known("identity"), Bias::shared);
    shared.set_parameters(Numbers{2, 3, 10});
    EXPECT_EQ(shared.predict(Numbers{1}), (Numbers{12, 13}));
    Mlp<double> none({1, 2}, known("identity"), known("identity"), Bias::none);
    none.set_parameters(Numbers{2, 3});
    EXPECT_EQ(none.predict(Numbers{1}), (Numbers{2, 3}));
}

TEST(MlpTest, FloatAndValueComputeTheSameNetwork) {
    Mlp<double> net({3, 5, 2}, known("tanh"), known("sigmoid"));
    Random random(3);
    xavier(net, random);
    const Numbers x{0.5, -1, 0.25}, y = net.predict(x);

    const std::vector<float> w(net.parameters().begin(), net.parameters().end()), xf(x.begin(), x.end());
    std::vector<float> yf(2);
    net.forward<float, float>(w, xf, yf);
    const Recording<> scope;
    std::vector<Value> v(w.size()), yv(2);
    variables<double>(net.parameters(), v);
    net.forward<Value, double>(v, x, yv);
    for (std::size_t k = 0; k < 2; ++k) {
        EXPECT_NEAR(yf[k], y[k], 1e-6);
        EXPECT_EQ(yv[k].value(), y[k]);
    }
}

// ---- Gradients ----

struct Case {
    std::vector<std::size_t> widths;
    std::string hidden, output, loss;
    Bias bias = Bias::per_neuron;
};
std::vector<Case> cases() {
    std::vector<Case> all{{{2, 1}, "relu", "identity", "hinge"},
                          {{2, 2, 2}, "sigmoid", "sigmoid", "squared", Bias::shared},
                          {{5, 9, 8, 7, 6, 5, 4, 3}, "tanh", "sigmoid", "squared", Bias::none},
                          {{64, 32, 10}, "relu", "identity", "softmax_cross_entropy"},
                          {{1, 1, 1, 1}, "tanh", "identity", "squared", Bias::none},
                          {{2, 16, 16, 1}, "relu", "identity", "hinge"}};
    for (const Bias bias : {Bias::per_neuron, Bias::shared, Bias::none})
        for (const char* const hidden : {"identity", "sigmoid", "tanh", "relu"})
            for (const char* const loss : {"squared", "softmax_cross_entropy"})
                for (const std::vector<std::size_t>& widths :
                     {std::vector<std::size_t>{3, 4}, {4, 3, 2}, {3, 8, 9, 5}, {3, 4, 4, 3, 2}})
                    // A bias that all logits share moves no softmax: its gradient is 0, but for rounding.
                    if (bias != Bias::shared || loss != std::string_view("softmax_cross_entropy"))
                        all.push_back({widths, hidden, "identity", loss, bias});
    return all;
}

// A network, a sample and its target, seeded.
struct Sample {
    Mlp<double> net;
    Loss loss;
    Numbers x, values;
    Target target;

    Sample(const Case& c, std::uint64_t seed)
        : net(c.widths, known(c.hidden), known(c.output), c.bias), loss(nn::loss(c.loss)) {
        Random random(seed);
        for (double& p : net.parameters()) p = random.normal() * 0.5;
        for (std::size_t k = 0; k < net.inputs(); ++k) x.push_back(random.normal());
        if (c.loss == "squared")
            for (std::size_t k = 0; k < net.outputs(); ++k) values.push_back(random.normal());
        else
            target.label = static_cast<int>(random.below(std::max<std::size_t>(net.outputs(), 2)));
        target.values = values;
    }
    Sample(const Sample&) = delete;
    Sample& operator=(const Sample&) = delete;

    // The loss with these parameters, in any scalar.
    template <class P, class T> T lost(const P& parameters, std::vector<T>& outputs) const {
        outputs.resize(net.outputs());
        if constexpr (std::same_as<P, VariableSpan<double>>)
            net.forward(parameters, std::span<const double>(x), std::span<T>(outputs));
        else
            net.forward(std::span<const T>(parameters), std::span<const double>(x), std::span<T>(outputs));
        return loss(std::span<const T>(outputs), target);
    }
    Numbers gradient_by_value() const {
        return gradient(
            [this](const auto& w) {
                std::vector<std::remove_cvref_t<decltype(w[0])>> outputs;
                return lost(w, outputs);
            },
            Numbers(net.parameters().begin(), net.parameters().end()));
    }
};

TEST(MlpTest, GradientsAreThoseOfHandWrittenBackpropagation) {
    for (const Case& c : cases())
        for (std::uint64_t seed = 1; seed <= 3; ++seed) {
            const Sample s(c, seed);
            const auto hand = by_hand::backpropagate(s.net, c.loss, s.x, s.target);
            EXPECT_LE(by_hand::largest_gap(s.net, s.gradient_by_value(), hand.gradient), 1e-12)
                << c.hidden << " " << c.loss << " of " << c.widths.size() << " widths, seed " << seed;
            std::vector<double> outputs;
            const Numbers w(s.net.parameters().begin(), s.net.parameters().end());
            EXPECT_NEAR(s.lost(w, outputs), hand.loss, 1e-12 * std::max(1.0, hand.loss));
        }
}

TEST(MlpTest, HandWrittenBackpropagationWithASlipIsTold) {
    const Sample s({{3, 4, 2}, "tanh", "identity", "squared"}, 1);
    Numbers slipped = by_hand::backpropagate(s.net, "squared", s.x, s.target).gradient;
    slipped[1] *= 1 + 1e-9;
    EXPECT_GT(by_hand::largest_gap(s.net, s.gradient_by_value(), slipped), 1e-12);
}

TEST(MlpTest, TheSameNetworkAndLossRunWithDualGiveTheSameGradient) {
    for (const Case& c : cases()) {
        if (c.widths.front() > 9) continue;  // one forward pass a parameter
        const Sample s(c, 5);
        std::vector<Dual<double>> w(s.net.parameters().begin(), s.net.parameters().end()), outputs;
        Numbers forward;
        for (Dual<double>& v : w) {
            const double value = v.value();
            v = Dual<double>::variable(value);
            forward.push_back(s.lost(w, outputs).tangent());
            v = value;
        }
        EXPECT_LE(by_hand::largest_gap(s.net, forward, s.gradient_by_value()), 1e-12) << c.hidden << c.loss;
    }
}

TEST(MlpTest, ParametersByReferenceGiveTheSameBits) {
    for (const Case& c : cases()) {
        const Sample s(c, 7);
        const Recording<> scope;
        const VariableSpan<double> w = variables_by_reference(s.net.parameters());
        std::vector<Value> outputs;
        const auto start = mark();
        Numbers by_reference(w.size());
        backward_to(start, s.lost(w, outputs), by_reference);
        std::vector<Value> copies(w.size());
        variables<double>(s.net.parameters(), copies);
        Numbers by_value;
        s.lost(copies, outputs).backward();
        for (const Value& v : copies) by_value.push_back(v.grad());
        EXPECT_EQ(by_reference, by_value) << c.hidden << c.loss;
    }
}

TEST(MlpTest, ActiveInputsHaveGradientsToo) {
    const Case c{{3, 8, 9, 5}, "tanh", "identity", "softmax_cross_entropy"};
    const Sample s(c, 2);
    const Recording<> scope;
    const std::vector<Value> x = variables(s.x);
    const std::vector<Value> w(s.net.parameters().begin(), s.net.parameters().end());  // constants
    std::vector<Value> y(5);
    s.net.forward<Value, Value>(w, x, y);
    s.loss(std::span<const Value>(y), s.target).backward();
    const auto hand = by_hand::backpropagate(s.net, c.loss, s.x, s.target);
    for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(x[k].grad(), hand.by_input[k], 1e-14);
}

// H v: by Reverse<Dual<double>>, and as the gradient of J v by Dual<Value>.
TEST(MlpTest, SecondDerivativesByBothNestingsAgree) {
    const Sample s({{2, 3, 2}, "tanh", "identity", "softmax_cross_entropy"}, 4);
    const auto f = [&](const auto& w) {
        std::vector<std::remove_cvref_t<decltype(w[0])>> outputs;
        return s.lost(w, outputs);
    };
    const Numbers w(s.net.parameters().begin(), s.net.parameters().end());
    Numbers v(w.size());
    for (std::size_t k = 0; k < v.size(); ++k) v[k] = std::cos(static_cast<double>(k));
    const Numbers forward_over_reverse = hvp(f, w, v);
    const Numbers reverse_over_forward = gradient([&](const auto& x) { return jvp(f, x, v); }, w);
    EXPECT_LE(by_hand::largest_gap(s.net, reverse_over_forward, forward_over_reverse), 1e-12);
    double largest = 0;
    for (const double h : forward_over_reverse) largest = std::max(largest, std::abs(h));
    EXPECT_GT(largest, 0.01);
}

// ---- Activations and losses of one's own ----

struct Bump {
    static constexpr std::string_view name = "bump";
    template <class T> static T value(const T& x) { return x * exp(-x * x); }
    template <int, class T> static T partial(const T& x, const T&) {
        return exp(-x * x) * (1.0 - 2.0 * x * x);
    }
};

TEST(MlpTest, ACallableAndARuleOfOnesOwnServeAsActivations) {
    const Activation callable("swish", [](const auto& x) { return x * sigmoid(x); });
    const Activation rule = Activation::of<Bump>();
    EXPECT_EQ(rule.name(), "bump");
    const double z = 0.7, e = std::exp(-z), s = 1 / (1 + e);
    const std::pair<Activation, double> slopes[] = {{callable, s + z * s * (1 - s)},
                                                    {rule, std::exp(-z * z) * (1 - 2 * z * z)}};
    for (const auto& [g, slope] : slopes) {
        Mlp<double> net({1, 1}, g, g, Bias::none);
        net.set_parameters(Numbers{0.35});
        const Recording<> scope;
        const std::vector<Value> w{variable(0.35)};
        std::vector<Value> y(1);
        net.forward<Value, double>(w, Numbers{2}, y);
        y[0].backward();
        EXPECT_NEAR(w[0].grad(), 2 * slope, 1e-14) << g.name();
        std::vector<Dual<double>> yd(1);
        net.forward<Dual<double>, double>(std::vector{Dual<double>::variable(0.35)}, Numbers{2}, yd);
        EXPECT_NEAR(yd[0].tangent(), 2 * slope, 1e-14) << g.name();
    }
}

TEST(MlpTest, ANeuronsActivationIsOneEdge) {
    for (const Activation& g :
         {known("relu"), Activation("swish", [](const auto& x) { return x * sigmoid(x); })}) {
        const Recording<> scope;
        std::vector<Value> z = variables(Numbers(100, 0.5));
        const std::size_t before = statistics().edges;
        g(std::span<Value>(z));
        EXPECT_EQ(statistics().edges, before + 100) << g.name();
    }
}

TEST(MlpTest, ALossOfOnesOwnDifferentiates) {
    const Loss absolute("absolute", [](const auto& y, const Target& t) { return abs(y[0] - t.value(0, 1)); });
    const Recording<> scope;
    const std::vector<Value> y{variable(1.0)};
    const Numbers wanted{3};
    const Value l = absolute(std::span<const Value>(y), {.values = wanted});
    l.backward();
    EXPECT_EQ(l.value(), 2);
    EXPECT_EQ(y[0].grad(), -1);
}

TEST(MlpTest, LossesAreTheirFormulas) {
    const Numbers y{1, -2, 0.5}, t{0, 0, 1};
    const std::span<const double> outputs(y);
    EXPECT_EQ(loss("squared")(outputs, {.values = t}), 0.5 * (1 + 4 + 0.25));
    EXPECT_EQ(loss("squared")(outputs, {.label = 2}), 0.5 * (1 + 4 + 0.25));  // a class as its unit vector
    EXPECT_NEAR(loss("softmax_cross_entropy")(outputs, {.label = 0}),
                std::log(std::exp(1) + std::exp(-2) + std::exp(0.5)) - 1, 1e-15);
    EXPECT_EQ(loss("hinge")(outputs.first(1), {.label = 0}), 2);
    EXPECT_EQ(loss("hinge")(outputs.first(1), {.label = 1}), 0);
    EXPECT_EQ(loss("hinge")(outputs.subspan(2), {.label = 1}), 0.5);
}

TEST(MlpTest, ALossRefusesATargetThatLacksWhatItReads) {
    const Numbers y{1, -2, 0.5}, two{1, 2};
    const std::span<const double> three(y), one = three.first(1);
    const auto of = [](const Loss& l, std::span<const double> outputs, const Target& t) {
        return error_of([&] { l(outputs, t); });
    };
    for (const int label : {-1, 3, 100'000'000})
        EXPECT_THAT(of(loss("softmax_cross_entropy"), three, {.label = label}),
                    HasSubstr("softmax_cross_entropy needs a class and an output for each class"));
    EXPECT_THAT(of(loss("softmax_cross_entropy"), one, {.label = 0}), HasSubstr("it got 1 output, "));
    EXPECT_THAT(of(loss("squared"), three, {.values = two}), HasSubstr("it got 3 outputs, 2 values and no"));
    EXPECT_THAT(of(loss("squared"), three, {}), HasSubstr("a value for each output or a class"));
    EXPECT_THAT(of(loss("squared"), one, {.label = 2}), HasSubstr("and class 2"));
    EXPECT_THAT(of(loss("hinge"), one, {.label = 7}), HasSubstr("one output and a class, 0 or 1"));
    EXPECT_THAT(of(loss("hinge"), three, {.label = 1}), HasSubstr("one output"));
    EXPECT_THAT(error_of([] { loss("squared").predicted_class({}); }), HasSubstr("no outputs"));

    const Loss by_values(
        "by_values", [](const auto& outputs, const Target& t) { return outputs[0] - t.values[0]; },
        Needs::values);
    EXPECT_THAT(of(by_values, one, {.label = 0}), HasSubstr("by_values needs a value for each output"));
    EXPECT_EQ(by_values(one, {.values = std::span(two).first(1)}), 0);
    // The name says nothing: what it needs is what it was given.
    const Loss own("hinge", [](const auto& outputs, const Target& t) { return outputs[0] * t.value(0, 3); });
    EXPECT_EQ(own(three, {.values = y}), 1);
}

TEST(MlpTest, OutputsStandForAClass) {
    EXPECT_EQ(loss("softmax_cross_entropy").predicted_class(Numbers{1, 3, 2}), 1);
    EXPECT_EQ(loss("hinge").predicted_class(Numbers{0.1}), 1);
    EXPECT_EQ(loss("hinge").predicted_class(Numbers{-0.1}), 0);
    EXPECT_EQ(loss("squared").predicted_class(Numbers{0.4}), 0);
    EXPECT_EQ(loss("squared").predicted_class(Numbers{0.6}), 1);
}

// ---- Initialisers ----

TEST(MlpTest, InitialisersKeepTheirBoundsAndSpread) {
    Mlp<double> net({100, 50, 10}, known("relu"), known("identity"));
    Random random(1);
    xavier(net, random);
    const double bound = std::sqrt(6.0 / 150);
    double largest = 0;
    for (const double w : net.parameters().first(5000)) largest = std::max(largest, std::abs(w));
    EXPECT_LE(largest, bound);
    EXPECT_GT(largest, 0.99 * bound);
    for (const double b : net.parameters().subspan(5000, 50)) EXPECT_EQ(b, 0);

    he(net, random);
    double squares = 0;
    for (const double w : net.parameters().first(5000)) squares += w * w;
    EXPECT_NEAR(squares / 5000, 2.0 / 100, 0.1 * 2.0 / 100);  // 5 standard errors of a variance from 5,000

    Mlp<double> again = net;
    Random one(9), other(9);
    initialise("he", net, one);
    initialise("he", again, other);
    EXPECT_EQ(Numbers(net.parameters().begin(), net.parameters().end()),
              Numbers(again.parameters().begin(), again.parameters().end()));
}

// The variance is gain / fan: of 2 / (100 + 50), 2 / 100, 1 / 100.
TEST(MlpTest, InitialisersByNameHaveTheirVarianceAndShape) {
    const struct {
        const char* name;
        double variance;
        bool uniform;
    } all[] = {{"glorot_uniform", 2.0 / 150, true},
               {"glorot_normal", 2.0 / 150, false},
               {"xavier", 2.0 / 150, true},
               {"he_uniform", 2.0 / 100, true},
               {"he_normal", 2.0 / 100, false},
               {"he", 2.0 / 100, false},
               {"lecun_uniform", 1.0 / 100, true},
               {"lecun_normal", 1.0 / 100, false},
               {"normal", 0.01, false},
               {"uniform", 1.0 / 12, true},
               {"zeros", 0, true},
               {"constant", 0.01, true}};
    ASSERT_EQ(std::size(all), initialiser_names().size());
    for (const auto& i : all) {
        Mlp<double> net({100, 50, 1},
                        Activation("learned", [](const auto& x, auto p) { return p[0] * x; }, {7}),
                        known("identity"));
        Random random(1);
        initialise(i.name, net, random);
        double squares = 0, largest = 0;
        for (const double w : net.parameters().first(5000)) {
            squares += w * w;
            largest = std::max(largest, std::abs(w));
        }
        EXPECT_NEAR(squares / 5000, i.variance, 0.1 * i.variance) << i.name;
        const double bound = std::sqrt(3 * i.variance);
        if (i.uniform)
            EXPECT_LE(largest, bound) << i.name;
        else
            EXPECT_GT(largest, 1.5 * bound) << i.name;
        for (const double b : net.parameters().subspan(5000, 50))
            EXPECT_EQ(b != 0, std::string_view(i.name) == "uniform") << i.name;
        EXPECT_EQ(net.parameters()[5050], 7) << "what an activation learns stays";
    }
}

// ---- Errors ----

TEST(MlpTest, UnknownNamesListTheKnownOnes) {
    const std::pair<std::string, std::vector<std::string>> errors[] = {
        {error_of([] { activation("rleu"); }), activation_names()},
        {error_of([] { loss("rleu"); }), loss_names()},
        {error_of([] {
             Mlp<double> net({1, 1}, activation("tanh"), activation("tanh"));
             Random random(1);
             initialise("rleu", net, random);
         }),
         initialiser_names()}};
    for (const auto& [what, names] : errors) {
        EXPECT_THAT(what, HasSubstr("'rleu'"));
        EXPECT_FALSE(names.empty());
        for (const std::string& name : names) EXPECT_THAT(what, HasSubstr(name));
    }
    for (const std::string& name : activation_names()) EXPECT_EQ(activation(name).name(), name);
    for (const std::string& name : loss_names()) EXPECT_EQ(loss(name).name(), name);
}

TEST(MlpTest, SizesThatDoNotFitAreErrorsWithBothNumbers) {
    const Activation g = known("relu");
    const auto net_of = [&](const std::vector<std::size_t>& widths) { return Mlp<double>(widths, g, g); };
    EXPECT_THAT(error_of([&] { net_of({}); }), HasSubstr("0 widths"));
    EXPECT_THAT(error_of([&] { net_of({3}); }), HasSubstr("1 widths"));
    EXPECT_THAT(error_of([&] { net_of({3, 0, 1}); }), HasSubstr("width 1"));
    EXPECT_THAT(error_of([&] { Mlp<double>(std::vector<Layer>{}); }), HasSubstr("at least one layer"));
    EXPECT_THAT(error_of([&] {
                    Mlp<double>({Layer{2, 3, g}, Layer{4, 1, g}});
                }),
                testing::AllOf(HasSubstr("layer 2"), HasSubstr("4 inputs"), HasSubstr("3 outputs")));
    EXPECT_THAT(error_of([&] { Mlp<double>({Layer{2, 0, g}}); }), HasSubstr("layer 1"));
    constexpr std::size_t half = std::size_t{1} << 63, most = static_cast<std::size_t>(-1);
    for (const auto& widths : {std::vector{half, std::size_t{2}}, {std::size_t{2}, half}, {most, most}})
        EXPECT_THAT(error_of([&] { net_of(widths); }), HasSubstr("choose smaller widths"));
    EXPECT_THAT(error_of([&] {
                    count_parameters(std::vector(40, Layer{1U << 28, 1U << 28, g}));
                }),
                HasSubstr("choose smaller widths"));

    Mlp<double> net = net_of({2, 3, 1});
    const Numbers before(net.parameters().begin(), net.parameters().end());
    EXPECT_THAT(error_of([&] { net.set_parameters(Numbers(12)); }),
                testing::AllOf(HasSubstr("13"), HasSubstr("12")));
    EXPECT_EQ(Numbers(net.parameters().begin(), net.parameters().end()), before);
    EXPECT_THAT(error_of([&] { net.predict(Numbers(3)); }), HasSubstr("2 inputs, it got 3"));
    Numbers y(2), one(1);
    EXPECT_THAT(error_of([&] { net.forward<double, double>(net.parameters(), Numbers(2), y); }),
                HasSubstr("1 outputs, it got 2"));
    EXPECT_THAT(error_of([&] { net.forward<double, double>(Numbers(5), Numbers(2), one); }),
                HasSubstr("13 parameters, it got 5"));
}

// ---- No derivative but by the rules ----

/// A source's identifiers, comments and literals left out.
std::vector<std::string> identifiers(const std::string& source) {
    std::vector<std::string> found;
    for (std::size_t i = 0; i < source.size();) {
        const char c = source[i];
        if (source.compare(i, 2, "//") == 0) {
            i = std::min(source.find('\n', i), source.size());
        } else if (source.compare(i, 2, "/*") == 0) {
            i = std::min(source.find("*/", i), source.size());
        } else if (c == '"' ||
                   (c == '\'' && (i == 0 || std::isalnum(static_cast<unsigned char>(source[i - 1])) == 0))) {
            for (++i; i < source.size() && source[i] != c; ++i) i += source[i] == '\\';
            ++i;
        } else if (std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_') {
            const std::size_t start = i;
            while (i < source.size() &&
                   (std::isalnum(static_cast<unsigned char>(source[i])) != 0 || source[i] == '_'))
                ++i;
            found.push_back(source.substr(start, i - start));
        } else {
            ++i;
        }
    }
    return found;
}

/// "file: identifier" for each way around the rules in the sources below a folder.
std::vector<std::string> ways_around(const std::filesystem::path& folder, std::size_t& files) {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        const auto extension = entry.path().extension();
        if (extension != ".hpp" && extension != ".cpp") continue;
        ++files;
        std::ifstream in(entry.path());
        const std::string text{std::istreambuf_iterator<char>(in), {}};
        for (const std::string& word : identifiers(text))
            if (word == "external" || word == "vjp" || word == "pull" || word == "takes")
                found.push_back(entry.path().filename().string() + ": " + word);
    }
    return found;
}

TEST(MlpTest, NoSourceOfTheNetworksGoesAroundTheRules) {
    const std::filesystem::path root = WENGERT_SOURCES;
    std::size_t files = 0;
    EXPECT_THAT(ways_around(root / "nn", files), testing::IsEmpty());
    EXPECT_GT(files, 20U);
    EXPECT_THAT(ways_around(root / "autodiff" / "include", files), testing::Contains("derivatives.hpp: vjp"));
}

}  // namespace
