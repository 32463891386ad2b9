// See event_history.h. Pure arithmetic on sorted lists; the recording is event_recording.cpp's.
#include "feed/import/event_history.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

#include <fmt/format.h>

namespace bv {

namespace {

constexpr int64_t never = Stay::never_left;

using StaysOf = std::map<ObjectId, std::vector<const Stay*>>;

class Historian {
public:
    Historian(const EventTable& table, const HistoryRules& rules) : table_(table), rules_(rules) {
        for (const Stay& stay : table.stays) stays_[stay.object].push_back(&stay);
        for (auto& [object, stays] : stays_)
            std::stable_sort(stays.begin(), stays.end(),
                             [](const Stay* a, const Stay* b) { return a->from_ns < b->from_ns; });
        for (const auto& [object, stays] : stays_)
            for (int64_t until_ns = stays.front()->from_ns; const Stay* stay : stays) {
                history_.overlapping_stays += stay->from_ns < until_ns;
                until_ns = std::max(until_ns, stay->to_ns);
            }
        history_.begin_ns = table.first_ns;
        history_.end_ns = table.last_ns;
    }

    History make() {
        for (const ReadEvent& read : table_.events) {
            Event event = read.event;
            if (event.end_ns == 0) event.end_ns = end_of(event, read.unknown_object.empty());
            history_.still_open += event.end_ns == 0 || event.end_ns > history_.end_ns;
            if (read.unknown_object.empty()) weigh(event);
            history_.events.push_back(std::move(event));
        }
        tell_parts();
        for (const Stay& stay : table_.stays) {
            add(stay.from_ns, stay.object, present, 1);
            if (left(stay)) add(stay.to_ns, stay.object, present, -1);
        }
        number_events();
        follow_health();
        return std::move(history_);
    }

private:
    // What the last row of the trace still sees has not left: the trace ends there, not the stay.
    [[nodiscard]] bool left(const Stay& stay) const { return stay.to_ns < history_.end_ns; }

    // When a part is next seen to come to this object, strictly after a time.
    [[nodiscard]] int64_t next_arrival(const std::vector<const Stay*>& stays, int64_t time_ns) const {
        const auto next = std::upper_bound(stays.begin(), stays.end(), time_ns,
                                           [](int64_t time, const Stay* stay) { return time < stay->from_ns; });
        return next == stays.end() ? never : (*next)->from_ns;
    }

    // A failure with which a stay ends lasts until the next part comes. Any other lasts for the given duration, at most
    // until then; what only informs is over at once. 0: not over.
    [[nodiscard]] int64_t end_of(const Event& event, bool known) const {
        if (event.severity == Severity::info) return std::max(event.time_ns, int64_t(1));
        int64_t end = event.time_ns + rules_.duration_ns.value_or(0);
        const auto found = stays_.find(event.object);
        if (known && found != stays_.end()) {
            bool ends_a_stay = false, there = false;
            for (const Stay* stay : found->second) {
                ends_a_stay = ends_a_stay || (stay->to_ns == event.time_ns && left(*stay));
                there = there || (stay->from_ns <= event.time_ns && (stay->to_ns > event.time_ns || !left(*stay)));
            }
            const int64_t arrival = next_arrival(found->second, event.time_ns);
            if (ends_a_stay && !there)
                end = arrival;
            else
                end = std::min(end, arrival);
        }
        return end == never ? 0 : std::max(end, int64_t(1));
    }

    // Present parts, and open events by what they mean for the object.
    static constexpr size_t present = health_count;
    struct Step {
        int64_t time_ns;
        ObjectId object;
        size_t what;
        int by;
    };
    void add(int64_t time_ns, ObjectId object, size_t what, int by) {
        if (time_ns <= history_.end_ns) steps_.push_back({time_ns, object, what, by});
    }

    void weigh(const Event& event) {
        const Health health = health_of(event);
        if (health == Health::ok || event.end_ns == event.time_ns) return;
        add(event.time_ns, event.object, size_t(health), 1);
        if (event.end_ns != 0) add(event.end_ns, event.object, size_t(health), -1);
    }

    void tell(const Stay& stay, int64_t time_ns, const char* kind, std::string text) {
        Event event;
        event.time_ns = event.end_ns = time_ns;
        event.object = stay.object;
        event.kind = kind;
        event.text = std::move(text);
        history_.events.push_back(std::move(event));
        ++history_.part_events;
    }

    // The way of every part from object to object.
    void tell_parts() {
        std::map<std::string, std::vector<const Stay*>> parts;
        for (const Stay& stay : table_.stays)
            if (!stay.part.empty()) parts[stay.part].push_back(&stay);
        for (auto& [part, stays] : parts) {
            std::stable_sort(stays.begin(), stays.end(),
                             [](const Stay* a, const Stay* b) { return a->from_ns < b->from_ns; });
            for (size_t i = 0; i < stays.size(); ++i) {
                const Stay& stay = *stays[i];
                const std::string name = fmt::format("{} {}", rules_.part_word, part);
                if (i == 0)
                    tell(stay, stay.from_ns, "part_installed", fmt::format("First seen: {}.", name));
                else if (stays[i - 1]->object == stay.object)
                    tell(stay, stay.from_ns, "part_back", fmt::format("Seen again: {}.", name));
                else
                    tell(stay, stay.from_ns, "part_moved",
                         fmt::format("From {}: {}.", stays[i - 1]->object_name, name));
                if (i + 1 == stays.size() && left(stay))
                    tell(stay, stay.to_ns, "part_removed", fmt::format("Last seen: {}.", name));
            }
        }
    }

    void number_events() {
        std::stable_sort(history_.events.begin(), history_.events.end(), [](const Event& a, const Event& b) {
            return std::tie(a.time_ns, a.object) < std::tie(b.time_ns, b.object);
        });
        uint64_t id = 0;
        for (Event& event : history_.events) {
            event.id = ++id;
            event.source = rules_.source;
        }
    }

    using Counts = std::array<int, health_count + 1>;
    static Health health_from(const Counts& counts) {
        Health worst = counts[present] > 0 ? Health::ok : Health::unknown;
        if (counts[size_t(Health::maintenance)] > 0) worst = Health::maintenance;
        for (const Health health : {Health::warning, Health::critical, Health::down})
            if (counts[size_t(health)] > 0) worst = health;
        return worst;
    }

    void follow_health() {
        std::stable_sort(steps_.begin(), steps_.end(), [](const Step& a, const Step& b) {
            return std::tie(a.time_ns, a.object) < std::tie(b.time_ns, b.object);
        });
        std::map<ObjectId, std::pair<Counts, Health>> objects;
        for (size_t i = 0; i < steps_.size();) {
            const Step& first = steps_[i];
            auto& [counts, health] = objects.try_emplace(first.object, Counts{}, Health::unknown).first->second;
            for (; i < steps_.size() && steps_[i].time_ns == first.time_ns && steps_[i].object == first.object; ++i)
                counts[steps_[i].what] += steps_[i].by;
            const Health now = health_from(counts);
            if (now != health) history_.changes.push_back({first.time_ns, first.object, now});
            health = now;
        }
    }

    const EventTable& table_;
    const HistoryRules& rules_;
    StaysOf stays_;
    std::vector<Step> steps_;
    History history_;
};

}  // namespace

History history_of(const EventTable& table, const HistoryRules& rules) { return Historian(table, rules).make(); }

}  // namespace bv
