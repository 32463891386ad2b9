// See seek_bench.h.
#include "net/seek_bench.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <random>
#include <thread>

#include "net/codec.h"
#include "net/recording.h"
#include "net/recording_schema.h"
#include "net/tick_block.h"

namespace bv {

namespace {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double percentile(std::vector<double> values, double share) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1, size_t(share * double(values.size())))];
}

// The blocks that a seek to that time unpacks.
struct Block {
    Bytes bytes;
    BlockDecoder decoder;
    size_t tick = 0;
};
std::vector<Block> blocks_at(Database& database, const std::vector<Series>& series, int64_t time_ns) {
    Statement newest(database,
                     "select data from block where series = ? and begin_ns <= ? order by begin_ns desc limit 1");
    std::vector<Block> blocks(series.size());
    for (size_t i = 0; i < series.size(); ++i) {
        newest.bind_all(int64_t(series[i].id), time_ns);
        if (newest.step()) {
            const auto blob = newest.blob(0);
            blocks[i].bytes.assign(blob.begin(), blob.end());
            if (blocks[i].decoder.open(blocks[i].bytes, series[i].id, series[i].count))
                blocks[i].tick = blocks[i].decoder.tick_at(time_ns).value_or(0);
        }
        newest.reset();
    }
    return blocks;
}

// Only zstd: no database, no checksum, no sums.
double unpack_ms(std::vector<Block>& blocks, unsigned threads) {
    const auto start = Clock::now();
    std::vector<std::thread> workers;
    const auto work = [&](unsigned worker) {
        for (size_t i = worker; i < blocks.size(); i += threads) (void)blocks[i].decoder.unpack_tick(blocks[i].tick);
    };
    for (unsigned worker = 1; worker < threads; ++worker) workers.emplace_back(work, worker);
    work(0);
    for (std::thread& worker : workers) worker.join();
    return ms_since(start);
}

}  // namespace

SeekFigures measure_seeks(const std::filesystem::path& path, uint64_t seeks, uint64_t seed) {
    SeekFigures figures{.seeks = seeks, .threads = std::clamp(std::thread::hardware_concurrency(), 1u, 4u)};
    std::mt19937_64 random(seed);
    auto start = Clock::now();
    Recording recording(path);
    const RecordingInfo info = recording.info();
    const auto any_time = [&] {
        return info.begin_ns + int64_t(random() % uint64_t(std::max<int64_t>(1, info.end_ns - info.begin_ns)));
    };
    ClusterState state;
    recording.seek(any_time(), state);
    figures.open_ms = ms_since(start);

    Database database(path, Database::Mode::read);
    uint64_t damaged = 0;
    const auto series = read_series(database, *recording.cluster().topology, 0, damaged);
    for (const Series& s : series) figures.samples_per_state += s.count;
    std::vector<double> seek_ms, zstd_ms, step_ms;
    for (uint64_t i = 0; i < seeks; ++i) {
        const int64_t time_ns = any_time();
        start = Clock::now();
        recording.seek(time_ns, state);
        seek_ms.push_back(ms_since(start));
        if (i % 4 == 0) {
            auto blocks = blocks_at(database, series, time_ns);
            zstd_ms.push_back(unpack_ms(blocks, figures.threads));
        }
    }
    int64_t time_ns = any_time();
    for (uint64_t i = 0; i < seeks / 4; ++i) {
        start = Clock::now();
        recording.seek(time_ns += 1'000'000'000, state);
        step_ms.push_back(ms_since(start));
    }
    figures.seek_ms_p50 = percentile(seek_ms, 0.5);
    figures.seek_ms_p99 = percentile(seek_ms, 0.99);
    figures.seek_ms_max = percentile(seek_ms, 1);
    figures.zstd_ms_p50 = percentile(zstd_ms, 0.5);
    figures.zstd_ms_p99 = percentile(zstd_ms, 0.99);
    figures.step_ms_p50 = percentile(step_ms, 0.5);
    return figures;
}

HistoryFigures measure_history(const std::filesystem::path& path, MetricId metric, double seconds) {
    Recording recording(path);
    const RecordingInfo info = recording.info();
    const uint32_t objects = recording.cluster().topology->count(metric.object_class);
    HistoryFigures figures;
    std::vector<double> all, first;
    for (uint32_t i = 0; i < 5 && objects; ++i) {
        const auto start = Clock::now();
        double first_ms = 0;
        figures.samples = 0;
        recording.history(metric, objects / 5 * i, info.end_ns - int64_t(seconds * 1e9) + 1, info.end_ns,
                          [&](std::span<const Recording::Sample> samples) {
                              if (figures.samples == 0) first_ms = ms_since(start);
                              figures.samples += samples.size();
                              return true;
                          });
        all.push_back(ms_since(start));
        first.push_back(first_ms);
    }
    figures.ms = percentile(all, 0.5);
    figures.first_ms = percentile(first, 0.5);
    return figures;
}

}  // namespace bv
