// CSV files, saved models, and what `wengert predict` says with them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "command.hpp"

namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class Predict : public Train {
protected:
    // Two kinds of leaf, told apart by length / width; a column of constants; 40 rows.
    void write_leaves() const {
        std::ostringstream text;
        text << "length,kind,width,site\n";
        for (int i = 0; i < 40; ++i) {
            const bool oak = i % 2 == 0;
            text << 100 + 10 * (i % 7) << (oak ? ",oak," : ",\"willow, white\",") << (oak ? 60 : 20) + i % 5
                 << ",7\n";
        }
        write("leaves.csv", text.str());
    }
    std::vector<std::string> lines(const std::string& text) const {
        std::vector<std::string> all;
        std::istringstream in(text);
        for (std::string line; std::getline(in, line);) all.push_back(line);
        return all;
    }
};

TEST_F(Predict, ClassesOfATableAreLearnedSavedAndTold) {
    write_leaves();
    const Outcome r = shell(
        "mkdir m; $W train leaves.csv --target kind --epochs 60 --validation 0.25 --save m/leaves.json "
        "--output p");
    EXPECT_EQ(r.code, 0) << r.err;
    EXPECT_THAT(r.out, HasSubstr("validation accuracy 1.0000"));
    EXPECT_THAT(r.out, HasSubstr("m/leaves.json"));

    write("new.csv", "width,site,length\n21,7,140\n62,7,110\n");
    const Outcome p = shell("$W predict m/leaves.json new.csv");
    EXPECT_EQ(p.code, 0) << p.err;
    const auto rows = lines(p.out);
    ASSERT_EQ(rows.size(), 3U) << p.out;
    EXPECT_EQ(rows[0], "prediction,\"p(willow, white)\"");
    EXPECT_EQ(rows[1].find("\"willow, white\",0.9"), 0U) << rows[1];
    EXPECT_EQ(rows[2].find("oak,0.0"), 0U) << rows[2];
    EXPECT_EQ(p.err, "");

    const Outcome q = shell("$W predict m/leaves.json leaves.csv --output answers.csv");
    EXPECT_THAT(q.err, HasSubstr("40 samples, binary_cross_entropy 0.0"));
    EXPECT_THAT(q.err, HasSubstr("accuracy 1.0000"));
    EXPECT_EQ(q.out, "");
    EXPECT_EQ(lines(text_of(folder() / "answers.csv")).size(), 41U);

    const auto both = lines(shell("$W predict m/leaves.json leaves.csv 2>&1").out);
    ASSERT_EQ(both.size(), 42U);
    EXPECT_THAT(both.back(), HasSubstr("accuracy 1.0000"));
}

TEST_F(Predict, SeveralClassesHaveAProbabilityEach) {
    std::string text = "x,kind\n";
    for (int i = 0; i < 30; ++i)
        text += std::to_string(i % 3 * 10 + i % 4) + ",k" + std::to_string(i % 3) + "\n";
    write("three.csv", text);
    ASSERT_EQ(shell("$W train three.csv --target kind --epochs 100 --save m.json --output p").code, 0);
    const auto j = json::parse(shell("$W predict m.json three.csv --json").out);
    EXPECT_EQ(j.at("accuracy"), 1);
    const auto& row = j.at("predictions").at(1);
    EXPECT_EQ(row.at("prediction"), "k1");
    EXPECT_NEAR(row.at("p(k0)").get<double>() + row.at("p(k1)").get<double>() + row.at("p(k2)").get<double>(),
                1, 1e-14);
    EXPECT_GT(row.at("p(k1)").get<double>(), 0.9);
}

TEST_F(Predict, NumbersOfATableAreLearnedByTheirOwnLoss) {
    std::string text = "x,y\n";
    for (int i = 0; i < 50; ++i) text += std::to_string(i) + "," + std::to_string(3 - 0.1 * i) + "\n";
    write("line.csv", text);
    const Outcome r = shell(
        "$W train line.csv --target y --widths 1-1 --rate 0.1 --epochs 100 --save m.json --output p --json");
    ASSERT_EQ(r.code, 0) << r.err;
    const auto j = json::parse(r.out);
    EXPECT_EQ(j.at("loss"), "mean_squared");
    EXPECT_LT(j.at("training").at("loss").get<double>(), 1e-4);
    EXPECT_FALSE(j.at("training").contains("accuracy"));
    write("new.csv", "x\n25\n");
    const auto rows = lines(shell("$W predict m.json new.csv").out);
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0], "prediction");
    EXPECT_NEAR(std::stod(rows[1]), 0.5, 0.02);
}

