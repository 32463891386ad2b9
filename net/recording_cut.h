// Writes a part of a recording as a recording of its own: a time range, some objects, or everything without its names.
// At any time of the range its state is the original's, restricted to what was kept.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace bv {

struct CutOptions {
    int64_t begin_ns = 0, end_ns = 0;  // both included
    std::vector<std::string> objects;  // see choose_objects(); empty: all
    bool redact = false;               // neutral names in place of all others
    std::function<void(uint64_t, uint64_t)> progress;
};

struct CutResult {
    uint64_t blocks = 0, samples = 0, events = 0, jobs = 0;
    uint64_t damaged = 0;  // rows that were left out because their checksum was wrong or their pages not readable
    std::string cluster_hash;
};

// `to` must not exist; it appears when it is whole. Throws one sentence.
CutResult cut_recording(const std::filesystem::path& from, const std::filesystem::path& to, const CutOptions& options);

}  // namespace bv
