#include <wengert/nn/model_file.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include <zlib.h>
#include <nlohmann/json.hpp>

#include <wengert/error.hpp>
#include <wengert/nn/files.hpp>

#include "../named.hpp"
#include "json.hpp"

namespace wengert::nn {
namespace {

namespace fs = std::filesystem;
using std::to_string;
using Ordered = nlohmann::ordered_json;

constexpr std::string_view format = "wengert model";
constexpr std::size_t version = 1;
constexpr std::size_t most_bytes = std::size_t{1} << 28;
constexpr int deepest = 8;  // a weight lies 5 deep

constexpr std::array<Named<Bias>, 3> biases{
    {{"per neuron", Bias::per_neuron}, {"shared", Bias::shared}, {"none", Bias::none}}};
constexpr std::array<Named<Each>, 2> eaches{{{"layer", Each::layer}, {"neuron", Each::neuron}}};

// How a file ends: the checksum of all that comes before.
std::string ending(std::string_view contents) {
    const auto* const bytes = reinterpret_cast<const Bytef*>(contents.data());
    std::array<char, 9> digits{};
    std::snprintf(digits.data(), digits.size(), "%08lx", crc32_z(0, bytes, contents.size()));
    return std::string(",\n  \"checksum\": \"crc32:") + digits.data() + "\"\n}\n";
}
bool is_as_saved(std::string_view text) {
    const std::size_t last = std::min(text.size(), ending("").size());
    return text.ends_with(ending(text.substr(0, text.size() - last)));
}

// ---- What holds for a model, in memory or in a file ----

void check_text(const std::string& what, const std::string& text) {
    if (!is_utf8(text))
        fail(what + " " + Json(text).dump(-1, ' ', false, Json::error_handler_t::replace) +
             " is not UTF-8: rename it, or convert the file that it comes from");
}
void check_finite(const std::string& what, std::span<const double> numbers) {
    const auto wrong = std::ranges::find_if_not(numbers, [](double x) { return std::isfinite(x); });
    if (wrong != numbers.end())
        fail(what + ": number " + to_string(wrong - numbers.begin()) + " of " + to_string(numbers.size()) +
             " is " + to_string(*wrong) + ", and a model file holds finite numbers only");
}

void check(const SavedModel& m) {
    const Mlp<double>& net = m.network;
    for (std::size_t l = 0; l < net.layers().size(); ++l) {
        const std::string layer = "layers[" + to_string(l) + "]";
        check_text(layer + ".activation", net.layers()[l].activation.name());
        check_finite(layer + " (weights, biases, activation_parameters)", net.parameters(l));
    }
    check_text("loss", m.loss);
    check_text("target", m.target);
    for (const std::string& name : m.columns) check_text("columns", name);
    for (const std::string& name : m.class_names) check_text("class_names", name);
    check_finite("means", m.means);
    check_finite("deviations", m.deviations);
    if (std::ranges::any_of(m.deviations, [](double x) { return x <= 0; }))
        fail("deviations: each is above 0, since inputs are divided by it");
    const auto fits = [](const char* list, const char* what, std::size_t got, std::size_t wanted) {
        if (got != 0) check_count(list, what, got, wanted);
    };
    fits("columns", "names, one for each input", m.columns.size(), net.inputs());
    fits("means", "numbers, one for each input", m.means.size(), net.inputs());
    fits("class_names", "names, one for each output, or 2 for one output", m.class_names.size(),
         net.outputs() == 1 ? 2 : net.outputs());
    check_count("deviations", "numbers, one for each mean", m.deviations.size(), m.means.size());
}

// ---- Saving ----

template <class Table, class T> std::string name_of(const Table& table, T value) {
    return std::string(std::ranges::find(table, value, &Table::value_type::function)->name());
}

// Objects, and lists of such or of lists, take a line for each item; lists of numbers or texts take one.
void write(std::string& out, const Ordered& j, const std::string& line) {
    if (!j.is_object() && (j.empty() || !j.front().is_structured())) {
        out += j.dump();
        return;
    }
    const std::string inner = line + "  ";
    out += j.is_object() ? '{' : '[';
    for (auto item = j.begin(); item != j.end(); ++item) {
        out += (item == j.begin() ? "" : ",") + inner;
        if (j.is_object()) out += Ordered(item.key()).dump() + ": ";
        write(out, *item, inner);
    }
    out += line + (j.is_object() ? '}' : ']');
}

Ordered layer_as_json(const Layer& layer, std::span<const double> parameters) {
    Ordered weights = Ordered::array();
    for (std::size_t i = 0; i < layer.outputs; ++i)
        weights.push_back(parameters.subspan(i * layer.inputs, layer.inputs));
    return {{"inputs", layer.inputs},
            {"outputs", layer.outputs},
            {"activation", layer.activation.name()},
            {"bias", name_of(biases, layer.bias)},
            {"dropout", layer.dropout},
            {"frozen", layer.frozen},
            {"weights", std::move(weights)},
            {"biases", parameters.subspan(layer.weights(), layer.biases())},
            {"parameters_for_each", name_of(eaches, layer.activation.each())},
            {"activation_parameters", parameters.subspan(layer.weights() + layer.biases())}};
}

std::string encode(const SavedModel& m) {
    check(m);
    Ordered layers = Ordered::array();
    for (std::size_t l = 0; l < m.network.layers().size(); ++l) {
        layers.push_back(layer_as_json(m.network.layers()[l], m.network.parameters(l)));
    }
    std::string text;
    write(text,
          Ordered{{"format", format},
                  {"version", version},
                  {"loss", m.loss},
                  {"columns", m.columns},
                  {"target", m.target},
                  {"means", m.means},
                  {"deviations", m.deviations},
                  {"class_names", m.class_names},
                  {"layers", std::move(layers)}},
          "\n");
    text.resize(text.size() - 2);  // the line end and brace that the checksum brings
    text += ending(text);
    if (text.size() > most_bytes)
        fail("it takes more than " + to_string(most_bytes) + " bytes: a network of fewer parameters fits");
    return text;
}

// ---- Loading ----

constexpr const char* changed =
    "contents changed since saved: its checksum is that of other contents; take a file as it was saved";

struct Known {
    std::vector<Activation> activations;
    bool as_saved;  // else an unknown name is most likely a damaged one

