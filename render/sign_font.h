// Letters for signs in the world: signed-distance glyphs baked once from Inter (or DejaVu Sans) with FreeType.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include <glm/glm.hpp>

#include "render/renderer.h"

namespace bv {

struct SignFont {
    struct Glyph {
        glm::u16vec2 uv_min{0}, uv_max{0};  // texels of the atlas
        glm::vec2 low{0}, high{0};        // quad relative to the pen on the base line, in capital heights
        float advance = 0;            // in capital heights
    };
    // Throws one sentence where no font is found.
    static SignFont bake();

    std::map<char32_t, Glyph> glyphs;
    uint32_t width = 0, height = 0;
    std::vector<uint8_t>
        texels;  // one byte each: 128 on the outline, brighter inside, 8 texels of distance to either end

    [[nodiscard]] const Glyph* find(char32_t letter) const;
};

// Lays out the signs that can be read from here; the rest is left out. Text on the floor turns to face the reader.
void lay_out_signs(const SignFont& font, std::span<const Sign> signs, const gpu::FrameConstants& constants,
                   Rows<gpu::GlyphRow>& glyphs);

}  // namespace bv
