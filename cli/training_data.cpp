// The data of `wengert train`, and what suits them where an option was not given.
#include "training.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <tuple>

#include <fmt/format.h>

#include <wengert/nn/csv.hpp>
#include <wengert/nn/idx.hpp>

#include "commands.hpp"

using namespace wengert;
using namespace wengert::nn;
namespace fs = std::filesystem;

namespace {

struct Defaults {
    const char *data, *widths, *activation, *loss;
    double rate;
    std::size_t epochs, batch;
    double l2;
    std::size_t samples;
    double noise;
    Dataset (*make)(std::size_t samples, double noise, std::uint64_t seed);
};
constexpr Defaults known[] = {
    {"moons", "2-16-16-1", "relu", "hinge", 0.02, 600, 100, 1e-4, 100, 0.1, two_moons},
    {"spirals", "2-32-32-1", "relu", "binary_cross_entropy", 0.005, 600, 20, 0, 400, 0.02,
     [](std::size_t n, double noise, std::uint64_t seed) { return two_spirals(n, noise, seed); }},
    {"circles", "2-16-1", "tanh", "binary_cross_entropy", 0.02, 200, 50, 0, 200, 0.1,
     [](std::size_t n, double noise, std::uint64_t seed) { return circles(n, noise, seed); }},
    {"blobs", "2-16-3", "tanh", "softmax_cross_entropy", 0.02, 100, 50, 0, 300, 0.3,
     [](std::size_t n, double noise, std::uint64_t seed) { return blobs(n, noise, seed); }},
    {"xor", "2-4-1", "tanh", "squared", 0.05, 500, 4, 0, 4, 0, xor_points},
    {"sine", "1-16-16-1", "tanh", "mean_squared", 0.01, 500, 50, 0, 200, 0, sine},
    {"FILE.csv", "COLUMNS-16-ANSWERS", "relu", "by the target", 0.01, 200, 32, 0, 0, 0, nullptr},
    {"IDX folder", "PIXELS-64-CLASSES", "relu", "softmax_cross_entropy", 0.001, 10, 128, 0, 0, 0, nullptr},
};
const Defaults& csv = *(std::end(known) - 2);
const Defaults& idx = *(std::end(known) - 1);

template <class T> void by_default(T& option, const T& unset, const T& value) {
    if (option == unset) option = value;
}
void choose(Options& o, const Defaults& d) {
    by_default<std::string>(o.activation, "", d.activation);
    by_default<std::string>(o.output_activation, "", "identity");
    by_default<std::string>(o.loss, "", d.loss);
    by_default<double>(o.rate, 0, d.rate);
    by_default<std::size_t>(o.epochs, 0, d.epochs);
    by_default<std::size_t>(o.batch, 0, d.batch);
    by_default<double>(o.l2, -1, d.l2);
    by_default<std::string>(o.initialiser, "", o.activation == "relu" ? "he" : "xavier");
}

// One for two classes, but where the loss wants one for each.
std::size_t output_count(const std::string& loss, std::size_t classes) {
    const bool each = nn::loss(loss).needs() == Needs::label;
    return classes == 0 || (classes == 2 && !each) ? 1 : classes;
}

// ---- By formula ----

Data synthetic(Options& o, const Defaults& d) {
    const std::string widths = d.widths, loss = o.loss.empty() ? d.loss : o.loss;
    by_default<std::string>(o.widths, "",
                            widths.ends_with("-1") && nn::loss(loss).needs() == Needs::label
                                ? widths.substr(0, widths.size() - 1) + "2"
                                : widths);
    by_default<std::size_t>(o.samples, 0, d.samples);
    by_default<double>(o.noise, -1, d.noise);
    Data data{d.make(o.samples, o.noise, o.seed), {}, {}, {}, {}, {}};
    if (data.training.width == 1)
        data.inputs = {"x"}, data.target = "y";
    else
        data.inputs = {"x1", "x2"}, data.target = "class";
    return data;
}

// ---- Tables ----

// What the loss reads of an answer; without a loss, whatever there is.
std::optional<TargetKind> wanted(const std::string& loss) {
    if (loss.empty()) return {};
    return nn::loss(loss).needs() == Needs::number ? TargetKind::numbers : TargetKind::classes;
}

// Without a loss, answers are numbers if all of them are.
CsvData read_table(const Options& o, const SavedModel* loaded) {
    CsvOptions how{.target = o.target};
    if (loaded != nullptr) how.inputs = loaded->columns, how.class_names = loaded->class_names;
    const std::optional<TargetKind> kind = wanted(o.loss);
    how.kind = kind.value_or(TargetKind::classes);
    if (kind == TargetKind::numbers) how.class_names.clear();
    CsvData table = read_csv(o.data, how);
    if (kind) return table;
    how.kind = TargetKind::numbers;
    try {
        return read_csv(o.data, how);
    } catch (const Error&) {
        return table;
    }
}

// Answers that cannot be told apart, or that no row shares with another.
void check_classes(const Options& o, const Dataset& data) {
    if (data.class_count == 1)
        fail(fmt::format("all rows of '{}' have the same '{}', {}: there is nothing to tell apart", o.data,
                         o.target, data.class_names[0]));
    if (data.class_count > 10 && data.class_count == data.size())
        fail(fmt::format("no two rows of '{}' have the same '{}': is it the column to be learned?", o.data,
                         o.target));
}

Data from_table(Options& o, const SavedModel* loaded) {
    by_default<std::string>(o.target, "", loaded == nullptr ? "" : loaded->target);
    if (o.target.empty())
        fail(fmt::format("which column of '{}' is to be learned? Name it with --target", o.data));
    if (loaded != nullptr) by_default(o.loss, std::string(), loaded->loss);
    CsvData table = read_table(o, loaded);
    check_classes(o, table.data);
    const std::size_t classes = table.data.class_count;
    by_default<std::string>(o.loss, "",
                            classes == 0   ? "mean_squared"
                            : classes == 2 ? "binary_cross_entropy"
                                           : "softmax_cross_entropy");
    by_default<std::string>(o.widths, "",
                            fmt::format("{}-16-{}", table.data.width, output_count(o.loss, classes)));
    return {std::move(table.data), {}, {}, std::move(table.inputs), o.target, {}};
}

// ---- Images ----

Data from_folder(Options& o, const fs::path& folder) {
    Data d{read_idx_folder(folder, nn::Split::train), {}, {}, {}, {}, {}};
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
    by_default<std::string>(o.widths, "", fmt::format("{}-64-{}", training.width, training.class_count));
    return d;
}

void keep_aside(const Options& o, Data& data) {
    try {
        std::tie(data.training, data.validation) = data.training.split(1 - o.validation, o.seed);
    } catch (const Error&) {
        fail(fmt::format("--validation {} of {} leaves a part empty: choose another share", o.validation,
                         counted(data.training.size(), "sample")));
    }
}

}  // namespace

