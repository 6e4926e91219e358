#include <wengert/nn/layer_check.hpp>

#include <algorithm>
#include <cmath>
#include <future>
#include <limits>
#include <utility>

#include "recorded_network.hpp"

namespace wengert::nn {
namespace {

using Numbers = std::vector<double>;
using Of = QuantityCheck::Of;
using Finding = QuantityCheck::Finding;

constexpr double u = 0x1p-53;

// How far two sums of n terms may lie apart that are added in different orders, the terms computed in a few
// operations each. Below the smallest normal number digits are lost.
constexpr double least = std::numeric_limits<double>::min();
double rounding(std::size_t n, double absolute_sum) {
    return 2 * static_cast<double>(n + 8) * u * (absolute_sum + least);
}

// Numbers, and how far rounding may move each.
struct Rounded {
    Numbers value, error;
    void add(double v, double e) { value.push_back(v), error.push_back(e); }
};
Rounded exact(std::span<const double> x) { return {Numbers(x.begin(), x.end()), Numbers(x.size())}; }
Numbers moved(const Rounded& x, double errors) {
    Numbers result = x.value;
    for (std::size_t k = 0; k < result.size(); ++k) result[k] += errors * x.error[k];
    return result;
}

// ---- What a number may be ----

struct Expected {
    double value, error;
    Rounded choices = {};         // at a kink: of either side, and their mean
    double from_loss = 0;         // how far off it may be by terms of dE/da that cancel
    double from_a = 0, unit = 0;  // how far off, computed from a; then it is 0, or no smaller than a unit

    bool fits(double hand) const {
        if (!std::isfinite(value)) return !std::isfinite(hand);
        for (std::size_t k = 0; k < choices.value.size(); ++k)
            if (std::abs(hand - choices.value[k]) <= choices.error[k]) return true;
        const double gap = std::abs(hand - value), known = error + from_loss;
        return gap <= known || (gap <= known + from_a && (hand == 0 || std::abs(hand) >= unit / 4));
    }
    bool decides() const { return std::isfinite(value) && std::isfinite(error); }
};
std::vector<Expected> expected(const Rounded& r, const Numbers& values) {
    std::vector<Expected> all;
    for (std::size_t k = 0; k < values.size(); ++k) all.push_back({.value = values[k], .error = r.error[k]});
    return all;
}
std::vector<Expected> expected(const Rounded& r) { return expected(r, r.value); }

// One quantity of the hand's beside what it may be. `follows` is empty for the first delta.
struct Compared {
    std::span<const double> hand;
    std::vector<Expected> truth, follows;
    bool earlier_right;  // the delta that it follows from

