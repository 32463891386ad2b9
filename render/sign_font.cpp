// Reads a font file; writes the glyph atlas and, per frame, one row per letter in view.
#include "render/sign_font.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include <ft2build.h>
#include FT_FREETYPE_H

#include "render/distance_field.h"

namespace bv {
namespace {

constexpr uint32_t pixel_height = 48;  // of an em in the atlas
constexpr uint32_t spread = 8;         // texels of distance on either side of an outline

// Debian: fonts-inter, fonts-dejavu-core.
constexpr std::array<const char*, 4> font_files{
    "/usr/share/fonts/opentype/inter/Inter-SemiBold.otf", "/usr/share/fonts/opentype/inter/Inter-Medium.otf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf", "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"};

struct Library {
    FT_Library handle = nullptr;
    Library() {
        if (FT_Init_FreeType(&handle) != 0) throw std::runtime_error("FreeType cannot be started.");
    }
    ~Library() { FT_Done_FreeType(handle); }
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;
};

FT_Face open_face(FT_Library library) {
    FT_Face face = nullptr;
    for (const char* file : font_files)
        if (std::filesystem::exists(file) && FT_New_Face(library, file, 0, &face) == 0) return face;
    throw std::runtime_error("No font for signs was found; install fonts-inter or fonts-dejavu-core.");
}

// ASCII, the letters of western Europe and the few signs that names use.
std::vector<char32_t> letters() {
    std::vector<char32_t> all;
    for (char32_t c = 33; c < 127; ++c) all.push_back(c);
    for (char32_t c = 192; c < 256; ++c) all.push_back(c);
    for (char32_t c : {U'–', U'—', U'…', U'→', U'←', U'↑', U'↓', U'×', U'·', U'°'}) all.push_back(c);
    return all;
}

char32_t next_letter(std::string_view& text) {
    const auto byte = static_cast<uint8_t>(text.front());
    const int more = byte < 0x80 ? 0 : (byte >> 5) == 6 ? 1 : (byte >> 4) == 14 ? 2 : (byte >> 3) == 30 ? 3 : -1;
    if (more < 0 || text.size() <= static_cast<size_t>(more)) {
        text.remove_prefix(1);
        return U'?';
    }
    char32_t letter = more == 0 ? byte : byte & (0x3F >> more);
    for (int i = 1; i <= more; ++i) letter = letter << 6 | (static_cast<uint8_t>(text[static_cast<size_t>(i)]) & 0x3F);
    text.remove_prefix(static_cast<size_t>(more) + 1);
    return letter;
}

}  // namespace

const SignFont::Glyph* SignFont::find(char32_t letter) const {
    auto found = glyphs.find(letter);
    if (found == glyphs.end()) found = glyphs.find(U'?');
    return found == glyphs.end() ? nullptr : &found->second;
}

SignFont SignFont::bake() {
    const Library library;
    const std::unique_ptr<FT_FaceRec_, decltype(&FT_Done_Face)> owner(open_face(library.handle), &FT_Done_Face);
    const FT_Face face = owner.get();
    FT_Set_Pixel_Sizes(face, 0, pixel_height);

    SignFont font;
    font.width = 1024;
    font.texels.assign(size_t{font.width} * 64, 0);
    float capital = 0.73f * pixel_height;
    if (FT_Load_Char(face, 'H', FT_LOAD_NO_HINTING) == 0)
        capital = static_cast<float>(face->glyph->metrics.height) / 64;

    uint32_t pen_x = 1, pen_y = 1, line = 0;
    const auto place = [&](char32_t letter) {
        if (FT_Load_Char(face, letter, FT_LOAD_NO_HINTING) != 0 || face->glyph->glyph_index == 0) return;
        Glyph glyph{};
        glyph.advance = static_cast<float>(face->glyph->advance.x) / 64 / capital;
        if (FT_Render_Glyph(face->glyph, FT_RENDER_MODE_NORMAL) == 0 && face->glyph->bitmap.width > 0) {
            const FT_Bitmap& bitmap = face->glyph->bitmap;
            std::vector<uint8_t> coverage;
            for (uint32_t y = 0; y < bitmap.rows; ++y) {
                const auto* row = bitmap.buffer + static_cast<ptrdiff_t>(y) * bitmap.pitch;
                coverage.insert(coverage.end(), row, row + bitmap.width);
            }
            const auto field = distance_field(coverage, bitmap.width, bitmap.rows, spread);
            const uint32_t wide = bitmap.width + 2 * spread, high = bitmap.rows + 2 * spread;
            if (pen_x + wide + 1 > font.width) {
                pen_x = 1;
                pen_y += line + 1;
                line = 0;
            }
            line = std::max(line, high);
            font.height = std::max(font.height, pen_y + line + 1);
            font.texels.resize(size_t{font.width} * font.height, 0);
            for (uint32_t y = 0; y < high; ++y)
                std::memcpy(&font.texels[size_t{pen_y + y} * font.width + pen_x], &field[size_t{y} * wide], wide);
            glyph.uv_min = {pen_x, pen_y};
            glyph.uv_max = {pen_x + wide, pen_y + high};
            const glm::vec2 top_left(face->glyph->bitmap_left - static_cast<int>(spread),
                                     face->glyph->bitmap_top + static_cast<int>(spread));
            glyph.low = glm::vec2(top_left.x, top_left.y - static_cast<float>(high)) / capital;
            glyph.high = glm::vec2(top_left.x + static_cast<float>(wide), top_left.y) / capital;
            pen_x += wide + 1;
        }
        font.glyphs[letter] = glyph;
    };
    for (char32_t letter : letters()) place(letter);
    Glyph space{};
    space.advance = 0.36f;
    font.glyphs[U' '] = space;
    font.texels.resize(size_t{font.width} * font.height, 0);
    return font;
}

void lay_out_signs(const SignFont& font, std::span<const Sign> signs, const gpu::FrameConstants& constants,
                   Rows<gpu::GlyphRow>& glyphs) {
    glyphs.clear();
    for (const Sign& sign : signs) {
        const glm::vec3 towards = constants.eye - sign.position;
        const float distance = glm::length(towards);
        const float pixels = sign.height_m * constants.pixels_per_metre / std::max(distance, 0.1f);
        if (pixels < sign.min_pixels) continue;
        const glm::vec4 clip = constants.clip_from_world * glm::vec4(sign.position, 1.0f);
        const float margin = clip.w + 8 * sign.height_m * constants.pixels_per_metre / 500;
        if (clip.w < -4 * sign.height_m || std::abs(clip.x) > margin + 6 * sign.height_m ||
            std::abs(clip.y) > margin + 6 * sign.height_m)
            continue;
        glm::vec3 right = sign.right, up = sign.up;
        const glm::vec3 normal = glm::cross(right, up);
        const float facing = glm::dot(normal, towards) / distance;
        if (facing <= 0.02f) continue;
        if (normal.z > 0.9f && glm::dot(up, towards) > 0) {
            right = -right;
            up = -up;
        }
        const float fade =
            std::clamp((pixels / sign.min_pixels - 1) / 0.2f, 0.0f, 1.0f) * std::clamp(facing * 6, 0.0f, 1.0f);

        float width = 0;
        for (std::string_view rest = sign.text; !rest.empty();)
            if (const auto* glyph = font.find(next_letter(rest))) width += glyph->advance;
        glm::vec3 pen = sign.position - right * (0.5f * width * sign.height_m) - up * (0.5f * sign.height_m);
        for (std::string_view rest = sign.text; !rest.empty();) {
            const auto* glyph = font.find(next_letter(rest));
            if (!glyph) continue;
            if (glyph->uv_max.x != glyph->uv_min.x) {
                gpu::GlyphRow row{};
                row.corner = pen + (right * glyph->low.x + up * glyph->low.y) * sign.height_m;
                row.right = right * ((glyph->high.x - glyph->low.x) * sign.height_m);
                row.up = up * ((glyph->high.y - glyph->low.y) * sign.height_m);
                row.color = sign.color;
                row.fade = fade;
                row.uv_min = glyph->uv_min.x | uint32_t{glyph->uv_min.y} << 16;
                row.uv_max = glyph->uv_max.x | uint32_t{glyph->uv_max.y} << 16;
                glyphs.push(row);
            }
            pen += right * (glyph->advance * sign.height_m);
        }
    }
}

}  // namespace bv
