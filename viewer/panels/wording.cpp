// Names of things and sentences about them, shared by the panels. Reads: state, topology, digest.
#include "viewer/panels/memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/format.h"

namespace bv {

std::string trouble_sentence(const Digest& digest, ObjectId id) {
    const auto& below = digest.below[size_t(id.object_class)];
    if (id.index >= below.size() || below[id.index].troubled == 0) return {};
    const uint32_t all = below[id.index].troubled;
    std::string which;
    if (id.object_class == ObjectClass::site)
        for (const ObjectClass c : all_object_classes) {
            const uint32_t n = digest.in_trouble_of(c);
            if (c == ObjectClass::site || c == ObjectClass::job || n == 0) continue;
            const std::string_view gear = n == 1 ? "piece of power gear" : "pieces of power gear",
                                   cooling = n == 1 ? "cooling unit" : "cooling units";
            which += (which.empty() ? " (" : ", ") + grouped(n) + " ";
            which += c == ObjectClass::power ? gear : c == ObjectClass::plant ? cooling : class_label(c, n != 1);
        }
    if (!which.empty()) which += ")";
    return fmt::format("{} {} in trouble inside{}; the worst is {}.", grouped(all),
                       all == 1 ? "thing is" : "things are", which, name_of(below[id.index].worst));
}

std::string feed_sentence(const Digest& digest) {
    const uint32_t all = digest.sources_total, live = digest.sources_live, conflict = digest.sources_in_conflict;
    if (all == 0) return "Unknown: there is no source of telemetry.";
    if (live == all) return {};
    const auto share = [&](uint32_t n) {
        return all == 1 ? std::string("The only source is")
                        : fmt::format("{} of {} sources {}", n, all, n == 1 ? "is" : "are");
    };
    if (live == 0) {
        const std::string_view why = conflict == all ? "in conflict and not shown" : "not live";
        return fmt::format("Unknown: {} {}.", all == 1 ? "the only source is" : fmt::format("all {} sources are", all),
                           why);
    }
    if (conflict > 0) return share(conflict) + " in conflict and not shown.";
    return share(all - live) + " not live.";
}

std::string without_shared(std::string_view name, std::string_view other) {
    size_t cut = 0;
    for (size_t i = 0; i < name.size() && i < other.size() && name[i] == other[i]; ++i)
        if (name[i] == '-' || name[i] == '/' || name[i] == '.' || name[i] == '_') cut = i + 1;
    // The whole of the other, then a separator: "H1-P1" and "H1-P1-A3".
    if (name.size() > other.size() + 1 && name.starts_with(other) &&
        std::string_view("-/._").find(name[other.size()]) != std::string_view::npos)
        cut = other.size() + 1;
    return std::string(name.substr(cut));
}

std::string short_name(const Topology& topology, ObjectId id) {
    const std::string name = topology.name_of(id);
    const ObjectId parent = topology.parent(id);
    if (!parent.valid() || parent.object_class == ObjectClass::site) return name;
    return without_shared(name, topology.name_of(parent));
}

Shown shown_health(const ClusterState& state, ObjectId id, int64_t now_ns) {
    Shown out;
    out.health = state.health(id);
    out.heard_ns = state.heard_ns(id);
    out.heard = out.heard_ns != 0;
    out.stale = state.stale(id, now_ns);
    return out;
}

std::string title_of_health(Health health) {
    switch (health) {
        case Health::ok:
            return "Healthy";
        case Health::warning:
            return "Warning";
        case Health::critical:
            return "Critical";
        case Health::down:
            return "Down";
        case Health::maintenance:
            return "In maintenance";
        case Health::unknown:
            return "Unknown";
    }
    return "Unknown";
}

std::string health_sentence(const ClusterState& state, ObjectId id, int64_t now_ns) {
    const Shown shown = shown_health(state, id, now_ns);
    if (!shown.heard) return "Unknown: nothing has been heard of it yet.";
    const std::string ago = age(now_ns, shown.heard_ns);
    const std::string when = ago == "now" ? "heard just now" : "heard " + ago + " ago";
    if (shown.stale) return fmt::format("Stale: last {}, then {}.", when, name_of(shown.health));
    std::string why;
    if (const Event* event = shown.health == Health::ok ? nullptr : open_event_of(state, id))
        why = ": " + without_name(state, *event);
    // Else the metric that is past its threshold.
    const auto metrics = metrics_of(id.object_class);
    for (size_t m = 1; m < metrics.size() && why.empty() && shown.health != Health::ok; ++m) {
        const double value = state.value(id, MetricIndex(m));
        if (std::isnan(value)) continue;
        const Metric& metric = metrics[m];
        const bool low = metric.direction == Direction::low_is_bad;
        const float limit =
            shown.health == Health::critical && !std::isnan(metric.critical) ? metric.critical : metric.warning;
        if (metric.direction == Direction::neutral || std::isnan(limit) || (low ? value > limit : value < limit))
            continue;
        why = fmt::format(": {} {}, limit {}", metric.label, quantity(metric, value).text(),
                          quantity(metric, double(limit)).text());
    }
    while (!why.empty() && (why.back() == '.' || why.back() == ' ')) why.pop_back();
    return fmt::format("{}{}; {}.", title_of_health(shown.health), why, when);
}

std::string without_name(const ClusterState& state, const Event& event) {
    if (!state.topology().contains(event.object)) return event.text;
    std::string text = event.text;
    for (const std::string& name : {state.topology().path_of(event.object), state.topology().name_of(event.object)}) {
        const size_t at = name.size() < 2 ? std::string::npos : text.find(name);
        if (at == std::string::npos || at > 16) continue;
        // "Link A--B lost its signal": the list says which one above, so only what happened is left.
        text.erase(0, at + name.size());
        break;
    }
    const size_t begin = text.find_first_not_of(" :,");
    text = begin == std::string::npos ? event.text : text.substr(begin);
    if (text.size() < event.text.size())
        for (const std::string_view verb : {"is ", "was "})
            if (text.starts_with(verb)) text.erase(0, verb.size());
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = char(text[0] - 32);
    return text;
}

const Event* open_event_of(const ClusterState& state, ObjectId id) {
    for (size_t i = state.events.size(); i-- > 0;) {
        const Event& event = state.events[i];
        if (event.object == id && event.end_ns == 0 && event.severity != Severity::info) return &event;
    }
    return nullptr;
}

Health worst_at(const UiContext& ui, ObjectId id) {
    const Shown shown = shown_health(ui.state, id, ui.timeline.now_ns());
    const Health own = shown.heard && !shown.stale ? shown.health : Health::unknown;
    const auto& below = ui.memory.digest.below[size_t(id.object_class)];
    return id.index < below.size() ? worse(own, below[id.index].worst) : own;
}

std::string list_name(const Topology& t, ObjectId id) {
    if (!t.contains(id)) return {};
    if (id.object_class != ObjectClass::link) return t.path_of(id);
    const Link& link = t.links[id.index];
    const std::string lower = t.path_of(link.a.object());
    return lower + " → " + without_shared(t.path_of(link.b.object()), lower);
}

std::string_view class_label(ObjectClass object_class, bool plural) {
    switch (object_class) {
        case ObjectClass::site:
            return plural ? "sites" : "site";
        case ObjectClass::hall:
            return plural ? "halls" : "hall";
        case ObjectClass::row:
            return plural ? "rows" : "row";
        case ObjectClass::rack:
            return plural ? "racks" : "rack";
        case ObjectClass::node:
            return plural ? "nodes" : "node";
        case ObjectClass::gpu:
            return plural ? "GPUs" : "GPU";
        case ObjectClass::nic:
            return plural ? "NICs" : "NIC";
        case ObjectClass::switch_:
            return plural ? "switches" : "switch";
        case ObjectClass::link:
            return plural ? "links" : "link";
        case ObjectClass::cdu:
            return plural ? "CDUs" : "CDU";
        case ObjectClass::power:
            return "power";
        case ObjectClass::plant:
            return "cooling";
        case ObjectClass::job:
            return plural ? "jobs" : "job";
    }
    return {};
}

std::string class_title(const Topology& t, ObjectId id) {
    const auto words = [](std::string_view name) {
        std::string out(name);
        std::replace(out.begin(), out.end(), '_', ' ');
        if (out == "gpu") return std::string("GPU");
        if (out == "cpu") return std::string("CPU");
        return out;
    };
    switch (id.object_class) {
        case ObjectClass::gpu:
            return t.gpu_model.empty() ? "GPU" : "GPU · " + t.gpu_model;
        case ObjectClass::nic:
            return "NIC · " + words(name_of(t.nics[id.index].role));
        case ObjectClass::cdu:
            return "CDU · coolant distribution";
        case ObjectClass::switch_:
            return "Switch · " + words(name_of(t.switches[id.index].role));
        case ObjectClass::link:
            return "Link · " + std::string(words_of(t.links[id.index].link_class));
        case ObjectClass::rack:
            return "Rack · " + words(name_of(t.racks[id.index].role));
        case ObjectClass::node:
            return "Node · " + words(name_of(t.nodes[id.index].role));
        case ObjectClass::power:
            return "Power · " + words(name_of(t.power[id.index].kind));
        case ObjectClass::plant:
            return "Cooling · " + words(name_of(t.plants[id.index].kind));
        case ObjectClass::site:
            return "Site";
        case ObjectClass::hall:
            return "Hall";
        case ObjectClass::row:
            return "Row";
        case ObjectClass::job:
            return "Job";
    }
    return {};
}

}  // namespace bv