    // What follows from a delta that is right is right, too, whichever choice that had made.
    Finding finding(std::size_t k) const {
        const bool decides = truth[k].decides();
        if (decides ? truth[k].fits(hand[k]) : hand[k] == truth[k].value) return Finding::agrees;
        if (!follows.empty() && follows[k].fits(hand[k]))
            return earlier_right ? Finding::agrees : Finding::consequence;
        return decides ? Finding::mistake : Finding::undecided;
    }
    // How far from the truth what the hand computed with may lie and be right. Of a number that is wrong it
    // is not known at which side of a kink it was.
    double leeway(std::size_t k) const {
        return finding(k) == Finding::agrees ? std::abs(hand[k] - truth[k].value)
                                             : truth[k].from_a + truth[k].from_loss;
    }
    // From the truth, relatively; infinite where there is a NaN.
    double gap(std::size_t k) const {
        if (hand[k] == truth[k].value) return 0;
        const double relative = std::abs(hand[k] / truth[k].value - 1);
        return std::isnan(relative) ? std::numeric_limits<double>::infinity() : relative;
    }
    // Whether the hand's number is this one, to nine digits, and that is nearly all that is wrong with it.
    bool explained(std::size_t k, double number) const {
        const double off = std::abs(hand[k] - number);
        double wrong = std::abs(hand[k] - truth[k].value);
        if (!follows.empty()) wrong = std::fmin(wrong, std::abs(hand[k] - follows[k].value));
        return off <= 1e-9 * std::abs(hand[k]) && off <= 1e-3 * wrong;
    }
};

// ---- The forward pass, with its rounding ----

struct Neurons {
    std::span<const double> W, learned;  // the latter by the activation
    Rounded z, a;
    Rounded slope;        // g'(z)
    Numbers left, right;  // g' on either side of z, just beyond its rounding
    Numbers from_a;       // dg'/da = g''/g': how g' depends on a, where it is computed from a
};

// sum_i g(z_i): its gradient is g'(z_i), and its Hessian's diagonal g''(z_i).
auto sum_of(const Layer& layer, std::span<const double> learned) {
    return [&layer, learned](const auto& z) {
        auto a = z;
        using T = std::remove_cvref_t<decltype(a[0])>;
        const std::vector<T> p(learned.begin(), learned.end());
        layer.activation(std::span<T>(a), std::span<const T>(p));
        return sum(a);
    };
}

Neurons forward(const Layer& layer, std::span<const double> own, const RecordedLayer& recorded,
                const Rounded& below) {
    Neurons n{own.first(layer.weights()),
              own.subspan(layer.weights() + layer.biases()),
              {plain(recorded.z), {}},
              {plain(recorded.a), {}},
              {},
              {},
              {},
              {}};
    const auto biases = own.subspan(layer.weights(), layer.biases());
    for (std::size_t i = 0; i < layer.outputs; ++i) {
        double absolute = biases.empty() ? 0 : std::abs(biases[biases.size() == 1 ? 0 : i]), carried = 0;
        for (std::size_t j = 0; j < layer.inputs; ++j) {
            const double w = std::abs(n.W[i * layer.inputs + j]);
            absolute += w * std::abs(below.value[j]);
            carried += w * below.error[j];
        }
        n.z.error.push_back(rounding(layer.inputs + 1, absolute) + carried);
    }
    const auto g = sum_of(layer, n.learned);
    n.slope.value = gradient(g, n.z.value);
    const Numbers curvature = hvp(g, n.z.value, Numbers(layer.outputs, 1.0));
    n.left = gradient(g, moved(n.z, -1)), n.right = gradient(g, moved(n.z, 1));
    for (std::size_t i = 0; i < layer.outputs; ++i) {
        const double slope = n.slope.value[i];
        const double steepest = std::max({std::abs(slope), std::abs(n.left[i]), std::abs(n.right[i])});
        n.a.error.push_back(steepest * n.z.error[i] + rounding(0, std::abs(n.a.value[i])) + least);
        n.slope.error.push_back(std::abs(curvature[i]) * n.z.error[i] + rounding(0, std::abs(slope)) + least);
        n.from_a.push_back(slope == 0 ? 0 : std::abs(curvature[i] / slope));
    }
    return n;
}

// How large the contributions to dE/dy_k are that add up, or cancel. Touches every adjoint of the thread.
Numbers absolute_gradient(const Loss& loss, const Numbers& y, const Target& target) {
    const Recording<> scope;
    const std::vector<Value> at = variables(y);
    const Value E = loss(std::span<const Value>(at), target);
    const Tape<double>::Seed seeds[] = {{E.read(), 1.0}};
    tape<double>.backward(seeds, true);
    return grads(at);
}

// ---- Mistakes that are known by their numbers ----

struct Slip {
    std::string words;
    Numbers numbers;
};

Numbers scaled(double factor, Numbers x) {
    for (double& v : x) v *= factor;
    return x;
}
Numbers product(const Numbers& a, const Numbers& b) {
    Numbers result;
    for (std::size_t k = 0; k < a.size(); ++k) result.push_back(a[k] * b[k]);
    return result;
}
Numbers outer(const Numbers& a, const Numbers& b) {
    Numbers result;
    for (const double x : a)
        for (const double y : b) result.push_back(x * y);
    return result;
}

// ---- The check ----

class Checker {
public:
    Checker(const Mlp<double>& model, const Loss& loss, std::span<const double> x, const Target& target,
            std::span<const LayerGradients> hand)
        : layers_(model.layers()), loss_(loss), x_(exact(x)), hand_(hand), truth_(layers_.size()) {
        const Recording<> scope;
        const RecordedNetwork network = record(model, x);
        for (std::size_t l = 0; l < layers_.size(); ++l) {
            const auto own = model.parameters(l);
            net_.push_back(forward(layers_[l], own, network.layers[l], below(l)));
        }
        look_at_loss(target);
        const Value E = loss(std::span<const Value>(network.layers.back().a), target);
        backward_to(scope.start(), E, {});
        for (std::size_t l = 0; l < layers_.size(); ++l) {
            const RecordedLayer& r = network.layers[l];
            truth_[l] = {grads(r.z), grads(r.weights), grads(r.biases)};
        }
    }

