// Reads a Fabric, writes a FabricModel. The order of everything follows GUIDs and names, never the order of lines, so
// that two scans of one fabric differ only where the fabric does.
#include "feed/import/fabric_model.h"

#include <algorithm>
#include <deque>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "feed/import/fabric_names.h"

namespace bv {

namespace {

class Builder {
public:
    Builder(const Fabric& fabric, const FabricImportOptions& options, ImportSummary& summary)
        : fabric_(fabric), options_(options), summary_(summary) {}

    FabricModel run() {
        CableCheck check = check_cables(fabric_);
        model_.cables = std::move(check.cables);
        summary_.one_sided = std::move(check.one_sided);
        summary_.conflicts = std::move(check.conflicts);
        drop_adapter_pairs();
        refuse_empty();
        find_devices();
        find_lone_devices();
        connect();
        group_hosts();
        find_tiers();
        find_rails();
        count_gpus();
        return std::move(model_);
    }

private:
    // Back-to-back adapters: a cluster file joins an adapter with a switch.
    void drop_adapter_pairs() {
        std::erase_if(model_.cables, [&](const Cable& cable) {
            if (is_switch(cable.a) || is_switch(cable.b)) return false;
            summary_.dropped.push_back(fmt::format("The cable between adapters 0x{} and 0x{}: no switch in between.",
                                                   guid_text(cable.a), guid_text(cable.b)));
            return true;
        });
    }

    void refuse_empty() const {
        if (!model_.cables.empty()) return;
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
                model_.switches[guid] = {guid, unique(name, switch_names_, guid)};
            } else {
                FabricAdapter& adapter = model_.adapters[guid];
                adapter.guid = guid;
                adapter.aggregation = is_aggregation_node(device.description);
                adapter.device = adapter_name(device.description).device;
                adapter.number = device_number(adapter.device);
            }
        }
    }

    void find_lone_devices() {
        std::set<uint64_t> cabled;
        for (const Cable& cable : model_.cables) cabled.insert({cable.a, cable.b});
        for (const auto& [guid, device] : fabric_.devices)
            if (!cabled.count(guid))
                summary_.lone_devices.push_back(fmt::format("{}:{}: \"{}\" (0x{}) has no cable.", device.file,
                                                            device.line, device.description, guid_text(guid)));
    }

    void connect() {
        for (const Cable& cable : model_.cables) {
            if (is_switch(cable.a)) {
                model_.switches[cable.a].neighbours.push_back(cable.b);
                model_.switches[cable.b].neighbours.push_back(cable.a);
            } else if (model_.adapters[cable.a].aggregation) {
                aggregation_home_.emplace(cable.a, cable.b);
            } else {
                ++model_.switches[cable.b].host_cables;
                leaf_of_.emplace(cable.a, cable.b);
            }
        }
    }

