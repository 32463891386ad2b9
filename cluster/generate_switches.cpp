// Puts the switches of a plan into racks: leafs with their array, spines with their hall, cores spread over the halls,
// one management switch at the top of every rack.
#include "cluster/generate_switches.h"

#include <algorithm>
#include <array>

#include "cluster/generate_names.h"

namespace bv {
namespace {

uint32_t divided_up(uint64_t a, uint64_t b) { return uint32_t((a + b - 1) / b); }

uint32_t spines_per_pod(const ClusterPlan& plan) {
    return plan.fabric.has_spine ? plan.spine_groups() * plan.fabric.spines : 0;
}
uint32_t core_count(const ClusterPlan& plan) {
    return plan.fabric.has_core ? spines_per_pod(plan) * plan.fabric.cores_per_plane : 0;
}
// Cores are dealt out to the halls in equal runs, so that a plane stands in one hall as far as possible.
uint32_t first_core(const ClusterPlan& plan, uint32_t hall) {
    return uint32_t(uint64_t(core_count(plan)) * hall / plan.site.halls);
}

class SwitchGenerator {
public:
    SwitchGenerator(const ClusterPlan& plan, Topology& topology, Generated& out)
        : plan_(plan), t_(topology), out_(out) {
        next_unit_.assign(t_.racks.size(), 0);
        racks_by_role_.resize(plan.site.halls);
        for (uint32_t r = 0; r < t_.racks.size(); ++r)
            racks_by_role_[t_.racks[r].hall][size_t(t_.racks[r].role)].push_back(r);
        array_racks_.resize(plan.arrays());
        for (uint32_t r = 0; r < t_.racks.size(); ++r)
            if (t_.racks[r].array != no_index) array_racks_[t_.racks[r].array].push_back(r);
    }

    void run() {
        const uint32_t per_pod = plan_.site.arrays_per_pod;
        for (uint32_t a = 0; a < plan_.arrays(); ++a) add_leafs(a, a / per_pod);
        for (uint32_t p = 0; p < plan_.pods() && plan_.fabric.has_spine; ++p) add_spines(p);
        for (uint32_t h = 0; h < plan_.site.halls; ++h) {
            add_cores(h);
            if (plan_.frontend.present) add_frontend(h);
        }
        if (plan_.management.present)
            for (uint32_t r = 0; r < t_.racks.size(); ++r)
                add(r, SwitchRole::management, rack_name(r) + "-oob", plan_.management.switch_ports, 1,
                    t_.racks[r].units);
    }

private:
    const std::string& rack_name(uint32_t rack) const { return t_.names[size_t(ObjectClass::rack)][rack]; }
    const std::string& hall_of(uint32_t hall) const { return t_.names[size_t(ObjectClass::hall)][hall]; }

    uint32_t add(uint32_t rack, SwitchRole role, std::string name, uint32_t ports, uint32_t height, uint32_t unit) {
        Switch s;
        s.rack = rack;
        s.role = role;
        s.unit = uint16_t(unit);
        s.height_units = uint16_t(height);
        s.ports = uint16_t(ports);
        t_.switches.push_back(s);
        t_.names[size_t(ObjectClass::switch_)].push_back(std::move(name));
        return uint32_t(t_.switches.size() - 1);
    }

    // Switches fill a rack upwards from unit 3; in a rack of GPUs they hang below the top.
    uint32_t add_stacked(uint32_t rack, SwitchRole role, std::string name, uint32_t ports, uint32_t height) {
        uint32_t& used = next_unit_[rack];
        used += height;
        const uint32_t units = t_.racks[rack].units;
        const bool with_gpus = t_.racks[rack].role == RackRole::gpu;
        const uint32_t unit = with_gpus ? (units > used ? units - used : 0) : 3 + used - height;
        return add(rack, role, std::move(name), ports, height, unit + height > units + 1 ? 0 : unit);
    }

    void add_leafs(uint32_t array, uint32_t pod) {
        const auto& f = plan_.fabric;
        std::vector<uint32_t> racks;
        for (const uint32_t r : array_racks_[array])
            if (t_.racks[r].role == RackRole::leaf) racks.push_back(r);
        if (racks.empty()) racks = array_racks_[array];
        const std::string& first = rack_name(array_racks_[array].front());
        const std::string name = first.substr(0, first.rfind('-'));
        if (f.present)
            for (uint32_t q = 0; q < f.planes; ++q)
                for (uint32_t r = 0; r < f.rails; ++r) {
                    const size_t rack = size_t(q * f.rails + r) * racks.size() / plan_.leafs_per_array();
                    const std::string plane = f.planes > 1 ? "." + std::to_string(q) : "";
                    const uint32_t s =
                        add_stacked(racks[rack], SwitchRole::leaf, name + "-leaf" + padded(r, f.rails - 1) + plane,
                                    f.leaf_ports, f.switch_height_units);
                    t_.switches[s].rail = uint16_t(r);
                    t_.switches[s].plane = uint16_t(q);
                    t_.switches[s].pod = pod;
                    out_.leafs.push_back(s);
                }
        if (plan_.frontend.present) {
            const uint32_t s = add_stacked(racks.back(), SwitchRole::frontend_leaf, name + "-fe",
                                           plan_.frontend.switch_ports, plan_.frontend.switch_height_units);
            t_.switches[s].pod = pod;
            out_.frontend_leafs.push_back(s);
        }
    }

    // The switches of a hall's network racks are dealt out in order, per_rack to a rack.
    uint32_t network_rack(uint32_t hall, RackRole role, uint32_t number, uint32_t per_rack) const {
        return racks_by_role_[hall][size_t(role)].at(number / per_rack);
    }