    LayerCheck check() const {
        std::vector<QuantityCheck> found;
        Earlier earlier{dE_dy_, dE_dy_};
        for (std::size_t l = layers_.size(); l-- > 0;) earlier = check_layer(l, earlier, found);
        return {layers_.size(), std::move(found)};
    }

private:
    // What the truth is computed from: with its rounding alone; and with what the hand may have made of it
    // besides, for numbers that it did not compute from the delta that it shows.
    struct Earlier {
        Rounded strict, loose;
        bool right = true;  // that delta
        const Rounded& truth() const { return right ? strict : loose; }
    };

    // Adds the layer's quantities to what was found; returns dE/da of the layer below.
    Earlier check_layer(std::size_t l, const Earlier& dE_da, std::vector<QuantityCheck>& found) const {
        const LayerGradients& hand = hand_[l];
        const bool last = l + 1 == layers_.size();
        const Rounded own_dE_da = last ? dE_da.strict : handed_down(l + 1, exact(hand_[l + 1].delta));
        const Compared deltas{
            hand.delta, expected_delta(l, dE_da.truth(), true_delta(l, dE_da.truth())),
            last ? std::vector<Expected>{} : expected_delta(l, own_dE_da, delta(l, own_dE_da)), dE_da.right};
        found.push_back(quantity(l, Of::delta, deltas, [&] { return slips_of_delta(l, own_dE_da.value); }));

        Earlier from{true_delta(l, dE_da.strict), true_delta(l, dE_da.loose),
                     found.back().finding == Finding::agrees};
        for (std::size_t i = 0; i < hand.delta.size(); ++i) from.loose.error[i] += deltas.leeway(i);
        const Rounded own_delta = exact(hand.delta);
        const Compared by_weights{hand.dW, expected(weights(l, from.truth()), truth_[l].dW),
                                  expected(weights(l, own_delta)), from.right};
        found.push_back(quantity(l, Of::weights, by_weights, [&] { return slips_of_weights(l); }));
        if (layers_[l].biases() != 0) {
            const Compared by_biases{hand.db, expected(biases(l, from.truth()), truth_[l].db),
                                     expected(biases(l, own_delta)), from.right};
            found.push_back(quantity(l, Of::biases, by_biases, [&] { return slips_of_biases(l); }));
        }
        return {handed_down(l, from.strict), handed_down(l, from.loose), from.right};
    }

