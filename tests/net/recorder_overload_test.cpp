// A recorder that cannot keep up: what it loses is counted and stands in the recording as gaps of the right times, and
// nothing that lies outside a gap is missing.
#include <cstdlib>
#include <filesystem>
#include <set>

#include <doctest/doctest.h>

#include "feed/simulator.h"
#include "net/recorder.h"
#include "net/recording.h"

using namespace bv;

TEST_CASE("lost ticks lie in gaps, and everything else is there") {
    std::string name = (std::filesystem::temp_directory_path() / "bvr-XXXXXX").string();
    const std::filesystem::path folder = ::mkdtemp(name.data()), file = folder / "run.bvr";
    const LoadedCluster cluster = load_cluster("array-512");
    Simulator simulator(cluster.topology, {});
    std::vector<int64_t> times;
    uint64_t lost = 0;
    {
        Recorder recorder(file, cluster, {.max_waiting_bytes = 100'000});  // two ticks
        // Many at once, then a pause, twice: ticks are lost while older ones still wait to be written.
        for (int burst = 0; burst < 2; ++burst) {
            for (int i = 0; i < 200; ++i) {
                const TelemetryBatch& batch = simulator.step();
                times.push_back(batch.time_ns);
                recorder.record("sim", batch);
            }
            recorder.flush();
        }
        const TelemetryBatch& batch = simulator.step();  // and one that is not lost
        times.push_back(batch.time_ns);
        recorder.record("sim", batch);
        recorder.flush();
        lost = recorder.status().lost_ticks;
    }
    CHECK(lost > 0);
    Recording recording(file);
    std::set<int64_t> recorded;
    recording.history({ObjectClass::gpu, health_metric}, 0, times.front(), times.back(), [&](auto samples) {
        for (const auto& sample : samples) recorded.insert(sample.time_ns);
        return true;
    });
    CHECK(recorded.size() + lost == times.size());
    const std::vector<GapSpan> gaps = recording.gaps(times.front(), times.back());
    CHECK_FALSE(gaps.empty());
    for (const GapSpan& gap : gaps) {
        CHECK(gap.begin_ns < gap.end_ns);
        CHECK(recorded.count(gap.end_ns) == 1);
    }
    for (const int64_t time_ns : times) {
        bool in_gap = false;
        for (const GapSpan& gap : gaps) in_gap = in_gap || (time_ns >= gap.begin_ns && time_ns < gap.end_ns);
        CAPTURE(time_ns);
        CHECK((recorded.count(time_ns) == 1) != in_gap);
    }
    std::filesystem::remove_all(folder);
}
