// Finds, locks and opens the rolling history, see history_file.h. The lock is the system's (flock), on a file beside
// it: it ends with the process, however that ends.
#include "viewer/history_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

#include <fmt/format.h>

namespace bv {

namespace {

constexpr int most_viewers = 8;  // of one cluster with a history each

std::filesystem::path cache_folder() {
    if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache && *cache)
        return std::filesystem::path(cache) / "belvedere";
    if (const char* home = std::getenv("HOME"); home && *home)
        return std::filesystem::path(home) / ".cache" / "belvedere";
    throw std::runtime_error(
        "No history is recorded: neither $XDG_CACHE_HOME nor $HOME says where to; give --history FILE.");
}

// Letters of a name that may stand in a file's name.
std::string plain(const std::string& name) {
    std::string out;
    for (const char c : name) out += std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' ? c : '_';
    return out.substr(0, 64);
}

void remove_recording(const std::filesystem::path& file) {
    std::error_code ignored;
    for (const char* suffix : {"", "-wal", "-shm", "-journal"})
        std::filesystem::remove(file.string() + suffix, ignored);
}

}  // namespace

// Nobody can go on with the history of a simulation that is over; one that was named is kept.
HistoryFile::~HistoryFile() {
    if (!forgotten_.empty()) remove_recording(forgotten_);
    unlock();
}

void HistoryFile::unlock() {
    if (lock_ >= 0) close(lock_);
    lock_ = -1;
}

bool HistoryFile::lock(const std::filesystem::path& file) {
    unlock();
    const std::string beside = file.string() + ".lock";
    lock_ = ::open(beside.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (lock_ < 0)
        throw std::runtime_error(fmt::format(
            "No history is recorded: {} cannot be written; give --history FILE in another folder.", beside));
    if (flock(lock_, LOCK_EX | LOCK_NB) == 0) return true;
    unlock();
    return false;
}

std::filesystem::path HistoryFile::claim(const LoadedCluster& cluster) {
    if (!options_.file.empty()) {
        if (!lock(options_.file))
            throw std::runtime_error(
                fmt::format("No history is recorded: another viewer records in {}; give --history another file.",
                            options_.file.string()));
        std::error_code ignored;
        if (options_.starts_over && std::filesystem::exists(options_.file, ignored))
            throw std::runtime_error(fmt::format(
                "No history is recorded: {} exists, and a simulation begins at the same time again; give --history a "
                "new file.",
                options_.file.string()));
        return options_.file;
    }
    const std::filesystem::path folder = cache_folder();
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    const std::string name = fmt::format("{}{}-{:016x}", options_.starts_over ? "sim-" : "",
                                         plain(cluster.topology->name), cluster.topology->hash);
    for (int i = 1; i <= most_viewers; ++i) {
        const std::filesystem::path file = folder / (i == 1 ? name + ".bvr" : fmt::format("{}-{}.bvr", name, i));
        if (!lock(file)) continue;
        if (options_.starts_over) remove_recording(file);
        forgotten_ = options_.starts_over ? file : std::filesystem::path();
        return file;
    }
    throw std::runtime_error(fmt::format(
        "No history is recorded: {} other viewers of this cluster record already; give --history FILE.", most_viewers));
}

std::unique_ptr<Recorder> HistoryFile::open(const LoadedCluster& cluster) {
    {
        const std::lock_guard guard(mutex_);
        cluster_.reset();
    }
    const std::filesystem::path file = claim(cluster);
    RecorderOptions recorder;
    recorder.keep_ns = options_.keep_ns;
    recorder.max_bytes = options_.max_bytes;
    auto opened = std::make_unique<Recorder>(file, cluster, recorder);
    const std::lock_guard guard(mutex_);
    cluster_ = cluster;
    return opened;
}

std::optional<LoadedCluster> HistoryFile::cluster() const {
    const std::lock_guard guard(mutex_);
    return cluster_;
}

}  // namespace bv
