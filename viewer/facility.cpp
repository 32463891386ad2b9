// Power gear and cooling outside the racks as pieces that look like what they are. Reads the layout's boxes, writes
// FacilityPieces (with state) and, for towers, upright cylinders of the static scene.
#include <algorithm>
#include <cmath>

#include "viewer/scene_layout.h"

namespace bv {

namespace {

// Fills a footprint with rows of cabinets of about the given size, with gangways between the rows.
void cabinets(std::vector<FacilityPiece>& out, ObjectId id, const PlacedBox& box, glm::vec2 wanted, float gangway,
              uint32_t material) {
    const int columns = std::clamp(int(box.size.x / (wanted.x * 1.08f)), 1, 40);
    const int lines = std::clamp(int((box.size.y + gangway) / (wanted.y + gangway)), 1, 12);
    const float pitch_x = box.size.x / float(columns), pitch_y = box.size.y / float(lines);
    const float depth = lines > 1 ? std::max(pitch_y - gangway, pitch_y * 0.5f) : pitch_y;
    for (int y = 0; y < lines; ++y)
        for (int x = 0; x < columns; ++x)
            out.push_back({id,
                           within(box,
                                  {(float(x) + 0.5f - float(columns) / 2) * pitch_x,
                                   (float(y) + 0.5f - float(lines) / 2) * pitch_y, 0},
                                  {pitch_x * 0.92f, depth, box.size.z}),
                           material});
}

// Transformers on a pad, each with two bushings on top.
void substation(std::vector<FacilityPiece>& out, ObjectId id, const PlacedBox& box) {
    out.push_back({id, within(box, {0, 0, 0}, {box.size.x, box.size.y, 0.25f}), gpu::material_wall});
    const int count = std::clamp(int(box.size.x / std::max(box.size.y * 0.8f, 3.0f)), 1, 6);
    const float pitch = box.size.x / float(count);
    for (int i = 0; i < count; ++i) {
        const float x = (float(i) + 0.5f - float(count) / 2) * pitch;
        const glm::vec3 body{pitch * 0.55f, box.size.y * 0.45f, box.size.z * 0.62f};
        out.push_back({id, within(box, {x, 0, 0.25f}, body), gpu::material_power});
        for (const float side : {-0.3f, 0.3f})
            out.push_back(
                {id,
                 within(box, {x + side * body.x, 0, 0.25f + body.z}, {body.x * 0.1f, body.x * 0.1f, box.size.z * 0.3f}),
                 gpu::material_power});
        out.push_back({id, within(box, {x, body.y * 0.72f, 0.25f}, {body.x * 0.9f, body.y * 0.3f, body.z * 0.75f}),
                       gpu::material_power});
    }
}

void power(std::vector<FacilityPiece>& out, const Topology& t, uint32_t index, const PlacedBox& box) {
    const ObjectId id{ObjectClass::power, index};
    switch (t.power[index].kind) {
        case PowerKind::busway:
            out.push_back({id, box, gpu::material_busway});
            break;
        case PowerKind::battery:
            cabinets(out, id, box, {7.2f, 1.7f}, 2.2f, gpu::material_power);
            break;
        case PowerKind::ups:
            cabinets(out, id, box, {1.2f, 1.0f}, 1.5f, gpu::material_power);
            break;
        case PowerKind::generator:
            cabinets(out, id, box, {12.0f, 3.0f}, 2.5f, gpu::material_power);
            break;
        case PowerKind::substation:
        case PowerKind::utility:
            substation(out, id, box);
            break;
    }
}

}  // namespace

std::vector<FacilityPiece> plan_facility(const SceneLayout::Impl& layout) {
    std::vector<FacilityPiece> pieces;
    const Topology& t = *layout.topology;
    PlacedBox box;
    for (uint32_t i = 0; i < t.cdus.size(); ++i)
        if (t.cdus[i].placement != CduPlacement::in_rack && layout.box_of({ObjectClass::cdu, i}, box))
            pieces.push_back({{ObjectClass::cdu, i}, box, gpu::material_cdu});
    for (uint32_t i = 0; i < t.power.size(); ++i)
        if (layout.box_of({ObjectClass::power, i}, box)) power(pieces, t, i, box);
    for (uint32_t i = 0; i < t.plants.size(); ++i) {
        const ObjectId id{ObjectClass::plant, i};
        if (!layout.box_of(id, box)) continue;
        switch (t.plants[i].kind) {
            // The drums of a tower stand in the static scene on this basin.
            case PlantKind::tower:
                pieces.push_back(
                    {id, within(box, {0, 0, 0}, {box.size.x, box.size.y, box.size.z * 0.22f}), gpu::material_tower});
                break;
            case PlantKind::chiller:
                cabinets(pieces, id, box, {9.0f, 2.4f}, 1.8f, gpu::material_tower);
                break;
            case PlantKind::loop:
                pieces.push_back({id, box, gpu::material_pipe_cold});
                break;
            case PlantKind::plant:
                pieces.push_back({id, box, gpu::material_tower});
                break;
        }
    }
    return pieces;
}

}  // namespace bv
