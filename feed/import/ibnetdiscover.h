// Reads what `ibnetdiscover` prints (blocks per device, or one line per port with -p) into a Fabric.
#pragma once

#include <string>
#include <string_view>

#include "feed/import/fabric.h"

namespace bv {

// Adds the content of one file to `fabric`; several files (one per fabric segment) may be added. `path` is for
// messages. Throws ImportError: empty, binary, not UTF-8, a line too long, a block that is cut off, not ibnetdiscover's
// output.
void read_ibnetdiscover(std::string_view text, const std::string& path, Fabric& fabric);

}  // namespace bv
