// Tables as spreadsheets, databases and scripts write them: RFC 4180 with what is found in practice around it (other
// delimiters, a byte order mark, CRLF, ragged rows, broken quotes, bytes that are not UTF-8). What is wrong with a row
// is noted and costs no other row.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "feed/import/findings.h"

namespace bv {

struct CsvRow {
    uint64_t line = 0;               // its first, from 1
    std::vector<std::string> cells;  // as many as the header has columns; of one line, without blanks around them
};

class CsvReader {
public:
    // Reads the header. The text must outlive the reader. delimiter 0: the one of , ; tab | that is most frequent in
    // the header. Throws ImportError for what is no table: empty, blank, or UTF-16.
    CsvReader(std::string_view text, std::string path, Findings& findings, char delimiter = 0);

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }
    [[nodiscard]] uint64_t lines() const { return line_ - 1; }  // read so far
    // False at the end. Blank lines are no rows.
    [[nodiscard]] bool next(CsvRow& row);

    // Longer rows, quoted line ends included, are left out.
    static constexpr size_t max_row_bytes = 1u << 20;

private:
    enum class Quotes : uint8_t { honoured, within_line };
    [[nodiscard]] bool read_cells(std::vector<std::string>& cells, Quotes quotes);
    [[nodiscard]] bool ends_cell(size_t at) const;
    [[nodiscard]] bool closes_in_line(size_t open) const;
    [[nodiscard]] std::string_view row_text(size_t begin) const;
    void read_row(std::vector<std::string>& cells);
    void clean(std::vector<std::string>& cells, uint64_t line);

    std::string_view text_;
    std::string path_;
    Findings& findings_;
    char delimiter_;
    size_t at_ = 0;
    uint64_t line_ = 1;  // of what is read next
    std::vector<std::string> columns_;
};

// Nothing, or what tools write where there is nothing: NA, N/A, null, None, nan, -.
[[nodiscard]] bool is_blank(std::string_view cell);

}  // namespace bv
