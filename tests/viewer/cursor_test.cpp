// How the cursor moves: speeds, backwards, loops, and both ends of what is recorded.
#include <doctest/doctest.h>

#include <cmath>

#include "viewer/cursor.h"

using namespace bv;

namespace {

constexpr int64_t second = 1'000'000'000;
constexpr TimeRange hour{1000 * second, 4600 * second};

Cursor at(int64_t seconds, double speed = 1) {
    Cursor cursor;
    cursor.live = false;
    cursor.time_ns = seconds * second;
    cursor.playing = true;
    cursor.speed = speed;
    return cursor;
}

}  // namespace

TEST_CASE("a cursor that is live or stands is not moved") {
    Cursor live;
    live.playing = true;
    move_cursor(live, 10, hour);
    CHECK(live.live);
    CHECK(live.time_ns == 0);
    Cursor standing = at(2000);
    standing.playing = false;
    move_cursor(standing, 10, hour);
    CHECK(standing.time_ns == 2000 * second);
}

TEST_CASE("it plays at its speed, both ways") {
    for (const double speed : {0.1, 1.0, 60.0, -0.1, -1.0, -60.0}) {
        CAPTURE(speed);
        Cursor cursor = at(2500, speed);
        for (int i = 0; i < 100; ++i) move_cursor(cursor, 0.1, hour);
        CHECK(cursor.time_ns == 2500 * second + int64_t(speed * 10 * 1e9));
        CHECK(cursor.playing);
    }
}

TEST_CASE("at the end live telemetry goes on, a file stands, and at the begin both stand") {
    Cursor live = at(4590, 100);
    move_cursor(live, 1, hour);
    CHECK(live.live);
    CHECK_FALSE(live.playing);
    Cursor file = at(4590, 100);
    file.replay = true;
    move_cursor(file, 1, hour);
    CHECK_FALSE(file.live);
    CHECK_FALSE(file.playing);
    CHECK(file.time_ns == hour.end_ns);
    Cursor back = at(1010, -10'000);
    move_cursor(back, 1, hour);
    CHECK_FALSE(back.live);
    CHECK_FALSE(back.playing);
    CHECK(back.time_ns == hour.begin_ns);
}

TEST_CASE("a loop begins anew at its other end, however large the step") {
    Cursor cursor = at(2000, 1);
    cursor.loop = TimeRange{2000 * second, 2010 * second};
    move_cursor(cursor, 12, hour);
    CHECK(cursor.time_ns == 2002 * second);
    cursor.speed = -1;
    move_cursor(cursor, 3, hour);
    CHECK(cursor.time_ns == 2009 * second);
    cursor.speed = 10'000;
    for (int i = 0; i < 50; ++i) {
        move_cursor(cursor, 0.033, hour);
        CHECK(cursor.loop->contains(cursor.time_ns));
    }
    CHECK(cursor.playing);
    // Of a loop that reaches beyond what is recorded, what is recorded is played.
    Cursor beyond = at(4595, 1);
    beyond.loop = TimeRange{4590 * second, 9000 * second};
    move_cursor(beyond, 7, hour);
    CHECK(beyond.time_ns == 4592 * second);
    CHECK_FALSE(beyond.live);
}

TEST_CASE("a cursor whose past was forgotten goes to what is left") {
    Cursor cursor = at(500);
    cursor.playing = false;
    move_cursor(cursor, 0.1, hour);
    CHECK(cursor.time_ns == hour.begin_ns);
    stand_at(cursor, 99999 * second, hour);
    CHECK(cursor.time_ns == hour.end_ns);
}

TEST_CASE("speeds go in steps from a tenth to ten thousand and keep their direction") {
    for (const double sign : {1.0, -1.0}) {
        Cursor cursor = at(2000, sign);
        for (int i = 0; i < 40; ++i) {
            const double before = std::abs(cursor.speed);
            change_speed(cursor, true);
            CHECK(std::abs(cursor.speed) >= before);
            CHECK(cursor.speed * sign > 0);
        }
        CHECK(cursor.speed == sign * fastest);
        for (int i = 0; i < 40; ++i) change_speed(cursor, false);
        CHECK(cursor.speed == sign * slowest);
        // From between two steps to the next one.
        cursor.speed = sign * 3;
        change_speed(cursor, true);
        CHECK(cursor.speed == sign * 5);
        change_speed(cursor, false);
        CHECK(cursor.speed == sign * 2);
    }
}
