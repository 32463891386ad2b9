// Wrong files: each is refused with its line, what was expected and what was found.
#include <doctest/doctest.h>

#include "cluster/cluster_file.h"

namespace bv {
namespace {

std::string refusal(const std::string& text) {
    try {
        (void)parse_cluster(text, "bad.toml");
    } catch (const ClusterFileError& error) {
        return error.what();
    }
    return "accepted";
}

// The sentence begins with the place and holds every one of the words.
void check(const std::string& text, int line, std::initializer_list<const char*> words) {
    const std::string sentence = refusal(text);
    CAPTURE(sentence);
    CHECK(sentence.starts_with("bad.toml:" + std::to_string(line) + ": expected "));
    CHECK(sentence.find(", found ") != std::string::npos);
    CHECK(sentence.find('\n') == std::string::npos);
    for (const char* word : words) CHECK_MESSAGE(sentence.find(word) != std::string::npos, word);
}

const std::string head = "format = 1\nname = \"x\"\n";  // 2 lines

// 16 lines, of which [fabric] is not one.
const std::string plan = head + R"([gpu_node]
gpus = 8
nics = 8
[gpu_rack]
nodes = 4
units = 20
[array]
racks = 2
leaf_racks = 1
[site]
halls = 1
pods_per_hall = 1
arrays_per_pod = 2
arrays_per_row = 2
)";

// 22 lines.
const std::string objects = head + R"([[hall]]
name = "h"
[[row]]
name = "r"
hall = "h"
[[rack]]
name = "k"
row = "r"
[[node]]
name = "n"
rack = "k"
nics = [{ name = "a" }, { name = "b" }]
[[switch]]
name = "s"
rack = "k"
ports = 4
[[switch]]
name = "t"
rack = "k"
ports = 4
)";

TEST_CASE("the pieces that the wrong files are made of are right") {
    CHECK(refusal(plan) == "accepted");
    CHECK(refusal(objects) == "accepted");
    CHECK(refusal(plan + "[fabric]\nrails = 8\nswitch_ports = 8\n") == "accepted");
}

TEST_CASE("broken TOML") {
    check("format = 1\nname = \"x\nfoo", 2, {"TOML"});
    check("format = 1\nformat = 1\n", 2, {"TOML"});
    check("[[[", 1, {"TOML"});
    check(std::string("format = 1\nname = \"\xff\xfe\"\n"), 2, {"TOML"});
}

TEST_CASE("head") {
    check("", 1, {"format"});
    check("format = 2\nname = \"x\"\n", 1, {"format 1", "2"});
    check("format = \"1\"\nname = \"x\"\n", 1, {"whole number", "string \"1\""});
    check("format = 1\n", 1, {"\"name\""});
    check("format = 1\nname = \"x y\"\n", 2, {"letters, digits"});
    check("format = 1\nname = 7\n", 2, {"a string", "7"});
    check(head + "synthetic = 1\n", 3, {"true or false", "1"});
    check(head + "job_slots = 0\n", 3, {"1 to 65535"});
    check(head, 1, {"at least one rack"});
}

TEST_CASE("unknown keys, with the nearest known one") {
    check(head + "titel = \"X\"\n" + objects.substr(head.size()), 3, {"\"title\"", "\"titel\""});
    check(plan + "[fabrik]\nrails = 8\n", 17, {"\"fabric\"", "\"fabrik\""});
    std::string wrong = plan;
    wrong.replace(wrong.find("nics = 8"), 8, "nic = 8 ");
    check(wrong, 5, {"\"nics\"", "\"nic\""});
    check(objects + "[[node]]\nname = \"m\"\nrack = \"k\"\nguide = \"0x1\"\n", 26, {"\"guid\"", "\"guide\""});
    check(objects + "[[node]]\nname = \"m\"\nrack = \"k\"\nzzzzzzzz = 1\n", 26, {"one of the keys", "\"zzzzzzzz\""});
}

