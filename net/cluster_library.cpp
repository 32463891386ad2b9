// Finds cluster files by path or by name and reads them. Reads the disk, the environment and libsodium's SHA-256;
// writes a Topology whose hash names the exact bytes of the file.
#include "net/cluster_library.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <vector>

#include <sodium.h>

#include "cluster/cluster_file.h"

namespace bv {
namespace {

namespace fs = std::filesystem;

constexpr uintmax_t most_bytes = 256u << 20;  // a million explicit cables are 80 MB

bool has_clusters(const fs::path& folder) {
    std::error_code error;
    return fs::is_directory(folder / "clusters", error);
}

std::string known_names(const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder / "clusters", error))
        if (entry.path().extension() == ".toml") names.push_back(entry.path().stem().string());
    std::sort(names.begin(), names.end());
    std::string all;
    for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
    return all.empty() ? "none" : all;
}

std::string read_file(const fs::path& path) {
    std::error_code error;
    const uintmax_t size = fs::file_size(path, error);
    if (error) throw std::runtime_error("Cannot read the cluster file " + path.string() + ": " + error.message() + ".");
    if (size > most_bytes)
        throw std::runtime_error("The cluster file " + path.string() +
                                 " is larger than 256 MiB; that is no cluster file.");
    std::ifstream in(path, std::ios::binary);
    std::string text(size, '\0');
    in.read(text.data(), std::streamsize(size));
    if (!in || uintmax_t(in.gcount()) != size)
        throw std::runtime_error("Cannot read the cluster file " + path.string() + ": check that you may read it.");
    return text;
}

// A bare word is a name; anything with a slash or an ending is a path.
bool is_name(const std::string& text) {
    return text.find('/') == std::string::npos && !text.ends_with(".toml") && !text.empty();
}

}  // namespace

fs::path assets_folder() {
    if (const char* given = std::getenv("BELVEDERE_ASSETS"); given && *given) {
        if (has_clusters(given)) return given;
        throw std::runtime_error("BELVEDERE_ASSETS is \"" + std::string(given) +
                                 "\", but there is no folder \"clusters\" in it; set it to belvedere's assets folder.");
    }
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    std::vector<fs::path> candidates;
    if (!error) {
        // Beside the program, installed (prefix/bin, prefix/share/belvedere), then upwards out of a build tree.
        const fs::path folder = program.parent_path();
        candidates = {folder / "assets", folder.parent_path() / "share" / "belvedere"};
        fs::path up = folder;
        for (int levels = 0; levels < 5 && up.has_parent_path(); ++levels) {
            up = up.parent_path();
            candidates.push_back(up / "assets");
        }
    }
    candidates.emplace_back(BELVEDERE_SOURCE_ASSETS);
    for (const fs::path& candidate : candidates)
        if (has_clusters(candidate)) return candidate;
    throw std::runtime_error("belvedere's assets folder was not found; set BELVEDERE_ASSETS to it.");
}

LoadedCluster load_cluster(const std::string& name_or_path) {
    std::error_code error;
    if (fs::is_regular_file(name_or_path, error)) return load_cluster_text(read_file(name_or_path), name_or_path);
    if (!is_name(name_or_path))
        throw std::runtime_error("There is no cluster file " + name_or_path +
                                 "; give a file, or one of: " + known_names(assets_folder()) + ".");
    const fs::path assets = assets_folder();
    const fs::path path = assets / "clusters" / (name_or_path + ".toml");
    if (!fs::is_regular_file(path, error))
        throw std::runtime_error("There is no cluster called \"" + name_or_path +
                                 "\"; there are: " + known_names(assets) + ". A path to a file will do as well.");
    return load_cluster_text(read_file(path), path.string());
}

LoadedCluster load_cluster_text(std::string text, const std::string& origin) {
    auto topology = std::make_shared<Topology>(parse_cluster(text, origin));
    topology->hash = cluster_hash(text);
    return {std::move(topology), std::move(text)};
}

uint64_t cluster_hash(std::string_view text) {
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    uint64_t hash = 0;
    for (int i = 0; i < 8; ++i) hash = hash << 8 | digest[i];
    return hash;
}

}  // namespace bv
