// Breadth first over the graphs of the topology, one byte an object. Neighbours are computed from ranges and parents;
// no edge is stored.
#include "cluster/reach.h"

#include <algorithm>

namespace bv {
namespace {

using C = ObjectClass;

class Search {
public:
    Search(const Topology& topology, const Placement& placement, const ReachQuery& query, Reach& reach)
        : t_(topology), placement_(placement), query_(query), reach_(reach) {}

    void run() {
        if (!t_.contains(query_.from)) return;
        visit(query_.from);
        const uint32_t deepest = std::min<uint32_t>(query_.depth, not_reached - 1);
        while (!next_.empty() && step_ < deepest) {
            now_.swap(next_);
            next_.clear();
            ++step_;
            for (const ObjectId id : now_) query_.upstream ? expand_up(id) : expand_down(id);
        }
    }

private:
    [[nodiscard]] bool via(reach::Via graph) const { return (query_.via & graph) != 0; }

    // True where it was not reached before.
    bool mark(ObjectId id) {
        if (!id.valid()) return false;
        auto& steps = reach_.steps[size_t(id.object_class)];
        if (steps.empty()) steps.assign(t_.count(id.object_class), not_reached);
        if (id.index >= steps.size() || steps[id.index] != not_reached) return false;
        steps[id.index] = uint8_t(step_);
        ++reach_.counts[size_t(id.object_class)];
        return true;
    }
    void visit(ObjectId id) {
        if (mark(id)) next_.push_back(id);
    }
    void visit(C object_class, IndexRange range) {
        for (uint32_t i = range.first; i < range.end(); ++i) visit({object_class, i});
    }
    // What nothing new hangs on: reached, and not looked at again.
    void visit_leaves(C object_class, IndexRange range) {
        for (uint32_t i = range.first; i < range.end(); ++i) mark({object_class, i});
    }
    void visit_link(uint32_t link) {
        if (mark({C::link, link}) && !reach_.holds(t_.links[link].a.object())) next_.push_back({C::link, link});
    }
    void visit_job_of(uint32_t node) {
        if (via(reach::jobs)) visit({C::job, placement_.job_of_node(node)});
    }

    void expand_down(ObjectId id);
    void down_from_link(uint32_t index);
    void down_from_switch(uint32_t index);
    void expand_up(ObjectId id);
    void up_from_rack(uint32_t index);
    void up_over_fabric(ObjectId device);

