// Sums over the state and words about objects, shared by the panels. Reads: state, topology. Writes:
// PanelMemory::digest.
#include "viewer/panels/memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "feed/simulator/presets.h"
#include "viewer/composition.h"
#include "viewer/format.h"
#include "viewer/scene.h"
#include "viewer/theme.h"

namespace bv {
namespace {

using Belows = std::vector<Digest::Below>;

void include(Belows& list, uint32_t index, Health health, uint32_t count) {
    if (index >= list.size()) return;
    list[index].worst = worse(list[index].worst, health);
    list[index].troubled += count;
}

// The health column as bytes, stale runs as unknown: one pass per class.
std::vector<Health> healths_of(const ClusterState& state, ObjectClass object_class, int64_t now_ns) {
    const std::vector<uint16_t>& raw = state.classes[size_t(object_class)].columns[health_metric].values;
    std::vector<Health> out(raw.size(), Health::unknown);
    for (const ClusterState::Freshness& run : state.freshness(object_class, now_ns)) {
        if (!run.heard || run.stale) continue;
        for (uint32_t i = run.first; i < run.first + run.count; ++i)
            if (raw[i] < health_count) out[i] = Health(raw[i]);
    }
    return out;
}

// Everything of one class, with what is below it, is added to what it stands in: each thing once, all the way up to the
// site, so that the sum of a container is the sum of its classes.
void pass_up(const Topology& t, ObjectClass object_class, const std::vector<Health>& healths, Digest& digest) {
    const Belows& own = digest.below[size_t(object_class)];
    for (uint32_t i = 0; i < healths.size(); ++i) {
        const Health health = healths[i];
        const bool bare = i >= own.size() || own[i].worst == Health::ok;
        if (health == Health::ok && bare) continue;
        // A fabric that nobody reports on makes no server unknown.
        if (object_class == ObjectClass::link && !in_trouble(health)) continue;
        ObjectId up = t.parent({object_class, i});
        if (!t.contains(up)) up = {ObjectClass::site, 0};
        const Health worst = bare ? health : worse(health, own[i].worst);
        include(digest.below[size_t(up.object_class)], up.index, worst,
                (bare ? 0 : own[i].troubled) + (in_trouble(health) ? 1 : 0));
    }
}

void sum_up(const ClusterState& state, int64_t now_ns, Digest& digest) {
    const Topology& t = state.topology();
    std::array<std::vector<Health>, object_class_count> healths;
    for (const ObjectClass c : all_object_classes) {
        healths[size_t(c)] = healths_of(state, c, now_ns);
        auto& counts = digest.counts[size_t(c)];
        counts.fill(0);
        if (c == ObjectClass::job) continue;  // most slots are free, which is no health
        for (const Health h : healths[size_t(c)]) ++counts[size_t(h)];
    }
    for (const Job& job : state.jobs)
        if (const auto& of = healths[size_t(ObjectClass::job)]; !job.id.empty() && job.slot < of.size())
            ++digest.counts[size_t(ObjectClass::job)][size_t(of[job.slot])];
    for (const ObjectClass c : {ObjectClass::site, ObjectClass::hall, ObjectClass::row, ObjectClass::rack,
                                ObjectClass::node, ObjectClass::nic, ObjectClass::switch_})
        digest.below[size_t(c)].assign(t.count(c), {});
    // Every class after those that stand in it.
    for (const ObjectClass c : {ObjectClass::link, ObjectClass::gpu, ObjectClass::nic, ObjectClass::node,
                                ObjectClass::switch_, ObjectClass::cdu, ObjectClass::rack, ObjectClass::row,
                                ObjectClass::power, ObjectClass::plant, ObjectClass::hall})
        pass_up(t, c, healths[size_t(c)], digest);
}

void count_events(const ClusterState& state, Digest& digest) {
    digest.open_critical = digest.open_warning = digest.open_info = 0;
    digest.simulation.clear();
    for (const Event& event : state.events) {
        if (event.end_ns != 0) continue;
        if (event.kind == sim::simulation_event) digest.simulation = event.text;
        if (event.severity == Severity::critical) ++digest.open_critical;
        if (event.severity == Severity::warning) ++digest.open_warning;
        if (event.severity == Severity::info) ++digest.open_info;
    }
}

void place_jobs(const ClusterState& state, Digest& digest) {
    digest.node_jobs.assign(state.topology().nodes.size(), no_index);
    for (const Job& job : state.jobs) {
        if (job.id.empty() || (job.state != JobState::running && job.state != JobState::restarting)) continue;
        for (const IndexRange& range : job.nodes)
            for (uint32_t i = range.first; i < range.end() && i < digest.node_jobs.size(); ++i)
                digest.node_jobs[i] = job.slot;
    }
}

uint64_t version_of(const ClusterState& state) {
    uint64_t version = state.events_version * 3 + state.jobs_version * 5;
    for (const ClassState& c : state.classes)
        if (!c.columns.empty()) version = version * 1'000'003 + c.columns[health_metric].version;
    return version;
}

}  // namespace

void sum_sources(const std::vector<SourceStatus>& sources, Digest& digest) {
    digest.messages_per_second = digest.bytes_per_second = digest.values_per_second = 0;
    digest.gaps = digest.decode_errors = 0;
    digest.sources_live = 0;
    digest.sources_in_conflict = 0;
    digest.sources_total = uint32_t(sources.size());
    for (const SourceStatus& s : sources) {
        digest.messages_per_second += s.messages_per_second;
        digest.bytes_per_second += s.bytes_per_second;
        digest.values_per_second += s.values_per_second;
        digest.gaps += s.gaps;
        digest.decode_errors += s.decode_errors;
        digest.sources_live += s.link == SourceStatus::Link::live ? 1 : 0;
        digest.sources_in_conflict += s.link == SourceStatus::Link::conflict ? 1 : 0;
    }
    digest.conflict = digest.sources_in_conflict > 0;
}

std::string_view word_of_end(const Job& job) {
    return job.state == JobState::completed || job.state == JobState::failed ? name_of(job.state) : "ended";
}

void remember_jobs(const ClusterState& state, PanelMemory& memory) {
    constexpr size_t most = 20;
    constexpr int64_t hour_ns = 3'600'000'000'000;
    std::erase_if(memory.finished_jobs,
                  [&](const FinishedJob& finished) { return state.time_ns - finished.gone_ns > hour_ns; });
    if (memory.seen_jobs_version == state.jobs_version) return;
    memory.seen_jobs_version = state.jobs_version;
    const auto goes_on = [&](const std::string& id) {
        return std::any_of(state.jobs.begin(), state.jobs.end(), [&](const Job& job) { return job.id == id; });
    };
    for (const Job& job : memory.seen_jobs)
        if (!job.id.empty() && !goes_on(job.id))
            memory.finished_jobs.insert(memory.finished_jobs.begin(), {job, job.end_ns ? job.end_ns : state.time_ns});
    std::erase_if(memory.finished_jobs, [&](const FinishedJob& finished) { return goes_on(finished.job.id); });
    if (memory.finished_jobs.size() > most) memory.finished_jobs.resize(most);
    memory.seen_jobs = state.jobs;
}

// What was seen on the way to a recorded time is not part of it.
void forget_jobs(PanelMemory& memory) {
    memory.seen_jobs.clear();
    memory.finished_jobs.clear();
    memory.seen_jobs_version = ~0ull;
}

void update_digest(const UiContext& ui, PanelMemory& memory) {
    if (ui.state.empty()) {
        memory.digest = {};
        memory.digest_topology = nullptr;
        sum_sources(ui.timeline.sources(), memory.digest);
        return;
    }
    const int64_t now_ns = ui.timeline.now_ns();
    const uint64_t version = version_of(ui.state);
    const bool same = memory.digest_topology == &ui.state.topology() && memory.digest_version == version;
    // What only ages is looked at again four times a second; a recorded time has one picture, however it was reached.
    const int64_t least_ns = ui.timeline.at_head() ? 250'000'000 : 1;
    if (same && std::abs(now_ns - memory.digest_now_ns) < least_ns) return;
    if (memory.digest_topology != &ui.state.topology()) {
        memory.unfolded.clear();
        memory.unfolded.insert({ObjectClass::site, 0});
        memory.searched.clear();
        memory.hits.clear();
        memory.seen_jobs.clear();
        memory.finished_jobs.clear();
    }
    if (ui.timeline.at_head())
        remember_jobs(ui.state, memory);
    else
        forget_jobs(memory);
    memory.digest_topology = &ui.state.topology();
    memory.digest_version = version;
    memory.digest_now_ns = now_ns;
    sum_up(ui.state, now_ns, memory.digest);
    count_events(ui.state, memory.digest);
    place_jobs(ui.state, memory.digest);
    sum_sources(ui.timeline.sources(), memory.digest);
}

uint32_t Digest::in_trouble_of(ObjectClass object_class) const {
    uint32_t sum = 0;
    for (size_t h = 0; h < health_count; ++h)
        if (in_trouble(Health(h))) sum += counts[size_t(object_class)][h];
    return sum;
}

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

void go_to(const UiContext& ui, ObjectId id) {
    if (ui.state.empty() || !ui.state.topology().contains(id)) return;
    ui.view.select(id);
    if (id.object_class == ObjectClass::job) return;
    look_at(ui.view, ui.state.topology(), id, 0.9f);
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

std::array<MetricIndex, 3> key_metrics(ObjectClass object_class) {
    const auto pick_three = [&](std::array<std::string_view, 3> names) {
        std::array<MetricIndex, 3> out{};
        for (size_t i = 0; i < 3; ++i) out[i] = find_metric(object_class, names[i]).value_or(health_metric);
        return out;
    };
    switch (object_class) {
        case ObjectClass::gpu:
            return pick_three({"power_watts", "temp_celsius", "tensor_active_ratio"});
        case ObjectClass::node:
            return pick_three({"power_watts", "cpu_temp_celsius", "inlet_celsius"});
        case ObjectClass::nic:
            return pick_three({"tx_bytes_per_second", "rx_bytes_per_second", "temp_celsius"});
        case ObjectClass::switch_:
            return pick_three({"tx_bytes_per_second", "temp_celsius", "ports_down"});
        case ObjectClass::link:
            return pick_three({"tx_bytes_per_second", "rx_bytes_per_second", "bit_error_rate"});
        case ObjectClass::rack:
            return pick_three({"power_watts", "coolant_return_celsius", "flow_litres_per_minute"});
        case ObjectClass::row:
        case ObjectClass::hall:
            return pick_three({"power_watts", "inlet_celsius", "outlet_celsius"});
        case ObjectClass::site:
            return pick_three({"power_watts", "pue", "goodput_ratio"});
        case ObjectClass::cdu:
            return pick_three({"supply_celsius", "return_celsius", "flow_litres_per_minute"});
        case ObjectClass::power:
            return pick_three({"power_watts", "load_ratio", "voltage_ratio"});
        case ObjectClass::plant:
            return pick_three({"heat_watts", "supply_celsius", "water_litres_per_second"});
        case ObjectClass::job:
            return pick_three({"goodput_ratio", "step_seconds", "power_watts"});
    }
    return {};
}

uint32_t job_of(const Topology& t, const Digest& digest, ObjectId id) {
    uint32_t node = no_index;
    if (id.object_class == ObjectClass::node) node = id.index;
    if (id.object_class == ObjectClass::gpu) node = t.gpu_nodes[id.index];
    if (id.object_class == ObjectClass::nic) node = t.nics[id.index].node;
    return node < digest.node_jobs.size() ? digest.node_jobs[node] : no_index;
}

const Job* job_in_slot(const ClusterState& state, uint32_t slot) {
    for (const Job& job : state.jobs)
        if (job.slot == slot && !job.id.empty()) return &job;
    return nullptr;
}

Rgba color_map_color(ColorMap map, float t) {
    static const std::vector<glm::u8vec4> texels = color_map_texels();
    const size_t row = size_t(map) * 256, column = size_t(std::clamp(t, 0.f, 1.f) * 255.f + 0.5f);
    if (row + column >= texels.size()) return 0xFF808080u;
    const glm::u8vec4 c = texels[row + column];
    return uint32_t(c.r) | uint32_t(c.g) << 8 | uint32_t(c.b) << 16 | 0xFF000000u;
}

namespace {

// What an object's value has changed by, where differences are shown; nothing where they are not.
std::optional<float> difference_of(const UiContext& ui, ObjectId id) {
    const Comparison* c = ui.memory.reference.newest();
    if (!shows_differences(ui.view, c) || c->metric.object_class != id.object_class || id.index >= c->difference.size())
        return {};
    return c->difference[id.index];
}

}  // namespace

bool lacks_difference(const UiContext& ui, ObjectId id) {
    const auto difference = difference_of(ui, id);
    return difference && std::isnan(*difference);
}

Rgba cell_color(const UiContext& ui, ObjectId id) {
    const Palette& colors = palette(ui.view.theme);
    const Shown shown = shown_health(ui.state, id, ui.timeline.now_ns());
    if (!shown.heard || shown.stale) return colors.unknown;
    const MetricId by = ui.view.color_metric;
    if (in_trouble(shown.health)) return health_color(colors, shown.health);
    if (const auto change = difference_of(ui, id)) {
        if (std::isnan(*change)) return colors.unknown;
        return color_map_color(ColorMap::diverging, *change / ui.memory.reference.newest()->range * 0.5f + 0.5f);
    }
    if (ui.view.color_by == ColorBy::metric && by.object_class == id.object_class) {
        const double value = ui.state.value(id, by.index);
        if (std::isnan(value)) return colors.unknown;
        const Metric& m = metric(by);
        return color_map_color(ui.view.color_map, float((value - double(m.display_min)) /
                                                        (double(m.display_max) - double(m.display_min))));
    }
    return health_color(colors, shown.health);
}

}  // namespace bv
