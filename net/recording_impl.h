// What the parts of a Recording share: connections, series, and what stood at the last seek.
#pragma once

#include <algorithm>
#include <limits>
#include <map>

#include "net/recording.h"
#include "net/recording_schema.h"
#include "net/recording_seek.h"

namespace bv {

struct Recording::Impl {
    Impl(std::filesystem::path file, const LoadedCluster* known);

    std::filesystem::path path;
    Database database;
    LoadedCluster cluster;
    BlockSeeker seeker;
    Statement events_at, open_events_at, event_closed, jobs_at, next_event_known, next_job_known;
    Damage damage;

    std::vector<std::string> sources;
    std::vector<Series> series;
    int64_t data_version = -1;
    void refresh();  // what another connection wrote since
    void note_damage(std::string_view what);

    // For how long what was read last stays right.
    struct Span {
        uint64_t version = 0;  // of the events, jobs or values in the state that they were written to
        int64_t from_ns = 0, until_ns = 0;
        void begin() { *this = {0, std::numeric_limits<int64_t>::min(), never_ns}; }
        // At this time something else is read than before it.
        void edge(int64_t edge_ns, int64_t time_ns) {
            if (edge_ns > time_ns)
                until_ns = std::min(until_ns, edge_ns);
            else
                from_ns = std::max(from_ns, edge_ns);
        }
        [[nodiscard]] bool holds(uint64_t at_version, int64_t time_ns) const {
            return version != 0 && version == at_version && time_ns >= from_ns && time_ns < until_ns;
        }
    };
    Span values_span, events_span, jobs_span;
    std::vector<FoundTick> found;
    std::vector<size_t> order;

    void seek_values(int64_t time_ns, ClusterState& state);
    void seek_events(int64_t time_ns, ClusterState& state);
    struct ReadEvents {
        size_t rows = 0;
        int64_t last_known_ns = 0, last_id = 0;
    };
    ReadEvents read_events(Statement& rows, int64_t time_ns, std::vector<Event>& events);  // newest first
    void seek_jobs(int64_t time_ns, ClusterState& state);
    void mark_gaps(int64_t time_ns, ClusterState& state);
};

}  // namespace bv
