// The tables of a recording and the rows that are written and read as a whole. docs/recording.md explains them; the SQL
// in recording_schema.cpp is the authority.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "cluster/state.h"
#include "net/cluster_library.h"
#include "net/sqlite.h"

namespace bv {

inline constexpr int64_t recording_application_id = 0x42565231;  // "BVR1"
inline constexpr int64_t recording_version = 2;
inline constexpr size_t max_cluster_bytes = 64u << 20;  // of the text of its cluster
inline constexpr int64_t never_ns = std::numeric_limits<int64_t>::max();

// Creates the tables and writes the cluster and the catalogue. `database` is new and empty.
void create_recording(Database& database, const LoadedCluster& cluster);
// Nothing was ever committed: new, or whoever created it was killed while doing so.
bool holds_nothing(Database& database);
// Throws one sentence unless this is a recording that this program reads.
void check_recording(Database& database);
LoadedCluster read_cluster(Database& database);

// What one source says about at most 8,192 objects of one column. Blocks belong to a series.
struct Series {
    uint32_t id = 0;
    uint16_t source = 0;
    MetricId metric;
    uint32_t first = 0, count = 0;
    std::vector<uint16_t> translated;  // from the recording's raw values to this program's; empty: they are the same
};
// Series of metrics that this program knows; `damaged` counts rows with a wrong checksum.
std::vector<Series> read_series(Database& database, const Topology& topology, uint32_t from_id, uint64_t& damaged);
void insert_series(Database& database, const Series& series);

std::vector<std::string> read_sources(Database& database, uint64_t& damaged);  // [id]
void insert_source(Database& database, size_t id, std::string_view name);

// Rows by themselves, columns in the order of these lists from column 0 on; nothing, or false, where the checksum is
// wrong. The metric of such a series is numbered as in the recording, which may be another version of the catalogue.
extern const char* const series_columns;
extern const char* const metric_columns;
std::optional<Series> read_series(const Statement& row);
bool metric_is_sound(const Statement& row);
int64_t metric_key(MetricId id);
int64_t source_check(int64_t id, std::string_view name);
int64_t meta_check(std::string_view key, std::string_view value);
int64_t gap_check(std::string_view source, int64_t begin_ns, int64_t end_ns, std::string_view reason);
int64_t bookmark_check(int64_t time_ns, int64_t created_ns, std::string_view name, std::string_view note,
                       std::string_view link);

// What is known of the recording as a whole, by key; nothing where it is not there or damaged.
std::optional<std::string> read_meta(Database& database, std::string_view key);
void write_meta(Database& database, std::string_view key, std::string_view value);
// Of a cut: the time where it begins. What is older is there to make the first states whole.
inline constexpr std::string_view meta_begin_ns = "begin_ns";

// One version of an event: what was said of it from known_ns on, until it was said anew.
struct EventVersion {
    int64_t known_ns = 0, until_ns = never_ns;
    Event event;
};
struct JobVersion {
    int64_t known_ns = 0, until_ns = never_ns;
    Job job;
};

// Prepared once per connection; select lists and parameters are in the order of the fields.
class EventRows {
public:
    explicit EventRows(Database& database);
    // Ends the version that stood and writes this one.
    void write(const EventVersion& version, std::string_view object_path);
    // Writes it beside all others.
    void insert(const EventVersion& version, std::string_view object_path);

private:
    Statement standing_, end_, remove_, insert_;
};
class JobRows {
public:
    explicit JobRows(Database& database);
    void write(const JobVersion& version);
    void insert(const JobVersion& version);

private:
    Statement standing_, end_, remove_, insert_;
};

// Columns of event_version and job_version from column 0 on; nothing where the checksum is wrong.
extern const char* const event_columns;
extern const char* const job_columns;
std::optional<EventVersion> read_event(const Statement& row);
std::optional<JobVersion> read_job(const Statement& row);

}  // namespace bv
