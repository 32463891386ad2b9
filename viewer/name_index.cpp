// Reads: a topology. Writes: the texts of its names and paths. Exists because asking path_of() for 100,352 GPUs takes
// longer than a frame.
#include "viewer/name_index.h"

#include <cctype>
#include <map>
#include <memory>
#include <mutex>
#include <tuple>

namespace bv {
namespace {

// Tails depend on the place within the node, or on the given name, so one node of each kind tells them for all.
using TailKey = std::tuple<uint32_t, uint32_t, std::string>;

uint32_t tail_of(std::map<TailKey, uint32_t>& known, TailKey key, NameIndex::Tails& tails, const Topology& topology,
                 ObjectId id, std::string_view node_path) {
    const auto found = known.find(key);
    if (found != known.end()) return found->second;
    const std::string path = topology.path_of(id);
    const auto index = uint32_t(tails.paths.size());
    tails.paths.push(path.starts_with(node_path) ? std::string_view(path).substr(node_path.size())
                                                 : std::string_view(path));
    tails.names.push(topology.name_of(id));
    known.emplace(std::move(key), index);
    return index;
}

// The given name of an object, empty where it is named by its number.
std::string given_name(const Topology& topology, ObjectId id) {
    const std::vector<std::string>& stored = topology.names[size_t(id.object_class)];
    return id.index < stored.size() ? stored[id.index] : std::string();
}

}  // namespace

void NameIndex::Texts::push(std::string_view text) {
    blob += text;
    offsets.push_back(uint32_t(blob.size()));
}

NameIndex::NameIndex(const Topology& topology) {
    for (const ObjectClass object_class : all_object_classes) {
        if (object_class == ObjectClass::gpu || object_class == ObjectClass::nic || object_class == ObjectClass::link ||
            object_class == ObjectClass::job)
            continue;
        for (uint32_t i = 0; i < topology.count(object_class); ++i) {
            paths_[size_t(object_class)].push(topology.path_of({object_class, i}));
            names_[size_t(object_class)].push(topology.name_of({object_class, i}));
        }
    }
    std::map<TailKey, uint32_t> gpu_keys, nic_keys;
    gpus_.which.resize(topology.count(ObjectClass::gpu));
    nics_.which.resize(topology.count(ObjectClass::nic));
    const Texts& node_paths = paths_[size_t(ObjectClass::node)];
    for (uint32_t n = 0; n < topology.nodes.size(); ++n) {
        const Node& node = topology.nodes[n];
        for (uint32_t i = 0; i < node.gpus.count; ++i) {
            const ObjectId id{ObjectClass::gpu, node.gpus.first + i};
            gpus_.which[id.index] =
                tail_of(gpu_keys, {0, i, given_name(topology, id)}, gpus_, topology, id, node_paths[n]);
        }
        for (uint32_t i = 0; i < node.nics.count; ++i) {
            const ObjectId id{ObjectClass::nic, node.nics.first + i};
            nics_.which[id.index] =
                tail_of(nic_keys, {node.nics.count, i, given_name(topology, id)}, nics_, topology, id, node_paths[n]);
        }
    }
}

int64_t NameIndex::number_in(std::string_view name) {
    size_t end = name.size();
    while (end > 0 && !std::isdigit(static_cast<unsigned char>(name[end - 1]))) --end;
    size_t begin = end;
    while (begin > 0 && std::isdigit(static_cast<unsigned char>(name[begin - 1]))) --begin;
    if (begin == end || end - begin > 15) return -1;
    int64_t number = 0;
    for (size_t i = begin; i < end; ++i) number = number * 10 + (name[i] - '0');
    return number;
}

const NameIndex& name_index(const Topology& topology) {
    static std::mutex mutex;
    static const Topology* known = nullptr;
    static uint64_t known_hash = 0;
    static std::unique_ptr<NameIndex> index;
    const std::scoped_lock lock(mutex);
    if (!index || known != &topology || known_hash != topology.hash ||
        index->tails(ObjectClass::gpu).which.size() != topology.gpu_nodes.size()) {
        index = std::make_unique<NameIndex>(topology);
        known = &topology;
        known_hash = topology.hash;
    }
    return *index;
}

}  // namespace bv
