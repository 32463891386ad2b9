// Reads one TOML table key by key. Every wrong type, value, reference or unknown key ends in a ClusterFileError that
// names file and line and says what was expected, so that whoever wrote the file can mend it without us.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

#include "cluster/nearest.h"
#include "cluster/topology.h"

namespace bv {

using Line = uint32_t;

[[noreturn]] void fail_at(std::string_view path, Line line, const std::string& expected, const std::string& found);

// "a string", "an integer", … as messages say it.
std::string kind_of(const toml::node& node);
inline Line line_of(const toml::node& node) { return node.source().begin.line; }

// An integer that remembers where it was written, for checks that come later.
struct Count {
    uint32_t value = 0;
    Line line = 0;
    operator uint32_t() const { return value; }  // NOLINT: reads like the number it is
};

class Section {
public:
    Section(const toml::table& table, std::string name, std::string_view path)
        : table_(&table), name_(std::move(name)), path_(path), line_(table.source().begin.line) {}

    [[nodiscard]] Line line() const { return line_; }
    [[nodiscard]] Line line(std::string_view key) const;
    [[nodiscard]] bool has(std::string_view key) const { return table_->contains(key); }
    [[nodiscard]] std::string_view path() const { return path_; }

    // With a default the key is optional.
    Count count(std::string_view key, std::optional<uint32_t> otherwise, uint32_t least = 0, uint32_t most = 1'000'000);
    double number(std::string_view key, std::optional<double> otherwise, double least, double most);
    std::string text(std::string_view key, std::optional<std::string> otherwise);
    bool flag(std::string_view key, bool otherwise);
    // Hexadecimal with or without 0x, at most 16 digits; 0 where absent.
    uint64_t guid(std::string_view key);
    // Two or three numbers; nothing where absent.
    std::optional<Place> place(std::string_view key);
    std::optional<Extent> extent(std::string_view key);

    template <typename Enum, size_t n>
    Enum choice(std::string_view key, const std::array<Enum, n>& values, std::optional<Enum> otherwise) {
        std::array<std::string_view, n> words;
        for (size_t i = 0; i < n; ++i) words[i] = name_of(values[i]);
        const auto at = choice_of(key, words, otherwise.has_value());
        return at ? values[*at] : *otherwise;
    }
    std::optional<size_t> choice_of(std::string_view key, std::span<const std::string_view> words, bool optional);

    std::optional<Section> section(std::string_view key);
    std::vector<Section> sections(std::string_view key);  // [[key]] or key = [{…}, …]
    const toml::array* list(std::string_view key);
    std::vector<std::pair<std::string, uint64_t>> counts();  // every key of this table is a name with a count

    // Call last: refuses keys that nobody asked for.
    void done() const;

    [[noreturn]] void fail(std::string_view key, const std::string& expected, const std::string& found) const;

private:
    const toml::node* get(std::string_view key, bool optional, std::string_view kind);
    std::vector<double> numbers(std::string_view key, size_t least, size_t most, std::string_view shape);

    const toml::table* table_;
    std::string name_;  // "[fabric.leaf]"
    std::string_view path_;
    Line line_;
    std::vector<std::string_view> asked_;
};

}  // namespace bv
