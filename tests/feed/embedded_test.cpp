// The simulator inside another program: what its name may say, and that a subscriber of the same process hears it.
#include "feed/embedded.h"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "net/subscriber.h"

using namespace bv;
using namespace std::chrono_literals;

namespace {

std::string refusal(const std::string& text) {
    try {
        parse_simulated_source(text);
    } catch (const std::runtime_error& e) {
        return e.what();
    }
    return "";
}

template <class Done>
bool wait_for(Done done) {
    for (const auto end = std::chrono::steady_clock::now() + 30s; std::chrono::steady_clock::now() < end;) {
        if (done()) return true;
        std::this_thread::sleep_for(10ms);
    }
    return false;
}

}  // namespace

TEST_CASE("a simulated source is read from its text") {
    const SimulatedSource plain = parse_simulated_source("sim:");
    CHECK(plain.cluster == "reference-100k");
    CHECK(plain.options.scenario == "training");
    CHECK(plain.options.seed == 1);
    CHECK(plain.speed == 1);
    const SimulatedSource full = parse_simulated_source("sim:my/file.toml?seed=7&scenario=storm&speed=0.5");
    CHECK(full.cluster == "my/file.toml");
    CHECK(full.options.seed == 7);
    CHECK(full.options.scenario == "storm");
    CHECK(full.speed == 0.5);
}

TEST_CASE("a wrong simulated source is refused with one sentence that names the wrong part") {
    for (const auto& [text, part] :
         std::initializer_list<std::pair<const char*, const char*>>{{"tcp://x", "tcp://x"},
                                                                    {"sim:a?seed=x", "'x'"},
                                                                    {"sim:a?seed=-1", "'-1'"},
                                                                    {"sim:a?speed=0", "'0'"},
                                                                    {"sim:a?speed=nan", "'nan'"},
                                                                    {"sim:a?speed=1e9", "'1e9'"},
                                                                    {"sim:a?scenario=b", "'b'"},
                                                                    {"sim:a?colour=1", "'colour'"},
                                                                    {"sim:a?seed", "'seed'"}}) {
        const std::string sentence = refusal(text);
        INFO(text, ": ", sentence);
        CHECK(sentence.find(part) != std::string::npos);
        REQUIRE(!sentence.empty());
        CHECK(sentence.back() == '.');
        CHECK(sentence.find('\n') == std::string::npos);
    }
}

TEST_CASE("a subscriber hears an embedded feed, at its speed, with every event, and it stops at once") {
    LoadedCluster cluster = load_cluster("array-512");
    SimulatedSource source = parse_simulated_source("sim:array-512?scenario=gpu_off_bus&speed=60");
    auto feed = std::make_unique<EmbeddedFeed>(cluster, source);
    SubscriberOptions options;
    options.endpoints = {feed->endpoint()};
    options.cluster = cluster;
    auto subscriber = std::make_unique<Subscriber>(options);
    CHECK(wait_for([&] { return !subscriber->latest().empty() && subscriber->latest().time_ns > 0; }));
    // The fault of second 30 arrives although only some seconds are published.
    CHECK(wait_for([&] {
        for (const Event& e : subscriber->latest().events) {
            if (e.kind == "xid" && e.code == 79) return true;
        }
        return false;
    }));
    CHECK(wait_for([&] { return subscriber->latest().time_ns >= source.options.start_ns + 60'000'000'000; }));
    CHECK(!subscriber->latest().jobs.empty());
    subscriber.reset();
    const auto begin = std::chrono::steady_clock::now();
    feed.reset();
    CHECK(std::chrono::steady_clock::now() - begin < 2s);
}

TEST_CASE("several embedded feeds live side by side") {
    LoadedCluster cluster = load_cluster("array-512");
    EmbeddedFeed a(cluster, parse_simulated_source("sim:array-512")),
        b(cluster, parse_simulated_source("sim:array-512?seed=2"));
    CHECK(a.endpoint() != b.endpoint());
    CHECK(a.endpoint().starts_with("inproc://"));
}
