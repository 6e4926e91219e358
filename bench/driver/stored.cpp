#include "stored.hpp"

#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/src/io/json.hpp"

namespace overhead {
namespace {

using Out = nlohmann::ordered_json;
using wengert::nn::Entry;

constexpr int deepest = 8;  // brackets in brackets
constexpr const char* format = "wengert overhead";

// The members of a kind of data by name: one table for writing and for reading.
template <class T, class V> struct Member {
    const char* key;
    V T::*of;
};
constexpr Member<Setting, std::string> setting_texts[] = {{"machine", &Setting::machine},
                                                          {"compiler", &Setting::compiler},
                                                          {"flags", &Setting::flags},
                                                          {"date", &Setting::date}};
constexpr Member<Engine, std::string> engine_texts[] = {{"id", &Engine::id},
                                                        {"name", &Engine::name},
                                                        {"settings", &Engine::settings},
                                                        {"compiler", &Engine::compiler},
                                                        {"flags", &Engine::flags}};
constexpr Member<Problem, double> problem_numbers[] = {{"size", &Problem::size},
                                                       {"inputs", &Problem::inputs},
                                                       {"outputs", &Problem::outputs},
                                                       {"operations", &Problem::operations}};

template <class T, class Table> void write(Out& out, const T& data, const Table& members) {
    for (const auto& member : members) out[member.key] = data.*member.of;
}
template <class T, class Table> void read(const Entry& in, T& data, const Table& members) {
    for (const auto& member : members)
        data.*member.of = in[member.key].template as<std::decay_t<decltype(data.*member.of)>>();
}

// ---- Problems ----

Out out_of(const Problem& problem) {
    Out out{{"id", problem.id}, {"name", problem.name}};
    write(out, problem, problem_numbers);
    return out;
}
Problem problem_of(const Entry& in) {
    Problem problem{in["id"].as<std::string>(), in["name"].as<std::string>()};
    read(in, problem, problem_numbers);
    return problem;
}

// ---- Cells ----

Out out_of(const Cell& cell) {
    Out out{{"problem", cell.problem}, {"engine", cell.engine}};
    if (!cell.wrong.empty()) out["wrong"] = cell.wrong, out["limit"] = cell.limit;
    if (cell.ns.empty()) return out;
    out["median_ns"] = median(cell.ns);  // for a reader; what follows says it too
    out["spread"] = spread(cell.ns);
    out["ns"] = cell.ns;
    out["setup_ns"] = cell.setup_ns;
    if (cell.tape_bytes) out["tape_bytes"] = *cell.tape_bytes;
    out["peak_bytes"] = cell.peak_bytes;
    if (cell.parts[0].empty()) return out;
    for (std::size_t k = 0; k < cell.parts.size(); ++k) out["parts"][part_names[k]] = cell.parts[k];
    return out;
}
std::vector<double> samples(const Entry& in) {
    std::vector<double> all = in.all<double>();
    if (all.empty()) in.wrong("there is no sample");
    return all;
}
Cell cell_of(const Entry& in) {
    Cell cell{in["problem"].as<std::string>(), in["engine"].as<std::string>()};
    if (in.has("wrong")) cell.wrong = in["wrong"].as<std::string>(), cell.limit = in["limit"].as<bool>();
    if (!in.has("ns")) return cell;
    cell.ns = samples(in["ns"]);
    for (std::size_t k = 0; k < cell.ns.size(); ++k)
        if (!(cell.ns[k] > 0)) in["ns"][k].wrong("a time is a number above 0");
    cell.setup_ns = samples(in["setup_ns"]);
    if (in.has("tape_bytes")) cell.tape_bytes = in["tape_bytes"].as<double>();
    cell.peak_bytes = in["peak_bytes"].as<double>();
    for (std::size_t k = 0; in.has("parts") && k < cell.parts.size(); ++k)
        cell.parts[k] = samples(in["parts"][part_names[k]]);
    return cell;
}

// ---- Points and others ----

Out out_of(const Point& point) { return {{"problem", out_of(point.problem)}, {"cell", out_of(point.cell)}}; }
Out out_of(const Engine& engine) {
    Out out;
    write(out, engine, engine_texts);
    return out;
}
Out out_of(const Cache& cache) { return {{"name", cache.name}, {"bytes", cache.bytes}}; }

template <class T> Out list_of(const std::vector<T>& items) {
    Out list = Out::array();
    for (const T& item : items) list.push_back(out_of(item));
    return list;
}
template <class T, class Read> void fill(const Entry& list, std::vector<T>& items, const Read& one) {
    for (std::size_t k = 0; k < list.size(); ++k) items.push_back(one(list[k]));
}

}  // namespace

std::string json_of(const Report& report) {
    Out out{{"format", format}, {"version", format_version}};
    write(out, report.setting, setting_texts);
    out["rounds"] = report.rounds;
    out["seconds"] = report.seconds;
    out["notes"] = report.notes;
    out["caches"] = list_of(report.caches);
    out["engines"] = list_of(report.engines);
    out["problems"] = list_of(report.problems);
    out["cells"] = list_of(report.cells);
    out["scaling"] = list_of(report.scaling);
    return out.dump(1, ' ', false, Out::error_handler_t::replace) + "\n";
}

Report report_of(const std::string& json) {
    std::istringstream text(json);
    const wengert::nn::Json parsed = wengert::nn::parse_json(text, deepest);
    const Entry in(parsed);
    if (!in.has("version")) in.wrong("it is no report of this benchmark: it has no version");
    if (const auto version = in["version"].as<std::size_t>(); version != format_version)
        in["version"].wrong(
            fmt::format("the format is {}, this program knows {}: measure anew", version, format_version));
    if (in["format"].as<std::string>() != format)
        in["format"].wrong(fmt::format("a report of this benchmark says '{}'", format));
    Report report;
    read(in, report.setting, setting_texts);
    report.rounds = in["rounds"].as<std::size_t>();
    report.seconds = in["seconds"].as<double>();
    report.notes = in["notes"].all<std::string>();
    fill(in["caches"], report.caches, [](const Entry& e) {
        return Cache{e["name"].as<std::string>(), e["bytes"].as<double>()};
    });
    fill(in["engines"], report.engines, [](const Entry& e) {
        Engine engine;
        read(e, engine, engine_texts);
        return engine;
    });
    fill(in["problems"], report.problems, problem_of);
    fill(in["cells"], report.cells, cell_of);
    fill(in["scaling"], report.scaling, [](const Entry& e) {
        return Point{problem_of(e["problem"]), cell_of(e["cell"])};
    });
    return report;
}

}  // namespace overhead
