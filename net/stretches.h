// Which stretches of one column were carried by which tick message. Deltas build on exactly one earlier stretch, so
// both ends of the wire keep this list; snapshots are written from it. Reads and writes nothing else.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace bv {

struct Stretch {
    uint32_t first = 0, count = 0;
    bool whole = false;           // false: a newer stretch overwrote a part, so no delta may build on it
    uint32_t since_keyframe = 0;  // sends since the stretch was last sent in full
    uint64_t sequence = 0;        // of the tick message that carried it
    int64_t time_ns = 0, interval_ns = 0;
    [[nodiscard]] uint32_t end() const { return first + count; }
};

class Stretches {
public:
    // The whole stretch with exactly these bounds; null where there is none.
    [[nodiscard]] const Stretch* find(uint32_t first, uint32_t count) const;
    // The entry of exactly these bounds; whatever it overlaps is cut. Free of allocation when the bounds were known.
    Stretch& assign(uint32_t first, uint32_t count);
    [[nodiscard]] std::span<const Stretch> all() const { return stretches_; }
    void clear() { stretches_.clear(); }

private:
    std::vector<Stretch> stretches_;  // sorted by first, not overlapping
};

}  // namespace bv
