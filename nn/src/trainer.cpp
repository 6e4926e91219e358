#include <wengert/nn/trainer.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

namespace wengert::nn {
namespace {

// Before anything is built from them.
TrainingOptions checked(TrainingOptions options) {
    if (options.epochs == 0) fail("training needs at least 1 epoch, it got 0");
    if (options.batch == 0) fail("a batch holds at least 1 sample, it got 0");
    if (!(options.l2 >= 0) || !std::isfinite(options.l2))
        fail("l2 is a number of at least 0, it was " + std::to_string(options.l2));
    return options;
}

std::size_t count_cells(std::size_t classes) {
    if (classes > PTRDIFF_MAX / sizeof(std::size_t) / classes)
        fail("a confusion matrix of " + std::to_string(classes) + " classes is more than any memory holds");
    return classes * classes;
}

}  // namespace

Evaluation evaluate(const Mlp<double>& model, const Loss& loss, const Dataset& data) {
    check_fit(model, loss, data);
    Evaluation result;
    if (!data.labels.empty()) result.confusion.resize(count_cells(data.class_count));
    std::vector<double> x(data.width), outputs(model.outputs());
    std::size_t correct = 0;
    for (std::size_t i = 0; i < data.size(); ++i) {
        data.input(i, x);
        model.forward<double, double>(model.parameters(), x, outputs);
        const double lost = loss(std::span<const double>(outputs), target_of(data, i));
        if (!std::isfinite(lost) && result.not_finite == BatchResult::none) result.not_finite = i;
        result.loss += lost;
        if (data.labels.empty()) continue;
        const auto truth = static_cast<std::size_t>(data.label(i));
        const auto predicted = static_cast<std::size_t>(loss.predicted_class(outputs));
        correct += truth == predicted;
        ++result.confusion[truth * data.class_count + predicted];
    }
    const double n = static_cast<double>(data.size());
    result.loss /= n;
    result.accuracy =
        data.labels.empty() ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(correct) / n;
    return result;
}

Trainer::Trainer(Mlp<double>& model, Loss loss, Optimiser optimiser, const Dataset& data,
                 TrainingOptions options)
    : model_(model),
      loss_(std::move(loss)),
      optimiser_(std::move(optimiser)),
      data_(data),
      options_(checked(std::move(options))),
      batch_gradient_(model, loss_, data, options_.threads),
      random_(options_.seed),
      order_(data.size()),
      gradient_(model.parameters().size()) {
    check_rate(optimiser_);
    if (options_.validation != nullptr) check_fit(model, loss_, *options_.validation);
    std::iota(order_.begin(), order_.end(), std::size_t{0});
}

// lambda sum w^2 by the tape, as everything else.
double Trainer::add_penalty(std::span<double> gradient) const {
    if (options_.l2 == 0) return 0;
    const auto penalty = [this](const auto& w) { return options_.l2 * dot(w, w); };
    double total = 0;
    std::size_t first = 0;
    for (const Layer& layer : model_.layers()) {
        const auto [value, g] =
            value_and_gradient(penalty, std::as_const(model_).parameters().subspan(first, layer.weights()));
        total += value;
        for (std::size_t k = 0; k < g.size(); ++k) gradient[first + k] += g[k];
        first += layer.parameters();
    }
    return total;
}

// What the model and the optimiser hold has just given a finite loss: it is kept until the step has done as
// well.
void Trainer::step_down(const std::string& where) {
    const std::span<double> parameters = model_.parameters();
    good_parameters_.assign(parameters.begin(), parameters.end());
    good_optimiser_ = optimiser_;
    step(optimiser_, parameters, gradient_);
    if (!std::all_of(parameters.begin(), parameters.end(), [](double p) { return std::isfinite(p); }))
        give_up("a parameter is not finite after a step " + where + ": the rate may be too large");
}

void Trainer::expect_finite(double loss, std::size_t sample, const std::string& where) {
    if (sample != BatchResult::none)
        give_up("the loss is not finite " + where + ", at sample " + std::to_string(sample) +
                " of the data: the rate may be too large, or the sample holds a NaN");
    if (!std::isfinite(loss))
        give_up("the loss is not finite " + where + ", summed up: the rate may be too large");
}

void Trainer::give_up(const std::string& what) {
    if (good_parameters_.empty()) fail(what + "; the model is as it was");
    model_.set_parameters(good_parameters_);
    optimiser_ = good_optimiser_;
    fail(what + "; the model holds the last weights whose loss was finite");
}

EpochReport Trainer::run_epoch() {
    using Clock = std::chrono::steady_clock;
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    const auto start = Clock::now();
    EpochReport report;
    report.epoch = epoch_;
    report.of = data_.size();
    report.loss = report.accuracy = none;
    if (stopped()) return report;
    report.epoch = ++epoch_;
    const std::string epoch = "in epoch " + std::to_string(epoch_);
    random_.shuffle(std::span<std::size_t>(order_));
    double loss = 0;
    std::size_t correct = 0;
    do {
        const std::size_t n = std::min(options_.batch, report.of - report.samples);
        const BatchResult batch =
            batch_gradient_(std::span<const std::size_t>(order_).subspan(report.samples, n), gradient_);
        const double scale = 1 / static_cast<double>(n);
        for (double& g : gradient_) g *= scale;
        const double penalty = add_penalty(gradient_);
        const std::string where = epoch + ", at its sample number " + std::to_string(report.samples + n);
        expect_finite(batch.loss + penalty, batch.not_finite,
                      batch.not_finite == BatchResult::none ? where : epoch);
        step_down(where);
        loss += batch.loss;
        correct += batch.correct;
        report.samples += n;
        const double done = static_cast<double>(report.samples);
        report.loss = loss / done;
        if (!data_.labels.empty()) report.accuracy = static_cast<double>(correct) / done;
        report.seconds = std::chrono::duration<double>(Clock::now() - start).count();
        if (options_.on_batch) options_.on_batch(report);
    } while (report.samples < report.of && !stopped());
    if (options_.validation != nullptr) {
        report.validation = evaluate(model_, loss_, *options_.validation);
        expect_finite(report.validation.loss, report.validation.not_finite, epoch + ", in validation");
    }
    if (options_.on_epoch) options_.on_epoch(report);
    return report;
}

std::vector<EpochReport> Trainer::run() {
    std::vector<EpochReport> reports;
    while (epoch_ < options_.epochs && !stopped()) {
        EpochReport report = run_epoch();
        if (report.samples != 0) reports.push_back(std::move(report));
    }
    if (reports.empty()) return reports;
    const Evaluation now = evaluate(model_, loss_, data_);
    expect_finite(now.loss, now.not_finite, "after epoch " + std::to_string(epoch_));
    evaluation_ = now;
    return reports;
}

}  // namespace wengert::nn
