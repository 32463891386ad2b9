// Writes a topology as an explicit cluster file (docs/cluster-file.md, section 2) in which everything is called by its
// class and number. Reads it back and compares, because every index of a recording counts on it.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>
#include <stdexcept>

#include <fmt/format.h>

#include "net/recording_schema.h"
#include "net/redaction.h"

namespace bv {

namespace {

constexpr double bytes_per_gigabit = 1e9 / 8;

std::string neutral(ObjectClass object_class, uint32_t index) {
    return fmt::format("\"{}-{}\"", name_of(object_class), index + 1);
}

// Letters and digits as a product is called; nothing that must be quoted.
bool plain(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' || c == '_' ||
               c == '-' || c == '.';
    });
}

class ClusterText {
public:
    explicit ClusterText(const Topology& topology) : t_(topology) {}

    std::string write() {
        head();
        places();
        supply();
        racks();
        nodes();
        switches();
        cables();
        return std::move(text_);
    }

private:
    template <typename... Values>
    void put(fmt::format_string<Values...> format, Values&&... values) {
        fmt::format_to(std::back_inserter(text_), format, std::forward<Values>(values)...);
    }
    void reference(const char* key, ObjectClass object_class, uint32_t index) {
        if (index != no_index) put("{} = {}\n", key, neutral(object_class, index));
    }
    void place(const Place& place) {
        put("place = [{}, {}, {}]\n", place.x, place.y, place.z);
        const double degrees = std::remainder(double(place.yaw) / std::numbers::pi * 180, 360.0);
        if (degrees != 0) put("yaw_degrees = {}\n", degrees);
    }
    void size(const Extent& extent) {
        if (extent.width > 0 && extent.depth > 0 && extent.height > 0)
            put("size = [{}, {}, {}]\n", extent.width, extent.depth, extent.height);
    }
    void group(const char* key, uint32_t group) {
        if (group != no_index) put("{} = {}\n", key, group);
    }

    void head() {
        put("format = 1\nname = \"redacted\"\ntitle = \"Redacted cluster\"\nsynthetic = {}\njob_slots = {}\n",
            t_.synthetic, t_.job_slots);
        put("\n[gpu]\n");
        if (plain(t_.gpu_model)) put("model = \"{}\"\n", t_.gpu_model);
        put("tdp_watts = {}\nnvlink_domain = {}\n", t_.gpu_tdp_watts, t_.nvlink_domain);
        put("\n[parts]\n");
        for (const auto& [name, count] : t_.parts)
            if (plain(name)) put("\"{}\" = {}\n", name, count);
    }

    void places() {
        for (uint32_t h = 0; h < t_.halls.size(); ++h) {
            put("\n[[hall]]\nname = {}\n", neutral(ObjectClass::hall, h));
            place(t_.halls[h].place);
            size(t_.halls[h].extent);
        }
        for (uint32_t r = 0; r < t_.rows.size(); ++r) {
            put("\n[[row]]\nname = {}\n", neutral(ObjectClass::row, r));
            reference("hall", ObjectClass::hall, t_.rows[r].hall);
        }
    }

    void supply() {
        for (uint32_t p = 0; p < t_.plants.size(); ++p) {
            const Plant& plant = t_.plants[p];
            put("\n[[plant]]\nname = {}\nkind = \"{}\"\n", neutral(ObjectClass::plant, p), name_of(plant.kind));
            reference("parent", ObjectClass::plant, plant.parent);
            reference("hall", ObjectClass::hall, plant.hall);
            place(plant.place);
            size(plant.extent);
        }
        for (uint32_t p = 0; p < t_.power.size(); ++p) {
            const Power& power = t_.power[p];
            put("\n[[power]]\nname = {}\nkind = \"{}\"\nrated_watts = {}\n", neutral(ObjectClass::power, p),
                name_of(power.kind), power.rated_watts);
            reference("parent", ObjectClass::power, power.parent);
            reference("hall", ObjectClass::hall, power.hall);
            place(power.place);
            size(power.extent);
        }
        for (uint32_t c = 0; c < t_.cdus.size(); ++c) {
            const Cdu& cdu = t_.cdus[c];
            put("\n[[cdu]]\nname = {}\nplacement = \"{}\"\n", neutral(ObjectClass::cdu, c), name_of(cdu.placement));
            reference("rack", ObjectClass::rack, cdu.rack);
            reference("hall", ObjectClass::hall, cdu.hall);
            reference("plant", ObjectClass::plant, cdu.plant);
            place(cdu.place);
            size(cdu.extent);
        }
    }

