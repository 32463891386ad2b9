// The history of one object, block by block; see recording.h. A long one is unpacked by several threads, a batch at a
// time, and handed over in order: the first piece is there at once.
#include <algorithm>
#include <array>
#include <thread>

#include "net/recording_impl.h"

namespace bv {

namespace {

constexpr size_t first_batch = 4, most_in_batch = 256;
constexpr size_t blocks_for_threads = 32;  // fewer are unpacked before a thread has started
constexpr unsigned most_workers = 4;

// One block on its way from the file to whoever asked.
struct Unpacked {
    std::vector<std::byte> block;
    bool sound = false;
    size_t count = 0;
    std::array<Recording::Sample, max_block_ticks> samples;
};

struct Wanted {
    const Series& series;
    uint32_t object;  // within the series
    int64_t begin_ns, end_ns;
};

void unpack(const Wanted& wanted, BlockDecoder& decoder, Unpacked& out) {
    const Series& series = wanted.series;
    std::array<uint16_t, max_block_ticks> values;
    out.count = 0;
    out.sound = decoder.open(out.block, series.id, series.count) &&
                decoder.decode_object(wanted.object, {values.data(), decoder.header().ticks});
    if (!out.sound) return;
    for (size_t tick = 0; tick < decoder.header().ticks; ++tick) {
        const int64_t time = decoder.time_ns(tick);
        if (time < wanted.begin_ns || time > wanted.end_ns) continue;
        out.samples[out.count++] = {time, series.translated.empty() ? values[tick] : series.translated[values[tick]]};
    }
}

class Batch {
public:
    Batch() : decoders_(std::clamp(std::thread::hardware_concurrency(), 1u, most_workers)) {}

    // Takes the next blocks that the statement gives; false: there are no more behind them.
    bool take(Statement& blocks, size_t most) {
        for (size_ = 0; size_ < most && blocks.step(); ++size_) {
            if (size_ == blocks_.size()) blocks_.emplace_back();
            const auto blob = blocks.blob(0);
            blocks_[size_].block.assign(blob.begin(), blob.end());
        }
        return size_ == most;
    }

    void unpack_all(const Wanted& wanted) {
        const size_t workers = size_ < blocks_for_threads ? 1 : decoders_.size();
        const auto work = [&](size_t worker) {
            for (size_t i = worker; i < size_; i += workers) unpack(wanted, decoders_[worker], blocks_[i]);
        };
        std::vector<std::thread> threads;
        for (size_t worker = 1; worker < workers; ++worker) threads.emplace_back(work, worker);
        work(0);
        for (std::thread& thread : threads) thread.join();
    }

    [[nodiscard]] std::span<const Unpacked> blocks() const { return {blocks_.data(), size_}; }

private:
    std::vector<BlockDecoder> decoders_;
    std::vector<Unpacked> blocks_;
    size_t size_ = 0;
};

}  // namespace

void Recording::history(MetricId metric, uint32_t index, int64_t begin_ns, int64_t end_ns,
                        const std::function<bool(std::span<const Sample>)>& more) {
    Impl& impl = *impl_;
    impl.refresh();
    Statement blocks(impl.database,
                     "select data from block where series = ? and begin_ns >= "
                     "coalesce((select max(begin_ns) from block where series = ? and begin_ns <= ?), ?) "
                     "and begin_ns <= ? order by begin_ns");
    Batch batch;
    for (const Series& series : impl.series) {
        if (series.metric != metric || index < series.first || index - series.first >= series.count) continue;
        const Wanted wanted{series, index - series.first, begin_ns, end_ns};
        blocks.bind_all(int64_t(series.id), int64_t(series.id), begin_ns, begin_ns, end_ns);
        size_t most = first_batch;
        for (bool go_on = true; go_on; most = std::min(2 * most, most_in_batch)) {
            go_on = batch.take(blocks, most);
            batch.unpack_all(wanted);
            for (const Unpacked& unpacked : batch.blocks()) {
                if (!unpacked.sound) impl.note_damage("a block of values has a wrong checksum");
                if (unpacked.count && !more({unpacked.samples.data(), unpacked.count})) return;
            }
        }
        blocks.reset();
    }
}

}  // namespace bv
