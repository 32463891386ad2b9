// The grammar is that of linux-rdma's ibnetdiscover.c (dump_topology and dump_ports_report). Lines that are known to
// come between (headings, warnings of the tool) are counted and skipped; a device or port line that does not parse is
// an error, because it means a cut or garbled file.
#include "feed/import/ibnetdiscover.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "feed/import/utf8.h"

namespace bv {

namespace {

constexpr size_t max_line_bytes = 4096;        // the longest real line is about 200
constexpr unsigned max_port = 1024;            // the biggest director switch has 800
constexpr size_t max_description_bytes = 256;  // 64 on the wire; node name maps may be longer

// Walks over one line.
struct Cursor {
    std::string_view rest;

    void skip_blanks() {
        while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);
    }
    bool take(std::string_view word) {
        if (rest.substr(0, word.size()) != word) return false;
        rest.remove_prefix(word.size());
        return true;
    }
    template <typename Number>
    std::optional<Number> number(int base = 10) {
        Number value{};
        const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value, base);
        if (error != std::errc()) return std::nullopt;
        rest.remove_prefix(size_t(end - rest.data()));
        return value;
    }
    // [N]
    std::optional<uint16_t> port() {
        if (!take("[")) return std::nullopt;
        const auto value = number<unsigned>();
        if (!value || *value > max_port || !take("]")) return std::nullopt;
        return uint16_t(*value);
    }
    // "S-2c5eab0300b87b40"
    bool node_id(DeviceKind& kind, uint64_t& guid) {
        if (!take("\"")) return false;
        if (take("S-"))
            kind = DeviceKind::switch_;
        else if (take("H-"))
            kind = DeviceKind::adapter;
        else if (take("R-"))
            kind = DeviceKind::router;
        else
            return false;
        guid = number<uint64_t>(16).value_or(0);
        return guid != 0 && take("\"");
    }
    // From the first quote to the last: descriptions may hold quotes themselves.
    std::optional<std::string_view> quoted() {
        const size_t first = rest.find('"'), last = rest.rfind('"');
        if (first == std::string_view::npos || last == first) return std::nullopt;
        const std::string_view inside = rest.substr(first + 1, last - first - 1);
        rest.remove_prefix(last + 1);
        return inside;
    }
    std::string_view word() {
        skip_blanks();
        const size_t end = std::min(rest.find_first_of(" \t"), rest.size());
        const std::string_view found = rest.substr(0, end);
        rest.remove_prefix(end);
        return found;
    }
};

