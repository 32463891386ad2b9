// Lays out halls, rows and racks of a plan and fills the racks with nodes and NICs. A row of GPU racks is one pod or a
// part of one; network, storage and CPU racks stand in rows of their own in the middle of the hall.
#include "cluster/generate.h"

#include <algorithm>
#include <iterator>
#include <numbers>

#include "cluster/generate_names.h"
#include "cluster/generate_switches.h"

namespace bv {
namespace {

// One rack to be, before it has a place.
struct RackDraft {
    RackRole role = RackRole::gpu;
    std::string name;
    uint32_t pod = no_index, array = no_index;  // of the whole site
    float gap_m = 0;                            // free floor before it
    bool starts_cdu = false;
    const ServicePlan* service = nullptr;
};
struct RowDraft {
    std::string name;
    std::vector<RackDraft> racks;
    bool gpu = false;
};

class HallDrafter {
public:
    HallDrafter(const ClusterPlan& plan, uint32_t hall)
        : plan_(plan), hall_(hall), prefix_(hall_name(hall, plan.site.halls)) {}

    std::vector<RowDraft> rows() {
        std::vector<RowDraft> rows;
        for (uint32_t p = 0; p < plan_.site.pods_per_hall; ++p) add_pod(p, rows);
        // In the middle of the hall, between two pods where there are two.
        const bool one_pod = plan_.site.pods_per_hall == 1;
        const size_t middle = one_pod ? rows.size() / 2 : size_t(plan_.site.pods_per_hall / 2) * plan_.rows_per_pod();
        std::vector<RowDraft> service;
        add_service_rows(service);
        rows.insert(rows.begin() + std::ptrdiff_t(middle), std::make_move_iterator(service.begin()),
                    std::make_move_iterator(service.end()));
        return rows;
    }

private:
    void add_pod(uint32_t pod_in_hall, std::vector<RowDraft>& rows) const {
        const auto& site = plan_.site;
        const uint32_t pod = hall_ * site.pods_per_hall + pod_in_hall;
        const std::string pod_name = prefix_ + "-P" + padded(pod_in_hall + 1, site.pods_per_hall);
        const uint32_t count = plan_.rows_per_pod();
        for (uint32_t r = 0; r < count; ++r) {
            RowDraft row;
            row.gpu = true;
            row.name = count == 1 ? pod_name : pod_name + "-" + padded(r + 1, count);
            const uint32_t end = std::min<uint32_t>((r + 1) * site.arrays_per_row, site.arrays_per_pod);
            for (uint32_t a = r * site.arrays_per_row; a < end; ++a)
                add_array(pod, pod * site.arrays_per_pod + a, pod_name + "-A" + padded(a + 1, site.arrays_per_pod),
                          row);
            mark_cdus(row);
            rows.push_back(std::move(row));
        }
    }

    void add_array(uint32_t pod, uint32_t array, const std::string& name, RowDraft& row) const {
        const uint32_t racks = plan_.array.racks, leaf_racks = plan_.fabric.present ? plan_.array.leaf_racks.value : 0;
        const auto add = [&](RackRole role, std::string rack_name) {
            RackDraft draft;
            draft.role = role;
            draft.name = std::move(rack_name);
            draft.pod = pod;
            draft.array = array;
            row.racks.push_back(std::move(draft));
        };
        const size_t first = row.racks.size();
        for (uint32_t r = 0; r < racks; ++r) {
            if (r == (racks + 1) / 2 || racks == 0)
                for (uint32_t l = 0; l < leaf_racks; ++l)
                    add(RackRole::leaf, leaf_racks == 1 ? name + "-L" : name + "-L" + padded(l + 1, leaf_racks));
            add(RackRole::gpu, name + "-R" + padded(r + 1, racks));
        }
        if (racks == 1)
            for (uint32_t l = 0; l < leaf_racks; ++l)
                add(RackRole::leaf, leaf_racks == 1 ? name + "-L" : name + "-L" + padded(l + 1, leaf_racks));
        if (first > 0) row.racks[first].gap_m = plan_.array.gap_m;
    }

    // An in-row CDU needs floor before the first rack that it cools.
    void mark_cdus(RowDraft& row) const {
        const auto& cooling = plan_.cooling;
        if (!cooling.cdu || *cooling.cdu == CduPlacement::in_rack) return;
        for (size_t r = 0; r < row.racks.size(); r += cooling.racks_per_cdu) {
            row.racks[r].starts_cdu = true;
            if (*cooling.cdu == CduPlacement::in_row)
                row.racks[r].gap_m = std::max(row.racks[r].gap_m, cooling.cdu_extent.width + 0.1f);
        }
    }

