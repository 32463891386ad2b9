// Power and cooling of a plan: utility → substation → UPS → busway → rack, with batteries at the substation, and plant
// → tower, chiller, loop → CDU → rack. Power stands east of the halls, cooling north of them: from the south-east,
// where the overview looks from, the low batteries are in front and the towers behind.
#include <algorithm>
#include <cmath>

#include "cluster/generate.h"
#include "cluster/generate_names.h"

namespace bv {
namespace {

constexpr Extent substation_extent{36, 16, 8};
constexpr Extent battery_extent{8.8f, 1.65f, 2.8f};  // a Megapack 2 XL
constexpr Extent ups_extent{12.2f, 2.5f, 2.9f};      // a 40-foot container
constexpr Extent tower_extent{6, 6, 7};
constexpr Extent chiller_extent{7.2f, 2.3f, 2.6f};
constexpr Extent plant_extent{14, 8, 6};
constexpr float loop_pipe_m = 0.6f;

struct Box {
    float west = 0, east = 0, south = 0, north = 0;
};

class FacilityGenerator {
public:
    FacilityGenerator(const ClusterPlan& plan, Topology& topology) : plan_(plan), t_(topology) {
        for (const Hall& hall : t_.halls) {
            halls_.west = std::min(halls_.west, hall.place.x - hall.extent.width / 2);
            halls_.east = std::max(halls_.east, hall.place.x + hall.extent.width / 2);
            halls_.south = std::min(halls_.south, hall.place.y - hall.extent.depth / 2);
            halls_.north = std::max(halls_.north, hall.place.y + hall.extent.depth / 2);
        }
        rack_begin_.assign(t_.rows.size() + 1, uint32_t(t_.racks.size()));
        for (uint32_t r = uint32_t(t_.racks.size()); r-- > 0;) rack_begin_[t_.racks[r].row] = r;
        for (size_t r = t_.rows.size(); r-- > 0;) rack_begin_[r] = std::min(rack_begin_[r], rack_begin_[r + 1]);
    }

    void power() {
        const auto& p = plan_.power;
        if (!p.present) return;
        float west = halls_.east + 8;
        const float depth = halls_.north - halls_.south, middle = (halls_.north + halls_.south) / 2;
        const uint32_t first_ups = p.utilities + p.substations + p.batteries;
        const uint32_t ups = p.ups_per_hall * plan_.site.halls;
        const float ups_east = west + column_of_ups(ups).width;

        // Substations in a line at the north end of the block, batteries south of them.
        const float block_west = ups_east + 5;
        const float substation_depth = substation_extent.depth + 6;
        const float battery_depth = std::max(12.0f, depth - substation_depth);
        for (uint32_t u = 0; u < p.utilities; ++u)
            add(PowerKind::utility, p.utilities == 1 ? "GRID" : "GRID" + padded(u + 1, p.utilities), no_index,
                {block_west + 6 + float(u) * 14, halls_.north + 8, 0, 0}, {10, 4, 14}, p.utility_watts);
        for (uint32_t s = 0; s < p.substations; ++s)
            add(PowerKind::substation, "SUB" + padded(s + 1, p.substations), s % p.utilities,
                {block_west + substation_extent.width / 2 + float(s) * (substation_extent.width + 6),
                 halls_.north - substation_extent.depth / 2, 0, 0},
                substation_extent, p.substation_watts);
        batteries(block_west, battery_depth);
        const float pitch = std::max(ups_extent.depth + 0.8f, depth / float(std::max(1u, ups_lines(ups))));
        for (uint32_t i = 0; i < ups; ++i) {
            const uint32_t line = i % ups_lines(ups), column = i / ups_lines(ups), hall = i / p.ups_per_hall;
            const float y = middle + (float(ups_lines(ups) - 1) / 2 - float(line)) * pitch;
            add(PowerKind::ups,
                hall_name(hall, plan_.site.halls) + "-UPS" + padded(i % p.ups_per_hall + 1, p.ups_per_hall),
                p.utilities + hall * p.substations / plan_.site.halls,
                {west + ups_extent.width / 2 + float(column) * (ups_extent.width + 1.5f), y, 0, 0}, ups_extent,
                p.ups_watts);
        }
        busways(first_ups);
    }

