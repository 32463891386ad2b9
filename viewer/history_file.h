// The viewer's own rolling history beside live telemetry: where it lies, that no two viewers write the same file, and
// the Recorder that fills it. Called on the ingest thread; what it found out is read by any.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "net/recorder.h"

namespace bv {

struct HistoryOptions {
    bool keep = false;           // record what is heard
    std::filesystem::path file;  // empty: one per cluster under $XDG_CACHE_HOME or ~/.cache, in belvedere/
    int64_t keep_ns = 24 * 3'600'000'000'000;
    uint64_t max_bytes = 2'000'000'000;
    bool starts_over = false;  // a simulation begins at the same time again: nothing of an earlier one is gone on with
};

class HistoryFile {
public:
    explicit HistoryFile(HistoryOptions options) : options_(std::move(options)) {}
    ~HistoryFile();
    HistoryFile(const HistoryFile&) = delete;
    HistoryFile& operator=(const HistoryFile&) = delete;

    // For SubscriberOptions::open_recorder. Throws one sentence: another viewer writes it, no place, read-only.
    std::unique_ptr<Recorder> open(const LoadedCluster& cluster);
    // The cluster of what is recorded now, so that who reads it shares its topology.
    [[nodiscard]] std::optional<LoadedCluster> cluster() const;

private:
    // The file that nobody else writes; locks it.
    std::filesystem::path claim(const LoadedCluster& cluster);
    bool lock(const std::filesystem::path& file);
    void unlock();

    HistoryOptions options_;
    int lock_ = -1;
    std::filesystem::path forgotten_;  // removed at the end
    mutable std::mutex mutex_;
    std::optional<LoadedCluster> cluster_;
};

}  // namespace bv
