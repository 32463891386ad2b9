// Times a recording: random seeks of everything, histories of one object, opening; beside raw zstd decoding of the same
// blocks. Used by `belvedere bench seek` and by tests.
#pragma once

#include <cstdint>
#include <filesystem>

#include "cluster/metrics.h"

namespace bv {

struct SeekFigures {
    double open_ms = 0;  // from nothing to the first state at a random time
    double seek_ms_p50 = 0, seek_ms_p99 = 0, seek_ms_max = 0;
    double zstd_ms_p50 = 0, zstd_ms_p99 = 0;  // the frames of the blocks of one seek, from memory, on as many threads
    double step_ms_p50 = 0;                   // from one tick to the next, as in replay
    uint64_t seeks = 0, samples_per_state = 0;
    unsigned threads = 0;
};
SeekFigures measure_seeks(const std::filesystem::path& recording, uint64_t seeks, uint64_t seed);

struct HistoryFigures {
    double ms = 0, first_ms = 0;  // until the last, until the first piece
    uint64_t samples = 0;
};
// The newest `seconds` of the recording; the median of several objects.
HistoryFigures measure_history(const std::filesystem::path& recording, MetricId metric, double seconds);

}  // namespace bv
