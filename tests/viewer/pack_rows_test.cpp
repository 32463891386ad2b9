// pack_rows without a GPU: every GPU is in the picture at every level, trouble is never hidden, and absence of data is
// never health.
#include <cstdlib>
#include <set>

#include <doctest/doctest.h>

#include "tests/viewer/packed.h"

using namespace bv;
using namespace bv::test;

namespace {

struct Packed {
    std::shared_ptr<const Topology> topology = array_512();
    SceneLayout layout{topology};
    ClusterState state = healthy_state(topology);
    TestRows rows;

    void pack(const View& view, int64_t now_ns = test_time_ns) {
        rows.clear();
        pack_rows(state, layout, view, now_ns, rows);
    }
};

uint32_t cell_word(const FrameRows& rows, const gpu::RackRow& rack, uint32_t cell) {
    return rows.cells.rows()[rack.first_cell + cell];
}

size_t gpu_boxes(const FrameRows& rows) {
    size_t count = 0;
    for (const gpu::BoxRow& box : rows.boxes.rows()) count += box.material == gpu::material_state;
    return count;
}

}  // namespace

TEST_CASE("from far, every rack is one row and every GPU one cell with its value") {
    Packed p;
    const uint32_t gpu = 77;
    set_value(p.state, {ObjectClass::gpu, gpu}, "temp_celsius", 90);
    set_value(p.state, {ObjectClass::gpu, gpu + 1}, "temp_celsius", 25);
    p.pack(view_from(*p.topology, "overview"));
    CHECK(p.rows.racks.size() == p.topology->racks.size());
    const uint32_t rack = gpu_rack(*p.topology, gpu);
    const gpu::RackRow* row = row_of(p.rows, *p.topology, rack);
    REQUIRE(row);
    CHECK((row->columns_rows & 0xFFFF) == 8);
    CHECK((row->columns_rows >> 16) == 8);
    const uint32_t cell = gpu - p.topology->racks[rack].gpus.first;
    CHECK((cell_word(p.rows, *row, cell) & 0xFFFF) == 65534);  // the top of the display range
    CHECK((cell_word(p.rows, *row, cell + 1) & 0xFFFF) == 0);
    CHECK((cell_word(p.rows, *row, cell + 2) & 0xFFFF) == gpu::state_no_value);
    uint32_t gpu_cells = 0;
    for (const gpu::RackRow& r : p.rows.racks.rows())
        gpu_cells += (r.columns_rows & 0xFFFF) == 8 ? (r.columns_rows >> 16) * 8 : 0;
    CHECK(gpu_cells == p.topology->count(ObjectClass::gpu));
}

TEST_CASE("health travels into cells, racks and beacons; the worst is drawn last") {
    Packed p;
    set_health(p.state, {ObjectClass::gpu, 3}, Health::warning);
    set_health(p.state, {ObjectClass::gpu, 4}, Health::critical);
    set_health(p.state, {ObjectClass::gpu, 5}, Health::down);
    set_health(p.state, {ObjectClass::gpu, 200}, Health::warning);
    p.pack(view_from(*p.topology, "overview"));
    const gpu::RackRow* row = row_of(p.rows, *p.topology, gpu_rack(*p.topology, 3));
    REQUIRE(row);
    CHECK(health_of(cell_word(p.rows, *row, 3)) == Health::warning);
    CHECK(health_of(cell_word(p.rows, *row, 4)) == Health::critical);
    CHECK(health_of(row->state) == Health::down);
    REQUIRE(p.rows.beacons.size() == 2);
    CHECK(health_of(p.rows.beacons.rows()[0].state) == Health::warning);
    CHECK(health_of(p.rows.beacons.rows()[1].state) == Health::down);
    CHECK(p.rows.beacons.rows()[1].min_pixels >= 8);
}

