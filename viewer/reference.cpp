// Reads states out of a Recording of its own, the newest question next; see reference.h.
#include "viewer/reference.h"

#include <utility>

#include "net/recording.h"

namespace bv {

Reference::Reference() = default;

Reference::~Reference() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Reference::seek(const std::filesystem::path& recording, int64_t then_ns) {
    Question question{recording, then_ns};
    if (recording.empty() || question == last_asked_) return;
    last_asked_ = question;
    {
        const std::lock_guard lock(mutex_);
        asked_ = std::move(question);
    }
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    changed_.notify_all();
}

void Reference::run() {
    std::unique_ptr<Recording> open;
    std::filesystem::path open_path;
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stop_ || asked_; });
        if (stop_) return;
        auto answer = std::make_shared<Answer>();
        answer->question = *std::exchange(asked_, std::nullopt);
        at_work_ = true;
        lock.unlock();
        try {
            if (!open || open_path != answer->question.recording) {
                open = std::make_unique<Recording>(answer->question.recording);
                open_path = answer->question.recording;
            }
            auto state = std::make_shared<ClusterState>();
            open->seek(answer->question.then_ns, *state);
            answer->state = std::move(state);
            answer->problem = open->damage().sentence;
        } catch (const std::exception& error) {
            open.reset();
            answer->problem = error.what();
        }
        lock.lock();
        answered_ = std::move(answer);
        at_work_ = false;
        changed_.notify_all();
        lock.unlock();
        if (on_change) on_change();
        lock.lock();
    }
}

bool Reference::reading() const {
    const std::lock_guard lock(mutex_);
    return asked_ || at_work_;
}

void Reference::wait() const {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !asked_ && !at_work_; });
}

const ClusterState* Reference::take() {
    std::shared_ptr<const Answer> newest;
    {
        const std::lock_guard lock(mutex_);
        newest = answered_;
    }
    if (newest != taken_) {
        taken_ = std::move(newest);
        comparison_.reset();
    }
    return state();
}

const Comparison* Reference::compare_with(const ClusterState& now, int64_t now_time_ns, MetricId id) {
    if (now.empty() || !state()) {
        comparison_.reset();
        return nullptr;
    }
    const uint64_t version = now.classes[size_t(id.object_class)].columns[id.index].version;
    // Values grow stale by the clock alone.
    const int64_t half_second = now_time_ns / 500'000'000;
    if (comparison_ && comparison_->metric == id && now_version_ == version && judged_half_second_ == half_second)
        return &*comparison_;
    now_version_ = version;
    judged_half_second_ = half_second;
    comparison_ = compare(now, now_time_ns, *state(), then_ns(), id);
    return &*comparison_;
}

}  // namespace bv
