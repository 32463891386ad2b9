// See event_table.h.
#include "feed/import/event_table.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "cluster/time_text.h"
#include "feed/import/columns.h"
#include "feed/import/csv.h"
#include "feed/import/fabric.h"
#include "feed/import/utf8.h"

namespace bv {

namespace {

constexpr size_t max_text_bytes = 2000, max_kind_bytes = 64;

std::optional<Severity> severity_from(std::string_view word) {
    for (const Severity severity : {Severity::info, Severity::warning, Severity::critical})
        if (word == name_of(severity)) return severity;
    return std::nullopt;
}

class Reader {
public:
    Reader(const Topology& topology, EventColumns columns, const EventRules& rules)
        : topology_(topology), columns_(std::move(columns)), rules_(rules), times_(rules.time_format, rules.time_zone) {
        for (CellText* text : {&columns_.object, &columns_.time, &columns_.end, &columns_.kind, &columns_.severity,
                               &columns_.code, &columns_.text, &columns_.from, &columns_.to, &columns_.part})
            if (text->given()) texts_.push_back(text);
    }

    EventTable read(const std::vector<NamedText>& inputs, char delimiter) {
        std::vector<CsvInput> tables;
        std::vector<CsvReader> readers;
        for (const NamedText& input : inputs) {
            readers.emplace_back(input.text, input.path, table_.findings, delimiter);
            tables.push_back({input.path, readers.back().columns()});
        }
        check_columns(texts_, tables);
        CsvRow row;
        for (CsvReader& reader : readers) {
            path_ = reader.path();
            bind_columns(texts_, reader.columns());
            while (reader.next(row)) read_row(row);
            table_.lines += reader.lines();
        }
        table_.files = uint32_t(inputs.size());
        check_result(inputs.front().path);
        return std::move(table_);
    }

private:
    void read_row(const CsvRow& row) {
        ++table_.rows;
        if (repeats(row)) {
            ++table_.repeated;
            if (rules_.unique) return;
        }
        const std::string name = columns_.object.of(row.cells);
        if (is_blank(name)) return note("rows that name no object (left out)", row);
        const auto object = find(name);
        ++(object ? known_ : unknown_);
        if (!object) {
            if (first_unknown_.empty()) first_unknown_ = name;
            note("rows about objects that the cluster does not have (their events are kept, at the site)", row, name);
        }
        if (object) read_stay(row, *object, name);
        read_event(row, object, name);
    }

    [[nodiscard]] bool repeats(const CsvRow& row) {
        std::string all;
        for (const std::string& cell : row.cells) (all += cell) += '\x1f';
        return !seen_.insert(std::move(all)).second;
    }

    void note(std::string_view what, const CsvRow& row, std::string_view example = {}) {
        table_.findings.note(what, path_, row.line, example);
    }

    // A GPU may be called by the name of its node where it is the only one there.
    [[nodiscard]] std::optional<ObjectId> find(const std::string& name) {
        const auto [known, fresh] = objects_.try_emplace(name);
        if (!fresh) return known->second;
        std::optional<ObjectId>& found = known->second;
        if (!rules_.object_class) return found = topology_.find(name);
        found = topology_.find(fmt::format("{}:{}", name_of(*rules_.object_class), name));
        if (found || *rules_.object_class != ObjectClass::gpu) return found;
        const auto node = topology_.find(fmt::format("node:{}", name));
        if (node && topology_.nodes[node->index].gpus.count == 1)
            found = ObjectId{ObjectClass::gpu, topology_.nodes[node->index].gpus.first};
        return found;
    }

    // Nothing where the cell is blank or, noted, no time.
    std::optional<int64_t> time(const CellText& column, const CsvRow& row, std::string_view left_out) {
        if (!column.given()) return std::nullopt;
        const std::string text = column.of(row.cells);
        if (is_blank(text)) return std::nullopt;
        const auto instant = times_.read(text);
        if (!instant) {
            note(fmt::format("cells of {} that are no time ({})", column.option(), left_out), row, text);
            return std::nullopt;
        }
        if (instant->reading == TimeZone::Reading::twice)
            note("local times that the clock showed twice that day (the earlier is meant)", row, text);
        if (instant->reading == TimeZone::Reading::never)
            note("local times that the clock leapt over that day (moved on by as much)", row, text);
        return instant->ns;
    }

    void reach(int64_t time_ns) {
        table_.first_ns = any_time_ ? std::min(table_.first_ns, time_ns) : time_ns;
        table_.last_ns = any_time_ ? std::max(table_.last_ns, time_ns) : time_ns;
        any_time_ = true;
    }

    void read_stay(const CsvRow& row, ObjectId object, const std::string& name) {
        if (!columns_.from.given() || is_blank(columns_.from.of(row.cells))) return;
        const auto from = time(columns_.from, row, "the stay is left out");
        if (!from) return;
        Stay stay{object, name, columns_.part.given() ? columns_.part.of(row.cells) : std::string(), *from};
        if (columns_.to.given() && !is_blank(columns_.to.of(row.cells))) {
            const auto to = time(columns_.to, row, "the stay is left out");
            if (!to) return;
            if (*to < *from) return note("stays that end before they begin (left out)", row);
            stay.to_ns = *to;
            reach(*to);
        }
        reach(*from);
        table_.stays.push_back(std::move(stay));
    }

