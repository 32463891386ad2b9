// Sorts and folds events, see event_order.h.
#include "viewer/panels/event_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <tuple>
#include <unordered_map>

#include "viewer/format.h"

namespace bv {
namespace {

constexpr int64_t second_ns = 1'000'000'000;
constexpr uint32_t least_fold = 3;

// What feeds others before what hangs on it.
int upstream_rank(ObjectClass object_class) {
    switch (object_class) {
        case ObjectClass::site:
        case ObjectClass::hall:
        case ObjectClass::row:
            return 0;
        case ObjectClass::plant:
            return 1;
        case ObjectClass::power:
            return 2;
        case ObjectClass::cdu:
            return 3;
        case ObjectClass::switch_:
            return 4;
        case ObjectClass::rack:
            return 5;
        case ObjectClass::node:
            return 6;
        case ObjectClass::nic:
            return 7;
        case ObjectClass::gpu:
            return 8;
        case ObjectClass::link:
            return 9;
        case ObjectClass::job:
            return 10;
    }
    return 10;
}

struct Entry {
    int64_t second = 0;
    int badness = 0, rank = 0;
    std::string_view kind;
    int32_t code = 0;
    ObjectId around, object;
    uint32_t event = 0;
    [[nodiscard]] auto place() const {
        return std::make_tuple(-second, -badness, rank, kind, code, around, object, event);
    }
    [[nodiscard]] bool folds_with(const Entry& o) const {
        return around.valid() && second == o.second && badness == o.badness && kind == o.kind && code == o.code &&
               around == o.around && object.object_class == o.object.object_class;
    }
};

using Struck = std::unordered_map<int64_t, std::set<ObjectId>>;  // [second] objects with events

// A link hangs on its end that was struck in the same second; without one, a host's link on its switch.
ObjectId end_of_link(const Topology& t, uint32_t index, const std::set<ObjectId>* struck) {
    const Link& link = t.links[index];
    const ObjectId a = link.a.object(), b = link.b.object();
    const ObjectId node = link.a.is_switch ? ObjectId{} : t.parent(a);
    // Its switch takes NICs down with it, a server its own.
    const ObjectId first = link.a.is_switch ? a : b;
    if (struck)
        for (const ObjectId end : {first, node, a, b})
            if (end.valid() && struck->contains(end)) return end;
    return link.a.is_switch ? a : b;
}

ObjectId around_of(const Topology& t, const Event& event, const std::set<ObjectId>* struck) {
    if (!t.contains(event.object) || event.object.object_class == ObjectClass::job) return {};
    if (event.object.object_class == ObjectClass::link) return end_of_link(t, event.object.index, struck);
    // What lost its power or cooling in the same second hangs on that.
    ObjectId up = event.object;
    while (t.contains(up) && up.object_class != ObjectClass::rack && up.object_class != ObjectClass::site)
        up = t.parent(up);
    if (struck && t.contains(up) && up.object_class == ObjectClass::rack)
        for (const ObjectId feeds : {ObjectId{ObjectClass::power, t.racks[up.index].busway},
                                     ObjectId{ObjectClass::cdu, t.racks[up.index].cdu}})
            if (feeds.valid() && feeds != event.object && struck->contains(feeds)) return feeds;
    return t.parent(event.object);
}

std::vector<Entry> sorted(const ClusterState& state, const std::vector<uint32_t>& events) {
    const Topology& t = state.topology();
    Struck struck;
    for (const uint32_t i : events)
        if (state.events[i].object.object_class != ObjectClass::link)
            struck[state.events[i].time_ns / second_ns].insert(state.events[i].object);
    std::vector<Entry> out;
    out.reserve(events.size());
    for (const uint32_t i : events) {
        const Event& event = state.events[i];
        const int64_t second = event.time_ns / second_ns;
        const auto at = struck.find(second);
        out.push_back({second, badness(health_of(event)), upstream_rank(event.object.object_class), event.kind,
                       event.code, around_of(t, event, at == struck.end() ? nullptr : &at->second), event.object, i});
    }
    std::sort(out.begin(), out.end(), [](const Entry& a, const Entry& b) { return a.place() < b.place(); });
    return out;
}

uint64_t name_of_fold(const Entry& e) {
    uint64_t name = std::hash<std::string_view>{}(e.kind) ^ uint64_t(e.second) * 0x9E3779B97F4A7C15ull;
    name ^= (uint64_t(e.around.object_class) << 40 | e.around.index) * 0xC2B2AE3D27D4EB4Full;
    return name ^ uint64_t(e.object.object_class) << 56 ^ uint64_t(uint32_t(e.code)) << 32 ^ uint64_t(e.badness);
}

}  // namespace

std::vector<EventLine> event_lines(const ClusterState& state, const std::vector<uint32_t>& events,
                                   const std::set<uint64_t>& unfolded) {
    const std::vector<Entry> entries = sorted(state, events);
    std::vector<EventLine> lines;
    for (size_t first = 0, end = 0; first < entries.size(); first = end) {
        EventLine fold{entries[first].event};
        for (end = first; end < entries.size() && (end == first || entries[end].folds_with(entries[first])); ++end)
            fold.open += state.events[entries[end].event].end_ns == 0 ? 1 : 0;
        const bool folds = end - first >= least_fold;
        bool members = !folds;
        if (folds) {
            fold.count = uint32_t(end - first);
            fold.around = entries[first].around;
            fold.fold = name_of_fold(entries[first]);
            lines.push_back(fold);
            members = unfolded.contains(fold.fold);
        }
        for (size_t i = first; members && i < end; ++i) {
            EventLine line{entries[i].event};
            line.open = state.events[line.event].end_ns == 0 ? 1 : 0;
            line.member = folds;
            lines.push_back(line);
        }
    }
    return lines;
}

std::string title_of(const Event& event) {
    if (event.kind == "xid") return fmt::format("XID {}", event.code);
    std::string out = event.kind;
    std::replace(out.begin(), out.end(), '_', ' ');
    for (const auto& [word, written] : {std::pair{"nic ", "NIC "}, {"gpu ", "GPU "}, {"cdu ", "CDU "}})
        if (out.starts_with(word)) out.replace(0, 4, written);
    if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = char(out[0] - 32);
    return out;
}

std::string title_of(const ClusterState& state, const EventLine& line) {
    return fmt::format("{} × {}", grouped(line.count), title_of(state.events[line.event]));
}

std::string place_of(const ClusterState& state, const EventLine& line) {
    const bool inside = line.around.object_class <= ObjectClass::node;
    const std::string open = line.open == line.count ? "all open"
                             : line.open == 0        ? "all over"
                                                     : fmt::format("{} open", grouped(line.open));
    return fmt::format("{} {} · {}", inside ? "in" : "at", state.topology().path_of(line.around), open);
}

}  // namespace bv
