// Movement of the cursor, see cursor.h.
#include "viewer/cursor.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace bv {

namespace {

constexpr auto speeds =
    std::to_array<double>({slowest, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, fastest});

// Into [begin, end), however far the step went.
int64_t wrapped(int64_t time_ns, const TimeRange& range) {
    const int64_t length = range.length_ns(), beyond = (time_ns - range.begin_ns) % length;
    return range.begin_ns + (beyond < 0 ? beyond + length : beyond);
}

TimeRange common(const TimeRange& a, const TimeRange& b) {
    return {std::max(a.begin_ns, b.begin_ns), std::min(a.end_ns, b.end_ns)};
}

}  // namespace

void move_cursor(Cursor& cursor, double dt, const TimeRange& recorded) {
    if (cursor.live) return;
    cursor.time_ns = std::clamp(cursor.time_ns, recorded.begin_ns, std::max(recorded.begin_ns, recorded.end_ns));
    if (!cursor.playing || dt <= 0) return;
    cursor.time_ns += int64_t(std::llround(dt * cursor.speed * 1e9));
    if (cursor.loop)
        if (const TimeRange loop = common(*cursor.loop, recorded); !loop.empty()) {
            if (!loop.contains(cursor.time_ns)) cursor.time_ns = wrapped(cursor.time_ns, loop);
            return;
        }
    if (cursor.speed > 0 && cursor.time_ns >= recorded.end_ns) {
        cursor.time_ns = recorded.end_ns;
        cursor.playing = false;
        cursor.live = !cursor.replay;
    } else if (cursor.speed < 0 && cursor.time_ns <= recorded.begin_ns) {
        cursor.time_ns = recorded.begin_ns;
        cursor.playing = false;
    }
}

void stand_at(Cursor& cursor, int64_t time_ns, const TimeRange& recorded) {
    cursor.live = false;
    cursor.time_ns = std::clamp(time_ns, recorded.begin_ns, std::max(recorded.begin_ns, recorded.end_ns));
}

void change_speed(Cursor& cursor, bool faster) {
    const double direction = cursor.speed < 0 ? -1 : 1, now = std::abs(cursor.speed);
    if (faster) {
        const auto* next = std::upper_bound(speeds.begin(), speeds.end(), now * 1.001);
        cursor.speed = direction * (next == speeds.end() ? fastest : *next);
    } else {
        const auto* next = std::lower_bound(speeds.begin(), speeds.end(), now * 0.999);
        cursor.speed = direction * (next == speeds.begin() ? slowest : *(next - 1));
    }
}

}  // namespace bv
