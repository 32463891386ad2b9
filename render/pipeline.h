// Graphics pipelines of the passes: two shaders, one way to blend, one way to test depth.
#pragma once

#include <optional>
#include <span>

#include "render/bindings.h"

namespace bv {

enum class Blend { opaque, over, premultiplied };
// Depth is reversed: nearer is greater. `hidden` draws only what something else covers.
enum class Depth { write, test, hidden, ignore };

struct PipelineShape {
    std::span<const uint32_t> vertex, fragment;  // SPIR-V
    Blend blend = Blend::opaque;
    Depth depth = Depth::write;
    std::optional<uint32_t> constant;  // value of specialization constant 0, of both shaders
};

// Makes pipelines that draw into one colour image and, mostly, depth.
struct PipelineFactory {
    const Device& device;
    VkPipelineLayout layout;
    VkFormat color_format;
    VkFormat depth_format;  // undefined: no depth
    VkSampleCountFlagBits samples;
    [[nodiscard]] UniquePipeline create(const PipelineShape& shape) const;
};

}  // namespace bv
