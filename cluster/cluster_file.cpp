// Reads a cluster file into a Topology: head, plan, explicit objects, order, cables, and then every port is counted.
// What comes out is complete and closed, or there is one sentence that says where it is not.
#include "cluster/cluster_file.h"

#include <algorithm>

#include "cluster/arrange.h"
#include "cluster/cluster_plan.h"
#include "cluster/explicit.h"
#include "cluster/generate.h"
#include "cluster/toml_section.h"

namespace bv {
namespace {

constexpr uint32_t file_format = 1;
constexpr std::array provenances{Provenance::sourced, Provenance::derived, Provenance::assumed, Provenance::measured};

toml::table parse(std::string_view text, std::string_view path) {
    try {
        return toml::parse(text, path);
    } catch (const toml::parse_error& error) {
        fail_at(path, std::max<Line>(1, error.source().begin.line), "valid TOML",
                "an error: " + std::string(error.description()));
    }
}

void read_head(Section& file, Topology& t) {
    const Count format = file.count("format", {}, 0, 1000);
    if (format != file_format)
        file.fail("format", "format " + std::to_string(file_format),
                  std::to_string(format) + ", written for another version");
    t.name = file.text("name", {});
    const bool plain = std::all_of(t.name.begin(), t.name.end(), [](unsigned char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' ||
               c == '-';
    });
    if (!plain || t.name.size() > 64)
        file.fail("name", "a name of at most 64 letters, digits, . _ -", "\"" + t.name + "\"");
    t.title = file.text("title", t.name);
    t.synthetic = file.flag("synthetic", false);
    t.job_slots = file.count("job_slots", 64, 1, 65535);
}

Count read_gpu(Section& file, Topology& t) {
    auto s = file.section("gpu");
    if (!s) return {};
    t.gpu_model = s->text("model", "");
    t.gpu_tdp_watts = float(s->number("tdp_watts", 700, 1, 100'000));
    t.nvlink_domain = s->count("nvlink_domain", 8, 1, 100'000);
    const Count nvlinks = s->count("nvlinks_per_gpu", 0, 0, 1000);
    s->done();
    return nvlinks;
}

void read_facts(Section& file, Topology& t) {
    if (auto parts = file.section("parts"))
        for (const auto& [name, count] : parts->counts()) t.parts[name] += count;
    for (Section& s : file.sections("fact")) {
        Fact fact{s.text("subject", {}), s.text("text", {}), s.choice<Provenance>("provenance", provenances, {}),
                  s.text("source", "")};
        if (fact.provenance == Provenance::sourced && fact.source.empty())
            s.fail("source", "a source for a sourced fact", "none");
        t.facts.push_back(std::move(fact));
        s.done();
    }
}

// No port is used twice and none lies beyond its device's ports. Generated ports count from 0, printed ones mostly
// from 1.
void check_ports(const Topology& t, std::string_view path, size_t first_explicit, const std::vector<Line>& lines,
                 Line plan_line) {
    std::vector<uint64_t> first_bit(t.nics.size() + t.switches.size() + 1, 0);
    for (size_t n = 0; n < t.nics.size(); ++n) first_bit[n + 1] = first_bit[n] + t.nics[n].ports + 1u;
    for (size_t s = 0; s < t.switches.size(); ++s)
        first_bit[t.nics.size() + s + 1] = first_bit[t.nics.size() + s] + t.switches[s].ports + 1u;
    std::vector<bool> used(first_bit.back(), false);
    for (size_t l = 0; l < t.links.size(); ++l)
        for (const PortRef& end : {t.links[l].a, t.links[l].b}) {
            const size_t device = end.is_switch ? t.nics.size() + end.device : end.device;
            const uint64_t ports = first_bit[device + 1] - first_bit[device] - 1;
            const bool generated = l < first_explicit;
            const Line line = generated ? plan_line : lines[l - first_explicit];
            if (end.port > ports || (generated && end.port == ports))
                fail_at(path, line,
                        "a port within the " + std::to_string(ports) + " of \"" + t.path_of(end.object()) + "\"",
                        "port " + std::to_string(end.port));
            const uint64_t bit = first_bit[device] + end.port;
            if (used[bit])
                fail_at(path, line, "one cable in each port",
                        "port " + std::to_string(end.port) + " of \"" + t.path_of(end.object()) + "\" used twice");
            used[bit] = true;
        }
}

void count_groups(Topology& t, const std::optional<ClusterPlan>& plan) {
    for (const Rack& rack : t.racks) {
        if (rack.pod != no_index) t.pods = std::max(t.pods, rack.pod + 1);
        if (rack.array != no_index) t.arrays = std::max(t.arrays, rack.array + 1);
    }
    for (const Switch& s : t.switches) t.planes = std::max(t.planes, s.plane + 1u);
    if (!plan) return;
    t.rack_rated_watts = plan->rack.rated_watts;
    if (plan->fabric.present) t.rails = plan->fabric.rails;
}

void refuse_too_many_gpus(const Topology& t, Section& file) {
    uint64_t gpus = 0;
    for (const Node& node : t.nodes) gpus += node.gpus.count;
    if (gpus > 4'000'000) file.fail("node", "at most 4000000 GPUs", std::to_string(gpus));
    if (t.racks.empty()) file.fail("rack", "at least one rack, by [site] or [[rack]]", "none");
}

}  // namespace

Topology parse_cluster(std::string_view text, std::string_view path) {
    const toml::table table = parse(text, path);
    Section file(table, "", path);
    Topology t;
    read_head(file, t);
    const Count nvlinks = read_gpu(file, t);
    read_facts(file, t);

    std::optional<ClusterPlan> plan = read_plan(file);
    Generated generated;
    if (plan) {
        plan->nvlinks_per_gpu = nvlinks;
        generated = generate_objects(*plan, t);
    }
    const ExplicitObjects objects = read_explicit_objects(file, t);
    refuse_too_many_gpus(t, file);
    const Arrangement arrangement = arrange(t);
    generated.moved(arrangement);
    lay_out_explicit(objects, arrangement, file, t);

    if (plan) generate_links(*plan, generated, t);
    const size_t first_explicit = t.links.size();
    const std::vector<Line> lines = read_cables(file, t);
    file.done();
    count_groups(t, plan);
    check_ports(t, path, first_explicit, lines, plan ? plan->site.halls.line : 1);
    try {
        t.finish();
    } catch (const std::invalid_argument& error) {
        fail_at(path, 1, "a cluster that holds together", "that " + std::string(error.what()));
    }
    return t;
}

}  // namespace bv
