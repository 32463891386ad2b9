// Every name and path of a topology in a form that can be read through in milliseconds: what search and filters go
// over. Paths of GPUs and NICs are not stored one by one: they are the path of their node and one of a few tails
// ("/gpu3").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/topology.h"

namespace bv {

class NameIndex {
public:
    explicit NameIndex(const Topology& topology);

    // Texts of a class with stored strings: all but gpu, nic, link and job.
    struct Texts {
        std::string blob;
        std::vector<uint32_t> offsets{0};
        [[nodiscard]] size_t size() const { return offsets.size() - 1; }
        [[nodiscard]] std::string_view operator[](size_t i) const {
            return std::string_view(blob).substr(offsets[i], offsets[i + 1] - offsets[i]);
        }
        void push(std::string_view text);
    };
    [[nodiscard]] const Texts& paths(ObjectClass object_class) const { return paths_[size_t(object_class)]; }
    [[nodiscard]] const Texts& names(ObjectClass object_class) const { return names_[size_t(object_class)]; }

    // What a GPU or NIC adds to its node's path, and its own name; [gpu or nic] → which of the tails.
    struct Tails {
        Texts paths, names;
        std::vector<uint32_t> which;
    };
    [[nodiscard]] const Tails& tails(ObjectClass gpu_or_nic) const {
        return gpu_or_nic == ObjectClass::gpu ? gpus_ : nics_;
    }
    // The number in a name, as people say it: the last run of digits ("r07" → 7). -1 where there is none.
    static int64_t number_in(std::string_view name);

private:
    std::array<Texts, object_class_count> paths_, names_;
    Tails gpus_, nics_;
};

// The index of this topology, built at the first call (10 ms for 100,352 GPUs) and kept until another topology is asked
// for.
const NameIndex& name_index(const Topology& topology);

}  // namespace bv