// Once 'prediction' and a logit, where class_names was empty.
TEST_F(Predict, ClassesWithoutNamesAreToldByTheirNumbers) {
    write("new.csv", "x1,x2\n0,0\n1,0\n");
    for (const std::string data : {"circles", "xor --samples 40 --noise 0.1"}) {
        ASSERT_EQ(shell("$W train " + data + " --save m.json --output p").code, 0);
        const auto rows = lines(shell("$W predict m.json new.csv").out);
        ASSERT_EQ(rows.size(), 3U);
        const bool circles = data == "circles";
        EXPECT_EQ(rows[0], circles ? "prediction,p(1)" : "prediction,output");
        EXPECT_EQ(rows[1].substr(0, 2), circles ? "1," : "0,");
        EXPECT_EQ(rows[2].substr(0, 2), circles ? "0," : "1,");
    }
}

// Rents near 700: learned as well as numbers near 1, told as they are, and gone on with.
TEST_F(Predict, LargeNumbersAreLearnedLikeSmallOnes) {
    std::string text = "size,rent\n";
    for (int i = 0; i < 60; ++i) text += std::to_string(20 + i) + "," + std::to_string(400 + 10 * i) + "\n";
    write("rents.csv", text);
    const char* const train =
        "$W train rents.csv --target rent --widths 1-1 --rate 0.05 --epochs 100 --json ";
    for (const char* const loss : {"mean_squared", "mean_absolute"}) {
        const Outcome r = shell(std::string(train) + "--save m.json --output p --loss " + loss);
        ASSERT_EQ(r.code, 0) << r.err;
        const auto j = json::parse(r.out);
        EXPECT_LT(j.at("training").at("loss").get<double>(), 5) << loss;
        write("new.csv", "size,rent\n50,700\n");
        const Outcome p = shell("$W predict m.json new.csv --json");
        const auto answer = json::parse(p.out);
        EXPECT_NEAR(answer.at("predictions").at(0).at("prediction").get<double>(), 700, 4) << loss;
        // Of the answers as they are, by the epoch too.
        EXPECT_GT(j.at("history").at(0).at("loss").get<double>(), 100) << loss;
        const auto on = json::parse(
            shell("$W train rents.csv --target rent --load m.json --epochs 1 --rate 1e-9 --json --output p")
                .out);
        EXPECT_NEAR(on.at("history").at(0).at("loss").get<double>(),
                    j.at("training").at("loss").get<double>(), 1e-3)
            << loss;
    }
}

TEST_F(Predict, TrainingGoesOnFromASavedModel) {
    const Outcome first = shell("$W train moons --epochs 50 --save m.json --output p --json");
    const Outcome second = shell("$W train moons --epochs 1 --load m.json --output p --json");
    ASSERT_EQ(second.code, 0) << second.err;
    const auto a = json::parse(first.out), b = json::parse(second.out);
    // The first batch of the one goes on where the other ended.
    EXPECT_NEAR(b.at("history").at(0).at("loss").get<double>(), a.at("training").at("loss").get<double>(),
                1e-9);
    EXPECT_EQ(b.at("widths"), "2-16-16-1");
    // All but the last layer stay as they were.
    ASSERT_EQ(shell("$W train moons --epochs 20 --load m.json --freeze 1,2 --save f.json --output p").code,
              0);
    const auto before = json::parse(text_of(folder() / "m.json")).at("layers"),
               after = json::parse(text_of(folder() / "f.json")).at("layers");
    for (const std::size_t l : {0U, 1U, 2U})
        EXPECT_EQ(before.at(l).at("weights") == after.at(l).at("weights"), l < 2) << l;
    EXPECT_THAT(shell("$W train moons --freeze 4").err, HasSubstr("it names '4', the layers are 1 to 3"));
    EXPECT_THAT(shell("$W train moons --freeze 1,2,3").err, HasSubstr("nothing to train"));
    EXPECT_EQ(shell("$W train moons --epochs 1 --load f.json --freeze none --save g.json --output p").code,
              0);
    EXPECT_THAT(text_of(folder() / "g.json"), Not(HasSubstr("\"frozen\": true")));
    EXPECT_EQ(shell("$W train --freeze 1 moons --epochs 1 --output p").code, 0);
    EXPECT_THAT(shell("$W train moons --load m.json --widths 2-3-1").err,
                HasSubstr("leave those options out"));
    EXPECT_THAT(shell("$W train sine --load m.json").err, HasSubstr("was trained on x1, x2; sine has x"));
}

