// Where a device stands, read from its name: regular expressions with named groups, because most sites keep that
// nowhere else.
#pragma once

#include <cstdint>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace bv {

// What a rule found. Row and rack are spelled in upper case, so that "a08" and "A08" are one place.
struct NamePlace {
    std::string hall, row, rack;
    std::optional<uint32_t> unit;  // lowest rack unit, from 1
    std::optional<uint32_t> slot;  // order within the rack, where the unit is not known
    // Of a machine of blades: chassis stand on one another in the rack, bays side by side in a chassis, and what has a
    // slot stands on one another in its bay.
    std::optional<uint32_t> chassis, bay;
    std::optional<uint32_t> pod, plane, rail;
};

// One rule: ECMAScript with (?<name>…) groups, matched against the whole name, upper and lower case alike.
// Groups: hall row rack chassis bay unit slot node pod plane rail; node is another word for slot. Every rule needs rack
// or row.
class NameRule {
public:
    // Throws std::invalid_argument with one sentence for a wrong expression or group.
    explicit NameRule(std::string_view pattern);
    [[nodiscard]] std::optional<NamePlace> match(std::string_view name) const;
    [[nodiscard]] const std::string& pattern() const { return pattern_; }

private:
    enum class Group : uint8_t { none, hall, row, rack, chassis, bay, unit, slot, pod, plane, rail };
    static Group group_from(std::string_view name);
    std::string pattern_;
    std::vector<Group> groups_;  // [number of the group]; 0 is the whole match
    std::regex regex_;
};

// The first rule that matches decides.
class NameRules {
public:
    explicit NameRules(std::vector<NameRule> rules) : rules_(std::move(rules)) {}
    // Fits common spellings: a08-p1-dgx-04-c01, A09-P1-IBLEAF-04-04, a01n01, r12-n03, rack12-node03, F01C04-DX413.
    static const std::vector<std::string>& defaults();
    // The given rules first, then the defaults.
    static NameRules with_defaults(const std::vector<std::string>& patterns);
    [[nodiscard]] std::optional<NamePlace> match(std::string_view name) const;

private:
    std::vector<NameRule> rules_;
};

}  // namespace bv
