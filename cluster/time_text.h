// Times, spans and sizes as people write them: RFC 3339, offsets such as +90s and -5m, 7d, 200GB. Pure text; command
// lines and exports agree on it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bv {

// ns since 1970 → "2026-01-01T00:00:00Z", with three, six or nine decimals where they are not zero. Exact both ways.
std::string utc_text(int64_t time_ns);

// RFC 3339, in UTC ("Z") or with an offset ("+02:00"); seconds may have up to nine decimals. Nothing where it is none.
std::optional<int64_t> utc_from(std::string_view text);

// "90s", "1h30m", "1.5d", "250ms"; units ms s m h d w. Never negative.
std::optional<int64_t> span_from(std::string_view text);

// RFC 3339, or an offset: +90s counts from begin_ns, -5m back from end_ns; "begin" and "end" themselves.
std::optional<int64_t> time_from(std::string_view text, int64_t begin_ns, int64_t end_ns);

// "200GB", "1.5TiB", "500000"; nothing where it is none.
std::optional<uint64_t> bytes_from(std::string_view text);

// 1234567 → "1.2 MB".
std::string bytes_text(uint64_t bytes);

}  // namespace bv