TEST_F(Predict, ImagesAreToldFromTheTestHalf) {
    write_idx_folder();
    ASSERT_EQ(
        shell("$W train . --widths 4-8-4 --epochs 60 --rate 0.02 --batch 8 --save m.json --output p").code,
        0);
    const Outcome p = shell("$W predict m.json .");
    EXPECT_EQ(p.code, 0) << p.err;
    EXPECT_THAT(p.err, HasSubstr("40 samples, softmax_cross_entropy 0.0"));
    EXPECT_EQ(lines(p.out).size(), 41U);
}

TEST_F(Predict, WhatDoesNotFitIsAnErrorAndNothingIsLost) {
    write_leaves();
    ASSERT_EQ(shell("$W train leaves.csv --target kind --epochs 5 --save m.json --output p").code, 0);
    const std::string before = text_of(folder() / "m.json");
    const auto refused = [&](const std::string& line, const std::string& sentence) {
        const Outcome r = shell(line);
        EXPECT_EQ(r.code, 1) << line;
        EXPECT_THAT(r.err, HasSubstr(sentence)) << line;
        EXPECT_EQ(r.out, "") << line;
    };
    refused("$W train leaves.csv", "Name it with --target");
    refused("$W train leaves.csv --target colour", "colour");
    refused("$W train leaves.csv --target kind --samples 5", "--samples and --noise are for moons");
    refused("$W train moons --target kind", "moons has none");
    write("header.csv", "a,b\n");
    refused("$W train header.csv --target b", "header.csv");
    write("empty.csv", "");
    refused("$W train empty.csv --target b", "empty.csv");
    write("few.csv", "length,site\n1,2\n");
    refused("$W predict m.json few.csv", "width");
    write("words.csv", "length,width,site\n1,2,3\n4,five,6\n");
    refused("$W predict m.json words.csv", "'five'");
    write("semicolons.csv", "length;width;site\n1;2;3\n");
    refused("$W predict m.json semicolons.csv",
            "'length;width;site'; the fields seem to be separated by semicolons");
    write("tabs.csv", "length\tkind\n1\t2\n");
    refused("$W train tabs.csv --target kind", "separated by tabs: separate them by commas");
    refused("$W predict m.json nowhere.csv", "nowhere.csv");
    refused("$W predict nowhere.json leaves.csv", "nowhere.json");
    std::string changed = before;
    changed.replace(changed.find("\"kind\""), 6, "\"sort\"");
    write("changed.json", changed);
    refused("$W predict changed.json leaves.csv", "contents changed since saved");
    refused("$W train leaves.csv --target kind --load m.json --save leaves.csv/m.json", "--save");
    refused("$W train leaves.csv --target kind --patience 3", "give validation data");
    refused("$W train leaves.csv --target kind --validation 0.01",
            "--validation 0.01 of 40 samples leaves a part empty");
    refused("$W train moons --load m.json", "was trained on length, width, site; moons has x1, x2");
    EXPECT_EQ(text_of(folder() / "m.json"), before);
}

