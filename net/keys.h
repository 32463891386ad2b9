// CURVE key pairs on disk: NAME holds both keys and is readable by its owner alone, NAME.pub holds what others are
// given.
#pragma once

#include <filesystem>
#include <string>

namespace bv {

struct CurveKeys {
    std::string public_key, secret_key;  // Z85, 40 characters each
};

CurveKeys make_curve_keys();

// Writes PATH (mode 0600) and PATH.pub. Throws one sentence; never overwrites.
void write_curve_keys(const std::filesystem::path& path, const CurveKeys& keys);

// Reads what write_curve_keys wrote. Throws one sentence where the file is missing, open to others or holds no keys.
CurveKeys read_curve_keys(const std::filesystem::path& path);

// A public key given as itself, or as the path of a file of either kind.
std::string read_curve_public_key(const std::string& key_or_path);

}  // namespace bv
