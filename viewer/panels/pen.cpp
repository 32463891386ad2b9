// Type, shapes, bars and plots of the panels. Reads: what to draw. Writes: ImGui's draw list.
#include "viewer/panels/pen.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace bv {
namespace {

constexpr std::string_view ellipsis = "…";

// Steps back to the beginning of a UTF-8 character.
size_t whole_characters(std::string_view text, size_t end) {
    while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return end;
}

}  // namespace

Pen::Pen(const View& view) : Pen(view, ImGui::GetWindowDrawList()) {}

Pen::Pen(const View& view, ImDrawList* list) : draw(list), colors(palette(view.theme)), scale(view.ui_scale) {}

ImFont* Pen::font(Type type) const {
    const ImVector<ImFont*>& fonts = ImGui::GetIO().Fonts->Fonts;
    return size_t(type) < size_t(fonts.Size) ? fonts[int(type)] : ImGui::GetFont();
}

float Pen::line_height(Type type) const { return font(type)->FontSize; }

float Pen::width(Type type, std::string_view text) const {
    const ImFont* f = font(type);
    return std::ceil(f->CalcTextSizeA(f->FontSize, FLT_MAX, 0, text.data(), text.data() + text.size()).x);
}

void Pen::text(float x, float mid_y, Type type, Rgba color, std::string_view text) const {
    ImFont* f = font(type);
    const ImVec2 at(std::floor(x), std::floor(mid_y - f->FontSize * 0.5f + 0.5f));
    draw->AddText(f, f->FontSize, at, color, text.data(), text.data() + text.size());
}

void Pen::text_right(float right, float mid_y, Type type, Rgba color, std::string_view t) const {
    text(right - width(type, t), mid_y, type, color, t);
}

void Pen::text_centre(float centre, float mid_y, Type type, Rgba color, std::string_view t) const {
    text(centre - width(type, t) * 0.5f, mid_y, type, color, t);
}

float Pen::text_fit(float x, float mid_y, float max_width, Type type, Rgba color, std::string_view t,
                    bool is_name) const {
    const float whole = width(type, t);
    if (whole <= max_width) {
        text(x, mid_y, type, color, t);
        return whole;
    }
    const float room = max_width - width(type, ellipsis);
    if (room <= 0) return 0;
    const ImFont* f = font(type);
    std::string cut;
    if (is_name) {
        cut = name_cut(type, t, max_width);
    } else {
        const char* rest = nullptr;
        f->CalcTextSizeA(f->FontSize, room, 0, t.data(), t.data() + t.size(), &rest);
        const size_t end = whole_characters(t, size_t(rest - t.data()));
        std::string_view head = t.substr(0, end);
        while (!head.empty() && head.back() == ' ') head.remove_suffix(1);
        cut = std::string(head) + std::string(ellipsis);
    }
    text(x, mid_y, type, color, cut);
    return std::min(max_width, width(type, cut));
}

// The head stops behind a separator where there is one, and has at most two fifths: the end says most.
std::string Pen::name_cut(Type type, std::string_view name, float max_width) const {
    if (width(type, name) <= max_width) return std::string(name);
    const float room = max_width - width(type, ellipsis);
    size_t head = 0;
    for (size_t end = 1; end < name.size() && width(type, name.substr(0, end)) <= room * 0.4f; ++end)
        if (std::string_view("-/._:").find(name[end - 1]) != std::string_view::npos) head = end;
    const float left = room - width(type, name.substr(0, head));
    size_t tail = head;
    const auto inside_a_letter = [&](size_t i) { return (static_cast<unsigned char>(name[i]) & 0xC0) == 0x80; };
    while (tail < name.size() && (inside_a_letter(tail) || width(type, name.substr(tail)) > left)) ++tail;
    return std::string(name.substr(0, head)) + std::string(ellipsis) + std::string(name.substr(tail));
}

namespace {

// Calls back with each line of a text that is broken at spaces.
template <typename Line>
void for_each_line(const ImFont* font, float max_width, std::string_view text, Line line) {
    const char* at = text.data();
    const char* const end = text.data() + text.size();
    while (at < end) {
        const char* stop = font->CalcWordWrapPositionA(1.0f, at, end, max_width);
        if (stop == at) ++stop;
        line(std::string_view(at, size_t(stop - at)));
        at = stop;
        while (at < end && (*at == ' ' || *at == '\n')) ++at;
    }
}

}  // namespace

float Pen::text_wrapped(float x, float y, float max_width, Type type, Rgba color, std::string_view t) const {
    const float height = font(type)->FontSize + px(2);
    float used = 0;
    for_each_line(font(type), max_width, t, [&](std::string_view line) {
        text(x, y + used + height * 0.5f, type, color, line);
        used += height;
    });
    return used;
}

float Pen::wrapped_height(float max_width, Type type, std::string_view t) const {
    float used = 0;
    for_each_line(font(type), max_width, t, [&](std::string_view) { used += font(type)->FontSize + px(2); });
    return used;
}

