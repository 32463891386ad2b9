// Feeds one message to every decoder there is. Shared by the tests that break messages and by the fuzzer.
#pragma once

#include <cstddef>
#include <span>

#include "cluster/topology.h"
#include "net/cluster_library.h"
#include "net/messages.h"

namespace bv::test {

// True if some decoder took it. Checks that whoever refuses changes nothing; aborts where that is not so.
class Victim {
public:
    explicit Victim(LoadedCluster cluster);
    bool swallow(std::span<const std::byte> message);

private:
    LoadedCluster cluster_;
    ClusterState state_;
    TickDecoder decoder_, snapshot_decoder_;
};

// One good message of every kind.
std::vector<Bytes> one_of_each(const LoadedCluster& cluster);

}  // namespace bv::test
