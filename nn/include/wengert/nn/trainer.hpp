// Training: batches of samples, a step of the optimiser after each, epoch by epoch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <stop_token>
#include <string>
#include <vector>

#include <wengert/nn/batch_gradient.hpp>
#include <wengert/nn/optimiser.hpp>
#include <wengert/nn/random.hpp>
#include <wengert/nn/schedule.hpp>

namespace wengert::nn {

/// How a model does on data: its outputs' loss, and what it took for what. NaN where nothing was looked at.
struct Evaluation {
    static constexpr double none = std::numeric_limits<double>::quiet_NaN();

    double loss = none;                  ///< mean over the samples, or their sum if the loss is summed()
    double accuracy = none;              ///< share of samples whose class is predicted; NaN without labels
    std::vector<std::size_t> confusion;  ///< class_count x class_count samples: row the true class, column
                                         ///< the predicted; empty without labels
    std::size_t not_finite = BatchResult::none;  ///< the first sample whose loss is not finite
};
/// Throws Error if the data do not fit. Cost: one plain forward pass a sample.
Evaluation evaluate(const Mlp<double>& model, const Loss& loss, const Dataset& data);

/// What one would want to know before training: layers whose activation is flat wherever a sum may lie, or
/// throws somewhere.
std::vector<std::string> notes_on(const Mlp<double>& model);

/// Where training stands after a batch, and after an epoch.
struct Progress {
    std::size_t epoch = 0;    ///< from 1
    std::size_t samples = 0;  ///< of this epoch
    std::size_t of = 0;       ///< samples in an epoch
    double loss = 0;          ///< of the samples of this epoch so far, each with the weights of its batch;
                              ///< without the penalty, as in Evaluation; NaN without a sample
    double accuracy = 0;      ///< likewise
    double seconds = 0;       ///< of this epoch
};
struct EpochReport : Progress {
    double rate = 0;        ///< of its last step
    Evaluation validation;  ///< at the epoch's end, where there is validation data; without its confusion in
                            ///< what run() returns
    bool best = false;      ///< with patience: its validation loss is the lowest so far
};

struct TrainingOptions {
    static constexpr double unlimited = std::numeric_limits<double>::infinity();

    std::size_t epochs = 10;
    std::size_t batch = 32;
    std::size_t threads = 1;
    std::uint64_t seed = 1;        ///< of the shuffling and of dropout
    double l1 = 0, l2 = 0;         ///< in loss + l1 sum |w| + l2 sum w^2, biases left out
    double clip_norm = unlimited;  ///< of a step's gradient, of which no number is above clip_value
    double clip_value = unlimited;
    Schedule schedule = {};               ///< of the optimiser's rate
    const Dataset* validation = nullptr;  ///< must outlive the trainer
    std::size_t patience = 0;  ///< ends after so many epochs without a lower validation loss, and keeps the
                               ///< weights of the lowest; 0: neither
    std::function<void(const Progress&)> on_batch = {};
    std::function<void(const EpochReport&)> on_epoch = {};
    std::stop_token stop = {};  ///< training ends after the batch under way
};

/// Trains a model in place. A seed gives the same bits, whatever the number of threads.
///
///     Trainer trainer(model, loss("softmax_cross_entropy"), Adam{}, data, {.epochs = 5, .batch = 128});
///     for (const EpochReport& e : trainer.run()) std::printf("%zu %f\n", e.epoch, e.loss);
///
/// The batch's loss is the mean over its samples, or their sum if the loss says so, plus the penalty. A loss
/// that is not finite is an Error that names epoch, sample, layer and activation, be it a batch's, the
/// validation's or that of the final weights; so is an activation that throws, with its text. A step to
/// parameters that are not finite is another. Model and optimiser are then as they were when a loss was last
/// finite (where none was: as they began), or the model, with patience, holds the best weights.
class Trainer {
public:
    /// Model and data must outlive the trainer. Throws Error for a batch, thread or epoch count of 0,
    /// constants of the optimiser or the schedule out of range, a negative or infinite l1 or l2, a clipping
    /// to 0, patience without validation data, a model of frozen layers alone, and data that do not fit the
    /// model or the loss.
    Trainer(Mlp<double>& model, Loss loss, Optimiser optimiser, const Dataset& data, TrainingOptions options);

    /// One pass over the shuffled samples; less where the stop token asks for it. Once stopped, nothing
    /// happens: the report has no sample, a loss and accuracy of NaN, and no callback hears of it.
    EpochReport run_epoch();
    /// The epochs that are left, or with patience as many as it takes; then the best weights come back, and
    /// all samples are looked at with the final ones: evaluation().
    std::vector<EpochReport> run();
    /// How the model that run() ended with does on the data; NaN where an Error ended it.
    const Evaluation& evaluation() const { return evaluation_; }
    /// With patience: the epoch whose weights run() ended with; 0 before one has ended.
    std::size_t best_epoch() const { return best_epoch_; }
    bool stopped() const { return options_.stop.stop_requested(); }
    std::size_t peak_tape_bytes() const { return batch_gradient_.peak_tape_bytes(); }
    const Optimiser& optimiser() const { return optimiser_; }

private:
    double add_penalty(std::span<double> gradient) const;
    void step_down(double rate, const std::string& where);
    void judge(EpochReport& report);
    Evaluation evaluated(const Dataset& data, const std::string& where);
    void expect_finite_gradient(const std::string& where);
    void expect_finite(double loss, std::size_t sample, const Dataset& data, const std::string& where);
    [[noreturn]] void explain_exception(std::span<const std::size_t> samples, const Dataset& data,
                                        const std::string& where);
    std::string hint(bool huge) const;
    [[noreturn]] void give_up(const std::string& what);

    Mlp<double>& model_;
    Loss loss_;
    Optimiser optimiser_;
    const Dataset& data_;
    TrainingOptions options_;
    BatchGradient batch_gradient_;
    Random random_;
    double rate_;  // before the schedule
    std::size_t epoch_ = 0, steps_ = 0;
    std::vector<std::size_t> order_;
    std::vector<double> gradient_;
    Evaluation evaluation_;
    // What a loss was last finite with, while that may not be so for what came after it.
    std::vector<double> good_parameters_;
    Optimiser good_optimiser_;
    std::vector<double> best_parameters_;
    double best_loss_ = 0;
    std::size_t best_epoch_ = 0;
};

}  // namespace wengert::nn