float Pen::quantity_right(float right, float mid_y, Type type, Rgba color, const Quantity& q) const {
    float unit = 0;
    const Type unit_type = type == Type::display || type == Type::title ? Type::body : Type::small;
    if (!q.unit.empty()) {
        unit = width(unit_type, q.unit);
        text_right(right, mid_y, unit_type, colors.hint, q.unit);
        unit += px(q.unit == "%" ? 2 : 4);
    }
    text_right(right - unit, mid_y, type, color, q.value);
    return unit + width(type, q.value);
}

float Pen::quantity_left(float x, float mid_y, Type type, Rgba color, const Quantity& q) const {
    text(x, mid_y, type, color, q.value);
    float used = width(type, q.value);
    if (q.unit.empty()) return used;
    // A small unit stands on the same base line as the big number.
    const Type unit_type = type == Type::display || type == Type::title ? Type::body : Type::small;
    const float drop = (line_height(type) - line_height(unit_type)) * 0.30f;
    used += px(q.unit == "%" ? 2 : 4);
    text(x + used, mid_y + drop, unit_type, colors.hint, q.unit);
    return used + width(unit_type, q.unit);
}

void Pen::fill(const Rect& r, Rgba color, float rounding) const {
    draw->AddRectFilled(r.min(), r.max(), color, px(rounding));
}

void Pen::frame(const Rect& r, Rgba color, float rounding) const {
    draw->AddRect(r.min(), r.max(), color, px(rounding), 0, std::max(1.0f, std::floor(scale)));
}

void Pen::line_h(float x0, float x1, float y, Rgba color) const {
    const float thick = std::max(1.0f, std::floor(scale));
    draw->AddRectFilled({x0, std::floor(y)}, {x1, std::floor(y) + thick}, color);
}

void Pen::line_v(float x, float y0, float y1, Rgba color) const {
    const float thick = std::max(1.0f, std::floor(scale));
    draw->AddRectFilled({std::floor(x), y0}, {std::floor(x) + thick, y1}, color);
}

void Pen::hatch(const Rect& r, Rgba color, float spacing) const {
    draw->PushClipRect(r.min(), r.max(), true);
    const float step = std::max(3.0f, px(spacing));
    for (float x = r.x - r.h; x < r.right(); x += step)
        draw->AddLine({x, r.bottom()}, {x + r.h, r.y}, color, std::max(1.0f, scale));
    draw->PopClipRect();
}

void Pen::health_mark(float cx, float cy, float radius, Health health) const {
    health_shape(cx, cy, radius, health, health == Health::unknown ? colors.hint : health_color(colors, health));
}

void Pen::health_shape(float cx, float cy, float radius, Health health, Rgba color) const {
    const float r = radius * scale;
    switch (health) {
        case Health::ok:
            draw->AddCircleFilled({cx, cy}, r * 0.5f, color, 16);
            break;
        case Health::warning:
            draw->AddTriangleFilled({cx, cy - r}, {cx + r * 1.05f, cy + r * 0.8f}, {cx - r * 1.05f, cy + r * 0.8f},
                                    color);
            break;
        case Health::critical:
            draw->AddQuadFilled({cx, cy - r * 1.1f}, {cx + r * 1.1f, cy}, {cx, cy + r * 1.1f}, {cx - r * 1.1f, cy},
                                color);
            break;
        case Health::down: {
            const float a = r * 0.8f, thick = std::max(1.5f, r * 0.48f);
            draw->AddLine({cx - a, cy - a}, {cx + a, cy + a}, color, thick);
            draw->AddLine({cx - a, cy + a}, {cx + a, cy - a}, color, thick);
            break;
        }
        case Health::maintenance: {
            // Two crossed hammers: a handle and a head each.
            const float a = r * 0.85f, thick = std::max(1.3f, r * 0.26f), head = std::max(2.0f, r * 0.55f);
            for (const float side : {-1.0f, 1.0f}) {
                draw->AddLine({cx - side * a, cy + a}, {cx + side * a * 0.7f, cy - a * 0.7f}, color, thick);
                const float hx = cx + side * a * 0.62f, hy = cy - a * 0.62f, d = r * 0.42f;
                draw->AddLine({hx - side * d, hy - d}, {hx + side * d, hy + d}, color, head);
            }
            break;
        }
        case Health::unknown: {
            const Rect box{cx - r * 0.8f, cy - r * 0.8f, r * 1.6f, r * 1.6f};
            hatch(box, color, 3);
            draw->AddRect(box.min(), box.max(), color, 0, 0, std::max(1.0f, scale * 0.8f));
            break;
        }
    }
}

void Pen::chevron(float cx, float cy, bool open, Rgba color) const {
    const float a = px(3), b = px(2);
    const float thick = std::max(1.2f, 1.4f * scale);
    std::array<ImVec2, 3> points =
        open ? std::array<ImVec2, 3>{ImVec2(cx - a, cy - b), ImVec2(cx, cy + b), ImVec2(cx + a, cy - b)}
             : std::array<ImVec2, 3>{ImVec2(cx - b, cy - a), ImVec2(cx + b, cy), ImVec2(cx - b, cy + a)};
    draw->AddPolyline(points.data(), 3, color, 0, thick);
}

