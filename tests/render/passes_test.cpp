// What each pass must show, in pictures of synthetic rows.
#include <doctest/doctest.h>

#include "picture.h"

namespace {

using namespace bv;
using namespace bv::test;

constexpr uint32_t width = 960, height = 540;
constexpr glm::vec2 size(width, height);

Renderer& lean_renderer() {
    static Renderer renderer([] {
        RendererOptions options;
        options.quality = Quality::lean;
        options.width = width;
        options.height = height;
        return options;
    }());
    static const bool ready = [] {
        renderer.set_color_maps(color_maps(), 2);
        return true;
    }();
    static_cast<void>(ready);
    return renderer;
}

gpu::FrameConstants look(const View& view, Light light = Light::dark) {
    return look_from(view.eye, view.at, view.fov_y, {0, 0}, size, light);
}

// One rack of 2 × 2 large cells, seen from the front.
gpu::FrameConstants front_view() { return look_from({0, -3.2f, 1.2f}, {0, 0, 1.1f}, 0.8f, {0, 0}, size); }
void one_rack(FrameRows& rows, const std::array<uint32_t, 4>& words) {
    for (uint32_t word : words) rows.cells.push(word);
    rows.racks.push({{0, 0, 0}, 0, {1.6f, 1.2f, 2.2f}, 0, 2 | 2 << 16, state_word(0), 0.2f, 2.0f});
}
// Where the middle of a cell of that rack lands.
glm::vec2 cell_centre(int column, int row) {
    return project(front_view(),
                   {-0.375f + 0.75f * static_cast<float>(column), -0.6f, 0.65f + 0.9f * static_cast<float>(row)});
}
// Off the middle, where no mark is drawn.
glm::vec3 cell_color(const Pixels& pixels, int column, int row) {
    return mean_around(pixels, cell_centre(column, row) + glm::vec2(40, 48), 12);
}

}  // namespace

TEST_CASE("the hall looks as it should from above, in the aisle, before a rack, and box by box") {
    Renderer& renderer = lean_renderer();
    HallOptions hall;
    renderer.set_static_scene(hall_structure(hall));
    struct Shot {
        const char* name;
        View view;
        bool lod;
        Light light;
    };
    for (const Shot& shot :
         {Shot{"overview", overview(hall), true, Light::dark}, Shot{"aisle", aisle(hall), true, Light::dark},
          Shot{"rack", rack_front(hall), true, Light::dark}, Shot{"boxes", overview(hall), false, Light::dark},
          Shot{"overview_light", overview(hall), true, Light::light}}) {
        CAPTURE(shot.name);
        hall.lod = shot.lod;
        const Pixels pixels =
            draw(renderer, look(shot.view, shot.light), [&](FrameRows& rows) { fill_hall(rows, hall, shot.view.eye); });
        CHECK(contrast(pixels) > 8);
        CHECK(matches_golden(shot.name, pixels));
    }
    CHECK(renderer.validation_messages() == 0);
}

TEST_CASE("zero, ok, critical, stale, unknown and no data differ from one another") {
    Renderer& renderer = lean_renderer();
    renderer.set_static_scene({});
    const uint32_t some = 40000;
    const std::array<uint32_t, 7> words{state_word(0),
                                        state_word(some),
                                        state_word(some, 2),
                                        state_word(some, 0, gpu::state_stale),
                                        state_word(gpu::state_no_value, 5),
                                        state_word(gpu::state_no_value),
                                        state_word(some, 2, gpu::state_stale)};
    std::vector<Pixels> pictures;
    for (uint32_t word : words)
        pictures.push_back(draw(renderer, front_view(), [&](FrameRows& rows) {
            one_rack(rows, {word, word, word, word});
        }));
    const glm::ivec2 low = glm::ivec2(cell_centre(0, 0)) - 40, high = low + 80;
    for (size_t a = 0; a < words.size(); ++a)
        for (size_t b = a + 1; b < words.size(); ++b) {
            CAPTURE(a);
            CAPTURE(b);
            CHECK(changed_pixels(pictures[a], pictures[b], 12, low, high) > 80 * 80 / 4);
        }
    CHECK(matches_golden("stale_cells", pictures[3]));
}

TEST_CASE("one cell that turns critical changes its own pixels and no other cell's") {
    Renderer& renderer = lean_renderer();
    renderer.set_static_scene({});
    const uint32_t ok = state_word(30000);
    const Pixels before = draw(renderer, front_view(), [&](FrameRows& rows) { one_rack(rows, {ok, ok, ok, ok}); });
    const Pixels after = draw(renderer, front_view(), [&](FrameRows& rows) {
        one_rack(rows, {ok, ok, ok, state_word(30000, 2)});
    });
    CHECK(glm::distance(cell_color(before, 1, 1), cell_color(after, 1, 1)) > 80);
    CHECK(glm::distance(cell_color(before, 0, 0), cell_color(after, 0, 0)) < 1);
    CHECK(glm::distance(cell_color(before, 1, 0), cell_color(after, 1, 0)) < 1);
    CHECK(glm::distance(cell_color(before, 0, 1), cell_color(after, 0, 1)) < 1);
}

