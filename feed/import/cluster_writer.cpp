// Reads an ExplicitCluster, writes its TOML text. Cables of one class and speed stand in one group to keep the file
// small.
#include "feed/import/cluster_writer.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <map>
#include <stdexcept>
#include <system_error>
#include <tuple>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace bv {

namespace {

using Out = std::back_insert_iterator<std::string>;

void write_head(const ExplicitCluster& cluster, std::string& text) {
    Out out(text);
    for (size_t at = 0; at < cluster.comment.size();) {
        const size_t end = std::min(cluster.comment.find('\n', at), cluster.comment.size());
        fmt::format_to(out, "# {}\n", std::string_view(cluster.comment).substr(at, end - at));
        at = end + 1;
    }
    fmt::format_to(out, "format = 1\nname = {}\ntitle = {}\nsynthetic = false\n", toml_string(cluster.name),
                   toml_string(cluster.title));
    if (!cluster.gpu_model.empty() || cluster.nvlink_domain != 0) text += "\n[gpu]\n";
    if (!cluster.gpu_model.empty()) fmt::format_to(out, "model = {}\n", toml_string(cluster.gpu_model));
    if (cluster.nvlink_domain != 0) fmt::format_to(out, "nvlink_domain = {}\n", cluster.nvlink_domain);
    for (const Fact& fact : cluster.facts) {
        fmt::format_to(out, "\n[[fact]]\nsubject = {}\ntext = {}\nprovenance = \"{}\"\n", toml_string(fact.subject),
                       toml_string(fact.text), name_of(fact.provenance));
        if (!fact.source.empty()) fmt::format_to(out, "source = {}\n", toml_string(fact.source));
    }
}

// 44.45 mm per unit and 120 mm for base and roof.
double rack_height_m(uint16_t units) { return 0.12 + 0.04445 * units; }

void write_places(const ExplicitCluster& cluster, std::string& text) {
    Out out(text);
    for (const ExplicitHall& hall : cluster.halls) {
        fmt::format_to(out, "\n[[hall]]\nname = {}\n", toml_string(hall.name));
        if (hall.width > 0)
            fmt::format_to(out, "place = [{:.2f}, {:.2f}]\nsize = [{:.2f}, {:.2f}, {:.2f}]\n", hall.x, hall.y,
                           hall.width, hall.depth, hall.height);
    }
    for (const ExplicitRow& row : cluster.rows)
        fmt::format_to(out, "\n[[row]]\nname = {}\nhall = {}\n", toml_string(row.name), toml_string(row.hall));
    for (const ExplicitRack& rack : cluster.racks) {
        fmt::format_to(out,
                       "\n[[rack]]\nname = {}\nrow = {}\nrole = \"{}\"\nslot = {}\nplace = [{:.2f}, {:.2f}]\nsize = "
                       "[{:.2f}, {:.2f}, {:.2f}]\nunits = {}\n",
                       toml_string(rack.name), toml_string(rack.row), name_of(rack.role), rack.slot, rack.x, rack.y,
                       rack.width, rack.depth, rack.height > 0 ? double(rack.height) : rack_height_m(rack.units),
                       rack.units);
        if (rack.yaw_degrees != 0) fmt::format_to(out, "yaw_degrees = {:.1f}\n", rack.yaw_degrees);
        if (rack.pod != no_index) fmt::format_to(out, "pod = {}\n", rack.pod);
    }
}

void write_node(const ExplicitNode& node, std::string& text) {
    Out out(text);
    fmt::format_to(out, "\n[[node]]\nname = {}\nrack = {}\nrole = \"{}\"\n", toml_string(node.name),
                   toml_string(node.rack), name_of(node.role));
    if (node.unit != 0) fmt::format_to(out, "unit = {}\n", node.unit);
    fmt::format_to(out, "height_units = {}\ngpus = {}\n", node.height_units, node.gpus);
    if (node.bay != 0) fmt::format_to(out, "bay = {}\nbays = {}\n", node.bay, node.bays);
    if (node.nics.empty()) return;
    text += "nics = [\n";
    for (const ExplicitNic& nic : node.nics)
        fmt::format_to(out, "  {{ name = {}, guid = \"0x{:016x}\", rail = {}, ports = {} }},\n", toml_string(nic.name),
                       nic.guid, nic.rail, nic.ports);
    text += "]\n";
}

void write_switch(const ExplicitSwitch& it, std::string& text) {
    Out out(text);
    fmt::format_to(out, "\n[[switch]]\nname = {}\nrack = {}\nrole = \"{}\"\nports = {}\nguid = \"0x{:016x}\"\n",
                   toml_string(it.name), toml_string(it.rack), name_of(it.role), it.ports, it.guid);
    if (it.unit != 0) fmt::format_to(out, "unit = {}\n", it.unit);
    fmt::format_to(out, "height_units = {}\nrail = {}\nplane = {}\n", it.height_units, it.rail, it.plane);
    if (it.pod != no_index) fmt::format_to(out, "pod = {}\n", it.pod);
}

void write_cables(const ExplicitCluster& cluster, std::string& text) {
    Out out(text);
    std::map<std::pair<LinkClass, double>, std::vector<const ExplicitCable*>> groups;
    for (const ExplicitCable& cable : cluster.cables)
        groups[{cable.link_class, cable.gigabits_per_second}].push_back(&cable);
    for (const auto& [group, cables] : groups) {
        fmt::format_to(out, "\n[[cables]]\nclass = \"{}\"\n", name_of(group.first));
        if (group.second > 0) fmt::format_to(out, "gigabits_per_second = {:.10g}\n", group.second);
        text += "links = [\n";
        for (const ExplicitCable* cable : cables) {
            fmt::format_to(out, "  [\"0x{:016x}\", {}, \"0x{:016x}\", {}", cable->lower, cable->lower_port,
                           cable->upper, cable->upper_port);
            if (cable->rail != 0 && cable->plane != 0)
                fmt::format_to(out, ", {{ rail = {}, plane = {} }}", cable->rail, cable->plane);
            else if (cable->rail != 0)
                fmt::format_to(out, ", {{ rail = {} }}", cable->rail);
            else if (cable->plane != 0)
                fmt::format_to(out, ", {{ plane = {} }}", cable->plane);
            text += "],\n";
        }
        text += "]\n";
    }
}

}  // namespace

