// Encodes batches as tick messages and applies tick messages to a state; see codec.h. Reads and writes memory only.
#include "net/codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <set>
#include <stdexcept>

#include "cluster/coverage.h"
#include "net/messages.h"
#include "net/planes.h"
#include "net/stretches.h"
#include "net/wire.h"

static_assert(std::endian::native == std::endian::little, "raw_u16 is copied as it is: little-endian only");

namespace bv {

std::string_view sentence(DecodeError error) {
    switch (error) {
        case DecodeError::none:
            return "The message is good.";
        case DecodeError::not_a_message:
            return "The bytes are not a message of the protocol bv1; check what is sent to this endpoint.";
        case DecodeError::wrong_version:
            return "The message speaks another version of the protocol; update the older program.";
        case DecodeError::wrong_topology:
            return "The message is about another cluster file; start both with the same file.";
        case DecodeError::class_unknown:
            return "The message names a class of objects that does not exist.";
        case DecodeError::range_outside_topology:
            return "The message speaks of objects that the cluster file does not have.";
        case DecodeError::size_mismatch:
            return "A column's data do not have the size that its count asks for.";
        case DecodeError::encoding_unknown:
            return "A column has an encoding that this version does not know.";
        case DecodeError::decompression_failed:
            return "A compressed part of the message is broken.";
        case DecodeError::base_missing:
            return "A delta builds on a message that was not received; a snapshot or keyframe is needed.";
        case DecodeError::text_invalid:
            return "A text in the message is too long, not UTF-8 or has control characters.";
        case DecodeError::value_invalid:
            return "A number in the message stands for nothing: a health, severity or state out of its range.";
        case DecodeError::time_invalid:
            return "A time or interval in the message is negative or absurd.";
        case DecodeError::range_not_owned:
            return "The message speaks of objects that its source does not declare as its own.";
        case DecodeError::too_large:
            return "The message holds more than this protocol allows; split it.";
        case DecodeError::too_many_stretches:
            return "The message would tear a column into more than 8192 stretches; send larger ranges.";
        case DecodeError::boot_id_missing:
            return "The message has the boot id 0; set it to the time of the publisher's start in nanoseconds.";
    }
    return "The message is bad.";
}

namespace {

constexpr int64_t max_interval_ns = 86'400'000'000'000;  // a day
constexpr size_t column_overhead_bytes = 128;
// What a message may unpack to: well packed columns must not gather in one message without end. The decoder takes more.
constexpr size_t max_raw_bytes = 8u << 20;
// Raw where compression saves less than this: unpacking costs more than the bytes.
constexpr double worth_packing = 0.95;

std::span<const std::byte> as_bytes(std::span<const uint16_t> values) { return std::as_bytes(values); }

// Collects columns until a message is full.
class Assembler {
public:
    explicit Assembler(size_t target) : target_(target), builder_(target + (64u << 10)) {}

