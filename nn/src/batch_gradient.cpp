#include <wengert/nn/batch_gradient.hpp>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <cmath>
#include <exception>
#include <string>
#include <thread>
#include <vector>

namespace wengert::nn {
namespace {

constexpr std::size_t samples_in_chunk = 16;
constexpr std::size_t chunks_in_wave = 16;

struct Chunk {
    std::vector<double> gradient;
    BatchResult result;
    std::exception_ptr error;
};

}  // namespace

struct BatchGradient::State {
    const Mlp<double>& model;
    Loss loss;
    const Dataset& data;
    std::vector<Chunk> chunks = std::vector<Chunk>(chunks_in_wave);
    std::span<const std::size_t> samples = {};  // of the wave under way
    Dropout dropout = {};
    std::atomic<std::size_t> next_chunk{0};
    std::atomic<std::size_t> peak{0};
    bool ends = false;
    std::barrier<> start, finish;
    std::vector<std::jthread> threads = {};

    State(const Mlp<double>& m, Loss l, const Dataset& d, std::size_t count)
        : model(m),
          loss(std::move(l)),
          data(d),
          start(static_cast<std::ptrdiff_t>(count) + 1),
          finish(static_cast<std::ptrdiff_t>(count) + 1) {
        threads.reserve(count);
        try {
            for (std::size_t k = 0; k < count; ++k) threads.emplace_back([this] { work(); });
        } catch (...) {
            const std::size_t started = threads.size();
            ends = true;  // those that wait go, in the place of those that never came
            (void)start.arrive(static_cast<std::ptrdiff_t>(count - started) + 1);
            threads.clear();
            fail("only " + std::to_string(started) + " of " + std::to_string(count) +
                 " threads could be started: ask for fewer");
        }
    }
    ~State() {
        ends = true;
        start.arrive_and_wait();
    }

    void work() {
        for (;;) {
            start.arrive_and_wait();
            if (ends) return;
            run_wave();
            finish.arrive_and_wait();
        }
    }

    // One thread's share of a wave: whichever chunks are next.
    void run_wave() {
        VariableSpan<double> parameters;
        for (std::size_t c; (c = next_chunk++) * samples_in_chunk < samples.size();) {
            Chunk& chunk = chunks[c];
            chunk.result = {};
            chunk.error = nullptr;
            try {
                chunk.gradient.assign(model.parameters().size(), 0.0);
                if (parameters.size() == 0) {
                    clear();
                    parameters = variables_by_reference(model.parameters());
                }
                run_chunk(chunk,
                          samples.subspan(c * samples_in_chunk,
                                          std::min(samples_in_chunk, samples.size() - c * samples_in_chunk)),
                          parameters);
            } catch (...) {
                chunk.error = std::current_exception();
            }
        }
    }
    void run_chunk(Chunk& chunk, std::span<const std::size_t> indices, VariableSpan<double> parameters) {
        const Recording<> scope;
        std::vector<double> x(data.width);
        std::vector<Value> outputs(model.outputs());
        std::vector<double> plain(model.outputs());
        std::vector<double> masks(count_masks(model.layers()));
        for (const std::size_t i : indices) {
            const Recording<> sample;
            data.input(i, x);
            if (!masks.empty()) dropout_masks(model.layers(), dropout.seed, dropout.step, i, masks);
            model.forward(parameters, std::span<const double>(x), std::span<Value>(outputs),
                          std::span<const double>(masks));
            const Value y = loss(std::span<const Value>(outputs), target_of(data, i));
            std::transform(outputs.begin(), outputs.end(), plain.begin(),
                           [](const Value& v) { return v.value(); });
            chunk.result.loss += y.value();
            if (!std::isfinite(y.value()) && chunk.result.not_finite == BatchResult::none)
                chunk.result.not_finite = i;
            if (!data.labels.empty()) chunk.result.correct += loss.predicted_class(plain) == data.label(i);
            const Tape<double>::Seed seeds[] = {{y.id(), 1.0}};
            tape<double>.backward_to(sample.start(), seeds, chunk.gradient);
        }
        std::size_t seen = peak;
        const std::size_t bytes = statistics().peak_bytes;
        while (seen < bytes && !peak.compare_exchange_weak(seen, bytes)) {}
    }
};

BatchGradient::BatchGradient(const Mlp<double>& model, Loss loss, const Dataset& data, std::size_t threads) {
    if (threads == 0) fail("training needs at least 1 thread, it got 0");
    check_fit(model, loss, data);
    state_ = std::make_unique<State>(model, std::move(loss), data, threads);
}
BatchGradient::~BatchGradient() = default;

BatchResult BatchGradient::operator()(std::span<const std::size_t> samples, std::span<double> gradient,
                                      Dropout dropout) {
    State& s = *state_;
    s.dropout = dropout;
    check_count("BatchGradient", "numbers in the gradient", gradient.size(), s.model.parameters().size());
    for (const std::size_t i : samples)
        if (i >= s.data.size())
            fail("sample " + std::to_string(i) + " is not among the " + std::to_string(s.data.size()) +
                 " of the data");
    std::fill(gradient.begin(), gradient.end(), 0.0);
    BatchResult total;
    constexpr std::size_t wave = samples_in_chunk * chunks_in_wave;
    for (std::size_t first = 0; first < samples.size(); first += wave) {
        s.samples = samples.subspan(first, std::min(wave, samples.size() - first));
        s.next_chunk = 0;
        s.start.arrive_and_wait();
        s.finish.arrive_and_wait();
        const std::size_t count = (s.samples.size() + samples_in_chunk - 1) / samples_in_chunk;
        for (const Chunk& c : std::span(s.chunks).first(count)) {
            if (c.error) std::rethrow_exception(c.error);
            for (std::size_t k = 0; k < gradient.size(); ++k) gradient[k] += c.gradient[k];
            total.loss += c.result.loss;
            total.correct += c.result.correct;
            if (total.not_finite == BatchResult::none) total.not_finite = c.result.not_finite;
        }
    }
    return total;
}

std::size_t BatchGradient::peak_tape_bytes() const { return state_->peak; }

void check_fit(const Mlp<double>& model, const Loss& loss, const Dataset& data) {
    data.validate();
    if (data.empty()) fail("the data hold no sample");
    if (data.width != model.inputs())
        fail("the network takes " + std::to_string(model.inputs()) + " inputs, a sample has " +
             std::to_string(data.width));
    const std::size_t n = model.outputs();
    if (data.target_width != 0 && data.target_width != n)
        fail("the network has " + std::to_string(n) + " outputs, a sample " +
             std::to_string(data.target_width) + " targets");
    const Target first = target_of(data, 0);
    if (!loss.fits(n, first)) loss.refuse(n, first);
    if (!data.labels.empty() && data.class_count != (n == 1 ? 2 : n))
        fail("the network has " + std::to_string(n) + (n == 1 ? " output, for 2 classes" : " outputs") +
             ", the data have " + std::to_string(data.class_count) +
             " classes: give it an output for each class (one will do for 2), or the data no labels");
}

Target target_of(const Dataset& data, std::size_t i) {
    Target t;
    if (data.target_width != 0) t.values = data.target(i);
    if (!data.labels.empty()) t.label = data.label(i);
    return t;
}

}  // namespace wengert::nn
