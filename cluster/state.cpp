// The state of the cluster at one time. Written by apply() and interrupt(), read by everybody else. Values are copied
// as they come (uint16, columnar); nothing is allocated once every range has been heard.
#include "cluster/state.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <tuple>

#include "cluster/coverage.h"
#include "cluster/derived_health.h"

namespace bv {
namespace {

uint64_t next_version() {
    static std::atomic<uint64_t> last{0};
    return ++last;
}

uint64_t event_key(std::string_view source, uint64_t id) {
    return std::hash<std::string_view>{}(source) ^ (id * 0x9E3779B97F4A7C15ull);
}

Health health_of(uint16_t raw) { return raw < health_count ? Health(raw) : Health::unknown; }

}  // namespace

ClusterState::ClusterState(std::shared_ptr<const Topology> topology) : topology_(std::move(topology)) {
    for (const ObjectClass object_class : all_object_classes) {
        auto& columns = classes[size_t(object_class)].columns;
        columns.resize(metrics_of(object_class).size());
        for (Column& column : columns) {
            column.values.assign(topology_->count(object_class), no_data);
            column.version = next_version();
        }
    }
}

bool ClusterState::copy_values(MetricId metric, uint32_t first, std::span<const uint16_t> values, int64_t at_ns,
                               int64_t interval_ns, uint16_t source, const Arrival& arrival) {
    if (size_t(metric.object_class) >= object_class_count) return false;
    auto& columns = classes[size_t(metric.object_class)].columns;
    if (metric.index >= columns.size()) return false;
    Column& column = columns[metric.index];
    if (first > column.values.size() || values.size() > column.values.size() - first) return false;
    if (values.empty()) return true;
    const Coverage heard{first, uint32_t(values.size()), at_ns,           interval_ns, source,
                         false, arrival.heard_ns,        arrival.every_ns};
    if (!lay_over(column.coverage, heard, max_coverage)) return false;
    std::memcpy(column.values.data() + first, values.data(), values.size_bytes());
    column.version = next_version();
    time_ns = std::max(time_ns, at_ns);
    values_heard_ns = std::max(values_heard_ns, arrival.heard_ns);
    return true;
}

bool ClusterState::apply(MetricId metric, uint32_t first, std::span<const uint16_t> values, int64_t at_ns,
                         int64_t interval_ns, uint16_t source) {
    return apply(metric, first, values, at_ns, interval_ns, source, {at_ns, interval_ns});
}

bool ClusterState::apply(MetricId metric, uint32_t first, std::span<const uint16_t> values, int64_t at_ns,
                         int64_t interval_ns, uint16_t source, const Arrival& arrival) {
    if (!copy_values(metric, first, values, at_ns, interval_ns, source, arrival)) return false;
    if (metric.index != health_metric && has_thresholds(bv::metric(metric)))
        derive_health(metric.object_class, first, uint32_t(values.size()));
    return true;
}

bool ClusterState::apply(const TelemetryBatch& batch, uint16_t source) {
    bool all = true;
    // Health is derived once for all columns of a class, over everything that they touch.
    std::array<IndexRange, object_class_count> touched{};
    for (const TickColumn& column : batch.columns) {
        if (!copy_values(column.metric, column.first, column.values, batch.time_ns, batch.interval_ns, source,
                         {batch.time_ns, batch.interval_ns})) {
            all = false;
            continue;
        }
        if (column.values.empty() || column.metric.index == health_metric || !has_thresholds(bv::metric(column.metric)))
            continue;
        IndexRange& range = touched[size_t(column.metric.object_class)];
        const uint32_t end = column.first + uint32_t(column.values.size());
        const uint32_t first = range.count ? std::min(range.first, column.first) : column.first;
        range = {first, (range.count ? std::max(range.end(), end) : end) - first};
    }
    for (const ObjectClass object_class : all_object_classes)
        if (const IndexRange range = touched[size_t(object_class)]; range.count)
            derive_health(object_class, range.first, range.count);
    for (const Event& event : batch.events) apply(event);
    for (const Job& job : batch.jobs) apply(job);
    time_ns = std::max(time_ns, batch.time_ns);
    return all;
}

void ClusterState::apply(const Event& event) {
    if (indexed_version_ != events_version) index_events();
    const uint64_t key = event_key(event.source, event.id);
    if (const auto known = event_times_.find(key); known != event_times_.end()) {
        const auto earlier = std::lower_bound(events.begin(), events.end(), event, [&](const Event& a, const Event& b) {
            return std::tie(a.time_ns, a.source, a.id) < std::tie(known->second, b.source, b.id);
        });
        if (earlier != events.end() && earlier->id == event.id && earlier->source == event.source)
            events.erase(earlier);
    }
    // Oldest first whatever the order of arrival, so that a late joiner ends up with the same list.
    const auto place = std::upper_bound(events.begin(), events.end(), event, [](const Event& a, const Event& b) {
        return std::tie(a.time_ns, a.source, a.id) < std::tie(b.time_ns, b.source, b.id);
    });
    events.insert(place, event);
    event_times_[key] = event.time_ns;
    if (events.size() > max_events) {
        auto over = std::find_if(events.begin(), events.end(),
                                 [](const Event& e) { return e.end_ns != 0 || e.severity == Severity::info; });
        if (over == events.end()) over = events.begin();
        event_times_.erase(event_key(over->source, over->id));
        events.erase(over);
    }
    indexed_version_ = events_version = next_version();
}

void ClusterState::index_events() {
    event_times_.clear();
    event_times_.reserve(events.size());
    for (const Event& event : events) event_times_[event_key(event.source, event.id)] = event.time_ns;
    indexed_version_ = events_version;
}

void ClusterState::apply(const Job& job) {
    if (empty() || job.slot >= topology_->job_slots) return;
    if (jobs.size() <= job.slot) {
        const size_t known = jobs.size();
        jobs.resize(job.slot + 1);
        for (size_t slot = known; slot < jobs.size(); ++slot) jobs[slot].slot = uint32_t(slot);
    }
    jobs[job.slot] = job;
    jobs_version = next_version();
}

void ClusterState::interrupt(uint16_t source) {
    for (ClassState& object_class : classes)
        for (Column& column : object_class.columns) {
            bool changed = false;
            for (Coverage& coverage : column.coverage)
                if (coverage.source == source && !coverage.interrupted) coverage.interrupted = changed = true;
            if (changed) column.version = next_version();
        }
}

void ClusterState::forget_values() {
    for (ClassState& object_class : classes)
        for (Column& column : object_class.columns) {
            std::fill(column.values.begin(), column.values.end(), no_data);
            column.coverage.clear();
            column.version = next_version();
        }
    time_ns = values_heard_ns = 0;
}

void ClusterState::forget_events() {
    events.clear();
    event_times_.clear();
    indexed_version_ = events_version = next_version();
}

void ClusterState::forget_jobs() {
    jobs.clear();
    jobs_version = next_version();
}

void ClusterState::derive_health(ObjectClass object_class, uint32_t first, uint32_t count) {
    auto& columns = classes[size_t(object_class)].columns;
    Column& health = columns[health_metric];
    bool changed = false;
    // Only the stretches between published ones.
    uint32_t at = first;
    const uint32_t end = first + count;
    auto published = std::partition_point(health.coverage.begin(), health.coverage.end(),
                                          [&](const Coverage& c) { return c.end() <= first; });
    for (; at < end; ++published) {
        const bool any = published != health.coverage.end() && published->first < end;
        const uint32_t stop = any ? std::max(published->first, at) : end;
        if (stop > at) {
            derive_health_run(object_class, columns, at, stop - at, health.values.data() + at);
            changed = true;
        }
        if (!any) break;
        at = published->end();
    }
    if (changed) health.version = next_version();
}

double ClusterState::value(ObjectId id, MetricIndex index) const {
    const auto& columns = classes[size_t(id.object_class)].columns;
    if (index >= columns.size() || id.index >= columns[index].values.size())
        return std::numeric_limits<double>::quiet_NaN();
    return dequantise(metrics_of(id.object_class)[index], columns[index].values[id.index]);
}

Health ClusterState::health(ObjectId id) const {
    const auto& columns = classes[size_t(id.object_class)].columns;
    if (columns.empty() || id.index >= columns[health_metric].values.size()) return Health::unknown;
    return health_of(columns[health_metric].values[id.index]);
}

int64_t ClusterState::heard_ns(ObjectId id) const {
    int64_t newest = 0;
    for (const Column& column : classes[size_t(id.object_class)].columns)
        if (const Coverage* coverage = find_coverage(column.coverage, id.index))
            newest = std::max(newest, coverage->heard_ns);
    return newest;
}

int64_t ClusterState::heard_ns(ObjectId id, MetricIndex index) const {
    const auto& columns = classes[size_t(id.object_class)].columns;
    if (index >= columns.size()) return 0;
    const Coverage* coverage = find_coverage(columns[index].coverage, id.index);
    return coverage ? coverage->heard_ns : 0;
}

bool ClusterState::stale(ObjectId id, int64_t now_ns) const {
    bool heard = false;
    for (const Column& column : classes[size_t(id.object_class)].columns)
        if (const Coverage* coverage = find_coverage(column.coverage, id.index)) {
            if (fresh(*coverage, now_ns)) return false;
            heard = true;
        }
    return heard;
}

std::vector<ClusterState::Freshness> ClusterState::freshness(ObjectClass object_class, int64_t now_ns) const {
    // Sweeps over the ends of all stretches of all columns: how many cover this place, how many of them are fresh.
    struct Edge {
        uint32_t at;
        int heard, fresh;
    };
    const uint32_t count = empty() ? 0 : topology_->count(object_class);
    std::vector<Edge> edges{{0, 0, 0}, {count, 0, 0}};
    for (const Column& column : classes[size_t(object_class)].columns)
        for (const Coverage& coverage : column.coverage) {
            const int is_fresh = fresh(coverage, now_ns);
            edges.push_back({coverage.first, 1, is_fresh});
            edges.push_back({coverage.end(), -1, -is_fresh});
        }
    std::sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.at < b.at; });
    std::vector<Freshness> runs;
    int heard = 0, fresh_columns = 0;
    for (size_t e = 0; e + 1 < edges.size(); ++e) {
        heard += edges[e].heard;
        fresh_columns += edges[e].fresh;
        if (edges[e + 1].at == edges[e].at) continue;
        const Freshness run{edges[e].at, edges[e + 1].at - edges[e].at, heard > 0, heard > 0 && fresh_columns == 0};
        if (!runs.empty() && runs.back().heard == run.heard && runs.back().stale == run.stale)
            runs.back().count += run.count;
        else
            runs.push_back(run);
    }
    return runs;
}

