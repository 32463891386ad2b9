// Sums over the state, made anew when it has changed, and what is remembered of jobs. Reads: state, topology, sources.
// Writes: PanelMemory::digest.
#include "viewer/panels/memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "feed/simulator/presets.h"

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

namespace {

void draw_out_job_lines(const ClusterState& state, PanelMemory& memory) {
    constexpr int64_t tick_ns = 1'000'000'000;
    const MetricIndex step = find_metric(ObjectClass::job, "step_seconds").value(),
                      goodput = find_metric(ObjectClass::job, "goodput_ratio").value();
    memory.job_lines.resize(state.jobs.size());
    for (const Job& job : state.jobs) {
        const ObjectId id{ObjectClass::job, job.slot};
        if (job.slot >= memory.job_lines.size() || !state.topology().contains(id)) continue;
        JobLines& lines = memory.job_lines[job.slot];
        if (lines.id != job.id) lines = {job.id, {}, {}};
        lines.step_seconds.add(float(state.value(id, step)), state.time_ns, tick_ns);
        lines.goodput.add(float(state.value(id, goodput)), state.time_ns, tick_ns);
    }
}

}  // namespace

void remember_jobs(const ClusterState& state, PanelMemory& memory) {
    draw_out_job_lines(state, memory);
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
    memory.job_lines.clear();
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

}  // namespace bv
