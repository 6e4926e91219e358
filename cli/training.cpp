#include "training.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "progress.hpp"

using namespace wengert::nn;

namespace {

std::string line(const char* what, const std::string& value) {
    return fmt::format("{:<20}{}\n", what, value);
}

double samples_per_second(const Outcome& r) {
    double samples = 0;
    for (const EpochReport& e : r.epochs) samples += static_cast<double>(e.samples);
    return samples / std::max(r.seconds, 1e-9);
}

// As many classes as fit 80 columns.
std::string confusion(const Evaluation& e, const Dataset& data) {
    const std::size_t n = data.class_count;
    if (n > 10) return "";
    const auto name = [&](std::size_t c) {
        return data.class_names.empty() ? std::to_string(c) : data.class_names[c];
    };
    std::string text =
        fmt::format("\nconfusion: rows are the true class, columns what the network said\n{:>10}", "");
    for (std::size_t c = 0; c < n; ++c) text += fmt::format("{:>7.6}", name(c));
    for (std::size_t t = 0; t < n; ++t) {
        text += fmt::format("\n{:>10}", name(t));
        for (std::size_t c = 0; c < n; ++c) text += fmt::format("{:>7}", e.confusion[t * n + c]);
    }
    return text + "\n\n";
}

nlohmann::ordered_json as_json(const Evaluation& e) {
    return {{"loss", e.loss}, {"accuracy", e.accuracy}, {"confusion", e.confusion}};
}

}  // namespace

std::string table(const Options& o, const Outcome& r, const Data& data) {
    std::string text = confusion(r.test ? *r.test : r.training, data.training);
    text += line("network", fmt::format("{}, {}, {} parameters", o.widths, o.activation, r.parameters));
    text += line("trained", fmt::format("{} epochs, {:.1f} s, {:.0f} samples per second, {} threads",
                                        r.epochs.size(), r.seconds, samples_per_second(r), o.threads));
    text += line("tape", fmt::format("{} bytes for a sample", r.tape_bytes));
    text += line("training loss", figure(r.training.loss));
    text += line("training accuracy", figure(r.training.accuracy));
    if (r.test) {
        text += line("test loss", figure(r.test->loss));
        text += line("test accuracy", figure(r.test->accuracy));
    }
    return text;
}

std::string pictures_and_notes(const Outcome& r) {
    std::string text;
    for (const std::string& p : r.pictures) text += line("picture", p);
    for (const std::string& n : r.notes) text += line("note", n);
    return text;
}

std::string json(const Options& o, const Outcome& r) {
    nlohmann::ordered_json j{{"data", o.data},
                             {"widths", o.widths},
                             {"activation", o.activation},
                             {"output_activation", o.output_activation},
                             {"loss", o.loss},
                             {"optimiser", o.optimiser},
                             {"initialiser", o.initialiser},
                             {"rate", o.rate},
                             {"batch", o.batch},
                             {"epochs", o.epochs},
                             {"threads", o.threads},
                             {"seed", o.seed},
                             {"l2", o.l2},
                             {"parameters", r.parameters},
                             {"seconds", r.seconds},
                             {"samples_per_second", samples_per_second(r)},
                             {"tape_bytes", r.tape_bytes},
                             {"interrupted", r.interrupted},
                             {"training", as_json(r.training)}};
    if (r.test) j["test"] = as_json(*r.test);
    for (const EpochReport& e : r.epochs) {
        nlohmann::ordered_json epoch{
            {"epoch", e.epoch}, {"loss", e.loss}, {"accuracy", e.accuracy}, {"seconds", e.seconds}};
        if (r.test) epoch["test_loss"] = e.validation.loss, epoch["test_accuracy"] = e.validation.accuracy;
        j["history"].push_back(epoch);
    }
    j["pictures"] = r.pictures;
    j["notes"] = r.notes;
    // A path need not be UTF-8: what is not is replaced.
    return j.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}
