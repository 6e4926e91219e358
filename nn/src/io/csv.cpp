#include <wengert/nn/csv.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>

#include <csv.h>

#include <wengert/error.hpp>

#include "file.hpp"
#include "json.hpp"

namespace wengert::nn {
namespace {

namespace fs = std::filesystem;
using std::to_string;

constexpr std::size_t longest_field = std::size_t{1} << 20;
constexpr std::size_t most_fields = std::size_t{1} << 20;
constexpr std::array<Byte, 3> byte_order_mark{0xef, 0xbb, 0xbf};

// ---- Texts as an Error shows them ----

/// In quotes, without control characters, and at most 40 bytes of it, the last UTF-8 character whole.
std::string shown(std::string_view text) {
    constexpr std::size_t most = 40;
    std::size_t end = std::min(text.size(), most);
    if (end < text.size()) {
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
    }
    std::string result(text.substr(0, end));
    for (char& c : result) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    }
    return "'" + result + (end < text.size() ? "...'" : "'");
}

std::string listed(const std::vector<std::string>& names) {
    constexpr std::size_t most = 20;
    std::string result;
    for (std::size_t k = 0; k < std::min(names.size(), most); ++k)
        result += (k == 0 ? "" : ", ") + shown(names[k]);
    return names.size() > most ? result + " and " + to_string(names.size() - most) + " more" : result;
}

// ---- Rows of text ----

bool ends_line(Byte c) { return c == '\n' || c == '\r'; }
bool is_blank(Byte c) { return c == ' ' || c == '\t' || ends_line(c); }

struct Field {
    std::string text;
    std::size_t line;  ///< where it begins
};

/// The rows of a file, one after the other; the first one names the columns. libcsv parts them. It counts no
/// lines, so it is given no more than a line at a time.
class Rows {
public:
    explicit Rows(const fs::path& path) : file_(path) {
        if (csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI) != 0) fail("libcsv cannot start");
        csv_set_blk_size(&parser_, 4096);
        csv_set_realloc_func(&parser_, [](void* room, std::size_t size) {
            return size > longest_field ? nullptr : std::realloc(room, size);
        });
    }
    ~Rows() { csv_free(&parser_); }
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;

    void read_names() {
        const std::span<const Byte> ahead = file_.ahead(byte_order_mark.size());
        if (std::ranges::equal(ahead.first(std::min(ahead.size(), byte_order_mark.size())), byte_order_mark))
            file_.take(byte_order_mark.size());
        if (!read()) wrong(line_, "the file is empty, expected a row with the names of the columns");
        header_line_ = fields_.front().line;
        for (std::size_t k = 0; k < fields_.size(); ++k) {
            const std::string& name = fields_[k].text;
            if (name.empty()) wrong_field(k, "the column has no name");
            if (!is_utf8(name)) wrong_field(k, "the column's name is not UTF-8: convert the file");
            if (!places_.emplace(name, k).second) wrong_field(k, "a second column named " + shown(name));
        }
        for (Field& field : fields_) names_.push_back(std::move(field.text));
    }

    /// Reads the next row, which has a field for each name; false at the end of the file.
    bool read_row() {
        if (!read()) return false;
        const std::size_t came = fields_.size(), expected = names_.size();
        if (came != expected) {
            wrong_field(std::min(came, expected), "a row of " + to_string(came) +
                                                      (came == 1 ? " field" : " fields") + ", expected " +
                                                      to_string(expected) + ", one for each column");
        }
        return true;
    }

    const std::vector<std::string>& names() const { return names_; }
    std::optional<std::size_t> place(const std::string& name) const {
        const auto at = places_.find(name);
        return at == places_.end() ? std::nullopt : std::optional(at->second);
    }
    const std::string& text(std::size_t column) const { return fields_[column].text; }

    [[noreturn]] void wrong_header(const std::string& what) const { wrong(header_line_, what); }
    /// A column that the row does not reach is where the row ends.
    [[noreturn]] void wrong_field(std::size_t column, const std::string& what) const {
        wrong(column < fields_.size() ? fields_[column].line : field_line_, column, what);
    }

private:
    [[noreturn]] void wrong(std::size_t line, const std::string& what) const {
        fail(file_.name() + ", line " + to_string(line) + ": " + what);
    }
    [[noreturn]] void wrong(std::size_t line, std::size_t column, const std::string& what) const {
        const std::string name = column < names_.size() ? " (" + shown(names_[column]) + ")" : "";
        fail(file_.name() + ", line " + to_string(line) + ", column " + to_string(column + 1) + name + ": " +
             what);
    }