    template <class Slips>
    QuantityCheck quantity(std::size_t l, Of of, const Compared& c, const Slips& slips) const {
        QuantityCheck q{.layer = l + 1, .of = of, .size = c.hand.size()};
        for (std::size_t k = 0; k < q.size; ++k) q.finding = std::max(q.finding, c.finding(k));
        std::vector<std::size_t> those;
        for (std::size_t k = 0; k < q.size; ++k)
            if (c.finding(k) == q.finding) those.push_back(k);
        const std::size_t worst = *std::ranges::max_element(those, {}, [&](std::size_t k) {
            return q.finding == Finding::agrees ? std::abs(c.truth[k].value) : c.gap(k);
        });
        q.hand = c.hand[worst], q.truth = c.truth[worst].value;
        q.follows = c.follows.empty() ? std::numeric_limits<double>::quiet_NaN() : c.follows[worst].value;
        const std::size_t inputs = layers_[l].inputs;
        const bool shared = of == Of::biases && layers_[l].bias == Bias::shared;
        q.i = of == Of::weights ? worst / inputs + 1 : shared ? 0 : worst + 1;
        q.j = of == Of::weights ? worst % inputs + 1 : 0;
        if (q.finding != Finding::agrees) q.wrong = those.size();
        if (q.finding == Finding::mistake) q.reason = reason(c, those, slips());
        return q;
    }
    // The first slip that explains all that is wrong.
    static std::string reason(const Compared& c, const std::vector<std::size_t>& wrong,
                              const std::vector<Slip>& slips) {
        const auto any = [&](const auto& holds) { return std::ranges::any_of(wrong, holds); };
        if (any([&](std::size_t k) { return std::isnan(c.hand[k]); })) return "it is not a number";
        if (any([&](std::size_t k) { return std::isinf(c.hand[k]); })) return "it is infinite";
        for (const Slip& s : slips)
            if (!any([&](std::size_t k) { return !c.explained(k, s.numbers[k]); })) return s.words;
        return {};
    }

    // ---- The formulas, with their rounding ----

    const Rounded& below(std::size_t l) const { return l == 0 ? x_ : net_[l - 1].a; }

    // dE/da_j of the layer below l: sum_i w_ij delta_i.
    Rounded handed_down(std::size_t l, const Rounded& delta) const {
        Rounded result;
        const std::size_t inputs = layers_[l].inputs, outputs = layers_[l].outputs;
        for (std::size_t j = 0; j < inputs; ++j) {
            double value = 0, absolute = 0, carried = 0;
            for (std::size_t i = 0; i < outputs; ++i) {
                const double w = net_[l].W[i * inputs + j];
                value += w * delta.value[i];
                absolute += std::abs(w * delta.value[i]);
                carried += std::abs(w) * delta.error[i];
            }
            result.add(value, rounding(outputs, absolute) + carried);
        }
        return result;
    }
    Rounded delta(std::size_t l, const Rounded& dE_da) const {
        Rounded result;
        const Rounded& slope = net_[l].slope;
        for (std::size_t i = 0; i < layers_[l].outputs; ++i)
            result.add(slope.value[i] * dE_da.value[i], error(slope, i, dE_da, i));
        return result;
    }
    Rounded true_delta(std::size_t l, const Rounded& dE_da) const {
        return {truth_[l].delta, delta(l, dE_da).error};
    }
    // Of a product.
    static double error(const Rounded& a, std::size_t i, const Rounded& b, std::size_t j) {
        return rounding(0, std::abs(a.value[i] * b.value[j])) + std::abs(a.value[i]) * b.error[j] +
               a.error[i] * std::abs(b.value[j]);
    }
    std::vector<Expected> expected_delta(std::size_t l, const Rounded& dE_da, const Rounded& delta) const {
        std::vector<Expected> all = expected(delta);
        const Neurons& n = net_[l];
        for (std::size_t i = 0; i < all.size(); ++i) {
            const bool last = l + 1 == layers_.size();
            const double low = last ? low_[i] : dE_da.value[i], high = last ? high_[i] : dE_da.value[i];
            for (const double slope : {n.left[i], n.right[i], (n.left[i] + n.right[i]) / 2})
                for (const double s : {low, high, (low + high) / 2})
                    all[i].choices.add(slope * s, std::abs(slope) * dE_da.error[i] +
                                                      std::abs(s) * n.slope.error[i] +
                                                      rounding(0, std::abs(slope * s)));
            const double by_a = std::abs(dE_da.value[i]) * n.from_a[i];
            all[i].from_a = by_a * n.a.error[i], all[i].unit = by_a * u * std::abs(n.a.value[i]);
            if (last) all[i].from_loss = rounding(all.size(), std::abs(n.slope.value[i]) * dE_dy_terms_[i]);
        }
        return all;
    }
    Rounded weights(std::size_t l, const Rounded& delta) const {
        Rounded result;
        const Rounded& a = below(l);
        for (std::size_t i = 0; i < delta.value.size(); ++i)
            for (std::size_t j = 0; j < a.value.size(); ++j)
                result.add(delta.value[i] * a.value[j], error(delta, i, a, j));
        return result;
    }
    Rounded biases(std::size_t l, const Rounded& delta) const {
        if (layers_[l].bias == Bias::per_neuron) return delta;
        double value = 0, absolute = 0, carried = 0;
        for (std::size_t i = 0; i < delta.value.size(); ++i) {
            value += delta.value[i];
            absolute += std::abs(delta.value[i]);
            carried += delta.error[i];
        }
        return {{value}, {rounding(delta.value.size(), absolute) + carried}};
    }

