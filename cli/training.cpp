#include "training.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "commands.hpp"
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

// What would break a line, in letters.
std::string in_a_line(const std::string& name) {
    std::string text;
    for (const char c : name)
        text += c == '\n'                            ? "\\n"
                : static_cast<unsigned char>(c) < 32 ? fmt::format("\\x{:02x}", c)
                                                     : std::string(1, c);
    return text;
}

// As many classes as fit 80 columns. Where their names, cut, are not distinct, numbers stand for them.
std::string confusion(const Evaluation& e, const Dataset& data) {
    const std::size_t n = data.class_count;
    if (n > 10) return "";
    std::vector<std::string> rows, heads;
    for (std::size_t c = 0; c < n; ++c) {
        rows.push_back(data.class_names.empty() ? std::to_string(c) : in_a_line(data.class_names[c]));
        heads.push_back(fmt::format("{:.6}", rows[c]));
    }
    std::string key;
    if (std::set<std::string>(heads.begin(), heads.end()).size() < n)
        for (std::size_t c = 0; c < n; ++c) {
            key += fmt::format("\n{:>10} is {:.66}", c, rows[c]);
            rows[c] = heads[c] = std::to_string(c);
        }
    std::string text =
        fmt::format("\nconfusion: rows are the true class, columns what the network said\n{:>10}", "");
    for (std::size_t c = 0; c < n; ++c) text += fmt::format("{:>7}", heads[c]);
    for (std::size_t t = 0; t < n; ++t) {
        text += fmt::format("\n{:>10.10}", rows[t]);
        for (std::size_t c = 0; c < n; ++c) text += fmt::format("{:>7}", e.confusion[t * n + c]);
    }
    return text + (key.empty() ? "" : "\n" + key) + "\n\n";
}

nlohmann::ordered_json as_json(const Evaluation& e) {
    nlohmann::ordered_json j{{"loss", e.loss}};
    if (!e.confusion.empty()) j["accuracy"] = e.accuracy, j["confusion"] = e.confusion;
    return j;
}

// The parts of the data that were looked at, in the order of what they say of the model.
std::vector<std::pair<std::string, const Evaluation*>> parts(const Outcome& r) {
    std::vector<std::pair<std::string, const Evaluation*>> all{{"training", &r.training}};
    if (r.validation) all.emplace_back("validation", &*r.validation);
    if (r.test) all.emplace_back("test", &*r.test);
    return all;
}

}  // namespace

std::string table(const Options& o, const Outcome& r, const Data& data) {
    const auto all = parts(r);
    std::string text = data.training.labels.empty() ? "" : confusion(*all.back().second, data.training);
    text += line("network",
                 fmt::format("{}, {}, {}", o.widths, o.activation, counted(r.parameters, "parameter")));
    text += line("trained",
                 fmt::format("{}, {:.1f} s, {:.0f} samples per second, {}", counted(r.epochs.size(), "epoch"),
                             r.seconds, samples_per_second(r), counted(o.threads, "thread")));
    if (r.best_epoch != 0) text += line("best epoch", std::to_string(r.best_epoch));
    text += line("tape", fmt::format("{} bytes for a sample", r.tape_bytes));
    for (const auto& [name, e] : all) {
        text += line((name + " loss").c_str(), figure(e->loss));
        if (!e->confusion.empty()) text += line((name + " accuracy").c_str(), figure(e->accuracy));
    }
    return text;
}

std::string pictures_and_notes(const Options& o, const Outcome& r) {
    std::string text;
    if (!o.save.empty()) text += line("model", o.save);
    for (const std::string& p : r.pictures) text += line("picture", p);
    for (const std::string& n : r.notes) text += line("note", n);
    return text;
}

std::string json(const Options& o, const Outcome& r) {
    nlohmann::ordered_json j{{"data", o.data},
                             {"target", o.target},
                             {"samples", o.samples},
                             {"noise", std::max(o.noise, 0.0)},
                             {"load", o.load},
                             {"freeze", o.freeze},
                             {"widths", o.widths},
                             {"activation", o.activation},
                             {"output_activation", o.output_activation},
                             {"dropout", o.dropout},
                             {"loss", o.loss},
                             {"label_smoothing", o.smoothing},
                             {"optimiser", o.optimiser},
                             {"initialiser", o.initialiser},
                             {"rate", o.rate},
                             {"schedule", o.schedule},
                             {"warm_up", o.warm_up},
                             {"batch", o.batch},
                             {"epochs", o.epochs},
                             {"patience", o.patience},
                             {"threads", o.threads},
                             {"seed", o.seed},
                             {"l1", o.l1},
                             {"l2", o.l2},
                             {"clip_norm", o.clip_norm},
                             {"clip_value", o.clip_value},
                             {"validation_share", o.validation},
                             {"parameters", r.parameters},
                             {"seconds", r.seconds},
                             {"samples_per_second", samples_per_second(r)},
                             {"tape_bytes", r.tape_bytes},
                             {"interrupted", r.interrupted}};
    if (r.best_epoch != 0) j["best_epoch"] = r.best_epoch;
    for (const auto& [name, e] : parts(r)) j[name] = as_json(*e);
    const std::string aside = r.validation ? "validation" : "test";
    for (const EpochReport& e : r.epochs) {
        nlohmann::ordered_json epoch{{"epoch", e.epoch}, {"loss", e.loss}};
        if (!std::isnan(e.accuracy)) epoch["accuracy"] = e.accuracy;
        epoch["rate"] = e.rate, epoch["seconds"] = e.seconds;
        if (r.validation || r.test) epoch[aside + "_loss"] = e.validation.loss;
        if ((r.validation || r.test) && !std::isnan(e.validation.accuracy))
            epoch[aside + "_accuracy"] = e.validation.accuracy;
        j["history"].push_back(epoch);
    }
    if (!o.save.empty()) j["model"] = o.save;
    j["pictures"] = r.pictures;
    j["notes"] = r.notes;
    // A path need not be UTF-8: what is not is replaced.
    return j.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}
