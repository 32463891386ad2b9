// Reads names with their places, writes halls, rows, racks and rack units. Pure arithmetic on sorted names.
#include "feed/import/floor_plan.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

namespace bv {

namespace {

constexpr float wall_margin_m = 3.0f;
constexpr float hall_gap_m = 12.0f;
constexpr float hall_height_m = 5.0f;
constexpr uint32_t first_unit = 3, max_host_units = 4, max_slot = 64;
constexpr float block_aisle_m = 4.0f;  // between blocks of rows, where there are too many rows for one
constexpr size_t rows_of_one_block = 12;
constexpr size_t unplaced_per_rack = 20, racks_per_unnamed_row = 24;
constexpr const char* unplaced_name = "unplaced";

bool digit(char c) { return c >= '0' && c <= '9'; }

std::optional<long> number_in(std::string_view text) {
    const size_t first = text.find_first_of("0123456789");
    long value = 0;
    if (first == std::string_view::npos || text.size() - first > 9 ||
        std::from_chars(text.data() + first, text.data() + text.size(), value).ec != std::errc())
        return std::nullopt;
    return value;
}

std::string unique(const std::string& wanted, std::set<std::string>& used) {
    std::string name = wanted;
    for (int n = 2; !used.insert(name).second; ++n) name = fmt::format("{}-{}", wanted, n);
    return name;
}

// "A" + "08" → "A08"; "12" + "3" → "12-3".
std::string joined(const std::string& row, const std::string& rack) {
    const bool clear = row.empty() || rack.empty() || digit(row.back()) != digit(rack.front());
    return row + (clear ? "" : "-") + rack;
}

// <0, 0, >0; runs of digits compare as numbers, so that "08" and "8" are one rack.
int natural_order(std::string_view a, std::string_view b) {
    size_t i = 0, k = 0;
    while (i < a.size() && k < b.size()) {
        if (!digit(a[i]) || !digit(b[k])) {
            if (a[i] != b[k]) return a[i] < b[k] ? -1 : 1;
            ++i, ++k;
            continue;
        }
        while (i < a.size() && a[i] == '0') ++i;
        while (k < b.size() && b[k] == '0') ++k;
        const size_t i_end = std::min(a.find_first_not_of("0123456789", i), a.size());
        const size_t k_end = std::min(b.find_first_not_of("0123456789", k), b.size());
        if (i_end - i != k_end - k) return i_end - i < k_end - k ? -1 : 1;
        const int order = a.substr(i, i_end - i).compare(b.substr(k, k_end - k));
        if (order != 0) return order;
        i = i_end, k = k_end;
    }
    return int(i < a.size()) - int(k < b.size());
}

struct RowKey {
    bool unplaced = false;  // sorts last
    std::string hall, row;
    bool operator<(const RowKey& other) const {
        if (unplaced != other.unplaced) return other.unplaced;
        const int halls = natural_order(hall, other.hall);
        return halls != 0 ? halls < 0 : natural_order(row, other.row) < 0;
    }
};

struct NaturalOrder {
    bool operator()(const std::string& a, const std::string& b) const { return natural_order(a, b) < 0; }
};

using Items = std::vector<const FloorPlan::Item*>;
using Racks = std::map<std::string, Items, NaturalOrder>;  // by the rack's own label
using Rows = std::map<RowKey, Racks>;

Rows group(const std::vector<FloorPlan::Item>& items) {
    Rows rows;
    Items lost;
    for (const FloorPlan::Item& item : items)
        if (item.place)
            rows[{false, item.place->hall, item.place->row}][item.place->rack].push_back(&item);
        else
            lost.push_back(&item);
    std::sort(lost.begin(), lost.end(), [](auto* a, auto* b) { return natural_less(a->name, b->name); });
    for (size_t i = 0; i < lost.size(); ++i)
        rows[{true, "", unplaced_name}][fmt::format("{:02}", i / unplaced_per_rack + 1)].push_back(lost[i]);
    return rows;
}

// Racks stand at their number, so that gaps show and rows line up, unless some have none, share one or are far apart.
// The lowest number of the hall, or nothing.
std::optional<long> column_origin(const Rows& rows, const std::string& hall) {
    long lowest = 0, highest = -1;
    size_t count = 0;
    for (const auto& [key, racks] : rows) {
        if (key.unplaced || key.hall != hall || key.row.empty()) continue;
        std::set<long> taken;
        for (const auto& [label, items] : racks) {
            const auto number = number_in(label);
            if (!number || !taken.insert(*number).second) return std::nullopt;
            lowest = highest < 0 ? *number : std::min(lowest, *number);
            highest = std::max(highest, *number);
            ++count;
        }
    }
    if (highest - lowest > long(3 * count + 16)) return std::nullopt;
    return lowest;
}

class Arranger {
public:
    Arranger(const std::vector<FloorPlan::Item>& items, const FloorOptions& options)
        : options_(options),
          rack_pitch_m_(options.rack_width_m),
          row_pitch_m_(options.rack_depth_m + options.aisle_m),
          rack_units_(options.rack_height_m > 0 ? units_of(options.rack_height_m) : 48),
          rows_(group(items)),
          blades_(blades_of(items)) {
        for (const FloorPlan::Item& item : items) {
            auto& spots = item.is_switch ? result_.switches : result_.hosts;
            spots.resize(std::max(spots.size(), item.index + 1));
        }
        std::set<std::string> halls;
        for (const auto& [key, racks] : rows_)
            if (!key.unplaced) halls.insert(key.hall);
        many_halls_ = halls.size() > 1;
    }

