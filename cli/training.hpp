// A training from the command line: what was asked for, the data, what came of it, and how that is shown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <wengert/nn/model_file.hpp>
#include <wengert/nn/nn.hpp>

/// Numbers that were not given are below 0, or 0 where 0 is not allowed; texts are empty.
struct Options {
    std::string data, target;
    std::string widths, activation, output_activation, loss, optimiser = "adam", initialiser,
                                                             schedule = "constant";
    double rate = 0, noise = -1, l1 = 0, l2 = -1, clip_norm = 0, clip_value = 0, dropout = 0, smoothing = 0,
           warm_up = 0, validation = 0;
    std::size_t epochs = 0, batch = 0, samples = 0, patience = 0, threads = 1;
    std::uint64_t seed = 1;
    std::string freeze, save, load, output = "training";
    bool json = false;
};

/// What is learned, and what is kept aside.
struct Data {
    wengert::nn::Dataset training;
    std::optional<wengert::nn::Dataset> validation, test;
    std::vector<std::string> inputs;  ///< names
    std::string target;
    wengert::nn::Standardiser standardiser;  ///< that all of them went through; empty: none
};

/// What each epoch is judged by: the validation data, or else the test data; and what they are called. Null
/// and "" where there are neither.
const wengert::nn::Dataset* aside(const Data& data);
const char* aside_name(const Data& data);

/// The data that the options name, and for the options that were not given what suits them. A model to go on
/// with has its own columns, classes and standardiser. Throws Error for data that are not there.
Data load_data(Options& o, const wengert::nn::SavedModel* loaded);
/// The synthetic data sets' names.
std::vector<std::string> data_names();
/// The defaults as a table, for --help.
std::string table_of_defaults();

/// All that a run found.
struct Outcome {
    std::vector<wengert::nn::EpochReport> epochs;
    wengert::nn::Evaluation training;
    std::optional<wengert::nn::Evaluation> validation, test;
    double seconds = 0;  ///< of training alone
    std::size_t parameters = 0, tape_bytes = 0, best_epoch = 0;
    std::vector<std::string> pictures, notes;
    bool interrupted = false;
};

/// The result as text: before the pictures are drawn, and what there is to say of them then.
std::string table(const Options& o, const Outcome& r, const Data& data);
std::string pictures_and_notes(const Options& o, const Outcome& r);
/// All of it as one JSON object.
std::string json(const Options& o, const Outcome& r);
