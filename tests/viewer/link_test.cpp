// Links: what is written is read back, unknown fields are passed over, and whatever is wrong gets one sentence and
// changes nothing.
#include <random>

#include <doctest/doctest.h>

#include "tests/viewer/packed.h"
#include "viewer/link.h"

using namespace bv;
using namespace bv::test;

namespace {

ViewLink whole_link() {
    ViewLink link;
    link.cluster_hash = 0x0123456789abcdef;
    link.time_ns = 1'767'268'800'123'456'789;
    link.pose = Pose{{1.5f, -2.25f, 3}, {4, 5, 6.125f}, 0.75f, 0.2f};
    link.mode = CameraMode::fly;
    link.selected = ObjectId{ObjectClass::switch_, 7};
    link.color_by = ColorBy::metric;
    link.color_metric = {ObjectClass::link, *find_metric(ObjectClass::link, "tx_bytes_per_second")};
    link.filter = "name ~ \"r0[1-3].*\" and temp_celsius > 80 or hall = 'Süd & West = 100%'";
    link.health = Health::critical;
    link.swipe = 0.25f;
    link.compare_ns = 1'767'268'000'000'000'000;
    return link;
}

// The sentence with which a link is refused; empty where it is taken.
std::string refusal(std::string_view text) {
    try {
        static_cast<void>(parse_link(text));
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "";
}

void check_sentence(const std::string& text) {
    CAPTURE(text);
    CHECK_FALSE(text.empty());
    CHECK(text.find('\n') == std::string::npos);
    CHECK(text.size() < 300);
}

}  // namespace

TEST_CASE("a link says everything and is read back as it was") {
    const ViewLink link = whole_link();
    const std::string text = write_link(link);
    CHECK(text.starts_with("belvedere://view?cluster=0123456789abcdef&time=2026-01-01T12:00:00.123456789Z"));
    CHECK(text.find_first_of(" \"'<>\n") == std::string::npos);
    const ViewLink back = parse_link(text);
    CHECK(back.cluster_hash == link.cluster_hash);
    CHECK(back.time_ns == link.time_ns);
    CHECK(back.pose->eye == link.pose->eye);
    CHECK(back.pose->target == link.pose->target);
    CHECK(back.pose->fov_y == link.pose->fov_y);
    CHECK(back.pose->near_m == link.pose->near_m);
    CHECK(back.mode == link.mode);
    CHECK(back.selected == link.selected);
    CHECK(back.color_by == link.color_by);
    CHECK(back.color_metric == link.color_metric);
    CHECK(back.filter == link.filter);
    CHECK(back.health == link.health);
    CHECK(back.compare_ns == link.compare_ns);
    CHECK(back.swipe == link.swipe);
    CHECK(back.split == link.split);
    CHECK(write_link(back) == text);
    for (const ColorBy by : {ColorBy::health, ColorBy::job, ColorBy::rail, ColorBy::age}) {
        ViewLink colored;
        colored.color_by = by;
        CHECK(parse_link(write_link(colored)).color_by == by);
    }
}

TEST_CASE("the emptiest link is one, and what is not known is passed over") {
    CHECK(write_link(parse_link("belvedere://view")) == "belvedere://view");
    const ViewLink link = parse_link(" belvedere://view?weather=sunny&select=gpu.3&&flag&mode=orbit\n");
    CHECK(link.selected == ObjectId{ObjectClass::gpu, 3});
    CHECK(link.mode == CameraMode::orbit);
}

TEST_CASE("whatever is wrong in a link gets one sentence") {
    for (const char* bad : {"",
                            "http://example.org",
                            "belvedere:/view",
                            "belvedere://",
                            "belvedere://edit?x=1",
                            "belvedere://view?cluster=",
                            "belvedere://view?cluster=0123",
                            "belvedere://view?cluster=0123456789abcdeg",
                            "belvedere://view?cluster=-123456789abcdef",
                            "belvedere://view?time=yesterday",
                            "belvedere://view?time=2026-13-01T00:00:00Z",
                            "belvedere://view?time=2026-01-01",
                            "belvedere://view?eye=1,2,3",
                            "belvedere://view?target=1,2,3",
                            "belvedere://view?eye=1,2&target=0,0,0",
                            "belvedere://view?eye=nan,0,0&target=1,1,1",
                            "belvedere://view?eye=inf,0,0&target=1,1,1",
                            "belvedere://view?eye=1e30,0,0&target=1,1,1",
                            "belvedere://view?eye=1,2,3,4&target=1,1,1",
                            "belvedere://view?eye=1,2,3&target=1,2,3",
                            "belvedere://view?eye=1,2,3&target=0,0,0&fov=0",
                            "belvedere://view?eye=1,2,3&target=0,0,0&fov=-1",
                            "belvedere://view?eye=1,2,3&target=0,0,0&fov=3.5",
                            "belvedere://view?eye=1,2,3&target=0,0,0&near=0",
                            "belvedere://view?mode=swim",
                            "belvedere://view?select=gpu",
                            "belvedere://view?select=gpu.",
                            "belvedere://view?select=gpu.-1",
                            "belvedere://view?select=gpu.1x",
                            "belvedere://view?select=gpu.4294967295",
                            "belvedere://view?select=gpu.99999999999",
                            "belvedere://view?select=.1",
                            "belvedere://view?select=door.1",
                            "belvedere://view?color=",
                            "belvedere://view?color=purple",
                            "belvedere://view?color=gpu.taste",
                            "belvedere://view?color=gpu",
                            "belvedere://view?filter=temp%20%3E",
                            "belvedere://view?filter=%",
                            "belvedere://view?filter=%4",
                            "belvedere://view?filter=%zz",
                            "belvedere://view?filter=%0A",
                            "belvedere://view?filter=%00",
                            "belvedere://view?health=well",
                            "belvedere://view?compare=now",
                            "belvedere://view?swipe=2",
                            "belvedere://view?swipe=-0.1",
                            "belvedere://view?swipe=",
                            "belvedere://view?split=2"}) {
        CAPTURE(bad);
        check_sentence(refusal(bad));
    }
    check_sentence(refusal("belvedere://view?x=" + std::string(20'000, 'a')));
    check_sentence(refusal("belvedere://view?filter=" + std::string(16'000, '(')));
    check_sentence(refusal("belvedere://" + std::string(10'000, 'v')));
}

TEST_CASE("a damaged link is refused or harmless, never anything else") {
    const std::string good = write_link(whole_link());
    std::mt19937 random(11);
    for (int round = 0; round < 4000; ++round) {
        std::string text = good;
        for (unsigned i = 0; i <= random() % 4; ++i) {
            const size_t at = random() % text.size();
            switch (random() % 4) {
                case 0:
                    text[at] = char(random() % 256);
                    break;
                case 1:
                    text.erase(at, 1 + random() % 8);
                    break;
                case 2:
                    text.insert(at, 1, "&=%?.,~-\0 "[random() % 10]);
                    break;
                default:
                    text.resize(at + 1);
            }
            if (text.empty()) text = "b";
        }
        CAPTURE(text);
        try {
            const ViewLink link = parse_link(text);
            // What was taken can be written, and says the same again.
            CHECK(write_link(parse_link(write_link(link))) == write_link(link));
        } catch (const std::runtime_error& error) {
            CHECK(std::string(error.what()).size() < 400);
        }
    }
}

TEST_CASE("a view goes into a link and comes out of it; another cluster is refused and changes nothing") {
    const auto topology = array_512();
    View view = view_from(*topology, "rack:3");
    view.select({ObjectClass::gpu, 5});
    view.filter_text = "temp_celsius > 40";
    view.filter = Filter::parse(view.filter_text);
    view.health_filter = Health::warning;
    const ViewLink link = parse_link(write_link(link_to(view, *topology, test_time_ns)));
    View other = view_from(*topology, "overview");
    follow_link(link, *topology, other, 0);
    CHECK(other.camera.pose().eye == view.camera.pose().eye);
    CHECK(other.selected == view.selected);
    CHECK(other.color_metric == view.color_metric);
    CHECK(other.filter_text == view.filter_text);
    CHECK_FALSE(other.filter.empty());
    CHECK(other.health_filter == view.health_filter);
    CHECK(write_link(link_to(other, *topology, link.time_ns)) == write_link(link));

    const std::string before = write_link(link_to(other, *topology, {}));
    ViewLink strange = link;
    strange.cluster_hash ^= 1;
    strange.selected = ObjectId{ObjectClass::gpu, 6};
    CHECK_THROWS_AS(follow_link(strange, *topology, other, 0), std::runtime_error);
    ViewLink beyond = link;
    beyond.selected = ObjectId{ObjectClass::gpu, 512};
    CHECK_THROWS_AS(follow_link(beyond, *topology, other, 0), std::runtime_error);
    CHECK(write_link(link_to(other, *topology, {})) == before);
}
