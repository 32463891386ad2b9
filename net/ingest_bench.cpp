// Sends full ticks to a subscriber and counts; see ingest_bench.h. The ticks are encoded beforehand and sent again and
// again with new sequences, so that the sender costs as little as libzmq's own remote_thr.
#include "net/ingest_bench.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <list>
#include <thread>

#include "net/fan_out.h"
#include "net/messages.h"
#include "net/subscriber.h"
#include "net/wire.h"

namespace bv {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int rounds = 7;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Every metric of every object, noisy around a value of its own, health good.
struct FullTick {
    std::vector<std::vector<uint16_t>> values;
    TelemetryBatch batch;

    explicit FullTick(const Topology& topology) {
        uint32_t random = 1;
        for (ObjectClass c : all_object_classes) {
            for (size_t m = 0; m < metrics_of(c).size() && topology.count(c) > 0; ++m) {
                std::vector<uint16_t> column(topology.count(c), 0);
                for (uint16_t& v : column) {
                    random = random * 1664525u + 1013904223u;
                    if (m != health_metric) v = uint16_t(m * 700 + (random >> 24));
                }
                values.push_back(std::move(column));
                batch.columns.push_back({{c, MetricIndex(m)}, 0, values.back()});
            }
        }
        batch.time_ns = utc_now_ns();
    }
    [[nodiscard]] uint64_t count() const {
        uint64_t sum = 0;
        for (const auto& column : values) sum += column.size();
        return sum;
    }
};

std::vector<Bytes> encoded(const LoadedCluster& cluster, const FullTick& tick, bool compress) {
    std::vector<Bytes> out;
    uint64_t next = 1;
    TickEncoder(*cluster.topology, {.compress = compress, .delta = false})
        .encode(tick.batch, {"bench", 1, 0, cluster.topology->hash, 0}, next, true, out);
    return out;
}

// A tick message in memory of its own, lent to libzmq and taken back when it was sent.
struct Lent {
    Bytes bytes;
    std::atomic<bool> free{true};
    explicit Lent(const Bytes& from) : bytes(from) {}
    zmq::message_t lend(uint64_t sequence) {
        free = false;
        flatbuffers::GetMutableRoot<flatbuffers::Table>(bytes.data())
            ->SetField<uint64_t>(wire::Message::VT_SEQUENCE, sequence, 0);
        return {bytes.data(), bytes.size(), [](void*, void* lent) { static_cast<Lent*>(lent)->free = true; }, this};
    }
};

// Copies of the messages, enough for what libzmq holds at a time.
class Pool {
public:
    explicit Pool(const std::vector<Bytes>& messages) : messages_(messages), lent_(messages.size()) {}
    ~Pool() {  // libzmq may still be reading
        for (auto& copies : lent_)
            for (Lent& copy : copies)
                while (!copy.free) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;
    zmq::message_t message(size_t number, uint64_t sequence) {
        auto& copies = lent_[number];
        for (Lent& copy : copies)
            if (copy.free) return copy.lend(sequence);
        return copies.emplace_back(messages_[number]).lend(sequence);
    }

private:
    const std::vector<Bytes>& messages_;
    std::vector<std::list<Lent>> lent_;
};

struct Throughput {
    double values_per_second = 0, bytes_per_second = 0;
    uint64_t gaps = 0, decode_errors = 0;
};

// Sends ticks to one subscriber as fast as it takes them.
class Firehose {
public:
    Firehose(const LoadedCluster& cluster, const std::vector<Bytes>& messages)
        : hash_(cluster.topology->hash),
          pool_(messages),
          count_(messages.size()),
          fan_out_(std::make_shared<ZmqContext>(), "tcp://127.0.0.1:*", {}, "", false) {
        thread_ = std::thread([this] { run(); });
    }
    ~Firehose() {
        stop_ = true;
        thread_.join();
    }
    [[nodiscard]] const std::string& endpoint() const { return fan_out_.endpoint(); }

private:
    void run() {
        bool heard = false;
        while (!stop_ && !heard) {
            heard = fan_out_.take_subscriptions();
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        Heartbeat beat{.owns_everything = true};
        const auto tick_topic = topic_of("bench", Stream::tick);
        auto next_beat = Clock::now();
        for (uint64_t sequence = 1, beats = 1; !stop_; ++sequence) {
            fan_out_.begin_burst(std::chrono::milliseconds(200));
            if (Clock::now() >= next_beat) {
                fan_out_.send(topic_of("bench", Stream::heartbeat),
                              encode_heartbeat({"bench", 1, beats++, hash_, utc_now_ns()}, beat));
                next_beat = Clock::now() + std::chrono::milliseconds(200);
            }
            fan_out_.send(zmq::message_t(tick_topic.data(), tick_topic.size()),
                          pool_.message((sequence - 1) % count_, sequence));
        }
    }

    uint64_t hash_;
    Pool pool_;  // before the socket: outlives what it lent
    size_t count_;
    FanOut fan_out_;
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

Throughput subscribe(const LoadedCluster& cluster, const std::vector<Bytes>& messages, double seconds) {
    Firehose firehose(cluster, messages);
    Subscriber subscriber({.endpoints = {firehose.endpoint()}, .cluster = cluster});
    const auto status = [&] { return subscriber.sources().at(0); };
    const auto patience = Clock::now();
    while (status().values == 0) {
        if (seconds_since(patience) > 20)
            throw std::runtime_error("No telemetry arrived over tcp loopback within 20 s; is the machine overloaded?");
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(200));  // warm
    const SourceStatus before = status();
    const auto start = Clock::now();
    while (seconds_since(start) < seconds) {
        std::this_thread::sleep_for(std::chrono::milliseconds(16));  // a reader at 60 frames per second
        static_cast<void>(subscriber.latest());
    }
    const SourceStatus after = status();
    const double took = seconds_since(start);
    return {double(after.values - before.values) / took, double(after.bytes - before.bytes) / took, after.gaps,
            after.decode_errors};
}

// What a sender of the baseline sends: our ticks from memory of their own, or one buffer of each size that stays in the
// cache, never written, as remote_thr does.
enum class Sends : uint8_t { ticks, untouched };

double push_pull(const std::vector<Bytes>& messages, double seconds, Sends what) {
    Pool pool(messages);  // before the contexts: outlives what it lent
    zmq::context_t send_context, receive_context;
    zmq::socket_t push(send_context, zmq::socket_type::push), pull(receive_context, zmq::socket_type::pull);
    for (zmq::socket_t* socket : {&push, &pull}) {
        socket->set(zmq::sockopt::sndhwm, 8);
        socket->set(zmq::sockopt::rcvhwm, 8);
        socket->set(zmq::sockopt::linger, 0);
    }
    push.set(zmq::sockopt::sndtimeo, 200);
    pull.set(zmq::sockopt::rcvtimeo, 1000);
    pull.bind("tcp://127.0.0.1:*");
    push.connect(pull.get(zmq::sockopt::last_endpoint));
    std::atomic<bool> stop{false};
    std::thread sender([&] {
        for (uint64_t sequence = 1; !stop; ++sequence) {
            const size_t number = (sequence - 1) % messages.size();
            zmq::message_t message =
                what == Sends::ticks ? pool.message(number, sequence) : zmq::message_t(messages[number].size());
            static_cast<void>(push.send(message, zmq::send_flags::none));
        }
    });
    uint64_t bytes = 0;
    zmq::message_t message;
    for (size_t i = 0; i < 10 * messages.size(); ++i) static_cast<void>(pull.recv(message));  // warm
    const auto start = Clock::now();
    while (seconds_since(start) < seconds)
        if (pull.recv(message)) bytes += message.size();
    const double took = seconds_since(start);
    stop = true;
    sender.join();
    return double(bytes) / took;
}

double median(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + ptrdiff_t(values.size() / 2), values.end());
    return values[values.size() / 2];
}

void time_apply(const LoadedCluster& cluster, const FullTick& tick, const std::vector<Bytes>& messages, double seconds,
                IngestBenchResult& result) {
    ClusterState state(cluster.topology);
    TickDecoder decoder;
    std::vector<std::vector<uint16_t>> copies = tick.values;
    std::vector<double> apply_ms, memcpy_ms;
    const auto until = Clock::now();
    while (apply_ms.size() < 5 || seconds_since(until) < seconds) {
        const auto start = Clock::now();
        uint64_t values = 0;
        for (const Bytes& message : messages)
            if (decoder.apply(message, state, 0, values) != DecodeError::none) ++result.decode_errors;
        const auto between = Clock::now();
        for (size_t i = 0; i < copies.size(); ++i)
            std::memcpy(copies[i].data(), tick.values[i].data(), tick.values[i].size() * sizeof(uint16_t));
        const auto end = Clock::now();
        apply_ms.push_back(std::chrono::duration<double, std::milli>(between - start).count());
        memcpy_ms.push_back(std::chrono::duration<double, std::milli>(end - between).count());
    }
    result.apply_ms = median(apply_ms);
    result.memcpy_ms = median(memcpy_ms);
    result.apply_to_memcpy_ratio = result.apply_ms / result.memcpy_ms;
}

}  // namespace

IngestBenchResult bench_ingest(const LoadedCluster& cluster, double seconds) {
    const FullTick tick(*cluster.topology);
    const std::vector<Bytes> raw = encoded(cluster, tick, false), packed = encoded(cluster, tick, true);
    IngestBenchResult result;
    result.seconds = seconds;
    result.values_per_tick = tick.count();
    result.messages_per_tick = raw.size();
    for (const Bytes& message : raw) result.bytes_per_tick += message.size();
    // In turns, and the middle of each: what the machine does besides then weighs on all alike.
    std::vector<double> libzmq, hot, ratios, values, bytes, packed_values, packed_bytes;
    for (int round = 0; round < rounds; ++round) {
        libzmq.push_back(push_pull(raw, seconds / rounds, Sends::ticks));
        hot.push_back(push_pull(raw, seconds / rounds / 2, Sends::untouched));
        const Throughput ingest = subscribe(cluster, raw, seconds / rounds);
        const Throughput unpacking = subscribe(cluster, packed, seconds / rounds);
        values.push_back(ingest.values_per_second);
        bytes.push_back(ingest.bytes_per_second);
        ratios.push_back(ingest.bytes_per_second / libzmq.back());
        packed_values.push_back(unpacking.values_per_second);
        packed_bytes.push_back(unpacking.bytes_per_second);
        result.gaps += ingest.gaps + unpacking.gaps;
        result.decode_errors += ingest.decode_errors + unpacking.decode_errors;
    }
    result.libzmq_bytes_per_second = median(libzmq);
    result.libzmq_cached_bytes_per_second = median(hot);
    result.values_per_second = median(values);
    result.bytes_per_second = median(bytes);
    result.ticks_per_second = result.values_per_second / double(tick.count());
    result.ingest_to_libzmq_ratio = median(ratios);
    result.packed_values_per_second = median(packed_values);
    result.packed_bytes_per_second = median(packed_bytes);
    result.packed_bytes_per_value = result.packed_bytes_per_second / std::max(1.0, result.packed_values_per_second);
    time_apply(cluster, tick, raw, seconds / 2, result);
    return result;
}

}  // namespace bv
