// From tables of events and stays to a recording: what is told of dirt, when events are over, what the health of an
// object is at a time, and five years of a real machine with its exact counts.
#include "feed/import/event_history.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>

#include "cluster/time_text.h"
#include "feed/import/fabric.h"
#include "net/recording.h"
#include "tests/feed/samples.h"

using namespace bv;

namespace {

constexpr const char* small_cluster = R"(format = 1
name = "small"
[[hall]]
name = "H"
[[row]]
name = "A"
hall = "H"
[[rack]]
name = "A1"
row = "A"
role = "gpu"
[[node]]
name = "a"
rack = "A1"
gpus = 1
[[node]]
name = "b"
rack = "A1"
gpus = 1
[[node]]
name = "c"
rack = "A1"
gpus = 1
[[node]]
name = "two"
rack = "A1"
gpus = 2
)";

class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "events-XXXXXX").string();
        path = ::mkdtemp(name.data());
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::filesystem::path path;
};

EventColumns columns() {
    EventColumns columns;
    columns.object = CellText::column("--object-column", "host");
    columns.time = CellText::column("--time-column", "when");
    columns.kind = CellText::column("--kind-column", "what");
    columns.text = CellText::words("--text", "{what}: {note}");
    columns.from = CellText::column("--present-from", "from");
    columns.to = CellText::column("--present-to", "to");
    columns.part = CellText::column("--part-column", "card");
    return columns;
}

EventRules rules() {
    EventRules rules;
    rules.object_class = ObjectClass::gpu;
    rules.severities = {{"ECC", Severity::critical}, {"fan", Severity::warning}};
    rules.words = {{"ECC", "Memory error"}};
    return rules;
}

int64_t at(const char* text) {
    const auto time = utc_from(text);
    REQUIRE_MESSAGE(time, text);
    return *time;
}

// A recording and what its state says.
struct Replayed {
    Folder folder;
    LoadedCluster cluster;
    EventTable table;
    History history;
    RecordedHistory recorded;
    std::optional<Recording> recording;
    ClusterState state;

    Replayed(LoadedCluster of, const std::string& text, EventColumns event_columns, const EventRules& event_rules,
             const HistoryRules& history_rules)
        : cluster(std::move(of)),
          table(read_events({{"x.csv", text}}, *cluster.topology, std::move(event_columns), event_rules)),
          history(history_of(table, history_rules)),
          recorded(record_history(history, history_rules, cluster, folder.path / "x.bvr")) {
        recording.emplace(folder.path / "x.bvr");
    }

    // The health of the only GPU of a node as a viewer that looks at that time sees it: stale is unknown.
    Health health(const char* node, const char* time) {
        recording->seek(at(time), state);
        const ObjectId gpu = *cluster.topology->find(std::string(node) + "/gpu0");
        CHECK_FALSE(state.stale(gpu, at(time)));
        return state.health(gpu);
    }
    [[nodiscard]] std::vector<Event> events_of(const std::string& node) {
        std::vector<Event> found;
        for (Event& event : recording->events(history.begin_ns, history.end_ns, 1'000'000))
            if (cluster.topology->path_of(event.object) == node + "/gpu0") found.push_back(std::move(event));
        return found;
    }
};

Replayed dirty(HistoryRules history = {}) {
    return {load_cluster_text(small_cluster, "test"), test::read_text(test::data_file("dirty_events.csv")), columns(),
            rules(), history};
}

const HistoryRules a_day{.source = "log", .part_word = "card", .duration_ns = 86'400'000'000'000};

}  // namespace

TEST_CASE("a dirty table of events loses nothing but what is wrong") {
    const Replayed it = dirty(a_day);
    CHECK(it.table.rows == 14);
    CHECK(it.table.repeated == 1);
    CHECK(it.table.events.size() == 7);
    CHECK(it.table.stays.size() == 4);
    std::map<std::string, uint64_t> found;
    for (const Finding& finding : it.table.findings.all()) found[finding.first] += finding.count;
    CHECK(found == std::map<std::string, uint64_t>{{"x.csv:8", 2},     // no such month, and no time at all
                                                   {"x.csv:10", 1},    // no such host
                                                   {"x.csv:11", 1},    // no host
                                                   {"x.csv:12", 1},    // ends before it begins
                                                   {"x.csv:14", 2},    // open quote, unknown severity
                                                   {"x.csv:15", 1},    // too few cells
                                                   {"x.csv:17", 1}});  // no UTF-8
    CHECK(utc_text(it.history.begin_ns) == "2020-01-01T00:00:00Z");
    CHECK(utc_text(it.history.end_ns) == "2020-03-10T00:00:00Z");
}

