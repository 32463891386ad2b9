// A history into a recording (net/recorder.h). Where something changed stands a tick of the stretches that changed, and
// in every interval at least one of everything, so that what the history goes on saying never reads as stale.
#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

#include "cluster/time_text.h"
#include "feed/import/event_history.h"
#include "net/recording.h"
#include "net/recording_totals.h"
#include "net/tick_block.h"

namespace bv {

namespace {

constexpr int64_t most_ticks = 2'000'000;

// The healths of all objects of the classes that the history tells of, in the stretches that a recording keeps
// together.
class Healths {
public:
    Healths(const History& history, const Topology& topology) {
        for (const HealthChange& change : history.changes) {
            auto& values = values_[change.object.object_class];
            if (values.empty()) values.assign(topology.count(change.object.object_class), uint16_t(Health::unknown));
        }
    }
    void set(const HealthChange& change) {
        std::vector<uint16_t>& values = values_[change.object.object_class];
        values[change.object.index] = uint16_t(change.health);
        changed_.insert({change.object.object_class, change.object.index / max_block_objects});
        // The counts per health of a recording are taken when the last stretch of a class comes.
        changed_.insert({change.object.object_class, uint32_t(values.size() - 1) / max_block_objects});
    }
    [[nodiscard]] bool changed() const { return !changed_.empty(); }
    // The stretches that changed since they were last taken, or all.
    [[nodiscard]] std::vector<TickColumn> take(bool all) {
        std::vector<TickColumn> columns;
        const auto put = [&](ObjectClass object_class, uint32_t first, uint32_t count) {
            columns.push_back(
                {{object_class, health_metric}, first, std::span(values_[object_class]).subspan(first, count)});
        };
        if (all)
            for (const auto& [object_class, values] : values_) put(object_class, 0, uint32_t(values.size()));
        else
            for (const auto& [object_class, stretch] : changed_) {
                const uint32_t first = stretch * max_block_objects;
                put(object_class, first, std::min(max_block_objects, uint32_t(values_[object_class].size()) - first));
            }
        changed_.clear();
        return columns;
    }

private:
    std::map<ObjectClass, std::vector<uint16_t>> values_;
    std::set<std::pair<ObjectClass, uint32_t>> changed_;  // class, number of the stretch
};

void check_span(const History& history, const HistoryRules& rules) {
    if ((history.end_ns - history.begin_ns) / rules.interval_ns < most_ticks) return;
    throw std::runtime_error(
        fmt::format("The times run from {} to {}, which are more than {} ticks of the interval; if they are right, "
                    "give a longer one.",
                    utc_text(history.begin_ns), utc_text(history.end_ns), most_ticks));
}

void write_ticks(const History& history, const HistoryRules& rules, const Topology& topology, Recorder& recorder,
                 const std::function<void(double)>& progress) {
    Healths healths(history, topology);
    size_t change = 0, event = 0;
    int64_t next_tick_ns = history.begin_ns;
    for (;;) {
        int64_t now_ns = std::min(next_tick_ns, history.end_ns);
        if (change < history.changes.size()) now_ns = std::min(now_ns, history.changes[change].time_ns);
        if (event < history.events.size()) now_ns = std::min(now_ns, history.events[event].time_ns);
        const bool all = now_ns == next_tick_ns || now_ns == history.end_ns;
        for (; change < history.changes.size() && history.changes[change].time_ns == now_ns; ++change)
            healths.set(history.changes[change]);
        TelemetryBatch batch{.time_ns = now_ns, .interval_ns = rules.interval_ns};
        if (all) next_tick_ns = now_ns + rules.interval_ns;
        if (all && progress)
            progress(double(now_ns - history.begin_ns) /
                     double(std::max<int64_t>(1, history.end_ns - history.begin_ns)));
        if (all || healths.changed()) batch.columns = healths.take(all);
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
                               const std::filesystem::path& path, const std::function<void(double)>& progress) {
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
            write_ticks(history, rules, *cluster.topology, recorder, progress);
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
