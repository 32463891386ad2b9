// Makes telemetry and peers for the tests; see sample.h.
#include "tests/net/sample.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "net/cluster_library.h"

namespace bv::test {

namespace {

std::string small_text() {
    std::ifstream in(NET_TEST_CLUSTER);
    if (!in) throw std::runtime_error("docs/examples/small.toml is missing");
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

uint64_t mix(uint64_t x) {  // splitmix64
    x += 0x9E3779B97F4A7C15ull;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
    return x ^ (x >> 31);
}

uint16_t wander(uint64_t step, uint64_t what) {
    const uint64_t noise = mix(step / 2 * 1'000'003 + what);  // new every second step
    return uint16_t(4000 + mix(what) % 2000 + noise % 64);
}

}  // namespace

LoadedCluster small_cluster(uint32_t nodes) {
    std::string text = small_text();
    for (uint32_t n = 8; n < nodes; ++n) {
        if (n % 4 == 0) text += fmt::format("\n[[rack]]\nname = \"B-{}\"\nrow = \"A1\"\nrole = \"gpu\"\n", n / 4);
        text += fmt::format("\n[[node]]\nname = \"more-{}\"\nrack = \"B-{}\"\ngpus = 8\n", n, n / 4);
    }
    return load_cluster_text(std::move(text), "the test's cluster");
}

LoadedCluster other_cluster() {
    return load_cluster_text(small_text() + "# another file\n", "the test's other cluster");
}

SampleOptions everything(const Topology& topology) {
    return {{0, topology.count(ObjectClass::gpu)}, {0, topology.count(ObjectClass::node)}};
}

uint16_t temperature_at(uint64_t step, uint32_t gpu) { return wander(step, 100 + gpu); }

MetricId gpu_temperature() { return {ObjectClass::gpu, *find_metric(ObjectClass::gpu, "temp_celsius")}; }

Sample sample_at(uint64_t step, const SampleOptions& options) {
    Sample sample;
    sample.batch.time_ns = start_ns + int64_t(step) * options.interval_ns;
    sample.batch.interval_ns = options.interval_ns;
    const auto add = [&](ObjectClass object_class, std::string_view name, IndexRange range, auto value) {
        if (range.count == 0) return;
        std::vector<uint16_t> values(range.count);
        for (uint32_t i = 0; i < range.count; ++i) values[i] = value(range.first + i);
        sample.values.push_back(std::move(values));
        sample.batch.columns.push_back(
            {{object_class, *find_metric(object_class, name)}, range.first, sample.values.back()});
    };
    add(ObjectClass::gpu, "health", options.gpus,
        [&](uint32_t i) { return uint16_t(mix(step / 8 * 977 + i) % 50 ? 0 : 2); });
    add(ObjectClass::gpu, "temp_celsius", options.gpus, [&](uint32_t i) { return temperature_at(step, i); });
    add(ObjectClass::gpu, "power_watts", options.gpus, [&](uint32_t i) { return wander(step, 10'000'000 + i); });
    add(ObjectClass::node, "power_watts", options.nodes, [&](uint32_t i) { return wander(step, 20'000'000 + i); });
    return sample;
}

bool wait_until(const std::function<bool()>& happened, std::chrono::milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!happened()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

std::string free_endpoint(const std::string& kind) {
    static std::atomic<int> number{0};
    if (kind == "tcp") return "tcp://127.0.0.1:*";
    return fmt::format("{}://{}bv-test-{}-{}", kind, kind == "ipc" ? "/tmp/" : "", getpid(), ++number);
}

namespace {

bool port_is_free(uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool free = fd >= 0 && ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    if (fd >= 0) ::close(fd);
    return free;
}

}  // namespace

std::string free_tcp_port() {
    // Below the range from which the system gives out ports by itself.
    for (uint64_t i = 0; i < 500; ++i) {
        const auto port = uint16_t(20'000 + mix(uint64_t(getpid()) * 1000 + i +
                                                uint64_t(std::chrono::steady_clock::now().time_since_epoch().count())) %
                                                10'000);
        if (port_is_free(port) && port_is_free(uint16_t(port + 1))) return fmt::format("tcp://127.0.0.1:{}", port);
    }
    throw std::runtime_error("no free port");
}

namespace {

// Within one process libzmq lets go of a port a moment after the socket was closed.
Publisher publisher_at(const LoadedCluster& cluster, const PublisherOptions& options) {
    for (int tries = 0;; ++tries) {
        try {
            return Publisher(cluster, options);
        } catch (const std::runtime_error& error) {
            if (tries == 100 || std::string(error.what()).find("already") == std::string::npos) throw;
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
    }
}

}  // namespace

Feeder::Feeder(LoadedCluster cluster, PublisherOptions options)
    : Feeder(cluster, std::move(options), everything(*cluster.topology)) {}

Feeder::Feeder(LoadedCluster cluster, PublisherOptions options, SampleOptions samples)
    : publisher_(publisher_at(cluster, options)), samples_(samples), endpoint_(publisher_.endpoint()) {
    thread_ = std::thread([this] { run(); });
}

Feeder::~Feeder() {
    stop_ = true;
    thread_.join();
}

void Feeder::run() {
    while (!stop_) {
        const auto next = std::chrono::steady_clock::now() + std::chrono::nanoseconds(samples_.interval_ns);
        if (paused_) {
            std::this_thread::sleep_until(next);
            continue;
        }
        Sample sample = sample_at(steps_, samples_);
        {
            const std::lock_guard lock(mutex_);
            sample.batch.events.swap(events_);
            sample.batch.jobs.swap(jobs_);
        }
        publisher_.publish(sample.batch);
        ++steps_;
        publisher_.serve_until(next);
        snapshots_ = publisher_.snapshots_served();
    }
}

void Feeder::send(Event event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
}

void Feeder::send(Job job) {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
}

bool consistent(const ClusterState& state, IndexRange gpus) {
    if (state.empty() || gpus.count == 0) return false;
    const MetricId id = gpu_temperature();
    const auto& values = state.classes[size_t(id.object_class)].columns[id.index].values;
    const auto& coverage = state.classes[size_t(id.object_class)].columns[id.index].coverage;
    if (coverage.empty() || values[gpus.first] == no_data) return false;
    for (uint64_t step = 0; step < 5000; ++step) {
        if (temperature_at(step, gpus.first) != values[gpus.first]) continue;
        bool all = true;
        for (uint32_t i = gpus.first; i < gpus.end() && all; ++i) all = temperature_at(step, i) == values[i];
        if (all) return true;
    }
    return false;
}

const SourceStatus* source_named(const std::vector<SourceStatus>& sources, const std::string& name) {
    const auto at = std::find_if(sources.begin(), sources.end(), [&](const SourceStatus& s) { return s.name == name; });
    return at == sources.end() ? nullptr : &*at;
}

}  // namespace bv::test