    // Storage and CPU racks outside, spines next, cores and front end in the middle: the shortest cables for the most
    // of them.
    void add_service_rows(std::vector<RowDraft>& rows) const {
        const NetworkRacks network = network_racks(plan_, hall_);
        std::vector<RackDraft> services, all;
        for (const ServicePlan& service : plan_.services)
            for (uint32_t r = 0; r < service.racks_per_hall; ++r) {
                const bool storage = service.role == NodeRole::storage, cpu = service.role == NodeRole::cpu;
                RackDraft draft = rack(storage ? RackRole::storage
                                       : cpu   ? RackRole::cpu
                                               : RackRole::other,
                                       storage ? "ST"
                                       : cpu   ? "CPU"
                                               : "X",
                                       r, service.racks_per_hall);
                draft.service = &service;
                services.push_back(std::move(draft));
            }
        const auto add = [&](RackRole role, std::string_view letters, uint32_t from, uint32_t to, uint32_t of) {
            for (uint32_t r = from; r < to; ++r) all.push_back(rack(role, letters, r, of));
        };
        const size_t half = services.size() / 2;
        all.insert(all.end(), services.begin(), services.begin() + std::ptrdiff_t(half));
        add(RackRole::spine, "S", 0, network.spine / 2, network.spine);
        add(RackRole::core, "C", 0, network.core / 2, network.core);
        add(RackRole::frontend, "FE", 0, network.frontend, network.frontend);
        add(RackRole::core, "C", network.core / 2, network.core, network.core);
        add(RackRole::spine, "S", network.spine / 2, network.spine, network.spine);
        all.insert(all.end(), services.begin() + std::ptrdiff_t(half), services.end());
        if (all.empty()) return;
        const size_t most = racks_per_service_row(), count = (all.size() + most - 1) / most;
        const size_t per_row = (all.size() + count - 1) / count;
        for (size_t first = 0; first < all.size(); first += per_row) {
            RowDraft row;
            row.name = prefix_ + "-NET" + (count == 1 ? "" : std::to_string(first / per_row + 1));
            for (size_t r = first; r < std::min(first + per_row, all.size()); ++r)
                row.racks.push_back(std::move(all[r]));
            rows.push_back(std::move(row));
        }
    }

    [[nodiscard]] RackDraft rack(RackRole role, std::string_view letters, uint32_t number, uint32_t of) const {
        RackDraft draft;
        draft.role = role;
        draft.name = prefix_ + "-NET-" + std::string(letters) + padded(number + 1, of);
        return draft;
    }

    [[nodiscard]] size_t racks_per_service_row() const {
        if (plan_.floor.service_racks_per_row) return plan_.floor.service_racks_per_row;
        const float leaf_racks = plan_.fabric.present ? float(plan_.array.leaf_racks) : 0;
        const float array =
            float(plan_.array.racks) * plan_.rack.extent.width + leaf_racks * plan_.floor.service_rack.width;
        const auto arrays = float(plan_.site.arrays_per_row);
        const float row = arrays * array + (arrays - 1) * plan_.array.gap_m;
        return size_t(std::max(1.0f, row / plan_.floor.service_rack.width));
    }

    const ClusterPlan& plan_;
    uint32_t hall_;
    std::string prefix_;
};

class ObjectGenerator {
public:
    ObjectGenerator(const ClusterPlan& plan, Topology& topology) : plan_(plan), t_(topology) {
        const uint64_t gpu_nodes = uint64_t(plan.arrays()) * plan.nodes_per_array();
        t_.nodes.reserve(gpu_nodes);
        names(ObjectClass::node).reserve(gpu_nodes);
        t_.nics.reserve(gpu_nodes * (plan.node.nics + plan.node.frontend_nics));
        out_.gpu_nodes.reserve(gpu_nodes);
    }

    Generated run() {
        for (uint32_t h = 0; h < plan_.site.halls; ++h) add_hall(h);
        place_halls(plan_, t_);
        generate_switches(plan_, t_, out_);
        generate_power(plan_, t_);
        generate_cooling(plan_, t_);
        return std::move(out_);
    }

private:
    std::vector<std::string>& names(ObjectClass c) { return t_.names[size_t(c)]; }

