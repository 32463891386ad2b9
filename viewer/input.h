// A person's keys and mouse → changes of the View and its Camera.
#pragma once

#include "viewer/keys.h"
#include "viewer/scene.h"
#include "viewer/timeline.h"
#include "viewer/view.h"
#include "viewer/window.h"

namespace bv {

struct PanelMemory;

// What a key asked for that the View alone cannot do.
struct InputRequests {
    bool dump_state = false, full_screen = false;
    bool moving = false;  // keys are held: draw the next frame at once
};

// Call between ImGui::NewFrame's input and drawing. The state may be empty, layout null until a topology is known. dt:
// seconds.
InputRequests handle_input(Window& window, const Timeline& timeline, const SceneLayout* layout, View& view,
                           PanelMemory& memory, float dt);

// One action of the key table; also for command palettes and tests.
void perform(Action action, const ClusterState& state, const SceneLayout* layout, View& view, InputRequests& requests);

// Takes the camera to a named view or an object, if there is one.
void go_to(const ClusterState& state, View& view, std::string_view view_name);
void go_to(const ClusterState& state, View& view, ObjectId id);

}  // namespace bv
