// ADOL-C's tape of a problem, which its engines use in different ways.
#pragma once

#include <adolc/adolc.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "engine.hpp"

namespace bench {

/// A folder to work in: what does not fit its buffers ADOL-C writes to files where it works, and leaves some.
class WorkFolder {
public:
    WorkFolder() {
        std::filesystem::create_directory(path_);
        std::filesystem::current_path(path_);
    }
    ~WorkFolder() {
        std::error_code ignored;
        std::filesystem::current_path(before_, ignored);
        std::filesystem::remove_all(path_, ignored);
    }
    WorkFolder(const WorkFolder&) = delete;
    WorkFolder& operator=(const WorkFolder&) = delete;

private:
    std::filesystem::path before_ = std::filesystem::current_path();
    std::filesystem::path path_ =
        std::filesystem::temp_directory_path() / ("wengert-bench-adolc-" + std::to_string(getpid()));
};

template <class Engine> int adolc_main(int argc, char** argv) {
    const WorkFolder folder;
    disableBranchSwitchWarnings();  // return codes say the same
    return engine_main<Engine>(argc, argv);
}

/// Elements of the buffers for operations, locations, values and Taylor coefficients.
struct AdolcBuffers {
    unsigned operations, locations, values, taylors;
};

template <class P> class AdolcTape {
public:
    AdolcTape(const P& problem, std::size_t inputs)
        : problem_(problem), inputs_(inputs), outputs_(outputs_of<P>) {
        for (std::size_t i = 0; i < outputs_.size(); ++i) {
            weights_.emplace_back(outputs_.size());
            weights_[i][i] = 1.0;
        }
    }
    ~AdolcTape() { removeTape(tag_, ADOLC_REMOVE_COMPLETELY); }
    AdolcTape(const AdolcTape&) = delete;
    AdolcTape& operator=(const AdolcTape&) = delete;

    /// Records, and keeps what `sweep` needs. What does not fit the buffers is written to files.
    void record(std::span<const double> x, std::span<double> y) {
        trace_on(tag_, 1);
        evaluate_active(x, y);
    }
    void record(std::span<const double> x, std::span<double> y, const AdolcBuffers& size) {
        trace_on(tag_, 1, size.operations, size.locations, size.values, size.taylors);
        evaluate_active(x, y);
    }
    /// The recorded function at another x; false where its branches would have been others.
    bool replay(std::span<const double> x, std::span<double> y) {
        return zos_forward(tag_, count(outputs_), count(inputs_), 1, x.data(), y.data()) >= 0;
    }
    /// Each output's row.
    void sweep(std::span<double> jacobian) {
        const std::size_t n = inputs_.size();
        if (outputs_.size() == 1) {
            fos_reverse(tag_, 1, count(inputs_), weights_[0].data(), jacobian.data());
            return;
        }
        rows_.clear(), rows_of_weights_.clear();
        for (std::size_t i = 0; i < outputs_.size(); ++i) {
            rows_.push_back(jacobian.data() + i * n);
            rows_of_weights_.push_back(weights_[i].data());
        }
        const int m = count(outputs_);
        fov_reverse(tag_, m, count(inputs_), m, rows_of_weights_.data(), rows_.data());
    }

    /// Buffers that hold the whole recording, with some room.
    AdolcBuffers buffers() const {
        const auto room = [](std::size_t elements) {
            return static_cast<unsigned>(elements + elements / 16 + 4096);
        };
        const auto all = statistics();
        return {room(all[NUM_OPERATIONS]), room(all[NUM_LOCATIONS]), room(all[NUM_VALUES]),
                room(all[TAY_STACK_SIZE])};
    }
    std::size_t bytes() const {
        const auto all = statistics();
        return all[NUM_OPERATIONS] * sizeof(unsigned char) + all[NUM_LOCATIONS] * sizeof(locint) +
               all[NUM_VALUES] * sizeof(double) + all[TAY_STACK_SIZE] * sizeof(revreal);
    }

private:
    template <class T> static int count(const std::vector<T>& numbers) {
        return static_cast<int>(numbers.size());
    }
    std::array<std::size_t, STAT_SIZE> statistics() const {
        std::array<std::size_t, STAT_SIZE> all{};
        tapestats(tag_, all.data());
        return all;
    }
    void evaluate_active(std::span<const double> x, std::span<double> y) {
        for (std::size_t k = 0; k < x.size(); ++k) inputs_[k] <<= x[k];
        evaluate(problem_, std::span<const adouble>(inputs_), std::span<adouble>(outputs_));
        for (std::size_t i = 0; i < y.size(); ++i) outputs_[i] >>= y[i];
        trace_off();
    }

    const P& problem_;
    static constexpr short tag_ = 0;
    std::vector<adouble> inputs_, outputs_;
    std::vector<std::vector<double>> weights_;
    std::vector<double*> rows_, rows_of_weights_;
};

/// What a recording of the problem takes, told by one that is thrown away.
template <class P> AdolcBuffers buffers_for(const P& problem, std::span<const double> inputs) {
    AdolcTape<P> trial(problem, inputs.size());
    std::vector<double> y(outputs_of<P>);
    trial.record(inputs, y);
    return trial.buffers();
}

}  // namespace bench