    void cooling() {
        const auto& c = plan_.cooling;
        if (!c.present) return;
        const uint32_t per_line = (c.towers_per_hall + 1) / 2;
        const float towers_width = float(per_line) * (tower_extent.width + 1.5f);
        const float chillers_width = float(c.chillers_per_hall) * (chiller_extent.width + 1.0f);
        const float needed = std::max(plant_extent.width + 3 + towers_width, chillers_width) + 4;
        const float segment = std::max(needed, (halls_.east - halls_.west) / float(plan_.site.halls));
        const float start = (halls_.west + halls_.east) / 2 - segment * float(plan_.site.halls) / 2;
        const float south = halls_.north + 14;
        for (uint32_t h = 0; h < plan_.site.halls; ++h) hall_cooling(h, start + segment * float(h), segment, south);
        connect_cdus();
    }

private:
    uint32_t ups_lines(uint32_t ups) const {
        const float depth = halls_.north - halls_.south;
        const auto most = uint32_t(std::max(1.0f, depth / (ups_extent.depth + 0.8f)));
        return std::max(1u, std::min(ups, most));
    }
    Extent column_of_ups(uint32_t ups) const {
        const uint32_t columns = (ups + ups_lines(ups) - 1) / ups_lines(ups);
        return {float(columns) * (ups_extent.width + 1.5f), 0, 0};
    }

    void add(PowerKind kind, std::string name, uint32_t parent, Place place, Extent extent, float watts) {
        t_.power.push_back({kind, parent, no_index, place, extent, watts, {}});
        t_.names[size_t(ObjectClass::power)].push_back(std::move(name));
    }
    uint32_t add(PlantKind kind, std::string name, uint32_t parent, uint32_t hall, Place place, Extent extent) {
        t_.plants.push_back({kind, parent, hall, place, extent});
        t_.names[size_t(ObjectClass::plant)].push_back(std::move(name));
        return uint32_t(t_.plants.size() - 1);
    }

    // Back to back in pairs with a lane between the pairs.
    void batteries(float west, float depth) {
        const auto& p = plan_.power;
        constexpr float pair_pitch = 2 * battery_extent.depth + 0.3f + 2.6f;
        const uint32_t lines = std::max(2u, 2 * uint32_t(depth / pair_pitch));
        for (uint32_t b = 0; b < p.batteries; ++b) {
            const uint32_t line = b % lines, column = b / lines;
            const float y = halls_.south + battery_extent.depth / 2 + float(line / 2) * pair_pitch +
                            float(line % 2) * (battery_extent.depth + 0.3f);
            add(PowerKind::battery, "BAT" + padded(b + 1, p.batteries), p.utilities + b * p.substations / p.batteries,
                {west + battery_extent.width / 2 + float(column) * (battery_extent.width + 1.2f), y, 0, 0},
                battery_extent, p.battery_watts);
        }
    }

    // One busway over every racks_per_busway racks of a row. Rows of a hall are dealt out over its UPS in runs.
    void busways(uint32_t first_ups) {
        const auto& p = plan_.power;
        std::vector<uint32_t> row_in_hall(t_.rows.size()), rows_of_hall(t_.halls.size(), 0);
        for (size_t r = 0; r < t_.rows.size(); ++r) row_in_hall[r] = rows_of_hall[t_.rows[r].hall]++;
        for (uint32_t row = 0; row < t_.rows.size(); ++row) {
            const uint32_t hall = t_.rows[row].hall, begin = rack_begin_[row], end = rack_begin_[row + 1];
            const uint32_t ups =
                first_ups + hall * p.ups_per_hall + row_in_hall[row] * p.ups_per_hall / rows_of_hall[hall];
            const uint32_t count = (end - begin + p.racks_per_busway - 1) / p.racks_per_busway;
            for (uint32_t b = 0; b < count; ++b) {
                const uint32_t first = begin + b * p.racks_per_busway,
                               last = std::min(first + p.racks_per_busway, end) - 1;
                const Place &west = t_.racks[first].place, &east = t_.racks[last].place;
                const float width = east.x - west.x + t_.racks[first].extent.width;
                add(PowerKind::busway, t_.names[size_t(ObjectClass::row)][row] + "-B" + padded(b + 1, count), ups,
                    {(west.x + east.x) / 2, west.y, t_.racks[first].extent.height + 0.9f, 0}, {width, 0.15f, 0.3f},
                    p.busway_watts);
                t_.power.back().hall = hall;
                for (uint32_t r = first; r <= last; ++r) t_.racks[r].busway = uint32_t(t_.power.size() - 1);
            }
        }
    }

