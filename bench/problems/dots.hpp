// The two ways in which a problem may write a sum of products; a problem takes one of them as a policy.
#pragma once

#include <cstddef>
#include <span>

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
};

}  // namespace bench
