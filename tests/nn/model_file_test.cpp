// Models as files: the same to the bit when they come back, and every way in which a file may be wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <wengert/nn/batch_gradient.hpp>
#include <wengert/nn/initialiser.hpp>
#include <wengert/nn/model_file.hpp>
#include <wengert/nn/random.hpp>
#include <wengert/nn/synthetic.hpp>

#include "support/error_of.hpp"
#include "support/folder.hpp"
#include "support/pattern.hpp"
#include "support/small_files.hpp"

namespace {

using namespace wengert;
using namespace wengert::nn;
namespace fs = std::filesystem;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

using Numbers = std::vector<double>;
using Bits = std::vector<std::uint64_t>;

Bits bits(std::span<const double> numbers) {
    Bits all;
    for (const double x : numbers) all.push_back(std::bit_cast<std::uint64_t>(x));
    return all;
}

Activation bell() {
    return Activation("bell", [](const auto& x) { return exp(-x * x); });
}
Activation swish(Each each, Numbers initial = {1.5}) {
    return Activation(
        "swish", [](const auto& x, auto p) { return x * sigmoid(p[0] * x); }, std::move(initial), each);
}

/// Two inputs, three hidden neurons with a slope to learn each, and two classes.
SavedModel example() {
    Mlp<double> net({{2, 3, swish(Each::neuron), Bias::shared, 0.25, true}, {3, 2, activation("tanh")}});
    Random random(7);
    for (double& p : net.parameters()) p = random.normal();
    return {.network = std::move(net),
            .loss = "softmax_cross_entropy",
            .columns = {"größe", "a \"b\"\n\\"},
            .target = "Ж",
            .means = {0.1, -0.0},
            .deviations = {1.0 / 3, 1e-310},
            .class_names = {"", "yes"}};
}

class ModelFileTest : public testing::Test {
protected:
    fs::path file() const { return folder_.path() / "model.json"; }
    std::string text() const {
        std::ifstream in(file(), std::ios::binary);
        return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    }
    void write(std::string_view text) const {
        fs::remove(file());  // some file systems wait for the disk where a file is cut to nothing
        std::ofstream(file(), std::ios::binary) << text;
    }
    std::string saved() const {
        save_model(example(), file());
        return text();
    }
    std::string load_error(const std::vector<Activation>& own = {swish(Each::neuron)}) const {
        return error_of([&] { (void)load_model(file(), own); });
    }
    /// What is said of the example with its first `what` replaced.
    std::string error_with(const std::string& what, const std::string& instead) const {
        std::string changed = saved();
        const std::size_t at = changed.find(what);
        if (at == std::string::npos) return "the file holds no " + what;
        write(changed.replace(at, what.size(), instead));
        return load_error();
    }

private:
    Folder folder_;
};

void expect_same(const SavedModel& a, const SavedModel& b) {
    EXPECT_EQ(bits(a.network.parameters()), bits(b.network.parameters()));
    ASSERT_EQ(a.network.layers().size(), b.network.layers().size());
    for (std::size_t l = 0; l < a.network.layers().size(); ++l) {
        const Layer &x = a.network.layers()[l], &y = b.network.layers()[l];
        EXPECT_EQ(x.inputs, y.inputs);
        EXPECT_EQ(x.outputs, y.outputs);
        EXPECT_EQ(x.activation.name(), y.activation.name());
        EXPECT_EQ(x.activation.each(), y.activation.each());
        EXPECT_EQ(x.bias, y.bias);
        EXPECT_EQ(x.dropout, y.dropout);
        EXPECT_EQ(x.frozen, y.frozen);
    }
    EXPECT_EQ(a.loss, b.loss);
    EXPECT_EQ(a.columns, b.columns);
    EXPECT_EQ(a.target, b.target);
    EXPECT_EQ(bits(a.means), bits(b.means));
    EXPECT_EQ(bits(a.deviations), bits(b.deviations));
    EXPECT_EQ(a.class_names, b.class_names);
}

TEST_F(ModelFileTest, EverythingComesBackAndPredictsToTheBit) {
    std::vector<Activation> all{bell(), swish(Each::layer), swish(Each::neuron)};
    for (const std::string& name : activation_names()) all.push_back(activation(name));
    Random random(1);
    for (const Activation& g : all) {
        for (const Bias bias : {Bias::per_neuron, Bias::shared, Bias::none}) {
            for (const std::vector<std::size_t>& widths :
                 {std::vector<std::size_t>{1, 1}, {3, 1, 2}, {2, 5, 4, 3}}) {
                SavedModel model{.network = Mlp<double>(widths, g, activation("identity"), bias)};
                for (double& p : model.network.parameters()) p = random.normal();
                save_model(model, file());
                const SavedModel loaded = load_model(file(), {g});
                expect_same(model, loaded);
                for (int k = 0; k < 10; ++k) {
                    Numbers x(widths[0]);
                    for (double& v : x) v = random.normal();
                    EXPECT_EQ(bits(loaded.network.predict(x)), bits(model.network.predict(x))) << g.name();
                }
            }
        }
    }
    save_model(example(), file());
    expect_same(example(), load_model(file(), {swish(Each::neuron)}));
}

// Any 64 bits that are a finite number, and those where digits are most easily lost.
TEST_F(ModelFileTest, EveryFiniteDoubleKeepsItsBits) {
    using Limits = std::numeric_limits<double>;
    Numbers hard{0.0, -0.0, 0.1, 1.0 / 3, 5e-324, -5e-324, Limits::min(), Limits::max(), -Limits::max()};
    hard.push_back(std::nextafter(Limits::min(), 0));  // the largest denormal one
    hard.push_back(9007199254740993.0);
    hard.push_back(2.2250738585072011e-308);
    Random random(2);
    while (hard.size() < 20'000) {
        const double x = std::bit_cast<double>(random());
        if (std::isfinite(x)) hard.push_back(x);
    }
    SavedModel model{.network =
                         Mlp<double>({hard.size(), 1}, activation("tanh"), activation("tanh"), Bias::none)};
    model.network.set_parameters(hard);
    save_model(model, file());
    EXPECT_EQ(bits(load_model(file()).network.parameters()), bits(hard));
}

TEST_F(ModelFileTest, TheFileIsReadable) {
    SavedModel model{.network = Mlp<double>({2, 2}, activation("tanh"), activation("tanh"))};
    model.network.set_parameters(Numbers{1, -2.5, 0.1, -0.0, 3, 4});
    model.class_names = {"no", "yes"};
    save_model(model, file());
    const std::string head = R"({
  "format": "wengert model",
  "version": 1,
  "loss": "",
  "columns": [],
  "target": "",
  "means": [],
  "deviations": [],
  "class_names": ["no","yes"],
  "layers": [
    {
      "inputs": 2,
      "outputs": 2,
      "activation": "tanh",
      "bias": "per neuron",
      "dropout": 0.0,
      "frozen": false,
      "weights": [
        [1.0,-2.5],
        [0.1,-0.0]
      ],
      "biases": [3.0,4.0],
      "parameters_for_each": "layer",
      "activation_parameters": []
    }
  ],
  "checksum": "crc32:)";
    EXPECT_THAT(text(), AllOf(StartsWith(head), EndsWith("\"\n}\n")));
    EXPECT_EQ(text().size(), head.size() + std::string("01234567\"\n}\n").size());
}

TEST_F(ModelFileTest, AnUnknownActivationIsNamedWithTheWayToPassIt) {
    SavedModel model{.network = Mlp<double>({1, 2, 1}, activation("relu"), bell())};
    save_model(model, file());
    EXPECT_THAT(load_error({}),
                AllOf(HasSubstr(file().string()),
                      HasSubstr("layers[1].activation: there is no activation named 'bell'; known: identity"),
                      HasSubstr("pass your own: load_model(file, {Activation(\"bell\", ...)})")));
    EXPECT_EQ(load_model(file(), {bell()}).network.predict(Numbers{0.5}), Numbers{1});
}

TEST_F(ModelFileTest, OnesOwnActivationComesBeforeABuiltInOneOfThatName) {
    save_model({.network = Mlp<double>({1, 1}, activation("tanh"), activation("tanh"))}, file());
    const Activation seven("tanh", [](const auto& x) { return x + 7.0; });
    EXPECT_EQ(load_model(file(), {seven}).network.predict(Numbers{1}), Numbers{7});
}

TEST_F(ModelFileTest, AnActivationThatLearnsSomethingElseIsAnError) {
    (void)saved();
    EXPECT_THAT(load_error({swish(Each::layer)}),
                HasSubstr("layers[0].parameters_for_each: expected \"layer\", as the activation swish has"));
    EXPECT_THAT(load_error({swish(Each::neuron, {1, 2})}),
                HasSubstr("layers[0].activation_parameters needs 6 numbers, as the activation has them, it "
                          "got 3"));
}

// Each error stands before the checksum's, which is wrong in all of these files too.
TEST_F(ModelFileTest, WhatIsWrongIsNamedByItsPath) {
    struct Case {
        const char *what, *instead, *error;
    };
    const Case cases[] = {
        {"wengert model", "cake", "format: expected \"wengert model\": this is another kind of file"},
        {"\"format\"", "\"former\"", "format is missing"},
        {"\"version\": 1", "\"version\": 2", "version: it is 2, this wengert reads version 1"},
        {"\"version\": 1", "\"version\": -1", "version: expected a whole number, it is -1"},
        {"\"loss\": ", "\"loss\": 1, \"was\": ", "loss: expected a string, it is 1"},
        {"\"columns\": [", "\"columns\": [null,", "columns[0]: expected a string, it is null"},
        {"\"columns\": [", "\"columns\": [\"c\",", "columns needs 2 names, one for each input, it got 3"},
        {"\"means\": [", "\"means\": [2,", "means needs 2 numbers, one for each input, it got 3"},
        {"\"means\": [", "\"means\": [[],", "means[0]: expected a number, it is an array"},
        {"\"means\": [0.1,-0.0]", "\"means\": []", "deviations needs 0 numbers, one for each mean, it got 2"},
        {"\"deviations\": [", "\"deviations\": [0,", "deviations: each is above 0"},
        {"\"class_names\": [", "\"class_names\": [\"maybe\",",
         "class_names needs 2 names, one for each output, or 2 for one output, it got 3"},
        {"\"inputs\": 2", "\"inputs\": 2.5", "layers[0].inputs: expected a whole number, it is 2.5"},
        {"\"inputs\": 2", "\"inputs\": 3",
         "layers[0].weights[0] needs 3 numbers, one for each input, it got"},
        {"\"inputs\": 2", "\"inputs\": 1000000000000000000", "weights[0] needs 1000000000000000000 numbers"},
        {"\"outputs\": 3", "\"outputs\": 1000000000000000000", "weights needs 1000000000000000000 rows"},
        {"\"outputs\": 3", "\"outputs\": true", "layers[0].outputs: expected a whole number, it is true"},
        {"\"shared\"", "\"some\"",
         "layers[0].bias: there is no bias named 'some'; known: per neuron, shared"},
        {"0.25", "1.5", "layer 1 has a dropout of 1.5"},
        {"\"dropout\": 0.0", "\"dropout\": 0.5", "the output layer has a dropout"},
        {"\"frozen\": true", "\"frozen\": \"true\"",
         "layers[0].frozen: expected true or false, it is a string"},
        {"\"weights\": [", "\"weights\": [[],",
         "layers[0].weights needs 3 rows, one for each output, it got"},
        {"\"weights\": [\n        [", "\"weights\": [\n        [\"1\",",
         "layers[0].weights[0] needs 2 numbers, one for each input, it got 3"},
        {"\"weights\": [\n        [", "\"weights\": [\n        {}, [",
         "layers[0].weights needs 3 rows, one for each output, it got 4"},
        {"\"biases\": [", "\"biases\": [1,",
         "layers[0].biases needs 1 numbers, as the kind of bias has them"},
        {"\"neuron\"", "\"you\"", "layers[0].parameters_for_each: there is no owner named 'you'"},
        {"\"layers\": [", "\"layers\": [0,", "layers[0]: expected an object, it is 0"},
        {"\"layers\": [", "\"layers\": [], \"more\": [", "a network needs at least one layer"},
        {"\"checksum\": \"crc32:", "\"checksum\": 1, \"was\": \"", "checksum: expected a string, it is 1"},
        {"\"checksum\"", "\"some\"", "checksum is missing"},
        {"crc32:", "crc33:", "contents changed since saved"},
        {"0.1", "0.2", "contents changed since saved"},
        {"\"swish\"", "\"swush\"", "contents changed since saved"},
    };
    for (const Case& c : cases)
        EXPECT_THAT(
            error_with(c.what, c.instead),
            AllOf(StartsWith("cannot load a model from '" + file().string() + "': "), HasSubstr(c.error)))
            << c.what << " -> " << c.instead;
    const SavedModel small{.network = Mlp<double>({1, 2, 1}, activation("tanh"), activation("tanh"))};
    save_model(small, file());
    std::string broken = text();
    const std::size_t second = broken.find("\"inputs\": 2");
    broken.replace(second, 11, "\"inputs\": 1").replace(broken.find("[0.0,0.0]", second), 9, "[0.0]");
    write(broken);
    EXPECT_THAT(load_error(), HasSubstr("layer 2 takes 1 inputs, the layer before has 2 outputs"));
    write("[1]");
    EXPECT_THAT(load_error(), HasSubstr("the whole: expected an object, it is an array"));
}

// A wrong number among rows of the right length, found by its place in the row.
TEST_F(ModelFileTest, AWeightThatIsNoNumberIsNamedByRowAndColumn) {
    save_model({.network = Mlp<double>({3, 2}, activation("tanh"), activation("tanh"))}, file());
    std::string changed = text();
    changed.replace(changed.rfind("[0.0,0.0,0.0]"), 13, "[0.0,\"1\",0.0]");
    write(changed);
    EXPECT_THAT(load_error(), HasSubstr("layers[0].weights[1][1]: expected a number, it is a string"));
}

TEST_F(ModelFileTest, SyntaxErrorsNameLineColumnAndWhatWasExpected) {
    struct Case {
        std::string text;
        const char* error;
    };
    const Case cases[] = {
        {"", "line 1, column 1: unexpected end of input"},
        {"{\n  \"a\": nul }", "line 2, column 11: invalid literal"},
        {"{\n  \"a\": 1,\n}", "line 3, column 1: unexpected '}'; expected string literal"},
        {"{\"a\": 1} {", "line 1, column 10: unexpected '{'; expected end of input"},
        {"{\"a\": \"\xff\"}", "line 1, column 8: invalid string: ill-formed UTF-8 byte"},
        {"{\n\"a\": [1e999]}", "line 2, column 12: number overflow parsing '1e999'"},
        {std::string(1 << 20, '['), "line 1, column 9: brackets in brackets, more than 8"},
        {"{\"[[[[[[[[[[\\\"[\": {}", "line 1, column 20: unexpected end of input; expected '}'"},
        {"nul; expected ", "line 1, column 4: invalid literal"},
    };
    for (const Case& c : cases) {
        write(c.text);
        EXPECT_THAT(load_error(), AllOf(HasSubstr("'" + file().string() + "': " + c.error),
                                        Not(HasSubstr("json.exception")), Not(HasSubstr("last read"))));
    }
}

TEST_F(ModelFileTest, AFileThatCannotBeReadIsAnError) {
    EXPECT_THAT(load_error(), AllOf(HasSubstr(file().string()), HasSubstr("No such file")));
    fs::create_directory(file());
    EXPECT_THAT(load_error(), AllOf(HasSubstr(file().string()), HasSubstr("directory")));
    fs::remove(file());
    write("{");
    fs::resize_file(file(), (std::uintmax_t{1} << 28) + 1);  // a hole: it takes no room
    EXPECT_THAT(load_error(), HasSubstr("it has 268435457 bytes, expected at most 268435456"));
}

TEST_F(ModelFileTest, WhatNoFileCanHoldIsNotSavedAndTheFileBeforeStays) {
    const std::string before = saved();
    const auto refused = [&](const auto& spoil) {
        SavedModel model = example();
        spoil(model);
        std::string error = error_of([&] { save_model(model, file()); });
        EXPECT_THAT(error, StartsWith("cannot save a model as '" + file().string() + "': "));
        EXPECT_EQ(text(), before);
        return error;
    };
    // Layer 0 has 6 weights, a bias and 3 slopes.
    EXPECT_THAT(refused([](SavedModel& m) { m.network.parameters()[12] = std::nan(""); }),
                HasSubstr("layers[1] (weights, biases, activation_parameters): number 2 of 8 is nan"));
    EXPECT_THAT(refused([](SavedModel& m) { m.network.parameters()[0] = -INFINITY; }),
                HasSubstr("layers[0] (weights, biases, activation_parameters): number 0 of 10 is -inf"));
    EXPECT_THAT(refused([](SavedModel& m) { m.means[1] = INFINITY; }), HasSubstr("means: number 1 of 2"));
    EXPECT_THAT(refused([](SavedModel& m) { m.deviations[1] = 0; }), HasSubstr("deviations: each is above"));
    EXPECT_THAT(refused([](SavedModel& m) { m.means.pop_back(); }), HasSubstr("means needs 2 numbers"));
    EXPECT_THAT(refused([](SavedModel& m) { m.columns.pop_back(); }), HasSubstr("columns needs 2 names"));
    EXPECT_THAT(refused([](SavedModel& m) { m.class_names[1] = "caf\xe9"; }),
                HasSubstr("class_names \"caf\xef\xbf\xbd\" is not UTF-8"));
}

TEST_F(ModelFileTest, AFailedWriteLeavesWhatWasThereBefore) {
    const std::string before = saved();
    EXPECT_THAT(error_of([&] {
                    const SmallFiles limit;
                    save_model(example(), file());
                }),
                HasSubstr(file().string()));
    EXPECT_EQ(text(), before);
    expect_same(example(), load_model(file(), {swish(Each::neuron)}));
}

TEST_F(ModelFileTest, GoingOnWithDataOfAnotherWidthIsAnErrorWithBothWidths) {
    save_model({.network = Mlp<double>({3, 2}, activation("tanh"), activation("tanh"))}, file());
    const SavedModel model = load_model(file());
    EXPECT_THAT(error_of([&] { check_fit(model.network, loss("softmax_cross_entropy"), xor_table()); }),
                HasSubstr("the network takes 3 inputs, a sample has 2"));
}

/// Bytes cut from the end, cut from within, flipped, replaced, inserted, or copied elsewhere.
std::string damaged(std::string text, Random& random) {
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random.below(n)); };
    for (std::size_t times = 1 + below(2); times > 0 && !text.empty(); --times) {
        const std::size_t at = below(text.size()), most = std::min(text.size() - at, 1 + below(40));
        switch (below(6)) {
            case 0:
                text.resize(at);
                break;
            case 1:
                text.erase(at, most);
                break;
            case 2:
                text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
                break;
            case 3:
                text[at] = static_cast<char>(below(256));
                break;
            case 4:
                text.insert(at, 1 + below(5), "0123456789[]{}\",:-.eE\\ \n\t\0\xff"[below(27)]);
                break;
            default:
                text.insert(below(text.size()), text.substr(at, most));
        }
    }
    return text;
}