TEST_CASE("events stand at their object with time, severity, kind and text") {
    Replayed it = dirty(a_day);
    const std::vector<Event> events = it.events_of("a");
    REQUIRE(events.size() == 5);  // S1 installed, twice the fan, the end of S1, S2 installed
    CHECK(events[0].kind == "part_installed");
    CHECK(events[0].text == "First seen: card S1.");
    CHECK(events[1].kind == "fan");
    CHECK(events[1].severity == Severity::warning);
    CHECK(events[1].text == "fan: slow; very slow");
    CHECK(events[3].kind == "ecc");
    CHECK(events[3].severity == Severity::critical);
    CHECK(events[3].text == "Memory error: the end of S1");
    CHECK(utc_text(events[3].time_ns) == "2020-03-01T10:00:00Z");
    CHECK(events[3].source == "log");
    REQUIRE(it.events_of("c").size() == 2);
    CHECK(it.events_of("c")[0].kind == "part_moved");
    CHECK(it.events_of("c")[0].text == "From a: card S1.");
    // An object that the cluster does not have: kept, at the site.
    size_t at_site = 0;
    for (const Event& event : it.history.events) at_site += event.object == ObjectId{ObjectClass::site, 0};
    CHECK(at_site == 1);
}

TEST_CASE("health follows stays and events, and nothing is ok that nobody saw") {
    Replayed it = dirty(a_day);
    CHECK(it.health("a", "2020-01-01T00:00:00Z") == Health::ok);
    CHECK(it.health("a", "2020-01-31T23:59:59Z") == Health::ok);
    CHECK(it.health("a", "2020-02-01T00:00:00Z") == Health::warning);
    CHECK(it.health("a", "2020-02-01T23:59:59Z") == Health::warning);
    CHECK(it.health("a", "2020-02-02T00:00:00Z") == Health::ok);
    // The failure that ended the stay stays open until the next card.
    CHECK(it.health("a", "2020-03-01T09:59:59Z") == Health::ok);
    CHECK(it.health("a", "2020-03-01T10:00:00Z") == Health::critical);
    CHECK(it.health("a", "2020-03-05T11:59:59Z") == Health::critical);
    CHECK(it.health("a", "2020-03-05T12:00:00Z") == Health::ok);
    CHECK(it.health("a", "2020-03-10T00:00:00Z") == Health::ok);  // never left
    // A stay that ends without a failure leaves nothing known.
    CHECK(it.health("b", "2020-02-09T23:59:59Z") == Health::unknown);
    CHECK(it.health("b", "2020-02-10T00:00:00Z") == Health::ok);
    CHECK(it.health("b", "2020-02-12T06:00:00Z") == Health::warning);
    CHECK(it.health("b", "2020-02-15T12:00:00Z") == Health::critical);
    CHECK(it.health("b", "2020-02-20T00:00:00Z") == Health::unknown);
    CHECK(it.health("c", "2020-03-01T00:00:00Z") == Health::unknown);
    CHECK(it.health("c", "2020-03-10T00:00:00Z") == Health::critical);  // not over when the tables end
    CHECK(it.health("two", "2020-03-01T00:00:00Z") == Health::unknown);
    CHECK(it.history.still_open == 1);
    CHECK(it.history.overlapping_stays == 0);
}

TEST_CASE("without a duration an event is over at once, and opens nothing") {
    Replayed it = dirty({.source = "log"});
    CHECK(it.health("a", "2020-02-01T00:00:00Z") == Health::ok);
    CHECK(it.health("a", "2020-03-02T00:00:00Z") == Health::critical);  // this one ended a stay
    for (const Event& event : it.events_of("a"))
        if (event.kind == "fan") CHECK(event.end_ns == event.time_ns);
}

TEST_CASE("without stays everything without an event is unknown") {
    EventColumns no_stays = columns();
    no_stays.from = no_stays.to = no_stays.part = {};
    Replayed it(load_cluster_text(small_cluster, "test"), "when,what,host,note\n2020-01-01,fan,a,\n2020-01-05,fan,b,\n",
                no_stays, rules(), a_day);
    CHECK(it.health("a", "2020-01-01T12:00:00Z") == Health::warning);
    CHECK(it.health("a", "2020-01-02T12:00:00Z") == Health::unknown);
    CHECK(it.health("b", "2020-01-01T12:00:00Z") == Health::unknown);
}

