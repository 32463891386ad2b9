// Reading ibnetdiscover: every kind of line, every kind of dirt, and input that must be refused with one sentence.
#include "feed/import/ibnetdiscover.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/feed/samples.h"

using namespace bv;

namespace {

Fabric read(const std::string& text) {
    Fabric fabric;
    read_ibnetdiscover(text, "x.out", fabric);
    return fabric;
}

std::string refusal(const std::string& text) {
    try {
        read(text);
    } catch (const ImportError& error) {
        return error.what();
    }
    return "";
}

const std::string block =
    "vendid=0x2c9\ndevid=0xd2f2\nsysimgguid=0x20\nswitchguid=0x20(20)\n"
    "Switch\t65 \"S-0000000000000020\"\t\t# \"MF0;L1:MQM9701/U1\" enhanced port 0 lid 2 lmc 0\n"
    "[1]\t\"H-00000000000000a1\"[1](a1) \t\t# \"n1 mlx5_0\" lid 11 4xNDR\n";

}  // namespace

TEST_CASE("a switch block gives its device, its neighbour and a port line") {
    const Fabric fabric = read(block);
    REQUIRE(fabric.devices.size() == 2);
    const FabricDevice& it = fabric.devices.at(0x20);
    CHECK(it.kind == DeviceKind::switch_);
    CHECK(it.ports == 65);
    CHECK(it.system_guid == 0x20);
    CHECK(it.description == "MF0;L1:MQM9701/U1");
    CHECK(it.declared);
    CHECK_FALSE(fabric.devices.at(0xa1).declared);
    CHECK(fabric.devices.at(0xa1).description == "n1 mlx5_0");
    REQUIRE(fabric.port_lines.size() == 1);
    CHECK(fabric.port_lines[0].port == 1);
    CHECK(fabric.port_lines[0].peer_guid == 0xa1);
    CHECK(fabric.port_lines[0].rate == "4xNDR");
    CHECK(fabric.port_lines[0].line == 6);
}

TEST_CASE("carriage returns change nothing") {
    std::string dos;
    for (char c : block) dos += c == '\n' ? "\r\n" : std::string(1, c);
    CHECK(read(dos).port_lines.size() == 1);
    CHECK(read(dos).devices.at(0x20).description == "MF0;L1:MQM9701/U1");
}

TEST_CASE("the dirty fixture is read whole") {
    const Fabric fabric = read(test::read_text(test::data_file("dirty_ibnetdiscover.out")));
    CHECK(fabric.devices.size() == 13);
    CHECK(fabric.port_lines.size() == 21);
    CHECK(fabric.ignored_lines == 1);  // the warning of the tool; headings are known
    CHECK(fabric.first_ignored == "x.out:6");
    CHECK(fabric.devices.at(0xa8).description == "a \"quoted\" name mlx5_0");
    const CableCheck check = check_cables(fabric);
    CHECK(check.cables.size() == 11);
    CHECK(check.one_sided.size() == 2);
    CHECK(check.conflicts.size() == 1);
    CHECK(check.conflicts[0].find("x.out:39:") == 0);
}

TEST_CASE("one line per port, as with -p") {
    const Fabric fabric = read(
        "CA   134  1 0x7cfe9003003b4bde 4x EDR - SW  1719 10 0x7cfe9003009ce5b0 ( 'o0001 HCA-1' - 'ib-i1l1s01' )\n"
        "SW  1719 10 0x7cfe9003009ce5b0 4x EDR - CA   134  1 0x7cfe9003003b4bde ( 'ib-i1l1s01' - 'o0001 HCA-1' )\n"
        "SW  2052 37 0x506b4b03005c2740 4x ???                                    'ib-i4l1s01'\n"
        "SW   479 22 0x0002c9020040f161 4x QDR                                   Infiniscale-IV Mellanox "
        "Technologies\n");
    CHECK(fabric.devices.size() == 4);
    CHECK(fabric.devices.at(0x7cfe9003003b4bde).description == "o0001 HCA-1");
    CHECK(fabric.devices.at(0x506b4b03005c2740).description == "ib-i4l1s01");
    CHECK(fabric.devices.at(0x0002c9020040f161).description == "Infiniscale-IV Mellanox Technologies");
    const CableCheck check = check_cables(fabric);
    REQUIRE(check.cables.size() == 1);
    CHECK(check.cables[0].both_sides);
    CHECK(check.cables[0].rate == "4xEDR");
    CHECK(check.cables[0].a == 0x7cfe9003003b4bde);  // the adapter is the lower end
}

