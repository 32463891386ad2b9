// The other time of a comparison: its state is read out of a recording on a thread of its own, so that no frame waits
// for the disk, and compared with now whenever either has changed.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "viewer/compare.h"

namespace bv {

class Reference {
public:
    Reference();
    ~Reference();
    Reference(const Reference&) = delete;
    Reference& operator=(const Reference&) = delete;

    // Asks for the state at that time; cheap, for every frame. Until it has been read the state stays what it was.
    void seek(const std::filesystem::path& recording, int64_t then_ns);
    void wait() const;  // until what was asked for has been read
    // Takes what has been read since; null before the first, and where it cannot be read.
    const ClusterState* take();
    [[nodiscard]] const ClusterState* state() const { return taken_ ? taken_->state.get() : nullptr; }
    // The time of that state, 0 without one; another than was asked for while that is being read.
    [[nodiscard]] int64_t then_ns() const { return state() ? taken_->question.then_ns : 0; }
    // One sentence where the time cannot be read, or not all of it.
    [[nodiscard]] std::string problem() const { return taken_ ? taken_->problem : std::string(); }
    [[nodiscard]] bool reading() const;

    // The difference of the state now from the one that was taken; null without one. now_time_ns judges what is stale.
    const Comparison* compare_with(const ClusterState& now, int64_t now_time_ns, MetricId metric);
    [[nodiscard]] const Comparison* newest() const { return comparison_ ? &*comparison_ : nullptr; }
    void clear() { comparison_.reset(); }

    std::function<void()> on_change;  // called on the thread that reads; set before anything is asked

private:
    struct Question {
        std::filesystem::path recording;
        int64_t then_ns = 0;
        bool operator==(const Question&) const = default;
    };
    struct Answer {
        Question question;
        std::shared_ptr<const ClusterState> state;
        std::string problem;
    };
    void run();

    // Guarded by mutex_.
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::optional<Question> asked_;
    std::shared_ptr<const Answer> answered_;
    bool at_work_ = false, stop_ = false;
    // Of who asks.
    std::optional<Question> last_asked_;
    std::shared_ptr<const Answer> taken_;
    std::optional<Comparison> comparison_;
    uint64_t now_version_ = 0;
    int64_t judged_half_second_ = 0;
    std::thread thread_;  // from the first question on
};

}  // namespace bv
