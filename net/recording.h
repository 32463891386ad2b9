// Reads a recording (.bvr), also while it is being written: the state of everything at one time, the history of one
// thing over a long time, and what a timeline shows. One thread at a time per Recording; open another for another
// thread. Nothing that fails its checksum is served: it is counted and left out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cluster/state.h"
#include "net/cluster_library.h"

namespace bv {

struct RecordingInfo {
    std::filesystem::path path;
    int64_t begin_ns = 0, end_ns = 0;  // first and newest instant; 0, 0: nothing recorded yet
    uint64_t bytes = 0;
    std::vector<std::string> sources;
};

struct GapSpan {
    std::string source, reason;
    int64_t begin_ns = 0, end_ns = 0;
};

// Of one metric of one object over one step of time; NaN where nothing was heard.
struct Aggregated {
    int64_t begin_ns = 0;
    float min = 0, mean = 0, max = 0;
    uint32_t count = 0;
};

// Objects of a class per health at the worst tick of a step.
struct HealthCounts {
    int64_t begin_ns = 0;
    std::array<uint32_t, health_count> counts{};
};

// What a person wants to find again: a time, and how it was looked at (a belvedere:// link says both).
struct Bookmark {
    int64_t id = 0, time_ns = 0, created_ns = 0;
    std::string name, note, link;
};

struct Damage {
    uint64_t rows = 0;     // left out so far because their checksum was wrong
    std::string sentence;  // about the first of them
};

class Recording {
public:
    // Throws one sentence. Where `known` is the recording's own cluster, its topology is shared instead of read anew.
    explicit Recording(std::filesystem::path path, const LoadedCluster* known = nullptr);
    ~Recording();
    Recording(Recording&&) noexcept;

    [[nodiscard]] const LoadedCluster& cluster() const;
    [[nodiscard]] RecordingInfo info();  // as it stands now
    [[nodiscard]] const Damage& damage() const;

    // Makes `state` what was known at that time, whatever it was before: of every column the newest values at or before
    // it, the events and jobs as they were known then. The same file and time give the same state.
    void seek(int64_t time_ns, ClusterState& state);

    // Every recorded value of one metric of one object in [begin_ns, end_ns], oldest first, in pieces; `more` returns
    // false to stop.
    struct Sample {
        int64_t time_ns;
        uint16_t raw;
    };
    void history(MetricId metric, uint32_t index, int64_t begin_ns, int64_t end_ns,
                 const std::function<bool(std::span<const Sample>)>& more);

    // The same of many objects of one class: what their values lie between, one spread per tick and series (8,192
    // objects at most share one), oldest first, at most one tick per every_ns. Where the objects are of several series,
    // a time comes once for each.
    struct Spread {
        int64_t time_ns;
        float min, max;
        double sum;
        uint32_t count;  // of those that had a value; 0: nobody had
    };
    void spread(MetricId metric, std::span<const IndexRange> objects, int64_t begin_ns, int64_t end_ns,
                int64_t every_ns, const std::function<bool(const Spread&)>& more);

    // For timelines: aggregates of sites, halls and racks, in steps of at least step_ns (minutes or hours are kept).
    [[nodiscard]] std::vector<Aggregated> aggregates(MetricId metric, uint32_t index, int64_t begin_ns, int64_t end_ns,
                                                     int64_t step_ns);
    [[nodiscard]] std::vector<HealthCounts> health(ObjectClass object_class, int64_t begin_ns, int64_t end_ns,
                                                   int64_t step_ns);
    // Events that began in each of `buckets` equal parts of [begin_ns, end_ns), per severity.
    [[nodiscard]] std::vector<std::array<uint32_t, 3>> event_density(int64_t begin_ns, int64_t end_ns, size_t buckets);
    [[nodiscard]] std::vector<GapSpan> gaps(int64_t begin_ns, int64_t end_ns);
    // Events that began in [begin_ns, end_ns], as they are known at the end of the recording, oldest first.
    [[nodiscard]] std::vector<Event> events(int64_t begin_ns, int64_t end_ns, size_t most);
    // Begin of the nearest event of at least that severity, strictly after (forward) or before the time.
    [[nodiscard]] std::optional<int64_t> next_event(int64_t time_ns, bool forward, Severity least);
    // The nearest tick of any source strictly after or before the time.
    [[nodiscard]] std::optional<int64_t> next_tick(int64_t time_ns, bool forward);

    [[nodiscard]] std::vector<Bookmark> bookmarks();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Bookmarks live in the recording; where that cannot be written, beside it in FILE.bookmarks (same table).
int64_t add_bookmark(const std::filesystem::path& recording, const Bookmark& bookmark);
// The same as Recording::bookmarks() without opening the whole recording.
std::vector<Bookmark> bookmarks_of(const std::filesystem::path& recording);
void remove_bookmark(const std::filesystem::path& recording, int64_t id);

}  // namespace bv
