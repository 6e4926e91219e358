// Training: batches of samples, a step of the optimiser after each, epoch by epoch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include <wengert/nn/batch_gradient.hpp>
#include <wengert/nn/optimiser.hpp>
#include <wengert/nn/random.hpp>

namespace wengert::nn {

/// How a model does on data: its outputs' mean loss, and what it took for what.
struct Evaluation {
    double loss = 0;
    double accuracy = 0;                 ///< share of samples whose class is predicted; NaN without labels
    std::vector<std::size_t> confusion;  ///< class_count x class_count samples: row the true class, column
                                         ///< the predicted; empty without labels
    std::size_t not_finite = BatchResult::none;  ///< the first sample whose loss is not finite
};
/// Throws Error if the data do not fit. Cost: one plain forward pass a sample.
Evaluation evaluate(const Mlp<double>& model, const Loss& loss, const Dataset& data);

/// Where training stands after a batch, and after an epoch.
struct Progress {
    std::size_t epoch = 0;    ///< from 1
    std::size_t samples = 0;  ///< of this epoch
    std::size_t of = 0;       ///< samples in an epoch
    double loss = 0;      ///< mean over the samples of this epoch so far, each with the weights of its batch;
                          ///< without the penalty, as in Evaluation; NaN without a sample
    double accuracy = 0;  ///< likewise
    double seconds = 0;   ///< of this epoch
};
struct EpochReport : Progress {
    Evaluation validation;  ///< at the epoch's end, where there is validation data
};

struct TrainingOptions {
    std::size_t epochs = 10;
    std::size_t batch = 32;
    std::size_t threads = 1;
    std::uint64_t seed = 1;               ///< of the shuffling
    double l2 = 0;                        ///< lambda in loss + lambda sum w^2, biases left out
    const Dataset* validation = nullptr;  ///< must outlive the trainer
    std::function<void(const Progress&)> on_batch = {};
    std::function<void(const EpochReport&)> on_epoch = {};
    std::stop_token stop = {};  ///< training ends after the batch under way
};

/// Trains a model in place. A seed gives the same bits, whatever the number of threads.
///
///     Trainer trainer(model, loss("softmax_cross_entropy"), Adam{}, data, {.epochs = 5, .batch = 128});
///     for (const EpochReport& e : trainer.run()) std::printf("%zu %f\n", e.epoch, e.loss);
///
/// The batch's loss is the mean over its samples, plus the penalty. A loss that is not finite is an Error
/// that names epoch and sample, be it a batch's, the validation's or that of the final weights; a step to
/// parameters that are not finite is another. Model and optimiser are then as they were when a loss was last
/// finite (where none was: as they began).
class Trainer {
public:
    /// Model and data must outlive the trainer. Throws Error for a batch, thread or epoch count of 0, a
    /// rate that is not a positive number, a negative or infinite l2, and data that do not fit the model or
    /// the loss.
    Trainer(Mlp<double>& model, Loss loss, Optimiser optimiser, const Dataset& data, TrainingOptions options);

    /// One pass over the shuffled samples; less where the stop token asks for it. Once stopped, nothing
    /// happens: the report has no sample, a loss and accuracy of NaN, and no callback hears of it.
    EpochReport run_epoch();
    /// The epochs that are left, then a look at all samples with the final weights: evaluation().
    std::vector<EpochReport> run();
    /// How the model that run() ended with does on the data.
    const Evaluation& evaluation() const { return evaluation_; }
    bool stopped() const { return options_.stop.stop_requested(); }
    std::size_t peak_tape_bytes() const { return batch_gradient_.peak_tape_bytes(); }
    const Optimiser& optimiser() const { return optimiser_; }

private:
    double add_penalty(std::span<double> gradient) const;
    void step_down(const std::string& where);
    void expect_finite(double loss, std::size_t sample, const std::string& where);
    [[noreturn]] void give_up(const std::string& what);

    Mlp<double>& model_;
    Loss loss_;
    Optimiser optimiser_;
    const Dataset& data_;
    TrainingOptions options_;
    BatchGradient batch_gradient_;
    Random random_;
    std::size_t epoch_ = 0;
    std::vector<std::size_t> order_;
    std::vector<double> gradient_;
    Evaluation evaluation_;
    // What a loss was last finite with, while that may not be so for what came after it.
    std::vector<double> good_parameters_;
    Optimiser good_optimiser_;
};

}  // namespace wengert::nn
