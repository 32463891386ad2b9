// What node descriptions say: host and adapter, switch, or nothing because the host never set them.
#include <algorithm>
#include <cctype>
#include <charconv>
#include <regex>
#include <string>
#include <string_view>

#include "feed/import/fabric_names.h"

namespace bv {

namespace {

constexpr size_t max_description = 256;  // std::regex recurses per character

bool matches(std::string_view text, const std::regex& regex) {
    return text.size() <= max_description && std::regex_match(text.begin(), text.end(), regex);
}

std::string_view trimmed(std::string_view text) {
    const size_t first = text.find_first_not_of(" \t");
    return first == std::string_view::npos ? std::string_view{}
                                           : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool contains(std::string_view text, std::string_view word) {
    return std::search(text.begin(), text.end(), word.begin(), word.end(), [](unsigned char a, unsigned char b) {
               return std::tolower(a) == std::tolower(b);
           }) != text.end();
}

// Descriptions that adapters and switches have from the factory.
bool is_factory_name(std::string_view text) {
    return text.empty() || contains(text, "Mellanox Technologies") || contains(text, "Infiniscale") ||
           contains(text, "MT25408") || contains(text, "ConnectX") || contains(text, "Connect-IB");
}

}  // namespace

bool is_aggregation_node(std::string_view description) { return contains(description, "Aggregation Node"); }

AdapterName adapter_name(std::string_view description) {
    static const std::regex device(
        R"((HCA-\d+|mlx\d+_\w+|mthca\d+|qib\d+|hfi\d+_\d+|i[bw][ps]?\d\w*|roce\w*|rdma\w*|bnxt_re\d+|efa_\d+))",
        std::regex::icase | std::regex::optimize);
    const std::string_view text = trimmed(description);
    if (is_factory_name(text)) return {};
    const size_t blank = text.find_last_of(" \t");
    const std::string_view last = blank == std::string_view::npos ? text : text.substr(blank + 1);
    if (!matches(last, device)) return {std::string(text), {}};
    return {blank == std::string_view::npos ? std::string{} : std::string(trimmed(text.substr(0, blank))),
            std::string(last)};
}

std::string switch_name(std::string_view description) {
    std::string_view text = trimmed(description);
    if (is_factory_name(text)) return {};
    // Managed switches write MF0;NAME:MODEL/U1.
    if (text.substr(0, 2) == "MF" && text.find(';') != std::string_view::npos) {
        text.remove_prefix(text.find(';') + 1);
        const size_t model = text.rfind(':');
        if (model != std::string_view::npos && model > 0) text = text.substr(0, model);
    }
    return std::string(trimmed(text));
}

std::optional<uint32_t> device_number(std::string_view device) {
    const size_t digits = device.find_last_not_of("0123456789");
    const std::string_view tail = digits == std::string_view::npos ? device : device.substr(digits + 1);
    uint32_t value = 0;
    if (tail.empty() || std::from_chars(tail.data(), tail.data() + tail.size(), value).ec != std::errc())
        return std::nullopt;
    if (device.substr(0, 4) == "HCA-") return value == 0 ? 0 : value - 1;
    return value;
}

NodeRole role_from_host_name(const std::string& host) {
    static const std::regex service(
        R"(.*(^|[-_.])(c?ufm|mgmt|mgt|mgr|login|head|bcm|admin|jump|bastion|slurm|opensm|sm)\d*([-_.].*|$))",
        std::regex::icase | std::regex::optimize);
    static const std::regex storage(
        R"(.*(^|[-_.])(stor|storage|nfs|lustre|oss|mds|gpfs|weka|vast|ddn|beegfs|ceph|daos)\d*([-_.].*|$))",
        std::regex::icase | std::regex::optimize);
    if (host.size() > max_description) return NodeRole::gpu;
    if (std::regex_match(host, service)) return NodeRole::cpu;
    if (std::regex_match(host, storage)) return NodeRole::storage;
    return NodeRole::gpu;
}

SwitchRole role_from_switch_name(const std::string& name) {
    if (contains(name, "leaf")) return SwitchRole::leaf;
    if (contains(name, "spine")) return SwitchRole::spine;
    if (contains(name, "core")) return SwitchRole::core;
    return SwitchRole::other;
}

}  // namespace bv