TEST_F(ModelFileTest, AThousandDamagedFilesAreErrorsThatNameThePlace) {
    SavedModel model = example();
    model.network = Mlp<double>({2, 20, 2}, swish(Each::neuron), activation("tanh"));
    Random weights(3);
    for (double& p : model.network.parameters()) p = weights.normal();
    save_model(model, file());
    const std::string whole = text();
    const Pattern place(
        R"(^(line [0-9]+, column [0-9]+: |[a-z_]+(\[[0-9]+\]|\.[a-z_]+)*(: | is missing| needs )|)"
        R"(the whole: |layer [0-9]+ |the output layer |contents changed since saved))");
    std::size_t changed = 0, syntax = 0;
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
        Random random(seed);
        const std::string broken = damaged(whole, random);
        if (broken == whole) continue;
        write(broken);
        const std::string error = load_error(), head = "cannot load a model from '" + file().string() + "': ";
        ASSERT_THAT(error, StartsWith(head)) << "seed " << seed;
        ASSERT_TRUE(place.found_in(error.substr(head.size()))) << error << "\nseed " << seed;
        changed += error.find("contents changed") != std::string::npos;
        syntax += error.find(": line ") != std::string::npos;
    }
    EXPECT_GT(syntax, 50U) << "the damage is to be of every kind";
    EXPECT_GT(changed, 50U);
    EXPECT_GT(1000 - changed - syntax, 50U);
}

// A change that the structure does not show, at every byte of the file.
TEST_F(ModelFileTest, EveryByteCounts) {
    const std::string whole = saved();
    for (std::size_t k = 0; k < whole.size(); ++k) {
        std::string text = whole;
        text[k] = static_cast<char>(text[k] ^ 1);
        write(text);
        EXPECT_NE(load_error(), "") << "byte " << k;
    }
    for (const char* more : {" ", "\n", "\t"}) {
        write(whole + more);
        EXPECT_THAT(load_error(), HasSubstr("contents changed since saved"));
        write(more + whole);
        EXPECT_THAT(load_error(), HasSubstr("contents changed since saved"));
    }
    write("\xef\xbb\xbf" + whole);
    EXPECT_THAT(load_error(), HasSubstr("contents changed since saved"));
    write(whole + '\0');
    EXPECT_THAT(load_error(), HasSubstr("contents changed since saved"));
}

}  // namespace
