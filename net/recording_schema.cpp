// The tables of a recording; see recording_schema.h and docs/recording.md.
#include "net/recording_schema.h"

#include <charconv>

#include <fmt/format.h>

#include "net/checksum.h"
#include "net/planes.h"

namespace bv {

namespace {

// Names for people and views for SQL come with the file, so that it can be asked without this program.
constexpr const char* tables = R"sql(
create table meta (key text primary key, value text not null, crc integer not null) without rowid;
create table topology (id integer primary key, name text not null, title text not null, hash text not null,
  text_bytes integer not null, text_zstd blob not null);
create table metric (id integer primary key, class text not null, name text not null, label text not null,
  unit text not null, scale real not null, offset real not null, encoding text not null, crc integer not null);
create table source (id integer primary key, name text not null unique, crc integer not null);
create table series (id integer primary key, source integer not null, metric integer not null,
  first integer not null, count integer not null, crc integer not null);
create table block (id integer primary key, series integer not null, begin_ns integer not null,
  end_ns integer not null, ticks integer not null, data blob not null);
create index block_by_series on block (series, begin_ns, ticks);
create index block_single on block (series, begin_ns) where ticks = 1;
create table event_version (id integer primary key, known_ns integer not null, until_ns integer not null,
  source text not null, event_id integer not null, time_ns integer not null, end_ns integer not null,
  severity text not null, kind text not null, class text not null, object_index integer not null,
  object text not null, code integer not null, text text not null, crc integer not null,
  open_until_ns integer as (min(until_ns, case end_ns when 0 then 9223372036854775807 else end_ns end)));
create index event_by_time on event_version (time_ns);
create index event_by_known on event_version (known_ns);
create index event_open on event_version (open_until_ns, known_ns) where severity <> 'info';
create index event_standing on event_version (source, event_id) where until_ns = 9223372036854775807;
create table job_version (id integer primary key, known_ns integer not null, until_ns integer not null,
  slot integer not null, state text not null, job_id text not null, name text not null, user text not null,
  partition text not null, submit_ns integer not null, start_ns integer not null, end_ns integer not null,
  nodes text not null, gpus integer not null, tensor_parallel integer not null, pipeline_parallel integer not null,
  data_parallel integer not null, crc integer not null);
create index job_by_known on job_version (known_ns);
create index job_standing on job_version (slot) where until_ns = 9223372036854775807;
create table gap (id integer primary key, source text not null, begin_ns integer not null, end_ns integer not null,
  reason text not null, crc integer not null);
create index gap_by_time on gap (begin_ns);
create table aggregate (step_s integer not null, metric integer not null, object_index integer not null,
  begin_ns integer not null, min real not null, mean real not null, max real not null, count integer not null,
  crc integer not null, primary key (step_s, metric, object_index, begin_ns)) without rowid;
create table rack_aggregate (metric integer not null, begin_ns integer not null, data blob not null, crc integer not null,
  primary key (metric, begin_ns));
create table health (step_s integer not null, class text not null, begin_ns integer not null, ok integer not null,
  warning integer not null, critical integer not null, down integer not null, maintenance integer not null,
  unknown integer not null, crc integer not null, primary key (step_s, class, begin_ns)) without rowid;
create table bookmark (id integer primary key, time_ns integer not null, created_ns integer not null,
  name text not null, note text not null, link text not null, crc integer not null);

create view event as select source, event_id, strftime('%Y-%m-%dT%H:%M:%SZ', time_ns / 1000000000, 'unixepoch') as time,
  time_ns, nullif(end_ns, 0) as end_ns, severity, kind, class, object, code, text
  from event_version where until_ns = 9223372036854775807;
create view job as select slot, job_id, name, user, partition, state,
  strftime('%Y-%m-%dT%H:%M:%SZ', nullif(start_ns, 0) / 1000000000, 'unixepoch') as start,
  strftime('%Y-%m-%dT%H:%M:%SZ', nullif(end_ns, 0) / 1000000000, 'unixepoch') as end,
  submit_ns, start_ns, nullif(end_ns, 0) as end_ns, nodes, gpus
  from (select *, max(known_ns) from job_version where job_id <> '' group by job_id);
create view site_minute as select strftime('%Y-%m-%dT%H:%M:%SZ', begin_ns / 1000000000, 'unixepoch') as time, begin_ns,
  m.name as metric, m.unit, a.min, a.mean, a.max, a.count
  from aggregate a join metric m on m.id = a.metric where a.step_s = 60 and m.class = 'site';
)sql";

int64_t metric_check(int64_t id, std::string_view object_class, const Metric& m) {
    return RowCheck().add(id).add(object_class).add(m.name).add(m.label).add(m.unit).add(m.scale).add(m.offset).value();
}

int64_t series_check(const Series& s) {
    return RowCheck()
        .add(int64_t(s.id))
        .add(int64_t(s.source))
        .add(metric_key(s.metric))
        .add(int64_t(s.first))
        .add(int64_t(s.count))
        .value();
}

int64_t check_of(const EventVersion& v, std::string_view object_path) {
    const Event& e = v.event;
    return RowCheck()
        .add(v.known_ns)
        .add(v.until_ns)
        .add(e.source)
        .add(int64_t(e.id))
        .add(e.time_ns)
        .add(e.end_ns)
        .add(int64_t(e.severity))
        .add(e.kind)
        .add(int64_t(e.object.object_class))
        .add(int64_t(e.object.index))
        .add(object_path)
        .add(int64_t(e.code))
        .add(e.text)
        .value();
}

// "0-31,64-95": runs of node indices, both ends included.
std::string text_of(const std::vector<IndexRange>& ranges) {
    std::string text;
    for (const IndexRange& range : ranges)
        if (range.count) text += fmt::format("{}{}-{}", text.empty() ? "" : ",", range.first, range.end() - 1);
    return text;
}

std::optional<std::vector<IndexRange>> ranges_from(std::string_view text) {
    std::vector<IndexRange> ranges;
    const char* at = text.data();
    const char* end = at + text.size();
    while (at != end) {
        uint32_t first = 0, last = 0;
        auto read = std::from_chars(at, end, first);
        if (read.ec != std::errc() || read.ptr == end || *read.ptr != '-') return std::nullopt;
        read = std::from_chars(read.ptr + 1, end, last);
        if (read.ec != std::errc() || last < first || last == no_index) return std::nullopt;
        ranges.push_back({first, last - first + 1});
        at = read.ptr;
        if (at != end && *at++ != ',') return std::nullopt;
    }
    return ranges;
}

int64_t check_of(const JobVersion& v, std::string_view nodes) {
    const Job& j = v.job;
    RowCheck check;
    check.add(v.known_ns).add(v.until_ns).add(int64_t(j.slot)).add(int64_t(j.state));
    for (const std::string* text : {&j.id, &j.name, &j.user, &j.partition}) check.add(*text);
    for (const int64_t time : {j.submit_ns, j.start_ns, j.end_ns}) check.add(time);
    check.add(nodes);
    for (const uint32_t n : {j.gpus, j.tensor_parallel, j.pipeline_parallel, j.data_parallel}) check.add(int64_t(n));
    return check.value();
}

template <typename Enum, size_t count>
std::optional<Enum> enum_from(std::string_view name) {
    for (size_t i = 0; i < count; ++i)
        if (name_of(Enum(i)) == name) return Enum(i);
    return std::nullopt;
}

}  // namespace

