// See findings.h.
#include "feed/import/findings.h"

#include <algorithm>

#include <fmt/format.h>

#include "feed/import/utf8.h"

namespace bv {

namespace {

constexpr size_t example_bytes = 60;

}  // namespace

void Findings::note(std::string_view what, std::string_view path, uint64_t line, std::string_view example) {
    const auto known = std::find_if(all_.begin(), all_.end(), [&](const Finding& it) { return it.what == what; });
    if (known != all_.end())
        ++known->count;
    else
        all_.push_back({std::string(what), 1, fmt::format("{}:{}", path, line), cut(example, example_bytes)});
}

uint64_t Findings::count(std::string_view what) const {
    const auto known = std::find_if(all_.begin(), all_.end(), [&](const Finding& it) { return it.what == what; });
    return known == all_.end() ? 0 : known->count;
}

std::string sentence(const Finding& finding) {
    std::string text = fmt::format("{} {}; first {}", finding.count, finding.what, finding.first);
    if (!finding.example.empty()) text += fmt::format(", \"{}\"", finding.example);
    return text;
}

}  // namespace bv
