// The simulator inside another program: runs on its own thread and speaks the ordinary protocol over inproc://.
#pragma once

#include <memory>
#include <string>

#include "feed/simulator.h"
#include "net/cluster_library.h"

namespace bv {

// "sim:reference-100k?seed=1&scenario=training&preset=measured&speed=60"
struct SimulatedSource {
    std::string cluster = "reference-100k";
    SimulatorOptions options;
    double speed = 1;  // simulated seconds per second
};
// Throws one sentence that names the wrong part.
SimulatedSource parse_simulated_source(const std::string& text);

class EmbeddedFeed {
public:
    EmbeddedFeed(LoadedCluster cluster, SimulatedSource source);
    ~EmbeddedFeed();
    [[nodiscard]] const std::string& endpoint() const;  // inproc://…, for a Subscriber of the same process
    // How far simulated time has slipped behind the clock because this machine is too slow for the speed, in wall
    // seconds.
    [[nodiscard]] double slipped_seconds() const;
    // Throws what ended the feed's thread, if anything did.
    void check() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bv
