// Times the way of a tick from the wire into the state, beside what libzmq alone does with messages of the same size in
// the same run, and beside a bare memcpy. For `belvedere bench ingest`.
#pragma once

#include <cstdint>

#include "net/cluster_library.h"

namespace bv {

struct IngestBenchResult {
    // A subscriber (receive, verify, decode, apply, hand over to its reader) over tcp loopback, full ticks in raw_u16.
    double values_per_second = 0, bytes_per_second = 0, ticks_per_second = 0;
    // libzmq alone: PUSH to PULL over tcp loopback (the pattern of its local_thr and remote_thr), the same messages
    // from the same memory; and, beside it, messages of the same sizes that nobody wrote, which never leave the cache.
    double libzmq_bytes_per_second = 0, libzmq_cached_bytes_per_second = 0;
    double ingest_to_libzmq_ratio = 0;  // median of pairs measured one after the other
    // The same ingest where ticks are packed as planes_zstd.
    double packed_values_per_second = 0, packed_bytes_per_second = 0, packed_bytes_per_value = 0;
    // One full tick from verified messages into the state, against memcpy of the same bytes; medians.
    double apply_ms = 0, memcpy_ms = 0, apply_to_memcpy_ratio = 0;
    uint64_t values_per_tick = 0, messages_per_tick = 0, bytes_per_tick = 0, gaps = 0, decode_errors = 0;
    double seconds = 0;  // measured, of each of the three throughputs
};

// Takes about four times `seconds` and three more to warm up. Throws one sentence where it cannot open its sockets.
IngestBenchResult bench_ingest(const LoadedCluster& cluster, double seconds);

}  // namespace bv
