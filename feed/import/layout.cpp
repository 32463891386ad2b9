// See layout.h. The first row that names a thing decides about it; later ones only fill in what it left open.
#include "feed/import/layout.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <unordered_map>

#include <fmt/format.h>

#include "feed/import/columns.h"
#include "feed/import/csv.h"
#include "feed/import/fabric.h"

namespace bv {

namespace {

constexpr size_t max_name_bytes = 256;

template <typename Number>
std::optional<Number> number_from(const std::string& text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

struct Position {
    float x = 0, y = 0;
    std::optional<float> yaw_degrees;
};

struct Thing {
    std::string name;
    std::optional<NamePlace> place;
    std::optional<uint32_t> gpus;
    std::optional<Position> position;
};

class Layout {
public:
    explicit Layout(LayoutOptions options)
        : options_(std::move(options)), rules_(NameRules::with_defaults(options_.name_rules)) {
        for (CellText* text : {&options_.thing, &options_.hall, &options_.row, &options_.rack, &options_.unit,
                               &options_.slot, &options_.pod, &options_.gpus, &options_.x, &options_.y, &options_.yaw})
            if (text->given()) texts_.push_back(text);
        // A table's own names of racks stay as they are.
        if (options_.floor.rack_name.empty() && (options_.rows_are_racks || options_.rack.given()))
            options_.floor.rack_name = "{rack}";
        if (options_.x.given() != options_.y.given())
            throw std::invalid_argument("--x-column and --y-column belong together.");
    }

    void read(const std::vector<NamedText>& inputs, char delimiter) {
        std::vector<CsvInput> tables;
        std::vector<CsvReader> readers;
        for (const NamedText& input : inputs) {
            readers.emplace_back(input.text, input.path, findings(), delimiter);
            tables.push_back({input.path, readers.back().columns()});
        }
        check_columns(texts_, tables);
        CsvRow row;
        for (CsvReader& reader : readers) {
            bind_columns(texts_, reader.columns());
            while (reader.next(row)) read_row(row, reader.path());
            imported_.summary.lines += reader.lines();
        }
        imported_.summary.files = uint32_t(inputs.size());
        if (things_.empty())
            throw ImportError(fmt::format("{}: none of {} rows has a name in its {}.", inputs.front().path,
                                          imported_.summary.rows, options_.thing.option()));
    }

    LayoutImport make() {
        std::sort(things_.begin(), things_.end(),
                  [](const Thing& a, const Thing& b) { return natural_less(a.name, b.name); });
        FloorPlan plan;
        for (size_t i = 0; i < things_.size(); ++i) plan.add(things_[i].name, things_[i].place, false, i);
        FloorResult floor = plan.arrange(options_.floor);
        stand_where_given(floor);
        ExplicitCluster& cluster = imported_.cluster;
        cluster.name = options_.name;
        cluster.title = options_.title;
        cluster.gpu_model = options_.gpu_model;
        if (!options_.rows_are_racks) make_hosts(floor);
        cluster.halls = std::move(floor.halls);
        cluster.rows = std::move(floor.rows);
        cluster.racks = std::move(floor.racks);
        sum_up();
        return std::move(imported_);
    }

private:
    Findings& findings() { return imported_.summary.findings; }

    void read_row(const CsvRow& row, const std::string& path) {
        ++imported_.summary.rows;
        const std::string name = options_.thing.of(row.cells);
        if (is_blank(name)) {
            findings().note("rows without a name (left out)", path, row.line);
            return;
        }
        if (name.size() > max_name_bytes) {
            findings().note(fmt::format("rows with a name of more than {} bytes (left out)", max_name_bytes), path,
                            row.line, name);
            return;
        }
        const auto [known, fresh] = index_.try_emplace(name, things_.size());
        if (fresh) {
            things_.push_back({name, rules_.match(name), {}, {}});
            if (options_.rows_are_racks) {
                NamePlace& place = things_.back().place.emplace(things_.back().place.value_or(NamePlace{}));
                place.rack = name;
            }
        } else {
            ++imported_.summary.repeated;
        }
        Thing& thing = things_[known->second];
        read_place(thing, fresh, row, path);
        read_position(thing, row, path);
        if (const auto gpus = whole(options_.gpus, row, path, 1024); gpus && !thing.gpus) thing.gpus = gpus;
    }

    // A count in a cell; nothing where it is blank or, noted, no number.
    std::optional<uint32_t> whole(const CellText& column, const CsvRow& row, const std::string& path, uint32_t most) {
        if (!column.given()) return std::nullopt;
        const std::string text = column.of(row.cells);
        if (is_blank(text)) return std::nullopt;
        const auto value = number_from<uint32_t>(text);
        if (value && *value <= most) return value;
        findings().note(fmt::format("cells of {} that are no number up to {} (left open)", column.option(), most), path,
                        row.line, text);
        return std::nullopt;
    }

    std::optional<float> metres(const CellText& column, const CsvRow& row, const std::string& path) {
        if (!column.given()) return std::nullopt;
        const std::string text = column.of(row.cells);
        if (is_blank(text)) return std::nullopt;
        const auto value = number_from<float>(text);
        if (value && std::abs(*value) <= 100'000) return value;
        findings().note(fmt::format("cells of {} that are no number (left open)", column.option()), path, row.line,
                        text);
        return std::nullopt;
    }

    // In the row that makes a thing columns go before its name; later rows only fill in.
    void read_place(Thing& thing, bool fresh, const CsvRow& row, const std::string& path) {
        NamePlace place = thing.place.value_or(NamePlace{});
        const auto take = [&](const CellText& column, std::string& into) {
            const std::string text = column.given() ? column.of(row.cells) : std::string();
            if (!is_blank(text) && text.size() <= max_name_bytes && (fresh || into.empty())) into = text;
        };
        take(options_.hall, place.hall);
        take(options_.row, place.row);
        if (!options_.rows_are_racks) take(options_.rack, place.rack);
        const auto take_number = [&](const CellText& column, uint32_t most, std::optional<uint32_t>& into) {
            const auto number = whole(column, row, path, most);
            if (number && (fresh || !into)) into = number;
        };
        take_number(options_.unit, 100, place.unit);
        take_number(options_.slot, 1000, place.slot);
        take_number(options_.pod, 1'000'000, place.pod);
        if (place.unit == 0u) place.unit.reset();  // unknown, as in a cluster file
        if (!place.row.empty() || !place.rack.empty()) thing.place = place;
    }

    void read_position(Thing& thing, const CsvRow& row, const std::string& path) {
        const auto x = metres(options_.x, row, path), y = metres(options_.y, row, path);
        if (x && y && !thing.position) thing.position = Position{*x, *y, metres(options_.yaw, row, path)};
    }

    // Racks with coordinates stand at them; in a hall where only some have any, the others line up north of those.
    void stand_where_given(FloorResult& floor) {
        std::unordered_map<std::string, Position> given;
        for (size_t i = 0; i < things_.size(); ++i)
            if (things_[i].position) given.try_emplace(floor.hosts[i].rack, *things_[i].position);
        if (given.empty()) return;
        std::map<std::string, std::string> halls;  // [row]
        for (const ExplicitRow& row : floor.rows) halls[row.name] = row.hall;
        struct Reach {
            float west = 0, north = 0;
            uint32_t lost = 0;
            bool any = false;
        };
        std::map<std::string, Reach> reach;
        for (ExplicitRack& rack : floor.racks) {
            const auto found = given.find(rack.name);
            if (found == given.end()) continue;
            rack.x = found->second.x;
            rack.y = found->second.y;
            rack.yaw_degrees = found->second.yaw_degrees.value_or(0);
            Reach& it = reach[halls[rack.row]];
            it.west = it.any ? std::min(it.west, rack.x) : rack.x;
            it.north = it.any ? std::max(it.north, rack.y) : rack.y;
            it.any = true;
        }
        for (ExplicitRack& rack : floor.racks) {
            Reach& it = reach[halls[rack.row]];
            if (!it.any || given.count(rack.name)) continue;
            rack.x = it.west + float(it.lost++) * options_.floor.rack_width_m;
            rack.y = it.north + 2 * options_.floor.rack_depth_m + options_.floor.aisle_m;
            ++imported_.summary.without_position;
        }
        for (ExplicitHall& hall : floor.halls)
            if (reach[hall.name].any) hall.width = 0;  // the loader lays it around its racks
    }

    void make_hosts(const FloorResult& floor) {
        std::unordered_map<std::string, RackRole> roles;
        for (size_t i = 0; i < things_.size(); ++i) {
            const Spot& spot = floor.hosts[i];
            ExplicitNode& node = imported_.cluster.nodes.emplace_back();
            node.name = things_[i].name;
            node.rack = spot.rack;
            node.unit = spot.unit;
            node.height_units = spot.height_units;
            node.bay = spot.bay;
            node.bays = spot.bays;
            node.gpus = things_[i].gpus.value_or(options_.gpus_per_host);
            node.role = node.gpus > 0 ? NodeRole::gpu : NodeRole::cpu;
            RackRole& role = roles.try_emplace(node.rack, RackRole::cpu).first->second;
            if (node.gpus > 0) role = RackRole::gpu;
        }
        roles_ = std::move(roles);
    }

    void sum_up() {
        ExplicitCluster& cluster = imported_.cluster;
        LayoutSummary& it = imported_.summary;
        for (ExplicitRack& rack : cluster.racks)
            if (const auto role = roles_.find(rack.name); role != roles_.end()) rack.role = role->second;
        it.hosts = uint32_t(cluster.nodes.size());
        for (const ExplicitNode& node : cluster.nodes) it.gpus += node.gpus;
        it.racks = uint32_t(cluster.racks.size());
        it.rack_rows = uint32_t(cluster.rows.size());
        it.halls = uint32_t(cluster.halls.size());
        for (const Thing& thing : things_) {
            const bool placed = thing.place || thing.position;
            ++(placed ? it.placed : it.unplaced);
            if (!placed) it.unplaced_names.push_back(thing.name);
        }
    }

    LayoutOptions options_;
    NameRules rules_;
    std::vector<CellText*> texts_;
    std::vector<Thing> things_;
    std::unordered_map<std::string, size_t> index_;
    std::unordered_map<std::string, RackRole> roles_;
    LayoutImport imported_;
};

}  // namespace

LayoutImport import_layout(const std::vector<NamedText>& inputs, LayoutOptions options, char delimiter) {
    Layout layout(std::move(options));
    layout.read(inputs, delimiter);
    return layout.make();
}

}  // namespace bv
