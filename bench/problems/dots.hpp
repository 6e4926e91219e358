// The two ways in which a problem may write a sum of products; a problem takes one of them as a policy.
#pragma once

#include <cstddef>
#include <span>

namespace bench {

/// bias + sum of w[k] x[k], as plain scalar code writes it: one term after the other.
struct LoopDot {
    template <class T, class X>
    T operator()(std::span<const T> w, std::span<const X> x, const T& bias) const {
        T sum = bias;
        for (std::size_t k = 0; k < w.size(); ++k) sum += w[k] * x[k];
        return sum;
    }
};

/// The same through `dot(span, span, bias)`, found beside the scalar's type: an engine's fused block.
struct FusedDot {
    template <class T, class X>
    T operator()(std::span<const T> w, std::span<const X> x, const T& bias) const {
        return dot(w, x, bias);
    }
};

}  // namespace bench
