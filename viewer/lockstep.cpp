// Steps a simulator through the encoder and decoder of the wire, see lockstep.h.
#include "viewer/lockstep.h"

#include <stdexcept>

#include <fmt/format.h>

namespace bv {

Lockstep::Lockstep(const std::string& text, const std::string& cluster_file)
    : cluster(load_cluster(cluster_file.empty() ? parse_simulated_source(text).cluster : cluster_file)),
      source(parse_simulated_source(text)),
      simulator(cluster.topology, source.options),
      encoder(*cluster.topology, {}),
      state(cluster.topology),
      start_ns(source.options.start_ns) {
    header.source = "sim";
    header.boot_id = 1;
    header.topology_hash = cluster.topology->hash;
    SourceStatus status;
    status.name = "sim";
    status.endpoint = text;
    status.link = SourceStatus::Link::live;
    status.interval_ns = source.options.interval_ns;
    for (const ObjectClass object_class : all_object_classes) {
        const uint32_t count = cluster.topology->count(object_class);
        if (count) status.owned[size_t(object_class)] = {{0, count}};
    }
    state.sources.push_back(std::move(status));
}

const TelemetryBatch& Lockstep::step(bool wire) {
    const TelemetryBatch& batch = simulator.step();
    SourceStatus& status = state.sources.front();
    if (wire) {
        header.time_ns = batch.time_ns;
        messages.clear();
        double tick_bytes = 0, tick_values = 0;
        encoder.encode(batch, header, sequence, status.messages == 0, messages);
        for (const Bytes& message : messages) {
            uint64_t values = 0;
            const DecodeError error = decoder.apply(message, state, 0, values);
            if (error != DecodeError::none)
                throw std::runtime_error(fmt::format("the simulator's telemetry cannot be read: {}", sentence(error)));
            tick_bytes += double(message.size()), tick_values += double(values);
            status.messages += 1;
            status.bytes += message.size();
            status.values += values;
        }
        const double ticks_per_second = 1e9 / double(batch.interval_ns);
        status.messages_per_second = double(messages.size()) * ticks_per_second;
        status.bytes_per_second = tick_bytes * ticks_per_second;
        status.values_per_second = tick_values * ticks_per_second;
    }
    for (const Event& event : batch.events) state.apply(event);
    for (const Job& job : batch.jobs) state.apply(job);
    state.time_ns = batch.time_ns;
    status.last_tick_ns = status.last_tick_heard_ns = status.last_message_ns = batch.time_ns;
    return batch;
}

}  // namespace bv
