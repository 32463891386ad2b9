// See recording_seek.h.
#include "net/recording_seek.h"

#include <algorithm>

namespace bv {

namespace {

constexpr unsigned most_workers = 4;
constexpr size_t series_at_once = 4;

}  // namespace

BlockSeeker::Worker::Worker(const std::filesystem::path& path)
    : database(path, Database::Mode::read),
      newest(database, "select data from block where series = ? and begin_ns <= ? order by begin_ns desc limit 1"),
      next(database, "select begin_ns from block where series = ? and begin_ns > ? order by begin_ns limit 1") {
    // The index stays in the cache; blocks are read once and come from the system's own.
    database.run("pragma cache_size = -8192; pragma mmap_size = 1099511627776;");
}

BlockSeeker::BlockSeeker(std::filesystem::path path) {
    const unsigned count = std::clamp(std::thread::hardware_concurrency(), 1u, most_workers);
    for (unsigned i = 0; i < count; ++i) workers_.push_back(std::make_unique<Worker>(path));
    for (unsigned i = 1; i < count; ++i) threads_.emplace_back([this, i] { serve(*workers_[i]); });
}

BlockSeeker::~BlockSeeker() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    begun_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void BlockSeeker::serve(Worker& worker) {
    for (uint64_t done = 0;;) {
        {
            std::unique_lock lock(mutex_);
            begun_.wait(lock, [&] { return stop_ || round_ != done; });
            if (stop_) return;
            done = round_;
        }
        work(worker);
        const std::lock_guard lock(mutex_);
        if (--at_work_ == 0) ended_.notify_one();
    }
}

void BlockSeeker::work(Worker& worker) {
    try {
        const Transaction one_view(worker.database, false);
        for (;;) {
            size_t from;
            {
                const std::lock_guard lock(mutex_);
                from = next_;
                next_ += series_at_once;
            }
            if (from >= series_.size()) return;
            for (size_t i = from; i < std::min(series_.size(), from + series_at_once); ++i)
                worker.seek(series_[i], time_ns_, with_values_, (*found_)[i]);
        }
    } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::current_exception();
    }
}

void BlockSeeker::Worker::seek(const Series& series, int64_t time_ns, bool with_values, FoundTick& found) {
    found.found = found.damaged = false;
    found.next_ns = never_ns;
    newest.bind_all(int64_t(series.id), time_ns);
    int64_t after_ns = time_ns;
    if (newest.step()) {
        const bool sound = decoder.open(newest.blob(0), series.id, series.count);
        const auto tick = sound ? decoder.tick_at(time_ns) : std::nullopt;
        found.damaged = !tick;
        if (tick) {
            found.time_ns = decoder.time_ns(*tick);
            found.interval_ns = decoder.header().interval_ns;
            if (*tick + 1 < decoder.header().ticks) found.next_ns = decoder.time_ns(*tick + 1);
            if (with_values) {
                found.values.resize(series.count);
                found.damaged = !decoder.decode_tick(*tick, found.values);
                if (!series.translated.empty())
                    for (uint16_t& value : found.values) value = series.translated[value];
            }
            found.found = !found.damaged;
        }
    }
    newest.reset();
    if (found.next_ns != never_ns) return;
    next.bind_all(int64_t(series.id), after_ns);
    if (next.step()) found.next_ns = next.integer(0);
    next.reset();
}

void BlockSeeker::seek(std::span<const Series> series, int64_t time_ns, std::vector<FoundTick>& found,
                       bool with_values) {
    found.resize(series.size());
    {
        const std::lock_guard lock(mutex_);
        series_ = series;
        time_ns_ = time_ns;
        with_values_ = with_values;
        found_ = &found;
        next_ = 0;
        failure_ = nullptr;
        at_work_ = threads_.size();
        ++round_;
    }
    begun_.notify_all();
    work(*workers_.front());
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [&] { return at_work_ == 0; });
    if (failure_) std::rethrow_exception(failure_);
}

}  // namespace bv
