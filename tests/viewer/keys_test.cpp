// The key table: no key means two things, everything is explained.
#include <set>
#include <tuple>

#include <doctest/doctest.h>

#include "viewer/keys.h"
#include "viewer/view.h"

using namespace bv;

TEST_CASE("no key has two actions and every line is explained") {
    std::set<std::tuple<int, bool, bool>> seen;
    for (const KeyBinding& binding : key_bindings()) {
        CAPTURE(binding.text);
        CHECK_FALSE(binding.keys.empty());
        CHECK_FALSE(binding.text.empty());
        CHECK_FALSE(binding.group.empty());
        if (binding.key == 0) continue;
        CHECK(seen.emplace(binding.key, binding.ctrl, binding.shift).second);
        CHECK(action_for(binding.key, binding.ctrl, binding.shift) == binding.action);
        CHECK(binding.action != Action::none);
    }
    CHECK_FALSE(action_for('Z', false, false).has_value());
}

TEST_CASE("selections go back, a repeated one is not remembered twice") {
    View view;
    view.select({ObjectClass::gpu, 1});
    view.select({ObjectClass::gpu, 2});
    view.select({ObjectClass::gpu, 2});
    view.select({ObjectClass::rack, 7});
    view.select_back();
    CHECK(view.selected == ObjectId{ObjectClass::gpu, 2});
    view.select_back();
    CHECK(view.selected == ObjectId{ObjectClass::gpu, 1});
    view.select_back();
    CHECK_FALSE(view.selected.valid());
    for (uint32_t i = 0; i < 1000; ++i) view.select({ObjectClass::gpu, i});
    CHECK(view.history.size() <= 100);
}
