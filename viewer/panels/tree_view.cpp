// The fabric as strips: servers, leafs, spines, cores, each a block per pod, and between them ribbons as wide as their
// load. Reads: link columns, the brush, the selection. Writes: what is hovered, selected, brushed and opened.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/fabric_tree.h"
#include "viewer/panels/fabric_views.h"
#include "viewer/panels/lists.h"
#include "viewer/panels/memory.h"

namespace bv {
namespace {

struct Board {
    const UiContext& ui;
    FabricDesk& desk;
    const FabricTree& tree;
    Rect room;                                 // of all strips
    float block, gap;                          // heights
    double most_load[fabric_tier_count] = {};  // of the ribbons above a tier
    uint32_t strips = 0;

    [[nodiscard]] std::span<const uint32_t> links(uint32_t ribbon) const {
        return {tree.links.data() + tree.ribbons[ribbon].first, tree.ribbons[ribbon].count};
    }
    // Servers below, cores above; tiers that are not there take no room.
    [[nodiscard]] float top_of(FabricTier tier) const {
        uint32_t above = 0;
        for (size_t i = size_t(tier) + 1; i < fabric_tier_count; ++i) above += tree.has[i];
        return room.y + float(above) * (block + gap);
    }
    [[nodiscard]] Rect rect_of(const FabricTree::Block& b) const {
        const float left = std::floor(room.x + b.left * room.w),
                    right = std::floor(room.x + (b.left + b.width) * room.w);
        return {left, top_of(b.tier), std::max(1.f, right - left - 2), block};
    }
};

// The links of the shown ribbons and what the switches of a block have in trouble.
void sum_up(FabricDesk& desk, const UiContext& ui) {
    const FabricTree& tree = *desk.tree;
    const LinkReader reader(ui.state, ui.timeline.now_ns());
    const ObjectSet* lit = ui.view.brush.on() ? ui.view.brush.lit.get() : nullptr;
    desk.ribbon_sums.clear();
    desk.ribbon_dimmed.assign(tree.ribbons.size(), 0), desk.ribbon_marked.assign(tree.ribbons.size(), 0);
    for (size_t r = 0; r < tree.ribbons.size(); ++r) {
        const uint32_t* first = tree.links.data() + tree.ribbons[r].first;
        const uint32_t* end = first + tree.ribbons[r].count;
        desk.ribbon_sums.push_back(reader.sum(first, end));
        const auto in = [&](const ObjectSet& set) {
            return std::any_of(first, end, [&](uint32_t l) { return set.contains({ObjectClass::link, l}); });
        };
        desk.ribbon_dimmed[r] = lit && !in(*lit);
        desk.ribbon_marked[r] = desk.lit && in(*desk.lit);
    }
    std::array<std::vector<uint8_t>, object_class_count> matches;
    for (const ObjectClass c : {ObjectClass::node, ObjectClass::switch_})
        if (!ui.view.filter.empty()) ui.view.filter.match(ui.state, c, ui.timeline.now_ns(), matches[size_t(c)]);
    desk.blocks.assign(tree.blocks.size(), {});
    for (size_t b = 0; b < tree.blocks.size(); ++b) {
        FabricDesk::BlockSum& sum = desk.blocks[b];
        for (const ObjectId id : tree.blocks[b].objects) {
            const Health health = shown_health(ui.state, id, ui.timeline.now_ns()).health;
            if (in_trouble(health)) ++sum.troubled, sum.worst = worse(sum.worst, health);
            const auto& match = matches[size_t(id.object_class)];
            sum.lit = sum.lit || ((!lit || lit->contains(id)) && (id.index >= match.size() || match[id.index]));
            sum.marked = sum.marked || (desk.lit && desk.lit->contains(id));
        }
    }
}

Board make_board(const UiContext& ui, const Pen& pen, const Rect& body) {
    FabricDesk& desk = ui.memory.fabric;
    if (!desk.tree) {
        desk.tree = std::make_shared<const FabricTree>(fabric_tree(ui.state.topology(), desk.groups));
        desk.tree_key = {};
    }
    FabricDesk::Key key = desk_key(ui, ObjectClass::link, 0);
    for (const ObjectClass c : {ObjectClass::node, ObjectClass::switch_})
        key.versions += ui.state.classes[size_t(c)].columns[health_metric].version;
    if (key != desk.tree_key) {
        sum_up(desk, ui);
        desk.tree_key = std::move(key);
    }
    Board board{ui, desk, *desk.tree, {}, pen.px(22), 0};
    const float label = pen.px(64);
    board.room = {body.x + label, body.y + pen.px(4), body.w - label, body.h - pen.px(4)};
    for (const bool has : board.tree.has) board.strips += has;
    if (board.strips > 1) board.gap = (board.room.h - board.block * float(board.strips)) / float(board.strips - 1);
    for (size_t r = 0; r < board.tree.ribbons.size(); ++r) {
        const FabricTree::Ribbon& ribbon = board.tree.ribbons[r];
        double& most = board.most_load[size_t(board.tree.blocks[ribbon.lower].tier)];
        // A quiet fabric is not blown up: half of what a ribbon could carry fills its slot.
        most = std::max({most, desk.ribbon_sums[r].bytes_per_second, 0.5 * desk.ribbon_sums[r].capacity});
    }
    return board;
}

// A band between two edges that leaves both of them upright.
void draw_band(const Pen& pen, float x0, float y0, float w0, float x1, float y1, float w1, Rgba color) {
    if (std::max(w0, w1) < 2.5f) {
        // The same curve as a line: thinner than a pixel a band would be dotted.
        const float third = (y1 - y0) / 3;
        pen.draw->AddBezierCubic({x0, y0}, {x0, y0 + third}, {x1, y1 - third}, {x1, y1}, color,
                                 std::max(1.2f, std::max(w0, w1)), 10);
        return;
    }
    constexpr int pieces = 10;
    const auto at = [&](int i) {
        const float t = float(i) / pieces, s = t * t * (3 - 2 * t);
        return std::array{x0 + (x1 - x0) * s, y0 + (y1 - y0) * t, (w0 + (w1 - w0) * s) * 0.5f};
    };
    // Smoothed edges of neighbouring pieces would show as lines across the band.
    const ImDrawListFlags flags = pen.draw->Flags;
    pen.draw->Flags &= ~ImDrawListFlags_AntiAliasedFill;
    for (int i = 0; i < pieces; ++i) {
        const auto a = at(i), b = at(i + 1);
        pen.draw->AddQuadFilled({a[0] - a[2], a[1]}, {a[0] + a[2], a[1]}, {b[0] + b[2], b[1]}, {b[0] - b[2], b[1]},
                                color);
    }
    pen.draw->Flags = flags;
}

struct RibbonPlace {
    float x0, y0, x1, y1, slot0, slot1;
};

RibbonPlace place_of(const Board& board, uint32_t r) {
    const FabricTree::Ribbon& ribbon = board.tree.ribbons[r];
    return {
        board.room.x + ribbon.lower_at * board.room.w, board.top_of(board.tree.blocks[ribbon.lower].tier),
        board.room.x + ribbon.upper_at * board.room.w, board.top_of(board.tree.blocks[ribbon.upper].tier) + board.block,
        ribbon.lower_slot * board.room.w * 0.86f,      ribbon.upper_slot * board.room.w * 0.86f};
}

float load_share(const Board& board, uint32_t r) {
    const double most = board.most_load[size_t(board.tree.blocks[board.tree.ribbons[r].lower].tier)];
    return most > 0 ? float(board.desk.ribbon_sums[r].bytes_per_second / most) : 0;
}

void draw_ribbon(const Board& board, const Pen& pen, uint32_t r) {
    const RibbonPlace p = place_of(board, r);
    const LinkSum& sum = board.desk.ribbon_sums[r];
    const bool dimmed = board.desk.ribbon_dimmed[r] != 0, marked = board.desk.ribbon_marked[r] != 0;
    const float share = load_share(board, r);
    const auto width = [&](float slot) { return std::max(1.f, slot * share); };
    Rgba color = mix(pen.colors.ok_dark, pen.colors.plot, sum.utilisation());
    if (sum.worst() == Health::unknown) color = pen.colors.unknown;
    if (marked) color = pen.colors.accent;
    draw_band(pen, p.x0, p.y0, width(p.slot0), p.x1, p.y1, width(p.slot1), with_alpha(color, dimmed ? 0.15f : 0.75f));
}

// Trouble goes over everything: as wide as the share of such links, and never so thin that it is not seen.
void draw_ribbon_trouble(const Board& board, const Pen& pen, uint32_t r) {
    const LinkSum& sum = board.desk.ribbon_sums[r];
    if (!in_trouble(sum.worst())) return;
    const RibbonPlace p = place_of(board, r);
    uint32_t failing = 0;
    for (const Health h : {Health::warning, Health::critical, Health::down}) failing += sum.count[size_t(h)];
    const float share = float(failing) / float(sum.links);
    const bool dimmed = board.desk.ribbon_dimmed[r] != 0;
    const Rgba color = health_color(pen.colors, sum.worst());
    const auto width = [&](float slot) { return std::max(pen.px(2), slot * share); };
    draw_band(pen, p.x0, p.y0, width(p.slot0), p.x1, p.y1, width(p.slot1), dimmed ? with_alpha(color, 0.35f) : color);
    if (dimmed) return;
    const float x = (p.x0 + p.x1) * 0.5f, y = (p.y0 + p.y1) * 0.5f;
    pen.health_shape(x, y, 7, sum.worst(), pen.colors.surface);
    pen.health_mark(x, y, 5, sum.worst());
}

void draw_block(const Board& board, const Pen& pen, uint32_t b, bool hovered) {
    const FabricTree::Block& block = board.tree.blocks[b];
    const FabricDesk::BlockSum& sum = board.desk.blocks[b];
    const Rect rect = board.rect_of(block);
    const Rgba full = mix(pen.colors.surface, pen.colors.ok_dark, hovered ? 1.f : 0.7f);
    pen.fill(rect, sum.lit ? full : mix(pen.colors.surface, full, 0.35f), 2);
    if (sum.marked) pen.frame(rect, pen.colors.accent, 2);
    float room = rect.w - pen.px(6);
    if (sum.troubled && rect.w > pen.px(12)) {
        pen.health_mark(rect.right() - pen.px(8), rect.mid_y(), 4, sum.worst);
        room -= pen.px(12);
    } else if (sum.troubled) {
        pen.fill({rect.x, rect.bottom() - pen.px(3), rect.w, pen.px(3)}, health_color(pen.colors, sum.worst));
    }
    // The hall is above; where a name still does not fit, none is better than two letters.
    const std::string& name = block.name;
    const std::string shown = pen.width(Type::small, name) <= room ? name : name.substr(name.rfind('-') + 1);
    if (pen.width(Type::small, shown) <= room)
        pen.text(rect.x + pen.px(3), rect.mid_y(), Type::small, sum.lit ? pen.colors.text : pen.colors.hint, shown);
}

void draw_strip_names(const Board& board, const Pen& pen, const Rect& body) {
    for (size_t i = 0; i < fabric_tier_count; ++i) {
        if (!board.tree.has[i]) continue;
        size_t count = 0;
        for (const FabricTree::Block& b : board.tree.blocks) count += b.tier == FabricTier(i) ? b.objects.size() : 0;
        const float y = board.top_of(FabricTier(i)) + board.block * 0.5f;
        pen.text(body.x, y - pen.px(6), Type::small, pen.colors.muted, words_of(FabricTier(i)));
        pen.text(body.x, y + pen.px(8), Type::small, pen.colors.hint, grouped(int64_t(count)));
    }
}

uint32_t block_at(const Board& board, ImVec2 at) {
    for (uint32_t b = 0; b < board.tree.blocks.size(); ++b) {
        const Rect r = board.rect_of(board.tree.blocks[b]);
        if (at.x >= r.x && at.x < r.right() + 2 && at.y >= r.y && at.y < r.bottom()) return b;
    }
    return no_index;
}

// The nearest ribbon at the pointer's height; one in trouble wins over healthy ones it lies over.
uint32_t ribbon_at(const Board& board, const Pen& pen, ImVec2 at) {
    uint32_t found = no_index;
    float best = pen.px(6);
    for (uint32_t r = 0; r < board.tree.ribbons.size(); ++r) {
        const RibbonPlace p = place_of(board, r);
        if (at.y < p.y1 || at.y > p.y0) continue;
        const float t = (at.y - p.y0) / (p.y1 - p.y0), s = t * t * (3 - 2 * t);
        const float width = (p.slot0 + (p.slot1 - p.slot0) * s) * load_share(board, r);
        float distance = std::max(0.f, std::abs(at.x - (p.x0 + (p.x1 - p.x0) * s)) - width * 0.5f);
        if (in_trouble(board.desk.ribbon_sums[r].worst())) distance -= pen.px(2);
        if (distance < best) best = distance, found = r;
    }
    return found;
}

std::string block_title(const FabricTree::Block& block) {
    return fmt::format("{} {} of {}", grouped(block.objects.size()), words_of(block.tier), block.name);
}

std::string ribbon_title(const Board& board, uint32_t r) {
    const FabricTree::Block &lower = board.tree.blocks[board.tree.ribbons[r].lower],
                            &upper = board.tree.blocks[board.tree.ribbons[r].upper];
    return fmt::format("{} links, {} {} to {} {}", grouped(board.tree.ribbons[r].count), lower.name,
                       words_of(lower.tier), upper.name, words_of(upper.tier));
}

void draw_ribbon_hint(const Board& board, uint32_t r) {
    const LinkSum& sum = board.desk.ribbon_sums[r];
    begin_hint(board.ui.view);
    const Pen pen(board.ui.view);
    const float width = pen.px(290);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    pen.health_mark(at.x + pen.px(6), at.y + pen.px(10), 5, sum.worst());
    pen.text_fit(at.x + pen.px(20), at.y + pen.px(10), width - pen.px(20), Type::strong, pen.colors.text,
                 ribbon_title(board, r));
    ImGui::Dummy({width, pen.px(24)});
    hint_row(pen, width, "Load", quantity(sum.bytes_per_second, "B/s"));
    hint_row(pen, width, "Utilisation", {fmt::format("{:.0f}", 100 * double(sum.utilisation())), "%"});
    const ImVec2 end = ImGui::GetCursorScreenPos();
    const float used = pen.text_wrapped(end.x, end.y + pen.px(4), width, Type::small, pen.colors.muted,
                                        sentence_of(sum) + " Click lights them.");
    ImGui::Dummy({width, used + pen.px(4)});
    end_hint();
}

void act_on_ribbon(const Board& board, uint32_t r, bool clicked) {
    View& view = board.ui.view;
    const LinkSum& sum = board.desk.ribbon_sums[r];
    view.hovered = {ObjectClass::link, sum.worst_link};
    draw_ribbon_hint(board, r);
    if (!clicked) return;
    std::vector<ObjectId> objects;
    for (const uint32_t l : board.links(r)) objects.push_back({ObjectClass::link, l});
    brush(board.ui, std::move(objects), ribbon_title(board, r));
    if (in_trouble(sum.worst())) view.select({ObjectClass::link, sum.worst_link});
}

void act_on_block(const Board& board, uint32_t b, bool clicked, bool double_clicked) {
    const FabricTree::Block& block = board.tree.blocks[b];
    if (block.objects.empty()) return;
    const bool opens = block.group != no_index && board.desk.groups.has_spines();
    const FabricDesk::BlockSum& sum = board.desk.blocks[b];
    hint(board.ui.view, fmt::format("{}{}. Click lights them{}.", block_title(block),
                                    sum.troubled ? fmt::format(", {} in trouble", grouped(sum.troubled)) : "",
                                    opens ? ", double click opens their links" : ""));
    if (clicked) brush(board.ui, block.objects, block_title(block));
    if (!double_clicked || !opens) return;
    board.ui.view.views.tab = FabricViews::Tab::matrix;
    board.ui.view.views.group = block.group;
    board.ui.view.views.window = {};
}

// Every block that the dragged rectangle touches.
void brush_blocks(const Board& board, ImVec2 from, ImVec2 to) {
    std::vector<ObjectId> objects;
    uint32_t blocks = 0;
    for (const FabricTree::Block& block : board.tree.blocks) {
        const Rect r = board.rect_of(block);
        if (r.right() < std::min(from.x, to.x) || r.x > std::max(from.x, to.x) || r.bottom() < std::min(from.y, to.y) ||
            r.y > std::max(from.y, to.y))
            continue;
        objects.insert(objects.end(), block.objects.begin(), block.objects.end());
        ++blocks;
    }
    if (blocks == 0) return;
    std::string what = fmt::format("{} servers and switches in {} blocks", grouped(objects.size()), blocks);
    if (board.ui.view.brush.what != what) brush(board.ui, std::move(objects), std::move(what));
}

void touch_strips(const Board& board, const Pen& pen) {
    const Touch over = touch("strips", board.room);
    const bool held = ImGui::IsItemActive();
    const ImGuiIO& io = ImGui::GetIO();
    if (held && ImGui::IsMouseDragging(0, 4)) {
        const ImVec2 from = io.MouseClickedPos[0], to = io.MousePos;
        pen.frame({std::min(from.x, to.x), std::min(from.y, to.y), std::abs(to.x - from.x), std::abs(to.y - from.y)},
                  pen.colors.accent);
        return brush_blocks(board, from, to);
    }
    if (!over.hovered) return;
    const bool clicked = over.clicked && io.MouseDragMaxDistanceSqr[0] < 16;
    if (const uint32_t b = block_at(board, io.MousePos); b != no_index)
        act_on_block(board, b, clicked, over.double_clicked);
    else if (const uint32_t r = ribbon_at(board, pen, io.MousePos); r != no_index)
        act_on_ribbon(board, r, clicked);
}

}  // namespace

void draw_tree_view(const UiContext& ui, const Pen& pen, const Rect& line, const Rect& body) {
    const Board board = make_board(ui, pen, body);
    if (board.tree.links.empty())
        return draw_empty(pen, body, "No fabric", "No cables between servers and switches are known of this cluster.");
    pen.text_fit(line.x, line.mid_y(), line.w, Type::small, pen.colors.muted,
                 "ribbons are as wide as their load; a colour is the worst of their links, as wide as the share of "
                 "such links");
    draw_strip_names(board, pen, body);
    const auto ribbons = uint32_t(board.tree.ribbons.size());
    for (uint32_t r = 0; r < ribbons; ++r) draw_ribbon(board, pen, r);
    for (uint32_t r = 0; r < ribbons; ++r) draw_ribbon_trouble(board, pen, r);
    const uint32_t hovered = block_at(board, ImGui::GetIO().MousePos);
    for (uint32_t b = 0; b < board.tree.blocks.size(); ++b) draw_block(board, pen, b, b == hovered);
    touch_strips(board, pen);
}

}  // namespace bv
