// Where the test data and the real samples are. Samples are not part of the repository: tests that need them
// are skipped without.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace bv::test {

inline std::string read_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}
inline std::filesystem::path data_file(const std::string& name) { return std::filesystem::path(FEED_TEST_DATA) / name; }
inline std::filesystem::path sample_file(const std::string& name) {
    return std::filesystem::path(SAMPLES_FOLDER) / name;
}

}  // namespace bv::test
