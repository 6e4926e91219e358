// Numbers to come near to, of whatever size: they are learned with mean 0 and deviation 1, and the output
// layer then takes them back. So neither the model nor a loss that is told knows of it.
#pragma once

#include "training.hpp"

/// How one answer is scaled: y -> (y - mean) / deviation. By default it stays.
struct AnswerScale {
    double mean = 0, deviation = 1;
    double loss = 1;  ///< what a loss of scaled answers is multiplied by

    /// For a table's numbers, a linear output neuron with a bias that is learned, and a loss that scales with
    /// the answers or their square; of any other training the answers stay.
    static AnswerScale of(const Data& data, const wengert::nn::Mlp<double>& model,
                          const wengert::nn::Loss& loss);

    /// The data with scaled answers.
    Data scaled(const Data& data) const;
    /// From a model of the answers as they are to one of scaled ones, and back: (w, b) of the output layer.
    void scale(wengert::nn::Mlp<double>& model) const;
    void restore(wengert::nn::Mlp<double>& model) const;
    /// The same report of the answers as they are.
    template <class Report> Report restored(Report report) const {
        report.loss *= loss;
        if constexpr (requires { report.validation; }) report.validation.loss *= loss;
        return report;
    }
};
