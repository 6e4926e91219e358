// Pictures of a training: its curves, by gnuplot, and images with what the network took them for.
#pragma once

#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <vector>

#include <wengert/nn/nn.hpp>

struct Data;  // training.hpp

/// Throws Error that names the option unless files can be written in the folder or, where it is not there, it
/// can be made. Leaves no trace.
void check_writable(const std::filesystem::path& folder, const char* option);

/// Throws Error that names the option unless a file, a pipe or a device of that name is there and can be
/// written, or a file can be made in a folder that is there. "" is no name, and passes. Leaves no trace.
void check_file(const std::filesystem::path& file, const char* option);

/// What a command reads, or writes too.
struct Used {
    const char* what;
    std::filesystem::path path;
};
/// Throws CLI11's error of usage where the file that an option names is one of those, by whatever path or
/// link, or one of the IDX files in a folder. A pipe or a device may be read and written.
void check_apart(const std::filesystem::path& file, const char* option, std::initializer_list<Used> others);

/// Loss and, where there are classes, accuracy by epoch, as SVG; at least one epoch. `aside` names what the
/// validation was of; "": none. Throws Error if gnuplot is missing or fails.
void draw_curves(const std::vector<wengert::nn::EpochReport>& epochs, const std::string& aside,
                 const std::filesystem::path& file);

/// The classes that a network of two inputs sees over the plane, and the points that it learned from, with a
/// cross where it sees another class than theirs; the columns' names with the lowest and the highest value as
/// it came, and the classes' names beside their colours. As SVG.
void draw_boundary(const wengert::nn::Mlp<double>& model, const wengert::nn::Loss& loss, const Data& data,
                   const std::filesystem::path& file);

/// What a network of one input and one output says, beside what it learned from: the targets or, where there
/// are none, the class of each sample. As SVG, by gnuplot.
void draw_fit(const wengert::nn::Mlp<double>& model, const Data& data, const std::filesystem::path& file);

/// The first of a set of labelled images, each with the class the network sees in it; in red, with the true
/// one, where that is wrong. As SVG.
void draw_samples(const wengert::nn::Mlp<double>& model, const wengert::nn::Loss& loss,
                  const wengert::nn::Dataset& data, const std::filesystem::path& file);

/// The weights of each neuron of the first layer as an image: red where it takes the pixel as for, blue as
/// against. As SVG.
void draw_weights(const wengert::nn::Mlp<double>& model, std::size_t image_columns,
                  const std::filesystem::path& file);
