// The names of things: object classes, object ids and index ranges. Every other header of the model builds on these.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bv {

// A class of objects. Objects of one class have dense indices 0..n-1. The numbers are wire format (docs/protocol.md).
enum class ObjectClass : uint8_t { site, hall, row, rack, node, gpu, nic, switch_, link, cdu, power, plant, job };
inline constexpr size_t object_class_count = 13;
inline constexpr std::array<ObjectClass, object_class_count> all_object_classes{
    ObjectClass::site,  ObjectClass::hall,  ObjectClass::row,     ObjectClass::rack, ObjectClass::node,
    ObjectClass::gpu,   ObjectClass::nic,   ObjectClass::switch_, ObjectClass::link, ObjectClass::cdu,
    ObjectClass::power, ObjectClass::plant, ObjectClass::job};

// "site", "hall", … "switch", … as spelled in files, on the wire, in filters and on screen.
std::string_view name_of(ObjectClass object_class);
std::optional<ObjectClass> object_class_from(std::string_view name);

inline constexpr uint32_t no_index = 0xFFFFFFFFu;

struct ObjectId {
    ObjectClass object_class = ObjectClass::site;
    uint32_t index = no_index;
    [[nodiscard]] bool valid() const { return index != no_index; }
    auto operator<=>(const ObjectId&) const = default;
};

// Half-open run of dense indices [first, first + count).
struct IndexRange {
    uint32_t first = 0;
    uint32_t count = 0;
    [[nodiscard]] uint32_t end() const { return first + count; }
    [[nodiscard]] bool contains(uint32_t index) const { return index >= first && index - first < count; }
    auto operator<=>(const IndexRange&) const = default;
};

// Health of one object, from best to worst known except `unknown`. The numbers are wire format.
enum class Health : uint8_t { ok, warning, critical, down, maintenance, unknown };
inline constexpr size_t health_count = 6;
std::string_view name_of(Health health);
std::optional<Health> health_from(std::string_view name);

// For "the worst below": ok 0 < maintenance 1 < unknown 2 < warning 3 < critical 4 < down 5.
int badness(Health health);
// In trouble: warning, critical or down. What every count of trouble counts; neither maintenance nor silence is.
inline bool in_trouble(Health health) {
    return health == Health::warning || health == Health::critical || health == Health::down;
}
inline Health worse(Health a, Health b) { return badness(a) >= badness(b) ? a : b; }

}  // namespace bv
