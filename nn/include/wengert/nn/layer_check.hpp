// A backward pass written by hand, layer by layer as the lecture does it: is it right, and if not, in which
// layer and in which quantity of it is the mistake?
#pragma once

#include <cstddef>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wengert/nn/loss.hpp>
#include <wengert/nn/mlp.hpp>

namespace wengert::nn {

/// What a backward pass has for one layer, in the lecture's notation.
struct LayerGradients {
    std::vector<double> delta;  ///< delta_i = dE/dz_i
    std::vector<double> dW;     ///< dE/dw_ij, row by row: i the destination neuron, j the origin
    std::vector<double> db;     ///< dE/db_i; one number where the neurons share a bias, none where none has
};

/// One quantity of one layer, held against the truth and against what follows from the hand's own deltas.
struct QuantityCheck {
    enum class Of { delta, weights, biases };
    enum class Finding {
        agrees,
        consequence,  ///< wrong, as an earlier delta of the hand is: from that it follows
        undecided,    ///< the truth is no finite number: nothing to hold the hand against
        mistake,      ///< neither the truth nor what follows: here is something wrong
    };

    std::size_t layer = 0;  ///< from 1, as the lecture counts
    Of of = Of::delta;
    Finding finding = Finding::agrees;  ///< the gravest of all components
    std::size_t size = 0;               ///< components
    std::size_t wrong = 0;              ///< those with that finding, where it is not `agrees`
    /// The worst of these, or the largest where all agree: i and j from 1, 0 where it has none. `follows` is
    /// NaN for the delta of the output layer, which comes first.
    std::size_t i = 0, j = 0;
    double hand = 0, truth = 0, follows = 0;
    std::string reason = {};  ///< of a mistake that is known, in words
};
std::string_view to_string(QuantityCheck::Of of);
std::string_view to_string(QuantityCheck::Finding finding);

/// What check_layers returns. `EXPECT_TRUE(report.ok()) << report` prints, in 80 columns, where the mistakes
/// are and what they are, then a line for each quantity. Layers count from 1 and components too.
class LayerCheck {
public:
    /// Whether every number agrees.
    bool ok() const { return count(QuantityCheck::Finding::agrees) == quantities_.size(); }
    /// The mistakes, from the output layer backwards, in a layer delta, weights, biases: the first one comes
    /// first.
    std::vector<QuantityCheck> mistakes() const;
    /// All quantities in that order. A layer without biases has two.
    auto begin() const { return quantities_.begin(); }
    auto end() const { return quantities_.end(); }
    std::size_t size() const { return quantities_.size(); }
    const QuantityCheck& operator[](std::size_t k) const { return quantities_[k]; }
    std::size_t count(QuantityCheck::Finding finding) const;
    /// What << writes.
    std::string text() const;

    // For who makes a report.
    LayerCheck(std::size_t layers, std::vector<QuantityCheck> quantities)
        : layers_(layers), quantities_(std::move(quantities)) {}

private:
    std::size_t layers_;
    std::vector<QuantityCheck> quantities_;
};
std::ostream& operator<<(std::ostream& out, const LayerCheck& check);

/// Holds a backward pass written by hand to autodiff, from the output layer backwards:
///
///     delta_i[L] = dE/da_i[L] g'(z_i[L])       delta_j[l] = g'(z_j[l]) sum_i w_ij[l+1] delta_i[l+1]
///     dE/dw_ij[l] = delta_i[l] a_j[l-1]        dE/db_i[l] = delta_i[l], or their sum for a shared bias
///
///     const LayerCheck check = check_layers(net, loss("squared"), x, {.values = y}, by_hand);
///     EXPECT_TRUE(check.ok()) << check;
///
/// hand: a LayerGradients for each layer, the first layer's first.
///
/// Every number is compared with the truth, the derivative in a network of Values, and with what follows by
/// the formulas above from the hand's own deltas, as they stand, of this layer (for a delta: of the one above
/// it). One that is the truth is right, wherever it comes from. One that is not, but is what follows, is a
/// consequence. One that is neither is a mistake of its own; so a second mistake is found behind a first.
/// Some are known by their numbers, and said in words: the activation's derivative taken at a or left out, a
/// matrix not transposed, a bias gradient not summed, a sign flipped, and a few more.
///
/// Tolerance. A number may be off by what rounding does, in whichever order one adds: 2 (n + 8) u for n
/// terms, times the sum of their absolute values, in each sum of the forward pass and of the backward one, as
/// it carries over to this number; u = 2^-53. So it is relative: a delta of 1e-200 has its digits, too; below
/// the smallest normal number nothing has. A choice is free, and what follows from it is right:
///   g'(z) may be computed from a, as a (1 - a) is, which has no digits left where a is all but 1. There 0 is
///     right, but no other number below a unit of a;
///   dE/da of the output layer may be computed from terms that cancel, as p - 1;
///   at a kink of an activation or of the loss, either side's slope, or their mean.
///
/// Throws Error, naming the layer and both numbers, if a size does not fit, and what an activation or the
/// loss throws. It works on a thread of its own, which has a recording of its own: the caller's stays as it
/// was, adjoints too. Cost: one recording of the network and one sweep, 5 evaluations of each activation, and
/// for K outputs K + 5 of the loss.
LayerCheck check_layers(const Mlp<double>& model, const Loss& loss, std::span<const double> x,
                        const Target& target, std::span<const LayerGradients> hand);

}  // namespace wengert::nn