    void add_spines(uint32_t pod) {
        const auto& f = plan_.fabric;
        const uint32_t hall = pod / plan_.site.pods_per_hall, pod_in_hall = pod % plan_.site.pods_per_hall;
        const std::string name = hall_of(hall) + "-P" + padded(pod_in_hall + 1, plan_.site.pods_per_hall);
        uint32_t number = pod_in_hall * spines_per_pod(plan_);
        for (uint32_t g = 0; g < plan_.spine_groups(); ++g)
            for (uint32_t s = 0; s < f.spines; ++s, ++number) {
                const uint32_t rack = network_rack(hall, RackRole::spine, number, f.switches_per_rack);
                const uint32_t index =
                    add_stacked(rack, SwitchRole::spine, name + "-" + group(g) + "spine" + padded(s, f.spines - 1),
                                f.spine_ports, f.switch_height_units);
                set_group(index, g, s);
                t_.switches[index].pod = pod;
                out_.spines.push_back(index);
            }
    }

    void add_cores(uint32_t hall) {
        const auto& f = plan_.fabric;
        const uint32_t first = first_core(plan_, hall), end = first_core(plan_, hall + 1);
        for (uint32_t i = first; i < end; ++i) {
            const uint32_t c = i % f.cores_per_plane, s = i / f.cores_per_plane % f.spines,
                           g = i / f.cores_per_plane / f.spines;
            const uint32_t rack = network_rack(hall, RackRole::core, i - first, f.switches_per_rack);
            const uint32_t index = add_stacked(rack, SwitchRole::core,
                                               hall_of(hall) + "-" + group(g) + "core" + padded(s, f.spines - 1) + "-" +
                                                   padded(c, f.cores_per_plane - 1),
                                               f.core_ports, f.switch_height_units);
            set_group(index, g, s);
            out_.cores.push_back(index);
        }
    }

    // A group of spines is a fabric plane, or one rail of one.
    std::string group(uint32_t g) const {
        const auto& f = plan_.fabric;
        const uint32_t rails = f.rail_planes ? f.rails.value : 1;
        std::string text;
        if (f.planes > 1) text += "p" + std::to_string(g / rails) + "-";
        if (f.rail_planes) text += "r" + std::to_string(g % rails) + "-";
        return text;
    }
    void set_group(uint32_t index, uint32_t g, uint32_t s) {
        const auto& f = plan_.fabric;
        const uint32_t rails = f.rail_planes ? f.rails.value : 1;
        t_.switches[index].rail = uint16_t(g % rails);
        t_.switches[index].plane = uint16_t(g / rails * f.spines + s);
    }

    void add_frontend(uint32_t hall) {
        const auto& f = plan_.frontend;
        const std::string prefix = hall_of(hall) + "-";
        add_service_leafs(hall, prefix);
        for (uint32_t i = 0; i < f.spines_per_hall; ++i)
            out_.frontend_spines.push_back(add_stacked(
                network_rack(hall, RackRole::frontend, i, f.switches_per_rack), SwitchRole::frontend_spine,
                prefix + "fespine" + padded(i, f.spines_per_hall - 1), f.switch_ports, f.switch_height_units));
        for (uint32_t i = 0; i < f.cores_per_hall; ++i)
            out_.frontend_cores.push_back(
                add_stacked(network_rack(hall, RackRole::frontend, f.spines_per_hall + i, f.switches_per_rack),
                            SwitchRole::frontend_core, prefix + "fecore" + padded(i, f.cores_per_hall - 1),
                            f.switch_ports, f.switch_height_units));
    }

    // A service leaf stands at the top of the rack of its first server.
    void add_service_leafs(uint32_t hall, const std::string& prefix) {
        const auto& f = plan_.frontend;
        const size_t per_hall = out_.service_nodes.size() / plan_.site.halls;
        out_.service_leafs_per_hall = divided_up(per_hall, f.service_leaf_ports);
        for (uint32_t i = 0; i < out_.service_leafs_per_hall; ++i) {
            const uint32_t node = out_.service_nodes[hall * per_hall + size_t(i) * f.service_leaf_ports];
            const uint32_t rack = t_.nodes[node].rack, height = f.switch_height_units;
            const uint32_t unit = t_.racks[rack].units > height ? t_.racks[rack].units - height - 1 : 0;
            out_.service_leafs.push_back(add(rack, SwitchRole::service_leaf,
                                             prefix + "svcleaf" + padded(i, out_.service_leafs_per_hall - 1),
                                             f.switch_ports, height, unit));
        }
    }

    const ClusterPlan& plan_;
    Topology& t_;
    Generated& out_;
    std::vector<uint32_t> next_unit_;                                  // [rack] units filled by stacked switches
    std::vector<std::array<std::vector<uint32_t>, 8>> racks_by_role_;  // [hall][RackRole]
    std::vector<std::vector<uint32_t>> array_racks_;                   // [array]
};

}  // namespace

NetworkRacks network_racks(const ClusterPlan& plan, uint32_t hall) {
    NetworkRacks racks;
    const auto& f = plan.fabric;
    if (f.present) {
        racks.spine = divided_up(uint64_t(plan.site.pods_per_hall) * spines_per_pod(plan), f.switches_per_rack);
        racks.core = divided_up(first_core(plan, hall + 1) - first_core(plan, hall), f.switches_per_rack);
    }
    if (plan.frontend.present)
        racks.frontend = divided_up(uint64_t(plan.frontend.spines_per_hall) + plan.frontend.cores_per_hall,
                                    plan.frontend.switches_per_rack);
    return racks;
}

void generate_switches(const ClusterPlan& plan, Topology& topology, Generated& generated) {
    SwitchGenerator(plan, topology, generated).run();
}

}  // namespace bv
