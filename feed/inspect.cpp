// Counts what a cluster file or a recording holds. Reads a topology or totals; writes text.
#include "feed/inspect.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cluster/time_text.h"

namespace bv {
namespace {

using Json = nlohmann::ordered_json;
using Counts = std::vector<std::pair<std::string, uint64_t>>;  // in the order of the model's enumerations

template <typename Item, typename Role>
Counts count_by(const std::vector<Item>& items, Role Item::*role, size_t roles) {
    Counts counts;
    for (size_t r = 0; r < roles; ++r) counts.emplace_back(std::string(name_of(Role(r))), 0);
    for (const Item& item : items) ++counts[size_t(item.*role)].second;
    return counts;
}

Counts objects_of(const Topology& t) {
    Counts counts;
    for (const ObjectClass c : all_object_classes) counts.emplace_back(std::string(name_of(c)), t.count(c));
    return counts;
}

Counts links_of(const Topology& t) { return count_by(t.links, &Link::link_class, link_class_count); }

// The links of the compute fabric, without front end and management.
uint64_t fabric_links_of(const Topology& t) {
    const Counts counts = links_of(t);
    uint64_t sum = 0;
    for (const LinkClass c : {LinkClass::host, LinkClass::leaf_spine, LinkClass::spine_core})
        sum += counts[size_t(c)].second;
    return sum;
}

Counts racks_of(const Topology& t) { return count_by(t.racks, &Rack::role, size_t(RackRole::other) + 1); }
Counts nodes_of(const Topology& t) { return count_by(t.nodes, &Node::role, size_t(NodeRole::other) + 1); }
Counts switches_of(const Topology& t) { return count_by(t.switches, &Switch::role, size_t(SwitchRole::other) + 1); }
Counts nics_of(const Topology& t) { return count_by(t.nics, &Nic::role, size_t(NicRole::frontend) + 1); }
Counts parts_of(const Topology& t) { return {t.parts.begin(), t.parts.end()}; }

Counts shape_of(const Topology& t) {
    return {{"pods", t.pods},
            {"arrays", t.arrays},
            {"rails", t.rails},
            {"planes", t.planes},
            {"nvlink_domain", t.nvlink_domain}};
}

// NVLink lanes are parts; a file that does not count them says nothing about them.
uint64_t gpu_links_of(const Topology& t) {
    const auto found = t.parts.find("nvlink");
    return found == t.parts.end() ? 0 : found->second;
}

Json json_of(const Counts& counts) {
    Json json = Json::object();
    for (const auto& [name, count] : counts) json[name] = count;
    return json;
}

// 1568 → "1,568".
std::string grouped(uint64_t number) {
    const std::string digits = std::to_string(number);
    std::string text;
    for (size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
        text += digits[i];
    }
    return text;
}

void append(std::string& text, std::string_view heading, const Counts& counts) {
    bool any = false;
    for (const auto& [name, count] : counts) {
        if (count == 0) continue;
        if (!any) text += fmt::format("\n{}\n", heading);
        any = true;
        text += fmt::format("  {:<22}{:>14}\n", name, grouped(count));
    }
}

Json time_json(int64_t time_ns) { return time_ns == 0 ? Json(nullptr) : Json(utc_text(time_ns)); }

double bytes_per_sample(const RecordingTotals& totals) {
    return totals.samples ? double(totals.info.bytes) / double(totals.samples) : 0;
}

constexpr size_t gaps_in_words = 12;

}  // namespace

std::string inspect_recording_json(const RecordingTotals& totals) {
    const Topology& t = *totals.cluster.topology;
    Json json;
    json["kind"] = "recording";
    json["name"] = t.name;
    json["title"] = t.title;
    json["synthetic"] = t.synthetic;
    json["hash"] = fmt::format("{:016x}", t.hash);
    json["objects"] = json_of(objects_of(t));
    json["links"] = json_of(links_of(t));
    json["events"] = totals.events;
    json["jobs"] = totals.jobs;
    json["bookmarks"] = totals.bookmarks;
    json["time_begin"] = time_json(totals.info.begin_ns);
    json["time_end"] = time_json(totals.info.end_ns);
    json["duration_seconds"] = double(totals.info.end_ns - totals.info.begin_ns) * 1e-9;
    json["sources"] = Json::array();
    for (const SourceTotals& source : totals.sources)
        json["sources"].push_back({{"name", source.name},
                                   {"ticks", source.ticks},
                                   {"samples", source.samples},
                                   {"time_begin", time_json(source.begin_ns)},
                                   {"time_end", time_json(source.end_ns)}});
    json["ticks"] = totals.ticks;
    json["samples"] = totals.samples;
    json["blocks"] = totals.blocks;
    json["bytes"] = totals.info.bytes;
    json["bytes_per_sample"] = bytes_per_sample(totals);
    json["gaps"] = Json::array();
    for (const GapSpan& gap : totals.gaps)
        json["gaps"].push_back({{"source", gap.source},
                                {"time_begin", utc_text(gap.begin_ns)},
                                {"time_end", utc_text(gap.end_ns)},
                                {"reason", gap.reason}});
    return json.dump(2);
}

std::string inspect_recording_text(const RecordingTotals& totals) {
    const Topology& t = *totals.cluster.topology;
    std::string text =
        fmt::format("Recording of {}\n{}{}, hash {:016x}\n", t.title, t.name, t.synthetic ? ", synthetic" : "", t.hash);
    if (totals.info.end_ns == 0) return text + "\nNothing is recorded yet.\n";
    text += fmt::format("\n  {:<22}{}\n  {:<22}{}\n", "begin", utc_text(totals.info.begin_ns), "end",
                        utc_text(totals.info.end_ns));
    append(text, "Recorded",
           {{"ticks", totals.ticks},
            {"samples", totals.samples},
            {"events", totals.events},
            {"jobs", totals.jobs},
            {"bookmarks", totals.bookmarks},
            {"gaps", totals.gaps.size()}});
    text += fmt::format("  {:<22}{:>14}\n  {:<22}{:>14.3f}\n", "size", bytes_text(totals.info.bytes),
                        "bytes per sample", bytes_per_sample(totals));
    text += "\nSources\n";
    for (const SourceTotals& source : totals.sources)
        text += fmt::format("  {:<22}{:>14} ticks, {} to {}\n", source.name, grouped(source.ticks),
                            utc_text(source.begin_ns), utc_text(source.end_ns));
    if (!totals.gaps.empty()) text += "\nGaps\n";
    for (size_t i = 0; i < std::min(gaps_in_words, totals.gaps.size()); ++i) {
        const GapSpan& gap = totals.gaps[i];
        text +=
            fmt::format("  {:<22}{} to {}: {}\n", gap.source, utc_text(gap.begin_ns), utc_text(gap.end_ns), gap.reason);
    }
    if (totals.gaps.size() > gaps_in_words)
        text += fmt::format("  and {} more; --json lists all\n", totals.gaps.size() - gaps_in_words);
    append(text, "Objects", objects_of(t));
    append(text, "Links", links_of(t));
    return text;
}

std::string inspect_cluster_json(const LoadedCluster& cluster) {
    const Topology& t = *cluster.topology;
    Json json;
    json["kind"] = "cluster";
    json["name"] = t.name;
    json["title"] = t.title;
    json["synthetic"] = t.synthetic;
    json["hash"] = fmt::format("{:016x}", t.hash);
    json["gpu_model"] = t.gpu_model;
    json["objects"] = json_of(objects_of(t));
    json["links"] = json_of(links_of(t));
    json["fabric_links"] = fabric_links_of(t);
    json["racks_by_role"] = json_of(racks_of(t));
    json["nodes_by_role"] = json_of(nodes_of(t));
    json["switches_by_role"] = json_of(switches_of(t));
    json["nics_by_role"] = json_of(nics_of(t));
    json["parts"] = json_of(parts_of(t));
    json["gpu_links"] = gpu_links_of(t);
    for (const auto& [name, count] : shape_of(t)) json[name] = count;
    json["gpu_tdp_watts"] = t.gpu_tdp_watts;
    json["events"] = 0;
    json["time_begin"] = nullptr;
    json["time_end"] = nullptr;
    return json.dump(2);
}

std::string inspect_cluster_text(const LoadedCluster& cluster) {
    const Topology& t = *cluster.topology;
    std::string text =
        fmt::format("{}\n{}{}, hash {:016x}\n", t.title, t.name, t.synthetic ? ", synthetic" : "", t.hash);
    append(text, "Objects", objects_of(t));
    append(text, "Shape", shape_of(t));
    append(text, "Links", links_of(t));
    append(text, "Racks", racks_of(t));
    append(text, "Nodes", nodes_of(t));
    append(text, "Switches", switches_of(t));
    append(text, "NICs", nics_of(t));
    append(text, "Parts", parts_of(t));
    if (!t.facts.empty()) text += "\nFacts\n";
    for (const Fact& fact : t.facts)
        text += fmt::format("  [{}] {}: {}{}\n", name_of(fact.provenance), fact.subject, fact.text,
                            fact.source.empty() ? "" : " (" + fact.source + ")");
    return text;
}

}  // namespace bv
