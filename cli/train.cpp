// `wengert train`: a network on a data set, from the command line.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "answers.hpp"
#include "checks.hpp"
#include "commands.hpp"
#include "pictures.hpp"
#include "progress.hpp"
#include "training.hpp"

using namespace wengert;
using namespace wengert::nn;
namespace fs = std::filesystem;

namespace {

// ---- The network ----

std::vector<std::size_t> parse_widths(const std::string& text) {
    std::vector<std::size_t> widths;
    const char *p = text.data(), *const end = p + text.size();
    for (;;) {
        std::size_t width = 0;
        const auto [next, problem] = std::from_chars(p, end, width);
        if (problem != std::errc() || width == 0 || width > 1'000'000 || (next != end && *next != '-'))
            fail(fmt::format(
                "--widths are numbers from 1 to 1000000 with dashes between, such as 2-16-1; it was '{}'",
                text));
        widths.push_back(width);
        if (next == end) return widths;
        p = next + 1;
    }
}

std::vector<Activation> parse_activations(const std::string& text, std::size_t hidden) {
    std::vector<Activation> all;
    for (std::size_t start = 0, end; start <= text.size(); start = end + 1) {
        end = std::min(text.find(',', start), text.size());
        all.push_back(activation(text.substr(start, end - start)));
    }
    if (all.size() == 1 && hidden != 1) all.assign(hidden, Activation(all.front()));
    if (all.size() != hidden)
        fail(
            fmt::format("--activation names one for all hidden layers or one for each; it names {}, there "
                        "are {} of them",
                        all.size(), hidden));
    return all;
}

Mlp<double> begin(const Options& o) {
    const std::vector<std::size_t> widths = parse_widths(o.widths);
    check_widths(widths);
    const std::size_t depth = widths.size() - 1;
    std::vector<Activation> activations = parse_activations(o.activation, depth - 1);
    activations.push_back(activation(o.output_activation));
    std::vector<Layer> layers;
    for (std::size_t l = 0; l < depth; ++l)
        layers.push_back(
            {widths[l], widths[l + 1], activations[l], Bias::per_neuron, l + 1 == depth ? 0 : o.dropout});
    Mlp<double> model(std::move(layers));
    Random random(o.seed);
    initialise(o.initialiser, model, random);
    return model;
}

// Exactly the layers that are named, where any are; none with "none".
void freeze(const Options& o, Mlp<double>& model) {
    if (o.freeze.empty()) return;
    const std::size_t depth = model.layers().size();
    for (std::size_t l = 0; l < depth; ++l) model.freeze(l, false);
    if (o.freeze == "none") return;
    for (std::size_t start = 0, end; start <= o.freeze.size(); start = end + 1) {
        end = std::min(o.freeze.find(',', start), o.freeze.size());
        std::size_t l = 0;
        const char* const last = o.freeze.data() + end;
        const auto [next, problem] = std::from_chars(o.freeze.data() + start, last, l);
        if (problem != std::errc() || next != last || l == 0 || l > depth)
            fail(
                fmt::format("--freeze is none, or layers by number with commas between; it names '{}', the "
                            "layers are 1 to {}",
                            o.freeze.substr(start, end - start), depth));
        model.freeze(l - 1);
    }
}

Loss chosen_loss(const Options& o) {
    if (o.smoothing == 0) return loss(o.loss);
    if (o.loss != "softmax_cross_entropy")
        fail("--label-smoothing is for the loss softmax_cross_entropy, not for " + o.loss);
    return softmax_cross_entropy(o.smoothing);
}

// An output layer that takes from a loss what it needs would train without a word, and for nothing.
void check_output(const Mlp<double>& model, const Loss& loss) {
    const Activation& g = model.layers().back().activation;
    const std::string& name = loss.name();
    if (g.name() == "softmax" && model.outputs() == 1) fail("softmax of one output is 1, whatever the sum");
    if (g.name() == "softmax" && name == "softmax_cross_entropy")
        fail("the loss softmax_cross_entropy applies softmax itself: leave --output-activation out");
    if (model.outputs() != 1 || !g.elementwise() ||
        (name != "binary_cross_entropy" && name != "hinge" && name != "squared_hinge"))
        return;
    const ActivationFacts range = facts(g);
    if (range.low.value < 0 && range.high.value > 0) return;
    fail(
        fmt::format("the loss {} tells the classes by the output's sign, and {} is never {}: leave "
                    "--output-activation out",
                    name, g.name(), range.low.value < 0 ? "positive" : "negative"));
}

// ---- The training ----

// Draws what there is to draw; a picture that fails is a note, not the end of the training's result.
void draw_all(const Options& o, Outcome& r, const Mlp<double>& model, const Loss& loss, const Data& data) {
    const fs::path folder(o.output);
    const auto try_to = [&](const char* name, const auto& make) {
        try {
            make(folder / name);
            r.pictures.push_back((folder / name).string());
        } catch (const std::exception& e) {
            r.notes.emplace_back(e.what());
        }
    };
    try_to("training.svg", [&](const auto& file) { draw_curves(r.epochs, aside_name(data), file); });
    if (model.inputs() == 2 && data.training.class_count != 0)
        try_to("boundary.svg", [&](const auto& file) { draw_boundary(model, loss, data, file); });
    if (model.inputs() == 1 && model.outputs() == 1)
        try_to("fit.svg", [&](const auto& file) { draw_fit(model, data, file); });
    if (!data.test || data.test->image_columns == 0) return;
    try_to("samples.svg", [&](const auto& file) { draw_samples(model, loss, *data.test, file); });
    try_to("weights.svg", [&](const auto& file) { draw_weights(model, data.test->image_columns, file); });
}

TrainingOptions training_options(const Options& o, const Data& data) {
    TrainingOptions options{.epochs = o.epochs,
                            .batch = o.batch,
                            .threads = o.threads,
                            .seed = o.seed,
                            .l1 = o.l1,
                            .l2 = o.l2,
                            .schedule = schedule(o.schedule),
                            .validation = aside(data),
                            .patience = o.patience};
    if (o.clip_norm > 0) options.clip_norm = o.clip_norm;
    if (o.clip_value > 0) options.clip_value = o.clip_value;
    options.schedule.warm_up = o.warm_up;
    return options;
}

// Of answers as they are scaled; whatever becomes of it, the model ends as one of the answers as they are.
void learn(const Options& o, Mlp<double>& model, const Loss& loss, const Data& data, const AnswerScale& scale,
           Outcome& result) {
    struct Restored {
        const AnswerScale& scale;
        Mlp<double>& model;
        ~Restored() { scale.restore(model); }
    } const restored{scale, model};
    ProgressLine progress(o.epochs, aside_name(data));
    std::stop_source stop;
    TrainingOptions options = training_options(o, data);
    options.stop = stop.get_token();
    options.on_batch = [&](const Progress& p) {
        if (StopsOnInterrupt::asked()) stop.request_stop();
        progress.batch(scale.restored(p));
    };
    options.on_epoch = [&](const EpochReport& e) { progress.epoch(scale.restored(e)); };
    Trainer trainer(model, loss, optimiser(o.optimiser, o.rate), data.training, std::move(options));
    result.epochs = trainer.run();
    for (EpochReport& e : result.epochs) e = scale.restored(e);
    result.interrupted = trainer.stopped();
    result.training = scale.restored(trainer.evaluation());
    result.tape_bytes = trainer.peak_tape_bytes();
    result.best_epoch = trainer.best_epoch();
}

void save(const Options& o, const Mlp<double>& model, const Data& data) {
    if (o.save.empty()) return;
    std::vector<std::string> classes = data.training.class_names;  // without names, by their numbers
    for (std::size_t c = classes.size(); c < data.training.class_count; ++c)
        classes.push_back(std::to_string(c));
    save_model({.network = model,
                .loss = o.loss,
                .columns = data.inputs,
                .target = data.target,
                .means = data.standardiser.means,
                .deviations = data.standardiser.deviations,
                .class_names = std::move(classes)},
               o.save);
}

// What kept the model from being saved: the rest of the result is told all the same.
std::string error_of_saving(const Options& o, const Mlp<double>& model, const Data& data) {
    try {
        save(o, model, data);
        return "";
    } catch (const Error& e) {
        return e.what();
    }
}

void note_the_end(Outcome& r) {
    if (r.interrupted)
        r.notes.push_back(r.best_epoch == 0
                              ? "stopped by Ctrl-C or a signal: these are the weights reached"
                              : fmt::format("stopped by Ctrl-C or a signal: these are the best weights, of "
                                            "epoch {}",
                                            r.best_epoch));
    if (!r.epochs.empty() && r.epochs.back().loss > 2 * r.epochs.front().loss)
        r.notes.push_back(fmt::format("the loss rose from {} to {}: the rate may be too large",
                                      figure(r.epochs.front().loss), figure(r.epochs.back().loss)));
}

int train_on(const Data& data, const Options& o, std::optional<SavedModel> loaded) {
    const Loss chosen = chosen_loss(o);
    const bool loaded_weights = loaded.has_value();
    Mlp<double> model = loaded ? std::move(loaded->network) : begin(o);
    check_output(model, chosen);
    freeze(o, model);

    const StopsOnInterrupt scope;
    Outcome result;
    result.notes = notes_on(model);
    const auto scale = AnswerScale::of(data, model, chosen);
    if (loaded_weights) scale.scale(model);  // new ones are as good for the one as for the other
    try {
        learn(o, model, chosen, scale.scaled(data), scale, result);
    } catch (const Error& e) {
        if (o.save.empty()) throw;
        save(o, model, data);
        fail(fmt::format("{}; the model is saved in '{}'", e.what(), o.save));
    }
    const std::string unsaved = error_of_saving(o, model, data);
    for (const EpochReport& e : result.epochs) result.seconds += e.seconds;
    result.parameters = model.parameters().size();
    if (data.validation) result.validation = evaluate(model, chosen, *data.validation);
    if (data.test) result.test = evaluate(model, chosen, *data.test);
    note_the_end(result);
    if (!o.json) put(stdout, table(o, result, data));
    std::fflush(stdout);  // nothing that happens to the pictures takes it away
    draw_all(o, result, model, chosen, data);
    put(stdout, o.json ? json(o, result) : pictures_and_notes(o, result));
    if (!unsaved.empty()) fail(unsaved);
    return result.interrupted ? 128 + StopsOnInterrupt::asked() : 0;
}

// A model to go on with; it fixes what the options would else choose.
std::optional<SavedModel> load(Options& o) {
    if (o.load.empty()) return {};
    if (!o.widths.empty() || !o.activation.empty() || !o.output_activation.empty() ||
        !o.initialiser.empty() || o.dropout != 0)
        fail("--load brings widths, activations, dropout and weights along: leave those options out");
    SavedModel model = load_model(o.load);
    if (o.loss.empty()) o.loss = model.loss;
    const std::vector<Layer>& layers = model.network.layers();
    o.widths = std::to_string(model.network.inputs());
    for (std::size_t l = 0; l < layers.size(); ++l) {
        o.widths += "-" + std::to_string(layers[l].outputs);
        if (l + 1 < layers.size()) o.activation += (l == 0 ? "" : ",") + layers[l].activation.name();
    }
    o.output_activation = layers.back().activation.name();
    o.dropout = layers.front().dropout;
    o.initialiser = "loaded";
    return model;
}

void check_outputs(const Options& o) {
    check_writable(o.output, "--output");
    check_file(o.save, "--save");
    const bool by_formula = std::ranges::count(data_names(), o.data) != 0;
    check_apart(o.save, "--save",
                {{"the data", by_formula ? "" : o.data}, {"the folder of --output", o.output}});
}

int train(Options& o) {
    check_outputs(o);
    std::optional<SavedModel> loaded = load(o);
    const Data data = load_data(o, loaded ? &*loaded : nullptr);
    try {
        return train_on(data, o, std::move(loaded));
    } catch (const std::bad_alloc&) {
        const std::vector<std::size_t> widths = parse_widths(o.widths);
        double parameters = 0;
        for (std::size_t l = 1; l < widths.size(); ++l)
            parameters += static_cast<double>(widths[l - 1] + 1) * static_cast<double>(widths[l]);
        fail(fmt::format("not enough memory for {:.0f} parameters: choose smaller --widths", parameters));
    }
}

// ---- The options ----

std::string listed(const std::vector<std::string>& names) {
    return fmt::format("{}", fmt::join(names, ", "));
}

// A description beside the options' names, which ends at column 80.
std::string beside(const std::string& text) { return wrapped(text, 50); }

void add_network(CLI::App& command, Options& o) {
    command.add_option("--widths", o.widths, "Inputs, layers, outputs, such as 2-16-16-1");
    command.add_option(
        "--activation", o.activation,
        beside("Of the hidden layers, one or one for each, by commas: " + listed(activation_names())));
    command.add_option("--output-activation", o.output_activation, "Of the output layer (identity)");
    command.add_option("--dropout", o.dropout, "Share of hidden neurons that a step drops (0)")->check(share);
    command.add_option("--initialiser", o.initialiser,
                       beside(listed(initialiser_names()) + " (he with relu, else xavier)"));
    command.add_option("--freeze", o.freeze, "Layers that stay as they are, from 1; or none");
    command.add_option("--save", o.save, "File for the trained model");
    command.add_option("--load", o.load, "A saved model to go on with");
}
void add_training(CLI::App& command, Options& o) {
    constexpr std::uint64_t many = 1'000'000'000;
    command.add_option("--loss", o.loss, beside(listed(loss_names())));
    command.add_option("--label-smoothing", o.smoothing, "Of softmax_cross_entropy (0)")->check(share);
    command.add_option("--optimiser", o.optimiser, beside(listed(optimiser_names()) + " (adam)"));
    command.add_option("--rate", o.rate, "Learning rate")->check(positive);
    command.add_option("--schedule", o.schedule,
                       beside("Of the rate: " + listed(schedule_names()) + " (constant)"));
    command.add_option("--warm-up", o.warm_up, "Epochs in which the rate rises (0)")->check(at_least_zero);
    command.add_option("--l1", o.l1, "Penalty lambda sum |w|, biases left out (0)")->check(at_least_zero);
    command.add_option("--l2", o.l2, "Penalty lambda sum w^2, biases left out")->check(at_least_zero);
    command.add_option("--clip-norm", o.clip_norm, "Largest norm of a step's gradient")->check(above_zero);
    command.add_option("--clip-value", o.clip_value, "Largest component of a step's gradient")
        ->check(above_zero);
    command.add_option("--batch", o.batch, "Samples in a batch")->check(whole(1, many));
    command.add_option("--epochs", o.epochs, "Passes over the data")->check(whole(1, many));
    command.add_option("--validation", o.validation, "Share of the data kept aside (0)")->check(share);
    command
        .add_option("--patience", o.patience,
                    beside("Ends after so many epochs without a lower validation loss, and keeps the best "
                           "weights"))
        ->check(whole(1, many));
    command
        .add_option("--threads", o.threads,
                    "Threads (one a core, 8 at most); the results are\nthe same for any number")
        ->check(whole(1, 4096));
    command.add_option("--seed", o.seed, "Of data, weights, shuffling, dropout (1)")
        ->check(whole(0, UINT64_MAX));
}

}  // namespace

