// Reads a Fabric, writes an ExplicitCluster and what was guessed on the way. The order of everything follows GUIDs and
// names, never the order of lines, so that two scans of one fabric differ only where the fabric does.
#include "feed/import/fabric_cluster.h"

#include <algorithm>
#include <charconv>
#include <deque>
#include <map>
#include <regex>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "feed/import/floor_plan.h"

namespace bv {

namespace {

struct Adapter {
    uint64_t guid = 0;
    std::string device;              // "mlx5_5", "HCA-6"; empty unknown
    std::optional<uint32_t> number;  // HCA-N counts from 1, mlx5_N from 0: this counts from 0
    uint32_t rail = 0;
    bool aggregation = false;
};

struct Host {
    std::string name;
    NodeRole role = NodeRole::gpu;
    std::vector<uint64_t> adapters;
    uint32_t gpus = 0;
    uint64_t home_switch = 0;  // aggregation nodes: the switch that they are part of
};

struct SwitchInfo {
    uint64_t guid = 0;
    std::string name;
    SwitchRole role = SwitchRole::other;
    uint32_t host_cables = 0;
    std::vector<uint64_t> neighbours;    // switches, one per cable
    std::map<uint32_t, uint32_t> rails;  // rail → adapters on it
};

std::optional<uint32_t> device_number(std::string_view device) {
    const size_t digits = device.find_last_not_of("0123456789");
    const std::string_view tail = digits == std::string_view::npos ? device : device.substr(digits + 1);
    uint32_t value = 0;
    if (tail.empty() || std::from_chars(tail.data(), tail.data() + tail.size(), value).ec != std::errc())
        return std::nullopt;
    if (device.substr(0, 4) == "HCA-") return value == 0 ? 0 : value - 1;
    return value;
}

NodeRole role_from_name(const std::string& host) {
    static const std::regex service(
        R"(.*(^|[-_.])(c?ufm|mgmt|mgt|mgr|login|head|bcm|admin|jump|bastion|slurm|opensm|sm)\d*([-_.].*|$))",
        std::regex::icase | std::regex::optimize);
    static const std::regex storage(
        R"(.*(^|[-_.])(stor|storage|nfs|lustre|oss|mds|gpfs|weka|vast|ddn|beegfs|ceph|daos)\d*([-_.].*|$))",
        std::regex::icase | std::regex::optimize);
    if (host.size() > 256) return NodeRole::gpu;
    if (std::regex_match(host, service)) return NodeRole::cpu;
    if (std::regex_match(host, storage)) return NodeRole::storage;
    return NodeRole::gpu;
}

bool says(const std::string& name, std::string_view word) {
    return std::search(name.begin(), name.end(), word.begin(), word.end(),
                       [](unsigned char a, unsigned char b) { return std::tolower(a) == b; }) != name.end();
}
SwitchRole role_from_switch_name(const std::string& name) {
    if (says(name, "leaf")) return SwitchRole::leaf;
    if (says(name, "spine")) return SwitchRole::spine;
    if (says(name, "core")) return SwitchRole::core;
    return SwitchRole::other;
}

int tier(SwitchRole role) {
    return role == SwitchRole::leaf ? 0 : role == SwitchRole::spine ? 1 : role == SwitchRole::core ? 2 : 1;
}

class Import {
public:
    Import(const Fabric& fabric, const FabricImportOptions& options)
        : fabric_(fabric), options_(options), rules_(NameRules::with_defaults(options.name_rules)) {}

    FabricImport run() {
        check_ = check_cables(fabric_);
        drop_adapter_pairs();
        refuse_empty();
        find_devices();
        connect();
        group_hosts();
        find_tiers();
        find_rails();
        count_gpus();
        place();
        write_cluster();
        summarise();
        return {std::move(cluster_), std::move(summary_)};
    }

private:
    // Back-to-back adapters: a cluster file joins an adapter with a switch.
    void drop_adapter_pairs() {
        std::erase_if(check_.cables, [&](const Cable& cable) {
            if (is_switch(cable.a) || is_switch(cable.b)) return false;
            summary_.dropped.push_back(fmt::format("The cable between adapters 0x{} and 0x{}: no switch in between.",
                                                   guid_text(cable.a), guid_text(cable.b)));
            return true;
        });
    }