    // Rows from north to south, fronts facing each other over the cold aisle between the first and the second, and so
    // on. Places are relative to the hall's centre until place_halls().
    void add_hall(uint32_t h) {
        const auto hall = uint32_t(t_.halls.size());
        const std::vector<RowDraft> rows = HallDrafter(plan_, h).rows();
        const float depth = std::max(plan_.rack.extent.depth, plan_.floor.service_rack.depth);
        float width = 0, y = 0;
        const size_t first_rack = t_.racks.size(), first_cdu = t_.cdus.size();
        for (size_t r = 0; r < rows.size(); ++r) {
            if (r > 0) y -= depth + (r % 2 == 1 ? plan_.floor.cold_aisle_m : plan_.floor.hot_aisle_m);
            const float yaw = r % 2 == 0 ? 0.0f : std::numbers::pi_v<float>;
            width = std::max(width, add_row(hall, rows[r], y, yaw));
        }
        const float hall_depth = -y + depth + 2 * plan_.floor.perimeter_m;
        for (size_t r = first_rack; r < t_.racks.size(); ++r) t_.racks[r].place.y += -y / 2;
        for (size_t c = first_cdu; c < t_.cdus.size(); ++c) t_.cdus[c].place.y += -y / 2;
        t_.halls.push_back(
            {Place{}, Extent{width + 2 * plan_.floor.perimeter_m, hall_depth, plan_.floor.hall_height_m}});
        names(ObjectClass::hall).push_back(hall_name(h, plan_.site.halls));
    }

    float add_row(uint32_t hall, const RowDraft& draft, float y, float yaw) {
        const auto row = uint32_t(t_.rows.size());
        t_.rows.push_back({hall});
        names(ObjectClass::row).push_back(draft.name);
        const auto extent_of = [this](const RackDraft& rack) {
            return rack.role == RackRole::gpu ? plan_.rack.extent : plan_.floor.service_rack;
        };
        float width = 0;
        for (const RackDraft& rack : draft.racks) width += rack.gap_m + extent_of(rack).width;
        float x = -width / 2;
        for (size_t slot = 0; slot < draft.racks.size(); ++slot) {
            const RackDraft& rack_draft = draft.racks[slot];
            Rack rack;
            rack.hall = hall;
            rack.row = row;
            rack.role = rack_draft.role;
            rack.extent = extent_of(rack_draft);
            rack.units = rack.role == RackRole::gpu ? uint16_t(plan_.rack.units) : 48;
            rack.slot = uint16_t(slot);
            rack.pod = rack_draft.pod;
            rack.array = rack_draft.array;
            if (draft.gpu) add_cdu(hall, rack_draft, {x + rack_draft.gap_m / 2, y, 0, yaw}, rack);
            x += rack_draft.gap_m;
            rack.place = {x + rack.extent.width / 2, y, 0, yaw};
            x += rack.extent.width;
            t_.racks.push_back(rack);
            names(ObjectClass::rack).push_back(rack_draft.name);
            if (rack.role == RackRole::gpu) add_gpu_nodes();
            if (rack_draft.service) add_service_nodes(*rack_draft.service);
        }
        return width;
    }

    void add_cdu(uint32_t hall, const RackDraft& draft, const Place& before, Rack& rack) {
        if (!plan_.cooling.cdu) return;
        const CduPlacement placement = *plan_.cooling.cdu;
        if (placement == CduPlacement::in_rack && draft.role != RackRole::gpu) return;
        if (placement == CduPlacement::in_rack || draft.starts_cdu) {
            Cdu cdu;
            cdu.placement = placement;
            cdu.hall = hall;
            if (placement == CduPlacement::in_rack) {
                cdu.rack = uint32_t(t_.racks.size());
                cdu.extent = {rack.extent.width * 0.8f, rack.extent.depth * 0.8f,
                              4 * 0.04445f};  // 4 U at the rack's foot
            } else {
                cdu.place = before;
                cdu.extent = plan_.cooling.cdu_extent;
            }
            t_.cdus.push_back(cdu);
            names(ObjectClass::cdu).push_back(draft.name + "-CDU");
        }
        rack.cdu = uint32_t(t_.cdus.size() - 1);
    }

