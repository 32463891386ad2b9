// Prints what bench_ingest measures: net_ingest_bench [CLUSTER] [SECONDS].
#include <fmt/format.h>

#include <cstdlib>

#include "net/ingest_bench.h"

int main(int argc, char** argv) {
    const bv::LoadedCluster cluster = bv::load_cluster(argc > 1 ? argv[1] : "reference-100k");
    const bv::IngestBenchResult r = bv::bench_ingest(cluster, argc > 2 ? std::atof(argv[2]) : 2);
    fmt::print("ingest {:.3g} values/s, {:.3g} bytes/s, {:.1f} ticks/s; libzmq {:.3g} bytes/s; ratio {:.2f}\n",
               r.values_per_second, r.bytes_per_second, r.ticks_per_second, r.libzmq_bytes_per_second,
               r.ingest_to_libzmq_ratio);
    fmt::print("packed {:.3g} values/s, {:.3g} bytes/s, {:.2f} bytes/value\n", r.packed_values_per_second,
               r.packed_bytes_per_second, r.packed_bytes_per_value);
    fmt::print(
        "apply {:.2f} ms, memcpy {:.2f} ms, ratio {:.2f}; {} values in {} messages of {} bytes in all; {} gaps, {} "
        "errors\n",
        r.apply_ms, r.memcpy_ms, r.apply_to_memcpy_ratio, r.values_per_tick, r.messages_per_tick, r.bytes_per_tick,
        r.gaps, r.decode_errors);
    return r.decode_errors == 0 ? 0 : 1;
}
