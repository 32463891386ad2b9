// Reads [[cables]]: one line per cable, ends by name or GUID. Writes links whose lower end is `a`, whichever way round
// they were written.
#include <charconv>
#include <unordered_map>

#include "cluster/explicit.h"

namespace bv {
namespace {

constexpr std::array link_classes{LinkClass::host, LinkClass::leaf_spine, LinkClass::spine_core, LinkClass::frontend,
                                  LinkClass::management};
constexpr std::array media{LinkMedium::unknown, LinkMedium::copper, LinkMedium::multimode, LinkMedium::single_mode};
constexpr float bytes_per_gigabit = 1e9f / 8;

// Height in its fabric: cables go up.
int tier(SwitchRole role) {
    switch (role) {
        case SwitchRole::leaf:
        case SwitchRole::frontend_leaf:
        case SwitchRole::service_leaf:
        case SwitchRole::management:
            return 1;
        case SwitchRole::spine:
        case SwitchRole::frontend_spine:
            return 2;
        case SwitchRole::core:
        case SwitchRole::frontend_core:
            return 3;
        case SwitchRole::other:
            return 0;
    }
    return 0;
}

bool is_frontend(SwitchRole role) {
    return role == SwitchRole::frontend_leaf || role == SwitchRole::service_leaf ||
           role == SwitchRole::frontend_spine || role == SwitchRole::frontend_core;
}

// What a group, or one cable of it, says about itself.
struct CableTraits {
    std::optional<LinkClass> link_class;
    LinkMedium medium = LinkMedium::unknown;
    float gigabits = 0, length_m = 0;
    uint32_t rail = no_index, plane = 0;
};

class CableReader {
public:
    CableReader(Section& file, Topology& topology) : file_(file), t_(topology) {}

    std::vector<Line> read() {
        auto groups = file_.sections("cables");
        if (groups.empty()) return {};
        index_ends();
        for (Section& group : groups) {
            CableTraits traits;
            if (group.has("class")) traits.link_class = group.choice<LinkClass>("class", link_classes, {});
            read_traits(group, traits);
            const toml::array* links = group.list("links");
            if (!links) group.fail("links", "an array \"links\" of [lower end, port, upper end, port]", "none");
            group.done();
            for (const toml::node& cable : *links) add(cable, traits);
        }
        return std::move(lines_);
    }

private:
    void index_ends() {
        const auto& switch_names = t_.names[size_t(ObjectClass::switch_)];
        for (uint32_t s = 0; s < t_.switches.size(); ++s) {
            ends_.emplace(switch_names[s], PortRef{s, 0, true});
            if (t_.switches[s].guid) guids_.emplace(t_.switches[s].guid, PortRef{s, 0, true});
        }
        const auto& node_names = t_.names[size_t(ObjectClass::node)];
        const auto& nic_names = t_.names[size_t(ObjectClass::nic)];
        uint32_t nic = 0;
        for (uint32_t n = 0; n < t_.nodes.size(); ++n)
            for (uint32_t i = 0; i < t_.nodes[n].nics.count; ++i, ++nic) {
                const bool named = nic < nic_names.size() && !nic_names[nic].empty();
                ends_.emplace(node_names[n] + "/" + (named ? nic_names[nic] : "nic" + std::to_string(i)),
                              PortRef{nic, 0, false});
                if (t_.nics[nic].guid) guids_.emplace(t_.nics[nic].guid, PortRef{nic, 0, false});
            }
    }