void Pen::cross(float cx, float cy, float radius, Rgba color) const {
    const float r = radius * scale, thick = std::max(1.2f, 1.4f * scale);
    draw->AddLine({cx - r, cy - r}, {cx + r, cy + r}, color, thick);
    draw->AddLine({cx - r, cy + r}, {cx + r, cy - r}, color, thick);
}

void Pen::lens(float cx, float cy, float radius, Rgba color) const {
    const float r = radius * scale, thick = std::max(1.2f, 1.5f * scale);
    draw->AddCircle({cx - r * 0.2f, cy - r * 0.2f}, r * 0.75f, color, 20, thick);
    draw->AddLine({cx + r * 0.35f, cy + r * 0.35f}, {cx + r, cy + r}, color, thick);
}

Touch touch(const char* id, const Rect& rect) {
    if (rect.w < 1 || rect.h < 1) return {};
    ImGui::SetCursorScreenPos(rect.min());
    Touch out;
    out.clicked = ImGui::InvisibleButton(id, {rect.w, rect.h});
    out.hovered = ImGui::IsItemHovered();
    out.double_clicked = out.hovered && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left);
    return out;
}

Touch touch(int64_t id, const Rect& rect) {
    std::array<char, 24> name{};
    char* end = name.data();
    for (uint64_t rest = uint64_t(id) + 1; rest; rest >>= 5) *end++ = char('A' + (rest & 31u));
    return touch(name.data(), rect);
}

Health health_by_thresholds(const Metric& metric, double value) {
    if (std::isnan(value)) return Health::unknown;
    const bool low = metric.direction == Direction::low_is_bad;
    const auto past = [&](float limit) { return !std::isnan(limit) && (low ? value <= limit : value >= limit); };
    if (metric.direction == Direction::neutral) return Health::ok;
    if (past(metric.critical)) return Health::critical;
    return past(metric.warning) ? Health::warning : Health::ok;
}

void draw_plot(const Pen& pen, const Rect& rect, std::span<const float> values, const PlotStyle& style) {
    if (values.size() < 2 || style.high <= style.low) return;
    const auto y_of = [&](float v) {
        return rect.bottom() - std::clamp((v - style.low) / (style.high - style.low), 0.f, 1.f) * rect.h;
    };
    for (const auto& [level, color] :
         {std::pair{style.warning, pen.colors.warning}, std::pair{style.critical, pen.colors.critical}})
        if (!std::isnan(level) && level >= style.low && level <= style.high)
            pen.line_h(rect.x, rect.right(), y_of(level), with_alpha(color, 0.55f));
    const float step = rect.w / float(values.size() - 1);
    std::vector<ImVec2> run;
    const auto flush = [&] {
        if (run.size() == 1) pen.draw->AddCircleFilled(run[0], pen.px(1.5f), style.line, 8);
        if (run.size() > 1) {
            for (size_t i = 0; i + 1 < run.size() && (style.fill >> 24); ++i)
                pen.draw->AddQuadFilled(run[i], run[i + 1], {run[i + 1].x, rect.bottom()}, {run[i].x, rect.bottom()},
                                        style.fill);
            pen.draw->AddPolyline(run.data(), int(run.size()), style.line, 0, std::max(1.0f, 1.3f * pen.scale));
        }
        run.clear();
    };
    for (size_t i = 0; i < values.size(); ++i) {
        if (std::isnan(values[i]))
            flush();
        else
            run.push_back({rect.x + step * float(i), y_of(values[i])});
    }
    const bool ends_now = !run.empty();
    const ImVec2 last = ends_now ? run.back() : ImVec2();
    flush();
    if (ends_now) pen.draw->AddCircleFilled(last, pen.px(2), style.line, 12);
}

void draw_bar(const Pen& pen, const Rect& rect, const Metric& metric, double value, Rgba color) {
    pen.fill(rect, pen.colors.raised, 1);
    if (std::isnan(value)) {
        pen.hatch(rect, with_alpha(pen.colors.hint, 0.6f), 3);
        return;
    }
    const auto x_of = [&](double v) {
        const double span = double(metric.display_max) - double(metric.display_min);
        return rect.x + float(std::clamp(span > 0 ? (v - double(metric.display_min)) / span : 0.0, 0.0, 1.0)) * rect.w;
    };
    const float end = x_of(value);
    if (end > rect.x) pen.fill({rect.x, rect.y, std::max(end - rect.x, 1.f), rect.h}, color, 1);
    for (const auto& [level, mark] :
         {std::pair{metric.warning, pen.colors.warning}, std::pair{metric.critical, pen.colors.critical}})
        if (!std::isnan(level) && level > metric.display_min && level <= metric.display_max)
            pen.line_v(x_of(double(level)) - 1, rect.y - pen.px(2), rect.bottom() + pen.px(2), mark);
}

}  // namespace bv
