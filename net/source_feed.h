// One source as an ingest sees it: where it stands in the dialogue (greeting, snapshot, live), what it may speak for,
// and what waits in its buffer meanwhile. Reads verified messages, writes the state. Owns no PUB socket, only its
// snapshot DEALER.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "net/context.h"
#include "net/messages.h"
#include "net/pace.h"

namespace bv {

class SourceFeed {
public:
    using Clock = std::chrono::steady_clock;
    // greeting: no heartbeat or no topology yet, messages wait. snapshot: asked for, messages wait. live: messages are
    // applied.
    enum class Phase : uint8_t { greeting, snapshot, live };

    uint16_t index = 0;   // into ClusterState::sources
    size_t endpoint = 0;  // where it was heard
    std::string name;
    uint64_t boot_id = 0;
    uint64_t topology_hash = 0;
    Phase phase = Phase::greeting;
    std::optional<Heartbeat> heartbeat;
    bool conflict = false;  // of topology or ownership: nothing is applied
    bool silent = false;
    StreamSequences last{};                   // last sequence applied or passed over
    std::array<bool, stream_count> placed{};  // whether `last` is known: not before a first message or snapshot
    OwnedRanges owned;                        // what it may speak for: its heartbeat's ranges, as they fit the topology
    TickDecoder decoder;
    Pace pace;                       // of its ticks
    int64_t snapshot_newest_ns = 0;  // newest tick time in the snapshot under way
    Clock::time_point last_heard{};

    // The snapshot dialogue.
    zmq::socket_t dealer;
    Clock::time_point snapshot_deadline{}, next_request{};
    std::chrono::milliseconds request_gap{100};
    bool snapshot_wanted = false;
    uint32_t failed_requests = 0;

    // Messages that wait for a topology or a snapshot, oldest first, bounded.
    struct Kept {
        zmq::message_t message;
        int64_t heard_ns = 0;
    };
    void keep(zmq::message_t message, int64_t heard_ns);
    [[nodiscard]] std::optional<Kept> take();
    void forget_buffer();
    [[nodiscard]] size_t buffered_bytes() const { return buffered_bytes_; }

    // Forgets all that the earlier life of the source said about its streams.
    void born_again(uint64_t new_boot_id);
    [[nodiscard]] std::chrono::nanoseconds silence_limit() const;

    // Job slots filled by this source, freed when it is born again; and those that the snapshot under way mentioned.
    std::set<uint32_t> job_slots, snapshot_job_slots;

    Clock::time_point problem_until{};  // a decode error is shown for a while, then forgotten

    // For the rates and the skew.
    struct Meter {
        Clock::time_point at{};
        uint64_t messages = 0, bytes = 0, values = 0;
    } meter;
    std::deque<double> skews_s;

private:
    std::deque<Kept> buffer_;
    size_t buffered_bytes_ = 0;
};

}  // namespace bv