    [[nodiscard]] bool full_for(size_t bytes, size_t raw_bytes) const {
        return !columns_.empty() &&
               (bytes_ + bytes + column_overhead_bytes > target_ || raw_bytes_ + raw_bytes > max_raw_bytes ||
                columns_.size() >= max_columns_per_message);
    }
    [[nodiscard]] bool empty() const { return columns_.empty(); }
    void add(MetricId id, uint32_t first, uint32_t count, wire::Encoding encoding, uint64_t base,
             std::span<const std::byte> data) {
        const auto* begin = reinterpret_cast<const uint8_t*>(data.data());
        const auto vector = builder_.CreateVector(begin, data.size());
        const std::string_view name = metric(id).name;
        const auto metric_name = builder_.CreateString(name.data(), name.size());
        columns_.push_back(wire::CreateColumn(builder_, wire::ObjectClass(id.object_class), metric_name, first, count,
                                              encoding, base, vector));
        bytes_ += data.size() + column_overhead_bytes;
        raw_bytes_ += size_t(count) * sizeof(uint16_t);
        deltas_ = deltas_ || encoding == wire::Encoding::delta_planes_zstd;
    }
    Bytes finish(const MessageHeader& header, int64_t interval_ns) {
        const auto columns = builder_.CreateVector(columns_);
        const auto tick = wire::CreateTick(builder_, interval_ns, !deltas_, columns);
        columns_.clear();
        bytes_ = raw_bytes_ = 0;
        deltas_ = false;
        return finish_message(builder_, header, wire::Payload::Tick, tick.Union());
    }

private:
    size_t target_, bytes_ = 0, raw_bytes_ = 0;
    bool deltas_ = false;
    flatbuffers::FlatBufferBuilder builder_;
    std::vector<flatbuffers::Offset<wire::Column>> columns_;
};

struct Packed {
    wire::Encoding encoding;
    std::span<const std::byte> data;
};

// Packs one stretch; base null: in full.
Packed pack(std::span<const uint16_t> values, const uint16_t* base, bool compress, std::vector<std::byte>& scratch,
            Compressor& zstd) {
    const std::span<const std::byte> raw = as_bytes(values);
    if (!compress) return {wire::Encoding::raw_u16, raw};
    if (scratch.size() < raw.size()) scratch.resize(raw.size());
    if (base)
        split_delta_planes(values, base, scratch.data());
    else
        split_planes(values, scratch.data());
    const std::span<const std::byte> packed = zstd.compress({scratch.data(), raw.size()});
    if (double(packed.size()) >= worth_packing * double(raw.size())) return {wire::Encoding::raw_u16, raw};
    return {base ? wire::Encoding::delta_planes_zstd : wire::Encoding::planes_zstd, packed};
}

size_t max_stretch_values(const EncodeOptions& options) {
    return std::max<size_t>(1, options.target_message_bytes / sizeof(uint16_t));
}

}  // namespace

void encode_snapshot(std::span<const SnapshotColumn> columns, MessageHeader header, const EncodeOptions& options,
                     std::vector<Bytes>& out) {
    std::vector<SnapshotColumn> sorted(columns.begin(), columns.end());
    const auto key = [](const SnapshotColumn& c) { return std::pair(c.time_ns, c.interval_ns); };
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
        return a.time_ns != b.time_ns ? a.time_ns > b.time_ns : a.interval_ns < b.interval_ns;
    });
    Assembler assembler(options.target_message_bytes);
    Compressor zstd;
    std::vector<std::byte> scratch;
    header.sequence = 0;
    int64_t interval_ns = 0;
    for (const SnapshotColumn& c : sorted) {
        const Packed packed = pack(c.column.values, nullptr, options.compress, scratch, zstd);
        const size_t raw_bytes = c.column.values.size_bytes();
        if (!assembler.empty() &&
            (std::pair(header.time_ns, interval_ns) != key(c) || assembler.full_for(packed.data.size(), raw_bytes)))
            out.push_back(assembler.finish(header, interval_ns));
        header.time_ns = c.time_ns;
        interval_ns = c.interval_ns;
        assembler.add(c.column.metric, c.column.first, uint32_t(c.column.values.size()), packed.encoding, c.sequence,
                      packed.data);
    }
    if (!assembler.empty()) out.push_back(assembler.finish(header, interval_ns));
}

struct TickEncoder::Impl {
    struct SentColumn {
        std::vector<uint16_t> values;  // by index; empty until something of the column was sent
        Stretches stretches;
    };
    const Topology* topology;
    EncodeOptions options;
    std::array<std::vector<SentColumn>, object_class_count> columns;
    Assembler assembler;
    Compressor zstd;
    std::vector<std::byte> scratch;

    Impl(const Topology& t, EncodeOptions o) : topology(&t), options(o), assembler(o.target_message_bytes) {
        for (ObjectClass c : all_object_classes) columns[size_t(c)].resize(metrics_of(c).size());
    }

    struct Tick {
        MessageHeader header;
        uint64_t& next_sequence;
        int64_t interval_ns;
        bool keyframe;
        std::vector<Bytes>& out;
    };

    void finish(Tick& tick) {
        tick.header.sequence = tick.next_sequence++;
        tick.out.push_back(assembler.finish(tick.header, tick.interval_ns));
    }

