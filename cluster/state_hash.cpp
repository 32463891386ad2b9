// The hash that names a state: FNV-1a over values, events and jobs. Says whether two ways to one time led to one state;
// ages, versions and the order of arrival are left out on purpose.
#include <cstring>

#include "cluster/state.h"

namespace bv {
namespace {

class Fnv {
public:
    void bytes(const void* data, size_t size) {
        const auto* at = static_cast<const unsigned char*>(data);
        for (size_t i = 0; i < size; ++i) hash_ = (hash_ ^ at[i]) * 0x100000001B3ull;
    }
    template <typename Number>
    void number(Number value) {
        const auto wide = uint64_t(value);
        unsigned char little[8];
        for (int i = 0; i < 8; ++i) little[i] = static_cast<unsigned char>(wide >> (8 * i));
        bytes(little, sizeof little);
    }
    void text(std::string_view value) {
        number(value.size());
        bytes(value.data(), value.size());
    }
    [[nodiscard]] uint64_t value() const { return hash_; }

private:
    uint64_t hash_ = 0xCBF29CE484222325ull;
};

uint64_t hash_of(const Event& event) {
    Fnv fnv;
    fnv.number(event.id);
    fnv.number(event.time_ns);
    fnv.number(event.end_ns);
    fnv.number(int(event.severity));
    fnv.number(int(event.object.object_class));
    fnv.number(event.object.index);
    fnv.number(event.code);
    fnv.text(event.kind);
    fnv.text(event.source);
    fnv.text(event.text);
    return fnv.value();
}

uint64_t hash_of(const Job& job) {
    Fnv fnv;
    fnv.number(job.slot);
    fnv.number(int(job.state));
    for (const std::string* text : {&job.id, &job.name, &job.user, &job.partition}) fnv.text(*text);
    for (const int64_t time : {job.submit_ns, job.start_ns, job.end_ns}) fnv.number(time);
    for (const IndexRange& range : job.nodes) fnv.number(uint64_t(range.first) << 32 | range.count);
    for (const uint32_t n : {job.gpus, job.tensor_parallel, job.pipeline_parallel, job.data_parallel}) fnv.number(n);
    return fnv.value();
}

}  // namespace

uint64_t ClusterState::hash() const {
    Fnv fnv;
    for (const ClassState& object_class : classes)
        for (const Column& column : object_class.columns)
            // The format's byte order is little-endian, as every machine we build for is.
            fnv.bytes(column.values.data(), column.values.size() * sizeof(uint16_t));
    uint64_t sum = 0;  // of hashes: events that arrive in another order are the same events
    for (const Event& event : events) sum += hash_of(event);
    fnv.number(sum);
    sum = 0;
    for (const Job& job : jobs)
        if (!job.id.empty()) sum += hash_of(job);
    fnv.number(sum);
    return fnv.value();
}

}  // namespace bv
