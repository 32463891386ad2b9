// Writes one good message of every kind into a folder, as seeds for the fuzzer: net_fuzz_seeds FOLDER.
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/net/abuse.h"
#include "tests/net/sample.h"

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    std::filesystem::create_directories(argv[1]);
    int number = 0;
    for (const bv::Bytes& message : bv::test::one_of_each(bv::test::small_cluster())) {
        std::ofstream out(std::filesystem::path(argv[1]) / ("seed" + std::to_string(++number)), std::ios::binary);
        out.write(reinterpret_cast<const char*>(message.data()), std::streamsize(message.size()));
    }
    return 0;
}
