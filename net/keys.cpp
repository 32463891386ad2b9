// Makes, writes and reads CURVE keys; see keys.h. The files are `name = "value"` lines, so that people can copy from
// them.
#include "net/keys.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include <array>
#include <cstring>
#include <fstream>
#include <stdexcept>

namespace bv {

namespace {

constexpr size_t key_text = 40;

bool is_key(const std::string& text) {
    std::array<uint8_t, 32> raw{};
    return text.size() == key_text && zmq_z85_decode(raw.data(), text.c_str()) != nullptr;
}

void write_file(const std::filesystem::path& path, const std::string& text, mode_t mode) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        throw std::runtime_error(
            fmt::format("Cannot write {}: {}; choose another name.", path.string(), std::strerror(errno)));
    const ssize_t written = ::write(fd, text.data(), text.size());
    const bool good = written == ssize_t(text.size()) && ::fsync(fd) == 0;
    ::close(fd);
    if (!good) throw std::runtime_error(fmt::format("Cannot write {} to its end; is the disk full?", path.string()));
}

// The value of a line `name = "value"`; empty where there is none.
std::string value_of(const std::filesystem::path& path, const std::string& name) {
    std::ifstream in(path);
    if (!in)
        throw std::runtime_error(
            fmt::format("Cannot read the key file {}; make one with `belvedere-feed keygen`.", path.string()));
    const std::string start = name + " = \"";
    for (std::string line; std::getline(in, line);)
        if (line.starts_with(start) && line.size() == start.size() + key_text + 1 && line.back() == '"')
            return line.substr(start.size(), key_text);
    return {};
}

std::runtime_error no_keys(const std::filesystem::path& path) {
    return std::runtime_error(
        fmt::format("{} holds no CURVE keys as `belvedere-feed keygen` writes them.", path.string()));
}

}  // namespace

CurveKeys make_curve_keys() {
    std::array<char, key_text + 1> public_key{}, secret_key{};
    if (zmq_curve_keypair(public_key.data(), secret_key.data()) != 0)
        throw std::runtime_error("This libzmq was built without CURVE; install Debian's libzmq5.");
    return {public_key.data(), secret_key.data()};
}

void write_curve_keys(const std::filesystem::path& path, const CurveKeys& keys) {
    const std::string public_line = fmt::format("public_key = \"{}\"\n", keys.public_key);
    write_file(
        path,
        fmt::format("# CURVE key pair: keep it to yourself.\n{}secret_key = \"{}\"\n", public_line, keys.secret_key),
        0600);
    write_file(path.string() + ".pub", "# CURVE public key: give it to whoever is to connect.\n" + public_line, 0644);
}

CurveKeys read_curve_keys(const std::filesystem::path& path) {
    CurveKeys keys{value_of(path, "public_key"), value_of(path, "secret_key")};
    if (!is_key(keys.public_key) || !is_key(keys.secret_key)) throw no_keys(path);
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0 || (info.st_mode & 077) != 0)
        throw std::runtime_error(
            fmt::format("The secret key in {} can be read by others; `chmod 600 {}`.", path.string(), path.string()));
    return keys;
}

std::string read_curve_public_key(const std::string& key_or_path) {
    if (is_key(key_or_path)) return key_or_path;
    const std::string key = value_of(key_or_path, "public_key");
    if (!is_key(key)) throw no_keys(key_or_path);
    return key;
}

}  // namespace bv
