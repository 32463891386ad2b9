// StaticScene → buffers. Rewritten only when the topology changes.
#include "render/scene_buffers.h"

#include <algorithm>
#include <cstring>

namespace bv {
namespace {

Buffer upload(const Device& device, std::span<const gpu::BoxRow> rows) {
    // A binding is never empty, so an empty scene keeps room for one row.
    Buffer buffer = Buffer::create(device, std::max<size_t>(rows.size(), 1) * sizeof(gpu::BoxRow),
                                   VK_BUFFER_USAGE_STORAGE_BUFFER_BIT, Residence::written_by_cpu);
    if (!rows.empty()) std::memcpy(buffer.mapped, rows.data(), rows.size_bytes());
    return buffer;
}

int drawing_class(const gpu::BoxRow& row) {
    return row.material == gpu::material_slab ? 0 : row.material == gpu::material_glass ? 2 : 1;
}

}  // namespace

SceneBuffers SceneBuffers::create(const Device& device, const StaticScene& scene) {
    SceneBuffers buffers;
    std::vector<gpu::BoxRow> boxes = scene.boxes;
    std::stable_sort(boxes.begin(), boxes.end(),
                     [](const auto& a, const auto& b) { return drawing_class(a) < drawing_class(b); });
    float largest = 0;
    for (const auto& box : boxes) {
        const int kind = drawing_class(box);
        ++(kind == 0 ? buffers.slab_count : kind == 1 ? buffers.solid_count : buffers.glass_count);
        if (kind == 0 && box.size.x * box.size.y > largest) {
            largest = box.size.x * box.size.y;
            buffers.reflection_height = box.position.z + box.size.z;
        }
    }
    buffers.boxes = upload(device, boxes);
    buffers.cylinders = upload(device, scene.cylinders);
    buffers.cylinder_count = static_cast<uint32_t>(scene.cylinders.size());
    buffers.ground_min = scene.ground_min;
    buffers.ground_max = scene.ground_max;
    return buffers;
}

}  // namespace bv
