// Writes tick messages with whatever wrong part a test asks for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cluster/topology.h"
#include "net/codec.h"

namespace bv::test {

struct HostileColumn {
    uint8_t object_class = uint8_t(ObjectClass::gpu);
    std::string metric = "temp_celsius";
    std::vector<uint16_t> values{1};
    uint32_t first = 0;
    std::optional<uint32_t> count = std::nullopt;  // else as many as there are values
    bool packed = false;                           // as planes_zstd
    uint8_t encoding = 0;                          // where not packed: said, but the data stay raw
    uint64_t base_sequence = 0;
    uint32_t extra_bytes = 0;
};

struct HostileEnvelope {
    uint16_t version = protocol_version;
    std::string source = "test";
    uint64_t boot_id = 1, sequence = 1;
    int64_t time_ns = 1'000'000'000, interval_ns = 1'000'000'000;
    std::optional<uint64_t> topology_hash = std::nullopt;
};

Bytes hostile_tick(const Topology& topology, const std::vector<HostileColumn>& columns,
                   const HostileEnvelope& envelope = {});

}  // namespace bv::test
