// How long search, filters and a whole frame of panels take over the reference cluster; prints, and fails only far
// beyond budget.
#include <doctest/doctest.h>
#include <fmt/core.h>
#include <imgui.h>

#include <algorithm>
#include <chrono>

#include "viewer/filter.h"
#include "viewer/name_index.h"
#include "viewer/panels/memory.h"
#include "viewer/panels/panels.h"

using namespace bv;

namespace {

template <typename F>
double median_ms(int times, F&& run) {
    std::vector<double> ms;
    for (int i = 0; i < times; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        run();
        ms.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    }
    std::nth_element(ms.begin(), ms.begin() + times / 2, ms.end());
    return ms[size_t(times) / 2];
}

}  // namespace

TEST_CASE("over 100,352 GPUs") {
    Timeline timeline(TimelineOptions{.sources = {"sim:reference-100k"}, .lockstep = true});
    timeline.advance_to(5);
    const ClusterState& state = timeline.state();
    fmt::print("name index          {:6.2f} ms\n", median_ms(3, [&] { const NameIndex index(state.topology()); }));
    for (const char* query : {"r7 n4 gpu3", "gpu", "h2p3a1r7n4", "leaf 12", "zzz"}) {
        const double ms = median_ms(9, [&] { static_cast<void>(search(state.topology(), query, 60)); });
        fmt::print("search {:12} {:6.2f} ms\n", query, ms);
        CHECK(ms < 100);
    }
    std::vector<uint8_t> out;
    for (const char* text : {"temp_celsius > 40 and hall = 2", "health >= warning or stale", "path ~ 'r[1-3].*gpu7'",
                             "job = none", "age < 5s", "name = gpu3"}) {
        const Filter filter = Filter::parse(text);
        for (const ObjectClass c : {ObjectClass::gpu, ObjectClass::link}) {
            const double ms = median_ms(9, [&] { filter.match(state, c, timeline.now_ns(), out); });
            fmt::print("filter {:32} {:5} {:6.2f} ms\n", text, name_of(c), ms);
            CHECK(ms < 100);
        }
    }
    ImGui::CreateContext();
    const auto begin = std::chrono::steady_clock::now();
    PanelMemory memory;
    apply_style(Theme::dark, 1);
    fmt::print("fonts               {:6.2f} ms\n",
               std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    unsigned char* pixels = nullptr;
    int width = 0, height = 0;
    ImGui::GetIO().Fonts->GetTexDataAsRGBA32(&pixels, &width, &height);
    View view;
    FrameStats stats;
    const std::string device;
    view.select({ObjectClass::gpu, 5000});
    ImGui::GetIO().DisplaySize = {1920, 1080};
    ImGui::GetIO().DeltaTime = 1 / 60.f;
    const auto frame = [&] {
        ImGui::NewFrame();
        draw_ui({state, timeline, view, stats, device, memory});
        ImGui::Render();
    };
    frame();
    fmt::print("frame of panels     {:6.2f} ms\n", median_ms(60, frame));
    fmt::print("frame with new sums {:6.2f} ms\n", median_ms(20, [&] {
                   memory.digest_version = 0;
                   frame();
               }));
    ImGui::DestroyContext();
}