    void refuse_empty() const {
        if (!check_.cables.empty()) return;
        const FabricDevice& first = fabric_.devices.begin()->second;
        throw ImportError(
            fmt::format("{}:{}: expected a fabric, found no cable at all, only {} (0x{}); run ibnetdiscover on a host "
                        "whose port is up.",
                        first.file, first.line,
                        first.description.empty() ? "a device without a name" : '"' + first.description + '"',
                        guid_text(first.guid)));
    }

    bool is_switch(uint64_t guid) const { return fabric_.devices.at(guid).kind == DeviceKind::switch_; }

    std::string unique(const std::string& wanted, std::set<std::string>& used, uint64_t guid) {
        std::string name = wanted;
        if (!used.insert(name).second) used.insert(name = fmt::format("{}-{}", wanted, guid_text(guid)));
        return name;
    }

    void find_devices() {
        for (const auto& [guid, device] : fabric_.devices) {
            if (!device.declared) ++summary_.mentioned_only;
            if (device.kind == DeviceKind::switch_) {
                std::string name = switch_name(device.description);
                if (name.empty()) name = "switch-" + guid_text(guid);
                switches_[guid] = {guid, unique(name, switch_names_, guid)};
            } else {
                Adapter& adapter = adapters_[guid];
                adapter.guid = guid;
                adapter.aggregation = is_aggregation_node(device.description);
                adapter.device = adapter_name(device.description).device;
                adapter.number = device_number(adapter.device);
            }
        }
    }

    void connect() {
        for (const Cable& cable : check_.cables) {
            cabled_.insert(cable.a);
            cabled_.insert(cable.b);
            if (is_switch(cable.a)) {
                switches_[cable.a].neighbours.push_back(cable.b);
                switches_[cable.b].neighbours.push_back(cable.a);
            } else if (adapters_[cable.a].aggregation) {
                aggregation_home_.emplace(cable.a, cable.b);
            } else {
                ++switches_[cable.b].host_cables;
                leaf_of_.emplace(cable.a, cable.b);
            }
        }
    }

    // Adapters by host name. Where one host would have two adapters of one device name, the machines only share a name:
    // the second set is a host of its own.
    void group_hosts() {
        std::map<std::string, std::map<std::string, std::vector<uint64_t>>> by_name;
        for (const auto& [guid, adapter] : adapters_) {
            const FabricDevice& device = fabric_.devices.at(guid);
            if (adapter.aggregation) {
                add_aggregation_node(guid);
                continue;
            }
            const std::string host = adapter_name(device.description).host;
            if (host.empty())
                add_nameless(guid);
            else
                by_name[host][adapter.device].push_back(guid);
        }
        for (const auto& [name, devices] : by_name) {
            size_t machines = 0;
            for (const auto& [device, guids] : devices)
                if (!device.empty()) machines = std::max(machines, guids.size());
            for (size_t machine = 0; machine < std::max<size_t>(machines, 1); ++machine)
                add_named(name, devices, machine);
        }
    }

    void add_named(const std::string& name, const std::map<std::string, std::vector<uint64_t>>& devices,
                   size_t machine) {
        Host host;
        host.role = role_from_name(name);
        for (const auto& [device, guids] : devices) {
            if (device.empty() && machine == 0) host.adapters.insert(host.adapters.end(), guids.begin(), guids.end());
            if (!device.empty() && machine < guids.size()) host.adapters.push_back(guids[machine]);
        }
        if (machine > 0) summary_.duplicate_names += uint32_t(host.adapters.size());
        host.name = unique(machine == 0 ? name : fmt::format("{}-{}", name, guid_text(host.adapters.front())),
                           host_names_, host.adapters.front());
        sort_adapters(host);
        hosts_.push_back(std::move(host));
    }

