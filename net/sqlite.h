// SQLite as this project uses it: one connection, prepared statements, bound and read by number, and errors as one
// sentence. Nothing else of SQLite is seen outside net/sqlite.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace bv {

// What a database said, in one sentence that names the file.
class DatabaseError : public std::runtime_error {
public:
    enum class Kind : uint8_t { other, full, read_only, damaged, busy, missing };
    DatabaseError(Kind what, const std::string& sentence) : std::runtime_error(sentence), kind(what) {}
    Kind kind;
};

class Database;

// One prepared statement. Parameters are numbered from 1, columns from 0, as SQLite does. What columns give lives until
// the next step or reset.
class Statement {
public:
    Statement() = default;
    Statement(Database& database, std::string_view sql);

    Statement& bind(int parameter, int64_t value);
    Statement& bind(int parameter, double value);
    Statement& bind(int parameter, std::string_view text);
    Statement& bind(int parameter, std::span<const std::byte> blob);  // not copied: must live until the next reset
    Statement& bind_null(int parameter);
    template <typename... Values>
    Statement& bind_all(const Values&... values) {
        int parameter = 0;
        (bind(++parameter, values), ...);
        return *this;
    }

    bool step();   // true: there is a row
    void reset();  // ready to be bound and run again
    void run();    // steps to the end, then resets
    [[nodiscard]] int64_t integer(int column) const;
    [[nodiscard]] double real(int column) const;
    [[nodiscard]] std::string_view text(int column) const;
    [[nodiscard]] std::span<const std::byte> blob(int column) const;
    [[nodiscard]] bool null(int column) const;
    [[nodiscard]] int columns() const;

private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    Database* database_ = nullptr;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Database {
public:
    enum class Mode : uint8_t { read, write, create };
    // Throws DatabaseError.
    Database(const std::filesystem::path& path, Mode mode);

    void run(const char* sql);  // any number of statements
    [[nodiscard]] int64_t pragma(const char* name);
    [[nodiscard]] int64_t last_row_id() const;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] sqlite3* handle() const { return handle_.get(); }
    [[noreturn]] void fail(int code) const;

private:
    struct Close {
        void operator()(sqlite3* handle) const;
    };
    std::filesystem::path path_;
    std::unique_ptr<sqlite3, Close> handle_;
};

// Visits the rows of a table in the order of its integer key `id`, until `row` returns false; steps over pages that
// cannot be read. Returns how often it had to.
uint64_t scan_rows(Database& database, std::string_view columns, std::string_view table, int64_t from_id,
                   const std::function<bool(const Statement&, int64_t id)>& row);

// Rolls back unless committed.
class Transaction {
public:
    explicit Transaction(Database& database, bool write = true);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

private:
    Database* database_;
};

}  // namespace bv
