// Names and paths of objects, and how they are found again. Only racks, nodes, switches and facility gear have stored
// names; a GPU, NIC, link or job is named from its parent and number, so that a million of them cost nothing.
#include <charconv>
#include <functional>
#include <stdexcept>

#include "cluster/topology.h"

namespace bv {
namespace {

constexpr std::array<std::string_view, 8> rack_roles{"gpu",      "leaf",    "spine", "core",
                                                     "frontend", "storage", "cpu",   "other"};
constexpr std::array<std::string_view, 4> node_roles{"gpu", "storage", "cpu", "other"};
constexpr std::array<std::string_view, 9> switch_roles{
    "leaf", "spine", "core", "frontend_leaf", "service_leaf", "frontend_spine", "frontend_core", "management", "other"};
constexpr std::array<std::string_view, 2> nic_roles{"compute", "frontend"};
constexpr std::array<std::string_view, link_class_count> link_classes{"host", "leaf_spine", "spine_core", "frontend",
                                                                      "management"};
constexpr std::array<std::string_view, 4> media{"unknown", "copper", "multimode", "single_mode"};
constexpr std::array<std::string_view, 6> power_kinds{"utility", "substation", "battery", "ups", "generator", "busway"};
constexpr std::array<std::string_view, 4> plant_kinds{"plant", "tower", "chiller", "loop"};
constexpr std::array<std::string_view, 3> placements{"in_rack", "in_row", "hall"};
constexpr std::array<std::string_view, 4> provenances{"sourced", "derived", "assumed", "measured"};

constexpr std::string_view link_joint = "--";

size_t slot_of(std::string_view name, size_t slots) { return std::hash<std::string_view>{}(name) & (slots - 1); }

std::optional<uint32_t> number(std::string_view digits) {
    uint32_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size()) return {};
    return value;
}

}  // namespace

std::string_view name_of(RackRole role) { return rack_roles.at(size_t(role)); }
std::string_view name_of(NodeRole role) { return node_roles.at(size_t(role)); }
std::string_view name_of(SwitchRole role) { return switch_roles.at(size_t(role)); }
std::string_view name_of(NicRole role) { return nic_roles.at(size_t(role)); }
std::string_view name_of(LinkClass link_class) { return link_classes.at(size_t(link_class)); }
std::string_view name_of(LinkMedium medium) { return media.at(size_t(medium)); }
std::string_view name_of(PowerKind kind) { return power_kinds.at(size_t(kind)); }
std::string_view name_of(PlantKind kind) { return plant_kinds.at(size_t(kind)); }
std::string_view name_of(CduPlacement placement) { return placements.at(size_t(placement)); }
std::string_view name_of(Provenance provenance) { return provenances.at(size_t(provenance)); }

std::string Topology::name_of(ObjectId id) const {
    if (!contains(id)) return {};
    const auto& stored = names[size_t(id.object_class)];
    if (id.index < stored.size() && !stored[id.index].empty()) return stored[id.index];
    switch (id.object_class) {
        case ObjectClass::site:
            return name;
        case ObjectClass::gpu:
            return "gpu " + std::to_string(id.index - nodes[gpu_nodes[id.index]].gpus.first);
        case ObjectClass::nic:
            return "nic " + std::to_string(id.index - nodes[nics[id.index].node].nics.first);
        case ObjectClass::link: {
            const Link& link = links[id.index];
            return path_of(link.a.object()) + " – " + path_of(link.b.object());
        }
        default:
            return std::string(bv::name_of(id.object_class)) + " " + std::to_string(id.index);
    }
}

std::string Topology::path_of(ObjectId id) const {
    if (!contains(id)) return {};
    const auto in_node = [this](uint32_t node) { return name_of({ObjectClass::node, node}) + "/"; };
    switch (id.object_class) {
        case ObjectClass::gpu: {
            const uint32_t node = gpu_nodes[id.index];
            return in_node(node) + "gpu" + std::to_string(id.index - nodes[node].gpus.first);
        }
        case ObjectClass::nic: {
            const uint32_t node = nics[id.index].node;
            const auto& stored = names[size_t(ObjectClass::nic)];
            if (id.index < stored.size() && !stored[id.index].empty()) return in_node(node) + stored[id.index];
            return in_node(node) + "nic" + std::to_string(id.index - nodes[node].nics.first);
        }
        case ObjectClass::link: {
            const Link& link = links[id.index];
            return path_of(link.a.object()) + ":" + std::to_string(link.a.port) + std::string(link_joint) +
                   path_of(link.b.object()) + ":" + std::to_string(link.b.port);
        }
        case ObjectClass::job:
            return "slot" + std::to_string(id.index);
        default:
            return name_of(id);
    }
}

