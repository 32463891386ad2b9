// Cooling of a plan: plant → tower and chiller outside, plant → loop → CDU inside. Plant stands north of the halls, one
// stretch for each hall: the tall towers are the backdrop of the overview from the south-east.
#include <algorithm>
#include <cmath>

#include "cluster/generate.h"
#include "cluster/generate_names.h"

namespace bv {
namespace {

constexpr float distance_m = 12;  // from the halls to the first line
constexpr float loop_pipe_m = 0.6f;
constexpr float full_hall_watts = 32e6f;  // what the sizes below are for: 392 racks of 81.6 kW and six towers

class CoolingGenerator {
public:
    CoolingGenerator(const ClusterPlan& plan, Topology& topology)
        : plan_(plan), t_(topology), site_(site_bounds(topology)) {
        const float racks = float(plan.pods()) * plan.site.arrays_per_pod * plan.array.racks / float(plan.site.halls);
        const float watts = racks * plan.rack.rated_watts;
        const auto scale = [](float share) { return std::clamp(std::sqrt(share), 0.3f, 1.2f); };
        const float towers = float(std::max(1u, plan.cooling.towers_per_hall.value));
        tower_scale_ = watts > 0 ? scale(watts / full_hall_watts * 6 / towers) : 1;
        plant_scale_ = watts > 0 ? scale(watts / full_hall_watts) : 1;
    }

    void run() {
        const auto& c = plan_.cooling;
        const auto halls = float(plan_.site.halls);
        const float first_line = plant().width + 3 + float(c.chillers_per_hall) * chiller_pitch();
        const float segment = std::max(first_line + 3, (site_.east - site_.west) / halls);
        const float west = (site_.west + site_.east) / 2 - segment * halls / 2;
        for (uint32_t h = 0; h < plan_.site.halls; ++h) {
            const uint32_t parent = outside(h, west + (float(h) + 0.5f) * segment, segment, first_line);
            loops(h, parent);
        }
        connect_cdus();
    }

private:
    Extent tower() const { return {6 * tower_scale_, 6 * tower_scale_, 7 * tower_scale_}; }
    Extent plant() const { return {14 * plant_scale_, 8 * plant_scale_, 6 * plant_scale_}; }
    Extent chiller() const { return {2.3f * plant_scale_, 7.2f * plant_scale_, 2.6f * plant_scale_}; }
    float chiller_pitch() const { return chiller().width + 1; }

    uint32_t add(PlantKind kind, std::string name, uint32_t parent, uint32_t hall, Place place, Extent extent) {
        t_.plants.push_back({kind, parent, hall, place, extent});
        t_.names[size_t(ObjectClass::plant)].push_back(std::move(name));
        return uint32_t(t_.plants.size() - 1);
    }

    // First line: plant building and chillers side by side; behind it the towers in lines.
    uint32_t outside(uint32_t h, float middle, float segment, float first_line) {
        const auto& c = plan_.cooling;
        const std::string prefix = hall_name(h, plan_.site.halls) + "-";
        const float south = site_.north + distance_m, west = middle - first_line / 2;
        const uint32_t parent = add(PlantKind::plant, prefix + "PLANT", no_index, no_index,
                                    {west + plant().width / 2, south + plant().depth / 2, 0, 0}, plant());
        const float towers_south = south + plant().depth + 3, pitch = tower().width + 1.5f;
        const auto most = uint32_t(std::max(1.0f, (segment - 2) / pitch));
        const uint32_t lines = (c.towers_per_hall + most - 1) / most;
        const uint32_t per_line = lines ? (c.towers_per_hall + lines - 1) / lines : 1;
        for (uint32_t i = 0; i < c.towers_per_hall; ++i)
            add(PlantKind::tower, prefix + "T" + padded(i + 1, c.towers_per_hall), parent, no_index,
                {middle + (float(i % per_line) - float(per_line - 1) / 2) * pitch,
                 towers_south + tower().depth / 2 + float(i / per_line) * pitch, 0, 0},
                tower());
        const float chillers_west = west + plant().width + 3;
        for (uint32_t i = 0; i < c.chillers_per_hall; ++i)
            add(PlantKind::chiller, prefix + "CH" + padded(i + 1, c.chillers_per_hall), parent, no_index,
                {chillers_west + (float(i) + 0.5f) * chiller_pitch(), south + plant().depth / 2, 0, 0}, chiller());
        return parent;
    }

    // Supply and return run along the hall's west wall, under the floor.
    void loops(uint32_t h, uint32_t parent) {
        const uint32_t count = plan_.cooling.loops_per_hall;
        const std::string prefix = hall_name(h, plan_.site.halls) + "-LOOP";
        const Hall& hall = t_.halls[h];
        const float step = hall.extent.depth / float(count);
        first_loop_.push_back(uint32_t(t_.plants.size()));
        for (uint32_t i = 0; i < count; ++i)
            add(PlantKind::loop, prefix + padded(i + 1, count), parent, h,
                {hall.place.x - hall.extent.width / 2 + 1.5f,
                 hall.place.y + hall.extent.depth / 2 - (float(i) + 0.5f) * step, -loop_pipe_m, 0},
                {loop_pipe_m, step * 0.96f, loop_pipe_m});
    }

    // CDUs hang on the loop that is nearest to their rows; CDUs of a hall line its north and south walls.
    void connect_cdus() {
        const uint32_t loop_count = plan_.cooling.loops_per_hall;
        std::vector<uint32_t> of_hall(t_.halls.size(), 0), number(t_.halls.size(), 0);
        for (const Cdu& cdu : t_.cdus) ++of_hall[cdu.hall];
        for (Cdu& cdu : t_.cdus) {
            const uint32_t i = number[cdu.hall]++, count = of_hall[cdu.hall];
            cdu.plant = first_loop_[cdu.hall] + uint32_t(uint64_t(i) * loop_count / count);
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
    SiteBounds site_;
    float tower_scale_ = 1, plant_scale_ = 1;
    std::vector<uint32_t> first_loop_;  // [hall]
};

}  // namespace

void generate_cooling(const ClusterPlan& plan, Topology& topology) {
    if (plan.cooling.present) CoolingGenerator(plan, topology).run();
}

}  // namespace bv
