// See table_writer.h. CSV as RFC 4180 with line feeds; numbers with as many digits as tell 16-bit values apart.
#include "feed/table_writer.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <iterator>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cluster/time_text.h"

namespace bv {

namespace {

constexpr size_t flush_bytes = 1u << 20;

std::string json_text(std::string_view text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool needs_quotes(std::string_view text) { return text.find_first_of(",\"\r\n") != std::string_view::npos; }
bool needs_escape(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return uint8_t(c) < 0x20 || uint8_t(c) > 0x7E || c == '"' || c == '\\'; });
}

}  // namespace

TableWriter::TableWriter(const std::string& path, TableFormat format, std::vector<std::string> columns)
    : path_(path.empty() || path == "-" ? "standard output" : path),
      format_(format),
      file_(path_ == path ? std::fopen(path.c_str(), "wb") : stdout) {
    if (!file_) throw std::runtime_error(fmt::format("{} cannot be written: {}.", path_, std::strerror(errno)));
    for (size_t i = 0; i < columns.size(); ++i) {
        if (format_ == TableFormat::csv) {
            buffer_ += (i ? "," : "") + columns[i];
            keys_.push_back(i ? "," : "");
        } else {
            keys_.push_back((i ? ", " : "{") + json_text(columns[i]) + ": ");
        }
    }
    if (format_ == TableFormat::csv) buffer_ += '\n';
}

TableWriter::~TableWriter() {
    if (file_ && file_ != stdout) std::fclose(file_);
}

void TableWriter::begin_cell() { buffer_ += keys_[column_]; }

void TableWriter::end_cell() {
    if (++column_ < keys_.size()) return;
    buffer_ += format_ == TableFormat::csv ? "\n" : "}\n";
    column_ = 0;
    ++rows_;
    if (buffer_.size() >= flush_bytes) flush();
}

TableWriter& TableWriter::text(std::string_view value) {
    begin_cell();
    if (format_ == TableFormat::jsonl) {
        buffer_ += needs_escape(value) ? json_text(value) : fmt::format("\"{}\"", value);
    } else if (needs_quotes(value)) {
        buffer_ += '"';
        for (const char c : value) buffer_.append(c == '"' ? 2 : 1, c);
        buffer_ += '"';
    } else {
        buffer_ += value;
    }
    end_cell();
    return *this;
}

TableWriter& TableWriter::number(double value) {
    if (std::isnan(value)) return none();
    begin_cell();
    fmt::format_to(std::back_inserter(buffer_), "{:.8g}", value);
    end_cell();
    return *this;
}

TableWriter& TableWriter::integer(int64_t value) {
    begin_cell();
    fmt::format_to(std::back_inserter(buffer_), "{}", value);
    end_cell();
    return *this;
}

TableWriter& TableWriter::time(int64_t time_ns) { return time_ns == 0 ? none() : text(utc_text(time_ns)); }

TableWriter& TableWriter::none() {
    begin_cell();
    if (format_ == TableFormat::jsonl) buffer_ += "null";
    end_cell();
    return *this;
}

void TableWriter::flush() {
    if (std::fwrite(buffer_.data(), 1, buffer_.size(), file_) != buffer_.size())
        throw std::runtime_error(fmt::format("{} cannot be written: {}.", path_, std::strerror(errno)));
    buffer_.clear();
}

void TableWriter::close() {
    flush();
    std::FILE* const file = std::exchange(file_, nullptr);
    if ((file == stdout ? std::fflush(file) : std::fclose(file)) != 0)
        throw std::runtime_error(fmt::format("{} cannot be written: {}.", path_, std::strerror(errno)));
}

}  // namespace bv
