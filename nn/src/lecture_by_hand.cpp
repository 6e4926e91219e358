// The lecture's step of gradient descent as one derives it on paper. It stands beside the networks, for
// comparison: none of them uses it, and it uses no derivative of theirs.
#include <wengert/nn/lecture.hpp>

#include <cmath>
#include <string>
#include <string_view>

#include "named.hpp"

namespace wengert::nn {
namespace {

using Numbers = std::vector<double>;

// An activation, and its derivative g'(z) from a = g(z): for the sigmoid a (1 - a).
struct Function {
    std::string_view label;
    double (*g)(double z);
    double (*slope)(double a);
    std::string_view name() const { return label; }
};
constexpr Function functions[] = {
    {"sigmoid", [](double z) { return 1 / (1 + std::exp(-z)); }, [](double a) { return a * (1 - a); }},
    {"tanh", [](double z) { return std::tanh(z); }, [](double a) { return 1 - a * a; }},
    {"relu", [](double z) { return z > 0 ? z : 0; }, [](double a) { return a > 0 ? 1.0 : 0.0; }},
    {"identity", [](double z) { return z; }, [](double) { return 1.0; }},
};

// relu's slope there is a convention, and which side z is on a matter of rounding.
void refuse_kinks(const std::string& name, const Numbers& z, std::size_t l) {
    for (std::size_t i = 0; i < z.size(); ++i)
        if (name == "relu" && std::abs(z[i]) < 1e-12)
            fail("relu has no derivative at 0, where neuron " + std::to_string(i + 1) + " of layer " +
                 std::to_string(l + 1) + " stands: choose other numbers, such as another x or seed");
}

// One layer's numbers, apart from the flat array.
struct ByHand {
    Function f;
    bool shared;
    std::size_t inputs, outputs;
    Numbers W, b;

    double bias(std::size_t i) const { return b.empty() ? 0 : shared ? b[0] : b[i]; }
};

// Fills z and a of each layer and returns E.
double forward_by_hand(const std::vector<ByHand>& net, const Exercise& e, std::vector<LayerStep>& steps) {
    const Numbers* below = &e.x;
    for (std::size_t l = 0; l < net.size(); ++l) {
        const ByHand& n = net[l];
        steps[l].z.assign(n.outputs, 0);
        steps[l].a.assign(n.outputs, 0);
        for (std::size_t i = 0; i < n.outputs; ++i) {
            for (std::size_t j = 0; j < n.inputs; ++j) steps[l].z[i] += n.W[i * n.inputs + j] * (*below)[j];
            steps[l].z[i] += n.bias(i);
            steps[l].a[i] = n.f.g(steps[l].z[i]);
        }
        below = &steps[l].a;
    }
    double sum = 0;
    for (std::size_t k = 0; k < e.y.size(); ++k) sum += (e.y[k] - (*below)[k]) * (e.y[k] - (*below)[k]);
    return sum / 2;
}

// From the last layer to the first: each hands dE/da to the one below.
void backward_by_hand(const std::vector<ByHand>& net, const Exercise& e, std::vector<LayerStep>& steps) {
    LayerStep& last = steps.back();
    for (std::size_t k = 0; k < e.y.size(); ++k) last.dE_da.push_back(last.a[k] - e.y[k]);
    for (std::size_t l = net.size(); l-- > 0;) {
        const ByHand& n = net[l];
        LayerStep& s = steps[l];
        const Numbers& below = l == 0 ? e.x : steps[l - 1].a;
        Numbers dE_dbelow(n.inputs, 0);
        s.dE_db.assign(n.b.size(), 0);
        for (std::size_t i = 0; i < n.outputs; ++i) {
            s.da_dz.push_back(n.f.slope(s.a[i]));
            const double delta = s.dE_da[i] * s.da_dz[i];
            for (std::size_t j = 0; j < n.inputs; ++j) {
                s.dE_dW.push_back(delta * below[j]);
                dE_dbelow[j] += delta * n.W[i * n.inputs + j];
            }
            if (!n.b.empty()) s.dE_db[n.shared ? 0 : i] += delta;
        }
        if (l > 0) steps[l - 1].dE_da = dE_dbelow;
    }
}

}  // namespace

std::vector<std::string> activations_by_hand() { return names_of(functions); }

WorkedStep by_chain_rule(const Exercise& e) {
    check_sizes(e);
    std::vector<ByHand> net;
    for (std::size_t l = 0; l < e.model.layers().size(); ++l) {
        const Layer& layer = e.model.layers()[l];
        const Function& f = find(functions, "activation with a derivative by hand", layer.activation.name());
        const auto own = e.model.parameters(l);
        const auto weights = static_cast<std::ptrdiff_t>(layer.weights());
        net.push_back({f, layer.bias == Bias::shared, layer.inputs, layer.outputs,
                       Numbers(own.begin(), own.begin() + weights),
                       Numbers(own.begin() + weights, own.end())});
    }
    WorkedStep step;
    step.layers.resize(net.size());
    step.E = forward_by_hand(net, e, step.layers);
    for (std::size_t l = 0; l < net.size(); ++l)
        refuse_kinks(e.model.layers()[l].activation.name(), step.layers[l].z, l);
    backward_by_hand(net, e, step.layers);

    std::vector<LayerStep> scratch(net.size());
    for (std::size_t l = 0; l < net.size(); ++l) {
        for (std::size_t k = 0; k < net[l].W.size(); ++k) net[l].W[k] -= e.rate * step.layers[l].dE_dW[k];
        step.layers[l].W = net[l].W;
    }
    step.E_after_weights = forward_by_hand(net, e, scratch);
    for (std::size_t l = 0; l < net.size(); ++l) {
        for (std::size_t k = 0; k < net[l].b.size(); ++k) net[l].b[k] -= e.rate * step.layers[l].dE_db[k];
        step.layers[l].b = net[l].b;
    }
    step.E_after = forward_by_hand(net, e, scratch);
    return step;
}

}  // namespace wengert::nn
