// Every tick of chosen series of a recording in the order of time, one after the other. What it holds in memory depends
// on how many series there are, not on how long they are.
#pragma once

#include <cstdint>
#include <queue>
#include <vector>

#include "net/recording_schema.h"
#include "net/tick_block.h"

namespace bv {

class TickWalk {
public:
    // Ticks in [begin_ns, end_ns].
    TickWalk(Database& recording, std::vector<Series> series, int64_t begin_ns, int64_t end_ns);

    bool next();  // false: there are no more
    // Of the tick that it stands at.
    [[nodiscard]] const Series& series() const { return open_[at_.second].series; }
    [[nodiscard]] int64_t time_ns() const { return at_.first; }
    [[nodiscard]] std::span<const uint16_t> values() const { return values_; }

    [[nodiscard]] uint64_t damaged() const { return damaged_; }  // blocks that were left out

private:
    using At = std::pair<int64_t, size_t>;  // time, index into open_
    struct Open {
        Series series;
        std::vector<std::byte> block;
        size_t tick = 0;
    };
    bool advance(size_t index, bool from_begin);

    Statement covering_, following_;
    int64_t begin_ns_, end_ns_;
    std::vector<Open> open_;
    std::priority_queue<At, std::vector<At>, std::greater<>> next_;
    At at_{};
    bool started_ = false;
    BlockDecoder decoder_;
    std::vector<uint16_t> values_;
    uint64_t damaged_ = 0;
};

}  // namespace bv
