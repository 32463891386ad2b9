// std::regex has no named groups: they are rewritten to numbered ones and their names kept beside. Reads patterns and
// names, writes places.
#include "feed/import/name_rule.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace bv {

namespace {

// libstdc++'s regex recurses per character; a node description has 64 bytes, so longer names are no names.
constexpr size_t max_name_bytes = 256;

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return char(std::toupper(c)); });
    return text;
}

std::optional<uint32_t> number(const std::string& text) {
    uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

struct Translation {
    std::string pattern;
    std::vector<std::string> names;  // [group number], empty for unnamed; 0 is the whole match
};

// (?<name>…) and (?P<name>…) → (…).
Translation translate(std::string_view pattern) {
    Translation out;
    out.names.emplace_back();
    bool in_class = false;
    for (size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        if (c == '\\' && i + 1 < pattern.size()) {
            out.pattern.append(pattern.substr(i++, 2));
            continue;
        }
        out.pattern += c;
        if (in_class || c == '[') {
            in_class = c != ']';
            continue;
        }
        if (c != '(') continue;
        std::string_view rest = pattern.substr(i + 1);
        if (rest.substr(0, 3) == "?<=" || rest.substr(0, 3) == "?<!")
            throw std::invalid_argument(
                fmt::format("The name rule '{}' looks behind, which ECMAScript does not know.", pattern));
        if (rest.substr(0, 3) == "?P<") rest.remove_prefix(1), ++i;
        const bool named = rest.substr(0, 2) == "?<" || rest.substr(0, 2) == "P<";
        if (!named) {
            if (rest.empty() || rest.front() != '?') out.names.emplace_back();
            continue;
        }
        const size_t close = rest.find('>');
        if (close == std::string_view::npos)
            throw std::invalid_argument(
                fmt::format("The name rule '{}' opens a group name and does not close it.", pattern));
        out.names.emplace_back(rest.substr(2, close - 2));
        i += close + 1;
    }
    return out;
}

}  // namespace

NameRule::Group NameRule::group_from(std::string_view name) {
    static constexpr std::pair<std::string_view, Group> known[] = {
        {"hall", Group::hall}, {"row", Group::row},   {"rack", Group::rack},   {"chassis", Group::chassis},
        {"bay", Group::bay},   {"unit", Group::unit}, {"u", Group::unit},      {"slot", Group::slot},
        {"node", Group::slot}, {"pod", Group::pod},   {"plane", Group::plane}, {"rail", Group::rail}};
    for (auto [word, group] : known)
        if (name == word) return group;
    return Group::none;
}

NameRule::NameRule(std::string_view pattern) : pattern_(pattern) {
    const Translation translation = translate(pattern);
    bool places = false;
    for (const std::string& name : translation.names) {
        const Group group = group_from(name);
        if (!name.empty() && group == Group::none)
            throw std::invalid_argument(
                fmt::format("The name rule '{}' has a group '{}'; known are hall, row, rack, chassis, bay, unit, slot, "
                            "node, pod, plane and rail.",
                            pattern, name));
        places = places || group == Group::row || group == Group::rack;
        groups_.push_back(group);
    }
    if (!places)
        throw std::invalid_argument(
            fmt::format("The name rule '{}' places nothing: give it a group (?<row>…) or (?<rack>…).", pattern));
    try {
        regex_.assign(translation.pattern, std::regex::ECMAScript | std::regex::icase | std::regex::optimize);
    } catch (const std::regex_error& error) {
        throw std::invalid_argument(
            fmt::format("The name rule '{}' is no regular expression: {}.", pattern, error.what()));
    }
}

std::optional<NamePlace> NameRule::match(std::string_view name) const {
    if (name.size() > max_name_bytes) return std::nullopt;
    std::cmatch found;
    if (!std::regex_match(name.data(), name.data() + name.size(), found, regex_)) return std::nullopt;
    NamePlace place;
    for (size_t i = 1; i < groups_.size() && i < found.size(); ++i) {
        if (!found[i].matched) continue;
        const std::string text = found[i].str();
        switch (groups_[i]) {
            case Group::none:
                break;
            case Group::hall:
                place.hall = upper(text);
                break;
            case Group::row:
                place.row = upper(text);
                break;
            case Group::rack:
                place.rack = upper(text);
                break;
            case Group::chassis:
                place.chassis = number(text);
                break;
            case Group::bay:
                place.bay = number(text);
                break;
            case Group::unit:
                place.unit = number(text);
                break;
            case Group::slot:
                place.slot = number(text);
                break;
            case Group::pod:
                place.pod = number(text);
                break;
            case Group::plane:
                place.plane = number(text);
                break;
            case Group::rail:
                place.rail = number(text);
                break;
        }
    }
    if (place.row.empty() && place.rack.empty()) return std::nullopt;
    return place;
}

const std::vector<std::string>& NameRules::defaults() {
    static const std::vector<std::string> patterns{
        // a08-p1-dgx-04-c01: row, rack, pod, tray
        R"((?<row>[a-z]+)(?<rack>\d+)-p(?<pod>\d+)-.*-c(?<slot>\d+))",
        // A09-P1-IBLEAF-04-04, B10-P1-IBSPINE-09: rail and number in its rack
        R"((?<row>[a-z]+)(?<rack>\d+)-p(?<pod>\d+)-[a-z]*leaf-(?<rail>\d+)-(?<slot>\d+))",
        R"((?<row>[a-z]+)(?<rack>\d+)-p(?<pod>\d+)-.*?(?<slot>\d+))",
        R"((?<row>[a-z]+)(?<rack>\d+)-p(?<pod>\d+)-.*)",
        // F01C04-DX413: row and cabinet
        R"((?<row>f\d+)(?<rack>c\d+)-.*)",
        // a01n01: row, rack, height
        R"((?<row>[a-z])(?<rack>\d+)[nsu](?<slot>\d+))",
        // r12-n03, rack12-node03, dc1-rack-12-u07
        R"((?:.*[-_.])?r(?:ack)?[-_]?(?<rack>\d+)[-_]?(?:u)(?<unit>\d+))",
        R"((?:.*[-_.])?r(?:ack)?[-_]?(?<rack>\d+)[-_]?(?:n|node|s|slot|leaf|spine|sw)[-_]?(?<slot>\d+))",
    };
    return patterns;
}

NameRules NameRules::with_defaults(const std::vector<std::string>& patterns) {
    std::vector<NameRule> rules;
    for (const std::string& pattern : patterns) rules.emplace_back(pattern);
    for (const std::string& pattern : defaults()) rules.emplace_back(pattern);
    return NameRules(std::move(rules));
}

std::optional<NamePlace> NameRules::match(std::string_view name) const {
    for (const NameRule& rule : rules_)
        if (auto place = rule.match(name)) return place;
    return std::nullopt;
}

}  // namespace bv
