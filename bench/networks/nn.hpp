// The training step as wengert::nn takes it: its model, its gradient of a batch, its Adam.
#pragma once

#include <wengert/nn/nn.hpp>

#include <cstddef>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "networks/cell.hpp"

namespace bench::networks {

class Nn {
public:
    static constexpr std::string_view name = "Value, fused";
    static constexpr double tolerance = 1e-11;
    Result result;

    Nn(wengert::nn::Mlp<double> net, std::string_view loss, wengert::nn::Dataset data, std::size_t batch)
        : net_(std::move(net)), data_(std::move(data)), gradient_(net_, wengert::nn::loss(loss), data_, 1) {
        result.gradient.resize(start_.size());
        for (std::size_t first = 0; first < data_.size(); first += batch) {
            batches_.emplace_back(batch);
            std::iota(batches_.back().begin(), batches_.back().end(), first);
        }
    }

    /// One step; as for the other engines, it starts anew after `period` of them.
    void run(std::size_t period) {
        if (steps_ == period) {
            net_.set_parameters(start_);
            adam_ = wengert::nn::Adam{};
            steps_ = 0;
        }
        const std::vector<std::size_t>& batch = batches_[steps_ % batches_.size()];
        const double scale = 1.0 / static_cast<double>(batch.size());
        result.value = scale * gradient_(batch, result.gradient).loss;
        for (double& g : result.gradient) g *= scale;
        adam_.step(net_.parameters(), result.gradient);
        ++steps_;
    }

private:
    wengert::nn::Mlp<double> net_;
    std::vector<double> start_{net_.parameters().begin(), net_.parameters().end()};
    wengert::nn::Dataset data_;
    std::vector<std::vector<std::size_t>> batches_;
    wengert::nn::Adam adam_;
    wengert::nn::BatchGradient gradient_;
    std::size_t steps_ = 0;
};

}  // namespace bench::networks
