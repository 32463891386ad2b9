// The rows as the shaders see them: member offsets in the compiled SPIR-V against offsetof, array strides against
// sizeof.
#include <cstddef>
#include <cstring>
#include <map>
#include <span>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "shaders/embedded.h"
#include "shaders/gpu_types.h"

namespace {

using namespace bv;

// What one module says about its structs. Opcodes and decorations: SPIR-V specification, section 3.
struct Layout {
    std::map<std::string, std::map<std::string, uint32_t>> offsets;  // struct → member → bytes
    std::map<std::string, uint32_t> strides;                         // element struct → bytes
};

Layout layout_of(std::span<const uint32_t> words) {
    constexpr uint32_t op_name = 5, op_member_name = 6, op_type_runtime_array = 29, op_decorate = 71,
                       op_member_decorate = 72;
    constexpr uint32_t decoration_array_stride = 6, decoration_offset = 35;
    std::map<uint32_t, std::string> names;
    std::map<std::pair<uint32_t, uint32_t>, std::string> members;
    std::map<std::pair<uint32_t, uint32_t>, uint32_t> offsets;
    std::map<uint32_t, uint32_t> strides, elements;
    const auto text = [&](size_t at) { return std::string(reinterpret_cast<const char*>(&words[at])); };
    for (size_t i = 5; i < words.size();) {
        const uint32_t op = words[i] & 0xFFFF, count = words[i] >> 16;
        REQUIRE(count > 0);
        if (op == op_name) names[words[i + 1]] = text(i + 2);
        if (op == op_member_name) members[{words[i + 1], words[i + 2]}] = text(i + 3);
        if (op == op_type_runtime_array) elements[words[i + 1]] = words[i + 2];
        if (op == op_decorate && words[i + 2] == decoration_array_stride) strides[words[i + 1]] = words[i + 3];
        if (op == op_member_decorate && words[i + 3] == decoration_offset)
            offsets[{words[i + 1], words[i + 2]}] = words[i + 4];
        i += count;
    }
    Layout layout;
    for (const auto& [member, offset] : offsets) layout.offsets[names[member.first]][members[member]] = offset;
    for (const auto& [array, element] : elements)
        if (strides.count(array)) layout.strides[names[element]] = strides[array];
    return layout;
}

#define MEMBER(Type, member) \
    { #member, offsetof(gpu::Type, member) }

void check(const Layout& layout, const std::string& type, const std::map<std::string, uint32_t>& expected,
           uint32_t size) {
    CAPTURE(type);
    REQUIRE(layout.offsets.count(type) == 1);
    CHECK(layout.offsets.at(type) == expected);
    if (size) {
        REQUIRE(layout.strides.count(type) == 1);
        CHECK(layout.strides.at(type) == size);
    }
}

}  // namespace

TEST_CASE("rows have the same layout in C++ and in SPIR-V") {
    using namespace bv::gpu;
    check(layout_of(spirv::racks_vert), "RackRow",
          {MEMBER(RackRow, position), MEMBER(RackRow, yaw), MEMBER(RackRow, size), MEMBER(RackRow, first_cell),
           MEMBER(RackRow, columns_rows), MEMBER(RackRow, state), MEMBER(RackRow, cells_bottom),
           MEMBER(RackRow, cells_top)},
          sizeof(RackRow));
    check(layout_of(spirv::boxes_vert), "BoxRow",
          {MEMBER(BoxRow, position), MEMBER(BoxRow, yaw), MEMBER(BoxRow, size), MEMBER(BoxRow, material),
           MEMBER(BoxRow, state)},
          sizeof(BoxRow));
    check(layout_of(spirv::trunks_vert), "TrunkRow",
          {MEMBER(TrunkRow, a), MEMBER(TrunkRow, width), MEMBER(TrunkRow, b), MEMBER(TrunkRow, forth), MEMBER(TrunkRow, back),
           MEMBER(TrunkRow, state), MEMBER(TrunkRow, min_pixels)},
          sizeof(TrunkRow));
    check(layout_of(spirv::beacons_vert), "BeaconRow",
          {MEMBER(BeaconRow, position), MEMBER(BeaconRow, min_pixels), MEMBER(BeaconRow, state),
           MEMBER(BeaconRow, count)},
          sizeof(BeaconRow));
    check(layout_of(spirv::outlines_vert), "OutlineRow",
          {MEMBER(OutlineRow, position), MEMBER(OutlineRow, yaw), MEMBER(OutlineRow, size), MEMBER(OutlineRow, color)},
          sizeof(OutlineRow));
    check(layout_of(spirv::signs_vert), "GlyphRow",
          {MEMBER(GlyphRow, corner), MEMBER(GlyphRow, color), MEMBER(GlyphRow, right), MEMBER(GlyphRow, fade),
           MEMBER(GlyphRow, up), MEMBER(GlyphRow, uv_min), MEMBER(GlyphRow, uv_max)},
          sizeof(GlyphRow));
}

TEST_CASE("frame and pass constants have the same layout in C++ and in SPIR-V") {
    using namespace bv::gpu;
    const auto layout = layout_of(spirv::racks_vert);
    check(
        layout, "FrameConstants",
        {MEMBER(FrameConstants, clip_from_world), MEMBER(FrameConstants, eye), MEMBER(FrameConstants, time_s),
         MEMBER(FrameConstants, viewport_min), MEMBER(FrameConstants, viewport_size), MEMBER(FrameConstants, fog_color),
         MEMBER(FrameConstants, fog_density), MEMBER(FrameConstants, light_direction),
         MEMBER(FrameConstants, pixels_per_metre), MEMBER(FrameConstants, colors), MEMBER(FrameConstants, color_map),
         MEMBER(FrameConstants, flags), MEMBER(FrameConstants, cells_per_rack_max), MEMBER(FrameConstants, ui_scale)},
        0);
    check(layout, "PassConstants",
          {MEMBER(PassConstants, first_row), MEMBER(PassConstants, source), MEMBER(PassConstants, mirror_z),
           MEMBER(PassConstants, reflect), MEMBER(PassConstants, strength), MEMBER(PassConstants, pulse),
           MEMBER(PassConstants, extent_min), MEMBER(PassConstants, extent_max), MEMBER(PassConstants, grid_spacing)},
          0);
}
