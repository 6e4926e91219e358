// `wengert predict`: what a saved model says of data.
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <wengert/nn/csv.hpp>
#include <wengert/nn/files.hpp>
#include <wengert/nn/idx.hpp>
#include <wengert/nn/model_file.hpp>
#include <wengert/nn/nn.hpp>

#include "commands.hpp"
#include "pictures.hpp"
#include "progress.hpp"

using namespace wengert;
using namespace wengert::nn;
namespace fs = std::filesystem;

namespace {

struct Options {
    std::string model, data, output;
    bool json = false;
};

// ---- What is said of a sample: named numbers, after the prediction ----

struct Answers {
    std::vector<std::string> names;  // of the numbers
    bool classes = false;
    std::vector<std::string> predictions;
    std::vector<std::vector<double>> numbers;
};

std::string class_name(const SavedModel& m, std::size_t c) {
    return m.class_names.empty() ? std::to_string(c) : m.class_names[c];
}

// Probabilities where the loss speaks of logits, else the outputs themselves.
void to_probabilities(const SavedModel& m, std::vector<double>& y) {
    if (m.loss == "softmax_cross_entropy") y = softmax(y);
    if (m.loss == "binary_cross_entropy")
        for (double& v : y) v = sigmoid(v);
}

Answers answer(const SavedModel& m, const Loss& loss, const Dataset& data, bool classes) {
    Answers a{.names = {}, .classes = classes, .predictions = {}, .numbers = {}};
    const std::size_t n = m.network.outputs();
    const bool probabilities = m.loss == "softmax_cross_entropy" || m.loss == "binary_cross_entropy";
    for (std::size_t k = 0; k < n; ++k)
        a.names.push_back(!classes        ? fmt::format("output{}", k + 1)
                          : probabilities ? fmt::format("p({})", class_name(m, n == 1 ? 1 : k))
                          : n == 1        ? "output"
                                          : fmt::format("output({})", class_name(m, k)));
    std::vector<double> x(data.width);
    for (std::size_t i = 0; i < data.size(); ++i) {
        data.input(i, x);
        std::vector<double> y = m.network.predict(x);
        a.predictions.push_back(classes ? class_name(m, static_cast<std::size_t>(loss.predicted_class(y)))
                                        : fmt::format("{}", y[0]));
        to_probabilities(m, y);
        a.numbers.push_back(std::move(y));
    }
    if (!classes && n == 1) a.names.clear();  // it is the prediction
    return a;
}

// ---- The data ----

Dataset load(const Options& o, const SavedModel& m, bool classes) {
    if (fs::is_directory(o.data)) {
        const std::size_t outputs = m.network.outputs();
        return read_idx_folder(o.data, nn::Split::test, outputs == 1 ? 2 : outputs);
    }
    CsvOptions how{.target = m.target,
                   .kind = classes ? TargetKind::classes : TargetKind::numbers,
                   .inputs = m.columns,
                   .class_names = classes ? m.class_names : std::vector<std::string>(),
                   .target_required = false};
    Dataset data = read_csv(o.data, how).data;
    if (!m.means.empty()) Standardiser{m.means, m.deviations}.apply(data);
    return data;
}

// ---- As text ----

std::string field(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

std::string as_table(const Answers& a) {
    std::string text = "prediction";
    for (const std::string& name : a.names) text += "," + field(name);
    text += "\n";
    for (std::size_t i = 0; i < a.predictions.size(); ++i) {
        text += field(a.predictions[i]);
        for (std::size_t k = 0; k < a.names.size(); ++k) text += fmt::format(",{}", a.numbers[i][k]);
        text += "\n";
    }
    return text;
}

nlohmann::ordered_json as_json(const Answers& a) {
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < a.predictions.size(); ++i) {
        nlohmann::ordered_json row;
        if (a.classes)
            row["prediction"] = a.predictions[i];
        else
            row["prediction"] = a.numbers[i][0];
        for (std::size_t k = 0; k < a.names.size(); ++k) row[a.names[k]] = a.numbers[i][k];
        rows.push_back(std::move(row));
    }
    return rows;
}

int predict(const Options& o) {
    check_file(o.output, "--output");
    check_apart(o.output, "--output", {{"the model", o.model}, {"the data", o.data}});
    const SavedModel m = load_model(o.model);
    const Loss loss = nn::loss(m.loss);
    const bool classes =
        !m.class_names.empty() || loss.needs() == Needs::label || loss.needs() == Needs::sign;
    const Dataset data = load(o, m, classes);
    if (data.width != m.network.inputs())
        fail(fmt::format("the model takes {}, a sample of '{}' has {}", counted(m.network.inputs(), "input"),
                         o.data, data.width));
    const Answers a = answer(m, loss, data, classes);
    const bool known = !data.labels.empty() || !data.targets.empty();
    std::string text;
    if (o.json) {
        nlohmann::ordered_json j{{"model", o.model}, {"data", o.data}, {"predictions", as_json(a)}};
        if (known) {
            const Evaluation e = evaluate(m.network, loss, data);
            j["loss"] = e.loss;
            if (!e.confusion.empty()) j["accuracy"] = e.accuracy, j["confusion"] = e.confusion;
        }
        text = j.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
    } else {
        text = as_table(a);
    }
    if (o.output.empty())
        put(stdout, text);
    else
        write_file(o.output, text);
    if (!known || o.json) return 0;
    const Evaluation e = evaluate(m.network, loss, data);
    std::string found = fmt::format("{}, {} {}", counted(data.size(), "sample"), m.loss, figure(e.loss));
    if (!e.confusion.empty()) found += fmt::format(", accuracy {}", figure(e.accuracy));
    std::fflush(stdout);  // what was found of the predictions stands below them
    put(stderr, found + "\n");
    return 0;
}

}  // namespace

void add_predict(CLI::App& app, int& exit_code) {
    auto* const command = app.add_subcommand("predict", "What a saved model says of data");
    const auto options = std::make_shared<Options>();
    command->add_option("model", options->model, "A file that train --save wrote")->required();
    command
        ->add_option("data", options->data,
                     "A CSV file with the model's columns, or a\nfolder of IDX files (its test half)")
        ->required();
    command->add_option("--output", options->output, "File for the predictions (standard output)");
    command->add_flag("--json", options->json, "As JSON");
    command->footer(
        "One line a sample: the class or number, then the probability or output of each\n"
        "class. Columns are found by name. If the file has the answers too, loss and\n"
        "accuracy are printed on standard error.\n\n"
        "Examples:\n"
        "  wengert predict iris.json flowers.csv\n"
        "  wengert predict iris.json flowers.csv --json --output answers.json");
    command->callback([options, &exit_code] { exit_code = predict(*options); });
}
