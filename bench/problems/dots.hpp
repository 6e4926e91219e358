// The two ways in which a problem may write a sum of products, or of exponentials; a problem takes one of
// them as a policy.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

#include <wengert/products.hpp>

namespace bench {

/// As plain scalar code writes it: one term after the other.
struct LoopDot {
    /// bias + sum of w[k] x[k].
    template <class W, class X, class T> T dot(const W& w, const X& x, const T& bias) const {
        T sum = bias;
        for (std::size_t k = 0; k < w.size(); ++k) sum += w[k] * x[k];
        return sum;
    }
    /// z[i] = b[i] + sum of w[i n + k] x[k]: a layer's sums, the weights row by row.
    template <class W, class X, class B, class T>
    void layer(const W& w, const X& x, const B& b, std::span<T> z) const {
        for (std::size_t i = 0; i < z.size(); ++i) z[i] = dot(w.subspan(i * x.size(), x.size()), x, T(b[i]));
    }
    /// log(sum of exp(x[k])), by the largest: nothing overflows.
    template <class X> auto log_sum_exp(const X& x) const {
        using std::exp, std::log;
        using T = std::remove_cvref_t<decltype(x[0])>;
        T largest = x[0];
        for (std::size_t k = 1; k < x.size(); ++k)
            if (x[k] > largest) largest = x[k];
        T sum = 0.0;
        for (std::size_t k = 0; k < x.size(); ++k) sum += exp(x[k] - largest);
        return T(largest + log(sum));
    }
};

/// Through fused blocks: those found beside the scalar's type, or wengert's.
struct FusedDot {
    template <class W, class X, class T> T dot(const W& w, const X& x, const T& bias) const {
        using wengert::dot;
        return dot(w, x, bias);
    }
    template <class W, class X, class B, class T>
    void layer(const W& w, const X& x, const B& b, std::span<T> z) const {
        using wengert::affine;
        affine(w, x, b, z);
    }
    template <class X> auto log_sum_exp(const X& x) const {
        using wengert::log_sum_exp;
        return log_sum_exp(x);
    }
};

}  // namespace bench