TEST_CASE("a critical thing has a beacon at every level of detail") {
    Packed p;
    const uint32_t gpu = 300;
    set_health(p.state, {ObjectClass::gpu, gpu}, Health::critical);
    View view = view_from(*p.topology, "overview");
    const glm::vec3 target = p.layout.impl().gpu_box(gpu).position;
    for (const float distance : {2.0f, 6.0f, 20.0f, 80.0f, 400.0f, 3000.0f}) {
        CAPTURE(distance);
        Pose pose;
        const float yaw = p.topology->racks[gpu_rack(*p.topology, gpu)].place.yaw;
        pose.target = target;
        pose.eye = target + front_of(yaw) * distance + glm::vec3(0, 0, distance * 0.3f);
        view.camera.jump(pose);
        p.pack(view);
        bool marked = false;
        for (const gpu::BeaconRow& beacon : p.rows.beacons.rows())
            marked = marked || (health_of(beacon.state) == Health::critical &&
                                glm::length(beacon.position - target) < 4 && beacon.min_pixels >= 8);
        CHECK(marked);
    }
}

TEST_CASE("no data is unknown, old data is stale, and neither is healthy") {
    Packed p;
    ClusterState empty(p.topology);
    empty.time_ns = test_time_ns;
    p.state = empty;
    p.pack(view_from(*p.topology, "overview"));
    for (const gpu::RackRow& row : p.rows.racks.rows()) {
        if (row.columns_rows == 0) continue;
        CHECK(health_of(row.state) == Health::unknown);
        CHECK(health_of(cell_word(p.rows, row, 0)) == Health::unknown);
    }
    p.state = healthy_state(p.topology);
    p.pack(view_from(*p.topology, "overview"), test_time_ns + 2 * test_interval_ns);
    CHECK((cell_word(p.rows, *row_of(p.rows, *p.topology, gpu_rack(*p.topology, 0)), 0) & gpu::state_stale) == 0);
    p.pack(view_from(*p.topology, "overview"), test_time_ns + 5 * test_interval_ns);
    CHECK((cell_word(p.rows, *row_of(p.rows, *p.topology, gpu_rack(*p.topology, 0)), 0) & gpu::state_stale) != 0);
}

TEST_CASE("near racks show every node and GPU as a box, and all boxes show every GPU") {
    Packed p;
    p.pack(view_from(*p.topology, "rack:0"));
    CHECK(gpu_boxes(p.rows) >= 64);
    CHECK(gpu_boxes(p.rows) < 8 * 512);
    View all = view_from(*p.topology, "overview");
    all.lod = false;
    p.pack(all);
    CHECK(gpu_boxes(p.rows) >= p.topology->count(ObjectClass::gpu));
}

TEST_CASE("GPU boxes lie in the cells that the far level draws for them") {
    Packed p;
    for (const uint32_t gpu : {0u, 7u, 63u, 100u, 511u}) {
        CAPTURE(gpu);
        const uint32_t rack = gpu_rack(*p.topology, gpu);
        const RackPlan& plan = p.layout.impl().racks[rack];
        const PlacedBox box = p.layout.impl().gpu_box(gpu);
        const uint32_t cell = gpu - p.topology->racks[rack].gpus.first;
        const glm::vec3 offset = box.position + glm::vec3(0, 0, box.size.z / 2) - plan.box.position;
        const float u = (glm::dot(offset, side_of(plan.box.yaw)) + plan.box.size.x / 2 - 0.05f) /
                        (plan.box.size.x - 0.1f) * plan.columns;
        const float v = (offset.z - plan.cells_bottom) / (plan.cells_top - plan.cells_bottom) * plan.rows;
        CHECK(uint32_t(u) == cell % plan.columns);
        CHECK(uint32_t(v) == cell / plan.columns);
    }
}

TEST_CASE("from very far racks side by side are one box, with a cell for each and the worst of all") {
    Packed p;
    set_health(p.state, {ObjectClass::gpu, 5}, Health::critical);
    View view = view_from(*p.topology, "overview");
    Pose pose = view.camera.pose();
    pose.eye = pose.target + (pose.eye - pose.target) * 40.0f;
    view.camera.jump(pose);
    p.pack(view);
    CHECK(p.rows.racks.size() < p.topology->racks.size());
    uint32_t cells = 0, critical = 0;
    Health worst = Health::ok;
    for (const gpu::RackRow& row : p.rows.racks.rows()) {
        cells += (row.columns_rows & 0xFFFF) * (row.columns_rows >> 16);
        worst = worse(worst, health_of(row.state));
    }
    for (const uint32_t word : p.rows.cells.rows()) critical += health_of(word) == Health::critical;
    CHECK(cells == p.topology->racks.size());
    CHECK(critical == 1);
    CHECK(worst == Health::critical);
    CHECK(p.rows.beacons.size() == 1);
}

