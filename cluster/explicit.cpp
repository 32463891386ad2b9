// Reads named halls, rows, racks, nodes, switches, power gear, plant and CDUs, and turns the names by which they refer
// to each other into indices. Every name that is used twice or refers to nothing is refused with its line.
#include "cluster/explicit.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

namespace bv {
namespace {

constexpr std::array rack_roles{RackRole::gpu,      RackRole::leaf,    RackRole::spine, RackRole::core,
                                RackRole::frontend, RackRole::storage, RackRole::cpu,   RackRole::other};
constexpr std::array node_roles{NodeRole::gpu, NodeRole::storage, NodeRole::cpu, NodeRole::other};
constexpr std::array nic_roles{NicRole::compute, NicRole::frontend};
constexpr std::array switch_roles{SwitchRole::leaf,          SwitchRole::spine,        SwitchRole::core,
                                  SwitchRole::frontend_leaf, SwitchRole::service_leaf, SwitchRole::frontend_spine,
                                  SwitchRole::frontend_core, SwitchRole::management,   SwitchRole::other};
constexpr std::array power_kinds{PowerKind::utility, PowerKind::substation, PowerKind::battery,
                                 PowerKind::ups,     PowerKind::generator,  PowerKind::busway};
constexpr std::array plant_kinds{PlantKind::plant, PlantKind::tower, PlantKind::chiller, PlantKind::loop};
constexpr std::array placements{CduPlacement::in_rack, CduPlacement::in_row, CduPlacement::hall};

class ExplicitReader {
public:
    ExplicitReader(Section& file, Topology& topology) : file_(file), t_(topology) {
        for (size_t c = 0; c < object_class_count; ++c)
            for (uint32_t i = 0; i < t_.names[c].size(); ++i) by_name_[c].emplace(t_.names[c][i], i);
    }

    ExplicitObjects read() {
        out_.first_hall = uint32_t(t_.halls.size());
        out_.first_rack = uint32_t(t_.racks.size());
        each("hall", [this](Section& s) { hall(s); });
        each("row", [this](Section& s) { row(s); });
        each("plant", [this](Section& s) { plant(s); });
        each("power", [this](Section& s) { power(s); });
        resolve_parents();
        auto racks = file_.sections("rack");
        for (Section& s : racks) rack(s);
        each("cdu", [this](Section& s) { cdu(s); });
        for (size_t r = 0; r < racks.size(); ++r) rack_references(racks[r], t_.racks[out_.first_rack + r]);
        each("node", [this](Section& s) { node(s); });
        each("switch", [this](Section& s) { switch_(s); });
        return std::move(out_);
    }

private:
    template <typename Read>
    void each(std::string_view key, Read read) {
        for (Section& s : file_.sections(key)) {
            out_.any = true;
            read(s);
            s.done();
        }
    }

    void name(Section& s, ObjectClass object_class, uint32_t index) {
        std::string text = s.text("name", {});
        auto& names = by_name_[size_t(object_class)];
        if (!names.emplace(text, index).second)
            s.fail("name", "a name that no other " + std::string(name_of(object_class)) + " has",
                   "\"" + text + "\" again");
        t_.names[size_t(object_class)].push_back(std::move(text));
    }

