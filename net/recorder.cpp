// The queue of a recorder; see recorder.h. record() copies into it; one thread takes out and writes
// (recording_writer.cpp).
#include "net/recorder.h"

#include <algorithm>
#include <condition_variable>
#include <ctime>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "net/recording_writer.h"

namespace bv {

namespace {

int64_t busy_ns() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return int64_t(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

struct Recorder::Impl {
    RecorderOptions options;
    std::filesystem::path path;
    std::shared_ptr<const Topology> topology;
    RecordingWriter writer;

    mutable std::mutex mutex;
    std::condition_variable more, done;
    std::deque<WaitingBatch> queue;
    std::vector<WaitingBatch> spare;  // buffers to use again
    size_t waiting_bytes = 0;
    bool busy = false, stop = false;
    RecorderStatus status;
    // Per source, begin of a gap that is to be written: ticks that were not queued, and ticks that were not written.
    // Those that wait in the queue are older than the first and newer than the second.
    std::map<std::string, int64_t> lost_since_ns, failed_since_ns;
    std::thread thread;

    Impl(std::filesystem::path file, const LoadedCluster& cluster, RecorderOptions recorder_options)
        : options(recorder_options), path(file), topology(cluster.topology), writer(file, cluster, recorder_options) {
        writer.status.path = file;
        writer.status.bytes = file_bytes();
        status = writer.status;
        thread = std::thread([this] { run(); });
    }
    ~Impl() {
        {
            const std::lock_guard lock(mutex);
            stop = true;
        }
        more.notify_all();
        thread.join();
    }

    [[nodiscard]] uint64_t file_bytes() const {
        uint64_t bytes = 0;
        for (const char* suffix : {"", "-wal"}) {
            std::error_code error;
            const auto size = std::filesystem::file_size(path.string() + suffix, error);
            if (!error) bytes += size;
        }
        return bytes;
    }

    void push(WaitingBatch&& waiting) {
        std::unique_lock lock(mutex);
        if (options.wait)
            done.wait(lock, [&] { return waiting_bytes < options.max_waiting_bytes; });
        else if (waiting_bytes + waiting.bytes() > options.max_waiting_bytes && !waiting.pieces.empty()) {
            ++status.lost_ticks;
            lost_since_ns.try_emplace(waiting.source, waiting.time_ns);
            // Events and jobs are small and few: they are never lost with the values.
            waiting.pieces.clear();
            waiting.values.clear();
            if (waiting.events.empty() && waiting.jobs.empty()) return;
        }
        end_gap(waiting, lost_since_ns);
        if (!waiting.pieces.empty()) lost_since_ns.erase(waiting.source);
        waiting_bytes += waiting.bytes();
        queue.push_back(std::move(waiting));
        lock.unlock();
        more.notify_one();
    }

    void run() {
        for (;;) {
            WaitingBatch waiting;
            {
                std::unique_lock lock(mutex);
                busy = false;
                done.notify_all();
                more.wait(lock, [&] { return stop || !queue.empty(); });
                if (queue.empty()) break;
                waiting = std::move(queue.front());
                queue.pop_front();
                busy = true;
                end_gap(waiting, failed_since_ns);
            }
            write(waiting);
            const std::lock_guard lock(mutex);
            waiting_bytes -= waiting.bytes();
            recycle(std::move(waiting));
        }
        try {
            writer.close();
        } catch (const std::exception&) {
            // What was committed stays; there is nobody left to tell.
        }
    }

    // A source that is heard again after ticks were lost: the hole is written as what it is.
    static void end_gap(WaitingBatch& waiting, const std::map<std::string, int64_t>& since_ns) {
        const auto lost = since_ns.find(waiting.source);
        if (waiting.pieces.empty() || lost == since_ns.end()) return;
        waiting.gaps.push_back(
            {waiting.source, "not recorded: the disk was too slow, full or read-only", lost->second, waiting.time_ns});
    }

    void write(const WaitingBatch& waiting) {
        const int64_t begin = busy_ns();
        std::string problem;
        bool lost = false;
        const bool late = writer.late(waiting);
        if (!late) try {
                writer.write(waiting);
            } catch (const std::exception& error) {
                problem = error.what();
                lost = true;
            }
        const int64_t spent = busy_ns() - begin;
        const std::lock_guard lock(mutex);
        const uint64_t lost_before = status.lost_ticks, late_before = status.late_ticks;
        const double busy_before = status.busy_seconds;
        writer.status.bytes = file_bytes();
        status = writer.status;
        status.lost_ticks = lost_before + (lost && !waiting.pieces.empty());
        status.late_ticks = late_before + late;
        status.busy_seconds = busy_before + double(spent) * 1e-9;
        status.problem = problem;
        if (lost) {
            // With what is not written goes the gap that it would have ended.
            int64_t since_ns = waiting.time_ns;
            for (const WaitingBatch::Gap& gap : waiting.gaps) since_ns = std::min(since_ns, gap.begin_ns);
            failed_since_ns.try_emplace(waiting.source, since_ns);
        } else if (!waiting.pieces.empty()) {
            failed_since_ns.erase(waiting.source);
        }
    }

    void recycle(WaitingBatch&& waiting) {
        if (spare.size() < 4) spare.push_back(std::move(waiting));
    }
    WaitingBatch fresh() {
        const std::lock_guard lock(mutex);
        if (spare.empty()) return {};
        WaitingBatch waiting = std::move(spare.back());
        spare.pop_back();
        waiting.pieces.clear();
        waiting.values.clear();
        waiting.events.clear();
        waiting.jobs.clear();
        waiting.gaps.clear();
        return waiting;
    }
};

Recorder::Recorder(std::filesystem::path path, const LoadedCluster& cluster, RecorderOptions options)
    : impl_(std::make_unique<Impl>(std::move(path), cluster, options)) {}
Recorder::~Recorder() = default;

void Recorder::record(std::string_view source, const TelemetryBatch& batch) {
    WaitingBatch waiting = impl_->fresh();
    waiting.source = source;
    waiting.time_ns = batch.time_ns;
    waiting.interval_ns = batch.interval_ns;
    for (const TickColumn& column : batch.columns) {
        const uint32_t objects = impl_->topology->count(column.metric.object_class);
        if (column.values.empty() || column.first > objects || column.values.size() > objects - column.first) continue;
        waiting.pieces.push_back({column.metric, column.first, uint32_t(column.values.size()), waiting.values.size()});
        waiting.values.insert(waiting.values.end(), column.values.begin(), column.values.end());
    }
    waiting.events = batch.events;
    for (Event& event : waiting.events)
        if (event.source.empty()) event.source = source;
    waiting.jobs = batch.jobs;
    if (waiting.pieces.empty() && waiting.events.empty() && waiting.jobs.empty()) return;
    impl_->push(std::move(waiting));
}

void Recorder::gap(std::string_view source, int64_t begin_ns, int64_t end_ns, std::string_view reason) {
    WaitingBatch waiting;
    waiting.source = source;
    waiting.time_ns = end_ns;
    waiting.gaps.push_back({std::string(source), std::string(reason), begin_ns, end_ns});
    impl_->push(std::move(waiting));
}

void Recorder::flush() {
    std::unique_lock lock(impl_->mutex);
    impl_->done.wait(lock, [&] { return impl_->queue.empty() && !impl_->busy; });
}

RecorderStatus Recorder::status() const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->status;
}

}  // namespace bv