TEST_CASE("a selected hall is outlined from outside, and not around who stands in it") {
    Packed p;
    for (const auto& [camera, outlines] : {std::pair{"overview", 1u}, {"hall:1", 0u}}) {
        View view = view_from(*p.topology, camera);
        view.selected = {ObjectClass::hall, 0};
        p.pack(view);
        CHECK(p.rows.outlines.size() == outlines);
    }
}

TEST_CASE("selection and hover mark cells and draw outlines") {
    Packed p;
    View view = view_from(*p.topology, "overview");
    view.selected = {ObjectClass::gpu, 130};
    view.hovered = {ObjectClass::node, 0};
    p.pack(view);
    const gpu::RackRow* row = row_of(p.rows, *p.topology, gpu_rack(*p.topology, 130));
    REQUIRE(row);
    CHECK((cell_word(p.rows, *row, 130 - p.topology->racks[gpu_rack(*p.topology, 130)].gpus.first) &
           gpu::state_selected) != 0);
    const gpu::RackRow* first = row_of(p.rows, *p.topology, p.topology->nodes[0].rack);
    uint32_t hovered = 0;
    for (uint32_t i = 0; i < 64; ++i) hovered += (cell_word(p.rows, *first, i) & gpu::state_hovered) != 0;
    CHECK(hovered == 8);
    CHECK(p.rows.outlines.size() == 2);
    CHECK(p.rows.outlines.rows()[1].size.x > p.layout.impl().gpu_box(130).size.x);
}

TEST_CASE("a health filter dims what does not match") {
    Packed p;
    set_health(p.state, {ObjectClass::gpu, 9}, Health::critical);
    View view = view_from(*p.topology, "overview");
    view.health_filter = Health::critical;
    p.pack(view);
    const gpu::RackRow* row = row_of(p.rows, *p.topology, gpu_rack(*p.topology, 9));
    REQUIRE(row);
    CHECK((cell_word(p.rows, *row, 9) & gpu::state_dimmed) == 0);
    CHECK((cell_word(p.rows, *row, 10) & gpu::state_dimmed) != 0);
}

TEST_CASE("a filter expression dims what does not match") {
    Packed p;
    set_value(p.state, {ObjectClass::gpu, 9}, "temp_celsius", 85);
    set_value(p.state, {ObjectClass::gpu, 10}, "temp_celsius", 50);
    View view = view_from(*p.topology, "overview");
    view.filter_text = "temp_celsius > 80";
    view.filter = Filter::parse(view.filter_text);
    p.pack(view);
    const gpu::RackRow* row = row_of(p.rows, *p.topology, gpu_rack(*p.topology, 9));
    REQUIRE(row);
    CHECK((cell_word(p.rows, *row, 9) & gpu::state_dimmed) == 0);
    CHECK((cell_word(p.rows, *row, 10) & gpu::state_dimmed) != 0);
}

TEST_CASE("GPUs can be coloured by a metric of what they stand in") {
    Packed p;
    const uint32_t rack = gpu_rack(*p.topology, 0);
    const MetricIndex power = find_metric(ObjectClass::rack, "power_watts").value();
    const Metric& m = metrics_of(ObjectClass::rack)[power];
    set_value(p.state, {ObjectClass::rack, rack}, "power_watts", m.display_max);
    View view = view_from(*p.topology, "overview");
    view.color_with({ObjectClass::rack, power});
    p.pack(view);
    const gpu::RackRow* row = row_of(p.rows, *p.topology, rack);
    REQUIRE(row);
    CHECK((cell_word(p.rows, *row, 0) & 0xFFFF) == 65534);
    CHECK((cell_word(p.rows, *row, 63) & 0xFFFF) == 65534);
    CHECK((cell_word(p.rows, *row_of(p.rows, *p.topology, gpu_rack(*p.topology, 511)), 0) & 0xFFFF) ==
          gpu::state_no_value);
}

