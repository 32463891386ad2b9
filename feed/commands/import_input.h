// What the importers have in common: reading files whole, naming what they make, and telling what they found.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "feed/import/cluster_writer.h"
#include "feed/import/findings.h"
#include "feed/import/layout.h"

namespace bv {

// "-" is stdin. `what` ends "PATH is a folder; name …". Throws ImportError.
std::string read_input(const std::string& path, const std::string& what);
std::vector<NamedText> read_tables(const std::vector<std::string>& paths);
// 0: the reader finds it. "," or "tab".
char delimiter_option(const std::string& text);
// A cluster's or source's name is [A-Za-z0-9._-]; by default that of the file.
std::string name_from(const std::string& output, const std::string& otherwise);
void write_cluster(const ExplicitCluster& cluster, const std::string& output);  // "-" is stdout

std::string counted(uint64_t count, const char* thing);
void print_list(const char* title, const std::vector<std::string>& sentences);
void print_findings(const Findings& findings);
nlohmann::ordered_json findings_json(const Findings& findings);

}  // namespace bv
