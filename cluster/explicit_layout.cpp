// Gives a place to what an explicit file names without coordinates: an importer knows rows and racks, but rarely
// metres. Rows stand as in a generated hall, fronts to a shared cold aisle; power gear stands east of the halls, plant
// north of them.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "cluster/explicit.h"

namespace bv {
namespace {

constexpr float cold_aisle_m = 2.4f, hot_aisle_m = 1.8f, perimeter_m = 4, corridor_m = 12, hall_height_m = 6;

struct Run {
    uint32_t first = no_index, end = 0;
    void add(uint32_t i) { first = std::min(first, i), end = i + 1; }
};

// Rows north to south around (0, 0); returns the size they take.
Extent stand_rows(Topology& t, Run racks) {
    float y = 0, width = 0;
    uint32_t number = 0;
    for (uint32_t r = racks.first; r < racks.end;) {
        uint32_t end = r;
        float row_width = 0, depth = 0;
        for (; end < racks.end && t.racks[end].row == t.racks[r].row; ++end) {
            row_width += t.racks[end].extent.width;
            depth = std::max(depth, t.racks[end].extent.depth);
        }
        if (number > 0) y -= number % 2 == 1 ? cold_aisle_m : hot_aisle_m;
        const float yaw = number % 2 == 0 ? 0.0f : std::numbers::pi_v<float>;
        float x = -row_width / 2;
        for (; r < end; ++r) {
            t.racks[r].place = {x + t.racks[r].extent.width / 2, y - depth / 2, 0, yaw};
            x += t.racks[r].extent.width;
        }
        y -= depth;
        width = std::max(width, row_width);
        ++number;
    }
    for (uint32_t r = racks.first; r < racks.end; ++r) t.racks[r].place.y -= y / 2;
    return {width, -y, 0};
}

// Centre and size of what stands already.
std::pair<Place, Extent> around(const Topology& t, Run racks) {
    float west = INFINITY, east = -INFINITY, south = INFINITY, north = -INFINITY;
    for (uint32_t r = racks.first; r < racks.end; ++r) {
        const Place& p = t.racks[r].place;
        const float reach = std::max(t.racks[r].extent.width, t.racks[r].extent.depth) / 2;
        west = std::min(west, p.x - reach), east = std::max(east, p.x + reach);
        south = std::min(south, p.y - reach), north = std::max(north, p.y + reach);
    }
    return {{(west + east) / 2, (south + north) / 2, 0, 0}, {east - west, north - south, 0}};
}

void place_gear(Topology& t) {
    float east = 0, north = 0, south = 0;
    for (const Hall& hall : t.halls) {
        east = std::max(east, hall.place.x + hall.extent.width / 2);
        north = std::max(north, hall.place.y + hall.extent.depth / 2);
        south = std::min(south, hall.place.y - hall.extent.depth / 2);
    }
    float y = south + 3, x = 0;
    for (uint32_t p = 0; p < t.power.size(); ++p) {
        Power& power = t.power[p];
        if (power.extent.width > 0) continue;
        if (power.kind != PowerKind::busway) {
            power.extent = {6, 2.5f, 2.9f};
            power.place = {east + 8, y, 0, 0};
            y += 4;
            continue;
        }
        Run run;
        for (uint32_t r = 0; r < t.racks.size(); ++r)
            if (t.racks[r].busway == p) run.add(r);
        if (run.end == 0) continue;
        const auto [place, extent] = around(t, run);
        power.extent = {extent.width, 0.15f, 0.3f};
        power.place = {place.x, place.y, t.racks[run.first].extent.height + 0.9f, 0};
    }
    for (Plant& plant : t.plants) {
        if (plant.extent.width > 0 || plant.kind == PlantKind::loop) continue;
        plant.extent = {6, 6, 5};
        plant.place = {x, north + 12, 0, 0};
        x += 9;
    }
}

}  // namespace

void lay_out_explicit(const ExplicitObjects& objects, const Arrangement& arrangement, Section& file, Topology& t) {
    if (!objects.any) return;
    std::vector<int> placed(t.racks.size(), -1);
    for (uint32_t i = 0; i < objects.rack_placed.size(); ++i)
        placed[Arrangement::moved(arrangement.racks, objects.first_rack + i)] = objects.rack_placed[i];
    std::vector<Run> runs(t.halls.size());
    std::vector<int> hall_placed(t.halls.size(), -1);
    for (uint32_t r = 0; r < t.racks.size(); ++r) {
        const uint32_t hall = t.racks[r].hall;
        runs[hall].add(r);
        int& all = hall_placed[hall];
        const int mine = placed[r] != 0;  // generated racks have a place
        if (all >= 0 && all != mine)
            file.fail("rack", "a place for all racks of a hall or for none",
                      "racks with and without one in " + t.names[size_t(ObjectClass::hall)][hall]);
        all = mine;
    }
    float west = 0;
    for (uint32_t h = 0; h < objects.first_hall; ++h)
        west = std::max(west, t.halls[h].place.x + t.halls[h].extent.width / 2);
    for (uint32_t h = objects.first_hall; h < t.halls.size(); ++h) {
        Hall& hall = t.halls[h];
        const bool known_place = objects.hall_placed[h - objects.first_hall],
                   known_size = objects.hall_sized[h - objects.first_hall];
        Extent needed{10, 10, hall_height_m};
        Place centre;
        if (runs[h].end > 0) {
            if (hall_placed[h])
                std::tie(centre, needed) = around(t, runs[h]);
            else
                needed = stand_rows(t, runs[h]);
            needed = {needed.width + 2 * perimeter_m, needed.depth + 2 * perimeter_m, hall_height_m};
        }
        if (!known_size) hall.extent = needed;
        const bool stands = runs[h].end > 0 && hall_placed[h];
        if (!known_place) {
            const bool first = h == 0;
            hall.place = stands ? centre : Place{first ? 0 : west + corridor_m + hall.extent.width / 2, 0, 0, 0};
        }
        west = std::max(west, hall.place.x + hall.extent.width / 2);
        if (stands || runs[h].end == 0) continue;
        for (uint32_t r = runs[h].first; r < runs[h].end; ++r) {
            t.racks[r].place.x += hall.place.x;
            t.racks[r].place.y += hall.place.y;
        }
    }
    place_gear(t);
}

}  // namespace bv
