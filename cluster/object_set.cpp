// See object_set.h.
#include "cluster/object_set.h"

#include <algorithm>

namespace bv {

namespace {

// Parents before their children.
constexpr std::array contained{ObjectClass::hall,  ObjectClass::row,  ObjectClass::rack,    ObjectClass::node,
                               ObjectClass::gpu,   ObjectClass::nic,  ObjectClass::switch_, ObjectClass::cdu,
                               ObjectClass::power, ObjectClass::plant};

}  // namespace

ObjectSet::ObjectSet(const Topology& topology) : topology_(&topology) {
    for (const ObjectClass c : all_object_classes) has_[size_t(c)].assign(topology.count(c), false);
}

void ObjectSet::add(ObjectId id) {
    if (topology_->contains(id)) has_[size_t(id.object_class)][id.index] = true;
}
void ObjectSet::add(ObjectClass object_class) {
    auto& all = has_[size_t(object_class)];
    std::fill(all.begin(), all.end(), true);
}
void ObjectSet::add_all() {
    for (const ObjectClass c : all_object_classes) add(c);
}

bool ObjectSet::contains(ObjectId id) const {
    const auto& all = has_[size_t(id.object_class)];
    return id.index < all.size() && all[id.index];
}

bool ObjectSet::whole(ObjectClass object_class) const {
    const auto& all = has_[size_t(object_class)];
    return std::find(all.begin(), all.end(), false) == all.end();
}

std::vector<IndexRange> ObjectSet::runs(ObjectClass object_class, IndexRange within) const {
    std::vector<IndexRange> runs;
    const auto& all = has_[size_t(object_class)];
    const uint32_t end = std::min(within.end(), uint32_t(all.size()));
    for (uint32_t i = within.first; i < end; ++i) {
        if (!all[i]) continue;
        if (!runs.empty() && runs.back().end() == i)
            ++runs.back().count;
        else
            runs.push_back({i, 1});
    }
    return runs;
}

void ObjectSet::add_inside(ObjectSet& inside) const {
    const Topology& t = *topology_;
    for (const ObjectClass c : contained)
        for (uint32_t i = 0; i < t.count(c); ++i)
            if (const ObjectId parent = t.parent({c, i}); parent.valid() && inside.contains(parent)) inside.add({c, i});
    for (uint32_t l = 0; l < t.links.size(); ++l)
        if (inside.contains(t.links[l].a.object()) || inside.contains(t.links[l].b.object()))
            inside.add({ObjectClass::link, l});
}

void ObjectSet::add_above(ObjectId id) {
    for (; topology_->contains(id); id = topology_->parent(id)) {
        add(id);
        if (id.object_class == ObjectClass::rack) add_supply(id.index);
    }
}

void ObjectSet::add_supply(uint32_t rack) {
    const Topology& t = *topology_;
    if (const uint32_t cdu = t.racks[rack].cdu; cdu != no_index) {
        add({ObjectClass::cdu, cdu});
        for (uint32_t p = t.cdus[cdu].plant; p != no_index; p = t.plants[p].parent) add({ObjectClass::plant, p});
    }
    for (uint32_t p = t.racks[rack].busway; p != no_index; p = t.power[p].parent) add({ObjectClass::power, p});
}

void ObjectSet::add_trees(std::span<const ObjectId> roots) {
    const Topology& t = *topology_;
    ObjectSet inside(t);
    for (const ObjectId root : roots) {
        inside.add(root);
        add_above(root);
        if (root.object_class != ObjectClass::cdu && root.object_class != ObjectClass::power) continue;
        const IndexRange served = t.racks_in(root);
        for (uint32_t r = served.first; r < served.end(); ++r) inside.add({ObjectClass::rack, r});
    }
    add_inside(inside);
    for (const ObjectClass c : all_object_classes)
        for (uint32_t i = 0; i < t.count(c); ++i) {
            if (!inside.contains({c, i})) continue;
            add({c, i});
            if (c == ObjectClass::rack) add_above({c, i});
        }
}

}  // namespace bv
