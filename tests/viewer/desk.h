// A context with fonts, a small simulated cluster and a view: what draw_ui needs, and nothing of Vulkan.
#pragma once

#include <imgui.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "viewer/panels/memory.h"
#include "viewer/panels/panels.h"

namespace bv::test {

struct Desk {
    View view;
    FrameStats stats;
    PanelMemory memory;
    std::string device = "none";
    Timeline timeline;

    explicit Desk(const std::string& source = "sim:array-512?seed=3")
        : timeline(TimelineOptions{.sources = {source}, .lockstep = source.starts_with("sim:")}) {
        ImGui::CreateContext();
        apply_style(Theme::dark, 1);
        unsigned char* pixels = nullptr;
        int width = 0, height = 0;
        ImGui::GetIO().Fonts->GetTexDataAsRGBA32(&pixels, &width, &height);
        view.color_metric = {ObjectClass::gpu, find_metric(ObjectClass::gpu, "temp_celsius").value()};
    }
    ~Desk() { ImGui::DestroyContext(); }
    Desk(const Desk&) = delete;
    Desk& operator=(const Desk&) = delete;

    // Shown in place of the timeline's: its state as if everything had been reported within one second.
    std::optional<ClusterState> within_a_second;
    void report_within_a_second() {
        within_a_second = timeline.state();
        for (Event& event : within_a_second->events) event.time_ns = within_a_second->events.front().time_ns;
        ++within_a_second->events_version;
    }
    [[nodiscard]] UiContext ui() {
        return {within_a_second ? *within_a_second : timeline.state(), timeline, view, stats, device, memory};
    }
    void frame(float width = 1920, float height = 1080, const char* typed = "") {
        ImGuiIO& io = ImGui::GetIO();
        io.DisplaySize = {width, height};
        io.DeltaTime = 1 / 60.f;
        io.AddInputCharactersUTF8(typed);
        ImGui::NewFrame();
        draw_ui(ui());
        ImGui::Render();
    }
    void press(int key) {
        ImGuiIO& io = ImGui::GetIO();
        io.KeysDown[key] = true;
        frame();
        io.KeysDown[key] = false;
        frame();
    }
    nlohmann::json dump() { return nlohmann::json::parse(dump_state_json(ui())); }
};

}  // namespace bv::test
