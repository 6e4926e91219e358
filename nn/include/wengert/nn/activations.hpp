// The activation functions that networks use beyond those of rules.hpp (sigmoid, tanh, softplus, log_sigmoid,
// relu, step), as rules: value and derivative good to a few units in the last place over the whole range,
// with the limit at an infinity.
//
// A constant (a slope, an alpha) is the one of the paper. For another one write a callable:
// `Activation("leaky", [](const auto& x) { return max(x, 0.1 * x); })`.
#pragma once

#include <cmath>
#include <numbers>
#include <string_view>

#include <wengert/functions.hpp>

namespace wengert::nn::activations {

namespace detail {

/// x held within +-1000. Beyond, what it is used for is 0 or 1 to the last digit, and no infinity meets a 0.
template <class T> T within(const T& x) {
    return select(x < T(-1000), T(-1000), select(x > T(1000), T(1000), x));
}

/// A value and the derivative, made together.
template <class T> struct Both { T value, slope; };

/// A rule that states `both(x)`. A float goes by way of double.
template <class Rule> struct MadeTogether {
    template <class T> static Both<T> shared(const T& x) { return Rule::both(x); }
    static Both<float> shared(const float& x) {
        const Both<double> both = Rule::both(static_cast<double>(x));
        return {static_cast<float>(both.value), static_cast<float>(both.slope)};
    }
    template <class T> static T value(const T& x) { return shared(x).value; }
    template <class T> static const T& value(const T&, const Both<T>& s) { return s.value; }
    template <int, class T> static const T& partial(const T&, const T&, const Both<T>& s) { return s.slope; }
};

/// x G(x) for a gate G = f^2 n r with G' = f^2 g r^2. f, not its square, keeps x f^2 a normal number where
/// f^2 is none any more.
template <class T> Both<T> gated(const T& x, const T& f, const T& n, const T& r, const T& g) {
    const T b = within(x);
    return {T(f * (f * (select(x < T(0), b, x) * n * r))), T(f * (f * ((n + b * g * r) * r)))};
}

/// The same for the gate sigmoid(v(x)), from h = exp(-|v| / 2), which has the sign of x, and v'.
template <class T> Both<T> gated_by_sigmoid(const T& x, const T& h, const T& v_slope) {
    const bool low = x < T(0);
    const T e = h * h;
    return gated(x, T(select(low, h, T(1))), T(1), T(T(1) / (T(1) + e)), T(v_slope * select(low, T(1), e)));
}

/// exp(sqrt(2/pi) (x + 0.044715 x^3)), |x| <= 1000. The exponent goes down to -360 or so, and rounding it
/// would cost as many units in the last place: fma carries what is lost, in the constants too.
template <class T> T exp_cubic(const T& x) {
    const T k1(0.7978845608028654), k1_rest(-4.98465440455546e-17);
    const T k3(0.035677408136300125), k3_rest(-3.0875749590776575e-19);
    const T x2 = x * x, x2_rest = fma(x, x, T(-x2));
    const T t = k3 * x2, t_rest = fma(k3, x2, T(-t)) + k3 * x2_rest + k3_rest * x2;
    const T s = k1 + t, t_in_s = s - k1;
    const T s_rest = (k1 - (s - t_in_s)) + (t - t_in_s) + t_rest + k1_rest;
    const T u = x * s, u_rest = fma(x, s, T(-u)) + x * s_rest;
    const T y = exp(u);
    return y + y * u_rest;
}

/// x Phi(x) and Phi(x) + x phi(x), where Phi(x) = erfc(a) / 2 at a = -x / sqrt(2), and phi = Phi'. Rounding a
/// would cost a^2 units in the last place: fma carries what is lost.
template <class T> Both<T> gaussian_gate(const T& x) {
    const T b = within(x), root(std::numbers::sqrt2 / 2), root_rest(-4.833646656726457e-17);
    const T a = T(-b) * root, lost = fma(b, root, a) + b * root_rest;
    const T half = exp_minus_square(T(T(0.5) * b));  // squared, exp(-x^2 / 2)
    const T bell = half * half * T(std::numbers::inv_sqrtpi);
    const T share = T(0.5) * erfc(a) + bell * lost;
    return {T(select(x < T(0), b, x) * share), T(share + b * bell * root)};
}
/// Below -35 by Phi(x) = -phi(x) / x (1 - 1 / x^2 + 3 / x^4 - 15 / x^6 + ...) (Abramowitz & Stegun 26.2.12):
/// erfc(a) has lost digits there where x erfc(a) is still a normal number.
inline Both<double> gaussian_gate(const double& x) {
    if (!(x < -35)) return gaussian_gate<double>(x);
    const double b = within(x), half = exp_minus_square(0.5 * b);
    double series = 1;
    for (int k = 11; k > 0; k -= 2) series = 1 - k / (b * b) * series;
    const double scale = half * (std::numbers::inv_sqrtpi * std::numbers::sqrt2 / 2);
    return {-(scale * series) * half, scale * (b - series / b) * half};
}

}  // namespace detail

// ---- Of pieces: where they meet, the one that is chosen is named ----

/// x where x > 0, else x / 100; at 0 the slope is 1 / 100. Source: Maas, Hannun & Ng, "Rectifier
/// nonlinearities improve neural network acoustic models", ICML 2013.
struct LeakyRelu {
    static constexpr std::string_view name = "leaky_relu";
    template <class T> static T value(const T& x) { return select(x > T(0), x, T(T(0.01) * x)); }
    template <int, class T> static T partial(const T& x, const T&) { return select(x > T(0), T(1), T(0.01)); }
};
/// min(max(x, -1), 1); at -1 and 1 the slope is 0. Source: Collobert, "Large scale machine learning", thesis,
/// Paris 2004.
struct HardTanh {
    static constexpr std::string_view name = "hard_tanh";
    template <class T> static T value(const T& x) {
        return select(x <= T(-1), T(-1), select(x >= T(1), T(1), x));
    }
    template <int, class T> static T partial(const T& x, const T&) {
        return select(x <= T(-1) || x >= T(1), T(0), T(1));
    }
};
/// min(max(x, 0), 6); at 0 and 6 the slope is 0. Source: Krizhevsky, "Convolutional deep belief networks on
/// CIFAR-10", 2010.
struct Relu6 {
    static constexpr std::string_view name = "relu6";
    template <class T> static T value(const T& x) {
        return select(x <= T(0), T(0), select(x >= T(6), T(6), x));
    }
    template <int, class T> static T partial(const T& x, const T&) {
        return select(x <= T(0) || x >= T(6), T(0), T(1));
    }
};
/// min(max(x / 6 + 1 / 2, 0), 1); at -3 and 3 the slope is 0. Source: Howard et al., "Searching for
/// MobileNetV3", ICCV 2019, as relu6(x + 3) / 6.
struct HardSigmoid {
    static constexpr std::string_view name = "hard_sigmoid";
    template <class T> static T value(const T& x) {
        return select(x <= T(-3), T(0), select(x >= T(3), T(1), T((x + T(3)) / T(6))));
    }
    template <int, class T> static T partial(const T& x, const T&) {
        return select(x <= T(-3) || x >= T(3), T(0), T(T(1) / T(6)));
    }
};
/// x hard_sigmoid(x); at -3 the slope is 0, at 3 it is 1: that of the outer pieces. Its zero is at -3 / 2.
/// Source: Howard et al., ICCV 2019.
struct HardSwish {
    static constexpr std::string_view name = "hard_swish";
    template <class T> static T value(const T& x) {
        return select(x <= T(-3), T(0), select(x >= T(3), x, T(x * (x + T(3)) / T(6))));
    }
    template <int, class T> static T partial(const T& x, const T&) {
        return select(x <= T(-3), T(0), select(x >= T(3), T(1), T((x + x + T(3)) / T(6))));
    }
};

// ---- Exponential below 0 ----

/// max(x, 0) + min(alpha (exp(x / alpha) - 1), 0), alpha = 1; the slope at 0 is 1 from both sides. Source:
/// Clevert, Unterthiner & Hochreiter, "Fast and accurate deep network learning by exponential linear units",
/// ICLR 2016, where alpha only scales.
struct Elu {
    static constexpr std::string_view name = "elu";
    template <class T> static T below(const T& x) { return select(x > T(0), T(0), x); }
    template <class T> static T shared(const T& x) { return expm1(below(x)); }
    template <class T> static T value(const T& x) { return value(x, shared(x)); }
    template <class T> static T value(const T& x, const T& s) { return select(x > T(0), x, s); }
    template <int, class T> static T partial(const T& x, const T&, const T& s) {
        return rules::expm1_slope(below(x), s);
    }
};
/// The same function, since alpha is 1; by alpha it is smooth. Source: Barron, "Continuously differentiable
/// exponential linear units", 2017.
struct Celu : Elu {
    static constexpr std::string_view name = "celu";
};
/// lambda x where x > 0, else lambda alpha (exp(x) - 1), with the lambda and alpha that keep mean 0 and
/// variance 1; at 0 the slope is lambda alpha, that from below. Source: Klambauer, Unterthiner, Mayr &
/// Hochreiter, "Self-normalizing neural networks", NIPS 2017.
struct Selu {
    static constexpr std::string_view name = "selu";
    static constexpr double lambda = 1.0507009873554804934193349852946;
    static constexpr double alpha = 1.6732632423543772848170429916717;
    template <class T> static T shared(const T& x) { return Elu::shared(x); }
    template <class T> static T value(const T& x) { return value(x, shared(x)); }
    template <class T> static T value(const T& x, const T& s) {
        return T(lambda) * select(x > T(0), x, T(T(alpha) * s));
    }
    template <int, class T> static T partial(const T& x, const T&, const T& s) {
        return T(lambda) * select(x > T(0), T(1), T(T(alpha) * rules::expm1_slope(Elu::below(x), s)));
    }
};

// ---- Smooth ----

/// x / (1 + |x|); its second derivative at 0 is 0, the middle of the kink. Source: Bergstra, Desjardins,
/// Lamblin & Bengio, "Quadratic polynomials learn better image features", 2009.
struct Softsign {
    static constexpr std::string_view name = "softsign";
    template <class T> static T shared(const T& x) { return T(1) / (T(1) + abs(x)); }
    template <class T> static T value(const T& x) { return value(x, shared(x)); }
    template <class T> static T value(const T& x, const T& r) {
        return select(abs(x) < T(1), T(x * r), T(copysign(T(T(1) - r), x)));  // an infinity has r = 0
    }
    template <int, class T> static T partial(const T&, const T&, const T& r) { return r * r; }
};
/// x sigmoid(x), also called swish. Least at -1.278465: -0.2784645. Source: Elfwing, Uchibe & Doya,
/// "Sigmoid-weighted linear units for neural network function approximation in reinforcement learning", 2017.
struct Silu : detail::MadeTogether<Silu> {
    static constexpr std::string_view name = "silu";
    template <class T> static detail::Both<T> both(const T& x) {
        return detail::gated_by_sigmoid(x, T(exp(T(0.5) * rules::negative_abs(detail::within(x)))), T(1));
    }
};
/// x Phi(x) = x erfc(-x / sqrt(2)) / 2, Phi the normal distribution. Least at -0.751792: -0.1699712. Source:
/// Hendrycks & Gimpel, "Gaussian error linear units", 2016.
struct Gelu : detail::MadeTogether<Gelu> {
    static constexpr std::string_view name = "gelu";
    template <class T> static detail::Both<T> both(const T& x) { return detail::gaussian_gate(x); }
};
/// x (1 + tanh(u)) / 2 = x sigmoid(2 u), u = sqrt(2/pi) (x + 0.044715 x^3): gelu, nearly. Least at -0.752461:
/// -0.170041. Source: Hendrycks & Gimpel, 2016.
struct GeluTanh : detail::MadeTogether<GeluTanh> {
    static constexpr std::string_view name = "gelu_tanh";
    template <class T> static detail::Both<T> both(const T& x) {
        const T b = detail::within(x);
        const T slope = T(1.5957691216057308) + T(0.21406444881780073) * b * b;  // 2 u'
        return detail::gated_by_sigmoid(x, T(detail::exp_cubic(rules::negative_abs(b))), slope);
    }
};
/// x tanh(softplus(x)) = x w / (w + 2), w = e (e + 2), e = exp(x); for x >= 0 by exp(-x). Least at -1.192431:
/// -0.3088434. Source: Misra, "Mish: a self regularized non-monotonic activation function", BMVC 2020.
struct Mish : detail::MadeTogether<Mish> {
    static constexpr std::string_view name = "mish";
    template <class T> static detail::Both<T> both(const T& x) {
        const bool low = x < T(0);
        const T h = exp(T(0.5) * rules::negative_abs(detail::within(x))), e = h * h;
        const T n = select(low, T(e + T(2)), T(T(1) + e + e));
        const T d = select(low, T(e * n + T(2)), T(n + T(2) * e * e));
        const T g = T(4) * (T(1) + e) * select(low, T(1), T(e * e));
        return detail::gated(x, T(select(low, h, T(1))), n, T(T(1) / d), g);
    }
};

using All = List<LeakyRelu, Elu, Selu, Celu, Softsign, Gelu, GeluTanh, Silu, Mish, HardSigmoid, HardSwish,
                 HardTanh, Relu6>;

}  // namespace wengert::nn::activations
