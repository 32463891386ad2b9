// The views over the hall as a person uses them: each draws at every size, the pointer lights, selects and brushes.
#include "viewer/panels/fabric_views.h"

#include <doctest/doctest.h>

#include "tests/viewer/desk.h"
#include "viewer/panels/layout.h"

using namespace bv;
using bv::test::Desk;

namespace {

void point(Desk& desk, ImVec2 at, bool pressed = false) {
    ImGuiIO& io = ImGui::GetIO();
    io.MousePos = at;
    io.MouseDown[0] = pressed;
    desk.frame();
}

// Where in the panel the pointer is on something; the first such place from the left above.
ImVec2 first_hit(Desk& desk) {
    const Rect panel = fabric_views_rect(desk.view, layout_of(desk.view));
    for (float y = panel.y + 70; y < panel.bottom(); y += 6)
        for (float x = panel.x + 60; x < panel.right(); x += 6) {
            point(desk, {x, y});
            if (desk.view.hovered.valid()) return {x, y};
        }
    FAIL("nothing in the panel can be pointed at");
    return {};
}

void open(Desk& desk, FabricViews::Tab tab) {
    desk.timeline.advance_to(10);
    desk.view.views.open = true;
    desk.view.views.tab = tab;
    desk.frame();
    desk.frame();
}

}  // namespace

TEST_CASE("every view draws at every size, and the dump knows what it shows") {
    Desk desk;
    for (const auto tab : {FabricViews::Tab::matrix, FabricViews::Tab::tree, FabricViews::Tab::ranks}) {
        open(desk, tab);
        for (const auto& [width, height] : {std::pair{1920.f, 1080.f}, {1280.f, 720.f}, {640.f, 360.f}, {1.f, 1.f}})
            desk.frame(width, height);
        desk.frame();
        CHECK(desk.dump()["fabric"]["tab"].is_string());
        CHECK(ImGui::GetDrawData()->TotalVtxCount > 1000);
    }
    CHECK(desk.dump()["fabric"]["ranks"] > 0);
}

TEST_CASE("a cell under the pointer is lit in the hall, a click selects it, a drag brushes and dims the rest") {
    for (const auto tab : {FabricViews::Tab::matrix, FabricViews::Tab::ranks}) {
        Desk desk(tab == FabricViews::Tab::matrix ? "sim:nvl72-8k?seed=3" : "sim:array-512?seed=3");
        desk.view.views.window = {0, 50, 0, 60};
        open(desk, tab);
        const ImVec2 at = first_hit(desk);
        const ObjectId hovered = desk.view.hovered;
        CHECK(hovered.object_class == (tab == FabricViews::Tab::matrix ? ObjectClass::link : ObjectClass::gpu));
        point(desk, at, true);
        point(desk, at, false);
        CHECK(desk.view.selected == hovered);
        CHECK_FALSE(desk.view.brush.on());
        point(desk, at, true);
        point(desk, {at.x + 45, at.y + 20}, true);
        REQUIRE(desk.view.brush.on());
        const size_t few = desk.view.brush.objects.size();
        CHECK(desk.view.brush.lit->contains(desk.view.brush.objects.front()));
        point(desk, {at.x + 130, at.y + 20}, true);
        CHECK(desk.view.brush.objects.size() > few);
        point(desk, {at.x + 130, at.y + 20}, false);
        CHECK(desk.view.selected == hovered);  // the end of a drag is no click
        CHECK(desk.dump()["brush"]["objects"] == desk.view.brush.objects.size());
    }
}

TEST_CASE("the views and the plots take each other's place") {
    Desk desk;
    open(desk, FabricViews::Tab::matrix);
    desk.view.plots.open = true;
    desk.frame();
    CHECK(desk.view.plots.open);
    CHECK_FALSE(desk.view.views.open);
    desk.view.views.open = true;
    desk.frame();
    CHECK(desk.view.views.open);
    CHECK_FALSE(desk.view.plots.open);
}

TEST_CASE("a brush in one view dims the cells of the others") {
    Desk desk("sim:nvl72-8k?seed=3");
    desk.view.views.window = {0, 50, 0, 60};
    open(desk, FabricViews::Tab::matrix);
    const Topology& t = desk.timeline.state().topology();
    const FabricGroup& group = desk.memory.fabric.groups.groups.front();
    desk.view.brush = brush_of(t, {{ObjectClass::switch_, group.spines.front()}}, "a spine");
    desk.frame();
    const auto dimmed = std::count(desk.memory.fabric.dimmed.begin(), desk.memory.fabric.dimmed.end(), 1);
    CHECK(dimmed == 59 * 50);
    // Of GPUs the rows of their leafs stay lit.
    desk.view.brush = brush_of(t, {{ObjectClass::gpu, 9}}, "a GPU");
    desk.frame();
    const auto rest = std::count(desk.memory.fabric.dimmed.begin(), desk.memory.fabric.dimmed.end(), 1);
    CHECK(rest == 60 * 49);
}
