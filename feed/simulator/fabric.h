// Load of NICs, links and switches: all-reduce bursts rise from the NICs through the tiers. Reads the jobs' phases and
// the effects; writes the nic, link and switch columns and measured.switch_watts.
#pragma once

#include "feed/simulator/world.h"

namespace bv::sim {

class Fabric {
public:
    explicit Fabric(World& world);
    void measure();

private:
    void order_links();
    void weigh_uplinks();
    void measure_nics();
    void measure_links();
    void measure_switches();
    void measure_slow();

    World& world_;
    std::vector<std::vector<uint32_t>> tiers_;  // links between switches, lowest tier first
    std::vector<uint32_t> host_links_;          // links that begin at a NIC
    std::vector<float> capacity_;               // [link] bytes per second
    std::vector<float> uplink_capacity_;        // [switch] of its links upwards that are alive
    std::vector<float> switch_up_bytes_;        // [switch] that want to go up
    std::vector<float> switch_bytes_, switch_capacity_, switch_idle_watts_;
    std::vector<uint16_t> link_errors_, nic_errors_;
    std::vector<float> nic_bytes_, nic_capacity_;  // [nic] bytes per second, over all its links
    Channel nic_tx_, nic_rx_, nic_temp_, nic_optic_, nic_order_, nic_congestion_, nic_error_count_;
    Channel link_tx_, link_rx_, link_ber_, link_error_count_, link_state_;
    Channel switch_power_, switch_temp_, switch_tx_, switch_rx_, switch_buffer_, switch_errors_, switch_ports_,
        switch_fan_;
    uint64_t slow_version_ = ~uint64_t{0}, weighed_version_ = ~uint64_t{0};
};

}  // namespace bv::sim
