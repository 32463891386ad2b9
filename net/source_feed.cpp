// The small parts of a source's dialogue; the dialogue itself is in ingest.cpp. See source_feed.h.
#include "net/source_feed.h"

#include <algorithm>

namespace bv {

namespace {

// While a snapshot is under way: more than any snapshot takes at 1 Hz, and no more than a stalled source may cost.
constexpr size_t max_buffered_bytes = 64u << 20, max_buffered_messages = 2048;
constexpr std::chrono::nanoseconds least_silence{300'000'000}, unheard_silence{3'000'000'000};

}  // namespace

void SourceFeed::keep(zmq::message_t message, int64_t heard_ns) {
    buffered_bytes_ += message.size();
    buffer_.push_back({std::move(message), heard_ns});
    while (buffered_bytes_ > max_buffered_bytes || buffer_.size() > max_buffered_messages) {
        buffered_bytes_ -= buffer_.front().message.size();
        buffer_.pop_front();
    }
}

std::optional<SourceFeed::Kept> SourceFeed::take() {
    if (buffer_.empty()) return std::nullopt;
    Kept kept = std::move(buffer_.front());
    buffer_.pop_front();
    buffered_bytes_ -= kept.message.size();
    return kept;
}

void SourceFeed::forget_buffer() {
    buffer_.clear();
    buffered_bytes_ = 0;
}

void SourceFeed::born_again(uint64_t new_boot_id) {
    boot_id = new_boot_id;
    phase = Phase::greeting;
    heartbeat.reset();
    last.fill(0);
    placed.fill(false);
    decoder.reset();
    pace = {};
    forget_buffer();
    dealer.close();
    snapshot_wanted = true;
    next_request = {};
    request_gap = std::chrono::milliseconds(100);
    failed_requests = 0;
    skews_s.clear();
}

std::chrono::nanoseconds SourceFeed::silence_limit() const {
    if (!heartbeat) return unheard_silence;
    return std::max(least_silence, 3 * std::chrono::nanoseconds(heartbeat->interval_ns));
}

}  // namespace bv
