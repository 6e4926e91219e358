// `wengert train`: a network on a data set, from the command line.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include <wengert/nn/idx.hpp>
#include <wengert/nn/nn.hpp>

#include "commands.hpp"
#include "pictures.hpp"

using namespace wengert;
using namespace wengert::nn;

namespace {

struct Options {
    std::string data;
    std::string widths, activation, output_activation = "identity", loss, optimiser = "adam", initialiser;
    double rate = 0, noise = 0.1, l2 = -1;
    std::size_t epochs = 0, batch = 0, samples = 100;
    int threads = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 8U));
    std::uint64_t seed = 1;
    std::string output = "training";
    bool json = false;
};

// What is learned, and what is kept aside to test it.
struct Data {
    Dataset training;
    std::optional<Dataset> test;
};

// Where an option was not given: what suits the data.
template <class T> void by_default(T& option, const T& unset, const T& value) {
    if (option == unset) option = value;
}
void choose_defaults(Options& o) {
    const std::string none;
    if (o.data == "moons") {
        by_default(o.widths, none, std::string("2-16-16-1"));
        by_default(o.activation, none, std::string("relu"));
        by_default(o.loss, none, std::string("hinge"));
        by_default(o.l2, -1.0, 1e-4);
        by_default(o.rate, 0.0, 0.02);
        by_default(o.epochs, std::size_t{0}, std::size_t{600});
        by_default(o.batch, std::size_t{0}, std::size_t{100});
    } else if (o.data == "xor") {
        by_default(o.widths, none, std::string("2-4-1"));
        by_default(o.activation, none, std::string("tanh"));
        by_default(o.loss, none, std::string("squared"));
        by_default(o.rate, 0.0, 0.05);
        by_default(o.epochs, std::size_t{0}, std::size_t{500});
        by_default(o.batch, std::size_t{0}, std::size_t{4});
    } else {
        by_default(o.widths, none, std::string("784-64-10"));
        by_default(o.activation, none, std::string("relu"));
        by_default(o.loss, none, std::string("softmax_cross_entropy"));
        by_default(o.rate, 0.0, 1e-3);
        by_default(o.epochs, std::size_t{0}, std::size_t{10});
        by_default(o.batch, std::size_t{0}, std::size_t{128});
    }
    by_default(o.l2, -1.0, 0.0);
    by_default(o.initialiser, none, std::string(o.activation == "relu" ? "he" : "xavier"));
}

