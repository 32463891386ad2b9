// From events and stays to a history: when each event was over, what became of every part, and the health of every
// object over time; and its recording. docs/import.md states the rules.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "feed/import/event_table.h"
#include "net/recorder.h"

namespace bv {

struct HistoryRules {
    std::string source = "events";
    std::string part_word = "part";            // "GPU card"
    std::optional<int64_t> duration_ns;        // of events whose end is not said; else they are over at once
    int64_t interval_ns = 86'400'000'000'000;  // at least so often the recording says everything anew
};

// From that time on the health of this object is that.
struct HealthChange {
    int64_t time_ns = 0;
    ObjectId object;
    Health health = Health::unknown;
};

struct History {
    int64_t begin_ns = 0, end_ns = 0;
    std::vector<Event> events;          // by time; ids from 1
    std::vector<HealthChange> changes;  // by time, within [begin_ns, end_ns]
    uint64_t part_events = 0;
    uint64_t overlapping_stays = 0;  // that begin at an object while another one lasts there
    uint64_t still_open = 0;  // events that were not over when the history ends
};

History history_of(const EventTable& table, const HistoryRules& rules);

struct RecordedHistory {
    uint64_t ticks = 0, samples = 0, bytes = 0;
};

// Writes the recording beside its place and renames it; says now and then how much of the time is done, 0..1. Throws
// one sentence.
RecordedHistory record_history(const History& history, const HistoryRules& rules, const LoadedCluster& cluster,
                               const std::filesystem::path& path, const std::function<void(double)>& progress = {});

}  // namespace bv
