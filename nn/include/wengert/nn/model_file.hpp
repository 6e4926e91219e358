// Networks as files: saved, loaded, and then the same to the bit. Part of wengert::nn_io (zlib, JSON).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <wengert/nn/activation.hpp>
#include <wengert/nn/mlp.hpp>

namespace wengert::nn {

/// A network, and what else it takes to predict: how its inputs are found and prepared, and what its outputs
/// stand for. A plain value that anybody may fill.
struct SavedModel {
    Mlp<double> network;
    std::string loss = {};                      ///< the name of the one it was trained with
    std::vector<std::string> columns = {};      ///< the names of its inputs, or empty
    std::string target = {};                    ///< the column of the answers, or empty
    std::vector<double> means = {};             ///< input k is taken as (x_k - means[k]) / deviations[k];
    std::vector<double> deviations = {};        ///< both empty where it is taken as it comes
    std::vector<std::string> class_names = {};  ///< an output's each (two for one output), or empty
};

/// Writes the model as JSON, version 1, over the file before it; where that fails, the file before it stays.
/// The members, all of them required:
///
///     format, version      "wengert model", 1
///     loss, columns, target, means, deviations, class_names        as in SavedModel
///     layers               from the first to the last, each with
///         inputs, outputs, dropout, frozen
///         activation       its name; what it computes is not saved
///         bias             "per neuron", "shared" or "none"
///         weights          a row for each output
///         biases
///         parameters_for_each, activation_parameters     "layer" or "neuron"; what the activation learned
///     checksum             last: the CRC-32 of all bytes before it
///
/// A number has the digits that give its bits back (17 at most). Throws Error, before anything is
/// written: numbers that are not finite, naming the first one's layer; names that are not UTF-8 (JSON has no
/// others); lists that do not fit the network; a file that would be larger than load_model takes. And
/// Error where it cannot be written. Cost: about 20 bytes of file for each parameter, in memory three times
/// that.
///
///     save_model({.network = net, .loss = "hinge"}, "moons.json");
///     SavedModel model = load_model("moons.json");
///     model.network.predict(x);
void save_model(const SavedModel& model, const std::filesystem::path& file);

/// Reads what save_model wrote. An activation's name is looked up in `own`, then among the built-in ones:
///
///     load_model("mine.json", {Activation("mine", [](const auto& x) { return x * exp(-x * x); })});
///
/// Throws Error naming the file and the first place that is wrong: a file that cannot be read or is larger
/// than 256 MiB (some ten million parameters); a syntax error (line, column, what was expected); another
/// format or version; a member that is missing or of another type, such as "layers[1].weights[3][0]:
/// expected a number, it is a string"; numbers of things that do not fit each other; an activation that is
/// neither own nor built in, or that learns something else; and for any other change of any byte, "contents
/// changed since saved". What a damaged file announces is compared with what it holds before memory is taken.
/// Cost: three times the file's size in memory; 40 times for the worst that somebody may think up.
SavedModel load_model(const std::filesystem::path& file, const std::vector<Activation>& own = {});

}  // namespace wengert::nn