    bool read() {
        fields_.clear();
        while (!row_ended_) {
            const std::span<const Byte> ahead = file_.ahead();
            if (ahead.empty()) {
                if (csv_fini(&parser_, on_field, on_row, this) != 0)
                    wrong_field(fields_.size(), "the quote that begins here is never closed");
                rethrow();
                break;
            }
            if (ahead[0] == 0) wrong(line_, fields_.size(), "a zero byte, expected text in UTF-8");
            auto end = std::ranges::find_if(ahead, [](Byte c) { return ends_line(c) || c == 0; });
            if (end != ahead.end() && *end != 0) ++end;
            parse(ahead.first(static_cast<std::size_t>(end - ahead.begin())));
        }
        return std::exchange(row_ended_, false);
    }

    /// A line with its end, or a part of a line.
    void parse(std::span<const Byte> part) {
        if (!in_row_ && !std::ranges::all_of(part, is_blank)) {
            in_row_ = true;
            field_line_ = line_;
        }
        const std::size_t done = csv_parse(&parser_, part.data(), part.size(), on_field, on_row, this);
        rethrow();
        if (done < part.size()) refuse();
        if (fields_.size() > most_fields)
            wrong_field(most_fields, "a row of more than " + to_string(most_fields) + " fields");
        const bool within_crlf = part_ended_in_ == '\r' && part.front() == '\n';
        part_ended_in_ = part.back();
        if (ends_line(part.back()) && !within_crlf) ++line_;
        file_.take(part.size());
    }

    [[noreturn]] void refuse() {
        if (csv_error(&parser_) == CSV_EPARSE) {
            wrong(line_, fields_.size(),
                  "a quote in the middle of a field, expected all of the field in quotes, and quotes in it "
                  "doubled");
        }
        wrong_field(fields_.size(), "a field that does not fit into " + to_string(longest_field) +
                                        " bytes; is its closing quote missing?");
    }

    /// Nothing is thrown through libcsv, which is C.
    static void on_field(void* text, std::size_t size, void* self) {
        Rows& rows = *static_cast<Rows*>(self);
        try {
            rows.fields_.push_back({std::string(static_cast<const char*>(text), size), rows.field_line_});
        } catch (...) {
            rows.problem_ = std::current_exception();
        }
        rows.field_line_ = rows.line_;
    }
    static void on_row(int, void* self) {
        Rows& rows = *static_cast<Rows*>(self);
        rows.row_ended_ = true;
        rows.in_row_ = false;
    }
    void rethrow() const {
        if (problem_) std::rethrow_exception(problem_);
    }

    File file_;
    csv_parser parser_{};
    std::vector<std::string> names_;
    std::map<std::string, std::size_t> places_;
    std::vector<Field> fields_;
    std::size_t line_ = 1, header_line_ = 1;
    std::size_t field_line_ = 1;  // where the field under way begins
    Byte part_ended_in_ = 0;
    bool in_row_ = false, row_ended_ = false;
    std::exception_ptr problem_;
};

// ---- What the fields say ----

struct Number {
    double value = 0;
    const char* problem = nullptr;
};

/// The number that a text is, blanks around it aside.
Number number(std::string_view text) {
    while (!text.empty() && is_blank(static_cast<Byte>(text.front()))) text.remove_prefix(1);
    while (!text.empty() && is_blank(static_cast<Byte>(text.back()))) text.remove_suffix(1);
    if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);  // not from_chars's
    const char* const end = text.data() + text.size();
    double value = 0;
    const auto [next, error] = std::from_chars(text.data(), end, value);
    if (next != end || error == std::errc::invalid_argument) return {.problem = ""};
    if (error != std::errc()) return {.problem = ", which is beyond a double"};
    if (!std::isfinite(value)) return {.problem = ", which is not finite"};
    return {.value = value};
}

double number(const Rows& rows, std::size_t column) {
    const std::string& text = rows.text(column);
    const Number n = number(text);
    if (n.problem) rows.wrong_field(column, "expected a number, got " + shown(text) + n.problem);
    return n.value;
}

