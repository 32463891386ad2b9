// Incidents in the panels; the list is draw_incidents() of panels.h.
#pragma once

#include "viewer/panels/memory.h"

namespace bv {

struct Flow;

// In the inspector of its root: why it is one, what it takes down, what it costs, what else it may be.
void draw_incident(const UiContext& ui, const Pen& pen, Flow& flow, ObjectId id);
// Selects its root and lights what it takes down.
void choose_incident(const UiContext& ui, const Incident& incident);
// How bad it is now, of one that is over how bad it was.
Health health_of_incident(const UiContext& ui, const Incident& incident);
// Those that nobody has taken care of yet.
uint32_t open_incidents(const PanelMemory& memory);

}  // namespace bv
