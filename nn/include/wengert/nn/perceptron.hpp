// The perceptron: one neuron with a step for its activation, and the learning rule that it has of its own. No
// derivative is asked for anywhere.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include <wengert/nn/dataset.hpp>

namespace wengert::nn {

/// yhat = f(sum_j w_j x_j + b), with f(z) = 1 where z >= 0, else 0.
///
///     Perceptron p(2);
///     const auto epochs = learn(p, truth_table({0, 0, 0, 1}), 1.0, 100);  // AND
///     p.predict(std::vector{1.0, 1.0});                                   // 1
///
/// Source: F. Rosenblatt, "The perceptron: a probabilistic model for information storage and organization in
/// the brain" (1958).
class Perceptron {
public:
    /// Weights and bias of 0. Throws Error for no input.
    explicit Perceptron(std::size_t inputs);
    Perceptron(std::vector<double> weights, double bias);

    std::span<const double> weights() const { return weights_; }
    double bias() const { return bias_; }
    /// 0 or 1. Throws Error if x is not as long as the weights.
    int predict(std::span<const double> x) const;
    /// The rule for one sample of class y, 0 or 1: w <- w + rate (y - yhat) x, b <- b + rate (y - yhat).
    /// Returns whether yhat was wrong; only then anything changes. Throws Error as predict does.
    bool learn(std::span<const double> x, int y, double rate);

private:
    std::vector<double> weights_;
    double bias_ = 0;
};

/// Where a perceptron stands after a pass over the samples.
struct PerceptronEpoch {
    std::vector<double> weights;
    double bias;
    std::size_t mistakes;  ///< in the pass, each corrected where it was made
    std::size_t right;     ///< samples that it has right at the end
};

/// How many samples of these it has right. Throws Error unless the labels are 0 and 1 and the inputs fit.
std::size_t count_right(const Perceptron& perceptron, const Dataset& data);

/// The samples in order, again and again, until a pass without a mistake or `most_epochs` passes. Where a
/// line (a plane, ...) parts the classes, the passes come to an end by themselves; where none does, they
/// never do. Throws Error unless the labels are 0 and 1, the inputs fit and the rate is a positive number.
/// Source of the proof: A. Novikoff, "On convergence proofs on perceptrons" (1962).
std::vector<PerceptronEpoch> learn(Perceptron& perceptron, const Dataset& data, double rate,
                                   std::size_t most_epochs);

/// The most samples that `starts` perceptrons ever have right at one time, however the rule moves them in
/// `epochs` passes, each from weights uniform in [-1, 1) by a seed of its own: 1, 2, ..., starts. Throws
/// Error as learn does.
std::size_t most_right(const Dataset& data, double rate, std::size_t starts, std::size_t epochs);

/// The points (0, 0), (0, 1), (1, 0), (1, 1) with these classes, each 0 or 1: a Boolean function of two
/// inputs. {0, 1, 1, 0} is xor_table().
Dataset truth_table(const std::array<int, 4>& classes);

}  // namespace wengert::nn
