// Activations and losses of one's own as one writes them down: that they compile without a warning is half of
// what is held here.
#include <gtest/gtest.h>

#include <cmath>
#include <concepts>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include <wengert/gradient_check.hpp>
#include <wengert/nn/activation.hpp>
#include <wengert/nn/loss.hpp>

namespace {

using namespace wengert;
using namespace wengert::nn;

// x/2 (1 + tanh x), by decimal literals, and with a derivative that needs no y.
struct Half {
    static constexpr std::string_view name = "half";
    template <class T> static T value(const T& x) { return 0.5 * x * (1.0 + tanh(x)); }
    template <int, class T> static T partial(const T& x, const T&) {
        const T t = tanh(x);
        return 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t);
    }
};
// One that needs no x: with y = tanh(x / 2), dy/dx = (1 - y^2) / 2.
struct Slow {
    static constexpr std::string_view name = "slow";
    template <class T> static T value(const T& x) { return tanh(0.5 * x); }
    template <int, class T> static T partial(const T&, const T& y) { return 0.5 * (1.0 - y * y); }
};
const auto leaky = [](const auto& x) { return select(x > 0.0, x, 0.1 * x); };
struct Leaky {
    static constexpr std::string_view name = "leaky";
    template <class T> static T value(const T& x) { return select(x > 0.0, x, 0.1 * x); }
    template <int, class T> static T partial(const T& x, const T&) { return select(x > 0.0, T(1.0), T(0.1)); }
};

TEST(OwnActivationTest, DecimalLiteralsNeedNoCast) {
    const Activation half = Activation::of<Half>(), slow = Activation::of<Slow>();
    EXPECT_EQ(half(1.5), 0.75 * (1 + std::tanh(1.5)));
    EXPECT_EQ(slow(1.5), std::tanh(0.75));
    const Box everywhere(-1.0, 1.0, 20);  // far out, 1 - t^2 has few digits
    EXPECT_TRUE(check_gradient([](const auto& x) { return apply<Half>(x); }, everywhere).ok());
    EXPECT_TRUE(check_gradient([](const auto& x) { return apply<Slow>(x); }, everywhere).ok());
    for (const Activation& a : {Activation("leaky", leaky), Activation::of<Leaky>()}) {
        EXPECT_EQ(a(2.0), 2);
        EXPECT_EQ(a(-2.0), -0.2);
        EXPECT_EQ(a(Dual<double>::variable(-2.0)).tangent(), 0.1);
        EXPECT_EQ(a(Dual<double>::variable(2.0)).tangent(), 1);
    }
}

// With a float, 0.1 * x is a double: its conversion back is a warning, and `select` of the two no match.
TEST(OwnActivationTest, AFloatGoesByWayOfDouble) {
    const Activation whole = Activation::of_layer("half", [](auto z) {
        static_assert(!std::same_as<typename decltype(z)::value_type, float>);
        for (auto& v : z) v = 0.5 * v;
    });
    const Activation learned(
        "learned",
        [](const auto& x, auto p) {
            static_assert(!std::same_as<std::remove_cvref_t<decltype(x)>, float>);
            return select(x > 0.0, x, 0.1 * p[0] * x);
        },
        {3.0}, Each::neuron);
    EXPECT_EQ(Activation("leaky", leaky)(-3.0F), static_cast<float>(0.1 * -3.0));
    std::vector<float> z{-1, 2}, w{-1, -2};
    whole(std::span(z));
    EXPECT_EQ(z, (std::vector<float>{-0.5F, 1}));
    learned(std::span(w), std::span<const float>(std::vector<float>{3, 0.5F}));
    EXPECT_EQ(w, (std::vector<float>{static_cast<float>(0.1 * 3 * -1), static_cast<float>(0.1 * 0.5 * -2)}));

    const Loss tenth("tenth", [](const auto& y, const Target& t) { return 0.1 * abs(y[0] - t.values[0]); });
    const std::vector<double> target{1};
    EXPECT_EQ(tenth(std::span<const float>(std::vector<float>{4}), Target{target}),
              static_cast<float>(0.1 * 3));
}

}  // namespace
