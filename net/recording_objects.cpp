// See recording_objects.h.
#include "net/recording_objects.h"

#include <stdexcept>

#include <fmt/format.h>

#include "net/recording_schema.h"

namespace bv {

namespace {

constexpr std::string_view job_prefix = "job:";

// Its slot and its nodes. False: there is no such job.
bool add_job(Database& recording, std::string_view name, std::vector<ObjectId>& roots) {
    Statement row(recording, fmt::format("select {} from job_version where job_id = ? or name = ?", job_columns));
    row.bind_all(name, name);
    bool any = false;
    while (row.step()) {
        const auto version = read_job(row);
        if (!version) continue;
        any = true;
        roots.push_back({ObjectClass::job, version->job.slot});
        for (const IndexRange& range : version->job.nodes)
            for (uint32_t n = range.first; n < range.end(); ++n) roots.push_back({ObjectClass::node, n});
    }
    return any;
}

void add_one(Database& recording, const Topology& topology, const std::string& name, std::vector<ObjectId>& roots) {
    if (const auto id = topology.find(name)) {
        roots.push_back(*id);
        return;
    }
    const bool prefixed = name.starts_with(job_prefix);
    if (add_job(recording, prefixed ? std::string_view(name).substr(job_prefix.size()) : name, roots)) return;
    throw std::runtime_error(fmt::format(
        "'{}' is no object of {}; give a class such as rack, a name or path such as {}, or job: and the id of a job.",
        name, topology.name, topology.racks.empty() ? "H1" : topology.path_of({ObjectClass::rack, 0})));
}

// Slots whose jobs used a kept node.
void add_slots(Database& recording, const Topology& topology, int64_t begin_ns, int64_t end_ns, ObjectSet& kept) {
    Statement row(recording,
                  fmt::format("select {} from job_version where known_ns <= ? and until_ns > ?", job_columns));
    row.bind_all(end_ns, begin_ns);
    while (row.step()) {
        const auto version = read_job(row);
        if (!version || version->job.slot >= topology.job_slots) continue;
        for (const IndexRange& range : version->job.nodes)
            if (!kept.runs(ObjectClass::node, range).empty()) kept.add({ObjectClass::job, version->job.slot});
    }
}

}  // namespace

ObjectSet choose_objects(Database& recording, const Topology& topology, std::span<const std::string> names,
                         int64_t begin_ns, int64_t end_ns) {
    ObjectSet kept(topology);
    if (names.empty()) {
        kept.add_all();
        return kept;
    }
    std::vector<ObjectId> roots;
    for (const std::string& name : names) {
        if (const auto object_class = object_class_from(name))
            kept.add(*object_class);
        else
            add_one(recording, topology, name, roots);
    }
    kept.add_trees(roots);
    add_slots(recording, topology, begin_ns, end_ns, kept);
    return kept;
}

}  // namespace bv
