// Writes a recording (.bvr, SQLite): the telemetry of one cluster over time. Whoever hears telemetry hands it over
// without waiting for the disk; a thread packs and commits it. docs/recording.md describes the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "cluster/state.h"
#include "net/cluster_library.h"

namespace bv {

struct RecorderOptions {
    int64_t keep_ns = 0;     // forget what is older than this before the newest tick; 0: keep everything
    uint64_t max_bytes = 0;  // forget the oldest where the file would grow larger; 0: no limit
    bool wait = false;       // who records waits for the disk, instead of losing ticks when it is too slow
    bool single_ticks =
        true;  // every tick is committed at once; false: only whole blocks (for generating, not for live)
    size_t max_waiting_bytes = 64u << 20;
};

struct RecorderStatus {
    std::filesystem::path path;
    std::string problem;  // one sentence while something is wrong: disk full, read-only; else empty
    int64_t begin_ns = 0, end_ns = 0;
    uint64_t bytes = 0;  // of the file and its write-ahead log
    uint64_t ticks = 0, samples = 0, events = 0;
    uint64_t lost_ticks = 0;  // not recorded: the disk was too slow, full or read-only
    uint64_t late_ticks = 0;  // not recorded: not newer than what is recorded of the same source
    double busy_seconds = 0;  // of the writing thread
};

class Recorder {
public:
    // Creates the file, or goes on with a recording of the same cluster file. Throws one sentence.
    Recorder(std::filesystem::path path, const LoadedCluster& cluster, RecorderOptions options = {});
    ~Recorder();  // writes what waits
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    // What a source said about one instant: values, events, jobs. Copies it. From one thread at a time.
    void record(std::string_view source, const TelemetryBatch& batch);
    // Nothing is known of this source in between.
    void gap(std::string_view source, int64_t begin_ns, int64_t end_ns, std::string_view reason);
    // Until all of it is on disk, or cannot be.
    void flush();
    [[nodiscard]] RecorderStatus status() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bv
