// The only file that speaks to SQLite; see sqlite.h.
#include "net/sqlite.h"

#include <limits>

#include <fmt/format.h>
#include <sqlite3.h>

namespace bv {

namespace {

DatabaseError::Kind kind_of(int code) {
    switch (code & 0xFF) {
        case SQLITE_FULL:
            return DatabaseError::Kind::full;
        case SQLITE_READONLY:
            return DatabaseError::Kind::read_only;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return DatabaseError::Kind::damaged;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return DatabaseError::Kind::busy;
        case SQLITE_CANTOPEN:
            return DatabaseError::Kind::missing;
        default:
            return DatabaseError::Kind::other;
    }
}

std::string words_of(DatabaseError::Kind kind, const std::string& file, const char* detail) {
    using Kind = DatabaseError::Kind;
    switch (kind) {
        case Kind::full:
            return fmt::format("{}: the disk is full; free some space or choose another place.", file);
        case Kind::read_only:
            return fmt::format("{}: cannot be written; it or its folder is read-only.", file);
        case Kind::damaged:
            return fmt::format("{}: damaged ({}); belvedere-feed verify says what can still be read.", file, detail);
        case Kind::busy:
            return fmt::format("{}: in use by another program that writes to it.", file);
        case Kind::missing:
            return fmt::format("{}: cannot be opened; check that it exists and may be read.", file);
        case Kind::other:
            break;
    }
    return fmt::format("{}: {}.", file, detail);
}

constexpr int patience_ms = 2000;  // for a lock held by another process

}  // namespace

void Database::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

namespace {

// A database in WAL mode cannot be read in a folder that cannot be written, except as one that nobody changes.
bool needs_immutable(sqlite3* handle, const std::filesystem::path& path) {
    const int code = sqlite3_exec(handle, "pragma schema_version", nullptr, nullptr, nullptr) & 0xFF;
    if (code != SQLITE_CANTOPEN && code != SQLITE_READONLY) return false;
    std::error_code error;
    const auto log_bytes = std::filesystem::file_size(path.string() + "-wal", error);
    return error || log_bytes == 0;
}

std::string uri_of(const std::filesystem::path& path) {
    std::string uri = "file:";
    for (const char c : std::filesystem::absolute(path).string())
        uri += c == '?' || c == '#' || c == '%' ? fmt::format("%{:02x}", unsigned(c)) : std::string(1, c);
    return uri + "?immutable=1";
}

}  // namespace

Database::Database(const std::filesystem::path& path, Mode mode) : path_(path) {
    const int flags = mode == Mode::read    ? SQLITE_OPEN_READONLY
                      : mode == Mode::write ? SQLITE_OPEN_READWRITE
                                            : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    sqlite3* handle = nullptr;
    const int code =
        sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    handle_.reset(handle);
    if (code != SQLITE_OK) fail(code);
    if (mode == Mode::read && needs_immutable(handle, path)) {
        const int again =
            sqlite3_open_v2(uri_of(path).c_str(), &handle,
                            flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
        handle_.reset(handle);
        if (again != SQLITE_OK) fail(again);
    }
    sqlite3_busy_timeout(handle, patience_ms);
    // A file from elsewhere may hold a schema that was made to harm.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
}

void Database::fail(int code) const {
    const auto kind = kind_of(code);
    const char* detail = handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
    throw DatabaseError(kind, words_of(kind, path_.string(), detail));
}

void Database::run(const char* sql) {
    if (const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr); code != SQLITE_OK) fail(code);
}

int64_t Database::pragma(const char* name) {
    Statement statement(*this, fmt::format("pragma {}", name));
    return statement.step() ? statement.integer(0) : 0;
}

int64_t Database::last_row_id() const { return sqlite3_last_insert_rowid(handle_.get()); }

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Statement::Statement(Database& database, std::string_view sql) : database_(&database) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(database.handle(), sql.data(), int(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                        &statement, nullptr);
    statement_.reset(statement);
    if (code != SQLITE_OK) database.fail(code);
}

Statement& Statement::bind(int parameter, int64_t value) {
    if (const int code = sqlite3_bind_int64(statement_.get(), parameter, value)) database_->fail(code);
    return *this;
}
Statement& Statement::bind(int parameter, double value) {
    if (const int code = sqlite3_bind_double(statement_.get(), parameter, value)) database_->fail(code);
    return *this;
}
Statement& Statement::bind(int parameter, std::string_view text) {
    if (const int code =
            sqlite3_bind_text(statement_.get(), parameter, text.data(), int(text.size()), SQLITE_TRANSIENT))
        database_->fail(code);
    return *this;
}
Statement& Statement::bind(int parameter, std::span<const std::byte> blob) {
    if (const int code =
            sqlite3_bind_blob64(statement_.get(), parameter, blob.data(), sqlite3_uint64(blob.size()), SQLITE_STATIC))
        database_->fail(code);
    return *this;
}
Statement& Statement::bind_null(int parameter) {
    if (const int code = sqlite3_bind_null(statement_.get(), parameter)) database_->fail(code);
    return *this;
}

bool Statement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    sqlite3_reset(statement_.get());
    database_->fail(code);
}

void Statement::reset() {
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
}

void Statement::run() {
    while (step()) {
    }
    reset();
}

int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
double Statement::real(int column) const { return sqlite3_column_double(statement_.get(), column); }
std::string_view Statement::text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    return text ? std::string_view(text, size_t(sqlite3_column_bytes(statement_.get(), column))) : std::string_view();
}
std::span<const std::byte> Statement::blob(int column) const {
    const auto* blob = static_cast<const std::byte*>(sqlite3_column_blob(statement_.get(), column));
    return {blob, size_t(sqlite3_column_bytes(statement_.get(), column))};
}
bool Statement::null(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }

int Statement::columns() const { return sqlite3_column_count(statement_.get()); }

uint64_t scan_rows(Database& database, std::string_view columns, std::string_view table, int64_t from_id,
                   const std::function<bool(const Statement&, int64_t id)>& row) {
    constexpr int64_t last_id = std::numeric_limits<int64_t>::max();
    Statement rows(database, fmt::format("select {}, id from {} where id >= ? order by id", columns, table));
    const int id_column = rows.columns() - 1;
    uint64_t stepped_over = 0;
    for (int64_t at = from_id, step = 1;;) {
        rows.bind(1, at);
        try {
            while (rows.step()) {
                const int64_t id = rows.integer(id_column);
                if (id < at) break;  // a page in the wrong place
                step = 1;
                at = id + 1;
                if (!row(rows, id)) return stepped_over;
            }
            rows.reset();
            return stepped_over;
        } catch (const DatabaseError& error) {
            if (error.kind != DatabaseError::Kind::damaged) throw;
            ++stepped_over;
            rows.reset();
            if (at > last_id - step) return stepped_over;
            at += step;
            step = step > last_id / 2 ? last_id / 2 : step * 2;
        }
    }
}

Transaction::Transaction(Database& database, bool write) : database_(&database) {
    database.run(write ? "begin immediate" : "begin");
}
Transaction::~Transaction() {
    if (!database_) return;
    sqlite3_exec(database_->handle(), "rollback", nullptr, nullptr, nullptr);
}
void Transaction::commit() {
    database_->run("commit");
    database_ = nullptr;
}

}  // namespace bv