    void add(Tick& tick, MetricId id, uint32_t first, std::span<const uint16_t> values) {
        SentColumn& sent = columns[size_t(id.object_class)][id.index];
        if (sent.values.empty()) sent.values.assign(topology->count(id.object_class), no_data);
        const Stretch* before = sent.stretches.find(first, uint32_t(values.size()));
        const bool in_this_message = before && before->sequence == tick.next_sequence;
        const bool delta = options.compress && options.delta && !tick.keyframe && before && !in_this_message &&
                           before->since_keyframe + 1 < options.keyframe_every;
        const uint64_t base_sequence = delta ? before->sequence : 0;
        uint16_t* base = sent.values.data() + first;
        const Packed packed = pack(values, delta ? base : nullptr, options.compress, scratch, zstd);
        const size_t raw_bytes = values.size_bytes();
        if (assembler.full_for(packed.data.size(), raw_bytes) || in_this_message) finish(tick);
        const bool is_delta = packed.encoding == wire::Encoding::delta_planes_zstd;
        assembler.add(id, first, uint32_t(values.size()), packed.encoding, is_delta ? base_sequence : 0, packed.data);
        std::copy(values.begin(), values.end(), base);
        Stretch& stretch = sent.stretches.assign(first, uint32_t(values.size()));
        stretch.since_keyframe = is_delta ? stretch.since_keyframe + 1 : 0;
        stretch.sequence = tick.next_sequence;
        stretch.time_ns = tick.header.time_ns;
        stretch.interval_ns = tick.interval_ns;
    }
};

TickEncoder::TickEncoder(const Topology& topology, EncodeOptions options)
    : impl_(std::make_unique<Impl>(topology, options)) {}
TickEncoder::~TickEncoder() = default;
TickEncoder::TickEncoder(TickEncoder&&) noexcept = default;
TickEncoder& TickEncoder::operator=(TickEncoder&&) noexcept = default;

void TickEncoder::encode(const TelemetryBatch& batch, MessageHeader header, uint64_t& next_sequence, bool keyframe,
                         std::vector<Bytes>& out) {
    for (const TickColumn& column : batch.columns) {
        const uint32_t total = impl_->topology->count(column.metric.object_class);
        if (column.metric.index >= metrics_of(column.metric.object_class).size() || column.first > total ||
            column.values.size() > total - column.first)
            throw std::out_of_range(fmt::format(
                "A tick column of class {} from {} with {} values does not fit the {} objects of the cluster.",
                name_of(column.metric.object_class), column.first, column.values.size(), total));
    }
    header.time_ns = batch.time_ns;
    Impl::Tick tick{std::move(header), next_sequence, batch.interval_ns, keyframe, out};
    const size_t limit = max_stretch_values(impl_->options);
    for (const TickColumn& column : batch.columns) {
        for (size_t at = 0; at < column.values.size(); at += limit) {
            const size_t count = std::min(limit, column.values.size() - at);
            impl_->add(tick, column.metric, column.first + uint32_t(at), column.values.subspan(at, count));
        }
    }
    if (!impl_->assembler.empty()) impl_->finish(tick);
}

std::vector<SnapshotColumn> TickEncoder::snapshot_columns() const {
    std::vector<SnapshotColumn> out;
    for (ObjectClass c : all_object_classes) {
        for (size_t m = 0; m < impl_->columns[size_t(c)].size(); ++m) {
            const Impl::SentColumn& sent = impl_->columns[size_t(c)][m];
            for (const Stretch& s : sent.stretches.all()) {
                const std::span<const uint16_t> values(sent.values.data() + s.first, s.count);
                out.push_back({{{c, MetricIndex(m)}, s.first, values}, s.sequence, s.time_ns, s.interval_ns});
            }
        }
    }
    return out;
}

struct TickDecoder::Impl {
    struct Step {
        MetricId metric;
        uint32_t first, count;
        const uint16_t* values;  // in the message or, where null, in `unpacked` at `offset`
        size_t offset;
        uint64_t sequence;
    };
    std::array<std::vector<Stretches>, object_class_count> stretches;
    std::vector<Step> steps;
    std::vector<uint16_t> unpacked;
    size_t unpacked_used = 0;
    std::vector<std::byte> planes;
    Decompressor zstd;
    uint64_t ignored = 0;

    Impl() {
        for (ObjectClass c : all_object_classes) stretches[size_t(c)].resize(metrics_of(c).size());
        steps.reserve(max_columns_per_message);
    }

    DecodeError read(std::span<const std::byte> message, ClusterState& state, uint16_t source, uint64_t& values,
                     const OwnedRanges* owned, bool snapshot, const Arrivals& arrivals);
    bool coverage_fits(const ClusterState& state, Coverage heard) const;
    DecodeError plan(const wire::Column& column, const ClusterState& state, uint64_t sequence, bool snapshot,
                     const OwnedRanges* owned, uint64_t& skipped);
    DecodeError unpack(const wire::Column& column, const ClusterState& state, Step& step);
};

