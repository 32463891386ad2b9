// What plots and the timeline ask of a recording, read on a thread of its own, so that a frame never waits for years of
// it. Questions replace each other: the newest is answered next. Pictures ask without the thread and wait.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "net/recording.h"
#include "viewer/cursor.h"
#include "viewer/sparkline.h"

namespace bv {

// A stretch of time as the timeline draws it.
struct HistoryStrip {
    TimeRange range;
    std::vector<Aggregated> power;  // of the site, watts
    int64_t power_step_ns = 0;
    std::vector<HealthCounts> health;  // of GPUs
    int64_t health_step_ns = 0;
    std::vector<std::array<uint32_t, 3>> events;  // per severity, in equal parts of the range
    std::vector<GapSpan> gaps;
    std::vector<Bookmark> bookmarks;  // all of them
};

// The last minutes before a time, of everything about one object.
struct HistoryLines {
    ObjectId of;
    int64_t time_ns = 0;
    std::vector<Sparkline> lines;  // by metric
    Sparkline site_power;
};

class HistoryReader {
public:
    // wait: answers before it returns from the question. on_answer is called on the reader's thread. Throws one
    // sentence.
    HistoryReader(std::filesystem::path path, const LoadedCluster& cluster, bool wait, std::function<void()> on_answer);
    ~HistoryReader();
    HistoryReader(const HistoryReader&) = delete;
    HistoryReader& operator=(const HistoryReader&) = delete;

    // Cheap, for every frame: the same question is asked again only when the recording may have changed, and then once
    // a second.
    void ask_strip(TimeRange range, size_t columns);
    void ask_lines(ObjectId of, int64_t time_ns);
    void changed();  // the recording is another than when it was asked

    // The newest answers, which may be to an earlier question; null before the first.
    [[nodiscard]] std::shared_ptr<const HistoryStrip> strip() const;
    [[nodiscard]] std::shared_ptr<const HistoryLines> lines() const;

private:
    using Clock = std::chrono::steady_clock;
    struct StripQuestion {
        TimeRange range;
        size_t columns = 0;
        bool operator==(const StripQuestion&) const = default;
    };
    struct LinesQuestion {
        ObjectId of;
        int64_t time_ns = 0;
        bool operator==(const LinesQuestion&) const = default;
    };
    void run();
    // Takes what is asked and answers it; false where nothing is.
    bool answer();
    [[nodiscard]] HistoryStrip read_strip(const StripQuestion& question);
    [[nodiscard]] HistoryLines read_lines(const LinesQuestion& question);

    Recording recording_;
    std::shared_ptr<const Topology> topology_;
    bool wait_;
    std::function<void()> on_answer_;
    // Guarded by mutex_.
    mutable std::mutex mutex_;
    std::condition_variable asked_;
    std::optional<StripQuestion> strip_question_;
    std::optional<LinesQuestion> lines_question_;
    std::shared_ptr<const HistoryStrip> strip_;
    std::shared_ptr<const HistoryLines> lines_;
    bool stop_ = false;
    // Of who asks.
    StripQuestion strip_asked_;
    LinesQuestion lines_asked_;
    bool changed_ = false;
    Clock::time_point strip_asked_at_{};
    std::thread thread_;
};

}  // namespace bv
