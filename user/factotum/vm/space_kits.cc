// SPDX-License-Identifier: MIT
// See space_kits.h.
#include "vm/space_kits.h"

namespace glenda::factotum {

SpaceKits::SpaceKits(Memory& memory) : memory_(memory) {
    memory_.add_reclaimer({[](void* self) { return static_cast<SpaceKits*>(self)->reclaim(); }, this});
}

bool SpaceKits::take(PageTree& tree) {
    if (count_ == 0) return false;
    tree.attach(memory_, kits_[--count_]);
    memory_.uncharge(PageTree::kUsual);
    return true;
}

void SpaceKits::give(PageTree& tree) {
    if (count_ == kMost || !tree.is_usual(memory_) || !memory_.charge(PageTree::kUsual))
        tree.destroy(memory_);
    else
        kits_[count_++] = tree.detach();
}

bool SpaceKits::reclaim() {
    if (count_ == 0) return false;
    PageTree tree;
    tree.attach(memory_, kits_[--count_]);
    tree.destroy(memory_);
    memory_.uncharge(PageTree::kUsual);
    return true;
}

}  // namespace glenda::factotum
