// The state of everything at one time, out of a recording's blocks. Unpacks on several threads, each with a connection
// of its own; applies in order of time, so that the result does not depend on them.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "net/recording_schema.h"
#include "net/tick_block.h"

namespace bv {

// The newest tick of one series at or before a time.
struct FoundTick {
    bool found = false, damaged = false;
    int64_t time_ns = 0, interval_ns = 0;
    int64_t next_ns = never_ns;  // the tick after it
    std::vector<uint16_t> values;
};

class BlockSeeker {
public:
    explicit BlockSeeker(std::filesystem::path path);
    ~BlockSeeker();

    // found[i] is for series[i]; values are those of the recording, translated where the catalogue differs.
    // with_values false: only the times.
    void seek(std::span<const Series> series, int64_t time_ns, std::vector<FoundTick>& found, bool with_values = true);

private:
    struct Worker {
        explicit Worker(const std::filesystem::path& path);
        void seek(const Series& series, int64_t time_ns, bool with_values, FoundTick& found);
        Database database;
        Statement newest, next;
        BlockDecoder decoder;
    };
    void serve(Worker& worker);
    void work(Worker& worker);

    std::vector<std::unique_ptr<Worker>> workers_;  // the first is the caller's
    std::vector<std::thread> threads_;
    std::mutex mutex_;
    std::condition_variable begun_, ended_;
    uint64_t round_ = 0;
    size_t at_work_ = 0;
    bool stop_ = false;
    // The round's task.
    std::span<const Series> series_;
    int64_t time_ns_ = 0;
    bool with_values_ = true;
    std::vector<FoundTick>* found_ = nullptr;
    size_t next_ = 0;  // guarded by mutex_
    std::exception_ptr failure_;
};

}  // namespace bv