TEST_CASE("one critical GPU of thousands is seen from above") {
    Renderer& renderer = lean_renderer();
    HallOptions hall;
    hall.trouble = false;
    renderer.set_static_scene(hall_structure(hall));
    const View view = overview(hall);
    const auto constants = look(view);
    const auto fill = [&](FrameRows& rows) { fill_hall(rows, hall, view.eye); };
    const glm::vec3 there(25, 15, 1.5f);
    const Pixels before = draw(renderer, constants, fill);
    const Pixels after = draw(renderer, constants, [&](FrameRows& rows) {
        fill(rows);
        rows.beacons.push({there, 9, state_word(40000, 2), 1});
    });
    const glm::ivec2 at(project(constants, there));
    CHECK(changed_pixels(before, after, 40, at - 12, at + 12) > 30);
    CHECK(changed_pixels(before, after, 8, {0, 0}, at - 40) == 0);
}

TEST_CASE("a beacon behind a wall is weaker, not gone") {
    Renderer& renderer = lean_renderer();
    const auto constants = look_from({0, -10, 2}, {0, 0, 2}, 0.6f, {0, 0}, size);
    const auto fill = [](FrameRows& rows) { rows.beacons.push({{0, 0, 2}, 16, state_word(0, 3), 1}); };
    StaticScene wall;
    wall.boxes.push_back({{0, -3, 0}, 0, {8, 0.2f, 4}, gpu::material_wall, 0});
    renderer.set_static_scene({});
    const Pixels open = draw(renderer, constants, fill);
    renderer.set_static_scene(wall);
    const Pixels behind = draw(renderer, constants, fill);
    const Pixels nothing = draw(renderer, constants, [](FrameRows&) {});
    const glm::ivec2 at(project(constants, {0, 0, 2}));
    const glm::vec3 bright = mean_around(open, at, 2), weak = mean_around(behind, at, 2),
                    none = mean_around(nothing, at, 2);
    CHECK(glm::distance(bright, none) > 80);
    CHECK(glm::distance(weak, none) > 20);
    CHECK(glm::distance(weak, none) < glm::distance(bright, none));
}

TEST_CASE("trunks in trouble stand out, selected ones most, outlines keep their width") {
    Renderer& renderer = lean_renderer();
    renderer.set_static_scene({});
    const auto constants = look_from({0, -10, 6}, {0, 0, 0}, 0.7f, {0, 0}, size);
    const Pixels pixels = draw(renderer, constants, [](FrameRows& rows) {
        for (int i = 0; i < 6; ++i) {
            const float y = -3.0f + 1.2f * static_cast<float>(i);
            const uint32_t flags = i == 4 ? gpu::state_selected : i == 5 ? gpu::state_stale : 0;
            rows.trunks.push({{-4, y, 0},
                              0.08f,
                              {4, y, 0},
                              0.25f * static_cast<float>(i),
                              0.25f * static_cast<float>(i),
                              state_word(0, i < 4 ? static_cast<uint32_t>(i) : 0, flags),
                              1.5f});
        }
        rows.outlines.push({{0, 0, 0}, 0.4f, {1.5f, 1, 1.2f}, 0xFFFFC24C});
    });
    const auto saturation = [](glm::vec3 c) { return std::max({c.r, c.g, c.b}) - std::min({c.r, c.g, c.b}); };
    const glm::vec3 quiet = mean_around(pixels, project(constants, {-3, -3, 0}), 1);
    const glm::vec3 critical = mean_around(pixels, project(constants, {-3, -0.6f, 0}), 1);
    CHECK(saturation(critical) > saturation(quiet) + 60);
    CHECK(matches_golden("trunks_outlines", pixels));
}

TEST_CASE("signs are written") {
    Renderer& renderer = lean_renderer();
    StaticScene scene;
    scene.signs.push_back({"HALL 2 · ROW 07", {0, 0, 1}, {1, 0, 0}, {0, 0, 1}, 0.5f, 0xFFFFFFFF, 7});
    renderer.set_static_scene(scene);
    const auto constants = look_from({0, -8, 1}, {0, 0, 1}, 0.7f, {0, 0}, size);
    const Pixels pixels = draw(renderer, constants, [](FrameRows&) {});
    CHECK(contrast(pixels) > 10);
    CHECK(matches_golden("sign", pixels));
}
