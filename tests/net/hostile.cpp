// See hostile.h.
#include "tests/net/hostile.h"

#include "net/planes.h"
#include "net/wire.h"

namespace bv::test {

Bytes hostile_tick(const Topology& topology, const std::vector<HostileColumn>& columns,
                   const HostileEnvelope& envelope) {
    flatbuffers::FlatBufferBuilder builder;
    std::vector<flatbuffers::Offset<wire::Column>> out;
    Compressor zstd;
    for (const HostileColumn& column : columns) {
        const auto raw = std::as_bytes(std::span(column.values));
        Bytes data(raw.begin(), raw.end());
        if (column.packed) {
            split_planes(column.values, data.data());
            const auto frame = zstd.compress(data);
            data.assign(frame.begin(), frame.end());
        }
        data.resize(data.size() + column.extra_bytes);
        const auto bytes = builder.CreateVector(reinterpret_cast<const uint8_t*>(data.data()), data.size());
        const auto metric = builder.CreateString(column.metric);
        out.push_back(wire::CreateColumn(builder, wire::ObjectClass(column.object_class), metric, column.first,
                                         column.count.value_or(uint32_t(column.values.size())),
                                         wire::Encoding(column.packed ? 1 : column.encoding), column.base_sequence,
                                         bytes));
    }
    const auto tick = wire::CreateTick(builder, envelope.interval_ns, false, builder.CreateVector(out));
    const auto source = builder.CreateString(envelope.source);
    wire::FinishMessageBuffer(
        builder,
        wire::CreateMessage(builder, envelope.version, source, envelope.boot_id, envelope.sequence, envelope.time_ns,
                            envelope.topology_hash.value_or(topology.hash), wire::Payload::Tick, tick.Union()));
    const auto* begin = reinterpret_cast<const std::byte*>(builder.GetBufferPointer());
    return {begin, begin + builder.GetSize()};
}

}  // namespace bv::test
