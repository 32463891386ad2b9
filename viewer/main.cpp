// The program belvedere: options → a window, a picture, a film or a measurement. Errors end here, in one sentence.
#include <cstdio>
#include <exception>

#include <fmt/format.h>

#include "viewer/bench.h"
#include "viewer/headless.h"
#include "viewer/options.h"
#include "viewer/window_loop.h"

int main(int argc, char** argv) {
    const bv::ParsedOptions parsed = bv::parse_options(argc, argv);
    if (!parsed.options) return parsed.exit_code;
    bv::Options options = *parsed.options;
    try {
        bv::take_tour(options);
        if (options.command != bv::Command::view) return bv::run_bench(options);
        if (options.headless) return bv::run_headless(options);
        return bv::run_window(options);
    } catch (const std::exception& error) {
        std::fputs(fmt::format("belvedere: {}\n", error.what()).c_str(), stderr);
        return 1;
    }
}