std::string_view trimmed(std::string_view text) {
    const size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// "4xNDR": width, x, letters and digits.
bool is_rate(std::string_view word) {
    const size_t x = word.find('x');
    return x != std::string_view::npos && x > 0 && x <= 2 && x + 1 < word.size() &&
           std::all_of(word.begin(), word.begin() + long(x), [](char c) { return c >= '0' && c <= '9'; }) &&
           word[x + 1] >= 'A' && word[x + 1] <= 'Z';
}

class Reader {
public:
    Reader(const std::string& path, Fabric& fabric) : path_(path), fabric_(fabric) {}

    void read(std::string_view text) {
        if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
            throw ImportError(fmt::format("{}:1: the file is empty; expected the output of ibnetdiscover.", path_));
        while (!text.empty()) {
            const size_t end = text.find('\n');
            last_line_is_cut_ = end == std::string_view::npos;
            std::string_view line = text.substr(0, end);
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
            if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
            ++line_;
            check_bytes(line);
            read_line(line);
        }
        if (devices_ == 0)
            throw ImportError(
                fmt::format("{}:{}: expected the output of ibnetdiscover, found no switch, adapter or port line.",
                            path_, std::max(first_unknown_, 1u)));
        if (ids_pending_) fail("a Switch or Ca line after these ids");
        fabric_.lines += line_;
    }

private:
    [[noreturn]] void fail(std::string_view expected) const {
        throw ImportError(fmt::format("{}:{}: expected {}; the line is cut off or garbled, so run ibnetdiscover again.",
                                      path_, line_, expected));
    }

    void check_bytes(std::string_view line) const {
        if (line.find('\0') != std::string_view::npos)
            throw ImportError(
                fmt::format("{}:{}: expected text as ibnetdiscover prints it, found binary data.", path_, line_));
        if (line.size() > max_line_bytes)
            throw ImportError(fmt::format("{}:{}: expected lines of at most {} bytes, found one of {}.", path_, line_,
                                          max_line_bytes, line.size()));
        if (!is_utf8(line))
            throw ImportError(fmt::format("{}:{}: expected UTF-8 text, found bytes that are not.", path_, line_));
    }

    void read_line(std::string_view line) {
        const std::string_view text = trimmed(line);
        if (text.empty()) {
            end_block();
        } else if (text.front() == '#') {
            return;
        } else if (text.front() == '[') {
            read_port({text});
        } else if (text.substr(0, 7) == "Switch\t" || text.substr(0, 7) == "Switch ") {
            read_device({text.substr(6)}, DeviceKind::switch_);
        } else if (text.substr(0, 3) == "Ca\t" || text.substr(0, 3) == "Ca ") {
            read_device({text.substr(2)}, DeviceKind::adapter);
        } else if (text.substr(0, 3) == "Rt\t" || text.substr(0, 3) == "Rt ") {
            read_device({text.substr(2)}, DeviceKind::router);
        } else if (text.substr(0, 3) == "SW " || text.substr(0, 3) == "CA " || text.substr(0, 3) == "RT ") {
            read_port_report({text});
        } else {
            read_other(text);
        }
    }

    void end_block() {
        current_ = nullptr;
        system_guid_ = 0;
        ids_pending_ = false;
    }

    // Id lines before a device, headings of the grouped form, and whatever the tool's warnings left between.
    void read_other(std::string_view text) {
        for (std::string_view key : {"vendid=", "devid=", "switchguid=", "caguid=", "rtguid="})
            if (text.substr(0, key.size()) == key) {
                if (key == "vendid=") end_block();
                if (text.substr(key.size(), 2) != "0x") fail(fmt::format("{}0x…", key));
                ids_pending_ = true;
                return;
            }
        Cursor cursor{text};
        if (cursor.take("sysimgguid=")) {
            if (!cursor.take("0x")) fail("sysimgguid=0x…");
            system_guid_ = cursor.number<uint64_t>(16).value_or(0);
            return;
        }
        for (std::string_view heading : {"Chassis ", "Non-Chassis Nodes", "Spine ", "Line "})
            if (text.substr(0, heading.size()) == heading) return;
        if (last_line_is_cut_ && devices_ > 0) fail("a whole line");
        if (first_unknown_ == 0) first_unknown_ = line_;
        if (fabric_.ignored_lines++ == 0) fabric_.first_ignored = fmt::format("{}:{}", path_, line_);
        // Nothing of this tool within the first lines: something else was given, and its rest need not be read.
        if (devices_ == 0 && ++unknown_before_device_ >= 20)
            throw ImportError(fmt::format("{}:{}: expected the output of ibnetdiscover, found \"{}\".", path_,
                                          first_unknown_, text.substr(0, 40)));
    }

    FabricDevice& device(uint64_t guid, DeviceKind kind, std::string_view description) {
        auto [found, fresh] = fabric_.devices.try_emplace(guid);
        FabricDevice& it = found->second;
        if (fresh) {
            it.guid = guid;
            it.kind = kind;
            it.file = path_;
            it.line = line_;
        }
        if (it.kind != kind) fail(fmt::format("GUID 0x{} to be of one kind everywhere", guid_text(guid)));
        if (it.description.empty()) it.description = trimmed(description).substr(0, max_description_bytes);
        return it;
    }

    // Switch	65 "S-2c5eab0300b87b40"		# "MF0;A09:MQM9701/U1" enhanced port 0 lid 73 lmc 0
    // Ca	1 "H-e09d730300156ff6"		# "b05-p1-dgx-05-c08 HCA-6"
    void read_device(Cursor cursor, DeviceKind kind) {
        cursor.skip_blanks();
        const auto ports = cursor.number<unsigned>();
        cursor.skip_blanks();
        DeviceKind named = kind;
        uint64_t guid = 0;
        if (!ports || *ports > max_port || !cursor.node_id(named, guid) || named != kind)
            fail(kind == DeviceKind::switch_ ? "Switch PORTS \"S-GUID\" # \"NAME\" …"
                                             : "Ca PORTS \"H-GUID\" # \"NAME\"");
        cursor.skip_blanks();
        const auto name = cursor.take("#") ? cursor.quoted() : std::nullopt;
        if (!name) fail("# \"NAME\" after the GUID");
        FabricDevice& it = device(guid, kind, *name);
        if (!it.declared) {
            it.file = path_;
            it.line = line_;
        }
        it.declared = true;
        it.ports = std::max(it.ports, uint16_t(*ports));
        it.system_guid = system_guid_;
        current_ = &it;
        ids_pending_ = false;
        ++devices_;
    }

    // [1]	"H-e09d7303007a4bd8"[1](e09d7303007a4bd8) 		# "a08-p1-dgx-04-c01 mlx5_5" lid 647 4xNDR
    // [1](e09d730300156ff6) 	"S-2c5eab0300c26480"[8]		# lid 246 lmc 0 "MF0;B09:MQM9701/U1" lid 119 4xNDR
    void read_port(Cursor cursor) {
        if (!current_) fail("a Switch or Ca line before the ports");
        PortLine line;
        line.guid = current_->guid;
        const auto port = cursor.port();
        if (!port) fail("[PORT]");
        skip_extras(cursor);
        DeviceKind kind{};
        const bool named = cursor.node_id(kind, line.peer_guid);
        const auto peer_port = named ? cursor.port() : std::nullopt;
        if (!peer_port) fail("[PORT] \"GUID\"[PORT]");
        skip_extras(cursor);
        const auto name = cursor.take("#") ? cursor.quoted() : std::nullopt;
        if (!name) fail("# \"NAME\" of the other end");
        for (std::string_view word = cursor.word(); !word.empty(); word = cursor.word())
            if (is_rate(word)) line.rate = word;
        const bool cut_rate = last_line_is_cut_ && rate_bytes_per_second(line.rate) == 0;
        if (line.rate.empty() || cut_rate) fail("lid NUMBER and a rate such as 4xNDR at the end");
        line.port = *port;
        line.peer_port = *peer_port;
        add(std::move(line), kind, *name);
    }

    // Port GUIDs in brackets and the external port numbers of director switches: "(e09d…)" "[ext 12]".
    static void skip_extras(Cursor& cursor) {
        for (;;) {
            cursor.skip_blanks();
            const char open = cursor.rest.empty() ? '\0' : cursor.rest.front();
            if (open != '(' && open != '[') return;
            const size_t close = cursor.rest.find(open == '(' ? ')' : ']');
            if (close == std::string_view::npos) return;
            cursor.rest.remove_prefix(close + 1);
        }
    }

    void add(PortLine line, DeviceKind peer_kind, std::string_view peer_name) {
        FabricDevice& self = fabric_.devices.at(line.guid);
        self.ports = std::max(self.ports, line.port);
        FabricDevice& peer = device(line.peer_guid, peer_kind, peer_name);
        peer.ports = std::max(peer.ports, line.peer_port);
        line.file = path_;
        line.line = line_;
        fabric_.port_lines.push_back(std::move(line));
    }

    struct ReportEnd {
        DeviceKind kind{};
        uint16_t port = 0;
        uint64_t guid = 0;
    };
    // CA   134  1 0x7cfe9003003b4bde
    std::optional<ReportEnd> report_end(Cursor& cursor) const {
        ReportEnd end;
        const std::string_view kind = cursor.word();
        if (kind != "SW" && kind != "CA" && kind != "RT") return std::nullopt;
        end.kind = kind == "SW" ? DeviceKind::switch_ : kind == "CA" ? DeviceKind::adapter : DeviceKind::router;
        cursor.skip_blanks();
        if (!cursor.number<unsigned>()) return std::nullopt;
        cursor.skip_blanks();
        const auto port = cursor.number<unsigned>();
        cursor.skip_blanks();
        if (!port || *port > max_port || !cursor.take("0x")) return std::nullopt;
        end.guid = cursor.number<uint64_t>(16).value_or(0);
        end.port = uint16_t(*port);
        if (end.guid == 0) return std::nullopt;
        return end;
    }

    // One line of `ibnetdiscover -p`. GUIDs are those of the ports; one-port adapters, the rule, have the same.
    // CA   134  1 0x7cfe9003003b4bde 4x EDR - SW  1719 10 0x7cfe9003009ce5b0 ( 'o0001 HCA-1' - 'ib-i1l1s01' )
    // SW  2052 37 0x506b4b03005c2740 4x ???                                    'ib-i4l1s01'
    void read_port_report(Cursor cursor) {
        const auto self = report_end(cursor);
        if (!self) fail("SW|CA LID PORT 0xGUID WIDTH SPEED");
        const std::string_view width = cursor.word(), speed = cursor.word();
        if (width.empty() || width.back() != 'x' || speed.empty())
            fail("a width and speed such as 4x NDR after the GUID");
        cursor.skip_blanks();
        ++devices_;
        if (!cursor.take("- ")) {  // nothing plugged in; the name is quoted or not
            std::string_view name = trimmed(cursor.rest);
            if (name.size() >= 2 && name.front() == '\'' && name.back() == '\'') name = name.substr(1, name.size() - 2);
            declare(*self, name);
            return;
        }
        const auto peer = report_end(cursor);
        cursor.skip_blanks();
        const std::string_view names = trimmed(cursor.rest);
        const size_t between = names.find("' - '");
        if (!peer || names.size() < 8 || names.substr(0, 3) != "( '" || names.substr(names.size() - 3) != "' )" ||
            between == std::string_view::npos)
            fail("- SW|CA LID PORT 0xGUID ( 'NAME' - 'NAME' )");
        declare(*self, names.substr(3, between - 3));
        add({self->guid, peer->guid, self->port, peer->port, fmt::format("{}{}", width, speed), {}, 0}, peer->kind,
            names.substr(between + 5, names.size() - 3 - between - 5));
    }

    void declare(const ReportEnd& end, std::string_view name) {
        FabricDevice& it = device(end.guid, end.kind, name);
        it.declared = true;
        it.ports = std::max(it.ports, end.port);
    }

    const std::string& path_;
    Fabric& fabric_;
    uint32_t line_ = 0, first_unknown_ = 0, unknown_before_device_ = 0, devices_ = 0;
    FabricDevice* current_ = nullptr;
    uint64_t system_guid_ = 0;
    bool ids_pending_ = false;       // id lines without their device yet
    bool last_line_is_cut_ = false;  // no line end after it: the rest may be missing
};

}  // namespace

void read_ibnetdiscover(std::string_view text, const std::string& path, Fabric& fabric) {
    Reader(path, fabric).read(text);
}

}  // namespace bv
