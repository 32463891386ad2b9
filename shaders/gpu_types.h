// The rows that C++ writes and GLSL reads, in one place. Scalar block layout in both languages; a test compares offsets.
// C++: #include "shaders/gpu_types.h". GLSL: #include "gpu_types.h" (with GL_EXT_scalar_block_layout).
#ifndef BELVEDERE_GPU_TYPES_H
#define BELVEDERE_GPU_TYPES_H

#ifdef __cplusplus
#include <cstdint>
#include <glm/glm.hpp>
namespace bv::gpu {
using vec2 = glm::vec2;
using vec3 = glm::vec3;
using vec4 = glm::vec4;
using mat4 = glm::mat4;
using uint = uint32_t;
#define BV_CONST inline constexpr uint32_t
#else
#define BV_CONST const uint
#endif

// A state word: what one thing looks like now.
// bits 0-15 value on the colour map, 0..65534 over the metric's display range, 0xFFFF no data; see state_* for the rest
BV_CONST state_no_value = 0xFFFFu;
BV_CONST state_health_shift = 16;    // 3 bits: Health
BV_CONST state_stale = 1u << 19;     // hatched, aged
BV_CONST state_selected = 1u << 20;
BV_CONST state_hovered = 1u << 21;
BV_CONST state_dimmed = 1u << 22;    // outside the filter or the incident
BV_CONST state_absent = 1u << 23;    // nothing is here: an empty cell
BV_CONST state_below_high = 1u << 24;  // value below / above the display range
BV_CONST state_above_high = 1u << 25;
// Things of this class do not have the metric: coloured by health, not as "no data". Value 0 with both range flags, which no
// value can have, so that the colour table needs no bit more.
BV_CONST state_by_health = 1u << 26 | 3u << 24;

// High byte of an entry of the table of state colours.
BV_CONST color_flag_glow = 1u;
BV_CONST color_flag_hatched = 2u;
BV_CONST color_flag_pulse = 4u;

// One rack as a box; its front, rear and top show its cells (GPUs, or switches) as a grid of columns × rows.
struct RackRow {
    vec3 position;      // centre of the footprint on the floor, metres
    float yaw;          // radians
    vec3 size;          // width, depth, height
    uint first_cell;    // into the cells buffer; row-major from the bottom left as seen from the front
    uint columns_rows;  // columns | rows << 16; 0: a plain cabinet without cells
    uint state;         // state word of the rack itself (its worst health below)
    float cells_bottom; // metres above the floor where the grid begins and ends
    float cells_top;
};

// Materials of boxes and structure.
BV_CONST material_state = 0;         // coloured by its state word
BV_CONST material_slab = 1;
BV_CONST material_wall = 2;
BV_CONST material_rack_frame = 3;
BV_CONST material_node = 4;          // chassis; state word tints its edge
BV_CONST material_tray = 5;
BV_CONST material_pipe_cold = 6;
BV_CONST material_pipe_warm = 7;
BV_CONST material_busway = 8;
BV_CONST material_cdu = 9;
BV_CONST material_switch = 10;
BV_CONST material_power = 11;        // substation, battery, UPS
BV_CONST material_tower = 12;        // cooling plant
BV_CONST material_marking = 13;      // floor marking
BV_CONST material_door = 14;
BV_CONST material_cable = 15;
BV_CONST material_ground = 16;
BV_CONST material_glass = 17;
BV_CONST material_count = 18;

// An oriented box: nodes, GPUs, switches, CDUs, power gear, structure.
struct BoxRow {
    vec3 position;      // centre of the base
    float yaw;
    vec3 size;
    uint material;
    uint state;         // state word
};

// A ribbon between two points: a trunk along a tray, or a single link.
struct TrunkRow {
    vec3 a;
    float width;        // metres
    vec3 b;
    float forth, back;  // 0..1 utilisation from a to b and from b to a: brightness, and dashes that move that way
    uint state;         // state word (worst in the bundle)
    float min_pixels;   // never thinner than this on screen
};

// A mark that is never smaller than a few pixels: shape and hue by health, seen through everything.
struct BeaconRow {
    vec3 position;
    float min_pixels;
    uint state;
    uint count;         // how many things it stands for (1 draws no number)
};

// An outline around something selected or hovered.
struct OutlineRow {
    vec3 position;      // centre of the base
    float yaw;
    vec3 size;
    uint color;         // RGBA8, R in the low byte
};

// One letter of a sign, laid out by the renderer.
struct GlyphRow {
    vec3 corner;        // bottom left of the letter's quad
    uint color;         // RGBA8, R in the low byte
    vec3 right;         // the quad's whole width and height, metres
    float fade;         // 0..1, small text far away fades out
    vec3 up;
    uint uv_min;        // two 16-bit texel coordinates in the glyph atlas, x in the low half
    uint uv_max;
};

// Push constants of every pass.
struct PassConstants {
    uint first_row;     // of this draw; gl_VertexIndex counts from 0 in a draw of at most 8192 rows
    uint source;        // pass_source_*: which buffer the boxes come from
    float mirror_z;     // reflection plane: height of the floor; see reflect
    float reflect;      // 1: draw the mirror image below mirror_z
    float strength;     // opacity of what is drawn (hidden marks are weaker)
    float pulse;        // 0.72..1 at 1 Hz: brightness of what is critical
    vec2 extent_min;    // of the ground
    vec2 extent_max;
    float grid_spacing; // metres between lines on the ground
};
BV_CONST pass_source_rows = 0;
BV_CONST pass_source_static = 1;

// Everything that all passes of one frame share.
struct FrameConstants {
    mat4 clip_from_world;
    vec3 eye;
    float time_s;           // for pulses and flow; wraps at 3600
    vec2 viewport_min;      // pixels: where the 3D view lies in the target
    vec2 viewport_size;
    vec3 fog_color;
    float fog_density;      // 1/m
    vec3 light_direction;   // from the light
    float pixels_per_metre; // at distance 1 m: viewport height / (2 tan(fov/2))
    vec4 colors[40];        // theme: 0-5 health, then see theme_* (linear in sRGB values, alpha 1)
    uint color_map;         // row of the colour-map texture
    uint flags;             // frame_*
    uint cells_per_rack_max;
    float ui_scale;
};
BV_CONST frame_color_by_health = 1u;   // no metric: steel when ok
BV_CONST frame_rich = 2u;
BV_CONST frame_light_theme = 4u;
BV_CONST theme_stale = 6;
BV_CONST theme_accent = 7;
BV_CONST theme_ground = 8;
BV_CONST theme_floor = 9;
BV_CONST theme_grid = 10;
BV_CONST theme_no_data = 11;
BV_CONST theme_below = 12;
BV_CONST theme_above = 13;
BV_CONST theme_sign = 14;
BV_CONST theme_surface = 15;          // of panels: what lies around the 3D view
BV_CONST theme_material = 16;          // + material_*

#ifdef __cplusplus
#undef BV_CONST
}  // namespace bv::gpu
#endif
#endif
