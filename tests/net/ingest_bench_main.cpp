// Prints what bench_ingest measures, and what each encoding makes of noisy ticks: net_ingest_bench [CLUSTER] [SECONDS].
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <random>

#include "net/ingest_bench.h"
#include "net/messages.h"

namespace {

using namespace bv;

// Ticks in which 54 % of the values move, by steps of a few dozen raw units: what design figures were measured on.
void compare_encodings(const LoadedCluster& cluster) {
    const uint32_t gpus = cluster.topology->count(ObjectClass::gpu);
    std::mt19937 random(1);
    std::normal_distribution<float> step(0, 25);
    constexpr int ticks = 12;
    std::vector<std::vector<uint16_t>> history(ticks, std::vector<uint16_t>(gpus));
    for (uint32_t g = 0; g < gpus; ++g) history[0][g] = uint16_t(3000 + random() % 4000);
    for (int t = 1; t < ticks; ++t)
        for (uint32_t g = 0; g < gpus; ++g)
            history[t][g] = random() % 100 < 54 ? uint16_t(float(history[t - 1][g]) + step(random)) : history[t - 1][g];
    for (const auto& [name, options] : {std::pair{"raw_u16", EncodeOptions{.compress = false}},
                                        {"planes_zstd", EncodeOptions{.delta = false}},
                                        {"delta_planes_zstd", EncodeOptions{}}}) {
        TickEncoder encoder(*cluster.topology, options);
        TickDecoder decoder;
        ClusterState state(cluster.topology);
        uint64_t next = 1, bytes = 0, values = 0;
        double encode_s = 0, decode_s = 0;
        for (int t = 0; t < ticks; ++t) {
            const TelemetryBatch batch{.time_ns = t + 1, .columns = {{{ObjectClass::gpu, 1}, 0, history[t]}}};
            std::vector<Bytes> out;
            const auto start = std::chrono::steady_clock::now();
            encoder.encode(batch, {"bench", 1, 0, cluster.topology->hash, 0}, next, false, out);
            const auto between = std::chrono::steady_clock::now();
            for (const Bytes& message : out)
                if (decoder.apply(message, state, 0, values) != DecodeError::none) std::abort();
            if (t == 0) continue;  // the keyframe
            for (const Bytes& message : out) bytes += message.size();
            encode_s += std::chrono::duration<double>(between - start).count();
            decode_s += std::chrono::duration<double>(std::chrono::steady_clock::now() - between).count();
        }
        const double count = double(gpus) * (ticks - 1);
        fmt::print("{:18} {:.3f} bytes/value, encode {:.0f} M values/s, decode {:.0f} M values/s\n", name,
                   double(bytes) / count, count / encode_s * 1e-6, count / decode_s * 1e-6);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const LoadedCluster cluster = load_cluster(argc > 1 ? argv[1] : "reference-100k");
    compare_encodings(cluster);
    const IngestBenchResult r = bench_ingest(cluster, argc > 2 ? std::atof(argv[2]) : 2);
    fmt::print(
        "ingest {:.3g} values/s, {:.3g} bytes/s, {:.1f} ticks/s; libzmq {:.3g} bytes/s (from cache {:.3g}); ratio "
        "{:.2f}\n",
        r.values_per_second, r.bytes_per_second, r.ticks_per_second, r.libzmq_bytes_per_second,
        r.libzmq_cached_bytes_per_second, r.ingest_to_libzmq_ratio);
    fmt::print("packed {:.3g} values/s, {:.3g} bytes/s, {:.2f} bytes/value\n", r.packed_values_per_second,
               r.packed_bytes_per_second, r.packed_bytes_per_value);
    fmt::print(
        "apply {:.2f} ms, memcpy {:.2f} ms, ratio {:.2f}; {} values in {} messages of {} bytes in all; {} gaps, {} "
        "errors\n",
        r.apply_ms, r.memcpy_ms, r.apply_to_memcpy_ratio, r.values_per_tick, r.messages_per_tick, r.bytes_per_tick,
        r.gaps, r.decode_errors);
    return r.decode_errors == 0 ? 0 : 1;
}
