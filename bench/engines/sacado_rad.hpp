// Sacado's reverse mode, as it is and tuned.
#pragma once

#include <Sacado_trad.hpp>

#include <cmath>
#include <numbers>

#include "engine.hpp"

namespace Sacado::Rad {

/// What Sacado leaves out.
inline ADvari<double>& erf(const ADvari<double>& x) {
    return ADf1(std::erf(x.Val), 2.0 * std::numbers::inv_sqrtpi * std::exp(-x.Val * x.Val), x);
}

}  // namespace Sacado::Rad

namespace bench {

template <class P> class RadCycle {
    using Number = Sacado::Rad::ADvar<double>;

public:
    RadCycle(const P& problem, std::span<const double> inputs)
        : problem_(problem), inputs_(inputs.size()), outputs_(outputs_of<P>), weights_(outputs_of<P>) {
        for (Number& y : outputs_) rows_.push_back(&y);
    }
    void cycle(std::span<const double> x, std::span<double> y, std::span<double> jacobian) {
        for (std::size_t k = 0; k < x.size(); ++k) inputs_[k] = x[k];
        evaluate(problem_, std::span<const Number>(inputs_), std::span<Number>(outputs_));
        for (std::size_t i = 0; i < y.size(); ++i) {
            y[i] = outputs_[i].val();
            weights_[i] = 1.0;
            Number::Weighted_Gradcomp(y.size(), rows_.data(), weights_.data());
            weights_[i] = 0.0;
            for (std::size_t k = 0; k < x.size(); ++k) jacobian[i * x.size() + k] = inputs_[k].adj();
        }
    }

private:
    const P& problem_;
    std::vector<Number> inputs_, outputs_;
    std::vector<Number*> rows_;
    std::vector<double> weights_;
};

}  // namespace bench