TEST_CASE("colouring by rail gives the GPUs of a node different colours") {
    Packed p;
    View view = view_from(*p.topology, "overview");
    view.color_by = ColorBy::rail;
    p.pack(view);
    const gpu::RackRow* row = row_of(p.rows, *p.topology, gpu_rack(*p.topology, 0));
    std::set<uint32_t> colors;
    for (uint32_t i = 0; i < 8; ++i) colors.insert(cell_word(p.rows, *row, i) & 0xFFFF);
    CHECK(colors.size() == 8);
}

TEST_CASE("a failing link colours the trunks on its way and a selected one shows its whole route") {
    Packed p;
    const uint32_t link = 40;
    const auto colored = [&] {
        size_t count = 0;
        for (const gpu::TrunkRow& row : p.rows.trunks.rows()) count += health_of(row.state) == Health::down;
        return count;
    };
    View view = view_from(*p.topology, "overview");
    p.pack(view);
    CHECK(p.rows.trunks.size() > 0);
    CHECK(colored() == 0);
    set_health(p.state, {ObjectClass::link, link}, Health::down);
    p.pack(view);
    CHECK(colored() >= 1);
    view.selected = {ObjectClass::link, link};
    p.pack(view);
    glm::vec3 a{1e9f}, b{1e9f};
    const Link& l = p.topology->links[link];
    PlacedBox from, to;
    REQUIRE(p.layout.impl().box_of(l.a.object(), from));
    REQUIRE(p.layout.impl().box_of(l.b.object(), to));
    float nearest_a = 1e9f, nearest_b = 1e9f;
    for (const gpu::TrunkRow& row : p.rows.trunks.rows()) {
        if (!(row.state & gpu::state_selected)) continue;
        nearest_a = std::min(nearest_a, glm::length(row.a - from.position));
        nearest_b = std::min(nearest_b, glm::length(row.b - to.position));
    }
    CHECK(nearest_a < 0.5f);
    CHECK(nearest_b < 0.5f);
}

TEST_CASE("changing one GPU changes the rows, and equal states give equal rows") {
    Packed p;
    const View view = view_from(*p.topology, "overview");
    p.pack(view);
    const std::vector<uint32_t> before(p.rows.cells.rows().begin(), p.rows.cells.rows().end());
    p.pack(view);
    CHECK(std::vector<uint32_t>(p.rows.cells.rows().begin(), p.rows.cells.rows().end()) == before);
    set_health(p.state, {ObjectClass::gpu, 0}, Health::critical);
    p.pack(view);
    size_t changed = 0;
    for (size_t i = 0; i < before.size(); ++i) changed += before[i] != p.rows.cells.rows()[i];
    CHECK(changed == 1);
}

TEST_CASE("clusters without GPUs, and without anything at all, are packed too") {
    auto bare = std::make_shared<Topology>();
    bare->name = "bare";
    bare->halls.push_back({{0, 0, 0, 0}, {20, 10, 5}, {}, {}, {}, {}});
    bare->rows.push_back({0, {}, {}, {}});
    Rack rack;
    rack.hall = rack.row = 0;
    rack.extent = {0.6f, 1.2f, 2.2f};
    bare->racks.push_back(rack);
    Switch device;
    device.rack = 0;
    device.ports = 40;
    bare->switches.push_back(device);
    bare->names[size_t(ObjectClass::hall)] = {"h"};
    bare->names[size_t(ObjectClass::row)] = {"r"};
    bare->names[size_t(ObjectClass::rack)] = {"k"};
    bare->names[size_t(ObjectClass::switch_)] = {"s"};
    bare->finish();
    const SceneLayout layout(bare);
    ClusterState state = healthy_state(bare);
    set_health(state, {ObjectClass::switch_, 0}, Health::critical);
    TestRows rows;
    pack_rows(state, layout, view_from(*bare, "overview"), test_time_ns, rows);
    REQUIRE(rows.racks.size() == 1);
    CHECK(health_of(rows.racks.rows()[0].state) == Health::critical);
    CHECK(rows.beacons.size() >= 1);
    CHECK(layout.static_scene().boxes.size() > 0);

    const auto nothing = std::make_shared<Topology>();
    const SceneLayout empty(nothing);
    rows.clear();
    pack_rows(ClusterState(nothing), empty, View{}, test_time_ns, rows);
    CHECK(rows.racks.size() == 0);
}
