// What messages do to an ingest: greeting, snapshots, gaps, conflicts, new lives. See ingest.h and docs/protocol.md.
#include <fmt/format.h>

#include <algorithm>

#include "net/ingest.h"

namespace bv {

namespace {

using Phase = SourceFeed::Phase;

constexpr size_t max_sources_per_endpoint = 256, kept_skews = 8;
// Of all sources together: a stranger may call itself by many names.
constexpr size_t max_kept_bytes = 128u << 20;
constexpr auto problem_shown = std::chrono::seconds(10);

bool topic_matches(std::string_view topic, const Envelope& envelope) {
    const auto stream = envelope.stream();
    if (!stream || !topic.starts_with(topic_prefix)) return false;
    topic.remove_prefix(topic_prefix.size());
    if (!topic.starts_with(envelope.source)) return false;
    topic.remove_prefix(envelope.source.size());
    return topic.starts_with('/') && topic.substr(1) == name_of(*stream);
}

std::optional<OwnedRanges> fitting(const Heartbeat& heartbeat, const Topology& topology) {
    if (!heartbeat.owns_everything) {
        for (ObjectClass c : all_object_classes)
            for (const IndexRange& r : heartbeat.owned[size_t(c)])
                if (r.first > topology.count(c) || r.count > topology.count(c) - r.first) return std::nullopt;
        return heartbeat.owned;
    }
    OwnedRanges owned;
    for (ObjectClass c : all_object_classes) owned[size_t(c)].push_back({0, topology.count(c)});
    return owned;
}

// An event of no single object is anybody's.
bool all_owned(const OwnedRanges& owned, const std::vector<Event>& events) {
    return std::all_of(events.begin(), events.end(), [&](const Event& e) {
        return !e.object.valid() || owns(owned, e.object.object_class, e.object.index, 1);
    });
}

bool all_owned(const OwnedRanges& owned, const std::vector<Job>& jobs) {
    return std::all_of(jobs.begin(), jobs.end(),
                       [&](const Job& j) { return owns(owned, ObjectClass::job, j.slot, 1); });
}

std::optional<IndexRange> overlap(const std::vector<IndexRange>& a, const std::vector<IndexRange>& b) {
    for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {  // both ascending
        const uint32_t first = std::max(a[i].first, b[j].first), end = std::min(a[i].end(), b[j].end());
        if (first < end) return IndexRange{first, end - first};
        if (a[i].end() < b[j].end())
            ++i;
        else
            ++j;
    }
    return std::nullopt;
}

}  // namespace

void Ingest::bad(uint16_t index, DecodeError error) {
    SourceStatus& s = state.sources[index];
    ++s.decode_errors;
    s.problem = sentence(error);
    for (auto& feed : feeds_)
        if (feed->index == index) feed->problem_until = Clock::now() + problem_shown;
    changed_ = true;
}

SourceFeed* Ingest::feed_of(Line& line, std::string_view name) {
    const size_t number = size_t(
        std::find_if(lines_.begin(), lines_.end(), [&](const auto& l) { return l.get() == &line; }) - lines_.begin());
    for (auto& feed : feeds_)
        if (feed->endpoint == number && feed->name == name) return feed.get();
    if (line.feeds >= max_sources_per_endpoint || state.sources.size() >= 0xFFFF) return nullptr;
    auto feed = std::make_unique<SourceFeed>();
    feed->endpoint = number;
    feed->name = name;
    feed->index = line.first_status;
    if (line.feeds > 0) {
        feed->index = uint16_t(state.sources.size());
        state.sources.push_back({.name = "", .endpoint = line.endpoint.text()});
    }
    ++line.feeds;
    SourceStatus& s = state.sources[feed->index];
    s.name = feed->name;
    s.link = SourceStatus::Link::waiting;
    s.problem.clear();
    feeds_.push_back(std::move(feed));
    return feeds_.back().get();
}

// A greater boot id is the same source started anew. A smaller one is a second publisher of that name, unless the first
// is gone.
bool Ingest::same_life(SourceFeed& feed, const Envelope& envelope) {
    if (envelope.boot_id == feed.boot_id && feed.boot_id != 0) return true;
    if (envelope.boot_id < feed.boot_id && !feed.silent) {
        status(feed).problem =
            fmt::format("Another publisher also calls itself \"{}\"; give each its own source name.", feed.name);
        feed.problem_until = Clock::now() + problem_shown;
        return false;
    }
    if (feed.boot_id != 0 && !state.empty() && !feed.conflict) {
        interrupt(feed, "the source started anew");
        std::vector<Job> ended;
        for (uint32_t slot : feed.job_slots) ended.push_back({.slot = slot});
        apply_jobs(feed, ended);
    }
    feed.born_again(envelope.boot_id);
    status(feed).boot_id = envelope.boot_id;
    return true;
}

void Ingest::hear(Line& line, zmq::message_t& topic, zmq::message_t& payload) {
    Envelope envelope;
    const DecodeError error = open_message(bytes_of(payload), envelope);
    if (error != DecodeError::none) return bad(line.first_status, error);
    if (!topic_matches(text_of(topic), envelope)) return bad(line.first_status, DecodeError::not_a_message);
    if (envelope.boot_id == 0) return bad(line.first_status, DecodeError::boot_id_missing);
    SourceFeed* feed = feed_of(line, envelope.source);
    if (!feed) return bad(line.first_status, DecodeError::too_large);
    if (on_message) on_message(envelope, topic, payload);
    SourceStatus& s = status(*feed);
    ++s.messages;
    s.bytes += topic.size() + payload.size();
    s.last_message_ns = utc_now_ns();
    changed_ = true;
    if (!same_life(*feed, envelope)) return;
    feed->last_heard = Clock::now();
    feed->silent = false;
    feed->topology_hash = envelope.topology_hash;
    switch (envelope.kind) {
        case PayloadKind::topology:
            take_topology(*feed, payload, envelope);
            break;
        case PayloadKind::heartbeat:
            take_heartbeat(*feed, payload, envelope);
            break;
        default:
            if (!state.empty() && feed->topology_hash != state.topology().hash) judge(*feed);
            if (feed->conflict) break;
            if (feed->phase == Phase::live)
                apply(*feed, payload, envelope, s.last_message_ns);
            else
                keep(*feed, std::move(payload));
    }
    refresh(*feed);
}

// What a source says before its first heartbeat is not kept: nobody knows yet what it may speak for.
void Ingest::keep(SourceFeed& feed, zmq::message_t payload) {
    if (!feed.heartbeat) return;
    feed.keep(std::move(payload), status(feed).last_message_ns);
    size_t kept = 0;
    for (const auto& each : feeds_) kept += each->buffered_bytes();
    while (kept > max_kept_bytes) {
        const auto most = std::max_element(feeds_.begin(), feeds_.end(), [](const auto& a, const auto& b) {
            return a->buffered_bytes() < b->buffered_bytes();
        });
        kept -= (*most)->take()->message.size();
    }
}

void Ingest::refresh(SourceFeed& feed) {
    using State = SourceStatus::Link;
    SourceStatus& s = status(feed);
    const State before = s.link;
    s.link = feed.silent                 ? State::silent
             : feed.conflict             ? State::conflict
             : feed.phase == Phase::live ? State::live
                                         : State::waiting;
    if (before == State::silent && s.link != State::silent) s.problem.clear();
    if (before != s.link) changed_ = true;
}

void Ingest::take_heartbeat(SourceFeed& feed, const zmq::message_t& payload, const Envelope& envelope) {
    uint64_t& last = feed.last[size_t(Stream::heartbeat)];
    if (envelope.sequence <= last) return;
    Heartbeat heartbeat;
    const DecodeError error = decode_heartbeat(bytes_of(payload), heartbeat);
    if (error != DecodeError::none) return bad(feed.index, error);
    last = envelope.sequence;
    SourceStatus& s = status(feed);
    s.interval_ns = heartbeat.tick_interval_ns;
    // What was longest on its way looks most behind, so the greatest difference is the nearest to the truth.
    feed.skews_s.push_back(double(envelope.time_ns - s.last_message_ns) * 1e-9);
    if (feed.skews_s.size() > kept_skews) feed.skews_s.pop_front();
    s.clock_skew_s = *std::max_element(feed.skews_s.begin(), feed.skews_s.end());
    feed.heartbeat = std::move(heartbeat);
    if (state.empty()) return;
    judge(feed);
    if (feed.conflict) return;
    if (feed.phase == Phase::greeting) return begin(feed);
    if (feed.phase != Phase::live) return;
    for (const Stream stream : {Stream::tick, Stream::event, Stream::job}) {
        const size_t i = size_t(stream);
        if (!feed.placed[i] || feed.heartbeat->sequences[i] <= feed.last[i]) continue;
        feed.last[i] = feed.heartbeat->sequences[i];  // the newest were lost
        return gap(feed);
    }
}

static std::string range_in_words(ObjectClass c, const IndexRange& range) {
    if (c == ObjectClass::site) return "the site";
    if (range.count == 1) return fmt::format("{} {}", name_of(c), range.first);
    return fmt::format("{} {} to {}", name_of(c), range.first, range.end() - 1);
}

// Says in one sentence with whom this source quarrels about which objects; empty: with nobody.
std::string Ingest::quarrel(const SourceFeed& feed, const OwnedRanges& owned) const {
    for (const auto& other : feeds_) {
        if (other.get() == &feed || other->conflict || other->silent || other->phase == Phase::greeting) continue;
        for (ObjectClass c : all_object_classes)
            if (const auto both = overlap(owned[size_t(c)], other->owned[size_t(c)]))
                return fmt::format("\"{}\" on {} already speaks for {}; let one of the two own {}.", other->name,
                                   state.sources[other->index].endpoint, range_in_words(c, *both),
                                   both->count == 1 ? "it" : "them");
    }
    return {};
}

void Ingest::judge(SourceFeed& feed) {
    std::string why;
    std::optional<OwnedRanges> owned;
    if (feed.topology_hash != state.topology().hash) {
        why = fmt::format(
            "This source speaks of another cluster file ({:016x}, here {:016x}); start both with the same file.",
            feed.topology_hash, state.topology().hash);
    } else if (feed.heartbeat) {
        owned = fitting(*feed.heartbeat, state.topology());
        why = owned ? quarrel(feed, *owned) : std::string(sentence(DecodeError::range_outside_topology));
    }
    const bool was = feed.conflict;
    feed.conflict = !why.empty();
    if (feed.conflict) {
        if (!was && feed.phase != Phase::greeting) interrupt(feed, "two sources quarrel about its objects");
        feed.phase = Phase::greeting;
        feed.dealer.close();
        feed.forget_buffer();
        status(feed).problem = std::move(why);
    } else {
        if (was) status(feed).problem.clear();
        if (owned) status(feed).owned = feed.owned = std::move(*owned);
    }
    refresh(feed);
}

void Ingest::begin(SourceFeed& feed) {
    if (feed.heartbeat->snapshot_endpoint.empty()) return go_live(feed);
    request(feed, false, true);
    if (feed.phase == Phase::greeting) go_live(feed);  // its service cannot be reached
}

void Ingest::go_live(SourceFeed& feed) {
    feed.phase = Phase::live;
    while (feed.phase == Phase::live) {
        const auto kept = feed.take();
        if (!kept) break;
        Envelope envelope;
        if (open_message(bytes_of(kept->message), envelope) == DecodeError::none)
            apply(feed, kept->message, envelope, kept->heard_ns);
    }
    refresh(feed);
}

void Ingest::gap(SourceFeed& feed) {
    ++status(feed).gaps;
    interrupt(feed, "messages were lost");
    changed_ = true;
    want_snapshot(feed);
}

void Ingest::want_snapshot(SourceFeed& feed) {
    if (!feed.heartbeat || feed.heartbeat->snapshot_endpoint.empty() || feed.phase != Phase::live) return;
    feed.snapshot_wanted = true;
    if (Clock::now() >= feed.next_request && !feed.dealer) request(feed, false, true);
}

void Ingest::apply(SourceFeed& feed, const zmq::message_t& payload, const Envelope& envelope, int64_t heard_ns) {
    const size_t stream = size_t(*envelope.stream());
    if (feed.placed[stream] && envelope.sequence <= feed.last[stream]) return;
    const bool lost = feed.placed[stream] && envelope.sequence > feed.last[stream] + 1;
    feed.last[stream] = envelope.sequence;
    feed.placed[stream] = true;
    if (lost) gap(feed);
    if (feed.phase != Phase::live) return;  // the snapshot just asked for holds this message
    const DecodeError error = apply_payload(feed, payload, envelope, heard_ns, false);
    if (error == DecodeError::none) return;
    if (error != DecodeError::base_missing) {
        bad(feed.index, error);
        interrupt(feed, "a message could not be read");
    }
    want_snapshot(feed);
}

DecodeError Ingest::apply_tick(SourceFeed& feed, const zmq::message_t& payload, const Envelope& envelope,
                               int64_t heard_ns, bool snapshot) {
    SourceStatus& s = status(feed);
    if (!snapshot) feed.pace.hear(envelope.time_ns, heard_ns);
    // What a snapshot says is as old as it was to the source: counted from the newest in it, which comes first.
    if (snapshot) feed.snapshot_newest_ns = std::max(feed.snapshot_newest_ns, envelope.time_ns);
    const double age_ns = snapshot ? double(feed.snapshot_newest_ns - envelope.time_ns) * feed.pace.slowness() : 0;
    const int64_t then_ns = heard_ns - int64_t(std::clamp(age_ns, 0.0, double(heard_ns)));
    const auto arrivals = [&](int64_t, int64_t interval_ns) { return feed.pace.arrival(interval_ns, then_ns); };
    if (tap_ && !snapshot) tap_->before_tick(state, feed.index, envelope.time_ns);
    uint64_t values = 0;
    const auto bytes = bytes_of(payload);
    const DecodeError error = snapshot
                                  ? feed.decoder.apply_snapshot(bytes, state, feed.index, values, &feed.owned, arrivals)
                                  : feed.decoder.apply(bytes, state, feed.index, values, &feed.owned, arrivals);
    s.values += values;
    s.ignored_columns = feed.decoder.ignored_columns();
    if (error != DecodeError::none) return error;
    s.last_tick_ns = std::max(s.last_tick_ns, envelope.time_ns);
    s.last_tick_heard_ns = std::max(s.last_tick_heard_ns, then_ns);
    return error;
}

DecodeError Ingest::apply_payload(SourceFeed& feed, const zmq::message_t& payload, const Envelope& envelope,
                                  int64_t heard_ns, bool snapshot) {
    const auto bytes = bytes_of(payload);
    DecodeError error = DecodeError::not_a_message;
    if (envelope.kind == PayloadKind::tick) {
        error = apply_tick(feed, payload, envelope, heard_ns, snapshot);
    } else if (envelope.kind == PayloadKind::events) {
        events_.clear();
        error = decode_events(bytes, state.topology(), events_);
        if (!all_owned(feed.owned, events_)) error = DecodeError::range_not_owned;
        if (error == DecodeError::none)
            for (const Event& event : events_) state.apply(event);
        if (error == DecodeError::none && tap_) tap_->heard(state, feed.index, events_, {});
    } else if (envelope.kind == PayloadKind::jobs) {
        jobs_.clear();
        error = decode_jobs(bytes, state.topology(), jobs_);
        if (!all_owned(feed.owned, jobs_)) error = DecodeError::range_not_owned;
        if (error == DecodeError::none) apply_jobs(feed, jobs_);
        if (error == DecodeError::none && snapshot)
            for (const Job& job : jobs_) feed.snapshot_job_slots.insert(job.slot);
    }
    changed_ = true;
    return error;
}

void Ingest::apply_jobs(SourceFeed& feed, const std::vector<Job>& jobs) {
    if (tap_ && !jobs.empty()) tap_->heard(state, feed.index, {}, jobs);
    for (const Job& job : jobs) {
        state.apply(job);
        if (job.id.empty())
            feed.job_slots.erase(job.slot);
        else
            feed.job_slots.insert(job.slot);
    }
}

void Ingest::take_snapshot_part(SourceFeed& feed, const zmq::message_t& payload) {
    Envelope envelope;
    const DecodeError error = open_message(bytes_of(payload), envelope);
    if (error != DecodeError::none) return bad(feed.index, error);
    if (envelope.source != feed.name || envelope.boot_id != feed.boot_id) return;  // of an earlier life
    if (envelope.kind == PayloadKind::topology) return take_topology(feed, payload, envelope);
    StreamSequences sequences{};
    if (envelope.kind == PayloadKind::snapshot_end) {
        if (decode_snapshot_end(bytes_of(payload), sequences) == DecodeError::none) end_snapshot(feed, sequences);
        return;
    }
    if (feed.phase != Phase::snapshot) return;
    const DecodeError broken = apply_payload(feed, payload, envelope, utc_now_ns(), true);
    if (broken == DecodeError::none) return;
    bad(feed.index, broken);
    feed.snapshot_deadline = {};  // give up this one
}

void Ingest::end_snapshot(SourceFeed& feed, const StreamSequences& sequences) {
    feed.dealer.close();
    if (feed.phase != Phase::snapshot) return;
    for (const Stream stream : {Stream::tick, Stream::event, Stream::job}) {
        feed.last[size_t(stream)] = sequences[size_t(stream)];
        feed.placed[size_t(stream)] = true;
    }
    // The snapshot lists every job there is; what it does not mention has ended while nobody listened.
    for (uint32_t slot : std::set<uint32_t>(feed.job_slots))
        if (!feed.snapshot_job_slots.contains(slot)) apply_jobs(feed, {Job{.slot = slot}});
    if (tap_) tap_->after_snapshot(state, feed.index);
    ++status(feed).snapshots;
    feed.failed_requests = 0;
    go_live(feed);
}

void Ingest::interrupt(SourceFeed& feed, std::string_view reason) {
    if (tap_) tap_->interrupted(state, feed.index, reason);
    state.interrupt(feed.index);
}

bool Ingest::wants_topology() const {
    if (state.empty()) return true;
    if (options_.cluster) return false;
    // Every source that is alive speaks of another file: the cluster was changed, and this viewer with it.
    bool other = false;
    for (const auto& feed : feeds_) {
        if (feed->silent || feed->topology_hash == 0) continue;
        if (feed->topology_hash == state.topology().hash) return false;
        other = true;
    }
    return other;
}

void Ingest::take_topology(SourceFeed& feed, const zmq::message_t& payload, const Envelope& envelope) {
    if (!wants_topology() || loading_.valid() || unreadable_.contains(envelope.topology_hash)) return;
    std::string text;
    const DecodeError error = decode_topology(bytes_of(payload), text);
    if (error != DecodeError::none) return bad(feed.index, error);
    if (text.empty()) return;
    loading_hash_ = envelope.topology_hash;
    loading_for_ = feed.index;
    // Off this thread: a large file takes longer to read than the sockets can hold back.
    std::promise<LoadedCluster> loaded;
    loading_ = loaded.get_future();
    loader_ = std::async(std::launch::async, [this, loaded = std::move(loaded), text = std::move(text),
                                              from = "the cluster file of " + feed.name]() mutable {
        try {
            loaded.set_value(load_cluster_text(std::move(text), from));
        } catch (...) {
            loaded.set_exception(std::current_exception());
        }
        wake();  // the result is there before who waits for it is woken
    });
}

void Ingest::install_loaded_cluster() {
    if (!loading_.valid() || loading_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return;
    try {
        install(loading_.get());
    } catch (const std::exception& error) {
        unreadable_.insert(loading_hash_);
        state.sources[loading_for_].problem = error.what();
        changed_ = true;
    }
}

void Ingest::install(LoadedCluster cluster) {
    tap_.reset();
    recorder_problem_.clear();
    if (options_.open_recorder) try {
            if (auto recorder = options_.open_recorder(cluster))
                tap_ = std::make_unique<IngestTap>(std::move(recorder));
        } catch (const std::exception& error) {
            recorder_problem_ = error.what();
        }
    ClusterState fresh(cluster.topology);
    fresh.sources = std::move(state.sources);
    state = std::move(fresh);
    cluster_text_ = std::move(cluster.text);
    changed_ = true;
    for (auto& feed : feeds_) {
        feed->decoder.reset();
        feed->job_slots.clear();
        feed->phase = Phase::greeting;
        if (!feed->heartbeat || feed->silent) continue;
        judge(*feed);
        if (!feed->conflict) begin(*feed);
    }
}

}  // namespace bv
