// See ui_parts.h. A list's bounds are those of its vertices where its clip rectangles leave them to be seen.
#include "render/ui_parts.h"

#include <algorithm>
#include <functional>
#include <string_view>

#include <imgui.h>

namespace bv {
namespace {

struct Bounds {
    glm::vec2 low{1e9f}, high{-1e9f};
    [[nodiscard]] bool empty() const { return high.x <= low.x || high.y <= low.y; }
    void add(glm::vec2 from, glm::vec2 to) { low = glm::min(low, from), high = glm::max(high, to); }
};

Bounds bounds_of(const ImDrawList& list) {
    Bounds clips, vertices;
    for (const ImDrawCmd& command : list.CmdBuffer)
        if (command.ElemCount)
            clips.add({command.ClipRect.x, command.ClipRect.y}, {command.ClipRect.z, command.ClipRect.w});
    for (const ImDrawVert& vertex : list.VtxBuffer)
        vertices.add({vertex.pos.x, vertex.pos.y}, {vertex.pos.x, vertex.pos.y});
    return {glm::floor(glm::max(clips.low, vertices.low)), glm::ceil(glm::min(clips.high, vertices.high))};
}

uint64_t mixed(uint64_t fingerprint, const void* data, size_t bytes) {
    const uint64_t of_data = std::hash<std::string_view>{}({static_cast<const char*>(data), bytes});
    return (fingerprint ^ of_data) * 0x9E3779B97F4A7C15u + bytes;
}

uint64_t mixed(uint64_t fingerprint, const ImDrawList& list) {
    fingerprint = mixed(fingerprint, list.VtxBuffer.Data, static_cast<size_t>(list.VtxBuffer.size_in_bytes()));
    fingerprint = mixed(fingerprint, list.IdxBuffer.Data, static_cast<size_t>(list.IdxBuffer.size_in_bytes()));
    for (const ImDrawCmd& command : list.CmdBuffer) {
        fingerprint = mixed(fingerprint, &command.ClipRect, sizeof command.ClipRect);
        fingerprint = mixed(fingerprint, &command.ElemCount, sizeof command.ElemCount);
    }
    return fingerprint;
}

}  // namespace

UiParts part_ui(const ImDrawData& data, glm::ivec2 view_low, glm::ivec2 view_high, uint64_t seed) {
    UiParts parts;
    const glm::vec2 low(view_low), high(view_high);
    parts.fingerprint = mixed(mixed(seed, &view_low, sizeof view_low), &view_high, sizeof view_high);
    bool across = false;
    for (int i = 0; i < data.CmdListsCount; ++i) {
        ImDrawList& list = *data.CmdLists[i];
        const Bounds bounds = bounds_of(list);
        if (bounds.empty()) continue;
        const bool inside =
            glm::all(glm::greaterThanEqual(bounds.low, low)) && glm::all(glm::lessThanEqual(bounds.high, high));
        const bool outside =
            glm::any(glm::lessThanEqual(bounds.high, low)) || glm::any(glm::greaterThanEqual(bounds.low, high));
        if (inside)
            parts.over.push_back(&list);
        else if (outside)
            parts.fingerprint = mixed(parts.fingerprint, list);
        else
            across = true;
    }
    parts.fingerprint = across ? 0 : std::max<uint64_t>(parts.fingerprint, 1);
    return parts;
}

}  // namespace bv
