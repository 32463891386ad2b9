// The renderer through its life: sizes, growth, fonts, devices that are not there or are lost. The validation layers
// listen.
#include <algorithm>
#include <array>

#include <doctest/doctest.h>
#include <imgui.h>

#include "picture.h"

namespace {

using namespace bv;
using namespace bv::test;

RendererOptions small(Quality quality = Quality::lean) {
    RendererOptions options;
    options.quality = quality;
    options.width = 320;
    options.height = 180;
    return options;
}

gpu::FrameConstants view_of_origin(glm::vec2 size = {320, 180}) {
    return look_from({0, -12, 6}, {0, 0, 0}, 0.7f, {0, 0}, size);
}

void one_box(FrameRows& rows) { rows.boxes.push({{0, 0, 0}, 0.3f, {3, 2, 2}, gpu::material_state, state_word(50000)}); }

struct Interface {
    Interface() {
        ImGui::CreateContext();
        ImGui::GetIO().IniFilename = nullptr;
        ImGui::GetIO().DisplaySize = {320, 180};
    }
    ~Interface() { ImGui::DestroyContext(); }
    Interface(const Interface&) = delete;
    Interface& operator=(const Interface&) = delete;
    static void draw() {
        ImGui::NewFrame();
        ImGui::SetNextWindowPos({10, 10});
        ImGui::SetNextWindowSize({150, 60});
        ImGui::Begin("panel", nullptr, ImGuiWindowFlags_NoDecoration);
        ImGui::TextUnformatted("1,568 racks");
        ImGui::End();
        ImGui::Render();
    }
};

}  // namespace

TEST_CASE("a device that is not there is told in one sentence that lists those that are") {
    RendererOptions options = small();
    options.device = "no such device";
    CHECK_THROWS_WITH_AS(Renderer{options}, doctest::Contains("no such device"), std::runtime_error);
    CHECK_THROWS_WITH_AS(Renderer{options}, doctest::Contains("this machine has: "), std::runtime_error);
}

TEST_CASE("a part of a device's name chooses it, in any case") {
    const Renderer first(small());
    RendererOptions options = small();
    options.device = first.device_name().substr(0, 4);
    std::transform(options.device.begin(), options.device.end(), options.device.begin(),
                   [](unsigned char c) { return std::toupper(c); });
    CHECK(Renderer(options).device_name() == first.device_name());
}

TEST_CASE("resizing, minimising and coming back") {
    Renderer renderer(small());
    CHECK(draw(renderer, view_of_origin(), one_box).width == 320);
    renderer.resize(0, 0);
    one_box(renderer.begin_frame());
    CHECK(renderer.draw({view_of_origin()}));
    renderer.resize(200, 400);
    const Pixels tall = draw(renderer, view_of_origin({200, 400}), one_box);
    CHECK(tall.width == 200);
    CHECK(tall.height == 400);
    CHECK(contrast(tall) > 2);
    CHECK(renderer.validation_messages() == 0);
}

TEST_CASE("the view keeps to its rectangle") {
    Renderer renderer(small());
    const auto constants = look_from({0, -12, 6}, {0, 0, 0}, 0.7f, {100, 40}, {120, 100});
    const Pixels inside = draw(renderer, constants, one_box);
    const Pixels empty = draw(renderer, constants, [](FrameRows&) {});
    CHECK(changed_pixels(inside, empty, 4, {0, 0}, {100, 180}) == 0);
    CHECK(changed_pixels(inside, empty, 4, {220, 0}, {320, 180}) == 0);
    CHECK(changed_pixels(inside, empty, 4, {100, 40}, {220, 140}) > 200);
}

TEST_CASE("rows grow to a hundred thousand boxes and keep what was written") {
    Renderer renderer(small());
    const Pixels few = draw(renderer, view_of_origin(), one_box);
    const Pixels many = draw(renderer, view_of_origin(), [](FrameRows& rows) {
        one_box(rows);
        for (int i = 0; i < 100352; ++i) {
            // Too far behind the eye to be seen: only the first box matters.
            rows.boxes.push({{static_cast<float>(i % 100), -500.0f - static_cast<float>(i / 100), 0},
                             0,
                             {0.5f, 0.5f, 0.5f},
                             gpu::material_state,
                             0});
        }
        CHECK(rows.boxes.size() == 100353);
        CHECK(rows.boxes.rows()[0].size.x == 3);
    });
    CHECK(difference(few, many) < 0.01);
    CHECK(renderer.stats().triangles >= 6 * 100353);
    CHECK(renderer.validation_messages() == 0);
}