    uint32_t reference(Section& s, std::string_view key, ObjectClass object_class, bool optional) {
        if (optional && !s.has(key)) {
            s.text(key, "");
            return no_index;
        }
        const std::string text = s.text(key, {});
        const auto& names = by_name_[size_t(object_class)];
        if (const auto found = names.find(text); found != names.end()) return found->second;
        std::vector<std::string_view> known;
        for (const auto& [candidate, index] : names)
            if (known.size() < 10'000) known.push_back(candidate);
        std::sort(known.begin(), known.end());
        const std::string_view near = nearest(text, known);
        s.fail(key,
               "the name of a " + std::string(name_of(object_class)) +
                   (near.empty() ? "" : " (\"" + std::string(near) + "\"?)"),
               "\"" + text + "\", which there is not");
    }

    void unique_guid(Section& s, std::string_view key, uint64_t guid) {
        if (guid && !guids_.emplace(guid, s.line()).second)
            s.fail(key, "a GUID that nothing else has", "the one of line " + std::to_string(guids_[guid]) + " again");
    }

    void hall(Section& s) {
        name(s, ObjectClass::hall, uint32_t(t_.halls.size()));
        const auto place = s.place("place");
        const auto extent = s.extent("size");
        Hall hall;
        hall.place = place.value_or(Place{});
        hall.extent = extent.value_or(Extent{});
        out_.hall_placed.push_back(place.has_value());
        out_.hall_sized.push_back(extent.has_value());
        t_.halls.push_back(hall);
    }

    void row(Section& s) {
        name(s, ObjectClass::row, uint32_t(t_.rows.size()));
        t_.rows.push_back({reference(s, "hall", ObjectClass::hall, false)});
    }

    void rack(Section& s) {
        out_.any = true;
        name(s, ObjectClass::rack, uint32_t(t_.racks.size()));
        Rack rack;
        rack.row = reference(s, "row", ObjectClass::row, false);
        rack.hall = t_.rows[rack.row].hall;
        rack.role = s.choice("role", rack_roles, std::optional(RackRole::other));
        const uint32_t next = next_slot_[rack.row];
        rack.slot = uint16_t(s.count("slot", next, 0, 65535));
        next_slot_[rack.row] = std::min(65535u, std::max<uint32_t>(next, rack.slot + 1u));
        const auto place = s.place("place");
        rack.place = place.value_or(Place{});
        rack.extent = s.extent("size").value_or(Extent{0.6f, 1.2f, 2.2f});
        rack.units = uint16_t(s.count("units", 48, 1, 100));
        rack.pod = s.count("pod", no_index, 0, 1'000'000);
        rack.array = s.count("array", no_index, 0, 1'000'000);
        out_.rack_placed.push_back(place.has_value());
        t_.racks.push_back(rack);
    }

    void rack_references(Section& s, Rack& rack) {
        rack.cdu = reference(s, "cdu", ObjectClass::cdu, true);
        rack.busway = reference(s, "busway", ObjectClass::power, true);
        s.done();
    }

    void node(Section& s) {
        const auto index = uint32_t(t_.nodes.size());
        name(s, ObjectClass::node, index);
        Node node;
        node.rack = reference(s, "rack", ObjectClass::rack, false);
        node.role = s.choice("role", node_roles, std::optional(NodeRole::gpu));
        node.unit = uint16_t(s.count("unit", 0, 0, 100));
        node.height_units = uint16_t(s.count("height_units", 1, 1, 100));
        node.bays = uint8_t(s.count("bays", 1, 1, 64));
        node.bay = uint8_t(s.count("bay", 1, 1, node.bays) - 1);
        node.gpus.count = s.count("gpus", 0, 0, 1024);
        node.guid = s.guid("guid");
        unique_guid(s, "guid", node.guid);
        auto& names = t_.names[size_t(ObjectClass::nic)];
        std::vector<std::string_view> in_node;
        auto nics = s.sections("nics");
        names.resize(t_.nics.size());
        names.reserve(t_.nics.size() + nics.size());  // in_node looks at these strings: they must not move
        for (Section& n : nics) {
            nic(n, index, uint32_t(in_node.size()));
            if (std::find(in_node.begin(), in_node.end(), names.back()) != in_node.end())
                n.fail("name", "a name that no other NIC of the node has", "\"" + names.back() + "\" again");
            in_node.push_back(names.back());
        }
        node.nics.count = uint32_t(nics.size());
        t_.nodes.push_back(node);
    }

    void nic(Section& s, uint32_t node, uint32_t number) {
        Nic nic;
        nic.node = node;
        t_.names[size_t(ObjectClass::nic)].push_back(s.text("name", "nic" + std::to_string(number)));
        nic.role = s.choice("role", nic_roles, std::optional(NicRole::compute));
        nic.rail = uint8_t(s.count("rail", 0, 0, 255));
        if (s.has("rail")) t_.rails = std::max(t_.rails, nic.rail + 1u);
        nic.ports = uint16_t(s.count("ports", 1, 1, 65535));
        nic.guid = s.guid("guid");
        unique_guid(s, "guid", nic.guid);
        t_.nics.push_back(nic);
        s.done();
    }

    void switch_(Section& s) {
        name(s, ObjectClass::switch_, uint32_t(t_.switches.size()));
        Switch w;
        w.rack = reference(s, "rack", ObjectClass::rack, false);
        w.role = s.choice("role", switch_roles, std::optional(SwitchRole::other));
        w.unit = uint16_t(s.count("unit", 0, 0, 100));
        w.height_units = uint16_t(s.count("height_units", 2, 1, 100));
        w.ports = uint16_t(s.count("ports", {}, 1, 65535));
        w.rail = uint16_t(s.count("rail", 0, 0, 65535));
        w.plane = uint16_t(s.count("plane", 0, 0, 65535));
        w.pod = s.count("pod", no_index, 0, 1'000'000);
        w.guid = s.guid("guid");
        unique_guid(s, "guid", w.guid);
        t_.switches.push_back(w);
    }

    void cdu(Section& s) {
        name(s, ObjectClass::cdu, uint32_t(t_.cdus.size()));
        Cdu cdu;
        cdu.placement = s.choice("placement", placements, std::optional(CduPlacement::in_rack));
        cdu.rack = reference(s, "rack", ObjectClass::rack, cdu.placement != CduPlacement::in_rack);
        cdu.hall = reference(s, "hall", ObjectClass::hall, true);
        if (cdu.hall == no_index && cdu.rack != no_index) cdu.hall = t_.racks[cdu.rack].hall;
        cdu.plant = reference(s, "plant", ObjectClass::plant, true);
        cdu.place = s.place("place").value_or(cdu.hall == no_index ? Place{} : t_.halls[cdu.hall].place);
        const Extent in_rack{0.5f, 0.9f, 4 * 0.04445f}, beside{0.9f, 1.2f, 2.2f};
        cdu.extent = s.extent("size").value_or(cdu.placement == CduPlacement::in_rack ? in_rack : beside);
        t_.cdus.push_back(cdu);
    }

    void power(Section& s) {
        name(s, ObjectClass::power, uint32_t(t_.power.size()));
        Power p;
        p.kind = s.choice("kind", power_kinds, {});
        p.hall = reference(s, "hall", ObjectClass::hall, true);
        p.place = s.place("place").value_or(Place{});
        p.extent = s.extent("size").value_or(Extent{});
        p.rated_watts = float(s.number("rated_watts", 0, 0, 1e12));
        if (s.has("parent")) power_parents_.emplace_back(s, uint32_t(t_.power.size()));
        s.text("parent", "");
        t_.power.push_back(p);
    }

    void plant(Section& s) {
        name(s, ObjectClass::plant, uint32_t(t_.plants.size()));
        Plant p;
        p.kind = s.choice("kind", plant_kinds, {});
        p.hall = reference(s, "hall", ObjectClass::hall, true);
        p.place = s.place("place").value_or(Place{});
        p.extent = s.extent("size").value_or(Extent{});
        if (s.has("parent")) plant_parents_.emplace_back(s, uint32_t(t_.plants.size()));
        s.text("parent", "");
        t_.plants.push_back(p);
    }

    void resolve_parents() {
        for (auto& [s, index] : power_parents_)
            t_.power[index].parent = reference(s, "parent", ObjectClass::power, false);
        for (auto& [s, index] : plant_parents_)
            t_.plants[index].parent = reference(s, "parent", ObjectClass::plant, false);
        for (auto& [s, index] : power_parents_) refuse_circle(s, t_.power, index);
        for (auto& [s, index] : plant_parents_) refuse_circle(s, t_.plants, index);
    }

    template <typename Item>
    static void refuse_circle(Section& s, const std::vector<Item>& items, uint32_t start) {
        // Floyd would do; chains are a handful long, so counting is enough.
        uint32_t at = items[start].parent;
        for (size_t steps = 0; at != no_index; at = items[at].parent)
            if (++steps > 64 || at == start)
                s.fail("parent", "a chain of parents that ends within 64 steps", "a circle or a longer one");
    }

    Section& file_;
    Topology& t_;
    ExplicitObjects out_;
    std::array<std::unordered_map<std::string, uint32_t>, object_class_count> by_name_;
    std::unordered_map<uint64_t, Line> guids_;
    std::unordered_map<uint32_t, uint32_t> next_slot_;  // [row]
    std::vector<std::pair<Section, uint32_t>> power_parents_, plant_parents_;
};

}  // namespace

ExplicitObjects read_explicit_objects(Section& file, Topology& topology) {
    return ExplicitReader(file, topology).read();
}

}  // namespace bv
