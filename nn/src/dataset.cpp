#include <wengert/nn/dataset.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include <wengert/error.hpp>
#include <wengert/nn/random.hpp>

namespace wengert::nn {
namespace {

using std::to_string;

void check_place(std::size_t i, std::size_t size) {
    if (i >= size) {
        fail("Dataset: there is no sample " + to_string(i) + ": the set holds " + to_string(size) +
             " samples, counted from 0");
    }
}

/// Checked against the items themselves, since a set filled in by hand may not be valid.
template <class T> std::span<const T> row(const std::vector<T>& items, std::size_t i, std::size_t width) {
    check_place(i, width == 0 ? 0 : items.size() / width);
    return std::span(items).subspan(i * width, width);
}

template <class T>
std::vector<T> rows(const std::vector<T>& items, std::span<const std::size_t> places, std::size_t width) {
    std::vector<T> result;
    if (items.empty()) return result;
    result.reserve(places.size() * width);
    for (std::size_t i : places) {
        const std::span<const T> r = row(items, i, width);
        result.insert(result.end(), r.begin(), r.end());
    }
    return result;
}

void check_rows(const char* name, std::size_t held, std::size_t samples, std::size_t width) {
    // Divided, not multiplied: a width filled in by hand may be anything.
    if (width == 0 ? held != 0 : held % width != 0 || held / width != samples) {
        fail(std::string("Dataset: ") + name + " holds " + to_string(held) + " numbers, which are not " +
             to_string(samples) + " samples of " + to_string(width));
    }
}

}  // namespace

std::span<const double> Dataset::input(std::size_t i) const {
    if (!pixels.empty()) {
        fail(
            "Dataset: the inputs are held as pixels, of which there is no view as doubles; use input(i, "
            "out)");
    }
    return row(inputs, i, width);
}

void Dataset::input(std::size_t i, std::span<double> out) const {
    if (out.size() != width) {
        fail("Dataset: a sample has " + to_string(width) + " inputs, but the buffer has room for " +
             to_string(out.size()));
    }
    if (pixels.empty()) {
        std::ranges::copy(row(inputs, i, width), out.begin());
    } else {
        const double scale = pixel_scale;
        std::ranges::transform(row(pixels, i, width), out.begin(),
                               [scale](std::uint8_t p) { return p * scale; });
    }
}

std::span<const double> Dataset::target(std::size_t i) const {
    check_place(i, size());
    if (target_width == 0) return {};
    return row(targets, i, target_width);
}

int Dataset::label(std::size_t i) const {
    if (labels.empty())
        fail("Dataset: the set has no labels; a sample has " + to_string(target_width) + " targets");
    check_place(i, labels.size());
    return labels[i];
}

void Dataset::validate() const {
    if (!inputs.empty() && !pixels.empty())
        fail("Dataset: both inputs and pixels are filled; fill one of them");
    const std::size_t samples = size();
    check_rows(pixels.empty() ? "inputs" : "pixels", inputs.size() + pixels.size(), samples, width);
    check_rows("targets", targets.size(), samples, target_width);
    if (!labels.empty()) check_rows("labels", labels.size(), samples, 1);
    if (!pixels.empty() && !(pixel_scale > 0.0 && pixel_scale <= std::numeric_limits<double>::max())) {
        fail("Dataset: pixel_scale is " + to_string(pixel_scale) +
             "; give a positive number, such as 1.0 / 255");
    }
    if (image_columns != 0 && width % image_columns != 0) {
        fail("Dataset: " + to_string(width) + " inputs are no whole number of image rows of " +
             to_string(image_columns));
    }
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] < 0 || static_cast<std::size_t>(labels[i]) >= class_count) {
            fail("Dataset: the label of sample " + to_string(i) + " is " + to_string(labels[i]) +
                 ", outside the " + to_string(class_count) + " classes, counted from 0");
        }
    }
    if (!class_names.empty() && class_names.size() != class_count) {
        fail("Dataset: " + to_string(class_names.size()) + " class names for " + to_string(class_count) +
             " classes");
    }
}

Dataset Dataset::subset(std::span<const std::size_t> places) const {
    validate();
    for (std::size_t i : places) check_place(i, size());
    return {.width = width,
            .target_width = target_width,
            .class_count = class_count,
            .inputs = rows(inputs, places, width),
            .pixels = rows(pixels, places, width),
            .pixel_scale = pixel_scale,
            .image_columns = image_columns,
            .targets = rows(targets, places, target_width),
            .labels = rows(labels, places, 1),
            .class_names = class_names};
}

std::pair<Dataset, Dataset> Dataset::split(double fraction, std::uint64_t seed) const {
    const std::size_t samples = size();
    const double share = std::floor(fraction * static_cast<double>(samples) + 0.5);
    if (!(fraction > 0.0 && fraction < 1.0 && share >= 1.0 && share < static_cast<double>(samples))) {
        fail("Dataset: split(" + to_string(fraction) + ") of " + to_string(samples) +
             " samples would leave a part empty; give a fraction between 0 and 1 that leaves one in each");
    }
    std::vector<std::size_t> order(samples);
    std::iota(order.begin(), order.end(), std::size_t{0});
    Random(seed).shuffle(std::span(order));
    const std::span<const std::size_t> places(order);
    const auto first = static_cast<std::size_t>(share);
    return {subset(places.first(first)), subset(places.subspan(first))};
}

}  // namespace wengert::nn