TEST_CASE("input that is not ibnetdiscover's is refused with file and line") {
    CHECK(refusal("").find("x.out:1: the file is empty") == 0);
    CHECK(refusal(" \n\n").find("x.out:1: the file is empty") == 0);
    CHECK(refusal("hello\nworld\n").find("x.out:1: expected the output of ibnetdiscover") == 0);
    CHECK(refusal("# only a comment\n").find("x.out:1: expected the output of ibnetdiscover") == 0);
    CHECK(refusal(block + std::string("\0\1\2", 3))
              .find("x.out:7: expected text as ibnetdiscover prints it, found binary") == 0);
    CHECK(refusal(block + "# \xC3\x28\n").find("x.out:7: expected UTF-8 text") == 0);
    CHECK(refusal(block + "# " + std::string(100'000, 'x') + "\n")
              .find("x.out:7: expected lines of at most 4096 bytes") == 0);
    std::string other;
    for (int i = 0; i < 100; ++i) other += "ssh 22/tcp\n";
    CHECK(refusal(other).find("x.out:1: expected the output of ibnetdiscover") == 0);
}

TEST_CASE("wrong lines of the right kind are refused where they stand") {
    CHECK(refusal("[1]\t\"H-00000000000000a1\"[1](a1) \t\t# \"n1\" lid 11 4xNDR\n")
              .find("x.out:1: expected a Switch or Ca") == 0);
    CHECK(refusal(block + "[70000]\t\"H-00000000000000a1\"[1](a1) # \"n1\" lid 11 4xNDR\n").find("x.out:7:") == 0);
    CHECK(refusal(block + "[2]\t\"Q-00000000000000a1\"[1](a1) # \"n1\" lid 11 4xNDR\n").find("x.out:7:") == 0);
    CHECK(refusal(block + "[2]\t\"H-00000000000000a2\"[1](a2) # \"n1\" lid 11\n").find("x.out:7:") == 0);
    CHECK(refusal(block + "[2]\t\"S-00000000000000a1\"[1] # \"n1\" lid 11 4xNDR\n").find("x.out:7:") ==
          0);  // a1 is an adapter
    CHECK(refusal("Switch\t-1 \"S-0000000000000020\" # \"x\"\n").find("x.out:1:") == 0);
    CHECK(refusal("SW  2052 37 0xZZ 4x EDR\n").find("x.out:1:") == 0);
}

TEST_CASE("every truncation is either read or refused, and a cut line is never read") {
    const std::string text = test::read_text(test::data_file("dirty_ibnetdiscover.out"));
    size_t refused = 0, read_whole = 0;
    for (size_t length = 0; length < text.size(); ++length) {
        const std::string part = text.substr(0, length);
        const std::string sentence = refusal(part);
        if (!sentence.empty()) {
            ++refused;
            CHECK(sentence.find("x.out:") == 0);
            CHECK(sentence.back() == '.');
            continue;
        }
        ++read_whole;
        // What was read must be a prefix of the lines: no half GUID, no half port.
        const Fabric fabric = read(part);
        for (const auto& [guid, device] : fabric.devices) CHECK(guid < 0x100);
    }
    CHECK(refused > text.size() / 2);
    CHECK(read_whole > 10);
}

TEST_CASE("rates") {
    CHECK(rate_bytes_per_second("4xNDR") == doctest::Approx(50e9));
    CHECK(rate_bytes_per_second("2xNDR") == doctest::Approx(25e9));
    CHECK(rate_bytes_per_second("4xEDR") == doctest::Approx(12.5e9));
    CHECK(rate_bytes_per_second("1xSDR") == doctest::Approx(0.25e9));
    CHECK(rate_bytes_per_second("12xHDR") == doctest::Approx(75e9));
    CHECK(rate_bytes_per_second("4xQQQ") == 0);
    CHECK(rate_bytes_per_second("x") == 0);
    CHECK(rate_bytes_per_second("") == 0);
}
