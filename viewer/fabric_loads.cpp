// What runs through the trays: link columns → bundles → segments of trays. Reads the state when a link column changed;
// see fabric_plan.h.
#include <algorithm>
#include <cmath>

#include "viewer/fabric_plan.h"

namespace bv {

void TrunkLoad::operator+=(const TrunkLoad& o) {
    bytes_per_second += o.bytes_per_second, capacity += o.capacity, links += o.links;
    forth += o.forth, back += o.back;
    warning += o.warning, critical += o.critical, down += o.down, unknown += o.unknown;
}

void TrunkLoad::operator-=(const TrunkLoad& o) {
    bytes_per_second -= o.bytes_per_second, capacity -= o.capacity, links -= o.links;
    forth -= o.forth, back -= o.back;
    warning -= o.warning, critical -= o.critical, down -= o.down, unknown -= o.unknown;
}

Health TrunkLoad::worst() const {
    if (down > 0) return Health::down;
    if (critical > 0) return Health::critical;
    if (warning > 0) return Health::warning;
    return unknown > 0 && unknown == links ? Health::unknown : Health::ok;
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
    load.forth += c.tx_scale * double(sums.tx) + c.tx_offset * double(sums.tx_count);
    load.back += c.rx_scale * double(sums.rx) + c.rx_offset * double(sums.rx_count);
}

void add_health(TrunkLoad& load, uint16_t health) {
    load.warning += health == uint16_t(Health::warning);
    load.critical += health == uint16_t(Health::critical);
    load.down += health == uint16_t(Health::down);
    load.unknown += health >= uint16_t(Health::unknown);
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
        for (uint32_t k = first; not_ok && k < i; ++k) add_health(loads[bundle], c.health[k]);
    }
    for (size_t b = 0; b < loads.size(); ++b) {
        loads[b].capacity = plan.bundles[b].capacity;
        loads[b].links = int32_t(plan.bundles[b].count);
    }
}

// The same of the links that a filter shows, one by one.
void sum_shown_links(const LinkColumns& c, const Topology& t, const FabricPlan& plan, const LinkFilter& filter,
                     std::vector<TrunkLoad>& loads) {
    loads.assign(plan.bundles.size(), {});
    for (uint32_t i = 0; i < plan.link_bundle.size(); ++i) {
        if (plan.link_bundle[i] == no_index || !filter.shows(t.links[i])) continue;
        TrunkLoad& load = loads[plan.link_bundle[i]];
        const uint32_t sent = c.tx[i] != no_data, received = c.rx[i] != no_data;
        add_raw(load, c, {sent * c.tx[i], received * c.rx[i], sent, received});
        add_health(load, c.health[i]);
        load.capacity += double(t.links[i].capacity_bytes_per_second);
        ++load.links;
    }
}

// From stop a to stop b; what is sent from a to b goes forth where b is the later stop.
void add_between(std::vector<TrunkLoad>& differences, uint32_t first, uint32_t a, uint32_t b, const TrunkLoad& load) {
    if (a == b) return;
    TrunkLoad along = load;
    if (a > b) std::swap(along.forth, along.back);
    differences[first + std::min(a, b)] += along;
    differences[first + std::max(a, b)] -= along;
}

// Prefix sums tray by tray. `differences` has one place more than there are segments, shared by neighbours: the
// last place of one tray is never the first of the next because every tray sums on its own.
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

// Links at nine tenths of what they can carry. Where many are, the fabric is busy and none of them says anything.
constexpr double hot_share = 0.9;
constexpr size_t most_hot = 200;

void find_hot(const LinkColumns& c, const Topology& t, const LinkFilter& filter, std::vector<uint32_t>& hot) {
    for (uint32_t i = 0; i < t.links.size(); ++i) {
        const double limit = hot_share * double(t.links[i].capacity_bytes_per_second);
        const bool busy = (c.tx[i] != no_data && c.tx_scale * c.tx[i] + c.tx_offset >= limit) ||
                          (c.rx[i] != no_data && c.rx_scale * c.rx[i] + c.rx_offset >= limit);
        if (!busy || limit <= 0 || !filter.shows(t.links[i])) continue;
        hot.push_back(i);
        if (hot.size() > most_hot) return hot.clear();
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

void sum_loads(const ClusterState& state, const FabricPlan& plan, const LinkFilter& filter, FabricScratch& scratch,
               FabricLoads& loads) {
    const std::vector<uint32_t> row_place = first_places(plan.row_trays), hall_place = first_places(plan.hall_trays);
    std::vector<TrunkLoad>&rows = scratch.rows, &halls = scratch.halls;
    rows.assign(lane_count * row_place.back(), {});
    halls.assign(lane_count * hall_place.back(), {});
    loads.pairs.assign(lane_count * plan.hall_pairs.size(), {});
    const LinkColumns columns(state);
    if (columns.health && filter.all()) sum_bundles(columns, plan, scratch.bundles);
    if (columns.health && !filter.all()) sum_shown_links(columns, state.topology(), plan, filter, scratch.bundles);
    for (TrunkLoad& load : scratch.bundles) load.bytes_per_second = std::max(load.forth, load.back);
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
        add_between(rows, row_b, plan.row_trays[to.tray].segments(), to.stop, load);
        const uint32_t hall_a = plan.tray_hall[from.tray], hall_b = plan.tray_hall[to.tray];
        const uint32_t at_a = hall_place[hall_a] + bundle.lane * hall_place.back(),
                       at_b = hall_place[hall_b] + bundle.lane * hall_place.back();
        if (hall_a == hall_b) {
            add_between(halls, at_a, plan.tray_stop[from.tray], plan.tray_stop[to.tray], load);
            continue;
        }
        add_between(halls, at_a, plan.tray_stop[from.tray], plan.hall_trays[hall_a].segments(), load);
        add_between(halls, at_b, plan.hall_trays[hall_b].segments(), plan.tray_stop[to.tray], load);
        const std::vector<uint32_t> way = plan.halls_between(hall_a, hall_b);
        for (size_t i = 1; i < way.size(); ++i) {
            TrunkLoad along = load;
            if (way[i - 1] > way[i]) std::swap(along.forth, along.back);
            loads.pairs[bundle.lane * plan.hall_pairs.size() + plan.pair_of(way[i - 1], way[i])] += along;
        }
    }
    loads.hot.clear();
    if (columns.health) find_hot(columns, state.topology(), filter, loads.hot);
    settle(rows, plan.row_trays, row_place.back(), plan.row_segments, loads.row);
    settle(halls, plan.hall_trays, hall_place.back(), plan.hall_segments, loads.hall);
}

}  // namespace bv