    void racks() {
        for (uint32_t r = 0; r < t_.racks.size(); ++r) {
            const Rack& rack = t_.racks[r];
            put("\n[[rack]]\nname = {}\nrole = \"{}\"\nslot = {}\nunits = {}\n", neutral(ObjectClass::rack, r),
                name_of(rack.role), rack.slot, rack.units);
            reference("row", ObjectClass::row, rack.row);
            reference("cdu", ObjectClass::cdu, rack.cdu);
            reference("busway", ObjectClass::power, rack.busway);
            group("pod", rack.pod);
            group("array", rack.array);
            place(rack.place);
            size(rack.extent);
        }
    }

    void nodes() {
        for (uint32_t n = 0; n < t_.nodes.size(); ++n) {
            const Node& node = t_.nodes[n];
            put("\n[[node]]\nname = {}\nrole = \"{}\"\nunit = {}\nheight_units = {}\ngpus = {}\n",
                neutral(ObjectClass::node, n), name_of(node.role), node.unit, node.height_units, node.gpus.count);
            reference("rack", ObjectClass::rack, node.rack);
            if (node.nics.count) put("nics = [");
            for (uint32_t i = node.nics.first; i < node.nics.end(); ++i)
                put("{{ role = \"{}\", rail = {}, ports = {} }}, ", name_of(t_.nics[i].role), t_.nics[i].rail,
                    t_.nics[i].ports);
            if (node.nics.count) put("]\n");
        }
    }

    void switches() {
        for (uint32_t s = 0; s < t_.switches.size(); ++s) {
            const Switch& it = t_.switches[s];
            put("\n[[switch]]\nname = {}\nrole = \"{}\"\nports = {}\nunit = {}\nheight_units = {}\nrail = {}\nplane = "
                "{}\n",
                neutral(ObjectClass::switch_, s), name_of(it.role), it.ports, it.unit, it.height_units, it.rail,
                it.plane);
            reference("rack", ObjectClass::rack, it.rack);
            group("pod", it.pod);
        }
    }

    // One group for each run of links that are made alike, so that links keep their order.
    void cables() {
        const Link* before = nullptr;
        for (const Link& link : t_.links) {
            if (!before || link.link_class != before->link_class || link.medium != before->medium ||
                link.capacity_bytes_per_second != before->capacity_bytes_per_second) {
                if (before) put("]\n");
                put("\n[[cables]]\nclass = \"{}\"\nmedium = \"{}\"\ngigabits_per_second = {}\nlinks = [\n",
                    name_of(link.link_class), name_of(link.medium),
                    double(link.capacity_bytes_per_second) / bytes_per_gigabit);
            }
            put("[{}, {}, {}, {}, {{ length_m = {}, rail = {}, plane = {} }}],\n", end_name(link.a), link.a.port,
                end_name(link.b), link.b.port, link.length_m, link.rail, link.plane);
            before = &link;
        }
        if (before) put("]\n");
    }

    [[nodiscard]] std::string end_name(const PortRef& end) const {
        if (end.is_switch) return neutral(ObjectClass::switch_, end.device);
        const uint32_t node = t_.nics[end.device].node;
        return fmt::format("\"node-{}/nic{}\"", node + 1, end.device - t_.nodes[node].nics.first);
    }

    const Topology& t_;
    std::string text_;
};

bool same_end(const PortRef& a, const PortRef& b) {
    return a.device == b.device && a.port == b.port && a.is_switch == b.is_switch;
}

// Every index means the same object.
bool same_shape(const Topology& a, const Topology& b) {
    for (const ObjectClass c : all_object_classes)
        if (a.count(c) != b.count(c)) return false;
    for (const ObjectClass c :
         {ObjectClass::row, ObjectClass::rack, ObjectClass::node, ObjectClass::gpu, ObjectClass::nic,
          ObjectClass::switch_, ObjectClass::cdu, ObjectClass::power, ObjectClass::plant})
        for (uint32_t i = 0; i < a.count(c); ++i)
            if (a.parent({c, i}) != b.parent({c, i})) return false;
    for (size_t l = 0; l < a.links.size(); ++l)
        if (!same_end(a.links[l].a, b.links[l].a) || !same_end(a.links[l].b, b.links[l].b)) return false;
    return true;
}

}  // namespace

LoadedCluster redacted_cluster(const Topology& topology) {
    std::string text = ClusterText(topology).write();
    if (text.size() > max_cluster_bytes)
        throw std::runtime_error(
            fmt::format("{}: without its names the cluster file would have {} MB; a recording holds at most {}.",
                        topology.name, text.size() >> 20, max_cluster_bytes >> 20));
    LoadedCluster cluster = load_cluster_text(std::move(text), "the redacted cluster");
    if (!same_shape(topology, *cluster.topology))
        throw std::runtime_error(fmt::format("{} cannot be redacted: its objects would change places.", topology.name));
    return cluster;
}

}  // namespace bv
