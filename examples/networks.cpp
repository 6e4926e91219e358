// A network from its layers to a file and back: dropout, AdamW, a cosine schedule, validation data, patience.
// Leaves networks.json in the folder that it runs in.
#include <cstdio>
#include <vector>

#include <wengert/nn/model_file.hpp>
#include <wengert/nn/nn.hpp>

using namespace wengert;

int main() {
    // Two moons that overlap: who learns every point learns the noise.
    const auto [training, validation] = nn::two_moons(300, 0.3, 1).split(0.5, 1);
    const nn::Dataset fresh = nn::two_moons(10000, 0.3, 2);

    nn::Mlp<double> net({{.inputs = 2, .outputs = 64, .activation = nn::activation("relu"), .dropout = 0.2},
                         {.inputs = 64, .outputs = 64, .activation = nn::activation("relu"), .dropout = 0.2},
                         {.inputs = 64, .outputs = 1, .activation = nn::activation("identity")}});
    nn::Random random(1);
    nn::he(net, random);

    nn::AdamW adamw;
    adamw.rate = 0.01;
    adamw.decay = 0.05;
    const nn::Loss loss = nn::loss("binary_cross_entropy");
    nn::Trainer trainer(net, loss, adamw, training,
                        {.epochs = 200,
                         .batch = 25,
                         .schedule = {.shape = nn::Schedule::Shape::cosine, .warm_up = 5},
                         .validation = &validation,
                         .patience = 40});
    for (const nn::EpochReport& e : trainer.run())
        if (e.epoch % 10 == 0)
            std::printf("epoch %3zu   rate %.4f   loss %.4f   validation %.4f\n", e.epoch, e.rate, e.loss,
                        e.validation.loss);
    const auto show = [&](const char* what, const nn::Evaluation& e) {
        std::printf("%-10s   loss %.4f   accuracy %.3f\n", what, e.loss, e.accuracy);
    };
    std::printf("kept: the weights of epoch %zu\n", trainer.best_epoch());
    show("training", trainer.evaluation());
    show("validation", nn::evaluate(net, loss, validation));
    show("fresh", nn::evaluate(net, loss, fresh));

    nn::save_model({.network = net, .loss = loss.name(), .class_names = {"upper", "lower"}}, "networks.json");
    const nn::SavedModel saved = nn::load_model("networks.json");
    const std::vector<double> point{0.5, 0.25};
    const double z = saved.network.predict(point)[0];
    std::printf("at (0.5, 0.25): %s with p = %.3f, %s to the bit\n",
                saved.class_names[static_cast<std::size_t>(loss.predicted_class(std::vector{z}))].c_str(),
                sigmoid(z), z == net.predict(point)[0] ? "the same" : "not the same");
    return z == net.predict(point)[0] ? 0 : 1;
}
