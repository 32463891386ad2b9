// Reads one TOML table key by key and turns every mistake into one sentence with file and line. Reads toml++ nodes,
// writes plain numbers and strings.
#include "cluster/toml_section.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "cluster/cluster_file.h"

namespace bv {
namespace {

constexpr float degrees_to_radians = 0.017453292519943295f;

std::string quoted(std::string_view text) {
    constexpr size_t most = 80;  // a message stays one line
    return "\"" + std::string(text.substr(0, most)) + (text.size() > most ? "…" : "") + "\"";
}

std::string joined(std::span<const std::string_view> words) {
    std::string all;
    for (size_t i = 0; i < words.size(); ++i) all += (i ? ", " : "") + std::string(words[i]);
    return all;
}

std::string plain(double value) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    return {text, end};
}

}  // namespace

void fail_at(std::string_view path, Line line, const std::string& expected, const std::string& found) {
    throw ClusterFileError(std::string(path) + ":" + std::to_string(line) + ": expected " + expected + ", found " +
                           found);
}

std::string kind_of(const toml::node& node) {
    if (const auto* text = node.as_string()) return "the string " + quoted(text->get());
    if (const auto* integer = node.as_integer()) return std::to_string(integer->get());
    if (const auto* real = node.as_floating_point()) return plain(real->get());
    if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
    if (node.is_array()) return "an array";
    if (node.is_table()) return "a table";
    return "a date or time";
}

Line Section::line(std::string_view key) const {
    const toml::node* node = table_->get(key);
    return node ? line_of(*node) : line_;
}

void Section::fail(std::string_view key, const std::string& expected, const std::string& found) const {
    fail_at(path_, line(key), expected, found);
}

const toml::node* Section::get(std::string_view key, bool optional, std::string_view kind) {
    asked_.push_back(key);
    const toml::node* node = table_->get(key);
    if (!node && !optional)
        fail_at(path_, line_, std::string(kind) + " for key " + quoted(key) + " in " + name_, "no such key");
    return node;
}

Count Section::count(std::string_view key, std::optional<uint32_t> otherwise, uint32_t least, uint32_t most) {
    const std::string expected = "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
    const toml::node* node = get(key, otherwise.has_value(), expected);
    if (!node) return {*otherwise, line_};
    const auto* integer = node->as_integer();
    if (!integer || integer->get() < int64_t(least) || integer->get() > int64_t(most))
        fail(key, expected + " for " + quoted(key), kind_of(*node));
    return {uint32_t(integer->get()), line_of(*node)};
}

double Section::number(std::string_view key, std::optional<double> otherwise, double least, double most) {
    const std::string expected = "a number from " + plain(least) + " to " + plain(most);
    const toml::node* node = get(key, otherwise.has_value(), expected);
    if (!node) return *otherwise;
    const auto value = node->is_number() ? node->value<double>() : std::nullopt;
    if (!value || !(*value >= least && *value <= most)) fail(key, expected + " for " + quoted(key), kind_of(*node));
    return *value;
}

