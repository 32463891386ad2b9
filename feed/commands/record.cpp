// belvedere-feed record: writes what publishers say into a recording until it is stopped. Says on standard error what
// it records and what goes wrong, each once.
#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "cluster/time_text.h"
#include "feed/commands/commands.h"
#include "feed/commands/curve.h"
#include "feed/commands/stop.h"
#include "net/recording_schema.h"
#include "net/subscriber.h"

namespace bv {

namespace {

constexpr auto look_every = std::chrono::milliseconds(100);
// What is wrong with a source is said when it has lasted: a machine that is busy for a moment is no news.
constexpr auto problem_lasts = std::chrono::seconds(1);

struct RecordArguments {
    std::vector<std::string> endpoints;
    std::string file, cluster, keep, max_size;
    bool insecure = false;
    CurveClientArguments curve;
};

RecorderOptions recorder_options(const RecordArguments& arguments) {
    RecorderOptions options;
    if (!arguments.keep.empty()) {
        const auto keep = span_from(arguments.keep);
        if (!keep || *keep <= 0)
            throw UsageError(fmt::format("--keep: '{}' is no time such as 7d or 12h.", arguments.keep));
        options.keep_ns = *keep;
    }
    if (!arguments.max_size.empty()) {
        const auto bytes = bytes_from(arguments.max_size);
        if (!bytes || *bytes < 1'000'000)
            throw UsageError(
                fmt::format("--max-size: '{}' is no size of at least 1MB such as 200GB or 50GiB.", arguments.max_size));
        options.max_bytes = *bytes;
    }
    return options;
}

void refuse_read_only(const std::filesystem::path& file, const std::filesystem::path& target) {
    if (::access(target.c_str(), W_OK) != 0)
        throw std::runtime_error(fmt::format("{} cannot be written: {}.", file.string(), std::strerror(errno)));
}

// Refuses at once what would fail when the first publisher is heard.
void check_target(const std::filesystem::path& file) {
    std::error_code error;
    if (std::filesystem::is_directory(file, error))
        throw std::runtime_error(fmt::format("{} is a folder; give the name of a file.", file.string()));
    if (!std::filesystem::exists(file, error) || std::filesystem::file_size(file, error) == 0) {
        if (file.has_parent_path() && !std::filesystem::is_directory(file.parent_path(), error))
            throw std::runtime_error(
                fmt::format("The folder {} does not exist; make it first.", file.parent_path().string()));
        refuse_read_only(file, file.has_parent_path() ? file.parent_path() : ".");
        return;
    }
    refuse_read_only(file, file);
    Database database(file, Database::Mode::read);
    if (!holds_nothing(database)) check_recording(database);
}

// Says what changes, one sentence a time.
class Report {
public:
    explicit Report(std::string file) : file_(std::move(file)) {}

    void look(const RecorderStatus& status, const std::vector<SourceStatus>& sources) {
        if (status.path.empty() && !status.problem.empty()) throw std::runtime_error(status.problem);
        for (const SourceStatus& source : sources) {
            Said& said = said_[source.name + " " + source.endpoint];
            const bool now_live = source.link == SourceStatus::Link::live;
            std::string word = now_live
                                   ? fmt::format("recording {} from {} into {}.", source.name, source.endpoint, file_)
                                   : source.problem;
            if (!now_live && !word.empty() && !source.name.empty()) word = fmt::format("{}: {}", source.name, word);
            const auto now = std::chrono::steady_clock::now();
            if (word != said.coming) said.coming = word, said.since = now;
            if (word.empty() || word == said.word || (!now_live && now - said.since < problem_lasts)) continue;
            say(word);
            said.word = word;
        }
        if (status.problem != problem_) {
            say(status.problem.empty()
                    ? fmt::format("{}: recording goes on; {} ticks are missing.", file_, status.lost_ticks)
                    : fmt::format("{} Nothing is recorded until then.", status.problem));
            problem_ = status.problem;
            lost_ = status.lost_ticks;  // said, or still to be said when it goes on
        }
        if (status.lost_ticks > lost_ && status.problem.empty() && !slow_said_) {
            say(fmt::format("{}: the disk is too slow; {} ticks are missing so far.", file_, status.lost_ticks));
            slow_said_ = true;
        }
        lost_ = status.lost_ticks;
    }

private:
    static void say(const std::string& sentence) { fmt::print(stderr, "belvedere-feed: {}\n", sentence); }

    struct Said {
        std::string word, coming;  // said last; to be said if it lasts
        std::chrono::steady_clock::time_point since;
    };

    std::string file_, problem_;
    std::map<std::string, Said> said_;
    uint64_t lost_ = 0;
    bool slow_said_ = false;
};

void run_record(const RecordArguments& arguments) {
    stop_on_signals();
    const RecorderOptions recording = recorder_options(arguments);
    check_target(arguments.file);
    SubscriberOptions options;
    options.endpoints = arguments.endpoints;
    options.insecure = arguments.insecure;
    options.curve = curve_client(arguments.curve);
    if (!arguments.cluster.empty()) options.cluster = load_cluster(arguments.cluster);
    options.open_recorder = [&](const LoadedCluster& cluster) {
        return std::make_unique<Recorder>(arguments.file, cluster, recording);
    };
    Subscriber subscriber(std::move(options));
    Report report(arguments.file);
    while (!stop_requested()) {
        (void)subscriber.latest();  // throws what ended the ingest
        report.look(subscriber.recorder_status(), subscriber.sources());
        std::this_thread::sleep_for(look_every);
    }
}

}  // namespace

void add_record_command(CLI::App& app) {
    CLI::App* record = app.add_subcommand("record", "Write what publishers say into a recording");
    auto arguments = std::make_shared<RecordArguments>();
    record->add_option("ENDPOINT", arguments->endpoints, "Publisher or proxy; may be given several times")->required();
    record->add_option("-o,--output", arguments->file, "Recording to write, or to go on with")
        ->required()
        ->type_name("FILE.bvr");
    record->add_option("--keep", arguments->keep, "Forget what is older, such as 7d or 12h; by default nothing")
        ->type_name("TIME");
    record
        ->add_option("--max-size", arguments->max_size,
                     "Forget the oldest where the file would grow larger, such as 200GB")
        ->type_name("SIZE");
    record
        ->add_option("--cluster", arguments->cluster,
                     "Cluster file, or the name of a shipped one; by default asked from the publishers")
        ->type_name("NAME|FILE");
    record->add_flag("--insecure", arguments->insecure, "Allow connecting beyond this machine without encryption");
    add_curve_client_options(*record, arguments->curve);
    record->callback([arguments] { run_record(*arguments); });
}

}  // namespace bv