void add_train(CLI::App& app, int& exit_code) {
    constexpr std::uint64_t many = 1'000'000'000;
    auto* const command = app.add_subcommand("train", "Trains a network of scalars on a data set");
    auto options = std::make_shared<Options>();
    Options& o = *options;
    o.threads = std::clamp(std::thread::hardware_concurrency(), 1U, 8U);
    command
        ->add_option("data", o.data, beside(listed(data_names()) + ", a CSV file, or a folder of IDX files"))
        ->required();
    command->add_option("--target", o.target, "The column of a CSV file that is to be learned");
    command->add_option("--samples", o.samples, "How many points, of synthetic data")->check(whole(2, many));
    command->add_option("--noise", o.noise, "Standard deviation of their noise")->check(at_least_zero);
    add_network(*command, o);
    add_training(*command, o);
    command->add_option("--output", o.output, "Folder for the pictures (training)");
    command->add_flag("--json", o.json, "The result as JSON on standard output");
    command->footer(table_of_defaults() +
                    "Inputs of a CSV file are standardised. Its answers are numbers (mean_squared) if\n"
                    "all of them are, else classes; a --loss for classes makes classes of numbers.\n"
                    "Numbers are learned with mean 0 and deviation 1; all that is told is of them as\n"
                    "they are.\n\n"
                    "Examples:\n"
                    "  wengert train moons --seed 7\n"
                    "  wengert train spirals --activation gelu --schedule cosine --json\n"
                    "  wengert train iris.csv --target species --validation 0.2 --save iris.json\n"
                    "  wengert predict iris.json flowers.csv\n"
                    "  wengert train /usr/share/datasets/fashion-mnist --epochs 10 --threads 2\n"
                    "Ctrl-C ends after the batch under way, keeps what was reached,\n"
                    "and exits with 130; a second one ends at once.");
    command->callback([options, &exit_code] { exit_code = train(*options); });
}