TEST_CASE("ends, codes and severities from columns") {
    EventColumns given;
    given.object = CellText::column("--object-column", "{name}/gpu{n}");
    given.time = CellText::column("--time-column", "t");
    given.end = CellText::column("--end-column", "e");
    given.severity = CellText::column("--severity-column", "s");
    given.code = CellText::column("--code-column", "c");
    EventRules plain;
    plain.kind = "xid";
    plain.time_format = "epoch";
    Replayed it(load_cluster_text(small_cluster, "test"),
                "name,n,t,e,s,c\na,0,1000,1060,critical,79\na,0,2000,1999,info,31\ntwo,1,3000,,,48\n", given, plain,
                {});
    REQUIRE(it.table.events.size() == 2);                           // no severity, no event
    CHECK(it.health("a", "1970-01-01T00:16:40Z") == Health::down);  // XID 79: off the bus
    CHECK(it.health("a", "1970-01-01T00:17:40Z") == Health::unknown);
    CHECK(it.table.events[0].event.text == "xid 79 at a/gpu0.");
    CHECK(it.table.findings.count("events that end before they begin (taken as without an end)") == 1);
}

TEST_CASE("rows that repeat another are left out on demand") {
    EventRules unique = rules();
    unique.unique = true;
    const LoadedCluster cluster = load_cluster_text(small_cluster, "test");
    const std::string text = test::read_text(test::data_file("dirty_events.csv"));
    CHECK(read_events({{"x.csv", text}, {"again.csv", text}}, *cluster.topology, columns(), unique).events.size() == 6);
}

