// libFuzzer target over every decoder: whatever the bytes, no crash, no half-applied message.
#include <cstddef>
#include <cstdint>

#include "tests/net/abuse.h"
#include "tests/net/sample.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static bv::test::Victim victim(bv::test::small_cluster());
    victim.swallow({reinterpret_cast<const std::byte*>(data), size});
    return 0;
}