    void add_nameless(uint64_t guid) {
        Host host;
        host.name = unique("host-" + guid_text(guid), host_names_, guid);
        host.adapters = {guid};
        if (fabric_.devices.at(guid).kind == DeviceKind::router) host.role = NodeRole::other;
        ++summary_.names_lost;
        hosts_.push_back(std::move(host));
    }

    void add_aggregation_node(uint64_t guid) {
        Host host;
        host.role = NodeRole::other;
        host.adapters = {guid};
        const auto home = aggregation_home_.find(guid);
        host.home_switch = home == aggregation_home_.end() ? 0 : home->second;
        host.name = unique("sharp-" + (host.home_switch ? switches_[host.home_switch].name : guid_text(guid)),
                           host_names_, guid);
        ++summary_.aggregation_nodes;
        hosts_.push_back(std::move(host));
    }

    void sort_adapters(Host& host) {
        std::sort(host.adapters.begin(), host.adapters.end(), [&](uint64_t x, uint64_t y) {
            const Adapter &a = adapters_[x], &b = adapters_[y];
            return std::tuple(a.number.value_or(UINT32_MAX), x) < std::tuple(b.number.value_or(UINT32_MAX), y);
        });
    }

    // Leaf: has hosts (aggregation nodes do not count). Above it by distance: spine, then core. Names decide where the
    // cabling does not: a switch without hosts and a spine that carries a fabric manager.
    void find_tiers() {
        uint32_t by_name = 0;
        std::map<uint64_t, int> distance;
        std::deque<uint64_t> queue;
        for (auto& [guid, it] : switches_) {
            const SwitchRole named = role_from_switch_name(it.name);
            const bool service_only = it.host_cables > 0 && it.host_cables < it.neighbours.size() && tier(named) > 0 &&
                                      named != SwitchRole::other;
            const bool empty_leaf = it.host_cables == 0 && named == SwitchRole::leaf;
            if (service_only || empty_leaf) ++by_name;
            if ((it.host_cables == 0 || service_only) && !empty_leaf) continue;
            it.role = SwitchRole::leaf;
            distance[guid] = 0;
            queue.push_back(guid);
        }
        while (!queue.empty()) {
            const uint64_t guid = queue.front();
            queue.pop_front();
            for (uint64_t next : switches_[guid].neighbours)
                if (distance.try_emplace(next, distance[guid] + 1).second) {
                    switches_[next].role = distance[next] == 1 ? SwitchRole::spine : SwitchRole::core;
                    queue.push_back(next);
                }
        }
        for (auto& [guid, it] : switches_) {
            if (distance.count(guid)) continue;
            it.role = role_from_switch_name(it.name);
            if (it.role != SwitchRole::other) ++by_name;
        }
        if (by_name > 0) summary_.guesses.push_back(fmt::format("The tier of {} switches from their names.", by_name));
    }

