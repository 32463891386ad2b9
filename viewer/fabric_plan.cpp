// The trays and what runs through them. Reads the topology once and the link columns when they change; see
// fabric_plan.h.
#include "viewer/fabric_plan.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "viewer/camera.h"

namespace bv {

namespace {

constexpr float row_tray_over_rack_m = 0.45f;
constexpr float row_tray_behind_rack_m = 0.3f;
constexpr float hall_tray_over_row_m = 0.40f;
constexpr float hall_tray_from_row_m = 1.7f;

glm::vec3 at(const Place& place) { return {place.x, place.y, place.z}; }

struct RowLine {
    std::vector<uint32_t> racks;
    uint32_t hall = 0;
    glm::vec3 along{1, 0, 0};
};

std::vector<RowLine> lines_of(const Topology& t) {
    std::vector<RowLine> lines(t.rows.size());
    const auto hall_tray = [&](uint32_t hall) { return hall == no_index ? uint32_t(t.halls.size()) : hall; };
    for (uint32_t i = 0; i < t.racks.size(); ++i) {
        const Rack& rack = t.racks[i];
        if (rack.row == no_index) {
            lines.push_back({{i}, hall_tray(rack.hall), side_of(rack.place.yaw)});
            continue;
        }
        lines[rack.row].racks.push_back(i);
        lines[rack.row].hall = hall_tray(rack.hall);
    }
    for (RowLine& line : lines) {
        if (line.racks.empty()) continue;
        const glm::vec3 first = at(t.racks[line.racks.front()].place), last = at(t.racks[line.racks.back()].place);
        line.along = glm::length(last - first) > 0.1f ? glm::normalize(last - first)
                                                      : side_of(t.racks[line.racks.front()].place.yaw);
        // One sense for all rows, so that "the high end" means the same side of the hall.
        if (line.along.x + 0.5f * line.along.y < 0) line.along = -line.along;
        std::stable_sort(line.racks.begin(), line.racks.end(), [&](uint32_t a, uint32_t b) {
            return glm::dot(at(t.racks[a].place), line.along) < glm::dot(at(t.racks[b].place), line.along);
        });
    }
    return lines;
}

}  // namespace

uint32_t lane_of(LinkClass link_class) {
    return link_class == LinkClass::leaf_spine ? 1 : link_class == LinkClass::spine_core ? 2 : 0;
}

glm::vec3 beside(glm::vec3 from, glm::vec3 to, uint32_t lane, float lane_m) {
    const glm::vec2 way = glm::vec2(to - from);
    const float length = glm::length(way);
    if (length < 1e-3f) return glm::vec3(0);
    glm::vec2 right = glm::vec2(way.y, -way.x) / length;
    if (right.x + 0.5f * right.y < 0) right = -right;
    return glm::vec3(right * ((float(lane) - 1) * lane_m), 0);
}

FabricPlan::FabricPlan(const Topology& topology) {
    plan_trays(topology);
    plan_bridges();
    plan_bundles(topology);
}

void FabricPlan::plan_trays(const Topology& t) {
    const std::vector<RowLine> lines = lines_of(t);
    const uint32_t hall_count = uint32_t(t.halls.size()) + 1;
    rack_stops.resize(t.racks.size());
    row_trays.resize(lines.size());
    tray_hall.resize(lines.size());
    tray_stop.resize(lines.size());
    hall_trays.resize(hall_count);
    glm::vec3 site_centre{0};
    for (const Rack& rack : t.racks) site_centre += at(rack.place) / float(t.racks.size());

    for (uint32_t hall = 0; hall < hall_count; ++hall) {
        std::vector<uint32_t> in_hall;
        for (uint32_t i = 0; i < lines.size(); ++i)
            if (lines[i].hall == hall && !lines[i].racks.empty()) in_hall.push_back(i);
        if (in_hall.empty()) continue;
        const glm::vec3 along = lines[in_hall.front()].along, across{-along.y, along.x, 0};
        float low = 1e9f, high = -1e9f, top = 0, z = 0;
        glm::vec3 centre{0};
        for (const uint32_t i : in_hall) {
            for (const uint32_t r : {lines[i].racks.front(), lines[i].racks.back()}) {
                const float u = glm::dot(at(t.racks[r].place), along);
                low = std::min(low, u), high = std::max(high, u);
                centre += at(t.racks[r].place) / float(2 * in_hall.size());
            }
            for (const uint32_t r : lines[i].racks) top = std::max(top, t.racks[r].place.z + t.racks[r].extent.height);
        }
        z = top + row_tray_over_rack_m;
        // The main tray runs along the row ends that face the middle of the site.
        const bool high_end = glm::dot(site_centre - centre, along) >= 0;
        const float main_u = high_end ? high + hall_tray_from_row_m : low - hall_tray_from_row_m;
        std::stable_sort(in_hall.begin(), in_hall.end(), [&](uint32_t a, uint32_t b) {
            return glm::dot(at(t.racks[lines[a].racks.front()].place), across) <
                   glm::dot(at(t.racks[lines[b].racks.front()].place), across);
        });
        if (glm::dot(site_centre - centre, across) < 0) std::reverse(in_hall.begin(), in_hall.end());
        Tray& main = hall_trays[hall];
        for (const uint32_t i : in_hall) {
            std::vector<uint32_t> racks = lines[i].racks;
            if (!high_end) std::reverse(racks.begin(), racks.end());
            Tray& tray = row_trays[i];
            // Over the rear of the racks, so that their tops stay in sight from above and the aisle in front stays
            // clear.
            const Rack& model = t.racks[racks.front()];
            const glm::vec3 line_at =
                at(model.place) - front_of(model.place.yaw) * (model.extent.depth / 2 + row_tray_behind_rack_m);
            for (const uint32_t r : racks) {
                rack_stops[r] = {i, uint32_t(tray.stops.size())};
                const glm::vec3 p = line_at + lines[i].along * glm::dot(at(t.racks[r].place) - line_at, lines[i].along);
                tray.stops.emplace_back(p.x, p.y, z);
            }
            const glm::vec3 leaves = line_at + lines[i].along * (main_u - glm::dot(line_at, lines[i].along));
            tray.stops.emplace_back(leaves.x, leaves.y, z);
            tray.first_segment = row_segments;
            row_segments += tray.segments();
            tray_hall[i] = hall;
            tray_stop[i] = uint32_t(main.stops.size());
            main.stops.emplace_back(leaves.x, leaves.y, z + hall_tray_over_row_m);
        }
        const glm::vec3 outwards = glm::dot(site_centre - centre, across) < 0 ? -across : across;
        main.stops.push_back(main.stops.back() + outwards * 1.5f);
        main.first_segment = hall_segments;
        hall_segments += main.segments();
    }
}

// Neighbours are halls with no third one closer to both (the relative neighbourhood graph): a rectangle of halls gets
// its sides, not its diagonals. Shortest ways over these bridges by Floyd and Warshall; halls are few.
void FabricPlan::plan_bridges() {
    const uint32_t n = uint32_t(hall_trays.size());
    const auto standing = [&](uint32_t hall) { return !hall_trays[hall].stops.empty(); };
    std::vector<float> distance(size_t(n) * n, 1e9f), way(size_t(n) * n, 1e9f);
    for (uint32_t a = 0; a < n; ++a)
        for (uint32_t b = 0; b < n; ++b)
            if (a != b && standing(a) && standing(b))
                distance[a * n + b] = glm::length(hall_trays[a].stops.back() - hall_trays[b].stops.back());
    next_hall_.assign(size_t(n) * n, no_index);
    for (uint32_t a = 0; a < n; ++a)
        for (uint32_t b = a + 1; b < n; ++b) {
            bool neighbours = distance[a * n + b] < 1e8f;
            for (uint32_t c = 0; c < n && neighbours; ++c)
                neighbours = std::max(distance[a * n + c], distance[b * n + c]) >= distance[a * n + b] - 0.01f;
            if (!neighbours) continue;
            hall_pairs.push_back({a, b});
            way[a * n + b] = way[b * n + a] = distance[a * n + b];
            next_hall_[a * n + b] = b, next_hall_[b * n + a] = a;
        }
    for (uint32_t c = 0; c < n; ++c)
        for (uint32_t a = 0; a < n; ++a)
            for (uint32_t b = 0; b < n; ++b)
                if (a != b && way[a * n + c] + way[c * n + b] < way[a * n + b]) {
                    way[a * n + b] = way[a * n + c] + way[c * n + b];
                    next_hall_[a * n + b] = next_hall_[a * n + c];
                }
}

std::vector<uint32_t> FabricPlan::halls_between(uint32_t a, uint32_t b) const {
    std::vector<uint32_t> halls{a};
    while (a != b && halls.size() <= hall_trays.size()) {
        a = next_hall_[a * hall_trays.size() + b];
        if (a == no_index) return {};
        halls.push_back(a);
    }
    return halls;
}

void FabricPlan::plan_bundles(const Topology& t) {
    link_bundle.assign(t.links.size(), no_index);
    std::unordered_map<uint64_t, uint32_t> known;
    const auto rack_of = [&](const PortRef& end) {
        return end.is_switch ? t.switches[end.device].rack : t.nodes[t.nics[end.device].node].rack;
    };
    for (uint32_t i = 0; i < t.links.size(); ++i) {
        const uint32_t a = rack_of(t.links[i].a), b = rack_of(t.links[i].b), lane = lane_of(t.links[i].link_class);
        if (a == no_index || b == no_index) continue;
        const uint64_t key = (uint64_t(a) << 32 | b) * 4 + lane;  // racks number far below 2^30
        const auto [entry, fresh] = known.try_emplace(key, uint32_t(bundles.size()));
        if (fresh) bundles.push_back({a, b, lane, 0, 0, 0});
        link_bundle[i] = entry->second;
        ++bundles[entry->second].count;
        bundles[entry->second].capacity += double(t.links[i].capacity_bytes_per_second);
    }
    uint32_t total = 0;
    for (Bundle& bundle : bundles) {
        bundle.first = total;
        total += bundle.count;
    }
    order.resize(total);
    std::vector<uint32_t> next(bundles.size());
    for (size_t i = 0; i < bundles.size(); ++i) next[i] = bundles[i].first;
    for (uint32_t i = 0; i < t.links.size(); ++i)
        if (link_bundle[i] != no_index) order[next[link_bundle[i]]++] = i;
}

uint32_t FabricPlan::pair_of(uint32_t a, uint32_t b) const {
    for (uint32_t i = 0; i < hall_pairs.size(); ++i)
        if (hall_pairs[i].hall_a == std::min(a, b) && hall_pairs[i].hall_b == std::max(a, b)) return i;
    return no_index;
}

bool FabricPlan::runs_through(const Bundle& bundle, const TrunkRef& trunk) const {
    if (bundle.lane != trunk.lane) return false;
    const RackStop a = rack_stops[bundle.rack_a], b = rack_stops[bundle.rack_b];
    const auto crosses = [&](uint32_t from, uint32_t to) {
        return std::min(from, to) < trunk.end && std::max(from, to) > trunk.first;
    };
    if (trunk.kind == TrunkRef::Kind::row) {
        if (a.tray == b.tray) return a.tray == trunk.tray && crosses(a.stop, b.stop);
        const uint32_t leaves = row_trays[trunk.tray].segments();
        return (a.tray == trunk.tray && crosses(a.stop, leaves)) || (b.tray == trunk.tray && crosses(b.stop, leaves));
    }
    if (a.tray == b.tray) return false;
    const uint32_t hall_a = tray_hall[a.tray], hall_b = tray_hall[b.tray];
    const uint32_t at_a = tray_stop[a.tray], at_b = tray_stop[b.tray];
    if (trunk.kind == TrunkRef::Kind::hall) {
        if (hall_a == hall_b) return hall_a == trunk.tray && crosses(at_a, at_b);
        const uint32_t leaves = hall_trays[trunk.tray].segments();
        return (hall_a == trunk.tray && crosses(at_a, leaves)) || (hall_b == trunk.tray && crosses(at_b, leaves));
    }
    if (trunk.kind != TrunkRef::Kind::pair || hall_a == hall_b) return false;
    const std::vector<uint32_t> way = halls_between(hall_a, hall_b);
    for (size_t i = 1; i < way.size(); ++i)
        if (pair_of(way[i - 1], way[i]) == trunk.tray) return true;
    return false;
}

std::vector<uint32_t> FabricPlan::links_in(const TrunkRef& trunk) const {
    std::vector<uint32_t> links;
    if (!trunk.valid()) return links;
    for (const Bundle& bundle : bundles)
        if (runs_through(bundle, trunk))
            links.insert(links.end(), order.begin() + bundle.first, order.begin() + bundle.first + bundle.count);
    std::sort(links.begin(), links.end());
    return links;
}

std::vector<glm::vec3> FabricPlan::route(uint32_t rack_a, uint32_t rack_b, uint32_t lane) const {
    const RackStop a = rack_stops[rack_a], b = rack_stops[rack_b];
    const Tray &row_a = row_trays[a.tray], &row_b = row_trays[b.tray];
    std::vector<glm::vec3> path{row_a.stops[a.stop]};
    size_t row_pieces = 1;  // at either end; what lies between runs on hall trays
    if (a.tray != b.tray) {
        const Tray &hall_a = hall_trays[tray_hall[a.tray]], &hall_b = hall_trays[tray_hall[b.tray]];
        path.push_back(row_a.stops.back());
        path.push_back(hall_a.stops[tray_stop[a.tray]]);
        if (tray_hall[a.tray] != tray_hall[b.tray])
            for (const uint32_t hall : halls_between(tray_hall[a.tray], tray_hall[b.tray]))
                path.push_back(hall_trays[hall].stops.back());
        path.push_back(hall_b.stops[tray_stop[b.tray]]);
        path.push_back(row_b.stops.back());
    }
    path.push_back(row_b.stops[b.stop]);
    std::vector<glm::vec3> moved = path;
    const auto shift = [&](size_t piece) {
        const bool on_row = piece < row_pieces || piece + row_pieces + 1 >= path.size();
        return beside(path[piece], path[piece + 1], lane, on_row ? row_lane_m : hall_lane_m);
    };
    for (size_t i = 0; i < path.size(); ++i) {
        if (i > 0) moved[i] += shift(i - 1);
        // At a corner both pieces move it; along a straight line one does.
        const bool straight =
            i > 0 && i + 1 < path.size() &&
            std::abs(glm::dot(glm::normalize(path[i] - path[i - 1]), glm::normalize(path[i + 1] - path[i]))) > 0.99f;
        if (i + 1 < path.size() && !straight) moved[i] += shift(i);
    }
    return moved;
}

}  // namespace bv