    void hall_cooling(uint32_t h, float west, float width, float south) {
        const auto& c = plan_.cooling;
        const std::string prefix = hall_name(h, plan_.site.halls) + "-";
        const uint32_t per_line = (c.towers_per_hall + 1) / 2;
        const float towers_width = float(per_line) * (tower_extent.width + 1.5f);
        const float x = west + (width - plant_extent.width - 3 - towers_width) / 2;
        const uint32_t plant = add(PlantKind::plant, prefix + "PLANT", no_index, no_index,
                                   {x + plant_extent.width / 2, south + 8, 0, 0}, plant_extent);
        for (uint32_t i = 0; i < c.towers_per_hall; ++i)
            add(PlantKind::tower, prefix + "T" + padded(i + 1, c.towers_per_hall), plant, no_index,
                {x + plant_extent.width + 3 + (float(i % per_line) + 0.5f) * (tower_extent.width + 1.5f),
                 south + 4.5f + float(i / per_line) * (tower_extent.depth + 1.5f), 0, 0},
                tower_extent);
        const float first = west + (width - float(c.chillers_per_hall) * (chiller_extent.width + 1)) / 2;
        for (uint32_t i = 0; i < c.chillers_per_hall; ++i)
            add(PlantKind::chiller, prefix + "CH" + padded(i + 1, c.chillers_per_hall), plant, no_index,
                {first + (float(i) + 0.5f) * (chiller_extent.width + 1), south - 4, 0, 0}, chiller_extent);
        const Hall& hall = t_.halls[h];
        for (uint32_t i = 0; i < c.loops_per_hall; ++i) {
            // Supply and return run along the hall's west wall, under the floor.
            const float y_step = hall.extent.depth / float(c.loops_per_hall);
            add(PlantKind::loop, prefix + "LOOP" + padded(i + 1, c.loops_per_hall), plant, h,
                {hall.place.x - hall.extent.width / 2 + 1.5f,
                 hall.place.y + hall.extent.depth / 2 - (float(i) + 0.5f) * y_step, -loop_pipe_m, 0},
                {loop_pipe_m, y_step * 0.96f, loop_pipe_m});
        }
        if (h == 0) first_plant_ = plant;
    }

    // CDUs hang on the loop that is nearest to their rows; CDUs of a hall placement line its north and south walls.
    void connect_cdus() {
        const auto& c = plan_.cooling;
        const uint32_t plants_per_hall = 1 + c.towers_per_hall + c.chillers_per_hall + c.loops_per_hall;
        std::vector<uint32_t> of_hall(t_.halls.size(), 0);
        for (const Cdu& cdu : t_.cdus) ++of_hall[cdu.hall];
        std::vector<uint32_t> number(t_.halls.size(), 0);
        for (Cdu& cdu : t_.cdus) {
            const uint32_t i = number[cdu.hall]++, count = of_hall[cdu.hall];
            const uint32_t loop = uint32_t(uint64_t(i) * c.loops_per_hall / count);
            cdu.plant = first_plant_ + cdu.hall * plants_per_hall + 1 + c.towers_per_hall + c.chillers_per_hall + loop;
            if (cdu.placement != CduPlacement::hall) continue;
            const Hall& hall = t_.halls[cdu.hall];
            const float pitch = (hall.extent.width - 2) / float((count + 1) / 2);
            const float side = i % 2 == 0 ? 1.0f : -1.0f;
            cdu.place = {hall.place.x - hall.extent.width / 2 + 1 + (float(i / 2) + 0.5f) * pitch,
                         hall.place.y + side * (hall.extent.depth / 2 - cdu.extent.depth / 2 - 0.3f), 0, 0};
        }
    }

    const ClusterPlan& plan_;
    Topology& t_;
    Box halls_;
    std::vector<uint32_t> rack_begin_;  // [row], one more at the end
    uint32_t first_plant_ = 0;
};

}  // namespace

void generate_facility(const ClusterPlan& plan, Topology& topology) {
    FacilityGenerator generator(plan, topology);
    generator.power();
    generator.cooling();
}

}  // namespace bv