    Activation find(const Entry& name) const {
        try {
            return name.of(activations, "activation");
        } catch (const Error& e) {
            if (!as_saved) fail(changed);
            const std::string hint = "Activation(\"" + name.as<std::string>() + "\", ...)";
            fail(std::string(e.what()) + "; pass your own: load_model(file, {" + hint + "})");
        }
    }
};

Layer decode_layer(const Entry& entry, const Known& known, std::vector<double>& parameters) {
    Layer layer{.inputs = entry["inputs"].as<std::size_t>(),
                .outputs = entry["outputs"].as<std::size_t>(),
                .activation = activation("identity"),
                .bias = entry["bias"].of(biases, "bias").function,
                .dropout = entry["dropout"].as<double>(),
                .frozen = entry["frozen"].as<bool>()};
    const auto add = [&](const Entry& numbers, std::size_t wanted, const char* what) {
        numbers.expect_count(wanted, what);
        const std::vector<double> values = numbers.all<double>();
        parameters.insert(parameters.end(), values.begin(), values.end());
    };
    const Entry weights = entry["weights"];
    weights.expect_count(layer.outputs, "rows, one for each output");
    for (std::size_t i = 0; i < layer.outputs; ++i)
        add(weights[i], layer.inputs, "numbers, one for each input");
    add(entry["biases"], layer.biases(), "numbers, as the kind of bias has them");

    const Each each = entry["parameters_for_each"].of(eaches, "owner").function;
    layer.activation = known.find(entry["activation"]);
    if (each != layer.activation.each())
        entry["parameters_for_each"].wrong("expected \"" + name_of(eaches, layer.activation.each()) +
                                           "\", as the activation " + layer.activation.name() + " has them");
    add(entry["activation_parameters"], layer.activation.parameters(layer.outputs),
        "numbers, as the activation has them");
    return layer;
}

SavedModel decode(std::istringstream& text, const std::vector<Activation>& own) {
    const Json json = parse_json(text, deepest);
    const Entry file(json);
    if (file["format"].as<std::string>() != format)
        file["format"].wrong("expected \"" + std::string(format) + "\": this is another kind of file");
    if (const auto found = file["version"].as<std::size_t>(); found != version)
        file["version"].wrong("it is " + to_string(found) + ", this wengert reads version " +
                              to_string(version));
    (void)file["checksum"].as<std::string>();

    Known known{own, is_as_saved(text.view())};
    for (const std::string& name : activation_names()) known.activations.push_back(activation(name));
    std::vector<Layer> layers;
    std::vector<double> parameters;
    for (std::size_t l = 0; l < file["layers"].size(); ++l)
        layers.push_back(decode_layer(file["layers"][l], known, parameters));
    SavedModel model{.network = Mlp<double>(std::move(layers)),
                     .loss = file["loss"].as<std::string>(),
                     .columns = file["columns"].all<std::string>(),
                     .target = file["target"].as<std::string>(),
                     .means = file["means"].all<double>(),
                     .deviations = file["deviations"].all<double>(),
                     .class_names = file["class_names"].all<std::string>()};
    model.network.set_parameters(parameters);
    check(model);
    if (!known.as_saved) fail(changed);
    return model;
}

std::string read(const fs::path& file) {
    std::error_code problem;
    const std::uintmax_t size = fs::file_size(file, problem);
    if (problem) fail(problem.message());
    if (size > most_bytes)
        fail("it has " + to_string(size) + " bytes, expected at most " + to_string(most_bytes));
    std::string text(static_cast<std::size_t>(size), '\0');
    std::ifstream in(file, std::ios::binary);
    if (!in.read(text.data(), static_cast<std::streamsize>(size)))
        fail("it cannot be read: is the file yours?");
    return text;
}

}  // namespace

void save_model(const SavedModel& model, const fs::path& file) {
    std::string text;
    try {
        text = encode(model);
    } catch (const Error& e) {
        fail("cannot save a model as '" + file.string() + "': " + e.what());
    }
    write_file(file, text);
}

SavedModel load_model(const fs::path& file, const std::vector<Activation>& own) {
    try {
        std::istringstream text(read(file));
        return decode(text, own);
    } catch (const Error& e) {
        fail("cannot load a model from '" + file.string() + "': " + e.what());
    }
}

}  // namespace wengert::nn