TEST_CASE("wrong types and values out of range") {
    std::string wrong = plan;
    wrong.replace(wrong.find("gpus = 8"), 8, "gpus = -1");
    check(wrong, 4, {"1 to 1024", "-1"});
    wrong = plan;
    wrong.replace(wrong.find("gpus = 8"), 8, "gpus = 8.5");
    check(wrong, 4, {"whole number", "8.5"});
    check(objects + "[[power]]\nname = \"p\"\nkind = \"bus\"\n", 25, {"busway", "\"bus\""});
    check(objects + "[[rack]]\nname = \"l\"\nrow = \"r\"\nplace = [1.0]\n", 26, {"[x, y]"});
    check(objects + "[[rack]]\nname = \"l\"\nrow = \"r\"\nplace = [1.0, nan]\n", 26, {"metres"});
    check(objects + "[[rack]]\nname = \"l\"\nrow = \"r\"\nsize = [1, 0, 1]\n", 26, {"greater than 0"});
    check(objects + "[[node]]\nname = \"m\"\nrack = \"k\"\nguid = \"0xgg\"\n", 26, {"GUID", "0xgg"});
    check(head + "rack = 5\n", 3, {"an array", "5"});
    check(head + "[[fact]]\nsubject = \"a\"\ntext = \"b\"\nprovenance = \"sourced\"\n", 3, {"a source"});
}

TEST_CASE("missing keys") {
    check(objects + "[[switch]]\nname = \"u\"\nrack = \"k\"\n", 23, {"\"ports\""});
    check(objects + "[[node]]\nrack = \"k\"\n", 23, {"\"name\""});
    check(head + "[site]\nhalls = 1\n", 1, {"[gpu_node]"});
    check(head + "[fabric]\nrails = 1\nswitch_ports = 4\n", 3, {"[site]"});
}

TEST_CASE("names used twice and references to nothing") {
    check(objects + "[[rack]]\nname = \"k\"\nrow = \"r\"\n", 24, {"no other rack", "\"k\" again"});
    check(objects + "[[rack]]\nname = \"l\"\nrow = \"rr\"\n", 25, {"name of a row", "\"r\"?", "\"rr\""});
    check(objects + "[[node]]\nname = \"m\"\nrack = \"q\"\n", 25, {"name of a rack"});
    check(objects + "[[node]]\nname = \"m\"\nrack = \"k\"\nnics = [{ name = \"a\" }, { name = \"a\" }]\n", 26,
          {"no other NIC", "\"a\" again"});
    check(objects +
              "[[node]]\nname = \"m\"\nrack = \"k\"\nguid = \"0x7\"\n[[node]]\nname = \"o\"\nrack = \"k\"\nguid = "
              "\"0x7\"\n",
          30, {"GUID", "line 23"});
    check(objects +
              "[[power]]\nname = \"a\"\nkind = \"ups\"\nparent = \"b\"\n[[power]]\nname = \"b\"\nkind = "
              "\"ups\"\nparent = \"a\"\n",
          26, {"circle"});
    check(objects + "[[cdu]]\nname = \"c\"\nrack = \"k\"\nplant = \"p\"\n", 26, {"name of a plant"});
}

TEST_CASE("cables") {
    const auto cables = [](const std::string& links) { return objects + "[[cables]]\nlinks = [\n" + links + "]\n"; };
    CHECK(refusal(cables("[\"n/a\", 1, \"s\", 1],\n[\"n/b\", 1, \"s\", 4],\n[\"s\", 0, \"t\", 0],\n")) == "accepted");
    check(cables("[\"n/a\", 1, \"s\", 1],\n[\"n/b\", 1, \"s\", 1],\n"), 26,
          {"one cable in each port", "port 1 of \"s\" used twice"});
    check(cables("[\"n/a\", 1, \"s\", 5],\n"), 25, {"a port from 0 to 4 of \"s\"", "5"});
    check(cables("[\"n/a\", 2, \"s\", 1],\n"), 25, {"a port from 0 to 1"});
    check(cables("[\"n/c\", 1, \"s\", 1],\n"), 25, {"n/c", "which there is not"});
    check(cables("[\"n/a\", 1, \"n/b\", 1],\n"), 25, {"a switch", "two NICs"});
    check(cables("[\"n/a\", 1, \"s\"],\n"), 25, {"lower end, port, upper end, port", "an array of 3"});
    check(cables("[\"n/a\", \"1\", \"s\", 1],\n"), 25, {"a port"});
    check(cables("[1, 1, \"s\", 1],\n"), 25, {"name of a switch"});
    check(cables("\"n/a\",\n"), 25, {"lower end"});
    check(cables("[\"n/a\", 1, \"s\", 1, { length = 3 }],\n"), 25, {"\"length_m\"", "\"length\""});
    check(cables("[\"0x99\", 1, \"s\", 1],\n"), 25, {"GUID", "0x99"});
    check(objects + "[[cables]]\nclass = \"hosts\"\nlinks = []\n", 24, {"host", "\"hosts\""});
    check(objects + "[[cables]]\nclass = \"host\"\n", 23, {"links"});
}