TEST_F(Predict, AFailedTrainingSavesTheLastGoodWeights) {
    const Outcome r =
        shell("$W train sine --optimiser gradient_descent --rate 1e9 --epochs 20 --save m.json --output p");
    EXPECT_EQ(r.code, 1);
    EXPECT_THAT(r.err, HasSubstr("not finite"));
    EXPECT_THAT(r.err, HasSubstr("the model is saved in 'm.json'"));
    write("new.csv", "x\n1\n");
    EXPECT_EQ(shell("$W predict m.json new.csv").code, 0);
}

TEST_F(Predict, WhatTheResultWouldSufferFromIsRefused) {
    write_leaves();
    const auto refused = [&](const std::string& line, const std::string& sentence) {
        const Outcome r = shell("$W train " + line + " --epochs 1 --output p");
        EXPECT_EQ(r.code, 1) << line;
        EXPECT_THAT(r.err, HasSubstr(sentence)) << line;
    };
    refused("circles --output-activation sigmoid", "sigmoid is never negative");
    refused("moons --output-activation relu", "relu is never negative");
    refused("moons --output-activation log_sigmoid", "log_sigmoid is never positive");
    refused("blobs --output-activation softmax", "applies softmax itself");
    refused("circles --output-activation softmax", "softmax of one output is 1");
    refused("leaves.csv --target kind --loss foo", "there is no loss named 'foo'");
    write("same.csv", "x,site\n1,7\n2,7\n");
    refused("same.csv --target site --loss hinge", "all rows of 'same.csv' have the same 'site', 7");
    std::string ids = "id,x\n";
    for (int i = 0; i < 20; ++i) ids += "n" + std::to_string(i) + "," + std::to_string(i) + "\n";
    write("ids.csv", ids);
    refused("ids.csv --target id", "no two rows of 'ids.csv' have the same 'id'");
    ASSERT_EQ(shell("$W train leaves.csv --target kind --epochs 1 --save l.json --output p").code, 0);
    refused("moons --load l.json", "was trained on length, width, site; moons has x1, x2");
}

TEST_F(Predict, TwoClassesMayHaveAnOutputEach) {
    write_leaves();
    for (const char* const data : {"leaves.csv --target kind", "moons"}) {
        const Outcome r =
            shell(std::string("$W train ") + data +
                  " --loss softmax_cross_entropy --label-smoothing 0.1 --epochs 60 --output p --json");
        ASSERT_EQ(r.code, 0) << r.err;
        const auto j = json::parse(r.out);
        EXPECT_TRUE(j.at("widths").get<std::string>().ends_with("-2")) << j.at("widths");
        EXPECT_GT(j.at("training").at("accuracy").get<double>(), 0.8) << data;
    }
}

TEST_F(Predict, HexadecimalTextsAreClasses) {
    write("hex.csv", "x,code\n1,0x1\n2,0x2\n3,0x1\n4,0x2\n");
    const Outcome r = shell("$W train hex.csv --target code --epochs 2 --output p --json");
    EXPECT_EQ(json::parse(r.out).at("loss"), "binary_cross_entropy") << r.err;
}

TEST_F(Predict, AnAnswerThatIsMissingMeansThereAreNone) {
    write_leaves();
    ASSERT_EQ(shell("$W train leaves.csv --target kind --epochs 5 --save m.json --output p").code, 0);
    write("some.csv", "length,width,site,kind\n100,20,7,oak\n100,60,7,\n");
    const Outcome r = shell("$W predict m.json some.csv");
    EXPECT_EQ(r.code, 0) << r.err;
    EXPECT_EQ(lines(r.out).size(), 3U);
}

TEST_F(Predict, OneSampleIsSaidSo) {
    write_leaves();
    ASSERT_EQ(shell("$W train leaves.csv --target kind --epochs 5 --save m.json --output p").code, 0);
    write("one.csv", "length,width,site,kind\n100,20,7,oak\n");
    EXPECT_EQ(shell("$W predict m.json one.csv").err.find("1 sample, binary_cross_entropy "), 0U);
}

TEST_F(Predict, AModelThatCannotBeSavedTakesNothingElseAway) {
    fs::create_directories(folder() / "full.json");
    const Outcome r = shell("$W train xor --epochs 20 --save full.json --output p");
    EXPECT_EQ(r.code, 1);
    EXPECT_THAT(r.err, HasSubstr("full.json"));
}

}  // namespace