Data load(const Options& o) {
    if (o.data == "moons") return {two_moons(o.samples, o.noise, o.seed), {}};
    if (o.data == "xor") return {xor_table(), {}};
    if (!std::filesystem::is_directory(o.data))
        fail(fmt::format(
            "there is no data set named '{}', nor a folder; known: moons, xor, or a folder of IDX files",
            o.data));
    Data d{read_idx_folder(o.data, nn::Split::train), read_idx_folder(o.data, nn::Split::test)};
    if (o.data.find("fashion") != std::string::npos)
        for (Dataset* s : {&d.training, &*d.test})
            s->class_names = {"t-shirt", "trouser", "pullover", "dress", "coat",
                              "sandal",  "shirt",   "sneaker",  "bag",   "boot"};
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

volatile std::sig_atomic_t asked_to_stop = 0;
void stop_soon(int) { asked_to_stop = 1; }
// While it lives, Ctrl-C asks for a stop; a second one ends the program.
class StopsOnInterrupt {
public:
    StopsOnInterrupt() {
        asked_to_stop = 0;
        struct sigaction action {};
        action.sa_handler = stop_soon;
        action.sa_flags = static_cast<int>(SA_RESETHAND);
        sigaction(SIGINT, &action, &before_);
    }
    ~StopsOnInterrupt() { sigaction(SIGINT, &before_, nullptr); }
    StopsOnInterrupt(const StopsOnInterrupt&) = delete;
    StopsOnInterrupt& operator=(const StopsOnInterrupt&) = delete;

private:
    struct sigaction before_ {};
};

// A line that rewrites itself on a terminal, and a line an epoch (fewer where there are many) elsewhere. On
// stderr.
class ProgressLine {
public:
    explicit ProgressLine(std::size_t epochs) : epochs_(epochs), terminal_(isatty(STDERR_FILENO) != 0) {}

    void batch(const Progress& p) {
        const auto now = std::chrono::steady_clock::now();
        if (!terminal_ || now - last_ < std::chrono::milliseconds(100)) return;
        last_ = now;
        const double rate = static_cast<double>(p.samples) / std::max(p.seconds, 1e-9);
        const double left = static_cast<double>((epochs_ - p.epoch) * p.of + (p.of - p.samples)) / rate;
        fmt::print(
            stderr, "\r{:<78}",
            fmt::format("epoch {}/{}  {:3.0f} %  {:.0f} samples/s  {:.0f} s left  loss {:.4f}{}", p.epoch,
                        epochs_, 100.0 * static_cast<double>(p.samples) / static_cast<double>(p.of), rate,
                        left, p.loss, accuracy(p.accuracy)));
        std::fflush(stderr);
    }
    void epoch(const EpochReport& e, bool validated) {
        if (e.epoch != epochs_ && e.epoch % std::max<std::size_t>(1, epochs_ / 20) != 0) return;
        std::string line =
            fmt::format("epoch {}/{}  loss {:.4f}{}", e.epoch, epochs_, e.loss, accuracy(e.accuracy));
        if (validated)
            line += fmt::format("  (test {:.4f}, {:.4f})", e.validation.loss, e.validation.accuracy);
        line += fmt::format("  {:.2f} s", e.seconds);
        if (terminal_)
            fmt::print(stderr, "\r{:<78}\n", line);
        else
            fmt::print(stderr, "{}\n", line);
        std::fflush(stderr);
    }

private:
    static std::string accuracy(double a) { return std::isnan(a) ? "" : fmt::format("  accuracy {:.4f}", a); }

    std::size_t epochs_;
    bool terminal_;
    std::chrono::steady_clock::time_point last_{};
};

// All that a run found.
struct Outcome {
    std::vector<EpochReport> epochs;
    Evaluation training;
    std::optional<Evaluation> test;
    double seconds = 0;  // of training alone
    std::size_t parameters = 0, tape_bytes = 0;
    std::vector<std::string> pictures, notes;
    bool interrupted = false;

    double samples_per_second() const {
        double samples = 0;
        for (const EpochReport& e : epochs) samples += static_cast<double>(e.samples);
        return samples / std::max(seconds, 1e-9);
    }
};

void print_confusion(const Evaluation& e, const Dataset& data) {
    const std::size_t n = data.class_count;
    if (n > 12) return;
    const auto name = [&](std::size_t c) {
        return data.class_names.empty() ? std::to_string(c) : data.class_names[c];
    };
    fmt::print("\nconfusion: rows are the true class, columns what the network said\n{:>10}", "");
    for (std::size_t c = 0; c < n; ++c) fmt::print("{:>7.6}", name(c));
    for (std::size_t t = 0; t < n; ++t) {
        fmt::print("\n{:>10}", name(t));
        for (std::size_t c = 0; c < n; ++c) fmt::print("{:>7}", e.confusion[t * n + c]);
    }
    fmt::print("\n\n");
}

void print_table(const Options& o, const Outcome& r, const Data& data) {
    const auto line = [](const char* what, const std::string& value) {
        fmt::print("{:<20}{}\n", what, value);
    };
    print_confusion(r.test ? *r.test : r.training, data.training);
    line("network", fmt::format("{}, {}, {} parameters", o.widths, o.activation, r.parameters));
    line("trained", fmt::format("{} epochs, {:.1f} s, {:.0f} samples per second, {} threads", r.epochs.size(),
                                r.seconds, r.samples_per_second(), o.threads));
    line("tape", fmt::format("{} bytes for a sample", r.tape_bytes));
    line("training loss", fmt::format("{:.4f}", r.training.loss));
    line("training accuracy", fmt::format("{:.4f}", r.training.accuracy));
    if (r.test) {
        line("test loss", fmt::format("{:.4f}", r.test->loss));
        line("test accuracy", fmt::format("{:.4f}", r.test->accuracy));
    }
    for (const std::string& p : r.pictures) line("picture", p);
    for (const std::string& n : r.notes) line("note", n);
}

nlohmann::ordered_json as_json(const Evaluation& e) {
    return {{"loss", e.loss}, {"accuracy", e.accuracy}, {"confusion", e.confusion}};
}
void print_json(const Options& o, const Outcome& r) {
    nlohmann::ordered_json j{{"data", o.data},
                             {"widths", o.widths},
                             {"activation", o.activation},
                             {"output_activation", o.output_activation},
                             {"loss", o.loss},
                             {"optimiser", o.optimiser},
                             {"initialiser", o.initialiser},
                             {"rate", o.rate},
                             {"batch", o.batch},
                             {"epochs", o.epochs},
                             {"threads", o.threads},
                             {"seed", o.seed},
                             {"l2", o.l2},
                             {"parameters", r.parameters},
                             {"seconds", r.seconds},
                             {"samples_per_second", r.samples_per_second()},
                             {"tape_bytes", r.tape_bytes},
                             {"interrupted", r.interrupted},
                             {"training", as_json(r.training)}};
    if (r.test) j["test"] = as_json(*r.test);
    for (const EpochReport& e : r.epochs) {
        nlohmann::ordered_json epoch{
            {"epoch", e.epoch}, {"loss", e.loss}, {"accuracy", e.accuracy}, {"seconds", e.seconds}};
        if (r.test) epoch["test_loss"] = e.validation.loss, epoch["test_accuracy"] = e.validation.accuracy;
        j["history"].push_back(epoch);
    }
    j["pictures"] = r.pictures;
    j["notes"] = r.notes;
    fmt::print("{}\n", j.dump(2));
}

// Draws what there is to draw; a picture that fails is a note, not the end of the training's result.
void draw(const Options& o, Outcome& r, const Mlp<double>& model, const Loss& loss, const Data& data) {
    const std::filesystem::path folder(o.output);
    const auto try_to = [&](const char* name, const auto& make) {
        try {
            make(folder / name);
            r.pictures.push_back((folder / name).string());
        } catch (const Error& e) {
            r.notes.emplace_back(e.what());
        }
    };
    try_to("training.svg", [&](const auto& file) { draw_curves(r.epochs, r.test.has_value(), file); });
    if (!r.test || data.test->pixels.empty()) return;
    try_to("samples.svg", [&](const auto& file) { draw_samples(model, loss, *data.test, file); });
    try_to("weights.svg", [&](const auto& file) { draw_weights(model, file); });
}

int train(Options o) {
    choose_defaults(o);
    if (o.threads < 1) fail(fmt::format("training needs at least 1 thread, it got {}", o.threads));
    const Loss chosen = loss(o.loss);
    Mlp<double> model(parse_widths(o.widths), activation(o.activation), activation(o.output_activation));
    Optimiser steps = optimiser(o.optimiser, o.rate);
    Random random(o.seed);
    initialise(o.initialiser, model, random);
    check_writable(o.output);
    const Data data = load(o);

    ProgressLine progress(o.epochs);
    std::stop_source stop;
    TrainingOptions options{.epochs = o.epochs,
                            .batch = o.batch,
                            .threads = static_cast<std::size_t>(o.threads),
                            .seed = o.seed,
                            .l2 = o.l2,
                            .validation = data.test ? &*data.test : nullptr};
    options.stop = stop.get_token();
    options.on_batch = [&](const Progress& p) {
        if (asked_to_stop != 0) stop.request_stop();
        progress.batch(p);
    };
    options.on_epoch = [&](const EpochReport& e) { progress.epoch(e, data.test.has_value()); };

    Outcome result;
    {
        const StopsOnInterrupt scope;
        Trainer trainer(model, chosen, std::move(steps), data.training, std::move(options));
        result.epochs = trainer.run();
        result.interrupted = trainer.stopped();
        result.tape_bytes = trainer.peak_tape_bytes();
    }
    for (const EpochReport& e : result.epochs) result.seconds += e.seconds;
    result.parameters = model.parameters().size();
    result.training = evaluate(model, chosen, data.training);
    if (data.test) result.test = evaluate(model, chosen, *data.test);
    if (result.interrupted) result.notes.emplace_back("stopped by Ctrl-C: these are the weights reached");
    draw(o, result, model, chosen, data);
    if (o.json)
        print_json(o, result);
    else
        print_table(o, result, data);
    return result.interrupted ? interrupted : 0;
}

std::string at_least_one(const std::string& text) {
    return std::strtod(text.c_str(), nullptr) >= 1 ? "" : "it is at least 1, it was " + text;
}
std::string at_least_zero(const std::string& text) {
    return std::strtod(text.c_str(), nullptr) >= 0 ? "" : "it is at least 0, it was " + text;
}

}  // namespace

