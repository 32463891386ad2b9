// Randomness without state: every number is a hash of (seed, what, which, when), so any object and any tick can be
// asked for in any order. Read by all of the simulator.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace bv::sim {

// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection that passes the usual batteries as a counter hash.
inline uint64_t mix(uint64_t x) {
    x += 0x9E3779B97F4A7C15ull;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
    return x ^ (x >> 31);
}
inline uint64_t hash(uint64_t a, uint64_t b) { return mix(mix(a) ^ b); }
inline uint64_t hash(uint64_t a, uint64_t b, uint64_t c) { return mix(hash(a, b) ^ c); }
inline uint64_t hash(uint64_t a, uint64_t b, uint64_t c, uint64_t d) { return mix(hash(a, b, c) ^ d); }

// [0, 1) with 24 bits.
inline float unit(uint64_t h) { return static_cast<float>(h >> 40) * 0x1p-24f; }
// (0, 1) with 53 bits: safe for log().
inline double unit_open(uint64_t h) { return (static_cast<double>(h >> 11) + 0.5) * 0x1p-53; }
// Mean 0, deviation 1, never beyond 3.5: the sum of four uniforms (Irwin–Hall), which needs no transcendental function.
inline float normal(uint64_t h) {
    const uint32_t sum = static_cast<uint32_t>((h & 0xFFFF) + ((h >> 16) & 0xFFFF) + ((h >> 32) & 0xFFFF) + (h >> 48));
    return (static_cast<float>(sum) * 0x1p-16f - 2.0f) * 1.7320508f;
}
// Normal with tails, by Box and Muller: for the few draws where tails matter (repair times).
inline double normal_with_tails(uint64_t h) {
    return std::sqrt(-2.0 * std::log(unit_open(h))) * std::cos(6.283185307179586 * unit_open(mix(h)));
}
inline double exponential(uint64_t h, double mean) { return -mean * std::log(unit_open(h)); }

// Names of the random streams, so that no two uses share numbers.
enum class Stream : uint64_t {
    table,
    gpu_silicon,
    gpu_thermal,
    gpu_memory,
    node_phase,
    node_lemon,
    node_straggler,
    rack_inlet,
    hall_ambient,
    link_spread,
    link_errors,
    job_step,
    job_checkpoint,
    job_restart,
    fault_arrival,
    fault_target,
    fault_repair,
    fault_detail,
    spare_choice,
    maintenance,
    column,
    preset_note,
    what_if_run,
    what_if_first
};
inline uint64_t stream(uint64_t seed, Stream what) { return hash(seed, static_cast<uint64_t>(what)); }

// Normal noise for whole columns: a block of objects reads a run of a fixed table, from a place that depends on the
// column, the block and the tick. Cheap (one load per value) and still independent of the order of evaluation.
class Noise {
public:
    static constexpr uint32_t block = 512;
    explicit Noise(uint64_t seed) : seed_(stream(seed, Stream::column)), table_(size + block) {
        const uint64_t key = stream(seed, Stream::table);
        for (size_t i = 0; i < size; ++i) table_[i] = normal(hash(key, i));
        for (size_t i = 0; i < block; ++i) table_[size + i] = table_[i];
    }
    // `block` values for the objects [block_index * block, …) of a column in one tick.
    [[nodiscard]] const float* run(uint32_t column, uint32_t block_index, uint64_t tick) const {
        return table_.data() + (hash(seed_, column, block_index, tick) & (size - 1));
    }

private:
    static constexpr size_t size = 16384;  // 64 KiB: stays in the second-level cache
    uint64_t seed_;
    std::vector<float> table_;
};

}  // namespace bv::sim