/// The classes by name: those that are given, or else those that come.
class Classes {
public:
    explicit Classes(const std::vector<std::string>& given) : given_(given) {
        for (const std::string& name : given) add(name);
    }

    int label(const Rows& rows, std::size_t column) {
        const std::string& name = rows.text(column);
        if (const auto at = labels_.find(name); at != labels_.end()) return at->second;
        if (!given_.empty())
            rows.wrong_field(column, "there is no class " + shown(name) + "; known: " + listed(given_));
        if (name.empty()) rows.wrong_field(column, "expected a class, the field is empty");
        if (!is_utf8(name)) rows.wrong_field(column, "expected a class in UTF-8: convert the file");
        return add(name);
    }

    /// Names the classes of a set with these labels; those that came are put in order first.
    void name(Dataset& data) const {
        data.class_names = given_.empty() ? sorted(data.labels) : given_;
        data.class_count = data.class_names.size();
    }

private:
    int add(const std::string& name) {
        return labels_.emplace(name, static_cast<int>(labels_.size())).first->second;
    }

    std::vector<std::string> sorted(std::vector<int>& labels) const {
        const bool numeric =
            std::ranges::all_of(labels_, [](const auto& entry) { return !number(entry.first).problem; });
        std::vector<std::tuple<double, std::string, int>> order;
        for (const auto& [name, label] : labels_)
            order.emplace_back(numeric ? number(name).value : 0.0, name, label);
        std::ranges::sort(order);
        std::vector<int> places(order.size());
        std::vector<std::string> names;
        for (auto& [value, name, label] : order) {
            places[static_cast<std::size_t>(label)] = static_cast<int>(names.size());
            names.push_back(std::move(name));
        }
        for (int& label : labels) label = places[static_cast<std::size_t>(label)];
        return names;
    }

    const std::vector<std::string>& given_;
    std::map<std::string, int> labels_;
};

std::size_t find(const Rows& rows, const std::string& name) {
    const std::optional<std::size_t> at = rows.place(name);
    if (at) return *at;
    const std::vector<std::string>& names = rows.names();
    const std::size_t other = names.size() == 1 ? names[0].find_first_of(";\t") : std::string::npos;
    const std::string hint = other == std::string::npos
                                 ? ""
                                 : std::string("; the fields seem to be separated by ") +
                                       (names[0][other] == ';' ? "semicolons" : "tabs") +
                                       ": separate them by commas";
    rows.wrong_header("there is no column " + shown(name) + "; the columns are " + listed(names) + hint);
}

std::optional<std::size_t> find_target(const Rows& rows, const CsvOptions& options) {
    if (options.target.empty()) return {};
    return options.target_required ? find(rows, options.target) : rows.place(options.target);
}

std::vector<std::size_t> find_inputs(const Rows& rows, const CsvOptions& options,
                                     std::optional<std::size_t> target) {
    std::vector<std::size_t> places;
    for (const std::string& name : options.inputs) places.push_back(find(rows, name));
    for (std::size_t k = 0; options.inputs.empty() && k < rows.names().size(); ++k) {
        if (k != target) places.push_back(k);
    }
    if (places.empty())
        rows.wrong_header("there is no column of inputs beside the target " + shown(options.target));
    return places;
}

}  // namespace

CsvData read_csv(const fs::path& file, const CsvOptions& options) {
    Rows rows(file);
    rows.read_names();
    const std::optional<std::size_t> target = find_target(rows, options);
    const std::vector<std::size_t> inputs = find_inputs(rows, options, target);

    CsvData result;
    for (std::size_t k : inputs) result.inputs.push_back(rows.names()[k]);
    Dataset& data = result.data;
    data.width = inputs.size();
    Classes classes(options.class_names);
    bool answered = true;
    while (rows.read_row()) {
        for (std::size_t k : inputs) data.inputs.push_back(number(rows, k));
        if (!target) continue;
        if (!options.target_required && rows.text(*target).empty()) {
            answered = false;
            continue;
        }
        if (options.kind == TargetKind::numbers)
            data.targets.push_back(number(rows, *target));
        else
            data.labels.push_back(classes.label(rows, *target));
    }
    if (data.empty()) rows.wrong_header("there is no row after the names of the columns");
    if (!answered) data.targets.clear(), data.labels.clear();
    if (!data.targets.empty()) data.target_width = 1;
    if (!data.labels.empty()) classes.name(data);
    return result;
}

}  // namespace wengert::nn
