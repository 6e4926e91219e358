// Tables of comma-separated values as data sets. Part of wengert::nn_io (libcsv).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <wengert/nn/dataset.hpp>

namespace wengert::nn {

/// What the target column holds.
enum class TargetKind { classes, numbers };

/// Which columns are read, and as what. A file to learn from needs `target` (and `kind`) alone; one that a
/// trained network is asked about names `inputs` and `class_names` too.
struct CsvOptions {
    /// The column of answers; empty: there are none.
    std::string target = {};
    TargetKind kind = TargetKind::classes;
    /// The columns of inputs, in this order, wherever they stand in the file; others are not read. Empty: all
    /// but the target, in the file's order.
    std::vector<std::string> inputs = {};
    /// The only classes allowed, in the order of their labels. Empty: those that occur.
    std::vector<std::string> class_names = {};
    /// Whether a file without the target column, or with an empty field in it, is an Error, or a file without
    /// answers.
    bool target_required = true;
};

struct CsvData {
    Dataset data;
    std::vector<std::string> inputs;  ///< the names of the columns of inputs, in the order of a sample's

    friend bool operator==(const CsvData&, const CsvData&) = default;
};

/// Reads a file whose first row names the columns. The format is RFC 4180's: fields parted by commas, rows by
/// line ends (LF, CR LF or CR; the last one may be missing); a field in double quotes may hold commas, line
/// ends and, doubled, quotes. Blanks (spaces, tabs) around a field do not count, nor do blank lines, nor a
/// UTF-8 byte order mark. Inputs are numbers with a decimal point, whatever the locale. The target is a
/// number, data.targets, or a class: data.class_names are then the texts that occur, sorted as numbers if all
/// of them are numbers, else by their bytes, and data.labels their places there.
///
/// Throws Error naming the file, the line (counted from 1, those in quotes too), the column where there is
/// one, and what was expected:
///   file    not to be read, empty, or without a row after the names;
///   column  without a name, named as another, asked for but not there (those that are there are listed);
///           none left for inputs;
///   row     with more or fewer fields than names, or more than 2^20;
///   field   no number, not finite, beyond a double; a class that is empty or not among class_names; a zero
///           byte; a quote that is not doubled or never closed; too long for 1 MiB.
/// Cost: memory for one row and for the numbers in the file, up to three times that while they come in.
///
///     const CsvData training = read_csv("iris.csv", {.target = "species"});
///     const CsvData asked = read_csv("flowers.csv", {.target = "species",
///                                                    .inputs = training.inputs,
///                                                    .class_names = training.data.class_names,
///                                                    .target_required = false});
CsvData read_csv(const std::filesystem::path& file, const CsvOptions& options);

}  // namespace wengert::nn