namespace {}  // namespace

bool owns(const OwnedRanges& owned, ObjectClass object_class, uint32_t first, uint32_t count) {
    // A stretch may span neighbouring ranges, so walk through them.
    uint64_t at = first;
    const uint64_t end = uint64_t(first) + count;
    for (const IndexRange& range : owned[size_t(object_class)])
        if (range.first <= at && at < uint64_t(range.first) + range.count) at = uint64_t(range.first) + range.count;
    return at >= end;
}

namespace {

bool valid_health(std::span<const uint16_t> values) {
    bool good = true;
    for (uint16_t v : values) good &= v < health_count || v == no_data;
    return good;
}

}  // namespace

DecodeError TickDecoder::Impl::unpack(const wire::Column& column, const ClusterState& state, Step& step) {
    const std::span<const std::byte> data = bytes_of(column.data());
    const size_t size = size_t(step.count) * sizeof(uint16_t);
    if (column.encoding() == wire::Encoding::raw_u16) {
        if (data.size() != size) return DecodeError::size_mismatch;
        if (reinterpret_cast<uintptr_t>(data.data()) % alignof(uint16_t) == 0) {
            step.values = reinterpret_cast<const uint16_t*>(data.data());
            return DecodeError::none;
        }
    }
    step.offset = unpacked_used;
    unpacked_used += step.count;
    if (unpacked.size() < unpacked_used) unpacked.resize(unpacked_used);
    const std::span<uint16_t> out(unpacked.data() + step.offset, step.count);
    if (column.encoding() == wire::Encoding::raw_u16) {
        std::memcpy(out.data(), data.data(), size);
        return DecodeError::none;
    }
    if (planes.size() < size) planes.resize(size);
    if (!zstd.decompress(data, {planes.data(), size})) return DecodeError::decompression_failed;
    if (column.encoding() == wire::Encoding::planes_zstd)
        join_planes(planes.data(), out);
    else
        join_delta_planes(
            planes.data(),
            state.classes[size_t(step.metric.object_class)].columns[step.metric.index].values.data() + step.first, out);
    return DecodeError::none;
}

DecodeError TickDecoder::Impl::plan(const wire::Column& column, const ClusterState& state, uint64_t sequence,
                                    bool snapshot, const OwnedRanges* owned, uint64_t& skipped) {
    const auto object_class = ObjectClass(column.object_class());
    if (size_t(object_class) >= object_class_count) return DecodeError::class_unknown;
    const uint32_t total = state.topology().count(object_class), first = column.first(), count = column.count();
    if (count == 0 || first >= total || count > total - first) return DecodeError::range_outside_topology;
    if (column.encoding() > wire::Encoding::MAX) return DecodeError::encoding_unknown;
    if (owned && !owns(*owned, object_class, first, count)) return DecodeError::range_not_owned;
    if (!valid_text(column.metric(), max_word_bytes)) return DecodeError::text_invalid;
    const auto index = find_metric(object_class, view(column.metric()));
    if (!index) {
        ++skipped;
        return DecodeError::none;
    }
    const bool delta = column.encoding() == wire::Encoding::delta_planes_zstd;
    if (delta) {
        const Stretch* base = stretches[size_t(object_class)][*index].find(first, count);
        if (snapshot || !base || base->sequence != column.base_sequence()) return DecodeError::base_missing;
    }
    Step step{{object_class, *index}, first, count, nullptr, 0, snapshot ? column.base_sequence() : sequence};
    const DecodeError error = unpack(column, state, step);
    if (error == DecodeError::none) steps.push_back(step);
    return error;
}

// Whether all steps together leave every column in no more stretches than a state holds.
bool TickDecoder::Impl::coverage_fits(const ClusterState& state, Coverage heard) const {
    std::set<std::pair<ObjectClass, MetricIndex>> tried;
    for (const Step& step : steps) {
        const auto& now = state.classes[size_t(step.metric.object_class)].columns[step.metric.index].coverage;
        // One stretch in the middle of another makes three of one; far from the bound that is all there is to know.
        if (now.size() + 2 * steps.size() <= ClusterState::max_coverage) continue;
        if (!tried.insert({step.metric.object_class, step.metric.index}).second) continue;
        std::vector<Coverage> then = now;
        for (const Step& other : steps) {
            if (other.metric != step.metric) continue;
            heard.first = other.first;
            heard.count = other.count;
            if (!lay_over(then, heard, ClusterState::max_coverage)) return false;
        }
    }
    return true;
}

