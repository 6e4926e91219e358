// Training without the trainer: a network of Values learns two moons in a loop that one writes oneself.
#include <cstdio>
#include <span>
#include <vector>

#include <wengert/nn/nn.hpp>

using namespace wengert;

int main() {
    const nn::Dataset data = nn::two_moons(100, 0.1, 1);
    nn::Mlp net({2, 16, 16, 1}, nn::activation("relu"), nn::activation("identity"));
    nn::Random random(1);
    nn::he(net, random);

    const double rate = 0.3, n = static_cast<double>(data.size());
    std::vector<Value> w(net.parameters().size()), out(1);
    std::vector<double> gradient(w.size());
    for (int epoch = 0; epoch <= 100; ++epoch) {
        // The network's numbers become variables; each sample is recorded above them, swept and forgotten.
        clear();
        variables<double>(net.parameters(), w);
        gradient.assign(w.size(), 0);
        double loss = 0, correct = 0;
        const auto start = mark();
        for (std::size_t i = 0; i < data.size(); ++i) {
            net.forward<Value, double>(w, data.input(i), out);
            const double t = data.label(i) == 0 ? -1 : 1;
            const Value sample = relu(1 - t * out[0]);  // the hinge
            backward_to(start, sample, gradient, 1 / n);
            loss += sample.value() / n;
            correct += (out[0] > 0) == (t > 0);
            rewind(start);
        }
        if (epoch % 20 == 0) std::printf("epoch %3d   loss %.4f   accuracy %.2f\n", epoch, loss, correct / n);
        for (std::size_t k = 0; k < w.size(); ++k) net.parameters()[k] -= rate * gradient[k];
    }
}
