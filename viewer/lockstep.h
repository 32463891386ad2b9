// A simulator stepped by the reader, for pictures and films that are the same for the same options: no threads, no
// sockets, but the same bytes as on the wire.
#pragma once

#include <string>
#include <vector>

#include "cluster/state.h"
#include "feed/embedded.h"
#include "net/codec.h"

namespace bv {

struct Lockstep {
    LoadedCluster cluster;
    SimulatedSource source;
    Simulator simulator;
    TickEncoder encoder;
    TickDecoder decoder;
    ClusterState state;
    MessageHeader header;
    uint64_t sequence = 1;
    int64_t start_ns;
    std::vector<Bytes> messages;

    // Throws one sentence.
    Lockstep(const std::string& text, const std::string& cluster_file);
    // One interval; `wire` false leaves the columns out where a later step of the same advance overwrites them all.
    const TelemetryBatch& step(bool wire);
};

}  // namespace bv
