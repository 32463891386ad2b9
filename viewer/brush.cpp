// Objects → what is lit with them; see brush.h.
#include "viewer/brush.h"

#include <atomic>

#include "cluster/event.h"
#include "cluster/routes.h"

namespace bv {

namespace {

class Lighter {
public:
    Lighter(const Topology& topology, ObjectSet& lit) : t_(topology), lit_(lit) {}

    void add(ObjectId id, std::span<const Job> jobs) {
        if (!t_.contains(id)) return;
        switch (id.object_class) {
            case ObjectClass::gpu:
                return add_gpu(id.index);
            case ObjectClass::nic:
                return add_nic(id.index);
            case ObjectClass::link:
                return add_link(id.index);
            case ObjectClass::switch_:
                return add_switch(id.index);
            case ObjectClass::node:
                return add_node(id.index);
            case ObjectClass::job:
                for (const Job& job : jobs)
                    if (job.slot == id.index && !job.id.empty())
                        for (const IndexRange& range : job.nodes) add_nodes(range);
                return;
            case ObjectClass::rack:
            case ObjectClass::row:
            case ObjectClass::hall:
            case ObjectClass::site:
                return add_racks(id);
            default:
                return with_containers(id);
        }
    }

private:
    // What contains it, so that its box is not dimmed around it.
    void with_containers(ObjectId id) {
        for (int depth = 0; id.valid() && depth < 4 && id.object_class != ObjectClass::row; ++depth) {
            lit_.add(id);
            id = t_.parent(id);
        }
    }
    void add_gpu(uint32_t gpu) {
        with_containers({ObjectClass::gpu, gpu});
        const uint32_t nic = nic_of_gpu(t_, gpu);
        if (nic == no_index) return;
        with_containers({ObjectClass::nic, nic});
        for (const uint32_t link : t_.links_of({ObjectClass::nic, nic})) {
            lit_.add({ObjectClass::link, link});
            if (t_.links[link].link_class == LinkClass::host) with_containers(t_.links[link].b.object());
        }
    }
    // The GPUs of a NIC are those it serves.
    void add_nic(uint32_t nic) {
        with_containers({ObjectClass::nic, nic});
        const IndexRange gpus = t_.nodes[t_.nics[nic].node].gpus;
        for (uint32_t gpu = gpus.first; gpu < gpus.end(); ++gpu)
            if (nic_of_gpu(t_, gpu) == nic) with_containers({ObjectClass::gpu, gpu});
        for (const uint32_t link : t_.links_of({ObjectClass::nic, nic})) lit_.add({ObjectClass::link, link});
    }
    void add_end(const PortRef& end) {
        if (end.is_switch)
            with_containers(end.object());
        else
            add_nic(end.device);
    }
    void add_link(uint32_t link) {
        lit_.add({ObjectClass::link, link});
        add_end(t_.links[link].a);
        add_end(t_.links[link].b);
    }
    void add_switch(uint32_t index) {
        with_containers({ObjectClass::switch_, index});
        for (const uint32_t link : t_.links_of({ObjectClass::switch_, index})) {
            lit_.add({ObjectClass::link, link});
            if (!t_.links[link].a.is_switch) add_nic(t_.links[link].a.device);
        }
    }
    void add_node(uint32_t node) {
        with_containers({ObjectClass::node, node});
        const Node& n = t_.nodes[node];
        for (uint32_t gpu = n.gpus.first; gpu < n.gpus.end(); ++gpu) add_gpu(gpu);
        for (uint32_t nic = n.nics.first; nic < n.nics.end(); ++nic) add_nic(nic);
    }
    void add_nodes(const IndexRange& range) {
        for (uint32_t n = range.first; n < range.end() && n < t_.nodes.size(); ++n) add_node(n);
    }
    void add_racks(ObjectId id) {
        lit_.add(id);
        const IndexRange racks = t_.racks_in(id);
        for (uint32_t r = racks.first; r < racks.end(); ++r) {
            lit_.add({ObjectClass::rack, r});
            add_nodes(t_.racks[r].nodes);
            const IndexRange switches = t_.racks[r].switches;
            for (uint32_t s = switches.first; s < switches.end(); ++s) add_switch(s);
        }
    }

    const Topology& t_;
    ObjectSet& lit_;
};

}  // namespace

ObjectSet lit_with(const Topology& topology, std::span<const ObjectId> objects, std::span<const Job> jobs) {
    ObjectSet lit(topology);
    Lighter lighter(topology, lit);
    for (const ObjectId id : objects) lighter.add(id, jobs);
    return lit;
}

namespace {

Brush brush_with(ObjectSet lit, std::vector<ObjectId> objects, std::string what) {
    static std::atomic<uint64_t> versions{0};
    return {std::move(what), std::move(objects), std::make_shared<const ObjectSet>(std::move(lit)), ++versions};
}

}  // namespace

Brush brush_of(const Topology& topology, std::vector<ObjectId> objects, std::string what, std::span<const Job> jobs) {
    if (objects.empty()) return {};
    ObjectSet lit = lit_with(topology, objects, jobs);
    return brush_with(std::move(lit), std::move(objects), std::move(what));
}

Brush brush_of(const Topology& topology, const BlastRadius& radius, ObjectId root, std::string what) {
    ObjectSet lit(topology);
    for (const ObjectClass object_class : all_object_classes)
        for (const IndexRange& range : radius.objects[size_t(object_class)])
            for (uint32_t i = range.first; i < range.end(); ++i) lit.add({object_class, i});
    // And what it stands in, up to the site.
    for (ObjectId at = root; topology.contains(at); at = topology.parent(at)) {
        lit.add(at);
        if (at.object_class == ObjectClass::site) break;
    }
    return brush_with(std::move(lit), {root}, std::move(what));
}

}  // namespace bv
