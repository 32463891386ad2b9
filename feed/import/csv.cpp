// See csv.h. One pass over the text; a row whose quotes do not close is read again by its line alone, so
// that a stray quote never swallows the rows behind it.
#include "feed/import/csv.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "feed/import/fabric.h"
#include "feed/import/utf8.h"

namespace bv {

namespace {

constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";

std::string_view trimmed(std::string_view text) {
    const size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

char likely_delimiter(std::string_view header) {
    char best = ',';
    for (const char candidate : {',', ';', '\t', '|'})
        if (std::count(header.begin(), header.end(), candidate) > std::count(header.begin(), header.end(), best))
            best = candidate;
    return best;
}

}  // namespace

CsvReader::CsvReader(std::string_view text, std::string path, Findings& findings, char delimiter)
    : text_(text), path_(std::move(path)), findings_(findings), delimiter_(delimiter) {
    if (text_.substr(0, 2) == "\xFF\xFE" || text_.substr(0, 2) == "\xFE\xFF")
        throw ImportError(fmt::format("{} is UTF-16; save it as UTF-8.", path_));
    if (text_.substr(0, utf8_mark.size()) == utf8_mark) text_.remove_prefix(utf8_mark.size());
    if (delimiter_ == 0) delimiter_ = likely_delimiter(row_text(0));
    do {
        if (at_ >= text_.size())
            throw ImportError(fmt::format("{} is empty; expected a table whose first line names its columns.", path_));
        const uint64_t line = line_;
        read_row(columns_);
        clean(columns_, line);
    } while (std::all_of(columns_.begin(), columns_.end(), [](const std::string& name) { return name.empty(); }));
    for (size_t i = 0; i < columns_.size(); ++i)
        if (!columns_[i].empty() &&
            std::find(columns_.begin(), columns_.begin() + long(i), columns_[i]) != columns_.begin() + long(i))
            findings_.note("column names that come twice (the first is meant)", path_, line_ - 1, columns_[i]);
}

// The line that begins there, without its end.
std::string_view CsvReader::row_text(size_t begin) const {
    const std::string_view line = text_.substr(begin, text_.find('\n', begin) - begin);
    return !line.empty() && line.back() == '\r' ? line.substr(0, line.size() - 1) : line;
}

// Nothing but blanks from there to the end of the cell.
bool CsvReader::ends_cell(size_t at) const {
    const size_t next = text_.find_first_not_of(delimiter_ == '\t' ? " \r" : " \t\r", at);
    return next == std::string_view::npos || text_[next] == delimiter_ || text_[next] == '\n';
}

// The quote that opens there closes before the line ends, and with it its cell.
bool CsvReader::closes_in_line(size_t open) const {
    for (size_t at = open + 1; at < text_.size() && text_[at] != '\n'; ++at) {
        if (text_[at] != '"') continue;
        if (at + 1 == text_.size() || text_[at + 1] != '"') return ends_cell(at + 1);
        ++at;
    }
    return false;
}

// Reads one row and moves behind it; always where quotes count within their line alone. False, and nothing moved, where
// a quoted cell does not end within max_row_bytes, or ends where the cell does not: then a quote was opened by mistake
// and met the next one, rows later.
bool CsvReader::read_cells(std::vector<std::string>& cells, Quotes quotes) {
    cells.clear();
    const size_t begin = at_;
    size_t at = at_;
    uint64_t line = line_;
    std::string cell;
    bool quoted = false;
    for (;; ++at) {
        const bool end = at >= text_.size();
        if (quoted && quotes == Quotes::honoured && (end || at - begin > max_row_bytes)) return false;
        const char c = end ? '\n' : text_[at];
        if (quoted) {
            if (c == '\n') ++line;
            if (c != '"') {
                cell += c;
            } else if (at + 1 < text_.size() && text_[at + 1] == '"') {
                cell += '"';
                ++at;
            } else {
                quoted = false;
                if (quotes == Quotes::honoured && !ends_cell(at + 1)) return false;
            }
        } else if (c == '"' && trimmed(cell).empty() && (quotes == Quotes::honoured || closes_in_line(at))) {
            cell.clear();
            quoted = true;
        } else if (c == delimiter_ || c == '\n') {
            if (c == '\n' && !cell.empty() && cell.back() == '\r') cell.pop_back();
            cells.emplace_back(trimmed(cell));
            cell.clear();
            if (c == '\n') break;
        } else if (cell.size() <= max_row_bytes) {
            cell += c;
        }
    }
    at_ = at + 1;
    line_ = line + 1;
    return true;
}

void CsvReader::read_row(std::vector<std::string>& cells) {
    if (read_cells(cells, Quotes::honoured)) return;
    findings_.note("rows with a quote that does not close (read as it stands)", path_, line_, row_text(at_));
    (void)read_cells(cells, Quotes::within_line);
}

// One line of text: names, texts and sentences are made of cells.
void CsvReader::clean(std::vector<std::string>& cells, uint64_t line) {
    bool clean = true;
    for (std::string& cell : cells) {
        for (char& c : cell) {
            if (c == '\n' || c == '\r' || c == '\t') c = ' ';
            if (uint8_t(c) < 0x20 || c == 0x7F) c = '\0';  // no text either
        }
        clean = make_utf8(cell) && clean;
    }
    if (!clean) findings_.note("rows with bytes that are no UTF-8 text (shown as �)", path_, line);
}

bool CsvReader::next(CsvRow& row) {
    while (at_ < text_.size()) {
        const size_t begin = at_;
        row.line = line_;
        read_row(row.cells);
        if (at_ - begin > max_row_bytes) {
            findings_.note("rows longer than 1 MiB (left out)", path_, row.line);
            continue;
        }
        if (row.cells.size() == 1 && row.cells.front().empty() && columns_.size() > 1) continue;
        clean(row.cells, row.line);
        if (row.cells.size() < columns_.size())
            findings_.note("rows with fewer cells than the header has columns (the others count as empty)", path_,
                           row.line);
        else if (row.cells.size() > columns_.size() &&
                 std::any_of(row.cells.begin() + long(columns_.size()), row.cells.end(),
                             [](const std::string& cell) { return !cell.empty(); }))
            findings_.note("rows with more cells than the header has columns (what is too much is left out)", path_,
                           row.line);
        row.cells.resize(columns_.size());
        return true;
    }
    return false;
}

bool is_blank(std::string_view cell) {
    static constexpr std::array<std::string_view, 9> nothing{"NA",  "N/A", "null", "NULL", "None",
                                                             "nan", "NaN", "-",    ""};
    return std::find(nothing.begin(), nothing.end(), cell) != nothing.end();
}

}  // namespace bv
