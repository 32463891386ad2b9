// Power of a plan: utility → substation → UPS → busway → rack, with batteries beside the substations. Everything but
// the busways stands west of the halls: behind them in the overview from the south-east, so that the halls come first.
#include <algorithm>
#include <cmath>

#include "cluster/generate.h"
#include "cluster/generate_names.h"

namespace bv {
namespace {

constexpr Extent battery_extent{8.8f, 1.65f, 2.8f};  // a Megapack 2 XL
constexpr float battery_gap_m = 0.3f, battery_lane_m = 2.6f;

// Gear of a smaller rating is smaller: footprint goes with the rating, so lengths go with its root.
Extent scaled(const Extent& full, float watts, float full_watts) {
    const float scale = watts > 0 ? std::clamp(std::sqrt(watts / full_watts), 0.3f, 1.2f) : 1.0f;
    return {full.width * scale, full.depth * scale, full.height * scale};
}

class PowerGenerator {
public:
    PowerGenerator(const ClusterPlan& plan, Topology& topology)
        : plan_(plan),
          t_(topology),
          site_(site_bounds(topology)),
          utility_(scaled({10, 4, 14}, plan.power.utility_watts, 150e6f)),
          substation_(scaled({36, 16, 8}, plan.power.substation_watts, 150e6f)),
          ups_(scaled({12.2f, 2.5f, 2.9f}, plan.power.ups_watts, 10e6f)) {}  // a 40-foot container

    void run() {
        const auto& p = plan_.power;
        const float depth = site_.north - site_.south, ups_pitch = ups_.depth + 0.8f;
        const uint32_t ups = p.ups_per_hall * plan_.site.halls;
        const uint32_t ups_lines = in_equal_columns(ups, std::max(1u, uint32_t(depth / ups_pitch)));
        const float ups_west = site_.east + 8;
        const float block_west = ups_west + float((ups + ups_lines - 1) / ups_lines) * (ups_.width + 1.5f) + 4;

        // Substations fill the north end of the block, in lines about as wide as the batteries south of them.
        const float substation_pitch_x = substation_.width + 6, substation_pitch_y = substation_.depth + 6;
        const float width = battery_width(depth - substation_pitch_y);
        const auto per_line =
            uint32_t(std::max((width + 6) / substation_pitch_x, std::ceil(std::sqrt(float(p.substations.value)))));
        const uint32_t lines = (p.substations + per_line - 1) / per_line;
        for (uint32_t u = 0; u < p.utilities; ++u)
            add(PowerKind::utility, p.utilities == 1 ? "GRID" : "GRID" + padded(u + 1, p.utilities), no_index,
                {block_west + utility_.width / 2 + float(u) * (utility_.width + 4), site_.north + 8, 0, 0}, utility_,
                p.utility_watts);
        for (uint32_t s = 0; s < p.substations; ++s)
            add(PowerKind::substation, "SUB" + padded(s + 1, p.substations), s % p.utilities,
                {block_west + substation_.width / 2 + float(s % per_line) * substation_pitch_x,
                 site_.north - substation_.depth / 2 - float(s / per_line) * substation_pitch_y, 0, 0},
                substation_, p.substation_watts);
        const float batteries_north = site_.north - float(lines) * substation_pitch_y;
        batteries(block_west, batteries_north, batteries_north - site_.south);

        const float pitch = std::max(ups_pitch, depth / float(ups_lines)), middle = (site_.north + site_.south) / 2;
        for (uint32_t i = 0; i < ups; ++i) {
            const uint32_t hall = i / p.ups_per_hall;
            const float y = middle + (float(ups_lines - 1) / 2 - float(i % ups_lines)) * pitch;
            const float x = ups_west + ups_.width / 2 + float(i / ups_lines) * (ups_.width + 1.5f);
            add(PowerKind::ups,
                hall_name(hall, plan_.site.halls) + "-UPS" + padded(i % p.ups_per_hall + 1, p.ups_per_hall),
                p.utilities + hall * p.substations / plan_.site.halls, {x, y, 0, 0}, ups_, p.ups_watts);
        }
        busways(p.utilities + p.substations + p.batteries);
    }

private:
    // Places are worked out eastwards from the halls' east side and mirrored to the west.
    void add(PowerKind kind, std::string name, uint32_t parent, Place place, Extent extent, float watts) {
        if (kind != PowerKind::busway) place.x = site_.west + site_.east - place.x;
        t_.power.push_back({kind, parent, no_index, place, extent, watts, {}});
        t_.names[size_t(ObjectClass::power)].push_back(std::move(name));
    }

