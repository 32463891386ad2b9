// SIGINT and SIGTERM as a flag that long-running commands look at between two pieces of work.
#pragma once

namespace bv {

void stop_on_signals();
[[nodiscard]] bool stop_requested();

}  // namespace bv