int64_t metric_key(MetricId id) { return int64_t(id.object_class) << 8 | id.index; }
int64_t source_check(int64_t id, std::string_view name) { return RowCheck().add(id).add(name).value(); }
int64_t meta_check(std::string_view key, std::string_view value) { return RowCheck().add(key).add(value).value(); }
int64_t gap_check(std::string_view source, int64_t begin_ns, int64_t end_ns, std::string_view reason) {
    return RowCheck().add(source).add(begin_ns).add(end_ns).add(reason).value();
}
int64_t bookmark_check(int64_t time_ns, int64_t created_ns, std::string_view name, std::string_view note,
                       std::string_view link) {
    return RowCheck().add(time_ns).add(created_ns).add(name).add(note).add(link).value();
}

void create_recording(Database& database, const LoadedCluster& cluster) {
    // Every page costs the recorder the same, however small; the file shrinks when old blocks are forgotten.
    database.run("pragma page_size = 4096; pragma auto_vacuum = incremental; pragma journal_mode = wal;");
    Transaction transaction(database);
    database.run(tables);
    database.run(fmt::format("pragma application_id = {}; pragma user_version = {};", recording_application_id,
                             recording_version)
                     .c_str());
    const Topology& topology = *cluster.topology;
    Compressor compressor;
    const auto packed = compressor.compress(std::as_bytes(std::span(cluster.text)), 9);
    Statement(database, "insert into topology (id, name, title, hash, text_bytes, text_zstd) values (1, ?, ?, ?, ?, ?)")
        .bind_all(std::string_view(topology.name), std::string_view(topology.title),
                  std::string_view(fmt::format("{:016x}", topology.hash)), int64_t(cluster.text.size()), packed)
        .run();
    Statement insert(database,
                     "insert into metric (id, class, name, label, unit, scale, offset, encoding, crc) "
                     "values (?, ?, ?, ?, ?, ?, ?, 'linear', ?)");
    for (const ObjectClass object_class : all_object_classes)
        for (size_t i = 0; i < metrics_of(object_class).size(); ++i) {
            const Metric& m = metrics_of(object_class)[i];
            const int64_t id = metric_key({object_class, MetricIndex(i)});
            insert
                .bind_all(id, name_of(object_class), m.name, m.label, m.unit, m.scale, m.offset,
                          metric_check(id, name_of(object_class), m))
                .run();
        }
    transaction.commit();
}