    FloorResult run() {
        for (const auto& [key, racks] : rows_) {
            if (result_.halls.empty() || (!key.unplaced && key.hall != hall_key_)) begin_hall(key.hall);
            begin_row(key);
            const auto origin = key.unplaced || key.row.empty() ? std::nullopt : column_origin(rows_, key.hall);
            for (const auto& [label, items] : racks) {
                if (key.row.empty() && slot_ == racks_per_unnamed_row) begin_row(key);
                place_rack(key, label, items, origin);
            }
        }
        end_hall();
        for (ExplicitRack& rack : result_.racks) {
            rack.width = options_.rack_width_m;
            rack.depth = options_.rack_depth_m;
            rack.height = options_.rack_height_m;
        }
        return std::move(result_);
    }

private:
    // Base and roof take 120 mm.
    static uint32_t units_of(float height_m) {
        return uint32_t(std::clamp((height_m - 0.12f) / 0.04445f + 0.01f, 4.0f, 100.0f));
    }

    // The numbers of chassis, bays and of slots within them, over all racks, so that all racks have the same grid.
    struct Blades {
        uint32_t low_chassis = no_index, chassis = 0, low_bay = no_index, bays = 0, low_slot = no_index, slots = 0;
    };
    static Blades blades_of(const std::vector<FloorPlan::Item>& items) {
        Blades blades;
        const auto take = [](uint32_t& low, uint32_t& high, uint32_t number) {
            low = std::min(low, number), high = std::max(high, number);
        };
        for (const FloorPlan::Item& item : items) {
            if (!in_blades(item)) continue;
            take(blades.low_chassis, blades.chassis, item.place->chassis.value_or(0));
            take(blades.low_bay, blades.bays, item.place->bay.value_or(0));
            take(blades.low_slot, blades.slots, item.place->slot.value_or(0));
        }
        blades.chassis -= std::min(blades.chassis, blades.low_chassis), ++blades.chassis;
        blades.bays -= std::min(blades.bays, blades.low_bay), ++blades.bays;
        blades.slots -= std::min(blades.slots, blades.low_slot), ++blades.slots;
        return blades;
    }
    static bool in_blades(const FloorPlan::Item& item) {
        return item.place && !item.is_switch && !item.place->unit && (item.place->chassis || item.place->bay);
    }

    void begin_hall(const std::string& hall) {
        end_hall();
        hall_key_ = hall;
        ExplicitHall& it = result_.halls.emplace_back();
        const std::string& only = options_.hall_name;
        it.name = unique(!only.empty() && !many_halls_ ? only : hall.empty() ? "hall" : hall, hall_names_);
        block_x_ = hall_x_;
        row_y_ = -row_pitch_m_;
        widest_ = deepest_ = 0;
        rows_in_block_ = 0;
        plan_blocks(hall);
    }

