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

void TrunkLoad::operator+=(const TrunkLoad& o) {
    bytes_per_second += o.bytes_per_second, capacity += o.capacity, links += o.links;
    warning += o.warning, critical += o.critical, down += o.down, unknown += o.unknown;
}

void TrunkLoad::operator-=(const TrunkLoad& o) {
    bytes_per_second -= o.bytes_per_second, capacity -= o.capacity, links -= o.links;
    warning -= o.warning, critical -= o.critical, down -= o.down, unknown -= o.unknown;
}

Health TrunkLoad::worst() const {
    if (down > 0) return Health::down;
    if (critical > 0) return Health::critical;
    if (warning > 0) return Health::warning;
    return unknown > 0 && unknown == links ? Health::unknown : Health::ok;
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

namespace {

// The raw link values that loads are summed from.
struct LinkColumns {
    const uint16_t *health = nullptr, *tx = nullptr, *rx = nullptr;
    double tx_scale = 0, tx_offset = 0, rx_scale = 0, rx_offset = 0;

    explicit LinkColumns(const ClusterState& state) {
        const auto& columns = state.classes[size_t(ObjectClass::link)].columns;
        const auto metrics = metrics_of(ObjectClass::link);
        if (columns.empty()) return;
        // The catalogue always has these three; the columns of a class are always as long as the class.
        const MetricIndex tx_index = find_metric(ObjectClass::link, "tx_bytes_per_second").value();
        const MetricIndex rx_index = find_metric(ObjectClass::link, "rx_bytes_per_second").value();
        health = columns[health_metric].values.data();
        tx = columns[tx_index].values.data(), tx_scale = metrics[tx_index].scale, tx_offset = metrics[tx_index].offset;
        rx = columns[rx_index].values.data(), rx_scale = metrics[rx_index].scale, rx_offset = metrics[rx_index].offset;
    }
};

// Raw sums of links that follow each other and belong to one bundle, in integers: exact, and cheap over millions of
// links.
struct RawSums {
    uint64_t tx = 0, rx = 0;
    uint32_t tx_count = 0, rx_count = 0;
};

void add_raw(TrunkLoad& load, const LinkColumns& c, const RawSums& sums) {
    // Both directions are kept until all links are in; the larger one counts, see sum_bundles.
    load.bytes_per_second += c.tx_scale * double(sums.tx) + c.tx_offset * double(sums.tx_count);
    load.capacity += c.rx_scale * double(sums.rx) + c.rx_offset * double(sums.rx_count);
}

// Links in their own order, which reads memory as it lies; each bundle's load with its worst states.
void sum_bundles(const LinkColumns& c, const FabricPlan& plan, std::vector<TrunkLoad>& loads) {
    loads.assign(plan.bundles.size(), {});
    const uint32_t count = uint32_t(plan.link_bundle.size());
    for (uint32_t i = 0; i < count;) {
        const uint32_t bundle = plan.link_bundle[i];
        RawSums sums;
        uint32_t not_ok = 0;
        const uint32_t first = i;
        for (; i < count && plan.link_bundle[i] == bundle; ++i) {
            const uint32_t sent = c.tx[i] != no_data, received = c.rx[i] != no_data;
            sums.tx += sent * c.tx[i], sums.tx_count += sent;
            sums.rx += received * c.rx[i], sums.rx_count += received;
            not_ok |= c.health[i];
        }
        if (bundle == no_index) continue;
        add_raw(loads[bundle], c, sums);
        for (uint32_t k = first; not_ok && k < i; ++k) {
            loads[bundle].warning += c.health[k] == uint16_t(Health::warning);
            loads[bundle].critical += c.health[k] == uint16_t(Health::critical);
            loads[bundle].down += c.health[k] == uint16_t(Health::down);
            loads[bundle].unknown += c.health[k] >= uint16_t(Health::unknown);
        }
    }
    for (size_t b = 0; b < loads.size(); ++b) {
        loads[b].bytes_per_second = std::max(loads[b].bytes_per_second, loads[b].capacity);
        loads[b].capacity = plan.bundles[b].capacity;
        loads[b].links = int32_t(plan.bundles[b].count);
    }
}

void add_between(std::vector<TrunkLoad>& differences, uint32_t first, uint32_t a, uint32_t b, const TrunkLoad& load) {
    if (a == b) return;
    differences[first + std::min(a, b)] += load;
    differences[first + std::max(a, b)] -= load;
}

// Prefix sums tray by tray. `differences` has one place more than there are segments, shared by neighbours: the last
// place of one tray is never the first of the next because every tray sums on its own.
void settle(std::vector<TrunkLoad>& differences, const std::vector<Tray>& trays, size_t places, size_t segments,
            std::vector<TrunkLoad>& out) {
    out.assign(lane_count * segments, {});
    for (uint32_t lane = 0; lane < lane_count; ++lane) {
        uint32_t place = 0;
        for (const Tray& tray : trays) {
            TrunkLoad sum;
            for (uint32_t i = 0; i < tray.segments(); ++i) {
                sum += differences[lane * places + place + i];
                out[lane * segments + tray.first_segment + i] = sum;
            }
            place += uint32_t(tray.stops.size());
        }
    }
}

std::vector<uint32_t> first_places(const std::vector<Tray>& trays) {
    std::vector<uint32_t> places;
    uint32_t place = 0;
    for (const Tray& tray : trays) {
        places.push_back(place);
        place += uint32_t(tray.stops.size());
    }
    places.push_back(place);
    return places;
}

}  // namespace

void sum_loads(const ClusterState& state, const FabricPlan& plan, FabricScratch& scratch, FabricLoads& loads) {
    const std::vector<uint32_t> row_place = first_places(plan.row_trays), hall_place = first_places(plan.hall_trays);
    std::vector<TrunkLoad>&rows = scratch.rows, &halls = scratch.halls;
    rows.assign(lane_count * row_place.back(), {});
    halls.assign(lane_count * hall_place.back(), {});
    loads.pairs.assign(lane_count * plan.hall_pairs.size(), {});
    const LinkColumns columns(state);
    if (columns.health) sum_bundles(columns, plan, scratch.bundles);
    for (size_t b = 0; columns.health && b < plan.bundles.size(); ++b) {
        const FabricPlan::Bundle& bundle = plan.bundles[b];
        const TrunkLoad& load = scratch.bundles[b];
        const FabricPlan::RackStop from = plan.rack_stops[bundle.rack_a], to = plan.rack_stops[bundle.rack_b];
        const uint32_t row_a = row_place[from.tray] + bundle.lane * row_place.back(),
                       row_b = row_place[to.tray] + bundle.lane * row_place.back();
        if (from.tray == to.tray) {
            add_between(rows, row_a, from.stop, to.stop, load);
            continue;
        }
        add_between(rows, row_a, from.stop, plan.row_trays[from.tray].segments(), load);
        add_between(rows, row_b, to.stop, plan.row_trays[to.tray].segments(), load);
        const uint32_t hall_a = plan.tray_hall[from.tray], hall_b = plan.tray_hall[to.tray];
        const uint32_t at_a = hall_place[hall_a] + bundle.lane * hall_place.back(),
                       at_b = hall_place[hall_b] + bundle.lane * hall_place.back();
        if (hall_a == hall_b) {
            add_between(halls, at_a, plan.tray_stop[from.tray], plan.tray_stop[to.tray], load);
            continue;
        }
        add_between(halls, at_a, plan.tray_stop[from.tray], plan.hall_trays[hall_a].segments(), load);
        add_between(halls, at_b, plan.tray_stop[to.tray], plan.hall_trays[hall_b].segments(), load);
        const std::vector<uint32_t> way = plan.halls_between(hall_a, hall_b);
        for (size_t i = 1; i < way.size(); ++i)
            loads.pairs[bundle.lane * plan.hall_pairs.size() + plan.pair_of(way[i - 1], way[i])] += load;
    }
    settle(rows, plan.row_trays, row_place.back(), plan.row_segments, loads.row);
    settle(halls, plan.hall_trays, hall_place.back(), plan.hall_segments, loads.hall);
}

}  // namespace bv
