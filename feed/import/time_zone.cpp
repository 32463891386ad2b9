// Reads TZif files (RFC 8536): its second block, with 64-bit times. The rule in the footer, for times beyond the last
// change (2037 in Debian's files), is not read.
#include "feed/import/time_zone.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

namespace bv {

namespace {

constexpr int64_t ever = std::numeric_limits<int64_t>::min();

// "+02:00", "-0500", "+2": seconds east of UTC.
std::optional<int64_t> offset_from(std::string_view text) {
    if (text.empty() || (text.front() != '+' && text.front() != '-')) return std::nullopt;
    int64_t number = 0, digits = 0;
    for (const char c : text.substr(1)) {
        if (c == ':' && digits == 2) continue;
        if (c < '0' || c > '9' || digits == 4) return std::nullopt;
        number = 10 * number + (c - '0');
        ++digits;
    }
    if (digits == 0) return std::nullopt;
    const int64_t hours = digits <= 2 ? number : number / 100, minutes = digits <= 2 ? 0 : number % 100;
    if (hours > 14 || minutes > 59) return std::nullopt;
    return (text.front() == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}

struct Bytes {
    std::string_view rest;
    uint64_t number(size_t bytes) {
        if (rest.size() < bytes) throw std::out_of_range("cut off");
        uint64_t value = 0;
        for (size_t i = 0; i < bytes; ++i) value = value << 8 | uint8_t(rest[i]);
        rest.remove_prefix(bytes);
        return value;
    }
    void skip(size_t bytes) {
        if (rest.size() < bytes) throw std::out_of_range("cut off");
        rest.remove_prefix(bytes);
    }
};

struct Counts {
    uint64_t utc_marks, standard_marks, leaps, times, types, letters;
};

Counts header(Bytes& bytes) {
    if (bytes.rest.substr(0, 4) != "TZif") throw std::out_of_range("no TZif");
    bytes.skip(20);
    Counts counts{};
    for (uint64_t* count :
         {&counts.utc_marks, &counts.standard_marks, &counts.leaps, &counts.times, &counts.types, &counts.letters})
        *count = bytes.number(4);
    return counts;
}

}  // namespace

TimeZone::TimeZone(const std::string& name) {
    if (name == "UTC" || name == "Z" || name == "GMT") {
        changes_.push_back({ever, 0});
        return;
    }
    if (const auto offset = offset_from(name)) {
        changes_.push_back({ever, *offset});
        return;
    }
    read(name);
}

void TimeZone::read(const std::string& name) {
    const char* folder = std::getenv("TZDIR");
    const std::filesystem::path path = std::filesystem::path(folder ? folder : "/usr/share/zoneinfo") / name;
    const auto refuse = [&](std::string_view why) {
        return std::invalid_argument(fmt::format(
            "The time zone '{}' {}; give UTC, an offset such as -05:00, or a name such as America/New_York.", name,
            why));
    };
    std::error_code error;
    if (name.empty() || name.front() == '/' || name.find("..") != std::string::npos ||
        !std::filesystem::is_regular_file(path, error))
        throw refuse("is not known here");
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    try {
        Bytes bytes{text};
        const Counts old = header(bytes);
        bytes.skip(old.times * 5 + old.types * 6 + old.letters + old.leaps * 8 + old.standard_marks + old.utc_marks);
        const Counts counts = header(bytes);
        std::vector<int64_t> times, types, offsets;
        for (uint64_t i = 0; i < counts.times; ++i) times.push_back(int64_t(bytes.number(8)));
        for (uint64_t i = 0; i < counts.times; ++i) types.push_back(int64_t(bytes.number(1)));
        for (uint64_t i = 0; i < counts.types; ++i) {
            offsets.push_back(int32_t(uint32_t(bytes.number(4))));
            bytes.skip(2);
        }
        changes_.push_back({ever, offsets.at(0)});
        for (size_t i = 0; i < times.size(); ++i) changes_.push_back({times[i], offsets.at(size_t(types[i]))});
    } catch (const std::out_of_range&) {
        throw refuse("has a file that is no time zone");
    }
}

TimeZone::Instant TimeZone::utc_from(int64_t local_s) const {
    // A wall clock differs from UTC by less than a day: only what was in force around then can be meant.
    constexpr int64_t day_s = 86'400;
    const auto after = [](int64_t utc_s, const Change& change) { return utc_s < change.utc_s; };
    const auto in_force = [&](int64_t utc_s) {
        return std::upper_bound(changes_.begin(), changes_.end(), utc_s, after) - changes_.begin() - 1;
    };
    Instant found{0, Reading::never};
    const auto first = in_force(local_s - day_s), last = in_force(local_s + day_s);
    for (auto i = first; i <= last; ++i) {
        const int64_t utc_s = local_s - changes_[size_t(i)].offset_s;
        if (in_force(utc_s) != i) continue;
        if (found.reading == Reading::never)
            found = {utc_s, Reading::clear};
        else
            found = {std::min(found.utc_s, utc_s), Reading::twice};
    }
    if (found.reading == Reading::never) found.utc_s = local_s - changes_[size_t(first)].offset_s;
    return found;
}

}  // namespace bv