TEST_CASE("the interface is drawn, and again after its fonts have changed") {
    const Interface interface;
    Renderer renderer(small());
    renderer.upload_fonts();
    const auto picture = [&] {
        Interface::draw();
        return draw(renderer, view_of_origin(), one_box);
    };
    const Pixels first = picture();
    ImGui::GetIO().Fonts->Clear();
    ImFontConfig config;
    config.SizePixels = 20;
    ImGui::GetIO().Fonts->AddFontDefault(&config);
    renderer.upload_fonts();
    const Pixels second = picture();
    CHECK(changed_pixels(first, second, 20, {10, 10}, {160, 70}) > 20);
    CHECK(changed_pixels(first, second, 4, {170, 80}, {320, 180}) == 0);
    CHECK(renderer.validation_messages() == 0);
}

TEST_CASE("panels around the view are drawn when they change, and kept while they do not") {
    const Interface interface;
    Renderer renderer(small());
    renderer.upload_fonts();
    struct Step {
        const char* panel;
        float over_x;         // of a window over the view; 0: none
        bool across = false;  // a window across the view's border
        float view_x = 100;
        float eye_x = 0;
        bool kept = false;
    };
    const Step steps[] = {
        {"98,301", 0},
        {"98,301", 0, false, 100, 0, true},
        {"98,301", 120, false, 100, 1, true},  // what lies over the view comes and moves, and so does the eye
        {"98,301", 150, false, 100, 2, true},
        {"98,302", 150, false, 100, 2},
        {"98,302", 0, true, 100, 2},  // across: everything is drawn
        {"98,302", 0, true, 100, 1},
        {"98,302", 0, false, 100, 1},  // and what it covered is there again
        {"98,302", 0, false, 100, 1, true},
        {"98,302", 0, false, 110, 1},  // the view moves
        {"98,302", 0, false, 110, 1, true},
    };
    const auto window = [](const char* name, ImVec2 at, ImVec2 size, const char* text) {
        ImGui::SetNextWindowPos(at);
        ImGui::SetNextWindowSize(size);
        ImGui::Begin(name, nullptr, ImGuiWindowFlags_NoDecoration);
        ImGui::TextUnformatted(text);
        ImGui::End();
    };
    uint32_t whole_calls = 0;
    for (const Step& step : steps) {
        ImGui::NewFrame();
        window("panel", {0, 0}, {90, 180}, step.panel);
        if (step.over_x > 0) window("over", {step.over_x, 60}, {60, 40}, "legend");
        if (step.across) window("across", {60, 80}, {90, 40}, "tip");
        ImGui::Render();
        const auto constants = look_from({step.eye_x, -12, 6}, {0, 0, 0}, 0.7f, {step.view_x, 40}, {120, 100});
        const Pixels picture = draw(renderer, constants, one_box);
        const uint32_t calls = renderer.stats().draw_calls;
        // A target made anew holds nothing that could be kept.
        renderer.resize(300, 180);
        renderer.resize(320, 180);
        const Pixels whole = draw(renderer, constants, one_box);
        whole_calls = renderer.stats().draw_calls;
        CAPTURE(&step - steps);
        CHECK(difference(picture, whole) == 0);
        CHECK((calls < whole_calls) == step.kept);
    }
    CHECK(renderer.validation_messages() == 0);
}

TEST_CASE("a device made anew draws the same picture") {
    const Interface interface;
    Renderer renderer(small());
    StaticScene scene;
    scene.boxes.push_back({{2, 2, 0}, 0, {2, 1, 3}, gpu::material_wall, 0});
    scene.cylinders.push_back({{-3, 1, 0}, 0, {1, 1, 2}, gpu::material_tower, 0});
    renderer.set_static_scene(scene);
    renderer.set_color_maps(color_maps(), 2);
    renderer.upload_fonts();
    Interface::draw();
    const Pixels before = draw(renderer, view_of_origin(), one_box);
    renderer.remake_device();
    Interface::draw();
    const Pixels after = draw(renderer, view_of_origin(), one_box);
    CHECK(difference(before, after) == 0);
    CHECK(renderer.validation_messages() == 0);
}

TEST_CASE("every pass has a timer of its name, on a software device only while asked for") {
    Renderer renderer(small());
    for (int i = 0; i < 4; ++i) draw(renderer, view_of_origin(), one_box);
    renderer.begin_frame();
    CHECK(renderer.stats().passes.empty());
    renderer.time_passes(true);
    for (int i = 0; i < 4; ++i) draw(renderer, view_of_origin(), one_box);
    renderer.begin_frame();
    for (const char* name :
         {"air", "ground", "structure", "racks", "boxes", "trunks", "beacons", "outlines", "signs", "ui"}) {
        CAPTURE(name);
        const auto& passes = renderer.stats().passes;
        CHECK(std::any_of(passes.begin(), passes.end(),
                          [&](const auto& pass) { return pass.name == name && pass.gpu_ms >= 0; }));
    }
}

