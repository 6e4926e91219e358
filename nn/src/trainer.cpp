#include <wengert/nn/trainer.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <wengert/nn/activation_facts.hpp>

#include "expect.hpp"

namespace wengert::nn {
namespace {

// Before anything is built from them.
TrainingOptions checked(TrainingOptions o, const Mlp<double>& model) {
    if (o.epochs == 0) fail("training needs at least 1 epoch, it got 0");
    if (o.batch == 0) fail("a batch holds at least 1 sample, it got 0");
    expect(o.l1 >= 0, "l1 is a number of at least 0", o.l1);
    expect(o.l2 >= 0, "l2 is a number of at least 0", o.l2);
    if (o.clip_norm != TrainingOptions::unlimited)
        expect(o.clip_norm > 0, "a gradient is clipped to a norm above 0", o.clip_norm);
    if (o.clip_value != TrainingOptions::unlimited)
        expect(o.clip_value > 0, "a gradient is clipped to numbers above 0", o.clip_value);
    if (o.patience != 0 && o.validation == nullptr)
        fail("patience is for the validation loss: give validation data, or no patience");
    if (std::ranges::all_of(model.layers(), &Layer::frozen))
        fail("all layers of the network are frozen: there is nothing to train");
    return o;
}

// What a loss over so many samples is.
double reported(const Loss& loss, double total, std::size_t samples) {
    return loss.summed() ? total : total / static_cast<double>(samples);
}

// Calls f(layer, its parameters, where they begin).
template <class F> void each_layer(const Mlp<double>& model, const F& f) {
    std::size_t first = 0;
    for (const Layer& layer : model.layers()) {
        f(layer, model.parameters().subspan(first, layer.parameters()), first);
        first += layer.parameters();
    }
}

std::optional<std::size_t> first_not_finite(std::span<const double> numbers) {
    const auto at = std::ranges::find_if_not(numbers, [](double x) { return std::isfinite(x); });
    if (at == numbers.end()) return {};
    return static_cast<std::size_t>(at - numbers.begin());
}
std::string neuron(std::size_t i, double is) {
    return " of neuron " + std::to_string(i + 1) + " is " + to_text(is);
}

// A parameter in words: it is number k of all.
std::string name_of_parameter(const Mlp<double>& model, std::size_t k) {
    std::string name;
    std::size_t number = 0;
    each_layer(model, [&](const Layer& layer, std::span<const double> own, std::size_t first) {
        ++number;
        if (k < first || k - first >= own.size()) return;
        const std::size_t i = k - first, learned = layer.weights() + layer.biases();
        name = i < layer.weights() ? "a weight of neuron " + std::to_string(i / layer.inputs + 1)
               : i < learned       ? "bias " + std::to_string(i - layer.weights() + 1)
                                   : "parameter " + std::to_string(i - learned + 1) + " of the activation " +
                                   layer.activation.name();
        name += " in layer " + std::to_string(number);
    });
    return name;
}

// Where on a sample's way through the network the first number lies that is not finite.
std::string first_trouble(const Mlp<double>& model, std::vector<double> x, const Target& target) {
    if (const auto i = first_not_finite(x)) return "its input " + std::to_string(*i + 1) + " is not finite";
    if (const auto i = first_not_finite(target.values))
        return "its target " + std::to_string(*i + 1) + " is not finite";
    std::string found;
    std::size_t number = 0;
    each_layer(model, [&](const Layer& layer, std::span<const double> own, std::size_t) {
        ++number;
        if (!found.empty()) return;
        std::vector<double> z(layer.outputs);
        affine(own.first(layer.weights()), x, own.subspan(layer.weights(), layer.biases()), std::span(z));
        const std::string place = " in layer " + std::to_string(number);
        if (const auto i = first_not_finite(z)) {
            found = "the sum" + neuron(*i, z[*i]) + place;
            return;
        }
        x = z;
        layer.activation(std::span(x), own.subspan(layer.weights() + layer.biases()));
        if (const auto i = first_not_finite(x))
            found = "the activation " + layer.activation.name() + neuron(*i, x[*i]) + place +
                    ", at z = " + to_text(z[*i]);
    });
    if (!found.empty()) return found;
    const auto largest = [](std::span<const double> numbers) {
        return static_cast<std::size_t>(
            std::ranges::max_element(numbers, {}, [](double v) { return std::abs(v); }) - numbers.begin());
    };
    const std::size_t y = largest(x), p = largest(model.parameters());
    const std::string targets =
        target.values.empty() ? "" : ", and targets, up to " + to_text(target.values[largest(target.values)]);
    return "the loss of its outputs, up to " + to_text(x[y]) + targets + "; the largest parameter is " +
           name_of_parameter(model, p) + ", " + to_text(model.parameters()[p]);
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
    result.loss = reported(loss, result.loss, data.size());
    result.accuracy = data.labels.empty() ? std::numeric_limits<double>::quiet_NaN()
                                          : static_cast<double>(correct) / static_cast<double>(data.size());
    return result;
}

std::vector<std::string> notes_on(const Mlp<double>& model) {
    const auto flat = [](const Activation& g) {
        const ActivationFacts f = facts(g);
        return f.smallest_slope.slope == 0 && f.largest_slope.slope == 0;
    };
    std::vector<std::string> notes;
    for (std::size_t l = 0; l < model.layers().size(); ++l)
        if (const Activation& g = model.layers()[l].activation; g.elementwise() && flat(g))
            notes.push_back(g.name() + " in layer " + std::to_string(l + 1) +
                            " is flat, so what lies before it does not learn");
    return notes;
}

Trainer::Trainer(Mlp<double>& model, Loss loss, Optimiser optimiser, const Dataset& data,
                 TrainingOptions options)
    : model_(model),
      loss_(std::move(loss)),
      optimiser_(std::move(optimiser)),
      data_(data),
      options_(checked(std::move(options), model)),
      batch_gradient_(model, loss_, data, options_.threads),
      random_(options_.seed),
      rate_(rate_of(optimiser_)),
      order_(data.size()),
      gradient_(model.parameters().size()) {
    check(optimiser_);
    check(options_.schedule);
    if (options_.validation != nullptr) check_fit(model, loss_, *options_.validation);
    std::iota(order_.begin(), order_.end(), std::size_t{0});
}

// By the tape, as everything else. Frozen layers get neither penalty nor gradient.
double Trainer::add_penalty(std::span<double> gradient) const {
    if (options_.l1 == 0 && options_.l2 == 0) return 0;
    const auto penalty = [this](const auto& w) {
        std::remove_cvref_t<decltype(w[0])> total = options_.l2 * dot(w, w);
        if (options_.l1 != 0)
            for (const auto& v : w) total += options_.l1 * abs(v);
        return total;
    };
    double total = 0;
    each_layer(model_, [&](const Layer& layer, std::span<const double> own, std::size_t first) {
        if (layer.frozen) return;
        const auto [value, g] = value_and_gradient(penalty, own.first(layer.weights()));
        total += value;
        for (std::size_t k = 0; k < g.size(); ++k) gradient[first + k] += g[k];
    });
    return total;
}

// What the model and the optimiser hold has just given a finite loss: it is kept until the step has done as
// well.
void Trainer::step_down(double rate, const std::string& where) {
    const std::span<double> parameters = model_.parameters();
    good_parameters_.assign(parameters.begin(), parameters.end());
    good_optimiser_ = optimiser_;
    set_rate(optimiser_, rate);
    step(optimiser_, parameters, gradient_);
    set_rate(optimiser_, rate_);  // what the schedule makes of it is not the optimiser's own
    // A momentum, or a decay, moves without a gradient.
    each_layer(model_, [&](const Layer& layer, std::span<const double> own, std::size_t first) {
        if (layer.frozen)
            std::ranges::copy(std::span(good_parameters_).subspan(first, own.size()),
                              parameters.subspan(first).begin());
    });
    if (const auto k = first_not_finite(parameters))
        give_up(name_of_parameter(model_, *k) + " is not finite after a step " + where +
                ": the rate may be too large");
}

void Trainer::expect_finite(double loss, std::size_t sample, const Dataset& data, const std::string& where) {
    if (sample != BatchResult::none) {
        std::vector<double> x(data.width);
        data.input(sample, x);
        const bool given = first_not_finite(x) || first_not_finite(target_of(data, sample).values);
        give_up("the loss is not finite " + where + ", at sample " + std::to_string(sample) +
                " of the data: " + first_trouble(model_, x, target_of(data, sample)) +
                (given || good_parameters_.empty() ? "" : "; the rate may be too large"));
    }
    if (!std::isfinite(loss))
        give_up("the loss is not finite " + where + ", summed up: the rate may be too large");
}

// What is not finite in a layer is so in all below it: the last one is where it began.
void Trainer::expect_finite_gradient(const std::string& where) {
    if (!first_not_finite(gradient_)) return;
    std::string found;
    std::size_t number = 0;
    each_layer(model_, [&](const Layer& layer, std::span<const double> own, std::size_t first) {
        ++number;
        if (first_not_finite(std::span(gradient_).subspan(first, own.size())))
            found = "the gradient is not finite in layer " + std::to_string(number) + " " + where +
                    ": a derivative of its activation " + layer.activation.name() +
                    " may not be, or the rate may be too large";
    });
    give_up(found);
}

void Trainer::give_up(const std::string& what) {
    if (good_parameters_.empty()) fail(what + "; the model is as it was");
    optimiser_ = good_optimiser_;
    if (best_epoch_ != 0) {
        model_.set_parameters(best_parameters_);
        fail(what + "; the model holds the best weights, of epoch " + std::to_string(best_epoch_));
    }
    model_.set_parameters(good_parameters_);
    fail(what + "; the model holds the last weights whose loss was finite");
}

// What an epoch's validation says of it.
void Trainer::judge(EpochReport& report) {
    report.best = best_epoch_ == 0 || report.validation.loss < best_loss_;
    if (!report.best) return;
    best_epoch_ = report.epoch;
    best_loss_ = report.validation.loss;
    best_parameters_.assign(model_.parameters().begin(), model_.parameters().end());
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
            batch_gradient_(std::span<const std::size_t>(order_).subspan(report.samples, n), gradient_,
                            {options_.seed, ++steps_});
        if (!loss_.summed()) {
            const double scale = 1 / static_cast<double>(n);
            for (double& g : gradient_) g *= scale;
        }
        const double penalty = add_penalty(gradient_);
        const std::string where = epoch + ", at its sample number " + std::to_string(report.samples + n);
        expect_finite(batch.loss + penalty, batch.not_finite, data_,
                      batch.not_finite == BatchResult::none ? where : epoch);
        expect_finite_gradient(where);
        if (std::isfinite(options_.clip_value)) clip_value(gradient_, options_.clip_value);
        if (std::isfinite(options_.clip_norm)) clip_norm(gradient_, options_.clip_norm);
        const double middle = static_cast<double>(report.samples) + static_cast<double>(n) / 2;
        const double epochs_done = static_cast<double>(epoch_ - 1) + middle / static_cast<double>(report.of);
        report.rate = rate_ * options_.schedule.factor(epochs_done, static_cast<double>(options_.epochs));
        step_down(report.rate, where);
        loss += batch.loss;
        correct += batch.correct;
        report.samples += n;
        const double done = static_cast<double>(report.samples);
        report.loss = reported(loss_, loss, report.samples);
        if (!data_.labels.empty()) report.accuracy = static_cast<double>(correct) / done;
        report.seconds = std::chrono::duration<double>(Clock::now() - start).count();
        if (options_.on_batch) options_.on_batch(report);
    } while (report.samples < report.of && !stopped());
    if (options_.validation != nullptr) {
        report.validation = evaluate(model_, loss_, *options_.validation);
        expect_finite(report.validation.loss, report.validation.not_finite, *options_.validation,
                      epoch + ", in validation");
        if (options_.patience != 0) judge(report);
    }
    if (options_.on_epoch) options_.on_epoch(report);
    return report;
}

std::vector<EpochReport> Trainer::run() {
    std::vector<EpochReport> reports;
    const auto out_of_patience = [this] {
        return options_.patience != 0 && best_epoch_ != 0 && epoch_ - best_epoch_ >= options_.patience;
    };
    while (epoch_ < options_.epochs && !stopped() && !out_of_patience()) {
        EpochReport report = run_epoch();
        report.validation.confusion.clear();  // classes x classes numbers an epoch
        if (report.samples != 0) reports.push_back(std::move(report));
    }
    if (reports.empty()) return reports;
    if (best_epoch_ != 0) model_.set_parameters(best_parameters_);
    const Evaluation now = evaluate(model_, loss_, data_);
    expect_finite(now.loss, now.not_finite, data_, "after epoch " + std::to_string(epoch_));
    evaluation_ = now;
    return reports;
}

}  // namespace wengert::nn
