// What the panels remember between frames: what is unfolded, what was typed, and sums over the state that are made anew
// only when the state has changed. Holds no telemetry that cannot be made again from the state.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cluster/incidents.h"
#include "viewer/history.h"
#include "viewer/keys.h"
#include "viewer/panels/event_order.h"
#include "viewer/panels/fabric_views.h"
#include "viewer/panels/moments.h"
#include "viewer/panels/panels.h"
#include "viewer/panels/pen.h"
#include "viewer/panels/times.h"
#include "viewer/reference.h"
#include "viewer/sparkline.h"

namespace bv {

// Sums over the whole state: counts per health, and for every container the worst thing below it.
struct Digest {
    std::array<std::array<uint32_t, health_count>, object_class_count> counts{};  // [class][health]
    struct Below {
        Health worst = Health::ok;
        uint32_t troubled = 0;  // things below that are in_trouble(), each counted once
    };
    std::array<std::vector<Below>, object_class_count> below;  // of site, hall, row, rack, node, NIC, switch
    [[nodiscard]] uint32_t in_trouble_of(ObjectClass object_class) const;
    uint32_t open_critical = 0, open_warning = 0, open_info = 0;  // events that have not ended
    std::string simulation;  // what a simulator says of its values; empty where nothing says that they are simulated
    double messages_per_second = 0, bytes_per_second = 0, values_per_second = 0;
    uint64_t gaps = 0, decode_errors = 0;
    uint32_t sources_live = 0, sources_total = 0;
    uint32_t sources_in_conflict = 0;
    bool conflict = false;
    std::vector<uint32_t> node_jobs;  // [node] → job slot, no_index without
};

struct Toast {
    std::string text;
    Health severity = Health::warning;
    std::chrono::steady_clock::time_point until;
};

// A job that has left its slot: who looks for it soon after still finds it.
struct FinishedJob {
    Job job;              // as it was last heard of
    int64_t gone_ns = 0;  // clock of the sources
};

// How a running job fared while it was seen: a value a tick, ten minutes at most.
struct JobLines {
    std::string id;
    Sparkline step_seconds, goodput;
};

struct PanelMemory {
    Digest digest;
    uint64_t digest_version = ~0ull;
    const Topology* digest_topology = nullptr;
    int64_t digest_now_ns = 0;

    std::vector<Job> seen_jobs;              // by slot
    std::vector<FinishedJob> finished_jobs;  // newest first
    std::vector<JobLines> job_lines;         // by slot
    uint64_t seen_jobs_version = ~0ull;

    std::set<ObjectId> unfolded;                 // of the tree
    ObjectId tree_followed;                      // selection that the tree has last scrolled to
    std::set<std::string> folded{"Raw values"};  // sections of the inspector, by title
    int event_severity = 0;                      // 0 all, 1 warnings and worse, 2 critical
    bool events_of_selection = false;
    std::vector<EventLine> shown_events;
    std::set<uint64_t> unfolded_events;  // by EventLine::fold
    uint64_t shown_events_key = ~0ull;

    std::array<char, 4096> search_text{};  // a link with a long filter fits
    std::string searched;                  // what the hits below belong to
    std::vector<SearchHit> hits;
    int hit = 0;  // the one under the arrow keys
    bool search_was_open = false;
    std::optional<Action> command;  // chosen in the palette, not yet done
    bool search_focus = false;      // give the field the keyboard in the next frame
    bool search_entered = false;    // Enter, as the window had it: it may come and go between two frames
    std::string filter_error;       // "at 14: …"
    std::string counted_filter;     // whose matches are counted below
    int64_t counted_at_ns = 0;
    std::array<uint32_t, object_class_count> filter_matches{};
    double search_ms = 0;