    // The adapters of compute hosts are numbered alike (mlx5_0 1 4 5, HCA-1 2 5 6): a rail is the rank of that number.
    // An adapter without a number takes the rail of its leaf.
    void find_rails() {
        std::map<uint32_t, uint32_t> seen;
        uint32_t numbered = 0;
        for (const Host& host : hosts_)
            if (host.role == NodeRole::gpu)
                for (uint64_t guid : host.adapters)
                    if (adapters_[guid].number) ++seen[*adapters_[guid].number], ++numbered;
        // Numbers that few adapters have are of other machines (a fabric manager's mlx5_0 beside eight rails).
        std::erase_if(seen, [&](const auto& entry) { return uint64_t(entry.second) * 50 < numbered; });
        std::map<uint32_t, uint32_t> rail_of;
        for (const auto& [number, count] : seen)
            if (rail_of.size() < 64) rail_of.emplace(number, uint32_t(rail_of.size()));
        for (auto& [guid, adapter] : adapters_) {
            const auto rail = adapter.number ? rail_of.find(*adapter.number) : rail_of.end();
            if (adapter.aggregation || rail == rail_of.end()) continue;
            adapter.rail = rail->second;
            if (const auto leaf = leaf_of_.find(guid); leaf != leaf_of_.end())
                ++switches_[leaf->second].rails[adapter.rail];
        }
        for (auto& [guid, adapter] : adapters_) {
            if (adapter.aggregation || (adapter.number && rail_of.count(*adapter.number))) continue;
            const auto leaf = leaf_of_.find(guid);
            if (leaf != leaf_of_.end()) adapter.rail = rail_of_switch(switches_[leaf->second]);
        }
    }

    static uint32_t rail_of_switch(const SwitchInfo& it) {
        uint32_t rail = 0, most = 0;
        for (auto [candidate, count] : it.rails)
            if (count > most) rail = candidate, most = count;
        return rail;
    }

    void count_gpus() {
        for (Host& host : hosts_) {
            if (host.role != NodeRole::gpu) continue;
            const auto adapters = uint32_t(host.adapters.size());
            const bool nameless = host.name.substr(0, 5) == "host-" && adapters == 1;
            host.gpus = !options_.gpus_per_host ? adapters
                        : nameless              ? std::min(adapters, *options_.gpus_per_host)
                                                : *options_.gpus_per_host;
            if (host.gpus == 0) host.role = NodeRole::cpu;
            summary_.gpus += host.gpus;
        }
        if (summary_.gpus > 0)
            summary_.guesses.push_back(
                options_.gpus_per_host
                    ? fmt::format("{} GPUs: {} per host, as asked.", summary_.gpus, *options_.gpus_per_host)
                    : fmt::format("{} GPUs: one for each adapter of a compute host (--gpus-per-host N "
                                  "sets another number).",
                                  summary_.gpus));
    }

    void place() {
        FloorPlan plan;
        for (size_t i = 0; i < hosts_.size(); ++i) {
            Host& host = hosts_[i];
            if (host.home_switch) continue;
            add_to_plan(plan, host.name, false, i);
        }
        std::vector<uint64_t> guids;
        for (const auto& [guid, it] : switches_) {
            add_to_plan(plan, it.name, true, guids.size());
            guids.push_back(guid);
        }
        const FloorResult floor = plan.arrange();
        cluster_.halls = floor.halls;
        cluster_.rows = floor.rows;
        cluster_.racks = floor.racks;
        host_spots_ = floor.hosts;
        for (size_t i = 0; i < guids.size(); ++i) switch_spots_[guids[i]] = floor.switches[i];
        summary_.guesses.push_back("The rack units of hosts and switches, from their order in the rack.");
    }

    void add_to_plan(FloorPlan& plan, const std::string& name, bool is_a_switch, size_t index) {
        const auto place = rules_.match(name);
        plan.add(name, place, is_a_switch, index);
        ++(place ? summary_.placed : summary_.unplaced);
        if (!place) summary_.unplaced_names.push_back(name);
    }

    void write_cluster() {
        for (size_t i = 0; i < hosts_.size(); ++i) write_host(hosts_[i], i);
        for (const auto& [guid, it] : switches_) write_switch(it);
        std::sort(cluster_.nodes.begin(), cluster_.nodes.end(),
                  [](const ExplicitNode& a, const ExplicitNode& b) { return natural_less(a.name, b.name); });
        std::sort(cluster_.switches.begin(), cluster_.switches.end(),
                  [](const ExplicitSwitch& a, const ExplicitSwitch& b) {
                      return std::tuple(tier(a.role)) != std::tuple(tier(b.role)) ? tier(a.role) < tier(b.role)
                                                                                  : natural_less(a.name, b.name);
                  });
        for (const Cable& cable : check_.cables) write_cable(cable);
        set_rack_roles();
    }