bool holds_nothing(Database& database) {
    Statement row(database, "select count(*) from sqlite_schema");
    return row.step() && row.integer(0) == 0 && database.pragma("application_id") == 0;
}

void check_recording(Database& database) {
    const std::string file = database.path().string();
    if (database.pragma("application_id") != recording_application_id)
        throw std::runtime_error(fmt::format("{} is not a recording of belvedere.", file));
    if (const int64_t version = database.pragma("user_version"); version != recording_version)
        throw std::runtime_error(fmt::format("{} is a recording of version {}; this program reads version {}.", file,
                                             version, recording_version));
}

LoadedCluster read_cluster(Database& database) {
    Statement row(database, "select hash, text_bytes, text_zstd from topology where id = 1");
    const std::string file = database.path().string();
    if (!row.step() || row.integer(1) <= 0 || row.integer(1) > int64_t(max_cluster_bytes))
        throw DatabaseError(DatabaseError::Kind::damaged,
                            fmt::format("{}: holds no cluster; it cannot be replayed.", file));
    std::string text(size_t(row.integer(1)), '\0');
    Decompressor decompressor;
    if (!decompressor.decompress(row.blob(2), std::as_writable_bytes(std::span(text))) ||
        fmt::format("{:016x}", cluster_hash(text)) != row.text(0))
        throw DatabaseError(DatabaseError::Kind::damaged,
                            fmt::format("{}: its cluster is damaged; it cannot be replayed.", file));
    return load_cluster_text(std::move(text), file);
}

const char* const metric_columns = "id, class, name, label, unit, scale, offset, crc";
const char* const series_columns = "id, source, metric, first, count, crc";

bool metric_is_sound(const Statement& row) {
    Metric recorded{};
    recorded.name = row.text(2);
    recorded.label = row.text(3);
    recorded.unit = row.text(4);
    recorded.scale = row.real(5);
    recorded.offset = row.real(6);
    const int64_t id = row.integer(0);
    return id >= 0 && id < int64_t(object_class_count << 8) &&
           metric_check(id, row.text(1), recorded) == row.integer(7);
}

std::optional<Series> read_series(const Statement& row) {
    const int64_t metric = row.integer(2);
    Series series{.id = uint32_t(row.integer(0)),
                  .source = uint16_t(row.integer(1)),
                  .metric = {ObjectClass(metric >> 8 & 0xFF), MetricIndex(metric)},
                  .first = uint32_t(row.integer(3)),
                  .count = uint32_t(row.integer(4)),
                  .translated = {}};
    if (series_check(series) != row.integer(5) || metric < 0 || metric >= int64_t(object_class_count << 8))
        return std::nullopt;
    return series;
}

namespace {

// The recording's metric as this program knows it, and how its raw values translate.
struct KnownMetric {
    MetricId id;
    std::vector<uint16_t> translated;
};

std::vector<std::optional<KnownMetric>> read_metrics(Database& database, uint64_t& damaged) {
    std::vector<std::optional<KnownMetric>> known(object_class_count << 8);
    Statement row(database, fmt::format("select {} from metric", metric_columns));
    while (row.step()) {
        const int64_t id = row.integer(0);
        if (!metric_is_sound(row)) {
            ++damaged;
            continue;
        }
        const auto object_class = object_class_from(row.text(1));
        const auto index = object_class ? find_metric(*object_class, row.text(2)) : std::nullopt;
        if (!index) continue;  // of another version of the catalogue
        KnownMetric metric{{*object_class, *index}, {}};
        const Metric& ours = bv::metric(metric.id);
        const double scale = row.real(5), offset = row.real(6);
        if (ours.scale != scale || ours.offset != offset) {
            metric.translated.resize(65536, no_data);
            for (uint32_t raw = 0; raw < no_data; ++raw) metric.translated[raw] = quantise(ours, offset + scale * raw);
        }
        known[size_t(id)] = std::move(metric);
    }
    return known;
}

}  // namespace

