// See ingest_tap.h. A tick comes in several messages of one time; its values stand in the state, found by who said them
// and when, until the first message of the next tick.
#include "net/ingest_tap.h"

#include <algorithm>

namespace bv {

namespace {

constexpr auto tick_is_whole_after = std::chrono::milliseconds(50);

}  // namespace

IngestTap::Source& IngestTap::source(uint16_t index) {
    if (sources_.size() <= index) sources_.resize(size_t(index) + 1);
    return sources_[index];
}

void IngestTap::before_tick(const ClusterState& state, uint16_t index, int64_t time_ns) {
    Source& from = source(index);
    if (from.open_ns && *from.open_ns != time_ns) close_tick(state, index, from);
    if (time_ns > from.recorded_ns) from.open_ns = time_ns;
    from.last_message = Clock::now();
}

void IngestTap::close_tick(const ClusterState& state, uint16_t index, Source& from) {
    if (!from.open_ns) return;
    record(state, index, from, *from.open_ns);
    from.open_ns.reset();
}

void IngestTap::record(const ClusterState& state, uint16_t index, Source& from, int64_t time_ns) {
    const std::string& name = state.sources[index].name;
    batch_.time_ns = time_ns;
    batch_.columns.clear();
    batch_.events.clear();
    batch_.jobs.clear();
    for (const ObjectClass object_class : all_object_classes) {
        const auto& columns = state.classes[size_t(object_class)].columns;
        for (size_t metric = 0; metric < columns.size(); ++metric)
            for (const Coverage& heard : columns[metric].coverage) {
                if (heard.source != index || heard.time_ns != time_ns) continue;
                batch_.interval_ns = heard.interval_ns;
                batch_.columns.push_back({{object_class, MetricIndex(metric)},
                                          heard.first,
                                          {columns[metric].values.data() + heard.first, heard.count}});
            }
    }
    if (batch_.columns.empty()) return;
    if (from.gap_since_ns && *from.gap_since_ns < time_ns)
        recorder_->gap(name, *from.gap_since_ns, time_ns, from.gap_reason);
    from.gap_since_ns.reset();
    recorder_->record(name, batch_);
    from.recorded_ns = time_ns;
}

void IngestTap::after_snapshot(const ClusterState& state, uint16_t index) {
    Source& from = source(index);
    from.open_ns.reset();
    std::vector<int64_t> times;
    for (const ClassState& object_class : state.classes)
        for (const Column& column : object_class.columns)
            for (const Coverage& heard : column.coverage)
                if (heard.source == index && heard.time_ns > from.recorded_ns) times.push_back(heard.time_ns);
    std::sort(times.begin(), times.end());
    times.erase(std::unique(times.begin(), times.end()), times.end());
    for (const int64_t time_ns : times) record(state, index, from, time_ns);
}

void IngestTap::heard(const ClusterState& state, uint16_t index, const std::vector<Event>& events,
                      const std::vector<Job>& jobs) {
    TelemetryBatch batch{.time_ns = std::max(state.sources[index].last_tick_ns, source(index).recorded_ns)};
    for (const Event& event : events) batch.time_ns = std::max({batch.time_ns, event.time_ns, event.end_ns});
    batch.events = events;
    batch.jobs = jobs;
    recorder_->record(state.sources[index].name, batch);
}

void IngestTap::interrupted(const ClusterState& state, uint16_t index, std::string_view reason) {
    Source& from = source(index);
    close_tick(state, index, from);
    if (from.recorded_ns == 0 || from.gap_since_ns) return;
    from.gap_since_ns = from.recorded_ns + 1;
    from.gap_reason = reason;
}

void IngestTap::flush_idle(const ClusterState& state, Clock::time_point now) {
    for (size_t i = 0; i < sources_.size(); ++i)
        if (sources_[i].open_ns && now - sources_[i].last_message >= tick_is_whole_after)
            close_tick(state, uint16_t(i), sources_[i]);
}

void IngestTap::flush(const ClusterState& state) {
    for (size_t i = 0; i < sources_.size(); ++i) close_tick(state, uint16_t(i), sources_[i]);
}

std::optional<IngestTap::Clock::time_point> IngestTap::next_due() const {
    std::optional<Clock::time_point> due;
    for (const Source& from : sources_)
        if (from.open_ns)
            due = std::min(due.value_or(Clock::time_point::max()), from.last_message + tick_is_whole_after);
    return due;
}

}  // namespace bv