TEST_CASE("plans that do not close") {
    check(plan + "[fabric]\nrails = 3\nswitch_ports = 64\n", 18, {"divide the 8 NICs", "3"});
    check(plan + "[fabric]\nrails = 8\nswitch_ports = 7\n", 19, {"at most 7 links on a leaf", "8 links down"});
    check(plan + "[fabric]\nrails = 8\nswitch_ports = 64\n[fabric.leaf]\nup = 4\n[fabric.spine]\nper_pod = 8\n", 21,
          {"8 uplinks", "4"});
    check(plan + "[fabric]\nrails = 8\nswitch_ports = 64\n[fabric.leaf]\nup = 4\n", 21, {"[fabric.spine]"});
    check(plan + "[fabric]\nrails = 8\nswitch_ports = 64\n[fabric.spine]\nper_pod = 4\nports = 15\n", 22,
          {"at most 15 links on a spine", "16 links down"});
    check(plan +
              "[fabric]\nrails = 8\nswitch_ports = 64\n[fabric.spine]\nper_pod = 4\n[fabric.core]\nper_plane = "
              "2\nparallel = 70\n",
          20, {"spine"});
    check(plan + "[fabric]\nrails = 8\nswitch_ports = 64\n[fabric.core]\nper_plane = 2\n", 20, {"[fabric.spine]"});
    check(plan + "[management]\nswitch_ports = 3\n", 18, {"management switch"});
    check(plan + "[frontend]\nswitch_ports = 64\nleaf_uplinks = 2\nspines_per_hall = 2\n", 3, {"front-end NIC"});
    std::string wrong = plan;
    wrong.replace(wrong.find("units = 20"), 10, "units = 3 ");
    check(wrong, 7, {"3 units", "unit 4"});
    wrong = plan;
    wrong.replace(wrong.find("arrays_per_row = 2"), 18, "arrays_per_row = 3");
    check(wrong, 16, {"at most the 2 arrays"});
}

TEST_CASE("absurd sizes are refused before anything is built") {
    std::string huge = plan;
    huge.replace(huge.find("halls = 1"), 9, "halls = 1000");
    huge.replace(huge.find("pods_per_hall = 1"), 17, "pods_per_hall = 10000");
    check(huge, 13, {"at most 4000000 GPUs"});
    huge.replace(huge.find("arrays_per_pod = 2"), 18, "arrays_per_pod = 10000");
    huge.replace(huge.find("racks = 2"), 9, "racks = 10000");
    check(huge, 13, {"at most 4000000 GPUs"});
    check(plan +
              "[fabric]\nrails = 8\nswitch_ports = 4096\n[fabric.spine]\nper_pod = 4000\n[fabric.core]\nper_plane = "
              "100\nparallel = 60\n",
          13, {"at most 20000000 links"});
    std::string many =
        head + "[[hall]]\nname = \"h\"\n[[row]]\nname = \"r\"\nhall = \"h\"\n[[rack]]\nname = \"k\"\nrow = \"r\"\n";
    for (int n = 0; n < 4000; ++n)
        many += "[[node]]\nname = \"n" + std::to_string(n) + "\"\nrack = \"k\"\ngpus = 1024\n";
    check(many, 11, {"at most 4000000 GPUs", "4096000"});
}

TEST_CASE("racks with and without a place in one hall") {
    check(objects + "[[rack]]\nname = \"l\"\nrow = \"r\"\nplace = [3.0, 4.0]\n", 8, {"a place for all racks"});
}

TEST_CASE("racks of one CDU must be neighbours") {
    const std::string sentence = refusal(objects + R"([[rack]]
name = "l"
row = "r"
[[rack]]
name = "m"
row = "r"
cdu = "c"
[[cdu]]
name = "c"
rack = "m"
[[rack]]
name = "o"
row = "r"
[[rack]]
name = "p"
row = "r"
cdu = "c"
)");
    CHECK(sentence.find("not consecutive") != std::string::npos);
}

TEST_CASE("cutting a good file anywhere never crashes") {
    const std::string whole = objects + "[[cables]]\nlinks = [\n[\"n/a\", 1, \"s\", 1],\n]\n" +
                              "[[fact]]\nsubject = \"a\"\ntext = \"b\"\nprovenance = \"derived\"\n";
    int accepted = 0, refused = 0;
    for (size_t size = 0; size <= whole.size(); ++size) {
        const std::string sentence = refusal(whole.substr(0, size));
        sentence == "accepted" ? ++accepted : ++refused;
        if (sentence != "accepted") REQUIRE(sentence.starts_with("bad.toml:"));
    }
    CHECK(accepted > 0);
    CHECK(refused > 100);
}

}  // namespace
}  // namespace bv