std::optional<std::string> read_meta(Database& database, std::string_view key) {
    Statement row(database, "select value, crc from meta where key = ?");
    row.bind(1, key);
    if (!row.step() || meta_check(key, row.text(0)) != row.integer(1)) return std::nullopt;
    return std::string(row.text(0));
}

void write_meta(Database& database, std::string_view key, std::string_view value) {
    Statement(database, "insert or replace into meta (key, value, crc) values (?, ?, ?)")
        .bind_all(key, value, meta_check(key, value))
        .run();
}

std::vector<Series> read_series(Database& database, const Topology& topology, uint32_t from_id, uint64_t& damaged) {
    const auto metrics = read_metrics(database, damaged);
    std::vector<Series> all;
    Statement row(database, fmt::format("select {} from series where id >= ? order by id", series_columns));
    row.bind(1, int64_t(from_id));
    while (row.step()) {
        auto sound = read_series(row);
        if (!sound) {
            ++damaged;
            continue;
        }
        Series& series = *sound;
        const auto& known = metrics[size_t(metric_key(series.metric))];
        if (!known) continue;
        series.metric = known->id;
        series.translated = known->translated;
        const uint32_t objects = topology.count(series.metric.object_class);
        if (series.count == 0 || series.first > objects || series.count > objects - series.first) {
            ++damaged;
            continue;
        }
        all.push_back(std::move(series));
    }
    return all;
}

void insert_series(Database& database, const Series& s) {
    Statement(database, "insert into series (id, source, metric, first, count, crc) values (?, ?, ?, ?, ?, ?)")
        .bind_all(int64_t(s.id), int64_t(s.source), metric_key(s.metric), int64_t(s.first), int64_t(s.count),
                  series_check(s))
        .run();
}

void insert_source(Database& database, size_t id, std::string_view name) {
    Statement(database, "insert into source (id, name, crc) values (?, ?, ?)")
        .bind_all(int64_t(id), name, source_check(int64_t(id), name))
        .run();
}

std::vector<std::string> read_sources(Database& database, uint64_t& damaged) {
    std::vector<std::string> names;
    Statement row(database, "select id, name, crc from source order by id");
    while (row.step()) {
        const int64_t id = row.integer(0);
        if (id < 0 || id > 0xFFFF || source_check(id, row.text(1)) != row.integer(2)) {
            ++damaged;
            continue;
        }
        names.resize(std::max(names.size(), size_t(id) + 1));
        names[size_t(id)] = row.text(1);
    }
    return names;
}

const char* const event_columns =
    "known_ns, until_ns, source, event_id, time_ns, end_ns, severity, kind, class, object_index, code, text, object, "
    "crc";
const char* const job_columns =
    "known_ns, until_ns, slot, state, job_id, name, user, partition, submit_ns, start_ns, end_ns, nodes, gpus, "
    "tensor_parallel, pipeline_parallel, data_parallel, crc";

std::optional<EventVersion> read_event(const Statement& row) {
    EventVersion v;
    Event& e = v.event;
    v.known_ns = row.integer(0);
    v.until_ns = row.integer(1);
    e.source = row.text(2);
    e.id = uint64_t(row.integer(3));
    e.time_ns = row.integer(4);
    e.end_ns = row.integer(5);
    const auto severity = enum_from<Severity, 3>(row.text(6));
    e.kind = row.text(7);
    const auto object_class = object_class_from(row.text(8));
    if (!severity || !object_class) return std::nullopt;
    e.severity = *severity;
    e.object = {*object_class, uint32_t(row.integer(9))};
    e.code = int32_t(row.integer(10));
    e.text = row.text(11);
    if (check_of(v, row.text(12)) != row.integer(13)) return std::nullopt;
    return v;
}

