// The history of selections. Reads and writes the View only.
#include "viewer/view.h"

namespace bv {

void View::select(ObjectId id) {
    if (id == selected) return;
    constexpr size_t longest = 100;
    if (selected.valid()) history.push_back(selected);
    if (history.size() > longest) history.erase(history.begin());
    selected = id;
}

void View::select_back() {
    if (history.empty()) {
        selected = {};
        return;
    }
    selected = history.back();
    history.pop_back();
}

}  // namespace bv
