// Everything that a subscriber and the proxy do with what they hear, on one thread: sockets, sources, snapshots,
// conflicts. Reads the network, writes `state`. The dialogue with one source is in source_feed.h and docs/protocol.md.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cluster/state.h"
#include "net/endpoint.h"
#include "net/ingest_tap.h"
#include "net/source_feed.h"

namespace bv {

struct IngestOptions {
    std::vector<std::string> endpoints;
    std::optional<LoadedCluster> cluster;  // fixed; else the first that a source tells
    bool insecure = false;
    CurveClient curve;
    // Called when the cluster is known: who records what is heard. Empty: nobody.
    std::function<std::unique_ptr<Recorder>(const LoadedCluster&)> open_recorder;
};

class Ingest {
public:
    // Connects. Throws one sentence.
    explicit Ingest(IngestOptions options);
    ~Ingest();
    Ingest(const Ingest&) = delete;
    Ingest& operator=(const Ingest&) = delete;

    // Waits until something arrives or is due, handles it, and returns whether anything that can be read changed.
    bool poll();
    // The same, but does not wait longer than this and also wakes when `other` sockets can be read.
    bool poll(std::chrono::milliseconds longest, std::span<const zmq::pollitem_t> others);
    // Ends a poll early. From any thread.
    void wake();

    ClusterState state;  // sources is filled even before there is a topology
    [[nodiscard]] const std::string& cluster_text() const { return cluster_text_; }

    // An empty path: not recording. With a problem and a path of none: recording could not begin.
    [[nodiscard]] RecorderStatus recorder_status() const;

    // For the proxy: sees every verified message in the order in which it arrived, before it is applied.
    std::function<void(const Envelope&, zmq::message_t& topic, zmq::message_t& payload)> on_message;
    [[nodiscard]] const std::vector<std::unique_ptr<SourceFeed>>& feeds() const { return feeds_; }

private:
    using Clock = SourceFeed::Clock;
    struct Line {  // one endpoint
        Endpoint endpoint;
        zmq::socket_t sub, monitor;
        uint16_t first_status = 0;  // stands for the endpoint until its first source is heard, then for that source
        size_t feeds = 0;
        bool connected = false;
        Clock::time_point next_reopen{};
    };

    void open(Line& line);
    void drain(Line& line);
    void drain_monitor(Line& line);
    void drain_dealer(SourceFeed& feed);
    void hear(Line& line, zmq::message_t& topic, zmq::message_t& payload);
    SourceFeed* feed_of(Line& line, std::string_view name);
    bool same_life(SourceFeed& feed, const Envelope& envelope);

    void take_heartbeat(SourceFeed& feed, const zmq::message_t& payload, const Envelope& envelope);
    void take_topology(SourceFeed& feed, const zmq::message_t& payload, const Envelope& envelope);
    void take_snapshot_part(SourceFeed& feed, const zmq::message_t& payload);
    void apply(SourceFeed& feed, const zmq::message_t& payload, const Envelope& envelope, int64_t heard_ns);
    DecodeError apply_payload(SourceFeed& feed, const zmq::message_t& payload, const Envelope& envelope,
                              int64_t heard_ns, bool snapshot);
    DecodeError apply_tick(SourceFeed& feed, const zmq::message_t& payload, const Envelope& envelope, int64_t heard_ns,
                           bool snapshot);
    void keep(SourceFeed& feed, zmq::message_t payload);
    void apply_jobs(SourceFeed& feed, const std::vector<Job>& jobs);

    void judge(SourceFeed& feed);  // conflict or not, with one sentence
    std::string quarrel(const SourceFeed& feed, const OwnedRanges& owned) const;
    void begin(SourceFeed& feed);
    void go_live(SourceFeed& feed);
    void gap(SourceFeed& feed);
    void request(SourceFeed& feed, bool topology, bool wanted_state);
    void say_not_asked(SourceFeed& feed, std::string_view why);
    [[nodiscard]] size_t dealers() const;
    void want_snapshot(SourceFeed& feed);
    void end_snapshot(SourceFeed& feed, const StreamSequences& sequences);
    void bad(uint16_t status, DecodeError error);

    void interrupt(SourceFeed& feed, std::string_view reason);
    [[nodiscard]] bool wants_topology() const;
    void install_loaded_cluster();
    void install(LoadedCluster cluster);
    void keep_house();
    void check_silence(SourceFeed& feed, Clock::time_point now);
    void measure(Clock::time_point now);
    void refresh(SourceFeed& feed);  // status link from the feed's phase
    [[nodiscard]] Clock::time_point next_due() const;

    SourceStatus& status(const SourceFeed& feed) { return state.sources[feed.index]; }

    IngestOptions options_;
    std::shared_ptr<ZmqContext> context_;
    std::string cluster_text_;
    std::unique_ptr<IngestTap> tap_;  // null: nobody records
    std::string recorder_problem_;
    int wake_fd_ = -1;
    std::vector<std::unique_ptr<Line>> lines_;
    std::vector<std::unique_ptr<SourceFeed>> feeds_;
    std::vector<zmq::pollitem_t> items_;
    std::vector<zmq::message_t> frames_;
    std::future<LoadedCluster> loading_;
    std::future<void> loader_;       // ends just after loading_ is ready
    std::set<uint64_t> unreadable_;  // hashes of cluster files that could not be read
    uint64_t loading_hash_ = 0;
    uint16_t loading_for_ = 0;
    std::vector<Event> events_;
    std::vector<Job> jobs_;
    Clock::time_point next_measure_{};
    bool changed_ = false;
};

}  // namespace bv
