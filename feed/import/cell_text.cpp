// See cell_text.h.
#include "feed/import/cell_text.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace bv {

CellText CellText::column(std::string_view option, std::string_view spec) {
    if (spec.empty() || spec.find_first_of("{}") != std::string_view::npos) return words(option, spec);
    CellText text;
    text.option_ = option;
    text.parts_.push_back({true, std::string(spec)});
    return text;
}

CellText CellText::words(std::string_view option, std::string_view spec) {
    const auto fail = [&](const char* what) {
        throw std::invalid_argument(
            fmt::format("{}: '{}' {}; write {{COLUMN}}, and {{{{ or }}}} for a brace.", option, spec, what));
    };
    CellText text;
    text.option_ = option;
    const auto put = [&](char c) {
        if (text.parts_.empty() || text.parts_.back().is_column) text.parts_.emplace_back();
        text.parts_.back().text += c;
    };
    for (size_t at = 0; at < spec.size(); ++at) {
        const char c = spec[at];
        if (c != '{' && c != '}') {
            put(c);
        } else if (at + 1 < spec.size() && spec[at + 1] == c) {
            put(c);
            ++at;
        } else if (c == '}') {
            fail("closes a brace that is not open");
        } else {
            const size_t close = spec.find('}', at);
            if (close == std::string_view::npos) fail("does not close a brace");
            if (close == at + 1) fail("names no column between its braces");
            text.parts_.push_back({true, std::string(spec.substr(at + 1, close - at - 1))});
            at = close;
        }
    }
    return text;
}

std::vector<std::string> CellText::column_names() const {
    std::vector<std::string> names;
    for (const Part& part : parts_)
        if (part.is_column) names.push_back(part.text);
    return names;
}

void CellText::bind(const std::vector<std::string>& columns) {
    for (Part& part : parts_) {
        if (!part.is_column) continue;
        const auto found = std::find(columns.begin(), columns.end(), part.text);
        part.at = found == columns.end() ? size_t(-1) : size_t(found - columns.begin());
    }
}

std::string CellText::of(const std::vector<std::string>& cells) const {
    return of(cells, [](const std::string& cell) -> const std::string& { return cell; });
}

}  // namespace bv
