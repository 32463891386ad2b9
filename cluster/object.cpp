// Spells classes, health, severities and job states as files, wire, filters and screen do. Reads nothing, writes
// nothing.
#include "cluster/object.h"

#include "cluster/event.h"

namespace bv {
namespace {

constexpr std::array<std::string_view, object_class_count> class_names{
    "site", "hall", "row", "rack", "node", "gpu", "nic", "switch", "link", "cdu", "power", "plant", "job"};
constexpr std::array<std::string_view, health_count> health_names{"ok",   "warning",     "critical",
                                                                  "down", "maintenance", "unknown"};
constexpr std::array<std::string_view, 3> severity_names{"info", "warning", "critical"};
constexpr std::array<std::string_view, 5> job_state_names{"pending", "running", "restarting", "completed", "failed"};

template <size_t n>
std::optional<uint8_t> position_of(const std::array<std::string_view, n>& names, std::string_view name) {
    for (size_t i = 0; i < n; ++i)
        if (names[i] == name) return uint8_t(i);
    return {};
}

template <size_t n>
std::string_view at_or_unknown(const std::array<std::string_view, n>& names, size_t i) {
    return i < n ? names[i] : std::string_view("unknown");
}

}  // namespace

std::string_view name_of(ObjectClass object_class) { return at_or_unknown(class_names, size_t(object_class)); }

std::optional<ObjectClass> object_class_from(std::string_view name) {
    const auto i = position_of(class_names, name);
    return i ? std::optional(ObjectClass(*i)) : std::nullopt;
}

std::string_view name_of(Health health) { return at_or_unknown(health_names, size_t(health)); }

std::optional<Health> health_from(std::string_view name) {
    const auto i = position_of(health_names, name);
    return i ? std::optional(Health(*i)) : std::nullopt;
}

int badness(Health health) {
    switch (health) {
        case Health::ok:
            return 0;
        case Health::maintenance:
            return 1;
        case Health::unknown:
            return 2;
        case Health::warning:
            return 3;
        case Health::critical:
            return 4;
        case Health::down:
            return 5;
    }
    return 2;
}

std::string_view name_of(Severity severity) { return at_or_unknown(severity_names, size_t(severity)); }
Health health_of(const Event& event) {
    if (event.severity == Severity::info) return event.kind == "maintenance" ? Health::maintenance : Health::ok;
    if (event.severity == Severity::warning) return Health::warning;
    const bool gone =
        event.kind.ends_with("_down") || event.kind == "power_lost" || (event.kind == "xid" && event.code == 79);
    return gone ? Health::down : Health::critical;
}

std::string_view name_of(JobState state) { return at_or_unknown(job_state_names, size_t(state)); }

}  // namespace bv
