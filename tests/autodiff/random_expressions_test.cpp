// Random programs over registers: operators, functions, compound assignment, copies, expressions kept in
// `auto`, aliases, in-place loops, as a numerical programmer may write them. One program runs in every number
// type: plain bits are kept, and forward = reverse = differences.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include <wengert/wengert.hpp>

namespace {

using wengert::Dual, wengert::Reverse, wengert::Value, wengert::variable;

constexpr std::size_t inputs = 3, registers = 6;
using Inputs = std::array<double, inputs>;

struct Instruction {
    unsigned kind;
    std::size_t a, b, to;
};
struct Program {
    std::vector<Instruction> instructions;
    Inputs at;
};
constexpr unsigned kinds = 32, detaching = 28;

Program random_program(std::uint64_t seed, std::size_t length) {
    std::mt19937_64 random(seed);
    const auto below = [&](std::uint64_t n) { return static_cast<std::size_t>(random() % n); };
    Program p;
    for (std::size_t k = 0; k < length; ++k)
        p.instructions.push_back(
            {static_cast<unsigned>(below(kinds)), below(registers), below(registers), below(registers)});
    for (double& x : p.at) x = 0.1 + 0x1p-53 * static_cast<double>(random() >> 11);
    return p;
}

/// A reference, so that a and b may be one register, and one of them `to`.
template <class T> void binary(unsigned kind, const T& a, const T& b, T& to) {
    using std::exp, std::sin, std::cos, std::tanh, std::sqrt, std::log, std::atan2, std::hypot, std::pow,
        std::fma;
    switch (kind) {
        case 0:
            to = a + b;
            break;
        case 1:
            to = a - 2.0 * b;
            break;
        case 2:
            to = a * b;
            break;
        case 3:
            to = a / (2.0 + b * b);
            break;
        case 4:
            to = sin(a) * cos(b) - a;
            break;
        case 5:
            to = exp(-a * a) + tanh(b);
            break;
        case 6:
            to = sqrt(1.0 + a * a) * 0.5 + log(2.0 + b * b);
            break;
        case 7:
            to = atan2(a, 3.0 + b * b) + hypot(a, 1.0 + b);
            break;
        case 8:
            to = pow(1.5 + a * a, b * 0.25) - pow(b, 3);
            break;
        case 9:
            to = fma(a, b, a);
            break;
        default:
            to = wengert::sigmoid(a) * wengert::softplus(b) + wengert::log_sigmoid(a - b);
    }
}
template <class T> void choice(unsigned kind, const T& a, const T& b, T& to) {
    using wengert::max, wengert::min;
    switch (kind) {
        case 0:
            to = max(a, b * 0.5);
            break;
        case 1:
            to = min(a * b, a) - wengert::relu(b);
            break;
        case 2:
            to = wengert::select(a < b, a * 2.0, b + sin(a));
            break;
        default:
            to = wengert::clamp(a, -1.0, b) + wengert::abs(b);
    }
}
template <class T> void in_place(unsigned kind, const T& a, const T& b, T& to) {
    switch (kind) {
        case 0:
            to += a;
            break;
        case 1:
            to -= a * b;
            break;
        case 2:
            to *= b;
            break;
        case 3:
            to /= 1.5 + b * b;
            break;
        case 4:
            to += to * a;
            break;
        case 5:
            to -= sin(to) * to - to;
            break;
        case 6:
            to += to;
            break;
        default:
            for (int k = 1; k <= 4; ++k) to += 0.125 * k * a;
    }
}
template <class T> void kept(unsigned kind, T& a, T& b, T& to) {
    switch (kind) {
        case 0: {  // an expression outlives a change of its operands
            const auto e = a * b;
            const auto f = e - 0.5 * sin(e);
            a += 0.25;
            b = a;
            to = f + e;
            break;
        }
        case 1: {  // a copy from before a sum grows
            const T before = to;
            to += a;
            const T middle = to;
            to += b * middle;
            b = before * 0.5 + middle;
            break;
        }
        case 2: {  // an alias of the sum
            T& alias = to;
            alias += a;
            to -= alias * 0.5;
            alias *= b;
            break;
        }
        case 3: {  // a local sum that is read while it grows
            T sum = 0.0;
            for (int k = 0; k < 3; ++k) {
                sum += a * 0.5;
                to += sum * sum * 0.125;
            }
            sum -= b;
            to -= sum;
            break;
        }
        case 4: {  // two sums that grow in turn, then one becomes the other
            T s = a, t = b;
            for (int k = 0; k < 3; ++k) {
                s += 0.25 * t;
                t -= 0.25 * a;
            }
            using std::swap;
            swap(s, t);
            to = std::move(s);
            to += t;
            break;
        }
        case 5:
            to = wengert::detach(a) * b;
            break;
        case 6:
            a = to;
            break;
        case 7:
            std::swap(a, b);
            break;
        default:
            to = 0.75;  // a constant
    }
}
template <class T> std::array<T, 2> run(const Program& p, const std::array<T, inputs>& x) {
    std::array<T, registers> r{x[0], x[1], x[2], T(1.0), T(0.0), T(-0.5)};
    for (const Instruction& i : p.instructions) {
        T& to = r[i.to];
        if (i.kind < 11)
            binary(i.kind, r[i.a], r[i.b], to);
        else if (i.kind < 15)
            choice(i.kind - 11, r[i.a], r[i.b], to);
        else if (i.kind < 23)
            in_place(i.kind - 15, r[i.a], r[i.b], to);
        else
            kept(i.kind - 23, r[i.a], r[i.b], to);
        using std::atan;
        for (T& v : r)
            if (v > 2.0 || v < -2.0) v = atan(v);  // numbers of ordinary size
    }
    return {r[0] + r[1] * r[2], r[3] - r[4] * r[5]};
}

Program without_detach(Program p) {
    for (Instruction& i : p.instructions)
        if (i.kind == detaching) i.kind = 2;
    return p;
}

Inputs gradient_in_reverse(const Program& p, std::size_t output) {
    std::array<Value, inputs> x;
    for (std::size_t k = 0; k < inputs; ++k) x[k] = variable(p.at[k]);
    run(p, x)[output].backward();
    const Inputs g{x[0].grad(), x[1].grad(), x[2].grad()};
    wengert::clear();
    return g;
}
Inputs gradient_forward(const Program& p, std::size_t output) {
    using D = Dual<double, inputs>;
    std::array<D, inputs> x;
    for (std::size_t k = 0; k < inputs; ++k) x[k] = D::variable(p.at[k], k);
    return run(p, x)[output].tangents();
}
double size(const Inputs& g) { return std::max({1.0, std::abs(g[0]), std::abs(g[1]), std::abs(g[2])}); }

constexpr std::uint64_t programs = 2000;
constexpr std::size_t length = 24;

TEST(RandomExpressions, EveryKindOfInstructionOccurs) {
    std::array<std::size_t, kinds> count{};
    for (std::uint64_t seed = 0; seed < programs; ++seed)
        for (const Instruction& i : random_program(seed, length).instructions) ++count[i.kind];
    EXPECT_GT(*std::ranges::min_element(count), 100U);
}

TEST(RandomExpressions, HaveTheBitsOfPlainDoublesInEveryMode) {
    const auto bits = [](double v) { return std::bit_cast<std::uint64_t>(v); };
    for (std::uint64_t seed = 0; seed < programs; ++seed) {
        const Program p = random_program(seed, length);
        const auto plain = run(p, p.at);
        std::array<Value, inputs> v;
        std::array<Dual<double>, inputs> d;
        for (std::size_t k = 0; k < inputs; ++k) v[k] = variable(p.at[k]), d[k] = Dual<double>(p.at[k], 1.0);
        const auto in_reverse = run(p, v);
        const auto forward = run(p, d);
        for (std::size_t k = 0; k < 2; ++k) {
            ASSERT_EQ(bits(in_reverse[k].value()), bits(plain[k])) << "program " << seed;
            ASSERT_EQ(bits(forward[k].value()), bits(plain[k])) << "program " << seed;
        }
        wengert::clear();
    }
}

TEST(RandomExpressions, HaveOneGradientForwardAndInReverse) {
    for (std::uint64_t seed = 0; seed < programs; ++seed) {
        const Program p = random_program(seed, length);
        for (std::size_t output : {0U, 1U}) {
            const Inputs reverse = gradient_in_reverse(p, output), forward = gradient_forward(p, output);
            for (std::size_t k = 0; k < inputs; ++k)
                ASSERT_NEAR(reverse[k], forward[k], 1e-11 * size(forward))
                    << "program " << seed << ", input " << k;
        }
    }
}

TEST(RandomExpressions, HaveTheGradientOfDifferences) {
    std::size_t compared = 0, kinked = 0;
    for (std::uint64_t seed = 0; seed < programs; ++seed) {
        const Program p = without_detach(random_program(seed, length));  // which differences cannot see
        const Inputs g = gradient_in_reverse(p, 0);
        for (std::size_t k = 0; k < inputs; ++k) {
            const auto slope = [&](double h) {
                Inputs up = p.at, down = p.at;
                up[k] += h, down[k] -= h;
                return (run(p, up)[0] - run(p, down)[0]) / (up[k] - down[k]);
            };
            const double coarse = slope(2e-5), fine = slope(1e-5), better = fine + (fine - coarse) / 3;
            if (std::abs(fine - coarse) > 1e-5 * size(g)) {
                ++kinked;  // a branch or a kink within the step, or a steep program
                continue;
            }
            ++compared;
            ASSERT_NEAR(g[k], better, 1e-6 * size(g)) << "program " << seed << ", input " << k;
        }
    }
    EXPECT_LT(kinked, compared / 10);
}

TEST(RandomExpressions, AreSweptLinearlyInTheirSeeds) {
    for (std::uint64_t seed = 0; seed < programs; ++seed) {
        const Program p = random_program(seed, length);
        const Inputs first = gradient_in_reverse(p, 0), second = gradient_in_reverse(p, 1);
        std::array<Value, inputs> x;
        for (std::size_t k = 0; k < inputs; ++k) x[k] = variable(p.at[k]);
        const auto y = run(p, x);
        wengert::backward({{y[0], 0.75}, {y[1], -3.0}});
        for (std::size_t k = 0; k < inputs; ++k)
            ASSERT_NEAR(x[k].grad(), 0.75 * first[k] - 3.0 * second[k], 1e-11 * (size(first) + size(second)))
                << "program " << seed;
        y[0].backward(-0.25);  // a power of 2: to the bit
        for (std::size_t k = 0; k < inputs; ++k)
            ASSERT_EQ(x[k].grad(), -0.25 * first[k]) << "program " << seed;
        y[1].backward();
        for (std::size_t k = 0; k < inputs; ++k) ASSERT_EQ(x[k].grad(), second[k]) << "program " << seed;
        wengert::clear();
    }
}

TEST(RandomExpressions, HaveOneHessianInEveryNesting) {
    using D = Dual<double>;
    for (std::uint64_t seed = 0; seed < programs / 10; ++seed) {
        const Program p = without_detach(random_program(seed, length));  // which is of one layer
        for (std::size_t j = 0; j < inputs; ++j) {
            std::array<Reverse<D>, inputs> reverse_dual;
            std::array<Value, inputs> values;
            std::array<Dual<Value>, inputs> dual_value;
            std::array<Reverse<Value>, inputs> reverse_value;
            for (std::size_t k = 0; k < inputs; ++k) {
                reverse_dual[k] = variable(D(p.at[k], k == j ? 1.0 : 0.0));
                values[k] = variable(p.at[k]);
                dual_value[k] = Dual<Value>(values[k], Value(k == j ? 1.0 : 0.0));
                reverse_value[k] = variable(values[k]);
            }
            run(p, reverse_dual)[0].backward();
            Inputs row, other, third;
            for (std::size_t k = 0; k < inputs; ++k) row[k] = reverse_dual[k].grad().tangent();
            run(p, dual_value)[0].tangent().backward();
            for (std::size_t k = 0; k < inputs; ++k) other[k] = values[k].grad();
            run(p, reverse_value)[0].backward();
            reverse_value[j].grad().backward();
            for (std::size_t k = 0; k < inputs; ++k) third[k] = values[k].grad();
            for (std::size_t k = 0; k < inputs; ++k) {
                std::array<Dual<D>, inputs> deep;
                for (std::size_t m = 0; m < inputs; ++m)
                    deep[m] = Dual<D>(D(p.at[m], m == j ? 1.0 : 0.0), D(m == k ? 1.0 : 0.0));
                const double forward = run(p, deep)[0].tangent().tangent();
                const double tolerance = 1e-10 * size(row);
                ASSERT_NEAR(row[k], forward, tolerance) << "program " << seed << ", " << j << ", " << k;
                ASSERT_NEAR(other[k], forward, tolerance) << "program " << seed << ", " << j << ", " << k;
                ASSERT_NEAR(third[k], forward, tolerance) << "program " << seed << ", " << j << ", " << k;
            }
            wengert::clear<D>();
            wengert::clear<Value>();
            wengert::clear();
        }
    }
}

}  // namespace
