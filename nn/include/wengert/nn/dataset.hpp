// Samples to learn from: what a network is given and what it should answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace wengert::nn {

/// n samples: `width` inputs each, with targets (numbers to come near to), class labels, or both. A plain
/// value that anybody may fill; validate() says whether its parts fit together. Everything is flat and
/// row-major: sample i is at [i * width, (i + 1) * width).
///
/// Inputs are held as doubles or, where they came as bytes (pixels), as those: an eighth of the memory. A
/// consumer that asks by `input(i, out)` need not know which.
///
///     std::vector<double> x(data.width);
///     for (std::size_t i = 0; i < data.size(); ++i) {
///         data.input(i, x);
///         learn(x, data.label(i));
///     }
struct Dataset {
    std::size_t width = 0;         ///< inputs of a sample, at least 1 in a set that holds samples
    std::size_t target_width = 0;  ///< targets of a sample, 0 without targets
    std::size_t class_count = 0;   ///< labels are in [0, class_count), 0 without labels

    std::vector<double> inputs = {};        ///< size() x width, or empty where pixels holds them
    std::vector<std::uint8_t> pixels = {};  ///< size() x width, or empty where inputs holds them
    double pixel_scale = 1.0 / 255;  ///< an input is pixel * pixel_scale; 255 * (1.0 / 255) is exactly 1
    std::size_t image_columns = 0;   ///< where samples are images, row by row; 0 where they are none

    std::vector<double> targets = {};           ///< size() x target_width
    std::vector<int> labels = {};               ///< size(), or empty
    std::vector<std::string> class_names = {};  ///< class_count, or empty

    /// The number of samples.
    std::size_t size() const { return width == 0 ? 0 : (inputs.size() + pixels.size()) / width; }
    bool empty() const { return size() == 0; }

    /// The inputs of sample i, where they are held as doubles. Throws Error where they are pixels, and for
    /// i >= size().
    std::span<const double> input(std::size_t i) const;

    /// Writes the inputs of sample i to `out`, however they are held. Throws Error unless out.size() ==
    /// width, and for i >= size(). Cost: width moves or products.
    void input(std::size_t i, std::span<double> out) const;

    /// The targets of sample i, none in a set without targets. Throws Error for i >= size().
    std::span<const double> target(std::size_t i) const;

    /// The class of sample i. Throws Error in a set without labels, and for i >= size().
    int label(std::size_t i) const;

    /// Throws Error naming the first part that does not fit: sizes, both of inputs and pixels, a
    /// label outside [0, class_count), a pixel_scale that is no positive number, a width that is no whole
    /// number of image rows. NaN and infinity among
    /// inputs and targets are values. Cost: one pass over the labels.
    void validate() const;

    /// The samples at these places, in this order; a place may come twice. Throws Error for a place >= size()
    /// and for what validate() refuses.
    Dataset subset(std::span<const std::size_t> places) const;

    /// Two parts of the samples shuffled by `seed`: the first holds fraction * size() of them, rounded to the
    /// nearest (halves up). Throws Error unless 0 < fraction < 1 leaves at least one sample in each part, and
    /// for what validate() refuses.
    ///
    ///     const auto [training, validation] = data.split(0.8, seed);
    std::pair<Dataset, Dataset> split(double fraction, std::uint64_t seed) const;

    friend bool operator==(const Dataset&, const Dataset&) = default;
};

}  // namespace wengert::nn
