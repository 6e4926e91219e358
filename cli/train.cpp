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
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include <wengert/nn/idx.hpp>
#include <wengert/nn/nn.hpp>

#include "commands.hpp"
#include "pictures.hpp"
#include "progress.hpp"
#include "training.hpp"

using namespace wengert;
using namespace wengert::nn;
namespace fs = std::filesystem;

namespace {

// ---- The data, and what suits them where an option was not given ----

struct Defaults {
    const char *data, *widths, *activation, *loss;
    double rate;
    std::size_t epochs, batch;
    double l2;
};
constexpr Defaults known[] = {
    {"moons", "2-16-16-1", "relu", "hinge", 0.02, 600, 100, 1e-4},
    {"xor", "2-4-1", "tanh", "squared", 0.05, 500, 4, 0},
    {"IDX folder", "PIXELS-64-CLASSES", "relu", "softmax_cross_entropy", 0.001, 10, 128, 0},
};

template <class T> void by_default(T& option, const T& unset, const T& value) {
    if (option == unset) option = value;
}
void choose_defaults(Options& o) {
    const Defaults* d = std::begin(known);
    while (d + 1 != std::end(known) && o.data != d->data) ++d;
    by_default<std::string>(o.activation, "", d->activation);
    by_default<std::string>(o.loss, "", d->loss);
    by_default<double>(o.rate, 0, d->rate);
    by_default<std::size_t>(o.epochs, 0, d->epochs);
    by_default<std::size_t>(o.batch, 0, d->batch);
    by_default<double>(o.l2, -1, d->l2);
    by_default<std::string>(o.initialiser, "", o.activation == "relu" ? "he" : "xavier");
    if (d + 1 != std::end(known)) by_default<std::string>(o.widths, "", d->widths);
}

Data load_folder(const fs::path& folder) {
    Data d{read_idx_folder(folder, nn::Split::train), {}};
    Dataset& training = d.training;
    Dataset& test = d.test.emplace(read_idx_folder(folder, nn::Split::test, training.class_count));
    if (test.width != training.width || test.image_columns != training.image_columns)
        fail(
            fmt::format("the test half (t10k) has images of {} x {} pixels, the training half of {} x {}: "
                        "take both from one data set",
                        test.width / test.image_columns, test.image_columns,
                        training.width / training.image_columns, training.image_columns));
    if (fs::canonical(folder).filename() == "fashion-mnist" && training.class_count == 10)
        training.class_names = test.class_names = {"t-shirt", "trouser", "pullover", "dress", "coat",
                                                   "sandal",  "shirt",   "sneaker",  "bag",   "boot"};
    return d;
}

Data load(Options& o) {
    if (o.data == "moons") return {two_moons(o.samples, o.noise, o.seed), {}};
    if (o.data == "xor") return {xor_table(), {}};
    if (!fs::is_directory(o.data))
        fail(fmt::format(
            "there is no data set named '{}', nor a folder; known: moons, xor, or a folder of IDX files",
            o.data));
    Data d = load_folder(o.data);
    by_default<std::string>(o.widths, "", fmt::format("{}-64-{}", d.training.width, d.training.class_count));
    return d;
}

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

// ---- The training ----

// Draws what there is to draw; a picture that fails is a note, not the end of the training's result.
void draw(const Options& o, Outcome& r, const Mlp<double>& model, const Loss& loss, const Data& data) {
    const fs::path folder(o.output);
    const auto try_to = [&](const char* name, const auto& make) {
        try {
            make(folder / name);
            r.pictures.push_back((folder / name).string());
        } catch (const std::exception& e) {
            r.notes.emplace_back(e.what());
        }
    };
    try_to("training.svg", [&](const auto& file) { draw_curves(r.epochs, r.test.has_value(), file); });
    if (!r.test || data.test->image_columns == 0) return;
    try_to("samples.svg", [&](const auto& file) { draw_samples(model, loss, *data.test, file); });
    try_to("weights.svg", [&](const auto& file) { draw_weights(model, data.test->image_columns, file); });
}

void learn(const Options& o, Mlp<double>& model, const Loss& loss, const Data& data, Outcome& result) {
    ProgressLine progress(o.epochs);
    std::stop_source stop;
    TrainingOptions options{.epochs = o.epochs,
                            .batch = o.batch,
                            .threads = o.threads,
                            .seed = o.seed,
                            .l2 = o.l2,
                            .validation = data.test ? &*data.test : nullptr};
    options.stop = stop.get_token();
    options.on_batch = [&](const Progress& p) {
        if (StopsOnInterrupt::asked()) stop.request_stop();
        progress.batch(p);
    };
    options.on_epoch = [&](const EpochReport& e) { progress.epoch(e, data.test.has_value()); };
    Trainer trainer(model, loss, optimiser(o.optimiser, o.rate), data.training, std::move(options));
    check_writable(o.output);
    result.epochs = trainer.run();
    result.interrupted = trainer.stopped();
    result.training = trainer.evaluation();
    result.tape_bytes = trainer.peak_tape_bytes();
}

int train_on(const Data& data, const Options& o) {
    const Loss chosen = loss(o.loss);
    Mlp<double> model(parse_widths(o.widths), activation(o.activation), activation(o.output_activation));
    Random random(o.seed);
    initialise(o.initialiser, model, random);

    const StopsOnInterrupt scope;
    Outcome result;
    learn(o, model, chosen, data, result);
    for (const EpochReport& e : result.epochs) result.seconds += e.seconds;
    result.parameters = model.parameters().size();
    if (data.test) result.test = evaluate(model, chosen, *data.test);
    if (result.interrupted) result.notes.emplace_back("stopped by Ctrl-C: these are the weights reached");
    if (!o.json) put(stdout, table(o, result, data));
    std::fflush(stdout);  // nothing that happens to the pictures takes it away
    draw(o, result, model, chosen, data);
    put(stdout, o.json ? json(o, result) : pictures_and_notes(result));
    return result.interrupted ? interrupted : 0;
}

int train(Options& o) {
    choose_defaults(o);
    const Data data = load(o);
    try {
        return train_on(data, o);
    } catch (const std::bad_alloc&) {
        const std::vector<std::size_t> widths = parse_widths(o.widths);
        double parameters = 0;
        for (std::size_t l = 1; l < widths.size(); ++l)
            parameters += static_cast<double>(widths[l - 1] + 1) * static_cast<double>(widths[l]);
        fail(fmt::format("not enough memory for {:.0f} parameters: choose smaller --widths", parameters));
    }
}

// ---- The options ----

auto whole(std::uint64_t least, std::uint64_t most) {
    return [least, most](const std::string& text) {
        std::uint64_t number = 0;
        const char* const end = text.data() + text.size();
        const auto [next, problem] = std::from_chars(text.data(), end, number);
        if (problem == std::errc() && next == end && number >= least && number <= most) return std::string();
        return fmt::format("it is a whole number, at least {} and at most {}; it was {}", least, most, text);
    };
}
std::string positive(const std::string& text) {
    const double rate = std::strtod(text.c_str(), nullptr);
    return rate > 0 && std::isfinite(rate) ? "" : "a learning rate is a positive number, it was " + text;
}
std::string at_least_zero(const std::string& text) {
    const double number = std::strtod(text.c_str(), nullptr);
    return number >= 0 && std::isfinite(number) ? "" : "it is a number of at least 0, it was " + text;
}

std::string listed(const std::vector<std::string>& names) {
    return fmt::format("{}", fmt::join(names, ", "));
}

std::string table_of_defaults() {
    std::string text =
        fmt::format("{:<14}{:<19}{:<12}{:<23}{}\n", "Defaults:", "widths", "activation", "loss", "rate");
    for (const Defaults& d : known)
        text += fmt::format("  {:<12}{:<19}{:<12}{:<23}{}\n", d.data, d.widths, d.activation, d.loss, d.rate);
    text += fmt::format("{:<14}{:<19}{:<12}{}\n", "", "epochs", "batch", "l2");
    for (const Defaults& d : known)
        text += fmt::format("  {:<12}{:<19}{:<12}{}\n", d.data, d.epochs, d.batch, d.l2);
    return text + "\n";
}

}  // namespace