void add_train(CLI::App& app, int& exit_code) {
    auto* const command = app.add_subcommand("train", "Trains a network of scalars on a data set");
    auto options = std::make_shared<Options>();
    Options& o = *options;
    command->add_option("data", o.data, "moons, xor, or a folder of IDX files (plain or gzip)")->required();
    command->add_option("--widths", o.widths, "Inputs, neurons of each layer, outputs, such as 2-16-16-1");
    command->add_option("--activation", o.activation,
                        "Of hidden layers: identity, sigmoid, tanh, relu, step");
    command->add_option("--output-activation", o.output_activation, "Of the output layer (identity)");
    command->add_option("--loss", o.loss, "squared, hinge, softmax_cross_entropy");
    command->add_option("--optimiser", o.optimiser, "adam (default) or gradient_descent");
    command->add_option("--initialiser", o.initialiser, "uniform, xavier, he");
    command->add_option("--rate", o.rate, "Learning rate")->check([](const std::string& text) {
        const double rate = std::strtod(text.c_str(), nullptr);
        return rate > 0 && std::isfinite(rate) ? std::string()
                                               : "a learning rate is a positive number, it was " + text;
    });
    command->add_option("--batch", o.batch, "Samples in a batch")->check(at_least_one);
    command->add_option("--epochs", o.epochs, "Passes over the data")->check(at_least_one);
    command->add_option("--threads", o.threads, "Threads; results are the same for any number")
        ->check(at_least_one);
    command->add_option("--seed", o.seed, "Of data, weights and shuffling (1)");
    command->add_option("--l2", o.l2, "Penalty lambda sum w^2, biases left out")->check(at_least_zero);
    command->add_option("--samples", o.samples, "moons: how many points (100)")->check(at_least_one);
    command->add_option("--noise", o.noise, "moons: deviation of the points (0.1)")->check(at_least_zero);
    command->add_option("--output", o.output, "Folder for the pictures (training)");
    command->add_flag("--json", o.json, "The result as JSON on standard output");
    command->footer(
        "Examples:\n"
        "  wengert train moons --seed 7\n"
        "  wengert train xor --activation sigmoid --rate 0.1 --json\n"
        "  wengert train /usr/share/datasets/fashion-mnist --epochs 10 --threads 2\n"
        "Ctrl-C ends after the batch under way, keeps what was reached, and exits with 130.");
    command->callback([options, &exit_code] { exit_code = train(*options); });
}