    void write_host(const Host& host, size_t index) {
        const bool inside_switch = host.home_switch != 0;
        const Spot& spot = inside_switch ? switch_spots_[host.home_switch] : host_spots_[index];
        ExplicitNode node{host.name, spot.rack, host.role, spot.unit, spot.height_units, host.gpus, {}};
        if (inside_switch) {  // it has no box of its own: the unit above its switch is kept free for it
            node.unit = uint16_t(spot.unit + spot.height_units);
            node.height_units = 1;
        }
        std::set<std::string> used;
        for (uint64_t guid : host.adapters) {
            const Adapter& adapter = adapters_[guid];
            const std::string name = adapter.device.empty() ? fmt::format("nic{}", node.nics.size()) : adapter.device;
            node.nics.push_back({unique(name, used, guid), guid, uint8_t(adapter.rail),
                                 std::max<uint16_t>(fabric_.devices.at(guid).ports, 1)});
        }
        cluster_.nodes.push_back(std::move(node));
    }

    void write_switch(const SwitchInfo& it) {
        const Spot& spot = switch_spots_[it.guid];
        ExplicitSwitch out{it.name,   spot.rack,         it.role,
                           spot.unit, spot.height_units, fabric_.devices.at(it.guid).ports};
        out.guid = it.guid;
        const auto place = rules_.match(it.name);
        out.rail = uint16_t(it.rails.empty() ? 0 : rail_of_switch(it));
        if (place && place->plane) out.plane = uint16_t(*place->plane);
        if (place && place->pod) out.pod = *place->pod;
        cluster_.switches.push_back(std::move(out));
    }

    void write_cable(const Cable& cable) {
        ExplicitCable out;
        const bool host = !is_switch(cable.a);
        const bool swapped = !host && tier(switches_[cable.a].role) > tier(switches_[cable.b].role);
        out.lower = swapped ? cable.b : cable.a;
        out.upper = swapped ? cable.a : cable.b;
        out.lower_port = swapped ? cable.b_port : cable.a_port;
        out.upper_port = swapped ? cable.a_port : cable.b_port;
        if (host) {
            out.rail = uint8_t(adapters_[cable.a].rail);
            ++summary_.host_cables;
        } else {
            const bool top = std::max(tier(switches_[cable.a].role), tier(switches_[cable.b].role)) >= 2;
            out.link_class = top ? LinkClass::spine_core : LinkClass::leaf_spine;
            ++summary_.switch_cables;
        }
        if (const auto place = rules_.match(switches_[out.upper].name); place && place->plane)
            out.plane = uint8_t(*place->plane);
        out.gigabits_per_second = rate_bytes_per_second(cable.rate) * 8 / 1e9;
        if (out.gigabits_per_second == 0) ++summary_.unknown_rates;
        cluster_.cables.push_back(out);
    }

    void set_rack_roles() {
        std::map<std::string, std::map<RackRole, uint32_t>> holds;
        for (const ExplicitNode& node : cluster_.nodes)
            if (node.role != NodeRole::other)
                ++holds[node.rack][node.role == NodeRole::gpu       ? RackRole::gpu
                                   : node.role == NodeRole::storage ? RackRole::storage
                                                                    : RackRole::cpu];
        for (const ExplicitSwitch& it : cluster_.switches)
            ++holds[it.rack][it.role == SwitchRole::leaf    ? RackRole::leaf
                             : it.role == SwitchRole::spine ? RackRole::spine
                             : it.role == SwitchRole::core  ? RackRole::core
                                                            : RackRole::other];
        for (ExplicitRack& rack : cluster_.racks) {
            const auto& counts = holds[rack.name];
            if (const auto gpu = counts.find(RackRole::gpu); gpu != counts.end()) {
                rack.role = RackRole::gpu;
                continue;
            }
            uint32_t most = 0;
            for (auto [role, count] : counts)
                if (count > most) rack.role = role, most = count;
        }
    }

