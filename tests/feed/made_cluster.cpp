// One array is a row of racks: its leafs stand in the last GPU rack's place beside the row, one per rail; spines are
// shared per hall.
#include "tests/feed/made_cluster.h"

#include <string>

namespace bv::test {
namespace {

constexpr uint32_t rails = 8;

void add_name(Topology& t, ObjectClass object_class, std::string name) {
    t.names[size_t(object_class)].push_back(std::move(name));
}

uint32_t add_power(Topology& t, PowerKind kind, uint32_t parent, uint32_t hall, float rated, std::string name) {
    t.power.push_back({.kind = kind, .parent = parent, .hall = hall, .rated_watts = rated});
    add_name(t, ObjectClass::power, std::move(name));
    return static_cast<uint32_t>(t.power.size() - 1);
}

void add_node(Topology& t, uint32_t rack, uint32_t slot, bool gpus) {
    const uint32_t n = static_cast<uint32_t>(t.nodes.size());
    Node node{.rack = rack, .unit = static_cast<uint16_t>(5 + 5 * slot), .height_units = 4};
    node.gpus = {static_cast<uint32_t>(t.gpu_nodes.size()), gpus ? 8u : 0u};
    node.nics = {static_cast<uint32_t>(t.nics.size()), rails + 1};
    for (uint32_t g = 0; g < node.gpus.count; ++g) t.gpu_nodes.push_back(n);
    for (uint32_t r = 0; r <= rails; ++r) {
        t.nics.push_back({.node = n,
                          .role = r < rails ? NicRole::compute : NicRole::frontend,
                          .rail = static_cast<uint8_t>(r % rails)});
    }
    t.nodes.push_back(node);
    add_name(t, ObjectClass::node, "node-" + std::to_string(n));
}

void add_leafs_and_spines(Topology& t, uint32_t row, uint32_t row_in_hall, uint32_t rack, uint32_t first_node,
                          uint32_t first_spine) {
    for (uint32_t r = 0; r < rails; ++r) {
        const uint32_t leaf = static_cast<uint32_t>(t.switches.size());
        t.switches.push_back(
            {.rack = rack, .role = SwitchRole::leaf, .ports = 128, .rail = static_cast<uint16_t>(r), .pod = row});
        add_name(t, ObjectClass::switch_, "leaf-" + std::to_string(row) + "-" + std::to_string(r));
        for (uint32_t n = first_node; n < t.nodes.size(); ++n) {
            t.links.push_back({.a = {t.nodes[n].nics.first + r, 0, false},
                               .b = {leaf, static_cast<uint16_t>(n - first_node), true},
                               .link_class = LinkClass::host,
                               .medium = LinkMedium::multimode,
                               .rail = static_cast<uint8_t>(r),
                               .capacity_bytes_per_second = 5.0e10f});
        }
        for (uint32_t s = 0; s < 8; ++s) {
            for (uint32_t k = 0; k < 4; ++k) {
                t.links.push_back({.a = {leaf, static_cast<uint16_t>(64 + 4 * s + k), true},
                                   .b = {first_spine + s, static_cast<uint16_t>(row_in_hall * 32 + r * 4 + k), true},
                                   .link_class = LinkClass::leaf_spine,
                                   .medium = LinkMedium::single_mode,
                                   .capacity_bytes_per_second = 5.0e10f});
            }
        }
    }
}

}  // namespace

std::shared_ptr<Topology> make_cluster(Shape shape) {
    auto made = std::make_shared<Topology>();
    Topology& t = *made;
    t.name = "made";
    t.title = "Cluster made for tests";
    t.synthetic = true;
    t.hash = 42;
    t.rails = rails;
    add_name(t, ObjectClass::site, "site");
    const uint32_t utility =
        shape.power ? add_power(t, PowerKind::utility, no_index, no_index, 2.0e8f, "utility") : no_index;
    const uint32_t substation =
        shape.power ? add_power(t, PowerKind::substation, utility, no_index, 2.0e8f, "substation") : no_index;
    if (shape.power) add_power(t, PowerKind::battery, substation, no_index, 1.5e8f, "battery");
    if (shape.cooling) {
        t.plants.push_back({.kind = PlantKind::plant});
        add_name(t, ObjectClass::plant, "plant");
        t.plants.push_back({.kind = PlantKind::tower, .parent = 0});
        add_name(t, ObjectClass::plant, "tower");
    }
    for (uint32_t h = 0; h < shape.halls; ++h) {
        const std::string hall_name = "h" + std::to_string(h);
        const uint32_t ups =
            shape.power ? add_power(t, PowerKind::ups, substation, h, 4.0e7f, hall_name + "-ups") : no_index;
        Hall hall{.place = {100.0f * float(h), 0, 0, 0}, .extent = {80, 60, 8}};
        if (shape.cooling) {
            t.plants.push_back({.kind = PlantKind::loop, .parent = 0, .hall = h});
            add_name(t, ObjectClass::plant, hall_name + "-loop");
        }
        const uint32_t loop = static_cast<uint32_t>(t.plants.size() - 1);
        const uint32_t first_spine = static_cast<uint32_t>(t.switches.size());
        for (uint32_t s = 0; s < 8; ++s) {
            t.switches.push_back({.role = SwitchRole::spine, .ports = 128, .plane = static_cast<uint16_t>(s)});
            add_name(t, ObjectClass::switch_, hall_name + "-spine-" + std::to_string(s));
        }
        for (uint32_t y = 0; y < shape.rows; ++y) {
            const uint32_t row_index = static_cast<uint32_t>(t.rows.size());
            const std::string row_name = hall_name + "-r" + std::to_string(y);
            const uint32_t first_node = static_cast<uint32_t>(t.nodes.size());
            const uint32_t busway =
                shape.power ? add_power(t, PowerKind::busway, ups, h, 1.0e6f, row_name + "-busway") : no_index;
            for (uint32_t x = 0; x <= shape.racks; ++x) {
                const bool leaf_rack = x == shape.racks;
                const uint32_t r = static_cast<uint32_t>(t.racks.size());
                Rack rack{.hall = h,
                          .row = row_index,
                          .role = leaf_rack ? RackRole::leaf : RackRole::gpu,
                          .place = {100.0f * float(h) - 30 + 1.2f * float(x), 4.0f * float(y) - 20, 0, 0},
                          .extent = {0.6f, 1.2f, 2.3f}};
                rack.slot = static_cast<uint16_t>(x);
                rack.busway = busway;
                if (shape.cooling && !leaf_rack) {
                    rack.cdu = static_cast<uint32_t>(t.cdus.size());
                    t.cdus.push_back({.placement = CduPlacement::in_rack, .hall = h, .rack = r, .plant = loop});
                    add_name(t, ObjectClass::cdu, row_name + "-cdu-" + std::to_string(x));
                }
                t.racks.push_back(rack);
                add_name(t, ObjectClass::rack, row_name + "-rack-" + std::to_string(x));
                for (uint32_t n = 0; n < shape.nodes && !leaf_rack; ++n) add_node(t, r, n, shape.gpus);
            }
            t.rows.push_back({.hall = h});
            add_name(t, ObjectClass::row, row_name);
            add_leafs_and_spines(t, row_index, y, static_cast<uint32_t>(t.racks.size() - 1), first_node, first_spine);
        }
        t.halls.push_back(hall);
        add_name(t, ObjectClass::hall, hall_name);
    }
    t.finish();
    return made;
}

}  // namespace bv::test
