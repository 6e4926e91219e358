// What the tests of the check share: functions with their gradients by hand, and how a report is asked.
#pragma once

#include <wengert/wengert.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "support/error_of.hpp"

namespace gradient_check_tests {

using wengert::Box;
using wengert::check_gradient;
using wengert::check_hessian;
using wengert::check_jacobian;
using wengert::GradientReport;
using wengert::Points;
using wengert::Verdict;
using V = std::vector<double>;

inline constexpr double infinity = std::numeric_limits<double>::infinity();

// Whether the report says so, wherever its lines break.
inline bool says(const GradientReport& report, const std::string& words) {
    std::istringstream in(report.text());
    std::string text;
    for (std::string word; in >> word;) text += word + " ";
    return text.find(words) != std::string::npos;
}
// The verdict on one derivative, and a word of the reason.
inline testing::AssertionResult is(const GradientReport& report, Verdict verdict,
                                   const std::string& reason = "") {
    for (const wengert::ComponentCheck& c : report)
        if (c.verdict != verdict || c.reason.find(reason) == std::string::npos)
            return testing::AssertionFailure() << report;
    return testing::AssertionSuccess();
}
inline const auto square_of = [](const auto& x) { return x * x; };
inline const auto relu_of = [](const auto& x) { return relu(x); };
inline const auto logistic = [](const auto& w) { return log1p(exp(-(w[0] * 0.5 - w[1] * 2.0))); };
inline V logistic_by_hand(const V& w) {
    const double s = 1 / (1 + std::exp(w[0] * 0.5 - w[1] * 2.0));
    return {-0.5 * s, 2 * s};
}
inline const V at{0.3, -0.2};

struct WrongPartial {
    [[maybe_unused]] static constexpr std::string_view name = "wrong_partial";
    template <class T> static T value(const T& x) { return x * exp(-x * x); }
    template <int, class T> static T partial(const T& x, const T&) { return exp(-x * x); }
};
inline const auto wrong_rule = [](const auto& x) { return wengert::apply<WrongPartial>(x); };

inline double plain_logistic(std::span<const double> w) {
    return std::log1p(std::exp(-(w[0] * 0.5 - w[1] * 2.0)));
}

inline const auto polar = [](const auto& p) {
    using T = std::decay_t<decltype(p[0])>;
    return std::array<T, 2>{p[0] * cos(p[1]), p[0] * sin(p[1])};
};

inline const auto rosenbrock = [](const auto& x) {
    return 100.0 * square(x[1] - x[0] * x[0]) + square(1.0 - x[0]);
};

inline const auto chain = [](const auto& x) {
    std::decay_t<decltype(x[0])> sum = x[0] * x[0];
    for (std::size_t i = 1; i < x.size(); ++i) sum += x[i] * x[i] * x[i - 1];
    return sum;
};
inline V chain_by_hand(const V& x) {
    V g(x.size());
    g[0] = 2 * x[0];
    for (std::size_t i = 1; i < x.size(); ++i) {
        g[i] += 2 * x[i] * x[i - 1];
        g[i - 1] += x[i] * x[i];
    }
    return g;
}
inline V many(std::size_t n) {
    V x(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = std::sin(static_cast<double>(i) + 1);
    return x;
}

}  // namespace gradient_check_tests
