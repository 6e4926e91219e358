// The training step as wengert::nn takes it: its model, its gradient of a batch, its Adam.
#pragma once

#include <wengert/nn/nn.hpp>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <vector>

#include "cell.hpp"

namespace bench {

class Nn {
public:
    static constexpr std::string_view name = "Value, fused";
    static constexpr bool differentiates = true;
    static constexpr double tolerance = 1e-11;
    Result result{0.0, std::vector<double>(MlpStep::parameter_count)};

    Nn(const MlpStep::Samples& samples, const std::vector<double>& start)
        : start_(start), data_(dataset(samples)) {
        net_.set_parameters(start_);
        for (std::size_t first = 0; first < data_.size(); first += MlpStep::batch) {
            batches_.emplace_back(MlpStep::batch);
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
        const double scale = 1.0 / static_cast<double>(MlpStep::batch);
        result.value = scale * gradient_(batches_[steps_ % batches_.size()], result.gradient).loss;
        for (double& g : result.gradient) g *= scale;
        adam_.step(net_.parameters(), result.gradient);
        ++steps_;
    }

private:
    static wengert::nn::Dataset dataset(const MlpStep::Samples& samples) {
        wengert::nn::Dataset data;
        data.width = MlpStep::pixels;
        data.class_count = MlpStep::classes;
        data.inputs = samples.images;
        data.labels.assign(samples.labels.begin(), samples.labels.end());
        return data;
    }

    std::vector<double> start_;
    wengert::nn::Mlp<double> net_{{MlpStep::pixels, MlpStep::hidden, MlpStep::classes},
                                  wengert::nn::activation("relu"),
                                  wengert::nn::activation("identity")};
    wengert::nn::Dataset data_;
    std::vector<std::vector<std::size_t>> batches_;
    wengert::nn::Adam adam_;
    wengert::nn::BatchGradient gradient_{net_, wengert::nn::loss("softmax_cross_entropy"), data_, 1};
    std::size_t steps_ = 0;
};

}  // namespace bench
