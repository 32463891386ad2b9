// Leaf × spine: a cell per spine, or per leaf and spine of one group. Reads: link columns, the brush, the selection.
// Writes: what is hovered, selected, brushed and opened.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/panels/fabric_views.h"
#include "viewer/panels/lists.h"
#include "viewer/panels/memory.h"

namespace bv {
namespace {

constexpr uint32_t most_marks = 400;  // frames around more cells than this say nothing

struct Board {
    const UiContext& ui;
    FabricDesk& desk;
    const FabricMatrix& matrix;
    const Topology& topology;

    [[nodiscard]] bool of_groups() const { return matrix.group == no_index; }
    [[nodiscard]] std::span<const uint32_t> links(uint32_t cell) const {
        const FabricMatrix::Cell& c = matrix.cells[cell];
        return {matrix.links.data() + c.first, c.count};
    }
    [[nodiscard]] const FabricGroup& group(uint32_t row) const {
        return desk.groups.groups[of_groups() ? row : matrix.group];
    }
    // The switches that a shown row or column stands for; of groups a row is all its leafs.
    [[nodiscard]] std::span<const uint32_t> leafs(uint32_t row) const {
        const IndexRange places = matrix.places_of_row(row);
        if (of_groups()) return places.count == 1 ? std::span(group(places.first).leafs) : std::span<const uint32_t>();
        return std::span(group(0).leafs).subspan(places.first, places.count);
    }
    [[nodiscard]] std::span<const uint32_t> spines(uint32_t row, uint32_t column) const {
        const IndexRange places = matrix.places_of_column(column);
        if (of_groups() && matrix.row_step > 1) return {};
        const auto& all = group(row).spines;
        if (places.first >= all.size()) return {};
        return std::span(all).subspan(places.first, std::min<size_t>(places.count, all.size() - places.first));
    }
    // What a cell stands for: a spine of several groups, one link or several.
    [[nodiscard]] std::vector<ObjectId> objects(uint32_t cell) const {
        std::vector<ObjectId> out;
        const FabricMatrix::Cell& c = matrix.cells[cell];
        if (const auto of = spines(c.row, c.column); of_groups() && !of.empty()) {
            for (const uint32_t s : of) out.push_back({ObjectClass::switch_, s});
            return out;
        }
        for (const uint32_t l : links(cell)) out.push_back({ObjectClass::link, l});
        return out;
    }
    // The one object that a click on the cell selects.
    [[nodiscard]] ObjectId object(uint32_t cell) const {
        const FabricMatrix::Cell& c = matrix.cells[cell];
        if (const auto of = spines(c.row, c.column); of_groups() && of.size() == 1)
            return {ObjectClass::switch_, of.front()};
        return {ObjectClass::link, desk.sums[cell].worst_link};
    }
};

bool any_lit(const ObjectSet& lit, ObjectClass object_class, std::span<const uint32_t> indices) {
    return std::any_of(indices.begin(), indices.end(), [&](uint32_t i) { return lit.contains({object_class, i}); });
}

// Links that the brush and the filters leave out.
std::vector<uint8_t> dimmed_links(const UiContext& ui, const FabricMatrix& matrix) {
    const View& view = ui.view;
    const Topology& t = ui.state.topology();
    std::vector<uint8_t> out;
    const auto dim_unless = [&](auto keeps) {
        out.resize(t.links.size(), 0);
        for (const uint32_t l : matrix.links) out[l] |= uint8_t(!keeps(l));
    };
    if (view.brush.on()) {
        const ObjectSet& lit = *view.brush.lit;
        // Where no cable of these is lit, as by a brush over ranks, those of the leafs that are lit are.
        const bool cables = any_lit(lit, ObjectClass::link, matrix.links);
        dim_unless([&](uint32_t l) {
            return cables ? lit.contains({ObjectClass::link, l}) : lit.contains(t.links[l].a.object());
        });
    }
    if (!view.filter.empty()) {
        std::vector<uint8_t> matches;
        view.filter.match(ui.state, ObjectClass::link, ui.timeline.now_ns(), matches);
        dim_unless([&](uint32_t l) { return l < matches.size() && matches[l]; });
    }
    if (view.health_filter)
        dim_unless([&](uint32_t l) { return ui.state.health({ObjectClass::link, l}) == *view.health_filter; });
    return out;
}

void sum_up(const Board& board) {
    FabricDesk& desk = board.desk;
    const LinkReader reader(board.ui.state, board.ui.timeline.now_ns());
    const std::vector<uint8_t> dimmed = dimmed_links(board.ui, board.matrix);
    const size_t count = board.matrix.cells.size();
    desk.sums.resize(count);
    desk.dimmed.assign(count, 0), desk.marked.assign(count, 0);
    for (uint32_t i = 0; i < count; ++i) {
        const auto links = board.links(i);
        desk.sums[i] = reader.sum(links.data(), links.data() + links.size());
        desk.dimmed[i] =
            !dimmed.empty() && std::all_of(links.begin(), links.end(), [&](uint32_t l) { return dimmed[l] != 0; });
        if (!desk.lit) continue;
        const std::vector<ObjectId> objects = board.objects(i);
        desk.marked[i] =
            std::any_of(objects.begin(), objects.end(), [&](ObjectId id) { return desk.lit->contains(id); });
    }
    desk.marks = uint32_t(std::count(desk.marked.begin(), desk.marked.end(), 1));
}

// The group that is shown: the only one where there is just one.
uint32_t group_shown(const UiContext& ui) {
    const FabricGroups& groups = ui.memory.fabric.groups;
    return groups.groups.size() == 1 ? 0 : ui.view.views.group;
}

Board make_board(const UiContext& ui) {
    FabricDesk& desk = ui.memory.fabric;
    const Topology& t = ui.state.topology();
    const uint32_t group = group_shown(ui);
    const MatrixWindow& window = ui.view.views.window;
    const bool same =
        desk.matrix_made && desk.matrix.group == group && (group == no_index || desk.matrix_window == window);
    if (!same) {
        desk.matrix =
            group == no_index ? matrix_of_groups(t, desk.groups) : matrix_of_group(t, desk.groups, group, window);
        desk.matrix_window = window;
        desk.matrix_made = true;
        desk.matrix_key = {};
    }
    const Board board{ui, desk, desk.matrix, t};
    FabricDesk::Key key = desk_key(ui, ObjectClass::link, group);
    if (key != desk.matrix_key) {
        sum_up(board);
        desk.matrix_key = std::move(key);
    }
    return board;
}

Rgba load_color(const Pen& pen, float utilisation) {
    return mix(mix(pen.colors.surface, pen.colors.ok_dark, 0.55f), pen.colors.text, 0.72f * utilisation);
}

CellLook look_of(const Board& board, const Pen& pen, uint32_t cell) {
    const LinkSum& sum = board.desk.sums[cell];
    return {sum.worst(), load_color(pen, sum.utilisation()), board.desk.dimmed[cell] != 0,
            board.desk.marked[cell] != 0 && board.desk.marks <= most_marks};
}

void open_group(View& view, uint32_t group, MatrixWindow window = {}) {
    view.views.group = group;
    view.views.window = window;
}

// "All pods / H1-P2 / leafs 1 to 18, spines 1 to 18": where this is, and ways back.
float draw_crumb(const Board& board, const Pen& pen, const Rect& line) {
    View& view = board.ui.view;
    float x = line.x;
    const auto part = [&](const char* id, const std::string& text, bool leads) {
        const float width = pen.width(Type::small, text);
        const Touch over = leads ? touch(id, {x, line.y, width, line.h}) : Touch{};
        pen.text(x, line.mid_y(), Type::small,
                 !leads         ? pen.colors.text
                 : over.hovered ? pen.colors.text
                                : pen.colors.accent,
                 text);
        x += width + pen.px(6);
        if (leads) pen.text(x, line.mid_y(), Type::small, pen.colors.hint, "/"), x += pen.px(10);
        return over.clicked;
    };
    const size_t groups = board.desk.groups.groups.size();
    const bool windowed = !board.of_groups() && !view.views.window.all();
    if (groups > 1 && part("all groups", fmt::format("All {} {}", groups, board.topology.pods > 0 ? "pods" : "groups"),
                           !board.of_groups()))
        open_group(view, no_index);
    if (board.of_groups()) return x;
    if (part("the group", board.group(0).name, windowed)) open_group(view, view.views.group);
    if (windowed) {
        const MatrixWindow& w = view.views.window;
        part("window",
             fmt::format("leafs {}–{}, spines {}–{}", w.row + 1, w.row + w.rows, w.column + 1, w.column + w.columns),
             false);
    }
    return x;
}

std::string caption_of(const Board& board) {
    const FabricMatrix& m = board.matrix;
    std::string text = board.of_groups()
                           ? "a row each, a column per spine; a cell is the worst of a spine's links"
                           : fmt::format("{} leafs × {} spines; a cell is the worst of the links between the two",
                                         m.row_count, m.column_count);
    if (m.folded()) text += fmt::format("; {} × {} to a cell, a click opens them", m.row_step, m.column_step);
    return text;
}

std::string row_label(const Board& board, uint32_t row) {
    const IndexRange places = board.matrix.places_of_row(row);
    if (board.of_groups()) return board.group(places.first).name;
    const std::string name = board.topology.name_of({ObjectClass::switch_, board.group(0).leafs[places.first]});
    const std::string& prefix = board.group(0).name;
    return name.starts_with(prefix + "-") ? name.substr(prefix.size() + 1) : name;
}

// Names left, numbers above; what is lit by the selection or the brush has a tick.
void draw_heads(const Board& board, const Pen& pen, const CellGrid& grid) {
    const View& view = board.ui.view;
    const ObjectSet* lit = view.brush.on() ? view.brush.lit.get() : board.desk.lit.get();
    const uint32_t every = CellGrid::label_every(grid.step_y, pen.px(15));
    for (uint32_t r = 0; r < grid.rows; ++r) {
        const Rect cell = grid.cell(0, r);
        const bool is_lit = lit && any_lit(*lit, ObjectClass::switch_, board.leafs(r));
        if (is_lit) pen.fill({grid.rect.x - pen.px(5), cell.y, pen.px(3), std::max(cell.h, 2.f)}, pen.colors.accent);
        if (r % every == 0)
            pen.text_right(grid.rect.x - pen.px(9), std::max(cell.mid_y(), cell.y + pen.px(4)), Type::small,
                           is_lit ? pen.colors.text : pen.colors.muted, row_label(board, r));
    }
    const uint32_t wide = CellGrid::label_every(grid.step_x, pen.px(26));
    for (uint32_t c = 0; c < grid.columns; ++c) {
        const Rect cell = grid.cell(c, 0);
        if (lit && !board.of_groups() && any_lit(*lit, ObjectClass::switch_, board.spines(0, c)))
            pen.fill({cell.x, grid.rect.y - pen.px(4), std::max(cell.w, 2.f), pen.px(3)}, pen.colors.accent);
        if (c % wide == 0)
            pen.text(cell.x, grid.rect.y - pen.px(12), Type::small, pen.colors.muted,
                     std::to_string(board.matrix.places_of_column(c).first));
    }
}

void draw_all_cells(const Board& board, const Pen& pen, const CellGrid& grid) {
    for (uint32_t i = 0; i < board.matrix.cells.size(); ++i)
        draw_cell(pen, grid.cell(board.matrix.cells[i].column, board.matrix.cells[i].row), look_of(board, pen, i));
    CellMarks marks(pen);
    for (uint32_t i = 0; i < board.matrix.cells.size(); ++i)
        marks.draw(grid.cell(board.matrix.cells[i].column, board.matrix.cells[i].row), look_of(board, pen, i));
}

// What the pointer is on in the hall.
void mark_hovered(const Board& board, const Pen& pen, const CellGrid& grid, ObjectId hovered) {
    if (!hovered.valid()) return;
    for (uint32_t i = 0; i < board.matrix.cells.size(); ++i) {
        const auto links = board.links(i);
        const FabricMatrix::Cell& c = board.matrix.cells[i];
        const bool here = hovered.object_class == ObjectClass::link
                              ? std::find(links.begin(), links.end(), hovered.index) != links.end()
                              : hovered.object_class == ObjectClass::switch_ && [&] {
                                    const auto spines = board.spines(c.row, c.column), leafs = board.leafs(c.row);
                                    return std::find(spines.begin(), spines.end(), hovered.index) != spines.end() ||
                                           (!board.of_groups() &&
                                            std::find(leafs.begin(), leafs.end(), hovered.index) != leafs.end());
                                }();
        if (here) pen.frame(grid.cell(c.column, c.row), pen.colors.text);
    }
}

std::string cell_name(const Board& board, uint32_t cell) {
    const FabricMatrix::Cell& c = board.matrix.cells[cell];
    const auto spines = board.spines(c.row, c.column), leafs = board.leafs(c.row);
    const auto name = [&](uint32_t s) { return board.topology.name_of({ObjectClass::switch_, s}); };
    if (board.of_groups())
        return spines.size() == 1 ? name(spines.front()) : fmt::format("Spines of {}", row_label(board, c.row));
    if (leafs.size() == 1 && spines.size() == 1) return name(leafs.front()) + " – " + name(spines.front());
    return fmt::format("{} leafs × {} spines of {}", leafs.size(), spines.size(), board.group(0).name);
}

void draw_cell_hint(const Board& board, uint32_t cell) {
    const LinkSum& sum = board.desk.sums[cell];
    begin_hint(board.ui.view);
    const Pen pen(board.ui.view);
    const float width = pen.px(270);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    pen.health_mark(at.x + pen.px(6), at.y + pen.px(10), 5, sum.worst());
    pen.text_fit(at.x + pen.px(20), at.y + pen.px(10), width - pen.px(20), Type::strong, pen.colors.text,
                 cell_name(board, cell), true);
    ImGui::Dummy({width, pen.px(24)});
    hint_row(pen, width, "Load", quantity(sum.bytes_per_second, "B/s"));
    hint_row(pen, width, "Utilisation", {fmt::format("{:.0f}", 100 * double(sum.utilisation())), "%"});
    const ImVec2 end = ImGui::GetCursorScreenPos();
    const float used = pen.text_wrapped(
        end.x, end.y + pen.px(4), width, Type::small,
        in_trouble(sum.worst()) ? health_text_color(pen.colors, sum.worst()) : pen.colors.muted, sentence_of(sum));
    ImGui::Dummy({width, used + pen.px(4)});
    end_hint();
}

// A folded cell opens into its leafs and spines, a pod's spine is selected and its pod's label opens the pod.
void act(const Board& board, uint32_t cell, const CellTouch& over) {
    View& view = board.ui.view;
    const FabricMatrix::Cell& c = board.matrix.cells[cell];
    const ObjectId id = board.object(cell);
    view.hovered = id;
    if (over.double_clicked) {
        if (board.of_groups() && board.matrix.row_step == 1) return open_group(view, c.row);
        return go_to(board.ui, id);
    }
    if (!over.clicked) return;
    if (!board.of_groups() && board.matrix.folded()) {
        const IndexRange rows = board.matrix.places_of_row(c.row), columns = board.matrix.places_of_column(c.column);
        // As much around it as still shows one leaf and one spine to a cell.
        const auto& all = board.group(0);
        const auto around = [](IndexRange at, uint32_t count) {
            const uint32_t wanted = std::min(count, 60u), middle = at.first + at.count / 2;
            return IndexRange{std::min(middle > wanted / 2 ? middle - wanted / 2 : 0, count - wanted), wanted};
        };
        const IndexRange r = around(rows, uint32_t(all.leafs.size())), s = around(columns, uint32_t(all.spines.size()));
        open_group(view, board.matrix.group, {r.first, r.count, s.first, s.count});
    }
    view.select(id);
}

void brush_cells(const Board& board, const CellRange& range) {
    std::vector<ObjectId> objects;
    for (uint32_t r = range.row; r <= range.last_row; ++r)
        for (uint32_t c = range.column; c <= range.last_column; ++c)
            if (const uint32_t cell = board.matrix.at[size_t(r) * board.matrix.columns + c]; cell != no_index)
                for (const ObjectId id : board.objects(cell)) objects.push_back(id);
    if (objects.empty()) return;
    const bool switches = objects.front().object_class == ObjectClass::switch_;
    const std::string of = !board.of_groups()            ? board.group(0).name
                           : range.row == range.last_row ? row_label(board, range.row)
                                                         : fmt::format("{} {}", range.last_row - range.row + 1,
                                                                       board.topology.pods > 0 ? "pods" : "groups");
    std::string what = fmt::format("{} {}{} of {}", grouped(objects.size()), switches ? "spine" : "link",
                                   objects.size() == 1 ? "" : "s", of);
    brush(board.ui, std::move(objects), std::move(what));
}

// The labels of pods open them.
void touch_rows(const Board& board, const Pen& pen, const CellGrid& grid, float left) {
    if (!board.of_groups() || board.matrix.row_step > 1) return;
    const Rect all{left, grid.rect.y, grid.rect.x - left, grid.rect.h};
    const Touch over = touch("rows", all);
    if (!over.hovered) return;
    const uint32_t row = grid.range(ImGui::GetIO().MousePos, ImGui::GetIO().MousePos).row;
    pen.frame({left, grid.cell(0, row).y - 1, grid.rect.right() - left, grid.step_y + 1}, pen.colors.faint);
    hint(board.ui.view, fmt::format("{}: {} leafs, {} spines. Click opens them.", row_label(board, row),
                                    board.group(row).leafs.size(), board.group(row).spines.size()));
    if (over.clicked) open_group(board.ui.view, row);
}

void draw_missing(const UiContext& ui, const Pen& pen, const Rect& body) {
    const FabricGroups& groups = ui.memory.fabric.groups;
    size_t leafs = 0;
    for (const FabricGroup& group : groups.groups) leafs += group.leafs.size();
    if (leafs == 0)
        return draw_empty(pen, body, "No fabric",
                          "This cluster has no leaf switches: there are no links to show here.");
    draw_empty(pen, body, "Leafs, but no spines",
               fmt::format("This fabric has {} leaf switch{} and no links from them to spines. The fat tree shows what "
                           "hangs on {}.",
                           leafs, leafs == 1 ? "" : "es", leafs == 1 ? "it" : "them"));
}

}  // namespace

void draw_matrix_view(const UiContext& ui, const Pen& pen, const Rect& line, const Rect& body) {
    if (!ui.memory.fabric.groups.has_spines()) return draw_missing(ui, pen, body);
    const ObjectId hovered = ui.view.hovered;
    const Board board = make_board(ui);
    const float crumb = draw_crumb(board, pen, line);
    const float ramp = draw_ramp(pen, line.right(), line.mid_y(), "idle", "full",
                                 [&](float utilisation) { return load_color(pen, utilisation); });
    pen.text_fit(crumb + pen.px(8), line.mid_y(), line.right() - ramp - crumb - pen.px(20), Type::small,
                 pen.colors.muted, caption_of(board));
    float label = 0;
    for (uint32_t r = 0; r < board.matrix.rows; ++r)
        label = std::max(label, pen.width(Type::small, row_label(board, r)));
    label = std::min(label, body.w * 0.25f) + pen.px(12);
    const Rect room{body.x + label, body.y + pen.px(20), body.w - label, body.h - pen.px(20)};
    const CellGrid grid = CellGrid::fit(room, board.matrix.columns, board.matrix.rows, pen.px(30));
    draw_heads(board, pen, grid);
    draw_all_cells(board, pen, grid);
    mark_hovered(board, pen, grid, hovered);
    touch_rows(board, pen, grid, body.x);
    const CellTouch over = touch_cells(ui, "matrix", grid);
    if (over.dragged) brush_cells(board, *over.dragged);
    if (!over.hovered) return;
    const uint32_t cell = board.matrix.at[size_t(over.hovered->row) * board.matrix.columns + over.hovered->column];
    if (cell == no_index) return;
    pen.frame(grid.cell(over.hovered->column, over.hovered->row), pen.colors.text);
    act(board, cell, over);
    draw_cell_hint(board, cell);
}

}  // namespace bv
