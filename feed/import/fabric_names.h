// What node descriptions say. They are hints only: hosts set them, or do not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cluster/topology.h"

namespace bv {

// "a08-p1-dgx-04-c01 mlx5_5" → host and device; an empty host where the description is the factory's.
struct AdapterName {
    std::string host, device;
};
AdapterName adapter_name(std::string_view description);
// "MF0;A09-P1-IBLEAF-04-04:MQM9701/U1" → "A09-P1-IBLEAF-04-04"; empty where the description is the factory's.
std::string switch_name(std::string_view description);
bool is_aggregation_node(std::string_view description);
// HCA-N counts from 1, mlx5_N from 0: this counts from 0.
std::optional<uint32_t> device_number(std::string_view device);
// gpu unless the name speaks of management or storage.
NodeRole role_from_host_name(const std::string& host);
// other where the name does not say.
SwitchRole role_from_switch_name(const std::string& name);

}  // namespace bv