    // What a row does not say in a column that it should, is no event.
    void read_event(const CsvRow& row, const std::optional<ObjectId>& object, const std::string& name) {
        const auto nothing_in = [&](const CellText& column) {
            return column.given() && is_blank(column.of(row.cells));
        };
        if (!columns_.time.given() || nothing_in(columns_.kind) || nothing_in(columns_.severity) ||
            nothing_in(columns_.code)) {
            ++table_.rows_without_event;
            return;
        }
        if (nothing_in(columns_.time)) return note("events without a time (left out)", row);
        const auto time_ns = time(columns_.time, row, "the event is left out");
        if (!time_ns) return;
        ReadEvent read;
        Event& event = read.event;
        event.time_ns = *time_ns;
        if (const auto end = time(columns_.end, row, "taken as without an end")) {
            if (*end < *time_ns)
                note("events that end before they begin (taken as without an end)", row);
            else
                event.end_ns = std::max(*end, int64_t(1));
        }
        event.object = object.value_or(ObjectId{ObjectClass::site, 0});
        if (!object) read.unknown_object = name;
        event.kind = columns_.kind.given() ? kind_from(columns_.kind.of(row.cells)) : rules_.kind;
        event.severity = severity(row);
        event.code = code(row);
        event.text = text(row, event, name);
        if (!object) event.text = fmt::format("{}: {}", name, event.text);
        if (event.text.size() > max_text_bytes) {
            note(fmt::format("texts of more than {} bytes (cut)", max_text_bytes), row);
            event.text = cut(event.text, max_text_bytes);
        }
        reach(*time_ns);
        table_.events.push_back(std::move(read));
    }

    // "Link Down" → "link_down": kinds are spelled in one way everywhere.
    static std::string kind_from(const std::string& text) {
        std::string kind;
        for (const char c : text) {
            const bool letter = std::isalnum(uint8_t(c)) || uint8_t(c) >= 0x80;
            if (letter)
                kind += char(std::tolower(uint8_t(c)));
            else if (!kind.empty() && kind.back() != '_')
                kind += '_';
        }
        while (!kind.empty() && kind.back() == '_') kind.pop_back();
        return kind.empty() ? "event" : cut(kind, max_kind_bytes);
    }

    Severity severity(const CsvRow& row) {
        const CellText& column = columns_.severity.given() ? columns_.severity : columns_.kind;
        if (!column.given()) return rules_.severity.value_or(Severity::warning);
        const std::string cell = column.of(row.cells);
        if (const auto mapped = rules_.severities.find(cell); mapped != rules_.severities.end()) return mapped->second;
        if (columns_.severity.given() && rules_.severities.empty())
            if (const auto named = severity_from(cell)) return *named;
        if (columns_.severity.given() || !rules_.severities.empty())
            note(fmt::format("cells of {} that no severity is known for (taken as {})", column.option(),
                             name_of(rules_.severity.value_or(Severity::warning))),
                 row, cell);
        return rules_.severity.value_or(Severity::warning);
    }

    int32_t code(const CsvRow& row) {
        if (!columns_.code.given()) return rules_.code;
        const std::string cell = columns_.code.of(row.cells);
        if (const auto mapped = rules_.codes.find(cell); mapped != rules_.codes.end()) return mapped->second;
        int32_t value = 0;
        const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
        if (error == std::errc() && end == cell.data() + cell.size()) return value;
        note(fmt::format("cells of {} that are no code (taken as {})", columns_.code.option(), rules_.code), row, cell);
        return rules_.code;
    }

    std::string text(const CsvRow& row, const Event& event, const std::string& name) const {
        if (columns_.text.given())
            return columns_.text.of(row.cells, [&](const std::string& cell) -> const std::string& {
                const auto said = rules_.words.find(cell);
                return said == rules_.words.end() ? cell : said->second;
            });
        if (event.code != 0) return fmt::format("{} {} at {}.", event.kind, event.code, name);
        return fmt::format("{} at {}.", event.kind, name);
    }

    void check_result(const std::string& first_path) const {
        if (table_.rows == 0) throw ImportError(fmt::format("{} has no rows below its column names.", first_path));
        if (known_ == 0 && unknown_ > 0)
            throw ImportError(fmt::format("{}: none of the objects in {} is in the cluster {}, such as '{}'; {}.",
                                          first_path, columns_.object.option(), topology_.name, first_unknown_,
                                          expected_names()));
        if (table_.events.empty() && table_.stays.empty())
            throw ImportError(fmt::format(
                "{}: none of {} rows says an event{}.", first_path, table_.rows,
                table_.findings.all().empty() ? std::string() : "; " + sentence(table_.findings.all().front())));
    }

    [[nodiscard]] std::string expected_names() const {
        const ObjectClass object_class = rules_.object_class.value_or(ObjectClass::node);
        if (topology_.count(object_class) == 0) return fmt::format("it has no {}", name_of(object_class));
        return fmt::format("a {} of it is called '{}'", name_of(object_class), topology_.path_of({object_class, 0}));
    }

    const Topology& topology_;
    EventColumns columns_;
    const EventRules& rules_;
    TimeCells times_;
    std::vector<CellText*> texts_;
    std::string path_, first_unknown_;
    std::unordered_map<std::string, std::optional<ObjectId>> objects_;
    std::unordered_set<std::string> seen_;
    uint64_t known_ = 0, unknown_ = 0;
    bool any_time_ = false;
    EventTable table_;
};

}  // namespace

EventTable read_events(const std::vector<NamedText>& inputs, const Topology& topology, EventColumns columns,
                       const EventRules& rules, char delimiter) {
    return Reader(topology, std::move(columns), rules).read(inputs, delimiter);
}

}  // namespace bv
