// Reads a name as object_name.h says.
#include "viewer/object_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace bv {
namespace {

std::optional<uint32_t> number(std::string_view text) {
    uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return {};
    return value;
}

// The digits that a hall's name ends in, without leading zeros; empty without.
std::string number_of_hall(const Topology& t, uint32_t hall) {
    const std::string name = t.name_of({ObjectClass::hall, hall});
    const size_t digits = name.find_last_not_of("0123456789") + 1;
    return name.substr(std::min(name.find_first_not_of('0', digits), name.size()));
}

// Halls are numbered as people say them: hall 2 is the one whose name ends in 2, as in the filter. Where no name has a
// number, they are counted from 1.
std::optional<uint32_t> hall_numbered(const Topology& t, uint32_t wanted) {
    bool any = false;
    for (uint32_t i = 0; i < t.halls.size(); ++i) {
        const std::string digits = number_of_hall(t, i);
        any = any || !digits.empty();
        if (digits == std::to_string(wanted)) return i;
    }
    return any || wanted == 0 || wanted > t.halls.size() ? std::nullopt : std::optional(wanted - 1);
}

std::string list_of_halls(const Topology& t) {
    constexpr size_t most = 12;
    std::string out;
    for (uint32_t i = 0; i < std::min(t.halls.size(), most); ++i)
        out += (out.empty() ? "" : ", ") + t.name_of({ObjectClass::hall, i});
    return t.halls.size() > most ? out + ", …" : out;
}

ObjectId by_number(const Topology& t, ObjectClass object_class, uint32_t wanted, std::string_view whole) {
    if (object_class == ObjectClass::hall) {
        if (const auto hall = hall_numbered(t, wanted)) return {object_class, *hall};
        throw std::runtime_error(
            fmt::format("there is no '{}': the halls of cluster {} are {}", whole, t.name, list_of_halls(t)));
    }
    const uint32_t count = t.count(object_class);
    if (wanted < count) return {object_class, wanted};
    throw std::runtime_error(fmt::format("there is no '{}': cluster {} has {} of class {}, counted from 0", whole,
                                         t.name, count, name_of(object_class)));
}

}  // namespace

ObjectId object_named(const Topology& t, std::string_view text) {
    const size_t colon = text.find(':');
    const auto object_class = colon == std::string_view::npos ? std::nullopt : object_class_from(text.substr(0, colon));
    // A thing that is called so comes first: names may hold colons, and be numbers.
    if (const auto found = t.find(text)) return *found;
    if (!object_class)
        throw std::runtime_error(
            fmt::format("nothing is called '{}' in cluster {}: write its name or path as the "
                        "panels show it, or class:index such as gpu:0",
                        text, t.name));
    const std::string_view wanted = text.substr(colon + 1);
    if (const auto index = number(wanted)) return by_number(t, *object_class, *index, text);
    if (*object_class == ObjectClass::hall)
        throw std::runtime_error(
            fmt::format("there is no '{}': the halls of cluster {} are {}", text, t.name, list_of_halls(t)));
    throw std::runtime_error(fmt::format("there is no '{}': no {} of cluster {} is called '{}'", text,
                                         name_of(*object_class), t.name, wanted));
}

}  // namespace bv
