// Keys by the table of keys.h, mouse by what lies under it. Reads ImGui's pointer and the window's keys, writes the
// View.
#include "viewer/input.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <imgui.h>

#include "viewer/composition.h"
#include "viewer/panels/memory.h"
#include "viewer/panels/panels.h"
#include "viewer/scene_layout.h"
#include "viewer/transport.h"

namespace bv {

namespace {

// The selection's ancestor of a class, or the first object of that class.
ObjectId around(const Topology& t, ObjectId id, ObjectClass object_class) {
    while (id.valid() && t.contains(id) && id.object_class != object_class && id.object_class != ObjectClass::site)
        id = t.parent(id);
    if (id.valid() && id.object_class == object_class) return id;
    return t.count(object_class) ? ObjectId{object_class, 0} : ObjectId{};
}

void step_metric(View& view, int step) {
    const int count = int(metrics_of(ObjectClass::gpu).size());
    int index = view.color_by == ColorBy::metric && view.color_metric.object_class == ObjectClass::gpu
                    ? view.color_metric.index
                    : 0;
    index = (index - 1 + step + count - 1) % (count - 1) + 1;  // 0 is health, which has its own key
    view.color_with({ObjectClass::gpu, MetricIndex(index)});
}

// The worst things first; again and again, all of them in turn.
void next_trouble(const ClusterState& state, const SceneLayout& layout, View& view) {
    std::vector<ObjectId> trouble = layout.impl().cache.trouble;
    const auto word = [&](ObjectId id) { return word_of(layout.impl(), id); };
    std::erase_if(trouble, [&](ObjectId id) { return id.object_class == ObjectClass::nic; });
    if (trouble.empty()) return;
    std::stable_sort(trouble.begin(), trouble.end(),
                     [&](ObjectId a, ObjectId b) { return badness(health_of(word(a))) > badness(health_of(word(b))); });
    const auto current = std::find(trouble.begin(), trouble.end(), view.selected);
    const ObjectId next = current == trouble.end() || current + 1 == trouble.end() ? trouble.front() : *(current + 1);
    view.select(next);
    go_to(state, view, next);
}

void close_something(View& view) {
    if (view.brush.on() && !view.help_open && !view.palette_open && !view.search_open) {
        view.brush = {};
        return;
    }
    for (bool* open : {&view.help_open, &view.moment_open, &view.palette_open, &view.search_open,
                       &view.frame_stats_open, &view.feed_open, &view.plots.open, &view.views.open, &view.comparing.on})
        if (*open) {
            *open = false;
            return;
        }
    if (view.route_from.valid())
        view.route_from = {};
    else
        view.select(ObjectId{});
}

void perform_view(Action action, const ClusterState& state, const SceneLayout* layout, View& view) {
    if (state.empty()) return;
    const Topology& t = state.topology();
    const auto go_around = [&](ObjectClass object_class) {
        go_to(state, view, around(t, view.selected, object_class));
    };
    switch (action) {
        case Action::view_overview:
            return go_to(state, view, "overview");
        case Action::view_fabric:
            return go_to(state, view, "fabric");
        case Action::view_hall:
            return go_around(ObjectClass::hall);
        case Action::view_row:
            return go_around(ObjectClass::row);
        case Action::view_rack:
            return go_around(ObjectClass::rack);
        case Action::view_gpu:
            return go_around(ObjectClass::gpu);
        case Action::zoom_to_selection:
            return go_to(state, view, view.selected);
        case Action::parent:
            if (view.selected.valid() && t.contains(view.selected)) view.select(t.parent(view.selected));
            return;
        case Action::brush:
            if (view.brush.on() || !t.contains(view.selected))
                view.brush = {};
            else
                view.brush = brush_of(t, {view.selected}, t.path_of(view.selected), state.jobs);
            return;
        case Action::next_trouble:
            if (layout) next_trouble(state, *layout, view);
            return;
        default:
            return;
    }
}

void perform_look(Action action, View& view) {
    const auto flip = [](bool& value) { value = !value; };
    switch (action) {
        case Action::help:
            return flip(view.help_open);
        case Action::search:
            view.search_open = true;
            return;
        case Action::palette:
            return flip(view.palette_open);
        case Action::hide_panels:
            return flip(view.panels_hidden);
        case Action::legend:
            return flip(view.legend_open);
        case Action::frame_stats:
            return flip(view.frame_stats_open);
        case Action::feed_status:
            return flip(view.feed_open);
        case Action::close:
            return close_something(view);
        case Action::back:
            return view.select_back();
        case Action::camera_mode:
            return view.camera.set_mode(CameraMode((int(view.camera.mode) + 1) % 3));
        case Action::next_metric:
            return step_metric(view, 1);
        case Action::previous_metric:
            return step_metric(view, -1);
        case Action::color_health:
            view.color_with(ColorBy::health);
            return;
        case Action::color_job:
            view.color_with(ColorBy::job);
            view.color_map = ColorMap::cividis;
            return;
        case Action::color_rail:
            view.color_with(ColorBy::rail);
            view.color_map = ColorMap::cividis;
            return;
        case Action::color_age:
            view.color_with(ColorBy::age);
            view.color_map = ColorMap::inferno;
            return;
        case Action::theme:
            view.theme = view.theme == Theme::dark ? Theme::light : Theme::dark;
            return;
        case Action::trunks:
            return flip(view.show_trunks);
        case Action::route:
            return view.toggle_route();
        case Action::tour:
            return flip(view.touring);
        case Action::beacons:
            return flip(view.show_beacons);
        case Action::signs:
            return flip(view.show_signs);
        case Action::all_boxes:
            return flip(view.lod);
        case Action::scale_up:
            view.zoom_scale = std::min(3.0f, view.zoom_scale * 1.1f);
            return;
        case Action::scale_down:
            view.zoom_scale = std::max(0.6f, view.zoom_scale / 1.1f);
            return;
        case Action::plots:
            return flip(view.plots.open);
        case Action::fabric_views:
            return flip(view.views.open);
        case Action::compare:
            return flip(view.comparing.on);
        case Action::compare_as:
            if (std::exchange(view.comparing.on, true))
                view.comparing.mode = Comparing::Mode((size_t(view.comparing.mode) + 1) % comparing_names.size());
            return;
        case Action::moment:
            view.moment_open = true;
            return;
        case Action::moments:
            view.left_tab = View::LeftTab::moments;
            view.left_folded = view.panels_hidden = false;
            return;
        case Action::copy_link:
            view.wants_link = true;
            return;
        case Action::quit:
            view.wants_quit = true;
            return;
        default:
            return;
    }
}

Camera::Ray ray_at(const View& view, const Pane& pane, ImVec2 at) {
    return view.camera.ray(at.x - view.viewport_x - pane.aside, at.y - view.viewport_y, view.viewport_width,
                           view.viewport_height);
}

// The point of the ground that a ray meets, if it is not beyond the horizon.
std::optional<glm::vec3> ground_under(const Camera::Ray& ray) {
    if (ray.direction.z > -0.02f) return {};
    const glm::vec3 point = ray.origin + ray.direction * (-ray.origin.z / ray.direction.z);
    return glm::length(point - ray.origin) < 5000 ? std::optional(point) : std::nullopt;
}

void point_at(const ClusterState& state, const SceneLayout& layout, View& view, const Camera::Ray& ray,
              const Pane& pane) {
    view.hovered_trunk = pick_trunk(layout, view, ray, pane);
    view.hovered = view.hovered_trunk.valid() ? ObjectId{} : pick(state, layout, view, ray, pane);
}

void handle_mouse(const ClusterState& state, const SceneLayout* layout, View& view) {
    const ImGuiIO& io = ImGui::GetIO();
    const std::optional<Pane> pane = io.WantCaptureMouse ? std::nullopt : pane_at(view, io.MousePos.x, io.MousePos.y);
    if (io.WantCaptureMouse || !layout) {
        view.hovered = {};
        view.hovered_trunk = {};
        return;
    }
    const bool dragging = ImGui::IsMouseDragging(0, 4) || ImGui::IsMouseDragging(1, 2) || ImGui::IsMouseDragging(2, 2);
    // While a tour goes on the pointer is nobody's.
    if (pane && !dragging && !view.touring) point_at(state, *layout, view, ray_at(view, *pane, io.MousePos), *pane);
    if (ImGui::IsMouseDragging(0, 4)) {
        if (view.camera.mode == CameraMode::orbit)
            view.camera.orbit(io.MouseDelta.x, io.MouseDelta.y);
        else
            view.camera.look(io.MouseDelta.x, io.MouseDelta.y);
    }
    if (ImGui::IsMouseDragging(1, 2) || ImGui::IsMouseDragging(2, 2))
        view.camera.pan(io.MouseDelta.x, io.MouseDelta.y, view.viewport_height);
    if (io.MouseWheel != 0 && pane) view.camera.zoom(io.MouseWheel, ground_under(ray_at(view, *pane, io.MousePos)));
    const bool click = ImGui::IsMouseReleased(0) && io.MouseDragMaxDistanceSqr[0] < 16;
    if (click && pane && view.hovered_trunk.valid()) {
        view.select(view.hovered_trunk);
    } else if (click && pane) {
        // With Ctrl: the ways from what was selected to this.
        if (io.KeyCtrl && !view.route_from.valid()) view.toggle_route();
        view.select(view.hovered);
    }
    if (ImGui::IsMouseDoubleClicked(0) && pane && view.hovered.valid()) {
        view.select(view.hovered);
        go_to(state, view, view.hovered);
    }
}

bool handle_held_keys(Window& window, View& view, float dt) {
    const auto axis = [&](int minus, int plus) { return float(window.held(plus)) - float(window.held(minus)); };
    const glm::vec3 direction{axis('A', 'D'), axis('S', 'W'), axis('Q', 'E')};
    if (direction == glm::vec3{0}) return false;
    view.camera.walk(direction, std::min(dt, 0.1f), window.held(0));
    return true;
}

}  // namespace

void go_to(const ClusterState& state, View& view, std::string_view view_name) {
    if (!state.empty()) look_at(view, state.topology(), view_name, 1.1f);
}

void go_to(const ClusterState& state, View& view, ObjectId id) {
    if (!state.empty() && id.valid()) look_at(view, state.topology(), id, 1.1f);
}

void perform(Action action, const ClusterState& state, const SceneLayout* layout, View& view, InputRequests& requests) {
    requests.dump_state = requests.dump_state || action == Action::dump_state;
    requests.full_screen = requests.full_screen || action == Action::full_screen;
    perform_look(action, view);
    perform_view(action, state, layout, view);
}

InputRequests handle_input(Window& window, const Timeline& timeline, const SceneLayout* layout, View& view,
                           PanelMemory& memory, float dt) {
    const ClusterState& state = timeline.state();
    InputRequests requests;
    const auto act = [&](Action action) {
        if (!perform_time(action, timeline, view, memory)) perform(action, state, layout, view, requests);
    };
    for (const KeyPress& press : window.take_keys()) {
        // A field that was opened by the key before has the keyboard from the next frame on.
        const bool searching = view.search_open || view.palette_open;
        const bool typing = ImGui::GetIO().WantTextInput || searching || memory.jump_open || view.moment_open;
        // A quick Enter may come and go between two frames, and ImGui would not see it.
        if (memory.jump_open && press.key == key_enter) {
            enter_time(timeline, view, memory);
            continue;
        }
        if (memory.jump_open && press.key == key_escape) {
            memory.jump_open = false;
            continue;
        }
        // While somebody types, only keys that are no text act here.
        const bool text = press.key < 256 && !press.ctrl;
        const bool edits = press.key == key_backspace || press.key == key_up || press.key == key_home ||
                           press.key == key_enter || press.key == key_tab || press.key == key_left ||
                           press.key == key_right || press.key == key_end;
        if (view.moment_open && press.key == key_enter) memory.moments.entered = true;
        if (view.moment_open && press.key == key_tab) memory.moments.next_field = true;
        if (searching && press.key == key_enter) memory.search_entered = true;
        if (typing && (text || edits)) continue;
        if (const auto action = action_for(press.key, press.ctrl, press.shift))
            act(*action);
        else if (press.key == '?')
            act(Action::help);
    }
    if (const auto action = take_command(memory)) act(*action);  // from the palette
    if (!ImGui::GetIO().WantTextInput && !ImGui::GetIO().KeyCtrl) requests.moving = handle_held_keys(window, view, dt);
    handle_mouse(state, layout, view);
    return requests;
}

}  // namespace bv
