// The activations that are found by name: as handles, in layers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <wengert/gradient_check.hpp>
#include <wengert/nn/mlp.hpp>
#include <wengert/nn/random.hpp>

#include "support/error_of.hpp"

namespace {

using namespace wengert;
using namespace wengert::nn;
using testing::HasSubstr;

using Numbers = std::vector<double>;

std::vector<Activation> one_number() {
    std::vector<Activation> all;
    for (const std::string& name : activation_names())
        if (activation(name).elementwise()) all.push_back(activation(name));
    return all;
}

TEST(BuiltInActivationTest, NamesAreThoseThatTheyAreFoundBy) {
    EXPECT_EQ(activation_names().size(), 24U);
    for (const std::string& name : activation_names()) EXPECT_EQ(activation(name).name(), name);
}

TEST(BuiltInActivationTest, EachDerivativeIsTheReferees) {
    for (const Activation& g : one_number()) {
        const auto report = check_gradient(g, Box(-6.0, 6.0, 100));
        EXPECT_TRUE(report.ok()) << g.name() << "\n" << report;
    }
}

TEST(BuiltInActivationTest, EachNeuronIsOneEdgeAndOneMoreForWhatIsLearned) {
    for (const Activation& g : one_number()) {
        if (g.name() == "identity" || g.name() == "step") continue;  // nothing to record
        const Recording<> scope;
        std::vector<Value> z = variables(Numbers(100, 0.5));
        const std::vector<Value> p = variables(Numbers(g.parameters(100), 0.7));
        const std::size_t before = statistics().edges;
        g(std::span<Value>(z), std::span<const Value>(p));
        const bool uses_it = g.name() == "swish";  // prelu's slope is that of the negative side
        EXPECT_EQ(statistics().edges, before + (uses_it ? 200 : 100)) << g.name();
    }
}

TEST(BuiltInActivationTest, SoftmaxAndLogSoftmaxAreFunctionsOfALayer) {
    Mlp<double> net({1, 3}, activation("identity"), activation("softmax"), Bias::none);
    net.set_parameters(Numbers{1, -2, 0.5});
    const Numbers p = net.predict(Numbers{2});
    const double total = std::exp(2) + std::exp(-4) + std::exp(1);
    EXPECT_DOUBLE_EQ(p[0], std::exp(2) / total);
    EXPECT_DOUBLE_EQ(p[1], std::exp(-4) / total);
    Mlp<double> logs({1, 3}, activation("identity"), activation("log_softmax"), Bias::none);
    logs.set_parameters(Numbers{1, -2, 0.5});
    EXPECT_DOUBLE_EQ(logs.predict(Numbers{2})[2], 1 - std::log(total));
    for (const Mlp<double>& m : {net, logs}) {
        const auto f = [&m](const auto& w) {
            using T = std::remove_cvref_t<decltype(w[0])>;
            std::vector<T> y(3);
            m.forward<T, double>(std::span<const T>(w.data(), w.size()), Numbers{2}, y);
            return T(square(y[0]) + y[1] * y[2]);
        };
        const auto report = check_gradient(f, Numbers{1, -2, 0.5});
        EXPECT_TRUE(report.ok()) << report;
    }
    EXPECT_THAT(error_of([] { activation("softmax")(1.0); }),
                HasSubstr("of a whole layer, not of one number"));
}

TEST(BuiltInActivationTest, LearnedOnesBeginAsTheFunctionsTheyComeFrom) {
    for (const double x : {-3.0, -0.5, 0.0, 2.0}) {
        EXPECT_DOUBLE_EQ(activation("swish")(x), activation("silu")(x)) << x;
        EXPECT_EQ(activation("prelu")(x), x > 0 ? x : x / 4) << x;
    }
}

}  // namespace
