// What panels draw with: type in four sizes, severity shapes, bars, plots, rows. Everything goes straight into ImGui's
// draw list, so that nothing has ImGui's default look. Lengths are given at scale 1 and multiplied by the scale here.
#pragma once

#include <imgui.h>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "viewer/format.h"
#include "viewer/theme.h"
#include "viewer/view.h"

namespace bv {

// In the order in which apply_style() loads them.
enum class Type : uint8_t { body, strong, small, title, display, mono };

struct Rect {
    float x = 0, y = 0, w = 0, h = 0;
    [[nodiscard]] float right() const { return x + w; }
    [[nodiscard]] float bottom() const { return y + h; }
    [[nodiscard]] float mid_y() const { return y + h * 0.5f; }
    [[nodiscard]] ImVec2 min() const { return {x, y}; }
    [[nodiscard]] ImVec2 max() const { return {x + w, y + h}; }
    [[nodiscard]] Rect inset(float dx, float dy) const { return {x + dx, y + dy, w - 2 * dx, h - 2 * dy}; }
};

class Pen {
public:
    explicit Pen(const View& view);           // draws into the current window
    Pen(const View& view, ImDrawList* list);  // or where no window is: under or over all of them

    ImDrawList* draw;
    const Palette& colors;
    float scale;

    [[nodiscard]] float px(float length) const { return std::floor(length * scale + 0.5f); }
    [[nodiscard]] float line_height(Type type) const;
    [[nodiscard]] float width(Type type, std::string_view text) const;

    // x is the left edge, mid_y the middle of the capitals.
    void text(float x, float mid_y, Type type, Rgba color, std::string_view text) const;
    void text_right(float right, float mid_y, Type type, Rgba color, std::string_view text) const;
    void text_centre(float centre, float mid_y, Type type, Rgba color, std::string_view text) const;
    // Cut with an ellipsis where it is too long: at the end, or for names of things in the middle, because names differ
    // at their ends ("H2-P3-…-N4/gpu3").
    float text_fit(float x, float mid_y, float max_width, Type type, Rgba color, std::string_view text,
                   bool is_name = false) const;
    [[nodiscard]] std::string name_cut(Type type, std::string_view name, float max_width) const;
    // Broken into lines at spaces; returns the height used.
    float text_wrapped(float x, float y, float max_width, Type type, Rgba color, std::string_view text) const;
    [[nodiscard]] float wrapped_height(float max_width, Type type, std::string_view text) const;
    // Value and faint unit, ending at `right`; returns the width used.
    float quantity_right(float right, float mid_y, Type type, Rgba color, const Quantity& quantity) const;
    float quantity_left(float x, float mid_y, Type type, Rgba color, const Quantity& quantity) const;

    void fill(const Rect& rect, Rgba color, float rounding = 0) const;
    void frame(const Rect& rect, Rgba color, float rounding = 0) const;
    void line_h(float x0, float x1, float y, Rgba color) const;
    void line_v(float x, float y0, float y1, Rgba color) const;
    // Diagonal lines at 45°: how stale, unknown and missing look everywhere.
    void hatch(const Rect& rect, Rgba color, float spacing = 4) const;

    // ▲ warning, ◆ critical, ✕ down, ⚒ maintenance, hatched square unknown, small dot ok. radius at scale 1.
    void health_mark(float cx, float cy, float radius, Health health) const;
    // The same shape in another colour, for marks on a ground that has the health's colour.
    void health_shape(float cx, float cy, float radius, Health health, Rgba color) const;
    void chevron(float cx, float cy, bool open, Rgba color) const;
    void cross(float cx, float cy, float radius, Rgba color) const;
    void lens(float cx, float cy, float radius, Rgba color) const;  // magnifying glass

private:
    [[nodiscard]] ImFont* font(Type type) const;
};

// Invisible button over a rectangle; hover and click only, drawing is the caller's.
struct Touch {
    bool hovered = false, clicked = false, double_clicked = false;
};
Touch touch(const char* id, const Rect& rect);
Touch touch(int64_t id, const Rect& rect);

// A tooltip in the panels' own look; lines of text, drawn next frame's top.
void hint(const View& view, std::string_view text);
bool begin_hint(const View& view);  // then ImGui-free drawing through hint_row(); end with end_hint()
void hint_row(const Pen& pen, float width, std::string_view label, const Quantity& value);
void end_hint();

// A window of the layout: no title, no border of ImGui's, opaque surface. Call end_region() always.
bool begin_region(const View& view, const char* name, const Rect& rect, bool input = true);
// The same for the panels around the 3D view, where the renderer has cleared to the surface already.
bool begin_docked(const char* name, const Rect& rect);
// A region over the hall with a frame, a title and a cross that closes it. Call end_region() always.
Pen begin_popup(const View& view, const char* name, const Rect& rect, std::string_view title, bool& open,
                Type type = Type::strong);
void end_region();
// A scrolling part of a region.
bool begin_scroll(const char* name, const Rect& rect);
void end_scroll();

// Plot of values over time, NaN breaks the line. low/high: range; returns nothing drawn where there are no values.
struct PlotStyle {
    Rgba line, fill;
    float low = 0, high = 1;
    float warning = NAN, critical = NAN;  // drawn as faint levels
};
void draw_plot(const Pen& pen, const Rect& rect, std::span<const float> values, const PlotStyle& style);

// Where a value stands in its display range, with ticks at its thresholds. NaN: an empty, hatched bar.
void draw_bar(const Pen& pen, const Rect& rect, const Metric& metric, double value, Rgba color);
// The health that a value alone gives by its thresholds.
Health health_by_thresholds(const Metric& metric, double value);

// A heading that folds what follows; true when open. `open` is changed by clicks.
bool section(const Pen& pen, const char* id, const Rect& rect, std::string_view title, std::string_view note,
             bool& open);

}  // namespace bv
