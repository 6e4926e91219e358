// The training step's samples: Fashion-MNIST where it is installed, else random pixels.
#pragma once

#include <wengert/nn/idx.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "networks/mlp_step.hpp"

namespace bench::networks {

struct Images {
    std::string kind;
    MlpStep::Samples samples;
};

/// The first `count` training images of the Debian package dataset-fashion-mnist.
inline Images images(std::size_t count) {
    const std::filesystem::path folder = "/usr/share/datasets/fashion-mnist";
    if (!std::filesystem::exists(folder)) return {"random pixels", MlpStep::samples(count)};
    const wengert::nn::Dataset data = wengert::nn::read_idx_folder(folder, wengert::nn::Split::train);
    MlpStep::Samples samples;
    samples.images.resize(count * MlpStep::pixels);
    for (std::size_t i = 0; i < count; ++i) {
        data.input(i, std::span(samples.images).subspan(i * MlpStep::pixels, MlpStep::pixels));
        samples.labels.push_back(static_cast<std::uint8_t>(data.label(i)));
    }
    return {"Fashion-MNIST", samples};
}

}  // namespace bench::networks
