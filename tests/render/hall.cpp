// Builds the synthetic hall: rows of racks along x, cold and hot aisles, walls cut open, trays, pipes, busways, signs.
#include "hall.h"

#include <algorithm>
#include <cmath>

#include <glm/gtc/matrix_transform.hpp>

namespace bv::test {
namespace {

constexpr float rack_width = 0.8f, rack_depth = 1.2f, rack_height = 2.3f;
constexpr float cold_aisle = 2.4f, hot_aisle = 1.8f;
constexpr int columns = 8, cell_rows = 8;

glm::vec4 rgb(uint32_t hex) {
    return {static_cast<float>(hex >> 16) / 255.0f, static_cast<float>(hex >> 8 & 255) / 255.0f,
            static_cast<float>(hex & 255) / 255.0f, 1};
}
uint32_t rgba(uint32_t hex, uint32_t alpha = 255) {
    return hex >> 16 | (hex & 0xFF00) | (hex & 255) << 16 | alpha << 24;
}

// Deterministic noise, 0..1.
float noise(uint32_t x) {
    x ^= x >> 16;
    x *= 0x7feb352du;
    x ^= x >> 15;
    x *= 0x846ca68bu;
    x ^= x >> 16;
    return static_cast<float>(x) / 4294967296.0f;
}

// Rows face each other across the cold aisle: the even row looks north, the odd one south.
float row_y(int row) {
    const float pair = 2 * rack_depth + cold_aisle + hot_aisle;
    return static_cast<float>(row / 2) * pair + (row % 2 ? rack_depth + cold_aisle : 0) + 0.5f * rack_depth;
}
float row_yaw(int row) { return row % 2 ? 0.0f : 3.14159265f; }
float length_of(const HallOptions& o) { return static_cast<float>(o.racks_per_row) * rack_width; }
float width_of(const HallOptions& o) { return row_y(o.rows - 1) + 0.5f * rack_depth; }

struct CellState {
    uint32_t word;
    int badness;
};

uint32_t cell_state(int row, int rack, int cell, const HallOptions& o) {
    const auto seed = static_cast<uint32_t>((row * 64 + rack) * 64 + cell);
    const float job = 0.48f + 0.22f * noise(static_cast<uint32_t>(row * 16 + rack / 8));
    const float load = job + 0.12f * noise(static_cast<uint32_t>(row * 64 + rack) + 7777) + 0.10f * noise(seed);
    auto value = static_cast<uint32_t>(std::clamp(load, 0.0f, 1.0f) * 65534);
    if (!o.trouble) return state_word(value);
    const int where = row * 1000 + rack;
    if (where == 1009) return state_word(value, 0, gpu::state_stale);
    if (where == 1014) return state_word(gpu::state_no_value, 5);
    if (where == 1020) return state_word(value, 4);
    if (where == 1006 && cell == 34) return state_word(value, 2);
    if (where == 1007 && cell >= 16 && cell < 24) return state_word(value, 3);
    if (where == 1004 && (cell == 12 || cell == 51)) return state_word(value, 1);
    if (where == 1005 && cell == 27) return state_word(value, 0, gpu::state_selected);
    if (where == 1005 && cell == 29) return state_word(value, 0, gpu::state_hovered);
    if (where == 1003 && cell == 40) return state_word(0);
    if (where == 3044 && cell == 20) return state_word(value, 2);
    if (where == 5031 && cell == 10) return state_word(value, 3);
    if (where == 6012 && cell < 2) return state_word(value, 1);
    return state_word(value);
}

int badness(uint32_t word) {
    constexpr int order[8] = {0, 3, 4, 5, 1, 2, 0, 0};
    return order[word >> gpu::state_health_shift & 7];
}

}  // namespace

uint32_t state_word(uint32_t value, uint32_t health, uint32_t flags) {
    return value | health << gpu::state_health_shift | flags;
}

void set_theme(gpu::FrameConstants& c, Light light) {
    const bool dark = light == Light::dark;
    c.flags = dark ? 0 : gpu::frame_light_theme;
    auto set = [&](uint32_t index, uint32_t dark_hex, uint32_t light_hex) {
        c.colors[index] = rgb(dark ? dark_hex : light_hex);
    };
    set(0, 0x4A5C6C, 0x8FA0AE);
    set(1, 0xF2B134, 0xD98E04);
    set(2, 0xFF5B4A, 0xE0352B);
    set(3, 0xB23BFF, 0x8A2BE2);
    set(4, 0x3E7BD6, 0x2F6BC4);
    set(5, 0x4A4F55, 0x9AA0A6);
    set(gpu::theme_stale, 0x4A4F55, 0x9AA0A6);
    set(gpu::theme_accent, 0x4CC2FF, 0x0078C8);
    set(gpu::theme_ground, 0x0A0E13, 0xDCE2E8);
    set(gpu::theme_floor, 0x121921, 0xE9EDF1);
    set(gpu::theme_grid, 0x22303C, 0xC4CDD6);
    set(gpu::theme_no_data, 0x2A2F35, 0xB9C0C7);
    set(gpu::theme_below, 0x14202C, 0x7F8FA0);
    set(gpu::theme_above, 0xFFF3C4, 0x5B3A00);
    set(gpu::theme_sign, 0x93A1B0, 0x4A5866);
    const struct {
        uint32_t material, dark_hex, light_hex;
    } materials[] = {{gpu::material_slab, 0x161E27, 0xD3DAE0},       {gpu::material_wall, 0x1B2530, 0xC9D1D9},
                     {gpu::material_rack_frame, 0x1A232D, 0xAEB9C4}, {gpu::material_node, 0x222D38, 0xB8C2CC},
                     {gpu::material_tray, 0x2A3642, 0xB4BFCA},       {gpu::material_pipe_cold, 0x24506E, 0x7FB2D6},
                     {gpu::material_pipe_warm, 0x6A4434, 0xD9A58C},  {gpu::material_busway, 0x3A3F45, 0xA3A9AF},
                     {gpu::material_cdu, 0x24404E, 0x9FB9C6},        {gpu::material_switch, 0x24303E, 0xA9B7C6},
                     {gpu::material_power, 0x2C3239, 0xB0B7BE},      {gpu::material_tower, 0x2B343D, 0xB6C0C9},
                     {gpu::material_marking, 0x2E3D4A, 0xF7F9FB},    {gpu::material_door, 0x141C24, 0xA2AEB9},
                     {gpu::material_cable, 0x27404F, 0x8FA9B8},      {gpu::material_ground, 0x0A0E13, 0xDCE2E8},
                     {gpu::material_glass, 0x3F7390, 0xA8CFE3},      {gpu::material_state, 0x4A5C6C, 0x8FA0AE}};
    for (const auto& m : materials) set(gpu::theme_material + m.material, m.dark_hex, m.light_hex);
    c.fog_color = glm::vec3(c.colors[gpu::theme_ground]);
}

gpu::FrameConstants look_from(glm::vec3 eye, glm::vec3 at, float fov_y, glm::vec2 viewport_min, glm::vec2 viewport_size,
                              Light light) {
    gpu::FrameConstants c{};
    const float f = 1 / std::tan(fov_y / 2), aspect = viewport_size.x / viewport_size.y, near = 0.1f;
    glm::mat4 projection(0);
    projection[0][0] = f / aspect;
    projection[1][1] = f;
    projection[2][3] = -1;
    projection[3][2] = near;
    c.clip_from_world = projection * glm::lookAt(eye, at, glm::vec3(0, 0, 1));
    c.eye = eye;
    c.time_s = 0;
    c.viewport_min = viewport_min;
    c.viewport_size = viewport_size;
    c.light_direction = glm::normalize(glm::vec3(0.35f, 0.5f, -0.85f));
    c.pixels_per_metre = viewport_size.y * f / 2;
    c.fog_density = 1.0f / 420;
    c.color_map = 0;
    c.ui_scale = 1;
    set_theme(c, light);
    return c;
}

std::vector<glm::u8vec4> color_maps() {
    const glm::vec3 cividis[] = {{0x12, 0x22, 0x3C}, {0x22, 0x36, 0x50}, {0x38, 0x4C, 0x61}, {0x56, 0x64, 0x70},
                                 {0x7E, 0x80, 0x7A}, {0xB4, 0xA8, 0x7C}, {0xEE, 0xDC, 0x8C}};
    const glm::vec3 inferno[] = {{0x0B, 0x0B, 0x26}, {0x38, 0x10, 0x5A}, {0x74, 0x1F, 0x6C}, {0xB0, 0x35, 0x5A},
                                 {0xE2, 0x5C, 0x3A}, {0xF9, 0x9A, 0x2C}, {0xF8, 0xEB, 0x8E}};
    std::vector<glm::u8vec4> texels;
    for (const auto& map : {cividis, inferno})
        for (int i = 0; i < 256; ++i) {
            const float at = static_cast<float>(i) / 255 * 6;
            const int k = std::min(static_cast<int>(at), 5);
            const glm::vec3 c = glm::mix(map[k], map[k + 1], at - static_cast<float>(k));
            texels.emplace_back(static_cast<uint8_t>(c.r), static_cast<uint8_t>(c.g), static_cast<uint8_t>(c.b), 255);
        }
    return texels;
}

StaticScene hall_structure(const HallOptions& o) {
    StaticScene scene;
    const float length = length_of(o), width = width_of(o), margin = 4;
    auto box = [&](glm::vec3 low, glm::vec3 high, uint32_t material) {
        scene.boxes.push_back({{0.5f * (low.x + high.x), 0.5f * (low.y + high.y), low.z}, 0, high - low, material, 0});
    };
    const float x0 = -margin, x1 = length + margin, y0 = -margin, y1 = width + margin;
    box({x0 - 0.3f, y0 - 0.3f, -0.5f}, {x1 + 0.3f, y1 + 0.3f, 0}, gpu::material_slab);
    box({x0 - 0.3f, y1, 0}, {x1 + 0.3f, y1 + 0.3f, 4.2f}, gpu::material_wall);
    box({x0 - 0.3f, y0, 0}, {x0, y1, 4.2f}, gpu::material_wall);
    box({x1, y0, 0}, {x1 + 0.3f, y1, 0.7f}, gpu::material_wall);
    box({x0 - 0.3f, y0 - 0.3f, 0}, {x1 + 0.3f, y0, 0.7f}, gpu::material_wall);
    for (int row = 0; row < o.rows; ++row) {
        const float y = row_y(row), front = row % 2 ? -1.0f : 1.0f;
        box({0, y - 0.3f, 2.75f}, {length, y + 0.0f, 2.83f}, gpu::material_tray);
        box({0, y + 0.25f, 2.65f}, {length, y + 0.37f, 2.77f}, gpu::material_busway);
        for (int k = 0; k < o.racks_per_row; k += 4) {
            const float x = static_cast<float>(k) * rack_width;
            box({x, y - 0.32f, 2.75f}, {x + 0.04f, y + 0.02f, 3.3f}, gpu::material_tray);
        }
        const float edge = y + front * (0.5f * rack_depth + 0.25f);
        box({-0.6f, edge - 0.03f, 0.0f}, {length + 0.6f, edge + 0.03f, 0.004f}, gpu::material_marking);
        if (row % 2 == 0) {
            const float pipe = y - (0.5f * rack_depth + 0.5f * hot_aisle);
            box({-1, pipe - 0.28f, -0.001f}, {length + 1, pipe + 0.28f, 0.012f}, gpu::material_glass);
            box({-1, pipe - 0.2f, 0.0f}, {length + 1, pipe - 0.05f, 0.006f}, gpu::material_pipe_cold);
            box({-1, pipe + 0.05f, 0.0f}, {length + 1, pipe + 0.2f, 0.006f}, gpu::material_pipe_warm);
        }
        const uint32_t ink = rgba(0x93A1B0);
        const std::string number = "ROW " + std::to_string(row + 1);
        scene.signs.push_back({number, {-1.9f, y, 0.01f}, {0, front, 0}, {-front, 0, 0}, 0.42f, ink, 7});
        scene.signs.push_back({number, {length + 0.01f, y, 1.7f}, {0, 1, 0}, {0, 0, 1}, 0.16f, ink, 7});
        for (int k = 0; k < o.racks_per_row; ++k) {
            const float x = (static_cast<float>(k) + 0.5f) * rack_width;
            const std::string name = (k + 1 < 10 ? "0" : "") + std::to_string(k + 1);
            scene.signs.push_back({name,
                                   {x, y + front * (0.5f * rack_depth + 0.004f), 2.225f},
                                   {-front, 0, 0},
                                   {0, 0, 1},
                                   0.055f,
                                   ink,
                                   7});
        }
    }
    scene.signs.push_back({"HALL 1", {0.5f * length, -2.6f, 0.01f}, {1, 0, 0}, {0, 1, 0}, 1.5f, rgba(0x93A1B0), 7});
    for (int i = 0; i < 5; ++i)
        scene.cylinders.push_back(
            {{length + 12, 4 + 6.0f * static_cast<float>(i), 0}, 0, {4, 4, 5}, gpu::material_tower, 0});
    for (int i = 0; i < 4; ++i)
        scene.boxes.push_back({{-12, 4 + 7.0f * static_cast<float>(i), 0}, 0, {3, 5, 2.6f}, gpu::material_power, 0});
    scene.ground_min = {x0 - 12, y0 - 10};
    scene.ground_max = {x1 + 14, y1 + 10};
    return scene;
}

void fill_hall(FrameRows& rows, const HallOptions& o, glm::vec3 eye) {
    struct Placed {
        int row, rack;
        float distance;
    };
    std::vector<Placed> order;
    for (int row = 0; row < o.rows; ++row)
        for (int k = 0; k < o.racks_per_row; ++k)
            order.push_back(
                {row, k, glm::distance(glm::vec2(eye), {(static_cast<float>(k) + 0.5f) * rack_width, row_y(row)})});
    std::sort(order.begin(), order.end(), [](const Placed& a, const Placed& b) { return a.distance < b.distance; });
    for (const auto& [row, k, distance] : order) {
        const glm::vec3 at((static_cast<float>(k) + 0.5f) * rack_width, row_y(row), 0);
        const auto first = static_cast<uint32_t>(rows.cells.size());
        auto cells = rows.cells.extend(columns * cell_rows);
        uint32_t worst = state_word(gpu::state_no_value);
        for (int cell = 0; cell < columns * cell_rows; ++cell) {
            const uint32_t word = cell_state(row, k, cell, o);
            cells[static_cast<size_t>(cell)] = word;
            if (badness(word) > badness(worst)) worst = word & ~gpu::state_selected;
            const glm::vec2 in_rack(-0.35f + 0.1f * static_cast<float>(cell % columns),
                                    0.35f + 0.23f * static_cast<float>(cell / columns));
            const float turned = row % 2 ? 1.0f : -1.0f;
            if (badness(word) >= 3 && badness(worst) >= 3)
                if (badness(word) > 3 || cell % 8 == 4)
                    rows.beacons.push(
                        {at + glm::vec3(turned * in_rack.x, -turned * 0.62f, in_rack.y + 0.1f), 11, word, 1});
            if (!o.lod) {
                gpu::BoxRow b{at + glm::vec3(turned * in_rack.x, 0, in_rack.y),
                              row_yaw(row),
                              {0.085f, 1.1f, 0.19f},
                              gpu::material_state,
                              word};
                rows.boxes.push(b);
            }
        }
        if (o.lod)
            rows.racks.push({at,
                             row_yaw(row),
                             {rack_width - 0.02f, rack_depth, rack_height},
                             first,
                             columns | cell_rows << 16,
                             worst & ~(gpu::state_selected | gpu::state_hovered),
                             0.3f,
                             2.16f});
    }
    if (!o.trouble) return;
    for (int row = 0; row < o.rows; ++row)
        for (int group = 0; group < 8; ++group) {
            const float x0 = length_of(o) * static_cast<float>(group) / 8,
                        x1 = length_of(o) * static_cast<float>(group + 1) / 8 - 0.4f;
            const float flow = noise(static_cast<uint32_t>(row * 8 + group) + 99);
            const uint32_t health = row == 1 && group == 4 ? 1u : 0u;
            rows.trunks.push({{x0, row_y(row) - 0.15f, 2.95f},
                              0.12f,
                              {x1, row_y(row) - 0.15f, 2.95f},
                              flow,
                              flow,
                              state_word(30000, health),
                              1.0f});
        }
    for (int group = 0; group < 8; ++group) {
        const float x = length_of(o) * (static_cast<float>(group) + 0.5f) / 8;
        rows.trunks.push({{x, row_y(0), 3.15f},
                          0.16f,
                          {x, row_y(o.rows - 1), 3.15f},
                          noise(static_cast<uint32_t>(group)),
                          noise(static_cast<uint32_t>(group)),
                          state_word(30000),
                          1.0f});
    }
    rows.outlines.push(
        {{(5 + 0.5f) * rack_width, row_y(1), 0}, row_yaw(1), {rack_width, rack_depth, rack_height}, rgba(0x4CC2FF)});
}

View overview(const HallOptions& o) {
    const float length = length_of(o), width = width_of(o);
    return {{0.5f * length + 26, -34, 30}, {0.5f * length + 1, 0.42f * width, 0}, 0.66f};
}
View aisle(const HallOptions&) {
    const float y = 0.5f * (row_y(0) + row_y(1));
    return {{-2.6f, y - 0.25f, 1.7f}, {20, y, 1.35f}, 0.95f};
}
View rack_front(const HallOptions&) {
    const float x = 5.4f * rack_width;
    return {{x - 0.6f, row_y(1) - 2.3f, 1.5f}, {x, row_y(1), 1.2f}, 0.9f};
}

}  // namespace bv::test
