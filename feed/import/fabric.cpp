// Pairs what the two ends of each cable say and reports what does not fit. Reads a Fabric, writes cables and sentences.
#include "feed/import/fabric.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace bv {

namespace {

using PortKey = std::pair<uint64_t, uint16_t>;  // GUID, port

std::string describe(const Fabric& fabric, uint64_t guid, uint16_t port) {
    auto found = fabric.devices.find(guid);
    const std::string name = found == fabric.devices.end() || found->second.description.empty()
                                 ? "0x" + guid_text(guid)
                                 : fmt::format("\"{}\" (0x{})", found->second.description, guid_text(guid));
    return fmt::format("{} port {}", name, port);
}

bool same_cable(const PortLine& x, const PortLine& y) {
    return x.peer_guid == y.peer_guid && x.peer_port == y.peer_port;
}

bool is_adapter(const Fabric& fabric, uint64_t guid) {
    auto found = fabric.devices.find(guid);
    return found != fabric.devices.end() && found->second.kind != DeviceKind::switch_;
}

Cable oriented(const Fabric& fabric, const PortLine& line) {
    Cable cable{line.guid, line.peer_guid, line.port, line.peer_port, line.rate, false};
    const bool a_is_adapter = is_adapter(fabric, cable.a), b_is_adapter = is_adapter(fabric, cable.b);
    const bool swapped =
        a_is_adapter != b_is_adapter ? b_is_adapter : PortKey{cable.b, cable.b_port} < PortKey{cable.a, cable.a_port};
    if (swapped) {
        std::swap(cable.a, cable.b);
        std::swap(cable.a_port, cable.b_port);
    }
    return cable;
}

}  // namespace

std::string guid_text(uint64_t guid) { return fmt::format("{:016x}", guid); }

CableCheck check_cables(const Fabric& fabric) {
    CableCheck check;
    std::map<PortKey, const PortLine*> by_port;
    for (const PortLine& line : fabric.port_lines) {
        auto [known, fresh] = by_port.try_emplace({line.guid, line.port}, &line);
        if (!fresh && !same_cable(*known->second, line))
            check.conflicts.push_back(
                fmt::format("{}:{}: {} is plugged into {}, but {}:{} said {}; the earlier line is kept.", line.file,
                            line.line, describe(fabric, line.guid, line.port),
                            describe(fabric, line.peer_guid, line.peer_port), known->second->file, known->second->line,
                            describe(fabric, known->second->peer_guid, known->second->peer_port)));
    }
    for (auto& [port, line] : by_port) {
        const auto other = by_port.find({line->peer_guid, line->peer_port});
        const bool other_speaks = other != by_port.end();
        const bool agrees =
            other_speaks && other->second->peer_guid == line->guid && other->second->peer_port == line->port;
        if (other_speaks && !agrees) {
            check.conflicts.push_back(fmt::format(
                "{}:{}: {} says that it is plugged into {}, which says otherwise; dropped.", line->file, line->line,
                describe(fabric, line->guid, line->port), describe(fabric, line->peer_guid, line->peer_port)));
            continue;
        }
        const PortKey peer{line->peer_guid, line->peer_port};
        if (agrees && peer < port) continue;  // already made from the other end
        Cable cable = oriented(fabric, *line);
        cable.both_sides = agrees;
        if (agrees && cable.rate.empty()) cable.rate = other->second->rate;
        if (!agrees)
            check.one_sided.push_back(fmt::format("{}:{}: only {} reports its cable to {}.", line->file, line->line,
                                                  describe(fabric, line->guid, line->port),
                                                  describe(fabric, line->peer_guid, line->peer_port)));
        check.cables.push_back(std::move(cable));
    }
    std::sort(check.cables.begin(), check.cables.end(), [](const Cable& x, const Cable& y) {
        return std::tie(x.a, x.a_port, x.b, x.b_port) < std::tie(y.a, y.a_port, y.b, y.b_port);
    });
    return check;
}

double rate_bytes_per_second(std::string_view rate) {
    // Gbit/s of data per lane, after line coding.
    static constexpr std::array<std::pair<std::string_view, double>, 9> lane_gbit{{{"SDR", 2},
                                                                                   {"DDR", 4},
                                                                                   {"QDR", 8},
                                                                                   {"FDR10", 10},
                                                                                   {"FDR", 13.64},
                                                                                   {"EDR", 25},
                                                                                   {"HDR", 50},
                                                                                   {"NDR", 100},
                                                                                   {"XDR", 200}}};
    unsigned lanes = 0;
    const auto [rest, error] = std::from_chars(rate.data(), rate.data() + rate.size(), lanes);
    if (error != std::errc() || lanes > 12 || rest == rate.data() + rate.size() || *rest != 'x') return 0;
    const std::string_view speed(rest + 1, size_t(rate.data() + rate.size() - rest - 1));
    for (auto [name, gbit] : lane_gbit)
        if (speed == name) return lanes * gbit * 1e9 / 8;
    return 0;
}

}  // namespace bv
