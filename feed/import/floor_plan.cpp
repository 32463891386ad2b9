// Reads names with their places, writes halls, rows, racks and rack units. Pure arithmetic on sorted names.
#include "feed/import/floor_plan.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

namespace bv {

namespace {

constexpr float rack_pitch_m = 0.6f;  // a rack of 600 mm beside the next
constexpr float row_pitch_m = 3.0f;   // 1.2 m of rack, 1.8 m of aisle
constexpr float wall_margin_m = 3.0f;
constexpr float hall_gap_m = 12.0f;
constexpr float hall_height_m = 5.0f;
constexpr uint16_t rack_units = 48, first_unit = 3;
constexpr uint16_t max_host_units = 4;
constexpr size_t unplaced_per_rack = 20, racks_per_unnamed_row = 24;
constexpr const char* unplaced = "unplaced";

struct RackKey {
    std::string hall, row, rack;
    bool unplaced = false;  // sorts last
    bool operator<(const RackKey& other) const {
        if (unplaced != other.unplaced) return other.unplaced;
        if (hall != other.hall) return natural_less(hall, other.hall);
        if (row != other.row) return natural_less(row, other.row);
        return natural_less(rack, other.rack);
    }
};

std::optional<long> number_in(std::string_view text) {
    const size_t first = text.find_first_of("0123456789");
    long value = 0;
    if (first == std::string_view::npos || text.size() - first > 9 ||
        std::from_chars(text.data() + first, text.data() + text.size(), value).ec != std::errc())
        return std::nullopt;
    return value;
}

std::string unique(std::string wanted, std::set<std::string>& used) {
    std::string name = wanted;
    for (int n = 2; !used.insert(name).second; ++n) name = fmt::format("{}-{}", wanted, n);
    return name;
}

// "A" + "08" → "A08"; "12" + "3" → "12-3".
std::string joined(const std::string& row, const std::string& rack) {
    const bool clear = row.empty() || rack.empty() ||
                       (std::isdigit(uint8_t(row.back())) != 0) != (std::isdigit(uint8_t(rack.front())) != 0);
    return row + (clear ? "" : "-") + rack;
}

}  // namespace

bool natural_less(std::string_view a, std::string_view b) {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    size_t i = 0, k = 0;
    while (i < a.size() && k < b.size()) {
        if (!digit(a[i]) || !digit(b[k])) {
            if (a[i] != b[k]) return a[i] < b[k];
            ++i, ++k;
            continue;
        }
        size_t i_end = i, k_end = k;
        while (i < a.size() && a[i] == '0') ++i;
        while (k < b.size() && b[k] == '0') ++k;
        for (i_end = i; i_end < a.size() && digit(a[i_end]);) ++i_end;
        for (k_end = k; k_end < b.size() && digit(b[k_end]);) ++k_end;
        if (i_end - i != k_end - k) return i_end - i < k_end - k;
        const int order = a.substr(i, i_end - i).compare(b.substr(k, k_end - k));
        if (order != 0) return order < 0;
        i = i_end, k = k_end;
    }
    if (a.size() - i != b.size() - k) return a.size() - i < b.size() - k;
    return a < b;  // equal but for leading zeros: still a strict order
}

void FloorPlan::add(const std::string& name, const std::optional<NamePlace>& place, bool is_switch, size_t index) {
    items_.push_back({name, place, is_switch, index});
}

FloorResult FloorPlan::arrange() const {
    // 1. Who stands in which rack.
    std::vector<const Item*> lost;
    std::map<RackKey, std::vector<const Item*>> racks;
    for (const Item& item : items_)
        if (item.place)
            racks[{item.place->hall, item.place->row, item.place->rack}].push_back(&item);
        else
            lost.push_back(&item);
    const auto by_name = [](const Item* a, const Item* b) { return natural_less(a->name, b->name); };
    std::sort(lost.begin(), lost.end(), by_name);
    for (size_t i = 0; i < lost.size(); ++i)
        racks[{"", unplaced, fmt::format("{:02}", i / unplaced_per_rack + 1), true}].push_back(lost[i]);

    FloorResult result;
    size_t host_count = 0, switch_count = 0;
    for (const Item& item : items_) {
        size_t& count = item.is_switch ? switch_count : host_count;
        count = std::max(count, item.index + 1);
    }
    result.hosts.resize(host_count);
    result.switches.resize(switch_count);

    // 2. Halls, rows and racks, one after the other; the unplaced row stands at the back of the last hall.
    std::set<std::string> hall_names, row_names, rack_names;
    std::set<std::string> halls;
    for (const auto& [key, items] : racks)
        if (!key.unplaced) halls.insert(key.hall);
    const bool many_halls = halls.size() > 1;
    std::string hall_of_row, row_key;
    bool first = true;
    long column_origin = 0;
    bool numbered = false;
    float hall_x = 0, row_y = 0, widest = 0;
    size_t in_row = 0, unnamed_rows = 0;
    const auto close_hall = [&] {
        if (result.halls.empty()) return;
        ExplicitHall& hall = result.halls.back();
        hall.width = std::max(widest + 2 * wall_margin_m, 12.0f);
        hall.depth = std::max(row_y + 2 * wall_margin_m + 1.2f, 9.0f);
        hall.height = hall_height_m;
        hall.x = hall_x + widest / 2;
        hall.y = row_y / 2;
        hall_x += hall.width + hall_gap_m;
    };
    for (const auto& [key, items] : racks) {
        const bool new_hall = result.halls.empty() || (!key.unplaced && key.hall != hall_of_row);
        const bool new_row = new_hall || first || key.row != row_key || (key.unplaced && row_key != unplaced) ||
                             (key.row.empty() && in_row >= racks_per_unnamed_row);
        if (new_hall) {
            close_hall();
            hall_of_row = key.hall;
            result.halls.push_back({unique(key.hall.empty() ? "hall" : key.hall, hall_names)});
            row_y = widest = 0;
        }
        if (new_row) {
            if (!new_hall) row_y += row_pitch_m;
            row_key = key.unplaced ? unplaced : key.row;
            const std::string base = key.row.empty() ? fmt::format("row {}", ++unnamed_rows) : key.row;
            result.rows.push_back({unique(many_halls && !key.unplaced ? key.hall + "-" + base : base, row_names),
                                   result.halls.back().name});
            in_row = 0;
            // Racks stand at their number, so that gaps show and rows line up, unless the numbers are far apart.
            long lowest = 0, highest = -1;
            numbered = !key.row.empty();
            size_t count = 0;
            for (const auto& [other, ignored] : racks) {
                if (other.hall != key.hall || other.unplaced != key.unplaced) continue;
                const auto number = number_in(other.rack);
                if (!number) numbered = false;
                if (!number) continue;
                lowest = highest < 0 ? *number : std::min(lowest, *number);
                highest = std::max(highest, *number);
                ++count;
            }
            numbered = numbered && highest - lowest <= long(3 * count + 16);
            column_origin = lowest;
        }
        first = false;
        ExplicitRack rack;
        rack.row = result.rows.back().name;
        const std::string base = key.unplaced      ? fmt::format("{}-{}", unplaced, key.rack)
                                 : key.row.empty() ? "R" + key.rack
                                                   : joined(key.row, key.rack);
        rack.name = unique(many_halls && !key.unplaced ? key.hall + "-" + base : base, rack_names);
        rack.slot = uint16_t(in_row);
        const size_t column = numbered && !key.rack.empty() ? size_t(*number_in(key.rack) - column_origin) : in_row;
        rack.x = hall_x + float(column) * rack_pitch_m;
        rack.y = row_y;
        widest = std::max(widest, float(column) * rack_pitch_m);
        ++in_row;
        for (const Item* item : items)
            if (item->place && item->place->pod) rack.pod = *item->place->pod;

        // 3. Rack units: hosts by unit or slot from below, switches above them with a unit free over each.
        std::vector<const Item*> sorted = items;
        const auto order = [](const Item* item) {
            const auto& place = item->place;
            return std::tuple(item->is_switch, !place ? 0u : place->unit ? *place->unit : place->slot.value_or(0));
        };
        std::stable_sort(sorted.begin(), sorted.end(), [&](const Item* a, const Item* b) {
            return order(a) != order(b) ? order(a) < order(b) : natural_less(a->name, b->name);
        });
        uint32_t hosts = 0, switches = 0, last_slot = 0;
        for (const Item* item : sorted) {
            ++(item->is_switch ? switches : hosts);
            if (!item->is_switch && item->place) last_slot = std::max(last_slot, item->place->slot.value_or(0));
        }
        last_slot = std::max(std::min(last_slot, 64u), hosts);
        const uint32_t free_units = rack_units > first_unit + 2 * switches ? rack_units - first_unit - 2 * switches : 1;
        const uint32_t height = last_slot == 0 ? 1 : std::clamp<uint32_t>(free_units / last_slot, 1, max_host_units);
        uint32_t next = first_unit;
        for (const Item* item : sorted) {
            Spot spot{rack.name, 0, uint16_t(item->is_switch ? 1 : height)};
            uint32_t wanted = next;
            if (item->place && item->place->unit)
                wanted = std::min(*item->place->unit, 60u);
            else if (!item->is_switch && item->place && item->place->slot && *item->place->slot > 0 &&
                     *item->place->slot <= 64)
                wanted = first_unit + (*item->place->slot - 1) * height;
            spot.unit = uint16_t(std::max(next, wanted));
            next = spot.unit + spot.height_units + (item->is_switch ? 1 : 0);
            (item->is_switch ? result.switches : result.hosts)[item->index] = spot;
        }
        rack.units = uint16_t(std::max<uint32_t>(rack_units, next));
        result.racks.push_back(std::move(rack));
    }
    close_hall();
    return result;
}

}  // namespace bv
