// What a recording holds, counted without unpacking a value.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "net/recording.h"

namespace bv {

struct SourceTotals {
    std::string name;
    uint64_t ticks = 0, samples = 0;
    int64_t begin_ns = 0, end_ns = 0;
};

struct RecordingTotals {
    LoadedCluster cluster;
    RecordingInfo info;
    std::vector<SourceTotals> sources;
    uint64_t ticks = 0, samples = 0, blocks = 0;
    uint64_t events = 0, jobs = 0, bookmarks = 0;
    std::vector<GapSpan> gaps;
};

// Throws one sentence.
RecordingTotals total_up(const std::filesystem::path& file);

// A recording by its first bytes, as opposed to a cluster file.
bool looks_like_recording(const std::filesystem::path& file);

}  // namespace bv