    static void read_traits(Section& s, CableTraits& traits) {
        traits.medium = s.choice("medium", media, std::optional(traits.medium));
        traits.gigabits = float(s.number("gigabits_per_second", double(traits.gigabits), 0, 100'000));
        traits.length_m = float(s.number("length_m", double(traits.length_m), 0, 100'000));
        traits.rail = s.count("rail", traits.rail, 0, 255);
        traits.plane = s.count("plane", traits.plane, 0, 65535);
    }

    [[nodiscard]] std::string_view path() const { return file_.path(); }

    PortRef end(const toml::node& name, const toml::node& port) const {
        const auto* text = name.as_string();
        if (!text) fail_at(path(), line_of(name), "the name of a switch, \"node/nic\" or a GUID", kind_of(name));
        PortRef ref = device(text->get(), line_of(name));
        const auto* number = port.as_integer();
        const uint16_t ports = ref.is_switch ? t_.switches[ref.device].ports : t_.nics[ref.device].ports;
        if (!number || number->get() < 0 || number->get() > ports)
            fail_at(path(), line_of(port), "a port from 0 to " + std::to_string(ports) + " of \"" + text->get() + "\"",
                    kind_of(port));
        ref.port = uint16_t(number->get());
        return ref;
    }

    PortRef device(const std::string& text, Line line) const {
        if (const auto found = ends_.find(text); found != ends_.end()) return found->second;
        if (text.starts_with("0x")) {
            uint64_t guid = 0;
            const char* last = text.data() + text.size();
            const auto [stop, error] = std::from_chars(text.data() + 2, last, guid, 16);
            if (error == std::errc{} && stop == last)
                if (const auto found = guids_.find(guid); found != guids_.end()) return found->second;
        }
        std::vector<std::string_view> known;
        for (const auto& [name, ref] : ends_)
            if (known.size() < 10'000) known.push_back(name);
        const std::string_view near = nearest(text, known);
        fail_at(
            path(), line,
            "the name of a switch, \"node/nic\" or a GUID" + (near.empty() ? "" : " (\"" + std::string(near) + "\"?)"),
            "\"" + text + "\", which there is not");
    }

    LinkClass class_of(const PortRef& a, const PortRef& b) const {
        const SwitchRole upper = t_.switches[b.device].role;
        if (!a.is_switch) {
            if (upper == SwitchRole::management) return LinkClass::management;
            return t_.nics[a.device].role == NicRole::frontend || is_frontend(upper) ? LinkClass::frontend
                                                                                     : LinkClass::host;
        }
        const SwitchRole lower = t_.switches[a.device].role;
        if (is_frontend(lower) || is_frontend(upper)) return LinkClass::frontend;
        if (lower == SwitchRole::management || upper == SwitchRole::management) return LinkClass::management;
        return upper == SwitchRole::core || lower == SwitchRole::core ? LinkClass::spine_core : LinkClass::leaf_spine;
    }

    void add(const toml::node& cable, CableTraits traits) {
        const auto* parts = cable.as_array();
        if (!parts || parts->size() < 4 || parts->size() > 5)
            fail_at(path(), line_of(cable), "[lower end, port, upper end, port] with an optional { … } behind",
                    parts ? "an array of " + std::to_string(parts->size()) : kind_of(cable));
        if (parts->size() == 5) {
            const auto* table = (*parts)[4].as_table();
            if (!table) fail_at(path(), line_of((*parts)[4]), "a table like { length_m = 3.0 }", kind_of((*parts)[4]));
            Section s(*table, "the cable's table", path());
            read_traits(s, traits);
            s.done();
        }
        PortRef a = end((*parts)[0], (*parts)[1]), b = end((*parts)[2], (*parts)[3]);
        if (!a.is_switch && !b.is_switch) fail_at(path(), line_of(cable), "a switch at one end at least", "two NICs");
        const bool upside_down =
            a.is_switch && (!b.is_switch || tier(t_.switches[a.device].role) > tier(t_.switches[b.device].role));
        if (upside_down) std::swap(a, b);
        Link link;
        link.a = a;
        link.b = b;
        link.link_class = traits.link_class.value_or(class_of(a, b));
        link.medium = traits.medium;
        link.length_m = traits.length_m;
        link.capacity_bytes_per_second = traits.gigabits * bytes_per_gigabit;
        const uint32_t nic_rail = a.is_switch ? 0 : t_.nics[a.device].rail;
        link.rail = uint8_t(traits.rail == no_index ? nic_rail : traits.rail);
        link.plane = uint16_t(traits.plane);
        t_.links.push_back(link);
        lines_.push_back(line_of(cable));
    }

    Section& file_;
    Topology& t_;
    std::unordered_map<std::string, PortRef> ends_;
    std::unordered_map<uint64_t, PortRef> guids_;
    std::vector<Line> lines_;
};

}  // namespace

std::vector<Line> read_cables(Section& file, Topology& topology) { return CableReader(file, topology).read(); }

}  // namespace bv