void add_train(CLI::App& app, int& exit_code) {
    constexpr std::uint64_t many = 1'000'000'000;
    auto* const command = app.add_subcommand("train", "Trains a network of scalars on a data set");
    auto options = std::make_shared<Options>();
    Options& o = *options;
    o.threads = std::clamp(std::thread::hardware_concurrency(), 1U, 8U);
    command->add_option("data", o.data, "moons, xor, or a folder of IDX files")->required();
    command->add_option("--widths", o.widths, "Inputs, layers, outputs, such as 2-16-16-1");
    command->add_option("--activation", o.activation, "Hidden: " + listed(activation_names()));
    command->add_option("--output-activation", o.output_activation, "Of the output layer (identity)");
    command->add_option("--loss", o.loss, listed(loss_names()));
    command->add_option("--optimiser", o.optimiser, listed(optimiser_names()) + " (adam)");
    command->add_option("--initialiser", o.initialiser,
                        listed(initialiser_names()) + " (he with relu, else xavier)");
    command->add_option("--rate", o.rate, "Learning rate")->check(positive);
    command->add_option("--batch", o.batch, "Samples in a batch")->check(whole(1, many));
    command->add_option("--epochs", o.epochs, "Passes over the data")->check(whole(1, many));
    command->add_option("--threads", o.threads, "Threads; results are the same for any number")
        ->check(whole(1, 4096));
    command->add_option("--seed", o.seed, "Of data, weights and shuffling (1)")->check(whole(0, UINT64_MAX));
    command->add_option("--l2", o.l2, "Penalty lambda sum w^2, biases left out")->check(at_least_zero);
    command->add_option("--samples", o.samples, "moons: how many points (100)")->check(whole(2, many));
    command->add_option("--noise", o.noise, "moons: deviation of the points (0.1)")->check(at_least_zero);
    command->add_option("--output", o.output, "Folder for the pictures (training)");
    command->add_flag("--json", o.json, "The result as JSON on standard output");
    command->footer(table_of_defaults() +
                    "Examples:\n"
                    "  wengert train moons --seed 7\n"
                    "  wengert train xor --activation sigmoid --rate 0.1 --json\n"
                    "  wengert train /usr/share/datasets/fashion-mnist --epochs 10 --threads 2\n"
                    "Ctrl-C ends after the batch under way, keeps what was reached,\n"
                    "and exits with 130; a second one ends at once.");
    command->callback([options, &exit_code] { exit_code = train(*options); });
}