    // A hall of very many rows is not one long strip but several blocks side by side, about as wide as deep.
    void plan_blocks(const std::string& hall) {
        size_t rows = 0, racks_of_widest = 1;
        for (const auto& [key, racks] : rows_) {
            if (!key.unplaced && key.hall != hall) continue;
            rows += key.row.empty() ? (racks.size() + racks_per_unnamed_row - 1) / racks_per_unnamed_row : 1;
            racks_of_widest = std::max(racks_of_widest,
                                       key.row.empty() ? std::min(racks.size(), racks_per_unnamed_row) : racks.size());
        }
        const float width = float(racks_of_widest) * rack_pitch_m_ + block_aisle_m;
        const auto blocks =
            rows <= rows_of_one_block ? size_t(1) : size_t(std::lround(std::sqrt(float(rows) * row_pitch_m_ / width)));
        rows_per_block_ = (rows + std::max<size_t>(blocks, 1) - 1) / std::max<size_t>(blocks, 1);
    }

    void end_hall() {
        if (result_.halls.empty()) return;
        ExplicitHall& it = result_.halls.back();
        it.width = std::max(widest_ + rack_pitch_m_ + 2 * wall_margin_m, 12.0f);
        it.depth = std::max(deepest_ + options_.rack_depth_m + 2 * wall_margin_m, 9.0f);
        it.height = hall_height_m;
        it.x = hall_x_ + widest_ / 2;
        it.y = deepest_ / 2;
        hall_x_ += it.width + hall_gap_m;
    }

    std::string with_hall(const RowKey& key, const std::string& name) const {
        return many_halls_ && !key.unplaced ? key.hall + "-" + name : name;
    }

    void begin_row(const RowKey& key) {
        const std::string name = key.row.empty() ? fmt::format("row {}", ++unnamed_rows_) : key.row;
        const bool own = !options_.row_name.empty() && !key.unplaced && !key.row.empty();
        result_.rows.push_back({unique(own ? filled(options_.row_name, key, "") : with_hall(key, name), row_names_),
                                result_.halls.back().name});
        if (rows_in_block_ == rows_per_block_) {
            block_x_ = hall_x_ + widest_ + rack_pitch_m_ + block_aisle_m;
            row_y_ = -row_pitch_m_;
            rows_in_block_ = 0;
        }
        ++rows_in_block_;
        row_y_ += row_pitch_m_;
        deepest_ = std::max(deepest_, row_y_);
        slot_ = 0;
    }

    void place_rack(const RowKey& key, const std::string& label, const Items& items, std::optional<long> origin) {
        ExplicitRack rack;
        rack.row = result_.rows.back().name;
        const std::string name = key.unplaced      ? fmt::format("{}-{}", unplaced_name, label)
                                 : key.row.empty() ? "R" + label
                                                   : joined(key.row, label);
        const bool own = !options_.rack_name.empty() && !key.unplaced;
        rack.name = unique(own ? filled(options_.rack_name, key, label) : with_hall(key, name), rack_names_);
        rack.slot = uint16_t(slot_);
        const float column = origin ? float(*number_in(label) - *origin) : float(slot_);
        rack.x = block_x_ + column * rack_pitch_m_;
        rack.y = row_y_;
        widest_ = std::max(widest_, rack.x - hall_x_);
        ++slot_;
        for (const auto* item : items)
            if (item->place && item->place->pod) rack.pod = *item->place->pod;
        rack.units = fill_rack(rack.name, items);
        result_.racks.push_back(std::move(rack));
    }

    static std::string filled(std::string text, const RowKey& key, const std::string& rack) {
        for (const auto& [word, value] :
             {std::pair<const char*, const std::string&>{"{hall}", key.hall}, {"{row}", key.row}, {"{rack}", rack}})
            for (size_t at = 0; (at = text.find(word, at)) != std::string::npos; at += value.size())
                text.replace(at, std::string_view(word).size(), value);
        return text;
    }

    // Chassis above one another with a level left free between them, their bays side by side. Returns the rack's
    // height.
    uint16_t fill_blades(const std::string& rack, const Items& items) {
        const uint32_t levels = blades_.chassis * blades_.slots + blades_.chassis - 1;
        const uint32_t height = std::max(1u, rack_units_ / levels);
        for (const FloorPlan::Item* item : items) {
            const uint32_t chassis = item->place->chassis.value_or(0) - blades_.low_chassis;
            const uint32_t slot = item->place->slot.value_or(0) - blades_.low_slot;
            Spot& spot = result_.hosts[item->index];
            spot = {rack, uint16_t(1 + (chassis * (blades_.slots + 1) + slot) * height), uint16_t(height)};
            if (blades_.bays > 1) {
                spot.bay = uint16_t(item->place->bay.value_or(0) - blades_.low_bay + 1);
                spot.bays = uint16_t(blades_.bays);
            }
        }
        return uint16_t(std::max(rack_units_, levels * height));
    }

