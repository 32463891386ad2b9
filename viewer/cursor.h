// Where a person stands in time: at the head of what is heard (live), or somewhere in a recording, standing or playing.
// Plain data, changed by panels and keys; timeline.advance() moves it. Pure functions of the Cursor and the ends of
// what is recorded.
#pragma once

#include <cstdint>
#include <optional>

namespace bv {

struct TimeRange {
    int64_t begin_ns = 0, end_ns = 0;
    [[nodiscard]] int64_t length_ns() const { return end_ns - begin_ns; }
    [[nodiscard]] bool empty() const { return end_ns <= begin_ns; }
    [[nodiscard]] bool contains(int64_t time_ns) const { return time_ns >= begin_ns && time_ns <= end_ns; }
    bool operator==(const TimeRange&) const = default;
};

struct Cursor {
    bool live = true;     // at the head; a replayed file has none
    bool replay = false;  // what is read is a file; written by timeline.advance()
    int64_t time_ns = 0;  // shown time while not live, by the clock of the sources
    bool playing = false;
    double speed = 1;               // recorded seconds per second; negative: backwards
    std::optional<TimeRange> loop;  // playing begins anew at its other end
};

// Recorded seconds per second, as the transport offers them: 0.1 to 10,000.
constexpr double slowest = 0.1, fastest = 10'000;

// Moves a playing cursor by dt seconds of the wall clock. At the end of what is recorded it is live again where there
// is a head, else it stands; at the begin it stands. A cursor before the begin (its past was forgotten) goes there.
void move_cursor(Cursor& cursor, double dt, const TimeRange& recorded);

// Stands at this time, within what is recorded.
void stand_at(Cursor& cursor, int64_t time_ns, const TimeRange& recorded);
// The next of 0.1, 0.2, 0.5, 1, 2, 5 … 10,000 in the same direction.
void change_speed(Cursor& cursor, bool faster);

}  // namespace bv