    static constexpr float pair_pitch = 2 * battery_extent.depth + battery_gap_m + battery_lane_m;
    // As many lines as the halls are deep, but at least so many that the block is about square; columns of equal
    // length.
    uint32_t battery_lines(float depth) const {
        const uint32_t pairs = (plan_.power.batteries + 1) / 2;
        const auto square = uint32_t(std::ceil(0.9f * std::sqrt(float(plan_.power.batteries))));
        const uint32_t most = std::max({1u, square, uint32_t(std::max(0.0f, depth) / pair_pitch)});
        return 2 * std::max(1u, in_equal_columns(pairs, most));
    }
    // The least number of lines with which `count` things fill no more columns than with `most` lines.
    static uint32_t in_equal_columns(uint32_t count, uint32_t most) {
        const uint32_t columns = std::max(1u, (count + most - 1) / most);
        return (count + columns - 1) / columns;
    }
    float battery_width(float depth) const {
        const uint32_t lines = battery_lines(depth);
        return float((plan_.power.batteries + lines - 1) / lines) * (battery_extent.width + 1.2f);
    }

    // Back to back in pairs with a lane between the pairs.
    void batteries(float west, float north, float depth) {
        const auto& p = plan_.power;
        const uint32_t lines = battery_lines(depth);
        for (uint32_t b = 0; b < p.batteries; ++b) {
            const uint32_t line = b % lines, column = b / lines;
            const float x = west + battery_extent.width / 2 + float(column) * (battery_extent.width + 1.2f);
            const float y = north - battery_extent.depth / 2 - float(line / 2) * pair_pitch -
                            float(line % 2) * (battery_extent.depth + battery_gap_m);
            const auto substation = uint32_t(uint64_t(b) * p.substations / p.batteries);
            add(PowerKind::battery, "BAT" + padded(b + 1, p.batteries), p.utilities + substation, {x, y, 0, 0},
                battery_extent, p.battery_watts);
        }
    }

    // One busway over every racks_per_busway racks of a row. Rows of a hall are dealt out over its UPS in runs.
    void busways(uint32_t first_ups) {
        const uint32_t per_hall = plan_.power.ups_per_hall;
        std::vector<uint32_t> row_in_hall(t_.rows.size()), rows_of_hall(t_.halls.size(), 0);
        for (size_t r = 0; r < t_.rows.size(); ++r) row_in_hall[r] = rows_of_hall[t_.rows[r].hall]++;
        uint32_t begin = 0;
        for (uint32_t row = 0; row < t_.rows.size(); ++row) {
            uint32_t end = begin;
            while (end < t_.racks.size() && t_.racks[end].row == row) ++end;
            const uint32_t hall = t_.rows[row].hall;
            busways_of_row(row, begin, end,
                           first_ups + hall * per_hall + row_in_hall[row] * per_hall / rows_of_hall[hall]);
            begin = end;
        }
    }

    void busways_of_row(uint32_t row, uint32_t begin, uint32_t end, uint32_t ups) {
        const uint32_t each = plan_.power.racks_per_busway, count = (end - begin + each - 1) / each;
        for (uint32_t b = 0; b < count; ++b) {
            const uint32_t first = begin + b * each, last = std::min(first + each, end) - 1;
            const Place &west = t_.racks[first].place, &east = t_.racks[last].place;
            const float width = east.x - west.x + t_.racks[first].extent.width;
            add(PowerKind::busway, t_.names[size_t(ObjectClass::row)][row] + "-B" + padded(b + 1, count), ups,
                {(west.x + east.x) / 2, west.y, t_.racks[first].extent.height + 0.9f, 0}, {width, 0.15f, 0.3f},
                plan_.power.busway_watts);
            t_.power.back().hall = t_.rows[row].hall;
            for (uint32_t r = first; r <= last; ++r) t_.racks[r].busway = uint32_t(t_.power.size() - 1);
        }
    }

    const ClusterPlan& plan_;
    Topology& t_;
    SiteBounds site_;
    Extent utility_, substation_, ups_;
};

}  // namespace

SiteBounds site_bounds(const Topology& topology) {
    SiteBounds bounds;
    for (const Hall& hall : topology.halls) {
        bounds.west = std::min(bounds.west, hall.place.x - hall.extent.width / 2);
        bounds.east = std::max(bounds.east, hall.place.x + hall.extent.width / 2);
        bounds.south = std::min(bounds.south, hall.place.y - hall.extent.depth / 2);
        bounds.north = std::max(bounds.north, hall.place.y + hall.extent.depth / 2);
    }
    return bounds;
}

void generate_power(const ClusterPlan& plan, Topology& topology) {
    if (plan.power.present) PowerGenerator(plan, topology).run();
}

}  // namespace bv
