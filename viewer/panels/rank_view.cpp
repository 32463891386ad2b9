// The ranks of a job: a column per data-parallel replica, a row per pipeline stage, beside them every rank of one
// replica. Reads: GPU columns, the brush, the selection. Writes: what is hovered, selected, brushed and opened.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "viewer/panels/fabric_views.h"
#include "viewer/panels/lists.h"
#include "viewer/panels/memory.h"

namespace bv {
namespace {

constexpr std::array color_titles{"Lateness", "Health", "As the hall"};
constexpr uint32_t most_rank_cells = 3600;

MetricIndex lateness_metric() { return find_metric(ObjectClass::gpu, "step_lateness_seconds").value(); }

struct Board {
    const UiContext& ui;
    FabricDesk& desk;
    const RankGrid& grid;
    const Job& job;
    RankReader reader;
    RankCells cells;
    IndexRange opened{};  // replicas beside the grid
};

bool dimmed(const Board& board, uint32_t gpu) {
    const View& view = board.ui.view;
    const ObjectId id{ObjectClass::gpu, gpu};
    if (view.brush.on() && !view.brush.lit->contains(id)) return true;
    if (gpu < board.desk.rank_matches.size() && !board.desk.rank_matches[gpu]) return true;
    return view.health_filter &&
           (board.reader.silent(gpu) ? Health::unknown : board.ui.state.health(id)) != *view.health_filter;
}

Rgba value_color(const Metric& m, ColorMap map, double value) {
    return color_map_color(map,
                           float((value - double(m.display_min)) / (double(m.display_max) - double(m.display_min))));
}

// Lateness: by the scale and the thresholds of the metric, as everywhere.
CellLook look_of(const Board& board, const Pen& pen, const RankSum& sum) {
    const View& view = board.ui.view;
    const auto metrics = metrics_of(ObjectClass::gpu);
    CellLook look{Health::ok, pen.colors.ok_dark};
    if (view.views.rank_color == FabricViews::RankColor::lateness) {
        const Metric& m = metrics[lateness_metric()];
        if (sum.heard == 0) {
            look.health = Health::unknown;
        } else {
            look.health = health_by_thresholds(m, sum.latest_seconds);
            look.color = value_color(m, ColorMap::cividis, sum.latest_seconds);
        }
        return look;
    }
    look.health = sum.worst;
    const bool by_metric = view.color_by == ColorBy::metric && view.color_metric.object_class == ObjectClass::gpu &&
                           view.views.rank_color == FabricViews::RankColor::hall;
    if (by_metric && sum.valued > 0)
        look.color = value_color(metrics[view.color_metric.index], view.color_map, sum.value_sum / sum.valued);
    return look;
}

template <typename Visit>
void for_each_rank(const RankGrid& grid, IndexRange replicas, IndexRange stages, IndexRange tensors, Visit visit) {
    for (uint32_t d = replicas.first; d < replicas.end(); ++d)
        for (uint32_t p = stages.first; p < stages.end(); ++p)
            for (uint32_t t = tensors.first; t < tensors.end(); ++t) visit(grid.gpus[grid.rank({t, p, d})]);
}

void mark_look(const Board& board, IndexRange replicas, IndexRange stages, IndexRange tensors, CellLook& look) {
    bool all_dimmed = true, marked = false;
    // A whole job or hall that is selected marks nothing by frames.
    const ObjectClass selected = board.ui.view.selected.object_class;
    const bool small = selected != ObjectClass::job && selected != ObjectClass::hall;
    for_each_rank(board.grid, replicas, stages, tensors, [&](uint32_t gpu) {
        all_dimmed = all_dimmed && dimmed(board, gpu);
        marked = marked || (small && board.desk.lit && board.desk.lit->contains({ObjectClass::gpu, gpu}));
    });
    look.dimmed = all_dimmed, look.marked = marked;
}

// One of the two grids: how cells become ranks.
struct Pane {
    CellGrid grid;
    std::function<IndexRange(uint32_t)> replicas;                   // of a column
    std::function<IndexRange(uint32_t, uint32_t)> stages, tensors;  // of a column and row
};

std::vector<CellLook> looks_of(const Board& board, const Pen& pen, const Pane& pane) {
    std::vector<CellLook> looks;
    for (uint32_t r = 0; r < pane.grid.rows; ++r)
        for (uint32_t c = 0; c < pane.grid.columns; ++c) {
            const IndexRange d = pane.replicas(c), p = pane.stages(c, r), t = pane.tensors(c, r);
            looks.push_back(look_of(board, pen, board.reader.sum(board.grid, d, p, t)));
            mark_look(board, d, p, t, looks.back());
        }
    return looks;
}

void draw_pane(const Pen& pen, const Pane& pane, const std::vector<CellLook>& looks) {
    const auto rect = [&](size_t i) {
        return pane.grid.cell(uint32_t(i) % pane.grid.columns, uint32_t(i) / pane.grid.columns);
    };
    for (size_t i = 0; i < looks.size(); ++i) draw_cell(pen, rect(i), looks[i]);
    CellMarks marks(pen);
    for (size_t i = 0; i < looks.size(); ++i) marks.draw(rect(i), looks[i]);
}

// All ranks of a large job are looked at only when something has changed.
const std::vector<CellLook>& all_looks(const Board& board, const Pen& pen, const Pane& pane) {
    FabricDesk& desk = board.desk;
    const View& view = board.ui.view;
    uint64_t coloring = uint64_t(view.views.rank_color) << 32 | uint64_t(view.color_by) << 24 |
                        uint64_t(view.theme) << 16 | uint64_t(view.color_metric.object_class) << 8 |
                        view.color_metric.index;
    if (desk.rank_looks.size() != size_t(pane.grid.columns) * pane.grid.rows ||
        desk.rank_columns != pane.grid.columns || desk.rank_coloring != coloring) {
        desk.rank_looks = looks_of(board, pen, pane);
        desk.rank_columns = pane.grid.columns;
        desk.rank_coloring = coloring;
    }
    return desk.rank_looks;
}

std::string range_text(IndexRange range) {
    return range.count == 1 ? std::to_string(range.first) : fmt::format("{}–{}", range.first, range.end() - 1);
}

void draw_rank_hint(const Board& board, const RankSum& sum, IndexRange d, IndexRange p, IndexRange t) {
    begin_hint(board.ui.view);
    const Pen pen(board.ui.view);
    const float width = pen.px(270);
    const Metric& m = metrics_of(ObjectClass::gpu)[lateness_metric()];
    const ImVec2 at = ImGui::GetCursorScreenPos();
    pen.health_mark(at.x + pen.px(6), at.y + pen.px(10), 5, sum.worst);
    pen.text_fit(at.x + pen.px(20), at.y + pen.px(10), width - pen.px(20), Type::strong, pen.colors.text,
                 fmt::format("data {}, pipeline {}, tensor {}", range_text(d), range_text(p), range_text(t)));
    ImGui::Dummy({width, pen.px(24)});
    hint_row(pen, width, "Ranks", {grouped(sum.ranks), ""});
    hint_row(pen, width, sum.ranks == 1 ? "Lateness" : "Latest",
             sum.heard ? quantity(m, sum.latest_seconds) : Quantity{std::string(no_data_text), ""});
    const uint32_t gpu = sum.heard && sum.latest_gpu != no_index ? sum.latest_gpu : sum.worst_gpu;
    const ImVec2 end = ImGui::GetCursorScreenPos();
    pen.text_fit(end.x, end.y + pen.px(10), width, Type::small, pen.colors.muted,
                 board.ui.state.topology().path_of({ObjectClass::gpu, gpu}), true);
    ImGui::Dummy({width, pen.px(20)});
    end_hint();
}

void brush_ranks(const Board& board, const Pane& pane, const CellRange& range) {
    std::vector<ObjectId> objects;
    for (uint32_t c = range.column; c <= range.last_column; ++c)
        for (uint32_t r = range.row; r <= range.last_row; ++r)
            for_each_rank(board.grid, pane.replicas(c), pane.stages(c, r), pane.tensors(c, r), [&](uint32_t gpu) {
                objects.push_back({ObjectClass::gpu, gpu});
            });
    std::string what =
        fmt::format("{} ranks of {}", grouped(objects.size()), board.job.name.empty() ? board.job.id : board.job.name);
    brush(board.ui, std::move(objects), std::move(what));
}

// Hover, click, drag; true where a cell was clicked, with its column.
std::optional<uint32_t> touch_pane(const Board& board, const Pen& pen, const char* id, const Pane& pane) {
    const CellTouch over = touch_cells(board.ui, id, pane.grid);
    if (over.dragged) brush_ranks(board, pane, *over.dragged);
    if (!over.hovered) return {};
    const uint32_t c = over.hovered->column, r = over.hovered->row;
    const IndexRange d = pane.replicas(c), p = pane.stages(c, r), t = pane.tensors(c, r);
    const RankSum sum = board.reader.sum(board.grid, d, p, t);
    if (sum.ranks == 0) return {};
    const uint32_t gpu = sum.latest_gpu != no_index ? sum.latest_gpu : sum.worst_gpu;
    pen.frame(pane.grid.cell(c, r), pen.colors.text);
    board.ui.view.hovered = {ObjectClass::gpu, gpu};
    draw_rank_hint(board, sum, d, p, t);
    if (over.double_clicked)
        go_to(board.ui, {ObjectClass::gpu, gpu});
    else if (over.clicked)
        board.ui.view.select({ObjectClass::gpu, gpu});
    return over.clicked ? std::optional(c) : std::nullopt;
}

void draw_axis(const Pen& pen, const CellGrid& grid, std::string_view above, std::string_view left,
               const std::function<std::string(uint32_t)>& column, const std::function<std::string(uint32_t)>& row) {
    pen.text(grid.rect.x, grid.rect.y - pen.px(26), Type::small, pen.colors.hint, above);
    const uint32_t wide = CellGrid::label_every(grid.step_x, pen.px(34)),
                   high = CellGrid::label_every(grid.step_y, pen.px(15));
    for (uint32_t c = 0; c < grid.columns; c += wide)
        pen.text(grid.cell(c, 0).x, grid.rect.y - pen.px(10), Type::small, pen.colors.muted, column(c));
    for (uint32_t r = 0; r < grid.rows; r += high)
        pen.text_right(grid.rect.x - pen.px(6), grid.cell(0, r).mid_y(), Type::small, pen.colors.muted, row(r));
    pen.text_right(grid.rect.x - pen.px(6), grid.rect.y - pen.px(26), Type::small, pen.colors.hint, left);
}

// The replicas beside the grid: those that were clicked, else of the selection, else where the latest rank is.
IndexRange opened_replicas(const Board& board, uint32_t selected_gpu) {
    const RankGrid& grid = board.grid;
    uint32_t replica = board.ui.view.views.replica;
    const auto of_gpu = [&](uint32_t gpu) {
        const auto at = std::find(grid.gpus.begin(), grid.gpus.end(), gpu);
        const auto rank = uint32_t(at - grid.gpus.begin());
        return rank < grid.ranks() ? grid.place(rank).data : no_index;
    };
    if (replica >= grid.data && selected_gpu != no_index) replica = of_gpu(selected_gpu);
    if (replica >= grid.data && !board.desk.stragglers.latest.empty())
        replica = of_gpu(board.desk.stragglers.latest.front().gpu);
    return {replica < grid.data ? replica : 0, 1};
}

// The summary at the left of the line above, and what cells are coloured by at its right.
void draw_line(const Board& board, const Pen& pen, const Rect& line) {
    View& view = board.ui.view;
    float right = line.right();
    for (size_t i = color_titles.size(); i-- > 0;) {
        right -= pen.width(Type::small, color_titles[i]) + pen.px(16);
        float width = 0;
        const auto by = FabricViews::RankColor(i);
        if (draw_chip(pen, color_titles[i], right, line.mid_y(), color_titles[i], view.views.rank_color == by, width))
            view.views.rank_color = by;
        right -= pen.px(4);
    }
    const Metric& lateness = metrics_of(ObjectClass::gpu)[lateness_metric()];
    if (view.views.rank_color == FabricViews::RankColor::lateness && line.w > pen.px(800))
        right -= pen.px(12) + draw_ramp(pen, right - pen.px(12), line.mid_y(), "0",
                                        quantity(lateness, double(lateness.display_max)).text(),
                                        [](float share) { return color_map_color(ColorMap::cividis, share); });
    const RankGrid& grid = board.grid;
    const Stragglers& late = board.desk.stragglers;
    std::string text = fmt::format("{} · TP {} × PP {} × DP {}", board.job.name.empty() ? board.job.id : board.job.name,
                                   grid.tensor, grid.pipeline, grid.data);
    if (!grid.stated) text += ", a replica per server: the job does not say how it is split";
    if (grid.ranks() < grid.gpus.size())
        text += fmt::format(", {} GPUs beyond the last replica", grouped(grid.gpus.size() - grid.ranks()));
    text += late.heard == 0 ? " · no lateness is published"
            : late.late > 0 ? fmt::format(" · {} rank{} late", grouped(late.late), late.late == 1 ? "" : "s")
                            : " · no rank is late";
    pen.text_fit(line.x, line.mid_y(), right - line.x - pen.px(8), Type::small,
                 late.late > 0 ? health_text_color(pen.colors, Health::warning) : pen.colors.muted, text);
}

Board make_board(const UiContext& ui, const Job& job, const Rect& body) {
    FabricDesk& desk = ui.memory.fabric;
    const View& view = ui.view;
    const bool gpu_metric = view.color_by == ColorBy::metric && view.color_metric.object_class == ObjectClass::gpu;
    const int64_t now = ui.timeline.now_ns();
    Board board{
        ui, desk, desk.ranks, job, RankReader(ui.state, now, gpu_metric ? view.color_metric.index : health_metric),
        {}, {}};
    const auto rows = std::min(desk.ranks.pipeline, uint32_t(std::max(1.f, body.h / 4)));
    const uint32_t columns = std::max(1u, std::min(uint32_t(body.w * 0.72f / 4), most_rank_cells / std::max(1u, rows)));
    board.cells = rank_cells(desk.ranks, columns, rows);
    return board;
}

}  // namespace

void update_ranks(const UiContext& ui, const Job& job) {
    FabricDesk& desk = ui.memory.fabric;
    if (desk.rank_slot != job.slot || desk.rank_jobs != ui.state.jobs_version) {
        desk.rank_slot = job.slot;
        desk.rank_jobs = ui.state.jobs_version;
        desk.ranks = rank_grid(ui.state.topology(), job);
        desk.rank_key = {};
    }
    FabricDesk::Key key = desk_key(ui, ObjectClass::gpu, job.slot);
    if (key == desk.rank_key) return;
    desk.stragglers = stragglers_of(desk.ranks, RankReader(ui.state, ui.timeline.now_ns()), 20);
    desk.rank_matches.clear();
    if (!ui.view.filter.empty())
        ui.view.filter.match(ui.state, ObjectClass::gpu, ui.timeline.now_ns(), desk.rank_matches);
    desk.rank_looks.clear();
    desk.rank_key = std::move(key);
}

const Job* job_shown(const UiContext& ui) {
    const ObjectId selected = ui.view.selected;
    const Topology& t = ui.state.topology();
    if (selected.object_class == ObjectClass::job)
        if (const Job* job = job_in_slot(ui.state, selected.index)) return job;
    if (t.contains(selected))
        if (const uint32_t slot = job_of(t, ui.memory.digest, selected); slot != no_index)
            if (const Job* job = job_in_slot(ui.state, slot)) return job;
    const Job* largest = nullptr;
    for (const Job& job : ui.state.jobs) {
        const bool runs = job.state == JobState::running || job.state == JobState::restarting;
        if (!job.id.empty() && runs && (!largest || job.gpus > largest->gpus)) largest = &job;
    }
    return largest;
}

void draw_rank_view(const UiContext& ui, const Pen& pen, const Rect& line, const Rect& body) {
    const Job* job = job_shown(ui);
    if (!job)
        return draw_empty(pen, body, "No job runs", "Ranks show here when a source publishes the scheduler's queue.");
    update_ranks(ui, *job);
    if (ui.memory.fabric.ranks.empty())
        return draw_empty(pen, body, "No ranks",
                          "The GPUs of this job are not known: its source names no servers with GPUs.");
    Board board = make_board(ui, *job, body);
    draw_line(board, pen, line);
    const RankGrid& grid = board.grid;
    const float left = pen.px(48), top = pen.px(34), between = pen.px(64);
    const float side = std::floor((body.w - left - between) * 0.24f);
    const Rect room{body.x + left, body.y + top, body.w - left - between - side, body.h - top};
    const Pane all{CellGrid::fit(room, board.cells.columns, board.cells.rows, pen.px(30)),
                   [&](uint32_t c) { return board.cells.replicas(c, grid); },
                   [&](uint32_t, uint32_t r) { return board.cells.stages(r, grid); },
                   [&](uint32_t, uint32_t) {
                       return IndexRange{0, grid.tensor};
                   }};
    const ObjectId selected = ui.view.selected;
    board.opened = opened_replicas(board, selected.object_class == ObjectClass::gpu ? selected.index : no_index);
    const Rect beside{body.right() - side, room.y, side, room.h};
    const uint32_t tensors = std::min(grid.tensor, 128u), stages = std::min(grid.pipeline, 128u);
    const Pane one{CellGrid::fit(beside, tensors, stages, pen.px(30)), [&](uint32_t) { return board.opened; },
                   [](uint32_t, uint32_t r) {
                       return IndexRange{r, 1};
                   },
                   [](uint32_t c, uint32_t) {
                       return IndexRange{c, 1};
                   }};
    draw_axis(
        pen, all.grid,
        board.cells.data_step == 1 ? "data-parallel replica"
                                   : fmt::format("data-parallel replica, {} to a column", board.cells.data_step),
        "stage", [&](uint32_t c) { return std::to_string(board.cells.replicas(c, grid).first); },
        [&](uint32_t r) { return std::to_string(board.cells.stages(r, grid).first); });
    draw_axis(
        pen, one.grid, fmt::format("replica {}, by tensor rank", board.opened.first), "stage",
        [](uint32_t c) { return std::to_string(c); }, [](uint32_t r) { return std::to_string(r); });
    draw_pane(pen, all, all_looks(board, pen, all));
    draw_pane(pen, one, looks_of(board, pen, one));
    if (const auto column = touch_pane(board, pen, "all ranks", all)) {
        const IndexRange d = board.cells.replicas(*column, grid);
        const uint32_t gpu = ui.view.selected.index;
        const auto rank = uint32_t(std::find(grid.gpus.begin(), grid.gpus.end(), gpu) - grid.gpus.begin());
        ui.view.views.replica = rank < grid.ranks() ? grid.place(rank).data : d.first;
    }
    touch_pane(board, pen, "one replica", one);
}

}  // namespace bv
