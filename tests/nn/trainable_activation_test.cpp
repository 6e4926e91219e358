// Activations with parameters of their own, learned with the weights.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <wengert/nn/initialiser.hpp>
#include <wengert/nn/synthetic.hpp>
#include <wengert/nn/trainer.hpp>

#include "support/error_of.hpp"

namespace {

using namespace wengert;
using namespace wengert::nn;
using testing::ElementsAre;
using testing::HasSubstr;

using Numbers = std::vector<double>;

Activation swish(Each each = Each::layer) {
    return Activation(
        "swish", [](const auto& x, auto p) { return x * sigmoid(p[0] * x); }, {1.5}, each);
}
// Two parameters a neuron: p_0 tanh(p_1 x).
Activation scaled_tanh(Each each) {
    return Activation(
        "scaled_tanh", [](const auto& x, auto p) { return p[0] * tanh(p[1] * x); }, {0.5, 2}, each);
}

TEST(TrainableActivationTest, ParametersLieBehindTheBiasesAndBeginAsTheActivationSays) {
    const Mlp<double> layer({1, 3, 1}, scaled_tanh(Each::layer), activation("identity"));
    EXPECT_THAT(layer.parameters(), ElementsAre(0, 0, 0, 0, 0, 0, 0.5, 2, 0, 0, 0, 0));
    EXPECT_EQ(layer.first_parameter(1), 8U);
    const Mlp<double> neuron({1, 2, 1}, scaled_tanh(Each::neuron), activation("identity"));
    EXPECT_THAT(neuron.parameters(), ElementsAre(0, 0, 0, 0, 0.5, 2, 0.5, 2, 0, 0, 0));
}

TEST(TrainableActivationTest, EachNeuronReadsItsOwnParametersOrTheLayers) {
    Mlp<double> neuron({1, 2}, activation("identity"), scaled_tanh(Each::neuron), Bias::none);
    neuron.set_parameters(Numbers{1, 1, 2, 3, 4, 5});
    EXPECT_THAT(neuron.predict(Numbers{0.5}), ElementsAre(2 * std::tanh(1.5), 4 * std::tanh(2.5)));
    Mlp<double> layer({1, 2}, activation("identity"), scaled_tanh(Each::layer), Bias::none);
    layer.set_parameters(Numbers{1, 2, 3, 4});
    EXPECT_THAT(layer.predict(Numbers{0.5}), ElementsAre(3 * std::tanh(2.0), 3 * std::tanh(4.0)));
}

// d/dp_0 = tanh(p_1 z), d/dp_1 = p_0 z (1 - tanh^2): summed over the neurons where they share.
TEST(TrainableActivationTest, GradientsAreThoseByHandByValueAndByReferenceAndByDual) {
    for (const Each each : {Each::layer, Each::neuron}) {
        Mlp<double> net({1, 2}, activation("identity"), scaled_tanh(each), Bias::none);
        Numbers p{0.7, -0.4, 1.5, 0.8};
        if (each == Each::neuron) p.insert(p.end(), {-0.6, 1.1});
        net.set_parameters(p);
        Numbers by_hand(p.size());
        for (std::size_t i = 0; i < 2; ++i) {
            const std::size_t k = each == Each::neuron ? 2 + 2 * i : 2;
            const double z = 2 * p[i], t = std::tanh(p[k + 1] * z);
            by_hand[i] = p[k] * p[k + 1] * (1 - t * t) * 2;
            by_hand[k] += t;
            by_hand[k + 1] += p[k] * z * (1 - t * t);
        }
        const Numbers x{2};
        const Recording<> scope;
        const std::vector<Value> parameters = variables(p);
        std::vector<Value> y(2);
        net.forward<Value, double>(parameters, x, y);
        Value(y[0] + y[1]).backward();
        for (std::size_t k = 0; k < p.size(); ++k) EXPECT_NEAR(parameters[k].grad(), by_hand[k], 1e-15) << k;

        const auto reference = variables_by_reference(std::span<const double>(p));
        net.forward(reference, std::span<const double>(x), std::span(y));
        Value(y[0] + y[1]).backward();
        for (std::size_t k = 0; k < p.size(); ++k) EXPECT_NEAR(reference[k].grad(), by_hand[k], 1e-15) << k;

        for (std::size_t k = 0; k < p.size(); ++k) {
            std::vector<Dual<double>> duals(p.begin(), p.end()), out(2);
            duals[k] = Dual<double>::variable(p[k]);
            net.forward<Dual<double>, double>(duals, x, out);
            EXPECT_NEAR(out[0].tangent() + out[1].tangent(), by_hand[k], 1e-15) << k;
        }
    }
}

TEST(TrainableActivationTest, AParameterCostsOneEdgeANeuron) {
    const Recording<> scope;
    std::vector<Value> z = variables(Numbers(100, 0.5));
    const std::vector<Value> beta = variables(Numbers{1.5});
    const std::size_t before = statistics().edges;
    swish()(std::span<Value>(z), std::span<const Value>(beta));
    EXPECT_EQ(statistics().edges, before + 200);
}

// Samples of x sigmoid(3 x): one neuron of weight 1 finds its beta, from 1.5.
TEST(TrainableActivationTest, AKnownBetaIsRecovered) {
    Dataset data{.width = 1, .target_width = 1};
    for (int k = -20; k <= 20; ++k) {
        const double x = 0.1 * k;
        data.inputs.push_back(x);
        data.targets.push_back(x / (1 + std::exp(-3 * x)));
    }
    Mlp<double> net({1, 1}, activation("identity"), swish(), Bias::none);
    net.parameters()[0] = 1;
    Trainer trainer(net, loss("squared"), Adam{.rate = 0.05}, data, {.epochs = 600, .batch = 41});
    const auto reports = trainer.run();
    EXPECT_NEAR(net.parameters()[1], 3, 0.03);
    EXPECT_LT(reports.back().loss, reports.front().loss / 100);
}

TEST(TrainableActivationTest, WithoutANetworkItIsAFunctionWithItsInitialParameters) {
    EXPECT_DOUBLE_EQ(swish()(2.0), 2 / (1 + std::exp(-3.0)));
    EXPECT_DOUBLE_EQ(derivative(swish(), 0.0), 0.5);
}

TEST(TrainableActivationTest, AnotherNumberOfParametersIsAnErrorWithBothNumbers) {
    Numbers z{1, 2};
    EXPECT_THAT(error_of([&] { swish(Each::neuron)(std::span(z), std::span<const double>(z).first(1)); }),
                HasSubstr("swish has 2 parameters in a layer of 2, it got 1"));
    EXPECT_THAT(error_of([&] { swish()(std::span(z)); }),
                HasSubstr("1 parameters in a layer of 2, it got 0"));
}

// y = p x, with p_0 = 2: one step of a rate that is too large.
TEST(TrainableActivationTest, AParameterThatRunsAwayIsNamed) {
    const Dataset data{.width = 1, .target_width = 1, .inputs = {1}, .targets = {1}};
    const Activation scale("scale", [](const auto& x, auto p) { return p[0] * x; }, {2});
    Mlp<double> net({Layer{1, 1, activation("identity"), Bias::none}, Layer{1, 1, scale, Bias::none}});
    net.set_parameters(Numbers{0, 1, 2});
    net.freeze(0);
    Trainer trainer(net, loss("squared"), GradientDescent{.rate = 1e308}, data, {.epochs = 1});
    net.parameters()[0] = 3;  // y = 3 * 1 * 2: dE/dw = 5 * 6, dE/dp = 5 * 3
    EXPECT_THAT(error_of([&] { trainer.run(); }), HasSubstr("a weight of neuron 1 in layer 2 is not finite"));
    net.set_parameters(Numbers{1e10, 1, 1e-300});  // dE/dw = -1e-290, dE/dp = -1e10
    EXPECT_THAT(
        error_of([&] { trainer.run_epoch(); }),
        HasSubstr("parameter 1 of the activation scale in layer 2 is not finite after a step in epoch"));
    EXPECT_THAT(net.parameters(), ElementsAre(1e10, 1, 1e-300));
}

}  // namespace