DecodeError TickDecoder::Impl::read(std::span<const std::byte> message, ClusterState& state, uint16_t source,
                                    uint64_t& values, const OwnedRanges* owned, bool snapshot,
                                    const Arrivals& arrivals) {
    values = 0;
    DecodeError error = DecodeError::none;
    const wire::Message* m = verify_message(message, error);
    if (!m) return error;
    const wire::Tick* tick = m->payload_as_Tick();
    if (!tick) return DecodeError::not_a_message;
    if (state.empty() || m->topology_hash() != state.topology().hash) return DecodeError::wrong_topology;
    if (tick->interval_ns() <= 0 || tick->interval_ns() > max_interval_ns) return DecodeError::time_invalid;
    if (tick->columns()->size() > max_columns_per_message) return DecodeError::too_large;
    // What the message unpacks to is known, and limited, before any of it is unpacked.
    uint64_t total = 0;
    for (const wire::Column* column : *tick->columns()) total += column->count();
    if (total * sizeof(uint16_t) > max_unpacked_bytes) return DecodeError::too_large;
    steps.clear();
    unpacked_used = 0;
    uint64_t skipped = 0;
    for (const wire::Column* column : *tick->columns())
        if ((error = plan(*column, state, m->sequence(), snapshot, owned, skipped)) != DecodeError::none) return error;
    for (Step& step : steps) {
        if (!step.values) step.values = unpacked.data() + step.offset;
        if (step.metric.index == health_metric && !valid_health({step.values, step.count}))
            return DecodeError::value_invalid;
    }
    const Arrival arrival =
        arrivals ? arrivals(m->time_ns(), tick->interval_ns()) : Arrival{m->time_ns(), tick->interval_ns()};
    if (!coverage_fits(state,
                       {0, 0, m->time_ns(), tick->interval_ns(), source, false, arrival.heard_ns, arrival.every_ns}))
        return DecodeError::too_many_stretches;
    for (const Step& step : steps) {
        if (!state.apply(step.metric, step.first, {step.values, step.count}, m->time_ns(), tick->interval_ns(), source,
                         arrival))
            return DecodeError::range_outside_topology;  // unreachable: checked above
        Stretch& stretch =
            stretches[size_t(step.metric.object_class)][step.metric.index].assign(step.first, step.count);
        stretch.sequence = step.sequence;
        stretch.time_ns = m->time_ns();
        stretch.interval_ns = tick->interval_ns();
        values += step.count;
    }
    ignored += skipped;
    return DecodeError::none;
}

TickDecoder::TickDecoder() : impl_(std::make_unique<Impl>()) {}
TickDecoder::~TickDecoder() = default;
TickDecoder::TickDecoder(TickDecoder&&) noexcept = default;
TickDecoder& TickDecoder::operator=(TickDecoder&&) noexcept = default;

DecodeError TickDecoder::apply(std::span<const std::byte> message, ClusterState& state, uint16_t source,
                               uint64_t& values, const OwnedRanges* owned, const Arrivals& arrivals) {
    return impl_->read(message, state, source, values, owned, false, arrivals);
}
DecodeError TickDecoder::apply_snapshot(std::span<const std::byte> message, ClusterState& state, uint16_t source,
                                        uint64_t& values, const OwnedRanges* owned, const Arrivals& arrivals) {
    return impl_->read(message, state, source, values, owned, true, arrivals);
}

void TickDecoder::reset() {
    for (auto& columns : impl_->stretches)
        for (Stretches& s : columns) s.clear();
}

uint64_t TickDecoder::ignored_columns() const { return impl_->ignored; }

std::vector<SnapshotColumn> TickDecoder::snapshot_columns(const ClusterState& state) const {
    std::vector<SnapshotColumn> out;
    for (ObjectClass c : all_object_classes) {
        for (size_t m = 0; m < impl_->stretches[size_t(c)].size(); ++m) {
            for (const Stretch& s : impl_->stretches[size_t(c)][m].all()) {
                const std::span<const uint16_t> column(state.classes[size_t(c)].columns[m].values);
                out.push_back({{{c, MetricIndex(m)}, s.first, column.subspan(s.first, s.count)},
                               s.sequence,
                               s.time_ns,
                               s.interval_ns});
            }
        }
    }
    return out;
}

}  // namespace bv