std::string Section::text(std::string_view key, std::optional<std::string> otherwise) {
    const toml::node* node = get(key, otherwise.has_value(), "a string");
    if (!node) return *otherwise;
    const auto* text = node->as_string();
    if (!text) fail(key, "a string for " + quoted(key), kind_of(*node));
    const std::string& value = text->get();
    const bool printable =
        std::none_of(value.begin(), value.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
    if (!printable || value.size() > 1000) fail(key, "a string of at most 1000 printable characters", "something else");
    if (value.empty() && !otherwise) fail(key, "a string that is not empty for " + quoted(key), "an empty one");
    return value;
}

bool Section::flag(std::string_view key, bool otherwise) {
    const toml::node* node = get(key, true, "true or false");
    if (!node) return otherwise;
    const auto* value = node->as_boolean();
    if (!value) fail(key, "true or false for " + quoted(key), kind_of(*node));
    return value->get();
}

uint64_t Section::guid(std::string_view key) {
    if (!has(key)) return get(key, true, ""), 0;
    std::string text = this->text(key, {});
    std::string_view digits = text;
    if (digits.starts_with("0x")) digits.remove_prefix(2);
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (error != std::errc{} || end != digits.data() + digits.size() || digits.size() > 16)
        fail(key, "a GUID of at most 16 hexadecimal digits", quoted(text));
    return value;
}

std::vector<double> Section::numbers(std::string_view key, size_t least, size_t most, std::string_view shape) {
    const toml::node* node = get(key, true, shape);
    if (!node) return {};
    const auto* array = node->as_array();
    if (!array || array->size() < least || array->size() > most)
        fail(key, std::string(shape) + " for " + quoted(key), kind_of(*node));
    std::vector<double> values;
    for (const toml::node& element : *array) {
        const auto value = element.is_number() ? element.value<double>() : std::nullopt;
        // A site is smaller than 100 km; beyond that float metres lose centimetres.
        if (!value || !(std::abs(*value) <= 1e5))
            fail_at(path_, line_of(element), "metres from -100000 to 100000", kind_of(element));
        values.push_back(*value);
    }
    return values;
}

std::optional<Place> Section::place(std::string_view key) {
    const auto yaw = float(number("yaw_degrees", 0.0, -360, 360)) * degrees_to_radians;
    const auto v = numbers(key, 2, 3, "[x, y] or [x, y, z] in metres");
    if (v.empty()) return {};
    return Place{float(v[0]), float(v[1]), v.size() > 2 ? float(v[2]) : 0.0f, yaw};
}

std::optional<Extent> Section::extent(std::string_view key) {
    const auto v = numbers(key, 3, 3, "[width, depth, height] in metres");
    if (v.empty()) return {};
    if (v[0] <= 0 || v[1] <= 0 || v[2] <= 0) fail(key, "a size greater than 0", "one that is not");
    return Extent{float(v[0]), float(v[1]), float(v[2])};
}

std::optional<size_t> Section::choice_of(std::string_view key, std::span<const std::string_view> words, bool optional) {
    const toml::node* node = get(key, optional, "one of " + joined(words));
    if (!node) return {};
    const auto* text = node->as_string();
    if (text)
        for (size_t i = 0; i < words.size(); ++i)
            if (words[i] == text->get()) return i;
    fail(key, "one of " + joined(words) + " for " + quoted(key), kind_of(*node));
}

std::optional<Section> Section::section(std::string_view key) {
    const toml::node* node = get(key, true, "a table");
    if (!node) return {};
    const auto* table = node->as_table();
    if (!table) fail(key, "a table for " + quoted(key), kind_of(*node));
    std::string name = name_.empty() ? std::string(key) : name_.substr(1, name_.size() - 2) + "." + std::string(key);
    return Section(*table, "[" + name + "]", path_);
}

std::vector<Section> Section::sections(std::string_view key) {
    const toml::array* array = list(key);
    std::vector<Section> all;
    if (!array) return all;
    all.reserve(array->size());
    for (const toml::node& element : *array) {
        const auto* table = element.as_table();
        if (!table) fail_at(path_, line_of(element), "a table in " + quoted(key), kind_of(element));
        all.emplace_back(*table, "[[" + std::string(key) + "]]", path_);
    }
    return all;
}

const toml::array* Section::list(std::string_view key) {
    const toml::node* node = get(key, true, "an array");
    if (!node) return nullptr;
    const auto* array = node->as_array();
    if (!array) fail(key, "an array for " + quoted(key), kind_of(*node));
    return array;
}

std::vector<std::pair<std::string, uint64_t>> Section::counts() {
    std::vector<std::pair<std::string, uint64_t>> all;
    for (const auto& [key, node] : *table_) {
        const auto* integer = node.as_integer();
        if (!integer || integer->get() < 0)
            fail_at(path_, line_of(node), "a count for " + quoted(key.str()), kind_of(node));
        asked_.push_back(key.str());
        all.emplace_back(std::string(key.str()), uint64_t(integer->get()));
    }
    return all;
}

void Section::done() const {
    for (const auto& [key, node] : *table_) {
        if (std::find(asked_.begin(), asked_.end(), key.str()) != asked_.end()) continue;
        const std::string where = name_.empty() ? "at the top of the file" : "in " + name_;
        const std::string_view near = nearest(key.str(), asked_);
        const std::string expected =
            near.empty() ? "one of the keys " + joined(asked_) + " " + where : "the key " + quoted(near) + " " + where;
        fail_at(path_, key.source().begin.line, expected, quoted(key.str()));
    }
}

}  // namespace bv
