// The one descriptor set layout and pipeline layout that all passes share, and the index patterns that turn rows into
// triangles.
#pragma once

#include "render/memory.h"

namespace bv {

// Numbers of set 0, as the shaders spell them.
enum class Binding : uint32_t {
    constants,
    racks,
    cells,
    boxes,
    trunks,
    beacons,
    outlines,
    static_boxes,
    cylinders,
    glyphs,
    state_colors,
    glyph_atlas,
    count
};
inline constexpr uint32_t binding_count = static_cast<uint32_t>(Binding::count);

// How a row becomes triangles: vertices per row in gl_VertexIndex, indices per row, rows per draw (16-bit indices).
struct IndexPattern {
    static IndexPattern create(const Device& device, std::span<const uint16_t> pattern, uint32_t vertices_per_row);
    Buffer indices;
    uint32_t indices_per_row = 0;
    uint32_t rows_per_draw = 0;
};

struct Bindings {
    static Bindings create(const Device& device);
    UniqueSetLayout set_layout;
    UniqueSetLayout texture_layout;  // one sampled image: what the last passes of the rich picture read
    UniquePipelineLayout pipeline_layout;
    UniqueSampler linear;
    IndexPattern box;       // three visible faces: 6 triangles
    IndexPattern quad;      // 2 triangles
    IndexPattern outline;   // 12 quads
    IndexPattern cylinder;  // 24 sides and a lid
};

// Points a set's binding at a buffer or a texture.
void write_buffer(const Device& device, VkDescriptorSet set, Binding binding, const Buffer& buffer);
void write_texture(const Device& device, VkDescriptorSet set, uint32_t binding, const Image& image, VkSampler sampler);

}  // namespace bv