std::optional<ObjectId> Topology::find(std::string_view text) const {
    if (const size_t colon = text.find(':'); colon != std::string_view::npos)
        if (const auto object_class = object_class_from(text.substr(0, colon)))
            if (const auto found = find_in(*object_class, text.substr(colon + 1))) return found;
    for (const ObjectClass object_class : all_object_classes)
        if (const auto found = find_in(object_class, text)) return found;
    return {};
}

std::optional<ObjectId> Topology::find_in(ObjectClass object_class, std::string_view path) const {
    const auto& slots = name_slots_[size_t(object_class)];
    const auto& stored = names[size_t(object_class)];
    if (!slots.empty()) {
        for (size_t slot = slot_of(path, slots.size()); slots[slot]; slot = (slot + 1) & (slots.size() - 1))
            if (stored[slots[slot] - 1] == path) return ObjectId{object_class, slots[slot] - 1};
    }
    switch (object_class) {
        case ObjectClass::site:
            return path == name ? std::optional(ObjectId{object_class, 0}) : std::nullopt;
        case ObjectClass::gpu:
        case ObjectClass::nic:
            return find_in_node(object_class, path);
        case ObjectClass::link:
            return find_link(path);
        case ObjectClass::job:
            if (path.starts_with("slot"))
                if (const auto slot = number(path.substr(4)); slot && *slot < job_slots)
                    return ObjectId{object_class, *slot};
            return {};
        default:
            return {};
    }
}

// "node/gpu3", "node/nic3" or, where NICs have names, "node/mlx5_3". Node names may hold slashes themselves.
std::optional<ObjectId> Topology::find_in_node(ObjectClass object_class, std::string_view path) const {
    const size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return {};
    const auto node_id = find_in(ObjectClass::node, path.substr(0, slash));
    if (!node_id) return {};
    const Node& node = nodes[node_id->index];
    const std::string_view last = path.substr(slash + 1);
    const IndexRange range = object_class == ObjectClass::gpu ? node.gpus : node.nics;
    if (const auto& stored = names[size_t(object_class)]; !stored.empty())
        for (uint32_t i = range.first; i < range.end(); ++i)
            if (i < stored.size() && !stored[i].empty() && stored[i] == last) return ObjectId{object_class, i};
    if (!last.starts_with(bv::name_of(object_class))) return {};
    const auto ordinal = number(last.substr(3));
    if (!ordinal || *ordinal >= range.count) return {};
    return ObjectId{object_class, range.first + *ordinal};
}

// "<end>:<port>--<end>:<port>". Names may hold "--" and ":" themselves, so every joint is tried.
std::optional<ObjectId> Topology::find_link(std::string_view path) const {
    for (size_t joint = path.find(link_joint); joint != std::string_view::npos;
         joint = path.find(link_joint, joint + 1)) {
        const std::string_view lower = path.substr(0, joint);
        const size_t colon = lower.rfind(':');
        if (colon == std::string_view::npos) continue;
        const std::string_view device = lower.substr(0, colon);
        auto end = find_in(ObjectClass::switch_, device);
        if (!end) end = find_in(ObjectClass::nic, device);
        if (!end) continue;
        for (const uint32_t l : links_of(*end))
            if (path_of({ObjectClass::link, l}) == path) return ObjectId{ObjectClass::link, l};
    }
    return {};
}

void Topology::build_name_index() {
    for (size_t c = 0; c < object_class_count; ++c) {
        const auto& stored = names[c];
        auto& slots = name_slots_[c];
        slots.clear();
        const auto object_class = ObjectClass(c);
        if (stored.empty() || object_class == ObjectClass::nic) continue;  // NIC names are unique in their node only
        if (stored.size() != count(object_class))
            throw std::invalid_argument("the topology is broken: not every " + std::string(bv::name_of(object_class)) +
                                        " has a name");
        size_t size = 4;
        while (size < stored.size() * 2) size *= 2;
        slots.assign(size, 0);
        for (uint32_t i = 0; i < stored.size(); ++i) {
            size_t slot = slot_of(stored[i], size);
            for (; slots[slot]; slot = (slot + 1) & (size - 1))
                if (stored[slots[slot] - 1] == stored[i])
                    throw std::invalid_argument("two objects of class " + std::string(bv::name_of(object_class)) +
                                                " are called \"" + stored[i] + "\"");
            slots[slot] = i + 1;
        }
    }
}

}  // namespace bv