namespace {

gpu::FrameConstants half(float left) { return look_from({0, -12, 6}, {0, 0, 0}, 0.7f, {left, 0}, {160, 180}); }

void other_box(FrameRows& rows) {
    rows.boxes.push({{1, 0, 0}, 0.9f, {2, 2, 3}, gpu::material_state, state_word(9000, 2)});
    rows.beacons.push({{1, 0, 3.5f}, 14, state_word(0, 2), 3});
    rows.outlines.push({{1, 0, 0}, 0.9f, {2.1f, 2.1f, 3.1f}, 0xFFFFC24Cu});
}

Pixels draw_both(Renderer& renderer, const std::array<ViewInput, 2>& views) {
    do {
        one_box(renderer.begin_frame());
        other_box(renderer.rows_of(1));
    } while (!renderer.draw(views));
    return renderer.read_pixels();
}

}  // namespace

TEST_CASE("two views of one frame are, each in its half, what one view there would be") {
    Renderer renderer(small());
    StaticScene scene;
    scene.boxes.push_back({{0, 0, -0.2f}, 0, {20, 20, 0.2f}, gpu::material_slab, 0});
    scene.signs.push_back({"H1", {0, -2, 0.01f}, {1, 0, 0}, {0, 1, 0}, 1});
    renderer.set_static_scene(scene);
    const Pixels left = draw(renderer, half(0), one_box), right = draw(renderer, half(160), other_box);
    const Pixels both = draw_both(renderer, {{{half(0)}, {half(160)}}});
    CHECK(changed_pixels(both, left, 0, {0, 0}, {160, 180}) == 0);
    CHECK(changed_pixels(both, right, 0, {160, 0}, {320, 180}) == 0);
    CHECK(changed_pixels(left, right, 8, {0, 0}, {320, 180}) > 1000);
    // A single view again is not disturbed by the second that was.
    CHECK(difference(draw(renderer, half(0), one_box), left) == 0);
    CHECK(renderer.validation_messages() == 0);
}

TEST_CASE("two views of the same eye meet where each is cut") {
    Renderer renderer(small());
    const Pixels one = draw(renderer, view_of_origin(), one_box), other = draw(renderer, view_of_origin(), other_box);
    const Pixels both = draw_both(renderer, {{{view_of_origin(), {0, 0}, {150, 180}}, {view_of_origin(), {150, 0}}}});
    CHECK(changed_pixels(both, one, 0, {0, 0}, {150, 180}) == 0);
    CHECK(changed_pixels(both, other, 0, {150, 0}, {320, 180}) == 0);
    CHECK(renderer.validation_messages() == 0);
}

TEST_CASE("a rich frame has room for the timers of two views, and adds them up by pass") {
    Renderer renderer(small(Quality::rich));
    renderer.time_passes(true);
    StaticScene scene;
    scene.boxes.push_back({{0, 0, -0.2f}, 0, {20, 20, 0.2f}, gpu::material_slab, 0});
    renderer.set_static_scene(scene);
    for (int i = 0; i < 4; ++i) CHECK(contrast(draw_both(renderer, {{{half(0)}, {half(160)}}})) > 2);
    renderer.begin_frame();
    const auto& passes = renderer.stats().passes;
    CHECK(std::count_if(passes.begin(), passes.end(), [](const auto& pass) { return pass.name == "racks"; }) == 1);
    CHECK(renderer.validation_messages() == 0);
}

TEST_CASE("the rich picture is drawn and is not the lean one") {
    Renderer lean(small()), rich(small(Quality::rich));
    CHECK_FALSE(lean.rich());
    CHECK(rich.rich());
    const auto fill = [](FrameRows& rows) {
        one_box(rows);
        rows.boxes.push({{3, -1, 0}, 0, {1, 1, 1}, gpu::material_state, state_word(0, 2)});
    };
    StaticScene scene;
    scene.boxes.push_back({{0, 0, -0.2f}, 0, {20, 20, 0.2f}, gpu::material_slab, 0});
    lean.set_static_scene(scene);
    rich.set_static_scene(scene);
    const Pixels a = draw(lean, view_of_origin(), fill), b = draw(rich, view_of_origin(), fill);
    CHECK(contrast(b) > 4);
    CHECK(difference(a, b) > 0.2);
    CHECK(difference(a, b) < 20);
    rich.resize(256, 128);
    CHECK(contrast(draw(rich, view_of_origin({256, 128}), fill)) > 4);
    CHECK(rich.validation_messages() == 0);
}
