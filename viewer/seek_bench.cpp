// See seek_bench.h. What is generated is the simulator's own telemetry, recorded by the same recorder as live
// telemetry: every tick committed singly and folded into blocks behind the head.
#include "viewer/seek_bench.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "feed/embedded.h"
#include "feed/simulator.h"
#include "net/recorder.h"
#include "net/recording.h"
#include "net/recording_totals.h"
#include "net/seek_bench.h"

namespace bv {

namespace {

namespace fs = std::filesystem;

constexpr double day_s = 86'400;
constexpr const char* history_cluster = "nvl72-8k";  // 8,640 GPUs: as long a block as the largest cluster has

void progress(const char* what, uint64_t done, uint64_t all) {
    if (::isatty(STDERR_FILENO) && (done % 20 == 0 || done == all))
        fmt::print(stderr, "\r{} {:3.0f} %{}", what, 100.0 * double(done) / double(all), done == all ? "\n" : "");
}

// A folder that goes with everything in it.
class Workplace {
public:
    Workplace() {
        std::string name = (fs::temp_directory_path() / "belvedere-seek-XXXXXX").string();
        if (!::mkdtemp(name.data()))
            throw std::runtime_error(fmt::format("No folder can be made in {}.", fs::temp_directory_path().string()));
        folder = name;
    }
    ~Workplace() {
        std::error_code ignored;
        fs::remove_all(folder, ignored);
    }
    fs::path folder;
};

// `only`: record this metric alone. Returns what the recorder says at the end.
RecorderStatus generate(const fs::path& file, const LoadedCluster& cluster, const SimulatorOptions& options,
                        uint64_t ticks, std::optional<MetricId> only) {
    Simulator simulator(cluster.topology, options);
    Recorder recorder(file, cluster, {.wait = true, .single_ticks = !only});
    TelemetryBatch part;
    for (uint64_t tick = 0; tick < ticks; ++tick) {
        const TelemetryBatch& batch = simulator.step();
        if (only) {
            part.time_ns = batch.time_ns;
            part.interval_ns = batch.interval_ns;
            part.columns.clear();
            for (const TickColumn& column : batch.columns)
                if (column.metric == *only) part.columns.push_back(column);
        }
        recorder.record("sim", only ? part : batch);
        progress(only ? "one metric over a day" : "recording", tick + 1, ticks);
    }
    recorder.flush();
    const RecorderStatus status = recorder.status();
    if (!status.problem.empty()) throw std::runtime_error(status.problem);
    return status;
}

uint64_t rss_bytes() {
    uint64_t size = 0, resident = 0;
    if (FILE* file = std::fopen("/proc/self/statm", "r")) {
        if (std::fscanf(file, "%lu %lu", &size, &resident) != 2) resident = 0;
        std::fclose(file);
    }
    return resident * uint64_t(::sysconf(_SC_PAGESIZE));
}

}  // namespace

nlohmann::ordered_json bench_seek(const Options& options) {
    const std::string source = options.sources.empty() ? "sim:reference-100k" : options.sources.front();
    const MetricId power{ObjectClass::gpu, *find_metric(ObjectClass::gpu, "power_watts")};
    Workplace workplace;
    nlohmann::ordered_json result;
    fs::path file = source;
    double recorded_s = 0;
    if (source.starts_with("sim:")) {
        const SimulatedSource simulation = parse_simulated_source(source);
        const LoadedCluster cluster = load_cluster(simulation.cluster);
        file = workplace.folder / "seek.bvr";
        const auto ticks = uint64_t(options.seek_seconds * 1e9 / double(simulation.options.interval_ns));
        const RecorderStatus status = generate(file, cluster, simulation.options, ticks, {});
        recorded_s = double(status.end_ns - status.begin_ns) * 1e-9 + 1;
        const uint64_t bytes = fs::file_size(file);
        result["cluster"] = cluster.topology->name;
        result["gpus"] = cluster.topology->count(ObjectClass::gpu);
        result["recorded_seconds"] = recorded_s;
        result["cut"] = recorded_s < day_s ? fmt::format("{:.0f} s of 24 h, for disk and time", recorded_s) : "";
        result["samples"] = status.samples;
        result["bytes"] = bytes;
        result["bytes_per_sample"] = double(bytes) / double(status.samples);
        result["recording_core_share"] = status.busy_seconds / recorded_s;
    } else {
        const RecordingTotals totals = total_up(file);
        result["cluster"] = totals.cluster.topology->name;
        result["gpus"] = totals.cluster.topology->count(ObjectClass::gpu);
        result["recorded_seconds"] = double(totals.info.end_ns - totals.info.begin_ns) * 1e-9;
        result["samples"] = totals.samples;
        result["bytes"] = totals.info.bytes;
        result["bytes_per_sample"] = totals.samples ? double(totals.info.bytes) / double(totals.samples) : 0;
    }
    const SeekFigures seeks = measure_seeks(file, options.frames, 1);
    result["seeks"] = seeks.seeks;
    result["threads"] = seeks.threads;
    result["samples_per_state"] = seeks.samples_per_state;
    result["seek_ms_p50"] = seeks.seek_ms_p50;
    result["seek_ms_p99"] = seeks.seek_ms_p99;
    result["seek_ms_max"] = seeks.seek_ms_max;
    result["step_ms_p50"] = seeks.step_ms_p50;
    result["zstd_ms_p50"] = seeks.zstd_ms_p50;
    result["zstd_ms_p99"] = seeks.zstd_ms_p99;
    result["open_ms"] = seeks.open_ms;
    result["rss_bytes"] = rss_bytes();
    // What is generated of everything is shorter than an hour.
    if (source.starts_with("sim:")) {
        file = workplace.folder / "day.bvr";
        generate(file, load_cluster(history_cluster), {}, uint64_t(day_s), power);
        result["history_of"] = fmt::format("GPU power alone of {}, 24 h at 1 Hz", history_cluster);
    }
    const HistoryFigures hour = measure_history(file, power, 3600);
    result["history_1h_ms"] = hour.ms;
    result["history_1h_samples"] = hour.samples;
    const HistoryFigures day = measure_history(file, power, day_s);
    result["history_24h_ms"] = day.ms;
    result["history_24h_first_ms"] = day.first_ms;
    result["history_24h_samples"] = day.samples;
    return result;
}

}  // namespace bv
