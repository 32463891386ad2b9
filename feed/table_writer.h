// Rows as CSV or as one JSON object a line, written as they come. What is not there is an empty cell, or null.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace bv {

enum class TableFormat : uint8_t { csv, jsonl };

class TableWriter {
public:
    // An empty path or "-" is standard output. Throws one sentence where it cannot be written.
    TableWriter(const std::string& path, TableFormat format, std::vector<std::string> columns);
    ~TableWriter();
    TableWriter(const TableWriter&) = delete;
    TableWriter& operator=(const TableWriter&) = delete;

    // A row is as many cells as there are columns.
    TableWriter& text(std::string_view value);
    TableWriter& number(double value);  // NaN: not there
    TableWriter& integer(int64_t value);
    TableWriter& time(int64_t time_ns);  // 0: not there
    TableWriter& none();

    void close();  // throws where not everything got there
    [[nodiscard]] uint64_t rows() const { return rows_; }

private:
    void begin_cell();
    void end_cell();
    void flush();

    std::string path_;
    TableFormat format_;
    std::vector<std::string> keys_;  // what is written before each cell
    std::FILE* file_;
    std::string buffer_;
    size_t column_ = 0;
    uint64_t rows_ = 0;
};

}  // namespace bv