std::string toml_string(std::string_view text) {
    std::string quoted = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\')
            (quoted += '\\') += c;
        else if (uint8_t(c) < 0x20 || c == 0x7F)
            fmt::format_to(Out(quoted), "\\u{:04x}", unsigned(uint8_t(c)));
        else
            quoted += c;
    }
    return quoted += '"';
}

std::string cluster_toml(const ExplicitCluster& cluster) {
    std::string text;
    write_head(cluster, text);
    write_places(cluster, text);
    for (const ExplicitNode& node : cluster.nodes) write_node(node, text);
    for (const ExplicitSwitch& it : cluster.switches) write_switch(it, text);
    write_cables(cluster, text);
    return text;
}

void write_file_whole(const std::filesystem::path& path, std::string_view text) {
    std::filesystem::path temporary = path;
    temporary += fmt::format(".{}.tmp", getpid());
    const auto fail = [&](int code) {
        std::error_code ignored;
        std::filesystem::remove(temporary, ignored);
        throw std::runtime_error(fmt::format("{} cannot be written: {}.", path.string(), std::strerror(code)));
    };
    const int file = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) fail(errno);
    for (size_t done = 0; done < text.size();) {
        const ssize_t wrote = write(file, text.data() + done, text.size() - done);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0) {
            const int code = errno;
            close(file);
            fail(code);
        }
        done += size_t(wrote);
    }
    const bool synced = fsync(file) == 0 || errno == EINVAL;
    const int code = errno;
    if (close(file) != 0 || !synced) fail(code);
    if (rename(temporary.c_str(), path.c_str()) != 0) fail(errno);
}

}  // namespace bv