    // Hosts by unit or slot from below, switches above them with a unit left free over each. Returns the rack's height.
    uint16_t fill_rack(const std::string& rack, Items items) {
        const auto standing = [](const FloorPlan::Item* item) { return in_blades(*item); };
        if (blades_fit() && std::all_of(items.begin(), items.end(), standing)) return fill_blades(rack, items);
        const auto order = [](const FloorPlan::Item* item) {
            const auto& place = item->place;
            return std::tuple(item->is_switch, !place ? 0u : place->unit ? *place->unit : place->slot.value_or(0));
        };
        std::sort(items.begin(), items.end(), [&](const auto* a, const auto* b) {
            return order(a) != order(b) ? order(a) < order(b) : natural_less(a->name, b->name);
        });
        const uint32_t height = host_height(items);
        uint32_t next = items.front()->place && items.front()->place->unit ? 1 : first_unit;
        for (const FloorPlan::Item* item : items) {
            Spot spot{rack, 0, uint16_t(item->is_switch ? 1 : height)};
            spot.unit = uint16_t(std::max(next, wanted_unit(*item, next, height)));
            next = spot.unit + spot.height_units + (item->is_switch ? 1u : 0u);
            (item->is_switch ? result_.switches : result_.hosts)[item->index] = spot;
        }
        return uint16_t(std::max(rack_units_, next));
    }

    // A cluster file has racks of at most 100 units and nodes of at most 64 bays.
    [[nodiscard]] bool blades_fit() const {
        return blades_.bays <= 64 && uint64_t(blades_.chassis) * (blades_.slots + 1ull) <= 100;
    }

    static uint32_t slot_of(const FloorPlan::Item& item) {
        const uint32_t slot = item.place && !item.is_switch ? item.place->slot.value_or(0) : 0;
        return slot <= max_slot ? slot : 0;
    }

    // As high as fits evenly, at most 4 U: a scan says nothing of heights. Where units are known, up to the next one.
    // items: sorted by unit or slot.
    [[nodiscard]] uint32_t host_height(const Items& items) const {
        uint32_t hosts = 0, switches = 0, slots = 1, known = 0, step = max_host_units;
        for (const FloorPlan::Item* item : items) {
            ++(item->is_switch ? switches : hosts);
            slots = std::max(slots, slot_of(*item));
            const uint32_t unit = item->place && !item->is_switch ? item->place->unit.value_or(0) : 0;
            if (known > 0 && unit > known) step = std::min(step, unit - known);
            known = std::max(known, unit);
        }
        if (known > 0) return std::min(step, known < rack_units_ ? rack_units_ + 1 - known : 1);
        slots = std::max(slots, hosts);
        const uint32_t taken = first_unit + 2 * switches;
        return taken >= rack_units_ ? 1 : std::clamp((rack_units_ - taken) / slots, 1u, max_host_units);
    }

    static uint32_t wanted_unit(const FloorPlan::Item& item, uint32_t next, uint32_t height) {
        if (item.place && item.place->unit) return std::clamp(*item.place->unit, 1u, max_slot);
        const uint32_t slot = slot_of(item);
        return slot > 0 ? first_unit + (slot - 1) * height : next;
    }

    const FloorOptions options_;
    const float rack_pitch_m_, row_pitch_m_;
    const uint32_t rack_units_;
    const Rows rows_;
    const Blades blades_;
    FloorResult result_;
    bool many_halls_ = false;
    std::string hall_key_;
    std::set<std::string> hall_names_, row_names_, rack_names_;
    float hall_x_ = 0, block_x_ = 0, row_y_ = 0, widest_ = 0, deepest_ = 0;
    size_t slot_ = 0, unnamed_rows_ = 0, rows_in_block_ = 0, rows_per_block_ = 1;
};

}  // namespace

bool natural_less(std::string_view a, std::string_view b) {
    const int order = natural_order(a, b);
    return order != 0 ? order < 0 : a < b;
}

void FloorPlan::add(const std::string& name, const std::optional<NamePlace>& place, bool is_switch, size_t index) {
    items_.push_back({name, place, is_switch, index});
}

FloorResult FloorPlan::arrange(const FloorOptions& options) const { return Arranger(items_, options).run(); }

}  // namespace bv
