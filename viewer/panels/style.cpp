// Fonts and ImGui's own style for the few stock widgets (text fields, scroll bars). Reads: font files of the system.
// Writes: the font atlas and ImGuiStyle. Sizes are em sizes of the design (12, 14, 18, 28 px at scale 1); every digit
// gets one advance, because ImGui cannot ask a font for its tabular figures.
#include <fmt/core.h>
#include <imgui.h>
#include <imgui_freetype.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <span>
#include <string>

#include "viewer/panels/memory.h"
#include "viewer/panels/panels.h"
#include "viewer/panels/pen.h"

namespace bv {
namespace {

struct Face {
    const char* path;
    float line_height;  // ascender + descender in em: ImGui asks for the line's size, the design for the em
};

constexpr std::array regular{Face{"/usr/share/fonts/opentype/inter/Inter-Regular.otf", 1.2102f},
                             Face{"/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 1.1641f}};
constexpr std::array medium{Face{"/usr/share/fonts/opentype/inter/Inter-SemiBold.otf", 1.2102f},
                            Face{"/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf", 1.1641f}};
// Drawn for large sizes: closer letters.
constexpr std::array large{Face{"/usr/share/fonts/opentype/inter/InterDisplay-SemiBold.otf", 1.2102f},
                           Face{"/usr/share/fonts/opentype/inter/Inter-SemiBold.otf", 1.2102f},
                           Face{"/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf", 1.1641f}};
constexpr std::array mono{Face{"/usr/share/fonts/truetype/jetbrains-mono/JetBrainsMono-Regular.ttf", 1.32f},
                          Face{"/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf", 1.1641f}};

// What names and texts may hold: Latin with its extensions, Greek, Cyrillic, punctuation, arrows, sub- and
// superscripts.
constexpr ImWchar all_letters[] = {0x20,   0x17F,  0x370,  0x3FF,  0x400,  0x45F,  0x2010, 0x2027, 0x2030, 0x203A,
                                   0x2070, 0x208E, 0x2190, 0x2195, 0x2212, 0x2212, 0x2248, 0x2265, 0};
constexpr ImWchar few_letters[] = {0x20, 0xFF, 0x2010, 0x2027, 0x2190, 0x2193, 0x2212, 0x2212, 0};

// Warns once per missing face, in one line.
void warn_missing(const char* path, const char* instead) {
    static bool warned = false;
    if (warned) return;
    warned = true;
    fmt::print(stderr,
               "belvedere: {} is not installed, so the panels use {}; install the packages fonts-inter and "
               "fonts-jetbrains-mono.\n",
               path, instead);
}

void make_digits_tabular(ImFont* font) {
    float widest = 0;
    for (ImWchar c = '0'; c <= '9'; ++c)
        if (const ImFontGlyph* glyph = font->FindGlyphNoFallback(c)) widest = std::max(widest, glyph->AdvanceX);
    for (ImWchar c = '0'; c <= '9'; ++c) {
        auto* glyph = const_cast<ImFontGlyph*>(font->FindGlyphNoFallback(c));
        if (!glyph) continue;
        const float shift = std::floor((widest - glyph->AdvanceX) * 0.5f);
        glyph->X0 += shift;
        glyph->X1 += shift;
        glyph->AdvanceX = widest;
        font->IndexAdvanceX[int(c)] = widest;
    }
}

void add_font(ImFontAtlas& atlas, std::span<const Face> faces, float em_pixels, const ImWchar* letters) {
    for (const Face& face : faces) {
        if (!std::filesystem::exists(face.path)) continue;
        if (&face != faces.data()) warn_missing(faces.front().path, face.path);
        ImFontConfig config;
        config.OversampleH = config.OversampleV = 1;
        config.PixelSnapH = true;
        config.FontBuilderFlags = ImGuiFreeTypeBuilderFlags_LightHinting;
        if (atlas.AddFontFromFileTTF(face.path, std::round(em_pixels * face.line_height), &config, letters)) return;
    }
    warn_missing(faces.front().path, "a built-in font");
    ImFontConfig config;
    config.SizePixels = std::round(em_pixels);
    atlas.AddFontDefault(&config);
}

void load_fonts(float scale) {
    ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
    atlas.Clear();
    atlas.FontBuilderIO = ImGuiFreeType::GetBuilderForFreeType();
    atlas.TexGlyphPadding = 1;
    atlas.Flags |= ImFontAtlasFlags_NoPowerOfTwoHeight;
    // In the order of Type.
    add_font(atlas, regular, 14 * scale, all_letters);
    add_font(atlas, medium, 14 * scale, all_letters);
    add_font(atlas, regular, 12 * scale, all_letters);
    add_font(atlas, large, 18 * scale, all_letters);
    add_font(atlas, large, 28 * scale, few_letters);
    add_font(atlas, mono, 12 * scale, few_letters);
    atlas.Build();
    for (ImFont* font : atlas.Fonts) make_digits_tabular(font);
}

void set_colors(ImGuiStyle& style, Theme theme) {
    const Palette& p = palette(theme);
    const auto set = [&](ImGuiCol index, Rgba color) { style.Colors[index] = ImGui::ColorConvertU32ToFloat4(color); };
    set(ImGuiCol_Text, p.text);
    set(ImGuiCol_TextDisabled, p.hint);
    set(ImGuiCol_WindowBg, p.surface);
    set(ImGuiCol_ChildBg, with_alpha(p.surface, 0));
    set(ImGuiCol_PopupBg, p.raised);
    set(ImGuiCol_Border, p.line);
    set(ImGuiCol_FrameBg, p.raised);
    set(ImGuiCol_FrameBgHovered, p.raised);
    set(ImGuiCol_FrameBgActive, p.raised);
    set(ImGuiCol_ScrollbarBg, with_alpha(p.surface, 0));
    set(ImGuiCol_ScrollbarGrab, p.line);
    set(ImGuiCol_ScrollbarGrabHovered, p.faint);
    set(ImGuiCol_ScrollbarGrabActive, p.faint);
    set(ImGuiCol_TextSelectedBg, with_alpha(p.accent, 0.35f));
    set(ImGuiCol_NavHighlight, p.accent);
}

}  // namespace

void apply_style(Theme theme, float scale, bool new_scale) {
    // A change of theme keeps the fonts, so that the texture of those already on the device stays right.
    if (ImGui::GetIO().Fonts->Fonts.Size == 0 || new_scale) load_fonts(scale);
    ImGuiStyle style;
    set_colors(style, theme);
    style.WindowPadding = style.FramePadding = style.ItemSpacing = style.ItemInnerSpacing = style.CellPadding = {0, 0};
    style.WindowBorderSize = style.ChildBorderSize = style.FrameBorderSize = 0;
    style.PopupBorderSize = 1;
    style.WindowRounding = style.ChildRounding = style.ScrollbarRounding = 0;
    style.PopupRounding = style.FrameRounding = std::round(4 * scale);
    style.ScrollbarSize = std::round(8 * scale);
    style.GrabMinSize = std::round(24 * scale);
    style.WindowMinSize = {1, 1};
    style.AntiAliasedLinesUseTex = true;
    style.CircleTessellationMaxError = 0.3f;
    ImGui::GetStyle() = style;
    ImGui::GetIO().IniFilename = nullptr;
}

}  // namespace bv
