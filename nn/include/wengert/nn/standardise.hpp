// Inputs of mean 0 and deviation 1.
#pragma once

#include <span>
#include <vector>

#include <wengert/nn/dataset.hpp>

namespace wengert::nn {

/// Takes each input x to (x - mean) / deviation, with the mean and the deviation of its column. They come
/// from the training part alone; the other parts, and whatever is predicted later, are taken along by the
/// same numbers. A plain value.
///
///     const auto standardiser = Standardiser::of(training);
///     standardiser.apply(training);
///     standardiser.apply(test);
struct Standardiser {
    std::vector<double> means = {};       ///< one for each input
    std::vector<double> deviations = {};  ///< one for each input, 1 for a column that is constant

    /// The means and deviations of a set's inputs, the deviation being sqrt(1/n sum (x - mean)^2).
    /// Differences from the first sample are summed, then squares of differences from the mean, as shares of
    /// the largest: a column of 1e9 and some noise keeps its noise's digits, and no square overflows. A
    /// column that holds NaN or infinity gets a deviation of NaN. Throws Error for a set without samples and
    /// for what validate() refuses. Cost: two passes. Source: T. F. Chan, G. H. Golub, R. J. LeVeque,
    /// "Algorithms for computing the sample variance" (1983), shifted data and two passes.
    static Standardiser of(const Dataset& training);

    /// One sample's inputs. Throws Error unless x, means and deviations are of one size.
    void apply(std::span<double> x) const;

    /// All of a set's inputs; pixels become doubles, of eight times the memory. Throws Error, with the set as
    /// it was, if its width is another, and for what validate() refuses.
    void apply(Dataset& data) const;

    friend bool operator==(const Standardiser&, const Standardiser&) = default;
};

}  // namespace wengert::nn