    void summarise() {
        cluster_.name = options_.name;
        cluster_.title = options_.title;
        cluster_.gpu_model = options_.gpu_model;
        summary_.lines = fabric_.lines;
        summary_.ignored_lines = fabric_.ignored_lines;
        summary_.switches = uint32_t(switches_.size());
        for (const auto& [guid, it] : switches_)
            ++(it.role == SwitchRole::leaf    ? summary_.leaves
               : it.role == SwitchRole::spine ? summary_.spines
               : it.role == SwitchRole::core  ? summary_.cores
                                              : summary_.other_switches);
        summary_.adapters = uint32_t(adapters_.size());
        summary_.cables = uint32_t(check_.cables.size());
        summary_.one_sided = check_.one_sided;
        summary_.conflicts = check_.conflicts;
        std::map<uint32_t, uint32_t> sizes;
        for (const Host& host : hosts_) {
            if (!is_aggregation(host)) ++(host.gpus > 0 ? summary_.compute_hosts : summary_.other_hosts);
            if (host.gpus > 0) ++sizes[host.gpus];
        }
        for (const auto& [guid, adapter] : adapters_) {
            const FabricDevice& device = fabric_.devices.at(guid);
            if (device.kind == DeviceKind::router) ++summary_.routers;
            if (cabled_.count(guid)) continue;
            summary_.lone_adapters.push_back(fmt::format("{}:{}: \"{}\" (0x{}) has no cable.", device.file, device.line,
                                                         device.description, guid_text(guid)));
        }
        summary_.halls = uint32_t(cluster_.halls.size());
        summary_.rows = uint32_t(cluster_.rows.size());
        summary_.racks = uint32_t(cluster_.racks.size());
        // The commonest count of GPUs per host stands for the NVLink domain, which a fabric scan does not show.
        uint32_t most = 0;
        for (auto [gpus, count] : sizes)
            if (count >= most) cluster_.nvlink_domain = gpus, most = count;
        write_facts();
    }

    bool is_aggregation(const Host& host) { return adapters_[host.adapters.front()].aggregation; }

    void write_facts() {
        cluster_.facts.push_back({"fabric",
                                  fmt::format("{} switches, {} channel adapters, {} cables as scanned",
                                              summary_.switches, summary_.adapters, summary_.cables),
                                  Provenance::measured, "ibnetdiscover"});
        cluster_.facts.push_back(
            {"places",
             fmt::format("rows and racks read from the names of {} hosts and switches; {} unplaced", summary_.placed,
                         summary_.unplaced),
             Provenance::derived, ""});
        if (summary_.gpus > 0)
            cluster_.facts.push_back(
                {"GPUs",
                 options_.gpus_per_host
                     ? fmt::format("{} for each compute host, as told to the importer", *options_.gpus_per_host)
                     : "one for each adapter of a compute host",
                 Provenance::assumed, ""});
    }

    const Fabric& fabric_;
    const FabricImportOptions& options_;
    NameRules rules_;
    CableCheck check_;
    std::map<uint64_t, Adapter> adapters_;
    std::map<uint64_t, SwitchInfo> switches_;
    std::map<uint64_t, uint64_t> leaf_of_, aggregation_home_;  // adapter → switch
    std::set<uint64_t> cabled_;
    std::set<std::string> host_names_, switch_names_;
    std::vector<Host> hosts_;
    std::vector<Spot> host_spots_;  // [host]
    std::map<uint64_t, Spot> switch_spots_;
    ExplicitCluster cluster_;
    ImportSummary summary_;
};

}  // namespace

FabricImport import_fabric(const Fabric& fabric, const FabricImportOptions& options) {
    return Import(fabric, options).run();
}

}  // namespace bv
