// A switched fabric as its discovery tools print it: devices by GUID and the ports that say what they are plugged into.
// Written by the readers (ibnetdiscover.h), cross-checked here, turned into a cluster by fabric_cluster.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace bv {

// what() is one sentence: "FILE:LINE: expected …, found …".
struct ImportError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

enum class DeviceKind : uint8_t { adapter, switch_, router };

struct FabricDevice {
    DeviceKind kind = DeviceKind::adapter;
    uint64_t guid = 0;
    uint64_t system_guid = 0;  // sysimgguid: shared by the adapters of one card; 0 unknown
    uint16_t ports = 0;
    std::string description;  // node description as set by the host; a hint only, names repeat
    bool declared = false;    // has a block of its own, not only mentioned by a neighbour
    std::string file;
    uint32_t line = 0;  // where it was first seen
};

// One end's view of a cable.
struct PortLine {
    uint64_t guid = 0, peer_guid = 0;
    uint16_t port = 0, peer_port = 0;
    std::string rate;  // "4xNDR"; empty unknown
    std::string file;
    uint32_t line = 0;
};

struct Cable {
    uint64_t a = 0, b = 0;  // GUIDs; the adapter, else the lower GUID, is a
    uint16_t a_port = 0, b_port = 0;
    std::string rate;
    bool both_sides = false;  // both ends say so
};

struct Fabric {
    std::map<uint64_t, FabricDevice> devices;  // by GUID: the order of everything that is made of it
    std::vector<PortLine> port_lines;
    uint32_t lines = 0, ignored_lines = 0;
    std::string first_ignored;  // "FILE:LINE"
};

struct CableCheck {
    std::vector<Cable> cables;           // sorted by a, a_port
    std::vector<std::string> one_sided;  // sentences, one per cable that only one end reports
    std::vector<std::string> conflicts;  // sentences, one per port line that contradicts an earlier one (dropped)
};

// Pairs the port lines. A cable that one end reports is kept and told; where ends contradict each other the first line
// wins.
CableCheck check_cables(const Fabric& fabric);

// Data rate of "4xNDR" and the like in bytes per second, one direction; 0 where it is not known.
// Source: InfiniBand Trade Association roadmap, effective data rate per lane.
double rate_bytes_per_second(std::string_view rate);

std::string guid_text(uint64_t guid);  // 16 hex digits

}  // namespace bv