std::optional<JobVersion> read_job(const Statement& row) {
    JobVersion v;
    Job& j = v.job;
    v.known_ns = row.integer(0);
    v.until_ns = row.integer(1);
    j.slot = uint32_t(row.integer(2));
    const auto state = enum_from<JobState, 5>(row.text(3));
    const auto nodes = ranges_from(row.text(11));
    if (!state || !nodes) return std::nullopt;
    j.state = *state;
    j.id = row.text(4);
    j.name = row.text(5);
    j.user = row.text(6);
    j.partition = row.text(7);
    j.submit_ns = row.integer(8);
    j.start_ns = row.integer(9);
    j.end_ns = row.integer(10);
    j.nodes = *nodes;
    j.gpus = uint32_t(row.integer(12));
    j.tensor_parallel = uint32_t(row.integer(13));
    j.pipeline_parallel = uint32_t(row.integer(14));
    j.data_parallel = uint32_t(row.integer(15));
    if (check_of(v, row.text(11)) != row.integer(16)) return std::nullopt;
    return v;
}

EventRows::EventRows(Database& database)
    : standing_(database, fmt::format("select {}, id from event_version where source = ? and event_id = ? and "
                                      "until_ns = 9223372036854775807",
                                      event_columns)),
      end_(database, "update event_version set until_ns = ?, crc = ? where id = ?"),
      remove_(database, "delete from event_version where id = ?"),
      insert_(
          database,
          "insert into event_version (known_ns, until_ns, source, event_id, time_ns, end_ns, severity, kind, class, "
          "object_index, object, code, text, crc) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)") {}

void EventRows::write(const EventVersion& version, std::string_view object_path) {
    const Event& e = version.event;
    standing_.bind_all(std::string_view(e.source), int64_t(e.id));
    if (standing_.step()) {
        const auto before = read_event(standing_);
        const std::string path(standing_.text(12));
        const int64_t row = standing_.integer(14);
        standing_.reset();
        if (before && before->known_ns < version.known_ns) {
            EventVersion ended = *before;
            ended.until_ns = version.known_ns;
            end_.bind_all(ended.until_ns, check_of(ended, path), row).run();
        } else {
            remove_.bind_all(row).run();  // said twice in one instant, or damaged
        }
    } else {
        standing_.reset();
    }
    insert(version, object_path);
}

void EventRows::insert(const EventVersion& version, std::string_view object_path) {
    const Event& e = version.event;
    insert_
        .bind_all(version.known_ns, version.until_ns, std::string_view(e.source), int64_t(e.id), e.time_ns, e.end_ns,
                  name_of(e.severity), std::string_view(e.kind), name_of(e.object.object_class),
                  int64_t(e.object.index), object_path, int64_t(e.code), std::string_view(e.text),
                  check_of(version, object_path))
        .run();
}

JobRows::JobRows(Database& database)
    : standing_(
          database,
          fmt::format("select {}, id from job_version where slot = ? and until_ns = 9223372036854775807", job_columns)),
      end_(database, "update job_version set until_ns = ?, crc = ? where id = ?"),
      remove_(database, "delete from job_version where id = ?"),
      insert_(database,
              fmt::format("insert into job_version ({}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                          job_columns)) {}

void JobRows::write(const JobVersion& version) {
    const Job& j = version.job;
    standing_.bind_all(int64_t(j.slot));
    if (standing_.step()) {
        const auto before = read_job(standing_);
        const std::string nodes(standing_.text(11));
        const int64_t row = standing_.integer(17);
        standing_.reset();
        if (before && before->known_ns < version.known_ns) {
            JobVersion ended = *before;
            ended.until_ns = version.known_ns;
            end_.bind_all(ended.until_ns, check_of(ended, nodes), row).run();
        } else {
            remove_.bind_all(row).run();
        }
    } else {
        standing_.reset();
    }
    insert(version);
}

void JobRows::insert(const JobVersion& version) {
    const Job& j = version.job;
    const std::string nodes = text_of(j.nodes);
    insert_
        .bind_all(version.known_ns, version.until_ns, int64_t(j.slot), name_of(j.state), std::string_view(j.id),
                  std::string_view(j.name), std::string_view(j.user), std::string_view(j.partition), j.submit_ns,
                  j.start_ns, j.end_ns, std::string_view(nodes), int64_t(j.gpus), int64_t(j.tensor_parallel),
                  int64_t(j.pipeline_parallel), int64_t(j.data_parallel), check_of(version, nodes))
        .run();
}

}  // namespace bv