TEST_CASE("tables of which nothing can be made are refused, with what would help") {
    const LoadedCluster cluster = load_cluster_text(small_cluster, "test");
    const auto complaint = [&](const std::string& text) {
        try {
            (void)read_events({{"x.csv", text}}, *cluster.topology, columns(), rules());
        } catch (const ImportError& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    const std::string head = "when,what,host,card,from,to,note\n";
    CHECK(complaint(head) == "x.csv has no rows below its column names.");
    CHECK(complaint(head + "2020-01-01,ECC,nobody,,,,\n") ==
          "x.csv: none of the objects in --object-column is in the cluster small, such as 'nobody'; a gpu of it is "
          "called "
          "'a/gpu0'.");
    CHECK(
        complaint(head + "soon,ECC,a,,,,\n") ==
        "x.csv: none of 1 rows says an event; 1 cells of --time-column that are no time (the event is left out); first "
        "x.csv:2, \"soon\".");
    CHECK(complaint("when,what\n1,2\n").find("has no column 'host' (--object-column)") != std::string::npos);
}

TEST_CASE("a recording is replaced whole, and the same table gives the same states") {
    Replayed first = dirty(a_day), second = dirty(a_day);
    for (const char* time : {"2020-01-01T00:00:00Z", "2020-02-01T12:00:00Z", "2020-03-10T00:00:00Z"}) {
        first.recording->seek(at(time), first.state);
        second.recording->seek(at(time), second.state);
        CHECK(first.state.hash() == second.state.hash());
    }
    const auto path = first.folder.path / "x.bvr";
    first.recording.reset();
    (void)record_history(first.history, a_day, first.cluster, path);
    CHECK(std::distance(std::filesystem::directory_iterator(first.folder.path), {}) == 1);
    CHECK_THROWS_AS((void)record_history(first.history, a_day, first.cluster, first.folder.path / "none" / "x.bvr"),
                    std::runtime_error);
    HistoryRules too_fine = a_day;
    too_fine.interval_ns = 1'000'000;
    CHECK_THROWS_AS((void)record_history(first.history, too_fine, first.cluster, path), std::runtime_error);
}

TEST_CASE("the real failures of Titan: 6,367 in five years") {
    const auto path = test::sample_file("traces/titan_gc_full.csv");
    if (!std::filesystem::exists(path)) {
        std::cout << "skipped: no samples\n";
        return;
    }
    const std::string text = test::read_text(path);
    LayoutOptions layout;
    layout.name = layout.title = "titan";
    layout.thing = CellText::column("--name-column", "location");
    layout.name_rules = {R"(c(?<rack>\d+)-(?<row>\d+)c(?<chassis>\d+)s(?<bay>\d+)n(?<node>\d+))"};
    layout.gpus_per_host = 1;
    EventColumns titan;
    titan.object = CellText::column("--object-column", "location");
    titan.time = CellText::column("--time-column", "remove");
    titan.code = CellText::column("--code-column", "event");
    titan.text = CellText::words("--text", "{event} on GPU card {SN}.");
    titan.from = CellText::column("--present-from", "insert");
    titan.to = CellText::column("--present-to", "remove");
    titan.part = CellText::column("--part-column", "SN");
    EventRules xid;
    xid.time_zone = "America/New_York";
    xid.object_class = ObjectClass::gpu;
    xid.kind = "xid";
    xid.severity = Severity::critical;
    xid.codes = {{"DBE", 48}, {"OTB", 79}};
    Replayed it(load_cluster_text(cluster_toml(import_layout({{"titan.csv", text}}, layout).cluster), "titan"), text,
                titan, xid, a_day);

    std::map<std::string, uint64_t> kinds;
    int64_t first = INT64_MAX, last = 0;
    for (const Event& event : it.recording->events(INT64_MIN, INT64_MAX, 1'000'000)) {
        ++kinds[event.kind + (event.code ? std::to_string(event.code) : "")];
        if (event.kind != "xid") continue;
        first = std::min(first, event.time_ns);
        last = std::max(last, event.time_ns);
    }
    CHECK(kinds == std::map<std::string, uint64_t>{{"xid48", 4826},
                                                   {"xid79", 1541},
                                                   {"part_installed", 30'207},
                                                   {"part_moved", 5978},
                                                   {"part_removed", 11'570}});
    CHECK(utc_text(first) == "2014-01-23T10:59:42Z");
    CHECK(utc_text(last) == "2019-08-02T00:07:33Z");
    CHECK(it.recorded.bytes < 40'000'000);
    CHECK(it.history.overlapping_stays == 18);  // inventories that a node did not answer

    const auto failed = [&](const char* node, const char* time, int32_t code) {
        for (const Event& event : it.events_of(node))
            if (event.kind == "xid" && event.code == code && event.time_ns == at(time)) return true;
        return false;
    };
    // The first of all; the card was out within the minute and a new one came later.
    CHECK(failed("c21-5c0s7n2", "2014-01-23T10:59:42Z", 48));
    CHECK(it.health("c21-5c0s7n2", "2014-01-23T10:59:41Z") == Health::ok);
    CHECK(it.health("c21-5c0s7n2", "2014-01-23T10:59:42Z") == Health::critical);
    // A card with a hundred double-bit errors in an hour, and none in its place for sixteen weeks.
    CHECK(failed("c13-3c1s0n0", "2016-07-20T00:15:23Z", 48));
    CHECK(it.health("c13-3c1s0n0", "2016-07-19T23:06:40Z") == Health::ok);
    CHECK(it.health("c13-3c1s0n0", "2016-07-19T23:06:41Z") == Health::critical);
    CHECK(it.health("c13-3c1s0n0", "2016-11-08T23:47:05Z") == Health::critical);
    CHECK(it.health("c13-3c1s0n0", "2016-11-08T23:47:06Z") == Health::ok);
    // Off the bus, two minutes after a double-bit error.
    CHECK(failed("c13-4c1s7n1", "2019-05-31T09:26:08Z", 48));
    CHECK(failed("c13-4c1s7n1", "2019-05-31T09:28:08Z", 79));
    CHECK(it.health("c13-4c1s7n1", "2019-05-31T09:27:00Z") == Health::critical);
    CHECK(it.health("c13-4c1s7n1", "2019-05-31T09:28:08Z") == Health::down);
    // Replaced without having failed: nothing is known in between.
    CHECK(it.health("c11-2c1s4n1", "2017-02-07T15:20:56Z") == Health::ok);
    CHECK(it.health("c11-2c1s4n1", "2017-02-07T15:20:57Z") == Health::unknown);
    CHECK(it.health("c11-2c1s4n1", "2017-04-10T01:36:18Z") == Health::unknown);
    CHECK(it.health("c11-2c1s4n1", "2017-04-10T01:36:19Z") == Health::ok);
    // At the end 18,637 cards are where they were; one failed in the last second.
    it.recording->seek(it.history.end_ns, it.state);
    const auto counts = it.state.count_health(ObjectClass::gpu, it.history.end_ns);
    CHECK(counts[size_t(Health::ok)] + counts[size_t(Health::warning)] <= 18'637);
    CHECK(counts[size_t(Health::ok)] > 18'600);
}
