// A history into a recording (net/recorder.h). A tick stands where something changed, and at least one in every
// interval, so that what the history says nowhere reads as stale and what it does not say never reads as fresh.
#include <algorithm>
#include <map>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

#include "cluster/time_text.h"
#include "feed/import/event_history.h"
#include "net/recording.h"
#include "net/recording_totals.h"

namespace bv {

namespace {

constexpr int64_t most_ticks = 2'000'000;

// The healths of all objects of the classes that the history tells of.
class Healths {
public:
    Healths(const History& history, const Topology& topology) {
        for (const HealthChange& change : history.changes) {
            auto& values = values_[change.object.object_class];
            if (values.empty()) values.assign(topology.count(change.object.object_class), uint16_t(Health::unknown));
        }
    }
    void set(const HealthChange& change) {
        values_[change.object.object_class][change.object.index] = uint16_t(change.health);
    }
    [[nodiscard]] std::vector<TickColumn> columns() const {
        std::vector<TickColumn> columns;
        for (const auto& [object_class, values] : values_)
            columns.push_back({{object_class, health_metric}, 0, values});
        return columns;
    }

private:
    std::map<ObjectClass, std::vector<uint16_t>> values_;
};

void check_span(const History& history, const HistoryRules& rules) {
    if ((history.end_ns - history.begin_ns) / rules.interval_ns < most_ticks) return;
    throw std::runtime_error(
        fmt::format("The times run from {} to {}, which are more than {} ticks of the interval; if they are right, "
                    "give a longer one.",
                    utc_text(history.begin_ns), utc_text(history.end_ns), most_ticks));
}

void write_ticks(const History& history, const HistoryRules& rules, const Topology& topology, Recorder& recorder) {
    Healths healths(history, topology);
    size_t change = 0, event = 0;
    int64_t next_tick_ns = history.begin_ns;
    for (;;) {
        int64_t now_ns = std::min(next_tick_ns, history.end_ns);
        if (change < history.changes.size()) now_ns = std::min(now_ns, history.changes[change].time_ns);
        if (event < history.events.size()) now_ns = std::min(now_ns, history.events[event].time_ns);
        bool tick = now_ns == next_tick_ns || now_ns == history.end_ns;
        for (; change < history.changes.size() && history.changes[change].time_ns == now_ns; ++change) {
            healths.set(history.changes[change]);
            tick = true;
        }
        TelemetryBatch batch{.time_ns = now_ns, .interval_ns = rules.interval_ns};
        if (tick) {
            batch.columns = healths.columns();
            next_tick_ns = now_ns + rules.interval_ns;
        }
        for (; event < history.events.size() && history.events[event].time_ns == now_ns; ++event)
            batch.events.push_back(history.events[event]);
        recorder.record(rules.source, batch);
        if (now_ns >= history.end_ns) return;
    }
}

// What was lost on a full disk shows here: the recorder itself ends in silence.
RecordedHistory checked(const History& history, const std::filesystem::path& path) {
    const RecordingTotals totals = total_up(path);
    if (totals.events != history.events.size() || totals.info.end_ns != history.end_ns)
        throw std::runtime_error(fmt::format("{} could not be written whole; is the disk full?", path.string()));
    return {totals.ticks, totals.samples, totals.info.bytes};
}

}  // namespace

RecordedHistory record_history(const History& history, const HistoryRules& rules, const LoadedCluster& cluster,
                               const std::filesystem::path& path) {
    check_span(history, rules);
    if (path.has_parent_path() && !std::filesystem::is_directory(path.parent_path()))
        throw std::runtime_error(
            fmt::format("The folder {} does not exist; make it first.", path.parent_path().string()));
    std::filesystem::path temporary = path;
    temporary += fmt::format(".{}.tmp", getpid());
    const auto remove = [&] {
        std::error_code ignored;
        for (const char* suffix : {"", "-wal", "-shm", "-journal"})
            std::filesystem::remove(temporary.string() + suffix, ignored);
    };
    try {
        {
            Recorder recorder(temporary, cluster, {.wait = true, .single_ticks = false});
            write_ticks(history, rules, *cluster.topology, recorder);
            recorder.flush();
            if (const RecorderStatus status = recorder.status(); !status.problem.empty())
                throw std::runtime_error(status.problem);
        }
        const RecordedHistory recorded = checked(history, temporary);
        std::filesystem::rename(temporary, path);
        return recorded;
    } catch (const std::filesystem::filesystem_error& error) {
        remove();
        throw std::runtime_error(fmt::format("{} cannot be written: {}.", path.string(), error.code().message()));
    } catch (...) {
        remove();
        throw;
    }
}

}  // namespace bv
