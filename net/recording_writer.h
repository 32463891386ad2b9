// The file of a recorder: what it appends, folds, sums up and forgets, one transaction per batch. On one thread; the
// queue before it is in recorder.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "net/recorder.h"
#include "net/recording_aggregates.h"
#include "net/recording_schema.h"
#include "net/tick_block.h"

namespace bv {

// A batch on its way to the disk.
struct WaitingBatch {
    struct Piece {
        MetricId metric;
        uint32_t first = 0, count = 0;
        size_t at = 0;  // into values
    };
    struct Gap {
        std::string source, reason;
        int64_t begin_ns = 0, end_ns = 0;
    };
    std::string source;
    int64_t time_ns = 0, interval_ns = 0;
    std::vector<Piece> pieces;
    std::vector<uint16_t> values;
    std::vector<Event> events;
    std::vector<Job> jobs;
    std::vector<Gap> gaps;
    [[nodiscard]] size_t bytes() const { return values.size() * sizeof(uint16_t) + 4096; }
};

class RecordingWriter {
public:
    // Creates the file, or goes on with a recording of the same cluster file. Throws one sentence.
    RecordingWriter(std::filesystem::path path, const LoadedCluster& cluster, const RecorderOptions& options);

    // One transaction. Throws DatabaseError; then nothing of it was written.
    void write(const WaitingBatch& waiting);

    // Folds everything: the end of the recording.
    void close();

    // Not newer than what this source said before.
    [[nodiscard]] bool late(const WaitingBatch& waiting) const;

    RecorderStatus status;

private:
    // The ticks of a series that are not folded yet, oldest first.
    struct Pending {
        Series series;
        int64_t interval_ns = 0;
        std::vector<int64_t> times_ns;
        std::vector<int64_t> rows;  // their rows in the file; 0 where none was written
        std::array<std::vector<uint16_t>, max_block_ticks> values;
    };
    using Key = std::tuple<uint16_t, MetricId, uint32_t, uint32_t>;

    static Database open(const std::filesystem::path& path, const LoadedCluster& cluster);
    // Takes up the series and the single ticks that an earlier recorder left.
    void resume();
    void take_up_single_ticks();
    void find_ends();
    uint16_t source_of(const std::string& name);
    void write_all(const WaitingBatch& waiting);
    void write_values(const WaitingBatch& waiting);
    // Only what is committed counts.
    void sum_up(const WaitingBatch& waiting);
    // From where an earlier recorder left a source until it is heard again nobody recorded.
    void note_absence(const WaitingBatch& waiting);
    void append(uint16_t source, MetricId metric, uint32_t first, std::span<const uint16_t> values,
                const WaitingBatch& waiting);
    int64_t insert(uint32_t series, std::span<const int64_t> times_ns, std::span<const std::byte> data);
    void fold(Pending& pending);
    void fold_full();
    void write(const WaitingBatch::Gap& gap);
    // A little at a time, so that no tick waits long: the oldest rows of the file come first by id.
    void forget_old();

    RecorderOptions options_;
    std::shared_ptr<const Topology> topology_;
    Database database_;
    EventRows events_;
    JobRows jobs_;
    Statement insert_, remove_;
    Aggregates aggregates_;
    BlockEncoder encoder_;
    std::vector<std::string> sources_;
    std::map<std::string, int64_t> newest_ns_;
    std::map<std::string, int64_t> left_ns_;  // newest tick of an earlier recorder, until the source is heard again
    std::map<Key, Pending> pending_;
    std::vector<Pending*> touched_, folded_;
    uint32_t next_series_ = 1;
};

}  // namespace bv
