// The simulator's output: one array of uint16 per metric of the catalogue that the simulator can measure. Written by
// the measure_…() functions, read by step(), which lists them in the batch. The arrays live as long as the simulator.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "cluster/metrics.h"
#include "cluster/state.h"
#include "cluster/topology.h"
#include "feed/simulator/random.h"

namespace bv::sim {

// Where one metric is written. Absent (no values) where the catalogue has no such metric or the cluster no such object.
struct Channel {
    uint16_t* values = nullptr;
    uint32_t count = 0;
    uint32_t id = 0;              // unique among all channels: picks the noise
    float scale = 1, offset = 0;  // raw = value * scale + offset; half a step is included for rounding
    [[nodiscard]] bool present() const { return values != nullptr; }
    void set(uint32_t index, double value) const {
        if (!values || index >= count) return;
        const float raw = static_cast<float>(value) * scale + offset;
        values[index] = raw >= 65534.0f ? uint16_t{65534} : raw > 0.0f ? static_cast<uint16_t>(raw) : uint16_t{0};
    }
    void clear(uint32_t index) const {
        if (values && index < count) values[index] = no_data;
    }
};

class Columns {
public:
    explicit Columns(const Topology& topology);

    // Claims a metric by name; its column is part of every batch from then on.
    Channel claim(ObjectClass object_class, std::string_view name);
    // Every claimed column, whole. Built once, since arrays never move.
    [[nodiscard]] const std::vector<TickColumn>& spans() const { return spans_; }
    // Makes every metric of an object "no data" except its health.
    void clear(ObjectId id);

private:
    struct Store {
        std::vector<uint16_t> values;
        bool claimed = false;
    };
    const Topology* topology_;
    std::array<std::vector<Store>, object_class_count> stores_;
    std::vector<TickColumn> spans_;
};

inline uint16_t quantised(float raw) {
    const float low = raw > 0.0f ? raw : 0.0f;
    return static_cast<uint16_t>(static_cast<int32_t>(low < 65534.0f ? low : 65534.0f));
}

// Fills a channel from value(i): a pure function of the index that the compiler can vectorise.
template <class Value>
void fill(const Channel& channel, Value value) {
    uint16_t* const out = channel.values;
    if (!out) return;
    const float scale = channel.scale, offset = channel.offset;
    for (uint32_t i = 0; i < channel.count; ++i) out[i] = quantised(value(i) * scale + offset);
}

// The same with noise: value(i, n) where n is normal with deviation 1.
template <class Value>
void fill(const Channel& channel, const Noise& noise, uint64_t tick, Value value) {
    if (!channel.values) return;
    const float scale = channel.scale, offset = channel.offset;
    for (uint32_t first = 0, b = 0; first < channel.count; first += Noise::block, ++b) {
        const float* const n = noise.run(channel.id, b, tick);
        uint16_t* const out = channel.values + first;
        const uint32_t count = std::min(Noise::block, channel.count - first);
        for (uint32_t i = 0; i < count; ++i) out[i] = quantised(value(first + i, n[i]) * scale + offset);
    }
}

}  // namespace bv::sim