    bool jump_open = false;  // a time is being typed in the timeline
    bool jump_focus = false;
    std::array<char, 64> jump_text{};
    std::optional<int64_t> loop_from_ns;  // where a drag for a loop began
    // Each reads on a thread of its own: the plots over the hall, and those of the inspector.
    PlotReader plot_history, inspector_history;
    TimeRange plot_window, inspector_window;
    std::optional<int64_t> pointed_time_ns;  // in this frame; view.hovered_time_ns of the next
    Moments moments;
    Incidents incidents;           // of the state that is shown
    Reference reference;           // what is compared with
    std::vector<uint32_t> ranked;  // what changed most, of the comparison of this version
    uint64_t ranked_version = 0;

    TrunkRef opened;             // the trunk whose links are ranked below,
    int64_t opened_time_ns = 0;  // as they were then
    std::vector<uint32_t> ranked_links;

    FabricDesk fabric;  // leaf × spine, fat tree, ranks

    Rect list_rect;  // where the list on the left that is drawn next goes
    bool metric_picker_open = false;
    std::vector<Toast> toasts;
};

// Makes memory.digest fit the state: at once when values changed, at most four times a second for what only ages.
void update_digest(const UiContext& ui, PanelMemory& memory);

// Keeps the last twenty jobs that left their slots, for an hour.
void remember_jobs(const ClusterState& state, PanelMemory& memory);
void forget_jobs(PanelMemory& memory);
// "completed", "failed", or "ended" of one that was last heard of running.
std::string_view word_of_end(const Job& job);
void sum_sources(const std::vector<SourceStatus>& sources, Digest& digest);

// Selects and flies there.
void go_to(const UiContext& ui, ObjectId id);
// Short where the parent is in view: what the parent's name already says is left out.
std::string short_name(const Topology& topology, ObjectId id);
// A name without the parts that another begins with too: "H1-P6-A6-leaf2" beside "H1-P6-A6-R2-N6" is "leaf2".
std::string without_shared(std::string_view name, std::string_view other);
// Health as shown: unknown where the object is stale.
struct Shown {
    Health health = Health::unknown;  // last known
    bool stale = false;
    bool heard = false;
    int64_t heard_ns = 0;
};
Shown shown_health(const ClusterState& state, ObjectId id, int64_t now_ns);
// "5 things are in trouble inside (1 node, 4 links); the worst is down."; empty where nothing is. Classes are named for
// the site.
std::string trouble_sentence(const Digest& digest, ObjectId id);
// "Unknown: none of 2 sources is live.", "1 of 2 sources is in conflict and not shown."; empty where all are live.
std::string feed_sentence(const Digest& digest);
// "Critical. Heard 0.4 s ago." in words.
std::string health_sentence(const ClusterState& state, ObjectId id, int64_t now_ns);
// "GPU" or "GPUs", "switches", …: classes for people.
std::string_view class_label(ObjectClass object_class, bool plural);
// What is worst at or below an object; the object's own health where nothing is below it.
Health worst_at(const UiContext& ui, ObjectId id);
// The newest event of an object that has not ended and is no mere note; null without.
// What an event says without repeating the name of its object.
std::string without_name(const ClusterState& state, const Event& event);
const Event* open_event_of(const ClusterState& state, ObjectId id);
// As short as it can be without a parent in view: "H1-P1-A1-R1-N1/gpu3"; of a link its lower end and what it leads to.
std::string list_name(const Topology& topology, ObjectId id);
// "GPU · H100 SXM", "Rack · leaf", …: for headings.
std::string class_title(const Topology& topology, ObjectId id);
// The three metrics that matter for a class, most important first.
std::array<MetricIndex, 3> key_metrics(ObjectClass object_class);
// The job that runs on a node, GPU or NIC; no_index without.
uint32_t job_of(const Topology& topology, const Digest& digest, ObjectId id);
const Job* job_in_slot(const ClusterState& state, uint32_t slot);
// Colour of an object's cell as in the hall: by what the view colours by.
Rgba cell_color(const UiContext& ui, ObjectId id);
// Differences are shown, and this object has none because one of the times has no value of it.
bool lacks_difference(const UiContext& ui, ObjectId id);
Rgba color_map_color(ColorMap map, float t);
std::string title_of_health(Health health);

}  // namespace bv
