// Events and stays read from tables: what happened to which object when, and when which part was seen where. One row
// may say either or both.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cluster/event.h"
#include "cluster/topology.h"
#include "feed/import/cell_text.h"
#include "feed/import/findings.h"
#include "feed/import/layout.h"
#include "feed/import/time_cells.h"

namespace bv {

struct EventColumns {
    CellText object, time;  // required; time may be left out where rows say stays alone
    CellText end, kind, severity, code, text;
    CellText from, to, part;  // a stay: a part was seen at the object from … to …
};

struct EventRules {
    std::string time_format = "iso", time_zone = "UTC";
    std::optional<ObjectClass> object_class;  // of the objects; else whatever has that name
    std::string kind = "event";
    std::optional<Severity> severity;
    int32_t code = 0;
    std::map<std::string, Severity> severities;  // [cell of the severity column, else of the kind column]
    std::map<std::string, int32_t> codes;        // [cell of the code column]
    std::map<std::string, std::string> words;    // [cell] → how it reads in texts
    bool unique = false;                         // a row that repeats another one is left out
};

struct ReadEvent {
    Event event;                 // end_ns 0: not said
    std::string unknown_object;  // the name, where the cluster has no such object: then event.object is the site
};

// A part was at the object from … to …, both as the table says; never_left: still there when the table ends.
struct Stay {
    static constexpr int64_t never_left = INT64_MAX;
    ObjectId object;
    std::string object_name;  // as the table calls it
    std::string part;         // may be empty
    int64_t from_ns = 0, to_ns = never_left;
};

struct EventTable {
    std::vector<ReadEvent> events;  // in the order of the rows
    std::vector<Stay> stays;
    uint32_t files = 0;
    uint64_t lines = 0, rows = 0;
    uint64_t rows_without_event = 0;    // that say a stay alone, or nothing
    uint64_t repeated = 0;              // rows that repeat another one letter by letter
    int64_t first_ns = 0, last_ns = 0;  // of all times that were read, ends of events aside
    Findings findings;
};

// Throws std::invalid_argument for a wrong option, ImportError where nothing can be made of the tables.
EventTable read_events(const std::vector<NamedText>& inputs, const Topology& topology, EventColumns columns,
                       const EventRules& rules, char delimiter = 0);

}  // namespace bv
