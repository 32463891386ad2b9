// Checks a recording as a whole: every checksum, every tick unpacked, the order of blocks, and SQLite's own pages. Says
// what is damaged and what can still be read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace bv {

// Rows of one kind that are damaged in one way.
struct Flaw {
    std::string table;           // "block", "event_version", …; "file" for SQLite's pages
    std::string what;            // "a wrong checksum"
    std::string source, metric;  // of blocks: "sim", "gpu.power_watts"; else empty
    uint32_t first = 0, objects = 0;
    uint64_t rows = 0;
    int64_t begin_ns = 0, end_ns = 0;  // what the damaged rows are about; 0, 0: not known
    [[nodiscard]] std::string sentence() const;
};

struct Verification {
    std::vector<Flaw> flaws;  // in the order of their tables
    // What is sound.
    uint64_t rows = 0, blocks = 0, ticks = 0, samples = 0, events = 0, jobs = 0;
    int64_t begin_ns = 0, end_ns = 0;  // of the values
    uint64_t unknown_series = 0;       // of metrics that this program does not know: sound, but not shown
    [[nodiscard]] bool sound() const { return flaws.empty(); }
    [[nodiscard]] uint64_t damaged_rows() const;
};

// `progress(done, all)` is called now and then. Throws one sentence where it is no recording at all.
Verification verify_recording(const std::filesystem::path& path,
                              const std::function<void(uint64_t, uint64_t)>& progress = {});

}  // namespace bv
