// The state of the cluster at one time: columns (class × metric) of uint16, how old each stretch of a column is, events
// and jobs. Written by apply(), read by everybody else. Absence of data is never health: no data yet reads as
// `unknown`, data older than three intervals as stale, and neither is zero or ok.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "cluster/event.h"
#include "cluster/metrics.h"
#include "cluster/object.h"
#include "cluster/topology.h"

namespace bv {

// When a stretch of a column was last heard of, from whom, and how often that source speaks. Sorted by first, not
// overlapping. Times and intervals are the source's, for display and order; freshness is judged by `heard_…`.
struct Coverage {
    uint32_t first = 0, count = 0;
    int64_t time_ns = 0;
    int64_t interval_ns = 0;
    uint16_t source = 0;       // index into ClusterState::sources
    bool interrupted = false;  // a gap or a dead source: stale at once, whatever the clock says
    // By the local clock, whatever the source's says: when it got here, and how far apart such values get here.
    int64_t heard_ns = 0, heard_every_ns = 0;
    [[nodiscard]] uint32_t end() const { return first + count; }
};

struct Column {
    std::vector<uint16_t> values;  // [index], no_data where never heard
    std::vector<Coverage> coverage;
    uint64_t version = 0;  // grows with every change; unique in the process, so equal versions mean equal content
};

struct ClassState {
    std::vector<Column> columns;  // [MetricIndex]; 0 is health
};

// One publisher as the subscriber sees it. Times in ns UTC; rates are per second over the last few seconds.
struct SourceStatus {
    std::string name, endpoint;
    enum class Link : uint8_t { connecting, waiting, live, silent, conflict, refused } link = Link::connecting;
    std::string problem;  // one sentence where something is wrong, else empty
    uint64_t boot_id = 0;
    int64_t last_message_ns = 0;     // local clock
    int64_t last_tick_ns = 0;        // the source's clock
    int64_t last_tick_heard_ns = 0;  // local clock
    int64_t interval_ns = 0;
    double clock_skew_s = 0;
    double messages_per_second = 0, bytes_per_second = 0, values_per_second = 0;
    uint64_t messages = 0, bytes = 0, values = 0, gaps = 0, snapshots = 0, decode_errors = 0, ignored_columns = 0;
    std::array<std::vector<IndexRange>, object_class_count> owned;
};

// One stretch of one column as it comes from a source.
struct TickColumn {
    MetricId metric;
    uint32_t first = 0;
    std::span<const uint16_t> values;
};

// Everything one source says about one instant. The spans belong to the producer and live until its next batch.
struct TelemetryBatch {
    int64_t time_ns = 0;
    int64_t interval_ns = 1'000'000'000;
    std::vector<TickColumn> columns;
    std::vector<Event> events;
    std::vector<Job> jobs;
};

// When values got here and how far apart such values get here, by the clock that staleness is judged by.
struct Arrival {
    int64_t heard_ns = 0, every_ns = 0;
};

class ClusterState {
public:
    ClusterState() = default;
    explicit ClusterState(std::shared_ptr<const Topology> topology);

    [[nodiscard]] const Topology& topology() const { return *topology_; }
    [[nodiscard]] const std::shared_ptr<const Topology>& shared_topology() const { return topology_; }
    [[nodiscard]] bool empty() const { return !topology_; }

    int64_t time_ns = 0;          // the cursor: newest instant applied, UTC of its source
    int64_t values_heard_ns = 0;  // when values last got here, local clock
    std::array<ClassState, object_class_count> classes;
    // Oldest first, at most max_events: of more the oldest is forgotten that is over or was only said.
    std::deque<Event> events;
    uint64_t events_version = 0;
    std::vector<Job> jobs;  // by slot; an empty id means a free slot
    uint64_t jobs_version = 0;
    std::vector<SourceStatus> sources;
    static constexpr size_t max_events = 20'000;

    // Copies values into a column and notes their age. False, and nothing changed, where the range does not fit the
    // topology or would break the column's coverage into more than max_coverage stretches. Amortised free of
    // allocation: the coverage list only grows while new ranges appear.
    static constexpr size_t max_coverage = 8192;
    [[nodiscard]] bool apply(MetricId metric, uint32_t first, std::span<const uint16_t> values, int64_t time_ns,
                             int64_t interval_ns, uint16_t source);
    // The same for values of a source with a clock and a pace of its own. Without an arrival its clock is taken for the
    // local one.
    [[nodiscard]] bool apply(MetricId metric, uint32_t first, std::span<const uint16_t> values, int64_t time_ns,
                             int64_t interval_ns, uint16_t source, const Arrival& arrival);
    // Applies a whole batch; false if any column did not fit (the others are applied).
    [[nodiscard]] bool apply(const TelemetryBatch& batch, uint16_t source);
    void apply(const Event& event);
    void apply(const Job& job);
    // Marks all that `source` said as interrupted (gap, silence, death). The next value heard clears it.
    void interrupt(uint16_t source);

    [[nodiscard]] uint16_t raw(ObjectId id, MetricIndex index) const {
        return classes[size_t(id.object_class)].columns[index].values[id.index];
    }
    [[nodiscard]] double value(ObjectId id, MetricIndex index) const;  // NaN: no data
    // Health as published; where nobody publishes it, from the thresholds of the metrics; unknown without data.
    [[nodiscard]] Health health(ObjectId id) const;
    // When the object was last heard of in any column, local clock, ns UTC; 0 never.
    [[nodiscard]] int64_t heard_ns(ObjectId id) const;
    [[nodiscard]] int64_t heard_ns(ObjectId id, MetricIndex index) const;
    // Heard once, but in no column within the last three of its intervals before now_ns, or interrupted.
    [[nodiscard]] bool stale(ObjectId id, int64_t now_ns) const;
    // The same for a whole class at once: calls back with maximal runs of equal staleness; runs never heard are
    // unheard.
    struct Freshness {
        uint32_t first, count;
        bool heard, stale;
    };
    [[nodiscard]] std::vector<Freshness> freshness(ObjectClass object_class, int64_t now_ns) const;

    // Objects of a class per health; stale ones are counted as unknown.
    [[nodiscard]] std::array<uint32_t, health_count> count_health(ObjectClass object_class, int64_t now_ns) const;
    // Sum, mean, min, max over a range, skipping no-data; count says how many had data.
    struct Summary {
        double sum = 0, mean = 0, min = 0, max = 0;
        uint32_t count = 0;
    };
    [[nodiscard]] Summary summarise(MetricId metric, IndexRange range) const;

    // Forgets all values and when they were heard, events, jobs; the topology and the sources stay.
    void forget_values();
    void forget_events();
    void forget_jobs();

    // Makes *this equal to `from`, copying only the columns whose version differs. Both must share one topology or
    // *this be empty.
    void copy_changed(const ClusterState& from);
    // 64-bit hash (FNV-1a) of values, events and jobs: equal states have equal hashes whatever way they were reached.
    [[nodiscard]] uint64_t hash() const;

private:
    bool copy_values(MetricId metric, uint32_t first, std::span<const uint16_t> values, int64_t time_ns,
                     int64_t interval_ns, uint16_t source, const Arrival& arrival);
    // Writes derived health into column 0 wherever nobody published health (column 0's coverage is of published health
    // only).
    void derive_health(ObjectClass object_class, uint32_t first, uint32_t count);
    void index_events();
    std::shared_ptr<const Topology> topology_;
    std::unordered_map<uint64_t, int64_t>
        event_times_;               // hash of source and id → time_ns: where in events to look for it
    uint64_t indexed_version_ = 0;  // events_version that event_times_ belongs to
};

}  // namespace bv