const Dataset* aside(const Data& d) { return d.validation ? &*d.validation : d.test ? &*d.test : nullptr; }
const char* aside_name(const Data& d) { return d.validation ? "validation" : d.test ? "test" : ""; }

Data load_data(Options& o, const SavedModel* loaded) {
    const Defaults* const named =
        std::ranges::find(known, o.data, [](const Defaults& d) { return std::string(d.data); });
    const bool by_formula = named != std::end(known) && named->make != nullptr;
    const bool folder = !by_formula && fs::is_directory(o.data);
    if (!by_formula && !folder && !fs::is_regular_file(o.data))
        fail(
            fmt::format("there is no data set named '{}', nor a file or folder; known: {}, a CSV file, or a "
                        "folder of IDX files",
                        o.data, fmt::join(data_names(), ", ")));
    if (!o.target.empty() && (by_formula || folder))
        fail(fmt::format("--target names a column of a CSV file; {} has none", o.data));
    if (!by_formula && (o.samples != 0 || o.noise >= 0))
        fail("--samples and --noise are for " + fmt::format("{}", fmt::join(data_names(), ", ")));

    if (o.patience != 0 && o.validation == 0)
        fail("--patience is for the validation loss: give validation data too, such as --validation 0.2");

    Data data = by_formula ? synthetic(o, *named) : folder ? from_folder(o, o.data) : from_table(o, loaded);
    if (loaded != nullptr && by_formula && !loaded->columns.empty() && loaded->columns != data.inputs)
        fail(fmt::format("the model of --load was trained on {}; {} has {}", fmt::join(loaded->columns, ", "),
                         o.data, fmt::join(data.inputs, ", ")));
    choose(o, by_formula ? *named : folder ? idx : csv);
    if (loaded != nullptr && loaded->network.inputs() != data.training.width)
        fail(fmt::format("the model in '{}' takes {}, a sample of '{}' has {}", o.load,
                         counted(loaded->network.inputs(), "input"), o.data, data.training.width));
    if (o.validation > 0) keep_aside(o, data);
    if (loaded != nullptr && !loaded->means.empty())
        data.standardiser = {loaded->means, loaded->deviations};
    else if (!by_formula && !folder)
        data.standardiser = Standardiser::of(data.training);
    if (!data.standardiser.means.empty()) {
        data.standardiser.apply(data.training);
        if (data.validation) data.standardiser.apply(*data.validation);
    }
    return data;
}

std::vector<std::string> data_names() {
    std::vector<std::string> names;
    for (const Defaults& d : known)
        if (d.make != nullptr) names.emplace_back(d.data);
    return names;
}

std::string table_of_defaults() {
    std::string text =
        fmt::format("{:<12}{:<20}{:<12}{:<22}{}\n", "Defaults:", "widths", "activation", "loss", "rate");
    for (const Defaults& d : known)
        text += fmt::format("  {:<11}{:<19}{:<12}{:<22}{}\n", d.data, d.widths, d.activation, d.loss, d.rate);
    text +=
        fmt::format("{:<12}{:<20}{:<12}{:<12}{:<10}{}\n", "", "epochs", "batch", "l2", "samples", "noise");
    for (const Defaults& d : known)
        text += fmt::format("  {:<11}{:<19}{:<12}", d.data, d.epochs, d.batch) +
                (d.make == nullptr ? fmt::format("{}\n", d.l2)
                                   : fmt::format("{:<12}{:<10}{}\n", d.l2, d.samples, d.noise));
    return text + "\n";
}