    // dE/dy, with its rounding and that of y, and on either side.
    void look_at_loss(const Target& target) {
        const auto E = [&](const auto& y) {
            return loss_(std::span<const std::remove_cvref_t<decltype(y[0])>>(y), target);
        };
        const Rounded& y = net_.back().a;
        const std::size_t n = y.value.size();
        dE_dy_.value = gradient(E, y.value);
        dE_dy_terms_ = absolute_gradient(loss_, y.value, target);
        for (const double d : dE_dy_.value) dE_dy_.error.push_back(rounding(n, std::abs(d)));
        for (std::size_t m = 0; m < n; ++m) {
            Numbers direction(n);
            direction[m] = 1;
            const Numbers column = hvp(E, y.value, direction);
            for (std::size_t k = 0; k < n; ++k) dE_dy_.error[k] += std::abs(column[k]) * y.error[m];
        }
        low_ = gradient(E, moved(y, -1)), high_ = gradient(E, moved(y, 1));
    }

    // ---- Slips, in the order in which they are looked for ----

    std::vector<Slip> slips_of_delta(std::size_t l, const Numbers& dE_da) const {
        const Neurons& n = net_[l];
        const std::string& g = layers_[l].activation.name();
        const Numbers right = product(n.slope.value, dE_da);
        std::vector<Slip> slips = slips_of_all(right);
        slips.push_back({"the derivative of " + g + " was taken at a, not at z",
                         product(gradient(sum_of(layers_[l], n.learned), n.a.value), dE_da)});
        slips.push_back({"the factor " + g + "'(z) is missing", dE_da});
        if (l + 1 < layers_.size() && layers_[l + 1].inputs == layers_[l + 1].outputs)
            slips.push_back({"W[" + std::to_string(l + 2) + "] was not transposed",
                             product(n.slope.value, not_transposed(l + 1))});
        if (g == "sigmoid") {
            Numbers rest;
            for (const double a : n.a.value) rest.push_back(1 - a);
            slips.push_back({"the factor (1 - a) is missing", product(n.a.value, dE_da)});
            slips.push_back({"the factor a is missing", product(rest, dE_da)});
        }
        if (l + 1 == layers_.size())
            slips.push_back({"it is twice what it should be: is the 1/2 of E missing?", scaled(2, right)});
        return slips;
    }
    Numbers not_transposed(std::size_t l) const {
        const Numbers& delta = hand_[l].delta;
        Numbers result(delta.size());
        for (std::size_t k = 0; k < net_[l].W.size(); ++k)
            result[k / delta.size()] += net_[l].W[k] * delta[k % delta.size()];
        return result;
    }
    std::vector<Slip> slips_of_weights(std::size_t l) const {
        const Numbers &delta = hand_[l].delta, &a = below(l).value;
        std::vector<Slip> slips = slips_of_all(outer(delta, a));
        slips.push_back(
            {"it is transposed: its rows are not those of the destination neurons", outer(a, delta)});
        if (l > 0)
            slips.push_back(
                {"it was computed with z of the layer below, not with a", outer(delta, net_[l - 1].z.value)});
        return slips;
    }
    std::vector<Slip> slips_of_biases(std::size_t l) const {
        const Numbers& delta = hand_[l].delta;
        double total = 0;
        for (const double d : delta) total += d;
        if (layers_[l].bias == Bias::per_neuron) {
            std::vector<Slip> slips = slips_of_all(delta);
            slips.push_back({"it is the sum over the neurons, each of which has a bias of its own",
                             Numbers(delta.size(), total)});
            return slips;
        }
        std::vector<Slip> slips = slips_of_all({total});
        for (std::size_t i = 0; i < delta.size(); ++i)
            slips.push_back({"it is that of neuron " + std::to_string(i + 1) +
                                 " alone, not summed over the neurons that share the bias",
                             {delta[i]}});
        slips.push_back({"it is the mean over the neurons that share the bias, not their sum",
                         {total / static_cast<double>(delta.size())}});
        return slips;
    }
    static std::vector<Slip> slips_of_all(const Numbers& right) {
        return {{"it was left at 0", Numbers(right.size())}, {"its sign is flipped", scaled(-1, right)}};
    }

