// Reads a FabricModel, places it on the floor and writes an ExplicitCluster with a summary of what was read and
// guessed.
#include "feed/import/fabric_cluster.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "feed/import/fabric_model.h"
#include "feed/import/floor_plan.h"

namespace bv {

namespace {

class Import {
public:
    Import(const Fabric& fabric, const FabricImportOptions& options)
        : fabric_(fabric),
          options_(options),
          rules_(NameRules::with_defaults(options.name_rules)),
          model_(build_fabric_model(fabric, options, summary_)) {}

    FabricImport run() {
        place();
        write_cluster();
        summarise();
        return {std::move(cluster_), std::move(summary_)};
    }

private:
    void place() {
        FloorPlan plan;
        for (size_t i = 0; i < model_.hosts.size(); ++i) {
            const FabricHost& host = model_.hosts[i];
            if (host.home_switch) continue;
            add_to_plan(plan, host.name, false, i);
        }
        std::vector<uint64_t> guids;
        for (const auto& [guid, it] : model_.switches) {
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
        for (size_t i = 0; i < model_.hosts.size(); ++i) write_host(model_.hosts[i], i);
        for (const auto& [guid, it] : model_.switches) write_switch(it);
        std::sort(cluster_.nodes.begin(), cluster_.nodes.end(),
                  [](const ExplicitNode& a, const ExplicitNode& b) { return natural_less(a.name, b.name); });
        std::sort(cluster_.switches.begin(), cluster_.switches.end(),
                  [](const ExplicitSwitch& a, const ExplicitSwitch& b) {
                      return std::tuple(tier(a.role)) != std::tuple(tier(b.role)) ? tier(a.role) < tier(b.role)
                                                                                  : natural_less(a.name, b.name);
                  });
        for (const Cable& cable : model_.cables) write_cable(cable);
        number_pods();
        set_rack_roles();
    }

    void write_host(const FabricHost& host, size_t index) {
        const bool inside_switch = host.home_switch != 0;
        const Spot& spot = inside_switch ? switch_spots_[host.home_switch] : host_spots_[index];
        ExplicitNode node{host.name, spot.rack, host.role, spot.unit, spot.height_units,
                          spot.bay,  spot.bays, host.gpus, {}};
        if (inside_switch) {  // it has no box of its own: the unit above its switch is kept free for it
            node.unit = uint16_t(spot.unit + spot.height_units);
            node.height_units = 1;
        }
        std::set<std::string> used;
        for (uint64_t guid : host.adapters) {
            const FabricAdapter& adapter = model_.adapters[guid];
            const std::string name = adapter.device.empty() ? fmt::format("nic{}", node.nics.size()) : adapter.device;
            node.nics.push_back({used.insert(name).second ? name : fmt::format("{}-{}", name, guid_text(guid)), guid,
                                 uint8_t(adapter.rail), std::max<uint16_t>(fabric_.devices.at(guid).ports, 1)});
        }
        cluster_.nodes.push_back(std::move(node));
    }

    void write_switch(const FabricSwitch& it) {
        const Spot& spot = switch_spots_[it.guid];
        ExplicitSwitch out{it.name,   spot.rack,         it.role,
                           spot.unit, spot.height_units, fabric_.devices.at(it.guid).ports};
        out.guid = it.guid;
        const auto place = rules_.match(it.name);
        out.rail = uint16_t(it.rails.empty() ? 0 : rail_of(it));
        if (place && place->plane) out.plane = uint16_t(std::min(*place->plane, 255u));
        if (place && place->pod) out.pod = *place->pod;
        cluster_.switches.push_back(std::move(out));
    }

    void write_cable(const Cable& cable) {
        ExplicitCable out;
        const bool host = model_.adapters.count(cable.a) != 0;
        const bool swapped = !host && tier(model_.switches[cable.a].role) > tier(model_.switches[cable.b].role);
        out.lower = swapped ? cable.b : cable.a;
        out.upper = swapped ? cable.a : cable.b;
        out.lower_port = swapped ? cable.b_port : cable.a_port;
        out.upper_port = swapped ? cable.a_port : cable.b_port;
        if (host) {
            out.rail = uint8_t(model_.adapters[cable.a].rail);
            ++summary_.host_cables;
        } else {
            const bool top = std::max(tier(model_.switches[cable.a].role), tier(model_.switches[cable.b].role)) >= 2;
            out.link_class = top ? LinkClass::spine_core : LinkClass::leaf_spine;
            ++summary_.switch_cables;
        }
        if (const auto place = rules_.match(model_.switches[out.upper].name); place && place->plane)
            out.plane = uint8_t(std::min(*place->plane, 255u));
        out.gigabits_per_second = rate_bytes_per_second(cable.rate) * 8 / 1e9;
        if (out.gigabits_per_second == 0) ++summary_.unknown_rates;
        cluster_.cables.push_back(out);
    }

    // Pods are group numbers from 0; names count them from anywhere.
    void number_pods() {
        std::map<uint32_t, uint32_t> numbers;
        for (const ExplicitRack& rack : cluster_.racks) numbers[rack.pod];
        for (const ExplicitSwitch& it : cluster_.switches) numbers[it.pod];
        numbers.erase(no_index);
        for (uint32_t next = 0; auto& [pod, number] : numbers) number = next++;
        numbers[no_index] = no_index;
        for (ExplicitRack& rack : cluster_.racks) rack.pod = numbers[rack.pod];
        for (ExplicitSwitch& it : cluster_.switches) it.pod = numbers[it.pod];
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
        summary_.switches = uint32_t(model_.switches.size());
        for (const auto& [guid, it] : model_.switches)
            ++(it.role == SwitchRole::leaf    ? summary_.leaves
               : it.role == SwitchRole::spine ? summary_.spines
               : it.role == SwitchRole::core  ? summary_.cores
                                              : summary_.other_switches);
        summary_.adapters = uint32_t(model_.adapters.size());
        summary_.cables = uint32_t(model_.cables.size());
        std::map<uint32_t, uint32_t> sizes;
        for (const FabricHost& host : model_.hosts) {
            if (!is_aggregation(host)) ++(host.gpus > 0 ? summary_.compute_hosts : summary_.other_hosts);
            if (host.gpus > 0) ++sizes[host.gpus];
        }
        for (const auto& [guid, adapter] : model_.adapters)
            if (fabric_.devices.at(guid).kind == DeviceKind::router) ++summary_.routers;
        summary_.halls = uint32_t(cluster_.halls.size());
        summary_.rows = uint32_t(cluster_.rows.size());
        summary_.racks = uint32_t(cluster_.racks.size());
        // The commonest count of GPUs per host stands for the NVLink domain, which a fabric scan does not show.
        uint32_t most = 0;
        for (auto [gpus, count] : sizes)
            if (count >= most) cluster_.nvlink_domain = gpus, most = count;
        write_facts();
    }

    bool is_aggregation(const FabricHost& host) { return model_.adapters[host.adapters.front()].aggregation; }

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
    const NameRules rules_;
    ImportSummary summary_;  // before the model, which fills it
    FabricModel model_;
    std::vector<Spot> host_spots_;  // [host]
    std::map<uint64_t, Spot> switch_spots_;
    ExplicitCluster cluster_;
};

}  // namespace

FabricImport import_fabric(const Fabric& fabric, const FabricImportOptions& options) {
    return Import(fabric, options).run();
}

}  // namespace bv
