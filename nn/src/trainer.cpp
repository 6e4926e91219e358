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

// What is wrong, and whether numbers are met there that too large a rate may have made.
struct Trouble {
    std::string what = {};
    bool huge = false;
};
bool any_huge(std::span<const double> numbers) {
    return std::ranges::any_of(numbers, [](double x) { return !(std::abs(x) <= 100); });
}

// Takes x through a layer, as far as all is finite and the activation does not throw.
Trouble take_through(const Layer& layer, std::span<const double> own, const std::string& place,
                     std::vector<double>& x) {
    const Activation& g = layer.activation;
    const std::span<const double> learned = own.subspan(layer.weights() + layer.biases());
    std::vector<double> z(layer.outputs);
    affine(own.first(layer.weights()), x, own.subspan(layer.weights(), layer.biases()), std::span(z));
    if (const auto k = first_not_finite(z)) return {"the sum" + neuron(*k, z[*k]) + place, true};
    const bool huge = any_huge(z) || any_huge(own);
    x = z;
    const std::size_t step = g.each() == Each::layer ? 0 : g.initial().size();
    std::size_t i = 0;  // neuron by neuron, so that the one that throws is known
    try {
        if (!g.elementwise()) g(std::span(x));
        for (; g.elementwise() && i < x.size(); ++i)
            g(std::span(x).subspan(i, 1), learned.subspan(i * step, g.parameters(1)));
    } catch (...) {
        if (!g.elementwise()) return {"the activation " + g.name() + " throws" + place, huge};
        return {"the activation " + g.name() + " of neuron " + std::to_string(i + 1) + " throws" + place +
                    ", at z = " + to_text(z[i]),
                huge};
    }
    if (const auto k = first_not_finite(x))
        return {"the activation " + g.name() + neuron(*k, x[*k]) + place + ", at z = " + to_text(z[*k]) +
                    (huge ? "" : ", where its formula has no finite value"),
                huge};
    return {};
}

// The first trouble on a sample's way through the network, if there is one; x ends there, or as the outputs.
Trouble take_through(const Mlp<double>& model, std::vector<double>& x) {
    Trouble found;
    std::size_t number = 0;
    each_layer(model, [&](const Layer& layer, std::span<const double> own, std::size_t) {
        ++number;
        if (found.what.empty()) found = take_through(layer, own, " in layer " + std::to_string(number), x);
    });
    return found;
}

// Where it lies that a sample's loss is not finite.
Trouble first_trouble(const Mlp<double>& model, std::vector<double> x, const Target& target) {
    if (const auto i = first_not_finite(x)) return {"its input " + std::to_string(*i + 1) + " is not finite"};
    if (const auto i = first_not_finite(target.values))
        return {"its target " + std::to_string(*i + 1) + " is not finite"};
    if (Trouble found = take_through(model, x); !found.what.empty()) return found;
    const auto largest = [](std::span<const double> numbers) {
        return static_cast<std::size_t>(
            std::ranges::max_element(numbers, {}, [](double v) { return std::abs(v); }) - numbers.begin());
    };
    const std::size_t y = largest(x), p = largest(model.parameters());
    const std::string targets =
        target.values.empty() ? "" : ", and targets, up to " + to_text(target.values[largest(target.values)]);
    return {"the loss of its outputs, up to " + to_text(x[y]) + targets + "; the largest parameter is " +
                name_of_parameter(model, p) + ", " + to_text(model.parameters()[p]),
            any_huge(x) || any_huge(model.parameters())};
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
    result.loss = 0;
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
    const auto note = [](const Activation& g, const std::string& place) -> std::string {
        try {
            const ActivationFacts f = facts(g);
            if (f.smallest_slope.slope != 0 || f.largest_slope.slope != 0) return "";
            return g.name() + " " + place + " is flat, so what lies before it does not learn";
        } catch (const Error& e) {
            return place + ", " + e.what();
        }
    };
    std::vector<std::string> notes;
    for (std::size_t l = 0; l < model.layers().size(); ++l)
        if (const Activation& g = model.layers()[l].activation; g.elementwise())
            notes.push_back(note(g, "in layer " + std::to_string(l + 1)));
    std::erase(notes, "");
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
        const Trouble trouble = first_trouble(model_, x, target_of(data, sample));
        give_up("the loss is not finite " + where + ", at sample " + std::to_string(sample) +
                " of the data: " + trouble.what + hint(trouble.huge));
    }
    if (!std::isfinite(loss))
        give_up("the loss is not finite " + where + ", summed up: the rate may be too large");
}

// Before the first step no rate is to blame.
std::string Trainer::hint(bool huge) const {
    return huge && !good_parameters_.empty() ? "; the rate may be too large" : "";
}

// While an exception is handled that came of these samples: an Error that says what it met in the network.
// What has nothing to do with that goes on as it is.
void Trainer::explain_exception(std::span<const std::size_t> samples, const Dataset& data,
                                const std::string& where) {
    for (const std::size_t i : samples) {
        std::vector<double> x(data.width);
        data.input(i, x);
        if (const Trouble trouble = take_through(model_, x); !trouble.what.empty())
            give_up("training broke off " + where + ", at sample " + std::to_string(i) +
                    " of the data: " + trouble.what + ": " + text_of_exception() + hint(trouble.huge));
    }
    throw;
}

Evaluation Trainer::evaluated(const Dataset& data, const std::string& where) {
    Evaluation result;
    try {
        result = evaluate(model_, loss_, data);
    } catch (...) {
        std::vector<std::size_t> all(data.size());
        std::iota(all.begin(), all.end(), std::size_t{0});
        explain_exception(all, data, where);
    }
    expect_finite(result.loss, result.not_finite, data, where);
    return result;
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
    evaluation_ = {};
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
        const auto samples = std::span<const std::size_t>(order_).subspan(report.samples, n);
        BatchResult batch;
        try {
            batch = batch_gradient_(samples, gradient_, {options_.seed, ++steps_});
        } catch (...) {
            explain_exception(samples, data_, epoch);
        }
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
        report.validation = evaluated(*options_.validation, epoch + ", in validation");
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
    evaluation_ = evaluated(data_, "after epoch " + std::to_string(epoch_));
    return reports;
}

}  // namespace wengert::nn