    const std::vector<Layer>& layers_;
    const Loss& loss_;
    Rounded x_;
    std::span<const LayerGradients> hand_;
    std::vector<LayerGradients> truth_;
    std::vector<Neurons> net_;
    Rounded dE_dy_;
    Numbers dE_dy_terms_;  // how large the terms are that add up to it, or cancel
    Numbers low_, high_;   // dE/dy on either side of y, just beyond its rounding
};

void check_sizes(const Mlp<double>& model, const Loss& loss, std::span<const double> x, const Target& target,
                 std::span<const LayerGradients> hand) {
    for (std::size_t l = 0; l < model.layers().size(); ++l)
        if (const Activation& g = model.layers()[l].activation; !g.elementwise())
            fail("check_layers needs activations of one number, whose slope is g'(z_i); layer " +
                 std::to_string(l + 1) + " has " + g.name());
    check_count("check_layers", "inputs x", x.size(), model.inputs());
    if (!loss.fits(model.outputs(), target)) loss.refuse(model.outputs(), target);
    check_count("check_layers", "layers in the backward pass", hand.size(), model.layers().size());
    for (std::size_t l = 0; l < hand.size(); ++l) {
        const Layer& layer = model.layers()[l];
        const std::string where = "check_layers, in layer " + std::to_string(l + 1) + ",";
        const char* const db =
            layer.bias == Bias::shared ? "number in db, the sum over its neurons" : "numbers in db";
        check_count(where.c_str(), "numbers in delta", hand[l].delta.size(), layer.outputs);
        check_count(where.c_str(), "numbers in dW", hand[l].dW.size(), layer.weights());
        check_count(where.c_str(), db, hand[l].db.size(), layer.biases());
    }
}

}  // namespace

LayerCheck check_layers(const Mlp<double>& model, const Loss& loss, std::span<const double> x,
                        const Target& target, std::span<const LayerGradients> hand) {
    check_sizes(model, loss, x, target, hand);
    // A sweep over absolute values touches every adjoint of its thread.
    return std::async(std::launch::async, [&] { return Checker(model, loss, x, target, hand).check(); })
        .get();
}

}  // namespace wengert::nn
