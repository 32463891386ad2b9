// The history of a group: least, mean and greatest of many objects at each tick. See recording.h.
#include <algorithm>
#include <limits>

#include "net/recording_impl.h"

namespace bv {

namespace {

// Where a series and the wanted objects meet, counted from the series' first.
std::vector<IndexRange> within(const Series& series, std::span<const IndexRange> objects) {
    std::vector<IndexRange> out;
    for (const IndexRange& range : objects) {
        const uint32_t first = std::max(range.first, series.first);
        const uint32_t end = std::min(range.end(), series.first + series.count);
        if (first < end) out.push_back({first - series.first, end - first});
    }
    return out;
}

Recording::Spread spread_of(const Metric& metric, const Series& series, std::span<const uint16_t> values,
                            std::span<const IndexRange> objects, int64_t time_ns) {
    uint16_t low = no_data, high = 0;
    uint64_t sum = 0;
    uint32_t count = 0;
    for (const IndexRange& range : objects)
        for (const uint16_t kept : values.subspan(range.first, range.count)) {
            const uint16_t raw = series.translated.empty() ? kept : series.translated[kept];
            if (raw == no_data) continue;
            low = std::min(low, raw);
            high = std::max(high, raw);
            sum += raw;
            ++count;
        }
    Recording::Spread out{time_ns, 0, 0, 0, count};
    if (count == 0) return out;
    const double a = dequantise(metric, low), b = dequantise(metric, high);
    out.min = float(std::min(a, b));
    out.max = float(std::max(a, b));
    out.sum = metric.offset * count + metric.scale * double(sum);
    return out;
}

}  // namespace

void Recording::spread(MetricId metric, std::span<const IndexRange> objects, int64_t begin_ns, int64_t end_ns,
                       int64_t every_ns, const std::function<bool(const Spread&)>& more) {
    Impl& impl = *impl_;
    impl.refresh();
    // Blocks at the head are folded while they are read here: all statements see one state of the file.
    const Transaction one_view(impl.database, false);
    // The block that holds a time or ended last before it, else the first after it.
    Statement block(
        impl.database,
        "select data, begin_ns, end_ns from block where series = ? and begin_ns >= "
        "coalesce((select max(begin_ns) from block where series = ? and begin_ns <= ? and begin_ns > ?), ?) "
        "and begin_ns > ? and begin_ns <= ? order by begin_ns limit 1");
    BlockDecoder decoder;
    std::vector<uint16_t> values;
    for (const Series& series : impl.series) {
        if (series.metric != metric) continue;
        const std::vector<IndexRange> wanted = within(series, objects);
        if (wanted.empty()) continue;
        values.resize(series.count);
        int64_t next_ns = begin_ns;
        int64_t read_ns = std::numeric_limits<int64_t>::min();  // begin of the block read last
        while (next_ns <= end_ns) {
            block.bind_all(int64_t(series.id), int64_t(series.id), next_ns, read_ns, next_ns, read_ns, end_ns);
            if (!block.step()) break;
            read_ns = block.integer(1);
            const bool sound = decoder.open(block.blob(0), series.id, series.count);
            if (!sound) impl.note_damage("a block of values has a wrong checksum");
            for (size_t tick = 0; sound && tick < decoder.header().ticks; ++tick) {
                const int64_t time = decoder.time_ns(tick);
                if (time < next_ns || time > end_ns) continue;
                if (!decoder.decode_tick(tick, values)) {
                    impl.note_damage("a block of values has a wrong checksum");
                    break;
                }
                if (!more(spread_of(bv::metric(metric), series, values, wanted, time))) return;
                next_ns = time + std::max<int64_t>(every_ns, 1);
            }
            block.reset();
        }
        block.reset();
    }
}

}  // namespace bv
