// The gradient of a loss over a batch of samples, by one tape for each thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <wengert/nn/dataset.hpp>
#include <wengert/nn/loss.hpp>
#include <wengert/nn/mlp.hpp>

namespace wengert::nn {

/// What one pass over a batch found.
struct BatchResult {
    double loss = 0;          ///< summed over the samples
    std::size_t correct = 0;  ///< samples whose class was predicted, where they have labels
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    std::size_t not_finite = none;  ///< the first sample whose loss is not finite
};

/// Sums loss and gradient over samples. Each worker thread binds the parameters as variables once for
/// 256 samples; each sample is recorded, swept down to the parameters and rewound, so that its recording
/// stays in cache. Samples are taken in chunks of a fixed size, each with a gradient array of its own, added
/// up by chunk number: the same bits whatever the number of threads. Memory: 16 gradient arrays, and the
/// recording of one sample a thread.
///
///     BatchGradient batch(model, loss("hinge"), data, 2);
///     std::vector<double> gradient(model.parameters().size());
///     BatchResult r = batch(samples, gradient);               // gradient of r.loss
class BatchGradient {
public:
    /// Model and data must outlive it. Throws Error if the data do not fit the model or the loss, or
    /// for no thread.
    BatchGradient(const Mlp<double>& model, Loss loss, const Dataset& data, std::size_t threads);
    ~BatchGradient();
    BatchGradient(const BatchGradient&) = delete;
    BatchGradient& operator=(const BatchGradient&) = delete;

    /// Which masks a layer's dropout takes: of every step other ones.
    struct Dropout {
        std::uint64_t seed = 0, step = 0;
    };
    /// Writes the sum over these samples to gradient, at the model's parameters; frozen ones get 0. What an
    /// activation or the loss throws comes out here, from the first chunk that threw.
    BatchResult operator()(std::span<const std::size_t> samples, std::span<double> gradient, Dropout dropout);
    BatchResult operator()(std::span<const std::size_t> samples, std::span<double> gradient) {
        return (*this)(samples, gradient, {});
    }
    /// The most bytes that one sample's recording took on a thread, parameters excluded.
    std::size_t peak_tape_bytes() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Throws Error, with the remedy, unless a network of these widths can be trained or tested on the data with
/// this loss: as many inputs, as many outputs as targets and, where there are labels, an output for each
/// class (or one for two classes).
void check_fit(const Mlp<double>& model, const Loss& loss, const Dataset& data);

/// The target of sample i.
Target target_of(const Dataset& data, std::size_t i);

}  // namespace wengert::nn