    const Topology& t_;
    const Placement& placement_;
    const ReachQuery& query_;
    Reach& reach_;
    std::vector<ObjectId> now_, next_;
    uint32_t step_ = 0;
};

// A dead link takes what is at its lower end: a NIC has no other, a switch has.
void Search::down_from_link(uint32_t index) {
    const PortRef& a = t_.links[index].a;
    if (!a.is_switch || !query_.losses_only) visit(a.object());
}

// All its links die, those upward too; what is above has others and is not reached (links lead to their lower end).
void Search::down_from_switch(uint32_t index) {
    for (const uint32_t l : t_.links_of({C::switch_, index})) visit_link(l);
}

void Search::expand_down(ObjectId id) {
    const uint32_t i = id.index;
    switch (id.object_class) {
        case C::site:
            if (via(reach::placement)) visit(C::hall, {0, t_.count(C::hall)});
            break;
        case C::hall:
            if (via(reach::placement)) visit(C::row, t_.halls[i].rows);
            break;
        case C::row:
            if (via(reach::placement)) visit(C::rack, t_.rows[i].racks);
            break;
        case C::rack:
            if (!via(reach::placement)) break;
            visit(C::node, t_.racks[i].nodes);
            visit(C::switch_, t_.racks[i].switches);
            if (via(reach::coolant) && t_.racks[i].cdu != no_index && t_.cdus[t_.racks[i].cdu].rack == i)
                visit({C::cdu, t_.racks[i].cdu});
            break;
        case C::node:
            // The job is the node's, so that its GPUs add nothing.
            if (via(reach::placement)) visit_leaves(C::gpu, t_.nodes[i].gpus), visit(C::nic, t_.nodes[i].nics);
            visit_job_of(i);
            break;
        case C::gpu:
            visit_job_of(t_.gpu_nodes[i]);
            break;
        case C::nic:
            // It is the lower end of its links itself.
            if (via(reach::fabric))
                for (const uint32_t l : t_.links_of(id)) mark({C::link, l});
            if (reach_.holds({C::node, t_.nics[i].node})) break;  // its GPUs and job are reached
            if (const IndexRange gpus = gpus_of_nic(t_, i); gpus.count > 0) {
                if (via(reach::placement)) visit_leaves(C::gpu, gpus);
                visit_job_of(t_.nics[i].node);
            }
            break;
        case C::switch_:
            if (via(reach::fabric)) down_from_switch(i);
            break;
        case C::link:
            if (via(reach::fabric)) down_from_link(i);
            break;
        case C::cdu:
            if (via(reach::coolant)) visit(C::rack, t_.cdus[i].racks);
            break;
        case C::power:
            if (!via(reach::power)) break;
            for (uint32_t p = 0; p < t_.power.size(); ++p)
                if (t_.power[p].parent == i) visit({C::power, p});
            visit(C::rack, t_.power[i].racks);
            break;
        case C::plant:
            if (!via(reach::coolant)) break;
            for (uint32_t p = 0; p < t_.plants.size(); ++p)
                if (t_.plants[p].parent == i) visit({C::plant, p});
            for (uint32_t c = 0; c < t_.cdus.size(); ++c)
                if (t_.cdus[c].plant == i) visit({C::cdu, c});
            break;
        case C::job:
            break;
    }
}

void Search::up_from_rack(uint32_t index) {
    const Rack& rack = t_.racks[index];
    if (via(reach::power)) visit({C::power, rack.busway});
    if (via(reach::coolant)) visit({C::cdu, rack.cdu});
    if (via(reach::placement)) visit({C::row, rack.row});
}

void Search::up_over_fabric(ObjectId device) {
    if (!via(reach::fabric)) return;
    const bool is_switch = device.object_class == C::switch_;
    for (const uint32_t l : t_.links_of(device)) {
        const PortRef& a = t_.links[l].a;
        if (a.is_switch == is_switch && a.device == device.index) visit({C::link, l});
    }
}

void Search::expand_up(ObjectId id) {
    const uint32_t i = id.index;
    switch (id.object_class) {
        case C::site:
            break;
        case C::gpu: {
            if (via(reach::placement)) visit({C::node, t_.gpu_nodes[i]});
            const IndexRange nics = t_.nodes[t_.gpu_nodes[i]].nics;
            for (uint32_t n = nics.first; n < nics.end() && via(reach::fabric); ++n)
                if (gpus_of_nic(t_, n).contains(i)) visit({C::nic, n});
            break;
        }
        case C::nic:
            if (via(reach::placement)) visit({C::node, t_.nics[i].node});
            up_over_fabric(id);
            break;
        case C::node:
            if (via(reach::placement)) visit({C::rack, t_.nodes[i].rack});
            break;
        case C::rack:
            up_from_rack(i);
            break;
        case C::switch_:
            if (via(reach::placement)) visit({C::rack, t_.switches[i].rack});
            up_over_fabric(id);
            break;
        case C::link:
            if (via(reach::fabric)) visit(t_.links[i].b.object());
            break;
        case C::cdu:
            if (via(reach::coolant)) visit({C::plant, t_.cdus[i].plant});
            if (via(reach::power) && t_.cdus[i].rack != no_index) visit({C::power, t_.racks[t_.cdus[i].rack].busway});
            break;
        case C::power:
            if (via(reach::power)) visit({C::power, t_.power[i].parent});
            break;
        case C::plant:
            if (via(reach::coolant)) visit({C::plant, t_.plants[i].parent});
            break;
        case C::job:
            if (via(reach::jobs))
                for (const IndexRange nodes : placement_.nodes_of(i)) visit(C::node, nodes);
            break;
        case C::hall:
        case C::row:
            if (via(reach::placement)) visit(t_.parent(id));
            break;
    }
}

}  // namespace

Placement::Placement(const Topology& topology, std::span<const Job> jobs) {
    job_of_node_.assign(topology.nodes.size(), no_index);
    nodes_.resize(topology.job_slots);
    for (const Job& job : jobs) {
        if (job.id.empty() || job.slot >= nodes_.size()) continue;
        if (job.state != JobState::running && job.state != JobState::restarting) continue;
        nodes_[job.slot] = job.nodes;
        for (const IndexRange range : job.nodes)
            for (uint32_t n = range.first; n < range.end() && n < job_of_node_.size(); ++n) job_of_node_[n] = job.slot;
    }
}

uint32_t node_of(const Topology& t, ObjectId id) {
    if (!t.contains(id)) return no_index;
    switch (id.object_class) {
        case C::node:
            return id.index;
        case C::gpu:
            return t.gpu_nodes[id.index];
        case C::nic:
            return t.nics[id.index].node;
        case C::link:
            return t.links[id.index].a.is_switch ? no_index : t.nics[t.links[id.index].a.device].node;
        default:
            return no_index;
    }
}

IndexRange gpus_of_nic(const Topology& t, uint32_t nic) {
    const uint32_t n = t.nics[nic].node;
    if (n == no_index || t.nics[nic].role != NicRole::compute) return {};
    const Node& node = t.nodes[n];
    uint32_t compute = 0, place = 0;
    for (uint32_t i = node.nics.first; i < node.nics.end(); ++i) {
        if (t.nics[i].role != NicRole::compute) continue;
        if (i == nic) place = compute;
        ++compute;
    }
    const uint32_t gpus = node.gpus.count;
    if (gpus == 0) return {};
    if (compute <= gpus) {  // one NIC for one GPU or several
        const uint32_t first = place * gpus / compute;
        return {node.gpus.first + first, (place + 1) * gpus / compute - first};
    }
    return {node.gpus.first + place * gpus / compute, 1};
}

std::vector<IndexRange> Reach::ranges(ObjectClass object_class) const {
    std::vector<IndexRange> found;
    const auto& s = steps[size_t(object_class)];
    for (uint32_t i = 0; i < s.size(); ++i) {
        if (s[i] == not_reached) continue;
        if (!found.empty() && found.back().end() == i)
            ++found.back().count;
        else
            found.push_back({i, 1});
    }
    return found;
}

void extend_reach(const Topology& topology, const Placement& placement, const ReachQuery& query, Reach& reach) {
    Search(topology, placement, query, reach).run();
}

Reach find_reach(const Topology& topology, const Placement& placement, const ReachQuery& query) {
    Reach reach;
    reach.from = query.from;
    extend_reach(topology, placement, query, reach);
    return reach;
}

}  // namespace bv