std::array<uint32_t, health_count> ClusterState::count_health(ObjectClass object_class, int64_t now_ns) const {
    std::array<uint32_t, health_count> counts{};
    if (empty()) return counts;
    const auto& values = classes[size_t(object_class)].columns[health_metric].values;
    for (const Freshness& run : freshness(object_class, now_ns)) {
        if (!run.heard || run.stale) {
            counts[size_t(Health::unknown)] += run.count;
            continue;
        }
        for (uint32_t i = run.first; i < run.first + run.count; ++i) ++counts[size_t(health_of(values[i]))];
    }
    return counts;
}

ClusterState::Summary ClusterState::summarise(MetricId metric, IndexRange range) const {
    const auto& columns = classes[size_t(metric.object_class)].columns;
    if (metric.index >= columns.size()) return {};
    const auto& values = columns[metric.index].values;
    const size_t end = std::min<size_t>(values.size(), size_t(range.first) + range.count);
    uint64_t sum = 0;
    uint32_t count = 0;
    uint16_t least = no_data, most = 0;
    for (size_t i = range.first; i < end; ++i) {
        const uint16_t value = values[i];
        if (value == no_data) continue;
        sum += value;
        ++count;
        least = std::min(least, value);
        most = std::max(most, value);
    }
    if (count == 0) return {};
    const Metric& m = bv::metric(metric);
    const double total = m.offset * count + m.scale * double(sum);
    return {total, total / count, dequantise(m, least), dequantise(m, most), count};
}

void ClusterState::copy_changed(const ClusterState& from) {
    if (&from == this) return;
    if (topology_ != from.topology_) {
        *this = from;
        return;
    }
    for (size_t c = 0; c < object_class_count; ++c) {
        auto& mine = classes[c].columns;
        const auto& theirs = from.classes[c].columns;
        for (size_t m = 0; m < theirs.size(); ++m)
            if (mine[m].version != theirs[m].version) mine[m] = theirs[m];
    }
    if (events_version != from.events_version) {
        events = from.events;
        events_version = from.events_version;
    }
    if (jobs_version != from.jobs_version) {
        jobs = from.jobs;
        jobs_version = from.jobs_version;
    }
    time_ns = from.time_ns;
    values_heard_ns = from.values_heard_ns;
    sources = from.sources;
}

}  // namespace bv
