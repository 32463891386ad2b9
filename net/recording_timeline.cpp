// What timelines and plots ask of a recording: its ends, aggregates, density of events, gaps. Histories are in
// recording_history.cpp. See recording.h.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "net/checksum.h"
#include "net/recording_aggregates.h"
#include "net/recording_impl.h"

namespace bv {

namespace {

constexpr int64_t minute_ns = 60'000'000'000, hour_ns = 60 * minute_ns;

uint32_t kept_step_s(int64_t step_ns) { return step_ns < hour_ns ? 60 : 3600; }

// Rows of minutes or hours, joined to steps of step_ns that begin at whole multiples of it.
class Steps {
public:
    explicit Steps(int64_t step_ns) : step_ns_(std::max<int64_t>(step_ns, 1)) {}
    void add(int64_t begin_ns, double min, double mean, double max, uint32_t count) {
        const int64_t begin = begin_ns - begin_ns % step_ns_;
        if (all.empty() || all.back().begin_ns != begin) all.push_back({begin, float(min), 0, float(max), 0}), sum_ = 0;
        Aggregated& step = all.back();
        step.min = std::min(step.min, float(min));
        step.max = std::max(step.max, float(max));
        sum_ += mean * double(count);
        step.count += count;
        step.mean = float(sum_ / double(step.count));
    }
    std::vector<Aggregated> all;

private:
    int64_t step_ns_;
    double sum_ = 0;
};

}  // namespace

RecordingInfo Recording::info() {
    Impl& impl = *impl_;
    impl.refresh();
    RecordingInfo info{.path = impl.path};
    int64_t begin = never_ns, end = std::numeric_limits<int64_t>::min();
    const auto take = [&](const char* sql) {
        Statement row(impl.database, sql);
        if (!row.step() || row.null(0) || row.null(1)) return;
        begin = std::min(begin, row.integer(0));
        end = std::max(end, row.integer(1));
    };
    // Rows come in order of time, so the ends of the tables are the ends of the recording.
    take("select min(begin_ns), max(end_ns) from (select begin_ns, end_ns from block order by id limit 5000)");
    take("select min(begin_ns), max(end_ns) from (select begin_ns, end_ns from block order by id desc limit 5000)");
    take("select min(known_ns), max(known_ns) from event_version");
    take("select min(known_ns), max(known_ns) from job_version");
    if (const auto cut = read_meta(impl.database, meta_begin_ns))
        begin = std::max(begin, int64_t(std::strtoll(cut->c_str(), nullptr, 10)));
    if (begin <= end) info.begin_ns = begin, info.end_ns = end;
    for (const char* suffix : {"", "-wal"}) {
        std::error_code error;
        const auto size = std::filesystem::file_size(impl.path.string() + suffix, error);
        if (!error) info.bytes += size;
    }
    info.sources = impl.sources;
    return info;
}

std::vector<Aggregated> Recording::aggregates(MetricId metric, uint32_t index, int64_t begin_ns, int64_t end_ns,
                                              int64_t step_ns) {
    Impl& impl = *impl_;
    const int64_t key = int64_t(metric.object_class) << 8 | metric.index;
    Steps steps(std::max(step_ns, minute_ns));
    if (metric.object_class == ObjectClass::rack) {
        const Metric& m = bv::metric(metric);
        Statement row(
            impl.database,
            "select begin_ns, data, crc from rack_aggregate where metric = ? and begin_ns >= ? and begin_ns <= ? "
            "order by begin_ns");
        row.bind_all(key, begin_ns - minute_ns, end_ns);
        RackAggregate racks;
        while (row.step()) {
            const auto data = row.blob(1);
            if (RowCheck().add(key).add(row.integer(0)).add(data).value() != row.integer(2) ||
                !unpack(data, impl.cluster.topology->count(ObjectClass::rack), racks) || index >= racks.mean.size()) {
                impl.note_damage("a row of aggregates has a wrong checksum");
                continue;
            }
            if (racks.mean[index] == no_data) continue;
            steps.add(row.integer(0), dequantise(m, racks.min[index]), dequantise(m, racks.mean[index]),
                      dequantise(m, racks.max[index]), 60);
        }
        return std::move(steps.all);
    }
    const uint32_t step_s = kept_step_s(step_ns);
    Statement row(impl.database,
                  "select begin_ns, min, mean, max, count, crc from aggregate where step_s = ? and metric = ? and "
                  "object_index = ? and begin_ns >= ? and begin_ns <= ? order by begin_ns");
    row.bind_all(int64_t(step_s), key, int64_t(index), begin_ns - int64_t(step_s) * 1'000'000'000, end_ns);
    while (row.step()) {
        if (aggregate_check(step_s, key, index, row.integer(0), row.real(1), row.real(2), row.real(3),
                            row.integer(4)) != row.integer(5)) {
            impl.note_damage("a row of aggregates has a wrong checksum");
            continue;
        }
        steps.add(row.integer(0), row.real(1), row.real(2), row.real(3), uint32_t(row.integer(4)));
    }
    return std::move(steps.all);
}

std::vector<HealthCounts> Recording::health(ObjectClass object_class, int64_t begin_ns, int64_t end_ns,
                                            int64_t step_ns) {
    Impl& impl = *impl_;
    const uint32_t step_s = kept_step_s(step_ns);
    const int64_t step = std::max<int64_t>(step_ns, int64_t(step_s) * 1'000'000'000);
    std::vector<HealthCounts> all;
    Statement row(
        impl.database,
        "select begin_ns, ok, warning, critical, down, maintenance, unknown, crc from health where step_s = ? "
        "and class = ? and begin_ns >= ? and begin_ns <= ? order by begin_ns");
    row.bind_all(int64_t(step_s), name_of(object_class), begin_ns - int64_t(step_s) * 1'000'000'000, end_ns);
    while (row.step()) {
        HealthCounts counts{.begin_ns = row.integer(0)};
        for (size_t i = 0; i < health_count; ++i) counts.counts[i] = uint32_t(row.integer(int(i) + 1));
        if (health_check(step_s, name_of(object_class), counts.begin_ns, counts.counts) != row.integer(7)) {
            impl.note_damage("a row of health counts has a wrong checksum");
            continue;
        }
        counts.begin_ns -= counts.begin_ns % step;
        if (all.empty() || all.back().begin_ns != counts.begin_ns)
            all.push_back(counts);
        else if (badness(counts.counts) > badness(all.back().counts))
            all.back() = counts;
    }
    return all;
}

std::vector<std::array<uint32_t, 3>> Recording::event_density(int64_t begin_ns, int64_t end_ns, size_t buckets) {
    std::vector<std::array<uint32_t, 3>> density(buckets);
    if (buckets == 0 || end_ns <= begin_ns) return density;
    Statement row(impl_->database,
                  "select time_ns, severity from event_version where time_ns >= ? and time_ns < ? and "
                  "until_ns = 9223372036854775807");
    row.bind_all(begin_ns, end_ns);
    const double per_bucket = double(end_ns - begin_ns) / double(buckets);
    while (row.step()) {
        const auto bucket = std::min(buckets - 1, size_t(double(row.integer(0) - begin_ns) / per_bucket));
        const auto severity = row.text(1);
        ++density[bucket][severity == name_of(Severity::critical) ? 2 : severity == name_of(Severity::warning) ? 1 : 0];
    }
    return density;
}

std::vector<GapSpan> Recording::gaps(int64_t begin_ns, int64_t end_ns) {
    std::vector<GapSpan> all;
    Statement row(
        impl_->database,
        "select source, begin_ns, end_ns, reason, crc from gap where begin_ns <= ? and end_ns >= ? order by begin_ns");
    row.bind_all(end_ns, begin_ns);
    while (row.step()) {
        if (gap_check(row.text(0), row.integer(1), row.integer(2), row.text(3)) != row.integer(4)) {
            impl_->note_damage("a row about a gap has a wrong checksum");
            continue;
        }
        all.push_back({std::string(row.text(0)), std::string(row.text(3)), row.integer(1), row.integer(2)});
    }
    return all;
}

std::vector<Event> Recording::events(int64_t begin_ns, int64_t end_ns, size_t most) {
    std::vector<Event> all;
    Statement row(impl_->database, std::string("select ") + event_columns +
                                       " from event_version where time_ns >= ? and time_ns <= ? and "
                                       "until_ns = 9223372036854775807 order by time_ns, id limit ?");
    row.bind_all(begin_ns, end_ns, int64_t(std::min<size_t>(most, 1u << 30)));
    while (row.step()) {
        if (auto version = read_event(row))
            all.push_back(std::move(version->event));
        else
            impl_->note_damage("an event has a wrong checksum");
    }
    return all;
}

std::optional<int64_t> Recording::next_event(int64_t time_ns, bool forward, Severity least) {
    const char* severities = least == Severity::critical  ? "('critical')"
                             : least == Severity::warning ? "('critical', 'warning')"
                                                          : "('critical', 'warning', 'info')";
    Statement row(
        impl_->database,
        std::string("select time_ns from event_version where until_ns = 9223372036854775807 and "
                    "severity in ") +
            severities +
            (forward ? " and time_ns > ? order by time_ns limit 1" : " and time_ns < ? order by time_ns desc limit 1"));
    row.bind(1, time_ns);
    if (!row.step()) return std::nullopt;
    return row.integer(0);
}

std::optional<int64_t> Recording::next_tick(int64_t time_ns, bool forward) {
    Impl& impl = *impl_;
    impl.refresh();
    impl.seeker.seek(impl.series, forward ? time_ns : time_ns - 1, impl.found, false);
    std::optional<int64_t> nearest;
    for (const FoundTick& tick : impl.found) {
        if (forward && tick.next_ns != never_ns) nearest = std::min(nearest.value_or(never_ns), tick.next_ns);
        if (!forward && tick.found) nearest = std::max(nearest.value_or(tick.time_ns), tick.time_ns);
    }
    return nearest;
}

}  // namespace bv
