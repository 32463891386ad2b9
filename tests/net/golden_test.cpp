// Recorded bytes → expected state in words: the wire format may grow, but what was recorded stays readable.
// UPDATE_GOLDEN=1 records both anew.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "net/messages.h"
#include "net/planes.h"
#include "tests/net/abuse.h"
#include "tests/net/sample.h"

using namespace bv;
using namespace bv::test;

namespace {

const std::filesystem::path folder = NET_TEST_GOLDEN;

std::string read(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    REQUIRE_MESSAGE(in.good(), path.string() << " is missing; UPDATE_GOLDEN=1 writes it");
    std::stringstream out;
    out << in.rdbuf();
    return out.str();
}

// uint32 length (little-endian), then the message; again and again.
std::string joined(const std::vector<Bytes>& messages) {
    std::string out;
    for (const Bytes& message : messages) {
        const auto size = uint32_t(message.size());
        out.append(reinterpret_cast<const char*>(&size), sizeof size);
        out.append(reinterpret_cast<const char*>(message.data()), message.size());
    }
    return out;
}

std::vector<Bytes> split(const std::string& bytes) {
    std::vector<Bytes> out;
    for (size_t at = 0; at < bytes.size();) {
        uint32_t size = 0;
        REQUIRE(bytes.size() - at >= sizeof size);
        bytes.copy(reinterpret_cast<char*>(&size), sizeof size, at);
        at += sizeof size;
        REQUIRE(bytes.size() - at >= size);
        const auto* begin = reinterpret_cast<const std::byte*>(bytes.data() + at);
        out.emplace_back(begin, begin + size);
        at += size;
    }
    return out;
}

void describe_values(const ClusterState& state, std::string& out) {
    for (ObjectClass c : all_object_classes)
        for (size_t m = 0; m < metrics_of(c).size(); ++m)
            for (const Coverage& coverage : state.classes[size_t(c)].columns[m].coverage) {
                out += fmt::format("  {} {} {}..{} at {} every {}:", name_of(c), metrics_of(c)[m].name, coverage.first,
                                   coverage.end() - 1, coverage.time_ns, coverage.interval_ns);
                for (uint32_t i = coverage.first; i < std::min(coverage.end(), coverage.first + 8); ++i)
                    out += fmt::format(" {}", state.raw({c, i}, MetricIndex(m)));
                out += '\n';
            }
}

std::string describe(const Bytes& message, const LoadedCluster& cluster, TickDecoder& decoder, ClusterState& state) {
    Envelope e;
    if (open_message(message, e) != DecodeError::none) return "not a message\n";
    std::string out = fmt::format("source {} boot {} sequence {} time {} topology {:016x}: ", e.source, e.boot_id,
                                  e.sequence, e.time_ns, e.topology_hash);
    std::vector<Event> events;
    std::vector<Job> jobs;
    Heartbeat beat;
    std::string text;
    SnapshotRequest request;
    StreamSequences sequences{};
    uint64_t values = 0;
    if (e.kind == PayloadKind::tick) {
        const DecodeError error = e.sequence == 0 ? decoder.apply_snapshot(message, state, 0, values)
                                                  : decoder.apply(message, state, 0, values);
        out += fmt::format("tick, {} values: {}\n", values, sentence(error));
        describe_values(state, out);
    } else if (decode_events(message, *cluster.topology, events) == DecodeError::none) {
        for (const Event& event : events)
            out += fmt::format("event {} {} {} {} {} \"{}\"\n", event.id, name_of(event.severity),
                               cluster.topology->name_of(event.object), event.kind, event.code, event.text);
    } else if (decode_jobs(message, *cluster.topology, jobs) == DecodeError::none) {
        for (const Job& job : jobs)
            out += fmt::format("job {} {} {} of {} on {} ranges of nodes, {} GPUs\n", job.slot, job.id,
                               name_of(job.state), job.user, job.nodes.size(), job.gpus);
    } else if (decode_heartbeat(message, beat) == DecodeError::none) {
        out += fmt::format("heartbeat every {}, ticks every {}, {} GPU ranges, snapshots at {}\n", beat.interval_ns,
                           beat.tick_interval_ns, beat.owned[size_t(ObjectClass::gpu)].size(), beat.snapshot_endpoint);
    } else if (decode_topology(message, text) == DecodeError::none) {
        out += fmt::format("topology of {} bytes\n", text.size());
    } else if (decode_snapshot_request(message, request) == DecodeError::none) {
        out += fmt::format("request, topology {}, state {}\n", request.topology, request.state);
    } else if (decode_snapshot_end(message, sequences) == DecodeError::none) {
        out += fmt::format("snapshot end {} {} {} {} {}\n", sequences[0], sequences[1], sequences[2], sequences[3],
                           sequences[4]);
    }
    return out;
}

}  // namespace

TEST_CASE("recorded messages mean today what they meant when they were recorded") {
    const LoadedCluster cluster = small_cluster();
    const bool update = std::getenv("UPDATE_GOLDEN") != nullptr;
    if (update) {
        std::filesystem::create_directories(folder);
        std::ofstream(folder / "messages.bin", std::ios::binary) << joined(one_of_each(cluster));
    }
    TickDecoder decoder;
    ClusterState state(cluster.topology);
    std::string words;
    for (const Bytes& message : split(read(folder / "messages.bin")))
        words += describe(message, cluster, decoder, state);
    if (update) std::ofstream(folder / "messages.txt") << words;
    CHECK(words == read(folder / "messages.txt"));
    CHECK(words.find("not a message") == std::string::npos);
}
