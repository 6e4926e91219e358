// A training from the command line: what was asked for, what came of it, and how that is shown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <wengert/nn/nn.hpp>

struct Options {
    std::string data;
    std::string widths, activation, output_activation = "identity", loss, optimiser = "adam", initialiser;
    double rate = 0, noise = 0.1, l2 = -1;
    std::size_t epochs = 0, batch = 0, samples = 100, threads = 1;
    std::uint64_t seed = 1;
    std::string output = "training";
    bool json = false;
};

/// What is learned, and what is kept aside to test it.
struct Data {
    wengert::nn::Dataset training;
    std::optional<wengert::nn::Dataset> test;
};

/// All that a run found.
struct Outcome {
    std::vector<wengert::nn::EpochReport> epochs;
    wengert::nn::Evaluation training;
    std::optional<wengert::nn::Evaluation> test;
    double seconds = 0;  ///< of training alone
    std::size_t parameters = 0, tape_bytes = 0;
    std::vector<std::string> pictures, notes;
    bool interrupted = false;
};

/// The result as text: before the pictures are drawn, and what there is to say of them then.
std::string table(const Options& o, const Outcome& r, const Data& data);
std::string pictures_and_notes(const Outcome& r);
/// All of it as one JSON object.
std::string json(const Options& o, const Outcome& r);
