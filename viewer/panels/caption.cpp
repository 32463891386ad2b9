// The caption of a tour's scene, over the lower left of the hall, and how far the tour is. Reads: view.caption. Writes:
// nothing.
#include <algorithm>
#include <cmath>

#include "viewer/panels/layout.h"

namespace bv {

void draw_caption(const UiContext& ui) {
    const Caption& caption = ui.view.caption;
    if (caption.progress < 0) return;
    const Layout layout = layout_of(ui.view);
    const Rect& hall = layout.hall;
    ImGui::SetNextWindowPos(hall.min());
    ImGui::SetNextWindowSize({hall.w, hall.h});
    ImGui::Begin("##caption", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoInputs | ImGuiWindowFlags_NoSavedSettings |
                     ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoFocusOnAppearing);
    const Pen pen(ui.view);
    pen.fill({hall.x, hall.bottom() - pen.px(3), hall.w * caption.progress, pen.px(3)},
             with_alpha(pen.colors.accent, 0.7f));
    const float alpha = caption.opacity;
    if (alpha > 0 && !(caption.title.empty() && caption.text.empty())) {
        // The panel is as high as its text, so that is measured first.
        const float width = std::min(pen.px(720), hall.w - pen.px(64 + 288 + 16)), inside = width - pen.px(48);
        const float title = caption.title.empty() ? 0 : pen.px(40);
        const float text = caption.text.empty() ? 0 : pen.wrapped_height(inside, Type::title, caption.text);
        const float height = pen.px(16) + title + text + pen.px(20);
        const Rect box{hall.x + pen.px(32), hall.bottom() - height - pen.px(40), width, height};
        pen.fill(box, with_alpha(pen.colors.ground, 0.82f * alpha), 4);
        pen.fill({box.x, box.y, pen.px(4), box.h}, with_alpha(pen.colors.accent, alpha));
        if (title > 0)
            pen.text_fit(box.x + pen.px(28), box.y + pen.px(36), inside, Type::display,
                         with_alpha(pen.colors.text, alpha), caption.title);
        if (text > 0)
            pen.text_wrapped(box.x + pen.px(28), box.y + pen.px(16) + title, inside, Type::title,
                             with_alpha(pen.colors.muted, alpha), caption.text);
    }
    ImGui::End();
}

}  // namespace bv
