// The views of the fabric and of a job over the hall: what they share. Cells in a grid, where the pointer is among
// them, what is brushed, selected, filtered; and what is kept of them between frames.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "viewer/fabric_matrix.h"
#include "viewer/panels/panels.h"
#include "viewer/panels/pen.h"
#include "viewer/rank_cells.h"

namespace bv {

struct FabricTree;

// Columns and rows from one to another, both included.
struct CellRange {
    uint32_t column = 0, row = 0, last_column = 0, last_row = 0;
    [[nodiscard]] bool contains(uint32_t c, uint32_t r) const {
        return c >= column && c <= last_column && r >= row && r <= last_row;
    }
    bool operator==(const CellRange&) const = default;
};

// Cells of one size; neighbours have a pixel between them where they are large enough.
struct CellGrid {
    Rect rect;  // all cells
    uint32_t columns = 0, rows = 0;
    float step_x = 1, step_y = 1;

    // As large as fits into `room`, at most `most` pixels each.
    static CellGrid fit(const Rect& room, uint32_t columns, uint32_t rows, float most);
    [[nodiscard]] Rect cell(uint32_t column, uint32_t row) const;
    [[nodiscard]] CellRange range(ImVec2 from, ImVec2 to) const;  // clamped to the grid
    // Every so many columns or rows have a label, where one takes so many pixels.
    [[nodiscard]] static uint32_t label_every(float step, float label);
};

// What the pointer does to a grid.
struct CellTouch {
    std::optional<CellRange> hovered;  // one cell
    std::optional<CellRange> dragged;  // changed by a drag in this frame
    bool clicked = false, double_clicked = false;
};
CellTouch touch_cells(const UiContext& ui, const char* id, const CellGrid& grid);

// What a cell of links or ranks looks like.
struct CellLook {
    Health health = Health::ok;  // the worst; drawn over the colour, with its shape
    Rgba color = 0;              // while health is ok
    bool dimmed = false;         // neither brushed nor matched by the filter
    bool marked = false;         // of the selection
};
void draw_cell(const Pen& pen, const Rect& cell, const CellLook& look);
// The shapes of what is in trouble or maintenance, over all cells: where cells are too small to hold theirs, one for
// many of a kind side by side.
class CellMarks {
public:
    explicit CellMarks(const Pen& pen) : pen_(pen) {}
    void draw(const Rect& cell, const CellLook& look);

private:
    const Pen& pen_;
    std::set<std::tuple<int, int, Health>> taken_;  // places of a mark's size
};
// A scale of colours with its ends in words, ending at `right`; returns its width.
float draw_ramp(const Pen& pen, float right, float mid_y, std::string_view low, std::string_view high,
                const std::function<Rgba(float)>& color);

// Kept between frames, made anew when what it is made from has changed.
struct FabricDesk {
    const Topology* topology = nullptr;
    FabricGroups groups;

    // Whatever changes a cell's look besides its values: brush, filter, selection.
    struct Key {
        uint64_t versions = 0, brush = 0, jobs = 0;
        int64_t now_half_seconds = 0;
        std::string filter_text;
        std::optional<Health> health_filter;
        ObjectId selected;
        uint32_t what = no_index;  // of the view: group, job slot
        bool operator==(const Key&) const = default;
    };

    Key matrix_key;
    FabricMatrix matrix;
    bool matrix_made = false;
    MatrixWindow matrix_window;
    std::vector<LinkSum> sums;    // [cell]
    std::vector<uint8_t> dimmed;  // [cell]
    std::vector<uint8_t> marked;  // [cell]
    uint32_t marks = 0;           // how many are

    struct BlockSum {
        uint32_t troubled = 0;
        Health worst = Health::ok;
        bool lit = false, marked = false;  // something in it is
    };
    std::shared_ptr<const FabricTree> tree;  // null: not made yet
    Key tree_key;
    std::vector<LinkSum> ribbon_sums;                   // [ribbon]
    std::vector<uint8_t> ribbon_dimmed, ribbon_marked;  // [ribbon]
    std::vector<BlockSum> blocks;                       // [block]

    Key rank_key;
    RankGrid ranks;
    uint32_t rank_slot = no_index;
    uint64_t rank_jobs = ~0ull;
    Stragglers stragglers;
    std::vector<uint8_t> rank_matches;  // [gpu] by the filter; empty: all
    std::vector<CellLook> rank_looks;   // of the grid of all ranks, by row
    uint32_t rank_columns = 0;
    uint64_t rank_coloring = ~0ull;

    ObjectId lit_for;                      // the selection that `lit` belongs to
    std::shared_ptr<const ObjectSet> lit;  // null: nothing is selected
    std::optional<CellRange> drag;         // being dragged over
    bool plots_were_open = false, views_were_open = false;
};

// "12 links: 1 down, 11 ok.", "4 links: all well."
std::string sentence_of(const LinkSum& sum);

// Brings the groups and what the selection lights up to date.
void update_desk(const UiContext& ui);
FabricDesk::Key desk_key(const UiContext& ui, ObjectClass of_class, uint32_t what);

// Lights these, and dims the rest. Nothing where there are none.
void brush(const UiContext& ui, std::vector<ObjectId> objects, std::string what);

// Each draws into `body`; the crumb or choices that belong to it into `line`, a strip above.
void draw_matrix_view(const UiContext& ui, const Pen& pen, const Rect& line, const Rect& body);
void draw_tree_view(const UiContext& ui, const Pen& pen, const Rect& line, const Rect& body);
void draw_rank_view(const UiContext& ui, const Pen& pen, const Rect& line, const Rect& body);

// Brings the ranks and the latest of a job up to date.
void update_ranks(const UiContext& ui, const Job& job);

// The job whose ranks are shown: the selected one, that of the selected GPU or node, else the largest; null without.
const Job* job_shown(const UiContext& ui);

}  // namespace bv