    void add_gpu_nodes() {
        const auto rack = uint32_t(t_.racks.size() - 1);
        for (uint32_t n = 0; n < plan_.rack.nodes; ++n) {
            out_.gpu_nodes.push_back(uint32_t(t_.nodes.size()));
            Node node;
            node.role = NodeRole::gpu;
            node.unit = uint16_t(plan_.rack.unit_of(n));
            node.height_units = uint16_t(plan_.node.height_units);
            node.gpus.count = plan_.node.gpus;
            add_node(rack, node, n, plan_.rack.nodes, plan_.node.nics, plan_.node.frontend_nics);
        }
    }

    void add_service_nodes(const ServicePlan& service) {
        const auto rack = uint32_t(t_.racks.size() - 1);
        const uint32_t frontend_nics = plan_.frontend.present || plan_.management.present ? 1 : 0;
        for (uint32_t n = 0; n < service.nodes_per_rack; ++n) {
            out_.service_nodes.push_back(uint32_t(t_.nodes.size()));
            Node node;
            node.role = service.role;
            node.unit = uint16_t(1 + n * service.height_units);
            node.height_units = uint16_t(service.height_units);
            add_node(rack, node, n, service.nodes_per_rack, 0, frontend_nics);
        }
    }

    void add_node(uint32_t rack, Node& node, uint32_t number, uint32_t of, uint32_t compute, uint32_t frontend) {
        const auto index = uint32_t(t_.nodes.size());
        node.rack = rack;
        node.nics.count = compute + frontend;
        t_.nodes.push_back(node);
        names(ObjectClass::node).push_back(names(ObjectClass::rack)[rack] + "-N" + padded(number + 1, of));
        // The service processor's port is part of the front-end NIC (a BlueField-3 has one), or of the first NIC
        // without one.
        const uint16_t management = plan_.management.present ? 1 : 0;
        const bool fabric = plan_.fabric.present;
        for (uint32_t i = 0; i < compute; ++i) {
            const auto ports = uint16_t(fabric ? plan_.fabric.planes.value : 1);
            const uint16_t extra = frontend == 0 && i == 0 ? management : 0;
            t_.nics.push_back(
                {index, NicRole::compute, uint8_t(fabric ? i % plan_.fabric.rails : i), uint16_t(ports + extra), 0});
        }
        for (uint32_t i = 0; i < frontend; ++i)
            t_.nics.push_back({index, NicRole::frontend, 0, uint16_t(1 + (i == 0 ? management : 0)), 0});
    }

    const ClusterPlan& plan_;
    Topology& t_;
    Generated out_;
};

}  // namespace

Generated generate_objects(const ClusterPlan& plan, Topology& topology) {
    return ObjectGenerator(plan, topology).run();
}

void Generated::moved(const Arrangement& a) {
    for (auto* list : {&gpu_nodes, &service_nodes})
        for (uint32_t& index : *list) index = Arrangement::moved(a.nodes, index);
    for (auto* list : {&leafs, &spines, &cores, &frontend_leafs, &service_leafs, &frontend_spines, &frontend_cores})
        for (uint32_t& index : *list) index = Arrangement::moved(a.switches, index);
}

// Halls stand in a grid, read like a page: H1 in the north-west. All get the size of the largest; a short last line is
// centred.
void place_halls(const ClusterPlan& plan, Topology& t) {
    Extent largest;
    for (const Hall& hall : t.halls) {
        largest.width = std::max(largest.width, hall.extent.width);
        largest.depth = std::max(largest.depth, hall.extent.depth);
        largest.height = std::max(largest.height, hall.extent.height);
    }
    const auto count = uint32_t(t.halls.size());
    const uint32_t columns = std::min<uint32_t>(plan.site.hall_columns, count), lines = (count + columns - 1) / columns;
    for (uint32_t i = 0; i < count; ++i) {
        const uint32_t line = i / columns, in_line = std::min(columns, count - line * columns);
        Hall& hall = t.halls[i];
        hall.extent = largest;
        hall.place.x = (float(i % columns) - float(in_line - 1) / 2) * (largest.width + plan.floor.corridor_m);
        hall.place.y = (float(lines - 1) / 2 - float(line)) * (largest.depth + plan.floor.corridor_m);
    }
    const auto move = [&](uint32_t hall, Place& place) {
        place.x += t.halls[hall].place.x;
        place.y += t.halls[hall].place.y;
    };
    for (Rack& rack : t.racks) move(rack.hall, rack.place);
    for (Cdu& cdu : t.cdus) move(cdu.hall, cdu.place);
}

}  // namespace bv