    // Adapters by host name. Where one host would have two adapters of one device name, the machines only share a name:
    // the second set is a host of its own.
    void group_hosts() {
        std::map<std::string, std::map<std::string, std::vector<uint64_t>>> by_name;
        for (const auto& [guid, adapter] : model_.adapters) {
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
        FabricHost host;
        host.role = role_from_host_name(name);
        for (const auto& [device, guids] : devices) {
            if (device.empty() && machine == 0) host.adapters.insert(host.adapters.end(), guids.begin(), guids.end());
            if (!device.empty() && machine < guids.size()) host.adapters.push_back(guids[machine]);
        }
        if (machine > 0) summary_.duplicate_names += uint32_t(host.adapters.size());
        host.name = unique(machine == 0 ? name : fmt::format("{}-{}", name, guid_text(host.adapters.front())),
                           host_names_, host.adapters.front());
        sort_adapters(host);
        model_.hosts.push_back(std::move(host));
    }

    void add_nameless(uint64_t guid) {
        FabricHost host;
        host.name = unique("host-" + guid_text(guid), host_names_, guid);
        host.adapters = {guid};
        if (fabric_.devices.at(guid).kind == DeviceKind::router) host.role = NodeRole::other;
        host.named = false;
        ++summary_.names_lost;
        model_.hosts.push_back(std::move(host));
    }

    void add_aggregation_node(uint64_t guid) {
        FabricHost host;
        host.role = NodeRole::other;
        host.adapters = {guid};
        const auto home = aggregation_home_.find(guid);
        host.home_switch = home == aggregation_home_.end() ? 0 : home->second;
        host.name = unique("sharp-" + (host.home_switch ? model_.switches[host.home_switch].name : guid_text(guid)),
                           host_names_, guid);
        ++summary_.aggregation_nodes;
        model_.hosts.push_back(std::move(host));
    }

    void sort_adapters(FabricHost& host) {
        std::sort(host.adapters.begin(), host.adapters.end(), [&](uint64_t x, uint64_t y) {
            const FabricAdapter &a = model_.adapters[x], &b = model_.adapters[y];
            return std::tuple(a.number.value_or(UINT32_MAX), x) < std::tuple(b.number.value_or(UINT32_MAX), y);
        });
    }

    // Leaf: has hosts (aggregation nodes do not count). Above it by distance: spine, then core. Names decide where the
    // cabling does not: a switch without hosts and a spine that carries a fabric manager.
    void find_tiers() {
        uint32_t by_name = 0;
        std::map<uint64_t, int> distance;
        std::deque<uint64_t> queue;
        for (auto& [guid, it] : model_.switches) {
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
            for (uint64_t next : model_.switches[guid].neighbours)
                if (distance.try_emplace(next, distance[guid] + 1).second) {
                    model_.switches[next].role = distance[next] == 1 ? SwitchRole::spine : SwitchRole::core;
                    queue.push_back(next);
                }
        }
        for (auto& [guid, it] : model_.switches) {
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
        for (const FabricHost& host : model_.hosts)
            if (host.role == NodeRole::gpu)
                for (uint64_t guid : host.adapters)
                    if (model_.adapters[guid].number) ++seen[*model_.adapters[guid].number], ++numbered;
        // Numbers that few adapters have are of other machines (a fabric manager's mlx5_0 beside eight rails).
        std::erase_if(seen, [&](const auto& entry) { return uint64_t(entry.second) * 50 < numbered; });
        std::map<uint32_t, uint32_t> rails;
        for (const auto& [number, count] : seen)
            if (rails.size() < 64) rails.emplace(number, uint32_t(rails.size()));
        for (const FabricHost& host : model_.hosts)
            for (uint64_t guid : host.adapters) {
                FabricAdapter& adapter = model_.adapters[guid];
                const auto rail = adapter.number ? rails.find(*adapter.number) : rails.end();
                if (host.role != NodeRole::gpu || rail == rails.end()) continue;
                adapter.rail = rail->second;
                adapter.rail_known = true;
                if (const auto leaf = leaf_of_.find(guid); leaf != leaf_of_.end())
                    ++model_.switches[leaf->second].rails[adapter.rail];
            }
        for (auto& [guid, adapter] : model_.adapters) {
            if (adapter.rail_known) continue;
            const auto leaf = leaf_of_.find(guid);
            if (leaf != leaf_of_.end()) adapter.rail = rail_of(model_.switches[leaf->second]);
        }
    }

    void count_gpus() {
        for (FabricHost& host : model_.hosts) {
            if (host.role != NodeRole::gpu) continue;
            const auto adapters = uint32_t(host.adapters.size());
            host.gpus = !options_.gpus_per_host ? adapters
                        : !host.named           ? std::min(adapters, *options_.gpus_per_host)
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

    const Fabric& fabric_;
    const FabricImportOptions& options_;
    ImportSummary& summary_;
    FabricModel model_;
    std::map<uint64_t, uint64_t> leaf_of_, aggregation_home_;  // adapter → switch
    std::set<std::string> host_names_, switch_names_;
};

}  // namespace

int tier(SwitchRole role) {
    return role == SwitchRole::leaf ? 0 : role == SwitchRole::spine ? 1 : role == SwitchRole::core ? 2 : 1;
}

uint32_t rail_of(const FabricSwitch& it) {
    uint32_t rail = 0, most = 0;
    for (auto [candidate, count] : it.rails)
        if (count > most) rail = candidate, most = count;
    return rail;
}

FabricModel build_fabric_model(const Fabric& fabric, const FabricImportOptions& options, ImportSummary& summary) {
    return Builder(fabric, options, summary).run();
}

}  // namespace bv
