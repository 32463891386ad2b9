// See import_input.h.
#include "feed/commands/import_input.h"

#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include <fmt/format.h>

#include "feed/commands/commands.h"
#include "feed/import/fabric.h"

namespace bv {

namespace {

constexpr uintmax_t max_input_bytes = 2ull << 30;  // a 100k-GPU fabric is about 120 MB

}  // namespace

std::string read_input(const std::string& path, const std::string& what) {
    if (path == "-") return {std::istreambuf_iterator<char>(std::cin), {}};
    std::error_code error;
    if (std::filesystem::is_directory(path, error))
        throw ImportError(fmt::format("{} is a folder; name {}.", path, what));
    const auto bytes = std::filesystem::file_size(path, error);
    if (!error && bytes > max_input_bytes)
        throw ImportError(fmt::format("{} has {} bytes; at most {} are read.", path, bytes, max_input_bytes));
    std::ifstream file(path, std::ios::binary);
    if (!file) throw ImportError(fmt::format("{} cannot be read: {}.", path, std::strerror(errno)));
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (file.bad()) throw ImportError(fmt::format("{} cannot be read to its end.", path));
    return text;
}

std::vector<NamedText> read_tables(const std::vector<std::string>& paths) {
    std::vector<NamedText> tables;
    for (const std::string& path : paths)
        tables.push_back({path == "-" ? "stdin" : path, read_input(path, "a file with a table")});
    return tables;
}

char delimiter_option(const std::string& text) {
    if (text.empty()) return 0;
    if (text == "tab" || text == "\\t") return '\t';
    if (text.size() == 1 && text != "\"" && text != "\n" && !std::isalnum(uint8_t(text.front()))) return text.front();
    throw UsageError(fmt::format("--delimiter: '{}' is none; give one character such as ; or the word tab.", text));
}

std::string name_from(const std::string& output, const std::string& otherwise) {
    std::string name = output == "-" ? otherwise : std::filesystem::path(output).stem().string();
    for (char& c : name)
        if (!std::isalnum(uint8_t(c)) && c != '.' && c != '_' && c != '-') c = '-';
    return name.empty() ? otherwise : name;
}

void write_cluster(const ExplicitCluster& cluster, const std::string& output) {
    const std::string text = cluster_toml(cluster);
    if (output == "-")
        std::fwrite(text.data(), 1, text.size(), stdout);
    else
        write_file_whole(output, text);
}

std::string counted(uint64_t count, const char* thing) {
    return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

void print_list(const char* title, const std::vector<std::string>& sentences) {
    constexpr size_t shown = 5;
    if (sentences.empty()) return;
    fmt::print(stderr, "  {} ({}):\n", title, sentences.size());
    for (size_t i = 0; i < sentences.size() && i < shown; ++i) fmt::print(stderr, "    {}\n", sentences[i]);
    if (sentences.size() > shown)
        fmt::print(stderr, "    … and {} more (--json lists all)\n", sentences.size() - shown);
}

void print_findings(const Findings& findings) {
    for (const Finding& finding : findings.all()) fmt::print(stderr, "  {}\n", sentence(finding));
}

nlohmann::ordered_json findings_json(const Findings& findings) {
    auto list = nlohmann::ordered_json::array();
    for (const Finding& finding : findings.all())
        list.push_back(
            {{"what", finding.what}, {"count", finding.count}, {"first", finding.first}, {"example", finding.example}});
    return list;
}

}  // namespace bv
