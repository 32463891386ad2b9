// Bookmarks: in the recording itself, or beside it where it cannot be written. See recording.h.
#include <algorithm>

#include "net/recording_impl.h"

namespace bv {

namespace {

constexpr const char* table =
    "create table if not exists bookmark (id integer primary key, time_ns integer not null, created_ns integer not "
    "null, "
    "name text not null, note text not null, link text not null, crc integer not null);";
// Those beside the recording get numbers of their own range.
constexpr int64_t first_id_beside = int64_t(1) << 40;

std::filesystem::path beside(const std::filesystem::path& recording) { return recording.string() + ".bookmarks"; }

int64_t check_of(const Bookmark& b) { return bookmark_check(b.time_ns, b.created_ns, b.name, b.note, b.link); }

// How many rows were damaged; they are left out.
uint64_t read_bookmarks(Database& database, std::vector<Bookmark>& out) {
    uint64_t damaged = 0;
    Statement row(database, "select id, time_ns, created_ns, name, note, link, crc from bookmark");
    while (row.step()) {
        Bookmark bookmark{row.integer(0),           row.integer(1),           row.integer(2),
                          std::string(row.text(3)), std::string(row.text(4)), std::string(row.text(5))};
        if (check_of(bookmark) == row.integer(6))
            out.push_back(std::move(bookmark));
        else
            ++damaged;
    }
    return damaged;
}

int64_t insert(Database& database, const Bookmark& bookmark, int64_t least_id) {
    Statement(database,
              "insert into bookmark (id, time_ns, created_ns, name, note, link, crc) values "
              "((select max(coalesce(max(id), 0) + 1, ?) from bookmark), ?, ?, ?, ?, ?, ?)")
        .bind_all(least_id, bookmark.time_ns, bookmark.created_ns, std::string_view(bookmark.name),
                  std::string_view(bookmark.note), std::string_view(bookmark.link), check_of(bookmark))
        .run();
    return database.last_row_id();
}

// And puts all in order of time.
void add_those_beside(const std::filesystem::path& recording, std::vector<Bookmark>& all) {
    if (const auto side = beside(recording); std::filesystem::exists(side)) {
        Database database(side, Database::Mode::read);
        read_bookmarks(database, all);
    }
    std::sort(all.begin(), all.end(), [](const Bookmark& a, const Bookmark& b) { return a.time_ns < b.time_ns; });
}

}  // namespace

std::vector<Bookmark> Recording::bookmarks() {
    std::vector<Bookmark> all;
    const uint64_t damaged = read_bookmarks(impl_->database, all);
    if (damaged) impl_->note_damage("a bookmark has a wrong checksum");
    add_those_beside(impl_->path, all);
    return all;
}

std::vector<Bookmark> bookmarks_of(const std::filesystem::path& recording) {
    std::vector<Bookmark> all;
    Database database(recording, Database::Mode::read);
    read_bookmarks(database, all);
    add_those_beside(recording, all);
    return all;
}

int64_t add_bookmark(const std::filesystem::path& recording, const Bookmark& bookmark) {
    try {
        Database database(recording, Database::Mode::write);
        return insert(database, bookmark, 1);
    } catch (const DatabaseError& error) {
        if (error.kind != DatabaseError::Kind::read_only && error.kind != DatabaseError::Kind::missing) throw;
    }
    Database database(beside(recording), Database::Mode::create);
    database.run(table);
    return insert(database, bookmark, first_id_beside);
}

void remove_bookmark(const std::filesystem::path& recording, int64_t id) {
    Database database(id >= first_id_beside ? beside(recording) : recording, Database::Mode::write);
    Statement(database, "delete from bookmark where id = ?").bind_all(id).run();
}

}  // namespace bv
