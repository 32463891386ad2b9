// See recording_walk.h. One decoder serves all series: their blocks stay packed until their tick is due.
#include "net/recording_walk.h"

#include <algorithm>

namespace bv {

TickWalk::TickWalk(Database& recording, std::vector<Series> series, int64_t begin_ns, int64_t end_ns)
    : covering_(recording,
                "select begin_ns, data from block where series = ? and begin_ns <= ? order by begin_ns desc limit 1"),
      following_(recording,
                 "select begin_ns, data from block where series = ? and begin_ns > ? order by begin_ns limit 1"),
      begin_ns_(begin_ns),
      end_ns_(end_ns) {
    for (Series& s : series) open_.push_back({std::move(s), {}, 0});
    for (size_t i = 0; i < open_.size(); ++i) advance(i, true);
}

// Puts the next tick of this series in the queue; false: it has none.
bool TickWalk::advance(size_t index, bool from_begin) {
    Open& open = open_[index];
    const auto& [id, count] = std::pair(open.series.id, open.series.count);
    int64_t after_ns = begin_ns_ - 1;
    if (!open.block.empty() && decoder_.open(open.block, id, count)) {
        if (++open.tick < decoder_.header().ticks) {
            const int64_t time_ns = decoder_.time_ns(open.tick);
            if (time_ns > end_ns_) return false;
            next_.emplace(time_ns, index);
            return true;
        }
        after_ns = decoder_.time_ns(decoder_.header().ticks - 1);
    }
    for (Statement* row = from_begin ? &covering_ : &following_;; row = &following_) {
        row->bind_all(int64_t(id), row == &covering_ ? begin_ns_ : after_ns);
        const bool found = row->step();
        const int64_t block_begin_ns = found ? row->integer(0) : 0;
        if (found) open.block.assign(row->blob(1).begin(), row->blob(1).end());
        row->reset();
        if (!found && row == &covering_) continue;
        if (!found || block_begin_ns > end_ns_) return false;
        if (!decoder_.open(open.block, id, count)) {
            ++damaged_;
            after_ns = std::max(after_ns, block_begin_ns);
            continue;
        }
        for (open.tick = 0; open.tick < decoder_.header().ticks; ++open.tick)
            if (const int64_t time_ns = decoder_.time_ns(open.tick); time_ns >= begin_ns_) {
                if (time_ns > end_ns_) return false;
                next_.emplace(time_ns, index);
                return true;
            }
        after_ns = std::max(after_ns, block_begin_ns);  // it ends before the range begins
    }
}

bool TickWalk::next() {
    for (;;) {
        if (started_) advance(at_.second, false);
        started_ = !next_.empty();
        if (!started_) return false;
        at_ = next_.top();
        next_.pop();
        const Open& open = open_[at_.second];
        values_.resize(open.series.count);
        if (decoder_.open(open.block, open.series.id, open.series.count) && decoder_.decode_tick(open.tick, values_))
            break;
        ++damaged_;
    }
    if (const auto& translated = series().translated; !translated.empty())
        for (uint16_t& value : values_) value = translated[value];
    return true;
}

}  // namespace bv
